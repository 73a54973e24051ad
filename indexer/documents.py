"""A document: a file that may hold papers, opened and decoded."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from indexer.errors import SourceUnreadable
from indexer.files import file_sha256
from indexer.streams import inner_suffix, open_bytes

UNDECODED = re.compile("[\udc80-\udcff]")
"""How Python keeps bytes that are not of a text's encoding (surrogateescape)."""

HEAD_BYTES = 65_536
"""How much of a file is looked at to tell its format."""

LONGEST_LINE = 1 << 24
"""Characters of a line that are read; no record is longer, and memory stays bounded."""

_LINE_END = re.compile(rb"\r\n|\n|\r")

_USUAL = "utf-8-sig"
# Marks at the beginning, the longer ones first; without one a text is read as UTF-8.
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class Line(NamedTuple):
    """A line of a document, without its end.

    Attributes:
        number: counts from 1.
        text: as decoded.
        cut: whether it was longer than :data:`LONGEST_LINE`, and this is its beginning.
    """

    number: int
    text: str
    cut: bool = False


@dataclass(slots=True)
class Repairs:
    """What was mended while a document was read.

    Attributes:
        decoded: lines that are not UTF-8 and were read as Windows-1252.
    """

    decoded: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A file that may hold papers.

    Attributes:
        path: where it lies.
        name: how ledger and papers call it: the file's, below that of the source's folder.
        given: whether the user named this very file, not a folder around it.
        columns: which column of a table holds which field, where the user says so.
        piped: whether it came through a pipe, so that the path is that of a copy.
        problem: why it is not to be opened; ``""`` if it may be.
        repairs: counted while it is read.
    """

    path: Path
    name: str
    given: bool
    columns: Mapping[str, str] = field(default_factory=dict)
    piped: bool = False
    problem: str = ""
    repairs: Repairs = field(default_factory=Repairs, compare=False)

    @property
    def suffix(self) -> str:
        """The end of its name that tells its format: ``.ris`` of ``a.RIS.gz``."""
        return inner_suffix(self.path.name)

    def head(self) -> str:
        """Return the first :data:`HEAD_BYTES`, decompressed, as text; binary ones with their NULs.

        Raises:
            SourceUnreadable: the file cannot be opened or decompressed, or is empty.
        """
        if self.problem:
            raise SourceUnreadable(f"{self.path}: {self.problem}", file=str(self.path))
        with open_bytes(self.path, ahead=False) as file:
            head = file.read(HEAD_BYTES)
        if not head.strip():
            raise SourceUnreadable(f"{self.path}: the file is empty", file=str(self.path))
        return head.decode(_encoding(head), "replace")

    def open(self) -> io.BufferedReader:
        """Open its bytes, decompressed."""
        return open_bytes(self.path)

    def open_text(self) -> io.TextIOWrapper:
        """Open its text, line ends as they are, undecodable bytes as lone surrogates.

        Where the text is UTF-16 or UTF-32 they are U+FFFD: those have no other way to keep them.
        """
        file = open_bytes(self.path)
        try:
            encoding = _encoding(file.peek(4))
        except SourceUnreadable:
            file.close()
            raise
        errors = "surrogateescape" if encoding == _USUAL else "replace"
        return io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")

    def lines(self) -> Iterator[Line]:
        """Yield the lines one by one; any line end counts, a byte-order mark does not.

        Bytes that are not UTF-8 are read as Windows-1252, and counted in ``repairs``.
        """
        with self.open_text() as file:
            file.reconfigure(newline=None)
            number = 0
            while text := file.readline(LONGEST_LINE):
                number += 1
                cut = len(text) == LONGEST_LINE and not text.endswith("\n")
                if cut:
                    _skip_line(file)
                yield Line(number, self.decoded(text.rstrip("\n")), cut)

    def decoded(self, text: str) -> str:
        """Return text from :meth:`open_text`, its undecodable bytes read as Windows-1252."""
        try:
            text.encode()  # ten times faster than to look for surrogates
        except UnicodeEncodeError:
            self.repairs.decoded += 1
            return UNDECODED.sub(_windows_1252, text)
        return text

    def sha256(self) -> str:
        """Return the hex SHA-256 of the file's bytes."""
        return file_sha256(self.path)

    def state(self) -> tuple[int, ...]:
        """Return what tells whether the file was changed or replaced meanwhile."""
        stat = self.path.stat()
        return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns

    @property
    def is_lines(self) -> bool:
        """Whether each line is known to be a record, as in a :class:`Part`."""
        return False


