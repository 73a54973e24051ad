"""A year or a range of years, as it is typed: in the query language and after ``--year``."""

from __future__ import annotations

import re

Years = tuple[int | None, int | None]
"""The first and the last, inclusive; ``None``: open on that side."""

_YEAR = re.compile(r"([0-9]{4})")
_RANGE = re.compile(r"([0-9]{4})?(?:\.\.|[-–])([0-9]{4})?")
_BOUND = re.compile(r"([<>])(=?)([0-9]{4})")


def years(text: str) -> Years | None:
    """Read ``2024``, ``2023..2025``, ``2023-2025``, ``2023..``, ``..2025``, ``>=2023``, ``<2023``.

    Returns:
        ``None`` if it is none of these. The last year may come before the first.
    """
    if match := _YEAR.fullmatch(text):
        return int(text), int(text)
    if match := _BOUND.fullmatch(text):
        year = int(match[3])
        if match[1] == ">":
            return (year if match[2] else year + 1), None
        return None, (year if match[2] else year - 1)
    match = _RANGE.fullmatch(text)
    if not match or not any(match.groups()):
        return None
    first, last = match.groups()
    return (int(first) if first else None), (int(last) if last else None)
