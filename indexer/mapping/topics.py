"""The topics of a corpus: groups of papers near each other in meaning, by k-means.

Spherical: of the centres of scikit-learn's k-means the directions are taken, and a paper is of the
topic whose direction is nearest by cosine. The centres come from a sample, so that the work is
bounded; every paper is then given to one.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from indexer.arrays import Rows, Vectors, blocks, taken, unit
from indexer.mapping.layout import BLOCK, spread
from indexer.store.corpus_map import TopicOf

MOST = 40
"""Topics, however large the corpus."""

_SEED = 0
_SAMPLE = 5_000
"""Papers that the centres are found from, evenly spread over the corpus."""
_STARTS = 50
"""Times that k-means begins, the best of which counts; fewer for large corpora."""


def how_many(papers: int) -> int:
    """Return the number of topics of a corpus: the square root of half its papers, at most 40."""
    return min(max(round(math.sqrt(papers / 2)), 1), MOST)


def centres(vectors: Vectors) -> Vectors:
    """Return the directions of the topics ``(topics, dim)`` of papers' vectors ``(n, dim)``.

    The same for the same vectors. There are fewer than :func:`how_many` where fewer vectors differ.
    """
    sample = taken(vectors, spread(len(vectors), _SAMPLE))
    number = min(how_many(len(vectors)), len(np.unique(sample, axis=0)))
    if number == 1:
        return unit(sample.mean(axis=0, dtype=np.float64)[None]).astype(np.float32)
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    starts = min(_STARTS, max(4 * _SAMPLE // len(sample), 1))
    with threadpool_limits(1):  # so small, more threads wait for each other most of the time
        found = KMeans(number, n_init=starts, random_state=_SEED).fit(sample)
    return unit(found.cluster_centers_).astype(np.float32)


def centres_of(vectors: Vectors, topic_of: TopicOf) -> Vectors:
    """Return the direction of each topic that papers were given before; see :func:`centres`.

    Args:
        vectors: ``(n, dim)``.
        topic_of: ``(n,)``, -1 for papers that were given to none.

    Returns:
        ``(topics, dim)``, 0 where a topic has no paper any more.
    """
    sums = np.zeros((int(topic_of.max()) + 1, vectors.shape[1]))
    for start, block in blocks(vectors, BLOCK):
        of = topic_of[start : start + len(block)]
        np.add.at(sums, of[of >= 0], block[of >= 0])
    return unit(sums).astype(np.float32)


def given(
    vectors: Vectors, to: Vectors, before: TopicOf | None = None
) -> tuple[TopicOf, npt.NDArray[np.float32]]:
    """Return the topic of each paper, the largest first, and its cosine with the centre.

    Args:
        vectors: ``(n, dim)``.
        to: the centres ``(topics, dim)``; one that gets no paper, or is 0, is no topic.
        before: which of the centres papers are to stay with ``(n,)``, -1: with none.

    Returns:
        ``(n,)`` each. Topics are numbered from 0; of equal size the one of the earlier paper first.
    """
    centre_of = np.empty(len(vectors), dtype=np.int64)
    cosines = np.empty(len(vectors), dtype=np.float32)
    for start, block in blocks(vectors, BLOCK):
        found = block @ to.T
        found[:, ~to.any(axis=1)] = -np.inf
        best = found.argmax(axis=1)
        if before is not None:
            stays = before[start : start + len(block)]
            best = np.where(stays >= 0, stays, best)
        centre_of[start : start + len(block)] = best
        cosines[start : start + len(block)] = np.take_along_axis(found, best[:, None], 1)[:, 0]
    names, first, sizes = np.unique(centre_of, return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    number = np.zeros(len(to), dtype=np.int16)
    number[names[order]] = np.arange(len(order))
    return number[centre_of], cosines


def most_central(topic_of: TopicOf, cosines: npt.NDArray[np.float32], topic: int) -> Rows:
    """Return the papers of a topic, the nearest to its centre first."""
    rows = np.flatnonzero(topic_of == topic)
    return rows[np.argsort(-cosines[rows], kind="stable")]
