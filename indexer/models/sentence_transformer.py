"""Models as sentence-transformers runs them."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from indexer.arrays import Vectors, unit
from indexer.errors import ModelUnavailable
from indexer.models.encoder import Places, TokenEmbeddings, finite
from indexer.models.model import BF16, Model

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Loaded = TypeVar("Loaded")

_BATCH_TOKENS = 2048
"""Word pieces that are computed at once on a CPU, where four times as many take a fifth longer."""

_BATCH_ELSEWHERE = 32
"""Texts that are computed at once on a GPU."""


class SentenceTransformerEncoder:
    """A sentence-transformers model, loaded when it is first used; safe to share by threads.

    Args:
        model: from :func:`indexer.models.model.find_model`.
        threads: for torch; ``None`` leaves its own choice, all cores.
    """

    is_static = False  # what is runs without torch, but for what has more behind its table

    def __init__(self, model: Model, threads: int | None = None) -> None:
        self.model = model
        self._threads = threads
        self._loaded: SentenceTransformer | None = None
        # Fast tokenizers may not be entered twice, and two forward passes only fight for cores.
        self._lock = threading.Lock()

    @property
    def max_tokens(self) -> int | None:
        """How many word pieces of a text are read, special ones included; ``None``: all."""
        with self._lock:
            length: float | None = self._load().max_seq_length
        return None if length is None or math.isinf(length) else int(length)

    def load(self) -> None:
        """Load the model, if it is not loaded yet.

        Raises:
            ModelUnavailable: its files cannot be loaded.
        """
        with self._lock:
            self._load()

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Return the embeddings ``(n, dim)`` of texts that are to be found."""
        with self._lock:
            model = self._load()
            return self._unit(model.encode_document(list(texts), **_at_once(model)))

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return the embeddings ``(n, dim)`` of texts that ask."""
        with self._lock:
            model = self._load()
            return self._unit(model.encode_query(list(texts), **_at_once(model)))

    def encode_counted(self, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
        """Return the embeddings ``(n, dim)`` of documents, and how many word pieces each has.

        The library tells nothing of the pieces that it cut off: to count them is some hundredth of
        what a transformer costs.
        """
        return self.encode_document(texts), self.count_tokens(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of word pieces of each document, special ones included, uncut."""
        prompted = [self.model.prompts["document"] + text for text in texts]
        with self._lock:
            tokenizer = self._load().tokenizer
            if not callable(tokenizer):  # static models come with a bare tokenizers.Tokenizer
                return [len(tokens.ids) for tokens in tokenizer.encode_batch(prompted)]
            tokens = tokenizer(prompted, truncation=False, verbose=False)
        return [len(ids) for ids in tokens["input_ids"]]

    def has_word(self, word: str) -> bool:
        """Tell whether a word is one of the pieces, as frequent ones are."""
        nothing, found = self.count_tokens(["", word])
        return found == nothing + 1

    def encode_tokens(self, text: str) -> TokenEmbeddings | None:
        """Return the word pieces that add up to a document's embedding; ``None``: they do not.

        They do where a transformer's last layer, or a table of static embeddings, is averaged and
        nothing but a scaling comes after. Not for other poolings, nor with a Dense layer.
        """
        prompt = self.model.prompts["document"]
        with self._lock:
            model = self._load()
            found = None
            match _averaged(model):
                case "static":
                    found = _static_tokens(model, prompt + text)
                case "transformer":
                    found = _transformer_tokens(model, text, prompt)
        if found is None:
            return None
        # The text begins where the prompt ends; a piece of both is the text's.
        places = np.maximum(found.places - len(prompt), 0)
        return TokenEmbeddings(found.embeddings[:, : model.truncate_dim], places, found.cut)

    def _unit(self, vectors: npt.NDArray[np.floating]) -> Vectors:
        """Scale rows to length 1, whether or not the model did, and whatever its precision."""
        return unit(finite(vectors.astype(np.float32, copy=False), self.model))

    def _load(self) -> SentenceTransformer:
        if self._loaded is None:
            import torch
            from sentence_transformers import SentenceTransformer

            if self._threads is not None:
                torch.set_num_threads(self._threads)
            dtype = {"dtype": "bfloat16"} if self.model.backend == BF16 else {}
            self._loaded = loaded(SentenceTransformer, self.model, "model", **dtype)
            if (most := self.model.max_tokens) is not None:
                own = self._loaded.max_seq_length
                self._loaded.max_seq_length = most if own is None else min(own, most)
        return self._loaded


