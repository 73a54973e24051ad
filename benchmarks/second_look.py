"""What a second look at the best papers costs a hybrid query: with it, and without, in one run.

    .venv/bin/python benchmarks/second_look.py scitldr/queries.jsonl --index index

Questions are lines of JSON with a ``text``. Each is asked of two engines over the same index, by
turns the one or the other first. Half of the questions are asked before the other half: papers that
were looked at once are not read again, so the first half is a server's first minutes, the second
what follows. Printed are medians of milliseconds, and of the ratios of the single questions.
"""

from __future__ import annotations

import argparse
import json
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from indexer.store.generation import IndexFolder
from search_api.engine.live import encoder_for, open_engine, ranker_of
from search_api.query.query import Query


def main() -> None:
    """Print what a query takes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--most", type=int, default=600, help="questions that are asked")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    lines = arguments.questions.read_text("utf-8").splitlines()
    questions = [json.loads(line)["text"] for line in lines if line.strip()][: arguments.most]
    index, encoders = IndexFolder(arguments.index), encoder_for(None, arguments.threads)
    with (
        closing(open_engine(index, encoders)) as without,
        closing(open_engine(index, encoders, None, ranker_of(None))) as with_it,
    ):
        engines = (without, with_it)
        for engine in engines:  # models are loaded
            engine.search(Query(text="what is asked first"))
        seconds = np.zeros((len(questions), 2))
        for place, text in enumerate(questions):
            for which in (0, 1) if place % 2 else (1, 0):
                started = time.perf_counter()
                engines[which].search(Query(text=text))
                seconds[place, which] = time.perf_counter() - started
        print(f"{without.info.papers:,} papers, {without.info.model}")
    for name, some in zip(("first", "second"), np.array_split(seconds, 2), strict=True):
        before, after = 1000 * np.median(some, axis=0)
        ratio = np.median(some[:, 1] / some[:, 0])
        print(
            f"{name} half, {len(some)} questions: {before:.1f} ms without, {after:.1f} ms with it; "
            f"ratio {ratio:.2f}"
        )


if __name__ == "__main__":
    main()
