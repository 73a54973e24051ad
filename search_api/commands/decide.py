"""The command that keeps what people decide of records: of one paper, or of two."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import get_args

import click

from indexer.command import Out, index_option, json_option, print_json
from indexer.merging.decision_file import Decision, Verdict
from indexer.store.generation import IndexFolder
from search_api.commands import render
from search_api.engine.duplicates import Duplicates
from search_api.store.local import LocalStore

_WHERE = "akin decide"


@click.command(short_help="Decide whether two records are the same paper, or keep them apart.")
@click.argument("words", nargs=-1, metavar="same|apart ID ID")
@click.option("--list", "listed", is_flag=True, help="List what was decided.")
@click.option("--undo", is_flag=True,
              help="Take back what was decided of two, or all that was of one.")  # fmt: skip
@index_option
@json_option
def decide(
    words: tuple[str, ...], listed: bool, undo: bool, index_path: Path, as_json: bool
) -> None:
    """Decide whether two records are the same paper; the next rebuild-index applies it.

    An ID is that of a paper, or the key of a record, which export --duplicates shows. A paper that
    was merged by mistake is taken apart by a record's key and the paper's id.
    """
    verdict = next((one for one in get_args(Verdict) if words[:1] == (one,)), None)
    ids = words[1:] if verdict else words
    if not listed and (len(ids) > 2 or len(ids) < (1 if undo else 2) or not (undo or verdict)):
        raise click.UsageError(
            "name what was decided: same ID ID, apart ID ID, --undo ID [ID], or --list"
        )
    generation = IndexFolder(index_path).current()
    with closing(LocalStore(generation)) as store:
        duplicates = Duplicates(store, generation.manifest.decisions)
        if listed:
            changed: Sequence[Decision] = duplicates.decided().decisions
        elif undo:
            changed = duplicates.undo(ids[:1], ids[1:])
        else:
            changed = duplicates.decide(verdict, ids[:1], ids[1:], _WHERE) if verdict else []
    followed = duplicates.is_followed(duplicates.decided())
    if as_json:
        print_json(
            {
                "ok": True,
                "file": duplicates.place,
                "decisions": [one.to_json() for one in changed],
                "followed": followed,
            }
        )
        return
    out = Out(soft_wrap=True)
    render.decisions(out, changed, gone=undo and not listed)
    if not changed:
        out.print("[dim]nothing was decided yet[/]" if listed else "[dim]decided already[/]")
    if not followed:
        out.print(
            f"{duplicates.place}: the next rebuild-index applies it", markup=False, style="dim"
        )
