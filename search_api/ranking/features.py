"""What a second look at the best papers goes by: the features, as learning to rank calls them.

All that speaks of features reads :data:`FEATURES`: the weights and who learns them, the JSON and
its schema, the pages, the explanation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from indexer.arrays import Array, Rows, Vectors, unit
from indexer.kept import kept
from search_api.ranking.fusion import taken, z_scores
from search_api.ranking.scored import Scored
from search_api.ranking.signals import SEMANTIC
from search_api.ranking.soft_matches import SoftMatches

_DIGITS = 6


@dataclass(frozen=True, eq=False)
class Seen:
    """What is known of the best papers of a question, ``(m, …)``.

    Attributes:
        scored: what they score at first sight, the lift included.
        vectors: ``(m, dim)``, of length 1.
        matches: how near their words come to those of the question.
    """

    scored: Scored
    vectors: Vectors
    matches: SoftMatches

    @kept
    def typical(self) -> Array:
        """Their cosines with the mean of all of them."""
        mean = unit(self.vectors.mean(axis=0).astype(np.float64))
        cosines: Array = self.vectors.astype(np.float64) @ mean
        return cosines


@dataclass(frozen=True, slots=True)
class Feature:
    """One reason for a paper to move among the best.

    Attributes:
        name: in JSON, and in the file of weights.
        noun: for people.
        means: what it measures, for people.
        measured: of the best papers, ``(m,)``.
        example: for the documentation: what is measured, and its z-score.
    """

    name: str
    noun: str
    means: str
    measured: Callable[[Seen], Array]
    example: tuple[float, float]


def _lift(seen: Seen) -> Array:
    lift = seen.scored.lift
    return np.zeros(len(seen.scored.rows)) if lift is None else lift


FEATURES = (
    Feature(
        "words",
        "near words",
        "how near its words come to each word of the question, by what a word means on its own",
        lambda seen: seen.matches.anywhere,
        (1.0, 5.636638),
    ),
    Feature(
        "passage",
        "one passage",
        "the same within a single passage, some two sentences long: the one that comes nearest",
        lambda seen: seen.matches.passage,
        (0.715323, 4.548152),
    ),
    Feature(
        "typical",
        "typical of the best",
        "its cosine with the mean of the best papers: what they all share tells none of them apart",
        lambda seen: seen.typical,
        (0.471316, -2.023539),
    ),
    Feature(
        "meaning",
        "meaning",
        "its deviations by meaning, compared with those of the other best papers",
        lambda seen: seen.scored.standard[SEMANTIC.name],
        (3.648158, 3.648158),
    ),
    Feature(
        "neighbours",
        "nearest papers",
        "what its nearest papers add, compared with what the other best papers get",
        _lift,
        (0.555878, 1.741434),
    ),
)
"""In the order in which they are told of."""


@dataclass(frozen=True, slots=True)
class Considered:
    """What a feature says of a paper, and what it adds to its score.

    Attributes:
        measured: see :class:`Feature`.
        standard: its z-score among the best papers.
        weight: of that.
    """

    measured: float
    standard: float
    weight: float

    @property
    def added(self) -> float:
        """To the score; below 0: taken off."""
        return self.weight * self.standard

    def to_json(self) -> dict[str, float]:
        """Return it as a JSON object."""
        values = asdict(self) | {"added": self.added}
        return {name: round(value, _DIGITS) for name, value in values.items()}


@dataclass(frozen=True, eq=False)
class Look:
    """What a second look says of the best papers of a question.

    Attributes:
        rows: the papers, ascending ``(m,)``.
        measured: by the name of a feature, ``(m,)``.
        weights: of each feature, by name, times its z-score among these papers.
    """

    rows: Rows
    measured: dict[str, Array]
    weights: dict[str, float]

    @kept
    def standard(self) -> dict[str, Array]:
        """By the name of a feature, z-scores among these papers; 0 where all are the same."""
        return {name: standardised(values) for name, values in self.measured.items()}

    @kept
    def added(self) -> Array:
        """What the second look adds to the score of each paper ``(m,)``: 0 on average."""
        parts = [self.weights[name] * values for name, values in self.standard.items()]
        return np.sum(parts, axis=0) if parts else np.zeros(len(self.rows))

    def of(self, rows: Rows) -> Array:
        """Return what it adds to the scores of papers, 0 to those that were not looked at."""
        return taken(self.rows, self.added, rows)

    def considered(self, row: int) -> dict[str, Considered]:
        """Return what it says of a paper, by the name of a feature; empty: it was not looked at."""
        (places,) = np.nonzero(self.rows == row)
        return {
            name: Considered(
                float(self.measured[name][place]), float(self.standard[name][place]), weight
            )
            for place in places
            for name, weight in self.weights.items()
        }


def standardised(values: Array) -> Array:
    """Return ``(x - mean) / deviation`` of all values; all 0 where nothing differs."""
    return z_scores(values, float(values.mean()), float(values.std())) if len(values) else values
