"""``akin decide`` and the list of what is possibly one paper: what they print and write."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path

import pytest

import search_api.cli
from indexer.merging.decision_file import NAME, read_decisions
from indexer.merging.duplicates import DuplicateFinder
from indexer.merging.possible import Possible
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api.commands import serve
from tests.conftest import table
from tests.fakes import FakeEncoder

TIDES, BAYS = "Tides in a narrow bay of the north", "=Tides of narrow northern bays"
MERGED = "How otters cross a road at dusk"


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "papers"
    table(folder / "a.md", (TIDES, "one"), (BAYS, "two"), (MERGED, "otters walk"))
    table(folder / "b.md", (MERGED, "otters walk"), link="https://doi.org/10.1000/otters")
    return folder


@pytest.fixture
def index(tmp_path, folder, monkeypatch) -> IndexFolder:
    likely = [Possible(0, 1, 0.5, "similar title")]
    monkeypatch.setattr(DuplicateFinder, "possible", lambda self: likely)
    index = IndexFolder(tmp_path / "index")
    rebuild([folder], index, FakeEncoder())
    return index


@pytest.fixture
def run(monkeypatch, capsys, index):
    """Run ``akin …``; return exit code, output and errors."""

    def run(*line: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["akin", *map(str, line), "--index", str(index.path)])
        with pytest.raises(SystemExit) as exited:
            search_api.cli.main()
        return (exited.value.code, *capsys.readouterr())

    return run


@pytest.fixture
def pair(run) -> dict[str, str]:
    code, out, _ = run("export", "--duplicates", "--possible")
    assert code == 0
    (line,) = out.splitlines()
    return json.loads(line)


def test_what_is_possible_is_listed_as_json_lines_csv_and_json(run, pair, tmp_path):
    """Ids, titles, keys, how likely, and why; to a file, too; no cell is a formula."""
    assert (pair["title"], pair["other_title"], pair["score"], pair["reason"]) == (
        TIDES,
        BAYS,
        0.5,
        "similar title",
    )
    code, out, _ = run("export", "--duplicates", "--possible", "--format", "csv")
    header, row = csv.reader(io.StringIO(out))
    assert (code, header) == (0, list(pair))
    assert row[header.index("key")] == pair["key"]
    assert not row[header.index("other_title")].startswith("=")
    code, out, _ = run("export", "--duplicates", "--possible", "--json")
    assert json.loads(out) == {"ok": True, "possible": [pair]}
    file = tmp_path / "possible.csv"
    code, _, err = run("export", "--duplicates", "--possible", "--output", file)
    assert (code, "1 pairs as csv" in err) == (0, True)
    assert file.read_text("utf-8").startswith("paper,title,key")


def test_a_pair_is_decided_listed_and_undone(run, pair, folder):
    """By ids; each says what it did, and that a rebuild applies it."""
    code, out, _ = run("decide", "apart", pair["paper"], pair["other"])
    assert code == 0
    assert out.startswith("apart  ")
    assert f"{pair['key']}  {TIDES}" in out
    assert f"{folder / NAME}: the next rebuild-index applies it" in out
    assert run("export", "--duplicates", "--possible")[1] == ""
    code, out, _ = run("decide", "apart", pair["paper"], pair["other"])
    assert (code, out.splitlines()[0]) == (0, "decided already")
    told = json.loads(run("decide", "--list", "--json")[1])
    (said,) = told["decisions"]
    assert (said["decision"], said["where"], told["followed"]) == ("apart", "akin decide", False)
    assert said["records"] == sorted([pair["key"], pair["other_key"]])
    code, out, _ = run("decide", "--undo", pair["key"], pair["other_key"])
    assert (code, out.startswith("undone apart")) == (0, True)
    assert read_decisions(folder / NAME).decisions == ()
    assert run("decide", "--list")[1].startswith("nothing was decided yet")


def test_a_merged_record_is_named_by_its_key(run, folder):
    """As ``export --duplicates`` shows it, for people and in a table."""
    code, out, _ = run("export", "--duplicates", "--format", "jsonl")
    first, second = map(json.loads, out.splitlines())
    assert first["key"] in run("export", "--duplicates")[1]
    code, *_ = run("decide", "apart", second["key"], "doi:10.1000/otters")
    (said,) = read_decisions(folder / NAME).decisions
    assert (code, said.verdict) == (0, "apart")
    assert said.records == tuple(sorted([first["key"], second["key"]]))
    assert said.titles == (MERGED, MERGED)


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        (("decide",), 2, "name what was decided"),
        (("decide", "same", "doi:10.1000/otters"), 2, "name what was decided"),
        (("decide", "maybe", "doi:10.1000/otters", "x"), 2, "name what was decided"),
        (("decide", "same", "doi:10.1000/otters", "doi:10.1000/x"), 2, "doi:10.1000/x: not in"),
        (("decide", "apart", "0" * 16, "doi:10.1000/otters"), 2, "no record in the index"),
        (("decide", "--undo", "doi:10.1000/otters"), 2, "nothing was decided of these"),
    ],
)
def test_what_cannot_be_decided_is_an_error(run, folder, line, code, told):
    """With what is wrong; nothing is written."""
    found, _, err = run(*line)
    assert (found, told in err) == (code, True), err
    assert not (folder / NAME).exists()


def test_a_contradiction_names_the_line_and_writes_nothing(run, pair, folder):
    """What was said before stays until somebody takes it back."""
    run("decide", "same", pair["paper"], pair["other"])
    before = (folder / NAME).read_bytes()
    code, _, err = run("decide", "apart", pair["key"], pair["other_key"])
    assert (code, "are the same by line 1" in err) == (2, True)
    assert (folder / NAME).read_bytes() == before


@pytest.mark.parametrize(
    ("options", "deciders"),
    [
        ((), "here"),
        (("--host", "localhost"), "here"),
        (("--host", "::1"), "here"),
        (("--host", "0.0.0.0"), "nobody"),  # noqa: S104 — nothing listens
        (("--host", "lab.example"), "nobody"),
        (("--host", "0.0.0.0", "--decide"), "everybody"),  # noqa: S104
        (("--no-decide",), "nobody"),
    ],
)
def test_a_server_that_others_reach_takes_decisions_only_if_it_is_told_to(
    run, monkeypatch, options, deciders
):
    """By default, one that listens to its own machine alone takes them from there."""
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: None)
    monkeypatch.setattr(serve, "_check_free", lambda host, port: None)
    for name in ("INDEX", "MODEL", "RERANKER", "RERANKER_SECONDS", "THREADS", "DECIDERS"):
        monkeypatch.setenv(f"AKIN_{name}", "")
    monkeypatch.delenv("AKIN_THREADS")
    assert run("serve", *options)[0] == 0
    assert os.environ["AKIN_DECIDERS"] == deciders


def test_the_status_says_how_many_are_to_be_decided(run, pair, folder, index):
    """And how many were, and where they are kept."""
    assert "1 possible, to be decided (akin decide)" in run("status")[1]
    run("decide", "apart", pair["paper"], pair["other"])
    rebuild([folder], index, FakeEncoder())
    code, out, _ = run("status")
    assert (code, f"0 same, 1 apart, in {folder / NAME}" in out) == (0, True)
    assert json.loads(run("status", "--json")[1])["decisions"]["apart"] == 1
