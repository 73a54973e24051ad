"""Is filtered search what brute force gives, however few papers pass? And what does it cost?

Builds an index of papers made of shuffled words with vectors that need no model, then asks with
filters that let through from all papers to one in ten thousand. Each list is compared, to its last
page, with the list without a filter from which plain Python takes what may not pass.

    .venv/bin/python benchmarks/filtered_search.py --papers 100000
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from indexer.arrays import Vectors
from indexer.models.model import Model
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api.engine.engine import Engine
from search_api.query.filters import Filters
from search_api.query.query import Mode, Query

ROOT = Path(__file__).parent.parent
SHARES = (1, 10, 100, 1_000, 10_000)
QUESTIONS = ("graph learning", "federated models without a server", "images")
ROUNDS = 5


class WordSum:
    """An encoder without a model: each word has a random direction, a text their sum."""

    max_tokens = None

    def __init__(self) -> None:
        self.model = Model("word-sum", Path(), "0" * 64, {"query": "", "document": ""})
        self._of: dict[str, Vectors] = {}

    def load(self) -> None:
        """Nothing is to be loaded."""

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors ``(n, 64)``."""
        found = np.stack([self._sum(text) for text in texts])
        unit: Vectors = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
        return unit

    encode_query = encode_document

    def encode_counted(self, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
        """Return the vectors of documents, and how many words each has."""
        return self.encode_document(texts), self.count_tokens(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many words each text has."""
        return [len(text.split()) for text in texts]

    def has_word(self, word: str) -> bool:  # noqa: ARG002
        """Return that a word is none of the pieces."""
        return False

    def _sum(self, text: str) -> Vectors:
        total = np.full(64, 1e-3, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()):
            if word not in self._of:
                seed = int.from_bytes(word.encode()[:16], "little")
                self._of[word] = np.random.default_rng(seed).standard_normal(64).astype(np.float32)
            total += self._of[word]
        return total


def write_papers(path: Path, papers: int) -> list[str]:
    """Write papers of the seeds' words; every tenth has the category ``every10``, and so on.

    Returns:
        Their ids, in order.
    """
    text = " ".join(seed.read_text("utf-8") for seed in sorted((ROOT / "seeds").iterdir()))
    words = re.findall(r"[A-Za-z]{3,}", text)
    chance = random.Random(42)  # noqa: S311 — data, not secrets
    ids = [f"arxiv:2{number // 100_000:03}.{number % 100_000:05}" for number in range(papers)]
    with path.open("w", encoding="utf-8") as file:
        for number, paper_id in enumerate(ids):
            paper = {
                "id": paper_id,
                "title": " ".join(chance.choices(words, k=8)),
                "abstract": " ".join(chance.choices(words, k=40)),
                "year": 2000 + number % 25,
                "categories": [f"every{share}" for share in SHARES if number % share == 0],
            }
            file.write(json.dumps(paper) + "\n")
    return ids


def whole_list(engine: Engine, query: Query) -> list[tuple[str, float]]:
    """Return ids and scores of all results, page by page."""
    found: list[tuple[str, float]] = []
    cursor = None
    while True:
        page = engine.search(replace(query, k=1000, cursor=cursor))
        found += [(hit.paper.id, hit.score) for hit in page.hits]
        if (cursor := page.next) is None:
            assert page.total == len(found)  # noqa: S101 — what the script is for
            return found


def main() -> None:
    """Build, compare, time."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--papers", type=int, default=100_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "papers.jsonl"
        ids = write_papers(source, arguments.papers)
        index, encoder = IndexFolder(Path(folder) / "index"), WordSum()
        rebuild([source], index, encoder)
        engine = Engine(index.current(), encoder)
        print(f"{len(ids):,} papers; milliseconds are medians of pages of 10")
        modes: tuple[Mode, ...] = ("hybrid", "semantic", "lexical")
        everything = {mode: whole_list(engine, Query(QUESTIONS[0], mode=mode)) for mode in modes}
        for share in SHARES:
            passing = {paper_id for n, paper_id in enumerate(ids) if n % share == 0}
            filters = Filters(category=(f"every{share}",))
            cells = []
            for mode in modes:
                expected = [pair for pair in everything[mode] if pair[0] in passing]
                found = whole_list(engine, Query(QUESTIONS[0], mode=mode, filters=filters))
                assert found == expected, (share, mode)  # noqa: S101
                took = [
                    engine.search(Query(text, mode=mode, filters=filters)).took_ms
                    for text in QUESTIONS
                    for _ in range(ROUNDS)
                ]
                cells.append(f"{mode} {statistics.median(took):.1f} ms")
            print(f"1 of {share:,}: {len(passing):,} papers, as by brute force; {', '.join(cells)}")
        engine.close()


if __name__ == "__main__":
    main()
