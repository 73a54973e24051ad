"""Which backend is to run a model here: measured on some texts, and only if both mean the same."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.arrays import Vectors
from indexer.errors import ModelUnavailable
from indexer.models.choosing import encoder_of
from indexer.models.encoder import Encoder
from indexer.models.model import TORCH, Model
from indexer.models.quantizing import INT8

LEAST_COSINE = 0.99
"""Between what two backends make of a text, for one to take the place of the other."""

_WORTH = 1.1
"""How many times as fast as torch a backend must be to be worth other vectors."""


@dataclass(frozen=True, slots=True)
class Measured:
    """An encoder, and what it does.

    Attributes:
        encoder: loaded.
        per_second: how many of the texts it embeds in a second.
        why: it was taken.
    """

    encoder: Encoder
    per_second: float
    why: str


def per_second(encoder: Encoder, texts: Sequence[str]) -> float:
    """Return how many texts an encoder embeds in a second, loaded and warm."""
    return _timed(encoder, texts)[0]


def faster(model: Model, texts: Sequence[str]) -> Measured:
    """Return what runs a model faster here: torch, or ctranslate2 in int8 if it agrees with torch.

    Args:
        model: one that :func:`indexer.models.quantizing.may_be_quantized`.
        texts: some of those that are to be embedded.
    """
    by_torch = encoder_of(model.run_as(TORCH, model.max_tokens))
    of_torch, expected = _timed(by_torch, texts)
    in_int8 = encoder_of(model.run_as(INT8, model.max_tokens))
    try:
        of_int8, got = _timed(in_int8, texts)
    except ModelUnavailable as error:
        return Measured(by_torch, of_torch, f"torch runs the model: {error.detail}")
    cosines = (expected * got).sum(axis=1)
    agree = f"cosine to torch {cosines.mean():.3f}, least {cosines.min():.3f}"
    ratio = of_int8 / of_torch
    if not cosines.min() >= LEAST_COSINE:  # NaN is less than that, too
        return Measured(by_torch, of_torch, f"torch runs the model: int8 differs from it ({agree})")
    if ratio < _WORTH:
        why = f"torch runs the model: int8 is no faster here ({ratio:.1f} times)"
        return Measured(by_torch, of_torch, why)
    measured = f"{ratio:.1f} times as fast as torch on {len(texts)} of these texts"
    why = f"ctranslate2 runs the model in int8: {measured} ({agree})"
    return Measured(in_int8, of_int8, why)


def _timed(encoder: Encoder, texts: Sequence[str]) -> tuple[float, Vectors]:
    encoder.encode_document(texts[:1])  # loads what is needed
    started = time.perf_counter()
    vectors = np.asarray(encoder.encode_document(texts))
    return len(texts) / max(time.perf_counter() - started, 1e-9), vectors
