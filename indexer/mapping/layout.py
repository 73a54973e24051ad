"""Where each paper lies on the map of the corpus: its vector, brought down to two dimensions.

Two ways: the first two principal components, or PaCMAP (Wang, Huang, Rudin and Shaposhnik,
"Understanding how dimension reduction tools work", JMLR 22, 2021), which keeps neighbours together
far better and is an extra. Both give the same map for the same vectors.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal, Self, get_args

import numpy as np
import numpy.typing as npt

from indexer.arrays import Mask, Points, Rows, Vectors
from indexer.errors import PackageMissing
from indexer.store.corpus_map import Method

Asked = Literal["auto", "pacmap", "pca", "none"]
ASKED: tuple[Asked, ...] = get_args(Asked)

FEWEST_FOR_PACMAP = 36
"""Papers below which PaCMAP has no room for the pairs it balances: of each paper with 10 near, 5
not so near and 20 far ones. The principal components are drawn then."""

NEIGHBOURS = 5
"""Beside how many of its nearest a new paper is placed on a map that is kept."""

_SEED = 0
_BLOCK = 4096
"""Vectors that are held in memory together, where that is possible."""
_SAMPLE = 20_000
"""Papers that the principal components are found from, evenly spread over the corpus."""
_LAID_OUT = 10_000
"""Papers that PaCMAP lays out, evenly spread over the corpus; the others are placed beside them."""
_LINKS = 16
"""Neighbours that a vector has in the graph by which the nearest of those are found."""
_SAME = 1e-10
"""A variance, or a width of the map, that is nothing but rounding."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where papers lie.

    Attributes:
        points: ``(n, 2)``, the longer axis from -1 to 1, both centred, on one scale.
        variance: the share of the vectors' variance that the two axes have; ``None`` where that
            means nothing.
    """

    points: Points
    variance: float | None


def chosen(asked: Asked, papers: int) -> Method | None:
    """Return the method by which a number of papers is laid out; ``None``: no map is wanted.

    Raises:
        PackageMissing: PaCMAP is asked for and not installed.
    """
    if asked == "none":
        return None
    if asked == "pca":
        return "pca"
    installed = _pacmap_is_installed()
    if asked == "pacmap" and not installed:
        raise PackageMissing(
            "--map pacmap: the package pacmap is not installed. Install it: "
            "pip install pacmap; or leave the option out, and the map shows the two "
            "principal components",
            package="pacmap",
            extra="map",
        )
    return "pacmap" if installed and papers >= FEWEST_FOR_PACMAP else "pca"


def lay_out(vectors: Vectors, method: Method) -> Layout:
    """Lay papers out anew.

    Args:
        vectors: ``(n, dim)`` of length 1, in memory or mapped. PCA reads them a block at a time;
            PaCMAP holds those that it lays out, and some 1 kB more for each.
        method: as :func:`chosen`.
    """
    components = _Components.of(vectors)
    if method == "pacmap" and components.variance is not None:
        laid_out = _pacmap_of_many(vectors) if len(vectors) > _LAID_OUT else _pacmap(vectors)
        # Of many copies of few papers PaCMAP may make distances that are no numbers.
        points = laid_out if np.isfinite(laid_out).all() else components.points(vectors)
        return Layout(scaled(points), None)
    return Layout(scaled(components.points(vectors)), components.variance)


def scaled(points: npt.NDArray[np.floating]) -> Points:
    """Return points ``(n, 2)`` centred, the longer axis from -1 to 1, the other on its scale."""
    points = points.astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    span = float((high - low).max())
    if span < _SAME:
        return np.zeros(points.shape, dtype=np.float32)
    centred: npt.NDArray[np.float64] = (points - (low + high) / 2) * (2 / span)
    return np.clip(centred, -1, 1).astype(np.float32)


def beside_neighbours(
    new: Vectors, vectors: Vectors, points: npt.NDArray[np.floating], among: Mask | None = None
) -> Points:
    """Return where new papers belong on a map that is there already, ``(len(new), 2)``.

    Each is placed at the mean of its :data:`NEIGHBOURS` nearest papers, weighted by the cosine.

    Args:
        new: their vectors ``(m, dim)``.
        vectors: those of the papers on the map ``(n, dim)``.
        points: where those lie ``(n, 2)``.
        among: which of them count ``(n,)``, at least one; ``None``: all.
    """
    papers = len(vectors) if among is None else int(among.sum())
    cosines, rows = nearest(new, vectors, min(NEIGHBOURS, papers), among)
    return _between(points[rows], cosines)


def _between(points: npt.NDArray[np.floating], cosines: Vectors) -> Points:
    """Return the means of points ``(m, k, 2)``, weighted by cosines ``(m, k)``."""
    weights = np.maximum(cosines.astype(np.float64), 1e-6)[:, :, None]
    between: npt.NDArray[np.float64] = (points * weights).sum(axis=1) / weights.sum(axis=1)
    return between.astype(np.float32)


def nearest(
    queries: Vectors, vectors: Vectors, k: int, among: Mask | None = None
) -> tuple[Vectors, Rows]:
    """Return the ``k`` vectors of most inner product with each query, by brute force.

    Args:
        queries: ``(m, dim)``.
        vectors: ``(n, dim)``, read a block at a time.
        k: at most as many as count.
        among: which vectors count ``(n,)``; ``None``: all.

    Returns:
        Inner products and rows, both ``(m, k)``, best first; of equals the earlier row.
    """
    import faiss

    best = np.empty((len(queries), 0), dtype=np.float32)
    rows = np.empty((len(queries), 0), dtype=np.int64)
    queries = np.ascontiguousarray(queries)
    for start, block in blocks(vectors):
        here = np.arange(start, start + len(block))
        if among is not None:
            here, block = here[among[here]], block[among[here]]  # noqa: PLW2901 — what counts
        if not len(here):
            continue
        scores, found = faiss.knn(queries, block, min(k, len(block)), faiss.METRIC_INNER_PRODUCT)
        best, rows = np.hstack([best, scores]), np.hstack([rows, here[found]])
        order = np.lexsort((rows, -best), axis=1)[:, :k]
        best, rows = np.take_along_axis(best, order, 1), np.take_along_axis(rows, order, 1)
    return best, rows


def spread(papers: int, most: int) -> Rows:
    """Return at most so many rows, evenly spread over those of a corpus of one paper or more."""
    return np.linspace(0, papers - 1, min(papers, most)).astype(np.int64)


def blocks(vectors: Vectors) -> Iterator[tuple[int, Vectors]]:
    """Yield vectors a block at a time, and the row at which each begins."""
    for start in range(0, len(vectors), _BLOCK):
        yield start, np.ascontiguousarray(vectors[start : start + _BLOCK])


@dataclass(frozen=True, slots=True)
class _Components:
    """The first two principal components of vectors.

    The eigenvectors of the covariance of a sample, which is summed up block by block. Their signs
    are free, and chosen so that the greatest entry of each is positive.

    Attributes:
        mean: of the vectors ``(dim,)``.
        axes: ``(dim, 2)``, or ``(1, 1)`` of one dimension.
        variance: their share of the variance; ``None`` where all vectors are the same.
    """

    mean: npt.NDArray[np.float64]
    axes: npt.NDArray[np.float64]
    variance: float | None

    @classmethod
    def of(cls, vectors: Vectors) -> Self:
        sample = vectors[spread(len(vectors), _SAMPLE)] if len(vectors) > _SAMPLE else vectors
        mean = np.zeros(vectors.shape[1])
        for _, block in blocks(sample):
            mean += block.sum(axis=0, dtype=np.float64) / len(sample)
        covariance = np.zeros((len(mean), len(mean)))
        for _, block in blocks(sample):
            centred = block - mean
            covariance += centred.T @ centred
        total = float(np.trace(covariance))
        if total < _SAME * len(sample):  # one paper, or the same again and again
            return cls(mean, np.zeros((len(mean), 2)), None)
        values, axes = np.linalg.eigh(covariance)
        values, axes = values[:-3:-1], axes[:, :-3:-1]
        axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
        return cls(mean, axes, min(float(values.sum()) / total, 1.0))

    def points(self, vectors: Vectors) -> npt.NDArray[np.float64]:
        """Return where vectors ``(n, dim)`` lie along the axes ``(n, 2)``."""
        points = np.zeros((len(vectors), 2))
        for start, block in blocks(vectors):
            along = (block - self.mean) @ self.axes
            points[start : start + len(block), : along.shape[1]] = along
        return points


def _pacmap_is_installed() -> bool:
    return find_spec("pacmap") is not None


def _pacmap_of_many(vectors: Vectors) -> npt.NDArray[np.floating]:
    """Lay a sample out, and place each other paper beside those of it that are nearest."""
    rows = spread(len(vectors), _LAID_OUT)
    sample = np.array(vectors[rows])
    laid_out = _pacmap(sample)
    graph = _graph(sample)
    points = np.empty((len(vectors), 2), dtype=laid_out.dtype)
    for start, block in blocks(vectors):
        cosines, near = graph.search(block, NEIGHBOURS)
        points[start : start + len(block)] = _between(laid_out[near], cosines)
        lost = np.flatnonzero((near < 0).any(axis=1))  # the graph may fall apart at many copies
        if len(lost):
            points[start + lost] = beside_neighbours(block[lost], sample, laid_out)
    points[rows] = laid_out
    return points


def _graph(vectors: Vectors) -> Any:
    """Return FAISS's graph of vectors ``(n, dim)``, to find their nearest by.

    Of 10,000 it finds 19 of 20 in a ninth of the time that :func:`nearest` takes for all. It is an
    HNSW (Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using
    Hierarchical Navigable Small World graphs", IEEE TPAMI 42, 2020), made by one thread, so that it
    is the same each time.
    """
    import faiss
    from threadpoolctl import threadpool_limits

    graph = faiss.IndexHNSWFlat(vectors.shape[1], _LINKS, faiss.METRIC_INNER_PRODUCT)
    with threadpool_limits(1):
        graph.add(vectors)
    return graph


def _pacmap(vectors: Vectors) -> npt.NDArray[np.floating]:
    """Lay papers out by one thread: of so little work, more would wait most of the time.

    Nor does the map depend then on the number of cores, as the rounding of products does.
    """
    import pacmap
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), _one_thread_of_numba(), _quiet(logging.getLogger("pacmap")):
        laid_out: npt.NDArray[np.floating] = pacmap.PaCMAP(random_state=_SEED).fit_transform(
            np.array(vectors)  # a copy: it is changed
        )
    return laid_out


@contextmanager
def _one_thread_of_numba() -> Iterator[None]:
    import numba

    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        yield
    finally:
        numba.set_num_threads(threads)


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    """Keep a logger from saying that the random numbers are the same each time: so they should."""
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
