"""The signals of the ranking: a description is all that a new one takes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, get_args

import numpy as np
import pytest

from search_api.query.conditions import Conditions
from search_api.query.filters import Filters
from search_api.query.query import Mode
from search_api.ranking.modes import HYBRID, MODES
from search_api.ranking.signals import SIGNALS
from search_api.store.scorers import Dense
from search_api.store.store import Store
from tests.conftest import ROOT
from tests.local_stores import local_store
from tests.stores import MemoryScorer, MemoryStore
from tests.test_store import corpus, vectors_of
from tests.toy_signals import RECENCY, WEIGHT, YEARS

BESIDE = {"lift", "model", "rerank", "second"}
NAMES = ("semantic", "lexical", "recency")


@pytest.fixture(scope="module")
def arrived(tmp_path_factory) -> dict[str, Any]:
    """What a process shows of which the ranking has one signal more."""
    folder = tmp_path_factory.mktemp("signals")
    command = [sys.executable, "-m", "tests.toy_signals", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def standard_years() -> dict[str, float]:
    """How many deviations the year of each paper is above the average, by the textbook."""
    mean = statistics.fmean(year for year in YEARS.values() if year)
    years = [year or mean for year in YEARS.values()]
    return {
        title: ((year or mean) - statistics.fmean(years)) / statistics.pstdev(years)
        for title, year in YEARS.items()
    }


def test_a_new_signal_counts_in_the_hybrid_score(arrived):
    """The score is the weighted sum of all z-scores, the new one's among them, and the lift."""
    hits = arrived["hits"]
    assert hits[0]["paper"]["title"] == "New graphs"
    others = {signal.name: signal.weight for signal in SIGNALS}
    scores = {
        name: [hit["why"][name]["score"] if hit["why"][name] else 0.0 for hit in hits]
        for name in others
    }
    for place, hit in enumerate(hits):
        total = WEIGHT * standard_years()[hit["paper"]["title"]] + hit["why"]["lift"]
        for name, weight in others.items():
            of = scores[name]
            total += weight * (of[place] - statistics.fmean(of)) / statistics.pstdev(of)
        assert hit["score"] == pytest.approx(total, abs=1e-4)


def test_a_new_signal_is_in_the_json(arrived):
    """Each result has its place by it, and its score; in another mode it was not asked."""
    found = {hit["paper"]["title"]: hit["why"]["recency"] for hit in arrived["hits"]}
    mean = pytest.approx(statistics.fmean(year for year in YEARS.values() if year), abs=1e-5)
    assert found == {
        "New graphs": {"rank": 1, "score": 2026},
        "Middling": {"rank": 2, "score": 2022},
        "Graphs of no year": {"rank": 3, "score": mean},
        "Old graphs": {"rank": 4, "score": 2016},
    }
    assert [hit["why"]["recency"] for hit in arrived["by meaning"]] == [None] * len(YEARS)


def test_a_new_signal_is_in_the_contract(arrived):
    """OpenAPI has a field for it, says what it measures, and its examples add up."""
    assert arrived["fields"] == {name: sorted([*NAMES, *BESIDE]) for name in ("WhyOut", "PartsOut")}
    assert arrived["measures"] == "cosine, or BM25, or year"
    found, explained = arrived["examples"].values()
    (hit,) = found["results"]
    assert hit["why"]["recency"] == {"rank": 1, "score": RECENCY.example[0]}
    parts = [explained["why"][name] for name in NAMES]
    assert parts[-1]["added"] == WEIGHT * RECENCY.example[1]
    total = sum(part["added"] for part in parts) + explained["why"]["lift"]
    total += explained["why"]["second"]["added"]
    assert explained["score"] == hit["score"] == pytest.approx(total, abs=1e-5)


