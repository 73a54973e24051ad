"""Pairs to tell apart: a title or a sentence of a paper, and the rest of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain

import numpy as np
import scipy.sparse as sp

from indexer.models.static_table import TokenIds
from indexer.training.static_model import StaticModel, bags_of

TITLES = 0.5
"""The share of pairs that are a title and its abstract; else a sentence and title and rest."""


class Pairs:
    """The tokens of papers, from which each epoch draws other pairs.

    Args:
        papers: of each its title, then the sentences of its abstract, two or more.
        model: whose tokenizer reads them.
    """

    def __init__(self, papers: Sequence[Sequence[str]], model: StaticModel) -> None:
        self._vocabulary = len(model.table)
        self._papers = [0, *accumulate(map(len, papers))]
        self._ids, counts = model.tokens(list(chain.from_iterable(papers)))
        self._starts = [0, *np.cumsum(counts).tolist()]

    def __len__(self) -> int:
        return len(self._papers) - 1

    def drawn(
        self, rows: Sequence[int], rng: np.random.Generator
    ) -> tuple[sp.csr_matrix, sp.csr_matrix]:
        """Return the bags of a part of each paper, and of the rest of it: ``(n, vocabulary)``."""
        parts, rests = [], []
        for row, chance, place in zip(
            rows, rng.random(len(rows)), rng.random(len(rows)), strict=True
        ):
            first, end = self._papers[row], self._papers[row + 1]
            chosen = first if chance < TITLES else first + 1 + int(place * (end - first - 1))
            start, stop = self._starts[chosen], self._starts[chosen + 1]
            parts.append(self._ids[start:stop])
            before = self._ids[self._starts[first] : start]
            rests.append(np.concatenate([before, self._ids[stop : self._starts[end]]]))
        return self._bags(parts), self._bags(rests)

    def titles(self) -> tuple[sp.csr_matrix, sp.csr_matrix]:
        """Return the bags of all titles, and of their abstracts."""
        titles, abstracts = [], []
        for first, end in zip(self._papers, self._papers[1:], strict=False):
            start, stop = self._starts[first], self._starts[first + 1]
            titles.append(self._ids[start:stop])
            abstracts.append(self._ids[stop : self._starts[end]])
        return self._bags(titles), self._bags(abstracts)

    def _bags(self, texts: Sequence[TokenIds]) -> sp.csr_matrix:
        counts = np.fromiter(map(len, texts), np.int64, len(texts))
        return bags_of(np.concatenate(texts), counts, self._vocabulary)
