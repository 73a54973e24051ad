"""What finding duplicates leaves to people: likely pairs, and identifiers of several papers."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.merging.evidence import NAMES


@dataclass(frozen=True, slots=True)
class Possible:
    """Two papers that are likely one, and were not merged, as it is not certain.

    Attributes:
        row: of a record of the one paper.
        other: of a record of the other, in a later row.
        score: how likely, between 0 and 1: higher is likelier.
        reason: what speaks for it, and what against.
    """

    row: int
    other: int
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Shared:
    """An identifier that several papers state, which cannot all be right.

    Attributes:
        kind: of the identifier, such as ``doi``.
        value: the identifier.
        rows: a record of each of those papers, ascending.
    """

    kind: str
    value: str
    rows: tuple[int, ...]

    @property
    def reason(self) -> str:
        """What is said of it in notes and ledger."""
        return f"{NAMES[self.kind]} {self.value} is shared by {len(self.rows)} papers: kept apart"
