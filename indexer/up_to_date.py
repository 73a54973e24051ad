"""What a rebuild states, and whether a generation is what it would make: papers, models, ways."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version

from indexer import __version__
from indexer.ledger import Report, SourceAccount
from indexer.mapping.layout import Asked, chosen
from indexer.models.model import Model
from indexer.pacing import FEW, MANY
from indexer.paper import TEXT_RECIPE
from indexer.store.catalogue import SQLITE_VERSION
from indexer.store.corpus_map import MAP_VERSION
from indexer.store.manifest import AUTO, DecisionsInfo, Manifest, Space
from indexer.store.records import Comparison

_VERSIONED = (
    "faiss-cpu",
    "numpy",
    "scikit-learn",
    "sentence-transformers",
    "torch",
    "transformers",
)


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


def is_by(manifest: Manifest, *models: Model) -> bool:
    """Tell whether the spaces of a generation are those that models make now, in their order."""
    there = [(space.model, space.fingerprint) for space in manifest.spaces]
    asked = [(model.name, model.fingerprint) for model in models]
    return there == asked and manifest.text_recipe == TEXT_RECIPE


def is_of(manifest: Manifest, model: Model) -> bool:
    """Tell whether the vectors that all papers have are those that a model makes now."""
    return manifest.space.fingerprint == model.fingerprint and manifest.text_recipe == TEXT_RECIPE


def is_little(comparison: Comparison, papers: int) -> bool:
    """Tell whether so few of the papers are new or changed that nobody waits long for them."""
    changed = comparison.added + comparison.updated
    return changed < MANY and changed <= FEW * papers


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


def with_finer(space: Space, model: Model, *, undecided: bool) -> list[Space]:
    """Return a space that stands in for a model, and that model's, which has read no paper yet.

    Args:
        space: of all papers.
        model: that is to read them.
        undecided: whether what runs it is still to be chosen.
    """
    finer = space_of(model)
    return [
        replace(space, stands_in_for=model.name),
        replace(finer, backend=AUTO) if undecided else finer,
    ]


def manifest_of(spaces: list[Space], report: Report, how: How) -> Manifest:
    """Return what a generation is to say of itself, but for what the sink states."""
    return Manifest(
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        text_recipe=TEXT_RECIPE,
        spaces=spaces,
        ledger=report.ledger.to_json(),
        roots=how.roots,
        columns=how.columns,
        apart=how.apart,
        follow_links=how.follow_links,
        decisions=how.decisions,
        sources=[source.to_json() for source in report.sources],
        versions={
            "akin": __version__,
            "python": sys.version.split()[0],
            "sqlite": SQLITE_VERSION,
            **{name: version(name) for name in _VERSIONED},
        },
    )
