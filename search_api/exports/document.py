"""Result lists and whole corpora as documents of other programs, streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from indexer import __version__
from search_api.exports import About, Exporter, Listed
from search_api.query.results import Hit

_CHUNK = 1 << 16
"""Characters, or bytes, that are sent together."""


def listed(hits: Iterable[Hit]) -> Iterator[Listed]:
    """Yield the papers of a result list with their ranks and scores."""
    return (Listed(hit.paper, hit.rank, hit.score) for hit in hits)


def document(
    exporter: Exporter,
    papers: Iterable[Listed],
    title: str,
    link: str | None = None,
    *,
    own_keys: bool = False,
    tell: Callable[[str], None] | None = None,
) -> Iterator[bytes]:
    """Yield a document in pieces of some size; what is text, in UTF-8.

    Args:
        exporter: of :data:`search_api.exports.EXPORTERS`.
        papers: one is held at a time.
        title: of the list: the query, or what it is.
        link: where the list can be had again.
        own_keys: whether papers are cited by the keys of the library that they came from.
        tell: told what could not be written as it is.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    pieces: list[bytes] = []
    size = 0
    about = About(title, now, __version__, link, own_keys=own_keys, tell=tell)
    for piece in exporter.write(papers, about):
        pieces.append(piece.encode("utf-8", "replace") if isinstance(piece, str) else piece)
        size += len(piece)
        if size >= _CHUNK:
            yield b"".join(pieces)
            pieces, size = [], 0
    yield b"".join(pieces)
