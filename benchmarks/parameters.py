"""Which weights rank best? Chosen on one half of the queries, reported on the other.

For each collection, as ``akin evaluate`` indexes it, every combination of the weight of meaning, of
how a query's repeated words count, and of the lift by neighbours is tried on the halves that
``akin evaluate --half`` makes. A combination's gain is that of its mean nDCG@10 over the better of
its two voices, meaning and words with repetitions counted in full, on average over collections.

    .venv/bin/python benchmarks/parameters.py a/ b/ --work index/evaluation
"""

from __future__ import annotations

import argparse
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from indexer.arrays import Array, best
from indexer.models.choosing import encoder_of
from indexer.models.encoder import Encoder
from indexer.models.model import find_model
from indexer.progress import Silent
from indexer.words import terms
from search_api.evaluation.asking import index_of, indexed
from search_api.evaluation.dataset import chosen, read_dataset
from search_api.evaluation.metrics import measured
from search_api.ranking import fusion
from search_api.ranking.fusion import z_scores
from search_api.store.local import LocalStore

COUNTS: dict[str, Callable[[int], float]] = {
    "once": lambda _: 1.0,
    "root": lambda count: count**0.5,
    "all": float,
}
WEIGHTS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75)
LIFTS = ((0, 1, 0.0), *itertools.product((50, 100), (5, 10, 20), (0.4, 0.5, 0.6)))
"""Pool, neighbours, weight; the first is none."""

SAMPLE = 700
"""Queries of a collection, at most."""


class Collection:
    """A collection's voices for each of its queries, and which half each query is of."""

    def __init__(self, folder: Path, encoder: Encoder, work: Path) -> None:
        dataset = read_dataset(folder)
        self.name = dataset.name
        self.queries = chosen(dataset.queries, None, min(SAMPLE, len(dataset.queries)), 0)
        first = {query.id for query in chosen(dataset.queries, "first", None, 0)}
        self.first = np.array([query.id in first for query in self.queries])
        corpus = indexed(dataset, index_of(dataset, encoder.model, work), encoder, Silent())
        self.lexical: dict[str, list[Array]] = {count: [] for count in COUNTS}
        with closing(LocalStore(corpus.generation)) as store:
            every = np.arange(len(store))
            self.vectors = store.vectors(every)
            self.ids = [corpus.document[paper.id] for paper in store.papers(every)]
            self.semantic = [
                store.meaning(q).scores(every)
                for q in encoder.encode_query([query.text for query in self.queries])
            ]
            for query in self.queries:
                counted = Counter(terms(query.text))
                for name, of in COUNTS.items():
                    asked = {term: of(count) for term, count in counted.items()}
                    self.lexical[name].append(store.words(asked).scores(every))

    def ndcg(self, scores: Iterator[Array]) -> Array:
        """Return nDCG@10 of each query."""
        values = [
            measured([self.ids[row] for row in best(some, 10)], query.judged)[0]
            for some, query in zip(scores, self.queries, strict=True)
        ]
        return np.array(values)


def lifted(scores: Array, collection: Collection) -> Array:
    """Return hybrid scores with the lift, as the engine makes them."""
    pool = best(scores, fusion.POOL)
    lift = np.zeros_like(scores)
    best_vectors = collection.vectors[pool]
    lift[pool] = fusion.lifts(scores[pool], best_vectors, fusion.NEIGHBOUR_WEIGHT)
    return scores + lift


def _standardised(scores: Array) -> Array:
    return z_scores(scores, float(scores.mean()), float(scores.std()))


def main() -> None:
    """Try all, print the best of the first half and what they do on the second."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("datasets", type=Path, nargs="+")
    parser.add_argument("--work", type=Path, default=Path("index/evaluation"))
    arguments = parser.parse_args()
    encoder = encoder_of(find_model())
    gains: dict[tuple[float, str, tuple[int, int, float]], list[tuple[float, float]]] = {}
    for folder in arguments.datasets:
        one = Collection(folder, encoder, arguments.work)
        halves = (one.first, ~one.first)
        voices = [one.ndcg(iter(one.semantic)), one.ndcg(iter(one.lexical["all"]))]
        better = [max(float(voice[half].mean()) for voice in voices) for half in halves]
        semantic = [
            z_scores(scores, float(scores.mean()), float(scores.std())) for scores in one.semantic
        ]
        for count in COUNTS:
            lexical = [
                z_scores(scores, float(scores.mean()), float(scores.std()))
                for scores in one.lexical[count]
            ]
            for weight, lift in itertools.product(WEIGHTS, LIFTS):
                fusion.POOL, fusion.NEIGHBOURS, fusion.NEIGHBOUR_WEIGHT = lift
                fused = (
                    weight * s + (1 - weight) * w for s, w in zip(semantic, lexical, strict=True)
                )
                found = one.ndcg(lifted(some, one) if lift[0] else some for some in fused)
                gain = [float(found[h].mean()) / b - 1 for h, b in zip(halves, better, strict=True)]
                gains.setdefault((weight, count, lift), []).append((gain[0], gain[1]))
        print(f"{one.name}: {len(one.queries)} queries", flush=True)
    ranked = sorted(gains, key=lambda key: -np.mean([first for first, _ in gains[key]]))
    print("meaning  counts  pool, neighbours, weight    first half  second half  (its least)")
    for key in [*ranked[:10], *(k for k in gains if k[0] == 0.7 and k[2] == LIFTS[0])]:
        first, second = np.mean(gains[key], axis=0)
        least = min(gain for _, gain in gains[key])
        weight, count, lift = key
        print(
            f"{weight:7.2f}  {count:6}  {lift!s:26}  {first:+10.2%}  {second:+11.2%}  {least:+.2%}"
        )


if __name__ == "__main__":
    main()
