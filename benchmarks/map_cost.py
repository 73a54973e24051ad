"""What does a map cost? Seconds and memory of each method on vectors like those of a real corpus.

Vectors are drawn around centres that are themselves drawn around fewer centres, so that there is
something to find. Nothing is written, embedded or named: only laid out, grouped and measured.

    .venv/bin/python benchmarks/map_cost.py --papers 100000 --method pacmap
"""

from __future__ import annotations

import argparse
import os
import resource
import time

import numpy as np

from indexer.arrays import Vectors, unit
from indexer.mapping.draw import measured
from indexer.mapping.layout import ASKED, beside_neighbours, chosen, lay_out
from indexer.mapping.topics import centres, given

DIMENSION = 384


def clustered(papers: int) -> Vectors:
    """Return vectors of length 1 ``(papers, 384)``, in 400 groups of 40 fields."""
    draw = np.random.default_rng(42)
    fields = draw.standard_normal((40, DIMENSION))
    groups = fields[draw.integers(40, size=400)] + draw.standard_normal((400, DIMENSION))
    vectors = groups[draw.integers(400, size=papers)].astype(np.float32)
    vectors += 0.7 * draw.standard_normal(vectors.shape, dtype=np.float32)
    return unit(vectors)


def main() -> None:
    """Run the steps of one method and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--papers", type=int, default=100_000)
    parser.add_argument("--method", choices=ASKED, default="auto")
    arguments = parser.parse_args()
    vectors = clustered(arguments.papers)
    method = chosen(arguments.method, len(vectors))
    print(f"{len(vectors):,} papers, {method}, {os.cpu_count()} cores")
    print(f"{'vectors':<24}{'':>8}   peak {_peak():,.0f} MB", flush=True)
    started = time.perf_counter()

    def told(step: str) -> None:
        nonlocal started
        print(
            f"{step:<24}{time.perf_counter() - started:>7.1f} s  peak {_peak():,.0f} MB", flush=True
        )
        started = time.perf_counter()

    points = lay_out(vectors, method).points
    told("laying out")
    topic_of, _ = given(vectors, centres(vectors))
    told(f"{int(topic_of.max()) + 1} topics")
    kept = measured(vectors, points)
    told(f"measuring: {kept.share:.3f}")
    new = len(vectors) // 10
    beside_neighbours(vectors[:new], vectors[new:], points[new:])
    told(f"placing {new:,} anew")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main()
