"""From the paths that a user names to the documents to read: found, copied from pipes, named."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.documents import Document, readable
from indexer.errors import SourceMissing, SourceUnreadable

STDIN = Path("-")
"""Names standard input among the sources."""

NAMEABLE = tuple(
    "title abstract authors year date venue categories doi arxiv pmid url code keywords".split()
)
"""Fields whose column in a table the user can name."""


def find_documents(
    sources: Sequence[Path],
    *,
    spool: Path | None = None,
    columns: Mapping[str, str] | None = None,
) -> list[Document]:
    """Return the documents below the sources, each once, folders walked in name order.

    Hidden files and folders are passed over.

    Args:
        sources: files, folders, pipes, and :data:`STDIN` for standard input.
        spool: a folder to copy pipes to, as documents are read more than once; ``None``: they are
            refused.
        columns: which column of a table holds which field, where the user says so.

    Raises:
        SourceMissing: a source is not there.
        SourceUnreadable: a folder cannot be opened, or a pipe cannot be copied.
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
            for path in _files_below(source):
                relative = path.relative_to(source)
                one = _Found(path, root / relative, 1 + len(relative.parts), given=False)
                found.setdefault(_place(path), one)
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
    try:
        copy = Path(tempfile.mkdtemp(dir=spool), name)
        with copy.open("xb") as file:
            if source == STDIN:
                shutil.copyfileobj(sys.stdin.buffer, file)
            else:
                with source.open("rb") as pipe:
                    shutil.copyfileobj(pipe, file)
    except OSError as error:
        raise SourceUnreadable(
            f"{source}: cannot be copied: {error.strerror}", file=str(source)
        ) from error
    return _Found(copy, copy, 1, given=True, piped=True)


@dataclass(slots=True)
class _Found:
    """A file and how many of the last parts of its place make its name."""

    path: Path
    place: Path
    parts: int
    given: bool
    piped: bool = False

    @property
    def name(self) -> str:
        return readable("/".join(self.place.parts[-self.parts :]))


def _named(found: list[_Found], columns: Mapping[str, str]) -> list[Document]:
    """Name documents by the end of their path, as far as it takes to tell them apart."""
    while True:
        count = Counter(one.name for one in found)
        alike = [o for o in found if count[o.name] > 1 and o.parts < len(o.place.parts)]
        if not alike:
            return [Document(o.path, o.name, o.given, columns, o.piped) for o in found]
        for one in alike:
            one.parts += 1


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder, those behind links too, no folder twice."""
    seen: set[Path] = set()
    for parent, folders, files in os.walk(folder, onerror=_cannot_open, followlinks=True):
        place = _place(Path(parent))
        if place in seen:
            folders.clear()
            continue
        seen.add(place)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(parent, name)
            # A dangling link is reported when it is opened; a pipe would never end.
            if not name.startswith(".") and (path.is_file() or not path.exists()):
                yield path


def _place(path: Path) -> Path:
    """Return where a path leads; a link to itself leads nowhere, and is told of when opened."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()


def _cannot_open(error: OSError) -> None:
    raise SourceUnreadable(
        f"{error.filename}: cannot be opened: {error.strerror}", file=str(error.filename)
    ) from error
