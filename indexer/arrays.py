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
"""Papers, by row id or by index, which is one less, shape ``(n,)``."""

Mask = npt.NDArray[np.bool_]
"""``True`` for papers that take part, shape ``(n,)``."""

Points = npt.NDArray[np.float32]
"""Coordinates ``(n, 2)``, in [-1, 1]."""

Floating = TypeVar("Floating", bound=np.floating)


def unit(vectors: npt.NDArray[Floating]) -> npt.NDArray[Floating]:
    """Scale a vector ``(dim,)``, or each row of ``(n, dim)``, to length 1; one of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: npt.NDArray[Floating] = vectors / np.where(lengths > 0, lengths, lengths.dtype.type(1))
    return scaled
