"""How fast does a static model run without torch? One run, ratios of CPU seconds, one core.

Titles and abstracts of real papers, in lots of 1,000. In every round, in turn, over the same texts:
``SentenceTransformer.encode``, akin's encoder as a build finds it (no word is known), and its two
halves, beside the tokenizer alone. The cosines between both encoders' vectors are checked.

    .venv/bin/python benchmarks/static_models.py MODEL papers.jsonl.xz --papers 10000
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import statistics
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from indexer.models.model import Model, find_model
from indexer.models.sentence_transformer import SentenceTransformerEncoder
from indexer.models.static import StaticEncoder
from indexer.models.static_table import read_table
from indexer.models.static_tokens import TokenReader
from indexer.paper import document_text

LOT = 1000


def texts_of(path: Path) -> Iterator[str]:
    """Yield what is embedded of each paper with an abstract."""
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            paper = json.loads(line)
            if paper.get("abstract"):
                yield document_text(paper.get("title") or "", paper["abstract"])


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU time of a call, of all its threads."""
    started = time.process_time()
    work()
    return time.process_time() - started


def works(model: Model, texts: list[str]) -> dict[str, Callable[[], object]]:
    """Return what is compared, each over all texts."""
    from tokenizers import Tokenizer

    plain = SentenceTransformerEncoder(model, threads=1)
    plain.load()
    tokenizer = Tokenizer.from_file(str(model.path / "tokenizer.json"))
    tokenizer.no_truncation()
    table = read_table(model.path / "model.safetensors")
    lots = [texts[at : at + LOT] for at in range(0, len(texts), LOT)]
    read = list(map(TokenReader(tokenizer).read, lots))

    def light() -> None:
        encoder = StaticEncoder(model, threads=1)
        for lot in lots:
            encoder.encode_document(lot)

    return {
        "SentenceTransformer.encode": lambda: [plain.encode_document(lot) for lot in lots],
        "akin's encoder": light,
        "the tokenizer alone": lambda: [
            [read.ids for read in tokenizer.encode_batch_fast(lot, add_special_tokens=False)]
            for lot in lots
        ],
        "akin's tokens": lambda: list(map(TokenReader(tokenizer).read, lots)),
        "akin's sums": lambda: [table.sums(*some) for some in read],
    }


def main() -> None:
    """Run the rounds and print rates and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a folder with a static model")
    parser.add_argument("files", nargs="+", type=Path, help="JSON lines, plain or .xz")
    parser.add_argument("--papers", type=int, default=10_000, help="of each file")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    os.environ["RAYON_NUM_THREADS"] = "1"

    texts = [t for path in arguments.files for t in islice(texts_of(path), arguments.papers)]
    model = find_model(arguments.model)
    light, plain = StaticEncoder(model, threads=1), SentenceTransformerEncoder(model, threads=1)
    some = texts[:: max(len(texts) // LOT, 1)]
    cosines = (light.encode_document(some) * plain.encode_document(some)).sum(axis=1)
    print(f"{len(texts)} texts; least cosine of {len(some)}: {np.min(cosines):.7f}")

    compared = works(model, texts)
    spent: dict[str, list[float]] = {name: [] for name in compared}
    for _ in range(arguments.rounds):
        for name, work in compared.items():
            spent[name].append(seconds(work))
    first = next(iter(compared))
    print(f"{'':<30}{'texts per CPU second':>24}{'times ' + first:>36}")
    for name, values in spent.items():
        ratio = statistics.median(b / a for a, b in zip(values, spent[first], strict=True))
        print(f"{name:<30}{len(texts) / min(values):>24,.0f}{ratio:>36.1f}")


if __name__ == "__main__":
    main()
