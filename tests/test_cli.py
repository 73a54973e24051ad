"""The commands: exit codes, what is printed for people and for programs, and what failure leaves.

They run in this process with a fake encoder, but for those that show that a real one is not loaded.
"""

import hashlib
import json
import re
import shlex
import socket
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import indexer.cli
import search_api.cli
import search_api.engine.live
from indexer.errors import IndexMissing
from indexer.models.model import DEFAULT_MODEL
from indexer.progress import Log
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from indexer.words import STOP_WORDS
from search_api.engine.engine import Engine
from search_api.http.list_urls import Asked
from search_api.query.filters import Filters
from search_api.query.query import MAX_CHARACTERS, Query
from tests.conftest import SEEDS, table
from tests.fakes import FakeEncoder, fake_encoder, fake_model

QUESTION = "federated learning of graph neural networks"
PAPER = "akin:8e78acac5fbcaf10"
TITLE = "DeFTA: A plug-and-play peer-to-peer decentralized federated learning framework"
SCRIPTS = Path(sys.executable).parent
FILES = ["vectors.faiss", "catalogue.sqlite", "manifest.json"]


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on standard output; anything beside it is an error."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


@pytest.fixture(autouse=True)
def fake_models(monkeypatch):
    for module, made in ((indexer.cli, "encoder_of"), (search_api.engine.live, "question_encoder")):
        monkeypatch.setattr(module, "find_model", fake_model)
        monkeypatch.setattr(module, made, fake_encoder)
    for variable in ("INDEX", "MODEL", "RERANKER", "RERANKER_SECONDS", "THREADS"):
        monkeypatch.delenv(f"AKIN_{variable}", raising=False)
    monkeypatch.setenv("AKIN_RANKER", "none")  # what is compared with is an engine without


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command line, ``akin …`` or ``rebuild-index …``, in this process."""
    mains = {"akin": search_api.cli.main, "rebuild-index": indexer.cli.main}

    def run(line: str, *more: object) -> Ran:
        arguments = [*shlex.split(line), *map(str, more)]
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as exited:
            mains[arguments[0]]()
        return Ran(exited.value.code, *capsys.readouterr())

    return run


@pytest.fixture(scope="module")
def seeded(tmp_path_factory) -> IndexFolder:
    """An index of the seeds; not to be changed."""
    index = IndexFolder(tmp_path_factory.mktemp("cli") / "index")
    rebuild([SEEDS], index, fake_encoder(fake_model()))
    return index


@pytest.fixture
def ask(seeded):
    """Ask the engine behind the commands."""

    def ask(query: Query):
        engine = Engine(seeded.current(), fake_encoder(fake_model()))
        page = engine.search(query).to_json()
        engine.close()
        return {name: page[name] for name in page if name != "took_ms"}

    return ask


@pytest.fixture
def places(tmp_path, seeded) -> dict[str, Path]:
    """Paths for command lines: an index, none, and sources that are wrong in some way."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "image.png").write_bytes(b"\x89PNG\r\n\0\0")
    (folder / "notes.md").write_text("# Notes\n\nNo table here.\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "blank.txt").touch()
    (tmp_path / "binary.md").write_bytes(b"| Title | Abstract |\n|---|---|\n| a | \0 |\n")
    broken_table(tmp_path / "bad.md", "| 2024 | only two |")
    return {
        "index": seeded.path,
        "none": tmp_path / "no index",
        "seeds": SEEDS,
        "tmp": tmp_path,
        "below_a_file": tmp_path / "blank.txt" / "index",
    }


def quoted(line: str, places: dict[str, Path]) -> str:
    return line.format(**{name: shlex.quote(str(path)) for name, path in places.items()})


def broken_table(path: Path, row: str, *rows: tuple[str, str]) -> Path:
    """Write a table whose last row is as given."""
    text = table(path, *rows).read_text("utf-8")
    path.write_text(f"{text}{row}\n", encoding="utf-8")
    return path


def damage(path: Path, how: str) -> None:
    """Flip one byte of a file, or remove it."""
    data = bytearray(path.read_bytes())
    path.unlink()
    if how == "flipped":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)


# What goes wrong

