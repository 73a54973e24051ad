"""From text to vectors: sentence-transformers behind a protocol that a test can fake."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from indexer.errors import ModelUnavailable
from indexer.models import Model

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]
"""Rows are embeddings of unit length, shape ``(n, dim)``."""

_BATCH = 32
_LOAD_FAILURES = (OSError, ValueError, LookupError, TypeError, ImportError, RuntimeError)


class Encoder(Protocol):
    """What akin needs of a model. Rows of what it returns have length 1."""

    @property
    def model(self) -> Model:
        """Which model this is."""

    @property
    def max_tokens(self) -> int | None:
        """How many word pieces of a text are read, special ones included; ``None``: all."""

    def load(self) -> None:
        """Make ready to encode; whatever needs it does it, too.

        Raises:
            ModelUnavailable: the model's files cannot be loaded.
        """

    def encode_document(self, texts: Sequence[str], /) -> Vectors:
        """Return the embeddings ``(n, dim)`` of texts that are to be found."""

    def encode_query(self, texts: Sequence[str], /) -> Vectors:
        """Return the embeddings ``(n, dim)`` of texts that ask."""

    def count_tokens(self, texts: Sequence[str], /) -> list[int]:
        """Return the number of word pieces of each document, special ones included, uncut."""


class SentenceTransformerEncoder:
    """A sentence-transformers model, loaded when it is first used; safe to share by threads.

    Args:
        model: from :func:`indexer.models.find_model`.
        threads: for torch; ``None`` leaves its own choice, all cores.
    """

    def __init__(self, model: Model, threads: int | None = None) -> None:
        self.model = model
        self._threads = threads
        self._loaded: SentenceTransformer | None = None
        # Fast tokenizers may not be entered twice, and two forward passes only fight for cores.
        self._lock = threading.Lock()

    @property
    def max_tokens(self) -> int | None:
        """How many word pieces of a text are read, special ones included; ``None``: all."""
        with self._lock:
            length: float | None = self._load().max_seq_length
        return None if length is None or math.isinf(length) else int(length)

    def load(self) -> None:
        """Load the model, if it is not loaded yet.

        Raises:
            ModelUnavailable: its files cannot be loaded.
        """
        with self._lock:
            self._load()

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Return the embeddings ``(n, dim)`` of texts that are to be found."""
        with self._lock:
            return _unit(
                self._load().encode_document(
                    list(texts), batch_size=_BATCH, show_progress_bar=False
                )
            )

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return the embeddings ``(n, dim)`` of texts that ask."""
        with self._lock:
            return _unit(
                self._load().encode_query(list(texts), batch_size=_BATCH, show_progress_bar=False)
            )

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of word pieces of each document, special ones included, uncut."""
        prompted = [self.model.prompts["document"] + text for text in texts]
        with self._lock:
            tokenizer = self._load().tokenizer
            if not callable(tokenizer):  # static models come with a bare tokenizers.Tokenizer
                return [len(tokens.ids) for tokens in tokenizer.encode_batch(prompted)]
            tokens = tokenizer(prompted, truncation=False, verbose=False)
        return [len(ids) for ids in tokens["input_ids"]]

    def _load(self) -> SentenceTransformer:
        if self._loaded is None:
            import torch
            from safetensors import SafetensorError
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            if self._threads is not None:
                torch.set_num_threads(self._threads)
            logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            try:
                self._loaded = SentenceTransformer(
                    str(self.model.path),
                    local_files_only=True,
                    trust_remote_code=False,
                    model_kwargs={"use_safetensors": True},
                )
            except (*_LOAD_FAILURES, SafetensorError) as error:
                raise ModelUnavailable(
                    f"{self.model.path}: not a model that sentence-transformers can load: {error}",
                    model=self.model.name,
                ) from error
        return self._loaded


def _unit(vectors: npt.NDArray[np.float32]) -> Vectors:
    """Scale rows to length 1, whether or not the model did; a zero row stays zero."""
    vectors = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit
