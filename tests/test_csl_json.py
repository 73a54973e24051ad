r"""CSL-JSON: names with particles, dates in three forms, identifiers in the note, akin's own."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from indexer.paper import Paper
from indexer.readers import csl_json
from tests.json_documents import (
    NAME,
    as_json,
    assert_printable,
    odd_items,
    read_text,
    rejected,
)

FIRST = {
    "id": "vandermaaten2008",
    "type": "article-journal",
    "title": "Visualizing Data using <i>t</i>-SNE",
    "author": [
        {"family": "Maaten", "given": "Laurens", "non-dropping-particle": "van der"},
        {"family": "Gogh", "given": "Vincent", "dropping-particle": "van"},
        {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
        {"literal": "The Data Collective"},
    ],
    "editor": [{"family": "Lee", "given": "Ann"}],
    "issued": {"date-parts": [[2008, "11", 5]]},
    "container-title": "Journal of Machine Learning Research",
    "container-title-short": "JMLR",
    "volume": 9,
    "issue": "1",
    "page": "2579-2605",
    "publisher": "MIT Press",
    "ISSN": "1533-7928",
    "language": "en",
    "keyword": "embedding, visualisation",
    "DOI": "10.1000/JMLR.9",
    "URL": "https://jmlr.org/papers/v9/",
    "abstract": "We present &lt;b&gt;t-SNE&lt;/b&gt;.",
    "note": "PMID: 123\nPMCID: PMC456\narXiv: 0811.00001 [cs.LG]\nRead twice",
    "accessed": {"date-parts": [[2024, 1, 2]]},
    "call-number": "Q325",
    "source": "DOI.org (Crossref)",
}
FIRST_PAPER = Paper(
    id="arxiv:0811.00001",
    title="Visualizing Data using t-SNE",
    abstract="We present t-SNE.",
    authors=(
        "Laurens van der Maaten",
        "Vincent van Gogh",
        "Martin Luther King Jr.",
        "The Data Collective",
    ),
    year=2008,
    date="2008-11-05",
    venue="Journal of Machine Learning Research",
    categories=("cs.LG",),
    doi="10.1000/jmlr.9",
    arxiv_id="0811.00001",
    url="https://jmlr.org/papers/v9/",
    sources=(NAME,),
    extra={
        "type": "article-journal",
        "volume": "9",
        "issue": "1",
        "publisher": "MIT Press",
        "language": "en",
        "issn": "1533-7928",
        "editors": ["Ann Lee"],
        "keywords": ["embedding", "visualisation"],
        "accessed": "2024-01-02",
        "note": "Read twice",
        "short_venue": "JMLR",
        "pages": "2579-2605",
        "call_number": "Q325",
        "source": "DOI.org (Crossref)",
        "citation_key": "vandermaaten2008",
        "family_names": {
            "Vincent van Gogh": "Gogh",
            "The Data Collective": "The Data Collective",
        },
        "pmid": "123",
        "pmcid": "PMC456",
    },
)
LAST = {
    "id": "http://zotero.org/users/1/items/ABC",
    "type": "article",
    "title": "A preprint",
    "author": [{"family": "Lee", "given": "A."}],
    "issued": {"raw": "Dec 31, 2013"},
    "number": "arXiv:2101.00001",
    "publisher": "arXiv",
    "citation-key": "lee2013",
}
LAST_PAPER = Paper(
    id="arxiv:2101.00001",
    title="A preprint",
    authors=("A. Lee",),
    year=2013,
    date="2013-12-31",
    arxiv_id="2101.00001",
    sources=(NAME,),
    extra={
        "type": "article",
        "publisher": "arXiv",
        "number": "arXiv:2101.00001",
        "citation_key": "lee2013",
        "abstract_missing": True,
    },
)


def test_items_are_read_whole(tmp_path):
    """An article with everything and a sparse preprint become exactly these papers."""
    for text in (
        json.dumps([FIRST, LAST], indent=2),
        json.dumps({"items": [FIRST, LAST]}),
        f"{json.dumps(FIRST)}\n{json.dumps(LAST)}",
    ):
        found = read_text(csl_json, tmp_path, text)
        assert as_json(found) == [FIRST_PAPER.to_json(), LAST_PAPER.to_json()]
        assert csl_json.recognises(text, ".json")


@pytest.mark.parametrize(
    ("issued", "year", "date"),
    [
        ({"date-parts": [[2008]]}, 2008, None),
        ({"date-parts": [["2008", "11"], [2009]]}, 2008, None),
        ({"literal": "Spring 2008"}, 2008, None),
        ({"raw": "2008-11-05"}, 2008, "2008-11-05"),
        ("2008-11-05", 2008, "2008-11-05"),
        ({"date-parts": [[None]]}, None, None),
        ({"date-parts": 5, "raw": "2008"}, None, None),
        (None, None, None),
    ],
)
def test_a_date_may_be_in_parts_or_in_words(tmp_path, issued, year, date):
    """Parts, also as strings, raw and literal dates give year and day as far as they state them."""
    (found,) = read_text(csl_json, tmp_path, json.dumps([FIRST | {"issued": issued}]))
    assert (found.paper.year, found.paper.date) == (year, date)


def test_the_parts_of_a_name_are_cleaned(tmp_path):
    """Entities, LaTeX and tags in them are read as in any other text."""
    names = [{"family": "M&uuml;ller", "given": "J\\'er\\^ome"}, {"literal": "A <i>B</i>"}]
    (found,) = read_text(csl_json, tmp_path, json.dumps([FIRST | {"author": names}]))
    assert found.paper.authors == ("Jérôme Müller", "A B")


def test_an_item_of_akin_comes_back_as_it_was(tmp_path):
    """With akin's mark and id the text is clean already: what looks like markup stays."""
    own = {
        "id": "arxiv:2101.00001",
        "type": "article",
        "source": "akin",
        "title": "On <i> and \\alpha",
        "abstract": "Abstract: & <b>.",
        "author": [{"family": "van der Maaten", "given": "Laurens"}],
        "issued": {"date-parts": [[2021, 1, 2]]},
        "custom": {"arxiv": "2101.00001", "code": True, "rank": 1, "categories": ["cs.LG"]},
    }
    (found,) = read_text(csl_json, tmp_path, json.dumps([own]))
    assert csl_json.recognises(json.dumps([own]), ".json")
    assert found.paper == Paper(
        id="arxiv:2101.00001",
        title="On <i> and \\alpha",
        abstract="Abstract: & <b>.",
        authors=("Laurens van der Maaten",),
        year=2021,
        date="2021-01-02",
        categories=("cs.LG",),
        arxiv_id="2101.00001",
        code=True,
        sources=(NAME,),
    )


