"""The documentation is complete: a command, option, route or setting missing from it fails here."""

import ast
import re
from collections.abc import Iterator

import click
import numpy as np
import pytest

from indexer import fields
from indexer.cli import rebuild_index
from indexer.errors import AkinError
from indexer.paper import Paper
from indexer.readers import READERS
from search_api.app import create_app
from search_api.cli import PLACES, akin
from search_api.query.conditions import Conditions
from search_api.query.language import HELP
from search_api.query.query import Query
from search_api.ranking import signals
from search_api.ranking.question import Question
from tests.conftest import ROOT
from tests.fakes import FakeEncoder
from tests.stores import MemoryStore, with_ids
from tests.test_wings import MODULES, WINGS

README = (ROOT / "README.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
TREE = AkinError.__module__


def commands() -> list[tuple[str, click.Command]]:
    return sorted(akin.commands.items())


def error_types(parent: type[AkinError] = AkinError) -> list[type[AkinError]]:
    return [parent, *(t for child in parent.__subclasses__() for t in error_types(child))]


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_every_command_is_in_the_readme(name):
    """A command that nobody can read about does not exist."""
    assert re.search(rf"`(akin )?{name}\b", README)


def test_the_help_of_all_says_what_each_command_says():
    """It is written before any command is imported, so it has a text of its own."""
    for name, command in commands():
        assert (name, command.get_short_help_str(100)) == (command.name, PLACES[name].does)


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (name, option.opts[-1] if option.name == "k" else option.opts[0])
        for name, command in commands()
        for option in command.params
        if isinstance(option, click.Option) and option.name != "help"
    ],
)
def test_every_option_is_in_the_readme(command, option):
    """Whatever can be set is said."""
    assert f"`{option}" in README, f"{command} {option}"


def variables_of_options() -> set[str]:
    """The environment variables that set an option of a command."""
    return {
        variable
        for command in (rebuild_index, *akin.commands.values())
        for option in command.params
        if option.envvar
        for variable in ([option.envvar] if isinstance(option.envvar, str) else option.envvar)
    }


