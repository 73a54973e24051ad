"""The modes of a search: by all signals of the ranking together, or by one of them alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from search_api.query.query import Mode
from search_api.ranking.signals import SEMANTIC, SIGNALS, Signal


@dataclass(frozen=True, slots=True)
class RankedBy:
    """What ranks in a mode, and what people are told of it.

    Attributes:
        signals: that rank.
        measure: what its score is.
        scale: how to read that.
        usual: a minimum score that leaves out what is hardly worth reading.
        all_ranked: whether each paper that is searched is in the list.
    """

    signals: tuple[Signal, ...]
    measure: str
    scale: str
    usual: float | None
    all_ranked: bool

    @property
    def by_meaning(self) -> bool:
        """Whether the meaning of the question counts, so that the model is asked."""
        return SEMANTIC in self.signals

    def __str__(self) -> str:
        *others, last = [signal.noun for signal in self.signals]
        return f"{', '.join(others)} and {last}" if others else last


HYBRID = RankedBy(
    SIGNALS,
    measure="standard deviations above the average paper",
    scale="Standard deviations above the average paper: 0 is average, 2 is clearly about it.",
    usual=1.5,
    all_ranked=True,
)

MODES: dict[str, RankedBy] = {
    "hybrid": HYBRID,
    **{
        one.name: RankedBy((one,), one.measure, one.scale, one.usual, all_ranked=not one.absent)
        for one in SIGNALS
        if one.name in get_args(Mode)
    },
}
"""By the name of the mode; ``str`` of one is ``meaning and words``, or ``words``."""

CHOICES = " and ".join(str(mode) for mode in MODES.values() if mode is not HYBRID)
"""What ranks alone, if it is asked to: ``meaning and words``."""
