"""What reaches a terminal: never a sequence that a source put there to command it."""

import io
import json
import logging
import re
import shlex
import sys

import pytest
from rich.text import Text

import indexer.cli
import search_api.cli
import search_api.engine.live
from indexer.command import Out, VisibleLog, print_json, visible, write
from tests.fakes import fake_encoder, fake_model

CLIPBOARD = "\x1b]52;c;cm0gLXJm\x07"
TITLE_BAR = "\x9d0;owned\x9c"
TURNED = "\u202egpj.exe\u2066"
EVIL = f"{CLIPBOARD}{TITLE_BAR}{TURNED}\x08\x7f\r"
COMMANDING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command line in this process, and return all that it printed."""
    for module, made in ((indexer.cli, "encoder_of"), (search_api.engine.live, "question_encoder")):
        monkeypatch.setattr(module, "find_model", fake_model)
        monkeypatch.setattr(module, made, fake_encoder)
    mains = {"akin": search_api.cli.main, "rebuild-index": indexer.cli.main}

    def run(line, *more):
        arguments = [*shlex.split(line), *map(str, more)]
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit):
            mains[arguments[0]]()
        return "".join(capsys.readouterr())

    return run


@pytest.fixture
def hostile(tmp_path):
    """A source whose every field, whose name and whose broken record would command a terminal."""
    paper = {
        "title": f"Moss {EVIL} on slate",
        "abstract": f"It grows {EVIL} slowly.",
        "authors": [f"Ann {EVIL} Lee"],
        "venue": f"Moss {EVIL} Letters",
        "categories": [f"bio{EVIL}"],
        "url": f"https://example.org/{EVIL}",
        f"key{EVIL}": {f"a{EVIL}": [f"b{EVIL}"]},
        "year": f"{EVIL}",
        "doi": f"{EVIL}",
    }
    same = dict(paper, abstract=f"It grows {EVIL} slowly, on slate.")
    source = tmp_path / f"moss{CLIPBOARD.replace('/', '')}\x9b.jsonl"
    lines = [json.dumps(one, ensure_ascii=False) for one in (paper, same)]
    source.write_text("\n".join([*lines, f'{{"title": {EVIL}}}', ""]), encoding="utf-8")
    (tmp_path / f"other{CLIPBOARD}.bin").write_bytes(b"\x00\x01")
    return tmp_path


def test_no_command_lets_a_source_command_the_terminal(run, hostile, tmp_path_factory):
    """Tables, accounts, notes, errors, JSON: all that is printed is there to be seen."""
    index = tmp_path_factory.mktemp("ix") / "index"
    printed = run("rebuild-index --index", index, hostile)
    assert "moss]52;c;cm0gLXJm" in printed
    assert "rejected" in printed
    assert "skipped" in printed
    paper = json.loads(run("akin search moss --json --index", index))["results"][0]["paper"]["id"]
    lines = [
        "akin search 'moss year:x'",
        "akin search moss --json",
        f"akin show {paper}",
        f"akin show {paper} --json",
        f"akin explain {paper} moss",
        f"akin related {paper}",
        "akin export --duplicates",
        "akin status",
        "akin doctor",
        "rebuild-index --ledger /dev/null",
    ]
    for line in lines:
        more = [f"--index={index}", *([hostile] if line.startswith("rebuild") else [])]
        assert not COMMANDING.search(run(line, *more)), line
    for line in (f"akin show 'x{EVIL}'", f"rebuild-index 'x{EVIL}'", f"akin search a '--k{EVIL}'"):
        assert not COMMANDING.search(run(line, "--index", index)), line


def test_what_people_read_stays():
    """Letters of any script, joiners, tabs and line ends are text."""
    text = "Größe\u200d אבג\u200e 漢字\t—\r\nnext\n"
    assert visible(text) == text
    assert visible("a\rb\x85c\x1b[31md") == "abc[31md"


def test_colours_are_akins_own(capsys):
    """A style is shown on a terminal, and an escape within the text is not."""
    out = Out()
    out._force_terminal, out._color_system = True, out._color_system
    out.file = file = io.StringIO()
    out.print(Text("red\x1b[5m and", style="bold"), "[bold]a\x9b5m[/]")
    assert "\x1b[5m" not in file.getvalue()
    assert "\x9b" not in file.getvalue()
    assert "red[5m and" in file.getvalue()


def test_an_export_is_as_it_is_but_on_a_terminal(monkeypatch, capfdbinary):
    """A file and a pipe get every character; a terminal none that commands it."""
    pieces = [b"@a{b, title = {x\xc2", b"\x9b5m}}\r\n"]
    write(pieces)
    assert capfdbinary.readouterr().out == b"".join(pieces)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    write(pieces)
    assert capfdbinary.readouterr().out == b"@a{b, title = {x5m}}\r\n"


def test_json_says_all_in_characters_that_show(capsys):
    """What a terminal would obey is escaped, and comes back when the JSON is read."""
    print_json({"a": EVIL})
    printed = capsys.readouterr().out
    assert not COMMANDING.search(printed)
    assert json.loads(printed) == {"a": EVIL}


def test_a_log_shows_what_was_asked_for():
    """Message, arguments and traceback are made visible before they are written."""
    try:
        raise ValueError(EVIL)  # noqa: TRY301
    except ValueError:
        told = sys.exc_info()
    record = logging.LogRecord("a", logging.ERROR, "a", 1, f"%s {EVIL}", (EVIL,), told)
    assert VisibleLog().filter(record)
    assert not COMMANDING.search(logging.Formatter().format(record))
