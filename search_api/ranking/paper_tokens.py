"""The tokens of papers, and what each token means alone, kept once they were read."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from indexer.arrays import Mask, Rows, Vectors, unit
from indexer.kept import kept
from indexer.models.encoder import TokenEmbeddings
from indexer.models.model import Model
from indexer.models.static_table import Counts, TokenIds
from search_api.ranking.soft_matches import ReadTexts
from search_api.store.store import Store

MOST_READ = 512
"""Tokens of a paper that are compared; abstracts have 150 that say something."""

_SAYS_NOTHING = 1 / 3
"""A token whose vector is shorter, against the usual one: *the*, a comma, *results*. By its length
the model says how much a token tells; half of those of a text tell so little."""

_SAMPLED = 16
"""Of so many tokens one says what is usual."""

_PAPERS_KEPT = 1 << 15
"""Whose tokens are kept, a kB each; beyond them all are forgotten."""


class Tokens(Protocol):
    """What it needs of a static model: its tokens, and what each means alone."""

    @property
    def model(self) -> Model:
        """Which model this is."""

    @property
    def vocabulary(self) -> int:
        """How many tokens there are: they count from 0."""

    def read(self, texts: list[str], /) -> tuple[TokenIds, Counts]:
        """Return the tokens of texts, one text after another, and how many each has."""

    def token_vectors(self, tokens: TokenIds, /) -> Vectors:
        """Return the vector of each token ``(t, dim)``, of any length."""

    def encode_tokens(self, text: str, /) -> TokenEmbeddings | None:
        """Return the tokens of a text, and where they are in it."""


class _UnitVectors:
    """The vectors of tokens, scaled to length 1 when they are first asked for."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._known = np.zeros(tokens.vocabulary, np.bool_)
        dimension = tokens.token_vectors(np.zeros(1, np.int32)).shape[1]
        self._vectors = np.zeros((tokens.vocabulary, dimension), np.float32)  # no memory yet
        some = np.arange(0, tokens.vocabulary, _SAMPLED, dtype=np.int32)
        usual = np.median(np.linalg.norm(tokens.token_vectors(some), axis=1))
        self._least = _SAYS_NOTHING * usual
        self._tells = np.zeros(tokens.vocabulary, np.bool_)

    def tell(self, tokens: TokenIds) -> Mask:
        """Tell which tokens say something."""
        self._know(tokens)
        return self._tells[tokens]

    def of(self, tokens: TokenIds) -> Vectors:
        """Return the vector of each token ``(t, dim)``."""
        self._know(tokens)
        return self._vectors[tokens]

    def _know(self, tokens: TokenIds) -> None:
        new = tokens[~self._known[tokens]]
        if len(new):  # two threads that both find it new write the same
            new = np.unique(new)
            vectors = self._tokens.token_vectors(new)
            self._vectors[new] = unit(vectors)
            self._tells[new] = np.linalg.norm(vectors, axis=1) >= self._least
            self._known[new] = True


class PaperTokens:
    """Reads papers of a store; safe to share by threads.

    Args:
        tokens: of a static model.
        store: that holds the papers.
    """

    def __init__(self, tokens: Tokens, store: Store) -> None:
        self._tokens = tokens
        self._store = store
        self._read: dict[int, TokenIds] = {}

    @kept
    def _units(self) -> _UnitVectors:
        return _UnitVectors(self._tokens)

    def of(self, rows: Rows) -> ReadTexts:
        """Return the tokens of papers, in the order of the rows."""
        read = self._all(rows.tolist())
        tokens = np.concatenate(read) if read else np.zeros(0, np.int32)
        counts = np.fromiter(map(len, read), np.int64, len(read))
        # As numpy.unique does, without sorting.
        places = np.zeros(int(tokens.max(initial=0)) + 1, np.int64)
        places[tokens] = 1
        different = np.flatnonzero(places).astype(np.int32)
        places[different] = np.arange(len(different))
        return ReadTexts(self._units.of(different), places[tokens], counts)

    def _all(self, rows: list[int]) -> list[TokenIds]:
        known = self._read
        if new := [row for row in rows if row not in known]:
            tokens, counts = self._tokens.read(self._store.texts(np.array(new, dtype=np.int64)))
            tells = self._units.tell(tokens)
            owners = np.repeat(np.arange(len(counts)), counts)[tells]
            counts = np.bincount(owners, minlength=len(counts))
            texts = np.split(tokens[tells], np.cumsum(counts)[:-1])
            if len(known) + len(new) > _PAPERS_KEPT:  # other threads go on with the old one
                self._read = known = {row: known[row] for row in rows if row in known}
            for row, text in zip(new, texts, strict=True):
                known[row] = text[:MOST_READ].copy()  # a part of an array keeps all of it
        return [known[row] for row in rows]
