"""How near the words of a question come to those of a text, by what each word means alone.

Of each token of the question, the highest cosine with any token of the text, and of these a
weighted mean: MaxSim (Khattab and Zaharia, "ColBERT", SIGIR 2020), but with the vectors of a static
model, which a token has in whatever text, so that those of a hundred abstracts are looked up and
not computed. *Cancer* so comes near to *tumour*, which shares no term with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.arrays import Array, Rows, Vectors
from indexer.models.static_table import Counts

BLOCK = 12
"""Tokens; a passage is two blocks that follow each other, some two sentences."""


@dataclass(frozen=True, slots=True, eq=False)
class AskedTokens:
    """The tokens of a question.

    Attributes:
        vectors: ``(q, dim)``, of length 1.
        weights: ``(q,)``, of sum 1.
    """

    vectors: Vectors
    weights: Array


@dataclass(frozen=True, slots=True, eq=False)
class ReadTexts:
    """The tokens of texts.

    Attributes:
        vectors: of the different tokens ``(u, dim)``, of length 1.
        places: which of these the tokens are, of one text after another ``(t,)``.
        counts: how many each text has ``(n,)``.
    """

    vectors: Vectors
    places: Rows
    counts: Counts


@dataclass(frozen=True, slots=True, eq=False)
class SoftMatches:
    """How near texts come to a question. Arrays are ``(n,)``, from -1 to 1; 0 of an empty text.

    Attributes:
        anywhere: the weighted mean, over the tokens of the question, of the highest cosine with any
            token of the text.
        passage: likewise with any token of one passage, of that which comes nearest.
    """

    anywhere: Array
    passage: Array


def soft_matches(asked: AskedTokens, texts: ReadTexts) -> SoftMatches:
    """Return how near texts come to a question."""
    counts = texts.counts
    full = np.flatnonzero(counts)
    anywhere, passage = np.zeros(len(counts)), np.zeros(len(counts))
    if not len(full) or not len(asked.weights):
        return SoftMatches(anywhere, passage)
    # A row for each token of the texts: what is taken and compared then lies together.
    cosines = (texts.vectors @ asked.vectors.T)[texts.places]
    counts = counts[full]
    blocks = -(-counts // BLOCK)
    firsts = np.cumsum(blocks) - blocks  # of each text, among all blocks
    within = np.arange(blocks.sum()) - np.repeat(firsts, blocks)
    begins = np.repeat(np.cumsum(counts) - counts, blocks) + BLOCK * within
    nearest = np.maximum.reduceat(cosines, begins, axis=0)  # in each block
    weights = asked.weights.astype(np.float32)
    anywhere[full] = np.maximum.reduceat(nearest, firsts, axis=0) @ weights
    both = nearest.copy()
    first = np.flatnonzero(within[1:])  # of two blocks of one text
    both[first] = np.maximum(nearest[first], nearest[first + 1])
    passage[full] = np.maximum.reduceat(both @ weights, firsts)
    return SoftMatches(anywhere, passage)
