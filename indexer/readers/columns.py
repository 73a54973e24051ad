"""Which column of a table holds which field of a paper, told by the names that exports give them.

Names are compared without case, spaces and punctuation: ``Pubmed Id``, ``PubMed ID`` and
``pubmed_id`` are one. Where several columns could be one field, the better known one wins (they are
ranked in :mod:`~indexer.readers.column_names`), and row by row the next one if that is empty:
Scopus has both ``Author full names`` and ``Authors``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.documents import Document, readable
from indexer.errors import SourceUnreadable
from indexer.readers.column_names import PREFERRED, WOS_TAGS

HEADER_WITHIN = 20
"""Rows at the top of a table among which its header lies; exports put notices above it."""

_ALL = frozenset(name for ranks in PREFERRED.values() for name in ranks)
_LONGEST_NAME = 40
_ONLY_IF_ALONE = {"venue": "source"}
"""Embase and Google Scholar name the journal so, Scopus itself."""

_LEFT_OUT = frozenset("references citedreferences referencelist crossreferences".split())
_OF_AKIN_ALONE = frozenset("akinid rank score".split())

_WOS_ALWAYS = {"PT", "AU", "TI", "SO"}

_NO_MATTER = re.compile(r"[\s_\-./():#\ufeff\0]+")
_FUNDING = re.compile(r"fundingtext\d+")
_EID = re.compile(r"2-s2\.0-\d+")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table.

    Attributes:
        names: as written, of Web of Science's tags the words.
        fields: the positions of the columns that hold a field, the preferred one first.
        extra: what each column is called in a paper's ``extra``; ``""`` where it goes nowhere.
        folded: the names without case, spaces and punctuation.
    """

    names: tuple[str, ...]
    fields: Mapping[str, tuple[int, ...]]
    extra: tuple[str, ...]
    folded: tuple[str, ...]

    def heads_a_table(self, widest_above: int, sure: bool) -> bool:
        """Tell whether these are a table's header, not words of a text or of another table.

        Args:
            widest_above: how many cells the rows above have; 0 if there is none.
            sure: whether this is a table for other reasons (the suffix, a spreadsheet).
        """
        width = sum(bool(name) for name in self.folded)
        if width < 2 and not (sure and widest_above == 0):
            return False
        return self.known() >= 2 - sure + (width <= widest_above)

    def known(self) -> int:
        """Return how many columns hold a field."""
        return len({i for positions in self.fields.values() for i in positions})

    def again(self, cells: Sequence[str], named: Mapping[str, str]) -> Columns | None:
        """Return the columns of a row that is a header itself, as where files were put together."""
        first = (self.fields.get("title") or self.fields["abstract"])[0]
        if first >= len(cells) or len(cells[first]) > _LONGEST_NAME:
            return None
        named_cells = dict(zip(self.folded, cells, strict=False))
        if ":" in named_cells.get("akinid", ""):
            return None  # an id: a paper may be called "Title"
        if _folded(cells[first]) not in _ALL:
            return None
        found = columns_of(cells, named)
        return found if found and (found.folded == self.folded or found.known() > 2) else None

    def has(self, *folded: str) -> bool:
        """Tell whether the table has all of these columns: an exporter's mark."""
        return set(folded) <= set(self.folded)

    def realigned(self, cells: list[str]) -> list[str] | None:
        """Return the cells of a row of Scopus that has more of them than the header.

        Scopus names one column ``Funding Text 1`` and writes as many as a paper has. That this is
        the reason shows by the last column, ``EID``, whose values are unmistakable.
        """
        surplus = len(cells) - len(self.names)
        funding = [i for i, name in enumerate(self.folded) if _FUNDING.fullmatch(name)]
        if surplus <= 0 or not funding or "eid" not in self.folded:
            return None
        last = funding[-1]
        texts = [text for text in cells[last : last + surplus + 1] if text]
        fitting = [*cells[:last], "\n".join(texts), *cells[last + surplus + 1 :]]
        return fitting if _EID.fullmatch(fitting[self.folded.index("eid")]) else None


def columns_of(cells: Sequence[str], named: Mapping[str, str]) -> Columns | None:
    """Return the columns that a row of names heads, ``None`` if it heads no table of papers.

    Args:
        cells: of the row.
        named: which column holds which field, where the user says so.

    Returns:
        ``None`` if none holds a title or an abstract, or one that the user named is not there.
    """
    written = tuple(" ".join(readable(cell).strip("\ufeff\0").split()) for cell in cells)
    of_wos = set(written) >= _WOS_ALWAYS
    names = tuple(WOS_TAGS.get(name, name) for name in written) if of_wos else written
    folded = tuple(map(_folded, names))
    places = {field: _position(name, written, names, folded) for field, name in named.items()}
    chosen = {field: position for field, position in places.items() if position is not None}
    if chosen and len(chosen) < len(named):
        return None  # a slip in a name; a table that has none of them is of another kind
    fields: dict[str, tuple[int, ...]] = {field: (position,) for field, position in chosen.items()}
    for field, ranks in PREFERRED.items():
        if field not in chosen:
            found = [i for i, n in enumerate(folded) if n in ranks and i not in chosen.values()]
            alone = _ONLY_IF_ALONE.get(field)
            if not found and alone in folded and folded.index(alone) not in chosen.values():
                found = [folded.index(alone)]
            if found:
                fields[field] = tuple(sorted(found, key=lambda i: ranks.get(folded[i], 0)))
    if "title" not in fields and "abstract" not in fields:
        return None
    return Columns(names, fields, _extra_names(names, folded), folded)


def not_there(document: Document, cells: Sequence[str]) -> SourceUnreadable:
    """Return the error of a table that lacks a column that the user named.

    Args:
        document: the table.
        cells: the row that comes closest to a header.
    """
    written = tuple(" ".join(readable(cell).strip("\ufeff\0").split()) for cell in cells)
    folded = tuple(map(_folded, written))
    missing = [
        f"{name!r} ({field})"
        for field, name in document.columns.items()
        if _position(name, written, written, folded) is None
    ]
    there = ", ".join(repr(name) for name in written if name) or "none"
    what = f"no column {' and no column '.join(missing)}" if missing else "no column of titles"
    return SourceUnreadable(
        f"{document.path}: {what}. The columns there are: {there}", file=str(document.path)
    )


def _folded(name: str) -> str:
    return _NO_MATTER.sub("", name).casefold()


def _position(name: str, *spellings: Sequence[str]) -> int | None:
    """Return where a named column is: spelled exactly so, or else but for case and punctuation."""
    for spelling in spellings[:-1]:
        if name in spelling:
            return spelling.index(name)
    folded = _folded(name)
    return spellings[-1].index(folded) if folded and folded in spellings[-1] else None


def _extra_names(names: Sequence[str], folded: Sequence[str]) -> tuple[str, ...]:
    given: dict[str, int] = {}
    listed = []
    for number, (name, short) in enumerate(zip(names, folded, strict=True), start=1):
        if short in _LEFT_OUT or (short in _OF_AKIN_ALONE and "akinid" in folded):
            listed.append("")
            continue
        key = "_".join(name.lower().split()) or f"column_{number}"
        given[key] = given.get(key, 0) + 1
        listed.append(key if given[key] == 1 else f"{key}_{given[key]}")
    return tuple(listed)
