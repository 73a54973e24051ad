"""From the paths that a user names to the documents to read: found, hashed, opened."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import SourceMissing, SourceUnreadable

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
        name: how ledger and papers call it, the same wherever the source's folder is moved to.
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
        SourceUnreadable: a source is a pipe or a device.
    """
    found: dict[Path, Document] = {}
    for source in sources:
        if source.is_dir():
            root = source.resolve()
            for path in _files_below(source):
                name = f"{root.name}/{path.relative_to(source).as_posix()}"
                found.setdefault(path.resolve(), Document(path, name, given=False))
        elif source.exists() and not source.is_file():
            raise SourceUnreadable(
                f"{source}: not a regular file; a pipe cannot be read twice", file=str(source)
            )
        elif source.exists():
            found[source.resolve()] = Document(source, source.name, given=True)
        else:
            raise SourceMissing(
                f"{source}: no such file or folder (looked from {Path.cwd()})", file=str(source)
            )
    return list(found.values())


def _files_below(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(parent, name)
            # A dangling link is reported when it is opened; a pipe would never end.
            if not name.startswith(".") and (path.is_file() or not path.exists()):
                yield path
