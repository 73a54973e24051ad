"""The vectors of a generation: a FAISS index that is exact, read-only once written.

Inner product over vectors of length 1 is the cosine. They lie in the order of the papers' rows.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from indexer.arrays import Rows, Vectors
from indexer.errors import IndexCorrupted

METRIC = "inner_product"

_BLOCK = 4096
"""Vectors that are held in memory together."""

Scores = npt.NDArray[np.float32]


class VectorIndexBuilder:
    """Collects vectors of one dimension in the order of the rows, and writes them once.

    All are held in memory until then, ``4 · dim`` bytes each.
    """

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._index = faiss.IndexFlatIP(dimension)

    def add(self, vectors: Vectors) -> None:
        """Add the vectors ``(n, dim)`` of length 1 of the next rows.

        Raises:
            ValueError: wrong shape, or a value that is not finite (FAISS would take both).
        """
        if vectors.ndim != 2 or vectors.shape[1] != self.dimension:
            raise ValueError(f"vectors of shape (n, {self.dimension}) expected: {vectors.shape}")
        if not np.isfinite(vectors).all():
            raise ValueError("a vector holds NaN or infinity")
        self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def save(self, path: Path) -> None:
        """Write the index; the file is whole only when this returns.

        Raises:
            OSError: it cannot be written.
        """
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:
            reason = str(error).splitlines()[-1]
            raise OSError(errno.EIO, f"cannot be written: {reason}", str(path)) from error


class VectorIndex:
    """The vectors of a published generation, for reading. There is no ``add``."""

    def __init__(self, path: Path) -> None:
        try:
            # Mapped, not copied: opens at once, and all workers share the pages. FAISS aborts the
            # process when such an index is added to, hence this class.
            self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise IndexCorrupted(
                f"{path}: not an index that FAISS can read: {str(error).splitlines()[-1]}",
                file=str(path),
            ) from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._index.d)

    def scores(self, query: Vectors) -> Scores:
        """Return a query's ``(dim,)`` inner product with every vector, by row ``(n,)``.

        Every paper is scored, so that filters, ranks and statistics are exact.
        """
        # No inner product of unit vectors is below -1: a range search with a lower bound returns
        # all, in one pass and without sorting.
        _, scores, rows = self._index.range_search(query.reshape(1, -1), -2.0)
        by_row = np.zeros(len(self), dtype=np.float32)
        by_row[rows] = scores
        return by_row

    def blocks(self) -> Iterator[Vectors]:
        """Yield all vectors in the order of the rows, a block at a time."""
        for start in range(0, len(self), _BLOCK):
            yield self.vectors(np.arange(start, min(start + _BLOCK, len(self))))

    def vectors(self, rows: Rows) -> Vectors:
        """Return the vectors ``(len(rows), dim)`` of rows."""
        found = np.empty((len(rows), self.dimension), dtype=np.float32)
        for place, row in enumerate(rows.tolist()):
            self._index.reconstruct(row, found[place])
        return found
