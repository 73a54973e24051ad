"""The vectors of a generation: a flat FAISS index, exact and read-only once it is written.

Inner product over vectors of length 1 is the cosine. They lie in the order of the papers' rows, so
the file is the index and a plain array of rows at once. Who writes it needs no FAISS, which takes a
tenth of a second to import.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.arrays import Rows, Vectors
from indexer.errors import IndexCorrupted
from indexer.store.moments import Moments
from indexer.threads import allowed, each

METRIC = "inner_product"

BLOCK = 4096
"""Vectors that are held in memory together."""

_FEWEST_FOR_FAISS = 32
"""Dimensions from which FAISS takes vectors one by one; of shorter ones several at a time, and what
one gives then depends on its place. NumPy does not, and is half as fast."""

_WORTH_A_THREAD = 10_000
"""Vectors from which a thread of its own saves more than it costs."""

Cosines = npt.NDArray[np.float32]
"""Of a direction with vectors, shape ``(n,)``."""


class VectorIndexBuilder:
    """Collects vectors of one dimension, in the order of the rows, and writes them once.

    In memory are those of which the moments are still to be taken, some thousand.

    Args:
        path: a file that is not there yet; it is whole only once it is saved.
        dimension: of the vectors.
    """

    def __init__(self, path: Path, dimension: int) -> None:
        self.dimension = dimension
        self._rows = 0
        self._file = path.open("w+b")
        self._file.write(_header(0, dimension))
        self._moments = Moments.none(dimension)
        self._pending: list[Vectors] = []

    def add(self, vectors: Vectors) -> None:
        """Add the vectors ``(n, dim)`` of length 1 of the next rows.

        Raises:
            ValueError: wrong shape, or a value that is not finite (FAISS would take both).
        """
        if vectors.ndim != 2 or vectors.shape[1] != self.dimension:
            raise ValueError(f"vectors of shape (n, {self.dimension}) expected: {vectors.shape}")
        if not np.isfinite(vectors).all():
            raise ValueError("a vector holds NaN or infinity")
        if len(vectors):
            kept = np.array(vectors, dtype="<f4")
            self._file.write(kept.data)
            self._rows += len(kept)
            self._pending.append(kept)
        if sum(map(len, self._pending)) >= BLOCK:
            self.moments()

    def extend(self, parts: Iterable[Vectors]) -> None:
        """Add vectors, some after the others; see :meth:`add`."""
        for vectors in parts:
            self.add(vectors)

    def moments(self) -> Moments:
        """Return mean and covariance of the vectors so far."""
        if self._pending:
            self._moments = self._moments.with_part(Moments.of(np.concatenate(self._pending)))
            self._pending.clear()
        return self._moments

    def save(self) -> None:
        """Say in the file how many there are, and close it."""
        self._file.seek(0)
        self._file.write(_header(self._rows, self.dimension))
        self.close()

    def close(self) -> None:
        """Close the file as it is."""
        self._file.close()


class VectorIndex:
    """The vectors of a published generation, for reading; safe to share by threads.

    There is no ``add``: FAISS aborts the process when an index that is mapped is added to.

    Raises:
        IndexCorrupted: it is not such an index.
    """

    def __init__(self, path: Path) -> None:
        import faiss

        try:
            # Mapped, not copied: opens at once, and all workers share the pages.
            self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise _corrupted(path, str(error).splitlines()[-1]) from error
        if not isinstance(self._index, faiss.IndexFlat):
            raise _corrupted(path, f"a {type(self._index).__name__}, not a flat index")
        shape = (int(self._index.ntotal), int(self._index.d))
        # The very bytes of the file. FAISS frees them with the index, so this never leaves here.
        flat = faiss.rev_swig_ptr(self._index.get_xb(), shape[0] * shape[1])
        self._array: Vectors = flat.reshape(shape)
        self._array.flags.writeable = False

    def __len__(self) -> int:
        return len(self._array)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._array.shape[1])

    def cosines(self, direction: Vectors, rows: Rows | None = None) -> Cosines:
        """Return the inner product of a direction ``(dim,)`` with each vector.

        What a vector gives depends on nothing but itself, so equal vectors are equal, whichever
        rows are asked for with them; a product of matrices does not promise that.

        Args:
            direction: float32, of length 1.
            rows: ``(k,)`` those to look at; ``None``: all of them, in order.
        """
        vectors = self._array if rows is None else self._array[rows]
        if self.dimension < _FEWEST_FOR_FAISS:
            found: Cosines = np.einsum("ij,j->i", vectors, direction)
            return found
        import faiss

        found = np.empty(len(vectors), dtype=np.float32)
        direction = np.ascontiguousarray(direction, dtype=np.float32)

        def scan(part: slice) -> None:
            faiss.fvec_inner_products_ny(  # type: ignore[attr-defined]  # of its C++
                *map(faiss.swig_ptr, (found[part], direction, vectors[part])),
                self.dimension,
                len(found[part]),
            )

        each(scan, _parts(len(vectors)))
        return found

    def vectors(self, rows: Rows) -> Vectors:
        """Return the vectors ``(len(rows), dim)`` of rows, a copy."""
        return self._array[rows]

    def blocks(self) -> Iterator[Vectors]:
        """Yield all vectors in order, a block at a time, each a copy."""
        for start in range(0, len(self), BLOCK):
            yield np.array(self._array[start : start + BLOCK])


def memory_mapped(path: Path) -> Vectors:
    """Return the vectors ``(n, dim)`` of a published generation, mapped from disk.

    Raises:
        IndexCorrupted: the file holds no such index.
    """
    index = VectorIndex(path)
    shape = (len(index), index.dimension)
    return np.memmap(path, dtype="<f4", mode="r", offset=len(_header(*shape)), shape=shape)


def _header(rows: int, dimension: int) -> bytes:
    """Return what stands before the vectors in FAISS's file of a flat index.

    As its ``write_index`` writes it: dimension, rows, two fields that are not used, whether it is
    trained, and the metric; then how many numbers follow.
    """
    inner_product = 0  # as FAISS numbers the metrics
    index = struct.pack(
        "<4siqqq?i", b"IxFI", dimension, rows, 1 << 20, 1 << 20, True, inner_product
    )
    return index + struct.pack("<Q", rows * dimension)


def _parts(vectors: int) -> list[slice]:
    """Part rows so that as many threads as there may be have the same to do, if it is worth it."""
    parts = max(min(allowed(), vectors // _WORTH_A_THREAD), 1)
    ends = [vectors * part // parts for part in range(parts + 1)]
    return [slice(start, end) for start, end in itertools.pairwise(ends) if start < end]


def _corrupted(path: Path, reason: str) -> IndexCorrupted:
    return IndexCorrupted(f"{path}: not an index of vectors: {reason}", file=str(path))
