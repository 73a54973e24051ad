"""Workbooks of Excel (``.xlsx``), as databases and reference managers export them and people keep.

Every sheet with a header row is read, whose columns :mod:`~indexer.readers.columns` knows; of
formulas it is their last values. Odd habits: the size that a sheet states is often wrong, years are
floating-point numbers, dates are days since 1900, and notices stand above the header.

How it is opened, and what is refused, is in :mod:`~indexer.readers.workbook_file`.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, count, islice
from typing import TYPE_CHECKING, Any

from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.column_guess import advice, is_header
from indexer.readers.columns import HEADER_WITHIN, Columns, columns_of, not_there
from indexer.readers.record import reject
from indexer.readers.table_cells import is_blank
from indexer.readers.table_rows import record_of
from indexer.readers.workbook_file import DAMAGED, damaged, opened, seekable

if TYPE_CHECKING:
    from openpyxl import Workbook

FORMAT = "xlsx"

_MAGIC = "PK\x03\x04"
_PART = re.compile(r"xl/(?:workbook\.xml|worksheets/|_rels/|styles\.xml|theme/|sharedStrings\.xml)")
_BINARY = "xl/workbook.bin"
_SUFFIXES = (".xlsx", ".xlsm")
_LAST_ROW = 1_048_576
"""Of a sheet; Excel has no more."""

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LARGEST_INTEGER = 1e15


def recognises(head: str, suffix: str) -> bool:
    """Tell a workbook by the names of its parts; those of other Office documents differ."""
    if not head.startswith(_MAGIC) or _BINARY in head:
        return False
    return bool(_PART.search(head)) or ("[Content_Types].xml" in head and suffix in _SUFFIXES)


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield the rows of every sheet that is a table of papers, and one rejection of any other.

    Raises:
        SourceUnreadable: the workbook is damaged, would inflate beyond all measure, or has no
            column that the user named.
    """
    with seekable(document) as file:
        workbook = opened(document, file)
        try:
            yield from _papers(document, workbook)
        finally:
            workbook.close()


def _papers(document: Document, workbook: Workbook) -> Iterator[Record | Rejection]:
    others: list[tuple[str, list[list[str]]]] = []
    widest: list[str] = []
    tables = 0
    for sheet in workbook.worksheets:
        rows = _rows(document, sheet)
        top = list(islice(rows, HEADER_WITHIN))
        found = _header(document, top)
        if found:
            tables += 1
            for one in _table(document, chain(top[found[0] + 1 :], rows), found[1]):
                if isinstance(one, Rejection) and len(workbook.worksheets) > 1:
                    yield replace(one, reason=f"sheet {sheet.title!r}: {one.reason}")
                else:
                    yield one
        elif written := [cells for _, cells in top if not is_blank(cells)]:
            widest = max(widest, *written, key=len)
            others.append((sheet.title, written))
    if document.columns and not tables:
        raise not_there(document, widest)
    for name, written in others:
        what = "no header with a column of titles or abstracts"
        if not tables and len(written) > 1 and is_header(written[0]):
            what = advice(written[0], written[1:])
        head = " | ".join(filter(None, written[0]))
        yield reject(document, 1, f"sheet {name!r}: {what}", head)


def _header(
    document: Document, top: Sequence[tuple[int, list[str]]]
) -> tuple[int, list[str]] | None:
    """Return the position of the header among the first rows, and its cells."""
    widest = 0
    for position, (_, cells) in enumerate(top):
        columns = columns_of(cells, document.columns)
        if columns and columns.heads_a_table(widest, sure=True):
            return position, cells
        widest = max(widest, sum(map(bool, cells)))
    return None


def _table(
    document: Document, rows: Iterator[tuple[int, list[str]]], header: list[str]
) -> Iterator[Record | Rejection]:
    columns = _columns(document, header)
    for number, cells in rows:
        head = " | ".join(filter(None, cells))
        if number > _LAST_ROW:
            yield reject(document, number, "a row beyond the last that a sheet has", head)
            return
        if again := columns.again(cells, document.columns):
            header, columns = cells, again
            continue
        if is_blank(cells):
            continue
        if len(cells) > len(header):  # something is written beside the table: it is kept
            header = [*header, *[""] * (len(cells) - len(header))]
            columns = _columns(document, header)
        yield record_of(document, number, columns, cells + [""] * (len(header) - len(cells)), head)


def _columns(document: Document, header: list[str]) -> Columns:
    columns = columns_of(header, document.columns)
    assert columns is not None  # noqa: S101 — it was found by that
    return columns


def _rows(document: Document, sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a sheet as text, with their numbers.

    Raises:
        SourceUnreadable: the sheet is damaged.
    """
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True)
    for number in count(1):
        try:
            with warnings.catch_warnings(action="ignore"):  # of dates out of range, and the like
                row = next(rows, None)
        except DAMAGED as error:
            raise damaged(document, error) from error
        if row is None:
            return
        yield number, [_text(value) for value in row]


def _text(value: Any) -> str:
    """Return what a cell holds, as one would write it into a CSV file."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _unescaped(value) if "_x" in value else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_INTEGER:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return str(value.date() if value.time() == dt.time.min else value)
    return str(value)


def _unescaped(text: str) -> str:
    """Return text with the characters that workbooks write as ``_x000D_``, in halves of UTF-16."""
    text = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
