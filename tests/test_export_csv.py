"""CSV goes out as spreadsheets and scripts take it, and no cell is a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.text import no_formula
from search_api.exports import Listed
from search_api.exports.csv_table import COLUMNS
from tests.export_papers import ALL, BARE, HOSTILE, WHOLE, exported

GOLDEN = {
    "akin_id": "arxiv:2508.15763",
    "title": WHOLE.title,
    "abstract": WHOLE.abstract,
    "authors": "Wang, Kun; van der Maaten, Laurens; García Márquez, Gabriel; Shanghai AI Lab; "
    "et al.",
    "year": "2025",
    "date": "2025-08-21",
    "venue": "Proceedings of Things, Part II",
    "categories": "cs.LG; cs.CL",
    "doi": "10.1000/a_b%c(1)",
    "arxiv_id": "2508.15763",
    "pmid": "12345",
    "pmcid": "PMC678",
    "openreview": "BZSTC2RMEd",
    "acl": "2025.acl-long.1",
    "url": "https://example.org/~wang/?a=1&b=2#top_1",
    "code": "yes",
    "volume": "12",
    "issue": "3–4",
    "pages": "17-29",
    "publisher": "Wiley & Sons",
    "issn": "1234-567X",
    "isbn": "978-3-16-148410-0",
    "type": "proceedings-article",
    "language": "en",
    "editors": "Editor, Ann; de Vries, Bo",
    "keywords": "machine learning;; deep; C#",
    "note": "Read again: 50% sure.",
    "printed_note": "Best paper.",
    "citation_key": "Wang, Kun:2025",
    "sources": "a.bib; b.ris",
    "rank": "1",
    "score": "-0.25",
}


def rows(text):
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_a_paper_with_everything_and_one_with_little():
    """Every field has its column, lists are joined; what a paper lacks is an empty cell."""
    whole, bare = rows(exported("csv", Listed(WHOLE, 1, -0.25), BARE))
    assert whole == GOLDEN
    assert bare == dict.fromkeys(COLUMNS, "") | {"akin_id": BARE.id, "title": "A title"}


def test_the_header_stands_first_whatever_follows():
    """An empty list is a header alone; lines end in CR LF, as RFC 4180 has it."""
    assert exported("csv") == ",".join(COLUMNS) + "\r\n"


def test_no_cell_is_a_formula():
    """A cell that a spreadsheet would compute, or run, begins with an apostrophe."""
    (row,) = rows(exported("csv", HOSTILE))
    assert row["title"].startswith("'=cmd|")
    assert row["venue"] == "'+1; {venue} \\"
    assert row["categories"] == "'@SUM(1+1); a;;b; c d"
    assert row["keywords"] == "'=1; a;;b;;; ;; c; 7"
    assert row["note"] == "''=1"
    assert not [
        c for one in rows(exported("csv", *ALL)) for c in one.values() if c[:1] in set("=+-@\t\r")
    ]


@pytest.mark.parametrize("cell", ["a", "'a", "", "'", "a=1", " =1", "“=1”", "12"])
def test_other_cells_are_as_they_were(cell):
    """An apostrophe that hides no formula is nobody's business."""
    assert no_formula(cell) == cell


@given(st.text(st.sampled_from("'=+-@a\t\r"), max_size=6))
def test_the_apostrophe_can_be_taken_away_again(cell):
    """No two cells are made the same: one apostrophe less gives back what there was."""
    written = no_formula(cell)
    assert written in (cell, f"'{cell}")
    assert written[:1] not in set("=+-@\t\r")
    hides = written.startswith("'") and written.lstrip("'")[:1] in set("=+-@\t\r") - {""}
    assert (written[1:] if hides else written) == cell
