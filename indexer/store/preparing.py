"""What papers come to in an index, as far as each can be told by itself, in several processes.

To part texts into words and count their terms is what costs: of many papers it is done in processes
of their own, while this one writes what came before. What comes out is the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from indexer.letters import WORD, folded
from indexer.processes import Helpers
from indexer.store.columns import ColumnsBuilder
from indexer.store.names import names_of
from indexer.store.paper_rows import Entry
from indexer.store.term_counts import TermCounts, texts_of

TOGETHER = 2048
"""Papers that are prepared together, and whose terms are in memory at once."""

FEW = 4 * TOGETHER
"""Papers that are prepared here before processes of their own are started: they take as long."""

HELPERS = 2
"""Processes of their own: more would wait for this one, which writes what they make."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What some papers come to.

    Attributes:
        papers: how many they are.
        names: by which they are known, each with the place of its paper among them, from 0.
        spelled: words in the names of their authors, folded, and how many papers have each.
        terms: of the lexical index.
        columns: by which they are filtered and counted.
    """

    papers: int
    names: list[tuple[str, int]]
    spelled: Counter[str]
    terms: TermCounts
    columns: ColumnsBuilder

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> Self:
        """Prepare papers."""
        names: list[tuple[str, int]] = []
        spelled: Counter[str] = Counter()
        columns = ColumnsBuilder()
        texts = []
        for place, entry in enumerate(entries):
            paper = entry.paper
            names += ((name, place) for name in names_of(paper, entry.records))
            spelled.update({folded(word) for word in WORD.findall(" ".join(paper.authors))})
            columns.add(paper)
            texts.append(texts_of(paper))
        return cls(len(entries), names, spelled, TermCounts.of(texts), columns)


class Preparing:
    """Prepares papers, and gives back what they come to in their order. Close it when done."""

    def __init__(self) -> None:
        self._papers = 0
        self._waiting: list[Entry] = []
        self._helpers = Helpers(Prepared.of, HELPERS)

    def add(self, entries: Sequence[Entry]) -> Iterator[Prepared]:
        """Take the next papers, and yield what is ready."""
        self._waiting += entries
        while len(self._waiting) >= TOGETHER:
            some, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
            yield from self._prepared(some)

    def rest(self) -> Iterator[Prepared]:
        """Yield what all that was added comes to, as far as it is still to come."""
        if self._waiting:
            some, self._waiting = self._waiting, []
            yield from self._prepared(some)
        yield from self._helpers.rest()

    def close(self) -> None:
        """End the processes."""
        self._helpers.close()

    def _prepared(self, entries: list[Entry]) -> Iterator[Prepared]:
        self._papers += len(entries)
        if self._papers <= FEW:
            yield Prepared.of(entries)
        else:
            yield from self._helpers.submit(entries)
