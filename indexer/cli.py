"""The ``rebuild-index`` command, and what all commands of akin share."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec

import click
from rich.console import Console
from rich.markup import escape

from indexer.encoder import SentenceTransformerEncoder
from indexer.errors import AkinError, IndexUnusable, InputError
from indexer.generation import IndexFolder, Manifest
from indexer.ledger import Report
from indexer.models import DEFAULT_MODEL, find_model
from indexer.progress import Bar

P = ParamSpec("P")

DONE_WITH_REJECTIONS = 3

index_option = click.option(
    "--index",
    "index_path",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("index"),
    show_default=True,
    envvar="AKIN_INDEX",
    help="Folder of the index.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on standard output."
)


@click.command("rebuild-index")
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path))
@index_option
@click.option(
    "--model",
    envvar="AKIN_MODEL",
    help="Name or folder of a sentence-transformers model.  "
    f"[default: that of the index, at first {DEFAULT_MODEL}, bundled]",
)
@click.option("--full", is_flag=True, help="Embed everything anew, whatever is cached.")
@click.option(
    "--refresh",
    is_flag=True,
    help="Read again what the current index was built from; SOURCES only where there is none.",
)
@click.option("--strict", is_flag=True, help="Exit with 3 if a record was rejected.")
@click.option("--dry-run", is_flag=True, help="Read and account, embed and publish nothing.")
@json_option
def rebuild_index(
    sources: tuple[Path, ...],
    index_path: Path,
    model: str | None,
    full: bool,
    refresh: bool,
    strict: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Bring the index up to date with SOURCES (files and folders; default: seeds/).

    Only new and changed abstracts are embedded. The new index takes the place of the old one at
    once and whole; a run that is interrupted leaves the old one, and goes on where it was when it
    is started again.
    """
    from indexer.rebuild import rebuild

    index = IndexFolder(index_path)
    roots = list(sources) or [Path("seeds")]
    manifest = _built_before(index)
    if manifest:
        model = model or manifest.model["name"]
        roots = [Path(root) for root in manifest.roots] if refresh else roots
    encoder = SentenceTransformerEncoder(find_model(model or DEFAULT_MODEL))
    with Bar() as bar:
        report = rebuild(roots, index, encoder, full=full, dry_run=dry_run, reporter=bar)
    if as_json:
        print_json(report.to_json())
    else:
        _print_report(report, index_path, dry_run)
    return DONE_WITH_REJECTIONS if strict and report.ledger.rejected else 0


def _built_before(index: IndexFolder) -> Manifest | None:
    """Return the manifest of the index, if one can be read; a rebuild mends others."""
    try:
        return index.current().manifest
    except IndexUnusable:
        return None


def _print_report(report: Report, index_path: Path, dry_run: bool) -> None:
    out = Console(highlight=False, soft_wrap=True, emoji=False)
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
            f"{report.truncated:,} of {report.papers:,} abstracts are longer than the model reads; "
            "its vectors are of their beginnings, the lexical index is of all words"
        )
    what = "published" if report.published else "nothing changed, still"
    out.print(
        f"[green]{what}[/] {report.papers:,} papers, {report.embedded:,} embedded, "
        f"generation {report.generation} in {escape(str(index_path))}  "
        f"[dim]{report.seconds:.1f} s[/]"
    )


def print_json(value: dict[str, Any]) -> None:
    """Print one JSON object on standard output, whatever a text in it holds."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
    sys.stdout.flush()


def run(command: click.Command) -> Callable[[], None]:
    """Return the entry point of a command: errors become messages and exit codes.

    Under ``--json``, a failure is one JSON object on standard output, wrong use included.
    """

    @functools.wraps(run)
    def main() -> None:
        as_json = "--json" in sys.argv[1:]
        try:
            code = command.main(standalone_mode=False)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            code = error.exit_code
        except click.UsageError as error:
            _fail(as_json, InputError(error.format_message()), usage=error)
            code = InputError.exit_code
        except AkinError as error:
            _fail(as_json, error)
            code = error.exit_code
        except (click.Abort, KeyboardInterrupt):
            _fail(as_json, AkinError("interrupted; what was embedded is kept, so run it again"))
            code = AkinError.exit_code
        except BrokenPipeError:  # akin search … | head
            sys.stderr.close()
            code = 0
        except OSError as error:  # no permission, disk full, a file where a folder should be
            _fail(as_json, AkinError(f"{error.filename or 'akin'}: {error.strerror or error}"))
            code = AkinError.exit_code
        sys.exit(code if isinstance(code, int) else 0)

    return main


def _fail(as_json: bool, error: AkinError, usage: click.UsageError | None = None) -> None:
    if as_json:
        print_json({"ok": False, "error": error.to_json()})
    elif usage:
        usage.show()
    else:
        Console(stderr=True, highlight=False, soft_wrap=True, emoji=False).print(
            f"[bold red]{error.title}:[/] ", end=""
        )
        click.echo(error.detail, err=True)


main = run(rebuild_index)
