"""The HTTP service: every route, every parameter, every problem, and the index that changes."""

import json
import re
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import quote

import numpy as np
import pytest
from starlette.testclient import TestClient

from indexer.paper import document_text
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api import app as app_module
from search_api.app import create_app
from search_api.query.filters import Filters
from search_api.query.query import Query
from search_api.ranking.learned import BUNDLED, Learned
from search_api.ranking.signals import SIGNALS
from tests.conftest import table
from tests.fakes import FakeEncoder
from tests.test_columns import counted, passes

API = "/api/v1"
QUESTION = "federated learning of graph neural networks"
TEXT, MAYBE_TEXT = {str}, {str, type(None)}
PAPER = {
    "id": TEXT,
    "title": TEXT,
    "abstract": TEXT,
    "authors": [TEXT],
    "year": {int, type(None)},
    "date": MAYBE_TEXT,
    "venue": MAYBE_TEXT,
    "categories": [TEXT],
    "doi": MAYBE_TEXT,
    "arxiv_id": MAYBE_TEXT,
    "url": MAYBE_TEXT,
    "code": {bool, type(None)},
    "sources": [TEXT],
    "extra": {dict},
}
INDEX = {"generation": TEXT, "model": TEXT, "papers": {int}, "covered": {type(None)}}
JSON = "application/json"
VOICE = {"rank": {int}, "score": {float}}
NONE = {type(None)}
REST_OF_WHY = {"lift": {float}, "second": NONE, "rerank": NONE, "model": NONE}
FACETS = {
    "year": {int},
    "category": TEXT,
    "venue": TEXT,
    "source": TEXT,
    "author": TEXT,
    "keyword": TEXT,
    "group": TEXT,
    "code": {bool},
}
RESULT_LIST = {
    "query": {"q": TEXT, "mode": TEXT, "k": {int}, "filters": {dict}, "sort": TEXT},
    "index": INDEX,
    "total": {int},
    "took_ms": {float},
    "results": [
        {
            "rank": {int},
            "score": {float},
            "paper": PAPER,
            "why": {"semantic": VOICE, "lexical": VOICE, **REST_OF_WHY},
            "same": [TEXT],
            "named": {str, type(None)},
        }
    ],
    "facets": {name: [{"value": kind, "count": {int}}] for name, kind in FACETS.items()},
    "next": TEXT,
    "notes": [TEXT],
    "suggestion": {str, type(None)},
}
PLACE = {"field": TEXT, "start": {int}, "end": {int}, "text": TEXT}
PART = {
    "rank": {int},
    "score": {float},
    "weight": {float},
    "standard": {float},
    "added": {float},
}
EXPLANATION = {
    "paper": PAPER,
    "query": {"q": TEXT, "mode": TEXT, "filters": {dict}, "sort": TEXT},
    "index": INDEX,
    "rank": {int},
    "score": {float},
    "why": {"semantic": PART, "lexical": PART, **REST_OF_WHY},
    "words": [{**PLACE, "share": {float}}],
    "special": {float},
    "unread": {int},
    "sentence": {**PLACE, "score": {float}},
    "sentences": [{**PLACE, "score": {float}}],
    "terms": [{"term": TEXT, "word": TEXT, "count": {int}}],
    "matches": [{**PLACE, "author": {int, type(None)}, "term": TEXT}],
    "notes": [TEXT],
}
STATUS = {
    "index": INDEX,
    "built_at": TEXT,
    "dimension": {int},
    "text_recipe": TEXT,
    "truncated": {int},
    "fingerprint": TEXT,
    "prompts": {"query": TEXT, "document": TEXT},
    "spaces": [
        {
            "model": TEXT,
            "fingerprint": TEXT,
            "prompts": {"query": TEXT, "document": TEXT},
            "backend": TEXT,
            "max_tokens": {type(None)},
            "dimension": {int},
            "truncated": {int},
            "rows": {int},
            "metric": TEXT,
            "kind": TEXT,
            "recall": {float},
            "stands_in_for": TEXT,
        }
    ],
    "map": {"version": {int}, "method": TEXT},
    "possible": {int},
    "decisions": {
        "file": TEXT,
        "sha256": {type(None)},
        "same": {int},
        "apart": {int},
        "unknown": {int},
    },
    "ledger": {
        name: {int}
        for name in ("records", "added", "updated", "unchanged", "removed", "merged", "rejected")
    },
    "sources": [{dict}],
    "versions": {dict},
    "problem": {type(None)},
}
# Every route that needs an engine, as (method, path, JSON body).
ENGINE_ROUTES = [
    ("GET", f"{API}/search?q=graphs", None),
    ("POST", f"{API}/search", {"q": "graphs"}),
    ("GET", f"{API}/papers/akin:8e78acac5fbcaf10", None),
    ("GET", f"{API}/papers/akin:8e78acac5fbcaf10/related", None),
    ("GET", f"{API}/papers/akin:8e78acac5fbcaf10/explain?q=graphs", None),
    ("GET", f"{API}/related?text=graphs", None),
    ("POST", f"{API}/related", {"text": "graphs"}),
    ("GET", f"{API}/export?q=graphs", None),
    ("POST", f"{API}/export", {"q": "graphs"}),
    ("GET", f"{API}/duplicates", None),
    ("GET", "/feed?q=graphs", None),
    ("GET", f"{API}/map", None),
    ("GET", f"{API}/map/points", None),
    ("GET", f"{API}/map/papers/0", None),
    ("GET", f"{API}/status", None),
    ("GET", "/readyz", None),
]
DOCUMENTED = [
    ("get", f"{API}/search"),
    ("post", f"{API}/search"),
    ("get", f"{API}/papers/{{id}}"),
    ("get", f"{API}/papers/{{id}}/related"),
    ("get", f"{API}/papers/{{id}}/explain"),
    ("get", f"{API}/related"),
    ("post", f"{API}/related"),
    ("get", f"{API}/export"),
    ("post", f"{API}/export"),
    ("get", f"{API}/duplicates"),
    ("post", f"{API}/decisions"),
    ("get", "/feed"),
    ("get", f"{API}/map"),
    ("get", f"{API}/map/points"),
    ("get", f"{API}/map/papers/{{row}}"),
    ("get", f"{API}/status"),
    ("get", "/healthz"),
    ("get", "/readyz"),
]
FILTERS = [
    {"year_from": 2025},
    {"year_to": 2024},
    {"year_from": 2024, "year_to": 2024},
    {"category": ["lg"]},
    {"category": ["CV", "AI"]},
    {"author": ["ye"]},
    {"author": ["mang ye", "Guancheng Wan"]},
    {"venue": ["cvpr"]},
    {"source": ["002"]},
    {"source": ["000", "002"]},
    {"has_code": True},
    {"has_code": False},
    {"year_from": 2024, "category": ["LG", "CV"], "author": ["Ye"], "has_code": False},
]


