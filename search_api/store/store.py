"""The seam between ranking and whatever holds the papers: what a store can be asked.

Papers are known by their rows, which count from 0 and never change in a generation. All that is
asked is short: nothing is lent, so nothing is held while a model runs. Any store must pass
``tests/test_store.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from indexer.arrays import Array, Mask, Rows, Vectors
from indexer.paper import Paper
from indexer.store.catalogue import MergedPaper
from indexer.store.corpus_map import CorpusMap
from indexer.store.entry import Merged, PossibleDuplicate
from search_api.query.conditions import Conditions
from search_api.query.results import FacetCount, IndexInfo
from search_api.store.map_columns import MapColumns

Facets = Mapping[str, Sequence[FacetCount]]
"""Counts of values by field, the most frequent first, years the latest first."""


class Selection(Protocol):
    """Some of a store's papers; how it holds them is the store's own affair."""

    @property
    def count(self) -> int:
        """How many papers there are."""

    def rows(self) -> Rows:
        """Return all of them ``(count,)``, ascending."""

    def has(self, rows: Rows, /) -> Mask:
        """Tell which of some papers are in it, ``(len(rows),)``."""

    def without(self, rows: Rows, /) -> Selection:
        """Return the selection but for some papers."""

    def facets(self) -> Facets:
        """Count the values of its papers."""


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The best papers of a selection by one scorer.

    Attributes:
        rows: ``(m,)``, best first, of equals the earlier row; only such as it ranks.
        scores: ``(m,)`` theirs.
        rest: no other paper of the selection has a higher score; ``-inf`` where there is none.
    """

    rows: Rows
    scores: Array
    rest: float


class Scorer(Protocol):
    """One question put to a store: by meaning, or by words. It may remember what it found."""

    @property
    def mean(self) -> float:
        """Of the scores of all papers of the store, whatever is selected."""

    @property
    def deviation(self) -> float:
        """Likewise, the population's; 0 where all score the same."""

    def best(self, k: int, among: Selection, /) -> Best:
        """Return the ``k`` best papers of a selection, fewer where it ranks no more."""

    def scores(self, rows: Rows, /) -> Array:
        """Return the exact scores of papers, ``(len(rows),)``."""

    def measured(self, rows: Rows, /) -> Array:
        """Return what is measured of papers: their scores, unless these are of several scales."""

    def ranked(self, among: Selection, /) -> Selection:
        """Return those of a selection that it ranks: by words, those that have one."""

    def ranks(self, rows: Rows, among: Selection, /) -> Rows:
        """Return the place of papers among those ranked of a selection, 1 is best; 0: none."""


