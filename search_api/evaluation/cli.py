"""The ``akin evaluate`` command."""

from __future__ import annotations

import os
import shlex
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from indexer.command import Out, index_option, json_option, max_tokens_option, print_json
from indexer.errors import IndexCorrupted, InputError
from indexer.files import replace_file
from indexer.models.choosing import BACKENDS, encoder_of
from indexer.models.encoder import Encoder
from indexer.models.model import DEFAULT_MODEL, TORCH, find_model
from indexer.progress import shown
from indexer.store.generation import IndexFolder
from indexer.store.manifest import Recorded
from search_api.query.query import Mode

if TYPE_CHECKING:
    from search_api.evaluation.comparing import Baseline
    from search_api.evaluation.dataset import Dataset, Half

_MODES: tuple[Mode, ...] = get_args(Mode)
_file = click.Path(path_type=Path, dir_okay=False)


@click.command(short_help="Measure the search on judged collections.")
@click.argument(
    "folders",
    nargs=-1,
    type=click.Path(path_type=Path),
    metavar="[DATASET]...",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    help="Model to measure; repeatable.  "
    f"[default: $AKIN_MODEL, else that of the index, at first {DEFAULT_MODEL}]",
)
@max_tokens_option
@click.option(
    "--backend",
    type=click.Choice(list(BACKENDS)),
    help="What runs a transformer; int8 needs ctranslate2.  "
    "[default: that of the index, at first torch]",
)
@click.option(
    "--reranker",
    metavar="MODEL",
    help="Cross-encoder or late-interaction model that reads the best papers again, however long "
    "it takes; by name or folder.",
)
@click.option(
    "--ranker",
    metavar="FILE",
    help="Weights of the second look at the best papers; none: take none.  [default: those that "
    "akin comes with]",
)
@click.option(
    "--mode",
    "modes",
    multiple=True,
    type=click.Choice(_MODES),
    help="Mode to ask in; repeatable.  [default: all]",
)
@click.option(
    "--baseline",
    default="better",
    show_default=True,
    metavar="MODE|FILE",
    help="What to compare with: a mode, a file that --output wrote, or the better one "
    f"of {' and '.join(mode for mode in _MODES if mode != 'hybrid')}.",
)
@click.option(
    "--half",
    type=click.Choice(["first", "second"]),
    help="Ask one half of the queries: choose on one, report on the other.",
)
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Ask N queries, at random.")
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the indexes of the collections lie.  [default: evaluation/ in --index]",
)
@click.option("--output", type=_file, help="JSON file to write, with the values of each query.")
@click.option("--html", type=_file, help="Page to write, with plots.")
@click.option(
    "--make",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Measure nothing: write a collection of known-item questions from the papers "
    "of the index.",
)
@click.option(
    "--questions",
    default=200,
    show_default=True,
    type=click.IntRange(1),
    help="How many, with --make.",
)
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0), help="Of --sample and --make."
)
@index_option
@json_option
def evaluate(
    folders: tuple[Path, ...],
    make: Path | None,
    questions: int,
    seed: int,
    index_path: Path,
    as_json: bool,
    **options: Any,
) -> None:
    """Measure the search on each DATASET: a folder in the form of BEIR.

    It holds corpus.jsonl, queries.jsonl and qrels.tsv or qrels/test.tsv, each plain or
    compressed. nDCG@10, Recall@100 and MRR@10 are given per mode, with confidence intervals.
    """
    if make:
        if folders:
            raise click.UsageError("--make takes no DATASET: it makes one")
        _make(make, questions, seed, IndexFolder(index_path), as_json)
    elif folders:
        _evaluate(folders, seed=seed, index_path=index_path, as_json=as_json, **options)
    else:
        raise click.UsageError("name a DATASET, or make one of your papers with --make DIR")


def _make(folder: Path, questions: int, seed: int, index: IndexFolder, as_json: bool) -> None:
    from search_api.evaluation.questions import make_dataset

    generation = index.current()
    generation.verify()
    made = make_dataset(generation, folder, questions, seed)
    if as_json:
        print_json({"ok": True, **made.to_json()})
        return
    out = Out(soft_wrap=True)
    kinds = " and ".join(f"{count:,} from a {kind}" for kind, count in made.kinds.items())
    out.print(f"{made.questions:,} questions ({kinds}) of {made.documents:,} papers, in", end=" ")
    out.print(made.folder, markup=False)
    if made.questions < questions:
        out.print("[yellow]note[/] no other paper has text enough to take a question from")
    out.print(f"next: akin evaluate {shlex.quote(made.folder)}", markup=False, style="dim")


