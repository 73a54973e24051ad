"""The answers to the last queries: what one question costs is paid once.

A page shows a list, facets of it and of wider ones and words in common; then it is asked for
sentences, for why a paper is there, and for what follows. All of that is of one question, with one
direction, one list, and one set of scores.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from indexer.arrays import Array, Rows
from indexer.errors import ModelUnavailable
from indexer.models.encoder import Encoder
from search_api.query.conditions import Conditions
from search_api.query.query import Query
from search_api.ranking.features import Considered
from search_api.ranking.modes import MODES
from search_api.ranking.naming import named_by
from search_api.ranking.question import Question
from search_api.ranking.ranker import Ranker, Ranking
from search_api.ranking.reranker import Reranker, Skipped
from search_api.ranking.scored import Scored
from search_api.ranking.scoring import Scoring
from search_api.ranking.second_look import SecondLook
from search_api.ranking.signals import SIGNALS
from search_api.store.store import Selection, Store

_BUDGET = 64 << 20
"""Bytes of scores that are kept; of each paper a question has one by each signal."""

_AT_HAND = 200
"""Papers of a list that are put in order at first."""

_DEEPER = 5

SKIPPED_SECONDS = 60.0
"""How long a list that could not be read again stays so: what its page asks next is of it."""

_AS_BEFORE = "not reranked: the page before was not"


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A query's list, and what it was made by.

    Attributes:
        ranking: the list.
        searched: the papers that are ranked at all.
        question: what ranks; ``None`` where nothing does, and papers are only selected.
        scoring: its scores in the query's mode; ``None`` likewise.
        names: what the reader should know of the papers that the query names.
        skipped: why its best papers were not read again, where they might have been.
    """

    ranking: Ranking
    searched: Selection
    question: Question | None
    scoring: Scoring | None
    names: tuple[str, ...] = ()
    skipped: str = ""

    @property
    def read_again(self) -> bool:
        """Whether its best papers were."""
        return bool(self.ranking.read)

    @property
    def by_meaning(self) -> bool:
        """Whether the meaning of the question counts."""
        return self.scoring is not None and self.scoring.by_meaning

    @property
    def notes(self) -> list[str]:
        """What the reader should know."""
        cut = self.question.notes if self.question and self.by_meaning else ()
        skipped = [self.skipped] if self.skipped else []
        return [*self.names, *cut, *self.ranking.notes, *skipped]

    def ranks_all(self, rows: Rows) -> bool:
        """Tell whether papers are ranked, and so in the list unless a later step takes them out."""
        listed = self.scoring.listed(self.searched) if self.scoring else self.searched
        return bool(listed.has(rows).all())

    def scored(self, rows: Rows) -> Scored | None:
        """Return what papers score, ``None`` where nothing ranks."""
        return None if self.scoring is None else self.scoring.of(rows)

    def ranks(self, rows: Rows) -> dict[str, Rows]:
        """Return, by the name of a signal, the places of papers among all that are searched.

        0 where a paper has none. Signals that do not rank in the query's mode are left out.
        """
        if self.scoring is None:
            return {}
        return {
            signal.name: scorer.ranks(rows, self.searched)
            for signal, scorer in self.scoring.scorers.items()
        }

    def measured(self, rows: Rows) -> dict[str, Array]:
        """Return, by the name of a signal that ranks, what it measures of papers."""
        if self.scoring is None:
            return {}
        return {signal.name: by.measured(rows) for signal, by in self.scoring.scorers.items()}

    def looked(self, row: int) -> dict[str, Considered]:
        """Return what a second look says of a paper, by the name of a feature; if it took one."""
        look = self.scoring.look if self.scoring else None
        return look.considered(row) if look else {}

    def spaces_of(self, rows: Rows) -> Rows:
        """Return the space by which the meaning of each paper is scored, ``(len(rows),)``."""
        if self.question is None or not self.by_meaning:
            return np.zeros(len(rows), dtype=np.int64)
        return self.question.spaces_of(rows)


