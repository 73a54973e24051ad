"""What akin needs of a model, which a test can fake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from indexer.arrays import Vectors
from indexer.errors import ModelUnavailable
from indexer.models.model import Model

Places = npt.NDArray[np.int64]
"""Where pieces of a text begin and end, in characters, shape ``(n, 2)``; the end is exclusive."""


@dataclass(frozen=True, slots=True, eq=False)
class TokenEmbeddings:
    """The word pieces that a document's embedding is made of: their sum, scaled to length 1.

    Attributes:
        embeddings: of each piece in its context, ``(t, dim)`` float32, of any length.
        places: ``(t, 2)`` int64, in the document's text; start and end are the same where a piece
            stands for none of its characters (``[CLS]``, ``[SEP]``, the prompt).
        cut: whether only the beginning of the text was read.
    """

    embeddings: Vectors
    places: Places
    cut: bool


class Encoder(Protocol):
    """What akin needs of a model. Rows of what it returns have length 1."""

    @property
    def model(self) -> Model:
        """Which model this is."""

    @property
    def max_tokens(self) -> int | None:
        """How many word pieces of a text are read, special ones included; ``None``: all."""

    @property
    def is_static(self) -> bool:
        """Whether a token means the same in every text: such a model knows less of meaning."""

    def load(self) -> None:
        """Make ready to encode; whatever needs it does it, too.

        Raises:
            ModelUnavailable: the model's files cannot be loaded.
        """

    def encode_document(self, texts: Sequence[str], /) -> Vectors:
        """Return the embeddings ``(n, dim)`` of texts that are to be found."""

    def encode_query(self, texts: Sequence[str], /) -> Vectors:
        """Return the embeddings ``(n, dim)`` of texts that ask."""

    def encode_counted(self, texts: Sequence[str], /) -> tuple[Vectors, list[int]]:
        """Return what :meth:`encode_document` and :meth:`count_tokens` do, from one reading."""

    def count_tokens(self, texts: Sequence[str], /) -> list[int]:
        """Return the number of word pieces of each document, special ones included, uncut."""

    def has_word(self, word: str, /) -> bool:
        """Tell whether a word is one of the pieces, as frequent ones are."""

    def encode_tokens(self, text: str, /) -> TokenEmbeddings | None:
        """Return the word pieces that add up to a document's embedding; ``None``: they do not."""


def finite(vectors: Vectors, model: Model) -> Vectors:
    """Return a model's vectors ``(n, dim)``.

    Raises:
        ModelUnavailable: some are NaN or infinite, and so near to nothing.
    """
    if not np.isfinite(vectors).all():
        raise ModelUnavailable(
            f"{model.path}: the vectors of this model are not numbers (NaN or infinite): its "
            "weights are damaged, or too large for their precision. Take another: --model NAME",
            model=model.name,
        )
    return vectors
