"""Draw the map of a corpus: lay the papers out, find the topics, name them, and say how true it is.

A map that is drawn anew is another map: a small change of the corpus can turn and bend it. So
as long as nine of ten papers lie where a layout put them, they stay there, and new ones are placed
beside their nearest neighbours; the topics stay, too, and are named again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from indexer.arrays import Points, Rows, Vectors, taken
from indexer.mapping.layout import beside_neighbours, lay_out, nearest
from indexer.mapping.topic_terms import telling_terms
from indexer.mapping.topics import centres, centres_of, given, most_central
from indexer.progress import Reporter, Silent
from indexer.store.corpus_map import CorpusMap, Kept, Method, Topic, TopicOf

PLACED_AT_MOST = 0.1
"""Of all papers, the share that may have been placed beside neighbours, and the share of those of
the map before that may be gone, for it to be kept."""

STEPS = 4
"""Of which a reporter is told: places, topics, their names, and how true the map is."""

NEIGHBOURS = 10
SAMPLE, LEAST, COMPARED = 1000, 200, 20_000_000
"""Papers by whose neighbours a map is measured, evenly spread over the corpus; fewer, but not fewer
than the least, where more than so many pairs of papers would be compared."""

READ = 200
"""Papers of each topic, the nearest to its centre, that its terms are taken from."""

CENTRAL = 3
"""Papers that are told of each topic."""

IN_LABEL = 3
"""Terms of a label."""


ReadTexts = Callable[[Rows], list[tuple[str, str]]]
"""Returns the titles, ``""`` where there is none of its own, and the abstracts of rows."""


@dataclass(frozen=True, slots=True)
class Before:
    """A map that is to be kept, if it can be.

    Attributes:
        map: of vectors of the same model and text recipe.
        vectors: returns those of some of its papers ``(n, dim)``, by row there.
        rows: where the papers are that both have, here and there ``(m, 2)``, by the former.
    """

    map: CorpusMap
    vectors: Callable[[Rows], Vectors]
    rows: Rows


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A map without names."""

    points: Points
    variance: float | None
    placed: int
    centres: Vectors
    topic_of: TopicOf | None = None  # of papers that stay, -1 for the others


def draw(
    vectors: Vectors,
    texts: ReadTexts,
    method: Method,
    before: Before | None = None,
    reporter: Reporter | None = None,
) -> CorpusMap:
    """Return the map of a corpus.

    Args:
        vectors: ``(n, dim)`` in the order of the rows, best mapped from disk: they are read a block
            at a time, and again and again.
        texts: asked for those of some papers.
        method: by which papers are laid out.
        before: a map that was drawn earlier.
        reporter: told of each of :data:`STEPS`.
    """
    reporter = reporter or Silent()
    drawn = _redrawn(vectors, method, before) if before else None
    if drawn is None:
        layout = lay_out(vectors, method)
        reporter.advance(1)
        drawn = _Drawn(layout.points, layout.variance, 0, centres(vectors))
    topic_of, cosines = given(vectors, drawn.centres, drawn.topic_of)
    reporter.advance(1)
    topics = _named(texts, drawn.points, topic_of, cosines)
    reporter.advance(1)
    kept = measured(vectors, drawn.points)
    reporter.advance(1)
    return CorpusMap(
        method=method,
        points=drawn.points,
        topic_of=topic_of,
        topics=topics,
        kept=kept,
        variance=drawn.variance,
        placed=drawn.placed,
    )


def _redrawn(vectors: Vectors, method: Method, previous: Before) -> _Drawn | None:
    """Return the map before, with the new papers; ``None`` if it is not to be kept.

    A paper stays if its vector is the very same as before.
    """
    before, pairs = previous.map, previous.rows
    if before.method != method:
        return None
    same = [
        (taken(vectors, some[:, 0]) == previous.vectors(some[:, 1])).all(axis=1)
        for some in _lots(pairs)
    ]
    pairs = pairs[np.concatenate(same)] if same else pairs
    stay, were = pairs[:, 0], pairs[:, 1]
    placed = before.placed + len(vectors) - len(stay)
    gone = len(before.points) - len(stay)
    if placed > PLACED_AT_MOST * len(vectors) or gone > PLACED_AT_MOST * len(before.points):
        return None
    points = np.zeros((len(vectors), 2), dtype=np.float32)
    points[stay] = before.points[were]
    topic_of = np.full(len(vectors), -1, dtype=np.int16)
    topic_of[stay] = before.topic_of[were]
    new = np.flatnonzero(topic_of < 0)
    if len(new):
        points[new] = beside_neighbours(taken(vectors, new), vectors, points, topic_of >= 0)
    return _Drawn(points, before.variance, placed, centres_of(vectors, topic_of), topic_of)


def _lots(pairs: Rows) -> list[Rows]:
    return np.array_split(pairs, max(len(pairs) // 4096, 1)) if len(pairs) else []


def measured(vectors: Vectors, points: Points) -> Kept:
    """Return how many of a paper's nearest by cosine are among its nearest on the map.

    By brute force, for at most :data:`SAMPLE` papers. Of papers at the same distance the earlier
    one is nearer.
    """
    sample = min(SAMPLE, max(COMPARED // len(vectors), LEAST))
    rows = np.unique(np.linspace(0, len(vectors) - 1, sample).astype(np.int64))
    if len(vectors) - 1 <= NEIGHBOURS:
        return Kept(None, NEIGHBOURS, len(rows))
    _, near = nearest(taken(vectors, rows), vectors, NEIGHBOURS + 1)
    on_map = _nearest_points(points, rows)
    shared = [
        len(set(_others(a, row)) & set(_others(b, row))) / NEIGHBOURS
        for row, a, b in zip(rows, near, on_map, strict=True)
    ]
    return Kept(float(np.mean(shared)), NEIGHBOURS, len(rows))


def _nearest_points(points: Points, rows: Rows) -> Rows:
    """Return the nearest points of some, themselves among them ``(len(rows), NEIGHBOURS + 1)``."""
    from sklearn.neighbors import KDTree

    exact = points.astype(np.float64)
    found: Rows = KDTree(exact).query(exact[rows], NEIGHBOURS + 1, return_distance=False)
    return found


def _others(found: Rows, row: int) -> list[int]:
    """Return the nearest without the paper itself, which many copies may have displaced."""
    return [int(other) for other in found if other != row][:NEIGHBOURS]


def _named(
    read: ReadTexts,
    points: Points,
    topic_of: TopicOf,
    cosines: Vectors,
) -> tuple[Topic, ...]:
    """Return the topics with names: what at most :data:`READ` papers of each say."""
    members = [most_central(topic_of, cosines, topic) for topic in range(topic_of.max() + 1)]
    texts = [read(rows[:READ]) for rows in members]
    topics = []
    for rows, terms, of in zip(members, telling_terms(texts), texts, strict=True):
        x, y = np.median(points[rows], axis=0).tolist()
        label = ", ".join(terms[:IN_LABEL]) or of[0][0]  # without terms, its most central title
        central = tuple(rows[:CENTRAL].tolist())
        topics.append(Topic(label, tuple(terms), len(rows), x, y, central))
    return tuple(topics)
