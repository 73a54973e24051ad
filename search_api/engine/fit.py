"""Whether a generation can be searched by this akin, with this model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from indexer.errors import IndexMismatch
from indexer.models.encoder import Encoder
from indexer.models.model import Model
from indexer.paper import TEXT_RECIPE
from indexer.store.columns import lacking_fields
from indexer.store.generation import Generation
from indexer.store.manifest import Space, how_to_mend


def check_fit(generation: Generation, encoders: Sequence[Encoder]) -> None:
    """Refuse a generation of another model or text recipe, or one that lacks a field.

    Args:
        generation: that is to be searched.
        encoders: one for each space that answers.

    Raises:
        IndexMismatch: with the commands that mend it.
    """
    manifest, index = generation.manifest, generation.index
    for space, encoder in zip(manifest.answering, encoders, strict=True):
        _check_model(index, space, encoder.model)
    if lacking := lacking_fields(manifest.files):
        raise IndexMismatch(
            f"{index}: built before papers could be filtered by {', '.join(lacking)}. "
            f"{how_to_mend(index)}: its vectors are kept"
        )
    if manifest.text_recipe != TEXT_RECIPE:
        raise IndexMismatch(
            f"{index}: built with the text recipe {manifest.text_recipe}, this akin makes "
            f"{TEXT_RECIPE}. {how_to_mend(index)}"
        )


def _check_model(index: Path, built_with: Space, model: Model) -> None:
    if built_with.fingerprint == model.fingerprint:
        return
    same = " (its files have changed since)" if built_with.model == model.name else ""
    raise IndexMismatch(
        f"{index}: built with the model {built_with.model} "
        f"(fingerprint {built_with.fingerprint[:12]}), asked to run with {model.name} "
        f"(fingerprint {model.fingerprint[:12]}){same}. "
        f"{how_to_mend(index)} --model {model.name}; or run the model of the index: leave "
        "--model and AKIN_MODEL out, and a running server takes it up by itself",
        built_with=built_with.model,
        model=model.name,
    )
