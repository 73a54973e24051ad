"""Works of Crossref, from its API or its yearly public data file.

An item, shortened::

    {"DOI": "10.1037/0003-066x.59.1.29", "type": "journal-article", "URL": "https://doi.org/…",
     "title": ["How the Mind Hurts and Heals the Body."], "subtitle": [], "volume": "59",
     "container-title": ["American Psychologist"], "ISSN": ["1935-990X", "0003-066X"],
     "author": [{"given": "Oakley", "family": "Ray", "sequence": "first", "affiliation": []}],
     "issued": {"date-parts": [[2004]]}, "abstract": "<jats:p>…</jats:p>", "subject": ["General"]}

Most texts are lists of one. ``issued`` is the earlier of print and online; abstracts are JATS.
References are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from indexer.cleaning.identity import identifiers_in
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.json_items import first_object, read_items
from indexer.readers.json_people import people
from indexer.readers.json_values import (
    date_text,
    first_of,
    first_text,
    mapping,
    mappings,
    one_or_all,
    text_of,
    texts_of,
)
from indexer.readers.record import make_record

FORMAT = "crossref"

_MARKS = frozenset(
    "member prefix indexed deposited reference-count references-count content-domain "
    "is-referenced-by-count".split()
)
_DATES = ("issued", "published", "published-print", "published-online", "posted", "created")
_SAME_NAME = ("type", "volume", "issue", "publisher", "language", "ISSN", "ISBN", "edition-number")


def recognises(head: str, _suffix: str) -> bool:
    """Tell Crossref by the DOI and what only a registry has."""
    keys = _work(first_object(head)).keys()
    return "DOI" in keys and len(keys & _MARKS) > 1


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield every work of the document."""
    return read_items(document, _paper)


def _work(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the work of an answer that holds a single one."""
    message = item.get("message")
    return message if isinstance(message, dict) else item


def _paper(document: Document, line: int, item: dict[str, Any]) -> Record | Rejection:
    work = _work(item)
    titles = texts_of(work.get("title"))
    authors, cut = people([_author(one) for one in mappings(work.get("author"))])
    extra: dict[str, Any] = {
        name.lower().replace("-", "_"): one_or_all(work.get(name)) for name in _SAME_NAME
    }
    extra |= {
        "pages": text_of(work.get("page")) or text_of(work.get("article-number")),
        "editors": [str(editor) for editor in people(work.get("editor"))[0]],
        "more_titles": titles[1:] + texts_of(work.get("original-title")),
        "event": text_of(first_of(mapping(work.get("event")), "name")),
        "funders": texts_of([one.get("name") for one in mappings(work.get("funder"))]),
        "license": first_text([one.get("URL") for one in mappings(work.get("license"))]),
        "affiliations": _affiliations(work),
        "updates": texts_of([one.get("DOI") for one in mappings(work.get("update-to"))]),
        "cited_by": work.get("is-referenced-by-count"),
    }
    return make_record(
        document,
        line,
        title=_title(titles, first_text(work.get("subtitle"))),
        abstract=text_of(work.get("abstract")),
        authors=authors,
        authors_cut=cut,
        date=next((date for name in _DATES if (date := date_text(work.get(name)))), ""),
        venue=first_text(first_of(work, "container-title", "institution", "short-container-title")),
        categories=texts_of(work.get("subject")),
        identifiers={"doi": text_of(work.get("DOI")), "arxiv": _arxiv(work)},
        url=text_of(first_of(work, "URL") or first_of(mapping(work.get("resource")), "primary")),
        extra=extra,
    )


def _title(titles: list[str], subtitle: str) -> str:
    title = titles[0] if titles else ""
    if not title or subtitle.lower() in title.lower():
        return title or subtitle
    return f"{title}{' ' if title.endswith((':', '?', '!', '.')) else ': '}{subtitle}"


def _author(author: dict[str, Any]) -> dict[str, Any]:
    """Mark what has a ``name`` for the organisation that it is."""
    return author if "family" in author else {"literal": author.get("name"), **author}


def _affiliations(work: Mapping[str, Any]) -> list[str]:
    authors = mappings(work.get("author"))
    names = [one.get("name") for a in authors for one in mappings(a.get("affiliation"))]
    return list(dict.fromkeys(texts_of(names)))


def _arxiv(work: Mapping[str, Any]) -> str:
    """Return the arXiv id of the work's preprint, where that is stated."""
    for preprint in mappings(mapping(work.get("relation")).get("has-preprint")):
        if arxiv := identifiers_in(f"doi:{text_of(preprint.get('id'))}").get("arxiv"):
            return arxiv
    return ""
