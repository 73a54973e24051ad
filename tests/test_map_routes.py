"""The map over HTTP: topics, columns of numbers, one paper of them."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from starlette.testclient import TestClient

from indexer.store.generation import IndexFolder
from search_api.store.map_columns import MOST_CATEGORIES
from tests.conftest import table
from tests.test_http import (
    API,
    INDEX,
    PAPER,
    TEXT,
    conforms,
    ok,
    problem,
    refresh_by_hand,  # noqa: F401 — a fixture that is used by itself
    serving,
)

MAP = {
    "method": TEXT,
    "kept": {"share": {float}, "k": {int}, "sample": {int}},
    "variance": {float},
    "years": [{int}],
    "categories": [TEXT],
    "topics": [
        {
            "label": TEXT,
            "terms": [TEXT],
            "papers": {int},
            "x": {float},
            "y": {float},
            "central": [{"row": {int}, "id": TEXT, "title": TEXT}],
        }
    ],
    "index": INDEX,
}


@pytest.fixture(scope="module")
def client(seed_generation) -> Iterator[TestClient]:
    with serving(IndexFolder(seed_generation.index)) as client:
        yield client


def columns(response) -> dict[str, np.ndarray]:
    """Take the bytes apart as a page would."""
    n = int(response.headers["X-Akin-Papers"])
    assert len(response.content) == 14 * n
    found, at = {}, 0
    for name, kind in (
        ("x", "<f4"),
        ("y", "<f4"),
        ("year", "<i2"),
        ("category", "<i2"),
        ("topic", "<i2"),
    ):
        found[name] = np.frombuffer(response.content, kind, n, at)
        at += found[name].nbytes
    return found


def test_the_map_has_the_shape_of_the_contract(client, engine):
    """Keys and types are those of the contract, and what they say is the engine's map."""
    found = ok(client.get(f"{API}/map"))
    assert conforms(found, MAP), found
    assert found["method"] == "pca"
    assert found["kept"] == {"share": engine.map.kept.share, "k": 10, "sample": 64}
    assert found["variance"] == engine.map.variance
    assert [topic["label"] for topic in found["topics"]] == [t.label for t in engine.map.topics]
    assert sum(topic["papers"] for topic in found["topics"]) == found["index"]["papers"] == 64
    for topic in found["topics"]:
        for one in topic["central"]:
            paper = engine.paper(one["id"])
            assert (one["title"], *engine.papers_at([one["row"]])) == (paper.title, paper)


def test_the_columns_are_those_of_the_papers(client, engine):
    """Place, year, first category and topic of each row, decoded and compared."""
    about = ok(client.get(f"{API}/map"))
    response = client.get(f"{API}/map/points")
    assert response.headers["content-type"] == "application/octet-stream"
    found = columns(response)
    assert (found["x"] == engine.map.points[:, 0]).all()
    assert (found["y"] == engine.map.points[:, 1]).all()
    assert (found["topic"] == engine.map.topic_of).all()
    firsts = []
    for row in range(64):
        (paper,) = engine.papers_at([row])
        assert found["year"][row] == (paper.year or 0)
        first = paper.categories[0] if paper.categories else None
        number = found["category"][row]
        assert (about["categories"][number] if number >= 0 else None) == first
        firsts += [first] if first else []
    assert set(about["categories"]) == set(firsts)
    counts = [firsts.count(name) for name in about["categories"]]
    assert counts == sorted(counts, reverse=True)
    known = found["year"][found["year"] > 0]
    assert about["years"] == [known.min(), known.max()]


def test_a_paper_can_be_read_by_its_row(client, engine):
    """Each row leads to the paper that its id leads to."""
    for row in range(64):
        found = ok(client.get(f"{API}/map/papers/{row}"))
        assert found == ok(client.get(f"{API}/papers/{found['id']}"))
        assert engine.papers_at([row])[0].id == found["id"]
    assert conforms({name: found[name] for name in PAPER}, PAPER)


@pytest.mark.parametrize("row", [-1, 64, 2**70])
def test_an_unknown_row_is_404(client, row):
    """Rows are those of the index, from 0; the row is said back."""
    content = problem(client.get(f"{API}/map/papers/{row}"), 404)
    assert (content["type"], content["row"]) == ("urn:akin:unknown-paper", row)


