"""Workbooks go out as Excel and openpyxl take them, no cell is a formula, and they come back."""

from __future__ import annotations

import io
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from indexer.documents import Document
from indexer.paper import Paper
from indexer.readers import reader_for, xlsx
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api.app import create_app
from search_api.exports import EXPORTERS, Listed, workbook
from search_api.exports.csv_table import COLUMNS
from search_api.exports.tables import write_rows
from tests.export_papers import ABOUT, ALL, BARE, HOSTILE, WHOLE, content, read_back
from tests.fakes import FakeEncoder
from tests.test_roundtrip import papers


def written(*listed: Paper | Listed, tell=None) -> bytes:
    """The bytes of a workbook."""
    all_listed = (one if isinstance(one, Listed) else Listed(one) for one in listed)
    return b"".join(EXPORTERS["xlsx"].write(all_listed, replace(ABOUT, tell=tell)))


def rows(data: bytes) -> list[dict[str, object]]:
    """What openpyxl finds, by column; each text is one, and nothing else."""
    header, *others = openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows()
    for cells in others:
        for cell in cells:
            kind = "s" if isinstance(cell.value, str) else "n"
            assert cell.data_type == kind
    names = [cell.value for cell in header]
    return [dict(zip(names, [cell.value for cell in row], strict=True)) for row in others]


def back(*listed: Paper | Listed) -> list[object]:
    """What akin's own reader makes of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "export.xlsx")
        path.write_bytes(written(*listed))
        document = Document(path, path.name, given=True)
        assert reader_for(document) is xlsx
        return read_back(xlsx, document)


def test_other_programs_read_the_columns_of_csv():
    """Years, ranks and scores are numbers; what a paper has not is an empty cell."""
    whole, bare, hostile = rows(written(Listed(WHOLE, 1, 0.71), BARE, HOSTILE))
    assert tuple(whole) == COLUMNS
    assert (whole["title"], whole["year"], whole["rank"], whole["score"]) == (
        WHOLE.title,
        2025,
        1,
        0.71,
    )
    assert whole["sources"] == "a.bib; b.ris"
    assert {name for name, value in bare.items() if value is not None} == {"akin_id", "title"}
    assert hostile["title"] == HOSTILE.title
    assert str(hostile["abstract"]).endswith("\ufffd \ufffd 🦊")


def test_every_field_comes_back():
    """Through akin's own reader, as from all other formats."""
    whole, bare = back(Listed(WHOLE, 1, 0.71), BARE)
    assert whole == content(WHOLE)
    assert bare == content(BARE) | {"id": bare["id"]}


@settings(max_examples=10)
@given(st.lists(papers(), min_size=1, max_size=3))
def test_whatever_a_paper_holds_comes_back(batch):
    """Formulas, marks in front of them, escapes of Excel's own: text, and out of it again."""
    assert back(*batch) == [content(paper) for paper in batch]


@pytest.mark.parametrize(
    "text", ["=1+1", "'=1+1", "''=1", "+1", "-1", "@SUM(A1)", "#N/A", "_x0041_", "TRUE", "1e5"]
)
def test_what_looks_like_something_else_is_text(text):
    """To a spreadsheet, and to akin that reads it again; Excel's escapes are escaped."""
    paper = replace(BARE, title=f"{text}", venue=text)
    data = written(paper)
    (row,) = rows(data)
    assert str(row["title"]).lstrip("'").replace("_x005F_", "_") == text.lstrip("'")
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    (found,) = back(paper)
    assert (found["title"], found["venue"]) == (text, text)


@pytest.mark.parametrize(("length", "cut"), [(32_767, False), (32_768, True), (100_000, True)])
def test_a_text_that_no_cell_holds_is_cut_and_says_so(length, cut):
    """Excel counts in UTF-16: a fox is two. The end of the cell says it, and it is told."""
    told: list[str] = []
    text = "🦊" + "x" * (length - 2)
    (row,) = rows(written(replace(BARE, abstract=text), tell=told.append))
    found = str(row["abstract"])
    assert len(found.encode("utf-16-le")) // 2 == 32_767
    assert (found == text) is not cut
    assert found.endswith("of which a cell holds 32,767]") is cut
    assert [note.startswith("abstract of") for note in told] == [True] * cut


def test_a_sheet_that_is_full_is_followed_by_another(monkeypatch):
    """Each with the header; a workbook of nothing has one with the header alone."""
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    data = b"".join(workbook.write(["n"], [[n] for n in range(5)]))
    sheets = openpyxl.load_workbook(io.BytesIO(data)).worksheets
    assert [[row[0].value for row in sheet] for sheet in sheets] == [
        ["n", 0, 1],
        ["n", 2, 3],
        ["n", 4],
    ]
    nothing = openpyxl.load_workbook(io.BytesIO(b"".join(workbook.write(["n"], [])))).worksheets
    assert [[row[0].value for row in sheet] for sheet in nothing] == [["n"]]


def test_other_tables_are_workbooks_too():
    """Such as a list of duplicates."""
    data = b"".join(write_rows("xlsx", ["a", "b"], [{"a": "=1\nx\x00", "b": 2}]))
    assert rows(data) == [{"a": "=1 x\ufffd", "b": 2}]


def test_it_is_downloaded_over_http(tmp_path):
    """With its media type and name, and every paper in it."""
    path = tmp_path / "in.xlsx"
    path.write_bytes(written(*ALL))
    index = IndexFolder(tmp_path / "index")
    assert rebuild([path], index, FakeEncoder()).papers == 3
    with TestClient(create_app(index, lambda manifest: FakeEncoder())) as client:
        response = client.get("/api/v1/export", params={"format": "xlsx"})
        assert response.headers["content-type"] == EXPORTERS["xlsx"].MEDIA_TYPE
        assert 'filename="akin.xlsx"' in response.headers["content-disposition"]
        assert len(rows(response.content)) == 3
