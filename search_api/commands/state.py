"""The commands that tell how an index is: status, doctor."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from indexer.command import Out, index_option, json_option, print_json, say
from indexer.files import replace_file
from indexer.store.generation import IndexFolder
from search_api.commands import render
from search_api.commands.options import (
    model_option,
)
from search_api.engine.live import encoder_for
from search_api.engine.prisma import boxes, flow_of
from search_api.engine.prisma_svg import drawn
from search_api.engine.status import describe
from search_api.store.local import LocalStore


@click.command()
@click.option(
    "--prisma",
    is_flag=True,
    help="The numbers of a review's flow diagram: identified, removed, screened, included.",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False),
              help="With --prisma: a file to draw the diagram into, named .svg.")  # fmt: skip
@index_option
@json_option
def status(prisma: bool, output: Path | None, index_path: Path, as_json: bool) -> None:
    """Tell what is indexed, and by which model."""
    if output and not prisma:
        raise click.UsageError("--output goes with --prisma")
    if prisma:
        _prisma(index_path, output, as_json)
        return
    index = IndexFolder(index_path)
    state = describe(index.current().manifest)
    # What tells it is loaded only where the answer matters.
    told = {"building": index.is_held()} if state["index"]["covered"] else {}
    if as_json:
        print_json({"ok": True, **state, **told})
    else:
        render.status(Out(), state, str(index_path), **told)


def _prisma(index_path: Path, output: Path | None, as_json: bool) -> None:
    """Tell the numbers of a review's flow diagram, and draw it."""
    if output and output.suffix.lower() != ".svg":
        raise click.UsageError(f"--output {output}: the diagram is drawn as .svg: name the file so")
    with closing(LocalStore(IndexFolder(index_path).current())) as store:
        flow = flow_of(store)
    if output:
        replace_file(output, [drawn(flow).encode("utf-8")])
    if as_json:
        told = {"file": str(output)} if output else {}
        print_json({"ok": True, **told, "prisma": flow.to_json()})
        return
    render.flow(Out(), boxes(flow))
    if output:
        say(f"flow diagram in {output}")


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
