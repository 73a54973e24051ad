"""What embeds questions: not torch, which takes seconds to import, where others give its vectors.

ctranslate2 computes them in float32 from weights that a build makes, and compares with torch.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from indexer.arrays import Vectors
from indexer.errors import ModelUnavailable
from indexer.models.choosing import encoder_of
from indexer.models.converted import ConvertedEncoder
from indexer.models.converting import (
    INT8,
    Converted,
    converted,
    found,
    is_installed,
    may_be_converted,
)
from indexer.models.encoder import Encoder, TokenEmbeddings
from indexer.models.model import Model
from indexer.models.static import is_static

_LEAST_COSINE = 0.9995
"""To torch's vectors: in float32 they are the same to the rounding, in bfloat16 to .9999."""

_QUESTIONS = [
    "graph neural networks for molecules",
    "Naïve 🚀 tokenizers of İstanbul meet 图 and ﬁne ligatures",
    "We study federated learning under heterogeneous data. " * 100,
]


def question_encoder(model: Model, threads: int | None = None) -> Encoder:
    """Return what embeds questions of papers that a model has embedded; nothing is loaded.

    Args:
        model: as it was run for the papers.
        threads: to compute with; ``None``: as many as there are cores.
    """
    if model.backend == INT8 or is_static(model):
        return encoder_of(model, threads)
    return QuestionEncoder(model, threads)


class QuestionEncoder:
    """A transformer that torch has run for the papers; safe to share by threads.

    ctranslate2 runs it where there are weights that are whole and made by its version; they are
    looked for when it is first used, and never made. Else torch does.

    Args:
        model: from :func:`indexer.models.model.find_model`.
        threads: to compute with; ``None``: as many as there are cores.
    """

    is_static = False

    def __init__(self, model: Model, threads: int | None = None) -> None:
        self.model = model
        self._threads = threads
        self._taken: Encoder | None = None
        self._lock = threading.Lock()

    @property
    def max_tokens(self) -> int | None:
        """How many word pieces of a text are read, special ones included; ``None``: all."""
        return self.taken().max_tokens

    def load(self) -> None:
        """Load the model, if it is not loaded yet.

        Raises:
            ModelUnavailable: its files cannot be loaded.
        """
        self.taken().load()

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Return the embeddings ``(n, dim)`` of texts that are to be found."""
        return self.taken().encode_document(texts)

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return the embeddings ``(n, dim)`` of texts that ask."""
        return self.taken().encode_query(texts)

    def encode_counted(self, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
        """Return the embeddings ``(n, dim)`` of documents, and how many word pieces each has."""
        return self.taken().encode_counted(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of word pieces of each document, special ones included, uncut."""
        return self.taken().count_tokens(texts)

    def has_word(self, word: str) -> bool:
        """Tell whether a word is one of the pieces, as frequent ones are."""
        return self.taken().has_word(word)

    def encode_tokens(self, text: str) -> TokenEmbeddings | None:
        """Return the word pieces that add up to a document's embedding; ``None``: they do not."""
        return self.taken().encode_tokens(text)

    def taken(self) -> Encoder:
        """Return what runs the model, from now on."""
        with self._lock:
            if self._taken is None:
                self._taken = self._without_torch() or encoder_of(self.model, self._threads)
            return self._taken

    def _without_torch(self) -> Encoder | None:
        if (files := found(self.model, "float32")) is None:
            return None
        encoder = ConvertedEncoder(self.model, self._threads, files)
        try:
            encoder.load()
        except ModelUnavailable:  # whole, and yet nothing for this machine: torch needs them not
            return None
        return encoder


def make_ready(model: Model) -> str | None:
    """Make the weights by which questions need no torch: for one that loaded it.

    They are kept only if they give its vectors. Whatever goes wrong, the papers are embedded: it is
    told, not raised.

    Args:
        model: as it was run for the papers.

    Returns:
        Why there are none, for people; ``None``: there are, or none are to be expected, as
        ctranslate2 is not installed or the model is of no kind that it runs.
    """
    try:
        if model.backend != INT8 and is_installed() and may_be_converted(model):
            converted(model, "float32", lambda files: _compare(files, model))
    except ModelUnavailable as error:
        why = error.reason
    except Exception as error:  # noqa: BLE001 — libraries raise anything; the build is done
        why = f"{type(error).__name__}: {error}"
    else:
        return None
    return f"questions wait for torch, which takes seconds to import: {why}"


def _compare(files: Converted, model: Model) -> None:
    vectors = ConvertedEncoder(model, None, files).encode_query(_QUESTIONS)
    expected = encoder_of(model).encode_query(_QUESTIONS)
    least = float((vectors * expected).sum(axis=1).min())
    if not least >= _LEAST_COSINE:  # which NaN is not
        raise ModelUnavailable(
            f"{model.name}: vectors by ctranslate2 are not those of torch: cosine {least:.4f}",
            model=model.name,
        )
