"""Whether the files of a generation are as they were published: by reading them, or by a look.

Reading takes longer than a search. So whoever has compared the files with their checksums leaves a
stamp beside them, and while that is fresh and no file was touched since, it is taken at its word.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from indexer.errors import IndexCorrupted
from indexer.files import file_sha256, flushed_sha256
from indexer.threads import allowed

Files = Mapping[str, dict[str, Any]]
"""The ``sha256`` and the number of ``bytes`` of each file, by its name."""

STAMP = ".verified"
TRUSTED = 24 * 60 * 60
"""Seconds for which a stamp is good: a disk may lose bits without anybody writing."""


def flushed(paths: Iterable[Path]) -> Files:
    """Bring what was written of files to disk, and return what a manifest states of them."""
    return {
        path.name: {"sha256": flushed_sha256(path), "bytes": path.stat().st_size} for path in paths
    }


def verify(folder: Path, files: Files, mend: str) -> None:
    """Compare every file with its checksum, some at the same time.

    Args:
        folder: of the generation.
        files: as its manifest states them.
        mend: what to do where one is damaged, for people.

    Raises:
        IndexCorrupted: a file is missing or differs.
    """

    def compare(name: str) -> None:
        path, stated = folder / name, files[name]
        if not path.is_file():
            raise IndexCorrupted(f"{path}: missing. {mend}", file=str(path))
        if path.stat().st_size != stated["bytes"] or file_sha256(path) != stated["sha256"]:
            raise IndexCorrupted(
                f"{path}: differs from its checksum in the manifest. {mend}", file=str(path)
            )

    state = _state(folder, files)
    try:
        # In a pool of its own: queries of the engine that is served are not to wait for it.
        with ThreadPoolExecutor(allowed()) as threads:
            for _ in threads.map(compare, files):
                pass  # the first that is wrong is raised
    except IndexCorrupted:
        with suppress(OSError):
            (folder / STAMP).unlink()
        raise
    _stamp(folder, state)


def verify_if_touched(folder: Path, files: Files, mend: str) -> None:
    """Do the same, unless that was done within a day and no file was touched since.

    Raises:
        IndexCorrupted: a file is missing or differs.
    """
    stamp = folder / STAMP
    try:
        fresh = abs(time.time() - stamp.stat().st_mtime) < TRUSTED
        known = fresh and stamp.read_text("utf-8") == _state(folder, files)
    except (OSError, UnicodeDecodeError):
        known = False
    if not known:
        verify(folder, files, mend)


def trust(folder: Path, files: Files) -> None:
    """Leave the stamp: the checksums were taken of these very files a moment ago."""
    _stamp(folder, _state(folder, files))


def _state(folder: Path, files: Files) -> str | None:
    """Return what changes when a file is written to or replaced; ``None`` where one is missing."""
    try:
        found = [(name, files[name]["sha256"], (folder / name).stat()) for name in sorted(files)]
    except OSError:
        return None
    told = [(n, sha, s.st_size, s.st_ino, s.st_mtime_ns, s.st_ctime_ns) for n, sha, s in found]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _stamp(folder: Path, state: str | None) -> None:
    """Leave the stamp, where one may write; else the files are read the next time, too."""
    if state:
        with suppress(OSError):
            (folder / STAMP).write_text(state, "utf-8")
