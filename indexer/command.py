"""What the commands of akin share: options, JSON on standard output, errors as exit codes."""

from __future__ import annotations

import functools
import json
import os
import sqlite3
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from indexer.errors import AkinError, InputError, Interrupted

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


class ReaderGone(Exception):
    """Nobody reads standard output any more, as in ``akin search … | head``: no error.

    Not a ``BrokenPipeError``, of which click makes an exit code of its own.
    """


class Out(Console):
    """Standard output for people: text as it is, and no complaint when `head` has had enough."""

    def __init__(self, *, soft_wrap: bool = False) -> None:
        super().__init__(highlight=False, emoji=False, soft_wrap=soft_wrap)

    def on_broken_pipe(self) -> None:
        """Let :func:`run` end the command; rich would exit with 1."""
        raise ReaderGone


def print_json(value: dict[str, Any]) -> None:
    """Print one JSON object on standard output, whatever a text in it holds."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    write([text.encode("utf-8", "replace"), b"\n"])


def write(pieces: Iterable[bytes]) -> None:
    """Write bytes to standard output as they come.

    Raises:
        ReaderGone: nobody reads them any more.
    """
    try:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise ReaderGone from error


def run(command: click.Command) -> Callable[[], None]:
    """Return the entry point of a command: errors become messages and exit codes.

    Under ``--json``, a failure is one JSON object on standard output, wrong use included.
    """

    @functools.wraps(run)
    def main() -> None:
        as_json = "--json" in sys.argv[1:]
        try:
            code = command.main(standalone_mode=False)
            sys.stdout.flush()  # here, where a reader that has gone is no error
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
            _fail(as_json, Interrupted("before it was done"))
            code = Interrupted.exit_code
        except (BrokenPipeError, ReaderGone):
            # What is still to be written has nowhere to go, and is written once more at the exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 0
        except OSError as error:  # no permission, disk full, a file where a folder should be
            _fail(as_json, AkinError(f"{error.filename or 'akin'}: {error.strerror or error}"))
            code = AkinError.exit_code
        except sqlite3.Error as error:
            _fail(as_json, AkinError(f"SQLite: {error}"))
            code = AkinError.exit_code
        except Exception as error:  # noqa: BLE001 — a bug: say so in the form that was asked for
            traceback.print_exc()
            _fail(as_json, AkinError(f"an error that akin did not expect: {error!r}"))
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
