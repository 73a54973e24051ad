"""The record itself: its JSON form, its hash, and two records of one paper."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from indexer.paper import Paper, Rejection, document_text

PAPER = Paper(
    id="arxiv:2508.15763",
    title="A title",
    abstract="An abstract.",
    authors=("Kun Wang", "Aniri"),
    year=2025,
    date="2025-08-19",
    venue="CVPR 2025",
    categories=("CV",),
    doi="10.1000/182",
    arxiv_id="2508.15763",
    url="https://arxiv.org/abs/2508.15763",
    code=True,
    sources=("seeds/a.txt",),
    extra={"score": 64.2},
)

CHANGES = {
    "id": "arxiv:2508.15764",
    "title": "A Title",
    "abstract": "An abstract",
    "authors": ("Aniri", "Kun Wang"),
    "year": None,
    "date": "2025-08-20",
    "venue": None,
    "categories": ("CV", "LG"),
    "doi": "10.1000/183",
    "arxiv_id": None,
    "url": None,
    "code": False,
    "extra": {"score": 64.3},
}


def test_json_has_the_keys_of_the_contract_in_order():
    """The JSON form is the contract's object, lists for tuples, nothing left out."""
    assert list(PAPER.to_json().items()) == [
        ("id", "arxiv:2508.15763"),
        ("title", "A title"),
        ("abstract", "An abstract."),
        ("authors", ["Kun Wang", "Aniri"]),
        ("year", 2025),
        ("date", "2025-08-19"),
        ("venue", "CVPR 2025"),
        ("categories", ["CV"]),
        ("doi", "10.1000/182"),
        ("arxiv_id", "2508.15763"),
        ("url", "https://arxiv.org/abs/2508.15763"),
        ("code", True),
        ("sources", ["seeds/a.txt"]),
        ("extra", {"score": 64.2}),
    ]
    assert json.loads(json.dumps(PAPER.to_json())) == PAPER.to_json()


@pytest.mark.parametrize("field", CHANGES)
def test_the_hash_changes_with_every_field(field):
    """A change of any content is seen by the next rebuild."""
    assert replace(PAPER, **{field: CHANGES[field]}).content_hash() != PAPER.content_hash()


def test_the_hash_ignores_where_the_record_lies():
    """A moved source, or extras in another order, is no change."""
    paper = replace(PAPER, extra={"a": 1, "b": [2]})
    moved = replace(paper, sources=("x", "y"), extra={"b": [2], "a": 1})
    assert moved.content_hash() == paper.content_hash()


def test_every_field_is_hashed_or_known_not_to_be():
    """A field added to the record is added to this file's list of changes, too."""
    assert {*CHANGES, "sources"} == PAPER.to_json().keys()


@pytest.mark.parametrize(
    ("abstract", "text"), [("An abstract.", "A title\nAn abstract."), ("", "A title")]
)
def test_the_embedded_text_is_title_and_abstract(abstract, text):
    """Title and abstract stand on a line each; without an abstract the title stands alone."""
    assert document_text("A title", abstract) == text


def test_words_that_stand_in_for_a_title_are_not_embedded_twice():
    """Without a title of its own, a paper's text is its abstract."""
    assert document_text("", "An abstract.") == "An abstract."


def test_a_rejection_says_where_and_why():
    """The JSON form of a rejection holds file, line, reason and the record's beginning."""
    assert Rejection("a.md", 7, "not a year: '20x5'", "| 20x5 |").to_json() == {
        "source": "a.md",
        "line": 7,
        "reason": "not a year: '20x5'",
        "head": "| 20x5 |",
    }
