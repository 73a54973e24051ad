"""Small tables that are not of papers, such as lists of duplicates: CSV, JSON lines, XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from indexer.cleaning.text import no_formula
from search_api.exports import workbook
from search_api.exports.jsonl import as_json
from search_api.exports.listed import one_line
from search_api.exports.workbook import Cell

SUFFIXES = {"csv": ".csv", "jsonl": ".jsonl", "xlsx": ".xlsx"}
"""How a file of each format ends."""


def write_rows(
    form: str, columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]
) -> Iterator[bytes]:
    """Yield a table piece by piece, in UTF-8, a row at a time.

    Args:
        form: of :data:`SUFFIXES`.
        columns: in their order; the header of CSV, the keys of JSON.
        rows: by column. A text that a spreadsheet would take for a formula is written as
            :func:`indexer.cleaning.text.no_formula` has it.
    """
    if form == "xlsx":
        yield from workbook.write(columns, ([_bare(row.get(n)) for n in columns] for row in rows))
        return
    if form == "csv":
        yield _csv_row(columns)
    for row in rows:
        cells = [row.get(name) for name in columns]
        if form == "csv":
            yield _csv_row(["" if cell is None else _text(cell) for cell in cells])
        else:
            yield f"{as_json(dict(zip(columns, cells, strict=True)))}\n".encode("utf-8", "replace")


def _bare(cell: Cell) -> Cell:
    return one_line(cell) if isinstance(cell, str) else cell


def _text(cell: str | float) -> str:
    return no_formula(one_line(cell)) if isinstance(cell, str) else str(cell)


def _csv_row(cells: Sequence[str]) -> bytes:
    row = io.StringIO()
    csv.writer(row).writerow(cells)
    return row.getvalue().encode("utf-8", "replace")
