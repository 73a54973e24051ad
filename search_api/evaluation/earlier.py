"""An earlier run, read from what ``--output`` wrote, to be compared with query by query."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from indexer.errors import BadParameter
from search_api.evaluation.metrics import MEASURES
from search_api.evaluation.statistics import Values


@dataclass(frozen=True, slots=True)
class EarlierDataset:
    """What an earlier run found on one collection.

    Attributes:
        documents: how many the collection had.
        query_ids: those that were asked.
        values: by mode, ``(n, m)``, a row per query.
    """

    documents: int
    query_ids: tuple[str, ...]
    values: Mapping[str, Values]


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """An earlier run.

    Attributes:
        name: of its file.
        models: its collections by name, by model, in its order.
    """

    name: str
    models: Mapping[str, Mapping[str, EarlierDataset]]

    def of(self, model: str) -> tuple[str, Mapping[str, EarlierDataset]]:
        """Return which of its models a model is compared with: the same, else the first."""
        found = model if model in self.models else next(iter(self.models))
        return found, self.models[found]


def read_earlier(path: Path) -> EarlierRun:
    """Read a run with the values of each query.

    Raises:
        BadParameter: the file is not there, or is none that ``--output`` wrote.
    """
    try:
        content = json.loads(path.read_bytes())
        models = {
            str(model["model"]): {str(d["dataset"]): _dataset(d) for d in model["datasets"]}
            for model in content.get("models", [content])
        }
    except OSError as error:
        raise _bad(path, error.strerror or str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _bad(path, f"not what --output writes ({error!r})") from error
    if not any(models.values()):
        raise _bad(path, "holds no results")
    return EarlierRun(path.name, models)


def _dataset(content: dict[str, Any]) -> EarlierDataset:
    ids = tuple(map(str, content["query_ids"]))
    values = {}
    for mode, found in content["modes"].items():
        columns = [np.array(found["per_query"][name], dtype=np.float64) for name in MEASURES]
        values[mode] = np.stack(columns, axis=1)
        if values[mode].shape != (len(ids), len(MEASURES)) or not np.isfinite(values[mode]).all():
            raise ValueError(f"{mode}: not a number for each of {len(ids)} queries")
    return EarlierDataset(int(content["documents"]), ids, values)


def _bad(path: Path, reason: str) -> BadParameter:
    return BadParameter(
        f"baseline={str(path)!r}: {reason}. Name a mode, or a file that --output wrote",
        field="baseline",
        value=str(path),
    )
