"""Which papers are searched at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from indexer.fields import FLAGS, TERMS

Wanted = tuple[str, ...] | list[str] | bool | None
"""What is wanted of a field: some of its terms, any of which may match; of a flag, one state."""


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Filters:
    """Which papers are searched at all: those that pass what is wanted of every field.

    Args:
        year_from: first year, inclusive; papers without a year do not match.
        year_to: last year, inclusive.
        wanted: of any field of :mod:`indexer.fields`, by the name of its parameter: values as they
            are typed, of which blanks are dropped; of a flag ``True``, or ``False`` for papers that
            have it not or are not known to.

    Raises:
        TypeError: there is no such field, or what is wanted is not of its kind.
    """

    year_from: int | None
    year_to: int | None
    _wanted: tuple[tuple[str, tuple[str, ...] | bool], ...]  # what is set, by field, in their order

    def __init__(
        self, year_from: int | None = None, year_to: int | None = None, **wanted: Wanted
    ) -> None:
        object.__setattr__(self, "year_from", year_from)
        object.__setattr__(self, "year_to", year_to)
        object.__setattr__(self, "_wanted", tuple(_checked(wanted)) if wanted else ())

    def terms(self, name: str) -> tuple[str, ...]:
        """Return what is wanted of a field of terms, ``()`` where it does not matter."""
        found = dict(self._wanted).get(name, ())
        return () if isinstance(found, bool) else found

    def flag(self, parameter: str) -> bool | None:
        """Return what is wanted of a flag, ``None`` where it does not matter."""
        found = dict(self._wanted).get(parameter)
        return found if isinstance(found, bool) else None

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield every text, after the name of its field."""
        for name, wanted in self._wanted:
            if not isinstance(wanted, bool):
                yield from ((name, text) for text in wanted)

    @property
    def years(self) -> str:
        """The years as they are typed, ``""`` where they do not matter."""
        first, last = self.year_from, self.year_to
        if first == last:
            return "" if first is None else f"year:{first}"
        return f"year:{'' if first is None else first}..{'' if last is None else last}"

    def apart(self) -> Iterator[Self]:
        """Yield filters of one field each that together are these; both years are one."""
        yield type(self)(self.year_from, self.year_to)
        for name, wanted in self._wanted:
            yield type(self)(None, None, **{name: wanted})

    def to_json(self) -> dict[str, Any]:
        """Return those that are set."""
        years = {"year_from": self.year_from, "year_to": self.year_to}
        return {
            **{name: year for name, year in years.items() if year is not None},
            **{n: list(w) if isinstance(w, tuple) else w for n, w in self._wanted},
        }

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={wanted!r}" for name, wanted in self.to_json().items())
        return f"Filters({said})"


def _checked(wanted: dict[str, Wanted]) -> Iterator[tuple[str, tuple[str, ...] | bool]]:
    """Yield what is set of the fields, in their order."""
    left = dict(wanted)
    for field in TERMS:
        values = left.pop(field.parameter, None)
        if not isinstance(values, tuple | list | None):
            raise TypeError(f"{field.parameter}: {values!r} is no tuple of texts")
        if typed := tuple(one for one in values or () if one.strip()):
            yield field.parameter, typed
    for flag in FLAGS:
        state = left.pop(flag.parameter, None)
        if isinstance(state, bool):
            yield flag.parameter, state
        elif state is not None:
            raise TypeError(f"{flag.parameter}: {state!r} is neither True nor False")
    if left:
        raise TypeError(f"{min(left)}: no field to filter by; there are those of indexer/fields.py")
