"""A static encoder as it is trained: its tokenizer, and its table of token embeddings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from safetensors import SafetensorError
from tokenizers import Tokenizer

from indexer.arrays import Vectors
from indexer.errors import ModelUnavailable
from indexer.models.static import static_folder
from indexer.models.static_table import Counts, TokenIds, read_table
from indexer.models.static_tokens import TokenReader

WEIGHTS = "embedding.weight"
"""The table in ``model.safetensors``, as sentence-transformers' ``StaticEmbedding`` names it."""

_AT_ONCE = 4096
_TINY = 1e-12


@dataclass(slots=True)
class StaticModel:
    """A tokenizer, and a vector for each of its tokens.

    Attributes:
        tokenizer: adds no special tokens, cuts and pads nothing.
        table: ``(vocabulary, dim)`` float32; training changes it in place.
    """

    tokenizer: Tokenizer
    table: Vectors

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Read the folder of a sentence-transformers model that is a ``StaticEmbedding``.

        Raises:
            ModelUnavailable: it is another kind of model, or damaged.
        """
        inner = static_folder(folder)
        if inner is None:
            raise _not_static(folder, "its modules are others than StaticEmbedding and Normalize")
        try:
            table = read_table(inner / "model.safetensors").whole.astype(np.float32)
        except (OSError, SafetensorError, ValueError) as error:
            raise _not_static(folder, f"its weights cannot be read: {error}") from error
        tokenizer = read_tokenizer(inner)
        if len(table) < tokenizer.get_vocab_size():
            raise _not_static(folder, f"a table of {table.shape}, too small for its tokenizer")
        return cls(tokenizer, table)

    def bags(self, texts: Sequence[str]) -> sp.csr_matrix:
        """Return texts as rows over the vocabulary: the share of each token, adding up to 1.

        A text without any token is a row of zeros.
        """
        return bags_of(*self.tokens(texts), len(self.table))

    def tokens(self, texts: Sequence[str]) -> tuple[TokenIds, Counts]:
        """Return the tokens of texts, one text after another, and how many each has."""
        reader = TokenReader(self.tokenizer)
        lots = [reader.read(texts[at : at + _AT_ONCE]) for at in range(0, len(texts), _AT_ONCE)]
        tokens, counts = [np.zeros(0, np.int32)], [np.zeros(0, np.int64)]
        for some, of_each in lots:
            tokens.append(some)
            counts.append(of_each)
        return np.concatenate(tokens), np.concatenate(counts)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the embeddings ``(n, dim)`` of texts, of length 1."""
        return pooled(self.bags(texts), self.table)[0]


def bags_of(tokens: TokenIds, counts: Counts, vocabulary: int) -> sp.csr_matrix:
    """Return texts as rows ``(n, vocabulary)`` float32 that add up to 1 each.

    Args:
        tokens: of one text after another.
        counts: how many each text has.
        vocabulary: how many tokens there are.
    """
    shares = np.repeat(1 / np.maximum(counts, 1), counts).astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(counts)])
    bags = sp.csr_matrix((shares, tokens, starts), shape=(len(counts), vocabulary))
    bags.sum_duplicates()
    return bags


def pooled(bags: sp.csr_matrix, table: Vectors) -> tuple[Vectors, Vectors]:
    """Return the mean of each bag's tokens, scaled to length 1 ``(n, dim)``, and its length before.

    The lengths are ``(n, 1)``, and never 0: what is a vector of zeros stays one.
    """
    means: npt.NDArray[np.float32] = bags @ table
    lengths = np.maximum(np.linalg.norm(means, axis=1, keepdims=True), _TINY)
    return means / lengths, lengths


def read_tokenizer(folder: Path) -> Tokenizer:
    """Return the tokenizer in a folder as static encoders use it: bare, uncut, not padded.

    Raises:
        ModelUnavailable: there is none that ``tokenizers`` can read.
    """
    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # tokenizers raises bare Exceptions
        raise _not_static(folder, f"its tokenizer.json cannot be read: {error}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def extended(tokenizer: Tokenizer, words: Sequence[str]) -> Tokenizer:
    """Return a WordPiece tokenizer whose vocabulary ends with further whole words.

    It takes the longest piece that fits, so that these words are no longer cut into pieces.

    Args:
        tokenizer: of a BERT; stays as it is.
        words: as its normaliser leaves them, each no token yet.

    Raises:
        ModelUnavailable: it is another kind of tokenizer.
    """
    stated: dict[str, Any] = json.loads(tokenizer.to_str())
    model = stated["model"]
    if model.get("type") != "WordPiece":
        raise ModelUnavailable(
            f"a tokenizer of kind {model.get('type')!r} cannot be given words: take a teacher with "
            "WordPiece, or --words 0"
        )
    model["vocab"] |= {word: place for place, word in enumerate(words, start=len(model["vocab"]))}
    stated["post_processor"] = None  # adds [CLS] and [SEP], which a static encoder has no use for
    return Tokenizer.from_str(json.dumps(stated))


def _not_static(folder: Path, reason: str) -> ModelUnavailable:
    return ModelUnavailable(
        f"{folder}: not a static encoder to begin with: {reason}", file=str(folder)
    )
