"""A table as a workbook of Excel: one sheet, its header on top, every text a text.

Rows go to a temporary file one by one and are sent from there, so a table of any size goes through
bounded memory.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SUFFIX = ".xlsx"

MOST_ROWS = 1_048_576
"""Of a sheet, its header among them; what follows begins another sheet."""

MOST_CHARACTERS = 32_767
"""Of a cell, as Excel counts them: in UTF-16."""

Cell = str | int | float | None

_CHUNK = 1 << 16
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # readers take _x0041_ for an A


def write(
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    tell: Callable[[str], None] | None = None,
) -> Iterator[bytes]:
    """Yield the workbook piece by piece, once the last row was taken.

    Args:
        header: names of the columns.
        rows: texts, which are never formulas, and numbers. A text that no cell holds is cut, and
            its end says so.
        tell: told which texts are cut.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)

    def cells(row: Sequence[Cell]) -> Iterator[object]:
        for name, value in zip(header, row, strict=True):
            if not isinstance(value, str):
                yield value
                continue
            cell = WriteOnlyCell(sheet, _fitting(value, name, tell))
            cell.data_type = "s"  # whatever it looks like: a formula, an error, a number
            yield cell

    for number, row in enumerate(rows):
        if number % (MOST_ROWS - 1) == 0:
            sheet = _sheet(book, header)
        sheet.append(cells(row))
    if not book.worksheets:
        _sheet(book, header)
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(_CHUNK):
            yield piece


def _sheet(book: Workbook, header: Sequence[str]) -> WriteOnlyWorksheet:
    """Return a further sheet, its header written, which stays in sight."""
    sheet: WriteOnlyWorksheet = book.create_sheet(f"Papers {len(book.worksheets) + 1}")
    sheet.freeze_panes = "A2"
    sheet.append(list(header))
    return sheet


def _fitting(text: str, column: str, tell: Callable[[str], None] | None) -> str:
    """Return a text as a cell holds it."""
    escaped = _LOOKS_ESCAPED.sub("_x005F_", text)
    size = len(escaped.encode("utf-16-le", "replace")) // 2
    if size <= MOST_CHARACTERS:
        return escaped
    end = f" … [cut: {len(text):,} characters, of which a cell holds {MOST_CHARACTERS:,}]"
    units = escaped.encode("utf-16-le", "replace")[: 2 * (MOST_CHARACTERS - len(end))]
    if tell:
        tell(f"{column} of {len(text):,} characters is cut to {MOST_CHARACTERS:,}: {text[:40]}…")
    return units.decode("utf-16-le", "ignore") + end
