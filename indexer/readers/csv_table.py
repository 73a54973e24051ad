"""Tables in text files: CSV, also with tabs, semicolons or pipes between the cells.

Every database and reference manager exports them, as do spreadsheets::

    Authors,Title,Year,DOI,Abstract
    "Kogge, P.; Shalf, J.","Adjusting to the ""new"" normal",2013,10.1109/…,"We now have…"

Odd habits: a suffix ``.csv`` says nothing of the separator; notices stand above the header; cells
hold line ends; Web of Science separates by tabs and quotes nothing. A quotation mark that nobody
closes would swallow the records behind it: the record is rejected, and reading goes on at the next
line that has as many cells as the header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from indexer.documents import Document, split_lines
from indexer.paper import Record, Rejection
from indexer.readers.columns import HEADER_WITHIN, Columns, columns_of, not_there
from indexer.readers.csv_rows import Lines, Rows, split_line
from indexer.readers.record import reject
from indexer.readers.table_cells import is_blank
from indexer.readers.table_rows import record_of

FORMAT = "csv"

_SUFFIXES = (".csv", ".tsv", ".tab")
_SEPARATORS = "\t;,|"
_NONE = "\x1f"
"""Stands for the separator of a table of one column, which needs none."""

_QUOTED = re.compile(r'"[^"]*"')
_OF_EXCEL = re.compile(r"\ufeff?\"?sep=.\"?", re.IGNORECASE)
_MARKUP = ("<", "{", "[{", "@", "%", "PK\x03\x04")
_TAGGED = re.compile(r"[A-Z][A-Z0-9]{1,3} {0,2}- ")
_MARKDOWN_RULE = re.compile(r"[|:\s-]*-[|:\s-]*")


def recognises(head: str, suffix: str, named: Mapping[str, str] | None = None) -> bool:
    """Tell a table by a header with a column of titles or abstracts among its first lines.

    Args:
        head: of the file.
        suffix: one of a table makes a single column enough, and one known name.
        named: which column holds which field, where the user says so.
    """
    if head.lstrip("\ufeff \t\r\n").startswith(_MARKUP):
        return False
    return _header(split_lines(head)[: HEADER_WITHIN + 1], suffix, named or {}) is not None


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield the rows of the table.

    Raises:
        SourceUnreadable: it has no column that the user named, or the file is damaged.
    """
    lines = Lines(document.lines())
    top = lines.peek(HEADER_WITHIN + 1)
    found = _header([line.text for line in top], document.suffix, document.columns)
    if found is None:
        rows = [split_line(line.text, one) or [] for line in top for one in _separators(line.text)]
        if document.columns:
            raise not_there(document, max(rows, key=len, default=[]))
        if top:
            what = "no header with a column of titles or abstracts"
            reason = f"{what} in its first {HEADER_WITHIN} lines"
            yield reject(document, 1, reason, top[0].text)
        return
    position, separator, columns = found
    lines.skip(position + 1)
    rows_of = Rows(document, lines, separator, top[position].text.startswith('"'))
    while (row := rows_of.next(len(columns.names))) is not None:
        if isinstance(row, Rejection):
            yield row
            continue
        line, cells = row
        if header := columns.again(cells, document.columns):
            columns = header
        elif not is_blank(cells):
            yield record_of(document, line.number, columns, cells, line.text)


def _header(
    lines: Sequence[str], suffix: str, named: Mapping[str, str]
) -> tuple[int, str, Columns] | None:
    """Return the position of the header among the lines, its separator and its columns."""
    sure = suffix in _SUFFIXES or bool(named)
    widest = 0
    for position, text in enumerate(lines[:HEADER_WITHIN]):
        if not text.strip() or _OF_EXCEL.fullmatch(text.strip()):
            continue
        following = lines[position + 1] if position + 1 < len(lines) else ""
        of_markdown = text.lstrip().startswith("|") or _MARKDOWN_RULE.fullmatch(following)
        if of_markdown or _TAGGED.match(text):
            return None
        width = 1
        for separator in _separators(text):
            cells = split_line(text, separator)
            if cells is None:
                continue
            columns = columns_of(cells, named)
            if columns and columns.heads_a_table(widest, sure):
                return position, separator, columns
            width = max(width, sum(map(bool, map(str.strip, cells))))
        widest = max(widest, width)
    return None


def _separators(text: str) -> list[str]:
    """Return what may separate the cells of a header, the most frequent outside quotes first."""
    bare = _QUOTED.sub("", text)
    counted = {one: bare.count(one) for one in _SEPARATORS}
    return sorted((one for one in counted if counted[one]), key=lambda one: -counted[one]) or [
        _NONE
    ]