FAILURES = [
    ("rebuild-index {tmp}/missing.txt --index {index}", 2, "source-missing", "missing.txt"),
    ("rebuild-index {seeds} {tmp}/missing --index {index}", 2, "source-missing", "missing"),
    ("rebuild-index {tmp}/folder --index {index}", 2, "nothing-to-index", "image.png"),
    ("rebuild-index {tmp}/empty --index {index}", 2, "nothing-to-index", "no file in it"),
    ("rebuild-index {tmp}/bad.md --index {index}", 2, "nothing-to-index", "bad.md:3"),
    ("rebuild-index {tmp}/bad.md --strict --index {index}", 2, "nothing-to-index", "bad.md:3"),
    ("rebuild-index {tmp}/binary.md --index {index}", 2, "source-unreadable", "binary.md"),
    ("rebuild-index {seeds} {tmp}/binary.md --index {index}", 2, "source-unreadable", "binary.md"),
    ("rebuild-index {tmp}/blank.txt --index {index}", 2, "source-unreadable", "blank.txt"),
    ("rebuild-index {tmp}/folder/notes.md --index {index}", 2, "source-unreadable", "notes.md"),
    ("rebuild-index {seeds} --index {index} --model no/model", 2, "model-unavailable", "no/model"),
    ("rebuild-index {seeds} --index {index} --model /no/such", 2, "model-unavailable", "/no/such"),
    ("rebuild-index {seeds} --index {tmp}/blank.txt", 2, "bad-input", "blank.txt"),
    ("rebuild-index {seeds} --index {below_a_file}", None, None, "blank.txt"),
    ("rebuild-index --colour red", 2, "bad-input", "--colour"),
    ("akin rebuild-index {tmp}/missing.txt --index {index}", 2, "source-missing", "missing.txt"),
    ("akin search", 2, "bad-input", "QUERY"),
    ("akin search graphs --colour red", 2, "bad-input", "--colour"),
    ("akin search graphs --mode fuzzy", 2, "bad-input", "fuzzy"),
    ("akin search graphs -k 0", 2, "bad-input", "-k"),
    ("akin search graphs -k 1001", 2, "bad-input", "-k"),
    ("akin search graphs --year soon", 2, "bad-input", "soon"),
    ("akin search graphs --year ..", 2, "bad-input", ".."),
    ("akin search graphs --year 2025..2024", 2, "bad-parameter", "year_from"),
    ("akin search ' '", 2, "bad-parameter", "q="),
    ("akin search graphs --cursor garbage --index {index}", 2, "bad-parameter", "garbage"),
    ("akin search graphs --index {none}", 1, "index-missing", "rebuild-index --index"),
    ("akin search graphs --index {below_a_file}", None, None, "blank.txt"),
    ("akin search graphs --index {index} --model other", 1, "index-mismatch", "other"),
    ("akin search graphs --index {index} --model no/model", 2, "model-unavailable", "no/model"),
    ("akin related", 2, "bad-input", "--text"),
    ("akin related no:such --index {index}", 2, "unknown-paper", "no:such"),
    (f"akin related {PAPER} --unlike {PAPER} --index {{index}}", 2, "bad-parameter", PAPER),
    (f"akin related {PAPER} --index {{none}}", 1, "index-missing", "rebuild-index --index"),
    ("akin explain", 2, "bad-input", "ID"),
    (f"akin explain {PAPER} --index {{index}}", 2, "bad-parameter", "q="),
    ("akin explain no:such graphs --index {index}", 2, "unknown-paper", "no:such"),
    (f"akin explain {PAPER} --like no:such --index {{index}}", 2, "unknown-paper", "no:such"),
    (f"akin explain {PAPER} graphs --mode fuzzy", 2, "bad-input", "fuzzy"),
    (f"akin explain {PAPER} graphs --index {{none}}", 1, "index-missing", "rebuild-index --index"),
    ("akin show no:such --index {index}", 2, "unknown-paper", "no:such"),
    (f"akin show {PAPER} --index {{none}}", 1, "index-missing", "rebuild-index --index"),
    ("akin status --index {none}", 1, "index-missing", "rebuild-index --index"),
    ("akin nonsense", 2, "bad-input", "nonsense"),
]


@pytest.mark.parametrize(
    ("line", "code", "kind", "named"), FAILURES, ids=[line for line, *_ in FAILURES]
)
class TestFailures:
    """Each failure, for programs and for people."""

    def test_json(self, run, places, line, code, kind, named):
        """Under --json it is one object of type, title and detail, and the exit code says why."""
        ran = run(quoted(line, places), "--json")
        assert (ran.json["ok"], ran.json.keys()) == (False, {"ok", "error"})
        error = ran.json["error"]
        assert error["title"]
        assert named in error["detail"]
        assert ran.code == code if code else ran.code in {1, 2}
        assert kind is None or error["type"] == kind

    def test_message(self, run, places, line, code, kind, named):
        """Without, it is a message on standard error and nothing on standard output."""
        ran = run(quoted(line, places))
        assert ran.code == code if code else ran.code in {1, 2}
        assert ran.out == ""
        assert named in ran.err
        assert "Traceback" not in ran.err


@pytest.mark.parametrize("line", [f[0] for f in FAILURES if "rebuild-index" in f[0]])
def test_the_last_good_index_still_answers_after_a_failed_rebuild(run, places, seeded, line):
    """Whatever stopped a rebuild, the generation is the same and finds the same."""
    before = run(f"akin search {PAPER} -k 3 --json --index", seeded.path).json
    run(quoted(line, places))
    after = run(f"akin search {PAPER} -k 3 --json --index", seeded.path).json
    assert after["results"] == before["results"]
    assert after["index"] == before["index"]
    assert not list(seeded.generations.glob(".building-*"))


@pytest.mark.parametrize("json_option", ["", "--json"])
@pytest.mark.parametrize(("strict", "code"), [("", 0), ("--strict", 3)])
def test_a_broken_record_is_told_and_strict_exits_with_3(run, tmp_path, strict, code, json_option):
    """The other records are published either way, and the rejection names file, line and reason."""
    source = broken_table(tmp_path / "a.md", "| 2024 | [broken] |", ("Good [one]", "whole"))
    ran = run(f"rebuild-index {strict} {json_option} --index", tmp_path / "index", source)
    assert ran.code == code
    if json_option:
        (rejection,) = ran.json["rejections"]
        assert (rejection["source"], rejection["line"]) == ("a.md", 4)
        assert rejection["head"] == "| 2024 | [broken] |"
        assert "2 found" in rejection["reason"]
    else:
        assert "a.md:4: 4 cells" in ran.out
        assert "| 2024 | [broken] |" in ran.out
    assert IndexFolder(tmp_path / "index").current().manifest.papers == 1


