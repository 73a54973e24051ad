"""What does reading a corpus cost, against merely parsing its JSON? One run, ratios only.

Each round, in turn and each in a process of its own: the standard library alone (``lzma`` or
``open``, then ``json.loads`` of every line), and ``rebuild-index --dry-run`` over the same files,
which reads, cleans, merges duplicates and accounts, and embeds nothing.

    .venv/bin/python benchmarks/import_cost.py a.jsonl.xz b.jsonl --rounds 3

Seconds are those of the clock; CPU seconds, of all processes together, depend less on what else
the machine does.

Without files it writes a corpus of its own: the seeds' sentences, shuffled into many papers.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.paper import Record
from indexer.readers import reader_for
from indexer.sources import find_documents

ROOT = Path(__file__).parent.parent
COMMAND = Path(sys.executable).with_name("rebuild-index")
GOAL = 4.0

PARSE = """
import json, lzma, sys
count = 0
for path in sys.argv[1:]:
    with (lzma.open if path.endswith(".xz") else open)(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            json.loads(line)
            count += 1
print(count)
"""


def own_corpus(path: Path, papers: int) -> None:
    """Write ``papers`` JSON lines made of the seeds, one in fifty of them twice."""
    seeds = [
        record.paper
        for document in find_documents([ROOT / "seeds"])
        for record in reader_for(document).read(document)
        if isinstance(record, Record)
    ]
    chance = random.Random(42)  # noqa: S311 — data, not secrets
    sentences = [s for paper in seeds for s in paper.abstract.split(". ")]
    with lzma.open(path, "wt", encoding="utf-8", preset=1) as file:
        for number in range(papers):
            seed = chance.choice(seeds)
            paper = {
                "id": f"arxiv:{2000 + number // 100_000}.{number % 100_000:05}",
                "title": f"{seed.title}, part {number}",
                "abstract": ". ".join(chance.sample(sentences, 8)),
                "authors": seed.authors or ["Ann Lee"],
                "year": 2020 + number % 6,
                "url": "https://example.org",
            }
            line = json.dumps(paper, ensure_ascii=False) + "\n"
            file.write(line * (2 if number % 50 == 0 else 1))


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command costs.

    Attributes:
        seconds: by the clock.
        cpu: seconds, of all its processes.
        memory: the peak of the largest of its processes, in MB.
    """

    seconds: float
    cpu: float
    memory: float


def measured(command: list[str]) -> tuple[str, Cost]:
    """Run a command; return its output and its cost."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} exited with {process.returncode}:\n{text}")
    return text, Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def compared(files: list[Path], rounds: int) -> Iterator[tuple[float, float, float]]:
    """Yield per round the ratios of seconds and of CPU seconds, and the peak memory in MB."""
    names = [str(file) for file in files]
    for turn in range(rounds):
        with tempfile.TemporaryDirectory() as index:
            dry_run = [str(COMMAND), "--dry-run", "--json", "--index", index, *names]
            parse = [sys.executable, "-c", PARSE, *names]
            # Who goes first changes by the round, so that drift favours neither.
            order = [parse, dry_run] if turn % 2 == 0 else [dry_run, parse]
            done = {command[0]: measured(command) for command in order}
        text, cost = done[str(COMMAND)]
        parsed, alone = done[sys.executable]
        ledger = json.loads(text)["ledger"]
        if ledger["records"] != int(parsed):
            raise SystemExit(f"{parsed.strip()} lines, but the ledger says {ledger}")
        print(
            f"round {turn + 1}: {ledger['records']:,} records, {ledger['merged']:,} merged, "
            f"{ledger['rejected']:,} rejected; "
            f"parsing {alone.seconds:.1f} s ({alone.cpu:.1f} CPU), "
            f"dry run {cost.seconds:.1f} s ({cost.cpu:.1f} CPU), peak {cost.memory:,.0f} MB",
            flush=True,
        )
        yield cost.seconds / alone.seconds, cost.cpu / alone.cpu, cost.memory


def summary(ratios: Iterable[tuple[float, float, float]]) -> str:
    """Return the median, least and greatest ratio, and the greatest peak of memory."""
    values, cpu, peaks = zip(*ratios, strict=True)
    return (
        f"against parsing alone: median {statistics.median(values):.2f}, least {min(values):.2f}, "
        f"most {max(values):.2f}, goal {GOAL:.0f}; in CPU seconds {statistics.median(cpu):.2f}; "
        f"peak memory {max(peaks):,.0f} MB"
    )


def main() -> None:
    """Run the rounds and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, help="JSON lines, plain or .xz")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--papers", type=int, default=50_000, help="of the corpus it makes itself")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = arguments.files
        if not files:
            files = [Path(folder, "corpus.jsonl.xz")]
            own_corpus(files[0], arguments.papers)
        print(f"{os.cpu_count()} cores; {', '.join(file.name for file in files)}")
        print(summary(list(compared(files, arguments.rounds))))


if __name__ == "__main__":
    main()
