"""The vectors of a second space: of the papers that its model has read so far.

While the first space of a generation stands in for another model, that model's vectors lie beside
it, of as many papers as there are yet (``m``)::

    finer-rows.npy     int64 (m,)  their rows, ascending
    finer.faiss        their vectors, in that order
    finer-moments.npy  mean and covariance of these
    finer-first.npy    likewise, of the vectors that the same papers have in the first space
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from indexer.arrays import Rows, Vectors
from indexer.errors import IndexCorrupted
from indexer.store.generation import VECTORS, Generation
from indexer.store.manifest import how_to_mend
from indexer.store.moments import Moments
from indexer.store.vector_index import VectorIndex, VectorIndexBuilder

ROWS, FINER_VECTORS, FINER_MOMENTS, FIRST_MOMENTS = (
    "finer-rows.npy",
    "finer.faiss",
    "finer-moments.npy",
    "finer-first.npy",
)
FINER_FILES = frozenset({ROWS, FINER_VECTORS, FINER_MOMENTS, FIRST_MOMENTS})

_BLOCK = 4096
"""Vectors that are held in memory together."""


class Covered(NamedTuple):
    """Some papers and their vectors in a finer space.

    Attributes:
        rows: of the papers, ascending ``(m,)``.
        vectors: by row ``(n, dim)``; those of other papers are not looked at.
    """

    rows: Rows
    vectors: Vectors

    @classmethod
    def none(cls, dimension: int) -> Self:
        """Return no paper."""
        return cls(np.zeros(0, dtype=np.int64), np.zeros((0, dimension), dtype=np.float32))

    def save(self, folder: Path) -> None:
        """Write them into the folder of a generation that has its first space; none of no papers.

        Raises:
            ValueError: the rows do not ascend, or are of no paper; or the vectors will not do.
        """
        if not len(self.rows):
            return
        first = VectorIndex(folder / VECTORS)
        if len(self.vectors) != len(first):
            raise ValueError(f"vectors of {len(self.vectors)} papers for {len(first)}")
        if not (np.diff(self.rows, prepend=-1) > 0).all() or self.rows[-1] >= len(first):
            raise ValueError(f"rows that do not ascend, or not of {len(first)} papers: {self.rows}")
        moments = Moments.none(first.dimension)
        with closing(VectorIndexBuilder(folder / FINER_VECTORS, self.vectors.shape[1])) as builder:
            for start in range(0, len(self.rows), _BLOCK):
                rows = self.rows[start : start + _BLOCK]
                builder.add(self.vectors[rows])
                moments = moments.with_part(Moments.of(first.vectors(rows)))
            builder.save()
            builder.moments().save(folder, FINER_MOMENTS)
        np.save(folder / ROWS, self.rows)
        moments.save(folder, FIRST_MOMENTS)


@dataclass(frozen=True, slots=True, eq=False)
class FinerSpace:
    """The second space of a published generation, for reading; safe to share by threads.

    Attributes:
        rows: of the papers that it covers, ascending ``(m,)``.
        vectors: theirs, in that order.
        moments: of these.
        first: of the vectors that the same papers have in the first space.
    """

    rows: Rows
    vectors: VectorIndex
    moments: Moments
    first: Moments

    @classmethod
    def read(cls, generation: Generation) -> Self | None:
        """Open that of a generation; ``None`` where it covers no paper.

        Raises:
            IndexCorrupted: a file is missing or does not fit the others.
        """
        folder, space = generation.folder, generation.manifest.finer
        if space is None or not space.rows:
            return None
        try:
            rows = np.load(folder / ROWS)
        except (OSError, EOFError, ValueError) as error:
            raise IndexCorrupted(f"{folder / ROWS}: {error}", file=str(folder / ROWS)) from error
        vectors = VectorIndex(folder / FINER_VECTORS)
        if not len(rows) == len(vectors) == space.rows:
            raise IndexCorrupted(
                f"{folder}: {space.rows:,} papers of {space.model} stated, {len(vectors):,} "
                f"vectors of {len(rows):,} rows. {how_to_mend(generation.index)} --full",
                file=str(folder / ROWS),
            )
        first = generation.manifest.space.dimension
        return cls(
            rows,
            vectors,
            Moments.read(folder, len(rows), vectors.dimension, FINER_MOMENTS),
            Moments.read(folder, len(rows), first, FIRST_MOMENTS),
        )

    def places(self, rows: Rows) -> Rows:
        """Return where papers are among those that it covers ``(len(rows),)``; -1: nowhere."""
        at = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        return np.where(self.rows[at] == rows, at, -1)
