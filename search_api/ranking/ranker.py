"""The list that answers a query: which papers are in it, in which order, pages aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from indexer.arrays import Array, Rows
from search_api.query.query import Query
from search_api.ranking import ordering
from search_api.ranking.modes import MODES
from search_api.ranking.reranker import DEPTH, Reranker, order
from search_api.ranking.scoring import Scoring
from search_api.ranking.second_look import SecondLook
from search_api.store.store import Selection, Store

DATE_POOL = 100
"""How many of the most relevant papers ``sort=date`` orders, where nothing else bounds them."""

_READINGS_KEPT = 64
"""Of a reranker, some kB each: pages, sentences and explanations of one list share it."""

_BY_DATE = f"by date: the {DATE_POOL} most relevant; a minimum score sets other bounds"


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """A list, of which the beginning is in order.

    Attributes:
        rows: its first papers, in order.
        listed: all of them.
        same: the other records of a paper's work, which have no place; by the paper that has it,
            or that the list is about.
        read: what the reranker says of the papers that it read again.
        named: the papers that the query names, which come first, and what it calls them by.
        notes: what the reader should know.
    """

    rows: Rows
    listed: Selection
    same: dict[int, list[int]] = field(default_factory=dict)
    read: dict[int, float] = field(default_factory=dict)
    named: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many papers the whole list has."""
        return self.listed.count

    def reaches(self, count: int) -> bool:
        """Tell whether so many papers are in order, or all that there are."""
        return len(self.rows) >= min(count, self.total)

    def rank(self, row: int) -> int | None:
        """Return the place of a paper, 1 is first; ``None`` where it is not among the rows."""
        places = np.flatnonzero(self.rows == row)
        return int(places[0]) + 1 if len(places) else None

    def holder(self, row: int) -> int | None:
        """Return which paper a record was joined to; ``None`` where it was not."""
        return next((one for one, others in self.same.items() if row in others), None)


