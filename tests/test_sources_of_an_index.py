"""What an index is built from: added to, taken from, replaced only where that is meant."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path

import pytest

import indexer.cli
from indexer.command import run as main_of
from indexer.models.model import DEFAULT_MODEL
from indexer.store.generation import IndexFolder
from search_api.engine.live import encoder_for
from tests.conftest import SEEDS, table
from tests.fakes import fake_encoder, fake_model


@pytest.fixture
def run(monkeypatch, capfd, tmp_path):
    """Run ``rebuild-index …`` in this process, under ``--json``; return exit code and object."""
    monkeypatch.setattr(indexer.cli, "find_model", fake_model)
    monkeypatch.setattr(indexer.cli, "encoder_of", fake_encoder)
    monkeypatch.chdir(tmp_path)

    def run(*line: object, json_: bool = True):
        more = ["--json"] if json_ else []
        monkeypatch.setattr(sys, "argv", ["rebuild-index", *map(str, line), *more])
        with pytest.raises(SystemExit) as exited:
            main_of(indexer.cli.rebuild_index)()
        out, err = capfd.readouterr()
        return exited.value.code, json.loads(out) if json_ else out + err

    return run


@pytest.fixture
def index(tmp_path) -> IndexFolder:
    """Where commands build by default."""
    return IndexFolder(tmp_path / "index")


@pytest.fixture
def piped(monkeypatch):
    """Give a text to standard input."""

    def pipe(path: Path) -> None:
        data = io.BytesIO(path.read_bytes())
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(data))

    return pipe


def titles(index: IndexFolder) -> list[str]:
    """Of all papers."""
    from contextlib import closing

    from indexer.store.catalogue import open_catalogue, read_papers

    generation = index.current()
    with closing(open_catalogue(generation.catalogue)) as db:
        return [p.title for p in read_papers(db, range(1, generation.manifest.papers + 1))]


def test_sources_are_added_once_and_taken_out_again(run, index, tmp_path):
    """Twice the same changes nothing; the rest stays, wherever the command is called from."""
    one, two = table(tmp_path / "a.md", ("One", "x")), table(tmp_path / "b.md", ("Two", "y"))
    assert run(one)[1]["ledger"]["added"] == 1
    code, report = run("--add", "b.md", tmp_path / "b.md")
    assert (code, report["ledger"]["added"], report["ledger"]["unchanged"]) == (0, 1, 1)
    assert titles(index) == ["One", "Two"]
    code, again = run("--add", two)
    assert (code, again["published"], again["generation"]) == (0, False, report["generation"])
    assert index.recorded().roots == [one, two]
    code, report = run("--remove", "a.md")
    assert (code, report["ledger"]["removed"], titles(index)) == (0, 1, ["Two"])
    assert index.recorded().roots == [two]


def test_the_first_sources_can_be_added(run, index, tmp_path):
    """Then they are all that there is."""
    one = table(tmp_path / "a.md", ("One", "x"))
    assert run("--add", one)[0] == 0
    assert index.recorded().roots == [one]


@pytest.mark.parametrize(
    ("line", "kind", "message"),
    [
        (("--remove", "c.md"), "source-missing", "c.md: no source of index, which was built from"),
        (("--remove", "a.md"), "source-missing", "nothing would be left"),
        (("--remove", "-"), "source-missing", "-: no source of index"),
        (("--add", "c.md"), "source-missing", "c.md: no such file"),
        (("--add",), "bad-input", "need SOURCES"),
        (("--add", "--remove", "a.md"), "bad-input", "not each other"),
    ],
)
def test_what_cannot_be_added_or_taken_out_changes_nothing(
    run, index, tmp_path, line, kind, message
):
    """It is said what is wrong, and the index stays as it is."""
    run(table(tmp_path / "a.md", ("One", "x")))
    before = index.current().id
    code, answer = run(*line)
    assert (code, answer["error"]["type"], index.current().id) == (2, kind, before)
    assert message in answer["error"]["detail"]


def test_what_was_piped_is_read_again_added_to_and_taken_out(run, index, tmp_path, piped):
    """It is kept beside the index, so nobody has to pipe it twice."""
    piped(table(tmp_path / "in.md", ("Piped", "x")))
    assert run("-")[0] == 0
    (kept,) = index.recorded().roots
    assert kept.read_bytes() == (tmp_path / "in.md").read_bytes()
    assert kept.is_relative_to(index.path / "piped")
    code, report = run()
    assert (code, report["published"]) == (0, False)
    assert run("--add", table(tmp_path / "b.md", ("Two", "y")))[1]["papers"] == 2
    piped(table(tmp_path / "in.md", ("Piped later", "z")))
    assert run("--add", "-")[1]["papers"] == 3
    assert titles(index) == ["Piped", "Two", "Piped later"]
    assert run("--remove", "-")[0] == 0
    assert titles(index) == ["Two"]
    run("--full")
    assert list((index.path / "piped").iterdir()) == []  # once the generation before is gone


def test_what_was_piped_outlives_what_fails(run, index, tmp_path, piped):
    """A pipe that held nothing leaves nothing for long, and takes nothing from the one before."""
    piped(table(tmp_path / "in.md", ("Piped", "x")))
    run("-")
    (kept,) = index.recorded().roots
    (tmp_path / "empty").touch()
    piped(tmp_path / "empty")
    assert run("--add", "-")[0] == 2
    assert run()[1]["ledger"]["unchanged"] == 1
    assert list((index.path / "piped").glob("*/*")) == [kept]
    for manifest in index.generations.glob("*/manifest.json"):
        manifest.write_text("{")
    code, report = run(kept)
    assert (code, report["papers"]) == (0, 1)


def test_most_papers_do_not_go_unasked(run, index, tmp_path):
    """Without a terminal they stay, with exit code 2, until --replace is given; half may go."""
    rows = [(f"Title {n}", "x") for n in range(4)]
    source = table(tmp_path / "a.md", *rows)
    run(source)
    before = index.current().id
    for line in (table(tmp_path / "b.md", ("Other", "y")),), ():
        table(source, rows[0])
        code, answer = run(*line)
        error = answer["error"]
        assert (code, error["type"], index.current().id) == (2, "most-would-go", before)
        assert (error["removed"], error["papers"]) == (4 - (not line), 4)
        assert "--replace" in error["detail"]
        assert run("--dry-run", *line)[0] == 0
    table(source, *rows[:2])
    assert run()[1]["ledger"]["removed"] == 2
    code, report = run(tmp_path / "b.md", "--replace")
    assert (code, report["ledger"]["removed"], titles(index)) == (0, 2, ["Other"])


@pytest.mark.parametrize("answer", [True, False])
def test_a_terminal_is_asked(run, index, tmp_path, monkeypatch, answer):
    """With the numbers; no leaves all as it is."""
    run(table(tmp_path / "a.md", ("One", "x"), ("Two", "y")))
    asked: list[str] = []
    for stream in (sys.stdin, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr(
        indexer.cli.click, "confirm", lambda text, err: asked.append(text) or answer
    )
    code, _ = run(table(tmp_path / "b.md", ("Three", "z")), json_=False)
    assert "2 of the 2 papers in index are not in these sources" in asked[0]
    assert code == (0 if answer else 2)
    assert titles(index) == (["Three"] if answer else ["One", "Two"])


def test_an_index_of_the_seeds_alone_is_replaced_unasked(run, index, tmp_path):
    """Nothing of anybody's own is in it: so the first build of one's papers is a plain one."""
    shutil.copytree(SEEDS, tmp_path / "seeds")
    assert run("--map", "none")[1]["papers"] == 64
    code, report = run("--map", "none", table(tmp_path / "a.md", ("One", "x")))
    assert (code, report["ledger"]["removed"], titles(index)) == (0, 64, ["One"])


def test_what_a_model_reads_is_kept_with_it(run, index, tmp_path):
    """Another number, or another model, puts an end to it; nothing said, all is as it was."""
    table(tmp_path / "a.md", ("One title of a paper", "text"))

    def read_by(*line: object) -> tuple[str, int | None]:
        assert run(*line)[0] == 0
        space = index.current().manifest.space
        return space.model, space.max_tokens

    assert read_by("a.md") == (DEFAULT_MODEL, None)
    fingerprint = index.current().manifest.space.fingerprint
    assert read_by("--max-tokens", 128) == (DEFAULT_MODEL, 128)
    assert index.current().manifest.space.fingerprint != fingerprint
    assert read_by() == read_by("--model", DEFAULT_MODEL, "a.md") == (DEFAULT_MODEL, 128)
    assert encoder_for()(index.current().manifest.space).model.max_tokens == 128
    assert encoder_for(DEFAULT_MODEL)(index.current().manifest.space).model.max_tokens == 128
    assert read_by("--max-tokens", 64, "a.md") == (DEFAULT_MODEL, 64)
    assert read_by("--model", "other") == ("other", None)
