"""Vectors that were computed once, kept by what they are of, for no rebuild to compute again.

One SQLite file for all generations and all models of an index, or of several indexes, which may
be built at once. A vector that was written is found after a crash; one that was damaged is noticed
by its checksum and computed anew.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np

from indexer.arrays import Vectors

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    key BLOB PRIMARY KEY,        -- SHA-256, see cache_key
    vector BLOB NOT NULL,        -- little-endian float32
    tokens INTEGER NOT NULL,     -- word pieces of the uncut text
    truncated INTEGER NOT NULL,  -- 1: the model did not read all of them
    crc INTEGER NOT NULL         -- CRC-32 of the vector's bytes
)
"""
_ASK_AT_ONCE = 500  # every SQLite takes so many parameters
# The key is read from the row that holds the vector: a damaged index may lead to another one.
_GET = """
SELECT key, vector, tokens, truncated, crc FROM vectors NOT INDEXED
WHERE rowid IN (SELECT rowid FROM vectors WHERE key IN ({}))
"""
_NOT_NOW = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM,
}  # fmt: skip
"""What keeps a file from being used, whatever it holds."""
_IF_FORBIDDEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
_WAIT = 60.0
"""Seconds for which another builder may hold the file's lock; it writes for far less."""


class CachedVector(NamedTuple):
    """A vector ``(dim,)``, the word pieces of its uncut text, and whether the model cut it."""

    vector: Vectors
    tokens: int
    truncated: bool


def cache_key(fingerprint: str, recipe: str, text: str) -> bytes:
    """Return the key of a text's vector under a model and a text recipe: a SHA-256."""
    parts = (fingerprint, recipe, text)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()


class VectorCache:
    """The file of cached vectors; use it as a context manager.

    A file that SQLite finds damaged is set aside beside the new one, never deleted.

    Attributes:
        set_aside: where a damaged file was moved to, ``None`` where there was none.
    """

    def __init__(self, path: Path) -> None:
        self.set_aside: Path | None = None
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, timeout=_WAIT)
        with self._mended():
            _prepare(self._connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._connection.close()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, CachedVector]:
        """Return those of the vectors that are there and whole."""
        found: dict[bytes, CachedVector] = {}
        with self._mended():
            for start in range(0, len(keys), _ASK_AT_ONCE):
                found |= self._get(keys[start : start + _ASK_AT_ONCE])
        return found

    def _get(self, keys: Sequence[bytes]) -> dict[bytes, CachedVector]:
        rows = self._connection.execute(_GET.format(",".join("?" * len(keys))), keys)
        asked = set(keys)
        return {key: vector for key, *row in rows if key in asked and (vector := _whole(*row))}

    def put(self, vectors: Mapping[bytes, CachedVector]) -> None:
        """Write vectors; when this returns, they outlive the process."""
        rows = []
        for key, (vector, tokens, truncated) in vectors.items():
            blob = np.asarray(vector, dtype="<f4").tobytes()
            rows.append((key, blob, tokens, truncated, zlib.crc32(blob)))
        for _ in range(2):  # once more in a new file, if this one proves damaged
            before = self.set_aside
            with self._mended(), self._connection:
                self._connection.executemany(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?)", rows
                )
            if self.set_aside == before:
                return

    @contextmanager
    def _mended(self) -> Iterator[None]:
        """Set the file aside if SQLite finds it damaged meanwhile; what it held is computed anew.

        Raises:
            OSError: the file cannot be used now: locked by another program, or the disk is full.
        """
        try:
            yield
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # the latter of a message
            if self._cannot_be_used(error):
                raise OSError(errno.EIO, str(error), str(self._path)) from error
            self._connection.close()
            self.set_aside = self._path.with_suffix(f".damaged-{time.time_ns()}")
            self._path.replace(self.set_aside)
            for left in ("-wal", "-shm"):
                self._path.with_name(self._path.name + left).unlink(missing_ok=True)
            self._connection = sqlite3.connect(self._path, timeout=_WAIT)
            _prepare(self._connection)

    def _cannot_be_used(self, error: Exception) -> bool:
        """Tell whether an error says nothing of what the file holds."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        if code == sqlite3.SQLITE_IOERR_SHORT_READ:
            return False
        if (code & 0xFF) in _IF_FORBIDDEN:  # or a damaged header says so
            return not (os.access(self._path, os.W_OK) and os.access(self._path.parent, os.W_OK))
        return (code & 0xFF) in _NOT_NOW

    def __len__(self) -> int:
        (count,) = self._connection.execute("SELECT count(*) FROM vectors").fetchone()
        return int(count)


def _whole(vector: object, tokens: object, truncated: object, crc: object) -> CachedVector | None:
    """Return what a row holds, ``None`` if that is no vector as it was written."""
    if not isinstance(vector, bytes) or zlib.crc32(vector) != crc or not isinstance(tokens, int):
        return None
    numbers = np.frombuffer(vector, dtype="<f4")
    return CachedVector(numbers, tokens, bool(truncated)) if np.isfinite(numbers).all() else None


def _prepare(connection: sqlite3.Connection) -> None:
    connection.text_factory = bytes  # of a damaged row: nothing is decoded
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(_SCHEMA)
    connection.execute("SELECT key FROM vectors LIMIT 1").fetchone()
