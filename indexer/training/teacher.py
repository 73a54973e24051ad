"""A teacher's embeddings, kept on disk: computing them is most of what training costs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.models.encoder import Encoder, finite
from indexer.progress import Reporter

AT_ONCE = 256
"""Texts between two writes: the most that a kill costs."""

_KEY_BYTES = 16

Kept = npt.NDArray[np.float16]
"""Embeddings ``(n, dim)``, of length 1 but for rounding."""


class Teacher:
    """What a model says of texts; each is computed once, however often it is asked.

    A file per model, in ``folder``, holds records: a text's hash, and its embedding as float16.

    Args:
        encoder: the model; not loaded unless there is something to compute.
        folder: where the file is, or will be.
    """

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self._encoder = encoder
        self._folder = folder
        self._name = f"teacher-{encoder.model.fingerprint[:16]}"

    def embeddings(self, texts: Sequence[str], reporter: Reporter) -> Kept:
        """Return the embeddings of texts ``(n, dim)``, computing those that are not kept yet."""
        keys = [key_of(text) for text in texts]
        known = self._rows()
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            reporter.phase("teaching", len(missing))
            shortest_first = sorted(missing.items(), key=lambda item: len(item[1]))
            for start in range(0, len(missing), AT_ONCE):
                some = shortest_first[start : start + AT_ONCE]
                self._keep(dict(some))
                reporter.advance(len(some))
            known = self._rows()
        vectors: Kept = self._records()["vector"][[known[key] for key in keys]]
        return vectors

    def _keep(self, texts: dict[bytes, str]) -> None:
        encoder = self._encoder
        vectors = finite(encoder.encode_document(list(texts.values())), encoder.model)
        records = np.empty(len(texts), record_type(vectors.shape[1]))
        records["key"] = np.frombuffer(b"".join(texts), f"V{_KEY_BYTES}")
        records["vector"] = vectors
        with self.file(vectors.shape[1]).open("ab") as file:
            file.write(records.tobytes())

    def file(self, dim: int) -> Path:
        """Return where embeddings of so many dimensions are kept."""
        return self._folder / f"{self._name}-{dim}.bin"

    def _records(self) -> npt.NDArray[np.void]:
        """Return what is kept; what a kill left half written is cut off."""
        for path in self._folder.glob(f"{self._name}-*.bin"):
            kind = record_type(int(path.stem.rpartition("-")[2]))
            whole = path.stat().st_size // kind.itemsize
            with path.open("r+b") as file:
                file.truncate(whole * kind.itemsize)
            if whole:
                return np.memmap(path, kind, mode="r", shape=(whole,))
        return np.empty(0, record_type(1))

    def _rows(self) -> dict[bytes, int]:
        keys = np.ascontiguousarray(self._records()["key"]).tobytes()
        return {
            keys[row * _KEY_BYTES : (row + 1) * _KEY_BYTES]: row
            for row in range(len(keys) // _KEY_BYTES)
        }


def key_of(text: str) -> bytes:
    """Return what a text is found by."""
    return hashlib.sha256(text.encode()).digest()[:_KEY_BYTES]


def record_type(dim: int) -> np.dtype[np.void]:
    """Return how a text's hash and its embedding lie in a file."""
    return np.dtype([("key", f"V{_KEY_BYTES}"), ("vector", np.float16, (dim,))])
