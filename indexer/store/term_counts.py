"""How often each term is in each field of some papers: what can be counted of an index by parts."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
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


_WORDS = 1 << 18
"""Words whose numbers are remembered, at most, some 40 MB: most words of a corpus are rare."""


class TermNumbers(dict[str, int]):
    """The number of each word's term, counted from 0 as they come; -1 of one that is left out.

    Attributes:
        of: the number of each term.
    """

    def __init__(self) -> None:
        super().__init__()
        self.of: dict[str, int] = {}

    def __missing__(self, word: str) -> int:
        if len(self) >= _WORDS:
            self.clear()
        term = telling(word)
        self[word] = number = self._number(term) if term else -1
        return number

    def read(self, texts: Sequence[str]) -> tuple[Numbers, Numbers, Numbers]:
        """Return the terms of texts and the pairs in them, text by text.

        Returns:
            The place of the text of each, its number, and of each text how many it has without
            pairs.
        """
        words = array("q")

        def counted(text: str) -> list[str]:
            found = spaced(text) or []
            words.append(len(found))
            return found

        every = chain.from_iterable(map(counted, texts))
        numbers = np.fromiter(map(self.__getitem__, every), np.int64)
        places = np.repeat(np.arange(len(texts)), words)
        kept = numbers >= 0
        places, numbers = places[kept], numbers[kept]
        lengths = np.bincount(places, minlength=len(texts))
        more_places, more = array("q"), array("q")
        for place in np.flatnonzero(lengths == 0).tolist():
            if text := texts[place]:  # without spaces between words, or of stop words only
                in_order = terms(text)
                found = [self._number(term) for term in in_order + paired(text)]
                more_places.extend([place] * len(found))
                more.extend(found)
                lengths[place] = len(in_order)
        places = np.concatenate([places, np.array(more_places, np.int64)])
        numbers = np.concatenate([numbers, np.array(more, np.int64)])
        return places, numbers, lengths

    def _number(self, term: str) -> int:
        return self.of.setdefault(term, len(self.of))


@dataclass(frozen=True, slots=True, eq=False)
class TermCounts:
    """The terms of ``n`` papers.

    Attributes:
        sizes: ``(n,)``, how many terms each paper has.
        lengths: ``(n, fields)``, of the fields in terms, repetitions too.
        postings: ``(sum of sizes,)`` of dtype :data:`POSTING`, paper by paper.
    """

    sizes: Numbers
    lengths: Numbers
    postings: npt.NDArray[np.void]

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]], numbers: TermNumbers) -> Self:
        """Count the terms of papers.

        Args:
            texts: of each paper the text of each of :data:`FIELDS`.
            numbers: of the terms; those that are new are added.
        """
        read = [numbers.read([paper[place] for paper in texts]) for place in range(len(FIELDS))]
        most = max(len(numbers.of), 1)
        # A paper and its term as one number: these sort as the two do.
        counted = [
            np.unique(places * most + found, return_counts=True) for places, found, _ in read
        ]
        pairs = np.sort(np.concatenate([pair for pair, _ in counted]))
        pairs = pairs[np.diff(pairs, prepend=-1) > 0]  # np.unique hashes them: ten times as long
        postings = np.zeros(len(pairs), dtype=POSTING)
        postings["term"] = pairs % most
        for field, (pair, times) in zip(FIELDS, counted, strict=True):
            postings[field.name][np.searchsorted(pairs, pair)] = np.minimum(times, _MOST)
        sizes = np.bincount(pairs // most, minlength=len(texts))
        lengths = np.stack([of_field for _, _, of_field in read], axis=1)
        return cls(sizes, lengths, postings)
