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
    seen: list[list[str]] = []
    for last in range(100):
        index = IndexFolder(Path(shutil.copytree(pristine.path, tmp_path / str(last))))
        shutil.rmtree(index.path / "cache")  # so that every run embeds, in three chunks
        run = subprocess.run(
            [sys.executable, "-c", BUILDER, str(index.path), str(seeds), str(last)],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        seen.append(run.stdout.split())
        generation = index.current()
        generation.verify()
        swapped = "replace" in seen[-1]  # the rename of CURRENT is the moment
        assert generation.manifest.papers in ((65,) if run.returncode == 0 else (64, 65))
        assert (generation.id != old) <= swapped
        after = rebuild([seeds], index, FakeEncoder())
        assert after.papers == 65
        assert index.current().manifest.papers == 65
        assert not list(index.generations.glob(".building-*"))
        shutil.rmtree(index.path)
        if run.returncode == 0:
            break
        assert run.returncode == -signal.SIGKILL, run.stderr
    assert {"reading", "merging", "embedding", "chunk", "indexing", "mapping", "publishing"} <= set(
        seen[-1]
    )
    assert {"fsync", "rename", "replace"} <= set(seen[-1])
    assert len(seen) == len(seen[-1]) + 1


def test_what_was_embedded_before_a_kill_is_not_embedded_again(tmp_path: Path, seeds: Path):
    """Killed when 60 of 64 papers are embedded, a build goes on with the other four."""
    index = IndexFolder(tmp_path / "index")
    steps = [
        "reading",
        "merging",
        "embedding",
        "chunk",
    ]  # and the second chunk, killed when it is written
    run = subprocess.run(
        [sys.executable, "-c", BUILDER, str(index.path), str(seeds), str(len(steps))],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (run.returncode, run.stdout.split()) == (-signal.SIGKILL, steps)
    assert rebuild([seeds], index, FakeEncoder()).embedded == 4
