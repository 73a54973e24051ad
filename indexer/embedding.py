"""The vectors of a build: from the cache, and from the model where the cache has them not."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from indexer.arrays import Rows, Vectors, release
from indexer.models.encoder import Encoder, finite
from indexer.models.static import is_static
from indexer.paper import TEXT_RECIPE
from indexer.progress import Reporter
from indexer.store.records import Records
from indexer.store.vector_cache import CachedVector, VectorCache, cache_key

LOOKED_UP_AT_ONCE = 1024
"""Papers whose vectors are looked up together, and then in memory. Rows come sorted by length, so
that texts that are computed together waste no padding."""

LEAST, MOST, SECONDS = 32, 512, 2.0
"""Texts that are computed between two writes to the vector cache, and the time that they may take
where there are more than the least: the most that a kill can cost."""

STATIC_AT_ONCE = 4096
"""Texts that a static model reads at once."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """The vectors of all papers.

    Attributes:
        vectors: by row ``(n, dim)``, mapped from disk.
        computed: texts that the model was run on.
        truncated: papers with a text longer than the model reads.
        set_aside: where a damaged cache was moved to, ``None`` where there was none.
    """

    vectors: Vectors
    computed: int
    truncated: int
    set_aside: Path | None


def embed(
    records: Records,
    encoder: Encoder,
    cache: Path,
    scratch: Path,
    *,
    full: bool,
    reporter: Reporter,
) -> Embedded:
    """Return the vectors of papers. In memory there is one lot of them.

    Those of a static model are computed each time, which costs less than to look them up. Others
    are looked up, or computed and kept, longest text first; they come back in the order of the
    rows, and so lie in a file between the two.

    Args:
        records: settled; at least one paper.
        encoder: run on texts whose vectors are not in the cache.
        cache: its file; what is computed is in it, even if the build dies.
        scratch: a folder for the file; the vectors are good as long as it is there.
        full: compute every vector.
        reporter: told of the progress.
    """
    reporter.phase("embedding", len(records))
    vectors = VectorFile(scratch / "vectors", len(records))
    if is_static(encoder.model):
        return _embed_straight(records, encoder, vectors, reporter)
    with VectorCache(cache) as known_before:
        return _embed_cached(records, encoder, known_before, vectors, reporter, full=full)


def _embed_straight(
    records: Records, encoder: Encoder, vectors: VectorFile, reporter: Reporter
) -> Embedded:
    limit, truncated = encoder.max_tokens, 0
    for start in range(0, len(records), STATIC_AT_ONCE):
        rows = range(start, min(start + STATIC_AT_ONCE, len(records)))
        texts = records.texts(rows)
        found, counts = encoder.encode_counted(texts)
        vectors[np.array(rows)] = finite(found, encoder.model)
        if limit is not None:
            truncated += sum(count > limit for count in counts)
        reporter.advance(len(rows))
    return Embedded(vectors.all, len(records), truncated, None)


def _embed_cached(
    records: Records,
    encoder: Encoder,
    known_before: VectorCache,
    vectors: VectorFile,
    reporter: Reporter,
    *,
    full: bool,
) -> Embedded:
    rows = records.rows_by_length()
    reading = Reading(encoder, known_before, full=full)
    truncated = 0
    for start in range(0, len(rows), LOOKED_UP_AT_ONCE):
        some = rows[start : start + LOOKED_UP_AT_ONCE]
        texts = records.texts(some)
        keys = [cache_key(encoder.model.fingerprint, TEXT_RECIPE, text) for text in texts]
        papers = Counter(keys)  # two may share a text: it is embedded once, and both are found
        known: dict[bytes, CachedVector] = {}
        for found in reading.read(dict(zip(keys, texts, strict=True))):
            known |= found
            reporter.advance(sum(map(papers.__getitem__, found)))
        vectors[np.array(some)] = np.stack([known[key].vector for key in keys])
        truncated += sum(known[key].truncated for key in keys)
    return Embedded(vectors.all, reading.computed, truncated, known_before.set_aside)


class Reading:
    """Lets a model read texts in lots that take some seconds, and keeps each lot in the cache.

    Args:
        encoder: of the model.
        cache: of vectors, open.
        full: compute every vector.

    Attributes:
        computed: texts that the model was run on.
    """

    def __init__(self, encoder: Encoder, cache: VectorCache, *, full: bool) -> None:
        self.computed = 0
        self._encoder = encoder
        self._cache = cache
        self._full = full
        self._at_once = LEAST

    def read(self, texts: Mapping[bytes, str]) -> Iterator[dict[bytes, CachedVector]]:
        """Yield the vectors of texts by their keys: what the cache has, then lot by lot."""
        known = {} if self._full else self._cache.get(list(texts))
        if known:
            yield known
        missing = iter([(key, text) for key, text in texts.items() if key not in known])
        while lot := dict(islice(missing, self._at_once)):
            began = time.monotonic()
            found = compute(self._encoder, lot)
            self._cache.put(found)
            rate = len(found) / max(time.monotonic() - began, 1e-9)
            self._at_once = max(LEAST, min(int(rate * SECONDS) // LEAST * LEAST, MOST))
            self.computed += len(found)
            yield found


class VectorFile:
    """A file of as many vectors as there are papers; of which dimension, the first ones tell.

    Args:
        path: made when the first vectors come.
        papers: how many there are.
    """

    def __init__(self, path: Path, papers: int) -> None:
        self._path = path
        self._papers = papers
        self._mapped: Vectors | None = None

    def __setitem__(self, rows: Rows, vectors: Vectors) -> None:
        """Set the vectors ``(k, dim)`` of some papers ``(k,)``."""
        if self._mapped is None:
            shape = (self._papers, vectors.shape[1])
            self._mapped = np.memmap(self._path, np.float32, mode="w+", shape=shape)
        self._mapped[rows] = vectors
        release(self._mapped)

    @property
    def all(self) -> Vectors:
        """Every vector ``(papers, dim)``, mapped from disk; at least one was set."""
        assert self._mapped is not None  # noqa: S101 — there is at least one paper
        return self._mapped


def set_aside_note(place: Path) -> str:
    """Return what people are told of a damaged cache; what it held is computed anew."""
    return f"the vector cache was damaged and set aside as {place}"


def compute(encoder: Encoder, texts: Mapping[bytes, str]) -> dict[bytes, CachedVector]:
    """Return what the cache is to keep of texts, by their keys; the model is run on them."""
    vectors, counts = encoder.encode_counted(list(texts.values()))
    vectors = finite(vectors, encoder.model)
    limit = encoder.max_tokens
    return {
        key: CachedVector(vector, tokens, limit is not None and tokens > limit)
        for key, vector, tokens in zip(texts, vectors, counts, strict=True)
    }
