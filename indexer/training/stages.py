"""What a step of training does: from a batch to a loss, and to the gradient of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from indexer.arrays import Vectors, unit
from indexer.training.objectives import alike, apart, towards, unscaled
from indexer.training.pairs import Pairs
from indexer.training.static_model import pooled
from indexer.training.teacher import Kept

_SCALE = 20.0
"""What cosines are multiplied by before a softmax, as sentence-transformers has it."""


class Batch(Protocol):
    """A stage of training, divided into batches."""

    @property
    def name(self) -> str:
        """What people are told."""

    def __len__(self) -> int:
        """How much there is to learn from, in texts or papers."""

    def step(
        self, rows: npt.NDArray[np.int64], table: Vectors, rng: np.random.Generator
    ) -> tuple[float, npt.NDArray[np.int64], Vectors]:
        """Return the loss of a batch, the rows of the table in it, and the gradient for those."""


@dataclass(frozen=True, slots=True)
class Distilling:
    """Texts whose embeddings are to become a teacher's.

    Attributes:
        bags: of the texts ``(n, vocabulary)``.
        targets: the teacher's embeddings ``(n, dim)``.
        alike: the weight of which texts of a batch are alike, against 1 for each embedding.
    """

    bags: sp.csr_matrix
    targets: Kept
    alike: float
    name: str = "distilling"

    def __len__(self) -> int:
        return len(self.targets)

    def step(
        self,
        rows: npt.NDArray[np.int64],
        table: Vectors,
        rng: np.random.Generator,  # noqa: ARG002 — nothing is drawn here
    ) -> tuple[float, npt.NDArray[np.int64], Vectors]:
        """Return loss, rows and gradient, see :class:`Batch`."""
        ordered = np.sort(rows)
        some = Touched.by(self.bags[ordered], table)
        loss, gradient = self.loss(ordered, some.embeddings)
        return loss, some.rows, some.gradient(gradient)

    def loss(self, rows: npt.NDArray[np.int64], embeddings: Vectors) -> tuple[float, Vectors]:
        """Return how far the embeddings of some texts are from the teacher's, and the gradient."""
        targets = unit(self.targets[rows].astype(np.float32))
        far, back = towards(embeddings, targets)
        if self.alike:
            unlike, nearer = alike(embeddings, targets, _SCALE)
            far, back = far + self.alike * unlike, back + self.alike * nearer
        return far, back


@dataclass(frozen=True, slots=True)
class Contrasting:
    """Parts of papers, whose other parts are to be found among those of the others.

    Attributes:
        pairs: to draw from.
        pull: the weight of staying where the stage began, or near the teacher.
        start: the table at the beginning of the stage, which pulls where there is no teacher.
        teacher: what pulls: other texts, whose embeddings are a teacher's.
        dims: how many first dimensions are to do by themselves.
    """

    pairs: Pairs
    pull: float
    start: Vectors
    teacher: Distilling | None
    dims: tuple[int, ...]
    name: str = "contrasting"

    def __len__(self) -> int:
        return len(self.pairs)

    def step(
        self, rows: npt.NDArray[np.int64], table: Vectors, rng: np.random.Generator
    ) -> tuple[float, npt.NDArray[np.int64], Vectors]:
        """Return loss, rows and gradient, see :class:`Batch`."""
        parts, rests = self.pairs.drawn(rows.tolist(), rng)
        bags = [parts, rests]
        if self.teacher:
            others = np.sort(
                rng.choice(len(self.teacher), min(len(rows), len(self.teacher)), False)
            )
            bags.append(self.teacher.bags[others])
        some = Touched.by(sp.vstack(bags, format="csr"), table)
        count = len(rows)
        loss, for_parts, for_rests = apart(
            some.embeddings[:count], some.embeddings[count : 2 * count], _SCALE, self.dims
        )
        gradient = np.zeros_like(some.embeddings)
        gradient[:count], gradient[count : 2 * count] = for_parts, for_rests
        if self.teacher:
            far, back = self.teacher.loss(others, some.embeddings[2 * count :])
            gradient[2 * count :] = self.pull * back
        else:
            before = pooled(some.bags, self.start[some.rows])[0]
            far, back = towards(some.embeddings, before)
            gradient += self.pull * back
        return loss + self.pull * far, some.rows, some.gradient(gradient)


@dataclass(frozen=True, slots=True)
class Touched:
    """Some texts, and the rows of the table that they touch.

    Attributes:
        bags: of the texts, over these rows alone.
        rows: of the table, each once, in order.
        embeddings: of the texts, of length 1.
        lengths: before they were scaled ``(n, 1)``.
    """

    bags: sp.csr_matrix
    rows: npt.NDArray[np.int64]
    embeddings: Vectors
    lengths: Vectors

    @classmethod
    def by(cls, bags: sp.csr_matrix, table: Vectors) -> Touched:
        """Embed texts."""
        rows, columns = np.unique(bags.indices, return_inverse=True)
        narrow = sp.csr_matrix((bags.data, columns, bags.indptr), shape=(bags.shape[0], len(rows)))
        return cls(narrow, rows, *pooled(narrow, table[rows]))

    def gradient(self, of_embeddings: Vectors) -> Vectors:
        """Return the gradient for these rows of the table, from that for the embeddings."""
        back: Vectors = self.bags.T @ unscaled(self.embeddings, self.lengths, of_embeddings)
        return back
