"""CSL-JSON goes out as its schema wants it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from search_api.exports import Listed
from tests.export_papers import ALL, BARE, HOSTILE, WHOLE, exported

GOLDEN = {
    "id": "arxiv:2508.15763",
    "type": "paper-conference",
    "title": WHOLE.title,
    "abstract": WHOLE.abstract,
    "author": [
        {"family": "Wang", "given": "Kun"},
        {"family": "van der Maaten", "given": "Laurens"},
        {"family": "García Márquez", "given": "Gabriel"},
        {"literal": "Shanghai AI Lab"},
    ],
    "editor": [{"family": "Editor", "given": "Ann"}, {"family": "de Vries", "given": "Bo"}],
    "issued": {"date-parts": [[2025, 8, 21]]},
    "container-title": "Proceedings of Things, Part II",
    "volume": "12",
    "issue": "3–4",
    "page": "17-29",
    "publisher": "Wiley & Sons",
    "ISSN": "1234-567X",
    "ISBN": "978-3-16-148410-0",
    "PMID": "12345",
    "PMCID": "PMC678",
    "language": "en",
    "note": "Read again: 50% sure.",
    "citation-key": "Wang, Kun:2025",
    "DOI": "10.1000/a_b%c(1)",
    "URL": "https://example.org/~wang/?a=1&b=2#top_1",
    "keyword": "machine learning;; deep; C#",
    "annote": "akin: rank 1, score 0.71",
    "source": "akin",
    "custom": {
        "categories": ["cs.LG", "cs.CL"],
        "code": True,
        "arxiv": "2508.15763",
        "openreview": "BZSTC2RMEd",
        "acl": "2025.acl-long.1",
        "type": "proceedings-article",
        "authors_cut": True,
        "printed_note": "Best paper.",
        "sources": ["a.bib", "b.ris"],
        "rank": 1,
        "score": 0.71,
    },
}

# What csl-data.json of CSL 1.0.2 allows, as far as akin writes it.
TEXTS = set(
    "title abstract container-title publisher ISSN ISBN PMID PMCID language note DOI URL keyword "
    "annote source citation-key".split()
)
TEXTS_OR_NUMBERS = {"id", "volume", "issue", "page"}
NAMES = {"author", "editor"}
TYPES = set("article article-journal book chapter document paper-conference report thesis".split())


def check(item):
    """Fail where the schema would."""
    assert item.keys() <= TEXTS | TEXTS_OR_NUMBERS | NAMES | {"type", "issued", "custom"}
    assert {"type", "id"} <= item.keys()
    assert item["type"] in TYPES
    assert all(isinstance(item[name], str) for name in TEXTS & item.keys())
    assert all(isinstance(item[name], (str, int)) for name in TEXTS_OR_NUMBERS & item.keys())
    for name in (name for names in NAMES & item.keys() for name in item[names]):
        assert name.keys() in ({"family", "given"}, {"literal"})
        assert all(isinstance(part, str) for part in name.values())
    if "issued" in item:
        assert item["issued"].keys() == {"date-parts"}
        (parts,) = item["issued"]["date-parts"]
        assert 1 <= len(parts) <= 3
        assert all(isinstance(part, int) for part in parts)
    assert isinstance(item.get("custom", {}), dict)


def test_a_paper_with_everything_and_one_with_little():
    """Every field has its variable, or a place in ``custom``; what a paper lacks is not written."""
    whole, bare = json.loads(exported("csl-json", Listed(WHOLE, 1, 0.71), BARE))
    assert whole == GOLDEN
    assert bare == {"id": BARE.id, "type": "document", "title": "A title", "source": "akin"}


def test_the_schema_allows_every_item():
    """Only properties that CSL knows, each of its type, whatever the papers hold."""
    items = json.loads(exported("csl-json", *(Listed(p, n, 0.5) for n, p in enumerate(ALL, 1))))
    assert len(items) == 3
    for item in items:
        check(item)


@pytest.mark.parametrize("papers", [(), (BARE,), ALL])
def test_it_is_one_array_with_an_item_on_each_line(papers):
    """Brackets and commas are right for none, one and several."""
    text = exported("csl-json", *papers)
    assert len(json.loads(text)) == len(papers)
    assert text == "[]\n" if not papers else len(text.splitlines()) == len(papers) + 2


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        ({"year": 2024}, [[2024]]),
        ({"year": 2024, "date": "2024-02-29"}, [[2024, 2, 29]]),
        ({"year": 2024, "date": "soon"}, [[2024]]),
    ],
)
def test_dates_are_as_exact_as_they_are_known(fields, parts):
    """A year alone is no first of January."""
    (item,) = json.loads(exported("csl-json", replace(BARE, **fields)))
    assert item["issued"] == {"date-parts": parts}


def test_hostile_text_stays_text():
    """Quotes and line ends of a value do not end it, what is no text is left out."""
    (item,) = json.loads(exported("csl-json", HOSTILE))
    assert item["title"] == HOSTILE.title
    assert item["volume"] == "12"
    assert "issue" not in item
    assert item["author"][0] == {"family": "Wesson", "given": "Smith and"}
    assert item["custom"]["categories"] == ["@SUM(1+1)", "a;b", "c d"]
    assert item["custom"]["code"] is False
