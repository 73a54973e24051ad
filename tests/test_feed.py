"""The feed of a search: valid Atom, newest first, and unchanged until the index changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from lxml import etree
from starlette.testclient import TestClient

from indexer.paper import Paper, Record
from indexer.readers import arxiv_atom
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api import app as app_module
from search_api.app import create_app
from search_api.engine.engine import Engine
from search_api.http.titles import title_of
from search_api.query.filters import Filters
from tests.atom_rules import ATOM, broken_rules
from tests.export_papers import ABOUT, ALL, WHOLE, content, exported, saved
from tests.fakes import FakeEncoder

QUESTION = "federated learning of graph neural networks"
ONE, OTHER, THIRD = "akin:8e78acac5fbcaf10", "arxiv:2508.15763", "akin:51bb49ea6b40cafb"
ASKED = [
    {},
    {"k": 100},
    {"year_from": 2024, "year_to": 2025, "category": ["LG", "CV"]},
    {"has_code": True, "author": ["Ye"]},
    {"q": QUESTION},
    {"q": 'author:Huang "graph" -images', "k": 3},
    {"q": "graph", "mode": "lexical", "like": [ONE], "unlike": [OTHER]},
    {"q": "graph", "min_score": 0.5},
    {"q": 'a|b"{}<\\^`>\0%ü🦊 &k=1#x'},
    {"like": [ONE, THIRD], "unlike": [OTHER], "mode": "semantic"},
    {"year_from": 2099},
]


@pytest.fixture(scope="module")
def client(seed_generation):
    index = IndexFolder(seed_generation.folder.parent.parent)
    with TestClient(create_app(index, lambda manifest: FakeEncoder())) as client:
        yield client


def got(client, asked=None, **headers):
    return client.get("/feed", params=asked or {}, headers=headers)


def entries(response):
    assert response.status_code == 200, response.text
    return etree.fromstring(response.content).findall(f"{ATOM}entry")


def ids(response):
    return [entry.findtext("{urn:akin:atom}id") for entry in entries(response)]


def link(element, rel):
    (found,) = (one.get("href") for one in element.findall(f"{ATOM}link[@rel='{rel}']"))
    return found


# What it holds


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_a_feed_is_atom_as_the_rfc_has_it(client, asked):
    """Required elements, unique ids, IRIs and dates, whatever is asked."""
    response = got(client, asked)
    assert broken_rules(response.content) == []
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert "content-disposition" not in response.headers


def test_hostile_papers_make_a_valid_feed():
    """Whatever is in a record: no link that runs something, no id or address that is no IRI."""
    hostile = [
        replace(WHOLE, id=f"doi:10.1/{n}<{url}>", url=url)
        for n, url in enumerate(
            ["javascript:alert(1)", "http://x y/", "//x", "https://x.org/a b#c#d"]
        )
    ]
    about = replace(ABOUT, page="http://x.org/?q=a", site="http://x.org/")
    text = exported("atom", *ALL, *hostile, about=about)
    assert broken_rules(text.encode()) == []
    hrefs = [one.get("href") for one in etree.fromstring(text.encode()).iter(f"{ATOM}link")]
    assert all(href.startswith(("http://", "https://")) for href in hrefs)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (("<id>http", "<id>/http"), "is no absolute IRI"),
        (("<title>peer to peer</title>", ""), "feed has 0 title"),
        (("2025-08-21T00:00:00Z</published>", "2025</published>"), "'2025' is no date"),
        (
            ("urn:akin:akin:0123456789abcdef", "https://arxiv.org/abs/2508.15763"),
            "is there 2 times",
        ),
        (("<content/>", ""), "neither content nor a link"),
        (("<author><name>akin</name></author>", ""), "nor each entry has an author"),
        (('rel="self"', 'rel="other"'), "no link to the feed itself"),
        (("#top_1", "#top 1"), "is no absolute IRI"),
    ],
)
def test_the_rules_are_looked_at(change, rule):
    """A feed that breaks one of them is told so."""
    text = exported("atom", *ALL[:2])
    assert change[0] in text
    (broken,) = broken_rules(text.replace(*change, 1).encode())
    assert rule in broken


def test_without_a_question_it_has_the_newest_papers(client):
    """Of the whole corpus, or of those that pass the filters; twenty, where no number is asked."""
    every = client.post("/api/v1/search", json={"q": "a", "k": 64}).json()["results"]
    papers = [hit["paper"] for hit in every]
    newest = sorted((p["date"] or f"{p['year']}" for p in papers), reverse=True)
    shown = [p for one in ids(got(client)) for p in papers if p["id"] == one]
    assert [p["date"] or f"{p['year']}" for p in shown] == newest[:20]
    with_code = got(client, {"has_code": True, "k": 100})
    assert set(ids(with_code)) == {p["id"] for p in papers if p["code"]}


@pytest.mark.parametrize(
    ("asked", "route"),
    [
        ({"q": QUESTION}, "search"),
        ({"q": "author:Huang"}, "search"),
        ({"year_from": 2024, "year_to": 2024}, "search"),
        ({"q": "graph", "mode": "lexical", "like": [ONE], "unlike": [OTHER]}, "search"),
        ({"like": [ONE, THIRD], "unlike": [OTHER]}, "related"),
    ],
    ids=str,
)
def test_it_has_what_the_search_lists_by_date(client, asked, route):
    """The same papers in the same order as `sort=date`; papers alone ask for the related list."""
    asked = asked | {"k": 7}
    page = client.post(f"/api/v1/{route}", json=asked | {"sort": "date"}).json()
    assert ids(got(client, asked)) == [hit["paper"]["id"] for hit in page["results"]]
    assert page["results"]


def test_the_address_of_any_page_of_a_search_will_do(client):
    """Order, variety and page of a search change nothing: a feed is newest first, from the top."""
    search = {"q": "graph", "k": 5}
    cursor = client.get("/api/v1/search", params=search).json()["next"]
    plain = got(client, search)
    other = got(
        client, search | {"sort": "relevance", "diversity": 0.9, "cursor": cursor, "venue": ""}
    )
    assert other.content == plain.content
    assert other.headers["etag"] == plain.headers["etag"]


def test_of_one_date_the_order_is_always_the_same(tmp_path):
    """A day before its year alone, the rest by relevance and then as in the source."""
    dates = ["2024-03-01", None, "2024-03-01", None, "2024-03-02", "2024-03-01", None]
    years = [2024, 2024, 2024, None, 2024, 2024, 2024]
    text = ["graph", "x", "x", "x", "x", "graph", "graph"]
    papers = [
        Paper(f"akin:{n:016x}", f"Paper {n} of seven that is told apart", f"{text[n]} {n}",
              ("Ann Lee",), years[n], dates[n], extra={"volume": str(n)})
        for n in range(7)
    ]  # fmt: skip
    source = tmp_path / "papers.jsonl"
    source.write_text(exported("jsonl", *papers))
    index = IndexFolder(tmp_path / "index")
    rebuild([source], index, FakeEncoder())
    engine = Engine(index.current(), FakeEncoder())
    assert [p.extra["volume"] for p in engine.newest(7)] == list("4025163")
    assert [p.extra["volume"] for p in engine.newest(2)] == list("40")
    engine.close()
    with TestClient(create_app(index, lambda manifest: FakeEncoder())) as client:
        volume = "{http://prismstandard.org/namespaces/basic/2.0/}volume"

        def order(**asked):
            return "".join(one.findtext(volume) for one in entries(got(client, asked)))

        assert order() == order(year_to=2024, has_code=False) + "3" == "4025163"
        assert order(q="graph", mode="lexical") == "056"
        found = {hit["paper"]["extra"]["volume"]: hit["score"]
                 for hit in client.get("/api/v1/search?q=graph").json()["results"]}  # fmt: skip
        same_day = sorted("025", key=lambda one: (-found[one], one))
        only_year = sorted("16", key=lambda one: (-found[one], one))
        assert order(q="graph") == "".join(["4", *same_day, *only_year, "3"])


def test_what_goes_out_comes_back_in(client, seed_generation, tmp_path):
    """Akin reads a feed to the papers that it was made of, links to its own pages aside."""
    response = got(client, {"k": 100})
    (tmp_path / "feed.atom").write_bytes(response.content)
    found = arxiv_atom.read(saved(tmp_path / "feed.atom", response.text))
    back = [content(one.paper) for one in found if isinstance(one, Record)]
    assert len(back) == 64
    for paper, paper_id in zip(back, ids(response), strict=True):
        there = client.get(f"/api/v1/papers/{paper_id}").json()
        for name in ("id", "title", "abstract", "authors", "year", "date", "url", "code"):
            assert paper[name] == there[name]


# What it says of itself


def test_it_names_itself_its_page_and_the_index_s_time(client, seed_generation):
    """Id and self are one address; the page is that of the search; updated is the build's time."""
    root = etree.fromstring(
        got(client, {"q": "graph & co", "k": 1, "venue": ["CVPR", "ICML"]}).content
    )
    address = "http://testserver/feed?q=graph+%26+co&venue=CVPR&venue=ICML&k=1"
    assert root.findtext(f"{ATOM}id") == link(root, "self") == address
    assert root.findtext(f"{ATOM}title") == "akin: graph & co, in CVPR or ICML"
    built = datetime.fromisoformat(seed_generation.manifest.built_at)
    assert datetime.fromisoformat(root.findtext(f"{ATOM}updated")) == built
    assert root.find(".//{urn:akin:atom}rank") is None  # it changes though the paper does not


