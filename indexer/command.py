"""What the commands of akin share: options, JSON on standard output, errors as exit codes."""

from __future__ import annotations

import codecs
import functools
import json
import logging
import os
import re
import shlex
import sqlite3
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

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
max_tokens_option = click.option(
    "--max-tokens",
    type=click.IntRange(16),
    metavar="N",
    help="Let the model read N word pieces of a text: with 128 it indexes twice as fast.  "
    "[default: as the index was built, at first what the model reads]",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on standard output."
)


def as_typed() -> str:
    """Return the command that runs as it was typed, for the record: paths by their names alone."""
    context = click.get_current_context()
    words = ["akin", str(context.info_name)]
    for parameter in context.command.params:
        name = parameter.name or ""
        value = context.params[name]
        source = context.get_parameter_source(name)
        if source is not ParameterSource.COMMANDLINE or name in {"as_json", "replace"}:
            continue
        if isinstance(parameter, click.Option) and parameter.is_flag:
            words.append(parameter.opts[0])
            continue
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(parameter, click.Option):
                words.append(parameter.opts[0])
            path = isinstance(one, Path) or (os.sep in str(one) and Path(one).exists())
            words.append(Path(one).name if path else str(one))
    return shlex.join(words)


_COMMANDING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)")
"""What a terminal obeys: C0 and C1, but for tabs and line ends, and turns of direction."""


def visible(text: str) -> str:
    """Return the text without what would command a terminal, whatever a source put into it."""
    return text if text.isprintable() else _COMMANDING.sub("", text)


def say(text: str) -> None:
    """Print a line on standard error."""
    click.echo(visible(text), err=True)


class ReaderGone(Exception):
    """Nobody reads standard output any more, as in ``akin search … | head``: no error.

    Not a ``BrokenPipeError``, of which click makes an exit code of its own.
    """


class Out(Console):
    """Standard output for people: text as it is, and no complaint when `head` has had enough."""

    def __init__(self, *, soft_wrap: bool = False) -> None:
        super().__init__(highlight=False, emoji=False, soft_wrap=soft_wrap)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield what is printed, made visible; colours are added behind this."""
        for part in super().render(renderable, options):
            yield part if part.control else Segment(visible(part.text), part.style)

    def on_broken_pipe(self) -> None:
        """Let :func:`run` end the command; rich would exit with 1."""
        raise ReaderGone


_ESCAPED = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""JSON allows them as they are, and may be read on a terminal."""


def print_json(value: dict[str, Any]) -> None:
    """Print one JSON object on standard output, whatever a text in it holds."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    text = _ESCAPED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)
    write([text.encode("utf-8", "replace"), b"\n"])


def write(pieces: Iterable[bytes]) -> None:
    """Write bytes to standard output as they come; to a terminal only what is visible of them.

    Raises:
        ReaderGone: nobody reads them any more.
    """
    try:
        for piece in _visible(pieces) if sys.stdout.isatty() else pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise ReaderGone from error


def _visible(pieces: Iterable[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for piece in pieces:
        yield visible(decoder.decode(piece)).encode()


class VisibleLog(logging.Filter):
    """Lets every record of a log pass, made visible: what was asked for, and tracebacks, too."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record, and let it pass."""
        record.msg = visible(str(record.msg))
        if isinstance(record.args, tuple):
            record.args = tuple(visible(a) if isinstance(a, str) else a for a in record.args)
        if record.exc_info and not record.exc_text:
            record.exc_text = visible(logging.Formatter().formatException(record.exc_info))
        return True


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
            say(traceback.format_exc())
            _fail(as_json, AkinError(f"an error that akin did not expect: {error!r}"))
            code = AkinError.exit_code
        sys.exit(code if isinstance(code, int) else 0)

    return main


def _fail(as_json: bool, error: AkinError, usage: click.UsageError | None = None) -> None:
    if as_json:
        print_json({"ok": False, "error": error.to_json()})
    elif usage:
        click.UsageError(visible(usage.format_message()), usage.ctx).show()
    else:
        Console(stderr=True, highlight=False, soft_wrap=True, emoji=False).print(
            f"[bold red]{error.title}:[/] ", end=""
        )
        say(error.detail)
