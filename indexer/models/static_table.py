"""A static model's table: a vector for each token, whatever the text around it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.arrays import Vectors
from indexer.kept import kept

TokenIds = npt.NDArray[np.int32]
"""The tokens of one text after another, shape ``(t,)``."""

Counts = npt.NDArray[np.int64]
"""How many tokens each text has, shape ``(n,)``."""

FEW = 16
"""Texts whose rows are gathered one text after another: SciPy, which does it four times as fast for
many, takes longer to import than they take."""


@dataclass(frozen=True, eq=False)
class TokenTable:
    """The rows of a static model as they lie on disk; their sums are float32.

    Attributes:
        stored: float16, float32, float64 or int8, ``(rows, any)``.
        dimension: how many of the columns count, from the first.
        mapping: the row of each token ``(v,)``; ``None``: a token's id is its row.
        weights: what a token's row is multiplied by ``(v,)``; ``None``: nothing.
    """

    stored: npt.NDArray[Any]
    dimension: int
    mapping: npt.NDArray[np.integer] | None = None
    weights: npt.NDArray[np.floating] | None = None

    def __len__(self) -> int:
        """Return the number of tokens that it knows."""
        known = len(self.stored if self.mapping is None else self.mapping)
        return known if self.weights is None else min(known, len(self.weights))

    def rows(self, tokens: npt.NDArray[np.integer]) -> Vectors:
        """Return the row of each token, ``(t, dim)``."""
        places = tokens if self.mapping is None else self.mapping[tokens]
        rows: Vectors = self.stored[places, : self.dimension].astype(np.float32, copy=False)
        if self.weights is None:
            return rows
        return rows * self.weights[tokens, np.newaxis].astype(np.float32)

    @kept
    def whole(self) -> Vectors:
        """The row of every token, ``(v, dim)``."""
        plain = self.mapping is None and self.weights is None and self.stored.dtype == np.float32
        if plain and self.stored.shape[1] == self.dimension:
            return self.stored
        return np.ascontiguousarray(self.rows(np.arange(len(self))))

    def sums(self, tokens: TokenIds, counts: Counts) -> Vectors:
        """Return the sum of each text's rows, ``(n, dim)``; of a text without tokens it is 0."""
        ends = np.cumsum(counts)
        if len(counts) <= FEW:
            texts = np.split(tokens, ends[:-1]) if len(counts) else []
            summed = [self.rows(text).sum(axis=0) for text in texts]
            return np.array(summed, dtype=np.float32).reshape(len(counts), self.dimension)
        from scipy.sparse import csr_array

        # A token that occurs twice in a text has two entries there, and the product adds them up.
        places = (np.ones(len(tokens), np.float32), tokens, np.concatenate([[0], ends]))
        summed = csr_array(places, shape=(len(counts), len(self))) @ self.whole
        return np.asarray(summed, dtype=np.float32)


def is_table(path: Path) -> bool:
    """Tell whether a file of weights is a table in a precision that NumPy has."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as weights:
            named = {name: weights.get_slice(name).get_dtype() for name in weights.keys()}  # noqa: SIM118
    except (OSError, SafetensorError):
        return False
    return bool({"embedding.weight", "embeddings"} & set(named)) and "BF16" not in named.values()


def read_table(path: Path, truncate: int | None = None) -> TokenTable:
    """Return the table of a ``StaticEmbedding`` module; also of one that model2vec wrote.

    Args:
        path: its ``model.safetensors``.
        truncate: the most dimensions to keep; ``None``: all.

    Raises:
        ValueError: these are no such weights.
        OSError: the file cannot be read.
        safetensors.SafetensorError: it is damaged.
    """
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as weights:
        tensors = {name: weights.get_tensor(name) for name in weights.keys()}  # noqa: SIM118
    stored = tensors.get("embedding.weight")
    if stored is not None:
        table = TokenTable(stored, _dimension(stored, truncate))
    elif (stored := tensors.get("embeddings")) is not None:
        dimension = _dimension(stored, truncate)
        table = TokenTable(stored, dimension, tensors.get("mapping"), tensors.get("weights"))
    else:
        raise ValueError(f"neither embedding.weight nor embeddings among {sorted(tensors)}")
    if table.mapping is not None and not _within(table.mapping, len(stored)):
        raise ValueError(f"its mapping points beyond its {len(stored)} rows")
    return table


def _dimension(stored: npt.NDArray[Any], truncate: int | None) -> int:
    if stored.ndim != 2 or not stored.size:
        raise ValueError(f"a table of tokens has two dimensions, not the shape {stored.shape}")
    most: int = stored.shape[1]
    return min(most, truncate or most)


def _within(places: npt.NDArray[np.integer], end: int) -> bool:
    return not places.size or bool(places.min() >= 0 and places.max() < end)
