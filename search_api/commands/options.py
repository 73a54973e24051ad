"""What the commands of akin share: their options, and the engine that these ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import click

from indexer.command import index_option, json_option
from indexer.store.generation import IndexFolder
from search_api.engine.engine import Engine
from search_api.engine.live import encoder_for, open_engine
from search_api.exports import EXPORTERS
from search_api.query.filters import Filters
from search_api.query.query import MAX_K, Mode, Shape, Sort
from search_api.ranking.reranker import Reranker

model_option = click.option(
    "--model",
    envvar="AKIN_MODEL",
    help="Model to run.  [default: the one the index was built with]",
)


reranker_option = click.option(
    "--reranker",
    envvar="AKIN_RERANKER",
    metavar="MODEL",
    help="Cross-encoder that reads the 50 best papers again; by name or folder.",
)


mode_option = click.option(
    "--mode",
    type=click.Choice(get_args(Mode)),
    default="hybrid",
    show_default=True,
    help="By meaning and words, or by one of them.",
)


class YearRange(click.ParamType[tuple[int | None, int | None]]):
    """``2024``, ``2023..2025``, ``2023..`` or ``..2025``."""

    name = "year"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | None, int | None]:
        """Return the first and the last year."""
        if isinstance(value, tuple):
            return value
        if match := re.fullmatch(r"(\d{4})", value):
            return int(match[1]), int(match[1])
        match = re.fullmatch(r"(\d{4})?\.\.(\d{4})?", value)
        if not match or not any(match.groups()):
            self.fail(f"{value!r} is not a year or a range such as 2023..2025", param, ctx)
        first, last = (int(year) if year else None for year in match.groups())
        return first, last


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def with_options(command: Callable[..., Any], *options: Decorator) -> Callable[..., Any]:
    """Decorate a command with options, in the order in which its help is to list them."""
    for option in reversed(options):
        command = option(command)
    return command


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add which papers to take, and of which index."""
    options = [
        click.option("--year", type=YearRange(), default=(None, None),
                     help="2024, 2023..2025, 2023.. or ..2025"),
        click.option("--category", multiple=True, help="Any of these; LG finds cs.LG, and back."),
        click.option("--author", multiple=True, help="Any of these; words of a name."),
        click.option("--venue", multiple=True, help="Any of these; words of it."),
        click.option("--source", multiple=True, help="Any of these; words of the file's name."),
        click.option("--has-code/--no-code", default=None, help="With code / without or unknown."),
        index_option,
        json_option,
    ]  # fmt: skip
    return with_options(command, *options)


def result_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add which page to print, and how."""
    options = [
        click.option("-k", default=10, show_default=True, type=click.IntRange(1, MAX_K),
                     help="How many results."),
        click.option("--cursor", help="Go on after a page: its `next` under --json."),
        click.option("--format", "format_", type=click.Choice(["table", *EXPORTERS]),
                     default="table", show_default=True, help="How to print them."),
    ]  # fmt: skip
    return with_options(command, *options)


def list_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what shapes a list, of which index, by which models."""
    options = [
        click.option("--min-score", type=float, help="Leave out results below this score."),
        click.option("--sort", type=click.Choice(get_args(Sort)), default="relevance",
                     show_default=True, help="date: the most relevant, newest first."),
        click.option("--diversity", type=click.FloatRange(0, 1), default=0.0, show_default=True,
                     help="How much a result should differ from those before it."),
        model_option,
        reranker_option,
    ]  # fmt: skip
    return with_options(command, filter_options, *options)


def filters_of(options: dict[str, Any]) -> Filters:
    """Take the filters out of a command's options."""
    first, last = options.pop("year")
    others = {f.name: options.pop(f.name) for f in fields(Filters) if f.name in options}
    return Filters.of(year_from=first, year_to=last, **others)


def shape_of(options: dict[str, Any]) -> Shape:
    """Take what narrows and orders a list out of a command's options."""
    shape = Shape(
        mode=options.pop("mode"),
        filters=filters_of(options),
        min_score=options.pop("min_score"),
        sort=options.pop("sort"),
        diversity=options.pop("diversity"),
    )
    if "k" in options:
        shape |= Shape(k=options.pop("k"), cursor=options.pop("cursor"))
    return shape


@contextmanager
def engine_of(
    index_path: Path, model: str | None, reranker: Reranker | None = None
) -> Iterator[Engine]:
    """Open the engine of an index, and close it when the command is done with it."""
    engine = open_engine(IndexFolder(index_path), encoder_for(model), reranker)
    try:
        yield engine
    finally:
        engine.close()
