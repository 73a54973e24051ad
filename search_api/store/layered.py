"""Papers by meaning while one model still reads them and another stands in for it.

The cosines of two models are on scales of their own. Those of the finer one are brought to the mean
and the deviation that the cosines of the same papers have in the first space::

    brought = M + D * (cosine - m) / d

with ``m`` and ``d`` of the finer cosines of the papers that the finer space covers, ``M`` and ``D``
of the first cosines of the same papers. So who is covered is not favoured for it, however few and
of whatever kind these papers are, and mean and deviation over all papers are those of the first
space: nothing need be scored for them. What is ordered by two spaces is a score on one scale.
"""

from __future__ import annotations

import numpy as np

from indexer.arrays import Array, Rows, Vectors
from indexer.kept import kept
from indexer.store.finer import FinerSpace
from search_api.store.scorers import Dense, Meaning, spread_of


class Layered(Dense):
    """Papers by the finer space where it covers them, and by the first where it does not.

    Where no two papers differ in the finer space, as where it covers one, all are by the first.

    Args:
        first: scores all papers.
        finer: its papers and vectors.
        directions: of the question in both spaces.
    """

    def __init__(
        self, first: Meaning, finer: FinerSpace, directions: tuple[Vectors, Vectors]
    ) -> None:
        self._first = first
        self._finer = finer
        self._meaning = Meaning(finer.vectors, finer.moments, directions[1])
        self._scale = spread_of(finer.first, directions[0])

    @kept
    def _all(self) -> Array:  # scored when first needed
        scores = self._first.scores(np.arange(len(self._first)))
        if self._meaning.deviation:
            scores[self._finer.rows] = self._brought(np.arange(len(self._finer.rows)))
        return scores

    @property
    def _spread(self) -> tuple[float, float]:
        return self._first.mean, self._first.deviation

    def _few(self, rows: Rows) -> Array:
        scores = self._first.scores(rows)
        at = self._finer.places(rows)
        if self._meaning.deviation:
            scores[at >= 0] = self._brought(at[at >= 0])
        return scores

    def measured(self, rows: Rows) -> Array:
        """Return the cosines of papers, each by the model that it is ranked by."""
        cosines = self._first.scores(rows)
        at = self._finer.places(rows)
        cosines[at >= 0] = self._meaning.scores(at[at >= 0])
        return cosines

    def _brought(self, places: Rows) -> Array:
        mean, deviation = self._scale
        standard = (self._meaning.scores(places) - self._meaning.mean) / self._meaning.deviation
        return mean + deviation * standard
