"""The pairs of records that may be of one paper: all candidates, briefly compared, many at a time.

Where there are many pairs they are compared in processes of their own. What comes out is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from indexer.merging.comparing import compare
from indexer.merging.evidence import Comparison
from indexer.merging.facts import Facts
from indexer.paper import Paper
from indexer.processes import Helpers

AT_ONCE = 256
"""Pairs that are compared together."""

FEW = 64 * AT_ONCE
"""Pairs that are compared here: to start processes takes as long."""

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Link:
    """Two records that may be one paper; ``None`` is compared where a person said that they are."""

    compared: Comparison | None
    keys: tuple[str, str]
    row: int
    other: int

    @classmethod
    def of(cls, compared: Comparison, row: int, other: int, facts: Callable[[int], Facts]) -> Link:
        """Return the link of two rows that were compared."""
        first, second = sorted((facts(row).key, facts(other).key))
        return cls(compared, (first, second), row, other)

    @property
    def certain(self) -> bool:
        """Whether the two are one paper, as far as they go themselves."""
        return self.compared is None or self.compared.certain

    @property
    def order(self) -> tuple[float, tuple[str, str], int, int]:
        """What links are sorted by: certainty, then what the records state."""
        score = self.compared.score if self.compared else float("inf")
        return -score, self.keys, self.row, self.other


@dataclass(frozen=True, slots=True)
class Compared:
    """What comes of comparing some pairs.

    Attributes:
        pairs: how many they were.
        shared: those that state the same identifier, be they likely one paper or not.
        likely: others that are likely one paper.
    """

    pairs: int
    shared: list[tuple[int, int, Comparison]]
    likely: list[Link]


def compared(
    pairs: Sequence[Pair], read: Callable[[int], Paper], ignored: Collection[str]
) -> Iterator[Compared]:
    """Compare pairs of records, briefly, and yield what comes of them in their order.

    Args:
        pairs: of rows; those that hang together stand together.
        read: returns the paper of a row.
        ignored: kinds of identifiers by which none is told to be another.
    """
    compare_lot = partial(_compared, frozenset(ignored))
    lots = (
        (some, {row: read(row) for row in {row for pair in some for row in pair}})
        for some in (pairs[at : at + AT_ONCE] for at in range(0, len(pairs), AT_ONCE))
    )
    if len(pairs) <= FEW:
        yield from map(compare_lot, lots)
        return
    with closing(Helpers(compare_lot)) as helpers:
        for lot in lots:
            yield from helpers.submit(lot)
        yield from helpers.rest()


def _compared(ignored: Collection[str], lot: tuple[Sequence[Pair], dict[int, Paper]]) -> Compared:
    pairs, papers = lot
    facts = {row: Facts(paper) for row, paper in papers.items()}
    found = Compared(len(pairs), [], [])
    for row, other in pairs:
        one = compare(facts[row], facts[other], ignored=ignored, brief=True)
        if one.shared:
            found.shared.append((row, other, one))
        elif one.likely:
            found.likely.append(Link.of(one, row, other, facts.__getitem__))
    return found
