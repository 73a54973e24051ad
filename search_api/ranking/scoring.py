"""From a question to exact scores of the papers that can be at the head of its list.

Each signal names its best papers, and says what no other paper exceeds. So a sum of weighted
z-scores bounds the score of every paper that no signal has named, and a candidate above that bound
has the very place that it would have if all papers were scored (the threshold algorithm of Fagin,
Lotem and Naor, "Optimal aggregation algorithms for middleware", PODS 2001, in rounds). Where too
few are above it, more are named; in the end all papers are candidates, and nothing is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from indexer.arrays import Array, Rows, best
from indexer.kept import kept
from search_api.query.conditions import Conditions
from search_api.ranking.features import Look
from search_api.ranking.fusion import POOL, lifts, taken, z_scores
from search_api.ranking.modes import HYBRID, MODES
from search_api.ranking.question import Question
from search_api.ranking.scored import Scored
from search_api.ranking.second_look import SecondLook
from search_api.ranking.signals import LIFT, SEMANTIC, Signal
from search_api.store.store import Best, Scorer, Selection, Store

DEPTH = 1000
"""Papers that each signal names at first."""

_DEEPER = 4
"""Times as many in the next round."""

_SLACK = 1e-9
"""By which a bound is raised: sums in another order differ in their last digits."""


class Scoring:
    """Scores papers for a question in one mode; safe to share by threads.

    Args:
        store: that is asked.
        question: what is asked.
        mode: which signals rank.
        second_look: looks at the best papers again; ``None``: nothing does.
    """

    def __init__(
        self,
        store: Store,
        question: Question,
        mode: str,
        second_look: SecondLook | None = None,
    ) -> None:
        self._store = store
        self._second_look = second_look
        self.hybrid = MODES[mode] is HYBRID
        self._scorers: dict[Signal, Scorer] = {
            signal: signal.scorer(question) for signal in MODES[mode].signals
        }
        self._question = question

    @property
    def scorers(self) -> Mapping[Signal, Scorer]:
        """Who scores by each signal of the mode."""
        return self._scorers

    @property
    def by_meaning(self) -> bool:
        """Whether the meaning of the question counts."""
        return SEMANTIC in self._scorers

    def listed(self, among: Selection) -> Selection:
        """Return those of a selection that are in the list: of one signal those that it ranks."""
        if self.hybrid:
            return among
        (scorer,) = self._scorers.values()
        return scorer.ranked(among)

    def of(self, rows: Rows, bound: float = -np.inf) -> Scored:
        """Score papers.

        Args:
            rows: in any order, which is kept.
            bound: see :class:`Scored`.
        """
        scores = self._scores(rows)
        if not self.hybrid:
            return Scored(rows, scores, {}, {}, None, bound)
        lift = taken(self._pool.rows, self._lift, rows)
        second = self.look.of(rows) if self.look else None
        return Scored(rows, scores, self._standard(scores), self._weights, lift, bound, second)

    def head(self, among: Selection, least: int, min_score: float | None = None) -> Scored:
        """Score so many papers of a selection that the first of its list are sure.

        Args:
            among: that is listed.
            least: how many are to be sure at least, unless there are fewer.
            min_score: all that score it are to be sure, too; ``None``: there is no such bound.
        """

        def enough(scored: Scored) -> bool:
            if min_score is not None:
                return scored.bound < min_score
            return int(np.count_nonzero(scored.sure)) >= min(least, among.count)

        if self.hybrid:  # what the whole corpus has at its head will often do
            wide = self._wide
            here = among.has(wide.rows)
            scored = self.of(wide.rows[here], wide.bound)
            if enough(scored):
                return scored
        for rows, bound in self._rounds(among, least):
            scored = self.of(self._with_pool(rows, among), bound)
            if enough(scored):
                break
        return scored

    @kept
    def _wide(self) -> Scored:
        """Candidates of the whole corpus, the :data:`POOL` best among them for sure; no lifts."""
        for rows, bound in self._rounds(self._store.select(Conditions()), POOL):
            scores = self._scores(rows)
            standard, lift = self._standard(scores), np.zeros(len(rows))
            scored = Scored(rows, scores, standard, self._weights, lift, bound)
            if np.count_nonzero(scored.sure) >= POOL:
                break
        return scored

    @kept
    def _pool(self) -> Scored:
        """The best papers of the corpus, ascending; no lifts."""
        return self._wide.some(np.sort(best(self._wide.score, POOL)))

    @kept
    def _lift(self) -> Array:
        """What each of the best papers is lifted by."""
        pool, weight = self._pool, LIFT.of(self._question)
        return lifts(pool.score, self._store.vectors(pool.rows), weight)

    @kept
    def look(self) -> Look | None:
        """What a second look says of the best papers of the corpus; ``None``: none is taken."""
        second, question = self._second_look, self._question
        if second is None or not self.hybrid or not second.looks_at(question):
            return None
        return second.look(question, replace(self._pool, lift=self._lift))

    def _with_pool(self, rows: Rows, among: Selection) -> Rows:
        """Return candidates together with the papers of a selection that are lifted."""
        if not self.hybrid:
            return rows
        pool = self._pool.rows
        return np.union1d(rows, pool[among.has(pool)])

    def _rounds(self, among: Selection, least: int) -> Iterator[tuple[Rows, float]]:
        """Yield more and more candidates, and what no other paper scores; in the end all papers."""
        depth = max(DEPTH, 2 * least)
        while 2 * depth < among.count:
            named = {signal: by.best(depth, among) for signal, by in self._scorers.items()}
            rows = np.unique(np.concatenate([one.rows for one in named.values()]))
            yield rows, self._bound(named)
            depth *= _DEEPER
        yield among.rows(), -np.inf

    def _scores(self, rows: Rows) -> dict[str, Array]:
        """Return what papers score, by the name of the signal."""
        return {signal.name: by.scores(rows) for signal, by in self._scorers.items()}

    @kept
    def _weights(self) -> dict[str, float]:
        """What z-scores weigh in the hybrid score, by the name of the signal."""
        return {signal.name: signal.weights.of(self._question) for signal in self._scorers}

    def _standard(self, scores: Mapping[str, Array]) -> dict[str, Array]:
        """Return z-scores, by the name of the signal."""
        return {
            signal.name: z_scores(scores[signal.name], by.mean, by.deviation)
            for signal, by in self._scorers.items()
        }

    def _bound(self, named: Mapping[Signal, Best]) -> float:
        """Return what no paper scores that no signal has named."""
        if min(one.rest for one in named.values()) == -np.inf:
            return -np.inf  # one of them has named all
        if not self.hybrid:
            (one,) = named.values()
            return one.rest
        rest = {signal.name: np.array([one.rest]) for signal, one in named.items()}
        standard, weights = self._standard(rest), self._weights
        return sum(weights[name] * float(one[0]) for name, one in standard.items()) + _SLACK
