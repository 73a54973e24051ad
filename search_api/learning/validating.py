"""How well learned weights do on queries that they were not learned from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.arrays import Array
from search_api.evaluation.statistics import randomisation_test
from search_api.learning.candidates import Judged
from search_api.learning.fitting import fit

FOLDS = 5
"""Into which the queries are drawn where there is but one collection."""


@dataclass(frozen=True, slots=True)
class Validated:
    """What learning brought on the queries of a collection, none of which was learned from.

    Attributes:
        name: of the collection.
        queries: how many there are.
        telling: of how many something can be learned.
        before: mean nDCG@10 by the weights that were begun with.
        after: by those that were learned from other queries.
        p: of the difference, by a paired randomisation test.
    """

    name: str
    queries: int
    telling: int
    before: float
    after: float
    p: float


def validated(
    collections: Sequence[Judged], start: Array, pull: float, seed: int
) -> list[Validated]:
    """Learn from all collections but one, and measure on that one; each in turn.

    Of one collection alone, its queries are drawn into :data:`FOLDS` parts, each of which is left
    out in turn.

    Args:
        collections: with queries each.
        start: weights to begin with ``(f,)``.
        pull: see :func:`~search_api.learning.fitting.fit`.
        seed: of the draw.
    """
    if len(collections) == 1:
        after = [_within(collections[0], start, pull, seed)]
    else:
        after = list(_across(collections, start, pull))
    return [_compared(one, start, values) for one, values in zip(collections, after, strict=True)]


def mean_gain(found: Sequence[Validated]) -> float:
    """Return the mean gain over collections, each of which weighs the same."""
    return float(np.mean([one.after - one.before for one in found]))


def _across(collections: Sequence[Judged], start: Array, pull: float) -> Iterator[Array]:
    for left_out in collections:
        others = [one.telling for one in collections if one is not left_out]
        weights = fit(others, start, pull)
        yield np.array([query.ndcg(weights) for query in left_out.queries])


def _within(collection: Judged, start: Array, pull: float, seed: int) -> Array:
    count = len(collection.queries)
    telling = set(map(id, collection.telling))
    drawn = np.random.default_rng(seed).permutation(count)
    after = np.zeros(count)
    for fold in np.array_split(drawn, min(FOLDS, count)):
        others = [collection.queries[place] for place in np.setdiff1d(drawn, fold)]
        weights = fit([[one for one in others if id(one) in telling]], start, pull)
        after[fold] = [collection.queries[place].ndcg(weights) for place in fold]
    return after


def _compared(collection: Judged, start: Array, after: Array) -> Validated:
    before = np.array([query.ndcg(start) for query in collection.queries])
    return Validated(
        collection.name,
        len(before),
        len(collection.telling),
        float(before.mean()),
        float(after.mean()),
        randomisation_test(after - before, collection.name),
    )
