"""A static encoder as it is trained: its tokenizer, and its table of token embeddings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from indexer.arrays import Vectors
from indexer.errors import ModelUnavailable

WEIGHTS = "embedding.weight"
"""The table in ``model.safetensors``, as sentence-transformers' ``StaticEmbedding`` names it."""

_AT_ONCE = 4096
_TINY = 1e-12

Ids = npt.NDArray[np.int32]
"""Tokens of a text, by their place in the vocabulary ``(t,)``."""


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
        try:
            modules = json.loads((folder / "modules.json").read_text("utf-8"))
            first = folder / modules[0]["path"]
            kind = modules[0]["type"]
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise _not_static(folder, f"no modules.json that names a module: {error}") from error
        if not str(kind).endswith(".StaticEmbedding"):
            raise _not_static(folder, f"its first module is a {kind}")
        try:
            table = load_file(first / "model.safetensors")[WEIGHTS].astype(np.float32)
        except (OSError, SafetensorError, KeyError) as error:
            raise _not_static(folder, f"its weights cannot be read: {error}") from error
        tokenizer = read_tokenizer(first)
        if table.ndim != 2 or len(table) < tokenizer.get_vocab_size():
            raise _not_static(folder, f"a table of {table.shape}, too small for its tokenizer")
        return cls(tokenizer, table)

    def bags(self, texts: Sequence[str]) -> sp.csr_matrix:
        """Return texts as rows over the vocabulary: the share of each token, adding up to 1.

        A text without any token is a row of zeros.
        """
        rows = [
            encoding.ids
            for start in range(0, len(texts), _AT_ONCE)
            for encoding in self.tokenizer.encode_batch_fast(
                list(texts[start : start + _AT_ONCE]), add_special_tokens=False
            )
        ]
        return bags_of(rows, len(self.table))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the embeddings ``(n, dim)`` of texts, of length 1."""
        return pooled(self.bags(texts), self.table)[0]


def bags_of(rows: Sequence[Sequence[int] | Ids], vocabulary: int) -> sp.csr_matrix:
    """Return lists of token ids as rows ``(n, vocabulary)`` float32 that add up to 1 each."""
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    ids: Iterable[int] = chain.from_iterable(rows)
    columns = np.fromiter(ids, np.int32, int(lengths.sum()))
    shares = np.repeat(1 / np.maximum(lengths, 1), lengths).astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    bags = sp.csr_matrix((shares, columns, starts), shape=(len(rows), vocabulary))
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
