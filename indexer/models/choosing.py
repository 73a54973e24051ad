"""How a model is run: the one place that chooses."""

from __future__ import annotations

from indexer.models.converted import ConvertedEncoder
from indexer.models.converting import INT8, is_installed, may_be_converted
from indexer.models.encoder import Encoder
from indexer.models.model import BF16, TORCH, Model, transformer_folder
from indexer.models.sentence_transformer import SentenceTransformerEncoder
from indexer.models.static import StaticEncoder, is_static

BACKENDS = {"torch": TORCH, "bf16": BF16, "int8": INT8}
"""What can run a transformer, by what people call it."""


def encoder_of(model: Model, threads: int | None = None) -> Encoder:
    """Return what runs a model; it is loaded when it is first used.

    Args:
        model: from :func:`indexer.models.model.find_model`.
        threads: to compute with; ``None``: as many as there are cores.
    """
    if model.backend == INT8:
        return ConvertedEncoder(model, threads)
    if is_static(model):
        return StaticEncoder(model, threads)
    return SentenceTransformerEncoder(model, threads)


def alternatives(model: Model) -> dict[str, Model]:
    """Return the ways to run a model, by what people call them, torch first; nothing is loaded."""
    may = {
        TORCH: True,
        BF16: transformer_folder(model) is not None,
        INT8: is_installed() and may_be_converted(model),
    }
    return {
        name: model.run_as(backend, model.max_tokens)
        for name, backend in BACKENDS.items()
        if may[backend]
    }
