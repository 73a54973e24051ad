"""The signals of the ranking: what each is called, weighs and measures, and who scores by it.

All that speaks of signals reads :data:`SIGNALS`: the hybrid score, the JSON and its schema, the
commands, the pages, the explanation. To add one is to add its description; docs/architecture.md
has an example. What ranks alone is in :mod:`search_api.ranking.modes`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from search_api.ranking.question import Question
from search_api.store.store import Scorer


@dataclass(frozen=True, slots=True)
class Signal:
    """One reason for a paper to be in a list.

    Attributes:
        name: in JSON, beside ``lift`` and ``rerank``; and of the mode in which it ranks alone, if
            :data:`search_api.query.query.Mode` has that.
        noun: for people: "by meaning".
        measure: what its score is.
        digits: of the score after the point, for people.
        weight: of its z-scores in the hybrid score, where a transformer says the meaning.
        scorer: asks a question by it.
        example: for the documentation: a score, and its z-score.
        among: which papers have a rank by it.
        absent: why a paper has none, ``""`` where each has one.
        scale: how to read its score, where it ranks alone.
        usual: a minimum score that leaves out what is hardly worth reading, likewise.
        beside_static: its weight where a static model says the meaning; ``None``: the same.
    """

    name: str
    noun: str
    measure: str
    digits: int
    weight: float
    scorer: Callable[[Question], Scorer]
    example: tuple[float, float]
    among: str = "all papers searched"
    absent: str = ""
    scale: str = ""
    usual: float | None = None
    beside_static: float | None = None

    def weight_at(self, static: float) -> float:
        """Return its weight where a static model says the meaning of this share of all papers."""
        if self.beside_static is None:
            return self.weight
        return (1 - static) * self.weight + static * self.beside_static

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
    weight=0.65,
    beside_static=0.55,
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
    weight=0.35,
    beside_static=0.45,
    scorer=lambda question: question.words,
    example=(17.15428, 6.832899),
    among="all papers that have one",
    absent="no word in common",
    scale="BM25F: more and rarer words in common are more.",
    usual=5,
)

SIGNALS = (SEMANTIC, LEXICAL)
"""In the order in which they are told of."""
