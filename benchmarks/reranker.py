"""What a second reading of the best papers brings, and what it costs. For docs/quality.md.

    .venv/bin/python benchmarks/reranker.py med/ cisi/ … --reranker MODEL [--sample 50]

Asks the queries of collections in the form of BEIR, and has the best of each list read again. A
line for each collection: nDCG@10 without the reranker, and with it, by the weight of its scores
beside that of the places (1: it alone orders); then the processor seconds that a query takes to
find papers, and to read the best again (medians). Below, the means over collections, and p-values
of the difference to the lists without (paired randomisation test over all queries, each collection
weighing the same).

What was read is kept in READINGS, and not read again by the next run.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from indexer.models.choosing import encoder_of
from indexer.models.model import DEFAULT_MODEL, find_model
from indexer.progress import Silent
from search_api.engine.engine import Engine
from search_api.engine.live import reranker_of
from search_api.evaluation.asking import index_of, indexed
from search_api.evaluation.dataset import Dataset, JudgedQuery, chosen, read_dataset
from search_api.evaluation.metrics import measured
from search_api.evaluation.statistics import randomisation_test
from search_api.query.query import MAX_CHARACTERS, Query
from search_api.ranking.reranker import DEPTH, Reranker, order

WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


def readings(
    dataset: Dataset, queries: Sequence[JudgedQuery], reranker: Reranker, work: Path
) -> Iterator[dict[str, Any]]:
    """Yield of each query its best documents, their scores, and the processor seconds."""
    encoder = encoder_of(find_model(DEFAULT_MODEL))
    corpus = indexed(dataset, index_of(dataset, encoder.model, work), encoder, Silent())
    with closing(Engine(corpus.generation, encoder)) as engine:
        engine.search(Query("warm up"))
        reranker.load()
        for query in queries:
            text = query.text.strip()[:MAX_CHARACTERS]
            begun = time.process_time()
            hits = engine.search(Query(text, k=DEPTH)).hits
            found = time.process_time()
            papers = [f"{hit.paper.title}\n{hit.paper.abstract}" for hit in hits]
            read = reranker.score(text, papers).tolist()
            yield {
                "dataset": dataset.name,
                "query": query.id,
                "documents": [corpus.document[hit.paper.id] for hit in hits],
                "read": read,
                "seconds": [found - begun, time.process_time() - found],
            }


def by_weight(reading: dict[str, Any], query: JudgedQuery) -> list[float]:
    """Return nDCG@10 with each weight."""
    documents, scores = reading["documents"], np.array(reading["read"])
    lists = ([documents[place] for place in order(scores, weight)] for weight in WEIGHTS)
    return [measured(one, query.judged)[0] for one in lists]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("datasets", type=Path, nargs="+")
    parser.add_argument("--reranker", required=True, metavar="MODEL")
    parser.add_argument("--sample", type=int, help="queries of each collection, at random")
    parser.add_argument("--work", type=Path, default=Path("index/evaluation"))
    parser.add_argument("--readings", type=Path, default=Path("readings.jsonl"))
    arguments = parser.parse_args()
    reranker = reranker_of(arguments.reranker, None)
    assert reranker is not None  # noqa: S101 — as one is named
    kept: dict[tuple[str, str], dict[str, Any]] = {}
    if arguments.readings.exists():
        for line in arguments.readings.read_text("utf-8").splitlines():
            one = json.loads(line)
            kept[one["dataset"], one["query"]] = one
    columns = ["without", *(f"{weight:g}" for weight in WEIGHTS[1:]), "to find", "to read"]
    print("collection  queries  " + "  ".join(f"{name:>7}" for name in columns))
    values, weights = [], []
    for folder in arguments.datasets:
        dataset = read_dataset(folder, folder.resolve().name)
        queries = chosen(dataset.queries, None, arguments.sample, 0)
        left = [query for query in queries if (dataset.name, query.id) not in kept]
        if left:
            with arguments.readings.open("a", encoding="utf-8") as file:
                for one in readings(dataset, left, reranker, arguments.work):
                    print(json.dumps(one), file=file, flush=True)
                    kept[dataset.name, one["query"]] = one
        mine = [kept[dataset.name, query.id] for query in queries]
        found = np.array([by_weight(one, q) for one, q in zip(mine, queries, strict=True)])
        seconds = np.median([one["seconds"] for one in mine], axis=0)
        row = "  ".join(f"{one:7.3f}" for one in [*found.mean(axis=0), *seconds])
        print(f"{dataset.name:<10}  {len(queries):7}  {row}")
        values.append(found)
        weights += [1 / len(queries)] * len(queries)
    means = np.mean([found.mean(axis=0) for found in values], axis=0)
    print(f"{'mean':<10}  {'':7}  " + "  ".join(f"{mean:7.3f}" for mean in means))
    every = np.concatenate(values)
    differences = (every[:, 1:] - every[:, :1]) * np.array(weights)[:, None]
    p_values = [randomisation_test(column, "reranker") for column in differences.T]
    print(f"{'p':<10}  {'':16}  " + "  ".join(f"{p:7.3f}" for p in p_values))


if __name__ == "__main__":
    main()
