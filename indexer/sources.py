"""From the paths that a user names to the documents to read: found, copied from pipes, named."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from indexer.documents import Document, readable
from indexer.errors import SourceMissing, SourceUnreadable

STDIN = Path("-")
"""Names standard input among the sources."""

NAMEABLE = tuple(
    "title abstract authors year date venue categories doi arxiv pmid url code keywords".split()
)
"""Fields whose column in a table the user can name."""


LONGEST_WAIT = 10.0
"""Seconds within which somebody must have opened a named pipe to write into it."""

_CHUNK = 1 << 16
_OUT_OF_THE_FOLDER = "a link out of the folder, not followed without --follow-links"
_NO_FILE = "a pipe, socket or device, which no folder is read from"


def find_documents(
    sources: Sequence[Path],
    *,
    follow_links: bool = False,
    spool: Path | None = None,
    columns: Mapping[str, str] | None = None,
) -> list[Document]:
    """Return the documents below the sources, each once, folders walked in name order.

    Hidden files and folders are passed over. What lies in a folder and is not to be opened, such as
    a link out of it, is a document with a problem.

    Args:
        sources: files, folders, pipes, and :data:`STDIN` for standard input.
        follow_links: whether to read what lies behind links that lead out of a folder.
        spool: a folder to copy pipes to, as documents are read more than once; ``None``: they are
            refused.
        columns: which column of a table holds which field, where the user says so.

    Raises:
        SourceMissing: a source is not there.
        SourceUnreadable: a source is a folder that cannot be opened, a device, or a pipe that
            cannot be copied.
    """
    found: dict[Path, _Found] = {}
    for source in sources:
        if source == STDIN and STDIN in found:
            continue  # it is read once, however often it is named
        if source == STDIN or (source.exists() and not (source.is_dir() or source.is_file())):
            copied = _copied(source, spool)
            found[STDIN if source == STDIN else copied.place] = copied
        elif source.is_dir():
            root = source.resolve()
            for path, problem in _files_below(source, follow_links=follow_links):
                relative = path.relative_to(source)
                one = _Found(path, root / relative, 1 + len(relative.parts), problem=problem)
                found.setdefault(path.absolute() if problem else _place(path), one)
        elif source.exists():
            found[source.resolve()] = _Found(source, source.resolve(), 1, given=True)
        else:
            raise SourceMissing(
                f"{source}: no such file or folder (looked from {Path.cwd()})", file=str(source)
            )
    return _named(list(found.values()), columns or {})


def _copied(source: Path, spool: Path | None) -> _Found:
    """Copy a pipe or standard input to a file, and return that.

    Raises:
        SourceUnreadable: there is nowhere to copy it to, or nothing comes from it.
    """
    name = "stdin" if source == STDIN else source.name
    if spool is None:
        raise SourceUnreadable(f"{source}: a pipe, which cannot be read twice", file=str(source))
    if source == STDIN and sys.stdin is None:
        raise SourceUnreadable("there is no standard input to read", file=str(source))
    if source == STDIN and sys.stdin.isatty():
        raise SourceUnreadable(
            "standard input is this terminal: pipe a document into the command, or name a file",
            file=str(source),
        )
    if not stat.S_ISFIFO(mode := _mode(source)) and (source != STDIN or stat.S_ISCHR(mode)):
        raise SourceUnreadable(f"{source}: no document, but a device or a socket", file=str(source))
    try:
        copy = Path(tempfile.mkdtemp(dir=spool), name)
        with copy.open("xb") as file:
            if source == STDIN:
                shutil.copyfileobj(sys.stdin.buffer, file)
            else:
                _copy_pipe(source, file)
    except OSError as error:
        raise SourceUnreadable(
            f"{source}: cannot be copied: {error.strerror}", file=str(source)
        ) from error
    return _Found(copy, copy, 1, given=True, piped=True)


def _mode(source: Path) -> int:
    """Return what kind of file a source is; 0 where standard input is none."""
    with suppress(OSError):
        return (os.fstat(sys.stdin.fileno()) if source == STDIN else source.stat()).st_mode
    return 0


def _copy_pipe(source: Path, file: IO[bytes]) -> None:
    """Copy what comes through a named pipe.

    Raises:
        SourceUnreadable: nobody writes into it.
    """
    # Who opens a pipe and waits does so for ever if nobody writes.
    with os.fdopen(os.open(source, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as pipe:
        until = time.monotonic() + LONGEST_WAIT
        while (begun := pipe.read(_CHUNK)) == b"":  # None: somebody will write
            if time.monotonic() > until:
                raise SourceUnreadable(f"{source}: nobody writes into this pipe", file=str(source))
            time.sleep(0.05)
        os.set_blocking(pipe.fileno(), True)
        file.write(begun or b"")
        shutil.copyfileobj(pipe, file)


@dataclass(slots=True)
class _Found:
    """A file and how many of the last parts of its place make its name."""

    path: Path
    place: Path
    parts: int
    given: bool = False
    piped: bool = False
    problem: str = ""

    @property
    def name(self) -> str:
        return readable("/".join(self.place.parts[-self.parts :]))


def _named(found: list[_Found], columns: Mapping[str, str]) -> list[Document]:
    """Name documents by the end of their path, as far as it takes to tell them apart."""
    while True:
        count = Counter(one.name for one in found)
        alike = [o for o in found if count[o.name] > 1 and o.parts < len(o.place.parts)]
        if not alike:
            return [Document(o.path, o.name, o.given, columns, o.piped, o.problem) for o in found]
        for one in alike:
            one.parts += 1


def _files_below(folder: Path, *, follow_links: bool) -> Iterator[tuple[Path, str]]:
    """Yield the files of a folder, each with why it is not to be opened; no folder twice.

    Raises:
        SourceUnreadable: the folder itself cannot be opened.
    """
    root = _place(folder)
    seen: set[Path] = set()
    closed: list[tuple[Path, str]] = []

    def cannot_open(error: OSError) -> None:
        problem = f"cannot be opened: {error.strerror}"
        if Path(error.filename) == folder:
            raise SourceUnreadable(f"{folder}: {problem}", file=str(folder)) from error
        closed.append((Path(error.filename), problem))

    def leads_out(path: Path) -> bool:
        return not (follow_links or _place(path).is_relative_to(root))

    for parent, folders, files in os.walk(folder, onerror=cannot_open, followlinks=True):
        place = _place(Path(parent))
        if place in seen:
            folders.clear()
            continue
        seen.add(place)
        shown = sorted(name for name in folders if not name.startswith("."))
        folders[:] = [name for name in shown if not leads_out(Path(parent, name))]
        for name in sorted({*files, *shown} - {*folders}):
            path = Path(parent, name)
            if not name.startswith("."):
                yield path, _problem(path, out=leads_out(path))
    yield from closed


def _problem(path: Path, *, out: bool) -> str:
    """Return why a file of a folder is not to be opened; of a dangling link opening it tells."""
    if not path.exists():
        return ""
    if out:
        return _OUT_OF_THE_FOLDER
    return "" if path.is_file() or path.is_dir() else _NO_FILE


def _place(path: Path) -> Path:
    """Return where a path leads; a link to itself leads nowhere, and is told of when opened."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()
