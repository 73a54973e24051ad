r"""CSL-JSON: what Zotero, Mendeley, pandoc and every CSL processor exchange.

An array of items, or an object with them under ``items``::

    [{"id": "vandermaaten2008", "type": "article-journal", "title": "Visualizing Data using t-SNE",
      "author": [{"family": "Maaten", "given": "Laurens", "non-dropping-particle": "van der"}],
      "issued": {"date-parts": [[2008, 11]]}, "container-title": "JMLR", "volume": "9",
      "note": "PMID: 123\narXiv: 1234.56789"}]

Dates may also be ``raw`` or ``literal``, names ``literal``; identifiers that CSL has no field for
are written into the note, a line each. What akin exported is marked ``"source": "akin"``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from indexer.cleaning.identity import scheme_of
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.json_items import first_object, read_items
from indexer.readers.json_people import people
from indexer.readers.json_values import (
    date_text,
    first_of,
    first_text,
    listed,
    one_or_all,
    pmc,
    text_of,
)
from indexer.readers.own_csl import csl_record, is_own_item
from indexer.readers.record import make_record

FORMAT = "csl-json"

_TYPES = frozenset(
    "article article-journal article-magazine article-newspaper bill book broadcast chapter "
    "classic collection dataset document entry entry-dictionary entry-encyclopedia event figure "
    "graphic hearing interview legal_case legislation manuscript map motion_picture "
    "musical_score pamphlet paper-conference patent performance periodical personal_communication "
    "post post-weblog regulation report review review-book software song speech standard thesis "
    "treaty webpage".split()
)
_NOTED = re.compile(r"(PMID|PMCID|arXiv|DOI|OpenReview|ACL)(?: id)?\s*:\s*(\S+)", re.IGNORECASE)
_CITATION_KEY = re.compile(
    r"\s*(?:citation[ -]?key\s*:\s*(\S.*?)|bib(?:la)?tex\*?:\s*(\S+))\s*", re.IGNORECASE
)
"""As Zotero writes it into a field for what it has no field for; ``bibtex:`` before."""

_CLASS = re.compile(r"arxiv\s*:\s*\S+\s+\[([\w.-]+)\]", re.IGNORECASE)
_SAME_NAME = ("type", "volume", "issue", "publisher", "language", "ISSN", "ISBN")
_RENAMED = {
    "page": "pages",
    "title-short": "short_title",
    "shortTitle": "short_title",
    "container-title-short": "short_venue",
    "journalAbbreviation": "short_venue",
    "citation-key": "citation_key",
    "citation-label": "citation_label",
}
_TAKEN = {
    *("id", "title", "abstract", "author", "editor", "issued", "container-title", "keyword"),
    *("DOI", "PMID", "PMCID", "URL", "note", "custom", "accessed"),
}


def recognises(head: str, _suffix: str) -> bool:
    """Tell CSL-JSON by the type of its first item, and fields as only CSL has them."""
    item = first_object(head)
    issued, authors = item.get("issued"), item.get("author")
    dated = isinstance(issued, dict) and bool(issued.keys() & {"date-parts", "raw", "literal"})
    named = isinstance(authors, list) and any(
        isinstance(one, dict) and one.keys() & {"family", "literal"} for one in authors
    )
    typed = item.get("type") in _TYPES if isinstance(item.get("type"), str) else False
    return (typed and (dated or named or "container-title" in item)) or (
        (dated and "title" in item) or is_own_item(item)
    )


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield every item of the document."""
    return read_items(document, _paper)


def _paper(document: Document, line: int, item: dict[str, Any]) -> Record | Rejection:
    if is_own_item(item):
        return csl_record(document, line, item, "")
    authors, cut = people(item.get("author"))
    noted, categories, key, note = from_note(text_of(item.get("note")))
    extra: dict[str, Any] = {name.lower(): one_or_all(item.get(name)) for name in _SAME_NAME}
    extra |= {
        "editors": [str(editor) for editor in people(item.get("editor"))[0]],
        "keywords": listed(item.get("keyword")),
        "accessed": date_text(item.get("accessed")),
        "note": note,
        **({"citation_key": key} if key else {}),
        **_others(item),
    }
    identifiers: dict[str, object] = {
        **noted,
        **{name.lower(): text for name in ("DOI", "PMID") if (text := first_text(item.get(name)))},
        **({"pmcid": pmc(item["PMCID"])} if item.get("PMCID") else {}),
    }
    if "arxiv" not in identifiers:
        identifiers["arxiv"] = _arxiv(item)
    item_id = text_of(item.get("id"))
    if scheme := scheme_of(item_id):
        identifiers = {**scheme, **identifiers}
    elif item_id and "/" not in item_id:  # not the address of an item in someone's library
        extra.setdefault("citation_key", item_id)
    return make_record(
        document,
        line,
        title=text_of(item.get("title")),
        abstract=text_of(item.get("abstract")),
        authors=authors,
        authors_cut=cut,
        date=date_text(item.get("issued")),
        venue=first_text(first_of(item, "container-title", "event-title", "event")),
        categories=categories,
        identifiers=identifiers,
        url=first_text(item.get("URL")),
        extra=extra,
    )


class Noted(NamedTuple):
    """What a note holds in lines of their own.

    Attributes:
        identifiers: by kind.
        categories: arXiv's class.
        citation_key: ``""`` if none is stated.
        rest: the other lines.
    """

    identifiers: dict[str, str]
    categories: list[str]
    citation_key: str
    rest: str


def from_note(note: str) -> Noted:
    """Part the identifiers and the citation key that a note holds, a line each, from the rest."""
    found: dict[str, str] = {}
    categories: list[str] = []
    key = ""
    rest = []
    for line in note.splitlines():
        if stated := _CITATION_KEY.fullmatch(line):
            key = key or stated[1] or stated[2]
        elif match := _NOTED.match(line.strip()):
            found.setdefault(match[1].lower(), match[2])
            categories += _CLASS.findall(line)
        else:
            rest.append(line)
    return Noted(found, categories, key, "\n".join(rest).strip())


def _others(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        _RENAMED.get(name, name.replace("-", "_")): value
        for name, value in item.items()
        if name not in _TAKEN and name not in _SAME_NAME
    }


def _arxiv(item: Mapping[str, Any]) -> str:
    """Return the arXiv id that is written as a number or a place in the archive."""
    texts = (text_of(item.get(name)) for name in ("number", "archive_location", "archive-place"))
    return next((text for text in texts if text.lower().startswith("arxiv:")), "")