def _at_once(model: SentenceTransformer) -> dict[str, Any]:
    batch = _BATCH_ELSEWHERE
    if model.device.type == "cpu":
        batch = max(1, round(_BATCH_TOKENS / min(model.max_seq_length or math.inf, 256)))
    return {"batch_size": batch, "show_progress_bar": False}


def loaded(kind: Callable[..., Loaded], model: Model, what: str, **more: str) -> Loaded:
    """Return a model of sentence-transformers, its weights from safetensors, its code not run.

    Args:
        kind: the class that loads it.
        model: where it lies.
        what: it is, for people.
        **more: for transformers, which loads the weights: their ``dtype``.

    Raises:
        ModelUnavailable: its files cannot be loaded.
    """
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return kind(
            str(model.path),
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True, **more},
        )
    except Exception as error:  # what a broken file raises, each library decides for itself
        raise ModelUnavailable(
            f"{model.path}: not a {what} that sentence-transformers can load: {error}",
            model=model.name,
        ) from error


def _averaged(model: SentenceTransformer) -> str | None:
    """Tell what a model averages: a ``transformer``'s tokens, ``static`` ones; or nothing such."""
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    if [type(module) for module in shaping(model)] == [StaticEmbedding]:
        return "static"
    # The second divides by another number, but the length is 1 in the end.
    return "transformer" if pooling_of(model) in {"mean", "mean_sqrt_len_tokens"} else None


def pooling_of(model: SentenceTransformer) -> str | None:
    """Return how a transformer's word pieces become a vector; ``None``: there is more to it."""
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    match shaping(model):
        case [first, pooling] if type(first) is Transformer and type(pooling) is Pooling:
            mode = pooling.pooling_mode
            return mode if isinstance(mode, str) else None
    return None


def shaping(model: SentenceTransformer) -> list[Any]:
    """Return the modules of a model, but for those that scale a vector to length 1."""
    from sentence_transformers.base.modules import Normalize

    vector = "sentence_embedding"
    return [
        module
        for module in model
        if not (
            type(module) is Normalize
            and module.module_input_name == module.module_output_name == vector
        )
    ]


def _static_tokens(model: SentenceTransformer, prompted: str) -> TokenEmbeddings:
    table: Any = model[0]
    tokens = table.tokenizer.encode(prompted, add_special_tokens=False)  # as its preprocess() does
    embeddings = table.embedding.weight[tokens.ids].detach().float().cpu().numpy()
    return TokenEmbeddings(embeddings, _places(tokens.offsets), bool(tokens.overflowing))


def _transformer_tokens(
    model: SentenceTransformer, text: str, prompt: str
) -> TokenEmbeddings | None:
    tokenizer: Any = model.tokenizer
    if not getattr(tokenizer, "is_fast", False):  # only those tell where a piece is from
        return None
    encoded: Any = model.encode_document([text], output_value=None, show_progress_bar=False)
    (features,) = encoded
    real = features["attention_mask"].bool()
    ids = features["input_ids"][real].tolist()
    embeddings = features["token_embeddings"][real].float().cpu().numpy()
    whole, read = (
        tokenizer(
            prompt + text,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
            verbose=False,
            **cut,
        )
        for cut in ({"truncation": False}, {"truncation": True, "max_length": len(ids)})
    )
    if read["input_ids"] != ids:  # its preprocessing does more: a chat template, for one
        return None
    places = _places(read["offset_mapping"])
    places[np.array(read["special_tokens_mask"], dtype=np.bool_)] = 0
    pooling: Any = model[1]
    first = 0 if pooling.include_prompt else features.get("prompt_length") or 0
    return TokenEmbeddings(embeddings[first:], places[first:], len(whole["input_ids"]) > len(ids))


def _places(offsets: Sequence[tuple[int, int]]) -> Places:
    return np.array(offsets, dtype=np.int64).reshape(-1, 2)
