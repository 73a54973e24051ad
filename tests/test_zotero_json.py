"""Zotero's own JSON: items of its web API and of BetterBibTeX; attachments are no papers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from indexer.paper import Paper, Record
from indexer.readers import zotero_json
from tests.json_documents import (
    NAME,
    as_json,
    assert_printable,
    odd_items,
    read_text,
    rejected,
)

DATA = {
    "key": "X42A7DEE",
    "version": 1,
    "itemType": "journalArticle",
    "title": "t-SNE &amp; friends",
    "creators": [
        {"creatorType": "author", "firstName": "Laurens", "lastName": "van der Maaten"},
        {"creatorType": "author", "name": "The Data Collective"},
        {"creatorType": "editor", "firstName": "Ann", "lastName": "Lee"},
    ],
    "abstractNote": "We present it.",
    "publicationTitle": "JMLR",
    "volume": "9",
    "pages": "2579-2605",
    "date": "November 5, 2008",
    "DOI": "10.1000/jmlr.9",
    "ISSN": "1533-7928",
    "url": "https://jmlr.org/papers/v9/",
    "extra": "PMID: 123\narXiv:0811.00001 [cs.LG]\nRead twice",
    "tags": [{"tag": "embedding"}, {"tag": "read", "type": 1}],
    "collections": ["ABCD2345"],
    "relations": {},
    "dateAdded": "2024-01-02T03:04:05Z",
    "rights": "",
}
PAPER = Paper(
    id="arxiv:0811.00001",
    title="t-SNE & friends",
    abstract="We present it.",
    authors=("Laurens van der Maaten", "The Data Collective"),
    year=2008,
    date="2008-11-05",
    venue="JMLR",
    categories=("cs.LG",),
    doi="10.1000/jmlr.9",
    arxiv_id="0811.00001",
    url="https://jmlr.org/papers/v9/",
    sources=(NAME,),
    extra={
        "type": "journalArticle",
        "volume": "9",
        "pages": "2579-2605",
        "issn": "1533-7928",
        "keywords": ["embedding", "read"],
        "editors": ["Ann Lee"],
        "note": "Read twice",
        "pmid": "123",
        "family_names": {"The Data Collective": "The Data Collective"},
    },
)
PREPRINT = {
    "itemType": "preprint",
    "title": "A preprint",
    "creators": [{"creatorType": "inventor", "lastName": "May", "firstName": "B."}],
    "archiveID": "arXiv:2101.00001",
    "repository": "arXiv",
    "date": "2021",
    "notes": [{"note": "<p>mine</p>"}],
    "attachments": [{"title": "Full Text PDF"}],
}
PREPRINT_PAPER = Paper(
    id="arxiv:2101.00001",
    title="A preprint",
    authors=("B. May",),
    year=2021,
    venue="arXiv",
    arxiv_id="2101.00001",
    sources=(NAME,),
    extra={"type": "preprint", "archiveID": "arXiv:2101.00001", "abstract_missing": True},
)
ATTACHMENT = {"itemType": "attachment", "title": "Full Text PDF", "parentItem": "X42A7DEE"}


def wrapped(data: dict[str, object]) -> dict[str, object]:
    return {"key": "K", "version": 1, "library": {"name": "Mine"}, "meta": {}, "data": data}


def test_items_are_read_whole(tmp_path):
    """Within the API's wrapper, or as BetterBibTeX lists them, these papers come out."""
    for text in (
        json.dumps([wrapped(DATA), wrapped(PREPRINT)], indent=4),
        json.dumps({"config": {"id": "x"}, "collections": {}, "items": [DATA, PREPRINT]}),
        f"{json.dumps(wrapped(DATA))}\n{json.dumps(wrapped(PREPRINT))}",
    ):
        assert zotero_json.recognises(text, ".json")
        found = read_text(zotero_json, tmp_path, text)
        assert as_json(found) == [PAPER.to_json(), PREPRINT_PAPER.to_json()]


