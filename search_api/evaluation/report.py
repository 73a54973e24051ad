"""An evaluation on a terminal: a table, and what one must know to read it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from search_api.evaluation.comparing import BETTER, VOICES
from search_api.evaluation.metrics import TITLES
from search_api.evaluation.results import Compared, DatasetResult, Evaluation, Mean, ModelResult
from search_api.evaluation.statistics import CONFIDENCE, Values

SURE = 0.05
"""Below this p-value a difference is shown as one."""

_WIDTHS = (10, 18, 18, 18)
"""Of the columns: a mode, and three measures; together they fit into 80."""


def print_evaluation(out: Console, evaluation: Evaluation) -> None:
    """Print the figures of each model, then how to read them, then the notes."""
    for model in evaluation.models:
        _print_model(out, model)
        out.print()
    for line in explained(evaluation):
        out.print(line, style="dim", markup=False, soft_wrap=True)
    datasets = [dataset for model in evaluation.models for dataset in model.datasets]
    notes = [f"{dataset.name}: {note}" for dataset in datasets for note in left_out(dataset)]
    for note in dict.fromkeys(notes):  # two models have most of them in common
        out.print(f"[yellow]note[/] {escape(note)}", soft_wrap=True)


def explained(evaluation: Evaluation) -> list[str]:
    """Return how to read the figures, line by line."""
    lines = [f"In brackets {CONFIDENCE:.0%} intervals, by bootstrap over the queries."]
    if evaluation.comparisons:
        better = evaluation.baseline == BETTER
        baseline = f"the better of {' and '.join(VOICES)}" if better else evaluation.baseline
        tests = f"{evaluation.comparisons:,} comparison"
        tests += "s" if evaluation.comparisons > 1 else ""
        lines.append(
            f"Below each, the difference to the baseline ({baseline}) and its p-value: "
            f"paired randomisation test, corrected after Holm for {tests} per measure."
        )
    return lines


def left_out(dataset: DatasetResult) -> list[str]:
    """Return which queries were not asked, and what else one should know."""
    notes = []
    asked = len(dataset.queries)
    answerable = asked + dataset.not_chosen
    if dataset.unanswered:
        total = answerable + dataset.unanswered
        notes.append(
            "without a relevant document, and so left out: "
            f"{dataset.unanswered:,} of {total:,} queries"
        )
    if dataset.not_chosen:
        notes.append(
            f"not of this half or sample: {dataset.not_chosen:,} of {answerable:,} queries"
        )
    return [*notes, *dataset.notes]


def p_value(p: float) -> str:
    """Return a p-value as people read it."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _print_model(out: Console, model: ModelResult) -> None:
    out.print(model.model, style="bold", markup=False, soft_wrap=True)
    out.print(_table(["", *TITLES]), style="dim")
    for dataset in model.datasets:
        asked = f"{dataset.documents:,} documents, {len(dataset.queries):,} queries"
        out.print(f"\n[bold]{escape(dataset.name)}[/]  [dim]{asked}[/]", soft_wrap=True)
        for mode, result in dataset.modes.items():
            name = Text.assemble(mode, ("\nbaseline" if mode == dataset.baseline else "", "dim"))
            out.print(_table([name, *_cells(result.mean, result.compared)]))
    if model.means:
        out.print("\n[bold]mean of the collections[/]")
        for mode, mean in model.means.items():
            out.print(_table([mode, *_cells(mean, None, model.deltas.get(mode))]))


def _table(row: Sequence[str | Text]) -> Table:
    """Return one row; rows stand below each other, with lines as long as they like between them."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for width in _WIDTHS:
        table.add_column(width=width, no_wrap=True)
    table.add_row(*row)
    return table


def _cells(mean: Mean, compared: Compared | None, delta: Values | None = None) -> list[Text]:
    cells = []
    for m, (value, low, high) in enumerate(zip(mean.value, mean.low, mean.high, strict=True)):
        cell = Text.assemble((f"{value:.3f}", "bold"), (f" [{low:.2f}, {high:.2f}]", "dim"))
        if compared:
            p = float(compared.p_holm[m])
            difference = float(compared.delta[m])
            colour = "green" if difference > 0 else "red"
            cell.append(f"\n{difference:+.3f} {p_value(p)}", colour if p < SURE else "")
        elif delta is not None:
            cell.append(f"\n{float(delta[m]):+.3f}")
        cells.append(cell)
    return cells
