"""A sink over local files: what is published is a whole new generation of an index folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from indexer.arrays import Vectors, blocks
from indexer.beside import Advance, Beside, Here, Worker
from indexer.paper import Rejection
from indexer.progress import Reporter, Silent
from indexer.store.arrays_builder import ArraysBuilder
from indexer.store.catalogue import open_catalogue, read_hashes
from indexer.store.catalogue_builder import CatalogueBuilder
from indexer.store.checksums import Files
from indexer.store.columns import lacking_fields
from indexer.store.corpus_map import MAP_VERSION, CorpusMap
from indexer.store.entry import PossibleDuplicate
from indexer.store.finer import Covered
from indexer.store.generation import CATALOGUE, VECTORS, Generation, IndexFolder, new_id
from indexer.store.manifest import Manifest, MapInfo, Space
from indexer.store.paper_rows import Entry, StoredEntries
from indexer.store.vector_index import METRIC, VectorIndex, VectorIndexBuilder

KIND, RECALL = "flat", 1.0
"""Of the index over the vectors, which looks at every one."""

FEW = 4096
"""Papers that are written by this process, at most: to start others takes as long."""

TOLD_TOGETHER = 1 << 16
"""Papers that a writer is told of at once: only so many messages wait for it."""

VECTORS_TOGETHER = 2048
"""Vectors that are in memory at once."""


class LocalSink:
    """Writes the next generation of an index folder; see :class:`indexer.store.sink.Sink`.

    What is put is written to a folder of its own at once, or, of many papers, from then on, by two
    processes beside this one. What stays is copied from the generation before when it is published.

    Args:
        index: held by this process.
        before: the current generation if it is whole; ``None``: nothing is known.
        papers: how many are to be put.
        reporter: told of the papers that are written, while somebody waits for it, and that all
            are, and the generation is being published.
    """

    def __init__(
        self,
        index: IndexFolder,
        before: Generation | None = None,
        papers: int = 0,
        reporter: Reporter | None = None,
    ) -> None:
        self._index = index
        self._beside = papers > FEW and (os.cpu_count() or 1) > 1
        self._reporter = reporter or Silent()
        self._before = before
        self._removed: set[str] = set()
        self._written: _GenerationBuilder | None = None

    def known(self) -> Mapping[str, str]:
        """Return the content hash of each paper by its id: some 300 bytes a paper in memory."""
        if self._before is None:
            return {}
        with closing(open_catalogue(self._before.catalogue)) as db:
            return read_hashes(db)

    def is_complete(self) -> bool:
        """Tell whether the generation before has columns of every field."""
        return self._before is not None and not lacking_fields(self._before.manifest.files)

    def put(self, entries: Sequence[Entry]) -> None:
        """Add papers, or replace those of the same ids."""
        self._begun().add(entries)

    def remove(self, ids: Collection[str]) -> None:
        """Remove papers."""
        if self._written is not None and (put := self._written.having(ids)):
            raise ValueError(f"{put[0]}: put, and not published yet")
        self._removed.update(ids)

    def publish(
        self,
        manifest: Manifest,
        vectors: Vectors,
        *,
        corpus_map: CorpusMap | None = None,
        rejections: Iterable[Rejection] = (),
        possible: Iterable[PossibleDuplicate] = (),
        covered: Covered | None = None,
    ) -> Manifest:
        """Let all of it be the current generation."""
        written = self._begun()
        if len(vectors) != written.papers:
            raise ValueError(f"{written.papers} papers and {len(vectors)} vectors")
        index = VectorIndexBuilder(written.folder / VECTORS, manifest.space.dimension)
        with closing(index):
            index.extend(block for _, block in blocks(vectors, VECTORS_TOGETHER))
            if self._before:
                self._carry_over(self._before, written, index, manifest.space)
                written.keep_names(self._before)
            index.save()
        index.moments().save(written.folder)
        if corpus_map is not None:
            if len(corpus_map.points) != written.papers:
                raise ValueError(f"a map of {len(corpus_map.points)} papers for {written.papers}")
            corpus_map.write(written.folder)
        spaces = [stated(manifest.space, written.papers, index.dimension)]
        if manifest.finer:
            covered = covered or Covered.none(manifest.finer.dimension)
            covered.save(written.folder)
            spaces.append(stated(manifest.finer, len(covered.rows), covered.vectors.shape[1]))
        likely, mean_lengths, files = written.finish(rejections, possible)
        self._reporter.phase("publishing")
        self._before = self._index.publish(
            written.folder,
            replace(
                manifest,
                generation=written.generation,
                papers=written.papers,
                possible=likely,
                spaces=spaces,
                statistics={"mean_lengths": mean_lengths},
                map=MapInfo(MAP_VERSION, corpus_map.method) if corpus_map else None,
            ),
            files,
        )
        self._forget()
        return self._before.manifest

    def close(self) -> None:
        """Drop the folder of what was not published."""
        written = self._written
        self._forget()
        if written is not None:
            with suppress(FileNotFoundError):  # it bears its name already
                shutil.rmtree(written.folder)

    def _forget(self) -> None:
        if self._written is not None:
            self._written.close()
        self._written = None
        self._removed.clear()

    def _begun(self) -> _GenerationBuilder:
        if self._written is None:
            generation = new_id()
            folder = self._index.stage(generation)
            self._written = _GenerationBuilder(
                generation, folder, self._beside, self._reporter.advance
            )
        return self._written

    def _carry_over(
        self, before: Generation, to: _GenerationBuilder, index: VectorIndexBuilder, space: Space
    ) -> None:
        """Copy the papers that stay, with what is kept of them."""
        stay = to.missing_from(before, self._removed)
        if stay and before.manifest.space.fingerprint != space.fingerprint:
            raise ValueError(
                f"{stay[0].id}: would stay, and its vector is of the model "
                f"{before.manifest.space.model}, not {space.model}"
            )
        to.add(stay)
        vectors, rows = VectorIndex(before.vectors), np.array(stay.rows, dtype=np.int64)
        index.extend(
            vectors.vectors(rows[at : at + VECTORS_TOGETHER])
            for at in range(0, len(rows), VECTORS_TOGETHER)
        )


def stated(space: Space, rows: int, dimension: int) -> Space:
    """Return a space with what only its vectors tell."""
    return replace(space, dimension=dimension, metric=METRIC, rows=rows, kind=KIND, recall=RECALL)


class _GenerationBuilder:
    """The files of a generation that need nothing but papers, which come in the order of the rows.

    Args:
        generation: its id.
        folder: where the files will lie.
        beside: whether other processes write them, one the catalogue and one the arrays.
        advance: is told of the papers.

    Attributes:
        papers: how many were added.
    """

    def __init__(self, generation: str, folder: Path, beside: bool, advance: Advance) -> None:
        self.generation = generation
        self.folder = folder
        self.papers = 0
        begun = Beside if beside else Here
        self._catalogue: Worker[CatalogueBuilder]
        self._arrays: Worker[ArraysBuilder]
        with ExitStack() as opened:
            self._catalogue = begun(CatalogueBuilder, folder / CATALOGUE, advance=advance)
            opened.callback(self._catalogue.close)
            self._arrays = begun(ArraysBuilder, folder, advance=_unheard)
            opened.callback(self._arrays.close)
            self._opened = opened.pop_all()

    def having(self, ids: Collection[str]) -> list[str]:
        """Return those of the ids that a paper has."""
        return self._catalogue.ask(CatalogueBuilder.having, ids)

    def missing_from(self, before: Generation, removed: Collection[str]) -> StoredEntries:
        """Return the papers of a generation that are not here."""
        return self._catalogue.ask(CatalogueBuilder.missing_from, before.catalogue, removed)

    def add(self, entries: Sequence[Entry]) -> None:
        """Add the next papers.

        Raises:
            ValueError: an id comes again.
        """
        for start in range(0, len(entries), TOLD_TOGETHER):
            some = entries[start : start + TOLD_TOGETHER]
            self._catalogue.tell(CatalogueBuilder.add, some)
            self._arrays.tell(ArraysBuilder.add, some)
        self.papers += len(entries)

    def keep_names(self, before: Generation) -> None:
        """Let papers be known by the names that they had in a generation, too."""
        self._catalogue.tell(CatalogueBuilder.keep_names, before.catalogue)

    def finish(
        self, rejections: Iterable[Rejection], possible: Iterable[PossibleDuplicate]
    ) -> tuple[int, dict[str, float], Files]:
        """Write what was not written yet.

        Returns:
            How many pairs of papers are likely one, the mean lengths of fields, and the files.
        """
        self._arrays.tell(ArraysBuilder.save)
        self._catalogue.tell(CatalogueBuilder.reject, list(rejections))
        likely = self._catalogue.ask(CatalogueBuilder.may_be_one, list(possible))
        self._catalogue.tell(CatalogueBuilder.settle)
        arrays = self._arrays.ask(ArraysBuilder.written)
        catalogue = self._catalogue.ask(CatalogueBuilder.finish, arrays.terms)
        return likely, arrays.mean_lengths, {**arrays.files, **catalogue}

    def close(self) -> None:
        """Close the files as they are, and end what is at work on them."""
        self._opened.close()


def _unheard(papers: int) -> None:
    """Say nothing: they are counted where they are catalogued."""
