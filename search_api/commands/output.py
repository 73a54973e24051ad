"""Where commands write to, and in which format: standard output, or a file that is replaced."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from indexer.command import print_json, say, write
from indexer.files import replace_file
from indexer.streams import compressed, inner_suffix
from search_api.exports import Exporter, Listed
from search_api.exports.document import document
from search_api.exports.tables import SUFFIXES, write_rows
from search_api.exports.workbook import Cell


def _place(_: click.Context, __: click.Parameter, value: Path | None) -> Path | None:
    """Return where to write to, ``None`` for standard output."""
    if value is None or value == Path("-"):
        return None
    if not value.parent.is_dir():
        raise click.BadParameter(f"{value}: there is no folder {value.parent}")
    return value


output_option = click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_place,
    help="File to write to; it is replaced once all is written. Its name chooses the format.",
)


keys_option = click.option(
    "--keys",
    type=click.Choice(["akin", "own"]),
    default="akin",
    show_default=True,
    help="To cite by. own: those of your library, as far as a paper has one.",
)


def tell(note: str) -> None:
    """Print a note on standard error."""
    say(f"note: {note}")


class Notes:
    """What could not be written as it is: the first are told on standard error, all are counted."""

    _TOLD = 10

    def __init__(self) -> None:
        self._count = 0

    def tell(self, note: str) -> None:
        """Tell a note, if there were not too many."""
        self._count += 1
        if self._count <= self._TOLD:
            tell(note)

    def end(self) -> None:
        """Tell how many more there were."""
        if more := max(0, self._count - self._TOLD):
            tell(f"and {more:,} more of this kind")


def format_of(output: Path | None, asked: str | None, known: Mapping[str, str]) -> str | None:
    """Return the format to write in: the one that is asked for, else that of the file's name.

    A name that speaks of another format than the one that is asked for is told on standard error.

    Args:
        output: the file; ``None`` for standard output.
        asked: by name; ``None`` where the file's name is to choose.
        known: how a file of each format ends.

    Returns:
        ``None`` where neither says.

    Raises:
        click.UsageError: nothing is asked for, and the file's name is that of no format.
    """
    if output is None:
        if asked == "xlsx" and sys.stdout.isatty():
            raise click.UsageError("--format xlsx is no text for a terminal: add --output")
        return asked
    suffix = inner_suffix(output.name)
    named = next((form for form, end in known.items() if suffix == end), None)
    if asked is None and named is None:
        endings = ", ".join(f"{end} ({form})" for form, end in known.items())
        raise click.UsageError(
            f"--output {output}: its name is that of no format that can be written here: "
            f"{endings}. Name the file so, or add --format"
        )
    if asked and named and asked != named:
        tell(f"{output} is written as {asked}, though it is named like {named}")
    return asked or named


def write_papers(
    exporter: Exporter, papers: Iterable[Listed], title: str, output: Path | None, keys: str
) -> int:
    """Write papers to a file or to standard output, and return how many there were.

    What could not be written as it is, is told on standard error.

    Args:
        exporter: of the format.
        papers: one is held at a time.
        title: of the list.
        output: the file; ``None`` for standard output.
        keys: to cite by, as :data:`keys_option` has them.
    """
    written, notes = 0, Notes()

    def counted() -> Iterator[Listed]:
        nonlocal written
        for written, paper in enumerate(papers, 1):  # noqa: B007 — counted as they go
            yield paper

    own_keys = keys == "own"
    write_pieces(document(exporter, counted(), title, own_keys=own_keys, tell=notes.tell), output)
    notes.end()
    return written


def tell_written(
    as_json: bool, output: Path, form: str, what: str, written: int, total: int | None = None
) -> None:
    """Say what was written to a file.

    Args:
        as_json: whether as the one JSON object of the command.
        output: the file.
        form: its format.
        what: is in it, in the plural.
        written: how many.
        total: how many there are in all, if that may be more.
    """
    if as_json:
        more = {} if total is None else {"total": total}
        print_json({"ok": True, "file": str(output), "format": form, what: written, **more})
    else:
        of = f" of {total:,}" if total is not None and total > written else ""
        say(f"{written:,}{of} {what} as {form} in {output}")


def write_pieces(pieces: Iterable[bytes], output: Path | None) -> None:
    """Write a document to a file, compressed if its name says so, or to standard output."""
    if output is None:
        write(pieces)
    else:
        replace_file(output, compressed(pieces, output.name))


def table_format(output: Path | None, asked: str | None) -> str | None:
    """Return the format to write a table in; ``None`` where it is to be shown to people.

    Raises:
        click.UsageError: it is one of papers, not of tables.
    """
    if asked and asked not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise click.UsageError(f"--format {asked}: a list like this one is written as {known}")
    return format_of(output, asked, SUFFIXES)


def write_table(
    columns: Sequence[str],
    rows: Iterable[Mapping[str, Cell]],
    form: str,
    output: Path | None,
) -> int:
    """Write a table to a file or to standard output, and return how many rows it has.

    Args:
        columns: in their order.
        rows: by column; one is held at a time.
        form: of :func:`table_format`.
        output: the file; ``None`` for standard output.
    """
    written = 0

    def counted() -> Iterator[Mapping[str, Cell]]:
        nonlocal written
        for written, row in enumerate(rows, 1):  # noqa: B007 — counted as they go
            yield row

    write_pieces(write_rows(form, columns, counted()), output)
    return written
