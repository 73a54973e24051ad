"""A model reads the papers of a generation in which another stands in for it, the newest first.

Every now and then it publishes what it has read: a generation that differs from the one before by
the vectors of its second space alone. Each has half as many again, so that all of them together
cost no more than three that have all papers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np

from indexer.arrays import Mask, Rows
from indexer.embedding import VectorFile, compute
from indexer.models.encoder import Encoder
from indexer.models.model import Model
from indexer.paper import TEXT_RECIPE
from indexer.progress import Reporter
from indexer.store.catalogue import open_catalogue, read_texts
from indexer.store.columns import StoredColumns
from indexer.store.covering import publish_covered
from indexer.store.finer import Covered
from indexer.store.generation import Generation, IndexFolder
from indexer.store.vector_cache import CachedVector, VectorCache, cache_key
from indexer.up_to_date import space_of

READ_AT_ONCE = 128
"""Papers between two writes to the vector cache: the most that a kill can cost."""

LOOK_UP_AT_ONCE = 1024
"""Papers that are looked for in the cache together."""

FIRST_SHARE = 1 / 32
"""Of the papers, that have been read in the first generation that has any."""

GROWTH = 1.5
"""Times as many that have been read in the next."""


class CaughtUp(NamedTuple):
    """What was done.

    Attributes:
        computed: texts that the model was run on.
        generations: that were published.
        set_aside: where a damaged cache was moved to, ``None`` where there was none.
    """

    computed: int
    generations: int
    set_aside: Path | None


def catch_up(
    index: IndexFolder,
    generation: Generation,
    encoder: Encoder,
    *,
    full: bool,
    reporter: Reporter,
) -> CaughtUp:
    """Let a model read all papers, and publish what it has read as it goes on; not the last of it.

    Vectors lie on disk; in memory there are some bytes a paper.

    Args:
        index: held by this process.
        generation: its current one, of two spaces.
        encoder: of the second.
        full: read every paper, also those whose vectors are in the cache.
        reporter: told of the progress.

    Raises:
        ModelUnavailable: the model cannot be loaded.
    """
    papers, model = generation.manifest.papers, encoder.model
    newest = _newest_first(generation.folder)
    steps = _Steps(index, generation, model)
    computed = 0
    with (
        index.scratch() as scratch,
        closing(open_catalogue(generation.catalogue)) as catalogue,
        VectorCache(index.cache) as cache,
    ):
        read = _Read(papers, scratch / "vectors")

        def keyed(rows: Rows) -> list[tuple[bytes, str]]:
            texts = read_texts(catalogue, rows + 1)
            return [(cache_key(model.fingerprint, TEXT_RECIPE, text), text) for text in texts]

        if not full:
            reporter.phase("looking up", papers)
            for rows in _lots(newest, LOOK_UP_AT_ONCE):
                keys = [key for key, _ in keyed(rows)]
                read.take(rows, keys, cache.get(keys))
                reporter.advance(len(rows))
        left = newest[~read.known[newest]]
        steps.after(read)
        reporter.phase("embedding", len(left))
        for rows in _lots(left, READ_AT_ONCE):
            pairs = keyed(rows)
            keys = [key for key, _ in pairs]
            found = {} if full else cache.get(keys)  # two papers may share a text
            if missing := {key: text for key, text in pairs if key not in found}:
                made = compute(encoder, missing)
                cache.put(made)
                found |= made
                computed += len(made)
            read.take(rows, keys, found)
            reporter.advance(len(rows))
            steps.after(read)
        return CaughtUp(computed, steps.count, cache.set_aside)


class _Read:
    """The papers that a model has read, and their vectors, in a file.

    Args:
        papers: how many there are.
        file: for the vectors; made when the first comes.

    Attributes:
        known: which papers were read ``(papers,)``.
        count: how many.
        truncated: how many of them have a text longer than the model reads.
    """

    def __init__(self, papers: int, file: Path) -> None:
        self.known: Mask = np.zeros(papers, dtype=np.bool_)
        self.count = self.truncated = 0
        self._vectors = VectorFile(file, papers)

    def take(self, rows: Rows, keys: Sequence[bytes], found: Mapping[bytes, CachedVector]) -> None:
        """Add those papers whose vectors were found by their keys."""
        there = [(row, found[key]) for row, key in zip(rows, keys, strict=True) if key in found]
        if not there:
            return
        at = np.array([row for row, _ in there], dtype=np.int64)
        self._vectors[at] = np.stack([one.vector for _, one in there])
        self.known[at] = True
        self.count += len(at)
        self.truncated += sum(one.truncated for _, one in there)

    def covered(self) -> Covered:
        """Return all of them; some were read."""
        return Covered(np.flatnonzero(self.known), self._vectors.all)


class _Steps:
    """Publishes what was read, when it is so much more that it is worth it.

    Args:
        index: held by this process.
        generation: its current one, of two spaces.
        model: of the second.

    Attributes:
        count: of the generations that were published.
    """

    def __init__(self, index: IndexFolder, generation: Generation, model: Model) -> None:
        self.count = 0
        self._index = index
        self._generation = generation
        self._model = model
        papers, before = generation.manifest.papers, generation.manifest.finer
        self._next_at = max(papers * FIRST_SHARE, GROWTH * (before.rows if before else 0))

    def after(self, read: _Read) -> None:
        """Publish what was read, if it is time for it; not all of it, as a rebuild does that."""
        if not self._next_at <= read.count < len(read.known):
            return
        space = space_of(self._model, truncated=read.truncated)
        self._generation = publish_covered(self._index, self._generation, space, read.covered())
        self.count += 1
        self._next_at = GROWTH * read.count


def _newest_first(folder: Path) -> Rows:
    """Return the rows of a generation by date; of one date the earlier row is first."""
    return np.argsort(-StoredColumns.read(folder).date.astype(np.int64), kind="stable")


def _lots(rows: Rows, most: int) -> Iterator[Rows]:
    for start in range(0, len(rows), most):
        yield rows[start : start + most]
