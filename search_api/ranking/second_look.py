"""A second look at the hundred best papers of a question: many weak signs, weighed as was learned.

What first ranks all papers must be cheap for each. A hundred can be read: their words are compared
with those of the question one by one, and with each other. What that says is weighed by a linear
model (:mod:`search_api.ranking.learned`), so it is a sum of shares, and each can be shown.

It is of the hundred best of the whole corpus, as the lift is: so a paper scores the same whatever
filters are set. Questions in words get one; for papers to be like nothing has been learned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Self

import numpy as np

from indexer.arrays import Array, unit
from indexer.bm25f import idf
from indexer.errors import RankerUnusable
from indexer.models.encoder import Encoder, TokenEmbeddings
from indexer.models.model import FAST_MODEL, find_model
from indexer.models.static import StaticEncoder
from indexer.words import located, telling
from search_api.ranking.features import FEATURES, Look, Seen
from search_api.ranking.learned import Learned
from search_api.ranking.paper_tokens import PaperTokens, Tokens
from search_api.ranking.question import Question
from search_api.ranking.scored import Scored
from search_api.ranking.soft_matches import AskedTokens, soft_matches
from search_api.store.store import Store

MOST_ASKED = 24
"""Tokens of a question that are looked for, those of the highest weight: a longer one is text."""


class SecondLook:
    """Looks at the best papers of a question again; safe to share by threads.

    Args:
        learned: the weights.
        tokens: of the static model that they were learned with.
        store: whose papers' tokens are kept; ``None``: no tokens are.

    Raises:
        RankerUnusable: they were learned with another one.
    """

    def __init__(self, learned: Learned, tokens: Tokens, store: Store | None = None) -> None:
        if tokens.model.fingerprint != learned.tokens:
            raise RankerUnusable(
                f"this ranker was trained with the tokens of another model than {FAST_MODEL} as "
                "akin has it now: train it again with akin train --ranker, or do without: "
                "--ranker none"
            )
        self.learned = learned
        self._tokens = tokens
        self._papers = None if store is None else PaperTokens(tokens, store)

    @classmethod
    def of(cls, learned: Learned) -> Self:
        """Return one that looks by the static model that akin comes with."""
        return cls(learned, StaticEncoder(find_model(FAST_MODEL)))

    def over(self, store: Store, encoders: Iterable[Encoder]) -> SecondLook:
        """Return one over a store.

        Args:
            store: that holds the papers.
            encoders: of its models: one that is the model of the tokens is not loaded again.
        """
        tokens = self._tokens
        for encoder in encoders:
            same = encoder.model.fingerprint == self.learned.tokens
            if same and isinstance(encoder, StaticEncoder):
                tokens = encoder
        return SecondLook(self.learned, tokens, store)

    def looks_at(self, question: Question) -> bool:
        """Tell whether a question gets one: it is in words."""
        return question.kind == "text" and bool(question.asked.strip())

    def look(self, question: Question, scored: Scored) -> Look:
        """Look at papers.

        Args:
            question: what is asked.
            scored: what the papers score at first sight, the lift included; rows ascending.

        Raises:
            ModelUnavailable: the model of the tokens cannot be loaded.
        """
        papers = self._papers or PaperTokens(self._tokens, question.store)
        matches = soft_matches(self._asked(question), papers.of(scored.rows))
        seen = Seen(scored, question.store.vectors(scored.rows), matches)
        measured = {feature.name: feature.measured(seen) for feature in FEATURES}
        return Look(scored.rows, measured, self.learned.of(question.static))

    def _asked(self, question: Question) -> AskedTokens:
        """Return the tokens of a question, each with a weight.

        That is the idf of the word that it is of, times the length of its vector, by which the
        model says how much it tells; a word that occurs ``c`` times counts as ``√c``.
        """
        text = question.asked
        read = self._tokens.encode_tokens(text)
        assert read is not None  # noqa: S101 — a static model's embedding is the sum of its tokens
        weights = _idf_of_tokens(question.store, text, read)
        lengths = np.linalg.norm(read.embeddings, axis=1)
        weights *= lengths
        most = np.sort(np.argsort(-weights, kind="stable")[:MOST_ASKED])
        most = most[weights[most] > 0]
        total = weights[most].sum()
        return AskedTokens(unit(read.embeddings[most]), weights[most] / (total or 1.0))


def _idf_of_tokens(store: Store, text: str, read: TokenEmbeddings) -> Array:
    """Return the idf of the word that each token is of ``(t,)``, over the root of its count."""
    words = [word for word in located(text) if not word.paired]
    found = [(word, term) for word in words if (term := telling(text[word.start : word.end]))]
    found = found or [(word, word.term) for word in words]  # stop words alone
    counts = Counter(term for _, term in found)
    frequency = store.frequencies(list(counts))
    weights = np.zeros(len(read.places))
    begins = read.places[:, 0]
    for word, term in found:
        value = idf(frequency.get(term, 0), len(store)) / np.sqrt(counts[term])
        weights[(begins >= word.start) & (begins < word.end)] = value
    return weights