class Ranker:
    """Orders the papers of a store; safe to share by threads.

    Args:
        store: that holds the papers.
        reranker: reads the best papers again, if there is one.
        second_look: that scores are of, if one is taken.
    """

    def __init__(
        self, store: Store, reranker: Reranker | None, second_look: SecondLook | None = None
    ) -> None:
        self._store = store
        self._learned = second_look.learned.fingerprint if second_look else ""
        self._reranker = reranker

        # No method: what is remembered is not to keep the ranker alive.
        @lru_cache(_READINGS_KEPT)
        def scores(text: str, rows: tuple[int, ...]) -> Array:
            assert reranker is not None  # noqa: S101 — nobody asks else
            return reranker.score(text, store.texts(np.array(rows, dtype=np.int64)))

        self._scores = scores

    def digest(self, query: Query, read_again: bool) -> str:
        """Return a short hash of all that shapes the list; see :meth:`Query.digest`."""
        by = self._reranker if read_again else None
        return query.digest(self._learned, by.model.fingerprint if by else "")

    def reads(self, query: Query) -> bool:
        """Tell whether the best papers of a query's list are to be read again."""
        by_text = query.text.strip() and not (query.wishes or query.like or query.unlike)
        return bool(self._reranker and by_text and query.sort == "relevance")

    def newest(self, query: Query, among: Selection, least: int) -> Ranking:
        """List a selection by date, for a query that ranks nothing.

        Args:
            query: what is asked.
            among: which papers are selected.
            least: how many of the list are to be in order at least.
        """
        rows = self._store.newest(_in_order(query, least), among)
        return self._collapsed(query, Ranking(rows, among), rows[:0])

    def rank(
        self,
        query: Query,
        scoring: Scoring,
        about: Rows,
        among: Selection,
        named: Mapping[int, str],
        least: int,
        read_again: bool = True,
    ) -> Ranking:
        """Order the papers that are listed, each step where it is asked for.

        Those from a minimum score on; the best of them read again; one place for each work;
        variety.

        Args:
            query: what is asked.
            scoring: scores papers for it.
            about: papers that the list is about; other records of them are not in it.
            among: which papers are searched.
            named: those of them that the query names come first, whatever they score.
            least: how many of the list are to be in order at least.
            read_again: whether a reranker may; it takes seconds, and changes only the order.

        Raises:
            ModelUnavailable: the reranker cannot be loaded.
            Skipped: it did not read them all.
        """
        ranking = self._ordered(query, scoring, among, _in_order(query, least))
        by_relevance = query.sort == "relevance"
        if read_again and self.reads(query) and len(ranking.rows):
            ranking = self._read_again(query.text, ranking)
        ranking = self._collapsed(query, ranking, about)
        if query.diversity and by_relevance:
            ranking = self._varied(query, scoring, ranking)
        return self._named_first(ranking, named) if named else ranking

    def _ordered(self, query: Query, scoring: Scoring, among: Selection, least: int) -> Ranking:
        """Return the list by score, or by date; ties go to the earlier row."""
        listed = scoring.listed(among)
        by_date = query.sort == "date"
        # Of what has a word, or scores the minimum, all counts, not the most relevant alone.
        all_count = not MODES[query.mode].all_ranked or query.min_score is not None
        if by_date:
            least = listed.count if all_count else DATE_POOL
        scored = scoring.head(listed, least, query.min_score)
        sure = scored.sure
        if query.min_score is not None:
            sure = sure & (scored.score >= query.min_score)
            listed = self._store.only(scored.rows[sure])
        rows = scored.rows[sure][np.argsort(-scored.score[sure], kind="stable")]
        notes: tuple[str, ...] = ()
        if by_date:
            if not all_count and listed.count > DATE_POOL:
                rows = rows[:DATE_POOL]
                listed = self._store.only(rows)
                notes = (_BY_DATE,)
            rows = rows[np.argsort(-self._store.dates(rows), kind="stable")]
        return Ranking(rows, listed, notes=notes)

    def _read_again(self, text: str, ranking: Ranking) -> Ranking:
        """Put the best papers into an order in which the reranker has a say."""
        pool, others = np.split(ranking.rows, [DEPTH])
        found = self._scores(text, tuple(pool.tolist()))
        read = dict(zip(pool.tolist(), found.tolist(), strict=True))
        rows = np.concatenate([pool[order(found)], others])
        return replace(ranking, rows=rows, read=read)

    def _collapsed(self, query: Query, ranking: Ranking, about: Rows) -> Ranking:
        """Give each work one place, where that is asked for."""
        if not (query.collapse and len(ranking.rows)):
            return ranking
        pool, others = np.split(ranking.rows, [ordering.POOL])
        every = np.concatenate([about, pool])
        kept, same = ordering.collapse(pool, self._store.vectors(every), self._store.papers, about)
        gone = np.array([row for rows in same.values() for row in rows], dtype=np.int64)
        rows = np.concatenate([kept, others])
        listed = ranking.listed.without(gone)
        return replace(ranking, rows=rows, listed=listed, same=same)

    def _named_first(self, ranking: Ranking, named: Mapping[int, str]) -> Ranking:
        """Put the papers first that the query names; they are in the list then, in any case."""
        first = np.array(list(named), dtype=np.int64)
        others = ranking.rows[~np.isin(ranking.rows, first)]
        listed = ranking.listed
        if not listed.has(first).all():
            listed = self._store.only(np.union1d(listed.rows(), first))
        rows = np.concatenate([first, others])
        return replace(ranking, rows=rows, listed=listed, named=named)

    def _varied(self, query: Query, scoring: Scoring, ranking: Ranking) -> Ranking:
        """Put papers first that say something that those before them do not."""
        pool, others = np.split(ranking.rows, [ordering.POOL])
        places = -np.arange(len(pool), dtype=np.float64)
        merit = places if ranking.read else scoring.of(pool).score  # once they were read again
        varied = ordering.diversify(pool, merit, self._store.vectors(pool), query.diversity)
        rows = np.concatenate([varied, others])
        return replace(ranking, rows=rows)


def _in_order(query: Query, least: int) -> int:
    """Return how many papers are to be in order, for so many to be left when all steps are done."""
    taken_out = ordering.POOL if query.collapse else 0  # at most, as other records of a work
    return max(least, ordering.POOL) + taken_out
