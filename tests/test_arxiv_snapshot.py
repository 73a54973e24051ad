"""The metadata snapshot of arXiv: dates of the first version, parsed authors, wrapped text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.paper import Paper, Rejection
from indexer.readers import arxiv_snapshot
from tests.json_documents import (
    NAME,
    as_json,
    assert_printable,
    odd_items,
    read_lines,
    rejected,
)

FIRST = {
    "id": "0704.0001",
    "submitter": "Ann Lee",
    "authors": "A. Bal\\'azs, L. van der Maaten (ANL), the ATLAS Collaboration",
    "title": "Prompt diphoton production at Tevatron and\n  LHC energies",
    "comments": "37 pages; code at https://github.com/lee/diphoton",
    "journal-ref": "Phys.Rev.D76:013009,2007",
    "doi": "10.1103/PhysRevD.76.013009 10.1103/Erratum.1",
    "report-no": "ANL-HEP-PR-07-12",
    "categories": "hep-ph hep-ex",
    "license": None,
    "abstract": "  A calculation for multi-\nphoton states with $\\alpha_s$\ncorrections.\n",
    "versions": [
        {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
        {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
    ],
    "update_date": "2008-11-26",
    "authors_parsed": [
        ["Balázs", "A.", ""],
        ["van der Maaten", "L.", "", "ANL"],
        ["May", "Bob", "Jr.", "ANL", "CERN"],
        ["ATLAS Collaboration", "", ""],
    ],
}
PLAIN = {"id": "2101.00001", "title": "Plain", "abstract": "Text.", "categories": "cs.LG"}
LAST = PLAIN | {
    "id": "math/0309136",
    "authors": "Ann Lee (IRMAR, Rennes) and Bob May",
    "categories": ["math.GT cs.LG"],
    "comments": None,
    "doi": None,
    "versions": [{"version": "v1", "created": "Mon, 8 Sep 2003 10:00:00 GMT"}],
    "update_date": "2009-01-01",
}

GOLDEN = [
    Paper(
        id="arxiv:0704.0001",
        title="Prompt diphoton production at Tevatron and LHC energies",
        abstract="A calculation for multi-photon states with α_s corrections.",
        authors=("A. Balázs", "L. van der Maaten", "Bob May Jr.", "ATLAS Collaboration"),
        year=2007,
        date="2007-04-02",
        venue="Phys.Rev.D76:013009,2007",
        categories=("hep-ph", "hep-ex"),
        doi="10.1103/physrevd.76.013009",
        arxiv_id="0704.0001",
        url="https://arxiv.org/abs/0704.0001",
        code=True,
        sources=(NAME,),
        extra={
            "note": "37 pages; code at https://github.com/lee/diphoton",
            "report_number": "ANL-HEP-PR-07-12",
            "submitter": "Ann Lee",
            "updated": "2008-11-26",
            "affiliations": ["ANL", "CERN"],
            "version": "v2",
            "more_dois": ["10.1103/Erratum.1"],
            "family_names": {"ATLAS Collaboration": "ATLAS Collaboration"},
        },
    ),
    Paper(
        id="arxiv:2101.00001",
        title="Plain",
        abstract="Text.",
        categories=("cs.LG",),
        arxiv_id="2101.00001",
        url="https://arxiv.org/abs/2101.00001",
        sources=(NAME,),
    ),
    Paper(
        id="arxiv:math/0309136",
        title="Plain",
        abstract="Text.",
        authors=("Ann Lee", "Bob May"),
        year=2003,
        date="2003-09-08",
        categories=("math.GT", "cs.LG"),
        arxiv_id="math/0309136",
        url="https://arxiv.org/abs/math/0309136",
        sources=(NAME,),
        extra={"updated": "2009-01-01", "affiliations": ["IRMAR, Rennes"]},
    ),
]


def test_a_snapshot_is_read_whole(tmp_path):
    """A first, a plain and a last record become exactly these papers, in order, line by line."""
    found = read_lines(arxiv_snapshot, tmp_path, FIRST, PLAIN, LAST)
    assert as_json(found) == [paper.to_json() for paper in GOLDEN]
    assert [record.line for record in found] == [1, 2, 3]


def test_a_record_without_versions_is_of_the_day_of_its_last_change(tmp_path):
    """The snapshots before 2020 state no other date."""
    (found,) = read_lines(arxiv_snapshot, tmp_path, PLAIN | {"update_date": "2021-01-05"})
    assert (found.paper.year, found.paper.date) == (2021, "2021-01-05")


def test_broken_records_are_told_and_cost_no_other(tmp_path):
    """A cut line, one without text and one that is no object are rejected, each with its reason."""
    empty = {"id": "2101.00002", "title": "", "abstract": " "}
    found = read_lines(arxiv_snapshot, tmp_path, PLAIN, '{"id": "2101.0', empty, "7", PLAIN)
    assert [found[0].paper, found[4].paper] == [GOLDEN[1]] * 2
    assert found[1:4] == [
        Rejection(NAME, 2, "the line ends within a record", '{"id": "2101.0'),
        Rejection(NAME, 3, "neither title nor abstract", json.dumps(empty)),
        Rejection(NAME, 4, "not an object: '7'", "7"),
    ]
    assert rejected(found) == [(one.line, one.reason) for one in found[1:4]]


def test_fields_of_a_wrong_type_are_read_as_far_as_they_make_sense(tmp_path):
    """A list of lines, a number, an object: nothing raises, and what can be kept is."""
    odd = {"id": 2101.00001, "title": ["A", "title"], "authors_parsed": ["Lee", ["May", 3], None]}
    odd |= {"versions": {"created": 5}, "doi": ["10.1/x"], "categories": None, "comments": {}}
    (found,) = read_lines(arxiv_snapshot, tmp_path, odd)
    assert found.paper == Paper(
        id="arxiv:2101.00001",
        title="A title",
        authors=("Lee", "3 May"),
        arxiv_id="2101.00001",
        url="https://arxiv.org/abs/2101.00001",
        sources=(NAME,),
        extra={"doi_stated": "10.1/x", "abstract_missing": True},
    )


@pytest.mark.parametrize("first", [FIRST, PLAIN | {"update_date": "x"}, LAST])
def test_a_snapshot_is_recognised_though_cut(first):
    """Its keys tell it, in a head that ends within the first record, too."""
    text = json.dumps(first)
    assert arxiv_snapshot.recognises(text, ".json")
    assert arxiv_snapshot.recognises(text[: len(text) - 3], "")


@pytest.mark.parametrize(
    "head",
    [
        json.dumps({"id": "arxiv:1", "title": "t", "abstract": "a", "categories": ["cs.LG"]}),
        json.dumps({"title": "t", "versions": []}),
        "@article{a, title={id title categories versions}}",
        "id,title,categories,versions\n",
        "",
    ],
)
def test_other_formats_are_not_taken_for_it(head):
    """Neither other JSON nor other text is a snapshot."""
    assert not arxiv_snapshot.recognises(head, ".json")


@given(odd_items(FIRST), st.text(max_size=10))
def test_whatever_a_file_holds_only_records_and_rejections_come_out(tmp_path_factory, items, junk):
    """Reading ends, and all that comes out can be printed."""
    assert_printable(read_lines(arxiv_snapshot, tmp_path_factory.mktemp("a"), *items, junk))
