"""Lists to their end, and what commands take from files: abstracts, and the ids of papers."""

from __future__ import annotations

import io
import json
import sys

import pytest
from starlette.testclient import TestClient

import search_api.cli
from indexer.errors import SourceUnreadable
from indexer.paper import Paper
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api.app import create_app
from search_api.commands import options
from search_api.commands.texts import ids_in, text_of
from search_api.engine import whole_list as whole
from search_api.engine.engine import Engine
from search_api.exports import EXPORTERS
from search_api.query.filters import Filters
from search_api.query.query import Query
from tests.export_papers import as_source, exported
from tests.fakes import FakeEncoder

TOPICS = ("otters of rivers", "barley under drought", "sleep of night nurses", "otters asleep")
PAPERS = [
    Paper(
        f"doi:10.1000/x.{n}",
        f"{TOPICS[n % 4].capitalize()}, part {n}",
        f"We study {TOPICS[n % 4]} and {TOPICS[n % 3]} in {n} places.",
        (f"{'Ann Bo Cy'.split()[n % 3]} Lee",),
        2000 + n % 20,
        categories=(f"k.{'ab'[n % 2]}",),
        doi=f"10.1000/x.{n}",
        extra={"citation_key": "Lee2010" if n > 57 else f"Lee{n}"},
    )
    for n in range(60)
]
FIRST, SECOND = PAPERS[0].id, PAPERS[1].id


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> IndexFolder:
    """Sixty papers on four topics, in two files; not to be changed."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "in").mkdir()
    index = IndexFolder(folder / "index")
    as_source(folder / "in" / "wos.jsonl", PAPERS[:40])
    as_source(folder / "in" / "scopus.jsonl", PAPERS[40:])
    assert rebuild([folder / "in"], index, FakeEncoder(), mapped="none").papers == 60
    return index


@pytest.fixture(scope="module")
def engine(index):
    engine = Engine(index.current(), FakeEncoder())
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def client(index):
    with TestClient(create_app(index, lambda manifest: FakeEncoder())) as client:
        yield client


@pytest.fixture
def run(monkeypatch, capfd, index):
    """Run ``akin …`` in this process; return exit code, output and errors."""
    monkeypatch.setattr(options, "encoder_for", lambda model: lambda manifest: FakeEncoder())

    def run(*line: object) -> tuple[int, str, str]:
        arguments = ["akin", *map(str, line), "--index", str(index.path)]
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as exited:
            search_api.cli.main()
        return exited.value.code, *capfd.readouterr()

    return run


def pages(engine: Engine, query: Query) -> list[tuple[str, int, float]]:
    """The list as somebody pages through it."""
    found, cursor = [], None
    while True:
        page = engine.search(Query(**{**fields(query), "k": 7, "cursor": cursor}))
        found += [(hit.paper.id, hit.rank, hit.score) for hit in page.hits]
        cursor = page.next
        if cursor is None:
            return found


def fields(query: Query) -> dict[str, object]:
    return {name: getattr(query, name) for name in query.__dataclass_fields__}


QUERIES = [
    Query.parse("otters asleep"),
    Query.parse("otters asleep", mode="lexical"),
    Query.parse("sleep", mode="semantic", filters=Filters(2005), sort="date"),
    Query.parse("barley", min_score=0.5),
    Query.parse("barley", diversity=0.7),
    Query.related(like=(FIRST,)),
    Query.related(like=(FIRST, SECOND), unlike=(PAPERS[2].id,), mode="semantic"),
    Query.related(text="Night nurses who sleep by rivers."),
    Query.parse("author:Ann"),
]


@pytest.mark.parametrize("size", [9, 1000])
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.typed or str(query.like))
def test_a_whole_list_is_its_pages_joined(engine, monkeypatch, query, size):
    """Order, ranks and scores are those of the pages, however many are asked for at once."""
    monkeypatch.setattr(whole, "MAX_K", size)
    first, hits = whole.whole_list(engine, query)
    found = [(hit.paper.id, hit.rank, hit.score) for hit in hits]
    assert found == pages(engine, query)
    assert len(found) == first.total > 0


def test_a_whole_list_is_read_a_page_at_a_time(engine, monkeypatch):
    """The next page is asked for when the one before was read."""
    monkeypatch.setattr(whole, "MAX_K", 10)
    asked: list[str | None] = []
    search = engine.search
    monkeypatch.setattr(engine, "search", lambda q: asked.append(q.cursor) or search(q))
    _, hits = whole.whole_list(engine, Query.parse("otters"))
    assert [next(hits).rank for _ in range(10)] == list(range(1, 11))
    assert len(asked) == 1
    assert next(hits).rank == 11
    assert len(asked) == 2


@pytest.mark.parametrize("how", ["GET", "POST"])
@pytest.mark.parametrize(
    "asked", [{"q": "otters asleep"}, {"like": [FIRST, SECOND]}, {"text": "Sleeping nurses."}]
)
def test_the_whole_list_is_exported_over_http(client, how, asked):
    """``all=true`` gives every rank, of which the first are those of the page."""
    asked = {**asked, "format": "jsonl"}
    name = "params" if how == "GET" else "json"
    part = client.request(how, "/api/v1/export", **{name: {**asked, "k": 10}})
    response = client.request(how, "/api/v1/export", **{name: {**asked, "all": True}})
    lines = response.text.splitlines()
    assert lines[:10] == part.text.splitlines()
    assert [json.loads(line)["rank"] for line in lines] == list(range(1, len(lines) + 1))
    assert response.headers["x-akin-total"] == part.headers["x-akin-total"] == str(len(lines))
    refused = client.request(how, "/api/v1/export", **{name: {**asked, "all": True, "k": 5}})
    assert (refused.status_code, refused.json()["field"]) == (422, "k")


def test_search_and_related_write_the_whole_list(run, client, tmp_path):
    """To a file, to standard output and for people: sixty results, or all but the one asked by."""
    path = tmp_path / "all.csv"
    code, out, err = run("search", "otters", "--all", "--output", path)
    assert (code, out) == (0, "")
    assert f"60 papers as csv in {path}" in err
    assert len(path.read_text().splitlines()) == 61
    code, out, _ = run("related", FIRST, "--all", "--format", "jsonl")
    total = client.get("/api/v1/related", params={"like": FIRST}).json()["total"]
    assert [json.loads(line)["rank"] for line in out.splitlines()] == list(range(1, total + 1))
    assert run("related", FIRST, "--all", "--format", "jsonl", "--output", "-")[1] == out
    code, out, _ = run("search", "otters", "--all")
    assert "60  " in out
    assert "1–60 of 60 papers" in out
    assert "next page" not in out
    code, out, _ = run("search", "otters", "-k", 5, "--output", path, "--json")
    assert json.loads(out) == {
        "ok": True,
        "file": str(path),
        "format": "csv",
        "papers": 5,
        "total": 60,
    }


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (("search", "a", "--all", "-k", 3), "--all is all results, -k some"),
        (("search", "a", "--all", "--json"), "--format jsonl"),
        (("search", "a", "--output", "a.doc"), "no format"),
        (("search", "a", "--output", "a.ris", "--format", "table"), "for people"),
        (("related", "--unlike", FIRST), "--like-file"),
        (("related", "--like-file", "-", "--text", "-"), "read once"),
        (("export", "--output", "none/a.bib"), "there is no folder none"),
    ],
)
def test_wrong_use_is_refused(run, tmp_path, monkeypatch, line, message):
    """With exit code 2, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*line)
    assert code == 2
    assert message in " ".join((out + err).split())
    assert list(tmp_path.iterdir()) == []


