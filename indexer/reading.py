"""The records of a document, in batches.

Reading and cleaning is what costs: a large document is read in a process of its own, while this one
compares and writes what came before. What comes out is the same.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from importlib import import_module
from multiprocessing.connection import Connection
from operator import attrgetter
from typing import Any

from indexer.errors import AkinError
from indexer.paper import Paper, Record, Rejection
from indexer.readers import Reader
from indexer.sources import Document

BATCH = 256
"""Records that are handed on together."""

LARGE = 1 << 22
"""Bytes of a document, as it lies on disk, from which a process of its own pays."""


@dataclass(slots=True)
class Batch:
    """Some records of a document.

    Attributes:
        papers: those that became papers.
        rejections: the others.
        decoded: lines of the document so far that are not UTF-8 and were read as Windows-1252.
    """

    papers: list[Record] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    decoded: int = 0

    @property
    def records(self) -> int:
        """How many there are."""
        return len(self.papers) + len(self.rejections)

    def __getstate__(self) -> tuple[Any, ...]:
        # Plain tuples go from process to process several times as fast as dataclasses.
        papers = [(_fields(record.paper), record.line) for record in self.papers]
        return papers, self.rejections, self.decoded

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        papers, self.rejections, self.decoded = state
        self.papers = [Record(Paper(*values), line) for values, line in papers]


_fields = attrgetter(*(f.name for f in fields(Paper)))


def read_document(document: Document, reader: Reader) -> Iterator[Batch]:
    """Yield the records of a document, in order.

    Raises:
        SourceUnreadable: the document cannot be read to its end.
    """
    if document.path.stat().st_size < LARGE or (os.cpu_count() or 1) < 2:
        return _batches(document, reader)
    return _read_elsewhere(document, reader)


def _batches(document: Document, reader: Reader) -> Iterator[Batch]:
    batch = Batch()
    for record in reader.read(document):
        if isinstance(record, Rejection):
            batch.rejections.append(record)
        else:
            batch.papers.append(record)
        if batch.records == BATCH:
            batch.decoded = document.repairs.decoded
            yield batch
            batch = Batch()
    batch.decoded = document.repairs.decoded
    yield batch


def _read_elsewhere(document: Document, reader: Reader) -> Iterator[Batch]:
    """Yield the records that another process reads; it ends when this iterator does."""
    # A new interpreter: a copy of this one may hold threads and a model.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    name = getattr(reader, "__name__")  # noqa: B009 — a reader is a module
    process = context.Process(target=_send, args=(theirs, document, name), daemon=True)
    process.start()
    theirs.close()
    try:
        while (received := ours.recv()) is not None:
            if isinstance(received, BaseException):
                raise received
            yield received
    except EOFError as error:
        process.join()
        raise AkinError(
            f"{document.path}: the process that was reading it died "
            f"(exit code {process.exitcode}); was the machine short of memory?"
        ) from error
    finally:
        ours.close()
        process.terminate()
        process.join()


def _send(connection: Connection, document: Document, reader: str) -> None:
    """Read a document and send its batches, then ``None``, or what went wrong."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is for the other process
    try:
        for batch in _batches(document, import_module(reader)):
            connection.send(batch)
        connection.send(None)
    except BrokenPipeError:
        pass  # nobody reads any more
    except BaseException as error:  # noqa: BLE001 — raised again where somebody waits for it
        connection.send(error)
