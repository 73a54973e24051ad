"""What selects papers: filters and clauses, as one value that names a selection."""

from __future__ import annotations

from dataclasses import dataclass

from search_api.query.filters import Filters
from search_api.query.formula import Clause, Formula


@dataclass(frozen=True, slots=True)
class Conditions:
    """Which papers are searched at all: those that meet every condition. Without any, all papers.

    Attributes:
        filters: a paper passes each of them.
        excluded: and none of these.
        must: it has all of these words.
        must_not: and none of these.
        formulas: it meets each of these.
    """

    filters: tuple[Filters, ...] = ()
    excluded: tuple[Filters, ...] = ()
    must: tuple[Clause, ...] = ()
    must_not: tuple[Clause, ...] = ()
    formulas: tuple[Formula, ...] = ()

    def __bool__(self) -> bool:
        return self != Conditions()
