"""Generations: whole, checksummed, immutable builds of the index, published by one rename.

Layout of an index folder::

    CURRENT                   which generation is served, and the checksum of its manifest
    generations/ID/           manifest.json  catalogue.sqlite  vectors.faiss  moments.npy
                              lexical-*.npy  columns-*.npy  map.npy  map-topics.npy
                              map.json  finer.faiss  finer-*.npy
    generations/.building-ID  a build at work, or what one left that died; the next build removes it
    cache/vectors.sqlite      vectors by content, for all generations
    piped/HASH/NAME           what came through pipes, see :mod:`indexer.piped`
    build.lock                held by the builder at work, freed by the kernel when it dies

``CURRENT`` is replaced by a rename after everything that it points to is on disk. So whoever reads
sees the old generation or the new one, whole. The one before the current is kept, for readers that
are just opening it and as the last good one should the current be damaged; older ones, and damaged
ones, are dropped when a new one is published.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from indexer.errors import BuildInProgress, IndexCorrupted, IndexMismatch, IndexMissing
from indexer.files import file_sha256, flush_folder, write_flushed
from indexer.store import checksums
from indexer.store.corpus_map import MAP_VERSION, CorpusMap
from indexer.store.manifest import Manifest, Recorded, how_to_mend

KEEP = 2
"""Generations that stay: the current one and the one before it."""

CATALOGUE, VECTORS, MANIFEST = "catalogue.sqlite", "vectors.faiss", "manifest.json"

LOCK = "build.lock"

_WAIT = 0.2
"""Seconds that a build waits for who merely looks whether there is one."""

_UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError)
"""What a manifest raises that is none."""


@dataclass(frozen=True, slots=True)
class Generation:
    """A published generation and its manifest."""

    folder: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        """The id of the generation."""
        return self.manifest.generation

    @property
    def index(self) -> Path:
        """The index folder that the generation lies in."""
        return self.folder.parent.parent

    @property
    def catalogue(self) -> Path:
        """The SQLite file with the papers."""
        return self.folder / CATALOGUE

    @property
    def vectors(self) -> Path:
        """The FAISS file with the vectors."""
        return self.folder / VECTORS

    def map(self) -> CorpusMap | None:
        """Open the map; ``None`` where there is none, or one of another version.

        Raises:
            IndexCorrupted: a file of it is missing or does not fit the others.
        """
        about = self.manifest.map
        if about is None or about.version != MAP_VERSION:
            return None
        return CorpusMap.read(self.folder, self.manifest.papers)

    def verify(self) -> None:
        """Compare every file with its checksum, some at the same time.

        Raises:
            IndexCorrupted: a file is missing or differs.
        """
        checksums.verify(self.folder, self.manifest.files, how_to_mend(self.index))

    def verify_if_touched(self) -> None:
        """Do the same, unless that was done within a day and no file was touched since.

        Raises:
            IndexCorrupted: a file is missing or differs.
        """
        checksums.verify_if_touched(self.folder, self.manifest.files, how_to_mend(self.index))


class IndexFolder:
    """The folder that holds an index's generations; vectors are kept in it, or in ``cache``."""

    def __init__(self, path: Path, cache: Path | None = None) -> None:
        self.path = path
        self.generations = path / "generations"
        self.pointer = path / "CURRENT"
        self.cache = (cache or path / "cache") / "vectors.sqlite"
        self._holder: int | None = None  # the thread that builds

    def current(self) -> Generation:
        """Return the generation that is served.

        Raises:
            IndexMissing: nothing was published yet.
            IndexCorrupted: the pointer or the manifest is damaged.
            IndexMismatch: it is of another format.
        """
        while True:
            pointer = self._read_pointer()
            try:
                return self._open(pointer["generation"], pointer["manifest_sha256"])
            except FileNotFoundError as error:
                # Two publications since the pointer was read: it is not the current one any more.
                if self._read_pointer() == pointer:
                    raise IndexCorrupted(
                        f"{error.filename}: missing. {how_to_mend(self.path)}"
                    ) from error

    def previous(self) -> Iterator[Generation]:
        """Yield the other generations that are kept and have a readable manifest, newest first."""
        try:
            current = self._read_pointer()["generation"]
        except (IndexMissing, IndexCorrupted):
            current = None
        for name in self._names():
            if name == current:
                continue
            try:
                yield self._open(name, None)
            except (*_UNREADABLE, IndexMismatch):
                continue

    def recorded(self) -> Recorded | None:
        """Return what the last build was made from and with, even where it cannot be served.

        Returns:
            ``None`` if nothing was ever built here.

        Raises:
            IndexCorrupted: something was, but no manifest can be read.
        """
        names = self._names()
        for name in names:
            try:
                return Recorded.from_bytes((self.generations / name / MANIFEST).read_bytes())
            except _UNREADABLE:
                continue
        if names or self.pointer.exists():
            raise IndexCorrupted(
                f"{self.path}: no manifest here can be read, so nobody knows what this index was "
                f"built from. Name it: rebuild-index --index {self.path} SOURCE…"
            )
        return None

    def all_roots(self) -> set[Path] | None:
        """Return what the generations that are kept were built from; ``None`` if one cannot say."""
        try:
            return {
                root
                for name in self._names()
                for root in Recorded.from_bytes(
                    (self.generations / name / MANIFEST).read_bytes()
                ).roots
            }
        except _UNREADABLE:
            return None

    def stamp(self) -> tuple[int, int] | None:
        """Return what changes when another generation is published; cheap to ask for."""
        try:
            status = self.pointer.stat()
        except OSError:  # not there, or not to be seen: opening it says why
            return None
        return status.st_ino, status.st_mtime_ns

    @contextmanager
    def building(self) -> Iterator[None]:
        """Hold the index for building; clear away what a builder left that died.

        The thread that holds it may do so again with the same object: several builds are one then.

        Raises:
            BuildInProgress: another holds it.
        """
        if self._holder == threading.get_ident():
            yield
            return
        from filelock import FileLock, Timeout

        self.generations.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path / LOCK, timeout=_WAIT, poll_interval=_WAIT / 10)
        try:
            lock.acquire()
        except Timeout as error:
            raise BuildInProgress(
                f"{self.path}: another rebuild-index is at work on this index. Wait for it to end, "
                "or name another folder with --index"
            ) from error
        self._holder = threading.get_ident()
        try:
            for left in self.generations.glob(".building-*"):
                shutil.rmtree(left)
            yield
        finally:
            self._holder = None
            lock.release()

    def is_held(self) -> bool | None:
        """Tell whether a build is at work; ``None``: who may only read the lock cannot tell."""
        from filelock import FileLock, Timeout

        if not (self.path / LOCK).exists():
            return False
        try:
            with FileLock(self.path / LOCK, blocking=False):
                return False
        except Timeout:
            return True
        except OSError:  # not to be opened by those who may only read
            return None

    def stage(self, generation: str) -> Path:
        """Make the folder in which a generation is built, and return it."""
        staging = self.generations / f".building-{generation}"
        staging.mkdir()
        return staging

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Lend a folder for what a build needs only while it is at work; the index must be held."""
        folder = self.stage("scratch")
        try:
            yield folder
        finally:
            shutil.rmtree(folder)

    def publish(
        self,
        staging: Path,
        manifest: Manifest,
        stated: checksums.Files | None = None,
        whole: str | None = None,
    ) -> Generation:
        """Make a built generation the current one, atomically, and drop those beyond :data:`KEEP`.

        Args:
            staging: the folder from :meth:`stage`, holding the files.
            manifest: complete but for ``files``, which are measured here.
            stated: checksum and bytes of files that are on disk: those that were measured when they
                were written, and those of another generation, as its manifest states them: damage
                since then is not to be taken for what was written.
            whole: the id of a generation that this process has verified or published, so that it is
                kept without being read again.
        """
        stated = stated or {}
        left = [path for path in sorted(staging.iterdir()) if path.name not in stated]
        files = dict(sorted({**checksums.flushed(left), **stated}.items()))
        # ASCII, as a path need not be Unicode.
        data = json.dumps({**asdict(manifest), "files": files}, indent=1).encode()
        write_flushed(staging / MANIFEST, data)
        flush_folder(staging)
        keep = self._kept_beside(manifest.generation, whole)
        folder = self.generations / manifest.generation
        staging.rename(folder)
        flush_folder(self.generations)
        self._point_to(folder)
        for old in self.generations.glob("[!.]*"):
            if old.name not in {folder.name, *keep}:
                shutil.rmtree(old)
        checksums.trust(folder, files)  # the last: a name less of a file that is shared touches it
        return Generation(folder, Manifest.from_bytes(data, folder / MANIFEST))

    def _point_to(self, folder: Path) -> None:
        pointer = {
            "generation": folder.name,
            "manifest_sha256": file_sha256(folder / MANIFEST),
        }
        temporary = self.pointer.with_suffix(".new")
        write_flushed(temporary, (json.dumps(pointer) + "\n").encode())
        temporary.replace(self.pointer)
        flush_folder(self.path)

    def _kept_beside(self, generation: str, whole: str | None) -> list[str]:
        """Return the generations to keep beside a new one: the newest that are whole."""
        kept: list[str] = []
        for name in self._names():
            if len(kept) < KEEP - 1 and name != generation:
                try:
                    if name != whole:
                        self._open(name, None).verify()
                except (*_UNREADABLE, IndexCorrupted, IndexMismatch):
                    continue  # of no use to anybody: dropped
                kept.append(name)
        return kept

    def _names(self) -> list[str]:
        """Return the ids of all generations, the current one first, then the newest."""
        try:
            current = self._read_pointer()["generation"]
        except (IndexMissing, IndexCorrupted):
            current = ""
        names = [folder.name for folder in self.generations.glob("[!.]*")]
        return sorted(names, key=lambda name: (name == current, name), reverse=True)

    def _read_pointer(self) -> dict[str, str]:
        try:
            pointer = json.loads(self.pointer.read_bytes())
            return {key: str(pointer[key]) for key in ("generation", "manifest_sha256")}
        except FileNotFoundError as error:
            raise IndexMissing(
                f"{self.path}: no index was built here yet. Build one: "
                f"rebuild-index --index {self.path} SOURCE…",
                index=str(self.path),
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise IndexCorrupted(
                f"{self.pointer}: does not name a generation. {how_to_mend(self.path)}",
                file=str(self.pointer),
            ) from error

    def _open(self, name: str, manifest_sha256: str | None) -> Generation:
        path = self.generations / name / MANIFEST
        if manifest_sha256 and file_sha256(path) != manifest_sha256:
            raise IndexCorrupted(
                f"{path}: differs from its checksum. {how_to_mend(path.parents[2])}", file=str(path)
            )
        return Generation(path.parent, Manifest.from_bytes(path.read_bytes(), path))


def new_id() -> str:
    """Return the id of a generation that begins now, unique while the index is held."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
