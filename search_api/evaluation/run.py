"""A whole evaluation: every model on every collection in every mode, compared with a baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from indexer import __version__
from indexer.errors import BadParameter
from indexer.models.encoder import Encoder
from indexer.progress import Reporter
from search_api.evaluation.asking import answered, index_of, indexed
from search_api.evaluation.comparing import (
    Baseline,
    against_earlier,
    against_mode,
    baseline_of,
    correct,
)
from search_api.evaluation.dataset import Dataset, Half, JudgedQuery, chosen
from search_api.evaluation.earlier import EarlierRun
from search_api.evaluation.metrics import MEASURES
from search_api.evaluation.results import (
    DatasetResult,
    Evaluation,
    Mean,
    ModelResult,
    ModeResult,
)
from search_api.evaluation.statistics import Values, bootstrap_means, interval
from search_api.query.query import Mode
from search_api.ranking.reranker import Reranker
from search_api.ranking.second_look import SecondLook


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask, and what to compare with.

    Attributes:
        modes: to ask in.
        baseline: see :data:`~search_api.evaluation.comparing.Baseline`.
        half: see :func:`~search_api.evaluation.dataset.chosen`.
        sample: likewise.
        seed: likewise.
    """

    modes: tuple[Mode, ...]
    baseline: Baseline
    half: Half | None = None
    sample: int | None = None
    seed: int = 0


def evaluate(
    datasets: Sequence[Dataset],
    encoders: Sequence[Encoder],
    plan: Plan,
    *,
    work: Path,
    reporter: Reporter,
    reranker: Reranker | None = None,
    second_look: SecondLook | None = None,
    command: str = "",
) -> Evaluation:
    """Measure each model on each collection.

    Args:
        datasets: collections, their names distinct.
        encoders: one per model.
        plan: what to ask.
        work: where the indexes lie; what was embedded in an earlier run is not embedded again.
        reporter: told of the progress.
        reranker: reads the best papers of each query again.
        second_look: that is taken at them.
        command: the line that started it, for the record.

    Raises:
        DatasetUnusable: a collection cannot be measured with.
        BadParameter: nothing is left to ask, or to compare with.
    """
    asked = {dataset.name: _chosen(dataset, plan) for dataset in datasets}
    if isinstance(plan.baseline, EarlierRun):
        _check_shared(asked, encoders, plan.baseline)
    models = tuple(
        _with_model(datasets, asked, one, plan, work, reporter, reranker, second_look)
        for one in encoders
    )
    comparisons = [
        result.compared
        for model in models
        for dataset in model.datasets
        for result in dataset.modes.values()
        if result.compared
    ]
    correct(comparisons)
    baseline = plan.baseline
    named = baseline.name if isinstance(baseline, EarlierRun) else baseline
    return Evaluation(
        models=tuple(_with_means(model) for model in models),
        baseline=named,
        comparisons=len(comparisons),
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        command=command,
    )


def _chosen(dataset: Dataset, plan: Plan) -> tuple[JudgedQuery, ...]:
    queries = chosen(dataset.queries, plan.half, plan.sample, plan.seed)
    if not queries:
        raise BadParameter(
            f"half={plan.half!r}: none of the {len(dataset.queries)} queries of {dataset.name} "
            "is in it",
            field="half",
            value=plan.half,
        )
    return queries


def _check_shared(
    asked: Mapping[str, Sequence[JudgedQuery]], encoders: Sequence[Encoder], earlier: EarlierRun
) -> None:
    """Find out before hours are spent whether there is anything to compare.

    Raises:
        BadParameter: there is not.
    """
    for encoder in encoders:
        _, before = earlier.of(encoder.model.name)
        for name, queries in asked.items():
            if name in before and {q.id for q in queries} & set(before[name].query_ids):
                return
    raise BadParameter(
        f"baseline={earlier.name!r}: shares no query with {', '.join(asked)}",
        field="baseline",
        value=earlier.name,
    )


def _with_model(
    datasets: Sequence[Dataset],
    asked: Mapping[str, tuple[JudgedQuery, ...]],
    encoder: Encoder,
    plan: Plan,
    work: Path,
    reporter: Reporter,
    reranker: Reranker | None,
    second_look: SecondLook | None,
) -> ModelResult:
    results = []
    versions: Mapping[str, str] = {}
    for dataset in datasets:
        queries = asked[dataset.name]
        index = index_of(dataset, encoder.model, work)
        corpus = indexed(dataset, index, encoder, reporter)
        answers = answered(queries, corpus, encoder, plan.modes, reporter, reranker, second_look)
        # An index may be older than the akin that searches it.
        versions = {**corpus.generation.manifest.versions, "akin": __version__}
        modes = {mode: _result(values, dataset.name) for mode, values in answers.values.items()}
        baseline = baseline_of(modes, plan.baseline)
        notes = [*dataset.notes, *corpus.notes, *answers.notes]
        if isinstance(plan.baseline, EarlierRun):
            modes = against_earlier(
                modes, dataset, queries, plan.baseline, encoder.model.name, notes
            )
        elif baseline:
            modes = against_mode(modes, queries, baseline, dataset.name)
        results.append(
            DatasetResult(
                name=dataset.name,
                documents=len(dataset.documents),
                queries=queries,
                unanswered=dataset.unanswered,
                not_chosen=len(dataset.queries) - len(queries),
                embedded=corpus.embedded,
                baseline=baseline,
                modes=modes,
                notes=tuple(notes),
            )
        )
    return ModelResult(encoder.model.name, encoder.model.fingerprint, versions, tuple(results))


def _result(values: Values, stream: str) -> ModeResult:
    resampled = bootstrap_means(values, stream)
    return ModeResult(values, Mean(values.mean(axis=0), *interval(resampled)), resampled)


def _with_means(model: ModelResult) -> ModelResult:
    """Add the means over collections, each of which weighs the same, whatever its queries."""
    if len(model.datasets) < 2:
        return model
    means: dict[Mode, Mean] = {}
    deltas: dict[Mode, Values] = {}
    for mode in model.datasets[0].modes:
        results = [dataset.modes[mode] for dataset in model.datasets]
        value = np.mean([result.mean.value for result in results], axis=0)
        # Collections are fixed, their queries drawn: the draws of each are its own.
        resampled = np.mean([result.resampled for result in results], axis=0)
        means[mode] = Mean(value, *interval(resampled))
        # Where a mode is itself the baseline, it differs from it by nothing.
        found = [
            dataset.modes[mode].delta if dataset.baseline != mode else np.zeros(len(MEASURES))
            for dataset in model.datasets
        ]
        known = [delta for delta in found if delta is not None]
        if any(result.compared for result in results):
            deltas[mode] = np.mean(known, axis=0)
    return replace(model, means=means, deltas=deltas)
