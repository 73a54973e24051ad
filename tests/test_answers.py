"""What one question costs is paid once, by whichever page asks first."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial

import pytest
from starlette.testclient import TestClient

from indexer.store.generation import IndexFolder
from search_api.app import create_app
from search_api.engine.engine import Engine
from search_api.query.filters import Filters
from search_api.query.query import Query
from search_api.store.connections import CONNECTIONS
from tests.fakes import ByLength, FakeEncoder

QUESTION = "federated learning of graph neural networks"


class Counting(FakeEncoder):
    """Counts the texts of questions that it embeds."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def encode_query(self, texts):
        self.asked += texts
        return super().encode_query(texts)


@pytest.fixture
def encoder() -> Counting:
    return Counting()


@pytest.fixture
def engine(seed_generation, encoder) -> Iterator[Engine]:
    with closing(Engine(seed_generation, encoder)) as engine:
        yield engine


def test_all_that_is_asked_of_one_question_embeds_it_once(engine, encoder):
    """List, next page, wider and narrower lists, other modes, sentences, explanations."""
    query = Query(QUESTION, k=5, filters=Filters(2024))
    page = engine.search(query)
    engine.search(replace(query, cursor=page.next))
    engine.search(replace(query, mode="semantic", filters=Filters()))
    engine.search(replace(query, sort="date", min_score=0.1, collapse=True, diversity=0.5))
    engine.counts(replace(query, filters=Filters(author=("huang",)), min_score=0.2))
    engine.matches(query, page.papers)
    assert all(engine.nearest_sentences(query, page.papers))
    for paper in page.papers:
        engine.explain(query, paper.id)
    assert encoder.asked == [QUESTION]
    engine.search(Query(QUESTION + " and more"))
    assert len(encoder.asked) == 2


def test_counts_are_the_facets_of_the_list(engine):
    """Whatever the list is made by: a work that has one place is counted once."""
    for query in (
        Query(filters=Filters(2024), collapse=True),
        Query(QUESTION, collapse=True, is_paper=True),
        Query(QUESTION, mode="lexical", filters=Filters(2024)),
        Query(QUESTION, min_score=0.3),
        Query(QUESTION, sort="date", like=("akin:d56e4bd8a48894b8",)),
    ):
        assert engine.counts(query) == engine.search(query).facets


def test_the_order_of_papers_to_be_like_does_not_matter(engine):
    """They are a set: of terms that tell as much, always the same are looked for."""
    ids = [paper.id for paper in engine.newest(10)]
    for mode in ("lexical", "hybrid"):
        one, other = (
            [hit.paper.id for hit in engine.search(Query(like=tuple(like), mode=mode)).hits]
            for like in (ids, ids[::-1])
        )
        assert one == other


def test_facets_that_filters_alone_decide_ask_no_model(engine, encoder):
    """Every paper that passes is ranked, so what is counted needs no ranking."""
    found = engine.counts(Query(QUESTION, filters=Filters(2024)))
    assert found == engine.search(Query.parse("year:2024..")).facets
    assert engine.counts(Query(QUESTION, mode="lexical"))["year"]
    assert encoder.asked == []


def test_who_asks_the_same_at_the_same_time_waits_for_one_answer(engine, encoder):
    """The model reads a question once, however many threads need it."""
    with ThreadPoolExecutor(8) as threads:
        pages = list(threads.map(lambda _: engine.search(Query(QUESTION)).papers, range(16)))
    assert all(page == pages[0] for page in pages)
    assert encoder.asked == [QUESTION]


def test_no_connection_is_lent_while_the_model_runs(engine, encoder, monkeypatch):
    """Whoever waits for the model keeps nobody from the catalogue."""
    free = engine._store._connections._free
    seen = []

    def watched(really, *given):
        seen.append(len(free))
        return really(*given)

    for name in ("encode_query", "encode_document", "encode_tokens", "count_tokens"):
        monkeypatch.setattr(encoder, name, partial(watched, getattr(encoder, name)))
    query = Query(QUESTION * 20, like=("akin:d56e4bd8a48894b8",), collapse=True)
    page = engine.search(query)
    list(engine.nearest_sentences(query, page.papers))
    engine.explain(query, page.papers[0].id)
    assert len(seen) > 10
    assert set(seen) == {CONNECTIONS}


def test_a_list_is_read_again_once(seed_generation, encoder):
    """Its pages, explanations and facets share what the cross-encoder said."""
    reranker = ByLength()
    with closing(Engine(seed_generation, encoder, reranker)) as engine:
        query = Query(QUESTION, k=20)
        page = engine.search(query)
        engine.search(replace(query, cursor=page.next))
        engine.search(replace(query, k=1000))
        engine.explain(query, page.papers[3].id)
        engine.counts(query)
    assert len(reranker.read) == 1


def test_pages_embed_their_question_once(seed_generation, encoder):
    """A list narrowed by four filters, its sentences, why a paper is there, and the map."""
    index = IndexFolder(seed_generation.folder.parent.parent)
    asked = {"q": QUESTION, "year_from": "2023", "source": "002", "has_code": "false", "author": ""}
    with TestClient(create_app(index, lambda _: encoder)) as client:
        encoder.asked.clear()  # it was warmed up
        found = client.get("/api/v1/search", params=asked | {"k": "1"}).json()["results"]
        paper = found[0]["paper"]["id"]
        for path in ("/", "/snippets", f"/papers/{paper}/why", "/map", "/feed"):
            assert client.get(path, params=asked).status_code == 200
    assert encoder.asked == [QUESTION]
