"""What a few judgements of one's own bring to the second look, by how much it is held back.

    .venv/bin/python benchmarks/few_judgements.py med/ cisi/ cacm/ … --work WORK

For each collection, weights are learned from all others, as those that akin comes with are. From
these on it is learned from some queries of the collection, drawn anew each time, and nDCG@10 is
measured on its other queries. Printed are the gains in points over the weights of the others, means
over draws and collections, with and without holding back more where there are few queries.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.arrays import Array
from indexer.models.choosing import encoder_of
from indexer.models.model import DEFAULT_MODEL, find_model
from indexer.progress import Silent
from search_api.evaluation.dataset import read_dataset
from search_api.learning.candidates import Judged
from search_api.learning.fitting import FEW, PULL, fit
from search_api.learning.training import Settings, begun_with, judged_collection
from search_api.ranking.features import FEATURES

JUDGED = (5, 10, 20, 40)
DRAWS = 12
LEAST_LEFT = 10
"""Queries of a collection that must be left to measure on."""


def gains(collection: Judged, start: Array, pulls: Sequence[float], count: int) -> Array:
    """Return what so many judged queries bring to the others, ``(draws, pulls)`` in points."""
    random = np.random.default_rng(0)
    queries = collection.queries
    telling = set(map(id, collection.telling))
    before = np.array([query.ndcg(start) for query in queries])
    found = np.zeros((DRAWS, len(pulls)))
    for draw in range(DRAWS):
        order = random.permutation(len(queries))
        own = [queries[place] for place in order[:count] if id(queries[place]) in telling]
        for at, pull in enumerate(pulls):
            weights = fit([own], start, pull)
            after = [queries[place].ndcg(weights) for place in order[count:]]
            found[draw, at] = 100 * (np.mean(after) - before[order[count:]].mean())
    return found


def main() -> None:
    """Print the gains."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("datasets", nargs="+", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--sample", type=int, default=400)
    arguments = parser.parse_args()
    encoder = encoder_of(find_model(arguments.model))
    settings = Settings(begun_with("none"), sample=arguments.sample)
    collections = [
        judged_collection(read_dataset(folder), encoder, arguments.work, settings, Silent())
        for folder in arguments.datasets
    ]
    nothing = np.zeros(len(FEATURES))
    starts = {
        one.name: fit([other.telling for other in collections if other is not one], nothing, PULL)
        for one in collections
    }
    for count in JUDGED:
        enough = [one for one in collections if len(one.queries) >= count + LEAST_LEFT]
        pulls = (PULL, PULL / (1 + FEW / count))  # the second undoes what few queries are held by
        found = np.array([gains(one, starts[one.name], pulls, count) for one in enough])
        means, worst = found.mean(axis=(0, 1)), found.min(axis=1).mean(axis=0)
        print(
            f"{count} queries judged, {len(enough)} collections: {means[0]:+.2f} on average, "
            f"{worst[0]:+.2f} in the worst draw; were few believed as many: {means[1]:+.2f}, "
            f"{worst[1]:+.2f}"
        )


if __name__ == "__main__":
    main()
