"""MODS, the Library of Congress's XML: catalogues, repositories, the ACL Anthology, bibutils.

::

    <modsCollection xmlns="http://www.loc.gov/mods/v3"><mods ID="example-2020">
      <titleInfo><title>…</title><subTitle>…</subTitle></titleInfo>
      <name type="personal"><namePart type="given">Ada</namePart><namePart type="family">Example
        </namePart><role><roleTerm type="text">author</roleTerm></role></name>
      <originInfo><dateIssued>2020-07</dateIssued></originInfo><abstract>…</abstract>
      <relatedItem type="host"><titleInfo><title>Proceedings of …</title></titleInfo></relatedItem>
      <identifier type="doi">10.1000/…</identifier><location><url>https://…</url></location>
      <part><extent unit="page"><start>1</start><end>10</end></extent></part>
    </mods></modsCollection>

What the paper appeared in, with its editors, publisher, volume, is its host. Articles that do not
sort (``The``) stand apart from titles. Who has no role is an author.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from indexer.cleaning.dates import parse_date
from indexer.cleaning.names import Name, parse_name
from indexer.cleaning.text import clean
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.record import make_record
from indexer.readers.xml_records import records, root_of
from indexer.readers.xml_text import distinct, find_all, head_of, text_at, text_of, texts_at

FORMAT = "mods"

_NAMESPACE = "http://www.loc.gov/mods/"
_AUTHORS = frozenset(("", "author", "aut", "creator", "cre"))
_EDITORS = frozenset(("editor", "edt"))
_DATES = ("dateIssued", "copyrightDate", "dateCreated", "dateOther")
_IDENTIFIERS = ("doi", "pmid", "pmcid", "arxiv")
_OTHER_TITLES = {"translated": "translated_title", "abbreviated": "short_title"}


def recognises(head: str, _suffix: str) -> bool:
    """Tell MODS by its root element and namespace."""
    return root_of(head) in ("mods", "modsCollection") and _NAMESPACE in head


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield the records of the document.

    Raises:
        SourceUnreadable: the document declares entities.
    """
    yield from records(document, ("mods",), paper)


def paper(document: Document, line: int, mods: etree._Element) -> Record | Rejection:
    """Return the paper of a ``mods`` element, which OAI-PMH has, too."""
    hosts = [one for one in find_all(mods, "relatedItem") if one.get("type") == "host"]
    places = [mods, *hosts[:1]]  # what a paper does not say, what it appeared in may
    titles = find_all(mods, "titleInfo")
    main = next((one for one in titles if not one.get("type")), None)
    abstract, *abstracts = texts_at(mods, "abstract") or [""]
    links = texts_at(mods, "location/url")
    stated = {one.get("type", "").lower(): text_of(one) for one in find_all(mods, "identifier")}
    extra = _extra(places) | {
        "other_abstracts": abstracts,
        "more_links": links[1:],
        **{key: _titled(titles, kind) for kind, key in _OTHER_TITLES.items()},
    }
    return make_record(
        document,
        line,
        title="" if main is None else _title(main),
        abstract=abstract,
        authors=_people(mods, _AUTHORS),
        date=_date(places),
        venue=next((_title(one) for host in hosts for one in find_all(host, "titleInfo")), None),
        identifiers={kind: stated.get(kind, "") for kind in _IDENTIFIERS},
        url=links[0] if links else None,
        extra=extra,
        head=head_of(mods),
    )


def _title(info: etree._Element) -> str:
    title = f"{text_at(info, 'nonSort')} {text_at(info, 'title')}".strip()
    return ": ".join(filter(None, (title, text_at(info, "subTitle"))))


def _titled(titles: list[etree._Element], kind: str) -> str:
    return next((_title(one) for one in titles if one.get("type") == kind), "")


def _people(place: etree._Element, roles: frozenset[str]) -> list[Name]:
    """Return the people who have one of these roles."""
    people: list[Name] = []
    for one in find_all(place, "name"):
        stated = [role.lower() for role in texts_at(one, "role/roleTerm")] or [""]
        parts = {part.get("type", ""): text_of(part) for part in find_all(one, "namePart")}
        family, given = parts.get("family", ""), parts.get("given", "")
        if roles.isdisjoint(stated):
            continue
        if family or given:
            family = f"{family} {parts.get('termsOfAddress', '')}".strip()
            people.append(Name(clean(family or given), clean(given if family else "")))
        elif one.get("type") in ("corporate", "conference"):
            people.append(Name(clean(parts.get("", ""))))
        else:
            people.append(parse_name(clean(parts.get("", ""))))
    return people


def _date(places: list[etree._Element]) -> str:
    """Return the first date with a day, else the first with a year."""
    paths = [f"originInfo/{name}" for name in _DATES] + ["part/date"]
    stated = [text for place in places for text in texts_at(place, *paths)]
    full = (one for one in stated if parse_date(one)[1])
    return next(full, "") or next((one for one in stated if parse_date(one)[0]), "")


def _extra(places: list[etree._Element]) -> dict[str, Any]:
    mods = places[0]

    def first(*paths: str) -> str:
        return next((text for place in places if (text := text_at(place, *paths))), "")

    details = {
        one.get("type", ""): text_at(one, "number") or text_of(one)
        for place in reversed(places)
        for one in find_all(place, "part/detail")
    }
    ends = distinct(first(f"part/extent/{name}") for name in ("start", "end"))
    serials = {
        one.get("type", "").lower(): text_of(one)
        for place in places
        for one in find_all(place, "identifier")
    }
    editors = [name for place in places for name in _people(place, _EDITORS)]
    return {
        "volume": details.get("volume", ""),
        "issue": details.get("issue", "") or details.get("number", ""),
        "pages": first("part/extent/list") or "-".join(ends),
        "publisher": first("originInfo/publisher"),
        "place": first("originInfo/place/placeTerm"),
        "issn": serials.get("issn", ""),
        "isbn": serials.get("isbn", ""),
        "type": first("genre"),
        "language": text_at(mods, "language/languageTerm", "language"),
        "keywords": texts_at(mods, "subject/topic"),
        "editors": list(dict.fromkeys(map(str, editors))),
        "note": "; ".join(texts_at(mods, "note")),
        "rights": text_at(mods, "accessCondition"),
        "citation_key": serials.get("citekey", ""),
        "affiliations": texts_at(mods, "name/affiliation"),
    }
