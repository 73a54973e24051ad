"""How often does the paper come first that a question was made from, by a second look or without?

    akin evaluate --make known/ --questions 2000
    .venv/bin/python benchmarks/known_items.py known/ --work index/evaluation

Printed are hit@1 and MRR@10 by the kind of question, a title or a sentence, and the p-value of a
paired randomisation test of the difference in hit@1.
"""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

import numpy as np

from indexer.models.choosing import encoder_of
from indexer.models.model import DEFAULT_MODEL, find_model
from indexer.progress import Silent
from search_api.engine.engine import Engine
from search_api.engine.live import ranker_of
from search_api.evaluation.asking import index_of, indexed
from search_api.evaluation.dataset import read_dataset
from search_api.evaluation.statistics import randomisation_test
from search_api.query.query import Query

DEPTH = 10


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--work", type=Path, default=Path("index/evaluation"))
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--ranker", help="weights to measure, in place of those that akin has")
    arguments = parser.parse_args()
    encoder = encoder_of(find_model(arguments.model))
    dataset = read_dataset(arguments.dataset)
    corpus = indexed(dataset, index_of(dataset, encoder.model, arguments.work), encoder, Silent())
    ranks: list[list[float]] = []  # reciprocal, 0: not among the first ten
    for look in (None, ranker_of(arguments.ranker)):
        with closing(Engine(corpus.generation, encoder, second_look=look)) as engine:
            found = []
            for query in dataset.queries:
                hits = engine.search(Query(text=query.text.strip(), k=DEPTH)).hits
                right = (query.judged.get(corpus.document[hit.paper.id], 0) > 0 for hit in hits)
                found.append(next((1 / n for n, one in enumerate(right, start=1) if one), 0.0))
            ranks.append(found)
    before, after = map(np.array, ranks)
    kinds = np.array([query.id.partition("-")[0] for query in dataset.queries])
    print(f"{len(corpus.document):,} papers, {encoder.model.name}")
    for kind in (*sorted(set(kinds)), "all"):
        of = np.full(len(kinds), fill_value=True) if kind == "all" else kinds == kind
        first, then = before[of] == 1, after[of] == 1
        p = randomisation_test(then.astype(float) - first, f"known {kind}")
        print(
            f"{kind}: {of.sum():,} questions, hit@1 {first.mean():.3f} -> {then.mean():.3f} "
            f"(p = {p:.4f}), MRR@10 {before[of].mean():.3f} -> {after[of].mean():.3f}"
        )


if __name__ == "__main__":
    main()
