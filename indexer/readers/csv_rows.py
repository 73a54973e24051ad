"""From the lines of a CSV file to the cells of its rows, past what is broken.

A quotation mark that nobody closes would swallow the records behind it. Such a record is rejected,
and reading goes on at the next line that has as many cells as the header (and begins with a
quotation mark, if the header does).
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from indexer.documents import LONGEST_LINE, Document, Line
from indexer.paper import Rejection
from indexer.readers.record import reject

_LONGEST_QUOTE = 1 << 20
_MOST_LINES = 2_000
"""Of one record: a quotation that goes on is not closed where it was meant to be."""

_FEW_LINES = 50
"""Of one record, in a file that has shown more than once that quotations are not closed."""

_SHOWN = 40

csv.field_size_limit(LONGEST_LINE)  # the module's own limit is 128 kB, for all who use it


class _Unclosed(Exception):
    """A quotation went on for too long."""


def split_line(text: str, separator: str) -> list[str] | None:
    """Return the cells of one line, ``None`` if it is no record alone."""
    try:
        return _first_row([text], separator)
    except csv.Error:
        return None


def _first_row(lines: Iterable[str], separator: str) -> list[str]:
    """Return the cells of the record that the lines begin with.

    Raises:
        csv.Error: its quotation marks are out of place or not closed.
    """
    return next(csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=True), [])


class Lines:
    """Lines one by one; some can be looked at ahead, or given back."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._ahead: deque[Line] = deque()
        self.ended = False  # whether a line was asked for behind the last

    def next(self) -> Line | None:
        """Take a line, ``None`` behind the last."""
        line = self._ahead.popleft() if self._ahead else next(self._lines, None)
        self.ended = line is None
        return line

    def give_back(self, lines: Sequence[Line]) -> None:
        """Put lines back that were taken: they come next."""
        self._ahead.extendleft(reversed(lines))

    def peek(self, count: int) -> list[Line]:
        """Return up to so many lines, which come next all the same."""
        taken = [line for _ in range(count) if (line := self.next()) is not None]
        self.give_back(taken)
        return taken

    def skip(self, count: int) -> None:
        """Pass over lines."""
        for _ in range(count):
            self.next()


class Rows:
    """Takes rows off the lines, and finds back into step behind one that is broken.

    Args:
        document: where they lie.
        lines: behind the header.
        separator: between cells.
        quoted: whether the header begins with a quotation mark: then all rows do.
    """

    def __init__(self, document: Document, lines: Lines, separator: str, quoted: bool) -> None:
        self._document, self._lines = document, lines
        self._separator, self._quoted = separator, quoted
        self._usual = 0  # cells of the last good row
        self._patience = _MOST_LINES

    def next(self, width: int) -> tuple[Line, list[str]] | Rejection | None:
        """Return the next row of a table with so many columns, ``None`` at the end."""
        first = self._lines.next()
        while first is not None and not first.text.strip():
            first = self._lines.next()
        if first is None:
            return None
        if first.cut:
            return self._rejected(first, "the line is longer than any record")
        taken = [first]
        try:
            cells = self._cells(taken)
        except _Unclosed:
            self._patience = max(_FEW_LINES, self._patience // 2)
            return self._mended(taken, width, closed=False)
        except csv.Error:
            return self._mended(taken, width, closed=not self._lines.ended)
        if len(taken) > 1 and self._swallows(taken[1:], len(cells), width):
            return self._mended(taken, width, closed=False)
        self._usual = len(cells)
        return first, cells

    def _swallows(self, lines: Sequence[Line], cells: int, width: int) -> bool:
        """Tell whether the lines behind the first of a record are records of their own.

        A quotation that nobody closed ends at the next quotation mark, wherever that is. Then the
        record has too many cells, or most of its lines are rows; a line of prose may look like one.
        """
        rows = sum(line.text.count(self._separator) + 1 == width > 2 for line in lines)
        return (cells > width and rows > 0) or (rows > 1 and 2 * rows > len(lines))

    def _cells(self, taken: list[Line]) -> list[str]:
        """Return the cells of the record whose first line is taken; takes its other lines."""
        text = taken[0].text
        if '"' not in text:  # most lines of most tables
            return text.split(self._separator)
        return _first_row(self._feed(taken), self._separator)

    def _feed(self, taken: list[Line]) -> Iterator[str]:
        yield taken[0].text + "\n"
        size = 0
        while (line := self._lines.next()) is not None:
            taken.append(line)
            size += len(line.text)
            if len(taken) > self._patience or size > _LONGEST_QUOTE:
                raise _Unclosed
            yield line.text + "\n"

    def _mended(
        self, taken: list[Line], width: int, *, closed: bool
    ) -> tuple[Line, list[str]] | Rejection:
        """Return what the first line says in spite of its quotation marks, or reject it.

        Args:
            taken: the lines that were read as one record.
            width: cells that are expected.
            closed: whether the quotation marks are closed, but in odd places.
        """
        first = taken[0]
        if (closed and len(taken) == 1) or self._separator == "\t":
            cells = _cells_anyhow(first.text, self._separator, width)
            if cells is not None:
                self._lines.give_back(taken[1:])
                return first, cells
        end = next((i for i, line in enumerate(taken) if i and self._begins_row(line, width)), None)
        if end is None:
            end = len(taken)
            while closed and end < _MOST_LINES and (line := self._lines.next()) is not None:
                taken.append(line)
                if self._begins_row(line, width):
                    break
                end += 1
        self._lines.give_back(taken[end:])
        where = f", lines {first.number} to {taken[end - 1].number}" if end > 1 else ""
        mark = first.text.find('"')
        shown = first.text[mark : mark + _SHOWN]
        reason = "out of place" if closed and len(taken) == 1 else "that is not closed"
        return self._rejected(first, f"a quotation mark {reason}: {shown!r}{where}")

    def _begins_row(self, line: Line, width: int) -> bool:
        """Tell whether a line is surely no part of the record above it."""
        if line.cut or not line.text.strip():
            return False
        if self._quoted and not line.text.startswith('"'):
            return False
        cells = split_line(line.text, self._separator)
        if cells is None:  # begins a row of several lines, or is broken itself
            several = line.text.startswith('"') and f'"{self._separator}"' in line.text
            return several or line.text.count(self._separator) + 1 == width
        return len(cells) in (width, self._usual)

    def _rejected(self, line: Line, reason: str) -> Rejection:
        return reject(self._document, line.number, reason, line.text)


def _cells_anyhow(text: str, separator: str, width: int) -> list[str] | None:
    """Return the cells of a line whose quotation marks are not doubled, if they are as many."""
    cells = [_unquoted(cell) for cell in text.split(separator)]
    if len(cells) == width:
        return cells
    for escape in ("\\", None):
        read = csv.reader([text], delimiter=separator, escapechar=escape, strict=escape is not None)
        try:
            cells = next(read, [])
        except csv.Error:
            continue
        if len(cells) == width:
            return cells
    return None


def _unquoted(cell: str) -> str:
    """Return a cell without the marks around it, unless each is around one word."""
    cell = cell.strip()
    inner = cell[1:-1]
    if len(cell) < 2 or cell[0] != '"' or cell[-1] != '"':
        return cell
    first = inner.find('"')
    if first > 0 and inner[first - 1] not in " ([-/" and inner[first : first + 2] != '""':
        return cell
    return inner.replace('""', '"')
