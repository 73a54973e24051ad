"""The columns of a generation: what papers are filtered and counted by, as arrays mapped from disk.

One array for each of these, entry ``i`` of paper ``i`` in the order of the rows::

    columns-year.npy       int32  (n,)  0: not known
    columns-date.npy       int32  (n,)  YYYYMMDD; YYYY0000 where only the year is known; else 0
    columns-has_FLAG.npy   int8   (n,)  1, 0; -1: not stated

and five for each field of terms, whose ``t`` values are in the order of their code points::

    columns-FIELD-starts.npy  int64  (n + 1,)    the terms of paper i are starts[i] … starts[i + 1]
    columns-FIELD-terms.npy   int32  (pairs,)    index into the values, in the order of the paper
    columns-FIELD-values.npy  uint8              the values as UTF-8, one after the other
    columns-FIELD-words.npy   uint8              their words folded, a space on both sides of each,
                                                 and a line end
    columns-FIELD-bounds.npy  int64  (2, t + 1)  where each value begins, and its words
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from indexer.arrays import Mask, Rows
from indexer.errors import IndexCorrupted
from indexer.fields import FLAGS, TERMS, YEARS
from indexer.paper import Paper
from indexer.words import folded_words

_OF_TERMS = ("starts", "terms", "values", "words", "bounds")
_LONGEST_NAME = 16
"""Characters of a run that is looked for from each of them on; a longer one is no name."""
_FEW = 16
"""Where one of so many papers or fewer is counted, its pairs are taken out one by one."""

Indexes = npt.NDArray[np.int64]


class ColumnsBuilder:
    """Collects the columns of papers, then writes the arrays.

    It holds some 60 bytes a paper and 4 for each of its terms, and every value once.
    """

    def __init__(self) -> None:
        self._year = array("i")
        self._date = array("i")
        self._flags = {flag.parameter: array("b") for flag in FLAGS}
        self._terms = {field.name: _TermsBuilder() for field in TERMS}

    def add(self, paper: Paper) -> None:
        """Add the paper of the next row."""
        self._year.append(paper.year or 0)
        self._date.append(
            int(paper.date.replace("-", "")) if paper.date else (paper.year or 0) * 10_000
        )
        for flag in FLAGS:
            value = flag.value(paper)
            self._flags[flag.parameter].append(-1 if value is None else int(value))
        for field in TERMS:
            self._terms[field.name].add(field.values(paper))

    def extend(self, others: ColumnsBuilder) -> None:
        """Add the papers of another builder behind those that are here."""
        self._year += others._year
        self._date += others._date
        for name, states in others._flags.items():
            self._flags[name] += states
        for name, terms in others._terms.items():
            self._terms[name].extend(terms)

    def save(self, folder: Path) -> None:
        """Write the arrays into the folder of a generation."""
        _save(folder, "year", np.array(self._year, dtype=np.int32))
        _save(folder, "date", np.array(self._date, dtype=np.int32))
        for name, states in self._flags.items():
            _save(folder, name, np.array(states, dtype=np.int8))
        for name, terms in self._terms.items():
            terms.save(folder, name)


class _TermsBuilder:
    """Collects the values of one field."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._terms = array("i")
        self._starts = array("q", [0])

    def add(self, values: Iterable[str]) -> None:
        numbers = self._numbers
        self._terms.extend(numbers.setdefault(one, len(numbers)) for one in dict.fromkeys(values))
        self._starts.append(len(self._terms))

    def extend(self, others: _TermsBuilder) -> None:
        numbers, before = self._numbers, len(self._terms)
        number_of = [numbers.setdefault(value, len(numbers)) for value in others._numbers]
        self._terms.extend(map(number_of.__getitem__, others._terms))
        self._starts.extend(before + end for end in others._starts[1:])

    def save(self, folder: Path, name: str) -> None:
        values = sorted(self._numbers)
        place = np.empty(len(values), dtype=np.int32)
        place[[self._numbers[value] for value in values]] = np.arange(len(values), dtype=np.int32)
        _save(folder, f"{name}-starts", np.array(self._starts, dtype=np.int64))
        _save(folder, f"{name}-terms", place[np.array(self._terms, dtype=np.int32)])
        value_bounds = _save_texts(folder, f"{name}-values", (one.encode() for one in values))
        lines = (f" {' '.join(folded_words(one))} \n".encode() for one in values)
        word_bounds = _save_texts(folder, f"{name}-words", lines)
        _save(folder, f"{name}-bounds", np.stack([value_bounds, word_bounds]))


