r"""Zotero's own JSON: items of its web API, and of the BetterBibTeX export.

The API wraps an item in its key, version and links; the data are as Zotero keeps them::

    {"key": "X42A7DEE", "version": 1, "library": {…}, "data": {"itemType": "journalArticle",
     "title": "…", "creators": [{"creatorType": "author", "firstName": "…", "lastName": "…"}],
     "abstractNote": "…", "date": "March 2013", "DOI": "…", "tags": [{"tag": "…"}],
     "extra": "PMID: 123\narXiv: 1234.56789", "publicationTitle": "…"}}

Attachments, notes and annotations are items, too: they are rejected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from indexer.cleaning.names import Name
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.csl_json import from_note
from indexer.readers.json_items import first_object, read_items
from indexer.readers.json_people import person
from indexer.readers.json_values import first_of, mappings, text_of, texts_of
from indexer.readers.record import make_record, reject

FORMAT = "zotero-json"

_NO_PAPERS = frozenset({"attachment", "note", "annotation"})
_ITEM_KEY = re.compile(r"[A-Z0-9]{8}")
"""Of a collection, where its name is not told."""

_VENUES = (
    *("publicationTitle", "proceedingsTitle", "bookTitle", "conferenceName", "encyclopediaTitle"),
    *("dictionaryTitle", "websiteTitle", "blogTitle", "university", "institution", "repository"),
)
_RENAMED = {
    "itemType": "type",
    "ISSN": "issn",
    "ISBN": "isbn",
    "shortTitle": "short_title",
    "journalAbbreviation": "short_venue",
    "accessDate": "accessed",
    "citationKey": "citation_key",
    "libraryCatalog": "catalog",
    "callNumber": "call_number",
    "archiveLocation": "archive_location",
}
_TAKEN = {
    *("title", "creators", "abstractNote", "date", "DOI", "url", "extra", "tags", "key", "version"),
    *("itemKey", "itemID", "libraryID", "collections", "relations", "attachments", "notes", "uri"),
    *("dateAdded", "dateModified", "seeAlso", "select", "PMID", "PMCID", "parentItem", "deleted"),
}


def recognises(head: str, _suffix: str) -> bool:
    """Tell an item of Zotero by its type and what goes with it."""
    item = _data(first_object(head))
    return "itemType" in item and bool(
        item.keys() & {"creators", "abstractNote", "dateAdded", "title", "tags"}
    )


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield every item of the document."""
    return read_items(document, _paper)


def _data(item: Mapping[str, Any]) -> Mapping[str, Any]:
    data = item.get("data")
    return data if isinstance(data, dict) else item


def _paper(document: Document, line: int, wrapped: dict[str, Any]) -> Record | Rejection:
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
    noted, categories, note = from_note(text_of(item.get("extra")))
    url = text_of(item.get("url"))
    stated = {name.lower(): text_of(item.get(name)) for name in ("DOI", "PMID", "PMCID")}
    archive = text_of(first_of(item, "archiveID", "archiveLocation"))
    return make_record(
        document,
        line,
        title=text_of(item.get("title")),
        abstract=text_of(item.get("abstractNote")),
        authors=authors,
        date=text_of(item.get("date")),
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
            "keywords": texts_of(item.get("tags")),
            "groups": [
                name for name in texts_of(item.get("collections")) if not _ITEM_KEY.fullmatch(name)
            ],
            "editors": [str(editor) for editor in editors],
            "note": note,
        },
    )


def _creator(creator: dict[str, Any]) -> str | Name:
    """Return a name; one that is not in two parts is an organisation's."""
    return person(creator if creator.get("lastName") else {"literal": creator.get("name")})
