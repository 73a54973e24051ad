"""How a model is run: the one place that chooses."""

from __future__ import annotations

from indexer.models.encoder import Encoder
from indexer.models.model import Model
from indexer.models.sentence_transformer import SentenceTransformerEncoder
from indexer.models.static import StaticEncoder, is_static


def encoder_of(model: Model, threads: int | None = None) -> Encoder:
    """Return what runs a model; it is loaded when it is first used.

    Args:
        model: from :func:`indexer.models.model.find_model`.
        threads: to compute with; ``None``: as many as there are cores.
    """
    if is_static(model):
        return StaticEncoder(model, threads)
    return SentenceTransformerEncoder(model, threads)
