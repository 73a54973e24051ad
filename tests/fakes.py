"""A small encoder that needs no model: texts that share words have near vectors; a reranker."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.arrays import Array, Vectors
from indexer.encoder import TokenEmbeddings
from indexer.models import DEFAULT_MODEL, Model, find_model

DIMENSION = 64
MAX_TOKENS = 256


class FakeEncoder:
    """Sums a constant and a random direction per word, the same in every process.

    ``encoded`` lists every document that was embedded, in order.
    """

    def __init__(
        self, fingerprint: str = "f" * 64, name: str = "fake", dimension: int = DIMENSION
    ) -> None:
        self.model = Model(name, Path("/nowhere"), fingerprint, {"query": "", "document": ""})
        self.max_tokens: int | None = MAX_TOKENS
        self.encoded: list[str] = []
        self._dimension = dimension
        self._constant = np.full(dimension, 1e-3)

    def load(self) -> None:
        pass

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return np.stack([self._vector(text) for text in texts])

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vector(text) for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) + 2 for text in texts]

    def encode_tokens(self, text: str) -> TokenEmbeddings | None:
        words = list(re.finditer(r"\w+", text))
        embeddings = [self._constant, *(self._direction(word[0]) for word in words)]
        places = np.array([(0, 0), *(word.span() for word in words)], dtype=np.int64)
        return TokenEmbeddings(np.array(embeddings, dtype=np.float32), places, cut=False)

    def _vector(self, text: str) -> Vectors:
        vector = sum(map(self._direction, re.findall(r"\w+", text)), start=self._constant)
        return (vector / np.linalg.norm(vector)).astype(np.float32)

    def _direction(self, word: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.sha256(word.casefold().encode()).digest()[:8])
        return np.random.default_rng(seed).standard_normal(self._dimension)


class ByLength:
    """A reranker: the shorter a text the better; remembers what it read."""

    def __init__(self, fingerprint: str = "r" * 64) -> None:
        self.model = Model("by length", Path("/nowhere"), fingerprint, {})
        self.read: list[tuple[str, list[str]]] = []

    def score(self, query: str, texts: Sequence[str]) -> Array:
        self.read.append((query, list(texts)))
        return -np.array([len(text) for text in texts], dtype=np.float64)


def fake_model(name: str = DEFAULT_MODEL) -> Model:
    """Find two models that are not there; any other name is looked for as ever."""
    if name not in {DEFAULT_MODEL, "other"}:
        return find_model(name)
    fingerprint = hashlib.sha256(name.encode()).hexdigest()
    return Model(name, Path("/nowhere"), fingerprint, {"query": "", "document": ""})


def fake_encoder(model: Model, threads: int | None = None) -> FakeEncoder:
    return FakeEncoder(model.fingerprint, model.name)
