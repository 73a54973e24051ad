"""What an evaluation finds: means with intervals, and differences with p-values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from search_api.evaluation.dataset import JudgedQuery
from search_api.evaluation.metrics import MEASURES
from search_api.evaluation.statistics import Values
from search_api.query.query import Mode

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of each measure over queries, ``(m,)``, and its interval."""

    value: Values
    low: Values
    high: Values

    def to_json(self) -> dict[str, Any]:
        """Return the means by measure, and their intervals."""
        pairs = zip(self.low, self.high, strict=True)
        intervals = {
            measure: [_rounded(low), _rounded(high)]
            for measure, (low, high) in zip(MEASURES, pairs, strict=True)
        }
        return {**_by_measure(self.value), "intervals": intervals}


@dataclass(slots=True)
class Compared:
    """A mode against a baseline, query by query.

    Attributes:
        baseline: what it is compared with, in words.
        queries: those that both were asked.
        differences: ``(n, m)``, above 0 where the baseline is worse.
        p: two-sided p-value of each measure's mean difference, ``(m,)``.
        p_holm: the same, corrected for all comparisons of the run once they are there.
    """

    baseline: str
    queries: tuple[JudgedQuery, ...]
    differences: Values
    p: npt.NDArray[np.float64]
    p_holm: npt.NDArray[np.float64]

    @property
    def delta(self) -> Values:
        """The mean difference of each measure, ``(m,)``."""
        mean: Values = self.differences.mean(axis=0)
        return mean

    def to_json(self) -> dict[str, Any]:
        """Return what the comparison found, by measure."""
        return {
            "baseline": self.baseline,
            "compared_queries": len(self.queries),
            "delta": _by_measure(self.delta),
            "p": _by_measure(self.p),
            "p_holm": _by_measure(self.p_holm),
        }


@dataclass(frozen=True, slots=True)
class ModeResult:
    """How well one mode did.

    Attributes:
        values: ``(n, m)``, a row per query.
        mean: over the queries.
        resampled: bootstrapped means, ``(RESAMPLES, m)``.
        compared: with the baseline; ``None`` if it is the baseline, or there is none.
    """

    values: Values
    mean: Mean
    resampled: Values
    compared: Compared | None = None

    @property
    def delta(self) -> Values | None:
        """The mean difference of each measure, where there was something to compare with."""
        return self.compared.delta if self.compared else None

    def to_json(self, *, per_query: bool) -> dict[str, Any]:
        """Return it as a JSON object, on request with the values of each query."""
        content = self.mean.to_json()
        if self.compared:
            content |= self.compared.to_json()
        if per_query:
            columns = zip(MEASURES, self.values.T.tolist(), strict=True)
            content["per_query"] = dict(columns)
        return content


@dataclass(frozen=True, slots=True)
class DatasetResult:
    """How well one collection's queries were answered.

    Attributes:
        name: of the collection.
        documents: how many it has.
        queries: those that were asked.
        unanswered: queries without a relevant document, left out.
        not_chosen: queries of the other half, or not in the sample.
        embedded: texts that were embedded for this run.
        baseline: the mode that others were compared with, if it was one of this run.
        modes: in the order in which they were asked for.
        notes: what the reader should know.
    """

    name: str
    documents: int
    queries: tuple[JudgedQuery, ...]
    unanswered: int
    not_chosen: int
    embedded: int
    baseline: Mode | None
    modes: Mapping[Mode, ModeResult]
    notes: tuple[str, ...]

    def to_json(self, *, per_query: bool) -> dict[str, Any]:
        """Return it as a JSON object, on request with the values of each query."""
        content: dict[str, Any] = {
            "dataset": self.name,
            "documents": self.documents,
            "queries": len(self.queries),
            "left_out": {"unanswered": self.unanswered, "not_chosen": self.not_chosen},
            "embedded": self.embedded,
            "baseline": self.baseline,
            "notes": list(self.notes),
            "modes": {m: r.to_json(per_query=per_query) for m, r in self.modes.items()},
        }
        if per_query:
            content["query_ids"] = [query.id for query in self.queries]
        return content


@dataclass(frozen=True, slots=True)
class ModelResult:
    """How well one model did on all collections.

    Attributes:
        model: its name.
        fingerprint: of its files.
        versions: of akin, Python and the libraries that were used.
        datasets: in the order in which they were named.
        means: by mode, each collection weighing the same; empty where there is but one.
        deltas: by mode, the mean of the collections' mean differences, ``(m,)``.
    """

    model: str
    fingerprint: str
    versions: Mapping[str, str]
    datasets: tuple[DatasetResult, ...]
    means: Mapping[Mode, Mean] = field(default_factory=dict)
    deltas: Mapping[Mode, Values] = field(default_factory=dict)

    def to_json(self, *, per_query: bool) -> dict[str, Any]:
        """Return it as a JSON object, on request with the values of each query."""
        content: dict[str, Any] = {
            "model": self.model,
            "fingerprint": self.fingerprint,
            "versions": dict(self.versions),
            "datasets": [dataset.to_json(per_query=per_query) for dataset in self.datasets],
        }
        if self.means:
            content["mean"] = {
                mode: {
                    **mean.to_json(),
                    **({"delta": _by_measure(self.deltas[mode])} if mode in self.deltas else {}),
                }
                for mode, mean in self.means.items()
            }
        return content


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A whole run.

    Attributes:
        models: in the order in which they were named, one at least.
        baseline: what was compared with, in words.
        comparisons: how many p-values of each measure were corrected together.
        date: ISO 8601, UTC.
        command: the line that started it.
    """

    models: tuple[ModelResult, ...]
    baseline: str
    comparisons: int
    date: str
    command: str

    def to_json(self, *, per_query: bool = False) -> dict[str, Any]:
        """Return the run as a JSON object: the first model's results, and all where it has several.

        Args:
            per_query: whether to add the values of each query; an earlier run is compared by them.
        """
        models = [model.to_json(per_query=per_query) for model in self.models]
        return {
            "ok": True,
            **models[0],
            **({"models": models} if len(models) > 1 else {}),
            "baseline": self.baseline,
            "comparisons": self.comparisons,
            "date": self.date,
            "command": self.command,
        }


def _by_measure(values: Values) -> dict[str, float]:
    return {name: _rounded(value) for name, value in zip(MEASURES, values, strict=True)}


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS)
