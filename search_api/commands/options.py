"""What the commands of akin share: their options, and the engine that these ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, get_args

import click

from indexer.command import index_option, json_option
from indexer.fields import FLAGS, TERMS, YEARS
from indexer.store.generation import IndexFolder
from search_api.commands.output import keys_option, output_option
from search_api.engine.engine import Engine
from search_api.engine.live import encoder_for, open_engine
from search_api.exports import EXPORTERS
from search_api.query.filters import Filters
from search_api.query.query import MAX_K, Mode, Shape, Sort
from search_api.query.years import Years, years
from search_api.ranking.modes import CHOICES
from search_api.ranking.reranker import DEPTH, SECONDS, Reranker
from search_api.ranking.second_look import SecondLook

model_option = click.option(
    "--model",
    envvar="AKIN_MODEL",
    help="Model to run.  [default: the one the index was built with]",
)


reranker_option = click.option(
    "--reranker",
    envvar="AKIN_RERANKER",
    metavar="MODEL",
    help=f"Cross-encoder or late-interaction model that reads the {DEPTH} best papers again; by "
    "name or folder.",
)

ranker_option = click.option(
    "--ranker",
    envvar="AKIN_RANKER",
    metavar="FILE",
    help="Weights of the second look at the best papers, as akin train --ranker writes them; none: "
    "take none.  [default: those that akin comes with]",
)

reranker_seconds_option = click.option(
    "--reranker-seconds",
    envvar="AKIN_RERANKER_SECONDS",
    type=click.FloatRange(0),
    default=SECONDS,
    show_default=True,
    help="How long it may; a list that takes longer stays as it was.  0: as long as it takes.",
)


mode_option = click.option(
    "--mode",
    type=click.Choice(get_args(Mode)),
    default="hybrid",
    show_default=True,
    help=f"By {CHOICES}, or by one of them.",
)


class YearRange(click.ParamType[Years]):
    """``2024``, ``2023..2025``, or any other form of the query language."""

    name = "year"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Years:
        """Return the first and the last year."""
        if isinstance(value, tuple):
            return value
        found = years(value)
        if not found:
            self.fail(f"{value!r} is not a year or a range such as 2023..2025", param, ctx)
        return found


class QueryCommand(click.Command):
    """A command that takes a query, which may begin with a hyphen: ``'-1 (medical images)'``.

    What begins so is an option where it has two hyphens, is one letter, or ``-k`` with its number;
    all else is of the query.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options, then the query, wherever it stood."""
        takes_value = {
            name
            for param in self.get_params(ctx)
            if isinstance(param, click.Option) and not (param.is_flag or param.count)
            for name in param.opts
        }
        options: list[str] = []
        words: list[str] = []
        left = iter(args)
        for arg in left:
            if arg == "--":
                words += left
            elif _OPTION.fullmatch(arg):
                options.append(arg)
                if arg in takes_value:
                    options += islice(left, 1)
            else:
                words.append(arg)
        return super().parse_args(ctx, [*options, "--", *words])


_OPTION = re.compile(r"--[\w-]+(?:=.*)?|-[A-Za-z]|-k=?[0-9]+", re.DOTALL)

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def with_options(command: Callable[..., Any], *options: Decorator) -> Callable[..., Any]:
    """Decorate a command with options, in the order in which its help is to list them."""
    for option in reversed(options):
        command = option(command)
    return command


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add which papers to take, and of which index."""
    options = [
        click.option(f"--{YEARS.name}", type=YearRange(), default=(None, None), help=YEARS.option),
        *(click.option(f"--{f.name}", multiple=True, help=f.option) for f in TERMS),
        *(
            click.option(
                f"--exclude-{f.name}", multiple=True, help=f"None of these, as --{f.name}."
            )
            for f in TERMS
        ),
        *(
            click.option(f"--has-{f.name}/--no-{f.name}", default=None, help=f.option)
            for f in FLAGS
        ),
        index_option,
        json_option,
    ]
    return with_options(command, *options)


def result_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add which page to print, and how."""
    options = [
        click.option("-k", type=click.IntRange(1, MAX_K), help="How many results.  [default: 10]"),
        click.option("--all", "whole", is_flag=True, help="All results, in place of -k of them."),
        click.option("--cursor", help="Go on after a page: its `next` under --json."),
        click.option("--format", "format_", type=click.Choice(["table", *EXPORTERS]),
                     help="How to write them.  [default: that of --output's name, else table]"),
        output_option,
        keys_option,
    ]  # fmt: skip
    return with_options(command, *options)


def named_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add papers that are named in files."""
    options = [
        click.option("--like-file", metavar="FILE",
                     help="Papers to be near: ids, DOIs or links, one a line, or a bibliography."),
        click.option("--unlike-file", metavar="FILE", help="Papers to be far from, likewise."),
        click.option("--skip-unknown", is_flag=True,
                     help="Go on without those of a file that are not in the index."),
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
        ranker_option,
        reranker_option,
        reranker_seconds_option,
    ]  # fmt: skip
    return with_options(command, filter_options, *options)


def filters_of(options: dict[str, Any]) -> Filters:
    """Take the filters out of a command's options."""
    first, last = options.pop(YEARS.name)
    others = {field.parameter: options.pop(field.parameter) for field in (*TERMS, *FLAGS)}
    return Filters(first, last, **others)


def excluded_of(options: dict[str, Any]) -> tuple[Filters, ...]:
    """Take what no paper is to pass out of a command's options."""
    wanted = {field.parameter: options.pop(f"exclude_{field.parameter}") for field in TERMS}
    return tuple(Filters(None, None, **{name: some}) for name, some in wanted.items() if some)


def shape_of(options: dict[str, Any]) -> Shape:
    """Take what narrows and orders a list out of a command's options."""
    shape = Shape(
        mode=options.pop("mode"),
        filters=filters_of(options),
        excluded=excluded_of(options),
        min_score=options.pop("min_score"),
        sort=options.pop("sort"),
        diversity=options.pop("diversity"),
    )
    if "k" in options:
        shape |= Shape(k=options.pop("k") or 10, cursor=options.pop("cursor"))
    return shape


@contextmanager
def engine_of(
    index_path: Path,
    model: str | None,
    reranker: Reranker | None = None,
    second_look: SecondLook | None = None,
) -> Iterator[Engine]:
    """Open the engine of an index, and close it when the command is done with it."""
    engine = open_engine(IndexFolder(index_path), encoder_for(model), reranker, second_look)
    try:
        yield engine
    finally:
        engine.close()
