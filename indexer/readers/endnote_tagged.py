"""EndNote's export, the format of refer (``.enw``): Google Scholar, ACL Anthology, CNKI, BibSonomy.

A per cent sign and a letter begin a line. A record begins with the next ``%0``, behind a blank
line, or with the title or author that the one above began with, too::

    %0 Conference Proceedings
    %T A study of sampling
    %A Lee, Ann
    %A Wu, Bo
    %Y Editor, Ed
    %S Proceedings of the Sampling Conference
    %D 2023
    %8 December
    %R 10.1000/182
    %U https://aclanthology.org/2023.sampling-main.1
    %X We sample …
    %P 1-12

The journal stands in %J, the book or the conference in %B, with some in %S. refer itself, which is
older, has no %0 and writes names as one reads them. CNKI lists keywords with semicolons; Digital
Commons writes %T before %0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.cleaning.dates import is_date, parse_date
from indexer.cleaning.identity import identifier, identifiers_in
from indexer.cleaning.names import Name
from indexer.documents import Document, split_lines
from indexer.paper import Record, Rejection
from indexer.readers import tagged, tagged_values
from indexer.readers.record import make_record
from indexer.readers.tagged import Entry, Open, Syntax

FORMAT = "endnote-tagged"

_TAG = re.compile(r"\s*%([0-9A-Z!@#$&()*+<=>?\[\]^~])(?:\s(.*))?", re.DOTALL)
_NAMES = {
    tag: name
    for tag, _, name in (
        pair.rpartition("=")
        for pair in """
        1=custom1 2=custom2 3=custom3 4=custom4 5=custom5 6=custom6 #=custom8 $=custom6 ]=custom7
        7=edition C=place F=label G=language H=header L=call_number W=database_provider ~=database
        &=section (=original_publication )=reprint_edition *=reviewed_item ?=subsidiary_authors
        ==modified ^=caption [=accessed
        """.split()
    )
}
_LATE = frozenset("XKURPZO>VNI@89")  # with which no record begins
_USED = frozenset("0ATEYBJSDX8RUKVNPI@M9!>QOZ<+")


def recognises(head: str, suffix: str) -> bool:
    """Tell it by two lines with tags at the beginning, and a title, an author or type below."""
    lines = [line for line in split_lines(head.lstrip("\ufeff")) if line.strip()][:60]
    tags = [_tag(line, "") for line in lines]
    known = {tag[0] for tag in tags if tag}
    if suffix == ".enw" and known & set("0AT"):
        return True
    return None not in tags[:2] and "T" in known and bool(known & set("0ADJ"))


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield every record of the document."""
    for entry in tagged.entries(document, _SYNTAX):
        yield entry if isinstance(entry, Rejection) else _paper(document, entry)


def _tag(text: str, _first: str) -> tuple[str, str] | None:
    match = _TAG.fullmatch(text)
    return (match[1], match[2] or "") if match else None


def _begins(tag: str, above: Open, blank: bool) -> bool:
    """Tell whether a tag begins another record: one that has none may stand before its ``%0``."""
    if tag == "0" and "0" in above.tags:
        return True
    if above.tag == "0":  # blank lines may lie within
        return blank and tag == "T" and tag in above.tags
    if blank:
        return tag not in _LATE or tag in above.tags
    return tag == above.tag and tag in "TA" and "T" in above.tags and above.pairs[-1][0] != tag


_SYNTAX = Syntax(tag=_tag, begins=_begins)


def _paper(document: Document, entry: Entry) -> Record | Rejection:
    names, cut = tagged_values.people(entry.values("A"))
    bodies, translated = entry.distinct("Q"), ""
    if names or "0" in entry.fields:  # elsewhere than in refer a title stands there
        bodies, translated = [], "; ".join(bodies)
    titles = entry.distinct("T", "!")
    venues = entry.distinct("J", "B", "S")
    found, other_links = tagged_values.links(entry.values("U", ">"))
    identifiers = _identifiers(entry, found)
    known = identifiers.values()
    year, early = entry.text("D"), next(filter(is_date, entry.distinct("$", "7")), "")
    date = tagged_values.with_year(entry.text("8"), year) or year
    abstract, *more = entry.values("X") or [""]
    extra = {
        "type": entry.text("0"),
        "type_of_work": entry.text("9"),
        "other_titles": [title for title in titles[1:] if not titles[0].startswith(title)],
        "translated_title": translated,
        "other_venues": venues[1:],
        "other_abstracts": more,
        "editors": tagged_values.shown_names(entry.values("E", "Y")),
        "keywords": tagged_values.keywords(entry.values("K")),
        "volume": entry.text("V"),
        "issue": entry.text("N"),
        "pages": ", ".join(entry.distinct("P")),
        "publisher": ", ".join(entry.distinct("I")),
        "affiliations": entry.lines("+"),
        "note": "; ".join(entry.lines("O", "Z", "<")),
        "accession_number": "; ".join(n for n in entry.distinct("M") if n not in known),
        "more_links": found[1:],
        "other_links": other_links,
        **tagged_values.serials(entry.values("@")),
        **tagged_values.others(entry, _NAMES, _USED),
    }
    return make_record(
        document,
        entry.line,
        title=titles[0] if titles else "",
        abstract=abstract,
        authors=[*names, *map(Name, bodies)],
        authors_cut=cut,
        date=date if parse_date(date)[0] else early or date,
        year=year,
        venue=venues[0] if venues else None,
        identifiers=identifiers,
        url=found[0] if found else None,
        extra=extra,
        head=entry.head,
    )


def _identifiers(entry: Entry, links: list[str]) -> dict[str, str]:
    found = identifiers_in("\n".join(links))
    stated = entry.text("R")
    numbers = entry.distinct("M")
    if not identifier("doi", stated):
        elsewhere = map(tagged_values.doi_within, [*links, *numbers])
        stated = next(filter(None, elsewhere), stated)
    if re.search(r"pubmed|medline|\bnlm\b", " ".join(entry.values("W", "~")), re.IGNORECASE):
        found["pmid"] = next((number for number in numbers if number.isdecimal()), "")
    pmcid = entry.text("2") if entry.text("2").upper().startswith("PMC") else ""
    return found | {"doi": stated, "pmcid": pmcid}
