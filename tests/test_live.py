"""Swapping generations under running requests."""

import sqlite3
import threading
import time
from contextlib import ExitStack

import httpx2
import pytest
import uvicorn

from indexer.errors import (
    EngineClosed,
    IndexCorrupted,
    IndexMismatch,
    IndexMissing,
    ModelUnavailable,
)
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api import app as app_module
from search_api.app import create_app
from search_api.engine.live import LiveEngine
from search_api.query.query import Query
from tests.conftest import table
from tests.fakes import FakeEncoder


@pytest.fixture
def source(tmp_path):
    return table(tmp_path / "p.md", ("One", "alpha"), ("Two", "beta"))


@pytest.fixture
def live(index):
    live = LiveEngine(index, lambda manifest: FakeEncoder())
    yield live
    live.close()


def papers(live) -> int:
    with live.lease() as engine:
        return engine.search(Query("alpha")).total


def test_an_index_that_comes_later_is_taken_up(live, build, source):
    """A server may start before the first build."""
    assert live.refresh() is False
    with pytest.raises(IndexMissing), live.lease():
        pass
    build(source)
    assert live.refresh() is True
    assert papers(live) == 2
    assert live.refresh() is False


def test_a_borrowed_engine_stays_open_until_it_is_given_back(live, build, source):
    """A request that began on the old generation ends on it, though its files are gone by then."""
    build(source)
    live.refresh()
    with ExitStack() as borrowed:
        old = borrowed.enter_context(live.lease())
        for title in ("Three", "Four", "Five"):
            table(source, (title, "alpha"))
            build(source)
        assert live.refresh() is True
        assert not old.generation.folder.exists()
        hits = old.search(Query("alpha")).hits
        assert [hit.paper.title for hit in hits] == ["One", "Two"]
        assert papers(live) == 1
    with pytest.raises(EngineClosed):
        old.search(Query("alpha"))


def test_a_generation_of_another_model_is_refused_and_the_old_one_serves(
    live, index, build, source
):
    """The problem has the command that mends it, and goes away when it is mended."""
    build(source)
    live.refresh()
    table(source, ("Three", "gamma"))
    rebuild([source], index, FakeEncoder("0" * 64, "other"))
    assert live.refresh() is False
    assert isinstance(live.problem, IndexMismatch)
    assert "rebuild-index --index" in live.problem.detail
    assert papers(live) == 2
    build(source)
    assert live.refresh() is True
    assert live.problem is None
    assert papers(live) == 1


def test_a_damaged_generation_is_refused_and_the_old_one_serves(live, index, build, source):
    """Corruption is noticed before the swap."""
    build(source)
    live.refresh()
    table(source, ("Three", "gamma"))
    build(source)
    index.current().catalogue.write_bytes(b"rubbish")
    assert live.refresh() is False
    assert isinstance(live.problem, IndexCorrupted)
    assert papers(live) == 2


def test_a_start_on_a_damaged_generation_serves_the_one_before(live, index, build, source):
    """The last good index still serves, and says what is wrong with the current one."""
    build(source)
    table(source, ("Three", "gamma"))
    build(source)
    index.current().vectors.write_bytes(b"rubbish")
    live.refresh()
    assert isinstance(live.problem, IndexCorrupted)
    assert papers(live) == 2


