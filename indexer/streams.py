"""The bytes of a source, decompressed as they are read, within bounds."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from indexer.errors import SourceUnreadable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_CHUNK = 1 << 20
_ALWAYS_FINE = 1 << 26
"""Bytes that any file may inflate to, whatever its ratio."""

_BOMB_RATIO = 250
"""Real exports inflate 3 to 30 times, the most repetitive ones 100 times; bombs 1,000 and more."""

_FORMATS: dict[bytes, tuple[str, Callable[[IO[bytes]], Any]]] = {
    b"\x1f\x8b": ("gzip", lambda raw: gzip.GzipFile(fileobj=raw)),
    b"BZh": ("bzip2", bz2.BZ2File),
    b"\xfd7zXZ\x00": ("xz", lzma.LZMAFile),
    b"\x28\xb5\x2f\xfd": ("zstd", zstd.ZstdFile),
}
SUFFIXES = (".gz", ".bz2", ".xz", ".zst")
"""Of compressed files: what lies before one tells what is inside."""

_COMPRESSORS: dict[str, Callable[[], Any]] = {
    ".gz": lambda: zlib.compressobj(wbits=zlib.MAX_WBITS | 16),
    ".bz2": bz2.BZ2Compressor,
    ".xz": lzma.LZMACompressor,
    ".zst": zstd.ZstdCompressor,
}
_DAMAGED = (EOFError, OSError, lzma.LZMAError, zlib.error, zstd.ZstdError)


def open_bytes(path: Path, *, ahead: bool = True) -> io.BufferedReader:
    """Open a file for reading, decompressed if its first bytes say that it is compressed.

    Args:
        path: a file, plain or compressed with gzip, bzip2, xz or zstd.
        ahead: decompress the next megabyte in a thread while this one is worked on.

    Raises:
        SourceUnreadable: it cannot be opened. So does reading, where the compressed data is damaged
            or inflates like a bomb.
    """
    try:
        raw = path.open("rb")
    except OSError as error:
        raise SourceUnreadable(
            f"{path}: cannot be opened: {error.strerror}", file=str(path)
        ) from error
    magic = raw.read(6)
    raw.seek(0)
    for start, (name, decompress) in _FORMATS.items():
        if magic.startswith(start):
            bounded = _Decompressed(path, name, raw, decompress(raw))
            return io.BufferedReader(_ReadAhead(bounded) if ahead else bounded, _CHUNK)
    return raw


def compressed(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Yield what goes into a file of that name: compressed if its suffix says so."""
    make = _COMPRESSORS.get(Path(name.lower()).suffix)
    if make is None:
        yield from pieces
        return
    compressor = make()
    for piece in pieces:
        yield compressor.compress(piece)
    yield compressor.flush()


def inner_suffix(name: str) -> str:
    """Return the suffix that tells a file's format, lower case: ``.ris`` of ``a.RIS.gz``."""
    path = Path(name.lower())
    return Path(path.stem).suffix if path.suffix in SUFFIXES else path.suffix


def refuse_bomb(path: Path, inflated: int, compressed: int) -> None:
    """Refuse what inflates beyond all that real exports do.

    Raises:
        SourceUnreadable: ``inflated`` bytes came, or would come, out of ``compressed`` ones.
    """
    if inflated > _ALWAYS_FINE and inflated > _BOMB_RATIO * compressed:
        raise SourceUnreadable(
            f"{path}: {compressed:,} bytes inflate to {inflated:,} and more, over {_BOMB_RATIO} "
            "times their size: refused as a decompression bomb",
            file=str(path),
        )


class _Decompressed(io.RawIOBase):
    """What comes out of a decompressor, its failures typed and its ratio watched."""

    def __init__(self, path: Path, name: str, raw: IO[bytes], stream: IO[bytes]) -> None:
        self._path, self._name, self._raw, self._stream = path, name, raw, stream
        self._inflated = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        try:
            data = self._stream.read(len(buffer))
        except _DAMAGED as error:
            raise SourceUnreadable(
                f"{self._path}: the {self._name} data is damaged after {self._inflated:,} "
                f"inflated bytes ({error}). Fetch or compress the file again",
                file=str(self._path),
            ) from error
        self._inflated += len(data)
        refuse_bomb(self._path, self._inflated, self._raw.tell())
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        self._raw.close()
        super().close()


class _ReadAhead(io.RawIOBase):
    """Reads a chunk ahead in a thread: decompressors let the other core work."""

    def __init__(self, source: io.RawIOBase) -> None:
        self._source = source
        self._thread = ThreadPoolExecutor(1)
        self._chunk = memoryview(b"")
        self._next = self._thread.submit(self._source.read, _CHUNK)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        if not self._chunk:
            self._chunk = memoryview(self._next.result() or b"")
            if self._chunk:
                self._next = self._thread.submit(self._source.read, _CHUNK)
        count = min(len(buffer), len(self._chunk))
        buffer[:count] = self._chunk[:count]
        self._chunk = self._chunk[count:]
        return count

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._source.close()
        super().close()
