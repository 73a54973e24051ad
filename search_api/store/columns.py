"""What papers are filtered and counted by, as columns in memory.

Entry ``i`` of a column belongs to row id ``i + 1``. A generation never changes, so they are read
once when it is opened.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from indexer.arrays import Mask
from indexer.cleaning.identity import normalised_title
from search_api.query.filters import Filters
from search_api.query.results import FacetCount

Matches = Callable[[str, str], bool]
"""Tells of a value, as it is and folded, whether it is wanted."""

_FIELDS = ("category", "venue", "source", "author")
_FACET_SIZE = 20
"""Values that a facet lists, the most frequent; years are all listed."""
_MASKS_KEPT = 50
"""Of the last values that papers were filtered by, a byte a paper. Each of some 100,000 names is
looked at for one, and a page of results filters by the same several times."""


@dataclass(frozen=True, slots=True)
class _Terms:
    """The values of a field, and the pairs of value and paper."""

    values: list[str]
    folded: list[str]
    term: npt.NDArray[np.int32]  # (pairs,) index into values
    paper: npt.NDArray[np.int32]  # (pairs,) index of the paper, row id - 1


class Columns:
    """Years, dates, code marks and terms of ``n`` papers."""

    def __init__(self, db: sqlite3.Connection) -> None:
        rows = db.execute(
            "SELECT coalesce(year, 0), coalesce(code, -1), "
            "CAST(coalesce(replace(date, '-', ''), coalesce(year, 0) * 10000) AS INTEGER) "
            "FROM papers ORDER BY row"
        ).fetchall()
        table = np.array(rows, dtype=np.int32).reshape(-1, 3)
        self.n = len(table)
        self.year = table[:, 0]  # 0: not known
        self.code = table[:, 1]  # -1: not stated
        self.date = table[:, 2]  # YYYYMMDD; YYYY0000 where only the year is known
        self._terms = {field: _read_terms(db, field) for field in _FIELDS}
        self._having = lru_cache(_MASKS_KEPT)(self._find)

    def mask(self, filters: Filters) -> Mask:
        """Return which papers pass the filters."""
        mask = np.ones(self.n, dtype=np.bool_)
        if filters.year_from is not None:
            mask &= self.year >= max(filters.year_from, 1)
        if filters.year_to is not None:
            mask &= (self.year <= filters.year_to) & (self.year > 0)
        if filters.has_code is not None:
            mask &= (self.code == 1) == filters.has_code
        for field in _FIELDS:
            if wanted := getattr(filters, field):
                mask &= self._having(field, wanted)
        return mask

    def facets(self, mask: Mask) -> dict[str, list[FacetCount]]:
        """Count the values of the papers of a mask, by field."""
        years, counts = np.unique(self.year[mask], return_counts=True)
        known = [
            FacetCount(int(year), int(count))
            for year, count in zip(years[::-1], counts[::-1], strict=True)
            if year
        ]
        facets = {"year": known}
        for field in _FIELDS:
            facets[field] = _count(self._terms[field], mask)
        with_code = int(np.count_nonzero(self.code[mask] == 1))
        without = int(np.count_nonzero(mask)) - with_code
        pairs = ((True, with_code), (False, without))
        facets["code"] = [FacetCount(value, count) for value, count in pairs if count]
        return facets

    def _find(self, field: str, wanted: tuple[str, ...]) -> Mask:
        """Return which papers have a wanted value; not to be changed."""
        terms = self._terms[field]
        matches = _is_category(wanted) if field == "category" else _has_words(wanted)
        chosen = np.fromiter(map(matches, terms.values, terms.folded), np.bool_, len(terms.values))
        mask = np.zeros(self.n, dtype=np.bool_)
        if chosen.any():
            mask[terms.paper[chosen[terms.term]]] = True
        mask.flags.writeable = False
        return mask


def _is_category(wanted: tuple[str, ...]) -> Matches:
    """Match a category, case aside; where only one of the two has an archive, without it."""
    names = {name.strip().casefold() for name in wanted}
    short = {name.rpartition(".")[2] for name in names}

    def matches(value: str, _: str) -> bool:
        value = value.casefold()
        return value in names or value.rpartition(".")[2] in names or value in short

    return matches


def _has_words(wanted: tuple[str, ...]) -> Matches:
    """Match whole words of a value in any order, case and accents aside."""
    phrases = [words for one in wanted if (words := set(normalised_title(one).split()))]
    return lambda _, folded: any(words <= set(folded.split()) for words in phrases)


def _read_terms(db: sqlite3.Connection, field: str) -> _Terms:
    terms = db.execute(
        "SELECT term, value, folded FROM terms WHERE field = ? ORDER BY value", (field,)
    ).fetchall()
    index_of = {term: index for index, (term, _, _) in enumerate(terms)}
    pairs = [
        (index_of[term], row - 1)
        for term, row in db.execute(
            "SELECT term, row FROM paper_terms JOIN terms USING (term) WHERE field = ?", (field,)
        )
    ]
    table = np.array(pairs, dtype=np.int32).reshape(-1, 2)
    values, folded = [t[1] for t in terms], [t[2] for t in terms]
    return _Terms(values, folded, table[:, 0], table[:, 1])


def _count(terms: _Terms, mask: Mask) -> list[FacetCount]:
    counts = np.bincount(terms.term[mask[terms.paper]], minlength=len(terms.values))
    found = np.flatnonzero(counts)
    most = found[np.argsort(-counts[found], kind="stable")][:_FACET_SIZE]  # ties: by value
    return [FacetCount(terms.values[i], int(counts[i])) for i in most]
