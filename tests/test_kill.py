"""kill -9 at every step of a rebuild: readers see the old generation or the new one, whole."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from tests.conftest import ROOT
from tests.fakes import FakeEncoder

# Rebuilds that count their steps (phases, chunks embedded, flushes, renames), and kill themselves,
# without a chance to clean up, just before the last that they are told. It forks once for each line
# that it reads, having imported all of it: that takes longer than a rebuild.
BUILDER = """
import json, os, pathlib, signal, sys
import sklearn.cluster, sklearn.neighbors, threadpoolctl
from indexer import embedding
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from tests.fakes import FakeEncoder

def before(owner, name, step):
    real = getattr(owner, name)
    def stepped(*args, **kwargs):
        step(name)
        return real(*args, **kwargs)
    setattr(owner, name, stepped)

def build(index, source, last, steps):
    done = 0
    with open(steps, "w") as file:
        def step(name):
            nonlocal done
            if done == last:
                os.kill(os.getpid(), signal.SIGKILL)
            done += 1
            print(name, file=file, flush=True)

        class Reporter:
            def phase(self, name, total=None):
                self.name = name
                step(name)
            def advance(self, papers):
                if self.name == "embedding":
                    step("chunk")

        before(os, "fsync", step)
        before(pathlib.Path, "rename", step)
        before(pathlib.Path, "replace", step)
        embedding.LEAST = embedding.MOST = 30
        folder = IndexFolder(pathlib.Path(index))
        rebuild([pathlib.Path(source)], folder, FakeEncoder(), mapped="pca", reporter=Reporter())

for line in sys.stdin:
    child = os.fork()
    if not child:
        build(*json.loads(line))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


class Builder:
    """Rebuilds in processes of their own, each up to a step."""

    def __init__(self, steps: Path) -> None:
        self._steps = steps
        self._process = subprocess.Popen(
            [sys.executable, "-c", BUILDER],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def build(self, index: IndexFolder, source: Path, last: int = -1) -> tuple[int, list[str]]:
        """How a rebuild ended that is to die before a step, or never, and the steps it went."""
        asked = json.dumps([str(index.path), str(source), last, str(self._steps)])
        self._process.stdin.write(f"{asked}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline()), self._steps.read_text().split()

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture
def builder(tmp_path: Path) -> Iterator[Builder]:
    with closing(Builder(tmp_path / "steps")) as one:
        yield one


def test_kill_9_at_every_step(tmp_path: Path, seeds: Path, builder: Builder):
    """After every kill the index is whole, the next build mends all, and nothing is left behind."""
    pristine = IndexFolder(tmp_path / "pristine")
    old = rebuild([seeds], pristine, FakeEncoder()).generation
    page = seeds / "002_8bf90837af962036.txt"
    page.write_text(page.read_text("utf-8").rstrip() + "\n| 2026 | New | on kill -9 | |\n", "utf-8")
    code, whole = builder.build(pristine_copy(pristine, tmp_path), seeds)
    assert code == 0
    assert {"reading", "merging", "embedding", "chunk", "indexing", "mapping", "publishing"} <= set(
        whole
    )
    assert {"fsync", "rename", "replace"} <= set(whole)
    for last, step in enumerate(whole):
        if whole[last - 1 : last + 2] == [step] * 3:
            continue  # amid many of one kind, such as the files of columns
        index = pristine_copy(pristine, tmp_path)
        assert builder.build(index, seeds, last) == (-signal.SIGKILL, whole[:last])
        generation = index.current()
        generation.verify()
        swapped = "replace" in whole[:last]  # the rename of CURRENT is the moment
        assert generation.manifest.papers in (64, 65)
        assert (generation.id != old) <= swapped
        after = rebuild([seeds], index, FakeEncoder())
        assert after.papers == 65
        assert index.current().manifest.papers == 65
        assert not list(index.generations.glob(".building-*"))


def pristine_copy(pristine: IndexFolder, folder: Path) -> IndexFolder:
    """A fresh copy of an index without its vectors, so that every run embeds, in three chunks."""
    copy = folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(pristine.path, copy)
    shutil.rmtree(copy / "cache")
    return IndexFolder(copy)


def test_what_was_embedded_before_a_kill_is_not_embedded_again(
    tmp_path: Path, seeds: Path, builder: Builder
):
    """Killed when 60 of 64 papers are embedded, a build goes on with the other four."""
    index = IndexFolder(tmp_path / "index")
    # And the second chunk, killed when it is written.
    steps = ["reading", "merging", "indexing", "embedding", "chunk"]
    assert builder.build(index, seeds, len(steps)) == (-signal.SIGKILL, steps)
    assert rebuild([seeds], index, FakeEncoder()).embedded == 4