class Store(Protocol):
    """The papers of one generation, for reading; safe to share by threads.

    Once it is closed, whatever needs a paper raises :class:`indexer.errors.EngineClosed`; where a
    file turns out damaged, :class:`indexer.errors.IndexCorrupted`.
    """

    @property
    def info(self) -> IndexInfo:
        """Which index it is."""

    @property
    def dimensions(self) -> tuple[int, ...]:
        """Of the vectors of each space, see :attr:`indexer.store.manifest.Manifest.answering`."""

    @property
    def map(self) -> CorpusMap | None:
        """Where the papers lie; ``None`` if no map was drawn."""

    def __len__(self) -> int:
        """How many papers there are."""

    def rows(self, ids: Sequence[str], /) -> Rows:
        """Return the rows of papers by id, in their order.

        An id may be spelled as people do, be one that the paper had before, or any other name of
        one paper alone: see :mod:`indexer.cleaning.naming`.

        Raises:
            UnknownPaper: no paper has one of the ids, or several are known by it, and none has it.
        """

    def named(self, names: Sequence[str], /) -> dict[str, Rows]:
        """Return the rows of the papers that are known by each of those names that any has.

        That whose id it is comes first, the others by row.
        """

    def ids(self, rows: Rows, /) -> list[str]:
        """Return the ids of papers, in the order of the rows."""

    def papers(self, rows: Rows, /) -> list[Paper]:
        """Return papers in the order of the rows, read in one go."""

    def texts(self, rows: Rows, /) -> list[str]:
        """Return the texts that were embedded for papers, in the order of the rows."""

    def records(self, row: int, /) -> list[Merged]:
        """Return the records that a paper was made of, none where it was one."""

    def merged_count(self) -> int:
        """Return how many papers are made of several records."""

    def merged_papers(self, start: int = 0, stop: int | None = None, /) -> list[MergedPaper]:
        """Return the papers that are made of several records, from one place to before another.

        They come in the order of their rows.
        """

    def possible(self, row: int | None = None, /) -> list[PossibleDuplicate]:
        """Return the pairs of papers that are likely one, the likeliest first.

        Args:
            row: of a paper, to have only its own.
        """

    def row_of_record(self, key: str, /) -> int:
        """Return the row of a paper that has a record of a key.

        Raises:
            UnknownPaper: no paper has.
        """

    def vectors(self, rows: Rows, space: int = 0, /) -> Vectors:
        """Return the vectors ``(len(rows), dim)`` of papers that a space covers, of length 1."""

    def covered(self, space: int, /) -> Rows:
        """Return the rows of the papers that a space covers, ascending; the first covers all."""

    def spaces_of(self, rows: Rows, /) -> Rows:
        """Return the last space that covers each paper, ``(len(rows),)``."""

    def dates(self, rows: Rows, /) -> Rows:
        """Return dates as numbers, YYYYMMDD; YYYY0000 where only the year is known, 0: nothing."""

    def select(self, conditions: Conditions, /) -> Selection:
        """Return the papers that meet all conditions; without any, all papers."""

    def only(self, rows: Rows, /) -> Selection:
        """Return some papers as a selection."""

    def newest(self, k: int, among: Selection, /) -> Rows:
        """Return the ``k`` newest papers of a selection; of one date the earlier row is first."""

    def meaning(self, direction: Vectors, finer: Vectors | None = None, /) -> Scorer:
        """Ask for papers along a direction ``(dim,)`` float32, of length 1: scores are cosines.

        Args:
            direction: in the first space.
            finer: in the second, if there is one: papers that it covers are scored by it, brought
                to the scale of the first, see :mod:`search_api.store.layered`. ``None``: all papers
                are scored by the first.
        """

    def words(self, weights: Mapping[str, float], /) -> Scorer:
        """Ask for papers that have terms: scores are BM25F, each term's times its weight.

        Args:
            weights: of terms; below 0 where one is unwanted. Terms that no paper has are left out.
                Papers are ranked that have a term that is wanted; all, where none is but some are
                unwanted.
        """

    def frequencies(self, terms: Sequence[str], /) -> dict[str, int]:
        """Return how many papers have each of the terms that any paper has.

        They come in an order of the store's own, however they are asked for: ties go by it.
        """

    def respelled(self, words: Sequence[str], /) -> dict[str, str]:
        """Return for words that no paper has, in any form, the one that may have been meant.

        Case and accents do not count. A word that nothing is near to has none, nor has a short one.
        """

    def beginning(self, prefix: str, most: int, /) -> list[str]:
        """Return the words that begin so, case and accents aside, the most frequent first.

        Those of titles, abstracts, keywords and names, as they are written; of as many papers by
        their letters.
        """

    def map_columns(self) -> MapColumns | None:
        """Return the map as columns, ``None`` where none was drawn."""

    def close(self) -> None:
        """Let go of the files; whoever is only half done is told so."""


_AT_ONCE = 100
"""Papers of a selection that are read together."""


def papers_of(store: Store, selection: Selection) -> Iterator[Paper]:
    """Yield every paper of a selection by row, some at a time: a slow reader holds nothing."""
    rows = selection.rows()
    for start in range(0, len(rows), _AT_ONCE):
        yield from store.papers(rows[start : start + _AT_ONCE])
