"""JSON of any source: fields by their usual names, BEIR, wrappers, values of every type."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.names import displayed, parse_name, read_plainly
from indexer.cleaning.text import clean
from indexer.documents import Document
from indexer.paper import Paper, Record, Rejection
from indexer.readers import json_records
from tests.json_documents import (
    NAME,
    as_json,
    assert_printable,
    odd_items,
    read_lines,
    read_text,
    rejected,
)

USUAL = {
    "id": "arxiv:2503.11731",
    "title": "Sensor   simulation",
    "abstract": "We $\\alpha$. Code at https://github.com/a/b.",
    "authors": ["Ann Lee", "Bob van der Berg (IRMAR)"],
    "categories": ["cs.CV", "cs.RO"],
    "year": 2025,
    "venue": "arXiv",
    "url": "https://arxiv.org/abs/2503.11731",
    "doi": "10.1000/182",
}
USUAL_PAPER = Paper(
    id="arxiv:2503.11731",
    title="Sensor simulation",
    abstract="We α. Code at https://github.com/a/b.",
    authors=("Ann Lee", "Bob van der Berg"),
    year=2025,
    venue="arXiv",
    categories=("cs.CV", "cs.RO"),
    doi="10.1000/182",
    arxiv_id="2503.11731",
    url="https://arxiv.org/abs/2503.11731",
    code=True,
    sources=(NAME,),
    extra={"affiliations": ["IRMAR"], "links": ["https://github.com/a/b"]},
)
BEIR = {
    "_id": "7",
    "title": "",
    "text": "correlation of maternal and fetal plasma levels of glucose and free fatty acids .",
}
BEIR_PAPER = Paper(
    id="akin:bcaa0563dfc4b504",
    title="correlation of maternal and fetal plasma levels of glucose and free fatty …",
    abstract=BEIR["text"],
    sources=(NAME,),
    extra={"record_id": "7", "title_missing": True},
)
AWKWARD = {
    "Paper Title": ["Of a", "strange source"],
    "Abstract-Text": {"value": "All <b>odd</b>."},
    "AUTHORS": [{"first": "Ann", "middle": "B.", "last": "Lee"}, {"name": "Bob May"}, "et al."],
    "pub_year": "1999.0",
    "publication_date": 922838400000,
    "Journal": {"name": "Odd Letters", "volume": 3, "pages": "1-2"},
    "subjects": "math.GT cs.LG",
    "key_words": "odd; strange, rare",
    "externalIds": {"DOI": "10.1000/183", "PubMed": 123, "PubMedCentral": "456", "MAG": "7"},
    "pdf_url": "https://example.org/a.pdf",
    "paper_url": "https://example.org/a",
    "code_url": ["https://example.org/code"],
    "issue": 2.0,
    "issn": ["1234-5678"],
    "Editors": "Cy Day and Di Eve",
    "note": "Read twice",
    "rating": 4.5,
    "embedding": [0.1, 0.2],
    "references": [{"title": "Cited"}],
    "empty": None,
}
AWKWARD_PAPER = Paper(
    id="doi:10.1000/183",
    title="Of a strange source",
    abstract="All odd.",
    authors=("Ann B. Lee", "Bob May"),
    year=1999,
    date="1999-03-31",
    venue="Odd Letters",
    categories=("math.GT", "cs.LG"),
    doi="10.1000/183",
    url="https://example.org/a",
    code=True,
    sources=(NAME,),
    extra={
        "rating": 4.5,
        "pdf_url": "https://example.org/a.pdf",
        "issue": "2",
        "issn": "1234-5678",
        "note": "Read twice",
        "keywords": ["odd", "strange, rare"],
        "editors": ["Cy Day", "Di Eve"],
        "mag": "7",
        "volume": "3",
        "pages": "1-2",
        "code_links": ["https://example.org/code"],
        "authors_cut": True,
        "pmid": "123",
        "pmcid": "PMC456",
    },
)
PAPERS = [USUAL_PAPER, BEIR_PAPER, AWKWARD_PAPER]


def test_records_are_read_whole(tmp_path):
    """A usual record, one of BEIR and an awkward one become exactly these papers."""
    records = [USUAL, BEIR, AWKWARD]
    for text in (
        "\n".join(map(json.dumps, records)),
        json.dumps(records, indent=2),
        json.dumps({"count": 3, "results": records}),
    ):
        assert as_json(read_text(json_records, tmp_path, text)) == [p.to_json() for p in PAPERS]
        assert json_records.recognises(text, "")


FIELDS = [
    ({"headline": "h"}, "title", "h"),
    ({"name": "n", "summary": "s"}, "title", "n"),
    ({"name": "n", "title": "t"}, "title", "t"),
    ({"title": "t", "summary": "s", "description": "d"}, "abstract", "s"),
    ({"title": "t", "paperAbstract": "p"}, "abstract", "p"),
    ({"title": "t", "abstract": ["One.", {"text": "Two."}]}, "abstract", "One. Two."),
    ({"title": "t", "author": "Lee, Ann; May, Bob"}, "authors", ["Ann Lee", "Bob May"]),
    ({"title": "t", "creators": {"author": [{"given": "A", "family": "L"}]}}, "authors", ["A L"]),
    ({"title": "t", "date": "2024-05-06"}, "date", "2024-05-06"),
    ({"title": "t", "published": "6 May 2024"}, "date", "2024-05-06"),
    ({"title": "t", "publication_date": 20240506}, "date", "2024-05-06"),
    ({"title": "t", "year": "2024", "created": "2023-01-02"}, "year", 2024),
    ({"title": "t", "booktitle": "Proc. of X"}, "venue", "Proc. of X"),
    ({"title": "t", "container-title": ["Journal"]}, "venue", "Journal"),
    ({"title": "t", "fields": "Physics, Biology"}, "categories", ["Physics", "Biology"]),
    ({"title": "t", "categories": ["cs.LG cs.CL"]}, "categories", ["cs.LG", "cs.CL"]),
    ({"title": "t", "categories": [{"name": "Deep learning"}]}, "categories", ["Deep learning"]),
    ({"title": "t", "DOI": "https://doi.org/10.1000/182"}, "doi", "10.1000/182"),
    ({"title": "t", "eprint": "arXiv:2101.00001v2"}, "arxiv_id", "2101.00001"),
    ({"title": "t", "ids": ["doi:10.1000/182"]}, "doi", "10.1000/182"),
    ({"title": "t", "pubmed_id": 123}, "id", "pmid:123"),
    ({"title": "t", "id": "acl:P19-1001"}, "id", "acl:P19-1001"),
    ({"title": "t", "id": "http://arxiv.org/abs/2101.00001v1"}, "arxiv_id", "2101.00001"),
    ({"title": "t", "link": ["https://a.org", "https://b.org"]}, "url", "https://a.org"),
    ({"title": "t", "code": True}, "code", True),
    ({"title": "t", "code": "no"}, "code", False),
    ({"title": "t", "code": 1}, "code", True),
    ({"title": "t", "github": {"url": "https://github.com/a/b"}}, "code", True),
    ({"title": "t", "code": "on request"}, "code", None),
    ({"title": "t", "code": ""}, "code", None),
    ({"_id": "7", "_source": {"title": "held", "year": 2020}}, "title", "held"),
    ({"info": {"title": "t", "authors": {"author": {"text": "A L"}}}}, "authors", ["A L"]),
]


@pytest.mark.parametrize(("record", "name", "value"), FIELDS)
def test_a_field_is_known_by_its_usual_names(tmp_path, record, name, value):
    """However it is named and whatever type it has, the field becomes this value."""
    (found,) = read_lines(json_records, tmp_path, record)
    assert found.paper.to_json()[name] == value


def test_a_suffix_behind_a_whole_name_leaves_the_family_name_alone(tmp_path):
    """``J. Ross, Jr.`` is not inverted, so that the family is Ross, which the rule tells."""
    names = ["J. Ross, Jr.", "Todd, R. F., III", "van Dyke, Jr.", "Ross, Jr."]
    (found,) = read_lines(json_records, tmp_path, {"title": "t", "authors": names})
    assert found.paper.authors == ("J. Ross Jr.", "R. F. Todd III", "van Dyke Jr.", "Ross Jr.")
    assert found.paper.extra == {
        "abstract_missing": True,
        "family_names": {"van Dyke Jr.": "van Dyke Jr.", "Ross Jr.": "Ross Jr."},
    }


def test_what_no_field_is_for_is_kept(tmp_path):
    """Second names of a field, unknown keys and odd statements go to extra."""
    record = {"title": "t", "abstract": "a", "text": "All of it.", "id": 17, "label": {"in": 1}}
    record |= {"code": "on request", "doi": "none", "long_answer": "<i>Yes</i>.", "ids": {"x": 1}}
    (found,) = read_lines(json_records, tmp_path, record)
    assert found.paper.extra == {
        "label": {"in": 1},
        "long_answer": "Yes.",
        "text": "All of it.",
        "record_id": "17",
        "x": 1,
        "code_stated": "on request",
        "doi_stated": "none",
    }


def test_broken_records_are_told_and_cost_no_other(tmp_path):
    """Each way to be broken has its line and reason, and the head shows the record."""
    blank = {"title": None, "abstract": [], "year": 2020}
    found = read_lines(json_records, tmp_path, USUAL, '{"title": "x', blank, "[1]", "{}", USUAL)
    assert (found[0].paper, found[5].paper) == (USUAL_PAPER, USUAL_PAPER)
    assert rejected(found) == [
        (2, "the line ends within a record"),
        (3, "neither title nor abstract"),
        (4, "not an object: '1'"),
        (5, "neither title nor abstract"),
    ]
    assert [one.head for one in found[1:5]] == ['{"title": "x', json.dumps(blank), "1", "{}"]


@pytest.mark.parametrize(
    ("head", "recognised"),
    [
        ('{"title": "t"}', True),
        ('\ufeff\n[\n  {"Abstract": "cut he', True),
        ('{"_id": "1", "text": "t"}', True),
        ('{"id": 1, "x": broken}\n{"id": 2, "title": "t"}', True),
        ('{"hits": {"hits": [{"_source": {"title": "t"}}]}}', True),
        ('{"name": "left-pad", "description": "pads", "version": "1.0.0"}', False),
        ('{"cells": [{"text": ["title"]}], "metadata": {}}', False),
        ("[]", False),
        ("[1, 2]", False),
        ('[title]: https://example.org "title"', False),
        ('@article{a, title = "x"}', False),
        ("title,abstract\n", False),
        ('{"title', False),
        ("", False),
        ("{" * 60_000, False),
        ('{"a":[' * 10_000, False),
    ],
    ids=range(16),
)
def test_json_with_papers_is_recognised_by_its_first_record(head, recognised):
    """A title or an abstract tells it, not what packages and notebooks hold, too."""
    assert json_records.recognises(head, ".json") is recognised


@given(
    odd_items([*USUAL, *BEIR, *AWKWARD, "_source", "ids", "code", "name", "creators"]), st.text()
)
def test_whatever_a_file_holds_only_records_and_rejections_come_out(tmp_path_factory, items, junk):
    """Reading ends, and all that comes out can be printed; one of them for each item or more."""
    found = read_lines(json_records, tmp_path_factory.mktemp("a"), *items, junk)
    assert_printable(found)
    assert len(found) >= sum(isinstance(item, dict) for item in items)


WORDS = st.text(st.sampled_from(string.ascii_letters + ".'-éßøčœšÃ,&"), min_size=1, max_size=6)
WRITTEN = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


@given(st.lists(WRITTEN))
def test_names_that_read_plainly_are_shown_as_the_long_way_round_shows_them(names):
    """The short cut for plain names changes none, and passes over no family name."""
    if read_plainly(names):
        assert displayed(parse_name(clean(name)) for name in names) == (tuple(names), {})


def test_a_record_is_told_by_its_line(tmp_path):
    """Lines count from 1, blank ones, too."""
    found = read_text(json_records, tmp_path, f"\n\n{json.dumps(USUAL)}\n\n{json.dumps(BEIR)}\n")
    assert [one.line for one in found if isinstance(one, Record)] == [3, 5]


ANSWERS = {
    "ads": {
        "response": {
            "docs": [
                {
                    "bibcode": "2021PNDS....3....7S",
                    "title": ["Dust in a pond nebula"],
                    "author": ["Sun, Eve", "Reed, Al"],
                    "pub": "Pond Letters",
                    "year": "2021",
                    "pubdate": "2021-07-00",
                    "abstract": "We map dust.",
                    "doi": ["10.1000/pond.7"],
                    "identifier": ["2021PNDS....3....7S", "arXiv:2107.01234"],
                    "page": ["7"],
                }
            ]
        }
    },
    "eric": {
        "response": {
            "docs": [
                {
                    "id": "ED200",
                    "title": "Dust in a pond nebula",
                    "author": ["Sun, Eve", "Reed, Al"],
                    "description": "We map dust.",
                    "source": "Pond Letters",
                    "publicationdateyear": 2021,
                }
            ]
        }
    },
    "plos": {
        "response": {
            "docs": [
                {
                    "id": "10.1000/pond.7",
                    "journal": "Pond Letters",
                    "publication_date": "2021-07-05T00:00:00Z",
                    "author_display": ["Eve Sun", "Al Reed"],
                    "abstract": ["\n We map dust.\n"],
                    "title_display": "Dust in a pond <i>nebula</i>",
                    "score": 2.5,
                }
            ]
        }
    },
    "lens": {
        "data": [
            {
                "lens_id": "001-1",
                "title": "Dust in a pond nebula",
                "abstract": "We map dust.",
                "authors": [
                    {"collective_name": None, "first_name": "Eve", "last_name": "Sun"},
                    {"first_name": "Al", "last_name": "Reed"},
                ],
                "year_published": 2021,
                "source": {"title": "Pond Letters", "type": "Journal"},
                "external_ids": [{"type": "doi", "value": "10.1000/pond.7"}],
            }
        ]
    },
    "hal": {
        "response": {
            "docs": [
                {
                    "title_s": ["Dust in a pond nebula"],
                    "authFullName_s": ["Eve Sun", "Al Reed"],
                    "abstract_s": ["We map dust."],
                    "producedDateY_i": 2021,
                    "journalTitle_s": "Pond Letters",
                    "doiId_s": "10.1000/pond.7",
                }
            ]
        }
    },
    "europe-pmc": {
        "resultList": {
            "result": [
                {
                    "id": "77",
                    "source": "MED",
                    "doi": "10.1000/pond.7",
                    "title": "Dust in a pond nebula",
                    "authorString": "Sun E, Reed A.",
                    "authorList": {
                        "author": [
                            {"firstName": "Eve", "lastName": "Sun"},
                            {"firstName": "Al", "lastName": "Reed"},
                        ]
                    },
                    "journalInfo": {"volume": "3", "journal": {"title": "Pond Letters"}},
                    "pubYear": "2021",
                    "abstractText": "We map dust.",
                }
            ]
        }
    },
    "doaj": {
        "results": [
            {
                "id": "a1",
                "bibjson": {
                    "title": "Dust in a pond nebula",
                    "abstract": "We map dust.",
                    "author": [{"name": "Eve Sun"}, {"name": "Al Reed"}],
                    "journal": {"title": "Pond Letters", "volume": "3"},
                    "identifier": [{"type": "doi", "id": "10.1000/pond.7"}],
                    "year": "2021",
                },
            }
        ]
    },
    "core": {
        "results": [
            {
                "id": 1,
                "title": "Dust in a pond nebula",
                "abstract": "We map dust.",
                "authors": [{"name": "Sun, Eve"}, {"name": "Reed, Al"}],
                "yearPublished": 2021,
                "doi": "10.1000/pond.7",
                "journals": [{"title": "Pond Letters", "identifiers": ["1234-5678"]}],
            }
        ]
    },
}


@pytest.mark.parametrize("service", ANSWERS)
def test_answers_of_services(tmp_path, service):
    """Whatever a service calls its fields, and wherever it puts a list, the paper is the same."""
    path = tmp_path / f"{service}.json"
    path.write_text(json.dumps(ANSWERS[service]))
    (found,) = json_records.read(Document(path, path.name, given=True))
    assert isinstance(found, Record)
    paper = found.paper
    assert (paper.title, paper.abstract) == ("Dust in a pond nebula", "We map dust.")
    assert (paper.authors, paper.year) == (("Eve Sun", "Al Reed"), 2021)
    assert paper.venue == "Pond Letters"
    assert paper.doi == (None if service == "eric" else "10.1000/pond.7")
    assert paper.arxiv_id == ("2107.01234" if service == "ads" else None)


def test_titles_of_several_languages_are_not_one(tmp_path):
    """The first is the title; groups among the authors and split pages are read, too."""
    record = {
        "title_s": ["On moss", "Sur les mousses"],
        "authors": {
            "author": [{"lastName": "Roe", "firstName": "Eve"}, {"collectiveName": "Bogs"}]
        },
        "start_page": "3",
        "end_page": "9",
    }
    paper = read_lines(json_records, tmp_path, record)[0].paper
    assert (paper.title, paper.authors) == ("On moss", ("Eve Roe", "Bogs"))
    assert (paper.extra["other_titles"], paper.extra["pages"]) == (["Sur les mousses"], "3-9")


def test_the_head_of_a_rejected_record_holds_no_controls(tmp_path):
    """Neither C0 nor C1 reach a ledger that is shown on a terminal."""
    (found,) = read_lines(json_records, tmp_path, '{"moss": "wet\x9b31m\x1b]52;c;eA==\x07"')
    assert isinstance(found, Rejection)
    assert found.head.isprintable()
