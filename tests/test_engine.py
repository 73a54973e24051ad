"""The engine against a brute-force oracle in NumPy and plain Python."""

import math
import sqlite3
from collections import Counter
from contextlib import closing

import numpy as np
import pytest

from indexer.errors import BadParameter, IndexCorrupted, IndexMismatch, UnknownPaper
from indexer.paper import document_text
from indexer.store.catalogue import open_catalogue, read_papers
from indexer.words import terms
from search_api.engine.engine import Engine
from search_api.query.filters import Filters
from search_api.query.query import Query
from search_api.ranking.ranker import DATE_POOL
from tests.conftest import table
from tests.fakes import FakeEncoder
from tests.oracles import bm25f, fields_of, lifts

FEDSSP, S2FGL = "akin:51bb49ea6b40cafb", "akin:d56e4bd8a48894b8"
QUESTIONS = [
    "peer to peer training without a central server",
    "graph learning",
    "Mamba",
    "Wenke Huang",
    "multi-agent (x) OR \"y\" NEAR/3 -z* title:w",
    "zzzz no such word",
    "the of and",
]  # fmt: skip


class Oracle:
    """Scores all papers of a generation the slow way."""

    def __init__(self, generation) -> None:
        self.encoder = FakeEncoder()
        with closing(open_catalogue(generation.catalogue)) as db:
            (count,) = db.execute("SELECT count(*) FROM papers").fetchone()
            self.papers = read_papers(db, range(1, count + 1))
        self.ids = [paper.id for paper in self.papers]
        self.years = [paper.year for paper in self.papers]
        texts = [document_text(paper.title, paper.abstract) for paper in self.papers]
        self.vectors = self.encoder.encode_document(texts).astype(np.float64)

    def semantic(self, text):
        return self.vectors @ self.encoder.encode_query([text])[0].astype(np.float64)

    def lexical(self, text):
        return np.array(bm25f(self.papers, text))

    def hybrid(self, text):
        dense, words = self.semantic(text), self.lexical(text)
        score = 0.65 * (dense - dense.mean()) / dense.std()
        if words.any():
            score += 0.35 * (words - words.mean()) / words.std()
        return score + np.array(lifts(score.tolist(), self.vectors.tolist()))

    def words_of(self, ids):
        """Dampened frequency of each term on average over some papers; they have under 200."""
        words = Counter()
        for paper in (self.papers[self.ids.index(one)] for one in ids):
            for term, tf in Counter(terms(document_text(paper.title, paper.abstract))).items():
                words[term] += tf * 2.2 / (tf + 1.2) / len(ids)
        numbers = self.idf(words)
        return {
            term: words[term] for term in sorted(words, key=lambda t: -words[t] * numbers[t])[:200]
        }

    def idf(self, words):
        texts = [set().union(*fields_of(paper)) for paper in self.papers]
        return {
            word: math.log(1 + (64 - df + 0.5) / (df + 0.5))
            for word in words
            for df in [sum(word in text for text in texts)]
        }

    def order(self, score, keep=lambda i: True):
        kept = [i for i in range(len(self.ids)) if keep(i)]
        return [self.ids[i] for i in sorted(kept, key=lambda i: (-score[i], i))]


@pytest.fixture(scope="module")
def oracle(seed_generation):
    return Oracle(seed_generation)


def found(engine, query):
    return [hit.paper.id for hit in engine.search(query).hits]


@pytest.mark.parametrize("mode", ["semantic", "hybrid"])
@pytest.mark.parametrize("text", QUESTIONS)
def test_every_paper_is_ranked_as_by_brute_force(engine, oracle, text, mode):
    """All 64 papers come in the oracle's order with the oracle's scores."""
    expected = getattr(oracle, mode)(text)
    page = engine.search(Query(text, mode=mode, k=100))
    assert [hit.paper.id for hit in page.hits] == oracle.order(expected)
    assert page.total == 64
    for hit in page.hits:
        assert hit.score == pytest.approx(expected[oracle.ids.index(hit.paper.id)], abs=1e-5)


@pytest.mark.parametrize("text", QUESTIONS)
def test_lexical_search_lists_the_papers_with_a_word_in_common(engine, oracle, text):
    """Papers without any of the words are not results at all."""
    expected = oracle.lexical(text)
    page = engine.search(Query(text, mode="lexical", k=100))
    assert [hit.paper.id for hit in page.hits] == oracle.order(expected, lambda i: expected[i] > 0)
    assert page.total == np.count_nonzero(expected)


@pytest.mark.parametrize("text", QUESTIONS)
def test_why_has_both_ranks_and_scores(engine, oracle, text):
    """Each voice tells the place and score that the paper has in its own list."""
    dense, words = oracle.semantic(text), oracle.lexical(text)
    by_meaning, by_words = oracle.order(dense), oracle.order(words, lambda i: words[i] > 0)
    for hit in engine.search(Query(text, k=100)).hits:
        row = oracle.ids.index(hit.paper.id)
        assert hit.voices["semantic"].rank == by_meaning.index(hit.paper.id) + 1
        assert hit.voices["semantic"].score == pytest.approx(dense[row], abs=1e-6)
        if words[row] > 0:
            assert hit.voices["lexical"].rank == by_words.index(hit.paper.id) + 1
            assert hit.voices["lexical"].score == pytest.approx(words[row], rel=1e-6)
        else:
            assert hit.voices["lexical"] is None


