"""What should meaning, words and neighbours weigh in a list of related papers?

Collections in the form of BEIR, in which the relevant papers of a query are like each other: some
of them are the examples, drawn several times, and the others are to be found. A query whose qrels
name papers that are not relevant, too, is asked among these (systematic reviews); else among 120
candidates, the others together with the papers that are nearest by meaning and by words, as many of
each, and so hard for either; the same for every model, if ``--work`` is the same. Statistics and
lifts are of the whole corpus, as akin has them.

Each kind of task counts the same: a collection, or what comes before a colon in the ids of its
queries (``related_tasks.py`` writes such). Measured is the mean of average precision and of nDCG
among the first fifth of the candidates. Printed are a table of all tasks, with
differences to weights that are given and the p-value of a paired randomisation test over the
queries of all tasks, and what would have been chosen without a task, and does on it.

    .venv/bin/python benchmarks/related_weights.py sysreview/ med/ cisi/ pairs/ --work WORK
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np

from indexer.arrays import Array, Rows, best
from indexer.bm25f import K1, idf
from indexer.models.choosing import BACKENDS, encoder_of
from indexer.models.encoder import Encoder
from indexer.models.model import DEFAULT_MODEL, find_model
from indexer.progress import Silent
from indexer.words import terms
from search_api.evaluation.asking import index_of, indexed
from search_api.evaluation.dataset import read_dataset
from search_api.evaluation.statistics import randomisation_test
from search_api.query.query import Query
from search_api.ranking.fusion import NEIGHBOUR_WEIGHT, POOL, lifts, z_scores
from search_api.ranking.question import Question
from search_api.ranking.terms import MOST_TERMS, TermWeights, by_telling, weigh
from search_api.store.local import LocalStore
from search_api.store.store import Scorer

CANDIDATES = 120
MEANINGS = (0.0, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 1.0)
LIFTS = (0.0, 0.25, 0.5)
CASES, DRAWS = 1000, 10
"""Of a collection, and of the examples of a query, at most; fewer of one example where a query has
fewer relevant papers."""


class Way(NamedTuple):
    """To rank: by which terms, what meaning weighs (words the rest), and the neighbours."""

    terms: str
    meaning: float
    lift: float

    def __str__(self) -> str:
        return f"{self.meaning:.2f} {self.lift:.2f} {self.terms}"


TODAY, ROOT, RARE = "200", "root", "idf"
VARIANTS = ("25", "50", "all", "title", "authors", "pasted")
"""Of terms. First the 200 that tell most: by how often each occurs; and that times the root of its
idf, or its idf. Then fewer, and all; those of titles three times; with the names of the authors;
and as those of a question are weighed."""

WAYS = (
    *(Way(*one) for one in itertools.product((TODAY, ROOT, RARE), MEANINGS, LIFTS)),
    *(Way(*one) for one in itertools.product(VARIANTS, (0.7, 0.8), (0.0, 0.25))),
)

CHOSEN = Way(ROOT, 0.75, 0.25)
PLAIN = (Way(TODAY, 1.0, 0.0), Way(TODAY, 0.8, 0.0))
"""Meaning alone, and a sum without more."""

TESTED = 10
"""Of all ways the best, whose differences are tested, as are those of the ways above."""


class Results(NamedTuple):
    """Of one task: a row for each query, a column for each way."""

    task: str
    values: Array


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("datasets", type=Path, nargs="+")
    parser.add_argument("--work", type=Path, default=Path("index/evaluation"))
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--backend", choices=BACKENDS, default="torch")
    parser.add_argument("--examples", type=int, default=1)
    parser.add_argument(
        "--against",
        type=float,
        nargs=2,
        default=(0.65, 0.5),
        help="meaning and lift, of those tried",
    )
    arguments = parser.parse_args()
    model = find_model(arguments.model)
    encoder = encoder_of(model.run_as(BACKENDS[arguments.backend], model.max_tokens))
    results: list[Results] = []
    for folder in arguments.datasets:
        found = measured(folder, encoder, arguments.work, arguments.examples)
        results += found
        for one in found:
            print(f"{one.task}: {len(one.values)} queries", flush=True)
    show(results, Way(TODAY, *arguments.against))


def measured(folder: Path, encoder: Encoder, work: Path, examples: int) -> list[Results]:
    """Rank the candidates of each query of a collection in all ways."""
    dataset = read_dataset(folder)
    corpus = indexed(dataset, index_of(dataset, encoder.model, work), encoder, Silent())
    kept = work / f"candidates-{dataset.name}-{examples}.json"
    candidates: dict[str, list[str]] = json.loads(kept.read_text()) if kept.exists() else {}
    tasks: dict[str, list[Array]] = defaultdict(list)
    with closing(LocalStore(corpus.generation)) as store:
        ranked = Ranked(store, encoder)
        document = [corpus.document[one] for one in ranked.ids]
        row = {one: place for place, one in enumerate(document)}
        draws = min(DRAWS, math.ceil(CASES / len(dataset.queries)))
        for query in dataset.queries:
            relevant = np.array(sorted(row[d] for d, g in query.judged.items() if g > 0))
            judged = np.array(sorted(row[one] for one in query.judged if one in row))
            values = []
            for drawn in drawn_of(relevant, examples, draws):
                z, wanted = ranked.z_scores(drawn), np.setdiff1d(relevant, drawn)
                if len(judged) > len(relevant):
                    among = np.setdiff1d(judged, drawn)
                else:
                    name = f"{query.id} {' '.join(document[one] for one in drawn)}"
                    if name not in candidates:
                        some = hard(wanted, drawn, z["meaning"], z[TODAY])
                        candidates[name] = [document[one] for one in some]
                    among = np.array(sorted(row[one] for one in candidates[name]))
                values.append(quality(ranked.scores(z, among), np.isin(among, wanted)))
            if values:
                task, colon, _ = query.id.partition(":")
                tasks[task if colon else dataset.name].append(np.mean(values, axis=0))
    kept.write_text(json.dumps(candidates))
    return [Results(task, np.array(values)) for task, values in tasks.items()]


def drawn_of(relevant: Rows, examples: int, draws: int) -> Iterator[Rows]:
    """Yield examples; always the same."""
    chance = np.random.default_rng(14)
    if examples == 1 < len(relevant):
        yield from chance.permutation(relevant)[:draws, np.newaxis]
    elif len(relevant) > examples:
        for _ in range(draws):
            yield chance.choice(relevant, examples, replace=False)


def hard(wanted: Rows, drawn: Rows, meaning: Array, words: Array) -> list[int]:
    """Return what is wanted, at most half, and what is nearest by meaning and by words."""
    some = wanted.tolist()[: CANDIDATES // 2]
    taken = {*wanted.tolist(), *drawn.tolist()}
    orders = (np.argsort(-scores, kind="stable")[: 4 * CANDIDATES] for scores in (meaning, words))
    for one in np.stack([*orders], axis=1).ravel().tolist():
        if len(some) < CANDIDATES and one not in taken:
            taken.add(one)
            some.append(one)
    return some


class Ranked:
    """All papers of a store, in all ways.

    Attributes:
        ids: of the papers.
    """

    def __init__(self, store: LocalStore, encoder: Encoder) -> None:
        self._store, self._encoder = store, encoder
        self._every = np.arange(len(store))
        self._papers = store.papers(self._every)
        self.ids = [paper.id for paper in self._papers]

    def z_scores(self, examples: Rows) -> dict[str, Array]:
        """Return the z-scores of all papers, by meaning and by each choice of terms."""
        like = tuple(self.ids[one] for one in examples)
        question = Question(self._store, self._encoder, Query.related(like=like))
        found = {"meaning": self._standard(question.meaning)}
        for name, weights in self._variants(examples).items():
            found[name] = self._standard(self._store.words(weights))
        return found

    def scores(self, z: Mapping[str, Array], among: Rows) -> Array:
        """Return the scores of some papers: a row for each of :data:`WAYS`."""
        scores = np.empty((len(WAYS), len(among)))
        lifted: tuple[Way, Array] | None = None
        for place, way in enumerate(WAYS):
            score = way.meaning * z["meaning"] + (1 - way.meaning) * z[way.terms]
            if way.lift:
                if lifted is None or lifted[0][:2] != way[:2]:
                    first, lift = best(score, POOL), np.zeros(len(score))
                    lift[first] = lifts(score[first], self._store.vectors(first))
                    lifted = way, lift / NEIGHBOUR_WEIGHT
                score = score + way.lift * lifted[1]
            scores[place] = score[among]
        return scores

    def _standard(self, scorer: Scorer) -> Array:
        return z_scores(scorer.scores(self._every), scorer.mean, scorer.deviation)

    def _variants(self, examples: Rows) -> dict[str, TermWeights]:
        texts = self._store.texts(examples)
        titles = [self._papers[one].title for one in examples]
        names = [" ".join(self._papers[one].authors) for one in examples]
        plain = dampened(texts)
        every = by_telling(self._store, plain)
        most = self._store.frequencies(every[:MOST_TERMS])
        rarity = {term: idf(frequency, len(self._every)) for term, frequency in most.items()}
        return {
            **{str(n): {term: plain[term] for term in every[:n]} for n in (25, 50, MOST_TERMS)},
            "all": plain,
            "title": dampened([f"{t} {t} {x}" for t, x in zip(titles, texts, strict=True)]),
            "authors": dampened([f"{n} {x}" for n, x in zip(names, texts, strict=True)]),
            ROOT: {term: plain[term] * math.sqrt(rare) for term, rare in rarity.items()},
            RARE: {term: plain[term] * rare for term, rare in rarity.items()},
            "pasted": weigh((1 / len(texts), text) for text in texts),
        }


def dampened(texts: Sequence[str]) -> TermWeights:
    """Return the weight of all terms of papers, as akin has those of the 200 that tell most."""
    asked: TermWeights = defaultdict(float)
    for text in texts:
        for term, count in Counter(terms(text)).items():
            asked[term] += count * (K1 + 1) / (count + K1) / len(texts)
    return dict(asked)


def quality(scores: Array, wanted: Array) -> Array:
    """Return the mean of average precision and nDCG at a fifth of each row ``(ways, n)``."""
    found = wanted[np.argsort(-scores, axis=1, kind="stable")].astype(np.float64)
    count, papers = int(wanted.sum()), len(wanted)
    precision = np.cumsum(found, axis=1) / np.arange(1, papers + 1)
    average = (precision * found).sum(axis=1) / count
    first = math.ceil(papers / 5)
    discount = 1 / np.log2(np.arange(2, first + 2))
    gain = found[:, :first] @ discount / discount[:count].sum()
    return (average + gain) / 2


def show(results: Sequence[Results], today: Way) -> None:
    """Print means of tasks, what cross-validation chooses, and differences with their p-values."""
    means = np.array([one.values.mean(axis=0) for one in results])  # (tasks, ways)
    at = WAYS.index(today)
    names = [one.task for one in results]
    first = set(np.argsort(-means.mean(axis=0))[:TESTED].tolist())
    print(f"\n| meaning, lift, terms | {' | '.join(names)} | mean | to {today} | p |")
    print("|---" * (len(names) + 4) + "|")
    for place, way in enumerate(WAYS):
        cells = " | ".join(f"{value:.3f}" for value in means[:, place])
        differences = np.concatenate(
            [(one.values[:, place] - one.values[:, at]) / len(one.values) for one in results]
        )
        tested = place in first or way in (CHOSEN, *PLAIN)
        p = f"{randomisation_test(differences, f'related {way}'):.4f}" if tested else ""
        mean, less = means[:, place].mean(), means[:, at].mean()
        print(f"| {way} | {cells} | {mean:.4f} | {mean - less:+.4f} | {p} |")
    own = [place for place, way in enumerate(WAYS) if way.terms in {TODAY, ROOT, RARE}]
    for way in (today, *PLAIN):
        other = [
            (one.values[:, WAYS.index(way)], one.values[:, WAYS.index(CHOSEN)]) for one in results
        ]
        differences = np.concatenate([(after - before) / len(after) for before, after in other])
        p = randomisation_test(differences, f"related {way}")
        print(f"{CHOSEN} to {way}: {differences.sum() / len(results):+.4f}, p = {p:.4f}")
    print("\nchosen without a task, on it, and the best of it")
    gains = []
    for place, name in enumerate(names):
        rest = np.delete(means, place, axis=0).mean(axis=0)
        chosen = own[int(rest[own].argmax())]
        gains.append(means[place, chosen] - means[place, at])
        top = own[int(means[place, own].argmax())]
        print(
            f"{name}: {WAYS[chosen]} {means[place, chosen]:.4f} ({gains[-1]:+.4f}), "
            f"{WAYS[top]} {means[place, top]:.4f}"
        )
    print(f"on average {np.mean(gains):+.4f}")


if __name__ == "__main__":
    main()
