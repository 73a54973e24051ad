"""A generation of two spaces: some papers are ranked by a finer one; against brute force."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.arrays import unit
from indexer.errors import IndexCorrupted, IndexMismatch
from indexer.paper import document_text
from indexer.store.finer import Covered, FinerSpace
from indexer.store.generation import VECTORS
from search_api.engine.doctor import examine
from search_api.engine.engine import Engine
from search_api.query.conditions import Conditions
from search_api.query.filters import Filters
from search_api.query.query import Query
from search_api.ranking import scoring
from search_api.ranking.answers import Answers
from search_api.ranking.question import Question
from search_api.ranking.scoring import Scoring
from search_api.store.store import Store
from tests import oracles
from tests.fakes import FakeEncoder
from tests.local_stores import local_store
from tests.stores import MemoryStore, with_ids
from tests.test_store import corpus, vectors_of

FINER = FakeEncoder("e" * 64, "finer", 48)
PAPERS = corpus(3, 80)
COVERED = range(1, 80, 2)


def finer_of(rows) -> dict[int, list[float]]:
    texts = [document_text(PAPERS[row].own_title, PAPERS[row].abstract) for row in rows]
    return dict(zip(rows, FINER.encode_document(texts) if texts else [], strict=True))


@pytest.fixture(scope="module", params=["memory", "local"])
def store(request, tmp_path_factory) -> Iterator[Store]:
    """Papers of which every second is covered."""
    if request.param == "memory":
        yield MemoryStore(PAPERS, vectors_of(PAPERS), finer=finer_of(COVERED))
    else:
        folder = tmp_path_factory.mktemp("two")
        with local_store(folder, PAPERS, vectors_of(PAPERS), finer=finer_of(COVERED)) as found:
            yield found


@pytest.fixture(scope="module")
def engine(tmp_path_factory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("engine")
    with (
        local_store(folder, PAPERS, vectors_of(PAPERS), finer=finer_of(COVERED)) as store,
        closing(Engine(store.generation, FakeEncoder(), finer=[FINER])) as engine,
    ):
        yield engine


@given(
    seed=st.integers(0, 10_000),
    papers=st.integers(1, 40),
    share=st.sampled_from([0.0, 0.03, 0.5, 0.9, 1.0]),
    least=st.integers(1, 12),
)
@settings(max_examples=15)
def test_scores_of_two_spaces_are_those_of_brute_force(seed, papers, share, least):
    """Exact, whichever papers are covered: scores, cosines, mean, deviation, the best, the rest."""
    chance = np.random.default_rng(seed)
    first, finer = (
        unit(chance.standard_normal((papers, dim)) + 1).astype(np.float32) for dim in (40, 33)
    )
    rows = np.flatnonzero(chance.random(papers) < share).tolist() or [papers - 1]
    if share == 0:
        rows = rows[:1]
    some = {row: finer[row] for row in rows}
    directions = [unit(chance.standard_normal(dim)).astype(np.float32) for dim in (40, 33)]
    few = with_ids(corpus(seed, papers))
    slow = MemoryStore(few, first, finer=some)
    expected = slow.meaning(*directions)
    with (
        tempfile.TemporaryDirectory() as folder,
        local_store(Path(folder), few, first, finer=some) as fast,
    ):
        every = np.arange(papers)
        assert fast.dimensions == slow.dimensions == (40, 33)
        assert fast.covered(1).tolist() == slow.covered(1).tolist() == rows
        assert fast.spaces_of(every).tolist() == slow.spaces_of(every).tolist()
        for conditions in (Conditions(), Conditions((Filters(2021),))):
            found = fast.meaning(*directions)
            among, slow_among = fast.select(conditions), slow.select(conditions)
            for some_rows in (every, every[::3]):
                for name in ("scores", "measured"):
                    np.testing.assert_allclose(
                        getattr(found, name)(some_rows),
                        getattr(expected, name)(some_rows),
                        atol=1e-5,
                    )
            best, slow_best = found.best(least, among), expected.best(least, slow_among)
            np.testing.assert_allclose(best.scores, slow_best.scores, atol=1e-5)
            assert best.rest >= slow_best.rest - 1e-5
            assert sorted(found.ranks(among.rows(), among)) == [*range(1, among.count + 1)]
        own = found.scores(every)
        assert (found.mean, found.deviation) == pytest.approx((own.mean(), own.std()), abs=1e-5)


def test_who_is_covered_is_not_favoured_for_it(store):
    """Scores of the covered have the mean and the deviation that they have in the first space."""
    question = Question(store, FakeEncoder(), Query("graph kernel"), [FINER])
    rows = store.covered(1)
    first = store.meaning(question.directions[0]).scores(rows)
    both = question.meaning.scores(rows)
    assert (both.mean(), both.std()) == pytest.approx((first.mean(), first.std()), abs=1e-6)
    order, finer = np.argsort(both), question.meaning.measured(rows)
    assert (np.diff(finer[order]) >= -1e-6).all()
    others = np.setdiff1d(np.arange(len(store)), rows)
    expected = store.meaning(question.directions[0]).scores(others)
    np.testing.assert_array_equal(question.meaning.scores(others), expected)


def test_one_covered_paper_is_ranked_as_if_it_were_not(tmp_path):
    """There is nothing to tell it from; the list is that of the first space."""
    with local_store(tmp_path, PAPERS, vectors_of(PAPERS), finer=finer_of([7])) as store:
        both = Question(store, FakeEncoder(), Query("graph"), [FINER])
        every = np.arange(len(store))
        first = store.meaning(both.directions[0])
        np.testing.assert_array_equal(both.meaning.scores(every), first.scores(every))
        assert both.meaning.measured(every)[7] != first.scores(every)[7]


def test_where_all_are_covered_the_order_is_that_of_the_finer_space_alone(tmp_path):
    """With the very z-scores that a generation of that space alone gives."""
    every = np.arange(len(PAPERS))
    finer = finer_of(range(len(PAPERS)))
    with (
        local_store(tmp_path / "two", PAPERS, vectors_of(PAPERS), finer=finer) as two,
        local_store(tmp_path / "one", PAPERS, np.array([*finer.values()])) as one,
    ):
        both = Question(two, FakeEncoder(), Query("kernel bird"), [FINER]).meaning
        alone = Question(one, FINER, Query("kernel bird")).meaning
        z = [(by.scores(every) - by.mean) / by.deviation for by in (both, alone)]
        np.testing.assert_allclose(z[0], z[1], atol=1e-5)


@pytest.mark.parametrize("mode", ["hybrid", "semantic"])
@pytest.mark.parametrize("text", ["graph", "kernel bird", "cloud mix token"])
def test_a_list_of_two_spaces_is_that_of_scoring_every_paper(store, monkeypatch, mode, text):
    """However few candidates are named: the sure ones head the list of all, in order."""
    for name, few in (("DEPTH", 3), ("_DEEPER", 2), ("POOL", 8)):
        monkeypatch.setattr(scoring, name, few)
    question = Question(store, FakeEncoder(), Query(text), [FINER])
    every = np.arange(len(store))
    cosines = {}
    for space, rows in enumerate((every, store.covered(1))):
        found = store.vectors(rows, space) @ question.directions[space]
        cosines[space] = dict(zip(rows.tolist(), found.tolist(), strict=True))
    scores = np.array(oracles.on_one_scale([*cosines[0].values()], cosines[1]))
    if mode == "hybrid":
        words = question.words.scores(every)
        scores = sum(
            weight * (of - of.mean()) / of.std() for weight, of in ((0.65, scores), (0.35, words))
        )
        pool = sorted(every, key=lambda row: (-scores[row], row))[:8]
        vectors = store.vectors(np.array(pool)).astype(float)
        lifted = oracles.lifts([scores[row] for row in pool], vectors.tolist())
        scores[pool] += lifted
    for year, least in itertools.product([None, 2022], [1, 5, 20]):
        among = store.select(Conditions((Filters(year),)) if year else Conditions())
        scored = Scoring(store, question, mode).head(among, least)
        rows = scored.rows[scored.sure]
        found = rows[np.argsort(-scored.score[scored.sure], kind="stable")]
        order = sorted(among.rows().tolist(), key=lambda row: (-scores[row], row))
        assert len(found) >= min(least, among.count)
        np.testing.assert_allclose(scores[found], scores[order[: len(found)]], atol=1e-5)


@pytest.mark.parametrize(
    ("static", "share"),
    [((False, False), 0), ((True, True), 1), ((True, False), 1 - len(COVERED) / len(PAPERS))],
)
def test_words_weigh_the_more_the_more_papers_a_static_model_scores(store, static, share):
    """Meaning from .65 of a score to .55 of it, and words the rest, for all papers of a list."""
    first, finer = FakeEncoder(), FakeEncoder("e" * 64, "finer", 48)
    first.is_static, finer.is_static = static
    question = Question(store, first, Query("graph"), [finer])
    scored = Scoring(store, question, "hybrid").of(np.arange(len(store)))
    meaning = 0.65 - 0.1 * share
    assert scored.weights == pytest.approx({"semantic": meaning, "lexical": 1 - meaning})
    added = meaning * scored.standard["semantic"] + (1 - meaning) * scored.standard["lexical"]
    np.testing.assert_allclose(scored.score, added + scored.lift)


@pytest.mark.parametrize("rows", [(1,), (2,), (1, 3), (1, 2), (1, 3, 5, 7), (1, 3, 5, 7, 8)])
def test_papers_that_are_not_covered_are_asked_for_in_the_first_space_alone(store, rows):
    """One list is of one question: the finer space is asked where it has every paper named."""
    ids = store.ids(np.array(rows))
    liked = Question(store, FakeEncoder(), Query(like=tuple(ids)), [FINER])
    covered = all(row in COVERED for row in rows)
    assert len(liked.directions) == (2 if covered else 1)
    assert set(liked.spaces_of(np.arange(10))) == ({0, 1} if covered else {0})
    if len(rows) < 4:
        for space, direction in enumerate(liked.directions):
            mean = unit(store.vectors(np.array(rows), space).mean(axis=0))
            np.testing.assert_allclose(direction, mean, atol=1e-6)
    unlike = Question(store, FakeEncoder(), Query("graph", unlike=tuple(ids)), [FINER])
    assert len(unlike.directions) == len(liked.directions)


def test_lists_of_every_shape_go_to_their_end(store):
    """Each paper once, whatever they are sorted, bounded or varied by."""
    found = Answers(store, FakeEncoder(), None, [FINER])
    for shape in (
        {},
        {"min_score": 0.2},
        {"sort": "date", "min_score": 0.0},
        {"collapse": True},
        {"diversity": 0.5},
    ):
        for mode in ("hybrid", "semantic"):
            ranking = found.answer(Query("graph bird", mode=mode, **shape), 1000).ranking
            assert ranking.reaches(ranking.total)
            assert len(set(ranking.rows.tolist())) == ranking.total > 5


def test_each_result_says_by_which_model_its_cosine_is(engine):
    """The cosine of its own model; in a list by meaning, scores are on one scale."""
    page = engine.search(Query("graph kernel", mode="semantic", k=80))
    vectors = {"fake": vectors_of(PAPERS), "finer": np.array([*finer_of(range(80)).values()])}
    queries = {
        one.model.name: one.encode_query(["graph kernel"])[0] for one in (FakeEncoder(), FINER)
    }
    rows = {paper.id: row for row, paper in enumerate(PAPERS)}
    for hit in page.hits:
        row = rows[hit.paper.id]
        name = "finer" if row in COVERED else "fake"
        cosine = float(vectors[name][row] @ queries[name])
        assert hit.model == hit.to_json()["why"]["model"] == name
        assert hit.voices["semantic"].score == pytest.approx(cosine, abs=1e-5)
        assert hit.voices["semantic"].rank == hit.rank
        if name == "fake":
            assert hit.score == pytest.approx(cosine, abs=1e-5)
    assert [hit.score for hit in page.hits] == sorted(hit.score for hit in page.hits)[::-1]
    words = engine.search(Query("graph", mode="lexical")).hits[0]
    assert words.model is None
    assert "model" not in words.to_json()["why"]


def test_an_explanation_is_by_the_model_of_the_paper(engine):
    """Shares add up to its cosine; a note says whose it is, and what it is on the one scale."""
    for row, name in ((1, "finer"), (2, "fake")):
        found = engine.explain(Query("graph kernel"), PAPERS[row].id)
        (hit,) = [
            one
            for one in engine.search(Query("graph kernel", k=80)).hits
            if one.paper.id == PAPERS[row].id
        ]
        part = found.parts["semantic"]
        assert (found.model, part.score) == (name, hit.voices["semantic"].score)
        whole = sum(word.share for word in found.meaning.words) + found.meaning.special
        assert whole == pytest.approx(part.score, abs=1e-5)
        assert part.added == pytest.approx(part.weight * part.standard)
        assert any(f"its cosine is by {name}" in note for note in found.notes)
        (sentence,) = engine.nearest_sentences(Query("graph kernel"), [PAPERS[row]])
        if sentence:
            assert sentence == found.sentence
    lexical = engine.explain(Query("graph", mode="lexical"), PAPERS[1].id)
    assert (lexical.model, lexical.meaning) == (None, None)


def test_an_answer_says_how_many_papers_are_covered(engine):
    """The index that answered has the model that reads them, and how many it has read."""
    expected = {"model": "finer", "papers": len(COVERED), "ready_at": None}
    assert engine.search(Query("graph")).to_json()["index"]["covered"] == expected


def test_an_engine_needs_the_model_of_each_space(engine):
    """One of another model is refused, as for a space alone."""
    with pytest.raises(IndexMismatch, match="built with the model finer"):
        Engine(engine.generation, FakeEncoder(), finer=[FakeEncoder("d" * 64, "other", 48)])


def test_doctor_looks_at_both_spaces(engine):
    """Lengths of all vectors; and of each space a sample is embedded again."""

    def of(space):
        return FINER if space.model == "finer" else FakeEncoder()

    checks = list(examine_generation(engine, of))
    assert all(check.ok for check in checks)
    assert [check.detail for check in checks if check.name == "model"] == ["fake", "finer"]
    samples = [check.detail for check in checks if check.name == "sample of vectors"]
    assert samples == ["8 embedded again, least cosine 1.000000"] * 2


def examine_generation(engine, of):
    from indexer.store.generation import IndexFolder

    return examine(IndexFolder(engine.generation.index), of)


@pytest.mark.parametrize("rows", [[3, 1], [1, 1], [2, 80], [-1, 2]])
def test_rows_that_will_not_do_are_refused(engine, tmp_path, rows):
    """They ascend, each is a paper, and there is a vector for every paper."""
    (tmp_path / VECTORS).write_bytes(engine.generation.vectors.read_bytes())
    with pytest.raises(ValueError, match="do not ascend, or not of 80 papers"):
        Covered(np.array(rows), np.ones((80, 2), dtype=np.float32)).save(tmp_path)
    with pytest.raises(ValueError, match="vectors of 79 papers for 80"):
        Covered(np.array([1]), np.ones((79, 2), dtype=np.float32)).save(tmp_path)
    with pytest.raises(ValueError, match="NaN"):
        Covered(np.array([1]), np.full((80, 2), np.nan, dtype=np.float32)).save(tmp_path)


def test_a_finer_space_that_does_not_fit_the_manifest_is_refused(engine, tmp_path):
    """A row too few, or a file that is not there: it says which."""
    from dataclasses import replace

    generation = engine.generation
    manifest = generation.manifest
    one, two = manifest.spaces
    wrong = replace(generation, manifest=replace(manifest, spaces=[one, replace(two, rows=39)]))
    with pytest.raises(IndexCorrupted, match="39 papers of finer stated, 40 vectors of 40 rows"):
        FinerSpace.read(wrong)
    with pytest.raises(IndexCorrupted, match=r"finer-rows\.npy"):
        FinerSpace.read(replace(generation, folder=tmp_path))