def test_a_new_signal_is_explained(arrived):
    """With its weight and what it adds; all parts make up the score."""
    explained = arrived["explained"]
    standard = standard_years()["New graphs"]
    part = explained["why"]["recency"]
    assert (part["rank"], part["score"], part["weight"]) == (1, 2026, WEIGHT)
    assert part["standard"] == pytest.approx(standard, abs=1e-5)
    assert part["added"] == pytest.approx(WEIGHT * standard, abs=1e-5)
    total = sum(explained["why"][name]["added"] for name in NAMES) + explained["why"]["lift"]
    assert explained["score"] == pytest.approx(total, abs=1e-5)


def test_a_new_signal_is_shown_by_commands(arrived):
    """Beneath each result, in the explanation; the help tells of it, and of what ranks alone."""
    assert "(BM25 0.5), recency #1 (year 2026), neighbours +" in arrived["searched"]
    assert "recency  #1, year 2026, +1.3 deviations × 0.25 = +0.33" in arrived["explained in words"]
    api, command = arrived["told"]
    assert "By meaning and words, or by one of them" in " ".join(command.split())
    assert "by meaning, words and recency" in api


def test_a_new_signal_is_on_pages(arrived):
    """Its rank stands with each result, and what it adds on the page that says why."""
    assert "#2 by words , #1 by recency , score 1.18" in arrived["results"]
    assert "Search by meaning, words and recency meaning words" in arrived["results"]
    assert "Recency (year) #1 2026 +1.31 0.25 +0.33" in arrived["why"]


def test_every_mode_is_of_a_signal_or_of_all():
    """The modes that can be asked for are those that something ranks in."""
    assert list(MODES) == list(get_args(Mode)) == ["hybrid", *(one.name for one in SIGNALS)]
    assert HYBRID.signals == SIGNALS
    assert [str(mode) for mode in MODES.values()] == ["meaning and words", "meaning", "words"]
    assert [mode.by_meaning for mode in MODES.values()] == [True, True, False]
    assert [mode.all_ranked for mode in MODES.values()] == [True, True, False]


def test_the_signals_share_one_score():
    """Their weights add up to 1, and no name is taken twice, nor one that JSON has beside them."""
    assert sum(signal.weight for signal in SIGNALS) == pytest.approx(1)
    assert len({*BESIDE, *(one.name for one in SIGNALS)}) == len(SIGNALS) + len(BESIDE)


@pytest.fixture(scope="module", params=["memory", "local"])
def store(request, tmp_path_factory) -> Iterator[Store]:
    """The papers of the contract of stores, in each kind of store."""
    papers = corpus()
    vectors = vectors_of(papers)
    with ExitStack() as stack:
        if request.param == "memory":
            yield MemoryStore(papers, vectors)
        else:
            folder = tmp_path_factory.mktemp("dense")
            yield stack.enter_context(local_store(folder, papers, vectors))


CONDITIONS = [Conditions(), Conditions((Filters(2021, 2023),)), Conditions((Filters(3000),))]


@pytest.mark.parametrize("conditions", CONDITIONS)
def test_what_is_known_of_each_paper_ranks_in_any_store(store, conditions):
    """Scores that are given rank a selection as brute force does, whichever store made it."""
    scores = np.array([float(row % 7) for row in range(len(store))])
    slow_store = MemoryStore(corpus(), vectors_of(corpus()))
    fast, slow = Dense(scores), MemoryScorer(scores.tolist(), range(len(store)))
    assert (fast.mean, fast.deviation) == (slow.mean, slow.deviation)
    among, slow_among = store.select(conditions), slow_store.select(conditions)
    found, expected = fast.best(5, among), slow.best(5, slow_among)
    assert (found.rows.tolist(), found.rest) == (expected.rows.tolist(), expected.rest)
    assert found.scores.tolist() == expected.scores.tolist()
    for rows in ([3], [*range(len(store))]):  # some are counted one by one
        at = np.array(rows)
        assert fast.ranks(at, among).tolist() == slow.ranks(at, slow_among).tolist()
        assert fast.scores(at).tolist() == scores[rows].tolist()