def conforms(value, shape) -> bool:
    """Tell whether a JSON value has exactly the keys and types of a shape."""
    if isinstance(shape, dict):
        return (
            isinstance(value, dict)
            and value.keys() == shape.keys()
            and all(conforms(value[key], shape[key]) for key in shape)
        )
    if isinstance(shape, list):
        return isinstance(value, list) and all(conforms(one, shape[0]) for one in value)
    return type(value) in shape


@contextmanager
def serving(index: IndexFolder, encoder: FakeEncoder | None = None) -> Iterator[TestClient]:
    """Serve an index; a bug is a 500 here as it is to a real client."""
    app = create_app(index, lambda manifest: encoder or FakeEncoder())
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(autouse=True, scope="module")
def refresh_by_hand() -> Iterator[None]:
    """Keep the server's own watch out of the way: the tests say when to look."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app_module, "POLL_SECONDS", 3600)
        yield


@pytest.fixture(scope="module")
def client(seed_generation) -> Iterator[TestClient]:
    with serving(IndexFolder(seed_generation.folder.parent.parent)) as client:
        yield client


@pytest.fixture(scope="module")
def hits(client) -> list[dict]:
    """All 64 papers in the order of QUESTION."""
    return ok(client.get(f"{API}/search", params={"q": QUESTION, "k": 1000}))["results"]


@pytest.fixture(scope="module")
def papers(hits) -> dict[str, dict]:
    return {hit["paper"]["id"]: hit["paper"] for hit in hits}


def ok(response):
    assert response.status_code == 200, response.text
    return response.json()


def problem(response, status: int, field: str | None = None) -> dict:
    """Check that a response is a problem after RFC 9457, and return it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    content = response.json()
    assert content["type"].startswith("urn:akin:")
    assert content["status"] == status
    assert content["title"]
    assert content["detail"]
    assert content.get("field") == field
    return content


def ids(page) -> list[str]:
    return [hit["paper"]["id"] for hit in page["results"]]


def both_ways(client, parameters):
    """Ask the same of GET and POST, check that the answers are the same, and return it."""
    pages = [
        ok(client.get(f"{API}/search", params=parameters)),
        ok(client.post(f"{API}/search", json=parameters)),
    ]
    for page in pages:
        page.pop("took_ms")
    assert pages[0] == pages[1]
    return pages[0]


def walk(ask) -> list[dict]:
    """Follow the cursors from the first page to the last."""
    page = ask({})
    found = page["results"]
    while page["next"]:
        assert len(found) < 1000
        page = ask({"cursor": page["next"]})
        found += page["results"]
    return found


