"""Records in batches: the same whether this process reads a document or another one does."""

from __future__ import annotations

import gzip
import multiprocessing
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from indexer import reading
from indexer.documents import Document, parts_of
from indexer.errors import ProcessDied, SourceUnreadable
from indexer.readers import Reader, json_records, markdown_table
from indexer.reading import Batch, BatchReader
from tests.conftest import table

# Long enough for a pipe to be full before the last batch.
ROWS = [(f"The title of paper {n}", f"Its text {n}" + " word" * 400) for n in range(600)]


def document(path: Path) -> Document:
    return Document(path, path.name, given=True)


@pytest.fixture
def batch_reader(monkeypatch) -> Iterator[BatchReader]:
    """A reader of documents for one test; it leaves no process behind."""
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    with closing(BatchReader(["title", "doi"])) as batch_reader:
        yield batch_reader
    assert multiprocessing.active_children() == []


@pytest.fixture
def elsewhere(monkeypatch):
    """Let another process read even the smallest document."""
    monkeypatch.setattr(reading, "LARGE", 0)


@pytest.fixture
def source(tmp_path) -> Path:
    """600 papers, one record that is none, and a byte that is not UTF-8."""
    path = table(tmp_path / "a.md", *ROWS, ("", ""))
    path.write_bytes(path.read_bytes() + b"| 2024 | Caf\xe9 of many words | text | |\n")
    return path


def test_records_come_in_batches(source, batch_reader):
    """Every record is in one batch, papers and rejections, and none is larger than it may be."""
    batches = list(batch_reader.read(document(source), markdown_table))
    assert [batch.records for batch in batches] == [256, 256, 90]
    assert [len(batch.rejections) for batch in batches] == [0, 0, 1]
    assert [batch.decoded for batch in batches] == [0, 0, 1]
    assert [line for _, line in batches[0].papers[:3]] == [3, 4, 5]


def test_another_process_reads_the_same(source, batch_reader, monkeypatch):
    """A large document gives the same batches, and the process that read it is gone."""
    here = list(batch_reader.read(document(source), markdown_table))
    monkeypatch.setattr(reading, "LARGE", 0)
    assert list(batch_reader.read(document(source), markdown_table)) == here
    assert multiprocessing.active_children() == []


# Lines that are records, broken, blank, dirty, or several.
LINES = [
    b'{"title": "Paper %d of many words", "abstract": "Text \\u00e9 %d", "year": 2020}',
    b'{"title": "Caf\xe9 %d", "abstract": ""}',
    b'{"title": "cut off %d',
    b"",
    b"[1, 2]",
    b'{"title": "", "abstract": ""}',
    b'{"title": "Windows %d", "abstract": "line end"}\r',
    b'{"title": "One %d"} {"title": "Two of one line"}',
]


def json_lines(path: Path, start: bytes, end: bytes) -> Path:
    lines = [LINES[n % len(LINES)].replace(b"%d", b"%d" % n) for n in range(800)]
    path.write_bytes(start + LINES[0] + b"\n" + b"\n".join(lines) + end)
    return path


def all_of(batches: Iterator[Batch]) -> tuple[list, list, int, int]:
    papers, rejections, bare, decoded = [], [], 0, 0
    for batch in batches:
        papers += batch.papers
        rejections += batch.rejections
        bare += batch.without_abstract
        decoded += batch.decoded
    return papers, rejections, bare, decoded


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n"])
def test_lines_that_several_processes_read_are_the_same(
    tmp_path, batch_reader, monkeypatch, start, end
):
    """Divided among processes, JSON lines give the same records in order, with the same lines."""
    doc = document(json_lines(tmp_path / "a.jsonl", start, end))
    here = all_of(batch_reader.read(doc, json_records))
    monkeypatch.setattr(reading, "LARGE", 0)
    monkeypatch.setattr(reading, "PART", 2000)
    assert all_of(batch_reader.read(document(doc.path), json_records)) == here
    assert (
        all_of(batch_reader.read(document(doc.path), json_records)) == here
    )  # by the same processes
    assert len(multiprocessing.active_children()) == 3
    assert len(here[0]) > 400
    assert len(here[1]) > 200


def test_parts_are_whole_lines(tmp_path):
    """Joined, the parts are the document, each begins where a line does, and none is far larger."""
    path = json_lines(tmp_path / "a.jsonl", b"\xef\xbb\xbf", b"")
    parts = list(parts_of(document(path), 1000))
    data = [part.data for part in parts]
    assert b"\xef\xbb\xbf" + b"".join(data) == path.read_bytes()
    assert all(one.endswith(b"\n") for one in data[:-1])
    assert max(map(len, data)) < 1200
    numbered = [line for part in parts for line in part.lines()]
    assert numbered == list(document(path).lines())


def test_a_line_that_is_longer_than_any_record_is_rejected_alone(
    tmp_path, batch_reader, elsewhere, monkeypatch
):
    """Its beginning is read, its rest passed over, and the lines behind it keep their numbers."""
    monkeypatch.setattr("indexer.documents.LONGEST_LINE", 3000)
    monkeypatch.setattr(reading, "PART", 500)
    path = tmp_path / "a.jsonl"
    long = b'{"title": "Too long", "abstract": "' + b"x" * 50_000 + b'"}'
    path.write_bytes(LINES[0] + b"\n" + long + b"\n" + LINES[0] + b"\n")
    papers, rejections, _, _ = all_of(batch_reader.read(document(path), json_records))
    assert [line for _, line in papers] == [1, 3]
    assert [rejection.line for rejection in rejections] == [2]


@pytest.mark.parametrize("reader", [markdown_table, json_records])
def test_what_goes_wrong_elsewhere_is_raised_here(
    tmp_path, source, batch_reader, elsewhere, reader
):
    """A damaged archive is the same typed error, behind the batches before it."""
    plain = source if reader is markdown_table else json_lines(tmp_path / "b", b"", b"")
    packed = tmp_path / "packed.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes())[:-10])
    with pytest.raises(SourceUnreadable, match="is damaged") as caught:
        list(batch_reader.read(document(packed), reader))
    assert caught.value.context == {"file": str(packed)}


@pytest.mark.parametrize("reader", [markdown_table, json_records])
def test_a_process_that_dies_is_an_error(
    tmp_path, source, batch_reader, elsewhere, monkeypatch, reader: Reader
):
    """A reader that is killed is not the end of a document."""
    monkeypatch.setattr(reading, "PART", 500)
    path = source if reader is markdown_table else json_lines(tmp_path / "b", b"", b"")
    batches = batch_reader.read(document(path), reader)
    assert isinstance(next(batches), Batch)
    for child in multiprocessing.active_children():
        child.kill()
        child.join()
    with pytest.raises(ProcessDied, match="the process that was reading it died"):
        list(batches)


def test_who_stops_early_leaves_no_process(source, batch_reader, elsewhere):
    """Closing the iterator ends the process."""
    batches = batch_reader.read(document(source), markdown_table)
    next(batches)
    batches.close()
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_parts_hold_every_line_whatever_its_end(tmp_path, monkeypatch, end):
    """A bare carriage return ends a line, too, and none is lost or numbered otherwise."""
    monkeypatch.setattr("indexer.documents.LONGEST_LINE", 100)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(b"line %d" % number + end for number in range(2000)) + b"last")
    lines = [line for part in parts_of(document(path), 64) for line in part.lines()]
    assert lines == list(document(path).lines())
    assert len(lines) == 2001