def variables_in(source: str) -> Iterator[str]:
    """The names by which a module asks ``os.environ`` or ``os.getenv``."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Subscript(value=asked, slice=name) if ast.unparse(asked) == "os.environ":
                pass
            case ast.Call(func=asked, args=[name, *_]) if ast.unparse(asked) in ASKING:
                pass
            case _:
                continue
        assert isinstance(name, ast.Constant), f"the name is not written out: {ast.unparse(node)}"
        yield str(name.value)


ASKING = {"os.environ.get", "os.environ.setdefault", "os.environ.pop", "os.getenv"}
VARIABLES = variables_of_options() | {
    variable
    for package in ("indexer", "search_api")
    for path in (ROOT / package).rglob("*.py")
    for variable in variables_in(path.read_text("utf-8"))
}


@pytest.mark.parametrize("variable", sorted(VARIABLES))
def test_every_setting_from_the_environment_is_in_the_readme(variable):
    """Variables are part of the surface, too."""
    assert f"`{variable}`" in README


def test_the_settings_are_found_where_they_are_read():
    """Those of options and those that a module asks for, however it does."""
    assert {"AKIN_INDEX", "AKIN_RERANKER", "AKIN_THREADS"} <= variables_of_options()
    assert "HF_HUB_OFFLINE" in VARIABLES
    source = 'os.environ["A"] = os.environ.get("B") or os.getenv("C", "")\nother.get("D")'
    assert set(variables_in(source)) == {"A", "B", "C"}


def test_every_route_is_in_the_readme(index):
    """The table of routes is complete."""
    paths = create_app(index, lambda manifest: None).openapi()["paths"]
    for path, methods in paths.items():
        for method in methods:
            assert f"`{method.upper()} {path.replace(':path', '')}`" in README


def test_every_format_is_in_the_readme():
    """What can be read is listed by the name that the ledger shows."""
    for reader in READERS:
        assert f"`{reader.FORMAT}`" in README


def test_the_tree_of_errors_is_drawn_in_full():
    """The docstring of the errors names each of them, and their types are distinct."""
    import indexer.errors

    drawn = set(re.findall(r"[├└]── (\w+)", indexer.errors.__doc__))
    types = error_types()
    assert drawn | {"AkinError"} == {t.__name__ for t in types}
    assert len({t.type for t in types}) == len(types)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_names_releases_not_builds(name):
    """A local build (torch 2.13.0+cpu) is on no other machine; its release is."""
    lock = (ROOT / name).read_text("utf-8")
    assert re.search(r"^torch==2\.13\.0$", lock, re.MULTILINE)
    assert not re.search(r"^[^#\s]+\+", lock, re.MULTILINE)


def test_every_form_of_the_query_language_is_in_the_readme():
    """The table of forms is the one that the program shows."""
    for form, meaning in HELP:
        assert f"| `{form}` | {meaning} |" in README


def test_every_picture_is_there_and_shown():
    """No link to a picture is broken, and none lies about that nothing shows."""
    tour = (ROOT / "docs" / "pages.md").read_text("utf-8")
    shown = set(re.findall(r"\]\(screenshots/([^)]+)\)", tour))
    in_readme = set(re.findall(r"\]\(docs/screenshots/([^)]+)\)", README))
    there = {path.name for path in (ROOT / "docs" / "screenshots").iterdir()}
    assert shown == there
    assert in_readme <= there


def test_the_documented_keys_are_those_of_the_page():
    """What the tour of the pages says of the keyboard is what the script does."""
    tour = (ROOT / "docs" / "pages.md").read_text("utf-8")
    script = (ROOT / "search_api" / "pages" / "static" / "keys.js").read_text("utf-8")
    does = script[script.index("const DOES") : script.index("};")]
    keys = set(re.findall(r"^ *\"?(.)\"?: \(\)", does, re.MULTILINE))
    table = tour[tour.index("| Key | Does |") :].split("\n\n")[0]
    assert set(re.findall(r"`(\S)`", table)) == keys
    assert len(keys) == 9


def paths_in(text: str) -> list[str]:
    """Return the paths of this repository that a text names, those of examples aside."""
    tops = "indexer|search_api|tests|benchmarks|fuzz|docs|index|seeds"
    named = re.findall(rf"`((?:{tops})/[\w./-]*|[\w-]+\.md)`", text)
    return [path for path in named if "your_" not in path]


def path_of(module: str) -> str:
    """Return how the page writes a package, or a module that is none."""
    path = MODULES[module].relative_to(ROOT)
    return f"{path.parent}/" if path.name == "__init__.py" else str(path)


def test_the_wings_of_the_architecture_are_those_that_hold():
    """In their order, with all that each is made of and may import."""
    table = ARCHITECTURE[ARCHITECTURE.index("| Wing |") :].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    assert [name for name, *_ in rows] == list(WINGS)
    for name, where, _, may in rows:
        modules, allowed = WINGS[name]
        assert sorted(paths_in(where)) == sorted(
            path_of(one) for one in modules - {"indexer", "search_api"}
        )
        others = [one for one in WINGS if one in allowed and one != "basics"]
        assert [one for one in may.split(", ") if one] == others, name


def test_every_module_of_a_wing_is_where_things_are():
    """The page names each package, and each module that is none, beside the wings, too."""
    table = ARCHITECTURE[ARCHITECTURE.index("| What | Module |") :].split("\n\n")[0]
    for modules, _ in WINGS.values():
        for module in modules - {"indexer", "search_api"}:
            path = path_of(module)
            assert f"`{path}" in table or module in NOT_SOUGHT, path


NOT_SOUGHT = {"indexer.arrays", "indexer.files", "indexer.progress", "search_api.app"}
"""What nobody looks for by what it does: every other module finds it, or it finds them."""


@pytest.mark.parametrize(
    "document",
    ["CONTRIBUTING.md", "docs/architecture.md", "docs/formats.md", "docs/pages.md", "README.md"],
)
def test_every_path_that_is_named_is_there(document):
    """What moved is named by its new place."""
    named = paths_in((ROOT / document).read_text("utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_link_within_the_documentation_leads_somewhere():
    """To a file that is there, and to a heading that it has."""
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text("utf-8")):
            path, _, heading = link.partition("#")
            if re.match(r"[a-z]+:", path):
                continue
            target = document if not path else document.parent / path
            assert target.exists(), f"{document.name}: {link}"
            if heading:
                assert heading in headings(target.read_text("utf-8")), f"{document.name}: {link}"


def headings(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).strip().replace(" ", "-") for one in found}


def test_the_examples_of_the_architecture_are_whole():
    """Each stands in the module that it is for: nothing is missing from it, or misspelt."""
    field, signal = re.findall(r"```python\n(.*?)```", ARCHITECTURE, re.DOTALL)
    described = eval(field, dict(vars(fields)))  # noqa: S307 — ours
    assert isinstance(described, fields.TermsField)
    for held, values in (("A", ["A"]), (["A", "B"], ["A", "B"]), (None, []), (7, []), ([1], [])):
        assert list(described.values(Paper("x", "y", extra={"publisher": held}))) == values
    names = dict(vars(signals))
    exec(signal, names)  # noqa: S102 — ours
    assert names["RECENCY"] in names["SIGNALS"]
    papers = with_ids([Paper("", str(year), year=year) for year in (2020, None, 2024)])
    store = MemoryStore(papers, np.eye(3, dtype=np.float32))
    scorer = names["RECENCY"].scorer(Question(store, FakeEncoder(), Query("graphs")))
    rows = np.arange(3)
    assert scorer.scores(rows).tolist() == [2020, 2022, 2024]
    assert scorer.ranks(rows, store.select(Conditions())).tolist() == [2, 0, 1]
    assert scorer.best(2, store.select(Conditions())).rest == 2022
