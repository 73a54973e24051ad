"""Workbooks: sheets, cells of every kind, damaged archives, and bombs."""

# ruff: noqa: DTZ001 — workbooks know no time zones

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from indexer.documents import Document
from indexer.errors import SourceUnreadable
from indexer.paper import Paper, Record, Rejection
from indexer.readers import xlsx


def workbook(*sheets: list[list[Any]], names: tuple[str, ...] = ()) -> bytes:
    """The bytes of a workbook with these sheets."""
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(names[number] if names else f"S{number + 1}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet_xml(rows: str, before: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>{before}<worksheet '
        f'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="A1"/><sheetData>{rows}</sheetData></worksheet>'
    ).encode()


def inline(*cells: str) -> str:
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in cells)


def with_sheet(xml: bytes) -> bytes:
    return packed(parts_of(workbook([["x"]])) | {"xl/worksheets/sheet1.xml": xml})


def document(
    folder: Path, data: bytes, name: str = "book.xlsx", columns: dict[str, str] | None = None
) -> Document:
    path = folder / name
    path.write_bytes(data)
    return Document(path, name, given=True, columns=columns or {})


def read(folder: Path, data: bytes, **how) -> list[Record | Rejection]:
    return list(xlsx.read(document(folder, data, **how)))


def titles(found: list[Record | Rejection]) -> list[tuple[int, str]]:
    """Line and title of each paper, line and reason of each rejection."""
    return [
        (one.line, one.paper.title if isinstance(one, Record) else f"! {one.reason}")
        for one in found
    ]


def test_cells_of_every_kind(tmp_path):
    """Numbers are whole where they can be, days are dates, errors and truth values are words."""
    header = "Title,Abstract,Authors,Year,Publication Date,Volume,PMID,Seen,At,E".split(",")
    names = "Orlov, Anna; Díaz Ruiz, Carla"
    seen_at = dt.datetime(2020, 1, 2, 10, 30)
    day = dt.datetime(2019, 5, 4)
    rows = [
        ["Exported on Monday"],
        [],
        header,
        [
            "One <i>paper</i>",
            "We see.",
            names,
            2019.0,
            day,
            7.5,
            33000001.0,
            True,
            seen_at,
            "#REF!",
        ],
        [None] * 10,
        ["Two", None, None, 2020, "2020-06", 3, None, False, dt.time(10, 30), None],
    ]
    found = read(tmp_path, workbook(rows))
    assert [(one.line, one.paper) for one in found] == [
        (
            4,
            Paper(
                id="pmid:33000001",
                title="One paper",
                abstract="We see.",
                authors=("Anna Orlov", "Carla Díaz Ruiz"),
                year=2019,
                date="2019-05-04",
                sources=("book.xlsx",),
                extra={
                    "volume": "7.5",
                    "cell_errors": {"E": "#REF!"},
                    "seen": "true",
                    "at": "2020-01-02 10:30:00",
                    "family_names": {"Carla Díaz Ruiz": "Díaz Ruiz"},
                    "pmid": "33000001",
                },
            ),
        ),
        (
            6,
            Paper(
                id=found[1].paper.id,
                title="Two",
                year=2020,
                sources=("book.xlsx",),
                extra={
                    "volume": "3",
                    "seen": "false",
                    "at": "10:30:00",
                    "date_stated": "2020-06",
                    "abstract_missing": True,
                },
            ),
        ),
    ]


def test_every_sheet_with_papers_is_read_and_the_others_are_named(tmp_path):
    """No sheet is passed over in silence but an empty one."""
    data = workbook(
        [["Search", "Hits"], ["title AND abstract", 2]],
        [["Title", "Abstract"], ["A", "x"], [None, None], ["B", "y"]],
        [],
        [["Authors", "Title"], ["Doe", "C"], ["Roe"]],
        names=("Strategy", "First", "Empty", "Second"),
    )
    assert titles(read(tmp_path, data)) == [
        (2, "A"),
        (4, "B"),
        (2, "C"),
        (3, "! sheet 'Second': neither title nor abstract"),
        (1, "! sheet 'Strategy': no header with a column of titles or abstracts"),
    ]


