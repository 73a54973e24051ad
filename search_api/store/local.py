"""The store over the files of a generation; see :mod:`search_api.store.store`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter

import numpy as np

from indexer.arrays import Rows, Vectors, best
from indexer.cleaning.naming import spellings
from indexer.errors import IndexCorrupted, UnknownPaper
from indexer.kept import kept
from indexer.letters import folded
from indexer.paper import Paper, Rejection
from indexer.store.catalogue import (
    MergedPaper,
    count_merged_papers,
    merged_papers,
    read_beginning,
    read_ids,
    read_named,
    read_papers,
    read_records,
    read_rows,
    read_spelled,
    read_spellings,
    read_texts,
    rejections_in,
    row_of_record,
    term_numbers,
)
from indexer.store.corpus_map import CorpusMap
from indexer.store.entry import Merged, PossibleDuplicate
from indexer.store.finer import FinerSpace
from indexer.store.generation import Generation
from indexer.store.lexical_index import LexicalIndex
from indexer.store.manifest import Manifest, how_to_mend
from indexer.store.moments import Moments
from indexer.store.paper_rows import read_possible
from indexer.store.vector_index import VectorIndex
from indexer.words import stem
from search_api.query.conditions import Conditions
from search_api.query.formula import Formula
from search_api.query.results import Coverage, IndexInfo
from search_api.store.bitmap import Bitmap
from search_api.store.columns import Columns
from search_api.store.connections import Connections
from search_api.store.layered import Layered
from search_api.store.map_columns import MapColumns
from search_api.store.naming import known_as
from search_api.store.scorers import Meaning, Words
from search_api.store.selection import Meets
from search_api.store.spelling import MOST_WORDS, Spelling, may_be_misspelt
from search_api.store.store import Selection


class LocalStore:
    """Reads one generation. Safe to share by threads; close it when done.

    Args:
        generation: a published one; its files are compared with their checksums first, unless that
            was done within a day and none was touched since.

    Attributes:
        generation: the one that is read.
        info: which index it is.
        map: where the papers lie.
        everything: all papers.

    Raises:
        IndexCorrupted: a file is missing or damaged, or does not fit the others.
    """

    def __init__(self, generation: Generation) -> None:
        generation.verify_if_touched()
        manifest = generation.manifest
        self.generation = generation
        self.info = info_of(manifest)
        self._vectors = VectorIndex(generation.vectors)
        self._moments = Moments.read(generation.folder, manifest.papers, self._vectors.dimension)
        self._finer = FinerSpace.read(generation)
        self._words = LexicalIndex(generation.folder, manifest.papers)
        self.map: CorpusMap | None = generation.map()
        self._columns = Columns(generation.folder)
        self._connections = Connections(generation.catalogue)  # last: what is opened is closed
        if not len(self._vectors) == self._columns.n == manifest.papers:
            self._connections.close()
            raise IndexCorrupted(
                f"{generation.folder}: {manifest.papers} papers stated, {self._columns.n} in the "
                f"columns, {len(self._vectors)} vectors. {how_to_mend(generation.index)} --full",
                file=str(generation.folder),
            )
        self.everything = Bitmap(np.ones(manifest.papers, dtype=np.bool_), self._columns)

    def __len__(self) -> int:
        return self.info.papers

    @property
    def dimensions(self) -> tuple[int, ...]:
        """Of the vectors of each space."""
        finer = [self._finer.vectors.dimension] if self._finer else []
        return (self._vectors.dimension, *finer)

    def check_open(self) -> None:
        """Do nothing, unless it was closed.

        Raises:
            EngineClosed: it was.
        """
        self._connections.check_open()

    def close(self) -> None:
        """Close the catalogue; whoever asks from now on, or is only half done, is told so."""
        self._connections.close()

    def rows(self, ids: Sequence[str]) -> Rows:
        """Return the rows of papers by id.

        Raises:
            UnknownPaper: no paper has one of the ids, or several are known by it.
        """
        if not ids:
            return np.zeros(0, dtype=np.int64)
        with self._catalogue() as db:
            found = read_rows(db, ids)
        return np.array([found[one] - 1 if one in found else self._row(one) for one in ids])

    def _row(self, typed: str) -> int:
        """Return the row of the paper that goes by a name that is no id."""
        return known_as(typed, self.named((typed, *spellings(typed))), self)

    def named(self, names: Sequence[str]) -> dict[str, Rows]:
        """Return the rows of the papers that are known by names."""
        with self._catalogue() as db:
            found = read_named(db, names)
        return {one: np.array(found[one], dtype=np.int64) - 1 for one in names if one in found}

    def ids(self, rows: Rows) -> list[str]:
        """Return the ids of papers."""
        with self._catalogue() as db:
            return read_ids(db, rows + 1)

    def papers(self, rows: Rows) -> list[Paper]:
        """Return papers, read in one go."""
        with self._catalogue() as db:
            return read_papers(db, rows + 1)

    def texts(self, rows: Rows) -> list[str]:
        """Return the texts that were embedded."""
        with self._catalogue() as db:
            return read_texts(db, rows + 1)

    def records(self, row: int) -> list[Merged]:
        """Return the records that a paper was made of."""
        with self._catalogue() as db:
            return read_records(db, row + 1)

    def merged_count(self) -> int:
        """Return how many papers are made of several records."""
        with self._catalogue() as db:
            return count_merged_papers(db)

    def merged_papers(self, start: int = 0, stop: int | None = None) -> list[MergedPaper]:
        """Return papers that are made of several records."""
        with self._catalogue() as db:
            return list(merged_papers(db, start, stop))

    def possible(self, row: int | None = None) -> list[PossibleDuplicate]:
        """Return the pairs of papers that are likely one."""
        with self._catalogue() as db:
            return list(read_possible(db, None if row is None else row + 1))

    def row_of_record(self, key: str) -> int:
        """Return the row of a paper that has a record of a key."""
        with self._catalogue() as db:
            row = row_of_record(db, key)
        if row is None:
            raise UnknownPaper(f"{key}: no record in the index has this key", id=key)
        return row - 1

    def rejections(self) -> list[Rejection]:
        """Return the records that could not be read."""
        with self._catalogue() as db:
            return list(rejections_in(db))

    def vectors(self, rows: Rows, space: int = 0) -> Vectors:
        """Return the vectors of papers in a space that covers them."""
        if space == 0:
            return self._vectors.vectors(rows)
        finer = self._beyond_the_first
        return finer.vectors.vectors(finer.places(rows))

    def covered(self, space: int) -> Rows:
        """Return the rows of the papers that a space covers."""
        return np.arange(len(self)) if space == 0 else self._beyond_the_first.rows

    def spaces_of(self, rows: Rows) -> Rows:
        """Return the last space that covers each paper."""
        if self._finer is None:
            return np.zeros(len(rows), dtype=np.int64)
        return (self._finer.places(rows) >= 0).astype(np.int64)

    def dates(self, rows: Rows) -> Rows:
        """Return dates as numbers."""
        return self._columns.date[rows].astype(np.int64)

    def select(self, conditions: Conditions) -> Selection:
        """Return the papers that meet all conditions."""
        if not conditions:
            return self.everything
        wanted: tuple[Formula, ...] = (*conditions.filters, *conditions.must, *conditions.formulas)
        unwanted: tuple[Formula, ...] = (*conditions.excluded, *conditions.must_not)
        mask = np.ones(len(self), dtype=np.bool_)
        with self._catalogue() as db:
            meets = Meets(db, self._words, self._columns)
            for part in wanted:
                mask &= meets.mask(part)
            for part in unwanted:
                mask &= ~meets.mask(part)
        return Bitmap(mask, self._columns)

    def only(self, rows: Rows) -> Selection:
        """Return some papers as a selection."""
        mask = np.zeros(len(self), dtype=np.bool_)
        mask[rows] = True
        return Bitmap(mask, self._columns)

    def newest(self, k: int, among: Selection) -> Rows:
        """Return the newest papers of a selection."""
        rows = among.rows()
        return rows[best(self._columns.date[rows], k)]

    def meaning(self, direction: Vectors, finer: Vectors | None = None) -> Meaning | Layered:
        """Ask for papers along a direction, which may be of both spaces."""
        first = Meaning(self._vectors, self._moments, direction)
        if finer is None:
            return first
        return Layered(first, self._beyond_the_first, (direction, finer))

    def words(self, weights: Mapping[str, float]) -> Words:
        """Ask for papers that have terms."""
        with self._catalogue() as db:
            numbers = term_numbers(db, weights)
        return Words(self._words, {number: weights[term] for term, number in numbers.items()})

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """Return how many papers have each of the terms that any has."""
        with self._catalogue() as db:
            numbers = term_numbers(db, terms)
        by_number = sorted(numbers.items(), key=itemgetter(1))
        return {term: self._words.frequency(number) for term, number in by_number}

    def respelled(self, words: Sequence[str]) -> dict[str, str]:
        """Return what may have been meant by words that no paper has."""
        by_word = {word: folded(word) for word in words}
        with self._catalogue() as db:
            known = read_spelled(db, list(by_word.values()))
            terms = term_numbers(db, {stem(word) for word in words})
        return {
            word: found
            for word, plain in by_word.items()
            if plain not in known and stem(word) not in terms and may_be_misspelt(word)
            if (found := self._spelling.nearest(plain))
        }

    def beginning(self, prefix: str, most: int) -> list[str]:
        """Return the words that begin so, the most frequent first."""
        with self._catalogue() as db:
            return read_beginning(db, folded(prefix), most)

    @kept
    def _spelling(self) -> Spelling:
        with self._catalogue() as db:
            return Spelling(read_spellings(db, MOST_WORDS), len(self))

    def map_columns(self) -> MapColumns | None:
        """Return the map as columns."""
        return self._map_columns

    @kept
    def _map_columns(self) -> MapColumns | None:
        if self.map is None:
            return None
        return MapColumns.of(self.map, self._columns)

    @property
    def _beyond_the_first(self) -> FinerSpace:
        if self._finer is None:
            raise LookupError(f"{self.generation.folder}: papers are covered by one space alone")
        return self._finer

    @contextmanager
    def _catalogue(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection to the catalogue; wait for a free one."""
        with self._connections.lend() as db:
            try:
                yield db
            except sqlite3.DatabaseError:
                self.generation.verify()  # was it damaged since it was opened? if not, it is a bug
                raise


def info_of(manifest: Manifest) -> IndexInfo:
    """Return what a manifest says of its generation."""
    finer = manifest.finer
    covered = Coverage(finer.model, finer.rows, finer.ready_at or None) if finer else None
    return IndexInfo(manifest.generation, manifest.space.model, manifest.papers, covered)
