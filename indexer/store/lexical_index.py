"""The lexical index of a generation: which papers have a term, and what that is worth (BM25F).

What of a score (see :mod:`indexer.bm25f`) depends on a paper and a term alone is computed when the
index is built; idf depends on the whole corpus, and is multiplied in when a query adds the summands
up.

Four arrays, mapped from disk; the entries of term ``t`` are ``starts[t] … starts[t + 1]``::

    starts   int64    (terms + 1,)
    rows     int32    (postings,)   of the paper, ascending within a term
    weights  float32  (postings,)   w · (k1 + 1) / (w + k1)
    fields   uint8    (postings,)   bit f: field f has the term
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.arrays import Array, Rows
from indexer.bm25f import FIELDS, K1, idf
from indexer.errors import IndexCorrupted
from indexer.fields import keywords_of
from indexer.paper import Paper
from indexer.words import in_both_orders, paired, terms

_ARRAYS = {"starts": np.int64, "rows": np.int32, "weights": np.float32, "fields": np.uint8}
_POSTING = np.dtype([("term", "<u4"), *((f.name, "<u2") for f in FIELDS)])
_MOST = np.iinfo("<u2").max
_BLOCK = 4096
"""Papers whose postings are held in memory together."""

Postings = npt.NDArray[np.int32]
"""Rows of the papers that have a term, ascending."""


def texts_of(paper: Paper) -> tuple[str, ...]:
    """Return the text of each of :data:`FIELDS`."""
    authors, keywords = " ".join(map(in_both_orders, paper.authors)), " ".join(keywords_of(paper))
    return paper.own_title, paper.abstract, authors, keywords


class LexicalIndexBuilder:
    """Collects the terms of papers, then writes the arrays.

    Holds in memory the postings of one block of papers, all terms with their numbers, and of every
    paper 16 bytes; to write, some 50 bytes more of each.

    Args:
        folder: where the arrays will lie; postings are kept there in a file until then.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers: dict[str, int] = {}
        self._block: list[tuple[int, ...]] = []
        self.mean_lengths: dict[str, float] = {}
        self._sizes = array("I")  # postings of each paper
        self._lengths = array("I")  # of each paper, its fields' lengths in terms
        self._spool = (folder / "postings.tmp").open("w+b")

    def add(self, *texts: str) -> None:
        """Add the next paper: the text of each of :data:`FIELDS`."""
        counts: dict[int, list[int]] = {}
        for place, text in enumerate(texts):
            found = terms(text)
            self._lengths.append(len(found))
            for term, count in Counter(found + paired(text)).items():
                number = self._numbers.setdefault(term, len(self._numbers))
                counts.setdefault(number, [0] * len(FIELDS))[place] = min(count, _MOST)
        self._block += ((number, *of) for number, of in counts.items())
        self._sizes.append(len(counts))
        if len(self._sizes) % _BLOCK == 0:
            self._flush()

    def save(self) -> Mapping[str, int]:
        """Write the arrays and return the number of each term."""
        self._flush()
        papers, most = len(self._sizes), len(self._numbers)
        df = np.zeros(most, dtype=np.int64)
        for _, postings in self._blocks():
            df += np.bincount(postings["term"], minlength=most)
        starts = np.concatenate([[0], np.cumsum(df)]).astype(np.int64)
        np.save(_path(self._folder, "starts"), starts)
        lengths = np.array(self._lengths, dtype=np.float64).reshape(papers, len(FIELDS))
        means = np.maximum(lengths.sum(axis=0) / max(papers, 1), 1e-9)
        self.mean_lengths = {
            field.name: round(float(mean), 6) for field, mean in zip(FIELDS, means, strict=True)
        }
        out = {name: self._array(name, int(starts[-1])) for name in ("rows", "weights", "fields")}
        free = starts[:-1].copy()
        for rows, postings in self._blocks():
            weight = np.zeros(len(rows))
            fields = np.zeros(len(rows), dtype=np.uint8)
            for place, field in enumerate(FIELDS):
                tf = postings[field.name].astype(np.float64)
                length = 1 - field.b + field.b * lengths[rows, place] / means[place]
                weight += field.weight * tf / np.maximum(length, 1e-9)
                fields |= (tf > 0).astype(np.uint8) << place
            term = postings["term"].astype(np.int64)
            order = np.argsort(term, kind="stable")
            at = free[term[order]] + _places_within(term[order])
            out["rows"][at] = rows[order]
            out["weights"][at] = (weight * (K1 + 1) / (weight + K1))[order]
            out["fields"][at] = fields[order]
            free += np.bincount(term, minlength=most)
        out.clear()  # unmapped, and so written
        self.close()
        return self._numbers

    def close(self) -> None:
        """Drop the file that postings were kept in."""
        self._spool.close()
        Path(self._spool.name).unlink(missing_ok=True)

    def _flush(self) -> None:
        self._spool.write(np.array(self._block, dtype=_POSTING).tobytes())
        self._block.clear()

    def _blocks(self) -> Iterator[tuple[Postings, npt.NDArray[Any]]]:
        """Yield the row index of each posting of a block, and the postings."""
        self._spool.seek(0)
        sizes = np.array(self._sizes, dtype=np.int64)
        for start in range(0, len(sizes), _BLOCK):
            of = sizes[start : start + _BLOCK]
            data = self._spool.read(int(of.sum()) * _POSTING.itemsize)
            rows = np.repeat(np.arange(start, start + len(of), dtype=np.int32), of)
            yield rows, np.frombuffer(data, dtype=_POSTING)

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


def _places_within(ordered: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return each entry's place among its equals, from 0; equals lie together."""
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    sizes = np.diff(first, append=len(ordered))
    return np.arange(len(ordered)) - np.repeat(first, sizes)