def flip(path, at: int = -1000) -> None:
    """Change one byte of a file."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


# What a result list is


def test_a_result_list_has_the_shape_of_the_contract(client):
    """Keys and types are those of the contract, nested, with nothing more."""
    page = ok(client.get(f"{API}/search", params={"q": QUESTION, "k": 3}))
    assert conforms(page, RESULT_LIST), page
    assert page["query"] == {
        "q": QUESTION,
        "mode": "hybrid",
        "k": 3,
        "filters": {},
        "sort": "relevance",
    }
    assert [hit["rank"] for hit in page["results"]] == [1, 2, 3]
    assert page["total"] == page["index"]["papers"] == 64


def test_a_voice_that_was_not_asked_is_null(client):
    """The mode decides which parts a result has, and a paper without the words has no lexical."""

    def why(mode):
        page = ok(client.get(f"{API}/search", params={"q": "prompt", "mode": mode, "k": 64}))
        return [
            (hit["why"]["semantic"] is not None, hit["why"]["lexical"] is not None)
            for hit in page["results"]
        ]

    assert set(why("semantic")) == {(True, False)}
    assert set(why("lexical")) == {(False, True)}
    assert why("hybrid").count((True, True)) == len(why("lexical")) < 64
    assert why("hybrid").count((True, False)) == 64 - len(why("lexical"))


def test_an_explanation_has_the_shape_of_the_contract(client, hits):
    """Keys and types are those of the contract, and rank and score those of the list."""
    for hit in hits[:3]:
        asked = {"q": QUESTION}
        found = ok(client.get(f"{API}/papers/{hit['paper']['id']}/explain", params=asked))
        assert conforms(found, EXPLANATION), found
        asked = {"q": QUESTION, "mode": "hybrid", "filters": {}, "sort": "relevance"}
        assert found["query"] == asked
        assert {name: found[name] for name in ("rank", "score", "paper")} == {
            name: hit[name] for name in ("rank", "score", "paper")
        }
        assert found["why"]["lift"] == hit["why"]["lift"]
        for name in ("semantic", "lexical"):
            voice = hit["why"][name]
            assert {key: found["why"][name][key] for key in voice} == voice
        total = sum(word["share"] for word in found["words"]) + found["special"]
        assert total == pytest.approx(hit["why"]["semantic"]["score"], abs=1e-5)
        for piece in [*found["words"], *found["sentences"], *found["matches"]]:
            text = found["paper"][piece["field"]]
            text = text if isinstance(text, str) else text[piece["author"]]
            assert text[piece["start"] : piece["end"]] == piece["text"]


def test_an_explanation_takes_the_filters_of_the_search(client, hits):
    """The rank is that among the papers that pass; one that does not has none, and is told why."""
    newest = [hit for hit in hits if hit["paper"]["year"] >= 2026]
    asked = {"q": QUESTION, "year_from": 2026, "mode": "hybrid", "author": ""}
    last = newest[-1]["paper"]["id"]
    found = ok(client.get(f"{API}/papers/{last}/explain", params=asked))
    assert (found["rank"], found["notes"]) == (len(newest), [])
    assert found["query"]["filters"] == {"year_from": 2026}
    older = next(hit["paper"]["id"] for hit in hits if hit["paper"]["year"] < 2026)
    found = ok(client.get(f"{API}/papers/{older}/explain", params=asked))
    assert found["rank"] is found["why"]["semantic"]["rank"] is None
    assert "does not pass the filters" in found["notes"][0]


def test_an_explanation_takes_papers_to_be_like_and_unlike(client, papers):
    """What points the way in a list of related papers explains it, too."""
    first, second, third = list(papers)[:3]
    params = {"like": [first, first], "unlike": [second]}
    page = ok(client.post(f"{API}/related", json={**params, "k": 64}))
    (hit,) = [hit for hit in page["results"] if hit["paper"]["id"] == third]
    found = ok(client.get(f"{API}/papers/{third}/explain", params=params))
    assert (found["rank"], found["score"]) == (hit["rank"], hit["score"])
    assert (found["query"]["like"], found["query"]["mode"]) == ([first], "hybrid")
    shared = {term["term"]: term["count"] for term in found["terms"]}
    assert 0 < len(shared) <= 20
    assert min(shared.values()) > 0
    assert sum(shared.values()) == len(found["matches"])
    for one in (hit, page["results"][0], page["results"][-1]):
        found = ok(client.get(f"{API}/papers/{one['paper']['id']}/explain", params=params))
        assert found["rank"] == one["rank"]
    own = ok(client.get(f"{API}/papers/{first}/explain", params=params))
    assert (own["rank"], "never in the list" in own["notes"][0]) == (None, True)


@pytest.mark.parametrize(
    "asked",
    [
        {"q": QUESTION, "diversity": 0.8},
        {"q": QUESTION, "sort": "date"},
        {"q": QUESTION, "min_score": 0.5, "year_from": 2024},
        {"text": QUESTION, "mode": "semantic"},
        {"text": QUESTION, "diversity": 0.4, "like": ["akin:8e78acac5fbcaf10"]},
        {"like": ["akin:8e78acac5fbcaf10"], "min_score": 1.0},
        {"q": QUESTION, "like": ["akin:8e78acac5fbcaf10"]},
    ],
    ids=str,
)
def test_an_explanation_is_of_the_very_list(client, asked):
    """Search with a question, related papers without: each has its place, the others none."""
    route = "search" if "q" in asked else "related"
    page = ok(client.post(f"{API}/{route}", json={**asked, "k": 1000}))
    places = {hit["paper"]["id"]: hit["rank"] for hit in page["results"]}
    everything = client.post(f"{API}/search", json={"q": "x", "k": 1000}).json()["results"]
    for paper_id in sorted(hit["paper"]["id"] for hit in everything)[::5]:
        found = ok(client.get(f"{API}/papers/{paper_id}/explain", params=asked))
        assert found["rank"] == places.get(paper_id)
    assert found["query"] == {n: v for n, v in page["query"].items() if n != "k"}


def test_by_words_alone_an_explanation_has_matches_alone(client, papers):
    """What was not asked for is empty or null."""
    asked = {"q": "graphs", "mode": "lexical"}
    for paper_id in papers:
        found = ok(client.get(f"{API}/papers/{paper_id}/explain", params=asked))
        empty = ("special", "unread", "sentence")
        assert [found[name] for name in empty] == [None] * len(empty)
        assert (found["words"], found["sentences"], found["why"]["semantic"]) == ([], [], None)
        assert (found["rank"] is None) == (found["matches"] == []) == (found["notes"] != [])
        assert len(found["matches"]) == found["terms"][0]["count"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "q"),
        ({"q": " "}, "q"),
        ({"q": "x", "k": 3}, "k"),
        ({"q": "x", "cursor": "x"}, "cursor"),
        ({"q": "x", "text": "y"}, "text"),
        ({"q": "x", "diversity": 2}, "diversity"),
        ({"q": "x", "mode": "fuzzy"}, "mode"),
        ({"q": "x", "year_from": 20}, "year_from"),
        ({"q": "x", "like": ["a"], "unlike": ["a"]}, "unlike"),
        ({"like": ["a"], "unlike": ["a"]}, "unlike"),
        ({"like": [f"x:{i}" for i in range(101)]}, "like"),
    ],
    ids=str,
)
def test_a_bad_parameter_of_an_explanation_is_422_and_named(client, papers, asked, field):
    """Its own and those of a page, which mean nothing here."""
    url = f"{API}/papers/{next(iter(papers))}/explain"
    problem(client.get(url, params=asked), 422, field)


@pytest.mark.parametrize("mode", ["hybrid", "semantic", "lexical"])
def test_get_and_post_answer_the_same(client, mode):
    """Every parameter means the same in the query string and in the body."""
    asked = {"q": QUESTION, "mode": mode, "k": 5, "sort": "date", "year_from": 2024}
    page = both_ways(client, asked | {"category": ["LG", "CV"], "min_score": -0.5})
    assert page["query"] == {
        "q": QUESTION,
        "mode": mode,
        "k": 5,
        "filters": {"year_from": 2024, "category": ["LG", "CV"]},
        "sort": "date",
        "min_score": -0.5,
    }
    assert page["results"]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_filters_leave_what_plain_python_leaves(client, hits, filters):
    """A filtered list is the whole list without the papers that do not pass, facets too."""
    page = both_ways(client, {"q": QUESTION, "k": 1000} | filters)
    wanted = Filters(**{k: tuple(v) if isinstance(v, list) else v for k, v in filters.items()})
    papers = [SimpleNamespace(**hit["paper"]) for hit in hits]
    passing = [paper for paper in papers if passes(paper, wanted)]
    assert ids(page) == [paper.id for paper in passing] != []
    assert page["total"] == len(passing)
    assert page["query"]["filters"] == filters
    facets = {
        name: [(facet["value"], facet["count"]) for facet in facets]
        for name, facets in page["facets"].items()
    }
    assert facets == counted(passing)


def test_filters_that_nothing_passes_give_an_empty_list(client):
    """No paper, no facet, no next page, and no error."""
    page = both_ways(client, {"q": QUESTION, "author": ["Nobody Known"]})
    assert (page["results"], page["total"], page["next"]) == ([], 0, None)
    assert set(map(len, page["facets"].values())) == {0}


def test_min_score_leaves_out_what_is_below(client, hits):
    """The results are those of the whole list with at least that score."""
    page = both_ways(client, {"q": QUESTION, "k": 1000, "min_score": 0.25})
    assert page["results"] == [hit for hit in hits if hit["score"] >= 0.25]
    assert 0 < page["total"] < 64


def test_sort_by_date_puts_the_newest_first(client, hits):
    """Papers come by date, those of one date by relevance; a bare year is its beginning."""
    page = both_ways(client, {"q": QUESTION, "k": 1000, "sort": "date"})

    def newest(hit):
        paper = hit["paper"]
        return paper["date"] or f"{paper['year'] or 0:04}-00-00"

    expected = sorted(hits, key=newest, reverse=True)
    assert ids(page) == [hit["paper"]["id"] for hit in expected]


def test_related_never_holds_what_was_asked_with(client, papers):
    """The neighbours of each paper are all the other papers, and never the paper itself."""
    for paper_id in papers:
        page = ok(client.get(f"{API}/papers/{paper_id}/related", params={"k": 1000}))
        assert sorted([*ids(page), paper_id]) == sorted(papers)


@pytest.mark.parametrize("route", ["search", "related"])
def test_liked_unliked_and_text_point_the_way(client, papers, route):
    """Results are ordered by the cosine with liked and text minus half the unliked, without them.

    Rocchio's formula, computed here with NumPy alone.
    """
    listed = sorted(papers)
    like, unlike, text = listed[:2], listed[2:4], "graph prompts"
    encoder = FakeEncoder()
    vectors = encoder.encode_document(
        [document_text(papers[i]["title"], papers[i]["abstract"]) for i in listed]
    )
    liked = vectors[:2].mean(axis=0)
    direction = encoder.encode_query([text])[0] + liked / np.linalg.norm(liked)
    direction -= 0.5 * vectors[2:4].mean(axis=0)
    cosines = dict(zip(listed, vectors @ (direction / np.linalg.norm(direction)), strict=True))

    words = {"text": text} if route == "related" else {"q": text}
    body = {"like": like, "unlike": unlike, "k": 1000, "mode": "semantic", **words}
    page = ok(client.post(f"{API}/{route}", json=body))
    expected = sorted(set(listed) - {*like, *unlike}, key=lambda i: -cosines[i])
    assert ids(page) == expected
    assert [hit["score"] for hit in page["results"]] == pytest.approx(
        [cosines[i] for i in expected], abs=2e-6
    )
    assert (page["query"]["like"], page["query"]["unlike"]) == (like, unlike)


def test_related_to_one_is_the_same_by_get_and_post(client, papers):
    """POST /related with one liked paper is GET /papers/{id}/related."""
    some = min(papers)
    pages = [
        ok(client.get(f"{API}/papers/{some}/related", params={"k": 7, "category": "LG"})),
        ok(client.post(f"{API}/related", json={"like": [some], "k": 7, "category": ["LG"]})),
    ]
    assert pages[0]["results"] == pages[1]["results"] != []


def test_a_pasted_abstract_finds_its_paper_first(client, papers):
    """The text of a paper that is in the index is nearest to that paper."""
    paper = papers[min(papers)]
    text = document_text(paper["title"], paper["abstract"])
    for mode in ("hybrid", "semantic", "lexical"):
        page = ok(client.post(f"{API}/related", json={"text": text, "k": 1, "mode": mode}))
        assert ids(page) == [paper["id"]]
        if mode != "lexical":
            assert page["results"][0]["why"]["semantic"]["score"] == pytest.approx(1, abs=1e-5)


# Papers


def test_every_paper_can_be_read_by_its_id(client, papers, seed_generation):
    """Each of the 64 ids leads to the paper that search shows, and names the index."""
    index = {"generation": seed_generation.id, "model": "fake", "papers": 64, "covered": None}
    assert len(papers) == 64
    for paper_id, paper in papers.items():
        for path in (paper_id, quote(paper_id, safe="")):
            assert ok(client.get(f"{API}/papers/{path}")) == {**paper, "index": index}
        assert conforms(paper, PAPER), paper


def test_an_id_with_a_slash_is_a_path(index, build, tmp_path):
    """A DOI in the path leads to its paper and to its neighbours, escaped or not."""
    source = table(
        tmp_path / "a.md", ("One", "first"), link="https://doi.org/10.1109/TPAMI.2024/x.y"
    )
    other = table(tmp_path / "b.md", ("Two", "second"))
    build(source, other)
    with serving(index) as client:
        for written in ("doi:10.1109/tpami.2024/x.y", "doi%3A10.1109%2Ftpami.2024%2Fx.y"):
            paper = ok(client.get(f"{API}/papers/{written}"))
            assert (paper["id"], paper["title"]) == ("doi:10.1109/tpami.2024/x.y", "One")
            page = ok(client.get(f"{API}/papers/{written}/related"))
            assert [hit["paper"]["title"] for hit in page["results"]] == ["Two"]
            found = ok(client.get(f"{API}/papers/{written}/explain", params={"q": "first"}))
            assert (found["paper"], found["rank"]) == (
                {name: paper[name] for name in PAPER},
                1,
            )
        problem(client.get(f"{API}/papers/doi:10.1109/other/related"), 404)


# Pages


@pytest.mark.parametrize("way", ["get", "post", "one", "many"])
@pytest.mark.parametrize("size", [1, 7, 32, 63])
def test_pages_give_every_paper_once_and_in_order(client, papers, way, size):
    """The pages, joined, are what one page of 1,000 holds; a liked paper is in none."""
    some = min(papers)
    ask = {
        "get": lambda p: client.get(f"{API}/search", params={"q": QUESTION, **p}),
        "post": lambda p: client.post(f"{API}/search", json={"q": QUESTION, **p}),
        "one": lambda p: client.get(f"{API}/papers/{some}/related", params=p),
        "many": lambda p: client.post(f"{API}/related", json={"like": [some], **p}),
    }[way]
    whole = ok(ask({"k": 1000}))
    joined = walk(lambda cursor: ok(ask({"k": size, **cursor})))
    assert joined == whole["results"]
    assert [hit["rank"] for hit in joined] == list(range(1, whole["total"] + 1))
    assert whole["next"] is None


def test_a_page_that_ends_the_list_has_no_next(client):
    """No empty last page is offered when the list ends with a page."""
    page = ok(client.get(f"{API}/search", params={"q": QUESTION, "k": 64}))
    assert (len(page["results"]), page["next"]) == (64, None)


@pytest.mark.parametrize(
    "cursor",
    ["garbage", "Ü", urlsafe_b64encode(b"[" * 40_000).decode()],
    ids=lambda cursor: cursor[:10],
)
def test_a_cursor_that_was_not_given_out_is_422(client, cursor):
    """Garbage in the place of a cursor is a bad parameter."""
    problem(client.get(f"{API}/search", params={"q": "x", "cursor": cursor}), 422, "cursor")


def test_a_cursor_of_another_query_is_422(client):
    """A cursor goes on with its own query only, whatever the page size."""
    cursor = ok(client.get(f"{API}/search", params={"q": QUESTION, "k": 3}))["next"]
    ok(client.get(f"{API}/search", params={"q": QUESTION, "k": 9, "cursor": cursor}))
    for other in (
        {"q": "birds"},
        {"q": QUESTION, "year_from": 2024},
        {"q": QUESTION, "sort": "date"},
    ):
        response = client.get(f"{API}/search", params={**other, "cursor": cursor})
        assert "another query" in problem(response, 422, "cursor")["detail"]


def test_a_cursor_of_another_generation_is_410(index, build, tmp_path):
    """A page of an index that was replaced is gone, and the detail says what to do."""
    source = table(tmp_path / "a.md", ("One", "first"), ("Two", "second"))
    old = build(source).generation
    with serving(index) as client:
        cursor = ok(client.get(f"{API}/search", params={"q": "one", "k": 1}))["next"]
        new = build(source, full=True).generation
        client.app.state.live.refresh()
        response = client.get(f"{API}/search", params={"q": "one", "k": 1, "cursor": cursor})
        content = problem(response, 410, "cursor")
        assert content["type"] == "urn:akin:stale-cursor"
        assert all(part in content["detail"] for part in (old, new, "without the cursor"))


# Problems

EITHER_WAY = [
    ({"q": "x", "k": 0}, "k"),
    ({"q": "x", "k": 1001}, "k"),
    ({"q": "x", "k": "ten"}, "k"),
    ({"q": "x", "colour": "red"}, "colour"),
    ({"q": "x", "mode": "fuzzy"}, "mode"),
    ({"q": "x", "sort": "random"}, "sort"),
    ({"q": "x", "year_from": 20}, "year_from"),
    ({"q": "x", "year_to": 99999}, "year_to"),
    ({"q": "x", "year_to": "soon"}, "year_to"),
    ({"q": "x", "year_from": 2025, "year_to": 2024}, "year_from"),
    ({"q": "x", "has_code": "maybe"}, "has_code"),
    ({"q": "x", "min_score": "high"}, "min_score"),
    ({"q": "x", "min_score": "nan"}, "min_score"),
    ({"q": " \t"}, "q"),
    ({"q": ""}, "q"),
    ({}, "q"),
    ({"q": "x" * 20_001}, "q"),
]


@pytest.mark.parametrize("how", ["GET", "POST"])
@pytest.mark.parametrize(("asked", "field"), EITHER_WAY, ids=lambda v: str(v)[:40])
def test_a_bad_parameter_is_422_and_named(client, how, asked, field):
    """Each parameter out of its range, by GET and by POST, is answered with its name."""
    given = {"params": asked} if how == "GET" else {"json": asked}
    content = problem(client.request(how, f"{API}/search", **given), 422, field)
    assert content["type"] == "urn:akin:bad-parameter"
    assert field in content["detail"]


@pytest.mark.parametrize(
    ("route", "body", "field"),
    [
        ("search", {"like": ["a"], "unlike": ["a"]}, "unlike"),
        ("search", {"q": "x", "diversity": 1.5}, "diversity"),
        ("search", {"q": ["x"]}, "q"),
        ("search", {"q": "x", "like": "a"}, "like"),
        ("search", {"q": "x", "like": ["a", 1]}, "like.1"),
        ("related", {}, "like"),
        ("related", {"unlike": ["a"]}, "like"),
        ("related", {"text": "  "}, "like"),
        ("related", {"like": ["a", "b"], "unlike": ["b"]}, "unlike"),
        ("related", {"text": "x" * 20_001}, "text"),
        ("related", {"text": "x", "mode": "fuzzy"}, "mode"),
        ("related", {"text": "x", "k": 0}, "k"),
    ],
    ids=lambda v: str(v)[:40],
)
def test_a_bad_body_is_422_and_named(client, route, body, field):
    """What only a body can hold is checked, too."""
    problem(client.post(f"{API}/{route}", json=body), 422, field)


@pytest.mark.parametrize("route", ["search", "related"])
@pytest.mark.parametrize("body", ["{", "[]", "null", '"q"', "", '{"q": "x",}'])
def test_a_body_that_is_no_json_object_is_422(client, route, body):
    """A body that is not JSON, or no object, is named as the body."""
    headers = {"content-type": "application/json"}
    problem(client.post(f"{API}/{route}", content=body, headers=headers), 422, "body")


@pytest.mark.parametrize("parameters", [{"q": "x"}, {"k": 0}, {"year_to": 1}, {"mode": "hybrid"}])
def test_related_checks_its_parameters(client, papers, parameters):
    """The neighbours of a paper take the filters of a search, and nothing else."""
    (field,) = parameters
    problem(client.get(f"{API}/papers/{min(papers)}/related", params=parameters), 422, field)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "papers/akin:0000000000000000", None),
        ("GET", "papers/akin:0000000000000000/related", None),
        ("GET", "papers/akin:0000000000000000/explain?q=x", None),
        ("GET", "papers/akin:8e78acac5fbcaf10/explain?like=akin:0000000000000000", None),
        ("POST", "related", {"like": ["akin:0000000000000000"]}),
        ("POST", "related", {"text": "x", "unlike": ["akin:0000000000000000"]}),
        ("POST", "search", {"q": "x", "like": ["akin:0000000000000000"]}),
    ],
)
def test_an_unknown_id_is_404_and_named(client, method, path, body):
    """An id that is not in the index is said back, wherever it was given."""
    content = problem(client.request(method, f"{API}/{path}", json=body), 404)
    assert (content["type"], content["id"]) == ("urn:akin:unknown-paper", "akin:0000000000000000")
    assert "akin:0000000000000000" in content["detail"]


def test_an_unknown_route_is_404(client):
    """A path that is no route is a problem, not a page of the framework."""
    assert problem(client.get(f"{API}/nothing"), 404)["instance"] == f"{API}/nothing"


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "search"), ("POST", "status"), ("PUT", "papers/x")],
)
def test_a_wrong_method_is_405(client, method, path):
    """A method that a route does not take is a problem, and Allow names one that it does."""
    response = client.request(method, f"{API}/{path}")
    problem(response, 405)
    assert response.headers["allow"]


HOSTILE = [
    '"a" OR NEAR(',
    "title:x AND -y*",
    "'; DROP TABLE papers; --",
    "multi-agent",
    "null\0byte",
    "\0",
    "🚀" * 50,
    "\u202eمرحبا بالعالم",
    "%00%ff{}[]\\",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "x" * 20_000,
    "a b " * 5_000,
    " ".join(str(i) for i in range(3_000)),
    "図" * 20_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
def test_hostile_text_is_only_text(client, text):
    """Whatever is asked for is searched for: every mode answers, and a filter matches nothing."""
    for mode in ("hybrid", "semantic", "lexical"):
        page = ok(client.post(f"{API}/search", json={"q": text, "mode": mode, "k": 1000}))
        assert page["query"]["q"] == text
        assert page["total"] == 64 or mode == "lexical" or Query.parse(text).selects
    assert ok(client.post(f"{API}/related", json={"text": text}))["total"] == 64
    for name in ("author", "category", "venue", "source"):
        assert ok(client.post(f"{API}/search", json={"q": "x", name: [text]}))["total"] == 0
    problem(client.post(f"{API}/related", json={"like": [text]}), 404)
    problem(client.post(f"{API}/search", json={"q": "x", "cursor": text}), 422, "cursor")
    if len(escaped := quote(text, safe="")) < 60_000:  # what a URL can hold
        if text.strip():
            found = ok(client.get(f"{API}/papers/akin:8e78acac5fbcaf10/explain?q={escaped}"))
            assert found["query"]["q"] == text
        ok(client.get(f"{API}/search?q={escaped}"))
        problem(client.get(f"{API}/papers/{escaped}"), 404)
        problem(client.get(f"{API}/papers/{escaped}/related"), 404)


@pytest.mark.parametrize(
    "body",
    [
        rb'{"q": "\ud800"}',
        rb'{"q": "x", "author": ["\ud800"]}',
        rb'{"q": "x", "like": ["\ud800"]}',
        rb'{"q": "x", "cursor": "\ud800"}',
        rb'{"q": "x", "\ud800": 1}',
        b'{"q": "x", "min_score": NaN}',
        b'{"q": "x", "min_score": 1e999}',
        b'{"q": "x", "k": 1e999}',
        b'{"q": "x", "k": ' + b"9" * 5000 + b"}",
        b'{"q": ' + b"[" * 50_000,
        b"\xff\xfe",
    ],
    ids=lambda body: str(body)[2:30],
)
def test_hostile_bodies_are_the_clients_fault(client, body):
    """Half surrogates, NaN, endless numbers and depth are refused; none of them is a 500."""
    headers = {"content-type": "application/json"}
    response = client.post(f"{API}/search", content=body, headers=headers)
    assert response.status_code in {400, 422}, response.text
    assert response.headers["content-type"] == "application/problem+json"


# Which index answers


@pytest.mark.parametrize(("method", "path", "body"), ENGINE_ROUTES)
def test_every_answer_names_generation_and_model(client, seed_generation, method, path, body):
    """The headers of every engine route say what answered, and so does a body with an index."""
    response = client.request(method, path, json=body)
    assert response.status_code == 200
    about = (response.headers["x-akin-generation"], response.headers["x-akin-model"])
    assert about == (seed_generation.id, "fake")
    if response.headers["content-type"] == "application/json":
        content = response.json()
        named = content.get("index", content)
        assert (named["generation"], named["model"]) == about


def test_status_tells_what_is_indexed(client, seed_generation):
    """The status is that of the manifest, and nothing is wrong."""
    state = ok(client.get(f"{API}/status"))
    assert conforms(state, STATUS), state
    manifest = seed_generation.manifest
    assert state["index"] == {
        "generation": seed_generation.id,
        "model": "fake",
        "papers": 64,
        "covered": None,
    }
    assert (state["dimension"], state["fingerprint"]) == (64, "f" * 64)
    assert (state["built_at"], state["sources"]) == (manifest.built_at, manifest.sources)
    assert (state["ledger"]["records"], state["ledger"]["added"]) == (64, 64)


@pytest.mark.parametrize(("method", "path", "body"), ENGINE_ROUTES)
def test_without_an_index_every_engine_route_is_503(index, method, path, body):
    """Nothing built yet is said with the command that builds it; the process is alive."""
    with serving(index) as client:
        content = problem(client.request(method, path, json=body), 503)
        assert content["type"] == "urn:akin:index-missing"
        assert f"rebuild-index --index {index.path}" in content["detail"]
        assert ok(client.get("/healthz"))["status"] == "ok"


def test_a_first_index_is_taken_up(index, build, seeds):
    """A server that was started before the first build serves it, and is ready then."""
    with serving(index) as client:
        problem(client.get("/readyz"), 503)
        generation = build(seeds).generation
        client.app.state.live.refresh()
        assert ok(client.get("/readyz")) == {
            "status": "ready",
            "generation": generation,
            "model": "fake",
            "papers": 64,
            "covered": None,
            "problem": None,
        }


def test_a_new_generation_is_taken_up(index, build, tmp_path):
    """What was published after the start is found, and what is gone is not."""
    source = table(tmp_path / "a.md", ("One", "first"), ("Two", "second"))
    build(source)
    with serving(index) as client:
        (gone,) = (
            hit["paper"]["id"]
            for hit in ok(client.get(f"{API}/search?q=one"))["results"]
            if hit["paper"]["title"] == "One"
        )
        table(source, ("Two", "second"), ("Three", "third"))
        generation = build(source).generation
        assert client.app.state.live.refresh() is True
        page = ok(client.get(f"{API}/search?q=one"))
        assert page["index"]["generation"] == generation
        assert {hit["paper"]["title"] for hit in page["results"]} == {"Two", "Three"}
        problem(client.get(f"{API}/papers/{gone}"), 404)
        assert client.app.state.live.refresh() is False


def test_an_index_of_another_model_is_refused(index, build, seeds):
    """The old generation goes on being served, and the status says why."""
    old = build(seeds).generation
    with serving(index) as client:
        rebuild([seeds], index, FakeEncoder("e" * 64, "other"))
        assert client.app.state.live.refresh() is False
        page = ok(client.get(f"{API}/search", params={"q": QUESTION}))
        assert (page["index"]["generation"], page["index"]["model"]) == (old, "fake")
        state = ok(client.get(f"{API}/status"))
        assert state["index"]["generation"] == old
        assert state["problem"]["type"] == "index-mismatch"
        assert all(
            part in state["problem"]["detail"] for part in ("fake", "other", "rebuild-index")
        )


def test_a_generation_serves_all_threads_after_its_files_are_gone(index, build, seeds):
    """Queries at the same time are answered though later generations, refused, took its place."""

    class Meeting(FakeEncoder):
        """Keeps queries waiting until two are in the engine."""

        together: threading.Barrier | None = None

        def encode_query(self, texts):
            if self.together:
                self.together.wait(timeout=5)
            return super().encode_query(texts)

    encoder = Meeting()
    old = build(seeds)
    with serving(index, encoder) as client:
        other = FakeEncoder("e" * 64, "other")
        for _ in range(2):
            rebuild([seeds], index, other, full=True)
            client.app.state.live.refresh()
        assert not (index.generations / old.generation).exists()
        encoder.together = threading.Barrier(2)
        with ThreadPoolExecutor(2) as threads:
            answers = list(
                threads.map(client.get, [f"{API}/search?q=graphs", f"{API}/search?q=images"])
            )
        assert [ok(a)["index"]["generation"] for a in answers] == [old.generation] * 2


@pytest.mark.parametrize("name", ["vectors.faiss", "catalogue.sqlite", "manifest.json"])
def test_a_damaged_new_generation_is_refused_until_mended(index, build, seeds, name):
    """One flipped byte keeps a generation from being served; the next build mends it."""
    old = build(seeds).generation
    with serving(index) as client:
        damaged = build(seeds, full=True).generation
        flip(index.generations / damaged / name)
        client.app.state.live.refresh()
        state = ok(client.get(f"{API}/status"))
        assert state["index"]["generation"] == old
        assert state["problem"]["type"] == "index-corrupted"
        assert f"{damaged}/{name}" in state["problem"]["detail"]
        assert ok(client.get(f"{API}/search?q=graphs"))["total"] == 64

        mended = build(seeds).generation
        client.app.state.live.refresh()
        state = ok(client.get(f"{API}/status"))
        assert (state["index"]["generation"], state["problem"]) == (mended, None)


def test_a_start_on_a_damaged_generation_falls_back(index, build, seeds):
    """The generation kept beside the damaged one is served, and the status names the damage."""
    old = build(seeds).generation
    damaged = build(seeds, full=True).generation
    flip(index.generations / damaged / "vectors.faiss")
    with serving(index) as client:
        assert ok(client.get("/readyz"))["generation"] == old
        assert ok(client.get(f"{API}/search?q=graphs"))["total"] == 64
        assert f"{damaged}/vectors.faiss" in ok(client.get(f"{API}/status"))["problem"]["detail"]


def test_a_start_with_nothing_whole_is_503(index, build, seeds):
    """Where no generation is whole, the damage itself is the answer."""
    only = build(seeds).generation
    flip(index.generations / only / "vectors.faiss")
    with serving(index) as client:
        content = problem(client.get(f"{API}/search?q=graphs"), 503)
        assert content["type"] == "urn:akin:index-corrupted"
        assert all(part in content["detail"] for part in ("vectors.faiss", "rebuild-index"))


# Documentation


def test_the_documentation_needs_no_other_host(client):
    """Every asset of /docs is served from here, and there."""
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"https?://", page.text)
    assets = re.findall(r"""(?:src|href|url)\s*[=:]\s*["']([^"']+)""", page.text)
    assert "/openapi.json" in assets
    for asset in assets:
        assert re.match(r"/[^/]", asset)
        assert client.get(asset).status_code == 200, asset


@pytest.fixture(scope="module")
def openapi(client) -> dict:
    return ok(client.get("/openapi.json"))


def resolved(document: dict, schema: dict) -> dict:
    """Follow a local reference."""
    while "$ref" in schema:
        found = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def examples(document: dict, media: dict) -> list:
    """Return the examples of a request or response body, its schema's included."""
    schema = resolved(document, media["schema"]) if "schema" in media else {}
    return [media[name] for name in ("example",) if name in media] + schema.get("examples", [])


@pytest.mark.parametrize(("method", "path"), DOCUMENTED)
def test_every_route_is_documented_with_an_example(openapi, method, path):
    """Each route has a description, an example of its answer and of what is asked."""
    operation = openapi["paths"][path][method]
    assert operation["description"]
    answers = operation["responses"]["200"]["content"].values()
    assert all(examples(openapi, answer) for answer in answers)
    if "requestBody" in operation:
        assert examples(openapi, operation["requestBody"]["content"]["application/json"])


@pytest.mark.parametrize(("method", "path"), [d for d in DOCUMENTED if d[1] != "/healthz"])
def test_every_route_documents_its_problems(openapi, method, path):
    """503 on every engine route, and each error is problem+json with its schema."""
    responses = openapi["paths"][path][method]["responses"]
    errors = {status: r for status, r in responses.items() if status != "200"}
    assert "503" in errors
    for response in errors.values():
        (media,) = response["content"]
        assert media == "application/problem+json"
        schema = resolved(openapi, response["content"][media]["schema"])
        assert {"type", "title", "status", "detail"} <= schema["properties"].keys()


def test_the_api_has_no_undocumented_route(client, openapi):
    """Nothing is served beside what is documented, and the documentation itself."""
    documented = {(method, path) for path, item in openapi["paths"].items() for method in item}
    assert documented == set(DOCUMENTED)


def test_every_reference_of_the_documentation_leads_somewhere(openapi):
    """No schema is referred to that is not there."""
    for reference in set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(openapi))):
        assert resolved(openapi, {"$ref": reference})


