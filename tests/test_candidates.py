"""Lists over candidates against lists over all papers: the same papers, ranks, totals, facets."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from indexer.paper import Paper
from search_api.engine.engine import Engine
from search_api.query.conditions import Conditions
from search_api.query.filters import Filters
from search_api.query.query import Query
from search_api.ranking import answers, ordering, ranker, scoring
from search_api.ranking.answers import Answers
from search_api.ranking.question import Question
from search_api.ranking.scoring import Scoring
from tests import oracles
from tests.fakes import FakeEncoder
from tests.stores import MemoryStore, with_ids
from tests.test_store import corpus, vectors_of

S2FGL, DEFTA = "akin:d56e4bd8a48894b8", "akin:8e78acac5fbcaf10"
TEXTS = [
    "peer to peer training without a central server",
    "graph",
    "Mamba",
    "the of and",
    "zzzz no such word",
    "federated learning of large language models under attack",
]
SHAPES: list[dict[str, Any]] = [
    {},
    {"filters": Filters(2025)},
    {"filters": Filters(author=("huang",))},
    {"filters": Filters(has_code=True), "like": (DEFTA,)},
    {"min_score": 0.5},
    {"min_score": -0.2, "filters": Filters(2024)},
    {"sort": "date"},
    {"sort": "date", "min_score": 0.1},
    {"collapse": True, "is_paper": True},
    {"diversity": 0.6},
    {"unlike": (S2FGL,)},
]


@pytest.fixture(scope="module", autouse=True)
def small_pools() -> Iterator[None]:
    """What is looked at of a list is so much for candidates and for all papers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordering, "POOL", 6)
        patch.setattr(ranker, "DATE_POOL", 7)
        patch.setattr(scoring, "POOL", 8)
        yield


def whole(engine: Engine, query: Query) -> list[tuple[Any, ...]]:
    """All pages of a list, and what is said of it."""
    told: list[tuple[Any, ...]] = []
    cursor = None
    while True:
        page = engine.search(replace(query, cursor=cursor))
        told += [
            (hit.rank, hit.paper.id, hit.score, dict(hit.voices), hit.lift, hit.same)
            for hit in page.hits
        ]
        if page.next is None:
            facets = {name: list(counts) for name, counts in page.facets.items()}
            return [*told, (page.total, facets, page.notes)]
        cursor = page.next


@pytest.fixture(scope="module")
def exhaustive(seed_generation) -> Iterator[Engine]:
    with closing(Engine(seed_generation, FakeEncoder())) as engine:
        yield engine


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("mode", ["hybrid", "semantic", "lexical"])
def test_a_list_is_the_same_however_few_candidates_there_are(
    seed_generation, exhaustive, monkeypatch, mode, shape
):
    """Over the seeds: every page of every list, with its scores, ranks, total, facets and notes."""
    queries = [Query(text, mode=mode, k=5, **shape) for text in TEXTS]
    expected = [whole(exhaustive, query) for query in queries]  # 64 papers: all are candidates
    monkeypatch.setattr(scoring, "DEPTH", 3)
    monkeypatch.setattr(scoring, "_DEEPER", 2)
    monkeypatch.setattr(answers, "_AT_HAND", 4)
    monkeypatch.setattr(answers, "_DEEPER", 2)
    with closing(Engine(seed_generation, FakeEncoder())) as engine:
        for query, told in zip(queries, expected, strict=True):
            assert whole(engine, query) == told


@pytest.mark.parametrize("mode", ["hybrid", "semantic", "lexical"])
@pytest.mark.parametrize("text", TEXTS)
def test_an_explanation_is_the_same_however_few_candidates_there_are(
    seed_generation, exhaustive, small, text, mode
):
    """Of papers at the head of a list, deep in it, and outside of it."""
    query = Query(text, mode=mode, filters=Filters(2025))
    with closing(Engine(seed_generation, FakeEncoder())) as engine:
        for paper in itertools.islice(exhaustive.papers(Filters()), 0, None, 9):
            told = engine.explain(query, paper.id).to_json()
            assert told == exhaustive.explain(query, paper.id).to_json()


@pytest.mark.parametrize("diversity", [0.0, 0.7])
@pytest.mark.parametrize("asked", ["like", "newest"])
def test_a_list_without_other_records_of_a_work_goes_on_to_its_end(small, asked, diversity):
    """However many are taken out of its beginning: every page is full, in an order that stays."""
    works = [
        f"A telling title of the work number {n} on {word}" for n in range(30) for word in "ab"
    ]
    papers = with_ids(
        [Paper("", title, title, year=2000 + n % 20) for n, title in enumerate(sorted(works * 2))]
    )
    vectors = vectors_of(papers)
    store = MemoryStore(papers, vectors)
    query = Query(
        like=(papers[0].id,) if asked == "like" else (),
        filters=Filters(1990),
        collapse=True,
        diversity=diversity if asked == "like" else 0.0,
    )
    found = Answers(store, FakeEncoder(), None)
    whole = found.answer(query, 1000).ranking
    assert len(whole.rows) == whole.total < len(papers)
    for count in range(1, whole.total + 1):
        ranking = found.answer(query, count).ranking
        assert ranking.reaches(count)
        assert ranking.total == whole.total
        assert ranking.rows[:count].tolist() == whole.rows[:count].tolist()


@pytest.mark.parametrize("seed", range(6))
def test_what_is_sure_is_as_by_brute_force(small, seed):
    """Over papers of few words, of which many tie, the sure ones head the list of all, in order."""
    papers = corpus(seed)
    vectors = vectors_of(papers)
    store = MemoryStore(papers, vectors)
    for text, year in itertools.product(["graph", "kernel bird", "cloud mix token"], [None, 2023]):
        query = Query(text)
        question = Question(store, FakeEncoder(), query)
        scores = sum(
            weight * (one.all - one.all.mean()) / one.all.std()
            for weight, one in ((0.65, question.meaning), (0.35, question.words))
        )
        lifted = scores + lifts_of(scores, vectors)
        among = store.select(Conditions((Filters(year),)) if year else Conditions())
        order = sorted(among.rows().tolist(), key=lambda row: (-lifted[row], row))
        by_candidates = Scoring(store, question, "hybrid")
        for least in (1, 5, 20):
            scored = by_candidates.head(among, least)
            rows = scored.rows[scored.sure]
            found = rows[np.argsort(-scored.score[scored.sure], kind="stable")].tolist()
            assert len(found) >= min(least, among.count)
            expected = order[: len(found)]
            np.testing.assert_allclose(lifted[found], lifted[expected], atol=1e-9)
            left_out = set(order) - set(scored.rows.tolist())
            assert all(lifted[row] <= scored.bound for row in left_out)
        assert len(by_candidates.head(store.select(Conditions()), 1).rows) < len(papers)


def lifts_of(scores: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Of the eight best, by the slow oracle, which knows pools of a hundred."""
    pool = sorted(range(len(scores)), key=lambda row: (-scores[row], row))[:8]
    lifted = np.zeros(len(scores))
    of = oracles.lifts([scores[row] for row in pool], [vectors[row].astype(float) for row in pool])
    lifted[pool] = of
    return lifted
