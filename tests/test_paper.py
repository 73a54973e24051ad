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
BARE = Paper(id=PAPER.id, title="Title", sources=("b.md",))

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


@pytest.mark.parametrize("field", CHANGES)
def test_the_first_record_wins_where_both_speak(field):
    """Merging overwrites nothing that the first record says, except by a longer abstract."""
    said = {"year": 2024, "venue": "ICCV", "arxiv_id": "1", "url": "https://x.org"}
    other = replace(PAPER, **(CHANGES | said))
    assert getattr(PAPER.merge(other), field) == getattr(PAPER, field)


@pytest.mark.parametrize("field", CHANGES.keys() - {"id", "title"})
def test_gaps_are_filled_from_the_second_record(field):
    """Every field that the first record leaves open is taken from the second."""
    assert getattr(BARE.merge(PAPER), field) == getattr(PAPER, field)


def test_code_known_to_be_absent_is_no_gap():
    """``code=False`` is a statement; only ``None`` is filled."""
    assert replace(PAPER, code=False).merge(PAPER).code is False
    assert replace(PAPER, code=None).merge(replace(PAPER, code=False)).code is False


@pytest.mark.parametrize("first_is_longer", [True, False])
def test_the_longer_abstract_wins(first_is_longer):
    """Some sources cut their abstracts; the whole one is kept whichever comes first."""
    whole = replace(PAPER, abstract="The whole abstract, to its end.")
    cut = replace(PAPER, abstract="The whole …")
    pair = (whole, cut) if first_is_longer else (cut, whole)
    assert pair[0].merge(pair[1]).abstract == "The whole abstract, to its end."


@pytest.mark.parametrize("first_is_whole", [True, False])
def test_a_whole_abstract_is_not_marked_as_cut(first_is_whole):
    """The mark of a cut abstract goes where the cut abstract goes."""
    whole = replace(PAPER, abstract="The whole abstract, to its end.", extra={})
    cut = replace(PAPER, abstract="The whole …", extra={"abstract_cut": True})
    pair = (whole, cut) if first_is_whole else (cut, whole)
    assert pair[0].merge(pair[1]).extra == {}


def test_a_stated_date_is_not_marked_as_inferred():
    """A date that the first record states stays a stated one."""
    inferred = replace(PAPER, date="2026-05-27", extra={"date_inferred": True})
    merged = replace(PAPER, extra={}).merge(inferred)
    assert (merged.date, merged.extra) == ("2025-08-19", {})


def test_sources_and_extras_are_united():
    """All sources are kept, each once and in order, and of the extras every key."""
    first = replace(PAPER, sources=("a", "b"), extra={"ieee": "1", "score": 1.0})
    second = replace(PAPER, sources=("b", "c"), extra={"score": 2.0, "pii": "S1"})
    merged = first.merge(second)
    assert merged.sources == ("a", "b", "c")
    assert merged.extra == {"ieee": "1", "score": 1.0, "pii": "S1"}


def test_merging_changes_neither_record():
    """A merge returns a new record."""
    first, second = replace(BARE, extra={"a": 1}), replace(PAPER, extra={"b": 2})
    first.merge(second)
    assert (first.extra, second.extra, first.abstract) == ({"a": 1}, {"b": 2}, "")


@pytest.mark.parametrize(
    ("abstract", "text"), [("An abstract.", "A title\nAn abstract."), ("", "A title")]
)
def test_the_embedded_text_is_title_and_abstract(abstract, text):
    """Title and abstract stand on a line each; without an abstract the title stands alone."""
    assert document_text("A title", abstract) == text


def test_a_rejection_says_where_and_why():
    """The JSON form of a rejection holds file, line, reason and the record's beginning."""
    assert Rejection("a.md", 7, "not a year: '20x5'", "| 20x5 |").to_json() == {
        "source": "a.md",
        "line": 7,
        "reason": "not a year: '20x5'",
        "head": "| 20x5 |",
    }
