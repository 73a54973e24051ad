"""The whole of a list, however long: a page after the other, each when the one before is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from search_api.engine.engine import Engine
from search_api.query.query import MAX_K, Query
from search_api.query.results import Hit, ResultList


def whole_list(engine: Engine, query: Query) -> tuple[ResultList, Iterator[Hit]]:
    """Return the first page of a list, and all its results in order: those of the pages, joined.

    One page is held at a time. Scores and order are the engine's own, whole for the corpus, some
    100 bytes a paper.

    Args:
        engine: that is asked; not to be closed before the last result is read.
        query: how many results it asks for does not matter; with a cursor, what comes after it.

    Raises:
        UnknownPaper, BadParameter, StaleCursor, IndexCorrupted: see :meth:`Engine.search`.
    """
    first = engine.search(replace(query, k=MAX_K))

    def hits() -> Iterator[Hit]:
        page = first
        while True:
            yield from page.hits
            if page.next is None:
                return
            page = engine.search(replace(query, k=MAX_K, cursor=page.next))

    return first, hits()
