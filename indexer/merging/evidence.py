"""What speaks for it that two records are of one paper, and what against it, summed up."""

from __future__ import annotations

from dataclasses import dataclass

CERTAIN = 8.0
LIKELY = 4.0
UNLIKE = -7.0
"""At most this much: the two are of two papers, whatever else is known."""

_HARD = -5.0
"""Of a field that weighs so much against it: no third record makes two one that are not certain."""

NAMES = {"doi": "DOI", "arxiv": "arXiv id", "pmid": "PubMed id", "pmcid": "PubMed Central id",
         "openreview": "OpenReview id", "acl": "ACL Anthology id"}  # fmt: skip

Identifier = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comes of comparing two records.

    Attributes:
        score: sum of the weights.
        apart: whether they contradict each other, whatever the sum.
        opposed: whether a field that has one value for a paper differs.
        shared: identifiers that both state and that count.
        alike: the fields that speak for one paper, in words.
        unlike: the fields that speak against it, in words.
    """

    score: float
    apart: bool
    opposed: bool
    shared: tuple[Identifier, ...]
    alike: tuple[str, ...]
    unlike: tuple[str, ...]

    @property
    def certain(self) -> bool:
        """Whether they are one paper."""
        return self.score >= CERTAIN and not self.apart

    @property
    def likely(self) -> bool:
        """Whether they may well be one paper."""
        return self.score >= LIKELY and not self.apart

    @property
    def likelihood(self) -> float:
        """How likely, between 0 and 1, in two digits."""
        return round(1 / (1 + 2 ** (CERTAIN / 2 - self.score)), 2)

    @property
    def contradicting(self) -> bool:
        """Whether they cannot be one paper, even if a third record is of both."""
        return self.impossible or (self.opposed and not self.certain)

    @property
    def impossible(self) -> bool:
        """Whether they cannot be one paper, whatever a person says of a field."""
        return self.apart or self.score <= UNLIKE

    @property
    def reason(self) -> str:
        """Why they are one paper: the identifier that they share, else what is alike."""
        if self.shared:
            return f"same {NAMES[self.shared[0][0]]} {self.shared[0][1]}"
        return self.words

    @property
    def words(self) -> str:
        """What is alike, and what is not."""
        return "; ".join(filter(None, (_listed(self.alike), ", ".join(self.unlike))))


_TITLES_DIFFER = ("title", "similar title")  # a paper may be renamed


class Evidence:
    """Weights as they come in, and the words for them."""

    def __init__(self) -> None:
        self.score = 0.0
        self.apart = self.opposed = False
        self.alike: list[str] = []
        self.unlike: list[str] = []

    def add(self, weight: float, *, alike: str = "", unlike: str = "") -> None:
        """Add the weight of a field."""
        self.score += weight
        self.opposed |= weight <= _HARD and unlike not in _TITLES_DIFFER
        if alike:
            self.alike.append(alike)
        if unlike:
            self.unlike.append(unlike)


def _listed(words: tuple[str, ...]) -> str:
    if not words:
        return ""
    *most, last = words
    return f"same {', '.join(most)} and {last}" if most else f"same {last}"
