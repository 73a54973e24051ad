"""Papers as documents of other programs: from commands, over HTTP, and back into an index."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import threading
from pathlib import Path

import bibtexparser
import pytest
import rispy
from lxml import etree
from starlette.testclient import TestClient

import search_api.cli
import search_api.engine.live
from indexer.files import replace_file
from indexer.rebuild import rebuild
from indexer.store.catalogue import open_catalogue, read_papers
from indexer.store.generation import IndexFolder
from indexer.streams import open_bytes
from search_api.app import create_app
from search_api.commands import options
from search_api.commands.output import format_of
from search_api.exports import EXPORTERS
from search_api.exports.tables import write_rows
from tests.conftest import SEEDS, table
from tests.export_papers import TEXTS
from tests.fakes import FakeEncoder

QUESTION = "federated learning of graph neural networks"
ONE, OTHER = "akin:8e78acac5fbcaf10", "arxiv:2508.15763"
LINK = "https://arxiv.org/abs/2401.00001"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory) -> IndexFolder:
    """An index of the seeds; not to be changed."""
    index = IndexFolder(tmp_path_factory.mktemp("downloads") / "index")
    rebuild([SEEDS], index, FakeEncoder())
    return index


@pytest.fixture(scope="module")
def client(seeded):
    with TestClient(create_app(seeded, lambda manifest: FakeEncoder())) as client:
        yield client


@pytest.fixture
def run(monkeypatch, capfdbinary, seeded):
    """Run ``akin …`` on the seeds in this process; return exit code, output and errors."""
    monkeypatch.setattr(options, "encoder_for", lambda model: lambda manifest: FakeEncoder())
    monkeypatch.setenv("AKIN_RANKER", "none")

    def run(*line: object, index: Path = seeded.path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["akin", *map(str, line), "--index", str(index)])
        with pytest.raises(SystemExit) as exited:
            search_api.cli.main()
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return exited.value.code, out.decode(), err.decode()

    return run


# How many papers another program finds in a document of each format.
COUNT = {
    "bibtex": lambda text: len(bibtexparser.parse_string(text).entries),
    "ris": lambda text: len(rispy.loads(text)),
    "csl-json": lambda text: len(json.loads(text)),
    "csv": lambda text: len(list(csv.DictReader(io.StringIO(text)))),
    "jsonl": lambda text: len([json.loads(line) for line in text.splitlines()]),
    "atom": lambda text: len(etree.fromstring(text.encode()).findall("{*}entry")),
}


def test_every_format_is_counted_here():
    """A new format is tried by this file, too."""
    assert COUNT.keys() == set(TEXTS)


@pytest.mark.parametrize("name", TEXTS)
def test_the_whole_corpus_is_written(run, client, name):
    """Command and route write all 64 papers, in a form that other programs read."""
    code, text, _ = run("export", "--format", name)
    response = client.get("/api/v1/export", params={"format": name})
    assert (code, response.status_code) == (0, 200)
    assert COUNT[name](text) == COUNT[name](response.text) == 64
    assert response.headers["content-type"] == EXPORTERS[name].MEDIA_TYPE
    suffix = EXPORTERS[name].SUFFIX
    assert response.headers["content-disposition"] == f'attachment; filename="akin{suffix}"'


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_written_is_read_again(run, seeded, tmp_path, name):
    """An index of an exported corpus has the same papers, in the same order, but for sources."""
    path = tmp_path / f"all{EXPORTERS[name].SUFFIX}"
    code, out, err = run("export", "--output", path)
    assert (code, out) == (0, "")
    assert f"64 papers as {name} in {path}" in err
    again = IndexFolder(tmp_path / "again")
    report = rebuild([path], again, FakeEncoder())
    assert (report.papers, report.ledger.rejected) == (64, 0)
    assert [_core(p) for p in _papers(again)] == [_core(p) for p in _papers(seeded)]


def _papers(index: IndexFolder):
    db = open_catalogue(index.current().catalogue)
    papers = read_papers(db, range(1, 65))
    db.close()
    return papers


def _core(paper):
    content = paper.to_json()
    return {name: content[name] for name in content if name not in {"sources", "extra"}}


@pytest.mark.parametrize("name", TEXTS)
def test_a_result_list_is_written_in_its_order(run, client, name):
    """Search and related write the papers of the page, first one first."""
    page = client.get("/api/v1/search", params={"q": QUESTION, "k": 3}).json()
    response = client.get("/api/v1/export", params={"q": QUESTION, "k": 3, "format": name})
    code, text, _ = run("search", *QUESTION.split(), "-k", 3, "--format", name)
    assert code == 0
    for written in (text, response.text):
        assert COUNT[name](written) == 3
        places = [written.index(hit["paper"]["title"][:40]) for hit in page["results"]]
        assert places == sorted(places)
    assert response.headers["x-akin-total"] == "64"
    code, text, _ = run("related", ONE, "-k", 2, "--format", name)
    assert (code, COUNT[name](text)) == (0, 2)


def test_papers_are_written_by_id(run, client):
    """Chosen papers come in the order in which they were named."""
    code, text, _ = run("export", OTHER, ONE, "--format", "jsonl")
    response = client.get("/api/v1/export", params={"id": [OTHER, ONE], "format": "jsonl"})
    assert code == 0
    for written in (text, response.text):
        assert [json.loads(line)["id"] for line in written.splitlines()] == [OTHER, ONE]


def test_filters_choose_what_is_written(run, client):
    """Only papers that pass are written, by command and route alike."""
    _, text, _ = run("export", "--format", "jsonl", "--year", "2024", "--has-code")
    response = client.get(
        "/api/v1/export",
        params={"format": "jsonl", "year_from": 2024, "year_to": 2024, "has_code": True},
    )
    papers = [json.loads(line) for line in text.splitlines()]
    assert {(paper["year"], paper["code"]) for paper in papers} == {(2024, True)}
    assert [json.loads(line) for line in response.text.splitlines()] == papers


@pytest.mark.parametrize(
    ("parameters", "status", "field"),
    [
        ({"format": "word"}, 422, "format"),
        ({"id": "akin:none"}, 404, None),
        ({"id": ONE, "q": "graph"}, 422, "id"),
        ({"k": 5}, 422, "k"),
        ({"sort": "date"}, 422, "sort"),
        ({"q": "graph", "like": "akin:none"}, 404, None),
    ],
)
def test_what_cannot_be_exported_is_a_problem(client, parameters, status, field):
    """An unknown format or id, and an order where nothing is ranked, are refused."""
    response = client.get("/api/v1/export", params=parameters)
    assert (response.status_code, response.json().get("field")) == (status, field)


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        (("export", "akin:none"), 2, "akin:none: not in the index of 64 papers"),
        (("export", "--json"), 2, "--json goes with --output or --duplicates"),
        (("search", "graph", "--json", "--format", "ris"), 2, "take one"),
        (("export", "--format", "word"), 2, "'word' is not one of"),
    ],
)
def test_wrong_use_says_what_is_wrong(run, line, code, message):
    """Each is refused with exit code 2."""
    ended, out, err = run(*line)
    assert ended == code
    assert message in out + err


def test_a_file_is_replaced_only_when_all_is_written(tmp_path):
    """A failure on the way leaves the old file, and nothing beside it."""
    path = tmp_path / "a.bib"
    path.write_text("old")

    def broken():
        yield b"new"
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        replace_file(path, broken())
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.bib", "old")]
    replace_file(path, [b"n", b"ew"])
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.bib", "new")]


def test_what_is_no_file_is_written_to_and_stays(tmp_path):
    """A device or a pipe takes the pieces; a file in its place would be the end of it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    replace_file(pipe, [b"n", b"ew"])
    reader.join()
    assert read == [b"new"]
    assert pipe.is_fifo()


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz", "zst"])
def test_a_compressed_name_gives_a_compressed_file(run, tmp_path, suffix):
    """The suffix behind the format's is meant: what is written is read again through it."""
    path = tmp_path / f"all.jsonl.{suffix}"
    code, _, err = run("export", "--output", path)
    assert (code, "64 papers as jsonl" in err) == (0, True)
    with open_bytes(path) as file:
        assert len(file.readlines()) == 64
    assert path.stat().st_size < 60_000


