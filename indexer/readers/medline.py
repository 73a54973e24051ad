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
book. Ovid numbers records (``<12. >``), wraps without blanks, and has tags of its own: UI, YR, LG,
JN, DO.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.cleaning.names import Name, parse_name
from indexer.documents import Document, split_lines
from indexer.paper import Record, Rejection
from indexer.readers import tagged, tagged_values
from indexer.readers.record import make_record
from indexer.readers.tagged import Entry, Open, Syntax

FORMAT = "medline"

_TAG = re.compile(
    r"(?P<tag>[A-Z][A-Z0-9]{3}|[A-Z][A-Z0-9]{2} |[A-Z][A-Z0-9]  )-(?:\s(?P<value>.*))?", re.DOTALL
)
_FIRST_TAGS = frozenset(("PMID", "OWN", "STAT", "PMC", "VN", "UI"))
_STATED_AS = re.compile(r"(\S+)\s\[(\w+)\]")
_KINDS = ("doi", "pii", "bookaccession")
_REMARK = re.compile(r" \[[^\]]{0,100}\]$")  # what Ovid's BIOSIS adds to a name
_NUMBER = re.compile(r"[0-9]{1,9}")
_NO_TITLE = "[Not Available]."
_LONGEST_PREAMBLE = 50

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
    "PMID TI BTI CTI AB OAB AU FAU CN ED FED JT TA JN DP YR LID AID PMC LA LG MH OD OT PT IS ISBN "
    "VI IP PG PB DO UI CI AD IN".split()
)
_OF_THE_DATABASE = frozenset(
    "OWN STAT DCOM LR DA JID SB SO EDAT MHDA CRDT PHST PST PMCR OTO OID CDAT CTDT RF IR VN DRDT "
    "OABL UP".split()
)


def recognises(head: str, _suffix: str) -> bool:
    """Tell MEDLINE's text by a PMID, or Ovid's name, in the first line of a record."""
    lines = [line for line in split_lines(head.lstrip("\ufeff")) if line.strip()]
    for number, line in enumerate(lines[:_LONGEST_PREAMBLE]):
        if re.match(r"PMID- ?\d|VN  - Ovid|PMC - PMC\d|OWN - NLM", line):
            return len(lines) == number + 1 or any(map(_TAG.fullmatch, lines[number + 1 :][:20]))
    return False


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield every record of the document."""
    for entry in tagged.entries(document, _SYNTAX):
        yield entry if isinstance(entry, Rejection) else _paper(document, entry)


def _tag(text: str, _first: str) -> tuple[str, str] | None:
    match = _TAG.fullmatch(text)
    if match is None:
        return ("PMID", text[5:]) if text.startswith("PMID-") and text[5:].isdecimal() else None
    return match["tag"].rstrip(), match["value"] or ""


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
    ovid = entry.text("SO") if "VN" in entry.fields else ""  # journal, volume, issue, pages
    abstracts = entry.distinct("AB", "OAB")
    pmid = entry.text("PMID") or (entry.text("UI") if "MEDLINE" in entry.text("DB").upper() else "")
    types = entry.distinct("PT")
    stated = _identifiers(entry)
    extra = {
        "type": "Journal Article" if "Journal Article" in types else "".join(types[:1]),
        "publication_types": types if len(types) > 1 else [],
        "journal_abbreviation": entry.text("TA") if entry.text("TA") not in venues[:1] else "",
        "other_venues": [one for one in venues[1:] if one != entry.text("TA")],
        "other_abstracts": abstracts[1:],
        "editors": _editors(entry),
        "keywords": tagged_values.keywords(entry.distinct("OT", "MH", "OD")),
        "language": ", ".join(entry.distinct("LA", "LG")),
        "volume": entry.text("VI"),
        "issue": entry.text("IP"),
        "pages": entry.text("PG"),
        "publisher": ", ".join(entry.distinct("PB")),
        "copyright": entry.text("CI"),
        "affiliations": entry.distinct("AD", "IN"),
        "source": ovid,
        "pii": stated.get("pii"),
        "book_accession": stated.get("bookaccession"),
        **tagged_values.serials(entry.values("IS", "ISBN")),
        **tagged_values.others(entry, _NAMES, _USED | _OF_THE_DATABASE),
    }
    return make_record(
        document,
        entry.line,
        title=titles[0] if titles else "",
        abstract=abstracts[0] if abstracts else "",
        authors=_authors(entry),
        date=entry.text("DP", "YR"),
        venue=venues[0] if venues else ovid.partition(". ")[0],
        identifiers={"pmid": pmid, "pmcid": entry.text("PMC"), "doi": stated["doi"]},
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if _NUMBER.fullmatch(pmid) else None,
        extra=extra,
        head=entry.head,
    )


def _identifiers(entry: Entry) -> dict[str, str]:
    """Return what LID and AID hold, by the kind that stands behind it in brackets."""
    matches = map(_STATED_AS.fullmatch, entry.distinct("LID", "AID"))
    found = {m[2].lower(): m[1] for m in matches if m and m[2].lower() in _KINDS}
    elsewhere = (tagged_values.doi_within(text) for text in entry.values("DO", "SO"))
    return {"doi": next(filter(None, elsewhere), "")} | found


def _authors(entry: Entry) -> Iterator[str | Name]:
    """Yield the authors in order: in full, in short where that is all, groups as they are."""
    in_full = False
    for tag, value in entry.pairs:
        if tag == "FAU":
            yield value
        elif tag == "AU" and not in_full:
            yield parse_name(_REMARK.sub("", value), capitals_last=True)
        elif tag == "CN":
            yield Name(" ".join(value.split()))
        in_full = tag == "FAU" or (in_full and tag != "AU")


def _editors(entry: Entry) -> list[str]:
    if "FED" in entry.fields:
        return tagged_values.shown_names(entry.values("FED"))
    return [str(parse_name(name, capitals_last=True)) for name in entry.distinct("ED")]
