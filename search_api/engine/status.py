"""What an index holds, told the same way by ``akin status`` and ``/api/v1/status``."""

from __future__ import annotations

from typing import Any

from indexer.store.generation import Manifest


def describe(manifest: Manifest) -> dict[str, Any]:
    """Return what people ask of an index: model, papers, sources, versions."""
    return {
        "index": {
            "generation": manifest.generation,
            "model": manifest.model["name"],
            "papers": manifest.papers,
        },
        "built_at": manifest.built_at,
        "dimension": manifest.dimension,
        "text_recipe": manifest.text_recipe,
        "truncated": manifest.truncated,
        "fingerprint": manifest.model["fingerprint"],
        "prompts": manifest.model["prompts"],
        "ledger": manifest.ledger,
        "sources": manifest.sources,
        "versions": manifest.versions,
    }