@pytest.mark.parametrize(
    ("path", "field"),
    [("papers/x", "row"), ("papers/0?generatoin=x", "generatoin"), ("points?k=3", "k")],
)
def test_a_bad_parameter_is_422_and_named(client, path, field):
    """A row is a number, and what is not known is refused."""
    problem(client.get(f"{API}/map/{path}"), 422, field)


def test_a_named_generation_may_be_kept_for_ever(client, seed_generation):
    """Under its name the columns never change; without one they are asked for again."""
    named = client.get(f"{API}/map/points", params={"generation": seed_generation.id})
    plain = client.get(f"{API}/map/points")
    assert named.content == plain.content
    assert re.search(r"max-age=\d{8}, immutable", named.headers["cache-control"])
    assert plain.headers["cache-control"] == "no-cache"
    for etag in (plain.headers["etag"], f'"x", {plain.headers["etag"]}'):
        again = client.get(f"{API}/map/points", headers={"If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["x-akin-generation"] == seed_generation.id
    other = client.get(f"{API}/map/points", headers={"If-None-Match": '"x"'})
    assert other.status_code == 200


@pytest.mark.parametrize("path", ["", "/points", "/papers/0"])
def test_another_generation_is_410(index, build, tmp_path, path):
    """What is of an index that was replaced is gone, and the detail names both."""
    source = table(tmp_path / "a.md", ("One", "first"), ("Two", "second"))
    old = build(source).generation
    with serving(index) as client:
        url = f"{API}/map{path}?generation={old}"
        assert client.get(url).status_code == 200
        new = build(source, full=True).generation
        client.app.state.live.refresh()
        content = problem(client.get(url), 410, "generation")
        assert content["type"] == "urn:akin:stale-generation"
        assert all(part in content["detail"] for part in (old, new))
        assert client.get(f"{API}/map{path}").status_code == 200


def test_papers_without_year_and_category(index, build, tmp_path):
    """What no paper has is null, 0 or -1; nothing that needs a neighbour is said of one paper."""
    source = tmp_path / "a.md"
    source.write_text("| Title | Abstract |\n|---|---|\n| One | first |\n")
    build(source)
    with serving(index) as client:
        about = ok(client.get(f"{API}/map"))
        assert (about["years"], about["categories"], about["variance"]) == (None, [], None)
        assert about["kept"] == {"share": None, "k": 10, "sample": 1}
        found = {name: of.tolist() for name, of in columns(client.get(f"{API}/map/points")).items()}
        assert found == {"x": [0], "y": [0], "year": [0], "category": [-1], "topic": [0]}


def test_beyond_the_most_frequent_categories_are_others(index, build, tmp_path):
    """Twenty have a number, the most frequent first, those of equal count by name."""
    source = tmp_path / "a.csv"
    names = [f"c{i:02}" for i in range(25)]
    lines = [f"Title {i} of a paper,{name}" for i, name in enumerate([*names, "c24", "c24", "c23"])]
    source.write_text("\n".join(["title,categories", *lines]) + "\n")
    build(source)
    with serving(index) as client:
        about = ok(client.get(f"{API}/map"))
        found = columns(client.get(f"{API}/map/points"))
    assert about["categories"] == ["c24", "c23", *names[: MOST_CATEGORIES - 2]]
    assert found["category"].tolist() == [*range(2, 20), *[-1] * 5, 1, 0, 0, 0, 1]


def test_the_documented_map_has_the_keys_that_answers_have(client):
    """The example is of a paper of the seeds."""
    paths = ok(client.get("/openapi.json"))["paths"]
    content = paths[f"{API}/map"]["get"]["responses"]["200"]["content"]["application/json"]
    real = ok(client.get(f"{API}/map"))
    shown = content["example"]
    assert shown.keys() | {"variance"} == real.keys()  # FastAPI drops what is null
    assert shown["topics"][0].keys() == real["topics"][0].keys()
    for one in shown["topics"][0]["central"]:
        assert client.get(f"{API}/map/papers/{one['row']}").json()["id"] == one["id"]
