"""Works of OpenAlex: inverted abstracts, places, topics, and what older dumps write otherwise."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from indexer.paper import Paper
from indexer.readers import openalex
from tests.json_documents import (
    NAME,
    as_json,
    assert_printable,
    odd_items,
    read_lines,
    read_text,
    rejected,
)

WORK = {
    "id": "https://openalex.org/W2741809807",
    "doi": "https://doi.org/10.7717/PeerJ.4375",
    "title": "The state of <i>OA</i>",
    "display_name": "The state of OA",
    "publication_year": 2018,
    "publication_date": "2018-02-13",
    "ids": {
        "openalex": "https://openalex.org/W2741809807",
        "mag": "2741809807",
        "pmid": "https://pubmed.ncbi.nlm.nih.gov/29456894",
        "pmcid": "https://www.ncbi.nlm.nih.gov/pmc/articles/5815332",
    },
    "language": "en",
    "primary_location": {
        "landing_page_url": "https://peerj.com/articles/4375",
        "source": {
            "display_name": "PeerJ",
            "issn_l": "2167-8359",
            "issn": ["2167-8359"],
            "host_organization_name": "PeerJ, Inc.",
        },
    },
    "type": "article",
    "open_access": {"is_oa": True, "oa_url": "https://peerj.com/articles/4375.pdf"},
    "authorships": [
        {"author_position": "first", "author": {"display_name": "Heather Piwowar"}},
        {"author": {"id": None}, "raw_author_name": "Jason Priem"},
        {"author": None},
    ],
    "is_authors_truncated": True,
    "cited_by_count": 1000,
    "biblio": {"volume": "6", "issue": None, "first_page": "e4375", "last_page": "e4376"},
    "is_retracted": False,
    "topics": [
        {"display_name": "scientometrics", "field": {"display_name": "Decision Sciences"}},
        {"display_name": "Web Data Mining", "field": {"display_name": "Computer Science"}},
    ],
    "keywords": [{"display_name": "Open access", "score": 0.7}],
    "concepts": [{"display_name": "Citation", "level": 2}],
    "mesh": [{"descriptor_name": "Publishing"}, {"descriptor_name": "Publishing"}],
    "locations": [{"landing_page_url": "https://arxiv.org/abs/1801.00001v2", "pdf_url": None}],
    "referenced_works": ["https://openalex.org/W1"],
    "abstract_inverted_index": {"Despite": [0], "interest": [2, 5], "growing": [1], "in&amp;": [3]},
}
PAPER = Paper(
    id="arxiv:1801.00001",
    title="The state of OA",
    abstract="Despite growing interest in& interest",
    authors=("Heather Piwowar", "Jason Priem"),
    year=2018,
    date="2018-02-13",
    venue="PeerJ",
    categories=("Decision Sciences", "Computer Science"),
    doi="10.7717/peerj.4375",
    arxiv_id="1801.00001",
    url="https://peerj.com/articles/4375",
    sources=(NAME,),
    extra={
        "type": "article",
        "language": "en",
        "volume": "6",
        "pages": "e4375-e4376",
        "publisher": "PeerJ, Inc.",
        "issn": "2167-8359",
        "keywords": ["Open access"],
        "topics": ["scientometrics", "Web Data Mining"],
        "concepts": ["Citation"],
        "mesh": ["Publishing"],
        "pdf": "https://peerj.com/articles/4375.pdf",
        "cited_by": 1000,
        "authors_cut": True,
        "pmid": "29456894",
        "pmcid": "PMC5815332",
        "openalex": "W2741809807",
    },
)
OLD = {
    "id": "https://openalex.org/W1",
    "display_name": "An old one",
    "publication_year": 1999,
    "publication_date": "1999-01-01",
    "host_venue": {"display_name": "Some Journal", "publisher": "Press", "issn": ["a", "b"]},
    "authorships": [],
    "concepts": [
        {"display_name": "Biology", "level": 0},
        {"display_name": "Ecology", "level": 1},
    ],
    "abstract_inverted_index": '{"IndexLength": 2, "InvertedIndex": {"text": [1], "Old": [0]}}',
    "is_retracted": True,
}
OLD_PAPER = Paper(
    id="akin:acfdc7d1a3a1d347",
    title="An old one",
    abstract="Old text",
    year=1999,
    date="1999-01-01",
    venue="Some Journal",
    categories=("Biology",),
    url="https://openalex.org/W1",
    sources=(NAME,),
    extra={
        "publisher": "Press",
        "issn": ["a", "b"],
        "concepts": ["Biology", "Ecology"],
        "retracted": True,
        "openalex": "W1",
    },
)


def test_works_are_read_whole(tmp_path):
    """A work of today and one of an older dump become exactly these papers."""
    assert as_json(read_lines(openalex, tmp_path, WORK, OLD)) == [
        PAPER.to_json(),
        OLD_PAPER.to_json(),
    ]


def test_an_answer_of_the_api_holds_its_works(tmp_path):
    """The works lie in its results; meta and groups are none."""
    answer = {"meta": {"count": 2, "page": 1}, "results": [WORK, OLD], "group_by": []}
    assert as_json(read_text(openalex, tmp_path, json.dumps(answer))) == [
        PAPER.to_json(),
        OLD_PAPER.to_json(),
    ]
    assert openalex.recognises(json.dumps(answer), ".json")


@pytest.mark.parametrize(
    ("index", "abstract"),
    [
        ({"far": [10**12], "near": [0]}, "near far"),
        ({"a": [0, 0, -1], "b": "no list", "c": [None, "1", 2.5], "d": []}, "a a a"),
        ([], ""),
        ("no JSON", "no JSON"),
        (None, ""),
    ],
)
def test_an_inverted_abstract_is_put_in_order_whatever_it_holds(tmp_path, index, abstract):
    """Words follow their places, however far apart; what is no place is none."""
    (found,) = read_lines(openalex, tmp_path, WORK | {"abstract_inverted_index": index})
    assert found.paper.abstract == abstract


def test_broken_works_are_told_and_cost_no_other(tmp_path):
    """Of three works in an array the broken one is rejected by line and reason."""
    text = (
        f'[{json.dumps(WORK)},\n{{"id": "W2", "title" "x"}},\n{{"id": "W3"}},\n{json.dumps(OLD)}]'
    )
    found = read_text(openalex, tmp_path, text)
    assert (found[0].paper, found[3].paper) == (PAPER, OLD_PAPER)
    assert rejected(found) == [
        (2, "Expecting ':' delimiter at line 2, column 22: '\"x\"}'"),
        (3, "neither title nor abstract"),
    ]


def test_a_work_is_recognised_though_cut():
    """Its id tells it, or two of its own keys."""
    assert openalex.recognises(json.dumps(WORK), "")
    assert openalex.recognises('{"id": "https://openalex.org/W1", "title": "cut he', "")
    assert openalex.recognises('{"title": "t", "authorships": [], "biblio": {}}', "")


@pytest.mark.parametrize(
    "head",
    [
        '{"id": "https://openalex.org/A1", "display_name": "Ann Lee"}',
        '{"title": "t"}',
        "",
        "TY  - X",
    ],
)
def test_other_formats_are_not_taken_for_it(head):
    """Authors of OpenAlex, other JSON and other text are no works."""
    assert not openalex.recognises(head, ".json")


@given(odd_items(WORK))
def test_whatever_a_file_holds_only_records_and_rejections_come_out(tmp_path_factory, items):
    """Reading ends, and all that comes out can be printed."""
    assert_printable(read_lines(openalex, tmp_path_factory.mktemp("a"), *items))
