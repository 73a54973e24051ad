"""The values that a list can be narrowed by, each with its count and the URL that does so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search_api.engine.engine import Engine
from search_api.http.list_urls import Asked
from search_api.query.results import FacetCount, ResultList

_SHOWN = 7
"""Values of a field that are listed at once; the others open."""

_FIELDS = {
    "category": "Category",
    "venue": "Venue",
    "author": "Author",
    "source": "Source",
}
_MOST_BARS = 40
_STEPS = (1, 2, 5, 10, 25, 50, 100, 250)


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a field can have.

    Attributes:
        label: as shown.
        count: papers of the list that have it, were it not narrowed by this field; ``None`` where
            it is not among the most frequent, or but a part of values, such as a surname.
        url: of the list with this value added; where it is chosen, without it.
        chosen: whether the list is narrowed to it.
    """

    label: str
    count: int | None
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A field and its values, the most frequent first."""

    field: str
    title: str
    values: list[Value]

    @property
    def first(self) -> list[Value]:
        """Those that are listed at once: the chosen ones, and the most frequent."""
        return [v for n, v in enumerate(self.values) if n < _SHOWN or v.chosen]

    @property
    def more(self) -> list[Value]:
        """The others."""
        return [v for n, v in enumerate(self.values) if n >= _SHOWN and not v.chosen]


@dataclass(frozen=True, slots=True)
class Bar:
    """Some years and how many papers are of them.

    Attributes:
        first: year.
        last: year, inclusive.
        count: papers of the list, were it not narrowed by years.
        share: of the largest count, 0 … 1.
        url: of the list with these years alone.
        chosen: whether the list has them.
    """

    first: int
    last: int
    count: int
    share: float
    url: str
    chosen: bool

    @property
    def label(self) -> str:
        """The years in words."""
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


def facets(engine: Engine, asked: Asked, page: ResultList) -> list[Facet]:
    """Return the fields to narrow a list by.

    A field that the list is narrowed by already is counted without that, as a further value of it
    widens the list.
    """
    found = [
        _facet(field, title, asked, _counts(engine, asked, page, field))
        for field, title in _FIELDS.items()
    ]
    found.insert(1, _code(asked, _counts(engine, asked, page, "code", "has_code")))
    return [facet for facet in found if facet.values and not _is_idle(facet, page.total)]


def _is_idle(facet: Facet, total: int) -> bool:
    """Tell whether a field has one value that all papers of the list have: it narrows nothing."""
    return [(one.count, one.chosen) for one in facet.values] == [(total, False)]


def bars(engine: Engine, asked: Asked, page: ResultList) -> list[Bar]:
    """Return the histogram of the years, which shows those, too, that the list leaves out."""
    counts = _counts(engine, asked, page, "year", "year_from", "year_to")
    by_year = {int(count.value): count.count for count in counts}
    if not by_year:
        return []
    first, last = min(by_year), max(by_year)
    step = next((s for s in _STEPS if (last - first) / s < _MOST_BARS), _STEPS[-1])
    first -= first % step
    sums = [
        (year, sum(by_year.get(y, 0) for y in range(year, year + step)))
        for year in range(first, last + 1, step)
    ]
    most = max(count for _, count in sums)
    return [
        Bar(
            first=year,
            last=year + step - 1,
            count=count,
            share=count / most,
            url=asked.url(year_from=year, year_to=year + step - 1),
            chosen=_within(asked, year, year + step - 1),
        )
        for year, count in sums
    ]


def _within(asked: Asked, first: int, last: int) -> bool:
    starts = asked.year_from is None or last >= asked.year_from
    return starts and (asked.year_to is None or first <= asked.year_to)


def _counts(
    engine: Engine, asked: Asked, page: ResultList, facet: str, *fields: str
) -> Sequence[FacetCount]:
    """Return a facet's counts of the list as it were without the filters of these fields."""
    none = {name: Asked.model_fields[name].default for name in fields or (facet,)}
    wider = asked.model_copy(update=none)
    if wider.filters() == asked.filters():
        return page.facets[facet]
    query = wider.to_query()
    return (engine.counts(query) if query else engine.facets)[facet]


def _facet(field: str, title: str, asked: Asked, counts: Sequence[FacetCount]) -> Facet:
    chosen: list[str] = getattr(asked, field)
    known = {str(count.value): count.count for count in counts}
    labels = [*(one for one in dict.fromkeys(chosen) if one not in known), *known]
    return Facet(
        field,
        title,
        [
            Value(
                label,
                known.get(label),
                asked.url(**{field: _toggled(chosen, label)}),
                label in chosen,
            )
            for label in labels
        ],
    )


def _code(asked: Asked, counts: Sequence[FacetCount]) -> Facet:
    """Return the facet of code, where any paper is known to have some."""
    known = {bool(count.value): count.count for count in counts}
    values = [
        Value(
            {True: "with code", False: "without, or not known"}[has],
            known.get(has, 0),
            asked.url(has_code=None if asked.has_code is has else has),
            asked.has_code is has,
        )
        for has in (True, False)
    ]
    return Facet("code", "Code", values if known.get(True) or asked.has_code is not None else [])


def _toggled(values: list[str], value: str) -> list[str]:
    return [one for one in values if one != value] if value in values else [*values, value]
