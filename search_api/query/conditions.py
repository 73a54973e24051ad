"""What selects papers: filters and clauses, as one value that names a selection."""

from __future__ import annotations

from dataclasses import dataclass

from search_api.query.filters import Filters
from search_api.query.operators import Clause


@dataclass(frozen=True, slots=True)
class Conditions:
    """Which papers are searched at all: those that meet every condition. Without any, all papers.

    Attributes:
        filters: a paper passes each of them.
        excluded: and none of these.
        must: it has all of these words.
        must_not: and none of these.
    """

    filters: tuple[Filters, ...] = ()
    excluded: tuple[Filters, ...] = ()
    must: tuple[Clause, ...] = ()
    must_not: tuple[Clause, ...] = ()

    def __bool__(self) -> bool:
        return self != Conditions()
