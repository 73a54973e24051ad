"""EndNote's XML, which Zotero, Mendeley and tools for systematic reviews write, too.

::

    <xml><records><record><ref-type name="Journal Article">17</ref-type>
      <contributors><authors><author><style face="normal" …>Example, A.</style></author></authors>
      </contributors><titles><title>…</title><secondary-title>J Exa</secondary-title></titles>
      <periodical><full-title>Journal of Examples</full-title></periodical>
      <keywords><keyword>…</keyword></keywords><dates><year>2020</year></dates>
      <abstract>…</abstract><electronic-resource-num>10.1000/…</electronic-resource-num>
    </record></records></xml>

Any text may lie in ``style`` elements, several where the type face changes within it. ``isbn`` is
an ISSN, too, ``accession-num`` PubMed's number where the database is PubMed. An author that ends in
a comma is an organisation. Lines within a field are parted by carriage returns (``&#xD;``). What
others write under this name may lack ``records``, ``authors`` and ``titles``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from indexer.cleaning.dates import is_date, parse_date
from indexer.cleaning.names import Name, parse_name
from indexer.cleaning.text import clean
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers import tagged_values
from indexer.readers.record import make_record
from indexer.readers.xml_records import records, root_of
from indexer.readers.xml_text import distinct, find, find_all, head_of, local_name, text_at, text_of

FORMAT = "endnote-xml"

_RECORD = re.compile(r"<record[\s>]")
_FIELD = re.compile(r"<(?:ref-type|rec-number|contributors|titles|electronic-resource-num)[\s>/]")
_PUBMED = re.compile(r"pubmed|medline|nlm", re.IGNORECASE)
_PMCID = re.compile(r"PMC\d{1,9}")
_TAKEN = frozenset(
    "database source-app rec-number foreign-keys ref-type contributors titles periodical keywords "
    "dates urls abstract isbn electronic-resource-num accession-num auth-address custom2 "
    "title authors year url keyword".split()
)
"""Fields that are read one by one below, or that number the record in a library of EndNote's."""
_NAMES = {"number": "issue", "notes": "note", "pub-location": "place"}


def recognises(head: str, _suffix: str) -> bool:
    """Tell EndNote's XML by its root element, its records and their fields."""
    root = root_of(head) in ("xml", "records", "record", "EndNote")
    return root and bool(_RECORD.search(head)) and bool(_FIELD.search(head))


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield the records of the document.

    Raises:
        SourceUnreadable: the document declares entities.
    """
    yield from records(document, ("record",), _paper)


def _paper(document: Document, line: int, record: etree._Element) -> Record | Rejection:
    year = text_at(record, "dates/year", "year")
    date = tagged_values.with_year(text_at(record, "dates/pub-dates/date"), year)
    if not parse_date(year)[0] and not parse_date(date)[0]:  # an article that is online only
        early = (text_at(record, name) for name in ("custom6", "edition"))
        date = next(filter(is_date, early), date)
    venues = ("periodical/full-title", "titles/secondary-title", "titles/alt-title")
    links, others = tagged_values.links(_lines(record, "urls/*/url", "urls/url", "url"))
    return make_record(
        document,
        line,
        title=text_at(record, "titles/title", "title"),
        abstract=text_at(record, "abstract"),
        authors=_people(
            record, "contributors/authors/author", "contributors/author", "authors/author"
        ),
        date=date or None,
        year=year or None,
        venue=text_at(record, *venues, "periodical/abbr-1", "titles/tertiary-title"),
        identifiers=_identifiers(record),
        url=links[0] if links else None,
        extra=_extra(record) | {"more_links": links[1:], "other_links": others},
        head=head_of(record),
    )


def _lines(record: etree._Element, *paths: str) -> list[str]:
    """Return the lines of the texts on the paths, each once."""
    texts = [text_of(one, lines=True) for path in paths for one in find_all(record, path)]
    return distinct(" ".join(line.split()) for text in texts for line in text.splitlines())


def _people(record: etree._Element, *paths: str) -> list[str | Name]:
    people: list[str | Name] = []
    for line in _lines(record, *paths):
        if line.endswith(",") and line.count(",") == 1:
            people.append(Name(clean(line[:-1])))  # how EndNote marks an organisation
        else:
            people += tagged_values.parts(line)
    return people


def _identifiers(record: etree._Element) -> dict[str, str]:
    number, database = text_at(record, "accession-num"), text_at(record, "remote-database-name")
    database += text_at(record, "remote-database-provider")
    pmcid = _PMCID.fullmatch(text_at(record, "custom2"))
    doi = text_at(record, "electronic-resource-num", "electronic-resource-number")
    return {
        "doi": doi,
        "pmid": number if number.isdecimal() and _PUBMED.search(database) else "",
        "pmcid": pmcid[0] if pmcid else "",
    }


def _extra(record: etree._Element) -> dict[str, Any]:
    known = _identifiers(record)
    kind = find(record, "ref-type")
    secondary = _people(
        record, "contributors/secondary-authors/author", "contributors/tertiary-authors/author"
    )
    extra: dict[str, Any] = {
        _NAMES.get(name, name.replace("-", "_")): text_of(child)
        for child in record
        if (name := local_name(child)) not in _TAKEN
    }
    number, custom = text_at(record, "accession-num"), text_at(record, "custom2")
    return extra | {
        **tagged_values.serials(_lines(record, "isbn")),
        "type": "" if kind is None else kind.get("name") or text_of(kind),
        "editors": [str(parse_name(one) if isinstance(one, str) else one) for one in secondary],
        "keywords": tagged_values.keywords(_lines(record, "keywords/keyword", "keyword")),
        "affiliations": _lines(record, "auth-address"),
        "accession_number": "" if known["pmid"] else number,
        "custom2": "" if known["pmcid"] else custom,
        "short_title": text_at(record, "titles/short-title"),
        "translated_title": text_at(record, "titles/translated-title"),
        "journal_abbreviation": text_at(record, "periodical/abbr-1"),
    }