@pytest.mark.parametrize("mode", ["semantic", "lexical", "hybrid"])
@pytest.mark.parametrize("years", [(2024, 2024), (None, 2023), (2026, None), (1990, 1999)])
def test_filters_come_before_ranking(engine, oracle, years, mode):
    """A filtered list is the whole list without the others: same scores, full pages."""
    text = "federated learning of graphs"
    filters = Filters(year_from=years[0], year_to=years[1])
    kept = [(years[0] or 0) <= year <= (years[1] or 9999) for year in oracle.years]
    score = getattr(oracle, mode)(text)
    words = oracle.lexical(text)

    def keep(i):
        return kept[i] and (mode != "lexical" or words[i] > 0)

    page = engine.search(Query(text, mode=mode, k=5, filters=filters))
    expected = oracle.order(score, keep)
    assert [hit.paper.id for hit in page.hits] == expected[:5]
    assert page.total == len(expected)
    assert sum(facet.count for facet in page.facets["year"]) == len(expected)


def test_min_score_bounds_the_list(engine, oracle):
    """Results below the minimum score are left out of list, total and facets."""
    score = oracle.hybrid("graph learning")
    page = engine.search(Query("graph learning", k=100, min_score=0.5))
    expected = oracle.order(score, lambda i: score[i] >= 0.5)
    assert 0 < len(expected) < 64
    assert [hit.paper.id for hit in page.hits] == expected
    assert sum(facet.count for facet in page.facets["code"]) == page.total == len(expected)


def test_pages_join_to_the_whole_list(engine):
    """Following `next` gives every paper once, in order, with running ranks."""
    whole = engine.search(Query("graph learning", k=100)).hits
    query, joined = Query("graph learning", k=7), []
    while True:
        page = engine.search(query)
        joined += page.hits
        if page.next is None:
            break
        query = Query("graph learning", k=7, cursor=page.next)
    assert joined == whole
    assert [hit.rank for hit in joined] == list(range(1, 65))


def test_sort_by_date_is_newest_first_and_stays_among_the_relevant(index, tmp_path, encoder, build):
    """Beyond the pool of the most relevant, nothing is pulled in for being new."""
    rows = "\n".join(
        f"| {2000 + i % 20} | {'graph ' * (i < 150)}paper {i} | about {i} | |" for i in range(300)
    )
    source = tmp_path / "p.md"
    source.write_text(f"| Year | Title | Abstract | Link |\n|--|--|--|--|\n{rows}\n")
    build(source)
    with closing(Engine(index.current(), encoder)) as engine:
        relevant = found(engine, Query("graph", k=DATE_POOL))
        page = engine.search(Query("graph", k=1000, sort="date"))
        assert {hit.paper.id for hit in page.hits} == set(relevant)
        years = [hit.paper.year for hit in page.hits]
        assert years == sorted(years, reverse=True)
        assert page.total == DATE_POOL
        assert "100 most relevant" in page.notes[0]
        newest = [hit for hit in page.hits if hit.paper.year == years[0]]
        assert [hit.score for hit in newest] == sorted((h.score for h in newest), reverse=True)
        bounded = engine.search(Query("graph", k=1000, sort="date", min_score=-9))
        assert (bounded.total, bounded.notes) == (300, [])


def test_related_is_by_the_papers_own_vector_and_never_itself(engine, oracle):
    """All other papers come, nearest first."""
    own = oracle.vectors[oracle.ids.index(FEDSSP)]
    expected = oracle.order(oracle.vectors @ own, lambda i: oracle.ids[i] != FEDSSP)
    assert found(engine, Query(like=(FEDSSP,), mode="semantic", k=100)) == expected


def test_related_by_words_is_by_the_words_that_tell_most(engine, oracle):
    """The terms of the papers to be like count as the formula says, less those to be unlike."""
    like, unlike = oracle.ids[:2], oracle.ids[5:8]
    words = oracle.words_of(like)
    for term, weight in oracle.words_of(unlike).items():
        words[term] = words.get(term, 0) - 0.5 * weight
    score = sum(
        weight * np.array(bm25f(oracle.papers, term, stemmed=True))
        for term, weight in words.items()
    )
    wanted = {term for term, weight in words.items() if weight > 0}
    having = [not wanted.isdisjoint(set().union(*fields_of(paper))) for paper in oracle.papers]
    expected = oracle.order(score, lambda i: oracle.ids[i] not in {*like, *unlike} and having[i])
    query = Query(like=like, unlike=unlike, mode="lexical", k=100)
    assert found(engine, query) == expected