def test_the_format_is_told_from_the_name_of_the_file(capsys):
    """A suffix chooses the format where none is asked for; one that is of another one is told."""
    known = {name: exporter.SUFFIX for name, exporter in EXPORTERS.items()}
    for name, suffix in known.items():
        assert format_of(Path(f"x{suffix}.gz"), None, known) == name
        assert format_of(Path(f"x{suffix}"), name, known) == name
    assert format_of(Path("x.txt"), "ris", known) == "ris"
    assert format_of(None, None, known) is None
    assert capsys.readouterr().err == ""
    assert format_of(Path("x.RIS"), "csv", known) == "csv"
    assert "x.RIS is written as csv, though it is named like ris" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["all.docx", "all", "all.ris.zip", "all.bib~"])
def test_a_name_of_no_format_is_refused(run, tmp_path, name):
    """Nothing is written, and what can be is listed with its suffix."""
    code, _, err = run("export", "--output", tmp_path / name)
    assert code == 2
    assert "no format" in err
    assert all(f"{e.SUFFIX} ({form})" in " ".join(err.split()) for form, e in EXPORTERS.items())
    assert not (tmp_path / name).exists()


def test_duplicates_are_listed_with_their_reasons(run, tmp_path):
    """For people and as JSON: each merged paper, its records, where they lie and why."""
    folder = tmp_path / "papers"
    table(folder / "a.md", ("One title of a paper", "whole"), ("Something else", "text"))
    table(folder / "b.md", ("One title (of a paper)", "cut …"))
    index = IndexFolder(tmp_path / "index")
    rebuild([folder], index, FakeEncoder())
    code, out, _ = run("export", "--duplicates", "--json", index=index.path)
    (group,) = json.loads(out)["duplicates"]
    assert (code, group["title"], group["paper"][:5]) == (0, "One title of a paper", "akin:")
    assert [(r["source"], r["line"], r["reason"]) for r in group["records"]] == [
        ("papers/a.md", 3, None),
        ("papers/b.md", 3, "same title and year"),
    ]
    code, out, _ = run("export", "--duplicates", index=index.path)
    assert code == 0
    assert "papers/a.md:3  the first" in out
    assert "papers/b.md:3  same title and year: One title (of a paper)" in out
    assert "1 papers are made of several records" in out

    rows = [
        (one["title"], one["source"], one["line"], one["reason"], one["record"] == group["paper"])
        for one in _table(run("export", "--duplicates", "--format", "jsonl", index=index.path)[1])
    ]
    assert rows == [
        ("One title of a paper", "papers/a.md", 3, None, True),
        ("One title of a paper", "papers/b.md", 3, "same title and year", True),
    ]
    path = tmp_path / "merged.csv"
    code, out, _ = run("export", "--duplicates", "--output", path, "--json", index=index.path)
    told = {"ok": True, "file": str(path), "format": "csv", "records": 2}
    assert (code, json.loads(out)) == (0, told)
    with path.open(newline="") as file:
        header, *lines = csv.reader(file)
    assert header == ["paper", "title", "source", "line", "reason", "record", "head", "key"]
    assert [line[2:5] for line in lines] == [
        ["papers/a.md", "3", ""],
        ["papers/b.md", "3", "same title and year"],
    ]


def _table(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            ("--format", "bibtex"),
            "--format bibtex: a list like this one is written as csv, jsonl, xlsx",
        ),
        (("--output", "merged.ris"), "no format"),
        (("--format", "csv", "--json"), "take one"),
    ],
)
def test_a_list_of_duplicates_is_no_document_of_papers(run, more, message):
    """Formats of papers are refused for it, by name or by suffix."""
    code, out, err = run("export", "--duplicates", *more)
    assert code == 2
    assert message in " ".join((out + err).split())


def test_no_cell_of_a_table_is_a_formula():
    """What a spreadsheet would run is text in CSV, and as it is in JSON; None is an empty cell."""
    row = {"a": "=1+1", "b": -2, "c": None, "d": "x\ny"}
    assert b"".join(write_rows("csv", "abcd", [row])) == b"a,b,c,d\r\n'=1+1,-2,,x y\r\n"
    (line,) = write_rows("jsonl", "abcd", [row])
    assert json.loads(line) == row
