"""Swapping to a generation of another model under running requests."""

import gc
import threading
import weakref
from pathlib import Path

import pytest

from indexer.errors import IndexMismatch, ModelUnavailable
from indexer.models.model import Model
from indexer.rebuild import rebuild
from search_api.engine import live as live_module
from search_api.engine.engine import Engine
from search_api.engine.live import LiveEngine, encoder_for
from search_api.query.query import Query
from tests.conftest import table
from tests.fakes import FakeEncoder

PAPERS = [(f"Paper {n}", f"alpha{' alpha' * n} beta number{n}") for n in range(12)]
QUESTION = Query("alpha beta", mode="semantic")
SIZES = {"narrow": 16, "wide": 96}
CLIENTS = 4


class Loading(FakeEncoder):
    """A model that may take its time to load, or fail to; it has no vectors before."""

    def __init__(self, name: str, may_load: threading.Event, broken: list[str]) -> None:
        super().__init__(name[0] * 64, name, SIZES[name])
        self._may_load = may_load
        self._broken = broken
        self.loading = 0
        self.loaded = False

    def encode_query(self, texts):
        if not self.loaded:
            self.loading += 1
            if self.model.name in self._broken:
                raise ModelUnavailable(f"{self.model.name}: cannot be loaded")
            assert self._may_load.wait(60)
            self.loaded = True
        return super().encode_query(texts)


class Models:
    """Makes encoders of two models, and knows which of them are in memory."""

    def __init__(self) -> None:
        self.may_load = {name: threading.Event() for name in SIZES}
        self.may_load["narrow"].set()
        self.broken: list[str] = []
        self._made: list[weakref.ref[Loading]] = []

    def make(self, space) -> Loading:
        return self.of(space.model)

    def of(self, name: str) -> Loading:
        made = Loading(name, self.may_load[name], self.broken)
        self._made.append(weakref.ref(made))
        return made

    @property
    def made(self) -> int:
        return len(self._made)

    @property
    def in_memory(self) -> list[str]:
        """The models that are loaded."""
        return [one.model.name for ref in self._made if (one := ref()) is not None and one.loaded]

    def wait_until_loading(self, name: str) -> None:
        def is_loading() -> bool:
            alive = (ref() for ref in self._made)
            return any(one.loading for one in alive if one and one.model.name == name)

        while not is_loading():
            threading.Event().wait(0.001)


def found(name: str) -> Model:
    """A model of that name, which is nowhere."""
    return Model(name, Path("/nowhere"), name[0] * 64, {"query": "", "document": ""})


@pytest.fixture
def models():
    return Models()


@pytest.fixture
def publish(index, tmp_path):
    """Build the index of the papers with a model."""
    source = table(tmp_path / "p.md", *PAPERS)

    def run(name: str, *papers: tuple[str, str]) -> None:
        if papers:
            table(source, *papers)
        rebuild([source], index, FakeEncoder(name[0] * 64, name, SIZES[name]))

    return run


@pytest.fixture
def live(index, models):
    live = LiveEngine(index, models.make)
    yield live
    live.close()


def answer(live: LiveEngine) -> tuple[str, list[tuple[str, float]]]:
    """The model that a search says it used, and what it found."""
    with live.lease() as engine:
        found = engine.search(QUESTION)
        return found.index.model, [(hit.paper.id, hit.score) for hit in found.hits]


def served(live: LiveEngine) -> str:
    info = live.serving()
    return info.model if info else ""


def test_another_model_is_taken_up_under_load_without_a_failed_or_mixed_answer(
    live, index, models, publish
):
    """While the new model loads the old one answers; then the new one, of other dimensions."""
    publish("narrow")
    live.refresh()
    right = {"narrow": answer(live)}
    answers: list[tuple[str, list[tuple[str, float]]]] = []
    failed: list[Exception] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                answers.append(answer(live))
            except Exception as error:  # noqa: BLE001 — whatever it is, it is to be shown
                failed.append(error)
                return

    def wait_for_answers_of(name: str) -> None:
        seen = len(answers)
        while not failed and sum(one == name for one, _ in answers[seen:]) < 5 * CLIENTS:
            threading.Event().wait(0.001)

    clients = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        wait_for_answers_of("narrow")
        publish("wide")
        refreshing = threading.Thread(target=live.refresh)
        refreshing.start()
        models.wait_until_loading("wide")
        wait_for_answers_of("narrow")
        assert served(live) == "narrow"
        models.may_load["wide"].set()
        refreshing.join()
        wait_for_answers_of("wide")
    finally:
        models.may_load["wide"].set()
        stop.set()
        for client in clients:
            client.join()
    right["wide"] = answer(live)
    assert failed == []
    assert live.problem is None
    assert right["narrow"][1] != right["wide"][1]
    assert {name for name, _ in answers} == {"narrow", "wide"}
    assert all(one == right[one[0]] for one in answers)
    alone = Engine(index.current(), FakeEncoder("w" * 64, "wide", SIZES["wide"]))
    assert right["wide"][1] == [(hit.paper.id, hit.score) for hit in alone.search(QUESTION).hits]
    alone.close()