def test_map_says_how_the_corpus_is_laid_out(run, tmp_path):
    """pca is always there; pacmap, where it is not, is refused with the command that brings it."""
    source, index = table(tmp_path / "a.md", ("One", "first")), tmp_path / "index"
    refused = run("rebuild-index --map pacmap --index", index, source)
    assert (refused.code, refused.out) == (2, "")
    assert "pip install pacmap" in refused.err
    assert run("rebuild-index --map umap --index", index, source).code == 2
    assert not (index / "CURRENT").exists()
    assert run("rebuild-index --map pca --index", index, source).code == 0
    assert "nothing changed" in run("rebuild-index --index", index, source).out


def test_the_longest_text_fits_into_an_address(run, seeded, monkeypatch):
    """What may be pasted may be asked for: the server takes an address that holds it."""
    taken = {}
    monkeypatch.setattr("uvicorn.run", lambda *_, **options: taken.update(options))
    for name in ("INDEX", "MODEL", "RERANKER", "RERANKER_SECONDS", "THREADS", "DECIDERS"):
        monkeypatch.setenv(f"AKIN_{name}", "")  # and as it was when this is over
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert run(f"akin serve --port {port} --index", seeded.path).code == 0
    address = Asked(text="\u8a9e" * MAX_CHARACTERS).url()
    assert taken["h11_max_incomplete_event_size"] > len(address) + 10_000


