"""The Web of Science's plain text (``savedrecs.txt``, ``.ciw``, ``.isi``).

A tag of two letters begins a line, three blanks a further line of its value; a record runs from
``PT`` to ``ER``, the file from ``FN`` to ``EF``::

    FN Clarivate Analytics Web of Science
    VR 1.0
    PT J
    AU Lee, A
       Wu, BC
    AF Lee, Ann
       Wu, Bo Chang
    TI A study of sampling
    DE sampling; surveys
    PD DEC 31
    PY 2020
    DI 10.1000/182
    UT WOS:000424022700066
    ER

    EF

Names, addresses and cited references stand one a line; what else goes on is wrapped. The same
authors come short (AU) and in full (AF), keywords as the authors' (DE) and as found in what they
cite (ID, in capitals). DA is the day of the export.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rispy.config import WOK_TAG_KEY_MAPPING

from indexer.cleaning.names import Name
from indexer.documents import Document, split_lines
from indexer.paper import Record, Rejection
from indexer.readers import tagged, tagged_values
from indexer.readers.record import make_record
from indexer.readers.tagged import Entry, Open, Syntax

FORMAT = "wos-text"

_TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|\s*)", re.DOTALL)
_TYPES = {"J": "Journal", "B": "Book", "S": "Series", "P": "Patent", "C": "Conference"}
_NAMES = WOK_TAG_KEY_MAPPING | dict(
    pair.split("=")
    for pair in """
    AR=article_number C3=institutions EA=early_access FU=funding JI=journal_abbreviation
    OA=open_access OI=orcid PI=place TC=cited_by
    """.split()
)
_USED = frozenset(
    "PT AU AF BA BF CA GP BE ED TI SO AB DE ID PY PD EY LA DT PU SN EI BN VL IS BP EP PS DI D2 PM "
    "WC SC UT C1".split()
)
_OF_THE_DATABASE = frozenset("CR DA J9 PG P2 GA U1 U2 WE HC HP PA".split())


def recognises(head: str, _suffix: str) -> bool:
    """Tell it by its head, or by a first record of ``PT J`` and an author or title."""
    lines = [line for line in split_lines(head.lstrip("\ufeff")) if line.strip()][:60]
    if not lines:
        return False
    named = re.match(r"FN (?:Clarivate|Thomson|ISI|Web of)", lines[0])
    begins = re.fullmatch(r"PT [JBSPC]\s*", lines[0])
    return bool(named or (begins and any(re.match(r"(?:AU|TI|AF) \S", line) for line in lines)))


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield every record of the document."""
    for entry in tagged.entries(document, _SYNTAX):
        yield entry if isinstance(entry, Rejection) else _paper(document, entry)


def _tag(text: str, _first: str) -> tuple[str, str] | None:
    match = _TAG.fullmatch(text)
    return (match[1], match[2] or "") if match else None


def _begins(tag: str, above: Open, _blank: bool) -> bool:
    return tag == "PT" or above.ended


_SYNTAX = Syntax(tag=_tag, begins=_begins, ends=("ER",), around=("FN", "VR", "EF"))


def _paper(document: Document, entry: Entry) -> Record | Rejection:
    names, cut = tagged_values.people(_fullest(entry, "AF", "AU") or _fullest(entry, "BF", "BA"))
    groups = tagged_values.people(entry.values("CA"))[0]
    publishing = tagged_values.people(entry.values("GP"))[0]
    if not names:  # else it is the society that held the conference
        groups += publishing
    abstract, *more = entry.distinct("AB") or [""]
    year = entry.text("PY", "EY", "EA")
    accession = entry.text("UT")
    medline = accession.removeprefix("MEDLINE:")
    extra = {
        "type": "; ".join(entry.distinct("DT")) or _TYPES.get(entry.text("PT"), entry.text("PT")),
        "other_abstracts": more,
        "editors": tagged_values.shown_names(entry.values("BE", "ED")),
        "keywords": tagged_values.keywords(entry.distinct("DE", "ID")),
        "volume": entry.text("VL"),
        "issue": entry.text("IS"),
        "pages": tagged_values.page_range(entry.text("BP"), entry.text("EP")) or entry.text("PS"),
        "publisher": entry.text("PU"),
        "language": ", ".join(entry.distinct("LA")),
        "accession_number": accession,
        "affiliations": entry.lines("C1"),
        "book_group_authors": publishing,
        "research_areas": _parted(entry, "SC"),
        **tagged_values.serials(entry.values("SN", "EI", "BN")),
        **tagged_values.others(entry, _NAMES, _USED | _OF_THE_DATABASE),
    }
    return make_record(
        document,
        entry.line,
        title=entry.text("TI"),
        abstract=abstract,
        authors=[*names, *map(Name, groups)],
        authors_cut=cut,
        date=tagged_values.with_year(entry.text("PD"), year),
        year=year,
        venue=entry.text("SO"),
        categories=_parted(entry, "WC"),
        identifiers={
            "doi": entry.text("DI", "D2"),
            "pmid": entry.text("PM") or (medline if medline != accession else ""),
        },
        extra=extra,
        head=entry.head,
    )


def _parted(entry: Entry, *tags: str) -> list[str]:
    return [part for value in entry.distinct(*tags) for part in tagged_values.parts(value)]


def _fullest(entry: Entry, *tags: str) -> list[str]:
    """Return the values of the first tag that has as many names as any."""
    lists = [entry.values(tag) for tag in tags]
    return max(lists, key=lambda values: len(tagged_values.people(values)[0]))
