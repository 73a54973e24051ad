"""Notes of OpenReview: both versions of the API, replies, years of venues."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from indexer.paper import Paper
from indexer.readers import openreview
from tests.json_documents import (
    NAME,
    as_json,
    assert_printable,
    odd_items,
    read_lines,
    read_text,
    rejected,
)

V2 = {
    "id": "BZSTC2RMEd",
    "forum": "BZSTC2RMEd",
    "number": 42,
    "cdate": 1695316148113,
    "pdate": 1705409700000,
    "invitations": ["ICLR.cc/2024/Conference/-/Submission", "ICLR.cc/2024/Conference/-/Edit"],
    "content": {
        "title": {"value": "Federated   learning"},
        "authors": {"value": ["Ann Lee", "Bob May"]},
        "authorids": {"value": ["~Ann_Lee1", "~Bob_May1"]},
        "keywords": {"value": ["federated", "learning"]},
        "TLDR": {"value": "In short."},
        "abstract": {"value": "We learn $\\alpha$."},
        "primary_area": {"value": "optimization"},
        "code_of_ethics": {"value": "I acknowledge"},
        "venue": {"value": "ICLR 2024 poster"},
        "venueid": {"value": "ICLR.cc/2024/Conference"},
        "pdf": {"value": "/pdf/abc.pdf"},
        "code": {"value": "https://example.org/code"},
        "track": {"value": "main"},
        "_bibtex": {"value": "@inproceedings{x}"},
    },
}
V2_PAPER = Paper(
    id="openreview:BZSTC2RMEd",
    title="Federated learning",
    abstract="We learn α.",
    authors=("Ann Lee", "Bob May"),
    year=2024,
    date="2024-01-16",
    venue="ICLR 2024 poster",
    categories=("optimization",),
    url="https://openreview.net/forum?id=BZSTC2RMEd",
    code=True,
    sources=(NAME,),
    extra={
        "keywords": ["federated", "learning"],
        "tldr": "In short.",
        "track": "main",
        "pdf": "https://openreview.net/pdf/abc.pdf",
        "code_links": ["https://example.org/code"],
        "venueid": "ICLR.cc/2024/Conference",
        "openreview": "BZSTC2RMEd",
    },
)
V1 = {
    "id": "SysEexbRb",
    "forum": "SysEexbRb",
    "replyto": None,
    "cdate": 1508795149673,
    "invitation": "ICLR.cc/2018/Conference/-/Blind_Submission",
    "content": {
        "title": "Critical points",
        "abstract": "We find them.",
        "TL;DR": "Found.",
        "authors": ["Yi Zhou", "Yingbin Liang"],
        "keywords": "networks, points",
        "pdf": "https://arxiv.org/pdf/1710.11205",
        "code": "",
    },
}
V1_PAPER = Paper(
    id="openreview:SysEexbRb",
    title="Critical points",
    abstract="We find them.",
    authors=("Yi Zhou", "Yingbin Liang"),
    year=2018,
    venue="ICLR.cc/2018/Conference",
    url="https://openreview.net/forum?id=SysEexbRb",
    sources=(NAME,),
    extra={
        "keywords": ["networks", "points"],
        "tldr": "Found.",
        "pdf": "https://arxiv.org/pdf/1710.11205",
        "date_stated": "2017-10-23",
        "openreview": "SysEexbRb",
    },
)
REVIEW = {
    "id": "r1",
    "forum": "SysEexbRb",
    "replyto": "SysEexbRb",
    "invitation": "ICLR.cc/2018/Conference/-/Paper1/Official_Review",
    "content": {"title": "A fine paper", "review": "Accept."},
}
BLANK = {"id": "b", "forum": "b", "content": {"decision": {"value": "Accept"}}}


def test_notes_of_both_versions_are_read_whole(tmp_path):
    """With values in objects or not, these papers come out; the year is the venue's."""
    answer = json.dumps({"notes": [V2, V1], "count": 2})
    expected = [V2_PAPER.to_json(), V1_PAPER.to_json()]
    assert as_json(read_lines(openreview, tmp_path, V2, V1)) == expected
    assert as_json(read_text(openreview, tmp_path, answer)) == expected
    assert openreview.recognises(answer, ".json")


def test_replies_and_broken_notes_are_told_and_cost_no_other(tmp_path):
    """A review has a title, too, but is no paper; nor is a note without text."""
    found = read_lines(openreview, tmp_path, V1, REVIEW, BLANK, '{"id": "x', V2)
    assert (found[0].paper, found[4].paper) == (V1_PAPER, V2_PAPER)
    assert rejected(found) == [
        (
            2,
            "a reply to SysEexbRb, not a paper: ICLR.cc/2018/Conference/-/Paper1/Official_Review",
        ),
        (3, "neither title nor abstract"),
        (4, "the line ends within a record"),
    ]
    assert found[1].head.startswith('{"id": "r1", "forum": "SysEexbRb"')


@pytest.mark.parametrize(
    ("note", "recognised"),
    [
        (V1, True),
        (V2, True),
        ({"id": "x", "invitation": "y", "content": {}}, True),
        ({"id": "x", "content": "text", "title": "t"}, False),
        ({"forum": "x", "title": "t"}, False),
    ],
)
def test_a_note_is_told_by_forum_or_invitation_and_content(note, recognised):
    """Both together are OpenReview's alone."""
    assert openreview.recognises(json.dumps(note), ".json") is recognised
    assert not openreview.recognises("forum content", ".txt")


@given(odd_items([*V1, *V2]))
def test_whatever_a_file_holds_only_records_and_rejections_come_out(tmp_path_factory, items):
    """Reading ends, and all that comes out can be printed."""
    assert_printable(read_lines(openreview, tmp_path_factory.mktemp("a"), *items))
