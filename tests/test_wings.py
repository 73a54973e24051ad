"""The order of the house: which wing may import which, and what stays within one."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT

MOST_LINES = 350

BASICS = frozenset({"basics"})
READING = BASICS | {"cleaning", "sources"}

# In their order: a wing may import those named here, all of which stand before it, and itself.
# A module that is no package is of the wing that names it.
WINGS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "basics": (
        frozenset(
            {"indexer", "indexer.arrays", "indexer.bm25f", "indexer.durations"}
            | {"indexer.errors", "indexer.fields"}
            | {
                "indexer.beside",
                "indexer.files",
                "indexer.kept",
                "indexer.letters",
                "indexer.paper",
                "indexer.patterns",
                "indexer.processes",
                "indexer.progress",
                "indexer.threads",
            }
            | {"indexer.words"}
        ),
        frozenset(),
    ),
    "models": (
        frozenset({"indexer.models"}),
        BASICS,
    ),
    "cleaning": (frozenset({"indexer.cleaning"}), BASICS),
    "sources": (frozenset({"indexer.streams", "indexer.documents", "indexer.sources"}), BASICS),
    "readers": (frozenset({"indexer.readers"}), READING),
    "merging": (frozenset({"indexer.merging"}), BASICS | {"cleaning"}),
    "the files of the store": (frozenset({"indexer.store"}), BASICS | {"cleaning", "merging"}),
    "mapping": (frozenset({"indexer.mapping"}), BASICS | {"the files of the store"}),
    "building": (
        frozenset(
            {"indexer.ledger", "indexer.reading", "indexer.deciding", "indexer.intake"}
            | {"indexer.embedding", "indexer.piped", "indexer.rebuild", "indexer.up_to_date"}
            | {"indexer.catching_up", "indexer.pacing", "indexer.progressive"}
            | {"indexer.what_to_build"}
        ),
        READING | {"models", "readers", "merging", "the files of the store", "mapping"},
    ),
    "what commands share": (frozenset({"indexer.command"}), BASICS),
    "training": (
        frozenset({"indexer.training"}),
        READING | {"models", "readers", "what commands share"},
    ),
    "rebuild-index": (
        frozenset({"indexer.cli"}),
        BASICS
        | {"models", "sources", "merging", "the files of the store", "mapping", "building"}
        | {"what commands share"},
    ),
    "query": (frozenset({"search_api", "search_api.query"}), BASICS | {"cleaning"}),
    "store": (
        frozenset({"search_api.store"}),
        BASICS | {"cleaning", "the files of the store", "query"},
    ),
    "ranking": (
        frozenset({"search_api.ranking"}),
        BASICS | {"models", "cleaning", "query", "store"},
    ),
    "explaining": (
        frozenset({"search_api.explaining"}),
        BASICS | {"models", "query", "store", "ranking"},
    ),
    "engine": (
        frozenset({"search_api.engine"}),
        BASICS
        | {"models", "cleaning", "merging", "the files of the store", "query", "store"}
        | {"ranking", "explaining"},
    ),
    "exports": (frozenset({"search_api.exports"}), READING | {"query"}),
    "http": (frozenset({"search_api.http"}), BASICS | {"query", "ranking", "engine", "exports"}),
    "pages": (
        frozenset({"search_api.pages"}),
        BASICS | {"cleaning", "query", "ranking", "explaining", "engine", "exports", "http"},
    ),
    "app": (
        frozenset({"search_api.app"}),
        BASICS | {"the files of the store", "query", "ranking", "engine", "http", "pages"},
    ),
    "evaluation": (
        frozenset({"search_api.evaluation"}),
        READING
        | {"models", "readers", "merging", "the files of the store", "building"}
        | {"what commands share", "query", "store", "ranking", "engine"},
    ),
    "learning": (
        frozenset({"search_api.learning"}),
        BASICS
        | {"sources", "models", "the files of the store", "what commands share"}
        | {"query", "store", "ranking", "engine", "evaluation"},
    ),
    "commands": (
        frozenset({"search_api.commands"}),
        BASICS
        | {
            "sources",
            "readers",
            "merging",
            "the files of the store",
            "what commands share",
            "query",
        }
        | {"store", "ranking", "explaining", "engine", "exports", "http", "app"},
    ),
    "akin": (
        frozenset({"search_api.cli", "search_api.train"}),
        BASICS
        | {"what commands share", "training", "rebuild-index", "evaluation", "learning"}
        | {"commands"},
    ),
}

SQL = ("indexer.store", "search_api.store")
"""The packages whose modules may know SQLite."""

# What the order does not want, and is there. Nothing is to be added.
UNWANTED: set[tuple[str, str]] = set()
SQL_ELSEWHERE = {"indexer.command"}  # tells of its errors, whichever command met one
TOO_LONG: set[str] = set()


def module_files() -> dict[str, Path]:
    """Every module by its name."""
    found = {}
    for package in ("indexer", "search_api"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = module_files()


def imported(source: str) -> Iterator[str]:
    """What a module imports, wherever in it; of ``from package import module`` the module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in MODULES else str(node.module)


