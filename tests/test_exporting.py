"""The export routes: a document holds the papers that the route it is asked like lists."""

from __future__ import annotations

import json

import pytest
from lxml import etree
from starlette.testclient import TestClient

from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api.app import create_app
from tests.conftest import SEEDS, table
from tests.export_papers import TEXTS
from tests.fakes import FakeEncoder

EXPORT = "/api/v1/export"
QUESTION = "federated learning of graph neural networks"
ONE, OTHER, THIRD = "akin:8e78acac5fbcaf10", "arxiv:2508.15763", "akin:51bb49ea6b40cafb"
ABSTRACT = (
    "Graph networks learn to share what neighbours know, one message after another, until every "
    "node of a large molecule has heard from all others; we ask how far a word travels, which of "
    "them is lost on its way, and why deeper models often say less than those with two layers."
)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """The seeds, and three records of one work that no rule of the index merges."""
    folder = tmp_path_factory.mktemp("exporting")
    titles = ("Hearing nodes", "Words travel", "Lost messages")
    twins = table(folder / "twins.md", *((title, ABSTRACT) for title in titles))
    index = IndexFolder(folder / "index")
    assert rebuild([SEEDS, twins], index, FakeEncoder()).papers == 67
    with TestClient(create_app(index, lambda manifest: FakeEncoder())) as client:
        yield client


@pytest.fixture(scope="module")
def twins(client):
    """Ids of the three records."""
    page = client.get("/api/v1/search", params={"q": ABSTRACT, "k": 3}).json()
    assert {hit["paper"]["abstract"] for hit in page["results"]} == {ABSTRACT}
    return [hit["paper"]["id"] for hit in page["results"]]


def exported(client, how="GET", **asked):
    """Ids, ranks and scores of an export, and the total in its header."""
    asked = {**asked, "format": "jsonl"}
    response = client.request(how, EXPORT, **{"params" if how == "GET" else "json": asked})
    assert response.status_code == 200, response.text
    lines = [json.loads(line) for line in response.text.splitlines()]
    return [(p["id"], p["rank"], p["score"]) for p in lines], response.headers["x-akin-total"]


def shown(page):
    """The same of a page."""
    return [(h["paper"]["id"], h["rank"], h["score"]) for h in page["results"]], str(page["total"])


@pytest.mark.parametrize("how", ["GET", "POST"])
@pytest.mark.parametrize(
    "more", [{}, {"k": 3, "sort": "date"}, {"diversity": 0.5, "category": ["LG"]}, {"min_score": 1}]
)
def test_papers_related_to_one_are_exported_as_they_are_shown(client, twins, how, more):
    """Rank by rank, three records of one work in one place, none of them where it is asked with."""
    for paper in (ONE, twins[0]):
        page = client.get(f"/api/v1/papers/{paper}/related", params={"k": 100} | more).json()
        assert exported(client, how, like=[paper], **{"k": 100} | more) == shown(page)
        if not more:  # 66 others, of which two or three are in no place of their own
            assert page["total"] == 64
            there = {hit["paper"]["id"] for hit in page["results"]} & set(twins)
            assert len(there) == (1 if paper == ONE else 0)


@pytest.mark.parametrize("how", ["GET", "POST"])
@pytest.mark.parametrize(
    "asked",
    [
        {"like": [ONE, THIRD, ONE], "unlike": [OTHER]},
        {"text": ABSTRACT},
        {"text": f"{ABSTRACT} author:Huang -images", "like": [ONE]},
        {"text": ABSTRACT, "unlike": [ONE], "mode": "semantic", "k": 5},
        {"like": [ONE], "mode": "lexical", "year_from": 2025},
    ],
    ids=str,
)
def test_papers_related_to_many_are_exported_as_they_are_shown(client, how, asked):
    """Several, others to be far from, and a text, which is a paper's: no operator is read in it."""
    asked = {"k": 100} | asked
    page = client.post("/api/v1/related", json=asked).json()
    assert exported(client, how, **asked) == shown(page)
    assert page["results"]


