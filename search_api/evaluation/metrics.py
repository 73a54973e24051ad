"""The three measures of a ranking, as ``trec_eval`` defines them; each is from 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

MEASURES = ("ndcg@10", "recall@100", "mrr@10")
"""In the order of :func:`measured`."""

TITLES = ("nDCG@10", "Recall@100", "MRR@10")
"""Of the measures, for people."""

DEPTH = 100
"""How much of a ranking they look at."""

_TOP = 10


def measured(ranked: Sequence[str], judged: Mapping[str, int]) -> tuple[float, float, float]:
    """Return all measures of one ranking.

    Args:
        ranked: ids of documents, best first, none twice.
        judged: grade by id; one above 0 is relevant, at least one is.
    """
    grades = [max(judged.get(document, 0), 0) for document in ranked[:DEPTH]]
    relevant = sorted((grade for grade in judged.values() if grade > 0), reverse=True)
    return (
        gain(grades[:_TOP]) / gain(relevant[:_TOP]),
        sum(grade > 0 for grade in grades) / len(relevant),
        next((1 / rank for rank, grade in enumerate(grades[:_TOP], 1) if grade > 0), 0.0),
    )


def gain(grades: Sequence[int]) -> float:
    """Return the discounted cumulative gain: each grade, divided by log2(rank + 1).

    The gain is linear, as in ``trec_eval`` and in Järvelin and Kekäläinen, "Cumulated gain-based
    evaluation of IR techniques", TOIS 20(4), 2002; some others raise 2 to the grade.
    """
    return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))
