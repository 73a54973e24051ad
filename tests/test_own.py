"""Records of akin's own, as others may hand them back: edited, added to, or broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from indexer.cleaning.names import Name, from_inverted, inverted
from indexer.cleaning.text import joined, parted
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.own import is_own, is_place, ris_record, row_record
from indexer.readers.own_atom import atom_record
from indexer.readers.own_bibtex import bibtex_record
from indexer.readers.own_csl import csl_record

DOCUMENT = Document(Path("a.bib"), "a.bib", given=True)


def paper(record):
    assert isinstance(record, Record)
    assert record.line == 7
    return record.paper


def test_the_mark_alone_makes_no_record_of_akin_s():
    """Zotero keeps the name of the database, and puts an id of its own."""
    assert is_own("akin", "arxiv:2508.15763")
    assert is_own("akin", "akin:0123456789abcdef")
    assert not is_own("akin", "http://zotero.org/users/1/items/ABC")
    assert not is_own("akin", "wang2025")
    assert not is_own("akin", None)
    assert not is_own("Scopus", "doi:10.1000/182")


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("akin: rank 1, score 0.71", True),
        ("akin: rank 12", True),
        ("akin: score -1.5", True),
        ("akin: rank high", False),
        ("akin: ", False),
        ("See akin: rank 1", False),
    ],
)
def test_a_place_in_a_list_is_told_from_a_note(note, expected):
    """Only what akin writes itself is left out."""
    assert is_place(note) is expected


def test_what_others_added_to_a_bibtex_entry_is_kept():
    """JabRef adds fields and wraps lines; a note on the rank that was edited is a note."""
    values = {
        "title": "{A\n  title of 50\\% \\{x\\}}",
        "akinid": "akin:0123456789abcdef",
        "file": ":a\\_b.pdf:PDF",
        "groups": "read",
        "annote": "akin: rank 1, and good",
        "author": "Wang, Kun and {A and B} and {Foo, Bar}, {J., Jr} and others",
    }
    found = paper(bibtex_record(DOCUMENT, 7, values, ""))
    assert found.title == "A title of 50% {x}"
    assert found.authors == ("Kun Wang", "A and B", "J., Jr Foo, Bar")
    assert found.extra == {
        "abstract_missing": True,
        "authors_cut": True,
        "family_names": {"A and B": "A and B", "J., Jr Foo, Bar": "Foo, Bar"},
        "file": ":a_b.pdf:PDF",
        "groups": "read",
        "note": "akin: rank 1, and good",
    }


def test_what_others_added_to_a_row_is_kept():
    """A column of one's own, and columns that are gone: a sheet is there to be worked in."""
    cells = {"akin_id": "akin:0", "title": "'=x", "included": "yes", "": "?", "rank": "3"}
    found = paper(row_record(DOCUMENT, 7, cells, ""))
    assert found.title == "=x"
    assert found.extra == {"abstract_missing": True, "included": "yes"}


def test_what_others_added_to_a_ris_record_is_kept():
    """Tags that akin does not write, and two where it writes one."""
    pairs = [("TI", "nan"), ("DP", "akin"), ("RN", "mine"), ("VL", "1"), ("VL", "2")]
    found = paper(ris_record(DOCUMENT, 7, pairs, ""))
    assert found.title == "nan"
    assert found.extra == {"RN": "mine", "abstract_missing": True, "volume": "1; 2"}


def test_what_others_added_to_a_csl_item_is_kept():
    """Variables that akin does not write stay, whatever their type."""
    item = {"id": "akin:0", "source": "akin", "title": "A title", "edition": 2, "custom": {"x": 1}}
    found = paper(csl_record(DOCUMENT, 7, item, ""))
    assert found.extra == {"abstract_missing": True, "edition": 2}


def test_a_record_of_which_nothing_is_left_is_rejected():
    """Someone emptied title and abstract: that is said, with the place."""
    for found in (
        bibtex_record(DOCUMENT, 7, {"akinid": "akin:0"}, "the head"),
        row_record(DOCUMENT, 7, {"akin_id": "akin:0"}, "the head"),
        ris_record(DOCUMENT, 7, [("DP", "akin")], "the head"),
        csl_record(DOCUMENT, 7, {"source": "akin"}, "the head"),
        atom_record(DOCUMENT, 7, etree.fromstring("<entry/>"), "the head"),
    ):
        assert found == Rejection("a.bib", 7, "neither title nor abstract", "the head")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
properties = (
    "title abstract author editor issued container-title volume DOI PMID URL keyword annote "
    "language note custom"
).split()
custom = st.dictionaries(
    st.sampled_from("categories code arxiv openreview acl type authors_cut rank".split()), anything
)


@given(st.dictionaries(st.sampled_from(properties), anything | custom))
def test_whatever_a_csl_item_holds_it_becomes_a_record_or_a_rejection(item):
    """JSON that nobody expected where a text should be does no harm."""
    found = csl_record(DOCUMENT, 7, {"source": "akin", "id": "akin:0", **item}, "")
    shown = found.paper.to_json() if isinstance(found, Record) else found.to_json()
    json.dumps(shown)


@given(st.dictionaries(st.sampled_from("title author editor year akincode x".split()), st.text()))
def test_whatever_a_bibtex_field_holds_it_becomes_a_record_or_a_rejection(values):
    """Braces that do not pair, names without a name: an entry edited by hand."""
    assert isinstance(bibtex_record(DOCUMENT, 7, values, ""), (Record, Rejection))


@given(st.lists(st.text(st.sampled_from("a;, "), min_size=1).map(str.strip).filter(bool)))
def test_joined_lists_are_parted_again(values):
    """Semicolons within a value are none between two."""
    assert parted(joined(values)) == values


part = st.text(st.sampled_from("a, .")).map(lambda text: " ".join(text.split()))


@given(part.filter(bool), part)
def test_inverted_names_are_turned_around_again(family, given_name):
    """Commas within a part are none between the two; one more at the end means nothing."""
    name = Name(family, given_name)
    assert from_inverted(inverted(name)) == name
    assert given_name or from_inverted(inverted(name) + ",") == name
