"""How many abstracts a second akin embeds, against ``SentenceTransformer.encode`` as it comes.

    .venv/bin/python benchmarks/transformer_speed.py [SOURCE] [--texts 256] [--threads N]

All ways embed the same texts, evenly spread over the source (at first the seeds), in turn and as
often as asked for; the best time of each counts. akin gets them as a rebuild does: longest first,
in lots, with the word pieces counted. A line for each way: texts a second of processor time, and
how many times those of sentence-transformers that is, of processor time and by the clock; then the
cosine to the vectors of sentence-transformers that reads as many word pieces, mean and least.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from indexer.arrays import Vectors
from indexer.models.choosing import BACKENDS, encoder_of
from indexer.models.encoder import Encoder
from indexer.models.model import DEFAULT_MODEL, Model, find_model
from indexer.paper import Record, document_text
from indexer.readers import reader_for
from indexer.sources import find_documents
from indexer.threads import allow

LOT = 256
READ_AT_MOST = 20_000
"""Records of the source that the texts are taken from."""


@dataclass
class Way:
    """A way to embed texts; its best times, and its vectors ``(n, dim)``."""

    name: str
    embed: Callable[[list[str]], Vectors]
    like: str
    cpu: float = float("inf")
    clock: float = float("inf")
    vectors: Vectors = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def run(self, texts: list[str]) -> None:
        """Embed them once."""
        cpu, clock = time.process_time(), time.perf_counter()
        self.vectors = self.embed(texts)
        self.cpu = min(self.cpu, time.process_time() - cpu)
        self.clock = min(self.clock, time.perf_counter() - clock)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, nargs="?", default=Path("seeds"))
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--texts", type=int, default=256)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--max-tokens", type=int, default=128)
    arguments = parser.parse_args()
    allow(arguments.threads)
    texts = texts_of(arguments.source, arguments.texts)
    ways = list(ways_of(find_model(arguments.model), arguments.max_tokens, arguments.threads))
    for way in ways:  # loads each
        way.embed(texts[:2])
    for _, way in itertools.product(range(arguments.rounds), ways):
        way.run(texts)
    first = ways[0]
    expected = {way.name: way.vectors for way in ways}
    print(f"{len(texts)} texts of {arguments.source}, {arguments.threads} threads")
    print(f"{'':34}{'a CPU s':>8}{'CPU':>7}{'clock':>7}{'mean cos':>10}{'least':>8}")
    for way in ways:
        cosines = (way.vectors * expected[way.like]).sum(axis=1)
        print(
            f"{way.name:34}{len(texts) / way.cpu:8.1f}{first.cpu / way.cpu:6.2f}x"
            f"{first.clock / way.clock:6.2f}x{cosines.mean():10.4f}{cosines.min():8.4f}"
        )


def ways_of(model: Model, max_tokens: int, threads: int) -> list[Way]:
    """Return the ways: sentence-transformers whole and cut, akin by each backend, whole and cut."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    ways = []
    for most in (None, max_tokens):
        plain = SentenceTransformer(str(model.path), local_files_only=True)
        if most is not None:
            plain.max_seq_length = most
        cut = f", {most} pieces" if most else ""
        like = f"sentence-transformers{cut}"

        def embed(texts: list[str], plain: SentenceTransformer = plain) -> Vectors:
            found: Vectors = plain.encode(texts, normalize_embeddings=True, show_progress_bar=False)
            return found

        ways.append(Way(like, embed, like))
        for name, backend in BACKENDS.items():
            encoder = encoder_of(model.run_as(backend, most), threads)
            ways.append(Way(f"akin, {name}{cut}", by(encoder), like))
    return ways


def by(encoder: Encoder) -> Callable[[list[str]], Vectors]:
    """Return what embeds texts as a rebuild does, and gives the vectors back in their order."""

    def embed(texts: list[str]) -> Vectors:
        rows = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        lots = [rows[start : start + LOT] for start in range(0, len(rows), LOT)]
        vectors = [encoder.encode_counted([texts[row] for row in lot])[0] for lot in lots]
        found: Vectors = np.concatenate(vectors)[np.argsort(rows)]
        return found

    return embed


def texts_of(source: Path, count: int) -> list[str]:
    """Return so many texts, evenly spread over the first records of a source."""
    records = (
        record
        for document in find_documents([source])
        for record in reader_for(document).read(document)
        if isinstance(record, Record)
    )
    papers = [record.paper for record in itertools.islice(records, READ_AT_MOST)]
    texts = [document_text(paper.title, paper.abstract) for paper in papers]
    return texts[:: max(1, len(texts) // count)][:count]


if __name__ == "__main__":
    main()
