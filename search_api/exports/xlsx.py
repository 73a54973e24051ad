"""A workbook of Excel: the columns of :mod:`~search_api.exports.csv_table`, a paper on each row.

Years, ranks and scores are numbers, all else is text that no program takes for a formula; so a cell
needs no mark in front, and a text that has such a mark of its own gets one more, as a reader takes
one away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from search_api.exports import workbook
from search_api.exports.csv_table import COLUMNS, cells_of
from search_api.exports.listed import About, Listed

FORMAT = "xlsx"
MEDIA_TYPE = workbook.MEDIA_TYPE
SUFFIX = workbook.SUFFIX

_MARKED = re.compile(r"'+[=+\-@\t\r]")


def write(papers: Iterable[Listed], about: About) -> Iterator[bytes]:
    """Yield the workbook."""
    yield from workbook.write(COLUMNS, map(_row, papers), about.tell)


def _row(listed: Listed) -> list[workbook.Cell]:
    cells = cells_of(listed)
    numbers: dict[str, int | float | None] = {
        "year": listed.paper.year,
        "rank": listed.rank,
        "score": listed.rounded,
    }
    return [numbers[name] if name in numbers else _text(cells[name]) for name in COLUMNS]


def _text(cell: str) -> str | None:
    return (f"'{cell}" if _MARKED.match(cell) else cell) or None