def test_what_is_excluded_is_in_no_list(run, client):
    """Any field can be, by option and parameter as by the form of the query language."""
    wanted = [p for p in PAPERS[:40] if "Ann" not in p.authors[0]]
    excluded = ("--exclude-source", "scopus.jsonl", "--exclude-author", "ann")
    lists = [
        run("search", "otters", "--all", "--format", "jsonl", *excluded)[1],
        run("search", "otters -source:scopus.jsonl", "--exclude-author", "Ann", "--all",
            "--format", "jsonl")[1],
        run("export", "--format", "jsonl", *excluded)[1],
        client.get("/api/v1/export", params={
            "format": "jsonl", "exclude_source": "scopus.jsonl", "exclude_author": ["Ann", "Zoe"]
        }).text,
    ]  # fmt: skip
    for text in lists:
        ids = [json.loads(line)["id"] for line in text.splitlines()]
        assert sorted(ids) == sorted(paper.id for paper in wanted)
    page = client.get("/api/v1/search", params={"q": "otters", "exclude_category": "k.a"}).json()
    assert page["query"]["excluded"] == [{"category": ["k.a"]}]
    assert page["total"] == 30
    shown = client.get("/", params={"q": "otters", "exclude_source": "scopus.jsonl"}).text
    assert "not scopus.jsonl" in shown
    title = client.get("/feed", params={"exclude_source": "scopus.jsonl"}).text
    assert "not from scopus.jsonl" in title


def test_an_abstract_comes_from_a_file_or_standard_input(run, tmp_path, monkeypatch):
    """All three give the list that the words give, and which was taken is said."""
    words = "Night nurses who sleep."
    path = tmp_path / "abstract.txt"
    path.write_text(f"\ufeff{words}\n")
    _, expected, err = run("related", "--text", words, "--format", "ris")
    assert "note" not in err
    _, found, err = run("related", "--text", path, "--format", "ris")
    assert found == expected
    assert f"--text is what is in the file {path}" in err
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(words.encode())))
    assert run("related", "--text", "-", "--format", "ris")[1] == expected


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no text in it"),
        (b" \n", "no text in it"),
        (b"PK\x03\x04\0\0", "a file of another kind"),
        (b"%PDF-1.7\n", "a file of another kind"),
        (b"x" * (1 << 20) + b"y", "longer than 1,048,576 bytes"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, content, reason):
    """Bytes of another kind are not searched for as though they were words."""
    path = tmp_path / "in.txt"
    path.write_bytes(content)
    with pytest.raises(SourceUnreadable, match=r"in\.txt") as refused:
        text_of(str(path))
    assert reason in refused.value.detail