@dataclass(frozen=True, slots=True)
class Terms:
    """The values of a field, and the papers that have them."""

    starts: Indexes  # (n + 1,)
    terms: npt.NDArray[np.int32]  # (pairs,)
    texts: npt.NDArray[np.uint8]
    words: npt.NDArray[np.uint8]
    bounds: Indexes  # (2, t + 1)

    @classmethod
    def read(cls, folder: Path, name: str) -> Self:
        """Map the arrays of a field.

        Raises:
            IndexCorrupted: one is missing or does not fit the others.
        """
        found = cls(*(_load(folder, f"{name}-{part}") for part in _OF_TERMS))
        ends = (found.starts[-1], *found.bounds[:, -1])
        if ends != (len(found.terms), len(found.texts), len(found.words)):
            raise IndexCorrupted(
                f"{folder}: the columns of {name} do not fit each other", file=str(folder)
            )
        return found

    def __len__(self) -> int:
        return len(self.bounds[0]) - 1

    def value(self, term: int) -> str:
        """Return the value of a term."""
        return self.texts[slice(*self.bounds[0, term : term + 2])].tobytes().decode()

    def values(self) -> Iterator[str]:
        """Yield all values, in their order."""
        return map(self.value, range(len(self)))

    def with_runs(self, runs: Iterable[Sequence[str]]) -> Indexes:
        """Return the terms that have all of some runs of words, at least one, in any order.

        A run may also be the whole of a term from another of its words on: 王小伟 is 小伟 王 where
        the given name comes first, and nothing in it tells which that is.
        """
        return reduce(np.intersect1d, map(self._with_run, runs))

    def _with_run(self, run: Sequence[str]) -> Indexes:
        found = [self._having(" ".join(run))[0]]
        for at in range(1, len(run) if len(run) <= _LONGEST_NAME else 0):
            terms, places = self._having(" ".join([*run[at:], *run[:at]]), "\n")
            found.append(terms[places == self.bounds[1, terms]])
        return np.unique(np.concatenate(found))

    def _having(self, words: str, end: str = "") -> tuple[Indexes, Indexes]:
        """Return the terms that have words one after the other, and where in the file they do."""
        found = re.finditer(re.escape(f" {words} {end}".encode()), self.words.data)
        places = np.fromiter((match.start() for match in found), dtype=np.int64)
        return np.searchsorted(self.bounds[1], places, side="right") - 1, places

    def papers(self, terms: Mask) -> Mask:
        """Return which papers ``(n,)`` have any of the terms of a mask ``(t,)``."""
        papers = np.zeros(len(self.starts) - 1, dtype=np.bool_)
        if terms.any():
            pairs = np.flatnonzero(terms[self.terms])
            papers[np.searchsorted(self.starts, pairs, side="right") - 1] = True
        return papers

    def firsts(self) -> Indexes:
        """Return the first term of every paper ``(n,)``, -1 where it has none."""
        firsts = np.full(len(self.starts) - 1, -1, dtype=np.int64)
        some = np.flatnonzero(np.diff(self.starts))
        firsts[some] = self.terms[self.starts[some]]
        return firsts

    def count(self, papers: Mask) -> tuple[Indexes, Indexes]:
        """Return the terms of the papers of a mask ``(n,)``, and of how many of them each is."""
        rows = np.flatnonzero(papers)
        if len(rows) * _FEW <= len(papers):
            few, of_few = np.unique(self._terms_of(rows), return_counts=True)
            return few.astype(np.int64), of_few
        pairs = np.repeat(papers, np.diff(self.starts))
        counts = np.bincount(self.terms[pairs], minlength=len(self))
        terms = np.flatnonzero(counts)
        return terms, counts[terms]

    def _terms_of(self, rows: Rows) -> npt.NDArray[np.int32]:
        """Return the terms of papers, one after the other."""
        starts = self.starts[rows]
        sizes = self.starts[rows + 1] - starts
        before = np.cumsum(sizes) - sizes
        pairs = np.arange(sizes.sum()) + np.repeat(starts - before, sizes)
        terms: npt.NDArray[np.int32] = self.terms[pairs]
        return terms


@dataclass(frozen=True, slots=True)
class StoredColumns:
    """The columns of ``n`` papers; see the module for what is in them."""

    year: npt.NDArray[np.int32]
    date: npt.NDArray[np.int32]
    flags: dict[str, npt.NDArray[np.int8]]  # by the name of the filter
    terms: dict[str, Terms]  # by field

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Map the columns of a generation.

        Raises:
            IndexCorrupted: a column is missing or does not fit the others.
        """
        found = cls(
            _load(folder, "year"),
            _load(folder, "date"),
            {flag.parameter: _load(folder, flag.parameter) for flag in FLAGS},
            {field.name: Terms.read(folder, field.name) for field in TERMS},
        )
        sizes = {len(found.year), len(found.date), *map(len, found.flags.values())}
        if len(sizes | {len(terms.starts) - 1 for terms in found.terms.values()}) > 1:
            raise IndexCorrupted(f"{folder}: the columns are not of one length", file=str(folder))
        return found


def lacking_fields(files: Collection[str]) -> list[str]:
    """Return the fields whose columns a generation has not, as it was built before they were.

    Args:
        files: names of those that its manifest lists.
    """
    names = {
        YEARS.name: ["year", "date"],
        **{flag.name: [flag.parameter] for flag in FLAGS},
        **{field.name: [f"{field.name}-{part}" for part in _OF_TERMS] for field in TERMS},
    }
    return [
        field
        for field, columns in names.items()
        if not all(_path(Path(), column).name in files for column in columns)
    ]


def _save_texts(folder: Path, name: str, texts: Iterable[bytes]) -> Indexes:
    """Write texts one after the other, and return where each begins, and the last ends."""
    joined, bounds = bytearray(), [0]
    for text in texts:
        joined += text
        bounds.append(len(joined))
    _save(folder, name, np.frombuffer(joined, dtype=np.uint8))
    return np.array(bounds, dtype=np.int64)


def _save(folder: Path, name: str, column: npt.NDArray[Any]) -> None:
    np.save(_path(folder, name), column)


def _load(folder: Path, name: str) -> npt.NDArray[Any]:
    try:
        # Mapped, not copied: opens at once, and all workers share the pages.
        return np.asarray(np.load(_path(folder, name), mmap_mode="r"))
    except (OSError, EOFError, ValueError) as error:
        raise IndexCorrupted(f"{folder}: {error}", file=str(folder)) from error


def _path(folder: Path, name: str) -> Path:
    return folder / f"columns-{name}.npy"
