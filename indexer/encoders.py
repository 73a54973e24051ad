"""How a model is run: the one place that chooses."""

from __future__ import annotations

from indexer.encoder import Encoder, SentenceTransformerEncoder
from indexer.models import Model


def encoder_of(model: Model, threads: int | None = None) -> Encoder:
    """Return what runs a model; it is loaded when it is first used.

    Args:
        model: from :func:`indexer.models.find_model`.
        threads: to compute with; ``None`` leaves the library its own choice, all cores.
    """
    return SentenceTransformerEncoder(model, threads)