def test_serve_says_that_the_port_is_taken(run, seeded):
    """An address that somebody listens on is told before a model is loaded."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ran = run(f"akin serve --port {port} --index", seeded.path)
    assert (ran.code, ran.out) == (1, "")
    assert f"127.0.0.1:{port}: Address already in use" in ran.err
    assert "--port" in ran.err


def test_the_bare_command_shows_its_help(run):
    """akin alone is wrong use, and lists the commands."""
    ran = run("akin")
    assert ran.code == 2
    for command in ("rebuild-index", "search", "related", "show", "status", "doctor", "serve"):
        assert re.search(rf"^  {command} ", ran.err, re.MULTILINE)


# rebuild-index


def test_rebuild_accounts_for_every_record(run, tmp_path):
    """Each record is one of added, updated, unchanged, merged and rejected, and counted once."""
    source, index = tmp_path / "a.md", tmp_path / "index"
    table(source, ("Edited", "old"), ("Same", "same"), ("Gone", "gone"))
    first = run("rebuild-index --json --index", index, source).json
    assert first["ledger"] == {
        "records": 3,
        "added": 3,
        "updated": 0,
        "unchanged": 0,
        "removed": 0,
        "merged": 0,
        "rejected": 0,
    }
    assert (first["ok"], first["published"], first["embedded"]) == (True, True, 3)

    rows = [("Edited", "new"), ("Same", "same"), ("Added", "added"), ("Same", "same")]
    broken_table(source, "| 2024 | broken |", *rows)
    second = run("rebuild-index --json --index", index, source)
    assert (second.code, second.err) == (0, "")
    report = second.json
    assert report["ledger"] == {
        "records": 5,
        "added": 1,
        "updated": 1,
        "unchanged": 1,
        "removed": 1,
        "merged": 1,
        "rejected": 1,
    }
    assert (report["papers"], report["embedded"]) == (3, 2)
    assert report["generation"] == IndexFolder(index).current().id != first["generation"]
    assert report["seconds"] > 0
    phases = ["reading", "merging", "indexing", "embedding", "mapping", "publishing"]
    assert list(report["phases"]) == phases
    assert 0 < sum(report["phases"].values()) <= report["seconds"]
    (account,) = report["sources"]
    assert account == {
        "source": "a.md",
        "path": str(source),
        "format": "markdown-table",
        "sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
        "records": 5,
        "papers": 3,
        "merged": 1,
        "rejected": 1,
        "without_abstract": 0,
    }


def test_rebuild_tells_people_the_same(run, tmp_path):
    """The account, the generation and the folder are printed for people."""
    index = tmp_path / "index"
    ran = run("rebuild-index --index", index, SEEDS)
    assert ran.code == 0
    for part in (
        "seeds/000_add539cdd9317f79.txt  scholar-page  40 records, 40 papers",
        "seeds/002_8bf90837af962036.txt  markdown-table  24 records, 24 papers",
        "64 records: 64 added, 0 updated, 0 unchanged, 0 removed, 0 merged, 0 rejected",
        f"published 64 papers, 64 embedded, generation {IndexFolder(index).current().id}",
    ):
        assert part in ran.out
    again = run("rebuild-index --index", index, SEEDS)
    assert "64 records: 0 added, 0 updated, 64 unchanged" in again.out
    assert "nothing changed, still 64 papers, 0 embedded" in again.out


def test_a_rebuild_stays_with_the_model_of_the_index(run, tmp_path):
    """Without --model, the model that the index was built with is run again, and embeds nothing."""
    source, index = table(tmp_path / "a.md", ("One", "first")), tmp_path / "index"
    run("rebuild-index --model other --index", index, source)
    assert run("rebuild-index --full --json --index", index, source).json["published"]
    assert IndexFolder(index).current().manifest.space.model == "other"
    assert run("rebuild-index --json --index", index, source).json["embedded"] == 0


@pytest.mark.parametrize("start", ["empty", "built"])
def test_a_dry_run_publishes_nothing(run, tmp_path, start):
    """It accounts as a rebuild would, and leaves the index as it is."""
    source, folder = table(tmp_path / "a.md", ("One", "first")), IndexFolder(tmp_path / "index")
    current = None
    if start == "built":
        current = run("rebuild-index --json --index", folder.path, source).json["generation"]
        table(source, ("One", "first"), ("Two", "second"))
    report = run("rebuild-index --dry-run --json --index", folder.path, source).json
    assert report["ledger"]["added"] == 1
    assert report["ledger"]["unchanged"] == (start == "built")
    assert (report["published"], report["embedded"]) == (False, 0)
    assert report["generation"] == current
    if start == "built":
        assert folder.current().id == current
    else:
        with pytest.raises(IndexMissing):
            folder.current()
    assert [path.name for path in folder.generations.iterdir()] == [current] * (start == "built")
    ran = run("rebuild-index --dry-run --index", folder.path, source)
    assert "nothing embedded, nothing published" in ran.out


def test_without_sources_what_was_recorded_is_read_again(run, tmp_path, monkeypatch):
    """Sources and model come from the index, wherever the command is called from."""
    index, source = tmp_path / "index", tmp_path / "a.md"
    table(source, ("One", "first"))
    monkeypatch.chdir(tmp_path)
    run("rebuild-index a.md --model other --index", index)
    table(source, ("One", "first"), ("Two", "second"))
    monkeypatch.chdir("/")
    report = run("rebuild-index --json --index", index).json
    assert [account["path"] for account in report["sources"]] == [str(source)]
    assert (report["ledger"]["added"], report["ledger"]["unchanged"]) == (1, 1)
    assert report["embedded"] == 1
    assert IndexFolder(index).current().manifest.space.model == "other"


def test_the_first_build_without_sources_is_of_the_seeds(run, tmp_path, monkeypatch):
    """seeds/ of the folder that the command is called from."""
    monkeypatch.chdir(SEEDS.parent)
    assert run("rebuild-index --json --index", tmp_path / "index").json["papers"] == 64


def test_papers_that_go_with_their_sources_are_pointed_out(run, tmp_path):
    """Whoever names other sources by mistake reads what went, and where it was."""
    one = table(tmp_path / "a.md", ("One", "first"), ("Two", "second"))
    other = table(tmp_path / "b.md", ("Three", "third"))
    run("rebuild-index --index", tmp_path / "index", one)
    line = "rebuild-index --replace --json --index"
    (note,) = run(line, tmp_path / "index", other).json["notes"]
    assert note == f"2 of the 2 papers before are not in these sources; they were in {one}"


def test_the_index_can_come_from_the_environment(run, seeded, monkeypatch):
    """AKIN_INDEX stands for --index."""
    monkeypatch.setenv("AKIN_INDEX", str(seeded.path))
    assert run("akin status --json").json["index"]["generation"] == seeded.current().id


# search, related, show, status

ASKED = [
    ("", {}),
    ("-k 3 --mode lexical", {"k": 3, "mode": "lexical"}),
    ("-k 64 --mode semantic", {"k": 64, "mode": "semantic"}),
    ("--year 2024", {"filters": Filters(year_from=2024, year_to=2024)}),
    ("--year 2024..2025", {"filters": Filters(year_from=2024, year_to=2025)}),
    ("--year 2025..", {"filters": Filters(year_from=2025)}),
    ("--year ..2024", {"filters": Filters(year_to=2024)}),
    ("--year '>=2024'", {"filters": Filters(year_from=2024)}),
    ("--category LG --category CV", {"filters": Filters(category=("LG", "CV"))}),
    ("--author 'mang ye'", {"filters": Filters(author=("mang ye",))}),
    ("--venue cvpr --no-code", {"filters": Filters(venue=("cvpr",), has_code=False)}),
    ("--source 000 --has-code", {"filters": Filters(source=("000",), has_code=True)}),
    ("--min-score 0.25 --sort date", {"min_score": 0.25, "sort": "date"}),
]


@pytest.mark.parametrize(("options", "asked"), ASKED, ids=[options for options, _ in ASKED])
def test_search_prints_what_the_engine_answers(run, ask, seeded, options, asked):
    """Under --json it is the result list itself, for each option."""
    found = run(f"akin search {QUESTION} {options} --json --index", seeded.path).json
    assert found.pop("took_ms") > 0
    assert found == {"ok": True, **ask(Query.parse(QUESTION, **asked))}
    assert found["results"]


@pytest.mark.parametrize(
    ("line", "q", "k"),
    [
        ("'-1 (medical images)'", "-1 (medical images)", 10),
        ("federated -k 3 '-1 (medical images)'", "federated -1 (medical images)", 3),
        ("-images federated -k3", "-images federated", 3),
        ("-author:Huang graph", "-author:Huang graph", 10),
        ("""'-"image retrieval"' learning""", '-"image retrieval" learning', 10),
        ("-k 2 -- -networks", "-networks", 2),
        ("'- graphs'", "- graphs", 10),
        ("'-graph* OR learning'", "-graph* OR learning", 10),
    ],
)
def test_a_query_may_begin_with_a_hyphen(run, ask, seeded, line, q, k):
    """What README shows works in a shell as it is, wherever options stand."""
    done = run(f"akin search --json --index {seeded.path} {line}")
    assert done.code == 0, done.out
    found = {name: value for name, value in done.json.items() if name not in ("ok", "took_ms")}
    assert found == ask(Query.parse(q, k=k))


def test_explain_takes_a_query_that_begins_with_a_hyphen(run, seeded):
    """As search does, after the id."""
    done = run(f"akin explain {PAPER} '-1 (images)' --json --mode lexical --index", seeded.path)
    assert done.json["query"]["q"] == "-1 (images)"


@pytest.mark.parametrize("option", ["-n 5", "--formt table", "-x"])
def test_an_unknown_option_is_no_query(run, seeded, option):
    """One letter, or two hyphens: a slip is wrong use."""
    assert run(f"akin search graphs {option} --index", seeded.path).code == 2


def test_search_goes_on_after_a_page(run, ask, seeded):
    """--cursor takes the next of the page before."""
    line = f"akin search {QUESTION} -k 4 --json --index"
    first = run(line, seeded.path).json
    second = run(line, seeded.path, "--cursor", first["next"]).json
    assert first["results"] + second["results"] == ask(Query(QUESTION, k=8))["results"]


def test_search_shows_people_titles_ids_and_why(run, ask, seeded):
    """Each result is a ranked title with its id, the parts of its score below, in order."""
    out = run(f"akin search {QUESTION} -k 5 --index", seeded.path).out
    page = ask(Query(QUESTION, k=5))
    end = 0
    for hit in page["results"]:
        paper, why = hit["paper"], hit["why"]
        for part in (
            f"{hit['rank']:>2}  {paper['title']} ({paper['year']})",
            paper["id"],
            f"score {hit['score']:.2f}, meaning #{why['semantic']['rank']} ",
        ):
            end = out.index(part, end) + len(part)
    assert "1–5 of 64 papers" in out[end:]
    assert seeded.current().id in out[end:]


def test_search_without_a_result_says_so(run, seeded):
    """An empty page is not an error, and not silence."""
    ran = run("akin search graphs --author 'Nobody Known' --index", seeded.path)
    assert (ran.code, "no paper matches" in ran.out) == (0, True)


def test_related_prints_what_the_engine_answers(run, ask, seeded):
    """Papers, those to be unlike and a text are all passed on, and none is in the list."""
    other, unlike = (hit["paper"]["id"] for hit in ask(Query(like=(PAPER,), k=2))["results"])
    line = f"akin related {PAPER} {other} --unlike {unlike} --text graphs -k 64 --json --index"
    found = run(line, seeded.path).json
    del found["took_ms"]
    asked = Query(
        "graphs", like=(PAPER, other), unlike=(unlike,), is_paper=True, collapse=True, k=64
    )
    assert found == {"ok": True, **ask(asked)}
    assert found["total"] == 61
    assert not {hit["paper"]["id"] for hit in found["results"]} & {PAPER, other, unlike}


def test_related_to_a_text_needs_no_id(run, ask, seeded):
    """A pasted abstract alone is enough."""
    found = run(f"akin related --text '{QUESTION}' --json --index", seeded.path).json
    assert found["results"] == ask(Query(QUESTION, is_paper=True, collapse=True))["results"]


def test_related_shows_people_the_neighbours(run, ask, seeded):
    """The nearest papers are printed by title and id."""
    out = run(f"akin related {PAPER} -k 2 --index", seeded.path).out
    for hit in ask(Query(like=(PAPER,), k=2))["results"]:
        assert f"{hit['rank']:>2}  {hit['paper']['title']}" in out
        assert hit["paper"]["id"] in out
    assert TITLE not in out


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        (QUESTION, Query(QUESTION)),
        ("graphs --mode lexical", Query("graphs", mode="lexical")),
        (f"--like {PAPER} --like {PAPER}", Query.related(like=(PAPER,))),
        (f"--text graphs --like {PAPER}", Query.related(text="graphs", like=(PAPER,))),
        (
            "graphs --sort date --year 2024",
            Query("graphs", sort="date", filters=Filters(2024, 2024)),
        ),
        ("graphs --min-score 0.5 --diversity 0.3", Query("graphs", min_score=0.5, diversity=0.3)),
        (f"graphs --unlike {PAPER}", Query("graphs", unlike=(PAPER,))),
    ],
)
def test_explain_prints_what_the_engine_answers(run, seeded, options, asked):
    """The JSON is that of the API, whatever pointed the way."""
    found = run(f"akin explain akin:51bb49ea6b40cafb {options} --json --index", seeded.path)
    engine = Engine(seeded.current(), fake_encoder(fake_model()))
    expected = engine.explain(asked, "akin:51bb49ea6b40cafb").to_json()
    engine.close()
    assert found.json == {"ok": True, **expected}


def test_explain_tells_people_without_colours_too(run, seeded):
    """Title, abstract, both parts of the score, words and sentence are there in a pipe."""
    ran = run(f"akin explain {PAPER} {QUESTION} --index", seeded.path)
    found = run(f"akin explain {PAPER} {QUESTION} --json --index", seeded.path).json
    out = ran.out
    assert "\x1b" not in out
    for part in (TITLE, PAPER, found["paper"]["abstract"]):
        assert part in out
    assert f"score  {found['score']:.2f}, #{found['rank']} of the list" in out
    for name in ("semantic", "lexical"):
        assert f"= {found['why'][name]['added']:+.2f}" in out
    assert f"cosine {found['sentence']['score']:.2f}: {found['sentence']['text']}" in out
    shares: dict[str, float] = {}
    for word in found["words"]:
        shares[word["text"].lower()] = shares.get(word["text"].lower(), 0) + word["share"]
    best = max(shares.keys() - STOP_WORDS, key=shares.__getitem__)
    assert f"nearer by  {best} {shares[best]:+.3f}" in out.lower()
    for term in found["terms"]:
        assert f"{term['word']} ×{term['count']}" in out


def test_explain_tints_the_words_on_a_terminal(run, seeded, monkeypatch):
    """The word that adds most is on a strong green, and the best sentence is underlined."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "20000")
    monkeypatch.delenv("NO_COLOR", raising=False)
    found = run(f"akin explain {PAPER} {QUESTION} --json --index", seeded.path).json
    out = run(f"akin explain {PAPER} {QUESTION} --index", seeded.path).out
    most = max(found["words"], key=lambda word: abs(word["share"]))
    tint = "64;200;64" if most["share"] > 0 else "232;104;104"
    assert re.search(rf"48;2;{tint}m{most['text']}\x1b", out)
    plain = re.sub(r"\x1b\[[\d;]*m", "", out)
    assert found["paper"]["abstract"] in plain
    underlined = re.findall(r"\x1b\[(?:\d+;)*4(?:;[\d;]+)?m([^\x1b]*)", out)
    assert "".join(underlined) == found["sentence"]["text"]