@pytest.mark.parametrize(
    ("asked", "path", "query"),
    [
        ({}, "/", []),
        ({"year_from": 2024}, "/", [("year_from", "2024")]),
        ({"q": "a b", "has_code": False}, "/",
         [("q", "a b"), ("has_code", "false"), ("sort", "date")]),
        ({"like": [ONE], "unlike": [OTHER]}, "/related",
         [("like", ONE), ("unlike", OTHER), ("sort", "date")]),
        ({"q": "a", "like": [ONE]}, "/", [("q", "a"), ("like", ONE), ("sort", "date")]),
    ],
)  # fmt: skip
def test_its_page_shows_the_same_list(client, asked, path, query):
    """The search page with the same parameters, by date; for papers alone that of the related."""
    page = urlsplit(link(etree.fromstring(got(client, asked).content), "alternate"))
    assert (page.netloc, page.path, parse_qsl(page.query)) == ("testserver", path, query)


def test_an_entry_leads_to_its_paper_and_to_its_page(client):
    """A paper with an address links to it, and to akin's page; one without, to the page alone."""
    for entry in entries(got(client, {"k": 100})):
        paper = client.get(f"/api/v1/papers/{entry.findtext('{urn:akin:atom}id')}").json()
        page = "http://testserver/papers/" + paper["id"].replace(":", "%3A").replace("/", "%2F")
        assert link(entry, "related" if paper["url"] else "alternate") == page
        if paper["url"]:
            assert link(entry, "alternate") == paper["url"]


