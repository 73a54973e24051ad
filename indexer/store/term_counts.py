"""How often each term is in each field of some papers: what can be counted of an index by parts."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from indexer.bm25f import FIELDS
from indexer.fields import keywords_of
from indexer.paper import Paper
from indexer.words import in_both_orders, paired, spaced, telling, terms

POSTING = np.dtype([("term", "<u4"), *((f.name, "<u2") for f in FIELDS)])
"""A term of a paper, and how often it is in each field."""

_MOST = np.iinfo("<u2").max

Numbers = npt.NDArray[np.int64]


def texts_of(paper: Paper) -> tuple[str, ...]:
    """Return the text of each of :data:`FIELDS`."""
    authors, keywords = " ".join(map(in_both_orders, paper.authors)), " ".join(keywords_of(paper))
    return paper.own_title, paper.abstract, authors, keywords


class _Numbers(dict[str, int]):
    """The number of each word's term, counted from 0 as they come; -1 of one that is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.of: dict[str, int] = {}  # each term

    def __missing__(self, word: str) -> int:
        term = telling(word)
        self[word] = number = self._number(term) if term else -1
        return number

    def read(self, text: str) -> tuple[list[int], int]:
        """Return the terms of a text and the pairs in it, and how many it has without these."""
        found = [number for number in map(self.__getitem__, spaced(text) or ()) if number >= 0]
        if found or not text:
            return found, len(found)
        in_order = terms(text)
        return list(map(self._number, in_order + paired(text))), len(in_order)

    def _number(self, term: str) -> int:
        return self.of.setdefault(term, len(self.of))


@dataclass(frozen=True, slots=True, eq=False)
class TermCounts:
    """The terms of ``n`` papers.

    Attributes:
        terms: each once.
        sizes: ``(n,)``, how many terms each paper has.
        lengths: ``(n, fields)``, of the fields in terms, repetitions too.
        postings: ``(sum of sizes,)`` of dtype :data:`POSTING`, paper by paper; the number of a term
            is its place in ``terms``.
    """

    terms: list[str]
    sizes: Numbers
    lengths: Numbers
    postings: npt.NDArray[np.void]

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]]) -> Self:
        """Count the terms of papers: of each the text of each of :data:`FIELDS`."""
        numbers = _Numbers()
        lengths = np.zeros((len(texts), len(FIELDS)), dtype=np.int64)
        found: list[tuple[array[int], Numbers]] = []
        for place in range(len(FIELDS)):
            terms_of_field, sizes = array("q"), np.zeros(len(texts), dtype=np.int64)
            for row, paper in enumerate(texts):
                read, lengths[row, place] = numbers.read(paper[place])
                terms_of_field.extend(read)
                sizes[row] = len(read)
            found.append((terms_of_field, sizes))
        most = max(len(numbers.of), 1)
        rows = np.arange(len(texts), dtype=np.int64)
        # A paper and its term as one number: these sort as the two do.
        counted = [
            np.unique(np.repeat(rows * most, sizes) + np.array(of, np.int64), return_counts=True)
            for of, sizes in found
        ]
        pairs = np.sort(np.concatenate([pair for pair, _ in counted]))
        pairs = pairs[np.diff(pairs, prepend=-1) > 0]  # np.unique hashes them: ten times as long
        postings = np.zeros(len(pairs), dtype=POSTING)
        postings["term"] = pairs % most
        for field, (pair, times) in zip(FIELDS, counted, strict=True):
            postings[field.name][np.searchsorted(pairs, pair)] = np.minimum(times, _MOST)
        sizes = np.bincount(pairs // most, minlength=len(texts))
        return cls(list(numbers.of), sizes, lengths, postings)
