"""The ``akin`` command."""

from __future__ import annotations

import errno
import os
import re
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import click
import numpy as np

from indexer import __version__
from indexer.cli import rebuild_index
from indexer.command import Out, index_option, json_option, print_json, run, write
from indexer.errors import AddressUnusable, UnknownPaper
from indexer.files import replace_file
from indexer.paper import Paper
from indexer.store.catalogue import merged_papers, open_catalogue, read_paper, read_paper_at
from indexer.store.generation import IndexFolder
from indexer.streams import compressed
from search_api import render
from search_api.engine.engine import Engine
from search_api.engine.live import encoder_for, open_engine, reranker_of
from search_api.engine.status import describe
from search_api.evaluation.cli import evaluate
from search_api.exports import EXPORTERS, Listed
from search_api.exports.document import document, format_of, listed
from search_api.query.filters import Filters
from search_api.query.query import MAX_K, Mode, Query, Sort
from search_api.ranking.reranker import Reranker
from search_api.store.columns import Columns

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


def _with(command: Callable[..., Any], *options: Decorator) -> Callable[..., Any]:
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
    return _with(command, *options)


def result_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add which page to print, and how."""
    options = [
        click.option("-k", default=10, show_default=True, type=click.IntRange(1, MAX_K),
                     help="How many results."),
        click.option("--cursor", help="Go on after a page: its `next` under --json."),
        click.option("--format", "format_", type=click.Choice(["table", *EXPORTERS]),
                     default="table", show_default=True, help="How to print them."),
    ]  # fmt: skip
    return _with(command, *options)


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
    return _with(command, filter_options, *options)


@click.group()
@click.version_option(__version__, prog_name="akin")
def akin() -> None:
    """Semantic search over paper abstracts, on your own machine."""


akin.add_command(rebuild_index)
akin.add_command(evaluate)


@akin.command()
@click.argument("query", nargs=-1, required=True)
@mode_option
@result_options
@list_options
def search(query: tuple[str, ...], mode: Mode, **options: Any) -> None:
    """Find the papers nearest to QUERY, in plain words."""
    _answer(options, Query.parse, q=" ".join(query), mode=mode)


@akin.command(short_help="Find papers near one or several.")
@click.argument("ids", nargs=-1, metavar="ID...")
@click.option("--unlike", multiple=True, metavar="ID", help="A paper to be far from; repeatable.")
@click.option("--text", default="", help="An abstract that need not be in the index.")
@mode_option
@result_options
@list_options
def related(
    ids: tuple[str, ...], unlike: tuple[str, ...], text: str, mode: Mode, **options: Any
) -> None:
    """Find papers near one or several, which are never among them."""
    if not ids and not text.strip():
        raise click.UsageError(
            "name a paper to be near, by id, or give an abstract with --text; "
            "--unlike alone is not enough"
        )
    _answer(options, Query.related, text=text, like=ids, unlike=unlike, mode=mode)


@akin.command(short_help="Tell why a paper is in a list: which words, which sentence.")
@click.argument("id")
@click.argument("query", nargs=-1)
@click.option(
    "--like", multiple=True, metavar="ID", help="A paper that was to be near; repeatable."
)
@click.option("--unlike", multiple=True, metavar="ID", help="One that was to be far; repeatable.")
@click.option("--text", default="", help="An abstract that was to be near, in place of QUERY.")
@mode_option
@list_options
def explain(id: str, query: tuple[str, ...], **options: Any) -> None:  # noqa: A002 — its name
    """Tell why the paper ID is where it is in the list that answers QUERY.

    Without QUERY the list is that of related papers. What shapes it is to be given as it was there.

    A word is green where it brings the paper nearer to the query, red where it takes it away; the
    sentence that is nearest is underlined.
    """
    index_path, model, as_json = (options.pop(n) for n in ("index_path", "model", "as_json"))
    reranker = reranker_of(options.pop("reranker"))
    asked = Query.of_list(" ".join(query), filters=_filters(options), **options)
    with _engine(index_path, model, reranker) as engine:
        explanation = engine.explain(asked, id)
    if as_json:
        print_json({"ok": True, **explanation.to_json()})
    else:
        render.explanation(Out(), explanation)


@akin.command()
@click.argument("id")
@index_option
@json_option
def show(id: str, index_path: Path, as_json: bool) -> None:  # noqa: A002 — its name
    """Show one paper with all its fields."""
    generation = IndexFolder(index_path).current()
    generation.verify()
    about = describe(generation.manifest)["index"]
    with closing(open_catalogue(generation.catalogue)) as db:
        try:
            paper = read_paper(db, id)
        except KeyError as error:
            raise UnknownPaper(f"{id}: not in this index", id=id, index=about) from error
    if as_json:
        print_json({"ok": True, **paper.to_json(), "index": about})
    else:
        render.paper(Out(), paper)


@akin.command(short_help="Write papers as BibTeX, RIS, CSL-JSON, CSV, JSON lines or Atom.")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--format", "format_", type=click.Choice(list(EXPORTERS)),
              help="[default: that of --output's name, else bibtex]")  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False),
              help="File to write to; it is replaced once all is written.")  # fmt: skip
@click.option("--duplicates", is_flag=True,
              help="List which records were merged into one paper, and why.")  # fmt: skip
@filter_options
def export(
    ids: tuple[str, ...],
    format_: str | None,
    output: Path | None,
    duplicates: bool,
    index_path: Path,
    as_json: bool,
    **options: Any,
) -> None:
    """Write papers to a file or to standard output: those of the IDs, else all that pass.

    What is written can be read again: rebuild-index takes every one of these formats.
    """
    filters = _filters(options)
    generation = IndexFolder(index_path).current()
    generation.verify()
    with closing(open_catalogue(generation.catalogue)) as db:
        if duplicates:
            found = merged_papers(db)
            if as_json:
                print_json({"ok": True, "duplicates": [group.to_json() for group in found]})
            else:
                render.duplicates(Out(), found)
            return
        exporter = EXPORTERS[format_ or (output and format_of(output)) or "bibtex"]
        papers = _papers(db, ids, filters)
        written = 0

        def counted() -> Iterator[Listed]:
            nonlocal written
            for written, paper in enumerate(papers, 1):  # noqa: B007 — counted as they go
                yield Listed(paper)

        pieces = document(exporter, counted(), "Papers")
        if output is None:
            if as_json:
                raise click.UsageError("--json goes with --output or --duplicates")
            write(pieces)
            return
        replace_file(output, compressed(pieces, output.name))
    told = {"file": str(output), "format": exporter.FORMAT, "papers": written}
    if as_json:
        print_json({"ok": True, **told})
    else:
        click.echo(f"{written:,} papers as {exporter.FORMAT} in {output}", err=True)


def _papers(db: sqlite3.Connection, ids: tuple[str, ...], filters: Filters) -> Iterator[Paper]:
    """Return the papers of the ids, or all that pass the filters.

    Raises:
        UnknownPaper: one of the ids is not in the index.
    """
    if not ids:
        rows = np.flatnonzero(Columns(db).mask(filters)) + 1
        return (read_paper_at(db, int(row)) for row in rows)
    papers = []
    for paper_id in dict.fromkeys(ids):
        try:
            papers.append(read_paper(db, paper_id))
        except KeyError as error:
            raise UnknownPaper(f"{paper_id}: not in this index", id=paper_id) from error
    return iter(papers)


@akin.command()
@index_option
@json_option
def status(index_path: Path, as_json: bool) -> None:
    """Tell what is indexed, and by which model."""
    state = describe(IndexFolder(index_path).current().manifest)
    if as_json:
        print_json({"ok": True, **state})
    else:
        render.status(Out(), state, str(index_path))


@akin.command()
@index_option
@model_option
@json_option
def doctor(index_path: Path, model: str | None, as_json: bool) -> int:
    """Verify checksums, counts and a sample of vectors."""
    from search_api.engine.doctor import examine

    out, checks = Out(), []
    for check in examine(IndexFolder(index_path), encoder_for(model)):
        checks.append(check)
        if not as_json:
            mark = "[green]well[/]" if check.ok else "[bold red]BAD[/] "
            out.print(f"{mark}  {check.name}: ", end="")
            out.print(check.detail, markup=False, soft_wrap=True)
    well = all(check.ok for check in checks)
    if as_json:
        bad = [check for check in checks if not check.ok]
        detail = "; ".join(f"{check.name}: {check.detail}" for check in bad)
        error = {"type": bad[0].problem, "title": "Not well", "detail": detail} if bad else None
        found = {"checks": [check.to_json() for check in checks]}
        print_json({"ok": well, **found, **({"error": error} if error else {})})
    return 0 if well else 1


@akin.command(short_help="Serve the pages and the HTTP API.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes.")
@click.option("--threads", type=click.IntRange(1), envvar="AKIN_THREADS",
              help="Of each worker, for the model.  [default: cores / workers]")  # fmt: skip
@index_option
@model_option
@reranker_option
def serve(
    host: str,
    port: int,
    workers: int,
    threads: int | None,
    index_path: Path,
    model: str | None,
    reranker: str | None,
) -> int:
    """Serve the pages and the HTTP API; a new generation is taken up as soon as it is published."""
    import uvicorn
    from uvicorn.config import LOGGING_CONFIG

    from search_api.app import LONGEST_HEAD

    _check_free(host, port)
    os.environ["AKIN_INDEX"] = str(index_path.resolve())
    os.environ["AKIN_MODEL"] = model or ""
    reranker_of(reranker)  # whether it can be had is found out now
    os.environ["AKIN_RERANKER"] = reranker or ""
    os.environ["AKIN_THREADS"] = str(threads or max(1, (os.cpu_count() or 1) // workers))
    own = {"search_api": {"handlers": ["default"], "level": "INFO", "propagate": False}}
    click.echo(f"akin {__version__} on http://{host}:{port}, its API on /docs", err=True)
    try:
        uvicorn.run(
            "search_api.app:create_app_from_environment",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            h11_max_incomplete_event_size=LONGEST_HEAD,
            log_config={**LOGGING_CONFIG, "loggers": {**LOGGING_CONFIG["loggers"], **own}},
        )
    except SystemExit as stopped:  # uvicorn's own codes mean other things than akin's
        return int(bool(stopped.code))
    return 0


def _check_free(host: str, port: int) -> None:
    """Find out before a model is loaded that nobody else listens there.

    Raises:
        AddressUnusable: somebody does, or the address is not one of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        in_use = error.errno == errno.EADDRINUSE
        hint = "Stop what listens there, or choose another port: --port, make run PORT=8001"
        raise AddressUnusable(
            f"{host}:{port}: {error.strerror or error}. {hint if in_use else ''}".rstrip(". ")
        ) from error


def _answer(options: dict[str, Any], make: Callable[..., Query], **asked: Any) -> None:
    """Make a query, ask the engine and print the page."""
    index_path, model, as_json = (options.pop(n) for n in ("index_path", "model", "as_json"))
    format_ = options.pop("format_")
    reranker = reranker_of(options.pop("reranker"))
    if as_json and format_ != "table":
        raise click.UsageError(f"--json and --format {format_} ask for two things: take one")
    query = make(filters=_filters(options), **asked, **options)
    with _engine(index_path, model, reranker) as engine:
        if (query.text or query.wishes) and query.mode != "lexical":
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


def _filters(options: dict[str, Any]) -> Filters:
    """Take the filters out of a command's options."""
    first, last = options.pop("year")
    others = {f.name: options.pop(f.name) for f in fields(Filters) if f.name in options}
    return Filters.of(year_from=first, year_to=last, **others)


@contextmanager
def _engine(
    index_path: Path, model: str | None, reranker: Reranker | None = None
) -> Iterator[Engine]:
    engine = open_engine(IndexFolder(index_path), encoder_for(model), reranker)
    try:
        yield engine
    finally:
        engine.close()


main = run(akin)
