"""What was merged, what is possibly one paper, and what people decide of either."""

from __future__ import annotations

import itertools
import os
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from indexer.errors import BadParameter
from indexer.merging.decision_file import (
    Decided,
    Decision,
    Verdict,
    add_decisions,
    read_decisions,
    remove_decisions,
)
from indexer.merging.decisions import RECORD_KEY, record_key
from indexer.store.catalogue import MergedPaper
from indexer.store.entry import PossibleDuplicate
from indexer.store.manifest import DecisionsInfo
from search_api.store.store import Store

Titles = dict[str, str]
"""Of records, by their keys."""


class Duplicates:
    """Asks a store what may be one paper, and keeps what people decide for the next rebuild.

    A record is named by its key; the id of a paper stands for all records that it is made of.

    Args:
        store: of the generation that is read.
        followed: the decisions that it was built with.

    Attributes:
        file: of the decisions; it is read again each time, as others may write to it.
        place: the same for people to read.
    """

    def __init__(self, store: Store, followed: DecisionsInfo) -> None:
        self._store = store
        self._followed = followed
        self.file = Path(followed.file)
        self.place = str(followed.to_json()["file"])

    def can_be_kept(self) -> bool:
        """Tell whether decisions can be written: their folder may be on another machine."""
        return self.file.parent.is_dir() and os.access(self.file.parent, os.W_OK)

    def decided(self) -> Decided:
        """Return what was decided until now.

        Raises:
            DecisionsUnusable: the file cannot be read, or its lines contradict each other.
        """
        return read_decisions(self.file)

    def is_followed(self, decided: Decided) -> bool:
        """Tell whether the index was built with these decisions; else a rebuild is to follow."""
        return decided.sha256 == self._followed.sha256

    def are_gone(self, decided: Decided) -> bool:
        """Tell whether the index was built with decisions that are not where they were."""
        return decided.sha256 is None and self._followed.sha256 is not None

    def decisions(self, decided: Decided, paper_id: str | None = None) -> list[Decision]:
        """Return what was decided, the last first; of the records of a paper, if any.

        Raises:
            UnknownPaper: no paper has that id.
        """
        keys = self._keys([paper_id]) if paper_id else None
        every = decided.decisions[::-1]
        return [one for one in every if keys is None or not keys.isdisjoint(one.records)]

    def possible(
        self, decided: Decided | None = None, paper_id: str | None = None
    ) -> list[PossibleDuplicate]:
        """Return the pairs that are likely one paper and not decided, the likeliest first.

        Args:
            decided: what was; ``None``: all pairs are wanted.
            paper_id: of a paper, to have only its own.

        Raises:
            UnknownPaper: no paper has that id.
        """
        row = None if paper_id is None else int(self._store.rows([paper_id])[0])
        verdicts: Collection[tuple[str, ...]] = decided.verdicts if decided else ()
        pairs = self._store.possible(row)
        return [one for one in pairs if tuple(sorted((one.key, one.other_key))) not in verdicts]

    def merged_count(self) -> int:
        """Return how many papers are made of several records."""
        return self._store.merged_count()

    def merged(self, start: int, stop: int) -> list[MergedPaper]:
        """Return papers that are made of several records, from one place to before another."""
        return self._store.merged_papers(start, stop)

    def merged_paper(self, paper_id: str) -> list[MergedPaper]:
        """Return a paper, if it is made of several records.

        Raises:
            UnknownPaper: no paper has that id.
        """
        rows = self._store.rows([paper_id])
        (paper,), records = self._store.papers(rows), self._store.records(int(rows[0]))
        return [MergedPaper(paper.id, paper.title, tuple(records))] if records else []

    def parted(self, merged: Sequence[MergedPaper]) -> set[str]:
        """Return the ids of papers with records that were said to be apart since they were merged.

        Raises:
            DecisionsUnusable: the file cannot be read, or its lines contradict each other.
        """
        apart = self.decided().pairs("apart")
        keys = {paper.id: {record.key for record in paper.records} for paper in merged}
        return {one for one in keys if any(keys[one].issuperset(pair) for pair in apart)}

    def decide(
        self, verdict: Verdict, some: Sequence[str], others: Sequence[str], where: str
    ) -> list[Decision]:
        """Keep that some records are of one paper with others, or of another.

        Args:
            verdict: which.
            some: keys of records, and ids of papers.
            others: likewise. An id does not stand for records that are named by themselves.
            where: it is said, for people to read.

        Returns:
            The decisions that were not there before.

        Raises:
            UnknownPaper: one of them is not in the index.
            BadParameter: there are not two records.
            DecisionsUnusable: that contradicts what was said before.
        """
        named = {name for name in (*some, *others) if RECORD_KEY.fullmatch(name)}
        records = {name: self._records(name, named) for name in (*some, *others)}
        pairs = [
            titles
            for name, other in itertools.product(some, others)
            for titles in _pairs(verdict, records[name], records[other])
        ]
        if not pairs:
            raise BadParameter.of(
                "id",
                [*some, *others],
                "nothing to decide: name two records; what states the very same has one key",
            )
        return add_decisions(self.file, [Decision.of(verdict, both, where) for both in pairs])

    def undo(self, some: Sequence[str], others: Sequence[str]) -> list[Decision]:
        """Take back what was decided of some records and others; without others, all of theirs.

        Returns:
            The decisions that are gone.

        Raises:
            UnknownPaper: a paper is not in the index.
            BadParameter: nothing was decided of them.
            DecisionsUnusable: the file cannot be read.
        """
        one, other = self._keys(some), self._keys(others)

        def unwanted(pair: tuple[str, str]) -> bool:
            first, second = pair
            if not others:
                return first in one or second in one
            return (first in one and second in other) or (second in one and first in other)

        gone = remove_decisions(self.file, unwanted)
        if not gone:
            raise BadParameter.of("id", [*some, *others], "nothing was decided of these")
        return gone

    def _keys(self, names: Sequence[str]) -> set[str]:
        """Return the keys of records; those that no source has any more are keys, too."""
        return {
            key
            for name in names
            for key in ([name] if RECORD_KEY.fullmatch(name) else self._records(name, ()))
        }

    def _records(self, name: str, named: Collection[str]) -> Titles:
        """Return the records that a name stands for: but for one, not those named by themselves."""
        is_key = RECORD_KEY.fullmatch(name)
        row = self._store.row_of_record(name) if is_key else int(self._store.rows([name])[0])
        titles = {record.key: record.head for record in self._store.records(row)}
        if not titles:
            (paper,) = self._store.papers(np.array([row]))
            titles = {record_key(paper): paper.title}
        if is_key:
            return {name: titles[name]}
        return {key: title for key, title in titles.items() if key not in named}


def _pairs(verdict: Verdict, one: Titles, other: Titles) -> list[Titles]:
    """Return the pairs of records to decide on, so that it holds for all of them.

    One pair is enough for *same*: the others of a name are of one paper with it already.
    """
    pairs = [
        {key: one[key], other_key: other[other_key]}
        for key, other_key in itertools.product(one, other)
        if key != other_key
    ]
    return pairs[:1] if verdict == "same" else pairs
