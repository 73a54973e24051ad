"""The ``rebuild-index`` command."""

from __future__ import annotations

import dataclasses
import re
import sys
from pathlib import Path
from typing import Any, Literal

import click
from rich.markup import escape

from indexer.command import Out, index_option, json_option, max_tokens_option, print_json, run
from indexer.errors import IndexCorrupted, Interrupted, SourceMissing
from indexer.ledger import Report
from indexer.mapping.layout import ASKED, Asked
from indexer.merging.decision_file import NAME
from indexer.merging.duplicates import RULES
from indexer.models.choosing import encoder_of
from indexer.models.model import DEFAULT_MODEL, TORCH, find_model, full_name
from indexer.piped import is_kept
from indexer.progress import shown
from indexer.sources import NAMEABLE, STDIN
from indexer.store.generation import IndexFolder
from indexer.store.manifest import Recorded

DONE_WITH_REJECTIONS = 3

LONG, SHOWN_FROM = 2.0, 0.1
"""Seconds from which a build tells of its phases, and a phase is told of."""

SEEDS = Path("seeds")
"""What the first index is built from, where nothing is named."""


class Columns(click.ParamType[dict[str, str]]):
    """``title=Titel,abstract=Kurzfassung``: which columns of a table hold what."""

    name = "columns"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, str]:
        """Return the name of the column by field."""
        if isinstance(value, dict):
            return value
        columns = {}
        for pair in re.split(r",(?=\s*\w+=)", value):
            field, equals, name = (part.strip() for part in pair.partition("="))
            if not equals or not name:
                self.fail(f"{pair!r} is not FIELD=NAME", param, ctx)
            if field not in NAMEABLE:
                self.fail(f"{field!r} is not one of {', '.join(NAMEABLE)}", param, ctx)
            columns[field] = name
        return columns


