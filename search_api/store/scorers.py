"""Scorers over arrays: any score that is known of each paper, and the two of the local store.

Those two are cosines of a flat index and BM25F of postings. Each scores the whole corpus once, when
it is first asked for the best of many papers, and keeps that: lists, filters, ranks and
explanations of one question share it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from indexer.arrays import Array, Mask, Rows, Vectors, best
from indexer.kept import kept
from indexer.store.lexical_index import LexicalIndex
from indexer.store.moments import Moments
from indexer.store.vector_index import VectorIndex
from search_api.store.bitmap import Bitmap
from search_api.store.store import Best, Selection

FEW = 1000
"""Papers that are scored by themselves, not with all others."""

_ROUNDING = 2e-7
"""Of a cosine of unit vectors in float32."""

FEW_PLACES = 32
"""Papers whose places are counted one by one; of more, all are put in order at once."""


class Dense:
    """Papers of any store by a score that is known of each, more is better.

    See :class:`search_api.store.store.Scorer`.

    Args:
        scores: of all papers ``(n,)``, finite.
        known: of which papers the score is known ``(n,)``; the others have no rank, and score the
            mean of those, which is a z-score of 0. ``None``: of all.
    """

    _unknown: Rows | None = None
    """Papers that have no rank; ``None``: all have one."""

    _unranked: float = 0.0
    """What papers score at most that have no rank."""

    _ranked: tuple[Selection, Selection] | None = None
    """The selection that was last asked for, and those of it that have a rank."""

    _named: tuple[Selection, Rows] | None = None
    """The selection that was last asked for its best papers, and these."""

    def __init__(self, scores: Array | Vectors, known: Mask | None = None) -> None:
        if known is not None and not known.all():
            self._unranked = float(scores[known].mean()) if known.any() else 0.0
            self._unknown = np.flatnonzero(~known)
            scores = np.where(known, scores, self._unranked)
        self._all = scores

    @property
    def mean(self) -> float:
        """Of the scores of all papers."""
        return self._spread[0]

    @property
    def deviation(self) -> float:
        """Likewise, the population's."""
        return self._spread[1]

    @kept
    def _spread(self) -> tuple[float, float]:
        """Mean and deviation over all papers."""
        return (float(self._all.mean()), float(self._all.std())) if len(self._all) else (0.0, 0.0)

    def best(self, k: int, among: Selection) -> Best:
        """Return the ``k`` papers of a selection of the highest scores."""
        ranked = self.ranked(among)
        rows = ranked.rows()
        scores = self._all if len(rows) == len(self._all) else self._all[rows]
        first = best(scores, k)
        rest = -np.inf if len(first) == len(rows) else float(scores[first[-1]])
        if ranked.count < among.count:
            rest = max(rest, self._unranked)
        found = Best(rows[first], scores[first].astype(np.float64), rest)
        self._named = (among, found.rows)
        return found

    def scores(self, rows: Rows) -> Array:
        """Return scores."""
        if len(rows) > FEW or "_all" in self.__dict__:
            return self._all[rows].astype(np.float64)
        return self._few(rows)

    def measured(self, rows: Rows) -> Array:
        """Return what is measured of papers: their scores, unless these are of several scales."""
        return self.scores(rows)

    def _few(self, rows: Rows) -> Array:
        """Return the scores of few papers, where not all are known yet."""
        return self._all[rows].astype(np.float64)

    def ranked(self, among: Selection) -> Selection:
        """Return those of a selection that have a rank."""
        of, ranked = self._ranked or (None, among)
        if of is not among:
            ranked = self._narrowed(among)
            self._ranked = (among, ranked)  # at once: another thread may ask of another selection
        return ranked

    def _narrowed(self, among: Selection) -> Selection:
        return among if self._unknown is None else among.without(self._unknown)

    def ranks(self, rows: Rows, among: Selection) -> Rows:
        """Return places by score; those that were named as the best have their places already."""
        named, best_rows = self._named or (None, rows[:0])
        place = np.zeros(len(rows), dtype=np.int64)
        if named is among:
            known = {row: at for at, row in enumerate(best_rows.tolist(), 1)}
            place[:] = [known.get(row, 0) for row in rows.tolist()]
        others = np.flatnonzero(place == 0)
        if len(others):
            mask = mask_of(self.ranked(among), len(self._all))
            place[others] = places(self._all, mask, rows[others])
        return place