def test_an_entry_was_updated_on_its_day(client, seed_generation):
    """On the paper's own date, or where none is known, when the index was built."""
    built = datetime.fromisoformat(seed_generation.manifest.built_at)
    kinds = set()
    for entry in entries(got(client, {"k": 100})):
        paper = client.get(f"/api/v1/papers/{entry.findtext('{urn:akin:atom}id')}").json()
        updated = datetime.fromisoformat(entry.findtext(f"{ATOM}updated"))
        expected = datetime.fromisoformat(f"{paper['date']}T00:00:00Z") if paper["date"] else built
        assert updated == expected
        kinds.add(paper["date"] is None)
    assert kinds == {True, False}


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ({"q": ""}, "newest papers"),
        ({"q": " graph\n learning ", "filters": Filters(year_from=2024)},
         "graph learning, 2024 and later"),
        ({"q": "x" * 500}, "x" * 119 + "…"),
        ({"q": "", "filters": Filters(2023, 2025, category=("LG",), author=("A", "B", "C"),
                                      venue=("V",), source=("s",), has_code=True)},
         "newest papers, 2023 to 2025, category LG, by A, B or C, in V, from s, with code"),
        ({"q": "", "filters": Filters(2024, 2024, has_code=False)},
         "newest papers, 2024, without code"),
        ({"q": "", "filters": Filters(year_to=2020)}, "newest papers, 2020 and before"),
        ({"q": "", "like": ["One", "Two", "Three"]}, "papers like “One” and 2 more"),
        ({"q": "g", "like": ["One"], "unlike": ["Two"], "mode": "lexical", "min_score": 1.50},
         "g, like “One”, unlike “Two”, by words alone, scores of 1.5 and more"),
        ({"q": "", "mode": "semantic", "min_score": 1.0}, "newest papers"),
        ({"q": " ", "text": "On\n graphs.", "mode": "semantic"},
         "papers near “On graphs.”, by meaning alone"),
        ({"q": "", "text": "x", "like": ["One"]}, "papers near “x”, like “One”"),
        ({"q": "", "unlike": ["Two"]}, "papers, unlike “Two”"),
    ],
)  # fmt: skip
def test_a_list_is_called_by_its_question_in_words(asked, title):
    """Question, papers and filters, as one would say it; what makes no difference is not said."""
    assert title_of(**asked) == title


