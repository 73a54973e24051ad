"""Small collections in the form of BEIR, for the tests of ``akin evaluate``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

DOCUMENTS = [
    {"_id": "d1", "title": "Graph learning", "text": "Federated learning of graph networks."},
    {"_id": "d2", "title": "Protein folding", "text": "Structures from sequences of amino acids."},
    {"_id": "d3", "title": "", "text": "A survey of speech recognition with transformers."},
    {"_id": "d4", "title": "Radar", "text": "Recognition of targets from noisy radar signals."},
]
QUERIES = [
    {"_id": "q1", "text": "federated graph networks"},
    {"_id": "q2", "text": "speech recognition"},
    {"_id": "q3", "text": "amino acids"},
]
JUDGED = [("q1", "d1", 2), ("q1", "d4", 0), ("q2", "d3", 1), ("q2", "d4", 1)]


def lines(path: Path, items: Iterable[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    return path


def collection(
    folder: Path,
    documents: Iterable[Mapping[str, Any]] = DOCUMENTS,
    queries: Iterable[Mapping[str, Any]] = QUERIES,
    judged: Iterable[tuple[str, str, int]] = JUDGED,
) -> Path:
    """Write a collection and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lines(folder / "corpus.jsonl", documents)
    lines(folder / "queries.jsonl", queries)
    rows = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in judged)]
    (folder / "qrels.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder
