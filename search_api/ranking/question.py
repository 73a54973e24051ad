"""What a query asks of a store: a direction, and weighted terms; each is worked out once."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

import numpy as np

from indexer.arrays import Rows, Vectors, unit
from indexer.cleaning.text import clean
from indexer.kept import kept
from indexer.models.encoder import Encoder
from indexer.words import surfaces
from search_api.query.query import Query
from search_api.ranking.examples import OTHERS, towards
from search_api.ranking.terms import TermWeights, by_telling, weigh, weigh_papers
from search_api.store.store import Scorer, Store

Kind = Literal["text", "paper", "papers"]
"""What is asked: a text; what is like one paper, named or pasted; what is like several."""

UNLIKE_WEIGHT = 0.5
"""Of the papers to be unlike, against 1 for those to be like (Rocchio's formula)."""

MOST_BEGINNING = 20
"""Words that stand for a beginning (``traject*``) in a question, the most frequent."""


class Question:
    """What is asked for, apart from which papers are selected and how they are listed.

    Safe to share by threads. Neither a list nor what explains it asks the model again for what is
    here.

    Args:
        store: that is asked.
        encoder: of the model of its first space.
        finer: of those of its other spaces, in their order.
        query: of which only text, beginnings, wishes, papers to be like and unlike matter.

    Attributes:
        store: that is asked; a signal of the ranking may ask it for more.
        like: rows of the papers to be like.
        unlike: rows of those to be unlike.

    Raises:
        UnknownPaper: a paper to be like or unlike is not in the store.
    """

    def __init__(
        self, store: Store, encoder: Encoder, query: Query, finer: Sequence[Encoder] = ()
    ) -> None:
        self.store = store
        self.like = store.rows(query.like)
        self.unlike = store.rows(query.unlike)
        self._encoders = (encoder, *finer)
        self._query = query
        self._lock = threading.Lock()

    @property
    def named(self) -> Rows:
        """Rows of the papers to be like or unlike: they are never among the results."""
        return np.concatenate([self.like, self.unlike])

    @property
    def kind(self) -> Kind:
        """What is asked; a question together with papers to be like is a text."""
        if self._texts and not self._query.is_paper:
            return "text"
        return "paper" if len(self.like) + bool(self._texts) == 1 else "papers"

    @property
    def directions(self) -> tuple[Vectors, ...]:
        """The unit vector ``(dim,)`` that papers are to lie along, in each space that is asked.

        Zero if all cancels out. A space that does not cover every paper to be like or unlike is not
        asked, so that one list is of one question.
        """
        with self._lock:  # a model is asked once, whoever else waits for it
            return self._directions

    @kept
    def _directions(self) -> tuple[Vectors, ...]:
        last = int(self.store.spaces_of(self.named).min(initial=len(self._encoders) - 1))
        return tuple(map(self._direction, range(last + 1)))

    def _direction(self, space: int) -> Vectors:
        query, encoder = self._query, self._encoders[space]
        wanted = np.zeros(self.store.dimensions[space])
        encode = encoder.encode_document if query.is_paper else encoder.encode_query
        if texts := self._texts:
            weights = np.array([weight for weight, _ in texts])
            wanted += weights @ encode([text for _, text in texts])
        if len(self.like):
            wanted += towards(self.store.vectors(self.like, space), self._others(space))
        if len(self.unlike):
            wanted -= UNLIKE_WEIGHT * self.store.vectors(self.unlike, space).mean(axis=0)
        return unit(wanted).astype(np.float32)

    def spaces_of(self, rows: Rows) -> Rows:
        """Return the space by which each paper is scored, ``(len(rows),)``."""
        return np.minimum(self.store.spaces_of(rows), len(self.directions) - 1)

    @kept
    def static(self) -> float:
        """The share of the papers, 0 to 1, whose meaning a static model says."""
        encoders = self._encoders[: len(self.directions)]
        covered = [len(self.store.covered(space)) for space in range(len(encoders))]
        scored = -np.diff([*covered, 0])  # by each: what the next does not cover
        static = [encoder.is_static for encoder in encoders]
        return float(scored @ static) / max(covered[0], 1)

    @kept
    def weights(self) -> TermWeights:
        """The weight of each term that papers are to have, below 0 where they are not to."""
        pasted = [text for _, text in self._texts] if self._query.is_paper else []
        weights: TermWeights = defaultdict(float, {} if pasted else weigh(self._texts))
        for sign, texts in (
            (1.0, pasted),
            (1.0, self.store.texts(self.like)),
            (-UNLIKE_WEIGHT, self.store.texts(self.unlike)),
        ):
            for term, weight in self._terms_of(texts).items():
                weights[term] += sign * weight
        return dict(weights)

    def _terms_of(self, papers: Sequence[str]) -> TermWeights:
        return weigh_papers(self.store, papers, rare_first=self.kind == "paper")

    @kept
    def meaning(self) -> Scorer:
        """Scores papers by their cosine with the direction."""
        return self.store.meaning(*self.directions)

    @kept
    def words(self) -> Scorer:
        """Scores papers by the terms that they have."""
        return self.store.words(self.weights)

    @kept
    def telling(self) -> dict[str, str]:
        """The terms of the papers to be like that are wanted, those that tell most first.

        Each comes with the first word of these papers that has it.
        """
        words: dict[str, str] = {}
        texts = self.store.texts(self.like)
        for text in texts:
            words = surfaces(text) | words  # the first word stays
        if not words:
            return {}
        looked_for = self._terms_of(texts)
        weights = {term: self.weights[term] for term in words if term in looked_for}
        wanted = {term: weight for term, weight in weights.items() if weight > 0}
        return {term: words[term] for term in by_telling(self.store, wanted)}

    @kept
    def notes(self) -> tuple[str, ...]:
        """What the reader should know where the meaning is asked for: that a text was cut."""
        text = self._query.text
        if not text.strip():
            return ()  # no reason to load the model
        encoder = self._encoders[-1]
        limit = encoder.max_tokens
        if limit is None or len(text) < limit:  # a word piece is a character at least
            return ()
        (tokens,) = encoder.count_tokens([text])
        if tokens <= limit:
            return ()
        return (
            f"the query has {tokens} word pieces, the model reads {limit}: "
            "its meaning was taken from the beginning, its words from all of it",
        )

    @kept
    def asked(self) -> str:
        """All that is wished for in words, those written out of which a beginning was asked."""
        return " ".join(text for weight, text in self._texts if weight > 0)

    @kept
    def _own_text(self) -> str:
        words = [
            word
            for beginning in self._query.beginnings
            for word in self.store.beginning(beginning, MOST_BEGINNING)
        ]
        return " ".join([self._query.text, *words])

    @kept
    def _texts(self) -> list[tuple[float, str]]:
        """The texts to rank by, with their weights."""
        texts = [(1.0, self._own_text)] if self._own_text.strip() else []
        texts += [(wish.weight, wish.text) for wish in self._query.wishes]
        return [(weight, _cleaned(text)) for weight, text in texts]

    def _others(self, space: int) -> Vectors:
        """Return the vectors of a sample of the other papers of a space, always the same."""
        every = self.store.covered(space)
        places = np.linspace(0, len(every) - 1, OTHERS + len(self.like)).astype(np.int64)
        return self.store.vectors(np.setdiff1d(every[places], self.like), space)


def _cleaned(text: str) -> str:
    """Return a text as those of papers are: ``CO$_2$``, as a title was copied, as they have it."""
    return clean(text) or text  # a tag alone is its name
