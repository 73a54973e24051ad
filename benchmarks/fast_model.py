"""How much of the transformer's quality the model ``fast`` keeps, alone and fused with words.

Asks the collections with both models, as ``akin evaluate`` does, and prints nDCG@10 and the share
that is kept, for each and on average. What a run before embedded lies in ``--work``.

    .venv/bin/python benchmarks/fast_model.py med/ cisi/ cacm/ lisa/ npl/ pubmedqa/ --work work/

A large collection can be sampled: ``scitldr/:1000`` takes a thousand of its queries.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from indexer.models.model import DEFAULT_MODEL, FAST_MODEL

MODES = ("lexical", "semantic", "hybrid")


def measured(dataset: str, model: str, work: Path) -> dict[str, float]:
    """Return nDCG@10 of a collection's queries by mode."""
    folder, _, sample = dataset.partition(":")
    out = work / f"{Path(folder).name}-{Path(model).name}.json"
    command = [sys.executable, "-c", "from search_api.cli import main; main()", "evaluate", folder]
    command += ["--model", model, "--work", str(work), "--output", str(out)]
    command += ["--sample", sample] if sample else []
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (found,) = json.loads(out.read_text("utf-8"))["datasets"]
    return {mode: found["modes"][mode]["ndcg@10"] for mode in MODES}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("datasets", nargs="+", help="folders in BEIR's form, with :N of a sample")
    parser.add_argument("--work", type=Path, required=True, help="folder for indexes and vectors")
    parser.add_argument("--model", default=FAST_MODEL)
    parser.add_argument("--against", default=DEFAULT_MODEL)
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    print("| collection | words | alone | transformer | kept | fused | transformer | kept |")
    print("|---|---|---|---|---|---|---|---|")
    kept = []
    for dataset in asked.datasets:
        mine, theirs = (
            measured(dataset, model, asked.work) for model in (asked.model, asked.against)
        )
        shares = [mine[mode] / theirs[mode] for mode in ("semantic", "hybrid")]
        kept.append(shares)
        print(
            f"| {Path(dataset.partition(':')[0]).name} | {mine['lexical']:.3f} | "
            f"{mine['semantic']:.3f} | {theirs['semantic']:.3f} | {shares[0]:.1%} | "
            f"{mine['hybrid']:.3f} | {theirs['hybrid']:.3f} | {shares[1]:.1%} |",
            flush=True,
        )
    alone, fused = np.mean(kept, axis=0)
    print(f"| mean | | | | {alone:.1%} | | | {fused:.1%} |")
    print(f"\nlowest fused: {min(share for _, share in kept):.1%}")


if __name__ == "__main__":
    main()
