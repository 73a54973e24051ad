"""The ``akin`` command."""

from __future__ import annotations

import click

from indexer import __version__
from indexer.cli import rebuild_index
from indexer.command import run
from indexer.training.cli import train
from search_api.commands.decide import decide
from search_api.commands.papers import export, show
from search_api.commands.search import explain, related, search
from search_api.commands.serve import serve
from search_api.commands.state import doctor, status
from search_api.evaluation.cli import evaluate


@click.group()
@click.version_option(__version__, prog_name="akin")
def akin() -> None:
    """Semantic search over paper abstracts, on your own machine."""


for command in (
    rebuild_index,
    search,
    related,
    explain,
    show,
    export,
    decide,
    status,
    doctor,
    evaluate,
    train,
    serve,
):
    akin.add_command(command)

main = run(akin)
