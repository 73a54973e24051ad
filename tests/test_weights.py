"""What the signals of the ranking weigh, by the kind of question."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from indexer.paper import document_text
from indexer.words import terms
from search_api.query.operators import Wish
from search_api.query.query import Query
from search_api.ranking.fusion import lifts
from search_api.ranking.question import Question
from search_api.ranking.scoring import Scoring
from search_api.ranking.signals import SIGNALS, Weights
from tests.fakes import FakeEncoder
from tests.oracles import fields_of
from tests.stores import MemoryStore
from tests.test_store import corpus, vectors_of

PAPERS = corpus(3, 40)
ONE, TWO, THREE = (paper.id for paper in PAPERS[:3])


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    return MemoryStore(PAPERS, vectors_of(PAPERS))


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        (Query("graph"), "text"),
        (Query.parse("graph"), "text"),
        (Query(wishes=(Wish(0.5, "graph"),)), "text"),
        (Query("graph", like=(ONE,)), "text"),
        (Query("graph", like=(ONE, TWO)), "text"),
        (Query(like=(ONE,)), "paper"),
        (Query.parse(f"like:{ONE}"), "paper"),
        (Query.related(like=(ONE,)), "paper"),
        (Query.related(like=(ONE,), unlike=(TWO, THREE)), "paper"),
        (Query.related(text="graph"), "paper"),
        (Query.related(text="graph", like=(ONE,)), "papers"),
        (Query.related(like=(ONE, TWO)), "papers"),
        (Query(unlike=(ONE,)), "papers"),
    ],
    ids=repr,
)
def test_what_is_asked_is_a_text_or_what_is_like_one_paper_or_several(store, query, kind):
    """A pasted text is a paper, and a question together with papers is a text."""
    assert Question(store, FakeEncoder(), query).kind == kind


@pytest.mark.parametrize(
    ("query", "transformer", "static"),
    [
        (Query("graph"), 0.65, 0.55),
        (Query.related(like=(ONE,)), 0.75, 0.65),
        (Query.related(text="graph kernel"), 0.75, 0.65),
        (Query.related(like=(ONE, TWO)), 0.65, 0.55),
    ],
    ids=repr,
)
def test_meaning_weighs_more_where_papers_are_to_be_like_one(store, query, transformer, static):
    """The weights of a list are those of its kind of question, and its scores are made of them."""
    for is_static, meaning in ((False, transformer), (True, static)):
        encoder = FakeEncoder()
        encoder.is_static = is_static
        question = Question(store, encoder, query)
        scored = Scoring(store, question, "hybrid").of(np.arange(len(store)))
        assert scored.weights == pytest.approx({"semantic": meaning, "lexical": 1 - meaning})
        added = meaning * scored.standard["semantic"] + (1 - meaning) * scored.standard["lexical"]
        np.testing.assert_allclose(scored.score, added + scored.lift)


def test_the_weights_of_every_kind_of_question_add_up_to_one():
    """So a hybrid score means the same, whatever is asked."""
    for kind in Weights._fields:
        for means in (0, 1):
            total = sum(getattr(signal.weights, kind)[means] for signal in SIGNALS)
            assert total == pytest.approx(1)


def test_of_one_paper_rare_words_count_more(store):
    """The root of a term's idf is a factor, but for the sum of all; not where there are several."""
    texts = [document_text(paper.title, paper.abstract) for paper in PAPERS]

    def counted(text):
        return {term: tf * 2.2 / (tf + 1.2) for term, tf in Counter(terms(text)).items()}

    def idf(term):
        having = sum(term in fields for fields in (set().union(*fields_of(p)) for p in PAPERS))
        return math.log(1 + (len(PAPERS) - having + 0.5) / (having + 0.5))

    one = counted(texts[0])
    rare = {term: weight * math.sqrt(idf(term)) for term, weight in one.items()}
    scale = sum(one.values()) / sum(rare.values())
    expected = {term: scale * weight for term, weight in rare.items()}
    for query in (Query.related(like=(ONE,)), Query.related(text=texts[0])):
        assert Question(store, FakeEncoder(), query).weights == pytest.approx(expected)
    other = counted(texts[1])
    mean = {t: (one.get(t, 0) + other.get(t, 0)) / 2 for t in one | other}
    several = Question(store, FakeEncoder(), Query.related(like=(ONE, TWO)))
    assert several.weights == pytest.approx(mean)


def test_neighbours_weigh_less_where_papers_are_to_be_like_one(store):
    """A quarter of the mean of the nearest, else half of it."""
    for query, weight in ((Query.related(like=(ONE,)), 0.25), (Query("graph"), 0.5)):
        question = Question(store, FakeEncoder(), query)
        scored = Scoring(store, question, "hybrid").of(np.arange(len(store)))
        lifted = lifts(scored.score - scored.lift, store.vectors(scored.rows), weight)
        np.testing.assert_allclose(scored.lift, lifted, atol=1e-9)
