"""Before many texts are embedded: what is to run the model, and how long it will take."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from indexer.durations import in_words
from indexer.models.choosing import alternatives, encoder_of
from indexer.models.encoder import Encoder
from indexer.models.measuring import Measured, fastest, per_second
from indexer.models.model import Model
from indexer.models.static import is_static
from indexer.paper import TEXT_RECIPE
from indexer.store.vector_cache import VectorCache, cache_key

MANY = 1000
"""Texts to embed from which on it is worth a few seconds to measure."""

FEW = 0.1
"""Share of the papers that a model reads at once, where it has read the others."""

ADVICE = (
    "With --progressive papers are found within a minute meanwhile; --model fast is done in minutes"
)
"""To whom a build is told to take long."""

LONG = 300
"""Seconds from which on people are told before they wait."""

_TEXTS_MEASURED = 32
_TEXTS_LOOKED_UP = 500


def paced(
    papers: int,
    texts_of: Callable[[Sequence[int]], list[str]],
    encoder: Encoder,
    cache: Path,
    *,
    choose: bool,
    full: bool,
    tell: Callable[[str], None],
    advice: str = ADVICE,
) -> tuple[Encoder, list[str]]:
    """Return what is to embed the papers, and why; tell how long that takes, if it takes long.

    Both are found on a sample, and only where there are many texts to embed. A backend whose
    vectors the cache has already is measured against none.

    Args:
        papers: how many there are.
        texts_of: gives the texts of some, by places from 0; every so many are a fair sample.
        encoder: of the model, as torch runs it where ``choose`` is set.
        cache: the file of vectors that need not be computed.
        choose: whether another backend may run the model.
        full: whether all vectors are computed, cached or not.
        tell: takes a sentence for people.
        advice: what else they can do.
    """
    model = encoder.model
    if papers < MANY or is_static(model):  # which takes a minute for a million
        return encoder, []
    texts = _sample(papers, texts_of)
    sample = texts[:: math.ceil(len(texts) / _TEXTS_MEASURED)]
    notes = []

    def to_embed(as_run: Model) -> int:
        share = 1.0 if full else 1 - _share_known(texts, as_run.fingerprint, cache)
        return round(share * papers)

    measured: Measured | None = None
    if choose and len(ways := alternatives(model)) > 1:
        known = min(ways.values(), key=to_embed)
        if to_embed(known) * 2 > papers:
            measured = fastest(ways, sample)
            encoder = measured.encoder
            notes.append(measured.why)
        elif known != model:
            encoder = encoder_of(known)
    count = to_embed(encoder.model)
    if count >= MANY:
        rate = measured.per_second if measured else per_second(encoder, sample)
        if (warning := long_build(count, rate, advice)) is not None:
            tell(warning)
    return encoder, notes


def is_known(
    papers: int, texts_of: Callable[[Sequence[int]], list[str]], model: Model, cache: Path
) -> bool:
    """Tell whether a model has to read a tenth of the papers at most, by a sample.

    Args:
        papers: how many there are.
        texts_of: gives the texts of some, by places from 0; every so many are a fair sample.
        model: a static one needs no cache.
        cache: the file of vectors that need not be computed.
    """
    if is_static(model):
        return True
    return _share_known(_sample(papers, texts_of), model.fingerprint, cache) >= 1 - FEW


def long_build(texts: int, per_second: float, advice: str = ADVICE) -> str | None:
    """Return what to tell people before a build that takes over five minutes; ``None``: less."""
    seconds = texts / per_second
    if seconds <= LONG:
        return None
    rate = f"{texts:,} texts to embed, {per_second:,.0f} a second"
    return f"{rate}: about {in_words(seconds)}. {advice}".strip()


def _sample(papers: int, texts_of: Callable[[Sequence[int]], list[str]]) -> list[str]:
    return texts_of(range(0, papers, math.ceil(papers / _TEXTS_LOOKED_UP)))


def _share_known(texts: list[str], fingerprint: str, cache: Path) -> float:
    if not cache.is_file():
        return 0.0
    keys = {cache_key(fingerprint, TEXT_RECIPE, text) for text in texts}
    with VectorCache(cache) as known:
        return len(known.get(list(keys))) / len(keys)
