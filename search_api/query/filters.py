"""Which papers are searched at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Filters:
    """Which papers are searched at all. Of several values of one field, any may match.

    Attributes:
        year_from: first year, inclusive; papers without a year do not match.
        year_to: last year, inclusive.
        category: case aside; ``LG`` and ``cs.LG`` find each other, ``cs.LG`` and ``stat.LG`` not.
        author: one or more whole words of a name in any order, case and accents aside.
        venue: likewise, of the venue.
        source: likewise, of the file's name.
        has_code: ``True``: code is linked; ``False``: it is not, or not known to be.
    """

    year_from: int | None = None
    year_to: int | None = None
    category: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    venue: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    has_code: bool | None = None

    @classmethod
    def of(cls, **values: Any) -> Self:
        """Return filters of values as they are typed: lists become tuples, blanks are dropped."""
        for name, value in values.items():
            if isinstance(value, (list, tuple)):
                values[name] = tuple(one for one in value if one.strip())
        return cls(**values)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield every text, after the name of its field."""
        for name, value in asdict(self).items():
            if isinstance(value, tuple):
                yield from ((name, text) for text in value)

    def to_json(self) -> dict[str, Any]:
        """Return those that are set."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if value not in (None, ())
        }
