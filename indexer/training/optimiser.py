"""Adam for a table of which a batch touches a few rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt

from indexer.arrays import Vectors

_FIRST, _SECOND, _TINY = 0.9, 0.99, 1e-10


@dataclass(slots=True)
class LazyAdam:
    """Adam (Kingma and Ba, 2015) whose moments of a row stand still where no batch touches it.

    Attributes:
        first: mean of the gradients ``(rows, dim)`` float32.
        second: mean of their squares.
        steps: how often each row was touched ``(rows,)`` int32.
    """

    first: Vectors
    second: Vectors
    steps: npt.NDArray[np.int32] = field(repr=False)

    @classmethod
    def of(cls, table: Vectors) -> Self:
        """Return one that has seen nothing."""
        return cls(np.zeros_like(table), np.zeros_like(table), np.zeros(len(table), np.int32))

    def step(
        self, table: Vectors, rows: npt.NDArray[np.integer], gradient: Vectors, rate: float
    ) -> None:
        """Change some rows of a table in place.

        Args:
            table: ``(rows, dim)``.
            rows: which, each once ``(k,)``.
            gradient: of the loss, for these rows ``(k, dim)``.
            rate: the learning rate.
        """
        self.steps[rows] += 1
        first = _FIRST * self.first[rows] + (1 - _FIRST) * gradient
        second = _SECOND * self.second[rows] + (1 - _SECOND) * gradient * gradient
        self.first[rows], self.second[rows] = first, second
        times = self.steps[rows, None].astype(np.float32)
        mean, square = first / (1 - _FIRST**times), second / (1 - _SECOND**times)
        table[rows] -= np.float32(rate) * mean / (np.sqrt(square) + _TINY)
