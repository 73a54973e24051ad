"""The cells of one row of a table, by field, cleared of what exporters write for "nothing"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from indexer.readers.columns import Columns

PADDING = "\ufeff \t\r\n\0\xa0"

_NOTHING = frozenset("nan null none na n/a #n/a".split()) | {"[anonymous]", "no abstract available"}
_NOTHING_BRACKETED = re.compile(r"\[no [a-z]+(?: [a-z]+)? (?:available|listed)\]\.?", re.IGNORECASE)
_ERRORS = frozenset("#NAME? #REF! #VALUE! #DIV/0! #NUM! #NULL! #SPILL! #CALC! #FIELD!".split())
_WHOLE = re.compile(r"(\d+)\.0+")
_EMBASE_SOURCE = re.compile(
    r"(?P<venue>\S[^()]*(?:\([^()]*\)[^()]*)*?) \((?P<year>\d{4})\)"
    r"(?: (?P<volume>[^:().]+(?:\.[^:().]+)?))??(?::(?P<issue>[^()]+?))?(?: \((?P<pages>[^()]*)\))?"
    r"(?:\. Article Number: (?P<article_number>[^\s.]+))?"
    r"\.?(?: Date of Publication: (?P<date>.*))?"
)
_LONGEST_SOURCE = 500


def is_blank(cells: Sequence[str]) -> bool:
    """Tell whether nothing is written in a row."""
    return not any(cell.strip(PADDING) for cell in cells)


class Row:
    """The cells of a row; what is taken out of it does not go to ``extra``.

    Attributes:
        columns: of the table.
        akin: whether akin itself wrote the table.
        extra: what was noted on the row.
    """

    def __init__(self, columns: Columns, cells: Sequence[str]) -> None:
        self.columns = columns
        self.akin = columns.has("akinid")
        self.extra: dict[str, Any] = {}
        self._taken: set[int] = set()
        self._parts: dict[str, str] = {}
        of_fields = {i for positions in columns.fields.values() for i in positions}
        self._cells = [self._value(i, cell, i in of_fields) for i, cell in enumerate(cells)]
        if columns.has("emtreemedicalindexterms"):
            self._part_source()

    def _value(self, position: int, cell: str, of_field: bool) -> str:
        cell = cell.strip(PADDING)
        if self.akin:
            return cell
        if cell in _ERRORS:
            name = self.columns.names[position] or f"column {position + 1}"
            self.extra.setdefault("cell_errors", {})[name] = cell
            return ""
        if _NOTHING_BRACKETED.fullmatch(cell):
            return ""
        return "" if of_field and cell.casefold().rstrip(".") in _NOTHING else cell

    def _part_source(self) -> None:
        """Take apart how Embase states where a paper is: all in one cell."""
        for position, source in self.values("venue"):
            match = _EMBASE_SOURCE.fullmatch(source[:_LONGEST_SOURCE])
            if match and self.columns.folded[position] == "source":
                self._parts = {name: value for name, value in match.groupdict().items() if value}
                self._taken.add(position)

    def values(self, field: str) -> list[tuple[int, str]]:
        """Return the values that the columns of a field have, with their positions, best first."""
        positions = self.columns.fields.get(field, ())
        return [(i, self._cells[i]) for i in positions if i < len(self._cells) and self._cells[i]]

    def use(self, *positions: int) -> None:
        """Mark columns whose values need not be kept, as a field holds them now."""
        self._taken.update(positions)

    def drop(self, nothing: str, *fields: str) -> None:
        """Empty the cells of these fields that say ``nothing``."""
        for position in (i for field in fields for i in self.columns.fields.get(field, ())):
            if position < len(self._cells) and self._cells[position] == nothing:
                self._cells[position] = ""

    def take(self, field: str) -> str:
        """Return the best value of a field, ``""`` if there is none."""
        if field not in self.columns.fields:
            return self._parts.get(field, "")
        found = [(i, value) for i, value in self.values(field) if i not in self._taken]
        if not found:
            return self._parts.get(field, "")
        best = found[0][1]
        self.use(*(i for i, value in found if value == best))
        return best

    def number(self, field: str) -> str:
        """Return the best value of a field whose numbers some programs write as ``12.0``."""
        value = self.take(field)
        whole = _WHOLE.fullmatch(value)
        return whole[1] if whole else value

    def named(self, folded: str) -> tuple[int, str]:
        """Return the value of a column that is no field's, with its position; ``""`` if empty."""
        if folded not in self.columns.folded:
            return -1, ""
        position = self.columns.folded.index(folded)
        return position, self._cells[position] if position < len(self._cells) else ""

    def rest(self) -> dict[str, str]:
        """Return what was not taken, by the names of ``extra``."""
        left = {
            name: value
            for i, (name, value) in enumerate(zip(self.columns.extra, self._cells, strict=False))
            if name and value and i not in self._taken
        }
        if not self.columns.names[0] and left.get("column_1", "").isdecimal():
            del left["column_1"]  # pandas counts the rows in a column without a name
        return left
