"""What a result is compared with: another mode of the same run, or an earlier run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal, get_args

import numpy as np

from search_api.evaluation.dataset import Dataset, JudgedQuery
from search_api.evaluation.earlier import EarlierRun
from search_api.evaluation.results import Compared, ModeResult
from search_api.evaluation.statistics import Values, holm, randomisation_test
from search_api.query.query import Mode

BETTER: Final = "better"
"""The baseline that is the better of :data:`VOICES`, by nDCG@10, on each collection."""

Baseline = Literal["better"] | Mode | EarlierRun
""":data:`BETTER`, a mode of the same run, or the same mode of an earlier one."""

VOICES: tuple[Mode, ...] = tuple(mode for mode in get_args(Mode) if mode != "hybrid")
"""The modes in which one signal ranks alone."""


def baseline_of(modes: Mapping[Mode, ModeResult], asked: Baseline) -> Mode | None:
    """Return the mode of this run to compare with, if there is one and others beside it."""
    if isinstance(asked, EarlierRun) or len(modes) < 2:
        return None
    if asked != BETTER:
        return asked
    voices = [mode for mode in VOICES if mode in modes]
    return max(voices, key=lambda mode: modes[mode].mean.value[0])


def against_mode(
    modes: Mapping[Mode, ModeResult],
    queries: tuple[JudgedQuery, ...],
    baseline: Mode,
    stream: str,
) -> dict[Mode, ModeResult]:
    """Compare each mode with one of them; ``stream`` names the random numbers."""
    against = modes[baseline].values
    return {
        mode: result
        if mode == baseline
        else replace(result, compared=_compared(baseline, queries, result.values - against, stream))
        for mode, result in modes.items()
    }


def against_earlier(
    modes: Mapping[Mode, ModeResult],
    dataset: Dataset,
    queries: tuple[JudgedQuery, ...],
    earlier: EarlierRun,
    model: str,
    notes: list[str],
) -> dict[Mode, ModeResult]:
    """Compare each mode with the same one of an earlier run, on the queries that both asked."""
    known, before = earlier.of(model)
    found = before.get(dataset.name)
    places = {query_id: place for place, query_id in enumerate(found.query_ids)} if found else {}
    rows = [row for row, query in enumerate(queries) if query.id in places]
    if not found or not rows:
        notes.append(f"not compared: {earlier.name} has none of these queries")
        return dict(modes)
    if found.documents != len(dataset.documents):
        notes.append(f"{earlier.name} had {found.documents:,} documents in this collection")
    if len(rows) < len(queries):
        notes.append(f"compared with {earlier.name} on {len(rows):,} queries that both asked")
    shared = tuple(queries[row] for row in rows)
    earlier_rows = [places[query.id] for query in shared]
    compared = dict(modes)
    for mode, result in modes.items():
        if mode not in found.values:
            notes.append(f"{mode}: not compared, as {earlier.name} did not ask in this mode")
            continue
        differences = result.values[rows] - found.values[mode][earlier_rows]
        name = f"{mode} of {known} in {earlier.name}"
        compared[mode] = replace(
            result, compared=_compared(name, shared, differences, dataset.name)
        )
    return compared


def _compared(
    baseline: str, queries: tuple[JudgedQuery, ...], differences: Values, stream: str
) -> Compared:
    p = np.array([randomisation_test(column, stream) for column in differences.T])
    return Compared(baseline, queries, differences, p, p)


def correct(comparisons: Sequence[Compared]) -> None:
    """Correct the p-values of each measure for all that were compared."""
    if comparisons:
        columns = np.stack([comparison.p for comparison in comparisons]).T
        corrected = np.array([holm(column.tolist()) for column in columns])
        for comparison, p in zip(comparisons, corrected.T, strict=True):
            comparison.p_holm = p
