"""From the paths that a user names to the documents to read: found, hashed, opened."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import SourceMissing, SourceUnreadable

UNDECODED = re.compile("[\udc80-\udcff]")
"""How Python keeps bytes that are not UTF-8 (surrogateescape)."""

HEAD_BYTES = 8192
"""How much of a file is looked at to tell its format."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document, without its end; ``number`` counts from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file that may hold papers.

    Attributes:
        path: where it lies.
        name: how ledger and papers call it: the file's, below that of the source's folder.
        given: whether the user named this very file, not a folder around it.
    """

    path: Path
    name: str
    given: bool

    def head(self) -> str:
        """Return the first :data:`HEAD_BYTES` as text.

        Raises:
            SourceUnreadable: the file cannot be opened, is empty or is binary.
        """
        try:
            with self.path.open("rb") as file:
                head = file.read(HEAD_BYTES)
        except OSError as error:
            raise SourceUnreadable(
                f"{self.path}: cannot be opened: {error.strerror}", file=str(self.path)
            ) from error
        if not head.strip():
            raise SourceUnreadable(f"{self.path}: the file is empty", file=str(self.path))
        if b"\0" in head:
            raise SourceUnreadable(
                f"{self.path}: a binary file, not text (NUL byte at offset {head.index(0)})",
                file=str(self.path),
            )
        return head.decode("utf-8-sig", "replace")

    def lines(self) -> Iterator[Line]:
        """Yield the lines one by one; any line end counts, a byte-order mark does not.

        Bytes that are not UTF-8 arrive as lone surrogates, for the reader to reject the record.
        """
        with self.path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
            for number, text in enumerate(file, 1):
                yield Line(number, text.rstrip("\n"))

    def sha256(self) -> str:
        """Return the hex SHA-256 of the file's bytes."""
        return file_sha256(self.path)


def split_lines(text: str) -> list[str]:
    """Split text where :meth:`Document.lines` does; ``str.splitlines`` knows more line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def file_sha256(path: Path) -> str:
    """Return the hex SHA-256 of a file's bytes, read in bounded memory."""
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find_documents(sources: Sequence[Path]) -> list[Document]:
    """Return the documents below the sources, each once, folders walked in name order.

    Hidden files and folders are passed over.

    Raises:
        SourceMissing: a source is not there.
        SourceUnreadable: a source is a pipe or a device, or a folder cannot be opened.
    """
    found: dict[Path, _Found] = {}
    for source in sources:
        if source.is_dir():
            root = source.resolve()
            for path in _files_below(source):
                relative = path.relative_to(source)
                one = _Found(path, root / relative, 1 + len(relative.parts), given=False)
                found.setdefault(path.resolve(), one)
        elif source.exists() and not source.is_file():
            raise SourceUnreadable(
                f"{source}: not a regular file; a pipe cannot be read twice", file=str(source)
            )
        elif source.exists():
            found[source.resolve()] = _Found(source, source.resolve(), 1, given=True)
        else:
            raise SourceMissing(
                f"{source}: no such file or folder (looked from {Path.cwd()})", file=str(source)
            )
    return _named(list(found.values()))


@dataclass(slots=True)
class _Found:
    """A file and how many of the last parts of its place make its name."""

    path: Path
    place: Path
    parts: int
    given: bool

    @property
    def name(self) -> str:
        return readable("/".join(self.place.parts[-self.parts :]))


def _named(found: list[_Found]) -> list[Document]:
    """Name documents by the end of their path, as far as it takes to tell them apart."""
    while True:
        count = Counter(one.name for one in found)
        alike = [o for o in found if count[o.name] > 1 and o.parts < len(o.place.parts)]
        if not alike:
            return [Document(one.path, one.name, one.given) for one in found]
        for one in alike:
            one.parts += 1


def readable(text: str) -> str:
    """Return the text with what was not UTF-8 shown as U+FFFD: names of files, and of columns."""
    return UNDECODED.sub("\ufffd", text)


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder, those behind links too, no folder twice."""
    seen: set[Path] = set()
    for parent, folders, files in os.walk(folder, onerror=_cannot_open, followlinks=True):
        if Path(parent).resolve() in seen:
            folders.clear()
            continue
        seen.add(Path(parent).resolve())
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(parent, name)
            # A dangling link is reported when it is opened; a pipe would never end.
            if not name.startswith(".") and (path.is_file() or not path.exists()):
                yield path


def _cannot_open(error: OSError) -> None:
    raise SourceUnreadable(
        f"{error.filename}: cannot be opened: {error.strerror}", file=str(error.filename)
    ) from error
