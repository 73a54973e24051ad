"""A second look at the best papers: a cross-encoder reads question and paper together.

It is slower by far than comparing vectors, and loaded only where one is named.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from indexer.arrays import Array
from indexer.errors import ModelUnavailable
from indexer.models.model import Model
from indexer.models.sentence_transformer import loaded

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

DEPTH = 50
"""How many of the best papers are read again."""


class Reranker(Protocol):
    """What the engine needs of one."""

    @property
    def model(self) -> Model:
        """Which model this is: another one orders otherwise."""

    def score(self, query: str, texts: Sequence[str], /) -> Array:
        """Return how well each text answers the query ``(n,)``, more is better.

        Raises:
            ModelUnavailable: the model's files cannot be loaded.
        """


class CrossEncoderReranker:
    """A cross-encoder of sentence-transformers, loaded when first used; safe to share by threads.

    Args:
        model: from :func:`indexer.models.model.find_model`.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._loaded: CrossEncoder | None = None
        self._lock = threading.Lock()

    def score(self, query: str, texts: Sequence[str]) -> Array:
        """Return how well each text answers the query ``(n,)``; what is too long is cut.

        Raises:
            ModelUnavailable: the model's files cannot be loaded, or it gives no one score.
        """
        with self._lock:
            scores = self._load().predict([(query, text) for text in texts])
        found = np.asarray(scores, dtype=np.float64)
        if found.shape != (len(texts),):
            raise ModelUnavailable(
                f"{self.model.name}: gives {found.shape[1:]} values for a pair, a cross-encoder "
                "that ranks gives one",
                model=self.model.name,
            )
        return found

    def _load(self) -> CrossEncoder:
        if self._loaded is None:
            from sentence_transformers import CrossEncoder

            self._loaded = loaded(CrossEncoder, self.model, "cross-encoder")
        return self._loaded
