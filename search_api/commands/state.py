"""The commands that tell how an index is: status, doctor."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.command import Out, index_option, json_option, print_json
from indexer.store.generation import IndexFolder
from search_api.commands import render
from search_api.commands.options import (
    model_option,
)
from search_api.engine.live import encoder_for
from search_api.engine.status import describe


@click.command()
@index_option
@json_option
def status(index_path: Path, as_json: bool) -> None:
    """Tell what is indexed, and by which model."""
    state = describe(IndexFolder(index_path).current().manifest)
    if as_json:
        print_json({"ok": True, **state})
    else:
        render.status(Out(), state, str(index_path))


@click.command()
@index_option
@model_option
@json_option
def doctor(index_path: Path, model: str | None, as_json: bool) -> int:
    """Verify checksums and counts, read every paper, and embed a sample again."""
    from search_api.engine.doctor import examine

    out, checks = Out(), []
    for check in examine(IndexFolder(index_path), encoder_for(model)):
        checks.append(check)
        if not as_json:
            mark = "[green]well[/]" if check.ok else "[bold red]BAD[/] "
            out.print(f"{mark}  {check.name}: ", end="")
            out.print(check.detail, markup=False, soft_wrap=True)
    well = all(check.ok for check in checks)
    if as_json:
        bad = [check for check in checks if not check.ok]
        detail = "; ".join(f"{check.name}: {check.detail}" for check in bad)
        error = {"type": bad[0].problem, "title": "Not well", "detail": detail} if bad else None
        found = {"checks": [check.to_json() for check in checks]}
        print_json({"ok": well, **found, **({"error": error} if error else {})})
    return 0 if well else 1
