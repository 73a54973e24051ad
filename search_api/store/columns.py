"""What papers are filtered and counted by: the columns of a generation, read as it is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from indexer.arrays import Mask, Rows, best
from indexer.fields import FLAGS, TERMS
from indexer.letters import folded
from indexer.store.columns import StoredColumns, Terms
from indexer.words import runs
from search_api.query.filters import Filters
from search_api.query.results import FacetCount

_FACET_SIZE = 20
"""Values that a facet lists, the most frequent; years are all listed."""
_MASKS_KEPT = 50
"""Of the last values that papers were filtered by, a byte a paper: all that a page asks for, its
list, its facets and its map, filters by the same."""


class Columns:
    """Years, dates, flags and terms of ``n`` papers.

    Args:
        folder: of the generation; its files are mapped, not copied.

    Attributes:
        year: ``(n,)``, 0 where it is not known.
        date: ``(n,)``, YYYYMMDD; YYYY0000 where only the year is known, 0 where nothing is.

    Raises:
        IndexCorrupted: a column is missing or does not fit the others.
    """

    def __init__(self, folder: Path) -> None:
        stored = StoredColumns.read(folder)
        self.n = len(stored.year)
        self.year = stored.year
        self.date = stored.date
        self._flags = stored.flags
        self._terms = stored.terms
        self._having = _finder(stored.terms)

    def mask(self, filters: Filters) -> Mask:
        """Return which papers pass the filters."""
        mask = np.ones(self.n, dtype=np.bool_)
        if filters.year_from is not None:
            mask &= self.year >= max(filters.year_from, 1)
        if filters.year_to is not None:
            mask &= (self.year <= filters.year_to) & (self.year > 0)
        for flag in FLAGS:
            if (wanted := filters.flag(flag.parameter)) is not None:
                mask &= (self._flags[flag.parameter] == 1) == wanted
        for field in TERMS:
            if values := filters.terms(field.name):
                mask &= self._having(field.name, values)
        return mask

    def facets(self, mask: Mask) -> dict[str, list[FacetCount]]:
        """Count the values of the papers of a mask, by field."""
        years = np.bincount(self.year[mask])
        known = [
            FacetCount(int(year), int(years[year])) for year in np.flatnonzero(years)[::-1] if year
        ]
        facets = {"year": known}
        for field in TERMS:
            facets[field.name] = _count(self._terms[field.name], mask)
        papers = int(np.count_nonzero(mask))
        for flag in FLAGS:
            having = int(np.count_nonzero(self._flags[flag.parameter][mask] == 1))
            pairs = ((True, having), (False, papers - having))
            facets[flag.name] = [FacetCount(value, count) for value, count in pairs if count]
        return facets

    def firsts(self, field: str) -> tuple[Rows, Callable[[int], str]]:
        """Return the first term of each paper ``(n,)``, -1 where it has none, and a term's value.

        Terms are numbered in the order of their values.
        """
        terms = self._terms[field]
        return terms.firsts(), terms.value


def _finder(terms: Mapping[str, Terms]) -> Callable[[str, tuple[str, ...]], Mask]:
    """Return what finds the papers with a wanted value of a field; masks are not to be changed.

    It knows the terms alone: were it a method, the masks that it remembers would keep the columns
    of a closed engine.
    """
    match = {field.name: field.match for field in TERMS}

    @lru_cache(_MASKS_KEPT)
    def find(field: str, wanted: tuple[str, ...]) -> Mask:
        found = (_of_category if match[field] == "category" else _with_words)(terms[field], wanted)
        mask = terms[field].papers(found)
        mask.flags.writeable = False
        return mask

    return find


def _of_category(terms: Terms, wanted: tuple[str, ...]) -> Mask:
    """Return the terms that are a category, folded, or that but for one's archive."""
    names = {folded(name.strip()) for name in wanted}
    short = {name.rpartition(".")[2] for name in names}

    def matches(value: str) -> bool:
        value = folded(value)
        return value in names or value.rpartition(".")[2] in names or value in short

    return np.fromiter(map(matches, terms.values()), np.bool_, len(terms))


def _with_words(terms: Terms, wanted: tuple[str, ...]) -> Mask:
    """Return the terms with all words of any wanted value, folded, in any order."""
    mask = np.zeros(len(terms), dtype=np.bool_)
    for one in wanted:
        if wanted_runs := runs(one):
            mask[terms.with_runs(wanted_runs)] = True
    return mask


def _count(terms: Terms, mask: Mask) -> list[FacetCount]:
    found, counts = terms.count(mask)
    most = best(counts, _FACET_SIZE)  # ties: by value
    return [FacetCount(terms.value(int(found[i])), int(counts[i])) for i in most]
