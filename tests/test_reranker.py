"""A cross-encoder reads the best papers again, where one is named."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from indexer.errors import BadParameter, ModelUnavailable
from indexer.models.model import find_model
from search_api.engine.engine import Engine
from search_api.query.query import Query
from search_api.ranking.reranker import DEPTH, CrossEncoderReranker
from search_api.store.connections import CONNECTIONS
from tests.fakes import ByLength, FakeEncoder


@pytest.fixture
def reranker():
    return ByLength()


@pytest.fixture
def engine(seed_generation, reranker):
    with closing(Engine(seed_generation, FakeEncoder(), reranker)) as engine:
        yield engine


@pytest.fixture
def plain(seed_generation):
    with closing(Engine(seed_generation, FakeEncoder())) as engine:
        yield engine


def test_the_best_are_read_again_and_the_others_stay(engine, plain, reranker):
    """The first fifty come in the reranker's order, what is behind them in that of the search."""
    before = [hit.paper for hit in plain.search(Query("graph learning", k=64)).hits]
    page = engine.search(Query("graph learning", k=64))
    found = [hit.paper for hit in page.hits]

    def length(paper):
        return len(paper.title) + len(paper.abstract)

    assert found == [*sorted(before[:DEPTH], key=length), *before[DEPTH:]]
    ((query, texts),) = reranker.read
    assert query == "graph learning"
    assert texts == [f"{paper.title}\n{paper.abstract}" for paper in before[:DEPTH]]
    for place, hit in enumerate(page.hits):
        expected = -1.0 - length(hit.paper) if place < DEPTH else None
        assert hit.rerank == expected
        assert hit.to_json()["why"].get("rerank") == expected
    assert [hit.rank for hit in page.hits] == list(range(1, 65))


def test_pages_of_a_list_that_was_read_again_join(engine):
    """Each page is cut out of the same list."""
    whole = [hit.paper.id for hit in engine.search(Query("graph learning", k=64)).hits]
    joined, cursor = [], None
    while True:
        page = engine.search(Query("graph learning", k=9, cursor=cursor))
        joined += [hit.paper.id for hit in page.hits]
        if (cursor := page.next) is None:
            break
    assert joined == whole


def test_a_cursor_does_not_outlive_a_change_of_reranker(engine, plain, seed_generation):
    """A page of a list in another order would repeat papers, and leave out others."""
    query = Query("graph learning", k=9)
    other = ByLength("0" * 64)
    with closing(Engine(seed_generation, FakeEncoder(), other)) as changed:
        for one, another in ((engine, plain), (plain, engine), (engine, changed)):
            cursor = one.search(query).next
            assert one.search(replace(query, cursor=cursor)).hits[0].rank == 10
            with pytest.raises(BadParameter, match="ordered by another reranker"):
                another.search(replace(query, cursor=cursor))


def test_no_connection_is_held_while_papers_are_read_again(engine, reranker, monkeypatch):
    """Slow reading keeps nobody from the catalogue: more may read than there are connections."""
    free = engine._store._connections._free
    seen = []

    def score(query, texts):
        seen.append(len(free))
        return np.zeros(len(texts))

    monkeypatch.setattr(reranker, "score", score)
    engine.search(Query("graph learning", collapse=True))
    assert seen == [CONNECTIONS]


@pytest.mark.parametrize("query", [Query("graph", sort="date"), Query.parse("year:2025")])
def test_what_is_not_ordered_by_relevance_is_not_read(engine, reranker, query):
    """A list by date, or one without a question, needs no second look."""
    assert all(hit.rerank is None for hit in engine.search(query).hits)
    assert reranker.read == []


@pytest.mark.model
def test_a_cross_encoder_in_a_folder_is_read(tmp_path):
    """Any one of sentence-transformers works; one that gives several values is refused."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    torch.manual_seed(
        1
    )  # weights by chance, but always the same: two texts that score alike are rare
    bundled = find_model()
    for labels in (1, 3):
        folder = tmp_path / str(labels)
        config = BertConfig(
            vocab_size=30522, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
            intermediate_size=16, num_labels=labels,
        )  # fmt: skip
        BertForSequenceClassification(config).save_pretrained(folder)
        AutoTokenizer.from_pretrained(bundled.path).save_pretrained(folder)
    one = CrossEncoderReranker(find_model(str(tmp_path / "1")))
    texts = ["graph networks", "images of clouds", "graph networks"]
    scores = one.score("graphs", texts)
    assert (scores.shape, scores.dtype) == ((3,), np.float64)
    assert scores[0] == pytest.approx(scores[2]) != pytest.approx(scores[1], abs=1e-9)
    with pytest.raises(ModelUnavailable, match="one"):
        CrossEncoderReranker(find_model(str(tmp_path / "3"))).score("graphs", texts)


def test_a_reranker_that_cannot_be_had_is_an_error_before_anything_is_searched(tmp_path):
    """The name is looked up at once, as that of any model."""
    with pytest.raises(ModelUnavailable, match="holds neither"):
        find_model(str(tmp_path))
