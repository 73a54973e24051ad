"""The formats that akin reads, one module each.

A reader is a module with three names: ``FORMAT``, ``recognises`` and ``read``. To add one, write
the module, list it in :data:`READERS`, and give it a test; docs/architecture.md walks through it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from indexer.documents import Document
from indexer.errors import SourceUnreadable
from indexer.paper import Record, Rejection
from indexer.readers import (
    acl_xml,
    akin_jsonl,
    arxiv_atom,
    arxiv_snapshot,
    bibtex,
    crossref,
    csl_json,
    csv_table,
    endnote_tagged,
    endnote_xml,
    jats,
    json_records,
    markdown_table,
    medline,
    mods,
    oai_pmh,
    openalex,
    openreview,
    pubmed_xml,
    ris,
    scholar_page,
    semantic_scholar,
    wos_text,
    xlsx,
    zotero_json,
)
from indexer.readers.column_guess import unknown_columns


class Reader(Protocol):
    """What a format's module offers."""

    @property
    def FORMAT(self) -> str:  # noqa: N802 — a constant of the module
        """Name of the format, shown in ledger and manifest."""

    def recognises(self, head: str, suffix: str, /) -> bool:
        """Tell a file of this format by its first characters, in doubt by its suffix (``.ris``)."""

    def read(self, document: Document, /) -> Iterator[Record | Rejection]:
        """Yield every record of the document, as a paper or as a rejection with its reason."""


JSON_READERS: tuple[Reader, ...] = (
    akin_jsonl,
    arxiv_snapshot,
    openalex,
    semantic_scholar,
    crossref,
    openreview,
    zotero_json,
    csl_json,
    json_records,
)
"""Of JSON, the special ones before the general."""

READERS: tuple[Reader, ...] = (
    scholar_page,
    markdown_table,
    bibtex,
    ris,
    medline,
    wos_text,
    endnote_tagged,
    pubmed_xml,
    jats,
    oai_pmh,
    arxiv_atom,
    acl_xml,
    endnote_xml,
    mods,
    *JSON_READERS,
    csv_table,
)
"""Of text, in the order in which they are asked."""

BINARY_READERS: tuple[Reader, ...] = (xlsx,)
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
    if (
        document.columns
        and not binary
        and csv_table.recognises(head, document.suffix, document.columns)
    ):
        return csv_table
    raise SourceUnreadable(f"{document.path}: {_what_it_is(head)}", file=str(document.path))


# How files begin that people take for lists of papers, and what to do with them.
_NOT_READ = {
    "%PDF": "a PDF, not a list of papers: export the list from where you keep it",
    "\ufffd\ufffd\x11\u0871": "an old Excel or Word file: save it as .xlsx or CSV",
    "PK\x03\x04": "a zip archive or a document, not a workbook of Excel: unpack it, or save the "
    "table in it as .xlsx or CSV",
    "<!DOCTYPE html": "a web page: save the list in one of the formats that the site exports",
    "<html": "a web page: save the list in one of the formats that the site exports",
}


def _what_it_is(head: str) -> str:
    for start, what in _NOT_READ.items():
        if head.lstrip()[: len(start)].lower() == start.lower():
            return what
    if "\0" in head:
        return f"a binary file, not text (NUL byte at offset {head.index(chr(0))})"
    if table := unknown_columns(head):
        return table
    known = ", ".join(reader.FORMAT for reader in (*READERS, *BINARY_READERS))
    return f"not a format that akin reads ({known})"
