"""What tells some papers from all others: a linear classifier that needs no training loop."""

from __future__ import annotations

import numpy as np

from indexer.encoder import Vectors
from search_api.fusion import Array

RIDGE = 1.0
"""Added to the variance of every direction, as a multiple of the mean variance."""


class Background:
    """Mean and covariance of the vectors of a corpus, or of a sample of it.

    Args:
        vectors: ``(n, dim)``.
    """

    def __init__(self, vectors: Vectors) -> None:
        centred = vectors.astype(np.float64)
        self._mean = centred.mean(axis=0)
        centred -= self._mean
        covariance = centred.T @ centred / len(vectors)
        spread = float(np.trace(covariance)) / len(self._mean)
        self._covariance = covariance + (RIDGE * spread or 1.0) * np.eye(len(self._mean))

    def telling(self, mean: Array) -> Array:
        """Return the vector ``(dim,)`` along which some papers differ most from the others.

        Fisher's linear discriminant, ``(Σ + λI)⁻¹ (μ⁺ - μ)``, with the covariance of the corpus for
        both classes, as some examples have none of their own (Hariharan, Malik and Ramanan,
        "Discriminative decorrelation for clustering and classification", ECCV 2012).

        Args:
            mean: of the vectors of the papers, ``(dim,)``.
        """
        direction: Array = np.linalg.solve(self._covariance, mean - self._mean)
        return direction
