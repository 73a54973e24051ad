"""Connections are lent, given back, waited for and closed."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import ExitStack, suppress

import pytest

from indexer.errors import EngineClosed
from search_api.engine.engine import Engine
from search_api.query.query import Query
from search_api.store.connections import Connections
from tests.fakes import FakeEncoder


@pytest.fixture
def catalogue(seed_generation):
    return seed_generation.catalogue


def test_a_closed_engine_says_so(seed_generation):
    """Whoever asks it is answered with an error that names the generation, and does not wait."""
    engine = Engine(seed_generation, FakeEncoder())
    engine.close()
    for ask in (
        lambda: engine.search(Query("graphs")),
        lambda: engine.explain(Query("graphs"), "a"),
        lambda: engine.paper("a"),
        lambda: list(engine.papers(Query("x").filters)),
        lambda: engine.counts(Query("graphs")),
        lambda: engine.counts(Query.parse("year:2025")),
        lambda: engine.matches(Query("graphs"), []),
        lambda: list(engine.nearest_sentences(Query("graphs"), [])),
        lambda: engine.map_columns,
    ):
        with pytest.raises(EngineClosed, match=seed_generation.id):
            ask()


def test_a_connection_is_one_borrowers_at_a_time(catalogue):
    """Two that are lent together are two; one that comes back is lent again."""
    connections = Connections(catalogue, 2)
    with connections.lend() as one, connections.lend() as other:
        assert one is not other
    with connections.lend() as again:
        assert again in (one, other)
    connections.close()


def test_what_is_lent_is_closed_when_it_comes_back(catalogue):
    """Closing leaves a borrower's connection as it is, to its end."""
    connections = Connections(catalogue, 1)
    with connections.lend() as db:
        connections.close()
        assert db.execute("SELECT count(*) FROM papers").fetchone() == (64,)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        db.execute("SELECT 1")


def test_who_waits_while_it_closes_is_told(catalogue):
    """Nobody waits for a connection that will never be free."""
    connections = Connections(catalogue, 1)
    raised = threading.Event()

    def borrow():
        try:
            with connections.lend():
                pass
        except EngineClosed:
            raised.set()

    waiting = threading.Thread(target=borrow)
    with connections.lend():
        waiting.start()
        connections.close()
        assert raised.wait(60)
    waiting.join()


def test_after_a_close_amid_borrowing_all_are_closed(catalogue):
    """However a close falls between lending and giving back, no connection stays open."""
    for _ in range(20):
        connections = Connections(catalogue, 2)
        seen: set[sqlite3.Connection] = set()

        def borrow(connections=connections, seen=seen):
            with suppress(EngineClosed):
                while True:
                    with connections.lend() as db:
                        seen.add(db)

        with ExitStack() as threads:
            for _ in range(4):
                thread = threading.Thread(target=borrow)
                thread.start()
                threads.callback(thread.join)
            while not seen:
                pass
            connections.close()
        for db in seen:
            with pytest.raises(sqlite3.ProgrammingError, match="closed"):
                db.execute("SELECT 1")
