"""What the arrays are that modules hand to each other: their shapes, dtypes and units."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Rows are embeddings of unit length, shape ``(n, dim)``."""

Array = npt.NDArray[np.float64]
"""Scores, or what they are made of, shape ``(n,)``."""

Rows = npt.NDArray[np.int64]
"""Papers, by row, counted from 0, shape ``(n,)``."""

Mask = npt.NDArray[np.bool_]
"""``True`` for papers that take part, shape ``(n,)``."""

Points = npt.NDArray[np.float32]
"""Coordinates ``(n, 2)``, in [-1, 1]."""


def best(values: npt.NDArray[np.number], most: int) -> Rows:
    """Return the indexes of the highest values in falling order; of equals the earlier is first."""
    if len(values) > most > 0:
        lowest = np.partition(values, -most)[-most]
        candidates = np.flatnonzero(values >= lowest)
    else:
        candidates = np.arange(len(values))
    return candidates[np.argsort(-values[candidates], kind="stable")][:most]


Floating = TypeVar("Floating", bound=np.floating)


def unit(vectors: npt.NDArray[Floating]) -> npt.NDArray[Floating]:
    """Scale a vector ``(dim,)``, or each row of ``(n, dim)``, to length 1; one of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: npt.NDArray[Floating] = vectors / np.where(lengths > 0, lengths, lengths.dtype.type(1))
    return scaled
