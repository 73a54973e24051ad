"""The ``rebuild-index`` command."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click
from rich.markup import escape

from indexer.command import (
    Out,
    index_option,
    json_option,
    max_tokens_option,
    print_json,
    run,
    say,
)
from indexer.errors import AkinError, Interrupted
from indexer.ledger import Report
from indexer.mapping.layout import ASKED, Asked
from indexer.merging.decision_file import NAME
from indexer.merging.duplicates import RULES
from indexer.models.choosing import BACKENDS, encoder_of
from indexer.models.encoder import Encoder
from indexer.models.model import DEFAULT_MODEL, TORCH, Model, find_model
from indexer.models.questions import make_ready
from indexer.progress import shown
from indexer.sources import NAMEABLE
from indexer.store.generation import IndexFolder
from indexer.store.manifest import AUTO, STAND_IN, Recorded, how_to_go_on
from indexer.what_to_build import SEEDS, what_to_build

DONE_WITH_REJECTIONS = 3

LONG, SHOWN_FROM = 2.0, 0.1
"""Seconds from which a build tells of its phases, and a phase is told of."""


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
    "--backend",
    type=click.Choice([AUTO, *BACKENDS]),
    help="What runs a transformer. auto: what is faster here, measured where there are many texts; "
    "int8 needs ctranslate2.  [default: that of the index, at first auto]",
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="AKIN_CACHE",
    metavar="DIR",
    help="Where vectors are kept, for all indexes that name it.  [default: in the index]",
)
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
@click.option(
    "--progressive",
    is_flag=True,
    help="Let a small model read all papers first, so that they can be searched in the meantime.",
)
@click.option(
    "--stand-in",
    default=STAND_IN,
    show_default=True,
    help="With --progressive: name or folder of that small model.",
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
    backend: str | None,
    cache: Path | None,
    columns: dict[str, str] | None,
    apart: tuple[str, ...],
    follow_links: bool,
    decisions: Path | None,
    ledger: Path | None,
    mapped: Asked,
    progressive: bool,
    stand_in: str,
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

    With --progressive a small model stands in for the one that takes long: all papers can be
    searched in a minute or so, and are ranked by that one as it reads them, the newest first.
    """
    from indexer.rebuild import rebuild

    index = IndexFolder(index_path, cache)
    if (add or remove) and (not sources or (add and remove)):
        raise click.UsageError("--add and --remove need SOURCES, and not each other")
    named = Recorded(
        list(sources),
        model or "",
        columns or {},
        list(apart),
        follow_links,
        decisions,
        BACKENDS.get(backend or "", backend),
        max_tokens,
    )
    asked = what_to_build(index, named, "add" if add else "remove" if remove else None)
    found = find_model(asked.model)
    choose = asked.backend in {None, AUTO}
    encoder = encoder_of(found.run_as(TORCH if choose else str(asked.backend), asked.max_tokens))
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

            def tell(sentence: str) -> None:
                with bar.paused():
                    say(sentence)

            def build(by: Encoder, stands_in_for: Encoder | None = None) -> Report:
                return rebuild(
                    asked.roots,
                    index,
                    by,
                    columns=asked.columns,
                    apart=asked.apart,
                    follow_links=asked.follow_links,
                    decisions=asked.decisions,
                    ledger=ledger,
                    allow=None if replace or remove else allow,
                    mapped=mapped,
                    full=full,
                    dry_run=dry_run,
                    choose_backend=choose,
                    stands_in_for=stands_in_for,
                    tell=tell,
                    reporter=bar,
                )

            small = encoder_of(find_model(stand_in)) if progressive and not dry_run else encoder
            if small.model.fingerprint == encoder.model.fingerprint:
                report = build(encoder)
                to_json = report.to_json
            else:
                from indexer.progressive import rebuild_progressively

                done = rebuild_progressively(
                    index,
                    encoder,
                    lambda large: build(small, large),
                    asked=mapped,
                    choose_backend=choose,
                    full=full,
                    reporter=bar,
                    tell=tell,
                )
                report, to_json = done.report, done.to_json
    except KeyboardInterrupt as error:
        raise Interrupted(_how_to_go_on(index, cache)) from error
    if report.published:
        backend = index.current().manifest.space.backend
        report.notes += _make_ready(encoder.model.run_as(backend, asked.max_tokens))
    if as_json:
        print_json(to_json())
    else:
        _print_report(report, index_path, dry_run)
    return DONE_WITH_REJECTIONS if strict and report.ledger.rejected else 0


def _make_ready(model: Model) -> list[str]:
    """Make a model ready for questions, and return what is to be noted of that."""
    try:
        with shown() as bar:
            bar.phase("converting the model for questions")
            note = make_ready(model)
    except KeyboardInterrupt as error:
        raise Interrupted(
            "the index is published; what was not done lets questions do without torch"
        ) from error
    return [note] if note else []


def _how_to_go_on(index: IndexFolder, cache: Path | None) -> str:
    try:
        generation = index.current()
    except AkinError:
        finer = None
    else:
        finer = generation.manifest.finer
    if finer is None:
        return "the index is as it was, and what was embedded is kept: run it again to go on"
    return (
        f"the index answers, {finer.rows:,} of its {generation.manifest.papers:,} papers by "
        f"{finer.model} so far, and what was embedded is kept. To go on: "
        f"{how_to_go_on(index.path, generation.manifest.space.model, cache)}; without "
        "--progressive, until all is done the index stays as it is now"
    )


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
