"""Transformers as ctranslate2 runs them: without torch, on a processor's cores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from indexer.arrays import Vectors, unit
from indexer.errors import ModelUnavailable
from indexer.models.converting import TOKENIZER, Converted, converted
from indexer.models.encoder import Places, TokenEmbeddings, finite
from indexer.models.model import Model
from indexer.models.torchless import TorchlessEncoder
from indexer.threads import allowed

if TYPE_CHECKING:
    from ctranslate2 import Encoder as Runner
    from tokenizers import Tokenizer

_BATCH_TOKENS = 512
"""Word pieces that are computed together, but for a text that is longer: what a core keeps near to
itself. Twice as many cost a tenth more, sixteen times as many the double."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    files: Converted
    runner: Runner
    tokenizer: Tokenizer
    ending: list[int]  # special pieces behind a text, which a cut one has, too
    most: int


class ConvertedEncoder(TorchlessEncoder[_Loaded]):
    """A transformer in int8, from weights that are made if need be; or from such as are given.

    Each thread computes a batch of its own: cores that share one wait for each other. To cut texts
    into word pieces, for which all cores are used, too, is a fiftieth of the cost.

    Args:
        model: from :func:`indexer.models.model.find_model`.
        threads: to compute with; ``None``: as many as :mod:`indexer.threads` allows.
        files: its weights, of any precision; ``None``: those in int8.
    """

    def __init__(
        self, model: Model, threads: int | None = None, files: Converted | None = None
    ) -> None:
        super().__init__(model, threads)
        self._files = files

    @property
    def max_tokens(self) -> int | None:
        """How many word pieces of a text are read, special ones included."""
        return self._load().most

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of word pieces of each document, special ones included, uncut."""
        return [len(pieces) for pieces in self._pieces("document", texts)]

    def encode_tokens(self, text: str) -> TokenEmbeddings | None:
        """Return the word pieces that add up to a document's embedding; ``None``: they do not."""
        loaded = self._load()
        if loaded.files.pooling != "mean":
            return None
        prompt = self.model.prompts["document"]
        tokens = loaded.tokenizer.encode(prompt + text)
        read = _cut(tokens.ids, loaded)
        embeddings = _last_layer(loaded, [read])[0, :, : loaded.files.dimension]
        places: Places = np.array(tokens.offsets, dtype=np.int64).reshape(-1, 2)
        places[np.array(tokens.special_tokens_mask, dtype=np.bool_)] = 0
        if cut := len(read) < len(tokens.ids):  # a cut text ends as a whole one does
            places = places[: len(read)]
            places[len(read) - len(loaded.ending) :] = 0
        return TokenEmbeddings(embeddings, np.maximum(places - len(prompt), 0), cut)

    def _pieces(self, role: str, texts: Sequence[str]) -> list[list[int]]:
        prompt, tokenizer = self.model.prompts[role], self._load().tokenizer
        return [one.ids for one in tokenizer.encode_batch_fast([prompt + text for text in texts])]

    def _encode(self, role: str, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
        loaded, pieces = self._load(), self._pieces(role, texts)
        read = [_cut(one, loaded) for one in pieces]
        vectors = np.zeros((len(texts), loaded.files.dimension), np.float32)

        def compute(batch: list[int]) -> None:
            states = _last_layer(loaded, [read[row] for row in batch])
            pooled = states[:, 0] if by_first else states.mean(axis=1)
            vectors[batch] = pooled[:, : loaded.files.dimension]

        by_first = loaded.files.pooling == "cls"
        self._each(compute, list(_batches([len(one) for one in read])))
        return unit(finite(vectors, self.model)), [len(one) for one in pieces]

    def _read_files(self) -> _Loaded:
        files = self._files or converted(self.model, "int8")
        return _load(self.model, files, self._threads or allowed())


def _load(model: Model, files: Converted, threads: int) -> _Loaded:
    from ctranslate2 import Encoder as Runner
    from tokenizers import Tokenizer

    try:
        runner = Runner(
            str(files.folder),
            device="cpu",
            compute_type=files.precision,
            inter_threads=threads,
            intra_threads=1,
        )
        tokenizer = Tokenizer.from_file(str(files.folder / TOKENIZER))
        example = tokenizer.encode("a")
        text_ends = max(at for at, special in enumerate(example.special_tokens_mask) if not special)
    except Exception as error:  # what a broken file raises, each library decides for itself
        raise ModelUnavailable(
            f"{files.folder}: not a model that ctranslate2 can load: {error}. Delete the folder, "
            "and it is made anew",
            model=model.name,
        ) from error
    most = min(model.max_tokens or files.max_tokens, files.max_tokens)
    return _Loaded(files, runner, tokenizer, example.ids[text_ends + 1 :], most)


def _cut(pieces: list[int], loaded: _Loaded) -> list[int]:
    """Return as many word pieces as are read, the special ones at the end among them."""
    if len(pieces) <= loaded.most:
        return pieces
    return pieces[: loaded.most - len(loaded.ending)] + loaded.ending


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the rows of texts to be computed together, all of one length, the longest first.

    So a text has the same vector in any company, to the last digit. Padding would change sums in
    their last digits, these what is rounded to 8 bits, and this a cosine by as much as .002; to
    do without costs nothing.
    """
    rows = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    for length, alike in groupby(rows, key=lambda row: lengths[row]):
        most = max(1, _BATCH_TOKENS // length)
        while batch := list(islice(alike, most)):
            yield batch


def _last_layer(loaded: _Loaded, pieces: list[list[int]]) -> Vectors:
    """Return the last layer's states ``(n, t, dim)`` of texts that are ``t`` word pieces long."""
    states: Any = loaded.runner.forward_batch(pieces).last_hidden_state
    return np.asarray(states)
