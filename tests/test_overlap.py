"""A rebuild whose index is written by other processes, while this one embeds and draws."""

import multiprocessing
import os
import signal

import pytest

from indexer.errors import ProcessDied
from indexer.rebuild import rebuild
from indexer.store import local_sink
from indexer.store.generation import IndexFolder
from tests.fakes import FakeEncoder


@pytest.fixture
def _beside(monkeypatch):
    """Few papers are many."""
    monkeypatch.setattr(local_sink, "FEW", 10)
    monkeypatch.setattr(local_sink.os, "cpu_count", lambda: 2)


class AtPhase:
    """Does something when a phase begins; remembers the papers that it is told of."""

    def __init__(self, name, do):
        self._name, self._do = name, do
        self.papers = {}

    def phase(self, name, total=None):
        self._of = name
        if name == self._name:
            self._do()

    def advance(self, papers):
        self.papers[self._of] = self.papers.get(self._of, 0) + papers


def helpers() -> list[int]:
    return [child.pid for child in multiprocessing.active_children()]


@pytest.mark.usefixtures("_beside")
def test_what_is_written_beside_is_what_is_written_here(seeds, tmp_path, monkeypatch):
    """Two processes are at work while papers are embedded; each file is the same, to the byte."""
    seen = []
    reporter = AtPhase("embedding", lambda: seen.append(len(helpers())))
    indexes = [IndexFolder(tmp_path / name) for name in ("beside", "here")]
    report = rebuild([seeds], indexes[0], FakeEncoder(), mapped="pca", reporter=reporter)
    assert (seen, helpers()) == ([2], [])
    assert reporter.papers["indexing"] == report.papers == 64
    monkeypatch.setattr(local_sink, "FEW", 100)
    rebuild([seeds], indexes[1], FakeEncoder(), mapped="pca")
    beside, here = (index.current().manifest.files for index in indexes)
    assert beside == here


@pytest.mark.usefixtures("_beside")
def test_a_process_that_dies_ends_the_build(seeds, tmp_path):
    """The index is as it was, nothing is left behind, and the next build makes it good."""
    index = IndexFolder(tmp_path / "index")
    (seeds / "note.jsonl").write_text('{"title": "A first paper", "abstract": "Of nothing."}\n')
    first = rebuild([seeds / "note.jsonl"], index, FakeEncoder()).generation

    def kill():
        for helper in helpers():
            os.kill(helper, signal.SIGKILL)

    with pytest.raises(ProcessDied):
        rebuild([seeds], index, FakeEncoder(), reporter=AtPhase("mapping", kill))
    assert index.current().id == first
    assert not list(index.generations.glob(".building-*"))
    assert rebuild([seeds], index, FakeEncoder()).papers == 65
    index.current().verify()
