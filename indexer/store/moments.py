"""Mean and covariance of the vectors of a corpus, by which a query's cosines are standardised.

The cosines of a query ``q`` with ``n`` vectors ``v`` have the mean ``q·μ`` and the variance
``qᵀ C q``, with ``μ`` the mean of the vectors and ``C`` their covariance: so a z-score is exact
without scoring anybody. Kept centred, as ``E[x²] - E[x]²`` would lose all digits where vectors are
alike. Parts of a corpus add up (Chan, Golub and LeVeque, "Updating formulae and a pairwise
algorithm for computing sample variances", 1979).

One array, float64 ``(dim + 1, dim)``: the mean, and below it the covariance.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from indexer.arrays import Array, Vectors
from indexer.errors import IndexCorrupted

MOMENTS = "moments.npy"


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Of ``count`` vectors the mean ``(dim,)`` and the population covariance ``(dim, dim)``."""

    count: int
    mean: Array
    covariance: npt.NDArray[np.float64]

    @classmethod
    def none(cls, dimension: int) -> Self:
        """Return the moments of no vectors: all 0."""
        return cls(0, np.zeros(dimension), np.zeros((dimension, dimension)))

    @classmethod
    def of(cls, vectors: Vectors) -> Self:
        """Return the moments of vectors ``(n, dim)``, n at least 1."""
        exact = vectors.astype(np.float64)
        mean = exact.mean(axis=0)
        exact -= mean
        return cls(len(vectors), mean, exact.T @ exact / len(vectors))

    def with_part(self, other: Self) -> Self:
        """Return the moments of these vectors and others together."""
        count = self.count + other.count
        share = other.count / max(count, 1)
        apart = other.mean - self.mean
        covariance = (1 - share) * self.covariance + share * other.covariance
        covariance += share * (1 - share) * np.outer(apart, apart)
        return type(self)(count, self.mean + share * apart, covariance)

    def spread(self, direction: Vectors) -> tuple[float, float]:
        """Return mean and population deviation of the cosines of a direction ``(dim,)``."""
        exact = direction.astype(np.float64)
        variance = float(exact @ self.covariance @ exact)
        return float(exact @ self.mean), float(np.sqrt(max(variance, 0.0)))

    def save(self, folder: Path, name: str = MOMENTS) -> None:
        """Write them into the folder of a generation."""
        np.save(folder / name, np.vstack([self.mean, self.covariance]))

    @classmethod
    def read(cls, folder: Path, count: int, dimension: int, name: str = MOMENTS) -> Self:
        """Open those of a generation.

        Raises:
            IndexCorrupted: the file is missing or of another dimension.
        """
        try:
            table = np.load(folder / name)
        except (OSError, EOFError, ValueError) as error:
            raise IndexCorrupted(f"{folder / name}: {error}", file=str(folder)) from error
        if table.shape != (dimension + 1, dimension):
            raise IndexCorrupted(
                f"{folder / name}: of shape {table.shape}, the vectors have {dimension} dimensions",
                file=str(folder),
            )
        return cls(count, table[0], table[1:])
