"""Models that read a question and a text together, as sentence-transformers runs them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from indexer.arrays import Array
from indexer.errors import ModelUnavailable
from indexer.models.model import Model, json_of
from indexer.models.sentence_transformer import loaded

Scores = npt.NDArray[np.floating]
Score = Callable[[str, Sequence[str]], Scores]


class ModelReranker:
    """A model of sentence-transformers, loaded when first used; for one thread at a time.

    A cross-encoder, or one of late interaction, whose score is MaxSim: of each word piece of the
    query the best match in the text, added up (Khattab and Zaharia, *ColBERT*, SIGIR 2020).

    Args:
        model: from :func:`indexer.models.model.find_model`.
        threads: for torch; ``None`` leaves its own choice, all cores.

    Raises:
        ModelUnavailable: it is neither.
    """

    def __init__(self, model: Model, threads: int | None = None) -> None:
        self.model = model
        self._make = _maker(model)
        self._threads = threads
        self._score: Score | None = None
        self._loading = threading.Lock()

    def load(self) -> None:
        """Load the model, unless it is loaded, and let it read something.

        Raises:
            ModelUnavailable: its files cannot be loaded, or it gives no one score.
        """
        with self._loading:
            if self._score is None:
                if self._threads is not None:
                    import torch

                    torch.set_num_threads(self._threads)
                score = self._make(self.model)
                found = score("warm up", ["warm up"])
                if found.shape != (1,):
                    raise ModelUnavailable(
                        f"{self.model.name}: gives {found.shape[1:]} values for a pair, one that "
                        "ranks gives one",
                        model=self.model.name,
                    )
                self._score = score

    def score(self, query: str, texts: Sequence[str]) -> Array:
        """Return how well each text answers the query ``(n,)``; what is too long is cut.

        Raises:
            ModelUnavailable: see :meth:`load`.
        """
        self.load()
        assert self._score is not None  # noqa: S101 — as it is loaded
        return self._score(query, texts).astype(np.float64)


def _cross_encoder(model: Model) -> Score:
    from sentence_transformers import CrossEncoder

    encoder = loaded(CrossEncoder, model, "cross-encoder")

    def score(query: str, texts: Sequence[str]) -> Scores:
        pairs = [(query, text) for text in texts]
        return np.asarray(encoder.predict(pairs, show_progress_bar=False))

    return score


def _late_interaction(model: Model) -> Score:
    from sentence_transformers import MultiVectorEncoder

    encoder = loaded(MultiVectorEncoder, model, "late-interaction model")

    def score(query: str, texts: Sequence[str]) -> Scores:
        asked = encoder.encode_query([query], show_progress_bar=False)
        read = encoder.encode_document(list(texts), show_progress_bar=False)
        found: Scores = encoder.similarity(asked, read)[0].float().cpu().numpy()
        return found

    return score


def _maker(model: Model) -> Callable[[Model], Score]:
    """Return what loads a model, by what its folder says of it.

    sentence-transformers loads any other one, too, and gives it a head of random weights.

    Raises:
        ModelUnavailable: it is none that ranks, or does not say so.
    """
    stated, config = (
        json_of(path) if (path := model.path / name).is_file() else {}
        for name in ("config_sentence_transformers.json", "config.json")
    )
    match stated, config:
        case {"model_type": "CrossEncoder"}, _:
            return _cross_encoder
        case {"model_type": "MultiVectorEncoder"}, _:
            return _late_interaction
        case {"model_type": _}, _:
            pass
        case _, {"architectures": ["HF_ColBERT", *_]}:
            return _late_interaction
        case _, {"architectures": [str(head), *_]} if head.endswith("ForSequenceClassification"):
            return _cross_encoder
    raise ModelUnavailable(
        f"{model.name}: cannot rerank: by its config_sentence_transformers.json and config.json it "
        "is no cross-encoder, and no late-interaction model",
        model=model.name,
    )