class Meaning(Dense):
    """Papers by the cosine of a direction with their vectors."""

    def __init__(self, vectors: VectorIndex, moments: Moments, direction: Vectors) -> None:
        self._vectors = vectors
        self._direction = direction
        self._moments = moments

    def __len__(self) -> int:
        return len(self._vectors)

    @kept
    def _all(self) -> Vectors:  # scored when first needed
        return self._vectors.cosines(self._direction)

    @kept
    def _spread(self) -> tuple[float, float]:
        """Mean and deviation over all papers, none of which need be scored for it."""
        return spread_of(self._moments, self._direction)

    def _few(self, rows: Rows) -> Array:
        return self._vectors.cosines(self._direction, rows).astype(np.float64)


def spread_of(moments: Moments, direction: Vectors) -> tuple[float, float]:
    """Return mean and deviation of the cosines of a direction ``(dim,)`` with vectors."""
    mean, deviation = moments.spread(direction)
    # Cosines are float32: of vectors that differ by less, what differs is rounding.
    return mean, deviation if deviation > _ROUNDING else 0.0


class Words(Dense):
    """Papers by the BM25F score of weighted terms; those are ranked that have a wanted one.

    Who has none scores 0, or less by unwanted ones.

    Args:
        index: whose postings.
        weights: of terms, by number.
    """

    def __init__(self, index: LexicalIndex, weights: Mapping[int, float]) -> None:
        self._index = index
        self._weights = weights

    @kept
    def _all(self) -> Array:  # scored when first needed
        return self._index.scores(self._weights)

    @kept
    def _matched(self) -> Mask:
        """Which papers have a term that is wanted; all, where terms are only unwanted."""
        wanted = [number for number, weight in self._weights.items() if weight > 0]
        matched = np.full(self._index.papers, bool(self._weights) and not wanted)
        for number in wanted:
            matched[self._index.rows(number)] = True
        return matched

    @kept
    def _spread(self) -> tuple[float, float]:
        """Mean and deviation over all papers, from those that have a term at all."""
        papers = max(self._index.papers, 1)
        found = self._all[self._all != 0]
        mean = float(found.sum()) / papers
        found -= mean
        squares = float(found @ found) + (papers - len(found)) * mean**2
        return mean, float(np.sqrt(squares / papers))

    def _few(self, rows: Rows) -> Array:
        return self._index.scores(self._weights, rows)

    def _narrowed(self, among: Selection) -> Selection:
        return bitmap_of(among).narrowed(self._matched)


def places(scores: Array | Vectors, among: Mask, rows: Rows) -> Rows:
    """Return the place of rows among others, 1 is best, 0 for one that is not among them.

    Of equals the earlier row is first.
    """
    found = np.zeros(len(rows), dtype=np.int64)
    if len(rows) > FEW_PLACES:
        others = np.flatnonzero(among)
        place = np.zeros(len(among), dtype=np.int64)
        place[others[np.argsort(-scores[others], kind="stable")]] = np.arange(1, len(others) + 1)
        found[:] = place[rows]
        return found
    for at, row in enumerate(rows.tolist()):
        if among[row]:
            score = scores[row]
            better = np.count_nonzero((scores > score) & among)
            before = np.count_nonzero((scores[:row] == score) & among[:row])
            found[at] = better + before + 1
    return found


def mask_of(selection: Selection, papers: int) -> Mask:
    """Return which of so many papers are in a selection of any store ``(papers,)``."""
    if isinstance(selection, Bitmap):
        return selection.mask
    mask = np.zeros(papers, dtype=np.bool_)
    mask[selection.rows()] = True
    return mask


def bitmap_of(selection: Selection) -> Bitmap:
    """Return a selection of the local store as what it is.

    Raises:
        TypeError: another store made it.
    """
    if not isinstance(selection, Bitmap):
        raise TypeError(f"{type(selection).__name__}: not a selection of this store")
    return selection