def test_papers_to_be_like_are_called_by_their_titles(client):
    """An id says nothing to people."""
    root = etree.fromstring(got(client, {"like": [OTHER, ONE]}).content)
    title = "akin: papers like “Intern-s1: A scientific multimodal foundation model” and 1 more"
    assert root.findtext(f"{ATOM}title") == title


# Polling


def test_a_poll_without_news_is_304(client, monkeypatch):
    """By ETag or by time, without a body, and without a search."""
    first = got(client, {"q": QUESTION})
    etag, modified = first.headers["etag"], first.headers["last-modified"]
    assert first.headers["cache-control"] == "no-cache"
    assert got(client, {"q": QUESTION}).content == first.content
    monkeypatch.setattr(Engine, "search", None)
    for headers in (
        {"If-None-Match": etag},
        {"If-None-Match": etag.removeprefix("W/")},
        {"If-None-Match": f'"other", {etag}'},
        {"If-Modified-Since": modified},
        {"If-None-Match": etag, "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ):
        again = got(client, {"q": QUESTION}, **headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
        assert again.headers["last-modified"] == modified
        assert "content-type" not in again.headers


def test_a_poll_with_another_tag_or_time_is_answered(client):
    """Of another feed or another index; a tag counts more than a time."""
    modified = got(client).headers["last-modified"]
    other = got(client, {"k": 5}).headers["etag"]
    for headers in (
        {"If-None-Match": other},
        {"If-None-Match": other, "If-Modified-Since": modified},
        {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"If-Modified-Since": "soon"},
    ):
        assert got(client, **headers).status_code == 200


def test_a_new_index_makes_a_new_feed(tmp_path, monkeypatch):
    """Time, tag and entries change with the generation; the ids of feed and entries stay."""
    monkeypatch.setattr(app_module, "POLL_SECONDS", 3600)
    source, index = tmp_path / "papers.jsonl", IndexFolder(tmp_path / "index")
    old = Paper("akin:0", "An old paper", "About graphs.", date="2020-01-01", year=2020)
    new = Paper("akin:1", "A new paper", "About trees.", date="2026-01-01", year=2026)
    source.write_text(exported("jsonl", old))
    rebuild([source], index, FakeEncoder())
    with TestClient(create_app(index, lambda manifest: FakeEncoder())) as client:
        first = got(client)
        source.write_text(exported("jsonl", old, new))
        rebuild([source], index, FakeEncoder())
        client.app.state.live.refresh()
        second = got(client, **{"If-None-Match": first.headers["etag"]})
    assert [one.findtext(f"{ATOM}title") for one in entries(second)] == [new.title, old.title]
    before, after = (etree.fromstring(one.content) for one in (first, second))
    assert before.findtext(f"{ATOM}id") == after.findtext(f"{ATOM}id") == "http://testserver/feed"
    assert ids(second)[1:] == ids(first)
    built = datetime.fromisoformat(index.current().manifest.built_at)
    assert datetime.fromisoformat(after.findtext(f"{ATOM}updated")) == built
    assert parsedate_to_datetime(second.headers["last-modified"]) == built


def test_head_has_the_headers_alone(client):
    """A reader may ask whether anything is there."""
    head, whole = client.head("/feed"), got(client)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == whole.headers


@pytest.mark.parametrize(
    ("asked", "status", "field"),
    [
        ({"k": 101}, 422, "k"),
        ({"k": 0}, 422, "k"),
        ({"like": [ONE], "unlike": [ONE]}, 422, "unlike"),
        ({"q": "x" * 20_001}, 422, "q"),
        ({"year_from": 2025, "year_to": 2024}, 422, "year_from"),
        ({"format": "atom"}, 422, "format"),
        ({"like": ["akin:none"]}, 404, None),
        ({"q": "x", "unlike": ["akin:none"]}, 404, None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_parameter_is_a_problem(client, asked, status, field):
    """As in a search, and named."""
    response = got(client, asked)
    assert (response.status_code, json.loads(response.text).get("field")) == (status, field)
