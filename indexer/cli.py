"""The ``rebuild-index`` command."""

from __future__ import annotations

from pathlib import Path

import click
from rich.markup import escape

from indexer.command import Out, index_option, json_option, print_json, run
from indexer.encoder import SentenceTransformerEncoder
from indexer.errors import IndexCorrupted, Interrupted
from indexer.generation import IndexFolder
from indexer.ledger import Report
from indexer.models import DEFAULT_MODEL, find_model
from indexer.progress import Bar

DONE_WITH_REJECTIONS = 3


@click.command("rebuild-index", short_help="Bring the index up to date with its sources.")
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path))
@index_option
@click.option(
    "--model",
    envvar="AKIN_MODEL",
    help="Name or folder of a sentence-transformers model.  "
    f"[default: that of the index, at first {DEFAULT_MODEL}, bundled]",
)
@click.option("--full", is_flag=True, help="Embed everything anew, whatever is cached.")
@click.option("--strict", is_flag=True, help="Exit with 3 if a record was rejected.")
@click.option("--dry-run", is_flag=True, help="Read and account, embed and publish nothing.")
@json_option
def rebuild_index(
    sources: tuple[Path, ...],
    index_path: Path,
    model: str | None,
    full: bool,
    strict: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Bring the index up to date with SOURCES, files and folders.

    Without SOURCES it reads again what the index was built from, at first seeds/.

    Only new and changed abstracts are embedded. The new index takes the place of the old one at
    once and whole; a run that is interrupted leaves the old one, and goes on where it was when it
    is started again.
    """
    from indexer.rebuild import rebuild

    index = IndexFolder(index_path)
    roots, model = _what_to_build(index, list(sources), model)
    encoder = SentenceTransformerEncoder(find_model(model))
    try:
        with Bar() as bar:
            report = rebuild(roots, index, encoder, full=full, dry_run=dry_run, reporter=bar)
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
    index: IndexFolder, sources: list[Path], model: str | None
) -> tuple[list[Path], str]:
    """Return the sources to read and the model to run: as asked for, else as recorded."""
    try:
        recorded = index.recorded()
    except IndexCorrupted:
        if not sources:
            raise
        recorded = None
    if recorded:
        return sources or recorded[0], model or recorded[1]
    return sources or [Path("seeds")], model or DEFAULT_MODEL


def _print_report(report: Report, index_path: Path, dry_run: bool) -> None:
    out = Out(soft_wrap=True)
    for source in report.sources:
        counts = [f"{source.records:,} records", f"{source.papers:,} papers"]
        counts += [f"{source.merged:,} merged"] if source.merged else []
        counts += [f"{source.rejected:,} rejected"] if source.rejected else []
        out.print(f"{escape(source.source)}  [dim]{source.format}[/]  {', '.join(counts)}")
    for rejection in report.rejections:
        where = f"{rejection.source}:{rejection.line}: {rejection.reason}"
        out.print(f"[yellow]rejected[/] {escape(where)}")
        out.print(f"         {rejection.head}", markup=False, style="dim")
    if hidden := report.ledger.rejected - len(report.rejections):
        out.print(f"[yellow]rejected[/] {hidden:,} more; the catalogue of the index lists all")
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
        f"[dim]{report.seconds:.1f} s[/]"
    )


main = run(rebuild_index)
