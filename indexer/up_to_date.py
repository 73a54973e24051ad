"""Whether a generation is what a rebuild would make: of the same papers, in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.ledger import SourceAccount
from indexer.mapping.layout import Asked, chosen
from indexer.models.model import Model
from indexer.paper import TEXT_RECIPE
from indexer.store.corpus_map import MAP_VERSION
from indexer.store.manifest import DecisionsInfo, Manifest, Space
from indexer.store.records import Comparison


@dataclass(frozen=True, slots=True)
class How:
    """What is read, and how; see :class:`~indexer.store.manifest.Manifest`."""

    roots: list[str]
    columns: dict[str, str]
    apart: list[str]
    follow_links: bool
    decisions: DecisionsInfo


def is_current(
    manifest: Manifest, comparison: Comparison, sources: Sequence[SourceAccount], how: How
) -> bool:
    """Tell whether a generation has the same papers, read from the same sources in the same way."""
    return (
        not (comparison.added or comparison.updated or comparison.removed)
        and manifest.sources == [source.to_json() for source in sources]
        and (manifest.roots, manifest.columns, manifest.apart)
        == (how.roots, how.columns, how.apart)
        and (manifest.follow_links, manifest.decisions) == (how.follow_links, how.decisions)
    )


def is_by(manifest: Manifest, model: Model, stands_in_for: Model | None = None) -> bool:
    """Tell whether the vectors of a generation are those that are asked for.

    Args:
        manifest: of the generation.
        model: that is to read the papers.
        stands_in_for: the model that this one stands in for, if it does; then the vectors of that
            one alone will do, too.
    """
    if manifest.text_recipe != TEXT_RECIPE:
        return False
    there = [(space.model, space.fingerprint) for space in manifest.spaces]
    if stands_in_for is None:
        return there == _named(model)
    return there in (_named(stands_in_for), _named(model, stands_in_for))


def is_of(manifest: Manifest, model: Model) -> bool:
    """Tell whether the vectors that all papers have are those that a model makes now."""
    return manifest.space.fingerprint == model.fingerprint and manifest.text_recipe == TEXT_RECIPE


def is_mapped(manifest: Manifest, asked: Asked) -> bool:
    """Tell whether the map of a generation is of the method that is asked for."""
    about = manifest.map
    if about is None or about.version != MAP_VERSION:
        return asked == "none"
    return asked == "auto" or about.method == chosen(asked, manifest.papers)


def space_of(model: Model, dimension: int = 0, truncated: int = 0) -> Space:
    """Return the space of a model, but for what the sink states."""
    return Space(
        model=model.name,
        fingerprint=model.fingerprint,
        prompts=model.prompts,
        backend=model.backend,
        dimension=dimension,
        truncated=truncated,
        max_tokens=model.max_tokens,
    )


def _named(*models: Model) -> list[tuple[str, str]]:
    return [(model.name, model.fingerprint) for model in models]
