"""From JSON text to values, and from a value of whatever type to the text or list it stands for.

Services disagree on whether a title is a string, a list or an object, and files hold what no schema
allows; a wrong type is read as far as it makes sense and never raises.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from indexer.fields import split_list

_DEEPEST = 100
"""No record nests deeper; Python itself gives up at some 1,000."""

BRACKET = re.compile(
    r'[^"{}\[\]]*+(?>(?:"[^"\\]*+(?>(?:\\.[^"\\]*+)*)"[^"{}\[\]]*+)*)([{}\[\]])', re.DOTALL
)
"""The next bracket (group 1), and before it plain text and whole strings."""

_SURROGATE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_VAST = 1 << 63
_WIDEST = len(str(-_VAST))


def _whole(digits: str) -> int | str:
    """Return a whole number, or its digits where it has more than 64 bits."""
    if len(digits) > _WIDEST:
        return digits
    return number if -_VAST <= (number := int(digits)) < _VAST else digits


def _real(text: str) -> float | str:
    """Return a number with a fraction, or as it is written where it is beyond all floats."""
    return number if math.isfinite(number := float(text)) else text


# NaN is how pandas writes what is missing; line ends within strings are common, and harmless.
_DECODER = json.JSONDecoder(
    strict=False,
    parse_constant=lambda name: None if name == "NaN" else name,
    parse_int=_whole,
    parse_float=_real,
)
READ = _DECODER.raw_decode

# Where an object stands for a text, under which key that lies.
_TEXT_KEYS = (
    *("value", "text", "#text", "_", "$", "content", "name", "display_name", "title", "term"),
    *("label", "tag", "keyword", "category", "url", "en"),
)


_PMC = re.compile(r"(?:https?://\S*/)?(?:PMC)?(\d{1,9})/?", re.IGNORECASE)


def decode(text: str) -> Any:
    """Return a JSON text's value: NaN as ``None``, halves of a surrogate pair as U+FFFD.

    Numbers that are not to be kept exactly, whole ones beyond 64 bits and infinite ones, are text.

    Raises:
        ValueError: it is no JSON, or nested too deeply.
    """
    if "\\" in text and ("\\ud" in text or "\\uD" in text):
        text = _SURROGATE.sub(lambda m: r"\ufffd" if m["lone"] else m[0], text)
    if text.count("{") + text.count("[") > _DEEPEST and _depth(text) > _DEEPEST:
        raise ValueError(f"nested more than {_DEEPEST} deep")
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:  # NaN, a line end in a string; or an error, told better here
        return _DECODER.decode(text)
    # May have been a whole number of more than 64 bits, which is a float to orjson.
    return _DECODER.decode(text) if _holds_vast(value) else value


def _holds_vast(value: Any) -> bool:
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return isinstance(value, float | int) and not -_VAST <= value < _VAST
    for one in value:
        kind = type(one)
        if kind is not str and kind is not bool and one is not None and _holds_vast(one):
            return True
    return False


def _depth(text: str) -> int:
    deepest = depth = at = 0
    while mark := BRACKET.match(text, at):
        at = mark.end()
        depth += 1 if mark[1] in "{[" else -1
        deepest = max(deepest, depth)
    return deepest


def text_of(value: object) -> str:
    """Return the text that a value stands for: a list's texts joined, an object's ``value``."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, list):
        return " ".join(text for one in value if (text := text_of(one)))
    if isinstance(value, dict):
        return next((text for key in _TEXT_KEYS if (text := text_of(value.get(key)))), "")
    return str(value)


def texts_of(value: object) -> list[str]:
    """Return the texts of a list, or the one of anything else, none of them empty."""
    values = value if isinstance(value, list) else [value]
    return [text for one in values if (text := text_of(one).strip())]


def first_text(value: object) -> str:
    """Return the first text of a list, or the one of anything else."""
    return value.strip() if isinstance(value, str) else next(iter(texts_of(value)), "")


def one_or_all(value: object) -> str | list[str]:
    """Return the text of a value, or all where it holds several."""
    texts = texts_of(value)
    return texts[0] if len(texts) == 1 else texts


def listed(value: object) -> list[str]:
    """Return the parts of what may be a list, or one string with semicolons or commas between."""
    if isinstance(value, dict) and len(value) == 1:  # {"keyword": ["…", "…"]}
        value = next(iter(value.values()))
    if not isinstance(value, str):
        return texts_of(value)
    return split_list(value)


def pmc(value: object) -> str:
    """Return a PubMed Central id with the ``PMC`` that some sources leave out."""
    text = first_text(value)
    found = _PMC.fullmatch(text)
    return f"PMC{found[1]}" if found else text


def mapping(value: object) -> dict[str, Any]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list, or the value itself if it is one."""
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, dict)]


def first_of(record: Mapping[str, Any], *keys: str) -> Any:
    """Return the first of the values that says something, else ``None``."""
    return next((v for key in keys if (v := record.get(key)) not in (None, "", [], {})), None)


def date_text(value: object) -> str:
    """Return a date as text: as written, of CSL's ``date-parts``, or of a time since 1970."""
    if isinstance(value, dict):
        if parts := value.get("date-parts"):
            return date_text(parts)
        return date_text(first_of(value, "raw", "literal", "value", "date-time", "date", "year"))
    if isinstance(value, list):
        first = value[0] if value else None
        if isinstance(first, list):
            return date_text(first)
        return "-".join(text.zfill(2) for text in map(text_of, value[:3]) if text)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) > _LATEST_DAY:
        return _day(value)
    return text_of(value)


_LATEST_DAY = 99_999_999
"""20241231 is a day; larger numbers count seconds or milliseconds since 1970."""


def _day(since_1970: float) -> str:
    try:
        seconds = since_1970 / 1000 if abs(since_1970) > 1e11 else since_1970
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (OverflowError, OSError, ValueError):
        return str(since_1970)
