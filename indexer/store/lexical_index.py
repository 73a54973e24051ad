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

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.arrays import Array, Rows
from indexer.bm25f import FIELDS, K1, idf
from indexer.errors import IndexCorrupted
from indexer.store.term_counts import POSTING, Numbers, TermCounts, TermNumbers

_ARRAYS = {"starts": np.int64, "rows": np.int32, "weights": np.float32, "fields": np.uint8}

Postings = npt.NDArray[np.int32]
"""Rows of the papers that have a term, ascending."""


class LexicalIndexBuilder:
    """Collects the terms of papers, then writes the arrays.

    Holds in memory all terms with their numbers, many words, and of every paper 40 bytes; to write,
    the postings of the papers that were added together, some 50 bytes each.

    Args:
        folder: where the arrays will lie; postings are kept there in a file until then.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = TermNumbers()
        self._sizes: list[Numbers] = []
        self._lengths: list[Numbers] = []
        self.mean_lengths: dict[str, float] = {}
        self._spool = (folder / "postings.tmp").open("w+b")

    def add(self, texts: Sequence[Sequence[str]]) -> None:
        """Add the next papers, of each the text of each of :data:`FIELDS`."""
        counts = TermCounts.of(texts, self._numbers)
        self._spool.write(counts.postings.data)
        self._sizes.append(counts.sizes)
        self._lengths.append(counts.lengths)

    def save(self) -> list[str]:
        """Write the arrays and return the terms in the order of their numbers, which is theirs."""
        numbers = self._numbers.of
        terms = sorted(numbers)
        number = np.empty(len(terms), dtype=np.int64)
        number[[numbers[term] for term in terms]] = np.arange(len(terms))
        frequency = np.zeros(len(terms), dtype=np.int64)
        for _, postings in self._blocks():
            frequency += np.bincount(number[postings["term"]], minlength=len(terms))
        starts = np.concatenate([[0], np.cumsum(frequency)]).astype(np.int64)
        np.save(_path(self._folder, "starts"), starts)
        none = np.zeros((0, len(FIELDS)), dtype=np.int64)
        lengths = np.concatenate([none, *self._lengths]).astype(np.float64)
        means = np.maximum(lengths.sum(axis=0) / max(len(lengths), 1), 1e-9)
        self.mean_lengths = {
            field.name: round(float(mean), 6) for field, mean in zip(FIELDS, means, strict=True)
        }
        out = {name: self._array(name, int(starts[-1])) for name in ("rows", "weights", "fields")}
        free = starts[:-1].copy()
        for rows, postings in self._blocks():
            term = number[postings["term"]]
            order = np.argsort(term, kind="stable")
            ordered = term[order]
            at = free[ordered] + _places_within(ordered)
            weights, fields = _weighed(postings, lengths[rows], means)
            out["rows"][at] = rows[order]
            out["weights"][at] = weights[order]
            out["fields"][at] = fields[order]
            free += np.bincount(term, minlength=len(terms))
        out.clear()  # unmapped, and so written
        self.close()
        return terms

    def close(self) -> None:
        """Drop the file that postings were kept in."""
        self._spool.close()
        Path(self._spool.name).unlink(missing_ok=True)

    def _blocks(self) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.void]]]:
        """Yield the postings as they were added, and the row of each."""
        self._spool.seek(0)
        first = 0
        for sizes in self._sizes:
            data = self._spool.read(int(sizes.sum()) * POSTING.itemsize)
            rows = np.arange(first, first + len(sizes), dtype=np.int32)
            first += len(sizes)
            yield np.repeat(rows, sizes), np.frombuffer(data, dtype=POSTING)

    def _array(self, name: str, size: int) -> npt.NDArray[Any]:
        # One entry more than there are postings: an empty array cannot be mapped.
        return np.lib.format.open_memmap(
            _path(self._folder, name), mode="w+", dtype=_ARRAYS[name], shape=(size + 1,)
        )


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
                np.load(_path(folder, name), mmap_mode="r") for name in _ARRAYS
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


def _path(folder: Path, name: str) -> Path:
    return folder / f"lexical-{name}.npy"


def _weighed(
    postings: npt.NDArray[np.void], lengths: npt.NDArray[np.float64], means: Array
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
    """Return what each posting is worth, and which fields have its term.

    Args:
        postings: ``(n,)``.
        lengths: of the fields of the paper of each, in terms ``(n, fields)``.
        means: of these, over all papers ``(fields,)``.
    """
    weight = np.zeros(len(postings))
    fields = np.zeros(len(postings), dtype=np.uint8)
    for place, field in enumerate(FIELDS):
        times = postings[field.name].astype(np.float64)
        length = 1 - field.b + field.b * lengths[:, place] / means[place]
        weight += field.weight * times / np.maximum(length, 1e-9)
        fields |= (times > 0).astype(np.uint8) << place
    return weight * (K1 + 1) / (weight + K1), fields


def _places_within(ordered: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return each entry's place among its equals, from 0; equals lie together."""
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    sizes = np.diff(first, append=len(ordered))
    return np.arange(len(ordered)) - np.repeat(first, sizes)
