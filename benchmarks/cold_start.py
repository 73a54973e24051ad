"""What does one command cost from a cold start? CPU seconds, as ratios within one run.

Builds an index of the seeds (or of SOURCE…) with each model, then runs ``akin search`` as a process
of its own, and the commands that need no model, beside ``python -c pass`` and what a library takes
to import. Of several runs, in turn, the least counts: bytecode is compiled and files are cached.

    .venv/bin/python benchmarks/cold_start.py --model MODEL --model all-MiniLM-L6-v2 [SOURCE…]
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from indexer.models.model import DEFAULT_MODEL

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sys.executable).parent
QUESTION = ["graph", "neural", "networks", "for", "molecules"]
NOTHING, LIBRARIES = "python -c pass", ("numpy", "faiss", "torch", "sentence_transformers")


def cpu_seconds(command: list[str], environment: dict[str, str]) -> float:
    """Return the CPU time of a process and its children, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} exited with {done.returncode}:\n{done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Run the rounds and print CPU seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", nargs="*", default=[str(ROOT / "seeds")])
    parser.add_argument("--model", action="append", help=f"repeatable  [default: {DEFAULT_MODEL}]")
    parser.add_argument("--index", action="append", default=[], help="built before; repeatable")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    models = arguments.model or ([] if arguments.index else [DEFAULT_MODEL])

    with tempfile.TemporaryDirectory() as folder:
        # Users have bytecode on disk, whatever the environment of this run says.
        environment = {n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPYCACHEPREFIX": f"{folder}/bytecode", "PYTHONPATH": str(ROOT)}
        python, akin = sys.executable, str(SCRIPTS / "akin")
        indexes = {name: name for name in arguments.index}
        for number, model in enumerate(models):
            indexes[model] = f"{folder}/{number}"
            build = [str(SCRIPTS / "rebuild-index"), "--index", indexes[model], "--model", model]
            cpu_seconds([*build, "--map", "none", *arguments.sources], environment)

        commands = {NOTHING: [python, "-c", "pass"], "akin --help": [akin, "--help"]}
        for name, index in indexes.items():
            at = ["--index", index]
            commands[f"akin search, {name}"] = [akin, "search", *QUESTION, *at]
            commands[f"akin search --mode lexical, {name}"] = [
                *(akin, "search", "--mode", "lexical"),
                *(*QUESTION, *at),
            ]
            commands[f"akin status, {name}"] = [akin, "status", *at]
        commands |= {f"import {name}": [python, "-c", f"import {name}"] for name in LIBRARIES}

        spent: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(arguments.rounds + 1):
            for name, command in commands.items():
                seconds = cpu_seconds(command, environment)
                if turn:  # the first compiles
                    spent[name].append(seconds)
    least = {name: min(values) for name, values in spent.items()}
    width = max(map(len, least))
    print(f"{'least of ' + str(arguments.rounds):<{width}}{'CPU s':>8}{'× pass':>8}{'× torch':>9}")
    for name, seconds in least.items():
        by_torch = seconds / least["import torch"]
        print(f"{name:<{width}}{seconds:>8.2f}{seconds / least[NOTHING]:>8.0f}{by_torch:>9.2f}")


if __name__ == "__main__":
    main()
