"""RIS, the tagged format that almost every database and reference manager exports.

A record runs from ``TY`` to ``ER``, one field a line::

    TY  - JOUR
    AU  - Lee, Ann
    TI  - A study of sampling
    AB  - We sample …
    PY  - 2020
    DO  - 10.1000/182
    ER  -

Exporters agree on little else. Titles stand in TI or T1, abstracts in AB or N2, journals in any of
six tags; long values go on untagged, one keyword or note a line; tags are padded with tabs; ER is
missing, or followed by more fields; records are numbered, and files have a head. PubMed's number is
in AN (EndNote), C2 (Scopus), C5 (Embase) or U1 (PubMed Central).

Of rispy only the names of the tags are used: its parser keeps the first of two values where it
expects one (two ISSNs, several L2), splits links at semicolons, keeps no line numbers, and fails on
a value of several lines that comes twice. Lines are read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rispy.config import (
    TAG_KEY_MAPPING,
    TYPE_OF_REFERENCE_MAPPING,
)

from indexer.cleaning.identity import identifier
from indexer.cleaning.names import Name, parse_name
from indexer.cleaning.text import clean_abstract
from indexer.documents import Document, split_lines
from indexer.paper import Record, Rejection
from indexer.readers import ris_values, tagged, tagged_values
from indexer.readers.ovid import title_and_kind
from indexer.readers.own import is_own, ris_record
from indexer.readers.record import make_record
from indexer.readers.tagged import Entry, Open, Syntax

FORMAT = "ris"

_USUAL = "  -"  # between tag and value
_TAG = re.compile(r"(\s*)([A-Za-z][A-Za-z0-9]|PMC(?:ID)?|PMID|DOI)(\s*[-–—])(.*)", re.DOTALL)
_BEGINNING = re.compile(r"TY\s*[-–—]\s*\w{0,20}", re.IGNORECASE)
_MORE = "BT CP CT ED J1 J9 JI L3 LK NL PA PI PMC PMCID PMID PU U1 U2 U3 U4 U5 YR"
_KNOWN = frozenset(TAG_KEY_MAPPING) | frozenset(_MORE.split())
_FIRST_FIELDS = frozenset("TI T1 AU A1 AB N2".split())
_TYPE_WORD = re.compile(r"[\w /-]{0,40}")
_LONGEST_PREAMBLE = 100
_OTHER_FORMATS = ("<", "{", "[", "@", "|", "#", "%")

_NAMES = TAG_KEY_MAPPING | dict(
    pair.split("=")
    for pair in """
    AD=affiliations C7=article_number CT=conference DB=database FU=funding
    FX=funding_text ID=record_id NV=number_of_volumes PA=publisher_address Y2=accessed
    """.split()
)
_VENUES = ("T2", "JF", "JO", "J1", "JA", "J2", "BT", "T3", "JI", "J9")
_USED = frozenset(
    "TY AU A1 A2 A3 A4 ED AB N2 PY Y1 YR DA KW UR L1 L2 L3 L4 LK DO SP EP VL IS CP SN PB PU LA CY "
    "PI N1 M1 M3 AD AN PMID PMC PMCID TI T1 ST TT CR ET".split()
).union(_VENUES)


def recognises(head: str, suffix: str) -> bool:
    """Tell RIS by a line ``TY  - JOUR`` and a field below it, in a ``.ris`` file by any field."""
    if head.lstrip("\ufeff \t\r\n")[:1] in _OTHER_FORMATS:
        return False
    lines = [line for line in split_lines(head.lstrip("\ufeff")) if line.strip()]
    for number, line in enumerate(lines[:_LONGEST_PREAMBLE]):
        if line.startswith("PMID-"):
            return False  # MEDLINE, whatever the file is called
        if _BEGINNING.fullmatch(line.strip()):
            below = lines[number + 1 : number + 20]
            return not below or any(_tag(one, line) for one in below)
    tagged_lines = filter(_TAG.fullmatch, lines[:_LONGEST_PREAMBLE])
    return suffix == ".ris" and any(_tag(line, "") for line in tagged_lines)


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield every record of the document."""
    for entry in tagged.entries(document, _SYNTAX):
        yield entry if isinstance(entry, Rejection) else _paper(document, entry)


def _tag(text: str, first: str) -> tuple[str, str] | None:
    """Return tag and value of a line: tags look as usual, or as in the record's first line."""
    usual = text[2:5] == _USUAL and text[:2].isupper() and text[:2].isascii() and text[0].isalpha()
    if usual:
        tag, value = text[:2], text[5:]
        begins = tag != "TY" or not first or _TYPE_WORD.fullmatch(value.strip())
        return (tag, value) if begins else None
    match = _TAG.fullmatch(text)
    if match is None:
        return ("ER", "") if text.strip() == "ER" else None
    indent, tag, gap, value = match.groups()
    name, bare = tag.upper(), value.strip()
    if (name == "ER" and not bare) or (name == "TY" and bare.upper() in TYPE_OF_REFERENCE_MAPPING):
        return name, value
    model = _TAG.fullmatch(first) or match
    if name == "DOI":  # as the Cochrane Library writes it
        return ("DO", bare) if identifier("doi", bare) else None
    like = (
        indent == model[1]
        and (gap == model[3] or "\t" in gap or len(tag) > 2)
        and (tag.isupper() or model[2].islower())
        and (value[:1].strip() == "" or model[4][:1].strip() != "")
    )
    return (name, value) if like and name in _KNOWN else None


