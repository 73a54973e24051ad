"""The formats that akin reads, one module each.

A reader is a module with three names: ``FORMAT``, ``recognises`` and ``read``. To add one, write
the module, list it in :data:`READERS`, and give it a test; CONTRIBUTING.md walks through it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from indexer.errors import SourceUnreadable
from indexer.paper import Record, Rejection
from indexer.readers import markdown_table, scholar_page
from indexer.sources import Document


class Reader(Protocol):
    """What a format's module offers."""

    @property
    def FORMAT(self) -> str:  # noqa: N802 — a constant of the module
        """Name of the format, shown in ledger and manifest."""

    def recognises(self, head: str, suffix: str, /) -> bool:
        """Tell a file of this format by its first characters, in doubt by its suffix (``.ris``)."""

    def read(self, document: Document, /) -> Iterator[Record | Rejection]:
        """Yield every record of the document, as a paper or as a rejection with its reason."""


READERS: tuple[Reader, ...] = (scholar_page, markdown_table)
"""Of text, in the order in which they are asked."""

BINARY_READERS: tuple[Reader, ...] = ()
"""Of files that hold NUL bytes."""


def reader_for(document: Document) -> Reader:
    """Return the reader that recognises the document.

    Raises:
        SourceUnreadable: it is empty, binary, cannot be opened or of no known format.
    """
    head = document.head()
    binary = "\0" in head
    for reader in BINARY_READERS if binary else READERS:
        if reader.recognises(head, document.suffix):
            return reader
    if binary:
        raise SourceUnreadable(
            f"{document.path}: a binary file, not text (NUL byte at offset {head.index(chr(0))})",
            file=str(document.path),
        )
    known = ", ".join(reader.FORMAT for reader in READERS)
    raise SourceUnreadable(
        f"{document.path}: not a format that akin reads ({known})", file=str(document.path)
    )
