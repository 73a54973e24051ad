"""Akin's own papers: what was exported comes back to the letter."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.paper import Paper
from indexer.readers import akin_jsonl
from tests.json_documents import (
    NAME,
    as_json,
    assert_printable,
    odd_items,
    read_lines,
    read_text,
    rejected,
)

FULL = Paper(
    id="arxiv:2101.00001",
    title="On <i>, \\alpha  and $5",
    abstract="Abstract: two  spaces &amp; a\nline. © 2020 Elsevier",
    authors=("Laurens van der Maaten", "The Data Collective"),
    year=2021,
    date="2021-01-02",
    venue="JMLR",
    categories=("cs.LG", "CV"),
    doi="10.1000/182",
    arxiv_id="2101.00001",
    url="https://arxiv.org/abs/2101.00001",
    code=False,
    sources=("papers.bib", "more.ris"),
    extra={"pmid": "123", "keywords": ["a", "b"], "family_names": {"The Data Collective": "x"}},
)
BARE = Paper(id="akin:f3e5d22bfea4287e", title="Bare")


def read_back(paper: Paper) -> Paper:
    """The paper, of this document, which names the files it came from before."""
    earlier = {"earlier_sources": list(paper.sources)} if paper.sources else {}
    return replace(paper, sources=(NAME,), extra={**paper.extra, **earlier})


def test_papers_come_back_to_the_letter(tmp_path):
    """Every field is as it was, and nothing is cleaned; the source is the document."""
    found = read_lines(akin_jsonl, tmp_path, FULL.to_json(), BARE.to_json())
    assert [one.paper for one in found] == [read_back(FULL), read_back(BARE)]
    assert [one.line for one in found] == [1, 2]


def test_what_a_search_prints_holds_papers(tmp_path):
    """Rank, score and why were of the list; the papers lie in its results."""
    result = {"rank": 1, "score": 0.7, "paper": FULL.to_json(), "why": {"semantic": {"rank": 1}}}
    answer = json.dumps({"query": {"q": "x"}, "total": 1, "results": [result], "next": None})
    assert akin_jsonl.recognises(answer, ".json")
    assert as_json(read_text(akin_jsonl, tmp_path, answer)) == [read_back(FULL).to_json()]


NO_IDS = replace(FULL, arxiv_id=None, doi=None)


@pytest.mark.parametrize(
    ("paper", "identifier"),
    [
        (FULL, "arxiv:2101.00001"),
        (replace(FULL, arxiv_id=None), "doi:10.1000/182"),
        (NO_IDS, "pmid:123"),
        (
            replace(NO_IDS, extra={"openreview": "BZSTC2"}),
            "openreview:BZSTC2",
        ),
        (replace(NO_IDS, extra={"acl": "P19-1001"}), "acl:P19-1001"),
    ],
)
def test_the_id_is_computed_anew(tmp_path, paper, identifier):
    """It follows from the identifiers, whatever id the file states."""
    (found,) = read_lines(akin_jsonl, tmp_path, paper.to_json() | {"id": "akin:x"})
    assert found.paper.id == identifier


def test_what_others_added_is_kept_but_for_the_place_in_a_list(tmp_path):
    """An unknown key goes to extra; rank and score go."""
    line = FULL.to_json() | {"rank": 1, "score": 0.5, "label": "included"}
    (found,) = read_lines(akin_jsonl, tmp_path, line)
    assert found.paper == replace(
        read_back(FULL), extra=read_back(FULL).extra | {"label": "included"}
    )


WRONG = {
    "title": (["x"], "not a paper's title: ['x']"),
    "abstract": (5, "not a paper's abstract: 5"),
    "authors": ("Ann Lee", "not a paper's authors: 'Ann Lee'"),
    "categories": ([1], "not a paper's categories: [1]"),
    "year": (True, "not a paper's year: True"),
    "date": ({}, "not a paper's date: {}"),
    "code": ("yes", "not a paper's code: 'yes'"),
    "extra": ([["x" * 50]], f"not a paper's extra: [['{'x' * 37}…"),
}


@pytest.mark.parametrize(("name", "wrong"), WRONG.items())
def test_a_field_of_a_wrong_type_is_told_by_name_and_value(tmp_path, name, wrong):
    """Akin writes no such paper: the file was changed, and the record is rejected."""
    value, reason = wrong
    found = read_lines(akin_jsonl, tmp_path, FULL.to_json(), FULL.to_json() | {name: value})
    assert found[0].paper == read_back(FULL)
    assert rejected(found) == [(2, reason)]


def test_broken_lines_cost_no_other(tmp_path):
    """A cut line and a paper without title are rejected, and the next is read."""
    blank = FULL.to_json() | {"title": " "}
    found = read_lines(akin_jsonl, tmp_path, '{"id": "arxiv:2', blank, {}, FULL.to_json())
    assert found[3].paper == read_back(FULL)
    assert rejected(found) == [
        (1, "the line ends within a record"),
        (2, "a paper of akin's without a title"),
        (3, "not a paper's title: None"),
    ]


def test_only_akins_own_papers_are_recognised():
    """All of a paper's keys must be there."""
    assert akin_jsonl.recognises(json.dumps(BARE.to_json()), "")
    for key in ("id", "title", "authors", "arxiv_id", "sources", "extra"):
        less = {name: value for name, value in BARE.to_json().items() if name != key}
        assert not akin_jsonl.recognises(json.dumps(less), ".jsonl")
    assert not akin_jsonl.recognises("id,title,abstract,authors,arxiv_id,sources,extra", ".csv")


TEXT = st.text(st.characters(codec="utf-8"))
PAPERS = st.builds(
    Paper,
    id=st.just("akin:x"),
    title=TEXT.filter(str.strip),
    abstract=TEXT,
    authors=st.lists(TEXT.filter(str.strip)).map(tuple),
    year=st.none() | st.integers(1500, 2030),
    date=st.none() | TEXT,
    venue=st.none() | TEXT,
    categories=st.lists(TEXT).map(tuple),
    url=st.none() | TEXT,
    code=st.none() | st.booleans(),
    extra=st.dictionaries(TEXT, TEXT | st.lists(TEXT)),
)


@given(PAPERS)
def test_any_paper_comes_back(tmp_path_factory, paper):
    """Whatever its fields hold, it is read back as it was."""
    (found,) = read_lines(akin_jsonl, tmp_path_factory.mktemp("a"), paper.to_json())
    assert replace(found.paper, id=paper.id) == read_back(paper)


@given(odd_items([*FULL.to_json(), "paper"]))
def test_whatever_a_file_holds_only_records_and_rejections_come_out(tmp_path_factory, items):
    """Reading ends, and all that comes out can be printed."""
    titled = [{"title": "t", **one} for one in items if isinstance(one, dict)]
    assert_printable(read_lines(akin_jsonl, tmp_path_factory.mktemp("a"), *items, *titled))
