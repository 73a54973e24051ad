"""The best papers of judged queries as a second look sees them: what there is to learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.arrays import Array, Mask, best
from indexer.models.encoder import Encoder
from indexer.progress import Reporter
from search_api.evaluation.dataset import JudgedQuery
from search_api.evaluation.metrics import measured
from search_api.query.query import MAX_CHARACTERS, Query
from search_api.ranking.features import FEATURES
from search_api.ranking.question import Question
from search_api.ranking.scoring import Scoring
from search_api.ranking.second_look import SecondLook
from search_api.store.store import Store


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The best papers of one query at first sight, by row ascending.

    Attributes:
        documents: what the judgements call them ``(m,)``.
        sight: the hybrid score at first sight, the lift included ``(m,)``.
        features: their z-scores, a column for each of :data:`FEATURES`, ``(m, f)``.
        judged: grade by document, of the whole query; above 0 is relevant.
    """

    documents: Sequence[str]
    sight: Array
    features: Array
    judged: Mapping[str, int]

    @property
    def relevant(self) -> Mask:
        """Which of them are relevant ``(m,)``."""
        return np.array([self.judged.get(one, 0) > 0 for one in self.documents], dtype=bool)

    def ndcg(self, weights: Array) -> float:
        """Return nDCG@10 of their order by these weights ``(f,)``, as ``akin evaluate`` has it."""
        order = best(self.sight + self.features @ weights, len(self.documents))
        value, _, _ = measured([self.documents[place] for place in order], self.judged)
        return value


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A collection, or an index, as there is to learn from it.

    Attributes:
        name: of the collection, or of the file of judgements.
        queries: a :class:`Candidates` each.
        static: whether a static model says the meaning of its papers.
    """

    name: str
    queries: tuple[Candidates, ...]
    static: bool

    @property
    def telling(self) -> list[Candidates]:
        """Those with a relevant paper among the best: of the others nothing can be learned."""
        return [one for one in self.queries if one.relevant.any()]


def collect(
    name: str,
    queries: Sequence[JudgedQuery],
    store: Store,
    encoders: Sequence[Encoder],
    document: Mapping[str, str] | None,
    look: SecondLook,
    reporter: Reporter,
) -> Judged:
    """Ask queries, and look at the best papers of each.

    Args:
        name: of what is returned.
        queries: each with a text; one that is longer than akin takes is cut.
        store: that is asked.
        encoders: of its spaces, in their order.
        document: what judgements call a paper, by its id; ``None``: by that id.
        look: measures the features, whatever it weighs them by.
        reporter: told of the progress.

    Raises:
        ModelUnavailable: a model cannot be loaded.
    """
    first, *finer = encoders
    look = look.over(store, encoders)
    reporter.phase(f"asking {name}", len(queries))
    found, static = [], 0.0
    for query in queries:
        question = Question(store, first, Query(text=query.text.strip()[:MAX_CHARACTERS]), finer)
        scoring = Scoring(store, question, "hybrid", look)
        seen = scoring.look
        assert seen is not None  # noqa: S101 — it has words, and the mode is hybrid
        ids = store.ids(seen.rows)
        features = np.stack([seen.standard[feature.name] for feature in FEATURES], axis=1)
        sight = scoring.of(seen.rows).score - seen.added
        documents = ids if document is None else [document[one] for one in ids]
        found.append(Candidates(documents, sight, features, query.judged))
        static += question.static
        reporter.advance(1)
    return Judged(name, tuple(found), static > len(queries) / 2)
