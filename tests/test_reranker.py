"""A reranker reads the best papers again, where one is named and as long as it may."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from starlette.testclient import TestClient

from indexer.errors import BadParameter, ModelUnavailable
from indexer.models.model import find_model
from indexer.store.generation import IndexFolder
from search_api.app import create_app
from search_api.engine.engine import Engine
from search_api.engine.live import reranker_of
from search_api.engine.whole_list import whole_list
from search_api.query.query import Query
from search_api.ranking.answers import SKIPPED_SECONDS, Answers
from search_api.ranking.reading_model import ModelReranker
from search_api.ranking.reranker import BATCH, DEPTH, Skipped, TimedReranker
from search_api.store.connections import CONNECTIONS
from search_api.store.local import LocalStore
from tests.fakes import ByLength, FakeEncoder

QUERY = Query("graph learning", k=9)
TEXTS = ["four", "one two three", "", "a", "twelve words", "six", "seven of them"]


class Clock:
    """Tells the seconds that were let pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Slow(ByLength):
    """Takes a hundred seconds to load, and some for each batch."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        super().__init__()
        self.clock = clock
        self.seconds = seconds

    def load(self):
        if not self.loaded:
            self.clock.now += 100
        super().load()

    def score(self, query, texts):
        self.clock.now += self.seconds
        return super().score(query, texts)


class Failing(ByLength):
    """Scores as it is told, or raises that."""

    def __init__(self, outcome: Exception | float) -> None:
        super().__init__()
        self.outcome = outcome

    def score(self, query, texts):
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return np.full(len(texts), self.outcome)


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


@pytest.fixture
def engine_with(seed_generation):
    """Open engines with other rerankers."""
    opened = []

    def made(reranker):
        opened.append(Engine(seed_generation, FakeEncoder(), reranker))
        return opened[-1]

    yield made
    for engine in opened:
        engine.close()


def ids(page):
    return [hit.paper.id for hit in page.hits]


def all_ids(engine, page):
    """The ids of a whole list, joined of a page and those that follow it."""
    joined = ids(page)
    while page.next:
        page = engine.search(replace(QUERY, cursor=page.next))
        joined += ids(page)
    return joined


def test_the_best_are_read_again_and_the_others_stay(engine, plain, reranker):
    """The first twenty come in the reranker's order, what is behind them in that of the search."""
    before = [hit.paper for hit in plain.search(Query("graph learning", k=64)).hits]
    page = engine.search(Query("graph learning", k=64))
    found = [hit.paper for hit in page.hits]

    def length(paper):
        return len(paper.title) + len(paper.abstract)

    assert DEPTH == 20
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
    whole = ids(engine.search(replace(QUERY, k=64)))
    assert all_ids(engine, engine.search(QUERY)) == whole


def test_a_cursor_does_not_outlive_a_change_of_reranker(engine, plain, engine_with):
    """A page of a list in another order would repeat papers, and leave out others."""
    changed = engine_with(ByLength("0" * 64))
    for one, another in ((engine, plain), (engine, changed)):
        cursor = one.search(QUERY).next
        assert one.search(replace(QUERY, cursor=cursor)).hits[0].rank == 10
        with pytest.raises(BadParameter, match="ordered by another reranker"):
            another.search(replace(QUERY, cursor=cursor))


def test_a_list_that_was_not_read_again_goes_on_so(engine, plain, reranker):
    """A page of a server without a reranker is followed by one of its list, and it says so."""
    first = plain.search(QUERY)
    second = engine.search(replace(QUERY, cursor=first.next))
    assert (second.notes, reranker.read) == (["not reranked: the page before was not"], [])
    assert all_ids(engine, first) == ids(plain.search(replace(QUERY, k=64)))
    by_date = replace(QUERY, sort="date")
    second = engine.search(replace(by_date, cursor=plain.search(by_date).next))
    assert second.notes == plain.search(by_date).notes


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


# In time


def test_texts_are_read_in_batches_of_one_length(reranker):
    """The shorter texts of a batch cost as much as its longest; each score is its text's."""
    found = TimedReranker(reranker, 5.0).score("query", TEXTS)
    assert found.tolist() == [-len(text) for text in TEXTS]
    batches = [texts for _, texts in reranker.read]
    assert [len(texts) for texts in batches] == [BATCH, 3]
    assert all(max(map(len, a)) <= min(map(len, b)) for a, b in pairwise(batches))


@pytest.mark.parametrize("each", [1.0, 1.2, 2.0, 7.0])
def test_all_are_read_in_time_or_none(engine_with, plain, each):
    """A list is read again whole or not at all; then it says so, and how far the reading came."""
    clock = Clock()
    engine = engine_with(TimedReranker(Slow(clock, each), 5.0, clock))
    page = engine.search(replace(QUERY, k=64))
    before = plain.search(replace(QUERY, k=64))
    if each <= 1.2:  # the fifth batch begins before the time is over, and may end after it
        assert (page.notes, ids(page) == ids(before)) == ([], False)
        return
    done = {2.0: 12, 7.0: 4}[each]
    assert page.notes == [
        f"not reranked: {done} of the 20 best papers were read again when the 5 s for it were over "
        "(--reranker-seconds)"
    ]
    assert ids(page) == ids(before)
    assert {hit.rerank for hit in page.hits} == {None}
    assert page.to_json()["notes"] == page.notes