def test_show_prints_every_field(run, seeded):
    """The JSON is the paper and its index; people see title, id, link and the whole abstract."""
    found = run(f"akin show {PAPER} --json --index", seeded.path).json
    assert (found["ok"], found["id"], found["title"]) == (True, PAPER, TITLE)
    assert found["index"]["generation"] == seeded.current().id
    assert (found["year"], found["sources"]) == (2024, ["seeds/002_8bf90837af962036.txt"])
    out = run(f"akin show {PAPER} --index", seeded.path).out
    for part in (TITLE, PAPER, "2024", found["url"], found["abstract"], *found["sources"]):
        assert part in out


def test_status_tells_what_is_indexed(run, seeded):
    """Index, model, sources and ledger are those of the manifest."""
    manifest = seeded.current().manifest
    state = run("akin status --json --index", seeded.path).json
    assert state["ok"] is True
    assert state["index"] == {
        "generation": manifest.generation,
        "model": DEFAULT_MODEL,
        "papers": 64,
        "covered": None,
    }
    assert (state["sources"], state["ledger"]) == (manifest.sources, manifest.ledger)
    assert state["fingerprint"] == fake_model().fingerprint
    out = run("akin status --index", seeded.path).out
    for part in (str(seeded.path), manifest.generation, DEFAULT_MODEL, "64", str(SEEDS)):
        assert part in out


