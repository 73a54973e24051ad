"""The lexical index of a generation as it is written: postings by paper become postings by term.

That is a sort of more than memory should hold: of some thousand papers at a time the postings are
sorted by term, and laid on disk; then those of all papers are put together, some terms at a time.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from indexer.arrays import Array
from indexer.bm25f import FIELDS, K1
from indexer.store.lexical_index import ARRAYS, path_of
from indexer.store.term_counts import POSTING, Numbers, TermCounts, TermNumbers

_PAPERS = 4096
"""Whose postings are sorted together, at least: 100 to 200 bytes each while they are."""

_POSTINGS = 1 << 20
"""That are put together, about: some 50 bytes each."""

_OF_POSTINGS = ("rows", "weights", "fields")


class LexicalIndexBuilder:
    """Collects the terms of papers, then writes the arrays.

    Holds in memory all terms with their numbers, many words, and of every paper 40 bytes.

    Args:
        folder: where the arrays will lie; postings are kept there in files until then.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = TermNumbers()
        self._sizes: list[Numbers] = []
        self._lengths: list[Numbers] = []
        self.mean_lengths: dict[str, float] = {}
        self._open = ExitStack()
        self._spool = self._temporary("postings.tmp")

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
        number = np.empty(len(terms), dtype=np.uint32)
        number[[numbers[term] for term in terms]] = np.arange(len(terms), dtype=np.uint32)
        frequency = np.zeros(len(terms), dtype=np.int64)
        for _, postings in self._blocks():
            frequency += np.bincount(number[postings["term"]], minlength=len(terms))
        starts = np.concatenate([[0], np.cumsum(frequency)]).astype(np.int64)
        np.save(path_of(self._folder, "starts"), starts)
        none = np.zeros((0, len(FIELDS)), dtype=np.int64)
        lengths = np.concatenate([none, *self._lengths]).astype(np.float64)
        means = np.maximum(lengths.sum(axis=0) / max(len(lengths), 1), 1e-9)
        self.mean_lengths = {
            field.name: round(float(mean), 6) for field, mean in zip(FIELDS, means, strict=True)
        }
        parts = np.searchsorted(starts, np.arange(0, starts[-1], _POSTINGS))
        bounds = np.unique([*parts, len(terms)])
        runs = {name: self._temporary(f"{name}.tmp") for name in ("terms", *_OF_POSTINGS)}
        places = []
        for rows, postings in self._blocks():
            before = runs["fields"].tell()
            order, in_order = _by_term(number[postings["term"]])
            weights, fields = _weighed(postings, lengths[rows], means)
            runs["terms"].write(in_order.data)
            columns: list[npt.NDArray[Any]] = [rows, weights, fields]
            for name, column in zip(_OF_POSTINGS, columns, strict=True):
                runs[name].write(column.astype(ARRAYS[name])[order].data)
            places.append(before + np.searchsorted(in_order, bounds))
        self._put_together(runs, np.array(places, dtype=np.int64), int(starts[-1]))
        self.close()
        return terms

    def close(self) -> None:
        """Drop the files that postings were kept in."""
        self._open.close()

    def _temporary(self, name: str) -> BinaryIO:
        """Open a file that is gone when it is closed, or all is."""
        path = self._folder / name
        self._open.callback(path.unlink, missing_ok=True)
        return self._open.enter_context(path.open("w+b"))

    def _blocks(self) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.void]]]:
        """Yield the postings as they were added, those of some thousand papers, and their rows."""
        self._spool.seek(0)
        first, some = 0, list[Numbers]()
        for place, sizes in enumerate(self._sizes):
            some.append(sizes)
            if sum(map(len, some)) < _PAPERS and place < len(self._sizes) - 1:
                continue
            together = np.concatenate(some)
            some.clear()
            data = self._spool.read(int(together.sum()) * POSTING.itemsize)
            rows = np.arange(first, first + len(together), dtype=np.int32)
            first += len(together)
            yield np.repeat(rows, together), np.frombuffer(data, dtype=POSTING)

    def _put_together(self, runs: dict[str, BinaryIO], places: Numbers, postings: int) -> None:
        """Write the arrays: the postings of the first terms in each of the runs, and so on.

        Args:
            runs: of each kind of what is known of postings, all, those of a run by term.
            places: of postings, with which the parts of each run begin ``(runs, parts + 1)``.
            postings: how many there are.
        """
        for name in _OF_POSTINGS:  # one entry more than there are: an empty array cannot be mapped
            header = {"fortran_order": False, "shape": (postings + 1,)}
            descr = np.lib.format.dtype_to_descr(np.dtype(ARRAYS[name]))
            with path_of(self._folder, name).open("wb") as file:
                np.lib.format.write_array_header_1_0(file, {**header, "descr": descr})
        for begins, ends in itertools.pairwise(places.T):
            spans = list(zip(begins, ends, strict=True))
            order, _ = _by_term(_read(runs["terms"], np.uint32, spans))
            for name in _OF_POSTINGS:
                with path_of(self._folder, name).open("ab") as file:
                    file.write(_read(runs[name], ARRAYS[name], spans)[order].data)
        for name in _OF_POSTINGS:
            with path_of(self._folder, name).open("ab") as file:
                file.write(np.zeros(1, dtype=ARRAYS[name]).data)


def _read(file: BinaryIO, kind: Any, spans: Sequence[tuple[int, int]]) -> npt.NDArray[Any]:
    """Return some of the numbers of a file, one span after the other."""
    found, size = bytearray(), np.dtype(kind).itemsize
    for begins, ends in spans:
        file.seek(begins * size)
        found += file.read((ends - begins) * size)
    return np.frombuffer(found, dtype=kind)


def _by_term(terms: npt.NDArray[np.uint32]) -> tuple[Numbers, npt.NDArray[np.uint32]]:
    """Return the order in which terms come by number, each in the order that it has, and them."""
    # Each with its place as one number: to sort these takes a fifth of a stable sort of the terms.
    placed = (terms.astype(np.int64) << 32) | np.arange(len(terms))
    placed.sort()
    return placed & 0xFFFFFFFF, (placed >> 32).astype(np.uint32)


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
