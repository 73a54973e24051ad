"""The ``akin train`` command."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from indexer.command import as_typed, json_option, print_json
from indexer.errors import Interrupted
from indexer.progress import shown

_WORDS = 40_000
_LEARNED = 90_000

_file = click.Path(path_type=Path, dir_okay=False)


@click.command(short_help="Train a fast model on papers.")
@click.argument(
    "sources", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True)
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write.",
)
@click.option(
    "--from",
    "start",
    default="fast",
    show_default=True,
    help="What to begin with: fast, the folder of a static encoder, or teacher: the embeddings "
    "that the teacher has of tokens.",
)
@click.option(
    "--teacher", help="Name or folder of a model whose embeddings are to be learned, too."
)
@click.option(
    "--texts",
    multiple=True,
    type=_file,
    help="Plain texts, one a line, for the teacher; repeatable.",
)
@click.option(
    "--without",
    multiple=True,
    type=_file,
    help="Titles of papers to leave out, one a line, or JSON lines with a title; repeatable.",
)
@click.option(
    "--words",
    type=click.IntRange(min=0),
    default=_WORDS,
    show_default=True,
    help="With --from teacher: frequent words that get a token of their own.",
)
@click.option(
    "--dim",
    type=click.IntRange(min=8),
    help="With --from teacher: dimensions of the embeddings, the first principal axes of the "
    "teacher's.  [default: all]",
)
@click.option(
    "--papers",
    "most",
    type=click.IntRange(min=1),
    default=200_000,
    show_default=True,
    help="Papers to train on at most, drawn at random.",
)
@click.option(
    "--learned",
    type=click.IntRange(min=0),
    default=_LEARNED,
    show_default=True,
    help="With a teacher: titles, sentences and abstracts whose embeddings are learned.",
)
@click.option(
    "--teacher-epochs",
    "distilling",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="How often the teacher's embeddings are gone through, before the pairs.",
)
@click.option(
    "--epochs",
    "contrasting",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="How often the pairs of papers are gone through, at most.",
)
@click.option(
    "--pull",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="Weight of staying near the start, or the teacher, while pairs are learned.",
)
@click.option(
    "--alike",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="With a teacher: weight of which texts are alike, against 1 for each embedding.",
)
@click.option("--minutes", type=click.FloatRange(min=0), help="Stop after so many.")
@click.option(
    "--precision",
    type=click.Choice(["float32", "float16", "int8"]),
    default="float32",
    show_default=True,
    help="Of the table; int8 is for akin alone.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of all that is random.")
@click.option("--replace", is_flag=True, help="Replace the folder, if it is there.")
@json_option
def train(*, as_json: bool, **options: Any) -> int:
    """Train a static encoder on the papers in SOURCES, any that rebuild-index reads.

    It learns to find a paper's abstract by its title, and by a sentence of it, and is pulled
    towards what it began with, or towards a teacher. What it gained is measured on papers that are
    held out. A run that was interrupted goes on where it was when it is started again.

    Then: rebuild-index --model FOLDER
    """
    from indexer.training.run import TEACHER, Settings, train_model

    settings = Settings(**options, command=as_typed())
    if settings.start == TEACHER and not settings.teacher:
        raise click.UsageError("--from teacher needs --teacher")
    if settings.texts and not settings.teacher:
        raise click.UsageError("--texts are for a teacher: name one with --teacher")
    try:
        with shown() as progress:
            trained = train_model(settings, progress)
    except KeyboardInterrupt as error:
        raise Interrupted(
            f"nothing was written to {settings.out}; run it again, and it goes on where it was"
        ) from error
    account = trained.account
    if as_json:
        print_json({"ok": True, "out": str(settings.out), **asdict(trained)})
        return 0
    if trained.resumed:
        click.echo("Went on with a run that had been interrupted.")
    for reason in trained.skipped:
        click.echo(f"passed over: {reason}", err=True)
    click.echo(
        f"{settings.out}: {account.vocabulary:,} tokens, {account.dim} dimensions, "
        f"{account.precision}; {account.papers:,} papers in {account.seconds / 60:.1f} minutes"
        + (", stopped by the clock" if trained.out_of_time else "")
    )
    click.echo(
        f"Abstracts found by their titles among {account.held_out:,} held out, mean reciprocal "
        f"rank: {account.before:.3f} before, {account.after:.3f} now"
    )
    click.echo(f"Then: rebuild-index --model {shlex.quote(str(settings.out))}")
    return 0