def test_the_old_model_goes_with_the_last_request_that_uses_it(live, models, publish):
    """Both are in memory only as long as both answer, and nobody waits for a collection."""
    models.may_load["wide"].set()
    publish("narrow")
    live.refresh()
    assert models.in_memory == ["narrow"]
    gc.disable()
    try:
        with live.lease() as old:
            publish("wide")
            assert live.refresh() is True
            assert models.in_memory == ["narrow", "wide"]
            assert old.search(QUESTION).index.model == "narrow"
            assert answer(live)[0] == "wide"
        del old
        assert models.in_memory == ["wide"]
    finally:
        gc.enable()


def test_a_generation_of_the_same_model_goes_on_with_the_same_encoder(live, models, publish):
    """Nothing is loaded for it, nor looked for."""
    publish("narrow")
    live.refresh()
    with live.lease() as engine:
        (before,) = engine.encoders
    publish("narrow", ("Another", "alpha gamma"))
    assert live.refresh() is True
    with live.lease() as engine:
        assert engine.encoders == (before,)
        assert engine.search(QUESTION).total == 1
    assert (models.made, before.loading) == (1, 1)


def test_a_model_that_cannot_be_loaded_leaves_the_last_good_one_serving(
    live, models, publish, monkeypatch
):
    """The problem says so, it is tried again, and goes when the model can be loaded."""
    monkeypatch.setattr(live_module, "RETRY_SECONDS", 0.0)
    models.may_load["wide"].set()
    publish("narrow")
    live.refresh()
    models.broken.append("wide")
    publish("wide")
    for _ in range(2):
        assert live.refresh() is False
        assert isinstance(live.problem, ModelUnavailable)
        assert "wide: cannot be loaded" in live.problem.detail
        assert (answer(live)[0], models.in_memory) == ("narrow", ["narrow"])
    models.broken.clear()
    assert live.refresh() is True
    assert (answer(live)[0], live.problem) == ("wide", None)


def test_a_damaged_generation_of_another_model_does_not_load_it(live, index, models, publish):
    """Its files are looked at first; the encoder that was made is of no use and is let go."""
    publish("narrow")
    live.refresh()
    publish("wide")
    vectors = index.current().vectors
    good = vectors.read_bytes()
    vectors.write_bytes(b"rubbish")
    assert live.refresh() is False
    assert (answer(live)[0], models.in_memory) == ("narrow", ["narrow"])
    vectors.write_bytes(good)
    publish("narrow", ("Another", "alpha gamma"))
    assert live.refresh() is True
    gc.collect()
    assert [ref() for ref in models._made[1:]] == [None]


def test_a_model_that_was_named_stays(index, models, publish, monkeypatch):
    """Who names a model wishes for it: a generation of another one is refused, as at a start."""
    monkeypatch.setattr(live_module, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(live_module, "find_model", found)
    monkeypatch.setattr(
        live_module, "question_encoder", lambda model, threads: models.of(model.name)
    )
    live = LiveEngine(index, encoder_for("narrow"))
    publish("narrow")
    assert live.refresh() is True
    publish("wide")
    for _ in range(2):
        assert live.refresh() is False
        assert isinstance(live.problem, IndexMismatch)
        assert "leave --model and AKIN_MODEL out" in live.problem.detail
        assert answer(live)[0] == "narrow"
    assert models.made == 1
    live.close()


def test_without_a_name_the_model_of_the_generation_is_looked_for(index, publish, monkeypatch):
    """By the name that it was built with, with the threads that were asked for."""
    asked = []
    monkeypatch.setattr(live_module, "find_model", found)
    monkeypatch.setattr(
        live_module, "question_encoder", lambda model, threads: asked.append((model.name, threads))
    )
    publish("wide")
    encoder_for(None, 3)(index.current().manifest.space)
    encoder_for("narrow", 2)(index.current().manifest.space)
    assert asked == [("wide", 3), ("narrow", 2)]


def test_an_engine_that_is_opened_while_the_server_ends_is_closed(live, models, publish):
    """A model may still be loading then: nothing is left open."""
    models.may_load["narrow"].clear()
    publish("narrow")
    refreshing = threading.Thread(target=live.refresh)
    refreshing.start()
    models.wait_until_loading("narrow")
    live.close()
    models.may_load["narrow"].set()
    refreshing.join()
    assert live.serving() is None


def test_one_place_chooses_how_a_model_is_run():
    """No other module of the product names the class that needs torch."""
    root = Path(live_module.__file__).parents[2]
    naming = {
        path.relative_to(root).as_posix()
        for package in ("indexer", "search_api", "docs")
        for path in (root / package).rglob("*.py")
        if "SentenceTransformerEncoder" in path.read_text("utf-8")
    }
    assert naming == {"indexer/models/sentence_transformer.py", "indexer/models/choosing.py"}