@click.command("rebuild-index", short_help="Bring the index up to date with its sources.")
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@index_option
@click.option(
    "--model",
    envvar="AKIN_MODEL",
    help="Name or folder of a sentence-transformers model.  "
    f"[default: that of the index, at first {DEFAULT_MODEL}, bundled]",
)
@max_tokens_option
@click.option(
    "--columns",
    type=Columns(),
    metavar="FIELD=NAME,…",
    help="Which columns of tables hold what, beyond what is guessed: title=Titel,authors=Autor.",
)
@click.option(
    "--apart",
    multiple=True,
    type=click.Choice(RULES),
    help="A rule by which records are not to be merged; repeatable.",
)
@click.option("--follow-links", is_flag=True, help="Read what links lead to out of a folder.")
@click.option(
    "--decisions",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file of what was decided on records (akin decide).  "
    f"[default: {NAME}, beside the first source]",
)
@click.option(
    "--ledger",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file to write a line to per rejected or merged record, and per paper that is added, "
    "updated or removed: JSON, or CSV if named .csv.",
)
@click.option(
    "--map",
    "mapped",
    type=click.Choice(ASKED),
    default="auto",
    show_default=True,
    help="How the map is laid out. auto: pacmap if it is installed, else pca; none: no map.",
)
@click.option("--add", is_flag=True, help="Add SOURCES to those of the index.")
@click.option("--remove", is_flag=True, help="Take SOURCES out of those of the index.")
@click.option("--replace", is_flag=True, help="Let most papers of the index go, without asking.")
@click.option("--full", is_flag=True, help="Embed and map everything anew, whatever is there.")
@click.option("--strict", is_flag=True, help="Exit with 3 if a record was rejected.")
@click.option("--dry-run", is_flag=True, help="Read and account, embed and publish nothing.")
@json_option
def rebuild_index(
    sources: tuple[Path, ...],
    index_path: Path,
    model: str | None,
    max_tokens: int | None,
    columns: dict[str, str] | None,
    apart: tuple[str, ...],
    follow_links: bool,
    decisions: Path | None,
    ledger: Path | None,
    mapped: Asked,
    add: bool,
    remove: bool,
    replace: bool,
    full: bool,
    strict: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Bring the index up to date with SOURCES: files of any format, folders, - for standard input.

    Without SOURCES it reads again what the index was built from, at first seeds/. With --add they
    are read beside that, with --remove all but them.

    Records of one paper are merged. Only new and changed abstracts are embedded. The new index
    takes the place of the old one at once and whole; a run that is interrupted leaves the old one,
    and goes on where it was when it is started again.
    """
    from indexer.rebuild import rebuild

    index = IndexFolder(index_path)
    if (add or remove) and (not sources or (add and remove)):
        raise click.UsageError("--add and --remove need SOURCES, and not each other")
    named = Recorded(
        list(sources),
        model or "",
        columns or {},
        list(apart),
        follow_links,
        decisions,
        max_tokens=max_tokens,
    )
    asked = _what_to_build(index, named, "add" if add else "remove" if remove else None)
    encoder = encoder_of(find_model(asked.model).run_as(asked.backend or TORCH, asked.max_tokens))
    try:
        with shown() as bar:

            def allow(removed: int, papers: int, roots: list[str]) -> bool:
                if roots == [str(SEEDS.resolve())]:  # nothing of the user's own is lost
                    return True
                if as_json or not (sys.stdin.isatty() and sys.stderr.isatty()):
                    return False
                with bar.paused():
                    return click.confirm(
                        f"{removed:,} of the {papers:,} papers in {index_path} are not in these "
                        f"sources; they came from {', '.join(roots)}. Let them go?",
                        err=True,
                    )

            report = rebuild(
                asked.roots,
                index,
                encoder,
                columns=asked.columns,
                apart=asked.apart,
                follow_links=asked.follow_links,
                decisions=asked.decisions,
                ledger=ledger,
                allow=None if replace or remove else allow,
                mapped=mapped,
                full=full,
                dry_run=dry_run,
                reporter=bar,
            )
    except KeyboardInterrupt as error:
        raise Interrupted(
            "the index is as it was, and what was embedded is kept: run it again to go on"
        ) from error
    if as_json:
        print_json(report.to_json())
    else:
        _print_report(report, index_path, dry_run)
    return DONE_WITH_REJECTIONS if strict and report.ledger.rejected else 0


def _what_to_build(
    index: IndexFolder, asked: Recorded, change: Literal["add", "remove"] | None
) -> Recorded:
    """Return what to read and which model to run: as asked for, else as recorded.

    Args:
        index: where it is recorded.
        asked: what is empty is taken from there.
        change: whether the sources are to be added to those recorded, or taken out of them.

    Raises:
        SourceMissing: what is recorded came through a pipe before akin kept that, or a source that
            is to be taken out is none.
    """
    try:
        recorded = index.recorded()
    except IndexCorrupted:
        if not asked.roots or change:
            raise
        recorded = None
    if recorded is None and change:
        recorded = Recorded([], DEFAULT_MODEL, {}, [])
    recorded = recorded or Recorded([SEEDS], DEFAULT_MODEL, {}, [])
    asked = _as_recorded(asked, recorded)
    if asked.roots and not change:
        return asked
    if STDIN in recorded.roots:
        raise SourceMissing(
            "this index was built from what came through a pipe, which is gone: pipe the same in "
            "again (… | rebuild-index -), or name the files to read",
            file=str(STDIN),
        )
    roots = recorded.roots
    if change == "add":
        roots = list(dict.fromkeys([*roots, *map(_resolved, asked.roots)]))
    elif change == "remove":
        roots = _without(roots, asked.roots, index)
    return dataclasses.replace(
        asked,
        roots=roots,
        columns=asked.columns or recorded.columns,
        apart=asked.apart or recorded.apart,
        follow_links=asked.follow_links or recorded.follow_links,
        decisions=asked.decisions or recorded.decisions,
    )


def _as_recorded(asked: Recorded, recorded: Recorded) -> Recorded:
    """Return what is asked for with the model that is recorded, if none is named; run likewise."""
    model = asked.model or recorded.model
    if full_name(model) != full_name(recorded.model):
        return dataclasses.replace(asked, model=model)
    return dataclasses.replace(
        asked,
        model=model,
        backend=asked.backend or recorded.backend,
        max_tokens=asked.max_tokens or recorded.max_tokens,
    )


def _resolved(source: Path) -> Path:
    return source.resolve() if source.is_file() or source.is_dir() else source


def _without(roots: list[Path], gone: list[Path], index: IndexFolder) -> list[Path]:
    """Return the sources of an index but for some; ``-`` names all that came through pipes.

    Raises:
        SourceMissing: one is no source of the index, or none would be left.
    """
    left = roots
    for source in gone:
        left = [
            root
            for root in left
            if not (is_kept(root, index) if source == STDIN else root == source.resolve())
        ]
        if (source != STDIN and source.resolve() not in roots) or left == roots:
            names = ", ".join(map(str, roots)) or "none"
            raise SourceMissing(
                f"{source}: no source of {index.path}, which was built from {names}. Nothing was "
                "changed",
                file=str(source),
                sources=[str(root) for root in roots],
            )
    if not left:
        raise SourceMissing(
            f"{', '.join(map(str, gone))}: all that {index.path} was built from; nothing would be "
            "left of it. Delete the folder, or name other sources",
            file=str(gone[0]),
        )
    return left


def _print_report(report: Report, index_path: Path, dry_run: bool) -> None:
    out = Out(soft_wrap=True)
    for source in report.sources:
        counts = [f"{source.records:,} records", f"{source.papers:,} papers"]
        counts += [f"{source.merged:,} merged"] if source.merged else []
        counts += [f"{source.rejected:,} rejected"] if source.rejected else []
        bare = source.without_abstract
        counts += [f"{bare:,} without abstract"] if bare else []
        out.print(f"{escape(source.source)}  [dim]{source.format}[/]  {', '.join(counts)}")
    for rejection in report.rejections:
        where = f"{rejection.source}:{rejection.line}: {rejection.reason}"
        out.print(f"[yellow]rejected[/] {escape(where)}")
        out.print(f"         {rejection.head}", markup=False, style="dim")
    if hidden := report.ledger.rejected - len(report.rejections):
        out.print(f"[yellow]rejected[/] {hidden:,} more; --ledger FILE lists all")
    for reason in report.skipped:
        out.print(f"[dim]skipped[/] {escape(reason)}")
    for note in report.notes:
        out.print(f"[yellow]note[/] {escape(note)}")
    ledger = report.ledger
    counted = ("added", "updated", "unchanged", "removed", "merged", "rejected")
    out.print(
        f"{ledger.records:,} records: "
        + ", ".join(f"{getattr(ledger, name):,} {name}" for name in counted)
    )
    if report.possible:
        out.print(
            f"possible duplicates: {report.possible:,}; akin export --duplicates --possible lists "
            "them, akin decide decides"
        )
    if dry_run:
        out.print(f"{report.papers:,} papers; a dry run: nothing embedded, nothing published")
        return
    if report.truncated:
        out.print(
            f"{report.truncated:,} of {report.papers:,} abstracts are longer than the model reads: "
            "their vectors are of the beginning; search by words covers all of them"
        )
    what = "published" if report.published else "nothing changed, still"
    out.print(
        f"[green]{what}[/] {report.papers:,} papers, {report.embedded:,} embedded, "
        f"generation {report.generation} in {escape(str(index_path))}  "
        f"[dim]{_duration(report)}[/]"
    )


def _duration(report: Report) -> str:
    """Return how long a build took, and if that was long, each phase of it."""
    whole = f"{report.seconds:.1f} s"
    if report.seconds < LONG:
        return whole
    phases = (f"{name} {took:.1f}" for name, took in report.phases.items() if took >= SHOWN_FROM)
    return f"{whole}: {', '.join(phases)}"


main = run(rebuild_index)
