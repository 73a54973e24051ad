"""The commands that ask the engine: search, related, explain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from indexer.command import Out, print_json, write
from search_api.commands import render
from search_api.commands.options import (
    QueryCommand,
    engine_of,
    list_options,
    mode_option,
    result_options,
    shape_of,
)
from search_api.engine.live import reranker_of
from search_api.exports import EXPORTERS
from search_api.exports.document import document, listed
from search_api.query.query import Query, Shape
from search_api.ranking.modes import MODES


@click.command(cls=QueryCommand)
@click.argument("query", nargs=-1, required=True)
@mode_option
@result_options
@list_options
def search(query: tuple[str, ...], **options: Any) -> None:
    """Find the papers nearest to QUERY, in plain words."""
    _answer(options, lambda shape: Query.parse(" ".join(query), **shape))


@click.command(short_help="Find papers near one or several.")
@click.argument("ids", nargs=-1, metavar="ID...")
@click.option("--unlike", multiple=True, metavar="ID", help="A paper to be far from; repeatable.")
@click.option("--text", default="", help="An abstract that need not be in the index.")
@mode_option
@result_options
@list_options
def related(ids: tuple[str, ...], unlike: tuple[str, ...], text: str, **options: Any) -> None:
    """Find papers near one or several, which are never among them."""
    if not ids and not text.strip():
        raise click.UsageError(
            "name a paper to be near, by id, or give an abstract with --text; "
            "--unlike alone is not enough"
        )
    _answer(options, lambda shape: Query.related(text=text, like=ids, unlike=unlike, **shape))


@click.command(
    cls=QueryCommand, short_help="Tell why a paper is in a list: which words, which sentence."
)
@click.argument("id")
@click.argument("query", nargs=-1)
@click.option(
    "--like", multiple=True, metavar="ID", help="A paper that was to be near; repeatable."
)
@click.option("--unlike", multiple=True, metavar="ID", help="One that was to be far; repeatable.")
@click.option("--text", default="", help="An abstract that was to be near, in place of QUERY.")
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
    reranker = reranker_of(options.pop("reranker"))
    asked = Query.of_list(" ".join(query), text, like=like, unlike=unlike, **shape_of(options))
    with engine_of(index_path, model, reranker) as engine:
        explanation = engine.explain(asked, id)
    if as_json:
        print_json({"ok": True, **explanation.to_json()})
    else:
        render.explanation(Out(), explanation)


def _answer(options: dict[str, Any], make: Callable[[Shape], Query]) -> None:
    """Make a query, ask the engine and print the page."""
    index_path, model, as_json = (options.pop(n) for n in ("index_path", "model", "as_json"))
    format_ = options.pop("format_")
    reranker = reranker_of(options.pop("reranker"))
    if as_json and format_ != "table":
        raise click.UsageError(f"--json and --format {format_} ask for two things: take one")
    query = make(shape_of(options))
    with engine_of(index_path, model, reranker) as engine:
        if (query.text or query.wishes) and MODES[query.mode].by_meaning:
            engine.encoder.load()  # seconds, once; they are not the search's
        page = engine.search(query)
    if as_json:
        print_json({"ok": True, **page.to_json()})
    elif format_ == "table":
        render.results(Out(), page)
    else:
        title = query.typed or query.text.strip() or f"Papers like {', '.join(query.like)}"
        write(document(EXPORTERS[format_], listed(page.hits), title))
        for note in page.notes:
            click.echo(f"note: {note}", err=True)
