"""The lexical index of a generation: which papers have a term, and what that is worth (BM25F).

What of a score (see :mod:`indexer.bm25f`) depends on a paper and a term alone is computed when the
index is built; idf depends on the whole corpus, and is multiplied in when a query adds the summands
up.

Four arrays, mapped from disk; the entries of term ``t`` are ``starts[t] … starts[t + 1]``, the
terms in the order of their code points::

    starts   int64    (terms + 1,)
    rows     int32    (postings,)   of the paper, ascending within a term
    weights  float32  (postings,)   w · (k1 + 1) / (w + k1)
    fields   uint8    (postings,)   bit f: field f has the term
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.arrays import Array, Rows
from indexer.bm25f import FIELDS, idf
from indexer.errors import IndexCorrupted

ARRAYS = {"starts": np.int64, "rows": np.int32, "weights": np.float32, "fields": np.uint8}

Postings = npt.NDArray[np.int32]
"""Rows of the papers that have a term, ascending."""


class LexicalIndex:
    """The lexical index of a published generation, for reading; safe to share by threads.

    Args:
        folder: of the generation.
        papers: how many there are.

    Raises:
        IndexCorrupted: an array is missing or does not fit the others.
    """

    def __init__(self, folder: Path, papers: int) -> None:
        self.papers = papers
        try:
            # Mapped, not copied: opens at once, and all workers share the pages.
            self._starts, self._rows, self._weights, self._fields = (
                np.load(path_of(folder, name), mmap_mode="r") for name in ARRAYS
            )
        except (OSError, EOFError, ValueError) as error:
            raise IndexCorrupted(f"{folder}: {error}", file=str(folder)) from error
        size = int(self._starts[-1]) + 1
        if not size == len(self._rows) == len(self._weights) == len(self._fields):
            raise IndexCorrupted(
                f"{folder}: the arrays of the lexical index are not of one length",
                file=str(folder),
            )

    def scores(self, query: Mapping[int, float], rows: Rows | None = None) -> Array:
        """Return the scores of papers, 0 where no term occurs.

        Args:
            query: the weight of each term, by number; below 0 where it is not wanted.
            rows: ``(k,)`` those to score; ``None``: every paper, in order.
        """
        scores = np.zeros(self.papers if rows is None else len(rows), dtype=np.float64)
        for number, weight in query.items():
            having, weights = self._postings(number)
            by_term = weight * self.idf(number)
            if rows is None:
                scores[having] += by_term * weights
            elif len(having):
                at = np.minimum(np.searchsorted(having, rows), len(having) - 1)
                found = having[at] == rows
                scores[found] += by_term * weights[at[found]]
        return scores

    def rows(self, number: int, fields: Sequence[str] = ()) -> Postings:
        """Return which papers have a term, in any of the named fields if some are named."""
        rows, _ = self._postings(number)
        if fields:
            bits = sum(1 << place for place, field in enumerate(FIELDS) if field.name in fields)
            rows = rows[(self._fields[self._of(number)] & bits) > 0]
        return rows

    def frequency(self, number: int) -> int:
        """Return how many papers have a term."""
        of = self._of(number)
        return int(of.stop - of.start)

    def idf(self, number: int) -> float:
        """Return what the rarity of a term is worth."""
        return idf(self.frequency(number), self.papers)

    def _postings(self, number: int) -> tuple[Postings, npt.NDArray[np.float32]]:
        of = self._of(number)
        return self._rows[of], self._weights[of]

    def _of(self, number: int) -> slice:
        return slice(self._starts[number], self._starts[number + 1])


def path_of(folder: Path, name: str) -> Path:
    """Return where an array of a generation lies."""
    return folder / f"lexical-{name}.npy"
