"""The values that a list can be narrowed by, each with its count and the URL that does so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.fields import FLAGS, TERMS, FlagField, TermsField
from search_api.engine.engine import Engine
from search_api.http.list_urls import Asked
from search_api.http.parameters import EXCLUDES
from search_api.query.results import FacetCount, ResultList

_SHOWN = 7
"""Values of a field that are listed at once; the others open."""

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
    placed = [(field.page_place, _terms(engine, asked, page, field)) for field in TERMS]
    placed += [(flag.page_place, _flag(engine, asked, page, flag)) for flag in FLAGS]
    found = [facet for _, facet in sorted(placed, key=lambda one: one[0])]
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


def _terms(engine: Engine, asked: Asked, page: ResultList, field: TermsField) -> Facet:
    chosen: list[str] = getattr(asked, field.name)
    counts = _counts(engine, asked, page, field.name)
    known = {str(count.value): count.count for count in counts}
    labels = [*(one for one in dict.fromkeys(chosen) if one not in known), *known]
    return Facet(
        field.name,
        field.title,
        [
            Value(
                label,
                known.get(label),
                asked.url(**{field.name: _toggled(chosen, label)}),
                label in chosen,
            )
            for label in labels
        ],
    )


def _flag(engine: Engine, asked: Asked, page: ResultList, flag: FlagField) -> Facet:
    """Return the facet of a flag, where any paper is known to have what it says."""
    chosen = asked.filters().flag(flag.parameter)
    counts = _counts(engine, asked, page, flag.name, flag.parameter)
    known = {bool(count.value): count.count for count in counts}
    values = [
        Value(
            flag.words(has=True) if has else "without, or not known",
            known.get(has, 0),
            asked.url(**{flag.parameter: None if chosen is has else has}),
            chosen is has,
        )
        for has in (True, False)
    ]
    is_of_use = known.get(True) or chosen is not None
    return Facet(flag.name, flag.title, values if is_of_use else [])


def narrowed(asked: Asked) -> Iterator[tuple[str, str]]:
    """Yield what a list is narrowed to, field by field, and the URL of the list without that."""
    if asked.year_from is not None or asked.year_to is not None:
        yield asked.years, asked.url(year_from=None, year_to=None)
    for field in TERMS:
        values: list[str] = getattr(asked, field.name)
        for value in values:
            yield value, asked.url(**{field.name: [one for one in values if one != value]})
    for flag in FLAGS:
        if (has := asked.filters().flag(flag.parameter)) is not None:
            yield flag.words(has), asked.url(**{flag.parameter: None})
    for exclude in EXCLUDES.values():
        excluded: list[str] = getattr(asked, exclude)
        for value in excluded:
            left = [one for one in excluded if one != value]
            yield f"not {value}", asked.url(**{exclude: left})


def _toggled(values: list[str], value: str) -> list[str]:
    return [one for one in values if one != value] if value in values else [*values, value]
