"""All documents of a build, read into its records, and those of one paper merged."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from indexer.documents import Document, readable
from indexer.errors import SourceUnreadable
from indexer.ledger import SHOWN_REJECTIONS, SourceAccount
from indexer.merging.decisions import Decisions
from indexer.merging.duplicates import DuplicateFinder
from indexer.merging.merge import merge
from indexer.paper import Rejection
from indexer.progress import Reporter, Silent
from indexer.readers import Reader, reader_for
from indexer.reading import Batch, BatchReader
from indexer.store.records import Records

_MOST_WAITING = 1 << 26
"""Bytes of records that wait in memory for the end of their document."""

SHOWN_SHARED = 10
"""How many identifiers of several papers a report names; the ledger has all."""


@dataclass(slots=True)
class Read:
    """What reading the sources found.

    Attributes:
        sources: one account per document.
        rejections: the first of them.
        skipped: files of a folder that hold no format akin reads, each with the reason.
        notes: what else people should know.
        lacking: the keys of records that were decided about and are not there.
    """

    sources: list[SourceAccount] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lacking: set[str] = field(default_factory=set)


def take_in(
    documents: Sequence[Document],
    rules: Collection[str],
    decisions: Decisions,
    records: Records,
    reporter: Reporter,
) -> Read:
    """Read every document into the records of a build, and merge those of one paper.

    In memory there is one batch of records, and of every record the hashes of its keys, 12 bytes
    each and eight or so per record; records that share a key are read again and compared.

    Args:
        documents: in the order of the sources.
        rules: of :data:`indexer.merging.duplicates.RULES`, by which records are of one paper.
        decisions: of people, which come before the rules.
        records: none yet; settled in the end.
        reporter: told of the progress.

    Raises:
        SourceUnreadable: a file that the user named cannot be read, to its end, as any format. One
            that merely lies in a named folder is passed over and listed; nothing of it is kept.
    """
    reporter.phase("reading")
    read = Read()
    finder = DuplicateFinder(rules, decisions)
    to_read: list[tuple[Document, Reader]] = []
    for document in documents:
        try:
            to_read.append((document, reader_for(document)))
        except SourceUnreadable as error:
            if document.given:
                raise
            read.skipped.append(error.detail)
    with closing(BatchReader(finder.kinds)) as batch_reader:
        for document, reader in to_read:
            try:
                account = _read_one(document, reader, batch_reader, finder, records, read, reporter)
            except SourceUnreadable as error:
                if document.given:
                    raise
                read.skipped.append(error.detail)
            else:
                read.sources.append(account)
    read.lacking = finder.lacking()
    read.notes += merge_duplicates(finder, records, reporter)
    _account_for_merged(records, read)
    return read


def _read_one(
    document: Document,
    reader: Reader,
    batch_reader: BatchReader,
    finder: DuplicateFinder,
    records: Records,
    read: Read,
    reporter: Reporter,
) -> SourceAccount:
    path = document.name if document.piped else readable(str(document.path.resolve()))
    account = SourceAccount(document.name, path, reader.FORMAT, "")
    decoded = 0
    batches = _all_of(document, reader, batch_reader, account)
    for batch in batches if document.given else _once_all_came(batches):
        account.records += batch.records
        account.papers += len(batch.papers)
        account.rejected += len(batch.rejections)
        account.without_abstract += batch.without_abstract
        for rejection in batch.rejections:
            records.reject(rejection)
        read.rejections += batch.rejections[: SHOWN_REJECTIONS - len(read.rejections)]
        finder.extend(batch.keys, records.add(batch.papers))
        decoded += batch.decoded
        reporter.advance(batch.records)
    if decoded:
        read.notes.append(
            f"{document.name}: {decoded:,} lines are not UTF-8 and were read as Windows-1252"
        )
    return account


def _all_of(
    document: Document, reader: Reader, batch_reader: BatchReader, account: SourceAccount
) -> Iterator[Batch]:
    """Yield the records of a document, and account for its bytes.

    Raises:
        SourceUnreadable: it is broken, or vanished or changed meanwhile.
    """
    try:
        before = document.state()
        account.sha256 = document.sha256()
        yield from batch_reader.read(document, reader)
        changed = document.state() != before
    except OSError as error:
        raise SourceUnreadable(
            f"{document.path}: cannot be read: {error.strerror or error}", file=str(document.path)
        ) from error
    if changed:
        raise SourceUnreadable(
            f"{document.path}: was changed while it was read. Run rebuild-index again",
            file=str(document.path),
        )


def _once_all_came(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Yield batches once the last has come, as what breaks off is skipped; many wait on disk."""
    with tempfile.SpooledTemporaryFile(_MOST_WAITING) as file:
        count = 0
        for batch in batches:
            pickle.dump(batch, file, pickle.HIGHEST_PROTOCOL)
            count += 1
        file.seek(0)
        for _ in range(count):
            yield pickle.load(file)  # noqa: S301 — written by the lines above


def merge_duplicates(
    finder: DuplicateFinder, records: Records, reporter: Reporter | None = None
) -> list[str]:
    """Merge the records of one paper; rows are without gaps then, and ids unique.

    Args:
        finder: has the keys of every record.
        records: all of them.
        reporter: told of the progress.

    Returns:
        Which identifiers several papers state, for people to know.
    """
    part_of: dict[int, int] = {}
    for group in finder.groups(records.paper, reporter or Silent()):
        rows = [group.row, *(duplicate.row for duplicate in group.duplicates)]
        reasons = [None, *(duplicate.reason for duplicate in group.duplicates)]
        papers = [records.paper(row) for row in rows]
        records.merge(rows, reasons, papers, merge(papers))
        part_of |= dict.fromkeys(rows[1:], group.row)
    for likely in finder.possible():
        row, other = sorted(part_of.get(row, row) for row in (likely.row, likely.other))
        records.may_be_one(row, other, likely.score, likely.reason)
    shared = finder.shared()
    for one in shared:
        records.keep_apart(one.rows, one.reason)
    records.settle()
    notes = [one.reason for one in shared[:SHOWN_SHARED]]
    if more := len(shared) - len(notes):
        notes.append(f"{more:,} more identifiers are each shared by several papers: kept apart")
    return notes


def _account_for_merged(records: Records, read: Read) -> None:
    accounts = {account.source: account for account in read.sources}
    for merged in records.merged():
        if merged.reason:
            accounts[merged.source].papers -= 1
            accounts[merged.source].merged += 1
