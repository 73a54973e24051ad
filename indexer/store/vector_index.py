"""The vectors of a generation: a FAISS index that is exact, read-only once written.

Inner product over vectors of length 1 is the cosine. Ids are the catalogue's row ids, 1 … n.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from indexer.arrays import Vectors
from indexer.errors import IndexCorrupted

METRIC = "inner_product"

_BLOCK = 4096
"""Vectors that are held in memory together."""

Ids = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]


class VectorIndexBuilder:
    """Collects vectors of one dimension and writes them once."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        # IndexIDMap2, not IndexIDMap: only the former can reconstruct by id.
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors ``(n, dim)`` of length 1 under ids that were not added before.

        Raises:
            ValueError: wrong shape, or a value that is not finite (FAISS would take both).
        """
        if vectors.shape != (len(ids), self.dimension):
            raise ValueError(
                f"vectors of shape {(len(ids), self.dimension)} expected, got {vectors.shape}"
            )
        if not np.isfinite(vectors).all():
            raise ValueError("a vector holds NaN or infinity")
        self._index.add_with_ids(vectors, ids)

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
        """Return a query's ``(dim,)`` inner product with every vector, by ascending id ``(n,)``.

        Every paper is scored, so that filters, ranks and statistics are exact.
        """
        # No inner product of unit vectors is below -1: a range search with a lower bound returns
        # all, in one pass and without sorting.
        _, scores, ids = self._index.range_search(query.reshape(1, -1), -2.0)
        by_id = np.zeros(len(self), dtype=np.float32)
        by_id[ids - 1] = scores
        return by_id

    def blocks(self) -> Iterator[tuple[int, Vectors]]:
        """Yield all vectors by ascending id, a block at a time, and the first id - 1 of each."""
        for start in range(0, len(self), _BLOCK):
            ids = np.arange(start, min(start + _BLOCK, len(self)), dtype=np.int64) + 1
            yield start, self.vectors(ids)

    def vectors(self, ids: Ids) -> Vectors:
        """Return the vectors ``(len(ids), dim)`` of the ids."""
        return np.stack([self._index.reconstruct(int(i)) for i in ids])
