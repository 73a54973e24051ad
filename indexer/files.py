"""Files that are replaced whole, so that readers see the old one or the new one; flushed."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def replace_file(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file beside its place and put it there once all is written; else nothing changes.

    What is no file, such as ``/dev/stdout``, is written to, never replaced.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as device:
            device.writelines(pieces)
        return
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=f".{path.name}-", delete=False
    ) as file:
        temporary = Path(file.name)
        try:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
            let_others_use(temporary)
            temporary.replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                temporary.unlink()
            raise


def let_others_use(path: Path) -> None:
    """Give a file or folder that was temporary, and so its owner's alone, the mode of any other."""
    umask = os.umask(0)
    os.umask(umask)
    path.chmod((0o777 if path.is_dir() else 0o666) & ~umask)


def file_sha256(path: Path) -> str:
    """Return the hex SHA-256 of a file's bytes, read in bounded memory."""
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_flushed(path: Path, data: bytes) -> None:
    """Write a file; when this returns, its bytes are on disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def flushed_sha256(path: Path) -> str:
    """Bring what was written of a file to disk, and return the hex SHA-256 of its bytes."""
    flush(path)
    return file_sha256(path)


def flush_folder(path: Path) -> None:
    """Make renames within a folder durable; a folder cannot be opened for this on Windows."""
    if os.name == "posix":
        flush(path)


def flush(path: Path) -> None:
    """Bring what was written of a file or folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