@pytest.mark.parametrize(
    "text",
    [
        "Paper [with] [bold]brackets[/bold] [/] and [link=x]",
        "Emoji :rocket: names :smile: stay",
        "Numbers 12 'quotes' http://example.org/[x]",
        "A very long title " + "that is not wrapped " * 12 + "END",
    ],
    ids=["brackets", "emoji", "numbers", "long"],
)
def test_text_is_printed_as_it_is(run, tmp_path, text):
    """Nothing in a title or an abstract is taken for markup of the terminal."""
    index, source = tmp_path / "index", table(tmp_path / "a.md", (text, f"About: {text}"))
    run("rebuild-index --index", index, source)
    found = run("akin search paper --json --index", index).json["results"]
    (paper,) = (hit["paper"] for hit in found)
    assert (paper["title"], paper["abstract"]) == (text, f"About: {text}")
    shown = run("akin show --index", index, paper["id"]).out
    assert text in shown.splitlines()
    assert f"About: {text}" in shown.splitlines()
    assert f" 1  {text} (2024)" in run("akin search paper --index", index).out.splitlines()


# doctor


def test_doctor_finds_a_good_index_well(run, seeded):
    """Every check passes, and the vectors of a sample are computed again."""
    ran = run("akin doctor --json --index", seeded.path)
    checks = {check["name"]: check for check in ran.json["checks"]}
    assert (ran.code, ran.json["ok"]) == (0, True)
    assert all(check["ok"] for check in checks.values())
    assert checks["current generation"]["detail"] == seeded.current().id
    assert checks["counts"]["detail"] == (
        "manifest 64, catalogue 64, last row 64, phrases 64, vectors 64, map 64"
    )
    assert "8 embedded again, least cosine 1.0" in checks["sample of vectors"]["detail"]
    human = run("akin doctor --index", seeded.path)
    assert human.code == 0
    assert human.out.count("well  ") == len(checks)


