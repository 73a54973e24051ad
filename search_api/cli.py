"""The ``akin`` command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import NamedTuple

import click

from indexer.command import run


class _Place(NamedTuple):
    module: str
    does: str


_SEARCH, _PAPERS = "search_api.commands.search", "search_api.commands.papers"
_STATE = "search_api.commands.state"
PLACES = {
    "rebuild-index": _Place("indexer.cli", "Bring the index up to date with its sources."),
    "search": _Place(_SEARCH, "Find the papers nearest to QUERY, in plain words."),
    "related": _Place(_SEARCH, "Find papers near one or several."),
    "explain": _Place(_SEARCH, "Tell why a paper is in a list: which words, which sentence."),
    "show": _Place(_PAPERS, "Show one paper with all its fields."),
    "export": _Place(
        _PAPERS, "Write papers as BibTeX, RIS, CSL-JSON, CSV, XLSX, JSON lines or Atom."
    ),
    "decide": _Place(
        "search_api.commands.decide",
        "Decide whether two records are the same paper, or keep them apart.",
    ),
    "status": _Place(_STATE, "Tell what is indexed, and by which model."),
    "doctor": _Place(
        _STATE, "Verify checksums and counts, read every paper, and embed a sample again."
    ),
    "evaluate": _Place("search_api.evaluation.cli", "Measure the search on judged collections."),
    "train": _Place("search_api.train", "Train a fast model on papers, or a ranker on judgements."),
    "serve": _Place("search_api.commands.serve", "Serve the pages and the HTTP API."),
}
"""Where each command is, and what the help of all says that it does."""


class Commands(Mapping[str, click.Command]):
    """Commands by name, each imported when it is asked for: most need few of akin's modules."""

    def __getitem__(self, name: str) -> click.Command:
        """Return a command."""
        module = import_module(PLACES[name].module)
        command: click.Command = getattr(module, name.replace("-", "_"))
        return command

    def __iter__(self) -> Iterator[str]:
        """Iterate over their names."""
        return iter(PLACES)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(PLACES)


class Akin(click.Group):
    """All of them."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each does; for this, none is imported."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, PLACES[name].does) for name in self.list_commands(ctx)])


@click.group(cls=Akin, commands=Commands())
@click.version_option(package_name="akin-papers", prog_name="akin")
def akin() -> None:
    """Semantic search over paper abstracts, on your own machine."""


main = run(akin)
