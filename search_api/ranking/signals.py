"""The signals of the ranking: what each is called, weighs and measures, and who scores by it.

All that speaks of signals reads :data:`SIGNALS`: the hybrid score, the JSON and its schema, the
commands, the pages, the explanation. To add one is to add its description; docs/architecture.md
has an example. What ranks alone is in :mod:`search_api.ranking.modes`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Self

from search_api.ranking.fusion import NEIGHBOUR_WEIGHT
from search_api.ranking.question import Question
from search_api.store.store import Scorer


class Weight(NamedTuple):
    """Of a part of the hybrid score, by what says the meaning."""

    transformer: float
    static: float


class Weights(NamedTuple):
    """Of a part of the hybrid score, by the kind of question."""

    text: Weight
    paper: Weight
    papers: Weight

    @classmethod
    def always(cls, weight: float) -> Self:
        """Return one for all."""
        return cls(*[Weight(weight, weight)] * 3)

    def of(self, question: Question) -> float:
        """Return that for a question, of whose papers static models may say the meaning of some."""
        weight: Weight = getattr(self, question.kind)
        return (1 - question.static) * weight.transformer + question.static * weight.static


@dataclass(frozen=True, slots=True)
class Signal:
    """One reason for a paper to be in a list.

    Attributes:
        name: in JSON, beside ``lift``, ``second`` and ``rerank``; and of the mode in which it ranks
            alone, if :data:`search_api.query.query.Mode` has that.
        noun: for people: "by meaning".
        measure: what its score is.
        digits: of the score after the point, for people.
        weights: of its z-scores in the hybrid score, by what is asked.
        scorer: asks a question by it.
        example: for the documentation: a score, and its z-score.
        among: which papers have a rank by it.
        absent: why a paper has none, ``""`` where each has one.
        scale: how to read its score, where it ranks alone.
        usual: a minimum score that leaves out what is hardly worth reading, likewise.
    """

    name: str
    noun: str
    measure: str
    digits: int
    weights: Weights
    scorer: Callable[[Question], Scorer]
    example: tuple[float, float]
    among: str = "all papers searched"
    absent: str = ""
    scale: str = ""
    usual: float | None = None

    @property
    def weight(self) -> float:
        """Where a text is asked, and a transformer says the meaning."""
        return self.weights.text.transformer

    @property
    def fine_digits(self) -> int:
        """Of the score where there is room for one more."""
        return self.digits + 1 if self.digits else 0

    def told(self, score: float) -> str:
        """Return a score for people, such as ``cosine 0.52``."""
        return f"{self.measure} {score:.{self.digits}f}"


SEMANTIC = Signal(
    name="semantic",
    noun="meaning",
    measure="cosine",
    digits=2,
    weights=Weights(
        text=Weight(0.65, static=0.55),
        paper=Weight(0.75, static=0.65),
        papers=Weight(0.65, static=0.55),
    ),
    scorer=lambda question: question.meaning,
    example=(0.520907, 3.648158),
    scale="The cosine: 1 is the same, 0 has nothing to do with it.",
    usual=0.3,
)
LEXICAL = Signal(
    name="lexical",
    noun="words",
    measure="BM25",
    digits=1,
    weights=Weights(
        text=Weight(0.35, static=0.45),
        paper=Weight(0.25, static=0.35),
        papers=Weight(0.35, static=0.45),
    ),
    scorer=lambda question: question.words,
    example=(17.15428, 6.832899),
    among="all papers that have one",
    absent="no word in common",
    scale="BM25F: more and rarer words in common are more.",
    usual=5,
)

SIGNALS = (SEMANTIC, LEXICAL)
"""In the order in which they are told of."""

LIFT = Weights(
    text=Weight(NEIGHBOUR_WEIGHT, NEIGHBOUR_WEIGHT),
    paper=Weight(0.25, 0.25),
    papers=Weight(NEIGHBOUR_WEIGHT, NEIGHBOUR_WEIGHT),
)
"""Of the nearest papers' mean score, which is added to that of the best."""
