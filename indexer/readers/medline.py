"""MEDLINE's text, as PubMed exports it (``.nbib``, ``PubMed`` format) and Ovid in its own dialect.

Tags of up to four letters are padded to four, text goes on below it, six blanks in; a blank line
parts records::

    PMID- 30922926
    TI  - Time lapse: a glimpse into
          prehistoric genomics.
    FAU - Lee, Ann M
    AU  - Lee AM
    LID - 10.1000/182 [doi]
    DP  - 2020 Feb

Every author stands there twice, in full (FAU) and short (AU), older ones in short only; a group is
CN. Identifiers say in brackets what they are. Of a book's chapter TI is the chapter and BTI the
book. Ovid numbers records (``<12. >``), wraps without blanks, may indent all of them, and has tags
of its own (UI, YR, LG, JN, DO, DI, KW, AN, DT); what stands in them is in
:mod:`indexer.readers.ovid`. ERIC has its number in OID, links in LID and AID, editors among the
authors (``Roe, Eve, Ed.``), and *And Others* for the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.cleaning.names import Name, parse_name
from indexer.documents import Document, split_lines
from indexer.paper import Record, Rejection
from indexer.readers import ovid, tagged, tagged_values
from indexer.readers.record import make_record
from indexer.readers.tagged import Entry, Open, Syntax

FORMAT = "medline"

_TAG = re.compile(
    r"(?P<tag>IS[SB]N |[A-Z][A-Z0-9]{3}|[A-Z][A-Z0-9]{2} |[A-Z][A-Z0-9]  )-(?:\s(?P<value>.*))?",
    re.DOTALL,
)
_FIRST_TAGS = frozenset(("PMID", "OWN", "STAT", "PMC", "VN", "UI"))
_STATED_AS = re.compile(r"(\S+)\s\[(\w+)\]")
_KINDS = ("doi", "pii", "bookaccession")
_REMARK = re.compile(r" \[[^\]]{0,100}\]$")  # what Ovid's BIOSIS adds to a name
_NUMBER = re.compile(r"[0-9]{1,9}")
_NO_TITLE = "[Not Available]."
_LONGEST_PREAMBLE = 50
_CONTINUED = 6  # blanks before a further line of a value
_EDITOR = re.compile(r", Eds?\.$")
_YEAR_LAST = re.compile(r"v\d.* (\d{4})")  # of ERIC's citation: v21 n1 p12-24 2020
_ISSN_OF_ERIC = re.compile(r"\bE?ISSN-")

_NAMES = dict(
    pair.split("=")
    for pair in """
    AUID=author_ids CIN=comment_in COIS=conflicts CON=comment_on DB=database
    DEP=epub_date
    ECF=expression_of_concern_for ECI=expression_of_concern_in EFR=erratum_for EIN=erratum_in
    FIR=investigators GN=general_note GR=grants MID=manuscript_id NM=substances
    PL=place PS=subjects RIN=retraction_in RN=substances ROF=retraction_of RPF=republished_from
    RPI=republished_in SI=secondary_source TT=vernacular_title UIN=update_in UOF=update_of
    """.split()
)
_USED = frozenset(
    "PMID TI BTI CTI AB OAB AU FAU CN ED FED JT TA JN DP YR LID AID PMC LA LG MH OD OT KW PT DT IS "
    "ISSN ISBN IB VI IP PG PB DO DI UI CI RO AN XL AD IN".split()
)
_OF_THE_DATABASE = frozenset(
    "OWN STAT DCOM LR DA JID SB SO EDAT MHDA CRDT PHST PST PMCR OTO OID CDAT CTDT RF IR VN DRDT "
    "OABL UP".split()
)


def recognises(head: str, _suffix: str) -> bool:
    """Tell MEDLINE's text by a PMID, or Ovid's name, in the first line of a record."""
    lines = [line for line in split_lines(head.lstrip("\ufeff")) if line.strip()]
    for number, line in enumerate(lines[:_LONGEST_PREAMBLE]):
        if re.match(r"\s*(?:PMID- ?\d|VN  - Ovid|PMC - PMC\d|OWN - (?:NLM|ERIC))", line):
            below = [one.lstrip() for one in lines[number + 1 :][:20]]
            return not below or any(map(_TAG.fullmatch, below))
    return False


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield every record of the document."""
    for entry in tagged.entries(document, _SYNTAX):
        yield entry if isinstance(entry, Rejection) else _paper(document, entry)


def _tag(text: str, first: str) -> tuple[str, str] | None:
    """Return tag and value of a line that is indented as the record's first, or as Ovid's are."""
    bare = text.lstrip()
    indent, usual = len(text) - len(bare), len(first) - len(first.lstrip())
    match = _TAG.fullmatch(bare)
    if match is None:
        return ("PMID", text[5:]) if text.startswith("PMID-") and text[5:].isdecimal() else None
    tag = match["tag"].rstrip()
    in_ovid = first.lstrip().startswith("VN") and indent < _CONTINUED
    if indent and indent != usual and not in_ovid and (first or tag not in _FIRST_TAGS):
        return None
    return tag, match["value"] or ""


def _begins(tag: str, above: Open, blank: bool) -> bool:
    if tag == "PMID" and tag in above.tags:
        return True
    known = tag in _USED or tag in _NAMES or tag in _OF_THE_DATABASE
    return blank and (tag in _FIRST_TAGS or tag == above.tag or not known)