def _begins(tag: str, above: Open, _blank: bool) -> bool:
    return tag == "TY" or (above.ended and tag in _FIRST_FIELDS)


_SYNTAX = Syntax(tag=_tag, begins=_begins, ends=("ER",))


def _paper(document: Document, entry: Entry) -> Record | Rejection:
    if is_own(entry.text("DP"), entry.text("ID")):
        return ris_record(document, entry.line, entry.pairs, entry.head)
    titles = entry.distinct("TI", "T1", "CT") or entry.distinct("BT") or entry.distinct("ST", "TT")
    stated = titles[0] if titles else ""
    title, kinds = _without_kind(entry, stated)
    venues = [venue for venue in entry.distinct(*_VENUES) if venue != stated]
    abstract, *shorter = _abstracts(entry)
    identifiers = ris_values.identifiers(entry)
    names, cut = _authors(entry, identifiers)
    found, other_links = tagged_values.links(entry.values(*ris_values.LINKS))
    date, year = ris_values.date(entry)
    used = _USED if entry.values("TI", "T1") else _USED | {"CT"}
    early = ris_values.early_access(entry, "EA", "C6")
    used = used | {"EA", "C6"} if early else used
    known = {value.upper() for value in identifiers.values()}
    others = tagged_values.others(entry, _NAMES, used)
    extra = {
        "type": entry.text("TY"),
        "type_of_work": "; ".join(m for m in kinds if not identifier("doi", m)),
        "other_titles": [t for t in entry.distinct("TI", "T1") if t != stated],
        "short_title": next((t for t in entry.distinct("ST") if not title.startswith(t)), ""),
        "translated_title": next((t for t in entry.distinct("TT") if t != title), ""),
        "other_abstracts": [one for one in shorter if one not in abstract],
        "other_venues": venues[1:],
        "editors": tagged_values.shown_names(entry.values("A2", "A3", "A4", "ED")),
        "keywords": tagged_values.keywords(entry.values("KW")),
        "volume": ", ".join(entry.distinct("VL")),
        "pages": ris_values.pages(entry),
        "publisher": ", ".join(entry.distinct("PB", "PU")),
        "place": ", ".join(entry.distinct("CY", "PI")),
        "language": ", ".join(entry.distinct("LA")),
        "affiliations": entry.lines("AD"),
        "accession_number": "; ".join(
            one
            for one in entry.distinct("AN")
            if one.upper() not in known and not identifier("pmid", one)
        ),
        "note": ris_values.notes(entry),
        "more_links": found[1:],
        "other_links": other_links,
        **tagged_values.serials(entry.values("SN")),
        **ris_values.issue(entry),
        **ris_values.edition(entry),
        "early_access": "; ".join(early),
        **{n: v for n, v in others.items() if str(v).upper() not in known},
    }
    return make_record(
        document,
        entry.line,
        title=title,
        abstract=abstract,
        authors=names,
        authors_cut=cut,
        date=date,
        year=year,
        venue=venues[0] if venues else None,
        identifiers=identifiers,
        url=found[0] if found else None,
        extra=extra,
        head=entry.head,
    )


def _without_kind(entry: Entry, title: str) -> tuple[str, list[str]]:
    """Return a title without the kind of work that Ovid has behind it, and all such kinds."""
    kinds = entry.distinct("M3")
    bare, kind = title_and_kind(title)
    if not kind or (kind not in kinds and "//ovidsp." not in "".join(entry.values("UR"))):
        return title, kinds
    return bare, list(dict.fromkeys([*kinds, kind]))


def _abstracts(entry: Entry) -> list[str]:
    """Return what AB and N2 say, what says more first; paragraphs may come in lines of their own.

    A notice of copyright, which some databases have in one of them, says nothing.
    """
    said = ("\n".join(entry.values(tag)) for tag in ("AB", "N2"))
    texts = list(dict.fromkeys(text for text in said if text))
    if len(texts) > 1:
        texts.sort(key=lambda text: len(clean_abstract(text)[0]), reverse=True)
    return texts or [""]


def _authors(entry: Entry, identifiers: dict[str, str]) -> tuple[list[str | Name], bool]:
    """Return the authors of A1 and AU in the order of the file, those listed in both once."""
    lists = {tag: tagged_values.people(entry.values(tag)) for tag in ("AU", "A1")}
    (names, cut), (first, cut_first) = lists.values()
    if first and names:
        if list(map(_initialed, names)) == list(map(_initialed, first)):  # in short, and in full
            names = max(names, first, key=lambda one: sum(map(len, one)))
        else:
            tags: dict[str, str] = {}
            stated = ((tag, tagged_values.people([value])[0]) for tag, value in entry.pairs)
            mixed = ((tag, name) for tag, some in stated if tag in lists for name in some)
            names = [name for tag, name in mixed if tags.setdefault(name, tag) == tag]
    names, cut = names or first, cut or cut_first
    if "pmid" in identifiers and not any("," in name for name in names):
        return [parse_name(name, capitals_last=True) for name in names], cut
    return list(names), cut


def _initialed(name: str) -> tuple[str, str]:
    parsed = parse_name(name)
    return parsed.family.casefold(), parsed.given[:1].casefold()
