"""From candidates to weights: a linear model on top of the score at first sight, listwise.

The loss of a query is the cross entropy between its relevant candidates, evenly, and a softmax over
what all of its candidates score (ListNet with its top-one probabilities, Cao and others, "Learning
to rank: from pairwise approach to listwise approach", ICML 2007). The first sight is no feature
that could be given up, but an offset: what is learned is what to add to it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

from indexer.arrays import Array
from search_api.learning.candidates import Candidates

PULL = 0.3
"""Weight of the squared distance from where the weights began, if there are many queries."""

FEW = 100
"""Queries of which the distance weighs twice as much as of many: the fewer, the less they say."""

_SHARPEST = 3.0
"""Bound of the logarithm of the softmax's sharpness: few queries may all be answered perfectly."""


class Objective:
    """What is minimised: the mean loss of queries, and how far the weights have moved.

    Args:
        groups: queries by collection, each of which weighs the same, however many it has; each
            query has a relevant candidate.
        start: weights to stay near to ``(f,)``.
        pull: how much it counts to be near them.
    """

    def __init__(self, groups: Sequence[Sequence[Candidates]], start: Array, pull: float) -> None:
        groups = [group for group in groups if group]
        queries = [query for group in groups for query in group]
        most = max((len(query.sight) for query in queries), default=0)
        self._start, self._pull = start, pull
        self._there = np.zeros((len(queries), most), dtype=bool)
        self._sight = np.zeros((len(queries), most))
        self._features = np.zeros((len(queries), most, len(start)))
        self._target = np.zeros((len(queries), most))
        self._shares = np.array([1 / len(group) / len(groups) for group in groups for _ in group])
        for at, query in enumerate(queries):
            count = len(query.sight)
            self._there[at, :count] = True
            self._sight[at, :count] = query.sight
            self._features[at, :count] = query.features
            self._target[at, :count] = query.relevant / query.relevant.sum()

    def __call__(self, parameters: Array) -> tuple[float, Array]:
        """Return its value, and its gradient ``(f + 1,)``.

        Args:
            parameters: the weights, then the logarithm of the sharpness ``(f + 1,)``.
        """
        weights, sharpness = parameters[:-1], np.exp(parameters[-1])
        moved = weights - self._start
        value = self._pull * float(moved @ moved)
        gradient = np.append(2 * self._pull * moved, 0.0)
        logits = sharpness * (self._sight + self._features @ weights)
        highest = np.max(logits, axis=1, initial=-np.inf, where=self._there, keepdims=True)
        chances = np.where(self._there, np.exp(np.minimum(logits - highest, 0)), 0)
        sums = chances.sum(axis=1, keepdims=True)
        losses = (np.log(sums) + highest)[:, 0] - (self._target * logits).sum(axis=1)
        excess = self._shares[:, None] * (chances / sums - self._target)
        gradient[:-1] += sharpness * np.einsum("qm,qmf->f", excess, self._features)
        gradient[-1] += float((excess * logits).sum())
        return value + float(self._shares @ losses), gradient


def fit(groups: Sequence[Sequence[Candidates]], start: Array, pull: float) -> Array:
    """Return the weights of features ``(f,)``; those of ``start`` where there is no query.

    Args:
        groups: queries by collection; see :class:`Objective`.
        start: weights to begin with, and to stay near to ``(f,)``.
        pull: how much that counts where there are many queries; of ``n`` it is ``1 + FEW / n``
            times as much.
    """
    queries = sum(map(len, groups))
    if not queries:
        return start
    firmly = pull * (1 + FEW / queries)
    bounds = [(None, None)] * len(start) + [(-_SHARPEST, _SHARPEST)]
    found = minimize(
        Objective(groups, start, firmly),
        np.append(start, 0.0),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
    )
    weights: Array = found.x[:-1]
    return weights
