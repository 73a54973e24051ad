r"""What a BibTeX entry takes over from others: from its ``crossref``, and from its ``xdata``.

::

    @inproceedings{lee2019, author = {Lee, Ann}, title = {On roots}, crossref = {roots19}}
    @proceedings{roots19, title = {Root Conference}, year = 2019, publisher = {Root Press}}

The rules are those of biber's default inheritance (the biblatex manual, appendix B): what an entry
states itself stays, the title of the whole becomes the part's ``booktitle``, and entries may
inherit in turn, in any order. Two things differ. An identifier, a link, an abstract or keywords of
the whole are not those of the part. And where the whole has the field that BibTeX itself would take
over (``booktitle``), this is taken, as its author meant it.

The entries that others name lie anywhere in the file, so they are looked for once, in a pass of
their own, when the first entry names one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from indexer.documents import Document
from indexer.readers.bibtex_blocks import blocks
from indexer.readers.bibtex_entry import MONTHS, BrokenEntryError, Fields, key_of, take_apart
from indexer.readers.bibtex_text import verbatim

_NAMED = re.compile(r"\b(?:crossref|xdata)\s*=\s*[{\"\s]*([^{}\"=]+)", re.IGNORECASE)
_ALIASED = re.compile(r"\bids\s*=", re.IGNORECASE)
_INHERITED = frozenset(
    "author booktitle booksubtitle journal journaltitle journalsubtitle maintitle mainsubtitle "
    "editor translator publisher series volume volumes number issue edition isbn issn address "
    "location organization institution school eventtitle eventdate language langid".split()
)
_WHEN = ("date", "year", "month", "day")
_WHOLES = ("book", "collection", "proceedings", "reference")
_DEEPEST = 50
"""Entries of which each inherits from the next."""

_MARKS = frozenset("crossref xdata xref ids".split())


class Inheritance:
    """The entries of a document that others take fields over from.

    Args:
        document: is read again, once, if any entry inherits.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._filled: dict[str, Fields] = {}

    def filled(self, entry: Fields) -> tuple[Fields, list[str]]:
        """Return an entry with what it takes over, and the keys that it names and nobody has."""
        return self._fill(entry, (entry.key.casefold(),))

    def _fill(self, entry: Fields, above: tuple[str, ...]) -> tuple[Fields, list[str]]:
        """Fill an entry; one that inherits from itself, by whatever detour, gets nothing so.

        Args:
            entry: as it stands.
            above: its key, and before it those of the entries that inherit from it.
        """
        if "crossref" not in entry.values and "xdata" not in entry.values:
            return entry, []
        missing: list[str] = []
        values = {name: value for name, value in entry.values.items() if value.strip()}
        for name in ("xdata", "crossref"):
            for stated in _keys(values.get(name, "")):
                key = stated.casefold()
                if key not in self._parents:
                    missing.append(stated)
                elif key not in above and len(above) < _DEEPEST:
                    if key not in self._filled:
                        self._filled[key], _ = self._fill(self._parents[key], (*above, key))
                    whole = self._filled[key]
                    _take_over(values, whole.values if name == "xdata" else _given(entry, whole))
        return entry._replace(values=values), missing

    @cached_property
    def _parents(self) -> dict[str, Fields]:
        """The entries that any other names, by their key without case, as BibTeX finds them."""
        wanted = {
            key.casefold()
            for block in blocks(self._document.lines())
            for named in _NAMED.findall(block.text)
            for key in _keys(named)
        }
        found: dict[str, Fields] = {}
        macros = dict(MONTHS)
        for block in blocks(self._document.lines()):
            key = key_of(block.text)
            named = key is None or key.casefold() in wanted or _ALIASED.search(block.text)
            if block.problem or not named:
                continue
            try:
                entry = take_apart(block.text, macros)
            except BrokenEntryError:
                continue  # it is rejected where it stands
            if entry is not None:
                for name in (entry.key, *_keys(entry.values.get("ids", ""))):
                    found.setdefault(name.casefold(), entry)
        return found


def _keys(named: str) -> Iterator[str]:
    return (key for one in named.split(",") if (key := verbatim(one)))


def _given(part: Fields, whole: Fields) -> dict[str, str]:
    """Return what a part takes over from a whole, by the part's own names."""
    values = whole.values
    given = {name: value for name, value in values.items() if name in _INHERITED | {*_WHEN}}
    if whole.kind.startswith("mv") or part.kind in _WHOLES:
        prefix = "main"
    elif whole.kind == "periodical" or part.kind in ("article", "suppperiodical"):
        prefix = "journal"
    else:
        prefix = "book"
    if prefix != "journal" or not values.get("journal", "").strip():
        for name in ("title", "subtitle"):
            if values.get(name, "").strip():
                given.setdefault(prefix + name, values[name])
    return given


def _take_over(values: dict[str, str], given: dict[str, str]) -> None:
    """Add what is given and not stated; a date is stated by any of its fields."""
    dated = any(name in values for name in _WHEN[:2])
    for name, value in given.items():
        if name not in values and name not in _MARKS and not (dated and name in _WHEN):
            values[name] = value