@pytest.mark.parametrize("route", ["search", "related"])
def test_the_documented_examples_work_on_the_seeds(client, openapi, route):
    """What the documentation shows as a request is answered with papers."""
    content = openapi["paths"][f"{API}/{route}"]["post"]["requestBody"]["content"]
    for example in examples(openapi, content["application/json"]):
        page = ok(client.post(f"{API}/{route}", json=example))
        assert len(page["results"]) == example["k"]


def test_the_documented_answer_is_a_paper_of_the_seeds(openapi, papers):
    """The example of a result list has the keys that answers have, and a paper that is there."""
    content = openapi["paths"][f"{API}/search"]["get"]["responses"]["200"]["content"]
    (example,) = examples(openapi, content["application/json"])
    # FastAPI drops what is null from the document.
    assert example.keys() == RESULT_LIST.keys() - {"suggestion"}
    shown = example["results"][0]["paper"]
    real = {name: value for name, value in papers[shown["id"]].items() if value is not None}
    assert shown | {"abstract": ""} == real | {"abstract": ""}
    assert real["abstract"].startswith(shown["abstract"].removesuffix("…").strip())


def test_the_documented_explanation_is_of_a_paper_of_the_seeds(openapi, papers):
    """The example has the keys that answers have, and its places are those of its paper."""
    path = openapi["paths"][f"{API}/papers/{{id}}/explain"]["get"]["responses"]["200"]
    (example,) = examples(openapi, path["content"]["application/json"])
    assert example.keys() == EXPLANATION.keys()
    assert example["index"].keys() == INDEX.keys() - {"covered"}
    paper = papers[example["paper"]["id"]]
    for piece in [*example["words"], *example["matches"]]:
        assert paper[piece["field"]][piece["start"] : piece["end"]] == piece["text"]


