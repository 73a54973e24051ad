"""Records in batches: the same whether this process reads a document or another one does."""

from __future__ import annotations

import gzip
import multiprocessing
from pathlib import Path

import pytest

from indexer import reading
from indexer.errors import AkinError, SourceUnreadable
from indexer.readers import markdown_table, reader_for
from indexer.reading import Batch, read_document
from indexer.sources import Document
from tests.conftest import table

# Long enough for a pipe to be full before the last batch.
ROWS = [(f"The title of paper {n}", f"Its text {n}" + " word" * 400) for n in range(600)]


def document(path: Path) -> Document:
    return Document(path, path.name, given=True)


@pytest.fixture
def elsewhere(monkeypatch):
    """Let another process read even the smallest document."""
    monkeypatch.setattr(reading, "LARGE", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)


@pytest.fixture
def source(tmp_path) -> Path:
    """600 papers, one record that is none, and a byte that is not UTF-8."""
    path = table(tmp_path / "a.md", *ROWS, ("", ""))
    path.write_bytes(path.read_bytes() + b"| 2024 | Caf\xe9 of many words | text | |\n")
    return path


def test_records_come_in_batches(source):
    """Every record is in one batch, papers and rejections, and none is larger than it may be."""
    batches = list(read_document(document(source), markdown_table))
    assert [batch.records for batch in batches] == [256, 256, 90]
    assert [len(batch.rejections) for batch in batches] == [0, 0, 1]
    assert batches[-1].decoded == 1
    assert [paper.line for paper in batches[0].papers[:3]] == [3, 4, 5]


def test_another_process_reads_the_same(source, monkeypatch):
    """A large document gives the same batches, and the process that read it is gone."""
    here = list(read_document(document(source), markdown_table))
    monkeypatch.setattr(reading, "LARGE", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert list(read_document(document(source), markdown_table)) == here
    assert multiprocessing.active_children() == []


def test_what_goes_wrong_elsewhere_is_raised_here(tmp_path, source, elsewhere):
    """A damaged archive is the same typed error, behind the batches before it."""
    packed = tmp_path / "a.md.gz"
    packed.write_bytes(gzip.compress(source.read_bytes())[:-10])
    with pytest.raises(SourceUnreadable, match="is damaged") as caught:
        list(read_document(document(packed), reader_for(document(packed))))
    assert caught.value.context == {"file": str(packed)}
    assert multiprocessing.active_children() == []


def test_a_process_that_dies_is_an_error(source, elsewhere):
    """A reader that is killed is not the end of a document."""
    batches = read_document(document(source), markdown_table)
    assert isinstance(next(batches), Batch)
    (child,) = multiprocessing.active_children()
    child.kill()
    child.join()
    with pytest.raises(AkinError, match=r"the process that was reading it died \(exit code -9\)"):
        list(batches)


def test_who_stops_early_leaves_no_process(source, elsewhere):
    """Closing the iterator ends the process."""
    batches = read_document(document(source), markdown_table)
    next(batches)
    batches.close()
    assert multiprocessing.active_children() == []