@pytest.mark.parametrize("how", ["flipped", "missing"])
@pytest.mark.parametrize("name", FILES)
def test_doctor_names_the_damaged_file(run, tmp_path, name, how):
    """A byte flipped or a file gone is exit code 1, with the path of the file to read and copy."""
    index = IndexFolder(tmp_path / "index")
    run("rebuild-index --index", index.path, table(tmp_path / "a.md", ("One", "first")))
    path = index.current().folder / name
    damage(path, how)
    ran = run("akin doctor --json --index", index.path)
    assert (ran.code, ran.json["ok"]) == (1, False)
    assert str(path) in ran.json["error"]["detail"]
    assert [check["ok"] for check in ran.json["checks"]].count(False) == 1
    human = run("akin doctor --index", index.path)
    assert human.code == 1
    assert "BAD" in human.out
    assert str(path) in human.out


@pytest.mark.parametrize(
    ("options", "named"),
    [("--index {none}", "rebuild-index --index"), ("--index {index} --model other", "other")],
)
def test_doctor_tells_what_it_cannot_examine(run, places, options, named):
    """No index, or another model, is a check that failed."""
    ran = run(quoted(f"akin doctor --json {options}", places))
    assert (ran.code, ran.json["ok"]) == (1, False)
    assert named in ran.json["error"]["detail"]


# The installed commands


def test_the_installed_command_fails_as_promised(tmp_path):
    """Exit code and JSON object are those of a real process, too."""
    done = subprocess.run(
        [SCRIPTS / "akin", "status", "--json", "--index", tmp_path], capture_output=True
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert json.loads(done.stdout)["error"]["type"] == "index-missing"


@pytest.mark.parametrize("harm", ["pointer", "version"])
def test_a_damaged_index_is_built_from_its_own_sources(run, tmp_path, harm):
    """An index that cannot be served is built anew from what it was built from, not from seeds/."""
    source, index = table(tmp_path / "a.md", ("Mine", "first")), tmp_path / "index"
    run("rebuild-index --model other --index", index, source)
    folder = IndexFolder(index).current().folder
    if harm == "pointer":
        (index / "CURRENT").write_text("rubbish")
    else:
        manifest = folder / "manifest.json"
        content = json.loads(manifest.read_bytes())
        manifest.write_text(json.dumps({**content, "format_version": 0}))
        IndexFolder(index)._point_to(folder)
    report = run("rebuild-index --json --index", index).json
    assert (report["papers"], report["published"], report["embedded"]) == (1, True, 0)
    assert IndexFolder(index).current().manifest.space.model == "other"


def test_a_rebuild_asks_for_sources_where_none_can_be_known(run, tmp_path):
    """With every manifest unreadable, nothing is guessed; naming sources mends it."""
    source, index = table(tmp_path / "a.md", ("Mine", "first")), tmp_path / "index"
    run("rebuild-index --index", index, source)
    (IndexFolder(index).current().folder / "manifest.json").write_text("rubbish")
    ran = run("rebuild-index --json --index", index)
    assert (ran.code, ran.json["error"]["type"]) == (1, "index-corrupted")
    assert f"rebuild-index --index {index} SOURCE" in ran.json["error"]["detail"]
    assert run("rebuild-index --json --index", index, source).json["papers"] == 1


def test_doctor_is_content_once_its_advice_was_followed(run, tmp_path):
    """A rebuild drops the damaged generation, so that none is left to complain about."""
    source, index = table(tmp_path / "a.md", ("Mine", "first")), tmp_path / "index"
    run("rebuild-index --index", index, source)
    IndexFolder(index).current().catalogue.write_bytes(b"rubbish")
    ran = run("akin doctor --index", index)
    assert ran.code == 1
    assert f"rebuild-index --index {index}" in ran.out
    assert run("rebuild-index --index", index).code == 0
    assert run("akin doctor --index", index).code == 0


def test_an_interrupted_rebuild_says_how_to_go_on(run, tmp_path, monkeypatch):
    """Ctrl-C is an error of its own kind, and the index stays as it was."""

    def interrupted(self, texts):
        raise KeyboardInterrupt

    monkeypatch.setattr(FakeEncoder, "encode_document", interrupted)
    source = table(tmp_path / "a.md", ("Mine", "first"))
    ran = run("rebuild-index --json --index", tmp_path / "index", source)
    assert (ran.code, ran.json["error"]["type"]) == (1, "interrupted")
    assert "run it again" in ran.json["error"]["detail"]


def test_an_interrupt_after_publishing_says_that_the_index_is_published(run, tmp_path, monkeypatch):
    """While the model is made ready for questions; a rebuild has nothing to do then."""

    def interrupted(_model):
        raise KeyboardInterrupt

    monkeypatch.setattr(indexer.cli, "make_ready", interrupted)
    source = table(tmp_path / "a.md", ("Mine", "first"))
    ran = run("rebuild-index --json --index", tmp_path / "index", source)
    assert (ran.code, ran.json["error"]["type"]) == (1, "interrupted")
    assert ran.json["error"]["detail"].startswith("the index is published; ")
    assert run("rebuild-index --json --index", tmp_path / "index").json["published"] is False


def test_what_keeps_questions_waiting_for_torch_is_a_note(run, tmp_path, monkeypatch):
    """Of a report, as JSON and for people; the phase is told of, as it takes seconds."""
    phases = []
    monkeypatch.setattr(indexer.cli, "make_ready", lambda _: phases[-1] and "no place for weights")
    monkeypatch.setattr(Log, "phase", lambda _, name, total=None: phases.append(name))
    source = table(tmp_path / "a.md", ("Mine", "first"))
    ran = run("rebuild-index --json --index", tmp_path / "one", source)
    assert (ran.code, ran.json["notes"]) == (0, ["no place for weights"])
    assert phases[-1] == "converting the model for questions"
    assert "note no place for weights\n" in run("rebuild-index --index", tmp_path / "2", source).out


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (sqlite3.OperationalError("disk is full"), "disk is full"),
        (OSError(28, "No space left", "/x/y"), "/x/y: No space left"),
        (ZeroDivisionError("a bug"), "a bug"),
    ],
)
def test_no_failure_is_without_its_json(run, tmp_path, monkeypatch, error, named):
    """Errors of the system, and bugs, are one JSON object and exit code 1 like all others."""

    def fail(self, texts):
        raise error

    monkeypatch.setattr(FakeEncoder, "encode_document", fail)
    source = table(tmp_path / "a.md", ("Mine", "first"))
    ran = run("rebuild-index --json --index", tmp_path / "index", source)
    assert (ran.code, ran.json["ok"]) == (1, False)
    assert named in ran.json["error"]["detail"]


