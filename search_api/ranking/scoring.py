"""What every paper of a corpus scores for a query: by meaning, by words, and both together."""

from __future__ import annotations

import sqlite3
from collections import defaultdict

import numpy as np

from indexer.arrays import Array, Mask, Rows, Vectors, unit
from indexer.encoder import Encoder
from indexer.store.catalogue import read_texts, term_numbers
from indexer.store.lexical_index import LexicalIndex
from indexer.store.vector_index import VectorIndex
from indexer.words import surfaces
from search_api.query.query import Query
from search_api.ranking.examples import OTHERS, towards
from search_api.ranking.fusion import POOL, best, lifts, summands
from search_api.ranking.lexical import Weights, weigh, weigh_papers
from search_api.ranking.scored import Scored

UNLIKE_WEIGHT = 0.5
"""Of the papers to be unlike, against 1 for those to be like (Rocchio's formula)."""


class Scorer:
    """Scores all papers of one generation; safe to share by threads.

    Args:
        vectors: of the generation.
        words: its lexical index.
        encoder: of the model that the vectors are of.
    """

    def __init__(self, vectors: VectorIndex, words: LexicalIndex, encoder: Encoder) -> None:
        self._vectors = vectors
        self._words = words
        self._encoder = encoder

    def score(
        self, db: sqlite3.Connection, query: Query, like: Rows, unlike: Rows, searched: Mask
    ) -> Scored:
        """Score every paper.

        Args:
            db: the catalogue.
            query: filters and clauses do not matter here.
            like: row ids of the papers to be like.
            unlike: row ids of those to be unlike.
            searched: which papers pass; kept with the scores.
        """
        semantic = lexical = matched = added = None
        notes: list[str] = []
        direction = self.direction(query, like, unlike)
        if direction is not None:
            notes = self._cut(query.text)
            semantic = self._vectors.scores(direction).astype(np.float64)
        if query.ranks and query.mode != "semantic":
            weights = self._weights(db, query, like, unlike)
            lexical, matched = self._words.scores(weights), self._matched(weights)
        if semantic is not None and lexical is not None:
            by_meaning, by_words = summands(semantic, lexical)
            added = by_meaning, by_words, self._lift(by_meaning + by_words)
        return Scored(searched, like, unlike, direction, semantic, lexical, matched, added, notes)

    def direction(self, query: Query, like: Rows, unlike: Rows) -> Vectors | None:
        """Return the unit vector that papers are to lie along; ``None`` where words alone rank."""
        ranks_by_meaning = query.ranks and query.mode != "lexical"
        return self._direction(query, like, unlike) if ranks_by_meaning else None

    def _direction(self, query: Query, like: Rows, unlike: Rows) -> Vectors:
        """Return the unit vector that papers are to lie along; zero if all cancels out."""
        wanted = np.zeros(self._vectors.dimension, dtype=np.float64)
        encode = self._encoder.encode_document if query.is_paper else self._encoder.encode_query
        texts = _texts(query)
        if texts:
            weights = np.array([weight for weight, _ in texts])
            wanted += weights @ encode([text for _, text in texts])
        if len(like):
            wanted += towards(self._vectors.vectors(like - 1), self._others(like))
        if len(unlike):
            wanted -= UNLIKE_WEIGHT * self._vectors.vectors(unlike - 1).mean(axis=0)
        return unit(wanted).astype(np.float32)

    def _others(self, like: Rows) -> Vectors:
        """Return the vectors of a sample of the other papers, always the same."""
        rows = np.unique(np.linspace(1, len(self._vectors), OTHERS + len(like)).astype(np.int64))
        others = np.setdiff1d(rows, like)
        return self._vectors.vectors(others - 1)

    def _weights(self, db: sqlite3.Connection, query: Query, like: Rows, unlike: Rows) -> Weights:
        """Return the weights of the terms that papers are to have, by number."""
        weights: Weights = defaultdict(float, weigh(db, _texts(query)))
        for rows, sign in ((like, 1.0), (unlike, -UNLIKE_WEIGHT)):
            if len(rows):
                for number, weight in weigh_papers(db, self._words, rows.tolist()).items():
                    weights[number] += sign * weight
        return weights

    def telling(
        self, db: sqlite3.Connection, query: Query, like: Rows, unlike: Rows
    ) -> dict[str, str]:
        """Return the terms of the papers to be like that are wanted, those that tell most first.

        Each comes with the first word of these papers that has it.
        """
        words: dict[str, str] = {}
        for text in read_texts(db, like.tolist()):
            words = surfaces(text) | words  # the first word stays
        if not words:
            return {}
        looked_for = weigh_papers(db, self._words, like.tolist())
        weights = self._weights(db, query, like, unlike)
        numbers = term_numbers(db, words)
        wanted = [t for t, n in numbers.items() if n in looked_for and weights[n] > 0]
        wanted.sort(key=lambda t: (-weights[numbers[t]] * self._words.idf(numbers[t]), numbers[t]))
        return {term: words[term] for term in wanted}

    def _matched(self, weights: Weights) -> Mask:
        """Return which papers have a term that is wanted; all, where terms are only unwanted."""
        wanted = [number for number, weight in weights.items() if weight > 0]
        matched = np.full(self._words.papers, bool(weights) and not wanted)
        for number in wanted:
            matched[self._words.rows(number)] = True
        return matched

    def _lift(self, scores: Array) -> Array:
        pool = best(scores, POOL)
        lift = np.zeros_like(scores)
        lift[pool] = lifts(scores[pool], self._vectors.vectors(pool))
        return lift

    def _cut(self, text: str) -> list[str]:
        if not text.strip():
            return []  # no reason to load the model
        limit = self._encoder.max_tokens
        if limit is None or len(text) < limit:  # a word piece is a character at least
            return []
        (tokens,) = self._encoder.count_tokens([text])
        if tokens <= limit:
            return []
        return [
            f"the query has {tokens} word pieces, the model reads {limit}: "
            "its meaning was taken from the beginning, its words from all of it"
        ]


def _texts(query: Query) -> list[tuple[float, str]]:
    """Return the texts to rank by, with their weights."""
    own = [(1.0, query.text)] if query.text.strip() else []
    return own + [(wish.weight, wish.text) for wish in query.wishes]
