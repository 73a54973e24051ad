"""The commands that read papers: show, export."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import numpy as np

from indexer.command import Out, index_option, json_option, print_json, write
from indexer.errors import UnknownPaper
from indexer.files import replace_file
from indexer.paper import Paper
from indexer.store.catalogue import merged_papers, open_catalogue, read_paper, read_paper_at
from indexer.store.generation import IndexFolder
from indexer.streams import compressed
from search_api.commands import render
from search_api.commands.options import (
    filter_options,
    filters_of,
)
from search_api.engine.status import describe
from search_api.exports import EXPORTERS, Listed
from search_api.exports.document import document, format_of
from search_api.query.filters import Filters
from search_api.store.columns import Columns


@click.command()
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
        papers = _papers(db, generation.folder, ids, filters)
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


def _papers(
    db: sqlite3.Connection, folder: Path, ids: tuple[str, ...], filters: Filters
) -> Iterator[Paper]:
    """Return the papers of the ids, or all that pass the filters.

    Raises:
        UnknownPaper: one of the ids is not in the index.
    """
    if not ids:
        rows = np.flatnonzero(Columns(folder).mask(filters)) + 1
        return (read_paper_at(db, int(row)) for row in rows)
    papers = []
    for paper_id in dict.fromkeys(ids):
        try:
            papers.append(read_paper(db, paper_id))
        except KeyError as error:
            raise UnknownPaper(f"{paper_id}: not in this index", id=paper_id) from error
    return iter(papers)