def test_a_hot_swap_under_load_drops_no_request(index, build, tmp_path, monkeypatch):
    """Real sockets, four clients, five publications: every answer is whole and of one of them."""
    monkeypatch.setattr(app_module, "POLL_SECONDS", 0.05)
    source = table(tmp_path / "p.md", ("Paper 0", "alpha 0"))
    sizes = {build(source).generation: 1}
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(index, lambda manifest: FakeEncoder()), port=0, log_level="warning"
        )
    )
    serving = threading.Thread(target=server.run)
    serving.start()
    answers: list[tuple[int, str, int]] = []
    stop = threading.Event()
    try:
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        base = f"http://127.0.0.1:{port}/api/v1"

        def ask() -> None:
            with httpx2.Client() as client:
                while not stop.is_set():
                    answer = client.get(f"{base}/search", params={"q": "alpha paper", "k": 50})
                    page = answer.json()
                    answers.append(
                        (answer.status_code, page["index"]["generation"], len(page["results"]))
                        if answer.status_code == 200
                        else (answer.status_code, answer.text, 0)
                    )

        clients = [threading.Thread(target=ask) for _ in range(4)]
        for client in clients:
            client.start()
        for size in range(2, 7):
            # A client must have had an answer of each generation before the next one comes.
            while not any(generation == [*sizes][-1] for _, generation, _ in answers):
                time.sleep(0.01)
            table(source, *((f"Paper {i}", f"alpha {i}") for i in range(size)))
            sizes[build(source).generation] = size
        while not any(generation == [*sizes][-1] for _, generation, _ in answers):
            time.sleep(0.01)
    finally:
        stop.set()
        for client in clients:
            client.join()
        server.should_exit = True
        serving.join()
    assert {status for status, _, _ in answers} == {200}
    assert {generation for _, generation, _ in answers} == set(sizes)
    assert all(shown == sizes[generation] for _, generation, shown in answers)


def test_a_model_that_comes_back_is_taken_up(index, build, source, monkeypatch):
    """Without its model the server answers 503, and tries again until the model is there."""
    monkeypatch.setattr("search_api.engine.live.RETRY_SECONDS", 0.0)
    build(source)
    tries = iter([ModelUnavailable("gone"), ModelUnavailable("gone"), FakeEncoder()])

    def make(manifest):
        made = next(tries)
        if isinstance(made, Exception):
            raise made
        return made

    live = LiveEngine(index, make)
    for _ in range(2):
        assert live.refresh() is False
        with pytest.raises(ModelUnavailable) as caught, live.lease():
            pass
        assert caught.value.status == 503
    assert live.refresh() is True
    assert papers(live) == 2
    live.close()


def test_a_damaged_file_that_was_put_back_is_taken_up(live, index, build, source, monkeypatch):
    """The problem goes away by itself, without another build."""
    monkeypatch.setattr("search_api.engine.live.RETRY_SECONDS", 0.0)
    build(source)
    table(source, ("Three", "gamma"))
    build(source)
    vectors = index.current().vectors
    good = vectors.read_bytes()
    vectors.write_bytes(b"rubbish")
    live.refresh()
    assert (papers(live), live.problem is None) == (2, False)
    vectors.write_bytes(good)
    assert live.refresh() is True
    assert (papers(live), live.problem) == (1, None)


@pytest.mark.parametrize("error", [PermissionError("no"), sqlite3.OperationalError("no"), KeyError])
def test_no_error_ends_the_watching(live, index, build, source, monkeypatch, error):
    """Whatever goes wrong is the problem for now, and the next generation is served."""
    build(source)
    live.refresh()
    table(source, ("Three", "gamma"))
    build(source)

    def fail(self):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(IndexFolder, "current", fail)
        assert live.refresh() is False
    assert live.problem is not None
    assert papers(live) == 2
    table(source, ("Three", "gamma"), ("Four", "delta"), ("Five", "epsilon"))
    build(source)
    assert live.refresh() is True
    assert (papers(live), live.problem) == (3, None)


def test_damage_under_a_running_engine_is_noticed(live, index, build, source):
    """A query that meets a damaged catalogue ends that engine; the generation before serves."""
    build(source)
    table(source, ("Three", "gamma"))
    build(source)
    live.refresh()
    assert papers(live) == 1
    with index.current().catalogue.open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(0)
        file.write(b"\xff" * size)
    with pytest.raises(IndexCorrupted, match="rebuild-index --index"):
        papers(live)
    live.refresh()
    assert papers(live) == 2
    assert isinstance(live.problem, IndexCorrupted)