def test_the_size_that_a_sheet_states_does_not_matter(tmp_path):
    """A sheet that says it is one cell large is read whole, its gaps counted as rows."""
    rows = f'<row r="1">{inline("Title", "Year")}</row><row r="5">{inline("A", "2019")}</row>'
    assert titles(read(tmp_path, with_sheet(sheet_xml(rows)))) == [(5, "A")]


def test_characters_that_workbooks_escape(tmp_path):
    """``_x000D_`` is a line end, ``_x005F_`` an underscore, and halves of a character are one."""
    title = "A_x000D_B _x005F_x0041_ _xD83D__xDE00_ _xD83D_"
    rows = f"<row>{inline('Title', 'Year')}</row><row>{inline(title, '2019')}</row>"
    assert titles(read(tmp_path, with_sheet(sheet_xml(rows)))) == [(2, "A B _x0041_ 😀 �")]


def test_what_stands_beside_the_table_is_kept(tmp_path):
    """A note in a column without a name goes to ``extra``."""
    found = read(tmp_path, workbook([["Title", "Year"], ["A", 1999, None, "see B"], ["B", 2000]]))
    assert titles(found) == [(2, "A"), (3, "B")]
    assert found[0].paper.extra == {"column_4": "see B", "abstract_missing": True}
    assert found[1].paper.extra == {"abstract_missing": True}


def test_merged_cells_have_their_value_once(tmp_path):
    """The first row of a merged cell has its value; one without a title is rejected."""
    book = Workbook()
    for row in (["Title", "Year"], ["A", 1999], [None, 2000]):
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    out = io.BytesIO()
    book.save(out)
    assert titles(read(tmp_path, out.getvalue())) == [(2, "A"), (3, "! neither title nor abstract")]


def test_dates_out_of_range_are_errors_of_their_cell(tmp_path):
    """A day that no calendar has costs its cell, not the row."""
    data = workbook([["Title", "Date"], ["A", dt.date(2019, 5, 4)]])
    parts = parts_of(data)
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"<v>43589</v>", b"<v>99999999999</v>")
    (found,) = read(tmp_path, packed(parts))
    assert found.paper.title == "A"
    assert found.paper.extra == {"cell_errors": {"Date": "#VALUE!"}, "abstract_missing": True}


def test_what_akin_wrote_is_as_it_was(tmp_path):
    """A column ``akin_id`` tells that the text is clean already."""
    rows = [["akin_id", "title", "authors", "keywords", "code"]]
    rows.append(["akin:1", "x <i>y</i> \\alpha", "van der Berg, Jo; WHO Staff", "a, b; c", "no"])
    (found,) = read(tmp_path, workbook(rows))
    assert found.paper.title == "x <i>y</i> \\alpha"
    assert found.paper.authors == ("Jo van der Berg", "WHO Staff")
    assert found.paper.extra["keywords"] == ["a, b", "c"]
    assert found.paper.code is False


def test_columns_that_the_user_names(tmp_path):
    """Any names will do, if the user says which is which."""
    data = workbook([["Notizen"]], [["Titel", "Ort"], ["A", "Ulm"]])
    columns = {"title": "titel", "venue": "Ort"}
    found = read(tmp_path, data, columns=columns)
    assert titles(found)[0] == (2, "A")
    assert found[0].paper.venue == "Ulm"
    with pytest.raises(
        SourceUnreadable, match=r"no column 'Nope' \(title\).* are: 'Titel', 'Ort'$"
    ):
        read(tmp_path, data, columns={"title": "Nope"})


def test_a_workbook_may_be_compressed_again(tmp_path):
    """What was compressed once more is read as what it is."""
    data = gzip.compress(workbook([["Title", "Year"], ["A", 1999]]))
    doc = document(tmp_path, data, name="book.xlsx.gz")
    assert xlsx.recognises(doc.head(), doc.suffix)
    assert titles(list(xlsx.read(doc))) == [(2, "A")]


def test_a_workbook_without_papers_says_so(tmp_path):
    """Each sheet is a rejection with its first words, and an option that would read it."""
    (found,) = read(tmp_path, workbook([["Name", "Price"], ["A", 2]]))
    assert found.to_json() == {
        "source": "book.xlsx",
        "line": 1,
        "reason": "sheet 'S1': a table whose columns akin does not know (Name, Price): say which "
        "is which, as in --columns title=Name",
        "head": "Name | Price",
    }


