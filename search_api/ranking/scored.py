"""What candidates score for a question: by each signal, and all together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from indexer.arrays import Array, Mask, Rows
from indexer.kept import kept


@dataclass(frozen=True, eq=False)
class Scored:
    """Exact scores of candidates, which need not be all papers. Arrays are ``(m,)``.

    Attributes:
        rows: the candidates; those of a list ascending.
        scores: by the name of a signal: cosines, BM25F.
        standard: by the name of a signal, z-scores; empty in the other modes than hybrid.
        weights: of these in the hybrid score; likewise.
        lift: what the nearest papers add to it; ``None`` likewise.
        second: what a second look adds to it; ``None`` where none was taken.
        bound: no paper of the selection that is not among the candidates scores more; ``-inf``
            where there is none.
    """

    rows: Rows
    scores: Mapping[str, Array]
    standard: Mapping[str, Array]
    weights: Mapping[str, float]
    lift: Array | None
    bound: float
    second: Array | None = None

    @kept
    def added(self) -> Mapping[str, Array]:
        """By the name of a signal, what it adds to the hybrid score; empty in the other modes."""
        return {name: self.weights[name] * one for name, one in self.standard.items()}

    @kept
    def score(self) -> Array:
        """By which the list is ordered, on the scale of the mode."""
        if self.lift is None:
            (alone,) = self.scores.values()
            return alone
        total: Array = sum(self.added.values(), start=np.zeros(len(self.rows)))
        total += self.lift
        return total if self.second is None else total + self.second

    def some(self, places: Rows) -> Self:
        """Return those candidates that stand at some places, in their order."""
        return replace(
            self,
            rows=self.rows[places],
            scores={name: one[places] for name, one in self.scores.items()},
            standard={name: one[places] for name, one in self.standard.items()},
            lift=None if self.lift is None else self.lift[places],
            second=None if self.second is None else self.second[places],
        )

    @kept
    def sure(self) -> Mask:
        """Which candidates stand before every paper that is none: their order is that of all."""
        return self.score > self.bound
