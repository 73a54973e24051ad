"""Do papers like some examples find the rest of a systematic review?

Of each review, ten of the included papers (half, where there are fewer than twenty) are the
examples. All records of the review are ranked by what ``akin related`` goes by; measured is the
share of the other included papers within the first tenth. Beside it: the examples' mean vector, by
meaning alone; Rocchio's formula, the mean less half that of the review's records; and a linear SVM
over TF-IDF as arxiv-sanity-lite trains it (20,000 words and pairs of words, sublinear, C = 0.01,
balanced), once with the review's other records as negative examples, once with the whole corpus's.

    .venv/bin/python benchmarks/related.py sysreview/ --work index/evaluation

The folder has the form of BEIR; a query is a review, whose qrels name all its records, those that
were included with a score of 1, the others with 0.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from indexer.arrays import Rows
from indexer.models.choosing import BACKENDS, encoder_of
from indexer.models.model import DEFAULT_MODEL, find_model
from indexer.progress import Silent
from search_api.evaluation.asking import index_of, indexed
from search_api.evaluation.dataset import read_dataset
from search_api.query.query import Query
from search_api.ranking.question import Question
from search_api.ranking.scoring import Scoring
from search_api.store.local import LocalStore

EXAMPLES = 10
ROUNDS = 5
"""Draws of the examples."""

Ranker = Callable[[Rows, Rows], npt.NDArray[np.float64]]
"""From examples and all records of the review, by index, to a score of every paper."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--work", type=Path, default=Path("index/evaluation"))
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--backend", choices=BACKENDS, default="torch")
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    arguments = parser.parse_args()
    model = find_model(arguments.model)
    encoder = encoder_of(model.run_as(BACKENDS[arguments.backend], model.max_tokens))
    dataset = read_dataset(arguments.dataset)
    corpus = indexed(dataset, index_of(dataset, encoder.model, arguments.work), encoder, Silent())
    with closing(LocalStore(corpus.generation)) as store:
        every = np.arange(len(store))
        vectors = store.vectors(every)
        ids = [paper.id for paper in store.papers(every)]
        row = {corpus.document[paper]: place for place, paper in enumerate(ids)}
        tfidf = TfidfVectorizer(
            strip_accents="unicode", ngram_range=(1, 2), max_features=20_000, stop_words="english",
            sublinear_tf=True, max_df=0.1, min_df=5,
        ).fit_transform(store.texts(every))  # fmt: skip

        def related(examples: Rows, _: Rows) -> npt.NDArray[np.float64]:
            query = Query.related(like=tuple(ids[one] for one in examples))
            return Scoring(store, Question(store, encoder, query), "hybrid").of(every).score

        def svm(examples: Rows, records: Rows) -> npt.NDArray[np.float64]:
            machine = LinearSVC(
                class_weight="balanced", C=0.01, max_iter=10_000, tol=1e-6, random_state=0
            )
            machine.fit(tfidf[records], np.isin(records, examples))
            scores: npt.NDArray[np.float64] = machine.decision_function(tfidf)
            return scores

        def mean(examples: Rows, _: Rows) -> npt.NDArray[np.float64]:
            return (vectors @ vectors[examples].mean(axis=0)).astype(np.float64)

        def rocchio(examples: Rows, records: Rows) -> npt.NDArray[np.float64]:
            direction = vectors[examples].mean(axis=0) - 0.5 * vectors[records].mean(axis=0)
            return (vectors @ direction).astype(np.float64)

        rankers: dict[str, Ranker] = {
            "akin related": related,
            "mean": mean,
            "Rocchio": rocchio,
            "SVM": svm,
            "SVM, corpus": lambda examples, _: svm(examples, every),
        }
        print(f"| review | records | included | {' | '.join(rankers)} |")
        print("|---|---|---|" + "---|" * len(rankers))
        table: dict[str, list[float]] = {name: [] for name in rankers}
        for query in dataset.queries:
            records = np.array(sorted(row[one] for one in query.judged if one in row))
            included = np.array(sorted(row[d] for d, g in query.judged.items() if g > 0))
            most = math.ceil(len(records) / 10)
            found: dict[str, list[float]] = {name: [] for name in rankers}
            for seed in range(ROUNDS):
                size = min(arguments.examples, len(included) // 2)
                drawn = np.random.default_rng(seed).choice(included, size, replace=False)
                left = records[~np.isin(records, drawn)]
                rest = included[~np.isin(included, drawn)]
                for name, ranker in rankers.items():
                    order = left[np.argsort(-ranker(drawn, records)[left], kind="stable")]
                    found[name].append(float(np.isin(rest, order[:most]).mean()))
            for name, values in found.items():
                table[name].append(float(np.mean(values)))
            cells = " | ".join(f"{table[name][-1]:.3f}" for name in rankers)
            print(f"| {query.id} | {len(records):,} | {len(included)} | {cells} |", flush=True)
    means = " | ".join(f"{np.mean(values):.3f}" for values in table.values())
    print(f"| mean | | | {means} |")
    ours = np.array(table["akin related"])
    for name in rankers:
        wins = int((ours >= np.array(table[name]) - 1e-9).sum())
        print(f"akin related is at least as high as {name} on {wins} of {len(ours)} reviews")


if __name__ == "__main__":
    main()
