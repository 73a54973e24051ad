"""Is the index what it says it is? Every check of ``akin doctor``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from indexer.errors import AkinError, IndexCorrupted
from indexer.models.converting import INT8
from indexer.models.encoder import Encoder
from indexer.store.generation import Generation, IndexFolder
from indexer.store.manifest import Space
from search_api.engine.fit import check_fit
from search_api.store.health import blocks, catalogue_check, counts, read_all, sample

SAMPLE = 8
"""Papers whose vectors are computed again, evenly spread over the corpus."""

LEAST_COSINE = 0.999
"""Between a stored vector and a new one: batches and machines differ in the last digits only."""

_LEAST_IN_INT8 = 0.99
"""Where these digits decide what is rounded to 8 bits; on one machine it is 1."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, whether it is well, what was seen, and the type of error if it is not."""

    name: str
    ok: bool
    detail: str
    problem: str = IndexCorrupted.type

    def to_json(self) -> dict[str, Any]:
        """Return the check as a JSON object."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail}


def examine(index: IndexFolder, make_encoder: Callable[[Space], Encoder]) -> Iterator[Check]:
    """Yield the checks one by one; those that need a part found broken are left out."""
    try:
        generation = index.current()
    except AkinError as error:
        yield Check("current generation", ok=False, detail=error.detail, problem=error.type)
        return
    yield Check("current generation", ok=True, detail=generation.id)
    whole = _checksums(generation)
    yield whole
    for kept in index.previous():
        yield _checksums(kept)
    if not whole.ok:
        return
    try:
        answer = catalogue_check(generation)
        yield Check("catalogue", ok=answer == "ok", detail=answer)
        yield _counts(generation)
        yield Check("papers", ok=True, detail=f"{read_all(generation):,} read")
        yield _unit_length(generation)
        encoders = [make_encoder(space) for space in generation.manifest.answering]
        check_fit(generation, encoders)
        for space, encoder in enumerate(encoders):
            yield Check("model", ok=True, detail=encoder.model.name)
            yield _sample(generation, encoder, space)
    except AkinError as error:
        yield Check(error.title.lower(), ok=False, detail=error.detail, problem=error.type)


def _checksums(generation: Generation) -> Check:
    name = f"checksums of {generation.id}"
    try:
        generation.verify()
    except AkinError as error:
        return Check(name, ok=False, detail=error.detail, problem=error.type)
    size = sum(stated["bytes"] for stated in generation.manifest.files.values())
    files = len(generation.manifest.files)
    return Check(name, ok=True, detail=f"{files} files, {size / 1e6:.1f} MB")


def _counts(generation: Generation) -> Check:
    found = counts(generation)
    detail = ", ".join(f"{name} {count:,}" for name, count in found.items())
    return Check("counts", ok=len(set(found.values())) == 1, detail=detail)


def _unit_length(generation: Generation) -> Check:
    """Check lengths over a block of vectors at a time."""
    worst = 0.0
    for block in blocks(generation):
        lengths = np.linalg.norm(block.astype(np.float64), axis=1)
        worst = float(np.maximum(worst, np.abs(lengths - 1).max()))  # which NaN is, too
    return Check("vectors have length 1", ok=worst < 1e-3, detail=f"off by {worst:.1e} at most")


def _sample(generation: Generation, encoder: Encoder, space: int) -> Check:
    rows, texts, vectors = sample(generation, SAMPLE, space)
    cosines = (encoder.encode_document(texts) * vectors).sum(axis=1)
    detail = f"{len(rows)} embedded again, least cosine {cosines.min():.6f}"
    least = _LEAST_IN_INT8 if encoder.model.backend == INT8 else LEAST_COSINE
    return Check("sample of vectors", ok=bool(cosines.min() >= least), detail=detail)