def test_like_and_unlike_move_the_query(engine, oracle):
    """Rocchio: the text and the mean of what is wanted less half that of what is not."""
    like, unlike = oracle.ids[:2], oracle.ids[5:8]
    text = "graph learning"
    liked = oracle.vectors[:2].mean(axis=0)
    wanted = oracle.encoder.encode_query([text])[0] + liked / np.linalg.norm(liked)
    direction = wanted - 0.5 * oracle.vectors[5:8].mean(axis=0)
    direction /= np.linalg.norm(direction)
    expected = oracle.order(
        oracle.vectors @ direction, lambda i: oracle.ids[i] not in {*like, *unlike}
    )
    query = Query(text, like=like, unlike=unlike, mode="semantic", k=100)
    assert found(engine, query) == expected


@pytest.mark.parametrize("mode", ["semantic", "lexical"])
def test_unlike_alone_ranks_by_distance(engine, oracle, mode):
    """All other papers come, those that have least in common with it first."""
    if mode == "semantic":
        score = oracle.vectors @ -oracle.vectors[oracle.ids.index(FEDSSP)]
    else:
        score = -0.5 * sum(
            weight * np.array(bm25f(oracle.papers, term, stemmed=True))
            for term, weight in oracle.words_of([FEDSSP]).items()
        )
    expected = oracle.order(score, lambda i: oracle.ids[i] != FEDSSP)
    query = Query.parse(f"unlike:{FEDSSP}", mode=mode, k=100)
    assert found(engine, query) == expected
    assert len(expected) == 63


def test_a_pasted_abstract_finds_its_paper(engine):
    """Text of a paper in the index has that paper first, with cosine 1."""
    paper = engine.paper(S2FGL)
    hit = engine.search(Query(document_text(paper.title, paper.abstract), mode="semantic")).hits[0]
    assert (hit.paper, round(hit.score, 5)) == (paper, 1.0)


def test_a_query_that_the_model_cuts_is_said(engine):
    """What was cut is in the notes, with the numbers; a short query has none."""
    (note,) = engine.search(Query("word " * 400)).notes
    assert "402 word pieces, the model reads 256" in note
    assert engine.search(Query("word " * 100)).notes == []
    assert engine.search(Query("word " * 400, mode="lexical")).notes == []


def test_unknown_papers_are_named(engine):
    """An id that is not there is an error that has it, wherever it was given."""
    for ask in (
        lambda: engine.paper("arxiv:1"),
        lambda: engine.search(Query(like=("arxiv:1",))),
        lambda: engine.search(Query("x", unlike=("arxiv:1",))),
    ):
        with pytest.raises(UnknownPaper, match=r"arxiv:1: not in the index of 64 papers"):
            ask()


def test_a_corpus_of_one_paper_works(index, build, tmp_path, encoder):
    """No deviation to divide by, no other paper to relate to: answers, not errors."""
    build(table(tmp_path / "p.md", ("Only", "one")))
    with closing(Engine(index.current(), encoder)) as engine:
        hit = engine.search(Query("only")).hits[0]
        assert (hit.paper.title, hit.score) == ("Only", 0.0)
        assert engine.search(Query(like=(hit.paper.id,))).hits == []


def test_another_model_is_refused_with_the_command_that_mends_it(seed_generation):
    """An index is not searched with vectors of another model."""
    with pytest.raises(IndexMismatch, match=r"rebuild-index --index \S+ --model other") as caught:
        Engine(seed_generation, FakeEncoder("0" * 64, "other"))
    assert "built with the model fake" in caught.value.detail


def test_a_damaged_file_is_refused(index, build, seeds, encoder):
    """Checksums are compared before anything is served."""
    build(seeds)
    vectors = index.current().vectors
    data = bytearray(vectors.read_bytes())
    data[-100] ^= 1
    vectors.write_bytes(data)
    with pytest.raises(IndexCorrupted, match=r"vectors\.faiss: differs"):
        Engine(index.current(), encoder)


def test_a_cursor_of_another_query_is_refused(engine):
    """A page number means nothing in another list."""
    cursor = engine.search(Query("graph", k=3)).next
    with pytest.raises(BadParameter, match="belongs to another query"):
        engine.search(Query("graphs", k=3, cursor=cursor))


def test_a_pasted_abstract_is_embedded_as_a_paper(engine, encoder):
    """A model with prompts must not take an abstract for a question."""
    engine.search(Query("graph learning", is_paper=True, mode="semantic"))
    assert encoder.encoded == ["graph learning"]
    engine.search(Query("graph learning", mode="semantic"))
    assert encoder.encoded == ["graph learning"]


def test_an_error_of_sqlite_over_whole_files_is_not_taken_for_damage(engine, monkeypatch):
    """One odd query must not end an engine: only what its checksums deny is damage."""

    def fail(*_):
        raise sqlite3.OperationalError("parser stack overflow")

    monkeypatch.setattr("search_api.store.local.term_numbers", fail)
    with pytest.raises(sqlite3.OperationalError):
        engine.search(Query("graphs"))