def test_the_numbers_of_the_documented_explanation_add_up(openapi):
    """Weights are those of the ranking; what all parts add is the score of the list."""
    paths = openapi["paths"]
    found, page = (
        examples(openapi, paths[f"{API}/{path}"]["get"]["responses"]["200"]["content"][JSON])[0]
        for path in ("papers/{id}/explain", "search")
    )
    parts = found["why"]
    weights = {signal.name: signal.weight for signal in SIGNALS}
    assert {name: parts[name]["weight"] for name in weights} == weights
    for name, weight in weights.items():
        assert parts[name]["added"] == pytest.approx(weight * parts[name]["standard"], abs=1e-6)
    second = parts["second"]
    learned = Learned.read(BUNDLED).of(static=0)
    assert {name: one["weight"] for name, one in second["features"].items()} == learned
    for one in second["features"].values():
        assert one["added"] == pytest.approx(one["weight"] * one["standard"], abs=1e-6)
    of_features = sum(one["added"] for one in second["features"].values())
    assert second["added"] == pytest.approx(of_features, abs=3e-6)
    added = sum(parts[name]["added"] for name in weights) + parts["lift"] + second["added"]
    assert found["score"] == pytest.approx(added, abs=2e-6)
    (hit,) = page["results"]
    assert (hit["rank"], hit["score"]) == (found["rank"], found["score"])
    assert (hit["why"]["lift"], hit["why"]["second"]) == (parts["lift"], second["added"])
    for name in weights:
        assert hit["why"][name] == {of: parts[name][of] for of in ("rank", "score")}


def test_errors_name_the_index_too(client):
    """An answer of any status has the generation and the model in its headers."""
    for path in ("/api/v1/papers/nope", "/api/v1/search?k=0", "/nowhere"):
        headers = client.get(path).headers
        assert headers["X-Akin-Model"] == "fake"
        assert headers["X-Akin-Generation"] == client.app.state.live.serving().generation


def test_blank_filters_ask_for_nothing(client):
    """A form sends its empty fields; they do not filter."""
    blank = "&category=&author=&venue=&year_from=&has_code=&min_score=&cursor=&sort=&mode="
    plain = client.get("/api/v1/search?q=graphs").json()
    assert client.get(f"/api/v1/search?q=graphs{blank}").json()["results"] == plain["results"]


def test_a_paper_named_many_times_counts_once(client):
    """Repeating an id does not weigh it more, and there is a bound on how many may be named."""
    first, second = (
        hit["paper"]["id"] for hit in client.get("/api/v1/search?q=a").json()["results"][:2]
    )

    def related(*like):
        return client.post("/api/v1/related", json={"like": like})

    once = related(first, second).json()["results"]
    assert related(*[first] * 50, second).json()["results"] == once
    assert related(*[f"x:{i}" for i in range(101)]).json()["field"] == "like"
