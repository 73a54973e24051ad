"""What the arrays are that modules hand to each other: their shapes, dtypes and units."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
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

_TAKEN_AT_ONCE = 1024
"""Vectors: to read one makes its neighbours on disk resident, too."""


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


def blocks(vectors: Vectors, size: int) -> Iterator[tuple[int, Vectors]]:
    """Yield vectors ``(n, dim)`` a block at a time, and the row at which each begins.

    Of vectors that are mapped from disk no more than a block is resident while they are passed.
    """
    for start in range(0, len(vectors), size):
        yield start, np.ascontiguousarray(vectors[start : start + size])
        release(vectors)


def taken(vectors: Vectors, rows: Rows) -> Vectors:
    """Return the vectors of some rows ``(k, dim)``, a copy; they stay no more resident than that.

    Args:
        vectors: ``(n, dim)``.
        rows: best in rising order ``(k,)``.
    """
    copies = np.empty((len(rows), vectors.shape[1]), vectors.dtype)
    for start in range(0, len(rows), _TAKEN_AT_ONCE):
        part = slice(start, start + _TAKEN_AT_ONCE)
        copies[part] = vectors[rows[part]]
        release(vectors)
    return copies


def release(vectors: Vectors) -> None:
    """Let vectors that are mapped from disk be resident no longer; they are read again at need."""
    file: object = vectors.base
    shared = isinstance(vectors, np.memmap) and vectors.mode != "c"  # else what was set is lost
    if shared and isinstance(file, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        file.madvise(mmap.MADV_DONTNEED)
