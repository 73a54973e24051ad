"""The vectors of a build: from the cache, and from the model where the cache has them not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.arrays import Vectors
from indexer.models.encoder import Encoder, finite
from indexer.paper import TEXT_RECIPE
from indexer.progress import Reporter
from indexer.store.records import Records
from indexer.store.vector_cache import CachedVector, VectorCache, cache_key

EMBED_AT_ONCE = 32
"""Papers between two writes to the vector cache: the most that a kill can cost, and how often the
bar moves. Rows come sorted by length, so that small lots waste no padding."""


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

    Papers are embedded longest first, and come back in the order of the rows: so their vectors are
    kept in a file between the two.

    Args:
        records: settled; at least one paper.
        encoder: run on texts whose vectors are not in the cache.
        cache: its file; what is computed is in it, even if the build dies.
        scratch: a folder for the file; the vectors are good as long as it is there.
        full: compute every vector.
        reporter: told of the progress.
    """
    rows = records.rows_by_length()
    reporter.phase("embedding", len(rows))
    vectors: Vectors | None = None
    number_computed = truncated = 0
    with VectorCache(cache) as known_before:
        for start in range(0, len(rows), EMBED_AT_ONCE):
            some = rows[start : start + EMBED_AT_ONCE]
            texts = records.texts(some)
            keys = [cache_key(encoder.model.fingerprint, TEXT_RECIPE, text) for text in texts]
            known = {} if full else known_before.get(keys)
            # Two papers may share a text: it is embedded once, and both are found.
            missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            if missing:
                computed = compute(encoder, missing)
                known_before.put(computed)
                known |= computed
                number_computed += len(computed)
            found = np.stack([known[key].vector for key in keys])
            if vectors is None:
                shape = (len(rows), found.shape[1])
                vectors = np.memmap(scratch / "vectors", np.float32, mode="w+", shape=shape)
            vectors[np.array(some)] = found
            truncated += sum(known[key].truncated for key in keys)
            reporter.advance(len(some))
        assert vectors is not None  # noqa: S101 — there is at least one paper
        return Embedded(vectors, number_computed, truncated, known_before.set_aside)


def compute(encoder: Encoder, texts: Mapping[bytes, str]) -> dict[bytes, CachedVector]:
    """Return what the cache is to keep of texts, by their keys; the model is run on them."""
    vectors, counts = encoder.encode_counted(list(texts.values()))
    vectors = finite(vectors, encoder.model)
    limit = encoder.max_tokens
    return {
        key: CachedVector(vector, tokens, limit is not None and tokens > limit)
        for key, vector, tokens in zip(texts, vectors, counts, strict=True)
    }