@pytest.mark.parametrize("seconds", [None, 1e6])
def test_there_need_be_no_limit(seconds):
    """Without one it takes as long as it takes; loading takes nothing of it in any case."""
    clock = Clock()
    slow = Slow(clock, 50.0)
    assert len(TimedReranker(slow, seconds, clock).score("query", TEXTS)) == len(TEXTS)
    assert clock.now == 200


def test_loading_takes_nothing_of_the_time():
    """A command loads the model within its one search."""
    clock = Clock()
    assert len(TimedReranker(Slow(clock, 1.0), 5.0, clock).score("query", TEXTS)) == len(TEXTS)


def test_waiting_for_ones_turn_is_of_the_time(reranker):
    """One list is read at a time; whoever waits for that so long goes without."""
    timed = TimedReranker(reranker, 0.001)
    with timed._turn, pytest.raises(Skipped, match="0 of the 7 best papers"):
        timed.score("query", TEXTS)
    assert reranker.read == []
    assert len(timed.score("query", TEXTS)) == len(TEXTS)


def test_what_was_skipped_is_tried_again_later(seed_generation):
    """Not at once, as its page asks more of the same list; then it is read again, and kept."""
    clock = Clock()
    slow = Slow(clock, 3.0)
    with closing(LocalStore(seed_generation)) as store:
        timed = TimedReranker(slow, 5.0, clock)
        answers = Answers(store, FakeEncoder(), timed, clock=clock)
        skipped = answers.answer(QUERY, 9)
        assert (skipped.read_again, "not reranked" in skipped.skipped) == (False, True)
        slow.seconds = 0
        clock.now += SKIPPED_SECONDS - 0.1
        again = answers.answer(replace(QUERY, k=30), 64)
        assert (again.skipped, again.read_again) == (skipped.skipped, False)
        assert answers.answer(replace(QUERY, text="other"), 9).read_again
        clock.now += 0.1
        read = answers.answer(QUERY, 9)
        assert (read.read_again, read.skipped, read.notes) == (True, "", [])
        slow.seconds = 100
        assert answers.answer(QUERY, 9) is read


def test_all_that_is_asked_of_a_list_is_of_one_order(engine_with, plain):
    """Pages and explanations of a skipped list are of that one, though there is time now."""
    clock = Clock()
    slow = Slow(clock, 10.0)
    engine = engine_with(TimedReranker(slow, 5.0, clock))
    first = engine.search(QUERY)
    slow.seconds = 0
    before = ids(plain.search(replace(QUERY, k=64)))
    assert all_ids(engine, first) == before
    for place in (0, 3, 40):
        found = engine.explain(QUERY, before[place])
        assert (found.rank, found.rerank) == (place + 1, None)
        assert first.notes[0] in found.notes
    slow.seconds = 10
    page, hits = whole_list(engine_with(TimedReranker(slow, 5.0, clock)), QUERY)
    slow.seconds = 0
    assert [hit.paper.id for hit in hits] == before
    assert page.notes == first.notes


def test_a_page_after_one_that_was_read_again_is_of_its_list_or_an_error(engine, engine_with):
    """Another process has to read it again; if it cannot, no page is better than another order."""
    cursor = engine.search(QUERY).next
    clock = Clock()
    slow = Slow(clock, 10.0)
    other = engine_with(TimedReranker(slow, 5.0, clock))
    with pytest.raises(ModelUnavailable, match=r"4 of the 20 .* the page before was"):
        other.search(replace(QUERY, cursor=cursor))
    slow.seconds = 1
    expected = engine.search(replace(QUERY, cursor=cursor))
    assert ids(other.search(replace(QUERY, cursor=cursor))) == ids(expected)


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (RuntimeError("no memory"), "the reranker failed (RuntimeError)"),
        (float("nan"), "the reranker gave what is no number"),
    ],
)
def test_a_reranker_that_fails_costs_the_order_alone(engine_with, plain, caplog, outcome, why):
    """The list is as the search ranks it, and says so; whoever runs the server finds the cause."""
    page = engine_with(TimedReranker(Failing(outcome), 5.0)).search(QUERY)
    assert ids(page) == ids(plain.search(QUERY))
    assert page.notes == [f"not reranked: {why}"]
    assert ("no memory" in caplog.text) == isinstance(outcome, RuntimeError)


def test_a_reranker_that_cannot_be_loaded_is_an_error(engine_with):
    """It was asked for by name: no list is passed off as its own."""
    failing = Failing(ModelUnavailable("broken.safetensors: not to be read"))
    with pytest.raises(ModelUnavailable, match="broken"):
        engine_with(TimedReranker(failing, 5.0)).search(QUERY)


