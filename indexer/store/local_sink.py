"""A sink over local files: what is published is a whole new generation of an index folder."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from indexer.arrays import Vectors
from indexer.paper import Rejection
from indexer.progress import Reporter, Silent
from indexer.store.catalogue import open_catalogue, read_hashes
from indexer.store.catalogue_builder import CatalogueBuilder
from indexer.store.columns import ColumnsBuilder, lacking_fields
from indexer.store.corpus_map import MAP_VERSION, CorpusMap
from indexer.store.entry import PossibleDuplicate
from indexer.store.finer import Covered
from indexer.store.generation import CATALOGUE, VECTORS, Generation, IndexFolder, new_id
from indexer.store.lexical_index import LexicalIndexBuilder
from indexer.store.manifest import Manifest, MapInfo, Space
from indexer.store.paper_rows import Entry
from indexer.store.preparing import Prepared, Preparing
from indexer.store.vector_index import METRIC, VectorIndex, VectorIndexBuilder

KIND, RECALL = "flat", 1.0
"""Of the index over the vectors, which looks at every one."""


class LocalSink:
    """Writes the next generation of an index folder; see :class:`indexer.store.sink.Sink`.

    What is put is written to a folder of its own at once. What stays is copied from the generation
    before when it is published.

    Args:
        index: held by this process.
        before: the current generation if it is whole; ``None``: nothing is known.
        reporter: told, while it publishes, of the papers whose words are filed.
    """

    def __init__(
        self,
        index: IndexFolder,
        before: Generation | None = None,
        reporter: Reporter | None = None,
    ) -> None:
        self._index = index
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

    def put(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        """Add papers, or replace those of the same ids."""
        if len(vectors) != len(entries):
            raise ValueError(f"{len(entries)} papers and {len(vectors)} vectors")
        self._begun(vectors.shape[-1]).add(entries, vectors)

    def remove(self, ids: Collection[str]) -> None:
        """Remove papers."""
        if self._written is not None and (put := self._written.having(ids)):
            raise ValueError(f"{put[0]}: put, and not published yet")
        self._removed.update(ids)

    def publish(
        self,
        manifest: Manifest,
        *,
        corpus_map: CorpusMap | None = None,
        rejections: Iterable[Rejection] = (),
        possible: Iterable[PossibleDuplicate] = (),
        covered: Covered | None = None,
    ) -> Manifest:
        """Let all of it be the current generation."""
        written = self._begun(manifest.space.dimension)
        if self._before:
            self._carry_over(self._before, written, manifest.space)
        written.complete()
        if self._before:
            written.keep_names(self._before)
        if corpus_map is not None and len(corpus_map.points) != len(written):
            raise ValueError(f"a map of {len(corpus_map.points)} papers for {len(written)}")
        likely = written.save(corpus_map, rejections, possible, self._reporter)
        spaces = [stated(manifest.space, len(written), written.dimension)]
        if manifest.finer:
            covered = covered or Covered.none(manifest.finer.dimension)
            covered.save(written.folder)
            spaces.append(stated(manifest.finer, len(covered.rows), covered.vectors.shape[1]))
        self._before = self._index.publish(
            written.folder,
            replace(
                manifest,
                generation=written.generation,
                papers=len(written),
                possible=likely,
                spaces=spaces,
                statistics={"mean_lengths": written.mean_lengths},
                map=MapInfo(MAP_VERSION, corpus_map.method) if corpus_map else None,
            ),
        )
        self._written = None
        self._removed.clear()
        return self._before.manifest

    def close(self) -> None:
        """Drop the folder of what was not published."""
        if self._written is not None:
            self._written.close()
            with suppress(FileNotFoundError):  # it bears its name already
                shutil.rmtree(self._written.folder)
        self._written = None
        self._removed.clear()

    def _begun(self, dimension: int) -> _GenerationBuilder:
        if self._written is None:
            generation = new_id()
            folder = self._index.stage(generation)
            self._written = _GenerationBuilder(generation, folder, dimension)
        return self._written

    def _carry_over(self, before: Generation, to: _GenerationBuilder, space: Space) -> None:
        """Copy the papers that stay, with what is kept of them."""
        vectors = VectorIndex(before.vectors)
        for row, entry in to.missing_from(before, self._removed):
            if before.manifest.space.fingerprint != space.fingerprint:
                raise ValueError(
                    f"{entry.id}: would stay, and its vector is of the model "
                    f"{before.manifest.space.model}, not {space.model}"
                )
            to.add([entry], vectors.vectors(np.array([row])))


def stated(space: Space, rows: int, dimension: int) -> Space:
    """Return a space with what only its vectors tell."""
    return replace(space, dimension=dimension, metric=METRIC, rows=rows, kind=KIND, recall=RECALL)


class _GenerationBuilder:
    """The files of a generation as they are written, paper by paper in the order of the rows.

    Args:
        generation: its id.
        folder: where the files will lie.
        dimension: of the vectors.
    """

    def __init__(self, generation: str, folder: Path, dimension: int) -> None:
        self.generation = generation
        self.folder = folder
        self.dimension = dimension
        self._catalogue = CatalogueBuilder(folder / CATALOGUE)
        self._words = LexicalIndexBuilder(folder)
        self._columns = ColumnsBuilder()
        self._vectors = VectorIndexBuilder(folder / VECTORS, dimension)
        self._preparing = Preparing()
        self._prepared = 0

    def __len__(self) -> int:
        """Return how many papers there are."""
        return len(self._catalogue)

    @property
    def mean_lengths(self) -> dict[str, float]:
        """Of the fields that words are looked for in, in terms; known once they are written."""
        return self._words.mean_lengths

    def having(self, ids: Collection[str]) -> list[str]:
        """Return those of the ids that a paper has."""
        return self._catalogue.having(ids)

    def missing_from(
        self, before: Generation, removed: Collection[str]
    ) -> Iterable[tuple[int, Entry]]:
        """Yield the papers of a generation that are not here, and their rows there."""
        return self._catalogue.missing_from(before.catalogue, removed)

    def add(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        """Add the next papers and their vectors ``(len(entries), dim)``.

        Raises:
            ValueError: an id comes again, or the vectors will not do; nothing was added.
        """
        ids = Counter(entry.id for entry in entries)
        twice = [one for one, times in ids.items() if times > 1] or self.having(ids)
        if twice:
            raise ValueError(f"{twice[0]}: put twice")
        self._vectors.add(vectors)
        self._catalogue.add(entries)
        for prepared in self._preparing.add(entries):
            self._take(prepared)

    def _take(self, prepared: Prepared) -> None:
        first = self._prepared
        names = ((name, first + place) for name, place in prepared.names)
        self._catalogue.name(names, prepared.spelled)
        self._words.add(prepared.terms)
        self._columns.extend(prepared.columns)
        self._prepared += prepared.papers

    def complete(self) -> None:
        """Wait for what is still to come of the papers that were added; all were."""
        for prepared in self._preparing.rest():
            self._take(prepared)
        self._preparing.close()

    def keep_names(self, before: Generation) -> None:
        """Let papers be known by the names that they had in a generation, too."""
        self._catalogue.keep_names(before.catalogue)

    def save(
        self,
        corpus_map: CorpusMap | None,
        rejections: Iterable[Rejection],
        possible: Iterable[PossibleDuplicate],
        reporter: Reporter,
    ) -> int:
        """Write what was not written yet; return how many pairs of papers are likely one."""
        self._catalogue.reject(rejections)
        likely = self._catalogue.may_be_one(possible)
        self._vectors.save()
        self._vectors.moments().save(self.folder)
        with ThreadPoolExecutor(1) as beside:  # SQLite and NumPy leave the interpreter to others
            indexed = beside.submit(self._catalogue.index_phrases, reporter)
            self._columns.save(self.folder)
            terms = self._words.save()
            indexed.result()
        self._catalogue.finish(terms)
        if corpus_map is not None:
            corpus_map.write(self.folder)
        return likely

    def close(self) -> None:
        """Close the files as they are, and end what is at work on them."""
        self._preparing.close()
        self._catalogue.close()
        self._vectors.close()
        self._words.close()
