"""Which backend is to run a model here: measured on some texts, and only if both mean the same."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.arrays import Vectors
from indexer.errors import ModelUnavailable
from indexer.models.choosing import encoder_of
from indexer.models.encoder import Encoder
from indexer.models.model import Model

LEAST_COSINE = 0.999
"""Between what two backends make of a text, for one to take the place of the other where nobody
asked for it: at .996, as int8 has it, rankings were .8 % worse (docs/models.md),
more than the .5 % that would pass for the same."""

_WORTH = 1.2
"""How many times as fast as a more exact backend another must be to be worth its vectors."""


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


@dataclass(frozen=True, slots=True)
class _Tried:
    """A backend that agrees with torch; its least cosine, and what is told of it."""

    name: str
    encoder: Encoder
    per_second: float
    least: float
    agreement: str


def per_second(encoder: Encoder, texts: Sequence[str]) -> float:
    """Return how many texts an encoder embeds in a second, loaded and warm."""
    return _timed(encoder, texts)[0]


def fastest(ways: Mapping[str, Model], texts: Sequence[str]) -> Measured:
    """Return what runs a model fastest here, of the ways that agree with the first.

    The less exact way of two is taken only if it is faster by more than a measurement errs.

    Args:
        ways: to run the model, as :func:`indexer.models.choosing.alternatives` has them.
        texts: some of those that are to be embedded.
    """
    (exact, model), *others = ways.items()
    encoder = encoder_of(model)
    rate, expected = _timed(encoder, texts)
    tried, why_not = [_Tried(exact, encoder, rate, 1.0, "")], []
    for name, other in others:
        encoder = encoder_of(other)
        try:
            faster, got = _timed(encoder, texts)
        except ModelUnavailable as error:
            why_not.append(error.reason)
            continue
        cosines = (expected * got).sum(axis=1)
        least = float(cosines.min())
        agreement = f"cosine to {exact} {cosines.mean():.4f}, least {least:.4f}"
        if least >= LEAST_COSINE:  # which NaN is not
            tried.append(_Tried(name, encoder, faster, least, agreement))
        else:
            why_not.append(f"{name} differs from it ({agreement})")
    chosen, *less_exact = sorted(tried, key=lambda one: -one.least)
    for one in less_exact:
        if one.per_second >= _WORTH * chosen.per_second:
            chosen = one
    if chosen.name != exact:
        times = f"{chosen.per_second / rate:.1f} times as fast as {exact}"
        why = f"{times} on {len(texts)} of these texts ({chosen.agreement})"
    else:
        slow = [f"{one.name} {one.per_second / rate:.1f} times" for one in tried[1:]]
        why = "; ".join([*(f"{said} as fast here" for said in slow), *why_not])
    return Measured(chosen.encoder, chosen.per_second, f"--backend {chosen.name} was taken: {why}")


def _timed(encoder: Encoder, texts: Sequence[str]) -> tuple[float, Vectors]:
    encoder.encode_document(texts[:1])  # loads what is needed
    started = time.perf_counter()
    vectors = np.asarray(encoder.encode_document(texts))
    return len(texts) / max(time.perf_counter() - started, 1e-9), vectors