def test_words_that_look_like_a_file_are_said_to_be_words(capsys):
    """A slip in its name is not searched for unseen."""
    assert text_of("abstrct.txt") == "abstrct.txt"
    assert "no such file" in capsys.readouterr().err
    assert text_of("trained on graphs.") == "trained on graphs."
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("words", ["otters", "a/b", "x" * 5000, "a\0b", " -", ""])
def test_words_that_name_no_file_are_words(words):
    """They come out as they are."""
    assert text_of(words) == words


def test_ids_of_papers_come_from_a_file(run, tmp_path):
    """Links, DOIs in any case and comments; each paper once, and the list is that of the ids."""
    path = tmp_path / "included.txt"
    links = "https://doi.org/10.1000/X.1  # Lee\n10.1000/x.0\nDOI: 10.1000/x.4\n"
    path.write_text(f"# included\n\n{FIRST}\n{links}")
    expected = run("related", FIRST, SECOND, PAPERS[4].id, "--format", "ris")
    assert run("related", "--like-file", path, "--format", "ris") == expected
    path.write_text(PAPERS[2].id)
    expected = run("related", FIRST, "--unlike", PAPERS[2].id, "--format", "ris")
    assert run("related", FIRST, "--unlike-file", path, "--format", "ris") == expected
    code, out, _ = run("explain", SECOND, "--like", FIRST, "--unlike-file", path)
    assert code == 0
    assert "score" in out


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_is_read_in_the_encodings_that_editors_write(tmp_path, encoding):
    """As sources are: UTF-16 by its mark, what is no UTF-8 as Windows-1252."""
    path = tmp_path / "in.txt"
    path.write_bytes("Gärten im Café".encode(encoding))
    assert text_of(str(path)) == "Gärten im Café"


@pytest.mark.parametrize("form", ["ris", "bibtex", "csl-json", "csv"])
def test_papers_are_taken_from_a_bibliography(run, tmp_path, form):
    """As a reference manager writes it, by their identifiers; what is not in the index is named."""
    path = tmp_path / f"included{EXPORTERS[form].SUFFIX}"
    run("export", FIRST, SECOND, "--output", path)
    expected = run("related", FIRST, SECOND, "--format", "ris")
    assert run("related", "--like-file", path, "--format", "ris") == expected
    path.write_text(exported(form, PAPERS[0], Paper("akin:0", "Nowhere to be found")))
    code, out, _ = run("related", "--like-file", path, "--json")
    assert (code, json.loads(out)["error"]["ids"]) == (2, ["Nowhere to be found"])
    assert run("related", "--like-file", path, "--skip-unknown")[0] == 0


def test_ids_that_are_not_there_are_all_named(run, tmp_path):
    """In one error, or left out and said where that is asked for; never all of them."""
    path = tmp_path / "included.txt"
    path.write_text(f"doi:10.1/none\n{FIRST}\narXiv:2101.00001\n")
    code, out, _ = run("related", "--like-file", path, "--json")
    error = json.loads(out)["error"]
    assert (code, error["type"]) == (2, "unknown-paper")
    assert error["ids"] == ["doi:10.1/none", "arXiv:2101.00001"]
    assert "2 of 3 are not in the index" in error["detail"]
    expected = run("related", FIRST, "--format", "ris")[1]
    code, found, err = run("related", "--like-file", path, "--skip-unknown", "--format", "ris")
    assert (code, found) == (0, expected)
    assert "left out: doi:10.1/none, arXiv:2101.00001" in err
    path.write_text("doi:10.1/none\n")
    assert run("related", "--like-file", path, "--skip-unknown")[0] == 2


def test_papers_are_named_in_a_file_by_their_keys(run, tmp_path):
    """A key that two papers have names neither, and the error says which have it."""
    path = tmp_path / "keys.txt"
    path.write_text("Lee0\nlee1\n")
    expected = run("related", FIRST, SECOND, "--format", "ris")
    assert run("related", "--like-file", path, "--format", "ris") == expected
    path.write_text("Lee0\nLee2010\n")
    code, _, err = run("related", "--like-file", path)
    assert code == 2
    assert "Lee2010 (more than one: doi:10.1000/x.58, doi:10.1000/x.59)" in " ".join(err.split())


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("a\r\nb\na\n", ["a", "b"]),
        ("doi:10.1000/a#b\n", ["doi:10.1000/a#b"]),
        ("x # y\nz\t# y\n#q\n", ["x", "z"]),
    ],
)
def test_a_line_is_an_id(tmp_path, content, found):
    """But for comments; a DOI may hold a #."""
    path = tmp_path / "ids.txt"
    path.write_bytes(content.encode())
    assert ids_in(str(path)) == found
