"""The records of a document, in batches.

Reading and cleaning is what costs: a large document is read in processes of their own, while this
one compares and writes what came before. What comes out is the same. JSON lines, the form of large
corpora, are divided among several processes; any other document is one process's work.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection

from indexer.documents import Document, Part, parts_of
from indexer.errors import ProcessDied
from indexer.merging.keys import HashedKeys
from indexer.paper import Rejection
from indexer.processes import Helpers, process, received
from indexer.readers import JSON_READERS, Reader
from indexer.readers.json_items import is_lines
from indexer.store.paper_rows import Row, row_of

BATCH = 256
"""Records that are handed on together."""

PART = 1 << 19
"""Bytes of a document of lines that a process reads at a time, some 300 abstracts."""

LARGE = 1 << 22
"""Bytes of a document, as it lies on disk, from which processes of its own pay."""


@dataclass(slots=True)
class Batch:
    """Some records of a document, with all done that their own process can do.

    Attributes:
        keys: by which those that became papers are told from others, their rows counted from 0.
        papers: of each the values that are written, and the 1-based line where it begins.
        rejections: the others.
        without_abstract: how many of the papers have only a title.
        decoded: lines among them that are not UTF-8 and were read as Windows-1252.
    """

    keys: HashedKeys
    papers: list[tuple[Row, int]] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    without_abstract: int = 0
    decoded: int = 0

    @property
    def records(self) -> int:
        """How many there are."""
        return len(self.papers) + len(self.rejections)


class BatchReader:
    """Reads documents, large ones in processes of their own. Close it when done.

    Those that read parts of documents stay for the next document, as starting one takes half a
    second.

    Args:
        kinds: of the keys that are wanted of each record.
    """

    def __init__(self, kinds: Collection[str]) -> None:
        self._kinds = tuple(kinds)
        self._helpers = Helpers(partial(_batch, self._kinds))

    def read(self, document: Document, reader: Reader) -> Iterator[Batch]:
        """Yield the records of a document, in order.

        Raises:
            SourceUnreadable: the document cannot be read to its end.
            ProcessDied: a process that was reading it died.
        """
        if document.path.stat().st_size < LARGE or (os.cpu_count() or 1) < 2:
            return _batches(document, reader, self._kinds)
        lines = reader in JSON_READERS and is_lines(document) and _is_utf8(document)
        return self._elsewhere(document, reader, lines)

    def close(self) -> None:
        """End the processes."""
        self._helpers.close()

    def _elsewhere(self, document: Document, reader: Reader, lines: bool) -> Iterator[Batch]:
        try:
            yield from (self._in_parts if lines else self._as_a_whole)(document, _name(reader))
        except ProcessDied as error:
            raise ProcessDied.of(f"{document.path}: the process that was reading it") from error

    def _in_parts(self, document: Document, reader: str) -> Iterator[Batch]:
        """Yield the records of a document of lines that several processes read in turn."""
        try:
            for part in parts_of(document, PART):
                yield from self._helpers.submit((reader, part))
            yield from self._helpers.rest()
        except BaseException:
            self._helpers.close()  # what they do is for a document that nobody reads any more
            raise

    def _as_a_whole(self, document: Document, reader: str) -> Iterator[Batch]:
        """Yield the records that another process reads; it ends when this iterator does."""
        with process(_send_batches, document, reader, self._kinds) as connection:
            while (batch := received(connection)) is not None:
                yield batch


def _is_utf8(document: Document) -> bool:
    with document.open_text() as file:
        return file.encoding.startswith("utf-8")


def _batches(
    document: Document, reader: Reader, kinds: Collection[str], most: int = BATCH
) -> Iterator[Batch]:
    batch = Batch(HashedKeys.of_kinds(kinds))
    counted = 0
    for record in reader.read(document):
        if isinstance(record, Rejection):
            batch.rejections.append(record)
        else:
            batch.keys.add(len(batch.papers), record.paper)
            batch.papers.append((row_of(record.paper), record.line))
            batch.without_abstract += not record.paper.abstract
        if batch.records == most:
            batch.decoded, counted = document.repairs.decoded - counted, document.repairs.decoded
            yield batch
            batch = Batch(HashedKeys.of_kinds(kinds))
    batch.decoded = document.repairs.decoded - counted
    yield batch


def _name(reader: Reader) -> str:
    return str(getattr(reader, "__name__"))  # noqa: B009 — a reader is a module


def _send_batches(
    connection: Connection, document: Document, reader: str, kinds: Collection[str]
) -> None:
    for batch in _batches(document, import_module(reader), kinds):
        connection.send(batch)
    connection.send(None)


def _batch(kinds: Collection[str], given: tuple[str, Part]) -> Batch:
    """Return all records of a part of a document."""
    reader, part = given
    (batch,) = _batches(part, import_module(reader), kinds, sys.maxsize)
    return batch
