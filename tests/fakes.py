"""A small encoder that needs no model: texts that share words have near vectors."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.encoder import Vectors
from indexer.models import Model

DIMENSION = 64
MAX_TOKENS = 256


class FakeEncoder:
    """Sums a random direction per word; the same text has the same vector in every process.

    ``encoded`` lists every document that was embedded, in order.
    """

    def __init__(self, fingerprint: str = "f" * 64, name: str = "fake") -> None:
        self.model = Model(name, Path("/nowhere"), fingerprint, {"query": "", "document": ""})
        self.max_tokens: int | None = MAX_TOKENS
        self.encoded: list[str] = []

    def load(self) -> None:
        pass

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return np.stack([self._vector(text) for text in texts])

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vector(text) for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) + 2 for text in texts]

    def _vector(self, text: str) -> Vectors:
        vector = np.full(DIMENSION, 1e-3)
        for word in re.findall(r"\w+", text.casefold()):
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
            vector += np.random.default_rng(seed).standard_normal(DIMENSION)
        return (vector / np.linalg.norm(vector)).astype(np.float32)
