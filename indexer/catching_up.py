"""A model reads the papers of a generation in which another stands in for it, the newest first.

Every now and then it publishes what it has read: a generation that differs from the one before by
the vectors of its second space. When it has read all of them they become the only space, and what
is published is what a first build by this model makes.

The first of these generations comes before the model reads anything: with a map that is soon drawn,
which the one that answered first goes without, what the cache has beyond what the generation itself
has of this model, and what the model is run by.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from indexer.arrays import Mask, Rows, Vectors
from indexer.embedding import LOOKED_UP_AT_ONCE, Reading, VectorFile
from indexer.mapping.draw import STEPS, draw
from indexer.mapping.layout import Asked, chosen
from indexer.models.encoder import Encoder
from indexer.models.model import Model
from indexer.paper import TEXT_RECIPE
from indexer.progress import Reporter
from indexer.store.catalogue import open_catalogue, read_texts, read_titles_and_abstracts
from indexer.store.columns import StoredColumns
from indexer.store.corpus_map import CorpusMap, Method
from indexer.store.covering import publish_complete, publish_covered
from indexer.store.finer import Covered, FinerSpace
from indexer.store.generation import Generation, IndexFolder
from indexer.store.manifest import Space
from indexer.store.vector_cache import CachedVector, VectorCache, cache_key
from indexer.store.vector_index import memory_mapped
from indexer.up_to_date import is_mapped, space_of

GROWTH = 1.1
"""Times as many papers as in the last generation must have been read for the next."""

SHARE, LEAST_APART = 1 / 20, 10.0
"""Of the time that publishing may take, and seconds that a generation is current at least."""


class CaughtUp(NamedTuple):
    """What was done.

    Attributes:
        generation: the last, of one space.
        generations: that were published.
        computed: texts that the model was run on.
        set_aside: where a damaged cache was moved to, ``None`` where there was none.
    """

    generation: Generation
    generations: int
    computed: int
    set_aside: Path | None


def catch_up(
    index: IndexFolder,
    generation: Generation,
    encoder: Encoder,
    *,
    asked: Asked,
    full: bool,
    reporter: Reporter,
) -> CaughtUp:
    """Let a model read all papers, and publish what it has read as it goes on, and in the end.

    Vectors lie on disk; in memory there are some bytes a paper.

    Args:
        index: held by this process.
        generation: its current one, of two spaces.
        encoder: of the second.
        asked: how the map is laid out.
        full: read every paper, also those whose vectors are in the generation or the cache.
        reporter: told of the progress.

    Raises:
        ModelUnavailable: the model cannot be loaded.
    """
    papers, model = generation.manifest.papers, encoder.model
    newest = _newest_first(generation.folder)
    with (
        index.scratch() as scratch,
        closing(open_catalogue(generation.catalogue)) as catalogue,
        VectorCache(index.cache) as cache,
    ):
        read = _Read(papers, scratch / "vectors")

        def texts_of(rows: Rows) -> list[tuple[bytes, str]]:
            texts = read_texts(catalogue, rows + 1)
            return [(cache_key(model.fingerprint, TEXT_RECIPE, text), text) for text in texts]

        def drawn(vectors: Vectors, method: Method | None) -> CorpusMap | None:
            if method is None:
                return None
            reporter.phase("mapping", STEPS)
            texts = lambda rows: read_titles_and_abstracts(catalogue, rows + 1)  # noqa: E731
            return draw(vectors, texts, method, None, reporter)

        if not full:
            read.take_published(generation, model)
            unknown = newest[~read.known[newest]]
            reporter.phase("looking up", len(unknown))
            for rows in _lots(unknown, LOOKED_UP_AT_ONCE):
                keys = [key for key, _ in texts_of(rows)]
                read.take(rows, keys, cache.get(keys))
                reporter.advance(len(rows))
        steps = _Steps(index, generation, model, read)
        left = newest[~read.known[newest]]
        if len(left):
            there = is_mapped(generation.manifest, "auto")
            no_map = there or asked == "none"
            steps.begin(drawn(memory_mapped(generation.vectors), None if no_map else "pca"))
        reporter.phase("embedding", len(left))
        reading = Reading(encoder, cache, full=full)
        for rows in _lots(left, LOOKED_UP_AT_ONCE):
            pairs = sorted(zip(texts_of(rows), rows, strict=True), key=lambda of: -len(of[0][1]))
            keys, at = [key for (key, _), _ in pairs], np.array([row for _, row in pairs])
            for found in reading.read(dict(pair for pair, _ in pairs)):
                reporter.advance(read.take(at, keys, found))
                steps.after()
        corpus_map = drawn(read.vectors, chosen(asked, papers))
        reporter.phase("publishing", papers)
        last = steps.end(corpus_map)
        return CaughtUp(last, steps.count, reading.computed, cache.set_aside)


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
        self._file = VectorFile(file, papers)

    def take(self, rows: Rows, keys: Sequence[bytes], found: Mapping[bytes, CachedVector]) -> int:
        """Add those papers whose vectors were found by their keys; return how many."""
        there = [(row, found[key]) for row, key in zip(rows, keys, strict=True) if key in found]
        if not there:
            return 0
        at = np.array([row for row, _ in there], dtype=np.int64)
        self._file[at] = np.stack([one.vector for _, one in there])
        self.known[at] = True
        self.count += len(at)
        self.truncated += sum(one.truncated for _, one in there)
        return len(at)

    def take_published(self, generation: Generation, model: Model) -> None:
        """Add the papers that a generation covers in its finer space, if that is of the model.

        Raises:
            IndexCorrupted: its files do not fit each other.
        """
        manifest, finer = generation.manifest, FinerSpace.read(generation)
        space = manifest.finer
        if not (space and finer and manifest.text_recipe == TEXT_RECIPE):
            return
        if space.fingerprint != model.fingerprint:
            return
        for at in _lots(np.arange(len(finer.rows)), LOOKED_UP_AT_ONCE):
            self._file[finer.rows[at]] = finer.vectors.vectors(at)
        self.known[finer.rows] = True
        self.count += len(finer.rows)
        self.truncated += space.truncated

    @property
    def vectors(self) -> Vectors:
        """By row ``(papers, dim)``; those of papers that were not read mean nothing."""
        return self._file.all

    def covered(self, dimension: int) -> Covered:
        """Return all papers that were read; where there is none, of a dimension."""
        if not self.count:
            return Covered.none(dimension)
        return Covered(np.flatnonzero(self.known), self.vectors)


class _Steps:
    """Publishes what was read, when it is worth it.

    That is when it is a tenth more than before, and the time since then so long that publishing
    takes a twentieth of it at most.

    Args:
        index: held by this process.
        generation: its current one, of two spaces.
        model: of the second.
        read: what it has read.
        now: seconds on a clock that only goes forward.

    Attributes:
        count: of the generations that were published.
    """

    def __init__(
        self,
        index: IndexFolder,
        generation: Generation,
        model: Model,
        read: _Read,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.count = 0
        self._index = index
        self._generation = generation
        self._model = model
        self._read = read
        self._now = now
        self._began, self._read_before = now(), read.count
        self._next_at, self._next_after = now(), 0.0

    def begin(self, corpus_map: CorpusMap | None) -> None:
        """Publish what is known before anything is read, if that is more than there is."""
        finer = self._generation.manifest.finer
        there = (finer.rows, finer.backend) if finer else None
        if corpus_map or there != (self._read.count, self._model.backend):
            self._publish(corpus_map)
        self._began, self._read_before = self._now(), self._read.count

    def after(self) -> None:
        """Publish what was read, if it is time for it; not all of it, which is the end."""
        count = self._read.count
        if (
            count < len(self._read.known)
            and count >= self._next_after
            and self._now() >= self._next_at
        ):
            self._publish(None)

    def end(self, corpus_map: CorpusMap | None) -> Generation:
        """Publish all of it, with its map."""
        space = space_of(self._model, truncated=self._read.truncated)
        self.count += 1
        return publish_complete(
            self._index, self._generation, space, self._read.vectors, corpus_map
        )

    def _publish(self, corpus_map: CorpusMap | None) -> None:
        began = self._now()
        finer = self._generation.manifest.finer
        covered = self._read.covered(finer.dimension if finer else 0)
        self._generation = publish_covered(
            self._index, self._generation, self._space(began), covered, corpus_map
        )
        self.count += 1
        self._next_after = GROWTH * self._read.count
        self._next_at = self._now() + max((self._now() - began) / SHARE, LEAST_APART)

    def _space(self, now: float) -> Space:
        """Return the space, and when all papers will have been read."""
        space = space_of(self._model, truncated=self._read.truncated)
        read, seconds = self._read.count - self._read_before, now - self._began
        if not read or not seconds:
            return space
        left = (len(self._read.known) - self._read.count) * seconds / read
        ready = datetime.now(UTC) + timedelta(seconds=left)
        return replace(space, ready_at=ready.isoformat(timespec="seconds"))


def _newest_first(folder: Path) -> Rows:
    """Return the rows of a generation by date; of one date the earlier row is first."""
    return np.argsort(-StoredColumns.read(folder).date.astype(np.int64), kind="stable")


def _lots(rows: Rows, most: int) -> Iterator[Rows]:
    for start in range(0, len(rows), most):
        yield rows[start : start + most]