@dataclass(frozen=True, slots=True)
class Part(Document):
    """Some lines of a document in UTF-8, each a record, held in memory.

    Attributes:
        data: the lines.
        before: how many lines of the document lie before them.
    """

    data: bytes = b""
    before: int = 0

    @property
    def is_lines(self) -> bool:
        """It is."""
        return True

    def open_text(self) -> io.TextIOWrapper:
        """Open the lines as :meth:`Document.open_text` does."""
        raw = io.BytesIO(self.data)
        return io.TextIOWrapper(raw, encoding="utf-8", errors="surrogateescape", newline="")

    def lines(self) -> Iterator[Line]:
        """Yield the lines with their numbers in the document."""
        # The base class by name: a dataclass with slots is another class than super() knows.
        for line in Document.lines(self):
            yield Line(line.number + self.before, line.text, line.cut)


def _encoding(head: bytes) -> str:
    found = (name for mark, name in _BYTE_ORDER_MARKS.items() if head.startswith(mark))
    return next(found, _USUAL)


def _windows_1252(byte: re.Match[str]) -> str:
    return bytes([ord(byte[0]) - 0xDC00]).decode("cp1252", "replace")


def _skip_line(file: IO[str]) -> None:
    while (text := file.readline(LONGEST_LINE)) and not text.endswith("\n"):
        pass


def parts_of(document: Document, size: int) -> Iterator[Part]:
    """Divide a document in UTF-8 into parts of whole lines, of about ``size`` bytes each.

    Of a line that is longer than :data:`LONGEST_LINE` its beginning is kept, as :meth:`lines` does.
    """
    most = LONGEST_LINE * 4  # bytes of a character
    before = 0
    rest = b""

    def part(data: bytes) -> Part:
        nonlocal before
        made = Part(
            document.path,
            document.name,
            document.given,
            document.columns,
            document.piped,
            document.problem,
            data=data,
            before=before,
        )
        ends = data.count(b"\n")
        if returns := data.count(b"\r"):
            ends += returns - data.count(b"\r\n")
        before += ends + (not data.endswith((b"\n", b"\r")))
        return made

    with document.open() as file:
        if file.peek(3).startswith(codecs.BOM_UTF8):
            file.read(3)
        while data := file.read(size):
            data = rest + data
            # A carriage return at the very end may be half of a line end.
            end = max(data.rfind(b"\n"), data.rfind(b"\r", 0, -1)) + 1
            rest = data[end:]
            if end:
                yield part(data[:end])
            if len(rest) > most:
                yield part(rest)
                rest = _behind_line(file, size)
    if rest:
        yield part(rest)


def _behind_line(file: IO[bytes], size: int) -> bytes:
    """Read to the end of a line, and return what was read behind it."""
    while data := file.read(size):
        if found := _LINE_END.search(data):
            behind = data[found.end() :]
            if found[0] == b"\r" and not behind:
                behind = file.read(size).removeprefix(b"\n")
            return behind
    return b""


def split_lines(text: str) -> list[str]:
    """Split text where :meth:`Document.lines` does; ``str.splitlines`` knows more line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def readable(text: str) -> str:
    """Return the text with what was not UTF-8 shown as U+FFFD: names of files, and of columns."""
    return UNDECODED.sub("\ufffd", text)