@pytest.mark.parametrize(
    "line",
    ["search b\udcff", "related --text b\udcff", "related b\udcff", "search b --author b\udcff"],
)
def test_an_argument_that_is_not_unicode_is_bad_input(run, seeded, line):
    """Bytes from a shell that are no UTF-8 are named as such."""
    ran = run(f"akin {line} --json --index", seeded.path)
    assert (ran.code, ran.json["error"]["type"]) == (2, "bad-parameter")
    assert "not valid Unicode" in ran.json["error"]["detail"]


def test_what_is_printed_is_strict_json(run, seeded):
    """Numbers that JSON does not have are echoed as text."""
    ran = run("akin search b --min-score nan --json --index", seeded.path)
    assert ran.json["error"]["value"] == "nan"


@pytest.mark.parametrize(
    ("line", "start"),
    [
        ("search mamba --mode lexical -k 50", " 1 "),
        ("search mamba --mode lexical -k 50 --json", "{"),
        ("search mamba --mode lexical -k 50 --format bibtex", "@"),
        ("export", "@"),
    ],
)
def test_a_reader_that_stops_early_is_no_error(real_index, line, start):
    """`akin search … | head` ends quietly."""
    akin = Path(sys.executable).with_name("akin")
    command = f"{akin} {line} --index {real_index} | head -1"
    script = ["bash", "-c", f"set -o pipefail; {command}"]
    ran = subprocess.run(script, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith(start)


def test_a_ranker_that_cannot_be_used_is_bad_input(run, seeded, tmp_path, monkeypatch):
    """On the command line or in the environment: exit code 2, with the file and what to do."""
    missing = tmp_path / "missing.json"
    for line in ("akin search graphs", f"akin explain {PAPER} graphs", f"akin related {PAPER}"):
        done = run(f"{line} --index {seeded.path} --ranker", missing)
        assert (done.code, done.out) == (2, "")
        assert f"{missing}: cannot be read" in done.err
        assert "--ranker none does without" in done.err
    monkeypatch.setenv("AKIN_RANKER", str(missing))
    done = run(f"akin search graphs --json --index {seeded.path}")
    assert (done.code, done.json["error"]["file"]) == (2, str(missing))


def test_serve_fails_at_once_where_its_ranker_cannot_be_used(run, seeded, tmp_path, monkeypatch):
    """Before any server is started."""
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: pytest.fail("it was served"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    serve = f"akin serve --port {port} --index {seeded.path} --ranker"
    done = run(serve, tmp_path / "missing.json")
    assert done.code == 2
    assert "missing.json: cannot be read" in done.err


@pytest.mark.model
def test_commands_take_the_second_look_that_akin_comes_with(run, seeded, monkeypatch):
    """Unless told otherwise; then scores are those of the engine alone."""
    asked = f"akin search {QUESTION} --json --index {seeded.path}"
    without = run(f"{asked} --ranker none").json["results"]
    assert all("second" not in hit["why"] for hit in without)
    scores = {hit["paper"]["id"]: hit["score"] for hit in without}
    monkeypatch.delenv("AKIN_RANKER")
    with_it = run(asked).json["results"]
    added = {hit["paper"]["id"]: hit["score"] - hit["why"]["second"] for hit in with_it}
    both = scores.keys() & added.keys()
    assert both
    assert [added[one] for one in both] == pytest.approx([scores[one] for one in both], abs=3e-6)
    shown = run(f"akin search {QUESTION} -k 1 --index {seeded.path}").out
    assert f", second look {with_it[0]['why']['second']:+.2f}" in shown
    best = with_it[0]["paper"]["id"]
    told = run(f"akin explain {best} {QUESTION} --index {seeded.path}").out
    assert f"second look  {with_it[0]['why']['second']:+.2f}: near words " in told
