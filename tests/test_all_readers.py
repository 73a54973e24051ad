"""What holds of every reader: it knows its own, reads to the end, and nothing makes it fail."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.documents import Document
from indexer.errors import SourceUnreadable
from indexer.paper import Paper, Record, Rejection
from indexer.readers import BINARY_READERS, READERS, reader_for
from tests.conftest import papers_in
from tests.samples import OTHER, SAMPLES, TITLE

ALL = {reader.FORMAT: reader for reader in (*READERS, *BINARY_READERS)}


def document(folder: Path, name: str, content: bytes) -> Document:
    path = folder / name
    path.write_bytes(content)
    return Document(path, name, given=True)


def test_there_is_a_sample_of_every_format():
    """A new format is tried by this file, too."""
    assert SAMPLES.keys() == ALL.keys()


@pytest.mark.parametrize("form", SAMPLES)
def test_a_document_is_recognised_by_its_own_reader_alone(tmp_path, form):
    """The name does not decide, and no other reader takes it but the general ones of JSON.

    Those are asked last: Crossref's works have what CSL's items have, and all are JSON.
    """
    name, content = SAMPLES[form]
    head = document(tmp_path, name, content).head()
    for suffix in (Path(name).suffix, "", ".txt"):
        found = {f for f, reader in ALL.items() if reader.recognises(head, suffix)}
        assert form in found
        assert found - {form} <= {"json", "csl-json"}, suffix
    assert form == reader_for(document(tmp_path, "file", content)).FORMAT


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("form", SAMPLES)
def test_a_document_is_read_to_its_end(tmp_path, form, packed):
    """Both papers come out with their titles, from a compressed document as from a plain one."""
    name, content = SAMPLES[form]
    name, content = (f"{name}.gz", gzip.compress(content)) if packed else (name, content)
    doc = document(tmp_path, name, content)
    first, second = papers_in(reader_for(doc), doc)
    assert first.title == TITLE
    assert isinstance(first, Paper)
    assert first.abstract.startswith("We read")
    if form == "oai-pmh":
        assert "deleted" in second.reason
    else:
        assert second.title == OTHER
    lines = [record.line for record in ALL[form].read(doc)]
    assert lines == sorted(lines)
    assert lines[0] >= 1


@pytest.mark.parametrize("form", SAMPLES)
def test_windows_line_ends_change_nothing(tmp_path, form):
    """A document that went through Windows gives the same papers."""
    name, content = SAMPLES[form]
    if form == "xlsx":
        pytest.skip("no lines in a workbook")
    content = content.replace(b"\r\n", b"\n")
    plain = papers_in(ALL[form], document(tmp_path, name, content))
    content = content.replace(b"\n", b"\r\n")
    assert papers_in(ALL[form], document(tmp_path, name, content)) == plain


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sample with pieces cut out, repeated, replaced by bytes, or joined with another's."""
    form = draw(st.sampled_from(sorted(SAMPLES)))
    content = SAMPLES[form][1]
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 200)))
        other = SAMPLES[draw(st.sampled_from(sorted(SAMPLES)))][1]
        piece = draw(
            st.binary(max_size=8)
            | st.sampled_from(
                [b"", b"\0", b"\xff", b"\n", b"\r", b"\n\n", b'"', b"}", b"{", b"]]>"]
            )
            | st.sampled_from([content[start:end] * 3, other[: draw(st.integers(0, 300))]])
        )
        content = content[:start] + piece + content[end:]
    return form, content


def check(found: list[Record | Rejection]) -> None:
    """Each is a paper with a title or a rejection with a reason, and can be printed."""
    for one in found:
        assert one.line >= 1
        shown = one.paper if isinstance(one, Record) else one
        assert shown.title if isinstance(shown, Paper) else shown.reason
        json.dumps(shown.to_json(), ensure_ascii=False, allow_nan=False).encode("utf-8")


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(damaged())
def test_a_damaged_document_is_read_or_refused(tmp_path_factory, form_and_content):
    """Whatever happened to a document: papers, rejections, or one typed error."""
    form, content = form_and_content
    folder = tmp_path_factory.mktemp("damaged")
    doc = document(folder, SAMPLES[form][0], content)
    try:
        reader = reader_for(doc)
        check(list(reader.read(doc)))
    except SourceUnreadable as error:
        assert str(doc.path) in error.detail  # noqa: PT017 — either outcome is right


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(damaged(), st.sampled_from(sorted(ALL)))
def test_every_reader_stands_every_document(tmp_path_factory, form_and_content, form):
    """A reader that is given what it would not recognise ends all the same."""
    folder = tmp_path_factory.mktemp("foreign")
    doc = document(folder, "file", form_and_content[1])
    try:
        ALL[form].recognises(doc.head(), ".txt")
        if form != "scholar-page":  # which counts on the line that it was recognised by
            check(list(ALL[form].read(doc)))
    except SourceUnreadable as error:
        assert str(doc.path) in error.detail  # noqa: PT017 — either outcome is right