def _evaluate(
    folders: tuple[Path, ...],
    *,
    models: tuple[str, ...],
    max_tokens: int | None,
    backend: str | None,
    reranker: str | None,
    ranker: str | None,
    modes: tuple[Mode, ...],
    baseline: str,
    index_path: Path,
    work: Path | None,
    output: Path | None,
    html: Path | None,
    as_json: bool,
    half: Half | None,
    sample: int | None,
    seed: int,
) -> None:
    from search_api.engine.live import ranker_of, reranker_of
    from search_api.evaluation.page import page_of
    from search_api.evaluation.report import print_evaluation
    from search_api.evaluation.run import Plan
    from search_api.evaluation.run import evaluate as run

    for path in filter(None, (output, html)):
        if not path.parent.is_dir():  # told now, not when all is done
            raise InputError(f"{path}: there is no folder {path.parent}", file=str(path))
    modes = tuple(dict.fromkeys(modes)) or _MODES
    plan = Plan(modes, _baseline(baseline, modes), half, sample, seed)
    encoders = encoders_of(models, index_path, backend, max_tokens)
    with shown() as bar:
        evaluation = run(
            datasets_in(folders),
            encoders,
            plan,
            work=work or index_path / "evaluation",
            reporter=bar,
            reranker=reranker_of(reranker, None),
            second_look=ranker_of(ranker),
            command=shlex.join(["akin", *sys.argv[1:]]),
        )
    if output:
        replace_file(output, [_json(evaluation.to_json(per_query=True))])
    if html:
        replace_file(html, [page_of(evaluation).encode("utf-8", "replace")])
    if as_json:
        print_json(evaluation.to_json())
    else:
        print_evaluation(Out(), evaluation)


def encoders_of(
    models: tuple[str, ...], index_path: Path, backend: str | None, max_tokens: int | None
) -> list[Encoder]:
    """Return the encoders of models, each once; of none: that which is measured if none is named.

    Raises:
        ModelUnavailable: one cannot be had.
    """
    if models:
        named = [Recorded([], name, {}, []) for name in dict.fromkeys(models)]
    else:
        named = [_usual(index_path)]
    return [
        encoder_of(
            find_model(one.model).run_as(
                BACKENDS.get(backend or "") or one.backend or TORCH, max_tokens or one.max_tokens
            )
        )
        for one in named
    ]


def _usual(index_path: Path) -> Recorded:
    """Return which model is measured if none is named, and how it is run."""
    if name := os.environ.get("AKIN_MODEL"):
        return Recorded([], name, {}, [])
    with suppress(IndexCorrupted):  # of the index only that is asked for
        if recorded := IndexFolder(index_path).recorded():
            return recorded
    return Recorded([], DEFAULT_MODEL, {}, [])


def _baseline(named: str, modes: tuple[Mode, ...]) -> Baseline:
    """Return what to compare with; a mode goes before a file of that name."""
    from search_api.evaluation.comparing import BETTER
    from search_api.evaluation.earlier import read_earlier

    if named == BETTER:
        return BETTER
    for mode in _MODES:
        if named == mode:
            if mode not in modes:
                raise click.UsageError(f"--baseline {mode} is not asked: add --mode {mode}")
            return mode
    return read_earlier(Path(named))


def datasets_in(folders: tuple[Path, ...]) -> list[Dataset]:
    """Read the collections, each once, by names that differ."""
    from search_api.evaluation.dataset import read_dataset

    places = {folder.resolve(): folder for folder in folders}
    names = Counter(place.name for place in places)
    return [
        read_dataset(
            folder,
            place.name if names[place.name] == 1 else f"{place.parent.name}/{place.name}",
        )
        for place, folder in places.items()
    ]


def _json(content: dict[str, Any]) -> bytes:
    import orjson

    return orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n"
