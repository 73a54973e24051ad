"""How a model is run: the one place that chooses."""

from __future__ import annotations

from indexer.models.encoder import Encoder
from indexer.models.model import Model
from indexer.models.sentence_transformer import SentenceTransformerEncoder


def encoder_of(model: Model, threads: int | None = None) -> Encoder:
    """Return what runs a model; it is loaded when it is first used.

    Args:
        model: from :func:`indexer.models.model.find_model`.
        threads: to compute with; ``None`` leaves the library its own choice, all cores.
    """
    return SentenceTransformerEncoder(model, threads)