class Answers:
    """Answers queries over a store, and remembers the last ones; safe to share by threads.

    Args:
        store: that holds the papers.
        encoder: of the model of its first space.
        reranker: reads the best papers again, if there is one.
        finer: encoders of its other spaces, in their order.
        clock: tells seconds.
        second_look: looks at the best papers again, if one is to be taken.
    """

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        reranker: Reranker | None,
        finer: Sequence[Encoder] = (),
        clock: Callable[[], float] = time.monotonic,
        second_look: SecondLook | None = None,
    ) -> None:
        self._papers = len(store)
        most = min(max(_BUDGET // (8 * len(SIGNALS) * max(len(store), 1)), 4), 64)
        ranker = Ranker(store, reranker, second_look)
        self.digest, self.reads = ranker.digest, ranker.reads
        self._clock = clock
        self._skipped: dict[Query, tuple[float, str]] = {}  # until when, and why

        # Functions of these parts, not methods: what is remembered is not to keep the engine alive.
        @lru_cache(most)
        def question(query: Query) -> Question:
            return Question(store, encoder, query, finer)

        @lru_cache(most)
        def scoring(query: Query, mode: str) -> Scoring:
            return Scoring(store, question(query), mode, second_look)

        @lru_cache(most)
        def selected(conditions: Conditions) -> Selection:
            return store.select(conditions)

        @lru_cache(most)
        def answer(query: Query, depth: int, read_again: bool) -> Answer:
            among = selected(query.conditions)
            if not query.ranks:
                return Answer(ranker.newest(query, among, depth), among, None, None)
            asked = question(_ranking_part(query))
            among = among.without(asked.named)
            scores = scoring(_ranking_part(query), query.mode)
            named, notes = named_by(query.names, store, among)
            ranking = ranker.rank(query, scores, asked.like, among, named, depth, read_again)
            return Answer(ranking, among, asked, scores, notes)

        self._question, self._answer, self._selected = question, answer, selected

    def question(self, query: Query) -> Question:
        """Return what a query that ranks asks for.

        Raises:
            UnknownPaper: a paper to be like or unlike is not in the store.
        """
        return self._question(_ranking_part(query))

    def answer(self, query: Query, count: int, read_again: bool | None = None) -> Answer:
        """Return the list of a query, so many of its papers in order, or all that it has.

        Args:
            query: what is asked.
            count: how many papers.
            read_again: whether the list is to be one whose best papers were read again, or not, as
                a page that follows another must have it; ``None``: if that can be.

        Raises:
            UnknownPaper: a paper to be like or unlike is not in the store.
            ModelUnavailable: a model cannot be loaded, or cannot read again what it must.
        """
        shape = _shape(query)
        if not self.reads(shape):
            return self._deep(shape, count, False)
        why = {None: self._why_not(shape), True: "", False: _AS_BEFORE}[read_again]
        if not why:
            try:
                return self._deep(shape, count, True)  # what is skipped is not kept
            except Skipped as skipped:
                why = str(skipped)
            if read_again:
                raise ModelUnavailable(f"{why}; the page before was. Ask again")
            self._remember(shape, why)
        return replace(self._deep(shape, count, False), skipped=why)

    def _deep(self, shape: Query, count: int, read_again: bool) -> Answer:
        depth = _AT_HAND
        found = self._answer(shape, depth, read_again)
        while not found.ranking.reaches(count) and depth < self._papers:
            depth = min(depth * _DEEPER, self._papers)
            if depth >= min(count, self._papers):
                found = self._answer(shape, depth, read_again)
        return found

    def _why_not(self, shape: Query) -> str:
        """Return why a list was not read again a short while ago; empty: it was, or never tried."""
        until, why = self._skipped.get(shape, (0.0, ""))
        return why if self._clock() < until else ""

    def _remember(self, shape: Query, why: str) -> None:
        now = self._clock()
        others = {one: left for one, left in self._skipped.copy().items() if left[0] > now}
        self._skipped = {**others, shape: (now + SKIPPED_SECONDS, why)}

    def listed(self, query: Query) -> Selection:
        """Return the papers of a query's list, in no order, without ranking where that can be.

        A reranker is not asked: it changes the order alone.

        Raises:
            UnknownPaper: a paper to be like or unlike is not in the store.
            ModelUnavailable: a model cannot be loaded.
        """
        if not query.ranks and not query.collapse:
            return self._selected(query.conditions)
        all_ranked = MODES[query.mode].all_ranked
        all_are = all_ranked and query.min_score is None and query.sort != "date"
        if all_are and not query.collapse:
            return self._selected(query.conditions).without(self.question(query).named)
        return self._answer(_shape(query), _AT_HAND, False).ranking.listed


def _shape(query: Query) -> Query:
    """Return what of a query shapes its list, pages aside."""
    return replace(query, k=1, cursor=None, typed="", typed_ids=(), notes=())


def _ranking_part(query: Query) -> Query:
    """Return what of a query ranks, whatever else it asks for."""
    return Query(
        text=query.text,
        wishes=query.wishes,
        like=query.like,
        unlike=query.unlike,
        beginnings=query.beginnings,
        is_paper=query.is_paper,
    )
