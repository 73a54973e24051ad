"""What a store keeps beside what papers say: the records they are made of, and which may be one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Merged:
    """A record that is part of a paper made of several.

    Attributes:
        paper: id of the paper.
        source: name of the file.
        line: 1-based, where the record begins.
        reason: why it is of that paper; ``None`` for the first of them.
        record: the id that the record has by itself.
        head: its title.
        key: of what it states, see :func:`indexer.merging.decisions.record_key`.
    """

    paper: str
    source: str
    line: int
    reason: str | None
    record: str
    head: str
    key: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class PossibleDuplicate:
    """Two papers that are likely one, for a person to decide.

    Attributes:
        paper: id of the one.
        title: its title.
        key: of its first record, see :func:`indexer.merging.decisions.record_key`.
        other: id of the other paper.
        other_title: likewise.
        other_key: likewise.
        score: how likely, between 0 and 1.
        reason: what speaks for it, and what against.
    """

    paper: str
    title: str
    key: str
    other: str
    other_title: str
    other_key: str
    score: float
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return the pair as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Apart:
    """A paper that states an identifier which others state, too, and was not merged with them.

    Attributes:
        paper: its id.
        source: name of the file of its first record.
        line: 1-based, where that begins.
        reason: which identifier that is, and how many papers state it.
        head: its title.
    """

    paper: str
    source: str
    line: int
    reason: str
    head: str

    def to_json(self) -> dict[str, Any]:
        """Return the paper as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Changed:
    """A paper that a build adds, updates or removes.

    Attributes:
        status: ``added``, ``updated`` or ``removed``.
        paper: its id.
        source: name of the file that it comes from, the first of several; if it is removed, came.
        line: 1-based, where its record begins there; ``None`` if it is removed.
        head: its title.
    """

    status: str
    paper: str
    source: str
    line: int | None
    head: str

    def to_json(self) -> dict[str, Any]:
        """Return the change as a JSON object."""
        return asdict(self)
