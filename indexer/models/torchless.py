"""What encoders that need no torch have in common, whatever they compute."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from indexer.arrays import Vectors
from indexer.models.model import Model
from indexer.threads import each

Loaded = TypeVar("Loaded")
Item = TypeVar("Item")
Made = TypeVar("Made")


class TorchlessEncoder(ABC, Generic[Loaded]):
    """A model that is loaded when it is first used; safe to share by threads.

    Args:
        model: from :func:`indexer.models.model.find_model`.
        threads: to compute with; ``None``: as many as :mod:`indexer.threads` allows.
    """

    is_static = False

    def __init__(self, model: Model, threads: int | None = None) -> None:
        self.model = model
        self._threads = threads
        self._loaded: Loaded | None = None
        self._lock = threading.Lock()

    def load(self) -> None:
        """Load the model, if it is not loaded yet.

        Raises:
            ModelUnavailable: its files cannot be loaded, or made where they have to be.
        """
        self._load()

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Return the embeddings ``(n, dim)`` of texts that are to be found."""
        return self._encode("document", texts)[0]

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return the embeddings ``(n, dim)`` of texts that ask."""
        return self._encode("query", texts)[0]

    def encode_counted(self, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
        """Return the embeddings ``(n, dim)`` of documents, and how many word pieces each has."""
        return self._encode("document", texts)

    @abstractmethod
    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of word pieces of each document, uncut."""

    def has_word(self, word: str) -> bool:
        """Tell whether a word is one of the pieces, as frequent ones are."""
        nothing, found = self.count_tokens(["", word])
        return found == nothing + 1

    @abstractmethod
    def _read_files(self) -> Loaded:
        """Return what is loaded of the model, or raise ModelUnavailable."""

    @abstractmethod
    def _encode(self, role: str, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
        """Return the vectors of texts, and how many word pieces each has, uncut."""

    def _load(self) -> Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._read_files()
            return self._loaded

    def _each(self, function: Callable[[Item], Made], items: Sequence[Item]) -> list[Made]:
        """Return what a function makes of each item, by as many threads as there may be."""
        return list(map(function, items)) if self._threads == 1 else each(function, items)
