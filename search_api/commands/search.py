"""The commands that ask the engine: search, related, explain."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from indexer.command import Out, print_json
from search_api.commands import render
from search_api.commands.options import (
    QueryCommand,
    engine_of,
    list_options,
    mode_option,
    named_options,
    result_options,
    shape_of,
)
from search_api.commands.output import format_of, tell, tell_written, write_papers
from search_api.commands.texts import NONE, Ids, Named, text_of
from search_api.engine.engine import Engine
from search_api.engine.live import ranker_of, reranker_of
from search_api.engine.whole_list import whole_list
from search_api.exports import EXPORTERS, SUFFIXES
from search_api.exports.document import listed
from search_api.query.query import Query, Shape
from search_api.query.results import Hit, ResultList

_TEXT = "An abstract that need not be in the index: its words, a file that has them, or - (stdin)."


@click.command(cls=QueryCommand)
@click.argument("query", nargs=-1, required=True)
@mode_option
@result_options
@list_options
def search(query: tuple[str, ...], **options: Any) -> None:
    """Find the papers nearest to QUERY, in plain words."""
    _answer(options, lambda shape, _like, _unlike: Query.parse(" ".join(query), **shape))


@click.command(short_help="Find papers near one or several.")
@click.argument("ids", nargs=-1, metavar="ID...")
@click.option("--unlike", multiple=True, metavar="ID", help="A paper to be far from; repeatable.")
@click.option("--text", default="", metavar="TEXT", help=_TEXT)
@named_options
@mode_option
@result_options
@list_options
def related(ids: tuple[str, ...], unlike: tuple[str, ...], text: str, **options: Any) -> None:
    """Find papers near one or several, which are never among them."""
    if not (ids or text.strip() or options["like_file"]):
        raise click.UsageError(
            "name a paper to be near, by id, in a file with --like-file, or give an abstract with "
            "--text; --unlike alone is not enough"
        )
    named = Named.take(options)
    named.check(text)
    text = text_of(text)

    def related_to(shape: Shape, like: Ids, far: Ids) -> Query:
        return Query.related(text=text, like=(*ids, *like), unlike=(*unlike, *far), **shape)

    _answer(options, related_to, named)


@click.command(
    cls=QueryCommand, short_help="Tell why a paper is in a list: which words, which sentence."
)
@click.argument("id")
@click.argument("query", nargs=-1)
@click.option(
    "--like", multiple=True, metavar="ID", help="A paper that was to be near; repeatable."
)
@click.option("--unlike", multiple=True, metavar="ID", help="One that was to be far; repeatable.")
@click.option("--text", default="", metavar="TEXT", help=f"In place of QUERY: {_TEXT}")
@named_options
@mode_option
@list_options
def explain(
    id: str,  # noqa: A002 — its name
    query: tuple[str, ...],
    like: tuple[str, ...],
    unlike: tuple[str, ...],
    text: str,
    **options: Any,
) -> None:
    """Tell why the paper ID is where it is in the list that answers QUERY.

    Without QUERY the list is that of related papers. What shapes it is to be given as it was there.

    A word is green where it brings the paper nearer to the query, red where it takes it away; the
    sentence that is nearest is underlined.
    """
    index_path, model, as_json = (options.pop(n) for n in ("index_path", "model", "as_json"))
    reranker = reranker_of(options.pop("reranker"), options.pop("reranker_seconds"))
    second_look = ranker_of(options.pop("ranker"))
    named, shape = Named.take(options), shape_of(options)
    named.check(text)
    text = text_of(text)

    def list_of(near: Ids, far: Ids) -> Query:
        both = {"like": (*like, *near), "unlike": (*unlike, *far)}
        return Query.of_list(" ".join(query), text, **both, **shape)

    asked = None if named.files else list_of((), ())
    with engine_of(index_path, model, reranker, second_look) as engine:
        asked = asked or list_of(*named.of(engine))
        explanation = engine.explain(asked, id)
    if as_json:
        print_json({"ok": True, **explanation.to_json()})
    else:
        render.explanation(Out(), explanation)


def _answer(
    options: dict[str, Any],
    make: Callable[[Shape, Ids, Ids], Query],
    named: Named = NONE,
) -> None:
    """Make a query, ask the engine, and print the page or all of the list.

    Args:
        options: of the command.
        make: a query of a shape, with papers that files name to be near, and to be far from.
        named: gives these papers, as an engine has them.
    """
    index_path, model, as_json = (options.pop(n) for n in ("index_path", "model", "as_json"))
    output, keys, whole = (options.pop(n) for n in ("output", "keys", "whole"))
    reranker = reranker_of(options.pop("reranker"), options.pop("reranker_seconds"))
    second_look = ranker_of(options.pop("ranker"))
    form = _format_of(options.pop("format_"), output)
    if as_json and form != "table" and output is None:
        raise click.UsageError(f"--json and --format {form} ask for two things: take one")
    if whole and options["k"]:
        raise click.UsageError("--all is all results, -k some: take one")
    if whole and as_json and output is None:
        raise click.UsageError("--all under --json needs --output; or write it as --format jsonl")
    shape = shape_of(options)
    # Wrong use is told before anything is opened.
    query = None if named.files else make(shape, (), ())
    with engine_of(index_path, model, reranker, second_look) as engine:
        query = query or make(shape, *named.of(engine))
        engine.load(query)  # seconds, once; they are not the search's
        page, hits = whole_list(engine, query) if whole else _page(engine, query)
        if form != "table":
            title = query.typed or query.text.strip() or f"Papers like {', '.join(query.like)}"
            written = write_papers(EXPORTERS[form], listed(hits), title, output, keys)
            if output:
                tell_written(as_json, output, form, "papers", written, total=page.total)
        elif as_json:
            print_json({"ok": True, **page.to_json()})
            return
        else:
            render.results(Out(), page, hits if whole else None)
            return
    for note in page.notes:
        tell(note)


def _page(engine: Engine, query: Query) -> tuple[ResultList, Iterable[Hit]]:
    page = engine.search(query)
    return page, page.hits


def _format_of(asked: str | None, output: Path | None) -> str:
    """Return the format of a list, ``table`` where it is for people.

    Raises:
        click.UsageError: a file is to be written as a table.
    """
    if asked == "table" and output:
        raise click.UsageError("--format table is for people, not for --output")
    return format_of(output, asked, SUFFIXES) or "table"
