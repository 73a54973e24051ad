"""What the documentation of the HTTP service shows as examples."""

from __future__ import annotations

from pydantic import JsonValue

from search_api.ranking.features import FEATURES, Considered
from search_api.ranking.learned import BUNDLED, Learned

QUESTION = "peer to peer training without a central server"
PAPER: dict[str, JsonValue] = {
    "id": "akin:8e78acac5fbcaf10",
    "title": "DeFTA: A plug-and-play peer-to-peer decentralized federated learning framework",
    "abstract": "Federated learning (FL) is a pivotal catalyst for …",
    "authors": [],
    "year": 2024,
    "date": None,
    "venue": None,
    "categories": [],
    "doi": None,
    "arxiv_id": None,
    "url": "https://www.sciencedirect.com/science/article/pii/S002002552400495X",
    "code": None,
    "sources": ["seeds/002_8bf90837af962036.txt"],
    "extra": {"scholar": "YuhaoZhou", "abstract_cut": True, "pii": "S002002552400495X"},
}
INDEX: dict[str, JsonValue] = {
    "generation": "20261123T184209.512934Z",
    "model": "sentence-transformers/all-MiniLM-L6-v2",
    "papers": 64,
    "covered": None,
}

_WEIGHTS = Learned.read(BUNDLED).of(static=0)
LOOKED = {one.name: Considered(*one.example, _WEIGHTS[one.name]) for one in FEATURES}
"""What a second look says of the paper, by the weights that akin comes with."""

STATUS: dict[str, JsonValue] = {
    "index": INDEX,
    "built_at": "2026-11-23T18:42:18+00:00",
    "dimension": 384,
    "text_recipe": "title-newline-abstract/2",
    "truncated": 46,
    "fingerprint": "1e1905441ddcb813d85090821ccff1aa8a9881347a8f5ceb2ca4156f8ebcb0f6",
    "prompts": {"query": "", "document": ""},
    "spaces": [
        {
            "model": "sentence-transformers/all-MiniLM-L6-v2",
            "fingerprint": "1e1905441ddcb813d85090821ccff1aa8a9881347a8f5ceb2ca4156f8ebcb0f6",
            "prompts": {"query": "", "document": ""},
            "backend": "sentence-transformers",
            "max_tokens": None,
            "dimension": 384,
            "truncated": 46,
            "rows": 64,
            "metric": "inner_product",
            "kind": "flat",
            "recall": 1.0,
            "stands_in_for": "",
        }
    ],
    "map": {"version": 1, "method": "pacmap"},
    "possible": 0,
    "decisions": {
        "file": "/papers/akin-decisions.jsonl",
        "sha256": None,
        "same": 0,
        "apart": 0,
        "unknown": 0,
    },
    "ledger": {"records": 64, "added": 64},
    "sources": [{"source": "seeds/002_8bf90837af962036.txt", "records": 24, "papers": 24}],
    "versions": {"akin": "0.1.0", "python": "3.11.7"},
    "problem": None,
}