def test_cases_acts_and_mails_have_titles_of_their_own(tmp_path):
    """What Zotero calls a title by another name is read, and an item with nothing is counted."""
    items = [
        {"itemType": "case", "caseName": "Roe v. Moss", "dateDecided": "1987-05-02", "notes": []},
        {"itemType": "statute", "nameOfAct": "Bog Act", "dateEnacted": "1911", "notes": []},
        {"itemType": "email", "subject": "On ferns", "tags": [], "notes": []},
        {"itemType": "case", "court": "High Court", "notes": []},
    ]
    read = read_text(zotero_json, tmp_path, json.dumps({"config": {}, "items": items}))
    shown = [(r.paper.title, r.paper.year) if isinstance(r, Record) else r.reason for r in read]
    assert shown == [
        ("Roe v. Moss", 1987),
        ("Bog Act", 1911),
        ("On ferns", None),
        "neither title nor abstract",
    ]


def test_attachments_and_broken_items_are_told_and_cost_no_other(tmp_path):
    """An attachment has a title, too, but is no paper; nor is what has none."""
    untitled = {"itemType": "book", "tags": []}
    items = [PREPRINT, ATTACHMENT, untitled, 5, PREPRINT]
    text = "[" + ",\n".join(json.dumps(item) for item in items) + "]"
    found = read_text(zotero_json, tmp_path, text)
    assert (found[0].paper, found[4].paper) == (PREPRINT_PAPER, PREPRINT_PAPER)
    assert rejected(found) == [
        (2, "of type attachment, not a paper"),
        (3, "neither title nor abstract"),
        (4, "not an object: '5'"),
    ]


@pytest.mark.parametrize(
    "head",
    ['{"itemType": "x"}', '{"title": "t", "creators": []}', '{"data": [{"title": "t"}]}', ""],
)
def test_other_formats_are_not_taken_for_it(head):
    """Other JSON is none of Zotero's."""
    assert not zotero_json.recognises(head, ".json")


@given(odd_items([*DATA, *PREPRINT, "data"]))
def test_whatever_a_file_holds_only_records_and_rejections_come_out(tmp_path_factory, items):
    """Reading ends, and all that comes out can be printed."""
    assert_printable(read_text(zotero_json, tmp_path_factory.mktemp("a"), json.dumps(items)))


def test_collections_that_betterbibtex_lists_are_groups(tmp_path):
    """A collection holds the items of its list, wherever its name stands; a broken table none."""
    table = {
        "PQRS2345": {"name": "Mosses", "parent": False, "items": [11, 12], "collections": []},
        "PQRS2346": {"name": "Wet mosses", "parent": "PQRS2345", "items": ["ITEM2222", None]},
        "PQRS2347": ["odd"],
    }
    config = {"label": "BetterBibTeX JSON", "preferences": {}}
    moss = {"itemType": "book", "title": "Moss", "creators": [], "itemID": 11}
    fern = {**moss, "title": "Fern", "itemID": 12, "key": "ITEM2222"}
    other = {**moss, "title": "Heath", "itemID": 13, "collections": ["PQRS2345", "PQRS9999"]}
    text = json.dumps({"config": config, "collections": table, "items": [moss, fern, other]})
    assert zotero_json.recognises(text[:60], ".json")
    found = read_text(zotero_json, tmp_path, text)
    assert [one.paper.extra.get("groups") for one in found] == [
        ["Mosses"],
        ["Mosses", "Wet mosses"],
        ["Mosses"],
    ]
    cut = read_text(zotero_json, tmp_path, text.replace('"parent": false', '"parent": nope'))
    assert [isinstance(one, Record) and one.paper.extra.get("groups") for one in cut][-1] is None


@pytest.mark.parametrize(
    ("extra", "field", "key"),
    [
        ("Citation Key: moss2019\nPMID: 12", None, "moss2019"),
        ("seen\nbibtex*: moss19", "", "moss19"),
        ("Citation Key: old", "new", "new"),
    ],
)
def test_a_citation_key_may_stand_in_the_field_for_all_else(tmp_path, extra, field, key):
    """It is Zotero's way where an item has no field for it, and no part of the note."""
    item = {"itemType": "book", "title": "Moss", "creators": [], "extra": extra}
    item |= {} if field is None else {"citationKey": field}
    found = read_text(zotero_json, tmp_path, json.dumps([item]))[0].paper.extra
    assert (found["citation_key"], "Key" in found.get("note", "")) == (key, False)