IMPORTS = {name: set(imported(path.read_text("utf-8"))) for name, path in MODULES.items()}
ARROWS = {(name, other) for name, others in IMPORTS.items() for other in others & set(MODULES)}


def wing_of(module: str) -> str | None:
    """The wing of a module: that which names it, or the package that it is in."""
    for wing, (names, _) in WINGS.items():
        packages = {name for name in names if MODULES.get(name, ROOT).name == "__init__.py"}
        packages -= {"indexer", "search_api"}  # what is in them is of other wings
        if module in names or any(module.startswith(f"{one}.") for one in packages):
            return wing
    return None


def told(found: set[str], listed: set[str], fault: str) -> str:
    """What to do about a list of exceptions that is not what was found; nothing, where it is."""
    new = [f"{fault} {one}" for one in sorted(found - listed)]
    mended = [f"{one}: well by now, take it out of the list" for one in sorted(listed - found)]
    return "\n".join(new + mended)


def test_every_module_is_in_one_wing():
    """A new module says by its place what it may import."""
    assert [name for name in MODULES if wing_of(name) is None] == []
    named = [name for names, _ in WINGS.values() for name in names]
    assert len(named) == len(set(named))
    assert set(named) <= set(MODULES)


def test_the_wings_stand_in_their_order():
    """A wing is listed after all that it may import, so no two can come to need each other."""
    order = list(WINGS)
    for place, (wing, (_, may)) in enumerate(WINGS.items()):
        assert may <= set(order[:place]), wing


def test_a_wing_imports_only_what_it_may():
    """Each arrow from one wing to another is one that the house wants."""
    wrong = {
        (name, other)
        for name, other in ARROWS
        if (wing := wing_of(name)) != (into := wing_of(other)) and into not in WINGS[str(wing)][1]
    }
    new = [
        f"{name} imports {other}: {wing_of(name)} may not import {wing_of(other)}, but "
        + (", ".join(wing for wing in WINGS if wing in WINGS[str(wing_of(name))][1]) or "none")
        for name, other in sorted(wrong - UNWANTED)
    ]
    mended = [
        f"{name} does not import {other} any more: take them out of UNWANTED"
        for name, other in sorted(UNWANTED - wrong)
    ]
    assert not new + mended, "\n".join(new + mended)


def test_the_builder_does_not_know_the_search():
    """Data flows one way."""
    back = [(a, b) for a, b in ARROWS if a.startswith("indexer") and b.startswith("search_api")]
    assert not back, "\n".join(f"{one} imports {other}" for one, other in back)


def test_no_modules_import_each_other_in_a_circle():
    """Each can be read after those that it needs."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, other in ARROWS:
        sorter.add(name, other)
    try:
        sorter.prepare()
    except CycleError as error:
        pytest.fail("a circle: " + " is imported by ".join(error.args[1]))


def test_sqlite_is_known_to_the_stores_alone():
    """Whatever else holds the papers some day, the rest of the house need not hear of it."""
    knowing = {
        name
        for name, names in IMPORTS.items()
        if "sqlite3" in names and not name.startswith(tuple(f"{one}." for one in SQL))
    }
    fault = told(knowing, SQL_ELSEWHERE, "outside of the stores, sqlite3 is imported by")
    assert not fault, fault


def test_no_module_is_too_long():
    """What does not fit is two things."""
    long = {
        name
        for name, path in MODULES.items()
        if len(path.read_text("utf-8").splitlines()) > MOST_LINES
    }
    fault = told(long, TOO_LONG, f"longer than {MOST_LINES} lines:")
    assert not fault, fault


def test_late_imports_and_imports_for_types_count():
    """An import within a function is one, too, and a module that a package hands out is meant."""
    source = """
import os, indexer.files
from indexer import errors
if TYPE_CHECKING:
    from search_api.engine.engine import Engine
def late():
    from indexer.readers.json_items import read_items
    import sqlite3
"""
    assert set(imported(source)) == {
        "os",
        "indexer.files",
        "indexer.errors",
        "search_api.engine.engine",
        "indexer.readers.json_items",
        "sqlite3",
    }
