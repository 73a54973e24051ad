"""Draw the map of a corpus: lay the papers out, find the topics, name them, and say how true it is.

A map that is drawn anew is another map: a small change of the corpus can turn and bend it. So
as long as nine of ten papers lie where a layout put them, they stay there, and new ones are placed
beside their nearest neighbours; the topics stay, too, and are named again.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.arrays import Points, Rows, Vectors
from indexer.mapping.layout import beside_neighbours, lay_out, nearest
from indexer.mapping.topic_terms import telling_terms
from indexer.mapping.topics import centres, centres_of, given, most_central
from indexer.store.catalogue import open_catalogue, read_titles_and_abstracts, rows_in_both
from indexer.store.corpus_map import CorpusMap, Kept, Method, Topic, TopicOf
from indexer.store.generation import CATALOGUE, VECTORS, Generation
from indexer.store.vector_index import VectorIndex

PLACED_AT_MOST = 0.1
"""Of all papers, the share that may have been placed beside neighbours, and the share of those of
the map before that may be gone, for it to be kept."""

NEIGHBOURS = 10
SAMPLE = 1000
"""Papers by whose neighbours a map is measured, evenly spread over the corpus."""

READ = 200
"""Papers of each topic, the nearest to its centre, that its terms are taken from."""

CENTRAL = 3
"""Papers that are told of each topic."""

IN_LABEL = 3
"""Terms of a label."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A map without names."""

    points: Points
    variance: float | None
    placed: int
    centres: Vectors
    topic_of: TopicOf | None = None  # of papers that stay, -1 for the others


def draw(staging: Path, method: Method, previous: Generation | None) -> CorpusMap:
    """Return the map of a generation that is being built.

    Args:
        staging: its folder, with the catalogue and the vectors.
        method: by which papers are laid out.
        previous: a generation of the same model and text recipe, whose map is kept if it can be.
    """
    index = VectorIndex(staging / VECTORS)
    with (
        tempfile.TemporaryFile(dir=staging) as spool,
        closing(open_catalogue(staging / CATALOGUE)) as db,
    ):
        # In the order of rows, on disk: read a block at a time, and again and again.
        vectors: Vectors = np.memmap(
            spool, dtype=np.float32, mode="w+", shape=(len(index), index.dimension)
        )
        at = 0
        for block in index.blocks():
            vectors[at : at + len(block)] = block
            at += len(block)
        drawn = _redrawn(db, vectors, method, previous) if previous else None
        if drawn is None:
            layout = lay_out(vectors, method)
            drawn = _Drawn(layout.points, layout.variance, 0, centres(vectors))
        topic_of, cosines = given(vectors, drawn.centres, drawn.topic_of)
        return CorpusMap(
            method=method,
            points=drawn.points,
            topic_of=topic_of,
            topics=_named(db, drawn.points, topic_of, cosines),
            kept=measured(vectors, drawn.points),
            variance=drawn.variance,
            placed=drawn.placed,
        )


def _redrawn(
    db: sqlite3.Connection, vectors: Vectors, method: Method, previous: Generation
) -> _Drawn | None:
    """Return the map before, with the new papers; ``None`` if it is not to be kept.

    A paper stays if its vector is the very same as before.
    """
    before = CorpusMap.read(previous.folder, previous.manifest.papers)
    index = VectorIndex(previous.vectors)
    if before.method != method or index.dimension != vectors.shape[1]:
        return None
    pairs = rows_in_both(db, previous.catalogue)
    same = [(vectors[some[:, 0]] == index.vectors(some[:, 1])).all(axis=1) for some in _lots(pairs)]
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
        points[new] = beside_neighbours(vectors[new], vectors, points, topic_of >= 0)
    return _Drawn(points, before.variance, placed, centres_of(vectors, topic_of), topic_of)


def _lots(pairs: Rows) -> list[Rows]:
    return np.array_split(pairs, max(len(pairs) // 4096, 1)) if len(pairs) else []


def measured(vectors: Vectors, points: Points) -> Kept:
    """Return how many of a paper's nearest by cosine are among its nearest on the map.

    By brute force, for at most :data:`SAMPLE` papers. Of papers at the same distance the earlier
    one is nearer.
    """
    rows = np.unique(np.linspace(0, len(vectors) - 1, SAMPLE).astype(np.int64))
    if len(vectors) - 1 <= NEIGHBOURS:
        return Kept(None, NEIGHBOURS, len(rows))
    _, near = nearest(vectors[rows], vectors, NEIGHBOURS + 1)
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
    db: sqlite3.Connection,
    points: Points,
    topic_of: TopicOf,
    cosines: Vectors,
) -> tuple[Topic, ...]:
    """Return the topics with names: what at most :data:`READ` papers of each say."""
    members = [most_central(topic_of, cosines, topic) for topic in range(topic_of.max() + 1)]
    texts = [read_titles_and_abstracts(db, rows[:READ] + 1) for rows in members]
    topics = []
    for rows, terms, of in zip(members, telling_terms(texts), texts, strict=True):
        x, y = np.median(points[rows], axis=0).tolist()
        label = ", ".join(terms[:IN_LABEL]) or of[0][0]  # without terms, its most central title
        central = tuple(rows[:CENTRAL].tolist())
        topics.append(Topic(label, tuple(terms), len(rows), x, y, central))
    return tuple(topics)
