"""Whether a generation can be searched by this akin, with this model."""

from __future__ import annotations

from indexer.errors import IndexMismatch
from indexer.models.encoder import Encoder
from indexer.paper import TEXT_RECIPE
from indexer.store.columns import lacking_fields
from indexer.store.generation import Generation
from indexer.store.manifest import how_to_mend


def check_fit(generation: Generation, encoder: Encoder) -> None:
    """Refuse a generation of another model or text recipe, or one that lacks a field.

    Raises:
        IndexMismatch: with the commands that mend it.
    """
    manifest, model = generation.manifest, encoder.model
    built_with = manifest.space
    index = generation.index
    if built_with.fingerprint != model.fingerprint:
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
