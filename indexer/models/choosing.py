"""How a model is run: the one place that chooses."""

from __future__ import annotations

from indexer.models.encoder import Encoder
from indexer.models.model import TORCH, Model
from indexer.models.quantized import QuantizedEncoder
from indexer.models.quantizing import INT8
from indexer.models.sentence_transformer import SentenceTransformerEncoder
from indexer.models.static import StaticEncoder, is_static

BACKENDS = {"torch": TORCH, "int8": INT8}
"""What can run a transformer, by what people call it."""


def encoder_of(model: Model, threads: int | None = None) -> Encoder:
    """Return what runs a model; it is loaded when it is first used.

    Args:
        model: from :func:`indexer.models.model.find_model`.
        threads: to compute with; ``None``: as many as there are cores.
    """
    if model.backend == INT8:
        return QuantizedEncoder(model, threads)
    if is_static(model):
        return StaticEncoder(model, threads)
    return SentenceTransformerEncoder(model, threads)
