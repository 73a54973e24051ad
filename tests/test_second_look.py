"""A second look at the best papers: what it measures and adds, and that lists go by it."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from indexer.bm25f import idf
from indexer.errors import BadParameter, RankerUnusable
from indexer.models.model import find_model
from indexer.models.static import StaticEncoder
from indexer.paper import Paper
from search_api.engine.engine import Engine
from search_api.query.conditions import Conditions
from search_api.query.filters import Filters
from search_api.query.query import Query
from search_api.ranking import answers, scoring
from search_api.ranking.features import FEATURES, Look, standardised
from search_api.ranking.learned import BUNDLED, MEANING, Learned
from search_api.ranking.paper_tokens import MOST_READ, PaperTokens
from search_api.ranking.question import Question
from search_api.ranking.scoring import Scoring
from search_api.ranking.second_look import MOST_ASKED, SecondLook
from search_api.store.store import Store
from tests.fakes import FakeEncoder, FakeTokens
from tests.static_models import table, write_model
from tests.stores import MemoryStore, with_ids
from tests.test_store import corpus, vectors_of

NAMES = [feature.name for feature in FEATURES]
WEIGHTS = dict(zip(NAMES, (0.4, 0.3, -0.2, 0.1, 0.05), strict=True))
QUESTION = "federated learning of graph neural networks"
S2FGL, DEFTA = "akin:d56e4bd8a48894b8", "akin:8e78acac5fbcaf10"


def learned(tokens: str = "t" * 64, **of: float) -> Learned:
    """Weights that differ by who says the meaning."""
    weights = WEIGHTS | of
    both = {"transformer": weights, "static": {name: 2 * one for name, one in weights.items()}}
    return Learned(both, tokens)


@pytest.fixture
def second() -> SecondLook:
    return SecondLook(learned(), FakeTokens())


@pytest.fixture
def few(monkeypatch, small) -> None:
    """Let a handful be what a hundred, or a thousand, is elsewhere."""
    monkeypatch.setattr(scoring, "POOL", 12)


def store_of(*papers: tuple[str, str]) -> MemoryStore:
    made = with_ids([Paper("", title, abstract) for title, abstract in papers])
    return MemoryStore(made, vectors_of(made))


# What it asks and reads


def asked(second: SecondLook, store: Store, text: str) -> dict[str, float]:
    """The tokens that a question is taken for, and what each weighs."""
    found = second._asked(Question(store, FakeEncoder(), Query(text)))
    tokens = FakeTokens()
    named = {}
    for word in {*text.replace("图学习", "图 学 习").split()}:
        (vector,) = tokens.token_vectors(tokens.read([word])[0])
        vector = vector / np.linalg.norm(vector)
        same = np.abs(found.vectors - vector).max(axis=1) < 1e-6
        if same.any():
            named[word] = float(found.weights[same].sum())
    assert sum(named.values()) == pytest.approx(1)
    return named


def shares(values: dict[str, float]) -> dict[str, float]:
    return {name: value / sum(values.values()) for name, value in values.items()}


STORE = [("Graph kernels", "Of graphs."), ("Graphs", "The bird."), ("图学习", ""), ("Owls", "")]


def test_a_word_of_the_question_weighs_its_idf_and_the_root_of_its_count(second):
    """Stop words weigh nothing; a word twice weighs √2 of one; one that is dull its length."""
    found = asked(second, store_of(*STORE), "graph of the kernel graph dull")
    graph, kernel, none = (idf(n, 4) for n in (2, 1, 0))
    expected = {"graph": math.sqrt(2) * graph, "kernel": kernel, "dull": 0.1 * none}
    assert found == pytest.approx(shares(expected), rel=1e-5)


def test_stop_words_alone_are_looked_for(second):
    """Where nothing else is asked, they are the question."""
    found = asked(second, store_of(*STORE), "of the")
    assert found == pytest.approx(shares({"of": idf(1, 4), "the": idf(1, 4)}))


def test_a_character_weighs_what_the_last_pair_that_it_is_in_does(second):
    """Where words have no spaces between them, pairs are the terms of a text."""
    found = asked(second, store_of(*STORE, ("图", "学习")), "图学习")
    first, then = idf(1, 5), idf(2, 5)
    assert found == pytest.approx(shares({"图": first, "学": then, "习": then}))


def test_of_a_long_question_the_words_that_weigh_most_are_looked_for(second):
    """No more than are looked for, and the rarest of them."""
    rare = [f"rare{n}" for n in range(MOST_ASKED)]
    store = store_of(*STORE, *[("Usual", " ".join(f"usual{n}" for n in range(30)))] * 3)
    text = " ".join([f"usual{n}" for n in range(30)] + rare)
    assert sorted(asked(second, store, text)) == sorted(rare)


def test_a_paper_is_read_to_a_bound_but_for_what_says_nothing():
    """Tokens that hardly tell anything are passed over; others are kept as they were read."""
    tokens = FakeTokens()
    long = " ".join(["dull", "owl", "bird"] * MOST_READ)
    store = store_of(("Owl", "dull kernel"), ("Long", long), ("Dull", ""))
    papers = PaperTokens(tokens, store)
    once = papers.of(np.array([0, 1, 2]))
    assert once.counts.tolist() == [2, MOST_READ, 0]
    vectors = once.vectors[once.places]
    expected = tokens.token_vectors(tokens.read(["owl kernel long owl bird"])[0])
    assert vectors[:5] == pytest.approx(expected, abs=1e-6)
    other = papers.of(np.array([2, 0]))
    assert other.counts.tolist() == [0, 2]
    assert other.vectors[other.places] == pytest.approx(vectors[:2])


# What it adds


def test_what_is_added_is_nothing_on_average():
    """Of each feature the z-score among the papers, times its weight; to no other paper a thing."""
    random = np.random.default_rng(7)
    rows = np.array([2, 5, 6, 9])
    measured = {name: random.normal(3, 2, 4) for name in NAMES}
    look = Look(rows, measured, WEIGHTS)
    z = {name: (of - of.mean()) / of.std() for name, of in measured.items()}
    expected = sum(WEIGHTS[name] * z[name] for name in NAMES)
    assert look.added == pytest.approx(expected)
    assert look.added.mean() == pytest.approx(0, abs=1e-12)
    assert look.of(np.array([9, 4, 2])) == pytest.approx([expected[3], 0, expected[0]])
    considered = look.considered(6)
    assert {name: one.measured for name, one in considered.items()} == pytest.approx(
        {name: of[2] for name, of in measured.items()}
    )
    assert sum(one.added for one in considered.values()) == pytest.approx(expected[2])
    assert look.considered(4) == {}


@pytest.mark.parametrize("papers", [0, 1, 5])
def test_where_nothing_differs_nothing_is_added(papers):
    """Of papers that are all the same, of one, and of none."""
    same = np.full(papers, 0.1 + 0.2)
    assert standardised(same).tolist() == [0] * papers
    look = Look(np.arange(papers), dict.fromkeys(NAMES, same), WEIGHTS)
    assert look.added.tolist() == [0] * papers


def test_weights_are_those_of_who_says_the_meaning():
    """Of a transformer, a static model, or of both by their share of the papers."""
    for static, times in ((0.0, 1.0), (1.0, 2.0), (0.25, 1.25)):
        expected = {name: times * weight for name, weight in WEIGHTS.items()}
        assert learned().of(static) == pytest.approx(expected)


# What lists make of it


class ByRow:
    """A second look that says something else of each paper, below 0 of half of them."""

    def looks_at(self, question: Question) -> bool:
        return True

    def look(self, question: Question, scored) -> Look:
        return Look(scored.rows, {"words": of_row(scored.rows)}, {"words": 1.5})


def of_row(rows: np.ndarray) -> np.ndarray:
    return (rows * 37 % 11).astype(np.float64)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_sure_after_a_second_look_is_as_by_brute_force(few, monkeypatch, seed):
    """The sure ones head the list of all, in order; no paper left out scores above the bound."""
    monkeypatch.setattr(scoring, "POOL", 8)
    papers = corpus(seed)
    store = MemoryStore(papers, vectors_of(papers))
    for text, year in itertools.product(["graph", "kernel bird", "cloud mix token"], [None, 2023]):
        question = Question(store, FakeEncoder(), Query(text))
        plain = Scoring(store, question, "hybrid").of(np.arange(len(papers)))
        at_first = plain.score - plain.lift
        pool = np.array(sorted(np.argsort(-at_first, kind="stable")[:8]))
        said = of_row(pool)
        expected = plain.score.copy()
        expected[pool] += 1.5 * (said - said.mean()) / said.std()
        among = store.select(Conditions((Filters(year),)) if year else Conditions())
        order = sorted(among.rows().tolist(), key=lambda row: (-expected[row], row))
        by_candidates = Scoring(store, question, "hybrid", ByRow())
        for least, lowest in ((1, None), (5, None), (20, None), (3, 0.5)):
            scored = by_candidates.head(among, least, lowest)
            rows = scored.rows[scored.sure]
            found = rows[np.argsort(-scored.score[scored.sure], kind="stable")].tolist()
            if lowest is None:
                assert len(found) >= min(least, among.count)
            else:
                assert set(found) >= {row for row in order if expected[row] >= lowest}
            np.testing.assert_allclose(expected[found], expected[order[: len(found)]], atol=1e-9)
            np.testing.assert_allclose(scored.score, expected[scored.rows], atol=1e-9)
            left_out = set(order) - set(scored.rows.tolist())
            assert all(expected[row] <= scored.bound for row in left_out)


SHAPES = [
    {},
    {"filters": Filters(2025)},
    {"min_score": 0.5},
    {"min_score": -0.5, "filters": Filters(2024)},
    {"sort": "date"},
    {"diversity": 0.6},
]


@pytest.fixture
def opened(seed_generation):
    """Opens engines over the seeds; they are closed in the end."""
    engines = []

    def make(second: SecondLook | None) -> Engine:
        engines.append(Engine(seed_generation, FakeEncoder(), second_look=second))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()


def whole(engine: Engine, query: Query) -> list[tuple]:
    """All pages of a list."""
    told, cursor = [], None
    while True:
        page = engine.search(replace(query, cursor=cursor))
        told += [(hit.rank, hit.paper.id, hit.score, hit.second) for hit in page.hits]
        cursor = page.next
        if cursor is None:
            return [*told, page.total]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_list_after_a_second_look_is_the_same_however_few_candidates_there_are(
    opened, second, monkeypatch, shape
):
    """Every page of it, with its scores and its total."""
    monkeypatch.setattr(scoring, "POOL", 12)
    query = Query(QUESTION, k=5, **shape)
    expected = whole(opened(second), query)  # 64 papers: all are candidates
    monkeypatch.setattr(scoring, "DEPTH", 3)
    monkeypatch.setattr(scoring, "_DEEPER", 2)
    monkeypatch.setattr(answers, "_AT_HAND", 4)
    monkeypatch.setattr(answers, "_DEEPER", 2)
    assert whole(opened(second), query) == expected


def test_no_filter_changes_what_a_second_look_adds(few, opened, second):
    """It is of the best of the whole corpus."""
    engine = opened(second)
    scores = {hit.paper.id: hit.score for hit in engine.search(Query(QUESTION, k=64)).hits}
    filtered = engine.search(Query(QUESTION, k=64, filters=Filters(2025))).hits
    assert 0 < len(filtered) < len(scores)
    assert {hit.paper.id: hit.score for hit in filtered} == {
        hit.paper.id: scores[hit.paper.id] for hit in filtered
    }


def test_each_explanation_adds_up_after_a_second_look(few, opened, second):
    """Of papers that were looked at and of others; without it the score is that of before."""
    engine = opened(second)
    before = {hit.paper.id: hit for hit in opened(None).search(Query(QUESTION, k=64)).hits}
    looked_at = []
    for hit in engine.search(Query(QUESTION, k=64)).hits:
        assert hit.score == pytest.approx(before[hit.paper.id].score + hit.second, abs=1e-12)
        assert hit.lift == before[hit.paper.id].lift
        found = engine.explain(Query(QUESTION), hit.paper.id)
        why = found.to_json()["why"]
        added = why["semantic"]["added"] + why["lexical"]["added"] + why["lift"]
        if why["second"]:
            looked_at.append(hit.second)
            features = why["second"]["features"]
            assert list(features) == NAMES
            assert {name: one["weight"] for name, one in features.items()} == WEIGHTS
            total = sum(one["added"] for one in features.values())
            assert why["second"]["added"] == pytest.approx(total, abs=5e-6)
            assert found.second == pytest.approx(hit.second, abs=1e-9)
            added += why["second"]["added"]
        else:
            assert hit.second == 0
        assert (found.rank, found.score) == (hit.rank, hit.score)
        assert found.score == pytest.approx(added, abs=5e-6)
    assert len(looked_at) == 12
    assert sum(looked_at) == pytest.approx(0, abs=1e-9)
    assert min(looked_at) < 0 < max(looked_at)


@pytest.mark.parametrize(
    "query",
    [
        Query(QUESTION, mode="semantic"),
        Query(QUESTION, mode="lexical"),
        Query.related(like=(S2FGL,)),
        Query.related(text=QUESTION),
        Query(like=(S2FGL, DEFTA)),
        Query(filters=Filters(2025)),
    ],
    ids=repr,
)
def test_what_is_no_question_in_words_gets_no_second_look(opened, second, query):
    """The list is the one of before, and says nothing of a second look."""
    found = opened(second).search(query).hits
    assert found == opened(None).search(query).hits
    assert all(hit.second is None and "second" not in hit.to_json()["why"] for hit in found)


def test_a_page_does_not_go_on_in_a_list_by_other_weights(opened, second):
    """Nor in one without a second look; by the same weights it goes on."""
    page = opened(second).search(Query(QUESTION, k=5))
    again = replace(Query(QUESTION, k=5), cursor=page.next)
    assert opened(SecondLook(learned(), FakeTokens())).search(again).hits[0].rank == 6
    for other in (None, SecondLook(learned(words=0.5), FakeTokens())):
        with pytest.raises(BadParameter, match="by other weights"):
            opened(other).search(again)


def test_a_static_index_shares_its_model(tmp_path):
    """Its encoder is not loaded a second time; that of another model is no help."""
    folders = [write_model(tmp_path / f"{n}", {"embedding.weight": table() * n}) for n in (1, 2)]
    ours, other = (StaticEncoder(find_model(str(folder))) for folder in folders)
    store = store_of(*STORE)
    tokens = FakeTokens(ours.model.fingerprint)
    second = SecondLook(learned(ours.model.fingerprint), tokens)
    assert second.over(store, [other, ours])._tokens is ours
    assert second.over(store, [other, FakeEncoder()])._tokens is tokens


# The file of weights


def test_weights_come_back_as_they_were_written(tmp_path):
    """With what they were learned from; what orders papers makes the fingerprint."""
    path = tmp_path / "ranker.json"
    written = replace(learned(), about={"of": "tests"})
    written.write(path)
    assert Learned.read(path) == written
    assert Learned.read(path).fingerprint == learned().fingerprint
    assert learned(words=0.5).fingerprint != learned().fingerprint != learned("u" * 64).fingerprint


GOOD = BUNDLED.read_text("utf-8")
FIRST = f'"{NAMES[0]}": '


def first(value: str) -> Callable[[str], str]:
    """Writes something else for the first weight."""
    return lambda text: re.sub(FIRST + r"[-\d.]+", FIRST + value, text, count=1)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: text[:40], "cannot be read"),
        (lambda _: "[]", "version None"),
        (lambda text: text.replace('"version": 1', '"version": 2'), "version 2, not 1"),
        (lambda text: text.replace('"tokens"', '"other"'), "without weights, or without"),
        (lambda text: text.replace(MEANING[1], "other"), "weights of 'static' must be of words,"),
        (lambda text: text.replace(FIRST, '"new": '), "weights of 'transformer' must be of words,"),
        (first("true"), "the weight of 'words' is True, not a number"),
        (first("NaN"), "the weight of 'words' is nan, not a number"),
        (first("1e999"), "the weight of 'words' is inf, not a number"),
        (first('"much"'), "the weight of 'words' is 'much', not a number"),
    ],
)
def test_a_file_that_is_no_weights_is_told(tmp_path, change: Callable[[str], str], told: str):
    """By its name, what is wrong with it, and what to do."""
    path = tmp_path / "ranker.json"
    path.write_text(change(GOOD), "utf-8")
    with pytest.raises(RankerUnusable, match=told) as raised:
        Learned.read(path)
    assert str(path) in raised.value.detail
    assert "--ranker none" in raised.value.detail


def test_weights_of_other_tokens_are_refused():
    """They would weigh what they were not learned from."""
    with pytest.raises(RankerUnusable, match="the tokens of another model"):
        SecondLook(learned("u" * 64), FakeTokens())


@pytest.mark.model
def test_the_weights_that_akin_comes_with_are_of_its_static_model():
    """They can be used as they are."""
    assert SecondLook.of(Learned.read(BUNDLED)).learned == Learned.read(BUNDLED)
