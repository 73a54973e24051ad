"""How soon a large corpus can be searched, and whether every generation on the way is whole.

Runs ``rebuild-index --progressive`` on the first papers of a corpus, watches what it publishes, and
puts each generation to the test as it comes: a question is asked, and ``akin doctor`` looks at it.
When a time is over, the build is interrupted as by Ctrl-C, and started again. In the end it is
compared with a plain build of the same papers, which finds the same vectors in the cache that both
share: the same bytes of every array, and the same lists. With ``--until`` it ends when the model
has read so many papers, and tells how long the whole takes at the rate of these.

    .venv/bin/python benchmarks/progressive.py CORPUS.jsonl.xz --papers 100000 --until 2000
"""

from __future__ import annotations

import argparse
import json
import lzma
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from indexer.errors import AkinError
from indexer.store.generation import Generation, IndexFolder
from search_api.engine.doctor import examine
from search_api.engine.engine import Engine
from search_api.engine.live import encoder_for, open_engine
from search_api.query.query import Query

COMMAND = Path(sys.executable).with_name("rebuild-index")
QUESTION = "graph neural networks for molecules"
TITLES = 50
"""Questions by which the last generation is compared with a plain build."""


def cpu_seconds(pid: int) -> float:
    """Return what a process and its children that have ended took of the CPUs (Linux only)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / 100  # in ticks, of which there are a hundred


def command(source: Path, index: Path, cache: Path, *more: str) -> subprocess.Popen[bytes]:
    """Start a build of a corpus."""
    line = [COMMAND, source, "--index", index, "--cache", cache, "--json", *more]
    return subprocess.Popen(line, stdout=subprocess.PIPE)


def generations(build: subprocess.Popen[bytes], index: IndexFolder) -> Iterator[Generation]:
    """Yield what is published while a build is at work, and what it has published last."""
    seen = index.stamp()
    running = True
    while running:
        running = build.poll() is None
        if (stamp := index.stamp()) != seen:
            seen = stamp
            yield index.current()
        time.sleep(0.05)


def looked_at(index: IndexFolder, started: float, pid: int) -> bool:
    """Ask the current generation, tell how it answers, and return whether all is well."""
    with closing(open_engine(index, encoder_for())) as engine:
        page = engine.search(Query(QUESTION))
        took = time.monotonic() - started
        cpu = f", {cpu_seconds(pid):,.1f} s of CPU" if Path(f"/proc/{pid}").exists() else ""
        covered = page.index.covered
        by = f"{covered.papers:,} by {covered.model}" if covered else f"all by {page.index.model}"
        if covered and covered.ready_at:
            left = datetime.fromisoformat(covered.ready_at) - datetime.now(UTC)
            by += f", all in {took + left.total_seconds():,.0f} s"
        by += ", with a map" if engine.topics else ", without a map"
        bad = [check for check in examine(index, encoder_for()) if not check.ok]
        whole = "; ".join(f"{check.name}: {check.detail}" for check in bad) or "whole"
        print(f"{took:8.1f} s{cpu}: {page.total:,} papers answer, {by}; {whole}", flush=True)
        return not bad


def lists(generation: Generation, titles: list[str]) -> list[list[tuple[str, float]]]:
    """Return the first papers for each title, with their scores."""
    make = encoder_for()
    first, *finer = [make(space) for space in generation.manifest.answering]
    with closing(Engine(generation, first, finer=finer)) as engine:
        pages = [engine.search(Query(title)).hits for title in titles]
        return [[(hit.paper.id, hit.score) for hit in page] for page in pages]


def arrays(generation: Generation) -> dict[str, str]:
    """Return the checksum of each file but the catalogue, which has the time of its making."""
    files = generation.manifest.files.items()
    return {name: of["sha256"] for name, of in files if name != "catalogue.sqlite"}


def main() -> None:
    """Build, look, interrupt, go on, compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path, help="JSON lines, perhaps .xz")
    parser.add_argument("--papers", type=int, default=100_000)
    parser.add_argument("--stand-in", default="fast")
    parser.add_argument("--interrupt-after", type=float, metavar="SECONDS")
    parser.add_argument("--stop-after", type=float, metavar="SECONDS", help="and leave it at that")
    parser.add_argument("--until", type=int, metavar="PAPERS", help="and leave it at that, too")
    parser.add_argument("--map", default="auto", help="as of rebuild-index")
    parser.add_argument("--max-tokens", help="as of rebuild-index")
    asked = parser.parse_args()
    how = ["--map", asked.map, *(["--max-tokens", asked.max_tokens] if asked.max_tokens else [])]
    progressive = ("--progressive", "--stand-in", asked.stand_in, *how)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        source, index = work / "papers.jsonl", IndexFolder(work / "index")
        with (lzma.open if asked.corpus.suffix == ".xz" else open)(asked.corpus, "rb") as lines:
            source.write_bytes(b"".join(islice(lines, asked.papers)))
        leave = asked.stop_after or asked.until
        well, interrupt_after = True, asked.stop_after or asked.interrupt_after
        while True:
            started = time.monotonic()
            build = command(source, index.path, work / "cache", *progressive)
            for generation in generations(build, index):
                finer = generation.manifest.finer
                try:
                    well &= looked_at(index, started, build.pid)
                except AkinError as error:
                    print(f"not to be searched: {error.detail}")
                    well = False
                over = interrupt_after and time.monotonic() - started > interrupt_after
                if over or (asked.until and finer and finer.rows >= asked.until):
                    interrupt_after = asked.until = None
                    build.send_signal(signal.SIGINT)
            told = json.loads(build.communicate()[0])
            if told["ok"]:
                break
            print(told["error"]["detail"])
            if leave:
                break
        if told["ok"]:
            print(
                f"{told['progressive']['generations']} generations, {told['embedded']:,} embedded"
            )
            plain = IndexFolder(work / "plain")
            command(source, plain.path, work / "cache", *how).communicate()
            ours, theirs = index.current(), plain.current()
            with closing(open_engine(plain, encoder_for())) as engine:
                titles = [paper.title for paper in engine.newest(TITLES)]
            same = arrays(ours) == arrays(theirs) and lists(ours, titles) == lists(theirs, titles)
            print(f"the last is {'equal to' if same else 'NOT'} a plain build, in bytes and lists")
            well &= same
    print("well" if well else "NOT WELL")
    sys.exit(not well)


if __name__ == "__main__":
    main()
