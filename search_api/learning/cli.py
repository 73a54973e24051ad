"""The ``akin train --ranker`` command."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from indexer.command import Out, as_typed, index_option, json_option, print_json
from indexer.errors import InputError, OutputExists
from indexer.models.model import DEFAULT_MODEL
from indexer.progress import shown
from indexer.store.generation import IndexFolder
from search_api.learning.candidates import Judged
from search_api.learning.fitting import PULL
from search_api.learning.training import Trained

_file = click.Path(path_type=Path, dir_okay=False)


@click.command("train", short_help="Learn the weights of a second look from judgements.")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="[DATASET]...")
@click.option(
    "--ranker", is_flag=True, required=True, help="Learn these weights, not a fast model."
)
@click.option("--out", required=True, type=_file, help="File to write, for --ranker of the others.")
@click.option(
    "--judgements",
    type=_file,
    help="Table of query, paper and relevance: judgements of papers of the index.",
)
@click.option(
    "--from",
    "start",
    metavar="FILE|none",
    help="Weights to begin with, and to stay near to; none: 0 each.  [default: those that akin "
    "comes with]",
)
@click.option(
    "--pull",
    type=click.FloatRange(min=0),
    default=PULL,
    show_default=True,
    help="How much it counts to stay near them: the fewer judgements, the less they move.",
)
@click.option(
    "--sample",
    type=click.IntRange(1),
    metavar="N",
    help="Ask N queries of each collection at most, drawn at random.",
)
@click.option(
    "--model",
    help=f"Model that says the meaning.  [default: that of the index, at first {DEFAULT_MODEL}]",
)
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the indexes of the collections lie.  [default: evaluation/ in --index]",
)
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0), help="Of all that is random."
)
@click.option("--replace", is_flag=True, help="Replace the file, if it is there.")
@index_option
@json_option
def train_ranker(
    folders: tuple[Path, ...],
    out: Path,
    judgements: Path | None,
    replace: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Learn what a second look at the hundred best papers is to weigh, from judged queries.

    Each DATASET is a folder in the form of BEIR, as akin evaluate takes it; --judgements are of
    papers of the index, such as decisions of a screening. How well it does is told for queries
    that were not learned from: each collection is left out in turn, or each fifth of only one.

    Then: akin search --ranker FILE, akin serve --ranker FILE
    """
    if not folders and not judgements:
        raise click.UsageError("name a DATASET, or judgements of the index with --judgements")
    if not out.parent.is_dir():  # told now, not when all is done
        raise InputError(f"{out}: there is no folder {out.parent}", file=str(out))
    if out.exists() and not replace:
        raise OutputExists(
            f"{out}: is there already. Name another, or replace it: --replace", file=str(out)
        )
    trained = _trained(folders, judgements, **options)
    trained.learned.write(out)
    if as_json:
        print_json({"ok": True, "out": str(out), **trained.to_json()})
    else:
        _print(trained, out)


def _trained(
    folders: tuple[Path, ...],
    judgements: Path | None,
    *,
    ranker: bool,  # noqa: ARG001 — which command this is
    start: str | None,
    pull: float,
    sample: int | None,
    model: str | None,
    work: Path | None,
    seed: int,
    index_path: Path,
) -> Trained:
    from search_api.engine.live import encoder_for
    from search_api.evaluation.cli import datasets_in, encoders_of
    from search_api.learning.training import (
        Settings,
        begun_with,
        judged_collection,
        judged_index,
        train,
    )

    settings = Settings(begun_with(start), pull, sample, seed, as_typed())
    datasets = datasets_in(folders)
    collections: list[Judged] = []
    with shown() as bar:
        if judgements:
            index = IndexFolder(index_path)
            collections.append(judged_index(index, encoder_for(model), judgements, settings, bar))
        if datasets:
            models = (model,) if model else ()
            (encoder,) = encoders_of(models, index_path, None, None)
            work = work or index_path / "evaluation"
            collections += [
                judged_collection(one, encoder, work, settings, bar) for one in datasets
            ]
        return train(collections, settings)


def _print(trained: Trained, path: Path) -> None:
    out = Out(soft_wrap=True)
    table = Table("nDCG@10", box=None, pad_edge=False)
    for title in ("queries", "before", "after", "gain", "p"):
        table.add_column(title, justify="right")
    for one in trained.collections:
        gain = f"{one.after - one.before:+.4f}"
        figures = (
            f"{one.queries:,}",
            f"{one.before:.4f}",
            f"{one.after:.4f}",
            gain,
            f"{one.p:.4f}",
        )
        table.add_row(escape(one.name), *figures)
    if len(trained.collections) > 1:
        table.add_row("mean", "", "", "", f"{trained.mean_gain:+.4f}", "")
    out.print(table)
    out.print(
        f"By weights that were learned from other queries: {trained.apart}. p by a paired "
        "randomisation test.",
        style="dim",
    )
    weights = trained.learned.weights[trained.meaning]
    told = ", ".join(f"{name} {weight:+.3f}" for name, weight in weights.items())
    out.print(f"{path}: {told}", markup=False)
    for note in trained.notes:
        out.print(f"[yellow]note[/] {escape(note)}")
    out.print(f"then: akin search --ranker {shlex.quote(str(path))}", markup=False, style="dim")