def test_broken_items_are_told_and_cost_no_other(tmp_path):
    """One without text, one that is no object and a cut one: each with its line and reason."""
    text = f'[{json.dumps(LAST)},\n{{"id": "x", "type": "book"}},\n"y",\n{json.dumps(LAST)},\n{{"i'
    found = read_text(csl_json, tmp_path, text)
    assert (found[0].paper, found[3].paper) == (LAST_PAPER, LAST_PAPER)
    assert rejected(found) == [
        (2, "neither title nor abstract"),
        (3, "not an object: '\"y\"'"),
        (5, "the file ends within a record"),
    ]


@pytest.mark.parametrize(
    "head",
    [
        '[{"type": "article", "title": "t", "author": "Ann Lee"}]',
        '[{"type": "journal-article", "title": "t", "container-title": "c"}]',
        '{"title": "t", "text": "x"}',
        "TY  - JOUR\n",
        "",
    ],
)
def test_other_formats_are_not_taken_for_it(head):
    """Other JSON and other text are no CSL-JSON."""
    assert not csl_json.recognises(head, ".json")


@given(odd_items([*FIRST, "custom"]))
def test_whatever_a_file_holds_only_records_and_rejections_come_out(tmp_path_factory, items):
    """Reading ends, and all that comes out can be printed, akin's own items, too."""
    folder = tmp_path_factory.mktemp("a")
    own = [{**one, "source": "akin", "id": "akin:1"} for one in items if isinstance(one, dict)]
    assert_printable(read_text(csl_json, folder, json.dumps(items + own)))