@pytest.mark.parametrize(("query", "loaded"), [(QUERY, 1), (replace(QUERY, sort="date"), 0)])
def test_a_command_loads_it_before_its_search_where_it_is_asked(engine, reranker, query, loaded):
    """What loading takes is not the search's, and a list by date need not wait for it."""
    engine.load(query)
    assert reranker.loaded == loaded


def test_a_server_loads_it_before_the_first_query_and_shows_what_was_skipped(seed_generation):
    """No query waits for the model, nor loses its time to it; pages and JSON have the note."""
    clock = Clock()
    slow = Slow(clock, 6.0)
    index = IndexFolder(seed_generation.index)
    app = create_app(index, lambda _: FakeEncoder(), TimedReranker(slow, 5.0, clock))
    with TestClient(app) as client:
        assert (slow.loaded, clock.now) == (1, 100)
        note = "4 of the 20 best papers were read again when the 5 s for it were over"
        (found,) = client.get("/api/v1/search?q=graphs").json()["notes"]
        assert note in found
        assert note in client.get("/?q=graphs", headers={"accept": "text/html"}).text


def test_a_server_whose_reranker_cannot_be_loaded_says_so(seed_generation, monkeypatch):
    """It is not ready, and its problem is the reranker's."""
    reranker = ByLength()

    def load():
        raise ModelUnavailable("broken.safetensors: not to be read")

    monkeypatch.setattr(reranker, "load", load)
    app = create_app(IndexFolder(seed_generation.index), lambda _: FakeEncoder(), reranker)
    with TestClient(app) as client:
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "broken.safetensors" in answer.text


# Models


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
    one = reranker_of(str(tmp_path / "1"), 0)
    texts = ["graph networks", "images of clouds", "graph networks"]
    scores = one.score("graphs", texts)
    assert (scores.shape, scores.dtype) == ((3,), np.float64)
    assert scores[0] == pytest.approx(scores[2]) != pytest.approx(scores[1], abs=1e-9)
    with pytest.raises(ModelUnavailable, match="one that ranks gives one"):
        reranker_of(str(tmp_path / "3")).load()


@pytest.mark.model
def test_a_late_interaction_model_in_a_folder_is_read(tmp_path):
    """Its score is MaxSim: of each word piece of the query the best cosine in the text, summed."""
    import torch
    from sentence_transformers import MultiVectorEncoder
    from transformers import AutoTokenizer, BertConfig, BertModel

    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=30522, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16,
    )  # fmt: skip
    BertModel(config).save_pretrained(tmp_path / "bert")
    AutoTokenizer.from_pretrained(find_model().path).save_pretrained(tmp_path / "bert")
    encoder = MultiVectorEncoder(str(tmp_path / "bert"))
    encoder.save_pretrained(str(tmp_path / "late"))
    texts = ["graph networks", "images of clouds and of other things", "graphs"]
    scores = reranker_of(str(tmp_path / "late")).score("graphs of papers", texts)
    (asked,) = encoder.encode_query(["graphs of papers"])
    expected = [
        float((asked @ read.T).max(dim=1).values.sum()) for read in encoder.encode_document(texts)
    ]
    assert scores == pytest.approx(np.array(expected), abs=1e-5)
    assert scores.dtype == np.float64
    with pytest.raises(ModelUnavailable, match="cannot rerank"):
        reranker_of(str(tmp_path / "bert"))


@pytest.mark.parametrize(
    ("stated", "config", "ranks"),
    [
        ({"model_type": "CrossEncoder"}, {}, True),
        ({"model_type": "MultiVectorEncoder"}, {}, True),
        (None, {"architectures": ["HF_ColBERT"]}, True),
        (None, {"architectures": ["BertForSequenceClassification"]}, True),
        ({"prompts": {}}, {"architectures": ["BertForSequenceClassification"]}, True),
        ({"prompts": {}}, {"architectures": ["BertModel"]}, False),
        ({"model_type": "SparseEncoder"}, {"architectures": ["HF_ColBERT"]}, False),
        (None, {}, False),
        ([], [], False),
    ],
)
def test_what_a_folder_says_decides_whether_it_ranks(tmp_path, stated, config, ranks):
    """Any other model would be given weights by chance, and order papers by them."""
    if stated is not None:
        (tmp_path / "config_sentence_transformers.json").write_text(json.dumps(stated))
    (tmp_path / "config.json").write_text(json.dumps(config))
    model = replace(find_model("fast"), path=tmp_path)
    if ranks:
        assert ModelReranker(model).model is model
        return
    with pytest.raises(ModelUnavailable, match="cannot rerank"):
        ModelReranker(model)


def test_a_reranker_that_cannot_be_had_is_an_error_before_anything_is_searched(tmp_path):
    """The name is looked up at once, as that of any model; one of single texts does not rank."""
    with pytest.raises(ModelUnavailable, match="holds neither"):
        reranker_of(str(tmp_path))
    with pytest.raises(ModelUnavailable, match="cannot rerank"):
        reranker_of("fast")
