"""What a term is worth in a paper, and how rare it is: BM25F.

A paper's score for a query is the sum over the query's terms ``t`` of::

    idf(t) · w · (k1 + 1) / (w + k1)

    w      = Σ_f weight_f · tf_f / (1 - b_f + b_f · length_f / mean_f)
    idf(t) = ln(1 + (n - df + 0.5) / (df + 0.5))

over the fields ``f`` of :data:`FIELDS`: a term is counted in each, with the field's own weight and
normalisation of length, before the sum is dampened once (Robertson, Zaragoza and Taylor, "Simple
BM25 extension to multiple weighted fields", CIKM 2004; the idf is Lucene's, never negative).
"""

from __future__ import annotations

import math
from typing import NamedTuple

K1 = 1.2
"""How fast repetitions of a term cease to count."""


class Field(NamedTuple):
    """A part of a paper.

    Attributes:
        name: of the part.
        weight: of an occurrence in it.
        b: how much its length counts, 0 to 1.
    """

    name: str
    weight: float
    b: float


FIELDS = (
    Field("title", 2.0, 0.5),
    Field("abstract", 1.0, 0.75),
    Field("authors", 1.0, 0.0),
    Field("keywords", 1.0, 0.0),
)
"""A keyword counts as a word of the abstract does. How many there are does not: where most papers
have none, a usual list would be many times as long as the mean."""


def idf(frequency: int, papers: int) -> float:
    """Return what the rarity of a term is worth that so many of all papers have."""
    return math.log1p((papers - frequency + 0.5) / (frequency + 0.5))
