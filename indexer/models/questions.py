"""What embeds questions: not torch, which takes seconds to import, where others give its vectors.

ctranslate2 computes them in float32 from weights that are made once.
"""

from __future__ import annotations

from indexer.errors import ModelUnavailable
from indexer.models.choosing import encoder_of
from indexer.models.converted import ConvertedEncoder
from indexer.models.converting import (
    INT8,
    forget,
    is_converted,
    is_installed,
    may_be_converted,
)
from indexer.models.encoder import Encoder
from indexer.models.model import Model

_LEAST_COSINE = 0.9995
"""To torch's vectors: in float32 they are the same to the rounding, in bfloat16 to .9999."""

_QUESTIONS = [
    "graph neural networks for molecules",
    "Naïve 🚀 tokenizers of İstanbul meet 图 and ﬁne ligatures",
    "We study federated learning under heterogeneous data. " * 100,
]


def question_encoder(model: Model, threads: int | None = None) -> Encoder:
    """Return what embeds questions of papers that a model has embedded; nothing is loaded.

    Args:
        model: as it was run for the papers.
        threads: to compute with; ``None``: as many as there are cores.
    """
    if model.backend != INT8 and is_converted(model, "float32"):
        return ConvertedEncoder(model, threads)
    return encoder_of(model, threads)


def make_ready(model: Model) -> None:
    """Make the weights by which questions need no torch, if that can be: for one that loaded it.

    They are kept only if they give its vectors.

    Args:
        model: as it was run for the papers.
    """
    if model.backend == INT8 or is_converted(model, "float32"):
        return
    if not (is_installed() and may_be_converted(model)):
        return
    try:
        vectors = ConvertedEncoder(model).encode_query(_QUESTIONS)
    except ModelUnavailable:  # then torch is asked, as without ctranslate2
        return
    expected = encoder_of(model).encode_query(_QUESTIONS)
    if not (vectors * expected).sum(axis=1).min() >= _LEAST_COSINE:
        forget(model, "float32")
