"""A workbook of Excel as a file: opened whatever it lies in, and refused where it is a bomb.

It is a ZIP archive of XML files, so it may be a bomb in two ways, by what its parts inflate to and
by entities that they declare. Both are looked for before anything is read.
"""

from __future__ import annotations

import lzma
import shutil
import struct
import tempfile
import warnings
import zipfile
import zlib
from typing import IO, TYPE_CHECKING

from indexer.documents import Document
from indexer.errors import SourceUnreadable
from indexer.streams import refuse_bomb

if TYPE_CHECKING:
    from openpyxl import Workbook

DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError),
    *(SyntaxError, RuntimeError, ValueError, TypeError, LookupError, AttributeError),
    *(AssertionError, ArithmeticError),
)
"""What openpyxl raises where a workbook is not as it should be: it has no error of its own."""

_MOST_BYTES = 1 << 32
_BYTE_ORDER_MARKS = b"\xef\xbb\xbf\xff\xfe"
_HARMLESS = {b"<?": b"?>", b"<!--": b"-->"}
_HEAD_BYTES = 1 << 16


def seekable(document: Document) -> IO[bytes]:
    """Open the file, decompressed to a temporary one if it was compressed once more."""
    file = document.open()
    if file.seekable():
        return file
    copy = tempfile.TemporaryFile()  # noqa: SIM115 — the caller closes it
    with file:
        shutil.copyfileobj(file, copy)
    copy.seek(0)
    return copy


def opened(document: Document, file: IO[bytes]) -> Workbook:
    """Return the workbook in a file, whose rows are read one by one.

    Raises:
        SourceUnreadable: it is damaged, or a bomb.
    """
    from openpyxl import load_workbook

    try:
        _refuse_bombs(document, file)
        with warnings.catch_warnings(action="ignore"):  # of styles that it does not know
            return load_workbook(file, read_only=True, data_only=True)
    except DAMAGED as error:
        raise damaged(document, error) from error


def _refuse_bombs(document: Document, file: IO[bytes]) -> None:
    """Refuse an archive that inflates out of proportion, and XML that declares entities."""
    path = document.path
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        for part in parts:
            refuse_bomb(path, part.file_size, part.compress_size)
        total = sum(part.file_size for part in parts)
        refuse_bomb(path, total, file.seek(0, 2))  # parts may lie upon one another
        if total > _MOST_BYTES:
            raise SourceUnreadable(
                f"{path}: its parts have {total:,} bytes, over {_MOST_BYTES:,}. Save it as CSV",
                file=str(path),
            )
        for part in parts:
            with archive.open(part) as stream:
                declares = _declares(stream.read(_HEAD_BYTES))
            if declares:
                raise SourceUnreadable(
                    f"{path}: {part.filename!r} declares a document type, as entity bombs do and "
                    "no spreadsheet program does",
                    file=str(path),
                )


def _declares(head: bytes) -> bool:
    """Tell whether anything but comments and instructions stands before the root of an XML part.

    A comment that does not end within the head counts: what it hides cannot be seen.
    """
    rest = head.replace(b"\0", b"").lstrip(_BYTE_ORDER_MARKS)  # UTF-16, too
    while True:
        rest = rest.lstrip()
        end = next((e for start, e in _HARMLESS.items() if rest.startswith(start)), None)
        if end is None:
            return rest.startswith(b"<!")
        _, found, rest = rest.partition(end)
        if not found:
            return True


def damaged(document: Document, error: BaseException) -> SourceUnreadable:
    """Return the error of a workbook at which one of :data:`DAMAGED` was raised."""
    what = str(error).partition("\n")[0] or type(error).__name__
    return SourceUnreadable(
        f"{document.path}: the workbook is damaged, or not as Excel writes them ({what}). Open it "
        "in a spreadsheet program, and save it as .xlsx or CSV",
        file=str(document.path),
    )
