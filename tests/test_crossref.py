"""Works of Crossref: lists of one, dates in parts, JATS, organisations as authors."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from indexer.paper import Paper
from indexer.readers import crossref
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
    "indexed": {"date-time": "2024-01-01T00:00:00Z"},
    "reference-count": 41,
    "publisher": "American Psychological Association",
    "issue": "1",
    "license": [{"URL": "https://license.example.org", "delay-in-days": 0}],
    "funder": [{"name": "NSF", "DOI": "10.13039/1"}],
    "content-domain": {"domain": [], "crossmark-restriction": False},
    "short-container-title": ["Am. Psych."],
    "published-print": {"date-parts": [[2004, 2]]},
    "DOI": "10.1037/0003-066X.59.1.29",
    "type": "journal-article",
    "created": {"date-parts": [[2004, 1, 21]], "timestamp": 1074726000000},
    "page": "29-40",
    "is-referenced-by-count": 84,
    "title": ["How the Mind Hurts &amp; Heals", "Wie der Geist heilt"],
    "original-title": [],
    "subtitle": ["A <i>review</i>"],
    "prefix": "10.1037",
    "volume": "59",
    "author": [
        {
            "given": "Oakley",
            "family": "Ray",
            "suffix": "Jr.",
            "sequence": "first",
            "affiliation": [{"name": "Vanderbilt"}],
            "ORCID": "http://orcid.org/0000",
        },
        {"given": "L.", "family": "van der Maaten", "sequence": "additional", "affiliation": []},
        {"name": "The ATLAS Collaboration", "sequence": "additional", "affiliation": []},
        {"family": "Aniri"},
    ],
    "member": "15",
    "container-title": ["American Psychologist"],
    "language": "en",
    "issued": {"date-parts": [[2004, 1, 5]]},
    "URL": "https://doi.org/10.1037/0003-066x.59.1.29",
    "ISSN": ["1935-990X", "0003-066X"],
    "ISBN": [],
    "subject": ["General Psychology"],
    "editor": [{"given": "Ed", "family": "Itor"}],
    "event": {"name": "A conference"},
    "update-to": [{"DOI": "10.1000/old", "type": "correction"}],
    "relation": {"has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.0704.0001"}]},
    "abstract": "<jats:title>Abstract</jats:title><jats:p>Mind <jats:italic>over</jats:italic> "
    "body.</jats:p>",
    "reference": [{"key": "1", "DOI": "10.1000/1"}],
}
PAPER = Paper(
    id="arxiv:0704.0001",
    title="How the Mind Hurts & Heals: A review",
    abstract="Mind over body.",
    authors=("Oakley Ray Jr.", "L. van der Maaten", "The ATLAS Collaboration", "Aniri"),
    year=2004,
    date="2004-01-05",
    venue="American Psychologist",
    categories=("General Psychology",),
    doi="10.1037/0003-066x.59.1.29",
    arxiv_id="0704.0001",
    url="https://doi.org/10.1037/0003-066x.59.1.29",
    sources=(NAME,),
    extra={
        "type": "journal-article",
        "volume": "59",
        "issue": "1",
        "publisher": "American Psychological Association",
        "language": "en",
        "issn": ["1935-990X", "0003-066X"],
        "pages": "29-40",
        "editors": ["Ed Itor"],
        "more_titles": ["Wie der Geist heilt"],
        "event": "A conference",
        "funders": ["NSF"],
        "license": "https://license.example.org",
        "affiliations": ["Vanderbilt"],
        "updates": ["10.1000/old"],
        "cited_by": 84,
        "family_names": {"The ATLAS Collaboration": "The ATLAS Collaboration"},
    },
)
LAST = {
    "DOI": "10.1000/182",
    "member": "1",
    "prefix": "10.1000",
    "title": "As content negotiation writes it",
    "container-title": "Some Journal",
    "issued": {"date-parts": [[None]]},
    "published-online": {"date-parts": [[1999]]},
    "author": [{"literal": "World Health Organization"}],
    "article-number": "e7",
}
LAST_PAPER = Paper(
    id="doi:10.1000/182",
    title="As content negotiation writes it",
    authors=("World Health Organization",),
    year=1999,
    venue="Some Journal",
    doi="10.1000/182",
    sources=(NAME,),
    extra={
        "pages": "e7",
        "abstract_missing": True,
        "family_names": {"World Health Organization": "World Health Organization"},
    },
)


def test_works_are_read_whole(tmp_path):
    """A journal article and a sparse work become exactly these papers."""
    found = read_lines(crossref, tmp_path, WORK, LAST)
    assert as_json(found) == [PAPER.to_json(), LAST_PAPER.to_json()]


def test_answers_and_the_public_data_file_hold_their_works(tmp_path):
    """A list lies in the message's items, a single work is the message, a file holds items."""
    for text in (
        json.dumps({"status": "ok", "message": {"total-results": 1, "items": [LAST]}}),
        json.dumps({"status": "ok", "message-type": "work", "message": LAST}, indent=1),
        json.dumps({"items": [LAST]}, separators=(",", ":")),
    ):
        assert crossref.recognises(text, ".json")
        assert as_json(read_text(crossref, tmp_path, text)) == [LAST_PAPER.to_json()]


@pytest.mark.parametrize(
    ("title", "subtitle", "shown"),
    [
        (["A"], ["b"], "A: b"),
        (["A?"], ["b"], "A? b"),
        (["A: the B"], ["The b"], "A: the B"),
        (["A"], [], "A"),
        ([], ["b"], "b"),
    ],
)
def test_a_subtitle_follows_the_title_once(tmp_path, title, subtitle, shown):
    """Unless the title ends in a mark of its own or holds the subtitle already."""
    (found,) = read_lines(crossref, tmp_path, LAST | {"title": title, "subtitle": subtitle})
    assert found.paper.title == shown


def test_broken_works_are_told_and_cost_no_other(tmp_path):
    """A journal's own record without title and a broken one are rejected by line and reason."""
    good = json.dumps(LAST)
    text = f'{{"items": [\n{good},\n{{"DOI": x}},\n{{"DOI": "10.1/1"}},\n{good}]}}'
    found = read_text(crossref, tmp_path, text)
    assert (found[0].paper, found[3].paper) == (LAST_PAPER, LAST_PAPER)
    assert rejected(found) == [
        (3, "Expecting value at line 3, column 9: 'x}'"),
        (4, "neither title nor abstract"),
    ]


@pytest.mark.parametrize(
    "head",
    [
        '[{"id": "a", "type": "article-journal", "title": "t", "DOI": "10.1000/182"}]',
        '{"DOI": "10.1000/182", "title": "t"}',
        "@article{a, DOI={10.1000/182}, member={}, prefix={}}",
        "",
    ],
)
def test_other_formats_are_not_taken_for_it(head):
    """CSL-JSON, other JSON and other text are no works of Crossref."""
    assert not crossref.recognises(head, ".json")


@given(odd_items(WORK))
def test_whatever_a_file_holds_only_records_and_rejections_come_out(tmp_path_factory, items):
    """Reading ends, and all that comes out can be printed."""
    assert_printable(read_lines(crossref, tmp_path_factory.mktemp("a"), *items))
