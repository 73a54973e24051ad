"""What the readers share: from the raw fields of a record to a cleaned paper or a rejection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from indexer.identity import NO_IDENTIFIERS, identifiers_in, paper_id
from indexer.paper import Paper, Rejection
from indexer.sources import UNDECODED, Document, readable
from indexer.text import clean, links_code, links_in

T = TypeVar("T")

_HEAD_CHARACTERS = 120


def reject(document: Document, line: int, reason: str, head: str) -> Rejection:
    """Return a rejection, its head cut and made printable."""
    return Rejection(document.name, line, reason, readable(head)[:_HEAD_CHARACTERS])


def undecodable(text: str) -> str | None:
    """Return what is wrong with text that was not UTF-8, ``None`` if nothing is."""
    if not (found := UNDECODED.search(text)):
        return None
    byte = ord(found[0]) - 0xDC00
    return f"not UTF-8: byte 0x{byte:02x} at character {found.start() + 1} of the record"


def with_next(items: Iterator[T]) -> Iterator[tuple[T, T | None]]:
    """Yield each item with the one behind it, ``None`` behind the last."""
    item = next(items, None)
    while item is not None:
        following = next(items, None)
        yield item, following
        item = following


def make_paper(
    document: Document,
    *,
    title: str,
    abstract: str,
    authors: tuple[str, ...] = (),
    url: str | None = None,
    code: bool | None = None,
    identifiers: Mapping[str, str] = NO_IDENTIFIERS,
    extra: dict[str, Any] | None = None,
    **fields: Any,
) -> Paper:
    """Return the paper of a record's raw fields: markup cleaned, links read, id given.

    Args:
        document: where the record lies.
        title: raw, not blank.
        abstract: raw; ``""`` where there is none.
        authors: names, already split.
        url: where the record points; identifiers are read from it.
        code: what the source itself says of code; a link to code in the abstract makes it true.
        identifiers: by kind, those that the source states beside its link.
        extra: all else that the source holds.
        fields: further fields of :class:`~indexer.paper.Paper`, as they are.
    """
    title, abstract = clean(title), clean(abstract)
    known = {**identifiers, **(identifiers_in(url) if url else {})}
    extra = dict(extra or {})
    if links := links_in(abstract):
        extra["links"] = links
    if abstract.endswith(("…", "...")):
        extra["abstract_cut"] = True
    others = {kind: known[kind] for kind in known if kind not in {"arxiv", "doi"}}
    return Paper(
        id=paper_id(title, authors, known),
        title=title,
        abstract=abstract,
        authors=authors,
        url=url,
        code=True if links_code(abstract) else code,
        arxiv_id=known.get("arxiv"),
        doi=known.get("doi"),
        sources=(document.name,),
        extra={**extra, **others},
        **fields,
    )
