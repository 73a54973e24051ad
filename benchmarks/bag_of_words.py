"""An encoder without a model, for benchmarks: each word has a direction, a text is their sum."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.arrays import Array, Vectors
from indexer.models.encoder import TokenEmbeddings
from indexer.models.model import Model

_WORD = re.compile(r"\w{4,}")
"""Shorter ones are in every text: all would lie in one direction."""


class BagOfWords:
    """Random directions, the same in every process; counts how often it is called.

    Args:
        dimension: of the vectors.
        directions: how many there are; words share them by their checksum.

    Attributes:
        calls: of each method.
    """

    max_tokens = 256
    is_static = False  # so that what it is timed for ranks as with a transformer

    def __init__(self, dimension: int = 384, directions: int = 8192) -> None:
        self.model = Model("bag-of-words", Path(), "b" * 64, {"query": "", "document": ""})
        self.calls: Counter[str] = Counter()
        chance = np.random.default_rng(42)
        self._table = chance.standard_normal((directions, dimension), dtype=np.float32)

    def load(self) -> None:
        """Nothing is to be loaded."""

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors ``(n, dim)`` of texts that are to be found."""
        self.calls["encode_document"] += 1
        return self._encode(texts)

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors ``(n, dim)`` of texts that ask."""
        self.calls["encode_query"] += 1
        return self._encode(texts)

    def encode_counted(self, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
        """Return the vectors of documents, and how many words each has."""
        return self.encode_document(texts), self.count_tokens(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many words each text has."""
        self.calls["count_tokens"] += 1
        return [len(text.split()) for text in texts]

    def has_word(self, word: str) -> bool:  # noqa: ARG002
        """Return that a word is none of the pieces."""
        return False

    def encode_tokens(self, text: str) -> TokenEmbeddings:
        """Return the words that a text's vector is the sum of."""
        self.calls["encode_tokens"] += 1
        places = [found.span() for found in _WORD.finditer(text)]
        embeddings = self._table[self._rows(text)]
        return TokenEmbeddings(
            embeddings, np.array(places, dtype=np.int64).reshape(-1, 2), cut=False
        )

    def _encode(self, texts: Sequence[str]) -> Vectors:
        sums = np.stack([self._table[self._rows(text)].sum(axis=0) for text in texts])
        lengths: Array = np.linalg.norm(sums, axis=1, keepdims=True)
        return (sums / np.maximum(lengths, 1e-9)).astype(np.float32)

    def _rows(self, text: str) -> list[int]:
        words = _WORD.findall(text.lower())
        return [zlib.crc32(word.encode()) % len(self._table) for word in words]
