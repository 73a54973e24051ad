"""An id is an answer: the papers that a query names come first, and a note says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from indexer.arrays import Rows
from indexer.cleaning.naming import KINDS, variants
from search_api.store.store import Selection, Store

_MOST_OF_ONE_NAME = 10
"""Papers that come first by one name; one that more have (*Editorial*) names none."""


def named_by(
    names: Sequence[str], store: Store, among: Selection
) -> tuple[dict[int, str], tuple[str, ...]]:
    """Return the papers that a query names, and what the reader should know of that.

    Args:
        names: ids in the query, then what it may be as a whole; from its title on, that it is none
            of these need not be said.
        store: that holds the papers.
        among: which papers are searched.

    Returns:
        What each is called by, by its row, in the order in which they come first; and notes.
    """
    if not names:
        return {}, ()
    found = {
        name: rows for name, rows in store.named(names).items() if len(rows) <= _MOST_OF_ONE_NAME
    }
    named: dict[int, str] = {}
    for name, rows in found.items():
        for row in rows[among.has(rows)].tolist():
            named.setdefault(row, KINDS[_kind(name)])
    return named, tuple(dict.fromkeys(_notes(names, found, among)))


def _notes(names: Sequence[str], found: Mapping[str, Rows], among: Selection) -> Iterator[str]:
    for name, rows in found.items():
        kind = KINDS[_kind(name)]
        passing = int(among.has(rows).sum())
        if passing:
            yield f"first {_papers(passing, 'comes', 'come')} with this {kind}"
        if passing < len(rows):
            left = len(rows) - passing
            does = "does" if left == 1 else "do"
            yield f"{_papers(left)} with this {kind} {does} not pass the filters"
    told: set[str] = set()
    for name in takewhile(lambda name: _kind(name) != "title", names):
        same = variants(name)
        if name not in told and found.keys().isdisjoint(same):
            told.update(same)
            _, _, value = name.partition(":")
            yield f"no paper with the {KINDS[_kind(name)]} {value} here; searched as text"


def _kind(name: str) -> str:
    return name.partition(":")[0]


def _papers(count: int, one: str = "", some: str = "") -> str:
    verb = one if count == 1 else some
    return f"{verb} the {'paper' if count == 1 else f'{count} papers'}".strip()
