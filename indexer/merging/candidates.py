"""Which records are worth a comparison: those that share a key.

Where many records share one, as two thousand *Editorials* do, only neighbours in several orders
are compared, so that the work stays proportional to the number of records (the sorted neighbourhood
of Hernández and Stolfo, SIGMOD 1995).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from indexer.merging import keys
from indexer.merging.facts import Facts

MANY = 40
"""Records that share a key and are all compared with each other, at most."""

NEIGHBOURS = 6
"""Of records that more share: how many of those that come next are compared with each."""

FactsOf = Callable[[int], Facts]


class Candidates:
    """Finds records by their keys.

    Args:
        hashed: the keys, of all records by the time that something is asked.
    """

    def __init__(self, hashed: keys.HashedKeys) -> None:
        self._keys = hashed.of

    def blocks(self, kind: str) -> Iterator[list[int]]:
        """Yield the rows, ascending, that share a hash of a kind."""
        if kind not in self._keys:
            return
        hashes, rows = map(np.asarray, self._keys[kind])
        order = np.argsort(hashes, kind="stable")
        starts = np.flatnonzero(np.diff(hashes[order], prepend=hashes[order[:1]] - 1))
        sizes = np.diff(starts, append=len(order))
        for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
            yield sorted({int(row) for row in rows[order[start : start + size]]})

    def rows(self, kind: str, key: str) -> list[int]:
        """Return the rows that have the hash of a key."""
        hashes, rows = self._keys[kind]
        return [rows[at] for at in np.flatnonzero(np.asarray(hashes) == keys.key_hash(key))]

    def pairs(self, facts: FactsOf) -> NDArray[np.int64]:
        """Return the pairs of rows to compare ``(m, 2)``, each once.

        Those that hang together, by themselves or by others, stand together: so the facts of few
        rows are needed at a time.

        Args:
            facts: returns those of a row; asked only for rows of keys that many share.
        """
        found = array("q")
        for kind in self._keys:
            if kind == keys.RECORD:
                continue
            for rows in self.blocks(kind):
                near = combinations(rows, 2) if len(rows) <= MANY else _neighbours(rows, facts)
                found.extend(one << 32 | other for one, other in near)
        codes = np.unique(np.asarray(found, dtype=np.int64))
        pairs = np.stack([codes >> 32, codes & 0xFFFFFFFF], axis=1)
        of = clusters(pairs.tolist())
        return pairs[np.argsort([of[row] for row in pairs[:, 0].tolist()], kind="stable")]


def clusters(pairs: Iterable[Sequence[int]]) -> dict[int, int]:
    """Return of each row a number that all have alike who are linked by pairs, and no others."""
    of: dict[int, int] = {}

    def cluster(row: int) -> int:
        while (above := of.setdefault(row, row)) != row:
            of[row] = row = of[above]
        return row

    for one, other in pairs:
        of[cluster(one)] = cluster(other)
    return {row: cluster(row) for row in of}


def _neighbours(rows: list[int], facts: FactsOf) -> Iterator[tuple[int, int]]:
    orders = {row: _orders(facts(row)) for row in rows}
    for which in range(len(orders[rows[0]])):
        listed = sorted(rows, key=lambda row: (orders[row][which], row))
        for at, row in enumerate(listed):
            for other in listed[at + 1 : at + 1 + NEIGHBOURS]:
                yield min(row, other), max(row, other)


def _orders(of: Facts) -> tuple[tuple[str | int, ...], ...]:
    year, page = of.year or 0, of.page[1] if of.page else 0
    author = min(of.authors[0].family, default="") if of.authors else ""
    title = of.squeezed[0] if of.squeezed else ""
    issue = min(of.issues, default="")
    return (
        (title, author, year, of.volume, page, of.key),
        (year, of.volume, issue, page, author, of.key),
        (author, year, title, page, of.key),
    )
