"""What does a build cost, against the model alone? One run, ratios only.

Real abstracts (the seeds), each copied with changes until there are N different papers. In every
round, in turn: ``SentenceTransformer.encode`` over the texts, a rebuild of an empty index from a
file of the same papers, a rebuild with nothing to do (called, and as the whole ``rebuild-index``
command). Machines drift, so ratios are taken within a round, and their median is quoted.

    make bench            (or: .venv/bin/python benchmarks/build_cost.py --papers 640 --rounds 3)
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from indexer.models.choosing import encoder_of
from indexer.models.model import find_model
from indexer.paper import Paper, Record, document_text
from indexer.readers import reader_for
from indexer.rebuild import rebuild
from indexer.sources import find_documents
from indexer.store.generation import IndexFolder

ROOT = Path(__file__).parent.parent
COMMAND = Path(sys.executable).with_name("rebuild-index")
GOALS = {"build": 1.1, "nothing to do": 0.02, "nothing to do, whole command": 0.02}


def copies_with_changes(count: int) -> list[Paper]:
    """Return ``count`` papers, each a seed with its sentences in another order and a new title."""
    seeds = [
        record.paper
        for document in find_documents([ROOT / "seeds"])
        for record in reader_for(document).read(document)
        if isinstance(record, Record)
    ]
    shuffle = random.Random(42).shuffle  # noqa: S311 — data, not secrets
    papers = []
    for number in range(count):
        seed = seeds[number % len(seeds)]
        sentences = seed.abstract.split(". ")
        shuffle(sentences)
        papers.append(Paper("", f"{seed.title}, part {number}", ". ".join(sentences)))
    return papers


def write(papers: list[Paper], path: Path) -> None:
    """Write the papers as a Markdown table that akin reads."""
    rows = (f"| {p.title} | {p.abstract.replace('|', ' ')} |" for p in papers)
    path.write_text("\n".join(["| Title | Abstract |", "|---|---|", *rows]) + "\n", "utf-8")


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of a call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    """Run the rounds and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--papers", type=int, default=640)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()

    from sentence_transformers import SentenceTransformer

    model = find_model()
    plain = SentenceTransformer(str(model.path), local_files_only=True)
    encoder = encoder_of(model)
    papers = copies_with_changes(arguments.papers)
    texts = [document_text(paper.title, paper.abstract) for paper in papers]
    plain.encode(texts[:64], show_progress_bar=False)  # warm both models up
    encoder.encode_document(texts[:64])

    ratios: dict[str, list[float]] = {name: [] for name in GOALS}
    libraries = ", ".join(f"{name} {version(name)}" for name in ("torch", "sentence-transformers"))
    print(f"{len(papers)} papers, {arguments.rounds} rounds; {os.cpu_count()} cores, {libraries}")
    for turn in range(arguments.rounds):
        with tempfile.TemporaryDirectory() as folder:
            source, path = Path(folder, "papers.md"), Path(folder, "index")
            index = IndexFolder(path)
            write(papers, source)

            def build(index: IndexFolder = index, source: Path = source) -> None:
                report = rebuild([source], index, encoder)
                assert report.papers == len(papers)  # noqa: S101 — or the ratio means nothing

            def encode() -> None:
                plain.encode(texts, show_progress_bar=False)

            # Who goes first changes by the round, so that drift favours neither.
            first, second = (encode, build) if turn % 2 == 0 else (build, encode)
            times = {first: seconds(first), second: seconds(second)}
            alone = times[encode]
            command = [str(COMMAND), "--index", str(path), str(source)]
            idle = {
                "build": times[build],
                "nothing to do": seconds(build),
                "nothing to do, whole command": seconds(
                    lambda command=command: subprocess.run(command, check=True, capture_output=True)
                ),
            }
        for name, spent in idle.items():
            ratios[name].append(spent / alone)
        shown = ", ".join(f"{name} {spent:.2f} s" for name, spent in idle.items())
        print(f"round {turn + 1}: encode() alone {alone:.2f} s, {shown}", flush=True)

    print(f"\n{'against encode() alone':<32}{'median':>8}{'least':>8}{'most':>8}{'goal':>8}")
    for name, goal in GOALS.items():
        values = ratios[name]
        middle = statistics.median(values)
        print(f"{name:<32}{middle:>8.3f}{min(values):>8.3f}{max(values):>8.3f}{goal:>8.2f}")


if __name__ == "__main__":
    main()
