"""Static models without torch: an embedding is the mean of a table's rows, one for each token.

What sentence-transformers computes of the same folder, to the rounding of floats, in a fraction of
the time: nothing heavy is imported, and the tokens of many texts are added up at once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from indexer.arrays import Vectors, unit
from indexer.errors import ModelUnavailable
from indexer.models.encoder import Places, TokenEmbeddings, finite
from indexer.models.model import Model
from indexer.models.static_table import Counts, TokenIds, TokenTable, is_table, read_table
from indexer.models.static_tokens import TokenReader
from indexer.models.torchless import TorchlessEncoder

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_WEIGHTS = "model.safetensors"
_LOT = 512
"""Texts whose tokens are in memory at once, and that one thread adds up."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    tokenizer: Tokenizer
    reader: TokenReader
    table: TokenTable
    most: int | None


class StaticEncoder(TorchlessEncoder[_Loaded]):
    """A static model, one that :func:`is_static`. A text without tokens has the vector 0."""

    is_static = True

    @property
    def max_tokens(self) -> int | None:
        """How many word pieces of a text are read; ``None``: all."""
        return self._load().most

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of word pieces of each document, uncut; none is a special one."""
        prompt = self.model.prompts["document"]
        _, counts = self._load().reader.read([prompt + text for text in texts])
        return [int(count) for count in counts]

    def read(self, texts: Sequence[str]) -> tuple[TokenIds, Counts]:
        """Return the tokens of texts, uncut, one text after another, and how many each has.

        Their words are kept, however few texts there are: it is asked again and again.
        """
        return self._load().reader.read(texts, many=1)

    @property
    def vocabulary(self) -> int:
        """How many tokens there are: they count from 0."""
        return len(self._load().table)

    def token_vectors(self, tokens: TokenIds) -> Vectors:
        """Return the vector of each token ``(t, dim)`` float32, of any length."""
        return self._load().table.rows(tokens)

    def encode_tokens(self, text: str) -> TokenEmbeddings | None:
        """Return the word pieces whose sum, scaled to length 1, is a document's embedding."""
        loaded = self._load()
        prompt = self.model.prompts["document"]
        tokens = loaded.tokenizer.encode(prompt + text, add_special_tokens=False)
        read = tokens.ids[: loaded.most]
        # The text begins where the prompt ends; a piece of both is the text's.
        places: Places = np.array(tokens.offsets[: loaded.most], dtype=np.int64).reshape(-1, 2)
        places = np.maximum(places - len(prompt), 0)
        embeddings = loaded.table.rows(np.array(read, dtype=np.int32))
        return TokenEmbeddings(embeddings, places, len(read) < len(tokens.ids))

    def _encode(self, role: str, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
        loaded, prompt = self._load(), self.model.prompts[role]
        prompted = [prompt + text for text in texts] if prompt else list(texts)
        lots = [prompted[at : at + _LOT] for at in range(0, len(prompted), _LOT)]

        def summed(lot: list[str]) -> tuple[Vectors, Counts]:
            tokens, counts = loaded.reader.read(lot)
            sums = loaded.table.sums(*self._within(loaded, tokens, counts))
            return unit(finite(sums, self.model)), counts

        done = self._each(summed, lots)
        empty = np.zeros((0, loaded.table.dimension), np.float32)
        vectors = np.concatenate([empty, *(vectors for vectors, _ in done)])
        return vectors, [int(count) for _, counts in done for count in counts]

    def _within(self, loaded: _Loaded, tokens: TokenIds, counts: Counts) -> tuple[TokenIds, Counts]:
        """Return the tokens of texts, as many as are read.

        Raises:
            ModelUnavailable: the table has no row for one.
        """
        if loaded.most is not None and counts.max(initial=0) > loaded.most:
            within = np.arange(len(tokens)) - np.repeat(np.cumsum(counts) - counts, counts)
            tokens, counts = tokens[within < loaded.most], np.minimum(counts, loaded.most)
        if tokens.max(initial=0) >= len(loaded.table):
            raise _unavailable(self.model, "its tokenizer has tokens that its table has no row for")
        return tokens, counts

    def _read_files(self) -> _Loaded:
        return _load(self.model)


def is_static(model: Model) -> bool:
    """Tell whether a model is a table of token vectors, scaled to length 1 or not, and no more.

    What cannot be read is none: whoever runs the others says what is wrong with it.
    """
    folder = static_folder(model.path)
    return folder is not None and is_table(folder / _WEIGHTS)


def static_folder(folder: Path) -> Path | None:
    """Return where the table of a static model lies; ``None``: its modules are others."""
    listed = folder / "modules.json"
    if not listed.is_file():
        return None
    match json.loads(listed.read_text("utf-8")):
        case [{"type": str(kind), "path": str(place)}, *others] if _named(kind, "StaticEmbedding"):
            only = all(_only_scales(folder / each["path"], each["type"]) for each in others)
            return folder / place if only else None
    return None


def _only_scales(folder: Path, kind: str) -> bool:
    stated = folder / "config.json"
    try:
        config = json.loads(stated.read_text("utf-8")) if stated.is_file() else {}
    except ValueError:
        return False
    vector = "sentence_embedding"
    names = {config.get(f"module_{end}_name") or vector for end in ("input", "output")}
    return _named(kind, "Normalize") and names == {vector}


def _named(kind: str, name: str) -> bool:
    return kind.rpartition(".")[2] == name


def _load(model: Model) -> _Loaded:
    """Return a static model.

    Raises:
        ModelUnavailable: its files cannot be loaded.
    """
    from tokenizers import Tokenizer

    folder = static_folder(model.path)
    assert folder is not None  # noqa: S101 — it is a static model
    try:
        tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        table = read_table(folder / _WEIGHTS, _truncate_dim(model.path))
    except Exception as error:  # what a broken file raises, each library decides for itself
        raise _unavailable(model, f"not a static model that can be loaded: {error}") from error
    tokenizer.no_padding()
    cut: dict[str, Any] = tokenizer.truncation or {"max_length": None, "direction": "right"}
    if cut["direction"] != "right":
        raise _unavailable(model, "its tokenizer cuts texts at their beginning, which akin cannot")
    tokenizer.no_truncation()
    return _Loaded(tokenizer, TokenReader(tokenizer), table, cut["max_length"])


def _truncate_dim(folder: Path) -> int | None:
    path = folder / "config_sentence_transformers.json"
    stated: int | None = (
        json.loads(path.read_text("utf-8")).get("truncate_dim") if path.is_file() else None
    )
    return stated


def _unavailable(model: Model, what: str) -> ModelUnavailable:
    return ModelUnavailable(f"{model.path}: {what}", model=model.name)
