"""The commands that read papers: show, export."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import numpy as np

from indexer.command import Out, index_option, json_option, print_json, write
from indexer.files import replace_file
from indexer.paper import Paper
from indexer.store.generation import IndexFolder
from indexer.streams import compressed
from search_api.commands import render
from search_api.commands.options import (
    filter_options,
    filters_of,
)
from search_api.exports import EXPORTERS, Listed
from search_api.exports.document import document, format_of
from search_api.query.conditions import Conditions
from search_api.query.filters import Filters
from search_api.store.local import LocalStore
from search_api.store.store import Store, papers_of


@click.command()
@click.argument("id")
@index_option
@json_option
def show(id: str, index_path: Path, as_json: bool) -> None:  # noqa: A002 — its name
    """Show one paper with all its fields."""
    with closing(LocalStore(IndexFolder(index_path).current())) as store:
        (paper,) = store.papers(store.rows([id]))
        about = store.info.to_json()
    if as_json:
        print_json({"ok": True, **paper.to_json(), "index": about})
    else:
        render.paper(Out(), paper)


@click.command(short_help="Write papers as BibTeX, RIS, CSL-JSON, CSV, JSON lines or Atom.")
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
    filters = filters_of(options)
    with closing(LocalStore(IndexFolder(index_path).current())) as store:
        if duplicates:
            found = store.merged_papers()
            if as_json:
                print_json({"ok": True, "duplicates": [group.to_json() for group in found]})
            else:
                render.duplicates(Out(), found)
            return
        exporter = EXPORTERS[format_ or (output and format_of(output)) or "bibtex"]
        papers = _papers(store, ids, filters)
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


def _papers(store: Store, ids: tuple[str, ...], filters: Filters) -> Iterator[Paper]:
    """Return the papers of the ids, or all that pass the filters.

    Raises:
        UnknownPaper: one of the ids is not in the index.
    """
    if ids:
        rows = dict.fromkeys(store.rows(ids).tolist())  # each once, whatever it goes by
        return iter(store.papers(np.array(list(rows), dtype=np.int64)))
    return papers_of(store, store.select(Conditions((filters,))))
