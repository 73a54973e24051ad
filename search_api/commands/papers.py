"""The commands that read papers: show, export."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import numpy as np

from indexer.command import Out, index_option, json_option, print_json
from indexer.paper import Paper
from indexer.store.entry import PossibleDuplicate
from indexer.store.generation import IndexFolder
from search_api.commands import render
from search_api.commands.options import (
    excluded_of,
    filter_options,
    filters_of,
)
from search_api.commands.output import (
    format_of,
    keys_option,
    output_option,
    table_format,
    tell_written,
    write_papers,
    write_table,
)
from search_api.engine.duplicates import Duplicates
from search_api.exports import EXPORTERS, SUFFIXES, Listed
from search_api.query.conditions import Conditions
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


@click.command(short_help="Write papers as BibTeX, RIS, CSL-JSON, CSV, XLSX, JSON lines or Atom.")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--format", "format_", type=click.Choice(list(EXPORTERS)),
              help="[default: that of --output's name, else bibtex]")  # fmt: skip
@output_option
@keys_option
@click.option("--duplicates", is_flag=True,
              help="List which records were merged into one paper, and why.")  # fmt: skip
@click.option("--possible", is_flag=True,
              help="With --duplicates: list what is possibly one paper, to decide on.")  # fmt: skip
@filter_options
def export(
    ids: tuple[str, ...],
    format_: str | None,
    output: Path | None,
    keys: str,
    duplicates: bool,
    possible: bool,
    index_path: Path,
    as_json: bool,
    **options: Any,
) -> None:
    """Write papers to a file or to standard output: those of the IDs, else all that pass.

    What is written can be read again: rebuild-index takes every one of these formats.
    """
    conditions = Conditions((filters_of(options),), excluded_of(options))
    if possible:
        _possible(index_path, table_format(output, format_) or "jsonl", output, as_json)
        return
    if duplicates:
        _duplicates(index_path, table_format(output, format_), output, as_json)
        return
    if as_json and output is None:
        raise click.UsageError("--json goes with --output or --duplicates")
    exporter = EXPORTERS[format_of(output, format_, SUFFIXES) or "bibtex"]
    with closing(LocalStore(IndexFolder(index_path).current())) as store:
        papers = map(Listed, _papers(store, ids, conditions))
        written = write_papers(exporter, papers, "Papers", output, keys)
    if output:
        tell_written(as_json, output, exporter.FORMAT, "papers", written)


def _duplicates(index_path: Path, form: str | None, output: Path | None, as_json: bool) -> None:
    """List the papers that were made of several records: for people, as JSON or as a table."""
    with closing(LocalStore(IndexFolder(index_path).current())) as store:
        found = store.merged_papers()
    if form is None:
        if as_json:
            print_json({"ok": True, "duplicates": [group.to_json() for group in found]})
        else:
            render.duplicates(Out(), found)
        return
    if as_json and output is None:
        raise click.UsageError(f"--json and --format {form} ask for two things: take one")
    rows = ({"title": one.title, **record.to_json()} for one in found for record in one.records)
    written = write_table(_RECORD, rows, form, output)
    if output:
        tell_written(as_json, output, form, "records", written)


_RECORD = ("paper", "title", "source", "line", "reason", "record", "head", "key")
"""Columns of a list of merged records."""


def _possible(index_path: Path, form: str, output: Path | None, as_json: bool) -> None:
    """List the pairs of papers that are possibly one, and not decided yet."""
    generation = IndexFolder(index_path).current()
    with closing(LocalStore(generation)) as store:
        duplicates = Duplicates(store, generation.manifest.decisions)
        found = [one.to_json() for one in duplicates.possible(duplicates.decided())]
    if as_json and output is None:
        print_json({"ok": True, "possible": found})
        return
    columns = [one.name for one in fields(PossibleDuplicate)]
    written = write_table(columns, found, form, output)
    if output:
        tell_written(as_json, output, form, "pairs", written)


def _papers(store: Store, ids: tuple[str, ...], conditions: Conditions) -> Iterator[Paper]:
    """Return the papers of the ids, or all that meet the conditions.

    Raises:
        UnknownPaper: one of the ids is not in the index.
    """
    if ids:
        rows = dict.fromkeys(store.rows(ids).tolist())  # each once, whatever it goes by
        return iter(store.papers(np.array(list(rows), dtype=np.int64)))
    return papers_of(store, store.select(conditions))