_SYNTAX = Syntax(tag=_tag, begins=_begins, apart=lambda text: not text[0].isspace())


def _paper(document: Document, entry: Entry) -> Record | Rejection:
    titles = [t for t in entry.distinct("TI", "BTI", "CTI", "TT") if t != _NO_TITLE]
    books = [book for book in entry.distinct("BTI", "CTI") if book not in titles[:1]]
    venues = [*entry.distinct("JT", "JN", "TA"), *books]
    source = entry.text("SO") if "VN" in entry.fields else ""
    cited = ovid.citation(source)
    title, kind = titles[0] if titles else "", ""
    if "@Ovid" in entry.text("DB"):
        title, kind = ovid.title_and_kind(title)
    abstracts = entry.distinct("AB", "OAB")
    pmid = entry.text("PMID") or (entry.text("UI") if "MEDLINE" in entry.text("DB").upper() else "")
    types = entry.distinct("PT") or [one.rstrip(".") for one in entry.distinct("DT")] or [kind]
    stated = _identifiers(entry)
    links, _ = tagged_values.links(entry.values("LID", "AID", "XL"))
    authors, editors, cut = _people(entry)
    extra = {
        "type": "Journal Article" if "Journal Article" in types else "".join(types[:1]),
        "type_of_work": kind if kind not in types else "",
        "publication_types": types if len(types) > 1 else [],
        "journal_abbreviation": entry.text("TA") if entry.text("TA") not in venues[:1] else "",
        "other_venues": [one for one in venues[1:] if one != entry.text("TA")],
        "other_abstracts": abstracts[1:],
        "editors": [*_editors(entry), *editors],
        "keywords": tagged_values.keywords(entry.distinct("OT", "MH", "OD", "KW")),
        "language": ", ".join(one.rstrip(".") for one in entry.distinct("LA", "LG")),
        "volume": entry.text("VI") or cited.volume,
        "issue": entry.text("IP") or cited.issue,
        "pages": entry.text("PG") or cited.pages,
        "publisher": ", ".join(entry.distinct("PB")),
        "copyright": entry.text("CI", "RO"),
        "affiliations": entry.distinct("AD", "IN"),
        "source": source,
        "accession_number": entry.text("AN").rstrip(".") or _eric_number(entry),
        "other_links": links if _NUMBER.fullmatch(pmid) else links[1:],
        "pii": stated.get("pii"),
        "book_accession": stated.get("bookaccession"),
        **tagged_values.serials(
            _ISSN_OF_ERIC.sub("", one) for one in entry.values("IS", "ISSN", "ISBN", "IB")
        ),
        **tagged_values.others(entry, _NAMES, _USED | _OF_THE_DATABASE),
    }
    return make_record(
        document,
        entry.line,
        title=title,
        abstract=abstracts[0] if abstracts else "",
        authors=authors,
        authors_cut=cut,
        date=entry.text("DP", "YR") or cited.date or _year_of_eric(entry),
        venue=venues[0] if venues else cited.venue,
        identifiers={"pmid": pmid, "pmcid": entry.text("PMC"), "doi": stated["doi"]},
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"
        if _NUMBER.fullmatch(pmid)
        else next(iter(links), None),
        extra=extra,
        head=entry.head,
    )


def _identifiers(entry: Entry) -> dict[str, str]:
    """Return what LID and AID hold, by the kind that stands behind it in brackets."""
    matches = map(_STATED_AS.fullmatch, entry.distinct("LID", "AID"))
    found = {m[2].lower(): m[1] for m in matches if m and m[2].lower() in _KINDS}
    elsewhere = (
        tagged_values.doi_within(text) for text in entry.values("DO", "DI", "SO", "AID", "LID")
    )
    return {"doi": next(filter(None, elsewhere), "")} | found


def _eric_number(entry: Entry) -> str:
    return entry.text("OID") if entry.text("OWN") == "ERIC" else ""


def _year_of_eric(entry: Entry) -> str:
    found = _YEAR_LAST.fullmatch(entry.text("SO"))
    return found[1] if found else ""


def _people(entry: Entry) -> tuple[list[str | Name], list[str], bool]:
    """Return the authors in order, editors who stand among them, and whether there are more.

    Authors come in full, in short where that is all, groups as they are.
    """
    authors: list[str | Name] = []
    editors: list[str] = []
    in_full = cut = False
    for tag, value in entry.pairs:
        if tag == "CN":
            authors.append(Name(" ".join(value.split())))
        elif tag == "FAU" or (tag == "AU" and not in_full):
            names, more = tagged_values.people([_REMARK.sub("", " ".join(value.split()))])
            cut = cut or more
            for name in names:
                if _EDITOR.search(name):
                    editors += tagged_values.shown_names([_EDITOR.sub("", name)])
                elif tag == "FAU":
                    authors.append(name)
                else:
                    bare = ovid.bare_name(name) if "VN" in entry.fields else name
                    authors.append(parse_name(bare, capitals_last=True))
        in_full = tag == "FAU" or (in_full and tag != "AU")
    return authors, editors, cut


def _editors(entry: Entry) -> list[str]:
    if "FED" in entry.fields:
        return tagged_values.shown_names(entry.values("FED"))
    return [str(parse_name(name, capitals_last=True)) for name in entry.distinct("ED")]
