"""Does hybrid search find more than its parts, and than BM25 as others do it? The README's table.

Reads what ``akin evaluate --output`` wrote for some collections, ranks the same queries with bm25s
(Lucene's BM25, English stop words, Snowball stems, k1 = 1.2, b = 0.75), and prints nDCG@10 of both
side by side. bm25s is not among akin's packages: ``pip install bm25s`` first.

    akin evaluate a/ b/ --half second --output evaluation.json
    .venv/bin/python benchmarks/quality.py evaluation.json a/ b/
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import Stemmer

from indexer.readers import reader_for
from indexer.sources import find_documents
from search_api.evaluation.dataset import Dataset, read_dataset
from search_api.evaluation.metrics import measured
from search_api.evaluation.statistics import randomisation_test

MODES = ("lexical", "semantic", "hybrid")


def bm25s_ndcg(dataset: Dataset, queries: list[str]) -> list[float]:
    """Return nDCG@10 of the queries of those ids."""
    (document,) = find_documents([dataset.corpus])
    texts = [
        f"{r.paper.own_title} {r.paper.abstract}" if hasattr(r, "paper") else ""
        for r in reader_for(document).read(document)
    ]
    assert len(texts) == len(dataset.documents)  # noqa: S101 — a record is a line
    stemmer = Stemmer.Stemmer("english")

    def tokens(some: list[str]) -> Any:
        return bm25s.tokenize(some, stopwords="en", stemmer=stemmer, show_progress=False)

    retriever = bm25s.BM25(k1=1.2, b=0.75)
    retriever.index(tokens(texts), show_progress=False)
    asked = {query.id: query for query in dataset.queries}
    found, _ = retriever.retrieve(
        tokens([asked[one].text for one in queries]), k=100, show_progress=False
    )
    ranked = [[dataset.documents[int(row)] for row in rows] for rows in found]
    return [measured(ids, asked[one].judged)[0] for ids, one in zip(ranked, queries, strict=True)]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("evaluation", type=Path, help="written by akin evaluate --output")
    parser.add_argument("datasets", type=Path, nargs="+")
    arguments = parser.parse_args()
    results = {
        one["dataset"]: one for one in json.loads(arguments.evaluation.read_text())["datasets"]
    }
    print("| collection | queries | bm25s | lexical | semantic | hybrid | against the better | p |")
    print("|---|---|---|---|---|---|---|---|")
    gains, means = [], []
    for folder in arguments.datasets:
        dataset = read_dataset(folder)
        result = results[dataset.name]
        queries = result["query_ids"]
        values = {mode: result["modes"][mode]["per_query"]["ndcg@10"] for mode in MODES}
        values["bm25s"] = bm25s_ndcg(dataset, queries)
        mean = {name: float(np.mean(of)) for name, of in values.items()}
        better = max(("bm25s", "semantic"), key=lambda name: mean[name])
        differences = np.array(values["hybrid"]) - np.array(values[better])
        p = randomisation_test(differences, dataset.name)
        gains.append(mean["hybrid"] / mean[better] - 1)
        means.append([mean[name] for name in ("bm25s", *MODES)])
        cells = " | ".join(f"{mean[name]:.3f}" for name in ("bm25s", *MODES))
        print(f"| {dataset.name} | {len(queries):,} | {cells} | {gains[-1]:+.1%} | {p:.3f} |")
    cells = " | ".join(f"{mean:.3f}" for mean in np.mean(means, axis=0))
    print(f"| mean | | {cells} | {np.mean(gains):+.1%} | |")


if __name__ == "__main__":
    main()
