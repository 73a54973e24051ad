"""kill -9 at every step of a rebuild: readers see the old generation or the new one, whole."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from tests.conftest import ROOT
from tests.fakes import FakeEncoder

# A rebuild that counts its steps (phases, chunks embedded, flushes, renames) and kills itself,
# without a chance to clean up, just before step argv[3]. It prints the steps as they come.
BUILDER = """
import os, pathlib, signal, sys
from indexer import embedding
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from tests.fakes import FakeEncoder

index, source, last = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
steps = 0

def step(name):
    global steps
    if steps == last:
        os.kill(os.getpid(), signal.SIGKILL)
    steps += 1
    print(name, flush=True)

def before(owner, name):
    real = getattr(owner, name)
    def stepped(*args, **kwargs):
        step(name)
        return real(*args, **kwargs)
    setattr(owner, name, stepped)

class Reporter:
    def phase(self, name, total=None):
        self.name = name
        step(name)
    def advance(self, papers):
        if self.name == "embedding":
            step("chunk")

before(os, "fsync")
before(pathlib.Path, "rename")
before(pathlib.Path, "replace")
embedding.LEAST = embedding.MOST = 30
rebuild([source], IndexFolder(index), FakeEncoder(), mapped="pca", reporter=Reporter())
"""


def test_kill_9_at_every_step(tmp_path: Path, seeds: Path):
    """After every kill the index is whole, the next build mends all, and nothing is left behind."""
    pristine = IndexFolder(tmp_path / "pristine")
    old = rebuild([seeds], pristine, FakeEncoder()).generation
    page = seeds / "002_8bf90837af962036.txt"
    page.write_text(page.read_text("utf-8").rstrip() + "\n| 2026 | New | on kill -9 | |\n", "utf-8")
    whole = killed_at(pristine_copy(pristine, tmp_path), seeds).stdout.split()
    assert {"reading", "merging", "embedding", "chunk", "indexing", "mapping", "publishing"} <= set(
        whole
    )
    assert {"fsync", "rename", "replace"} <= set(whole)
    for last, step in enumerate(whole):
        if whole[last - 1 : last + 2] == [step] * 3:
            continue  # amid many of one kind, such as the files of columns
        index = pristine_copy(pristine, tmp_path)
        run = killed_at(index, seeds, last)
        assert (run.returncode, run.stdout.split()) == (-signal.SIGKILL, whole[:last]), run.stderr
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


def killed_at(index: IndexFolder, seeds: Path, step: int = -1) -> subprocess.CompletedProcess[str]:
    """A rebuild in a process of its own that dies before a step, or never."""
    return subprocess.run(
        [sys.executable, "-c", BUILDER, str(index.path), str(seeds), str(step)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_what_was_embedded_before_a_kill_is_not_embedded_again(tmp_path: Path, seeds: Path):
    """Killed when 60 of 64 papers are embedded, a build goes on with the other four."""
    index = IndexFolder(tmp_path / "index")
    steps = [
        "reading",
        "merging",
        "embedding",
        "chunk",
    ]  # and the second chunk, killed when it is written
    run = killed_at(index, seeds, len(steps))
    assert (run.returncode, run.stdout.split()) == (-signal.SIGKILL, steps)
    assert rebuild([seeds], index, FakeEncoder()).embedded == 4
