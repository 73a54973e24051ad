"""What an index holds, told the same way by ``akin status`` and ``/api/v1/status``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from indexer.store.manifest import Manifest
from search_api.store.local import info_of


def describe(manifest: Manifest) -> dict[str, Any]:
    """Return what people ask of an index: model, papers, sources, versions."""
    space = manifest.space
    return {
        "index": info_of(manifest).to_json(),
        "built_at": manifest.built_at,
        "dimension": space.dimension,
        "text_recipe": manifest.text_recipe,
        "truncated": space.truncated,
        "fingerprint": space.fingerprint,
        "prompts": space.prompts,
        "spaces": [asdict(one) for one in manifest.spaces],
        "map": asdict(manifest.map) if manifest.map else None,
        "possible": manifest.possible,
        "decisions": manifest.decisions.to_json(),
        "ledger": manifest.ledger,
        "sources": manifest.sources,
        "versions": manifest.versions,
    }