@pytest.mark.parametrize("how", ["GET", "POST"])
def test_a_question_is_exported_as_it_is_shown(client, how):
    """A question's list holds every record, also with papers to be like."""
    for asked in ({"q": ABSTRACT, "k": 100}, {"q": QUESTION, "like": [ONE], "unlike": [THIRD]}):
        page = client.post("/api/v1/search", json=asked).json()
        assert exported(client, how, **asked) == shown(page)
    assert exported(client, how, q=ABSTRACT)[1] == "67"


def test_the_next_page_of_a_related_list_can_be_exported(client, twins):
    """The cursor of one route goes on in the other, whichever gave it out."""
    for page, like in (
        (client.get(f"/api/v1/papers/{ONE}/related", params={"k": 2}).json(), [ONE]),
        (client.post("/api/v1/related", json={"like": [ONE, THIRD], "k": 2}).json(), [ONE, THIRD]),
    ):
        asked = {"like": like, "k": 2, "cursor": page["next"]}
        assert exported(client, **asked) == shown(client.post("/api/v1/related", json=asked).json())


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "asked", [{"q": QUESTION, "k": 2}, {"id": [OTHER, ONE]}, {"has_code": True}]
)
def test_a_body_is_answered_as_a_query_string(client, name, asked):
    """The same bytes and headers in every format, but for where an Atom feed can be had again."""
    asked = {**asked, "format": name}
    got, posted = client.get(EXPORT, params=asked), client.post(EXPORT, json=asked)
    assert (got.status_code, posted.status_code) == (200, 200)
    for header in ("content-type", "content-disposition", "x-akin-generation", "x-akin-total"):
        assert got.headers.get(header) == posted.headers.get(header)
    if name != "atom":
        assert got.content == posted.content
        return
    documents = [etree.fromstring(response.content) for response in (got, posted)]
    for document in documents:
        for one in document.xpath("*[local-name()='id' or local-name()='updated' or @rel='self']"):
            document.remove(one)
        for one in document.findall(".//{*}updated"):
            one.text = ""
    assert etree.tostring(documents[0]) == etree.tostring(documents[1])


def test_a_thousand_ids_are_taken(client):
    """A reading list of the largest size, longer than an address may be."""
    response = client.post(EXPORT, json={"id": [ONE, *[OTHER] * 998, THIRD], "format": "jsonl"})
    assert [json.loads(line)["id"] for line in response.text.splitlines()] == [ONE, OTHER, THIRD]
    response = client.post(EXPORT, json={"id": [ONE] * 1001})
    assert (response.status_code, response.json()["field"]) == (422, "id")


@pytest.mark.parametrize("how", ["GET", "POST"])
@pytest.mark.parametrize(
    ("asked", "status", "field"),
    [
        ({"text": "a", "q": "b"}, 422, "text"),
        ({"text": "a", "id": [ONE]}, 422, "id"),
        ({"like": [ONE], "id": [ONE]}, 422, "id"),
        ({"text": " ", "k": 5}, 422, "k"),
        ({"text": "x" * 20_001}, 422, "text"),
        ({"like": [ONE], "unlike": [ONE]}, 422, "unlike"),
        ({"text": "a", "like": ["akin:none"]}, 404, None),
        ({"id": ["akin:none"]}, 404, None),
        ({"format": "word"}, 422, "format"),
        ({"colour": "red"}, 422, "colour"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_exported_is_a_problem(client, how, asked, status, field):
    """Two questions at once, unknown papers and formats are refused, by both methods."""
    given = {"params": asked} if how == "GET" else {"json": asked}
    response = client.request(how, EXPORT, **given)
    assert (response.status_code, response.json().get("field")) == (status, field)


def test_an_address_in_a_feed_is_a_uri(client):
    """Whatever a program sends as an address, the link to the feed is one."""
    response = client.get(f'{EXPORT}?format=atom&k=1&q=a|b"{{}}')
    root = etree.fromstring(response.content)
    href = root.find("{*}link[@rel='self']").get("href")
    assert href.startswith("http://testserver/api/v1/export?format=atom&k=1&q=a%7Cb%22")


def test_the_documented_body_works_on_the_seeds(client):
    """What the documentation shows as a request gives a document with the paper."""
    openapi = client.get("/openapi.json").json()
    (body,) = openapi["components"]["schemas"]["ExportBody"]["examples"]
    response = client.post(EXPORT, json=body)
    assert response.text.startswith("TY  - ")
    assert "TI  - DeFTA" in response.text
