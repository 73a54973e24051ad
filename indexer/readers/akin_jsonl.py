"""Papers as akin itself writes them: JSON lines of :class:`~indexer.paper.Paper`, or its answers.

``akin export --format jsonl`` writes a paper a line; what ``akin search --json`` prints holds them,
too, each with its place in the list::

    {"id": "arxiv:2101.00001", "title": "…", "abstract": "…", "authors": ["…"], "year": 2021,
     "date": null, "venue": null, "categories": ["cs.LG"], "doi": null, "arxiv_id": "2101.00001",
     "url": "…", "code": true, "sources": ["papers.bib"], "extra": {}}

The text is clean, and comes back to the letter. The id is computed anew, and the document itself is
the source; those stated go to ``extra["earlier_sources"]``. Keys that a paper does not have go to
``extra``, but for those of a result list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import MAXYEAR
from typing import Any

from indexer.cleaning.identity import known_identifiers, paper_id
from indexer.cleaning.values import extra_of
from indexer.documents import Document
from indexer.paper import Paper, Record, Rejection
from indexer.readers.json_items import first_object, read_items
from indexer.readers.record import reject

FORMAT = "akin-jsonl"

_TEXT = (str, type(None))
_TYPES: dict[str, tuple[type, ...]] = {
    "title": (str,),
    "abstract": _TEXT,
    "authors": (list, type(None)),
    "year": (int, type(None)),
    "date": _TEXT,
    "venue": _TEXT,
    "categories": (list, type(None)),
    "doi": _TEXT,
    "arxiv_id": _TEXT,
    "url": _TEXT,
    "code": (bool, type(None)),
    "extra": (dict, type(None)),
}
_KINDS = ("pmid", "openreview", "acl")
_MARKS = frozenset({"id", "title", "abstract", "authors", "arxiv_id", "sources", "extra"})
_SILENT = frozenset({"id", "sources", "rank", "score", "why"})


def recognises(head: str, _suffix: str) -> bool:
    """Tell akin's papers by their keys, which no other source has together."""
    return first_object(head).keys() >= _MARKS or _paper_in(first_object(head)).keys() >= _MARKS


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield every paper of the document."""
    return read_items(document, _paper)


def _paper_in(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the paper of a search result."""
    paper = item.get("paper")
    return paper if isinstance(paper, dict) else item


def _paper(document: Document, line: int, item: dict[str, Any]) -> Record | Rejection:
    stated = _paper_in(item)
    for name, types in _TYPES.items():
        value = stated.get(name)
        listed = value if isinstance(value, list) else ()
        if not isinstance(value, types) or not all(isinstance(one, str) for one in listed):
            return reject(document, line, f"not a paper's {name}: {_short(value)}", "")
        if isinstance(value, bool) and name != "code":
            return reject(document, line, f"not a paper's {name}: {_short(value)}", "")
    if not stated["title"].strip():
        return reject(document, line, "a paper of akin's without a title", "")
    year = stated.get("year")
    if year is not None and not 0 < year <= MAXYEAR:
        return reject(document, line, f"not a paper's year: {_short(year)}", "")
    others = {k: v for k, v in stated.items() if k not in _TYPES and k not in _SILENT}
    try:
        extra = extra_of((stated.get("extra") or {}) | others)
    except ValueError as error:
        return reject(document, line, str(error), "")
    if earlier := [*_texts(extra.get("earlier_sources")), *_texts(stated.get("sources"))]:
        extra["earlier_sources"] = list(dict.fromkeys(earlier))
    authors = tuple(author for author in stated.get("authors") or () if author.strip())
    known = known_identifiers(
        {
            "arxiv": stated.get("arxiv_id"),
            "doi": stated.get("doi"),
            **{kind: extra[kind] for kind in _KINDS if isinstance(extra.get(kind), str)},
        }
    )
    paper = Paper(
        id=paper_id(stated["title"], authors, known),
        title=stated["title"],
        abstract=stated.get("abstract") or "",
        authors=authors,
        year=year,
        date=stated.get("date"),
        venue=stated.get("venue"),
        categories=tuple(stated.get("categories") or ()),
        doi=stated.get("doi"),
        arxiv_id=stated.get("arxiv_id"),
        url=stated.get("url"),
        code=stated.get("code"),
        sources=(document.name,),
        extra=extra,
    )
    return Record(paper, line)


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _short(value: object) -> str:
    text = repr(value)
    return f"{text[:40]}…" if len(text) > 40 else text
