"""One score of several signals, and of what the nearest papers say.

A cosine and a BM25F score have nothing in common but how far a paper stands out of the corpus. So
each signal is brought to mean 0 and deviation 1 over all papers, and they are added with fixed
weights: a hybrid score of 2 means two standard deviations above the average paper, more or less.
(CombSUM with z-score normalisation: Montague and Aslam, "Relevance score normalization for
metasearch", CIKM 2001.)

Papers that answer the same question are near each other. So each of the best papers is lifted by a
part of the mean score of those that are nearest to it among the best: one that is alone with its
score falls behind those that many others confirm. (After Diaz, "Regularizing ad hoc retrieval
scores", CIKM 2005.) Filters change neither: statistics and neighbours are of the whole corpus.
"""

from __future__ import annotations

import numpy as np

from indexer.arrays import Array, Rows, Vectors

POOL = 100
"""How many of the best papers confirm each other."""

NEIGHBOURS = 5
"""How many of them a paper is lifted by."""

NEIGHBOUR_WEIGHT = 0.5
"""Of their mean score, where a text is asked. This and the weights of the signals were chosen on
half of the queries of seven collections, see ``docs/quality.md``."""

_NOTHING = 1e-12
"""A deviation below it is nothing but rounding, as where all papers score the same."""


def z_scores(scores: Array, mean: float, deviation: float) -> Array:
    """Return ``(x - mean) / deviation``; all 0 where nothing differs.

    Args:
        scores: of some papers, ``(n,)``.
        mean: over all papers.
        deviation: the population's, over all papers.
    """
    if deviation <= _NOTHING * max(1.0, abs(mean)):
        return np.zeros_like(scores)
    return (scores - mean) / deviation


def lifts(scores: Array, vectors: Vectors, weight: float = NEIGHBOUR_WEIGHT) -> Array:
    """Return what each paper of a pool is lifted by ``(n,)``.

    Args:
        scores: of the pool, ``(n,)``; those below 0 confirm nothing, and count as 0.
        vectors: of the pool, unit length, ``(n, dim)``.
        weight: of the neighbours.

    Returns:
        The weight times the mean score of each paper's :data:`NEIGHBOURS` nearest in
        the pool, itself not among them, weighted by their cosines. Never below 0, so nobody outside
        the pool comes to stand before anybody in it.
    """
    if len(scores) < 2:
        return np.zeros(len(scores))
    near = np.maximum(vectors.astype(np.float64) @ vectors.T.astype(np.float64), 0.0)
    np.fill_diagonal(near, 0.0)
    if len(scores) > NEIGHBOURS + 1:
        lowest = np.partition(near, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS]
        near[near < lowest[:, np.newaxis]] = 0.0
    total = near.sum(axis=1)
    confirmed = near @ np.maximum(scores, 0.0)
    mean: Array = np.divide(confirmed, total, out=np.zeros(len(scores)), where=total > 0)
    lift: Array = weight * mean
    return lift


def taken(rows: Rows, values: Array, wanted: Rows) -> Array:
    """Return the values of papers ``(len(wanted),)``, 0 of those that have none.

    Args:
        rows: of the papers that have one, ascending ``(n,)``.
        values: theirs ``(n,)``.
        wanted: papers, in any order.
    """
    if not len(rows):
        return np.zeros(len(wanted))
    at = np.minimum(np.searchsorted(rows, wanted), len(rows) - 1)
    return np.where(rows[at] == wanted, values[at], 0.0)
