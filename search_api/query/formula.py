"""What a paper must be to be listed: words, filters and names, and these with AND, OR and NOT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from search_api.query.filters import Filters


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that a paper must have, or must not.

    Attributes:
        text: as typed, without quotes.
        literal: ``True``: these words in this order; ``False``: the one word in any form. What
            was quoted is literal, and so is what is hyphenated.
        field: ``any``: title, abstract or keywords.
        prefix: of literal ones, whether the last word need only begin so.
    """

    text: str
    literal: bool
    field: Literal["any", "title"] = "any"
    prefix: bool = False

    def __str__(self) -> str:
        text = f"{self.text}*" if self.prefix else self.text
        quoted = f'"{text}"' if self.literal and " " in text else text
        return quoted if self.field == "any" else f"{self.field}:{quoted}"


@dataclass(frozen=True, slots=True)
class Named:
    """A paper that goes by one of some names, see :mod:`indexer.cleaning.naming`."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return " OR ".join(self.names)


@dataclass(frozen=True, slots=True)
class Not:
    """What a paper is not."""

    part: Formula

    def __str__(self) -> str:
        return f"NOT {_within(self.part)}"


@dataclass(frozen=True, slots=True)
class All:
    """Parts of which a paper meets every one."""

    parts: tuple[Formula, ...]

    def __str__(self) -> str:
        return " AND ".join(map(_within, self.parts))


@dataclass(frozen=True, slots=True)
class Some:
    """Parts of which a paper meets at least one."""

    parts: tuple[Formula, ...]

    def __str__(self) -> str:
        return " OR ".join(map(_within, self.parts))


Formula = Clause | Filters | Named | Not | All | Some


def _within(part: Formula) -> str:
    """Return how a formula reads as a part of another."""
    if isinstance(part, Filters):
        years = [part.years] if part.years else []
        values = [_values(n, v) for n, v in part.to_json().items() if not n.startswith("year_")]
        return " AND ".join(years + values)
    return f"({part})" if isinstance(part, All | Some) else str(part)


def _values(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return f"{'' if value else '-'}{name.replace('_', ':')}"
    values = value if isinstance(value, list) else [value]
    return " OR ".join(f'{name}:"{one}"' if " " in str(one) else f"{name}:{one}" for one in values)