GOOD = workbook([["Title", "Year"], ["A", 1999]])
DAMAGED = {
    "cut": GOOD[: len(GOOD) // 2],
    "no archive": b"PK\x03\x04 xl/workbook.xml",
    "no workbook": packed({"[Content_Types].xml": b"<Types/>"}),
    "broken XML": with_sheet(sheet_xml("<row>")[:-20]),
    "no number": with_sheet(sheet_xml("<row><c><v>x</v></c></row>")),
    "text that is not there": with_sheet(sheet_xml('<row><c t="s"><v>99</v></c></row>')),
    "flipped bits": GOOD[:200] + bytes(b ^ 0x55 for b in GOOD[200:900]) + GOOD[900:],
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_damaged_workbooks_say_what_to_do(tmp_path, data):
    """The error names the file, what is wrong, and the way out."""
    with pytest.raises(SourceUnreadable, match=r"book\.xlsx: .* save it as \.xlsx or CSV"):
        read(tmp_path, data)


ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
DECLARING = {
    "at the beginning": sheet_xml(f"<row>{inline('Title', '&b;')}</row>", before=ENTITY),
    "behind a long comment": sheet_xml("", before=f"<!--{'x' * 30_000}-->{ENTITY}"),
    "behind an endless comment": sheet_xml("", before=f"<!--{'x' * 70_000}--><!DOCTYPE x>"),
    "behind an element in a comment": sheet_xml("", before=f"<!-- <x> --><?y <z> ?> {ENTITY}"),
    "in UTF-16": sheet_xml("", before=ENTITY).decode().encode("utf-16"),
}


@pytest.mark.parametrize("xml", DECLARING.values(), ids=DECLARING)
def test_entities_are_refused(tmp_path, xml):
    """No part of a workbook declares a document type, wherever it is put."""
    with pytest.raises(SourceUnreadable, match=r"'xl/worksheets/sheet1\.xml' declares a document"):
        read(tmp_path, with_sheet(xml))


def test_zip_bombs_are_refused(tmp_path):
    """A part that inflates a thousand times is not read."""
    data = with_sheet(sheet_xml("<row></row>" * 8_000_000))
    assert len(data) < 500_000
    with pytest.raises(SourceUnreadable, match="decompression bomb"):
        read(tmp_path, data)


def test_workbooks_are_recognised_by_their_parts():
    """The names of the parts are readable at the beginning of the archive."""
    assert xlsx.recognises(GOOD.decode("utf-8", "replace"), "")
    assert xlsx.recognises("PK\x03\x04…[Content_Types].xml…", ".xlsx")
    for head in (
        "PK\x03\x04…[Content_Types].xml…word/document.xml",
        "PK\x03\x04…[Content_Types].xml…xl/workbook.bin",
        "PK\x03\x04…mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        "title,abstract\nxl/workbook.xml",
        "",
    ):
        assert not xlsx.recognises(head, "")


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats()
    | st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2100, 1, 1))
    | st.sampled_from(["Title", "Abstract", "akin_id", "#REF!", "_xD800_", "=1+1", "a; b", "2019"])
    | st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=8)
)


@given(st.lists(st.lists(VALUES, max_size=5), max_size=5), st.booleans())
def test_whatever_a_workbook_holds_reading_ends_in_printable_records(
    tmp_path_factory, rows, headed
):
    """Every record is a paper or a rejection that can be written as JSON in UTF-8."""
    header = [["Title", "Abstract", "Year", "akin_id"]] if headed else []
    folder = tmp_path_factory.mktemp("any")
    for one in read(folder, workbook([*header, *rows])):
        shown = one.paper if isinstance(one, Record) else one
        json.dumps(shown.to_json(), ensure_ascii=False).encode("utf-8")


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_harmless_or_damage(tmp_path_factory, position, bits):
    """Whichever byte of a workbook is another, it is read, or refused with a typed error."""
    data = GOOD[:position] + bytes([GOOD[position] ^ bits]) + GOOD[position + 1 :]
    folder = tmp_path_factory.mktemp("flipped")
    try:
        found = read(folder, data)
    except SourceUnreadable:
        return
    assert all(isinstance(one, Record | Rejection) for one in found)
