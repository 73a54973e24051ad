r"""Zotero's own JSON: items of its web API, and of the BetterBibTeX export.

The API wraps an item in its key, version and links; the data are as Zotero keeps them::

    {"key": "X42A7DEE", "version": 1, "library": {…}, "data": {"itemType": "journalArticle",
     "title": "…", "creators": [{"creatorType": "author", "firstName": "…", "lastName": "…"}],
     "abstractNote": "…", "date": "March 2013", "DOI": "…", "tags": [{"tag": "…"}],
     "extra": "PMID: 123\narXiv: 1234.56789", "publicationTitle": "…"}}

BetterBibTeX names its collections in a table before the items, and lists their items there::

    {"config": {…}, "collections": {"7KXA8QWE": {"name": "Moss", "items": [101]}}, "items": [{…}]}

Attachments, notes and annotations are items, too: they are rejected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from indexer.cleaning.names import Name
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.csl_json import from_note
from indexer.readers.json_items import first_object, read_items
from indexer.readers.json_people import person
from indexer.readers.json_values import READ, first_of, mapping, mappings, text_of, texts_of
from indexer.readers.record import make_record, reject

FORMAT = "zotero-json"

_NO_PAPERS = frozenset({"attachment", "note", "annotation"})
Collections = dict[str | int, list[str]]
"""Names of collections, by their own key and by the number or key of each item in them."""

_LONGEST_TABLE = 1 << 24
"""Characters of a table of collections, and what stands before it."""

_TABLE = re.compile(r'[\s\ufeff]*\{(?:(?!"items"\s*:).)*?"collections"\s*:\s*(?=\{)', re.DOTALL)
_ITEM_KEY = re.compile(r"[A-Z0-9]{8}")
"""Of a collection, where its name is not told."""

_VENUES = (
    *("publicationTitle", "proceedingsTitle", "bookTitle", "conferenceName", "encyclopediaTitle"),
    *("dictionaryTitle", "websiteTitle", "blogTitle", "university", "institution", "repository"),
    "court",
)
_TITLES = ("title", "caseName", "nameOfAct", "subject")
"""Also of a case at court, an act, an e-mail."""

_DATES = ("date", "dateDecided", "dateEnacted", "issueDate")
_RENAMED = {
    "itemType": "type",
    "ISSN": "issn",
    "ISBN": "isbn",
    "shortTitle": "short_title",
    "journalAbbreviation": "short_venue",
    "accessDate": "accessed",
    "libraryCatalog": "catalog",
    "callNumber": "call_number",
    "archiveLocation": "archive_location",
}
_TAKEN = {
    *(
        *_TITLES,
        "creators",
        "citationKey",
        "abstractNote",
        *_DATES,
        "DOI",
        "url",
        "extra",
        "tags",
        "key",
        "version",
    ),
    *("itemKey", "itemID", "libraryID", "collections", "relations", "attachments", "notes", "uri"),
    *("dateAdded", "dateModified", "seeAlso", "select", "PMID", "PMCID", "parentItem", "deleted"),
}


def recognises(head: str, _suffix: str) -> bool:
    """Tell an item of Zotero by its type and what goes with it."""
    first = first_object(head)
    if text_of(mapping(first.get("config")).get("label")) == "BetterBibTeX JSON":
        return True  # whose collections may fill the head
    item = _data(first)
    return "itemType" in item and bool(
        item.keys() & {"creators", "abstractNote", "dateAdded", "tags", *_TITLES}
    )


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield every item of the document."""
    collections = _collections(document)
    return read_items(document, partial(_paper, collections=collections))


def _data(item: Mapping[str, Any]) -> Mapping[str, Any]:
    data = item.get("data")
    return data if isinstance(data, dict) else item


def _collections(document: Document) -> Collections:
    """Return the collections that BetterBibTeX lists before the items."""
    found: Collections = {}
    for key, one in _table(document).items():
        name = text_of(mapping(one).get("name"))
        items = mapping(one).get("items")
        for member in (key, *(items if isinstance(items, list) else ())):
            if name and isinstance(member, int | str):
                found.setdefault(member, []).append(name)
    return found


def _table(document: Document) -> dict[str, Any]:
    text, size = "", _LONGEST_TABLE >> 6
    if document.is_lines:
        return {}
    with document.open_text() as file:
        while len(text) < _LONGEST_TABLE and (more := file.read(size)):
            text, size = text + more, 2 * size
            table = _TABLE.match(text)
            if not table:
                break
            try:
                return mapping(READ(document.decoded(text), table.end())[0])
            except (ValueError, RecursionError):
                continue  # it may go on
    return {}


def _groups(item: Mapping[str, Any], collections: Collections) -> list[str]:
    """Return the names of the collections that an item names, or that list it."""
    groups: list[str] = []
    for name in texts_of(item.get("collections")):
        groups += collections.get(name, [] if _ITEM_KEY.fullmatch(name) else [name])
    for own in (item.get("itemID"), item.get("key")):
        groups += collections.get(own, []) if isinstance(own, int | str) else []
    return groups


def _paper(
    document: Document,
    line: int,
    wrapped: dict[str, Any],
    *,
    collections: Collections,
) -> Record | Rejection:
    item = _data(wrapped)
    kind = text_of(item.get("itemType"))
    if kind in _NO_PAPERS:
        return reject(document, line, f"of type {kind}, not a paper", "")
    creators = mappings(item.get("creators"))
    by_role: dict[str, list[Any]] = {}
    for creator in creators:
        by_role.setdefault(text_of(creator.get("creatorType")), []).append(_creator(creator))
    editors = by_role.pop("editor", [])
    authors = by_role.pop("author", None) or [one for some in by_role.values() for one in some]
    noted, categories, key, note = from_note(text_of(item.get("extra")))
    url = text_of(item.get("url"))
    stated = {name.lower(): text_of(item.get(name)) for name in ("DOI", "PMID", "PMCID")}
    archive = text_of(first_of(item, "archiveID", "archiveLocation"))
    return make_record(
        document,
        line,
        title=text_of(first_of(item, *_TITLES)),
        abstract=text_of(item.get("abstractNote")),
        authors=authors,
        date=text_of(first_of(item, *_DATES)),
        venue=text_of(first_of(item, *_VENUES)),
        categories=categories,
        identifiers={
            "arxiv": archive if archive.lower().startswith("arxiv:") else "",
            **noted,
            **{kind: text for kind, text in stated.items() if text},
        },
        url=url,
        extra={
            **{
                _RENAMED.get(name, name): value
                for name, value in item.items()
                if name not in _TAKEN and name not in _VENUES
            },
            "citation_key": text_of(item.get("citationKey")) or key,
            "keywords": texts_of(item.get("tags")),
            "groups": _groups(item, collections),
            "editors": [str(editor) for editor in editors],
            "note": note,
        },
    )


def _creator(creator: dict[str, Any]) -> str | Name:
    """Return a name; one that is not in two parts is an organisation's."""
    return person(creator if creator.get("lastName") else {"literal": creator.get("name")})
