"""Where the time of a build goes, phase by phase, and how many times a transformer's rate it is.

Builds an index of the given documents from nothing by ``rebuild-index``, as a command, with a model
that costs little; tells the seconds of each phase, the CPU seconds of all processes, and the most
memory that they held together (each page once, however many processes share it; Linux only). Then,
in the same run, a transformer embeds some of the same abstracts: what it does in a second, and
nothing else that a build does, is what the build is compared with.

    .venv/bin/python benchmarks/build_phases.py ../shared/corpora/*.xz --model fast
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

from indexer.models.choosing import encoder_of
from indexer.models.encoder import Encoder
from indexer.models.model import DEFAULT_MODEL, find_model
from indexer.store.catalogue import open_catalogue, read_texts
from indexer.store.generation import IndexFolder

COMMAND = Path(sys.executable).with_name("rebuild-index")


class Memory(threading.Thread):
    """Looks at a process and its children ten times a second.

    Attributes:
        most: bytes that they held together.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self._pid = pid
        self._over = threading.Event()

    def run(self) -> None:
        """Look until it is over."""
        while not self._over.wait(0.1):
            self.most = max(self.most, sum(map(held, family(self._pid))))

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()


def family(pid: int) -> list[int]:
    """Return a process and all that it and its children started."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


def held(pid: int) -> int:
    """Return the bytes that a process holds, its share of those that it shares."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))


def rate(encoder: Encoder, texts: list[str]) -> float:
    """Return how many texts a model embeds in a second."""
    started = time.perf_counter()
    encoder.encode_document(texts)
    return len(texts) / (time.perf_counter() - started)


def some_texts(index: Path, count: int) -> list[str]:
    """Return the texts of some papers of an index, by chance, the same each time."""
    with closing(open_catalogue(IndexFolder(index).current().catalogue)) as db:
        (papers,) = db.execute("SELECT count(*) FROM papers").fetchone()
        chance = random.Random(42)  # noqa: S311 — a sample, not a secret
        rows = sorted(chance.sample(range(1, papers + 1), min(count, papers)))
        return read_texts(db, rows)


def main() -> None:
    """Build, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", type=Path, nargs="+")
    parser.add_argument("--model", default="fast")
    parser.add_argument("--transformer", default=DEFAULT_MODEL)
    parser.add_argument("--sample", type=int, default=200, help="abstracts the transformer embeds")
    parser.add_argument("--map", dest="mapped", default="pca")
    arguments = parser.parse_args()

    transformer = encoder_of(find_model(arguments.transformer))
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder, "index")
        command = [str(COMMAND), "--index", str(index), "--model", arguments.model]
        command += ["--map", arguments.mapped, "--json", *map(str, arguments.sources)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with subprocess.Popen(command, stdout=subprocess.PIPE) as build:
            memory = Memory(build.pid)
            memory.start()
            printed, _ = build.communicate()
            memory.stop()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        report = json.loads(printed)
        if not report["ok"]:
            raise SystemExit(report["error"]["detail"])
        texts = some_texts(index, arguments.sample)
    transformer.encode_document(texts[:8])  # loads the model
    alone = rate(transformer, texts)

    seconds, papers = report["seconds"], report["papers"]
    cpu = sum(getattr(after, name) - getattr(before, name) for name in ("ru_utime", "ru_stime"))
    print(f"{papers:,} papers by {arguments.model}, {os.cpu_count()} cores")
    for name, took in {**report["phases"], "all": seconds}.items():
        print(f"{name:<12}{took:>8.1f} s{took / seconds:>8.0%}{papers / max(took, 1e-9):>12,.0f}/s")
    print(f"{cpu:.1f} s of CPU, {memory.most / 1e9:.2f} GB at most")
    times = papers / seconds / alone
    print(f"{arguments.transformer} alone: {alone:.1f}/s; the whole build {times:.0f} times that")


if __name__ == "__main__":
    main()
