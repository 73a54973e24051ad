"""Dates as sources state them: a bare year, ``2013 Dec 31``, ``4 Feb 2014``, ``2014//``."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache, lru_cache

FIRST_YEAR = 1500
"""No paper is older: an earlier year is a slip."""

_MONTH_NAMES = """
jan januar january janvier enero
feb februar february
mar march
apr april
may mai mayo
jun june juni
jul july juli
aug august
sep sept september
oct october oktober
nov november
dec december dezember
"""
_MONTHS = {
    name: number
    for number, names in enumerate(_MONTH_NAMES.strip().split("\n"), start=1)
    for name in names.split()
}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?![\d])")
_COMPACT = re.compile(r"((?:1[5-9]|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_WORD = re.compile(r"[^\W\d_]{3,}")
_TIME = re.compile(r"(?<!\d)\d{1,2}:\d\d(?::\d\d)?(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")


_PERIODS = "jan feb mar apr may jun jul aug sep oct nov dec spr sum aut fal win".replace(" ", "|")
_PERIOD = rf"(?:(?:{_PERIODS})[a-z]{{0,6}}|\d{{1,2}})[.,]?"
_DATE_ALONE = re.compile(
    rf"(?:{_PERIOD}[-/ ]*){{0,3}}(?:19|20)\d\d(?:[-/., ]+{_PERIOD}){{0,3}}/*", re.IGNORECASE
)


@cache
def latest_year() -> int:
    """Return the last year that is no slip: papers in press carry the next year or two."""
    return datetime.now(UTC).year + 2


@lru_cache(maxsize=4096)  # a corpus states the same days and years again and again
def parse_date(stated: str | float | None) -> tuple[int | None, str | None]:
    """Return year and day of a date as a source states it.

    Args:
        stated: in any usual form; a number is a year.

    Returns:
        The year, ``None`` where there is none or an absurd one; and the date as ``YYYY-MM-DD``,
        ``None`` where the day is not stated.
    """
    if not stated or isinstance(stated, bool):
        return None, None
    if not isinstance(stated, str):
        return (int(stated), None) if FIRST_YEAR <= stated <= latest_year() else (None, None)
    text = _TIME.sub(" ", stated.strip())
    year, month, day = _parts(text)
    if year is None or not FIRST_YEAR <= year <= latest_year():
        return None, None
    if not (month and day):
        return year, None
    try:
        return year, date(year, month, day).isoformat()
    except ValueError:
        return year, None


def is_date(text: str) -> bool:
    """Tell whether a text is a year, with month or season and day, and nothing else."""
    return _DATE_ALONE.fullmatch(text) is not None


def _parts(text: str) -> tuple[int | None, int | None, int | None]:
    if match := _ISO.match(text) or _COMPACT.match(text):
        year, month, day = match.groups()
        return int(year), int(month), int(day) if day else None
    if match := _AMERICAN.search(text):
        first, second, year = (int(part) for part in match.groups())
        # 7/31/2024 is American, 31/7/2024 is not; 3/4/2024 may be either: only its year counts.
        if first > 12 >= second:
            return year, second, first
        return (year, first, second) if second > 12 else (year, None, None)
    found = _YEAR.search(text)
    if not found:
        return None, None, None
    months = [_MONTHS[w] for word in _WORD.findall(text) if (w := word.lower()) in _MONTHS]
    days = _DAY.findall(text)
    if len(months) == 1 and len(days) == 1:
        return int(found[1]), months[0], int(days[0])
    return int(found[1]), None, None
