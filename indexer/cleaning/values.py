"""JSON values as they can be kept: by those who read JSON, by SQLite, by whoever shows them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

DEEPEST = 100
"""Lists and objects within each other; those who read JSON give up at some hundred."""

_LEAST, _MOST = -(1 << 63), (1 << 63) - 1
_WIDEST = 4300
"""Digits of a whole number that Python writes."""


def storable(value: Any, deepest: int = DEEPEST) -> Any:
    """Return a JSON value without what others cannot keep; most are returned as they are.

    Whole numbers of more than 64 bits, NaN and infinities become text, halves of surrogate pairs
    U+FFFD, tuples lists, and the names of an object text.

    Raises:
        ValueError: it is nested too deeply, or no JSON value.
    """
    if isinstance(value, str):
        return _encodable(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if _LEAST <= value <= _MOST else _digits(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if not isinstance(value, dict | list | tuple):
        raise ValueError(f"no JSON value, but a {type(value).__name__}")  # noqa: TRY004
    if not deepest:
        raise ValueError(f"nested more than {DEEPEST} deep")
    if isinstance(value, dict):
        return {_encodable(str(n)): storable(one, deepest - 1) for n, one in value.items()}
    return [storable(one, deepest - 1) for one in value]


def extra_of(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a source says beside the fields of a paper, fit to be kept.

    What has a name that akin itself gives, and is none of what it puts there, is renamed:
    ``also_stated``.

    Raises:
        ValueError: it is nested too deeply, or no JSON value.
    """
    named = {n if _is_ours(n, value) else f"{n}_stated": value for n, value in stated.items()}
    kept: dict[str, Any] = storable(named)
    return kept


def _is_ours(name: str, value: Any) -> bool:
    match name:
        case "also":
            return isinstance(value, dict) and all(
                isinstance(some, list) and all(isinstance(one, str) for one in some)
                for some in value.values()
            )
        case "family_names":
            return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
        case "title_missing" | "abstract_missing" | "abstract_cut" | "authors_cut":
            return value is True
    return True


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _digits(number: int) -> str:
    return str(number) if number.bit_length() < 3 * _WIDEST else hex(number)
