"""All of a training in order: collect, validate, learn, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from indexer import __version__
from indexer.arrays import Array
from indexer.errors import BadParameter, DatasetUnusable
from indexer.models.encoder import Encoder
from indexer.models.model import FAST_MODEL, find_model
from indexer.progress import Reporter
from indexer.store.generation import IndexFolder
from search_api.engine.fit import check_fit
from search_api.engine.live import EncoderFor
from search_api.evaluation.asking import index_of, indexed
from search_api.evaluation.dataset import Dataset, chosen
from search_api.learning.candidates import Judged, collect
from search_api.learning.fitting import PULL, fit
from search_api.learning.judgements import read_judgements
from search_api.learning.validating import FOLDS, Validated, mean_gain, validated
from search_api.ranking.features import FEATURES
from search_api.ranking.learned import BUNDLED, MEANING, Learned
from search_api.ranking.second_look import SecondLook
from search_api.store.local import LocalStore

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Settings:
    """How to learn.

    Attributes:
        start: weights to begin with.
        pull: how much it counts to be near them.
        sample: how many queries of a collection to ask, drawn at random; ``None``: all.
        seed: of all that is random.
        command: what was typed, for the record; names of files without their folders.
    """

    start: Learned
    pull: float = PULL
    sample: int | None = None
    seed: int = 0
    command: str = ""


@dataclass(frozen=True, slots=True)
class Trained:
    """What was learned, and how well it does.

    Attributes:
        learned: the weights; what the file is to be.
        meaning: which of them were learned, one of :data:`MEANING`.
        collections: how well each did when it was left out.
        apart: what was left out in turn, for people.
        notes: what the reader should know.
    """

    learned: Learned
    meaning: str
    collections: tuple[Validated, ...]
    apart: str
    notes: tuple[str, ...]

    @property
    def mean_gain(self) -> float:
        """See :func:`~search_api.learning.validating.mean_gain`."""
        return mean_gain(self.collections)

    @property
    def better(self) -> bool:
        """Whether that is a gain at all."""
        return self.mean_gain > 0

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {
            "meaning": self.meaning,
            "weights": self.learned.weights[self.meaning],
            "validated": self.apart,
            "collections": [asdict(one) for one in self.collections],
            "mean_gain": self.mean_gain,
            "better": self.better,
            "notes": list(self.notes),
        }


def begun_with(file: str | None) -> Learned:
    """Return the weights to begin with.

    Args:
        file: of weights; ``None``: those that akin comes with; ``none``: 0 each.

    Raises:
        RankerUnusable: it cannot be read.
    """
    if file != "none":
        return Learned.read(Path(file) if file else BUNDLED)
    nothing = {feature.name: 0.0 for feature in FEATURES}
    return Learned(dict.fromkeys(MEANING, nothing), find_model(FAST_MODEL).fingerprint)


def judged_collection(
    dataset: Dataset, encoder: Encoder, work: Path, settings: Settings, reporter: Reporter
) -> Judged:
    """Index a collection as ``akin evaluate`` does, and collect what there is to learn from it.

    Raises:
        DatasetUnusable: akin makes other records of its corpus than one per line.
        RankerUnusable: the weights to begin with were learned with other tokens.
    """
    look = SecondLook.of(settings.start)
    corpus = indexed(dataset, index_of(dataset, encoder.model, work), encoder, reporter)
    queries = chosen(dataset.queries, None, settings.sample, settings.seed)
    with closing(LocalStore(corpus.generation)) as store:
        return collect(dataset.name, queries, store, [encoder], corpus.document, look, reporter)


def judged_index(
    index: IndexFolder,
    make_encoder: EncoderFor,
    judgements: Path,
    settings: Settings,
    reporter: Reporter,
) -> Judged:
    """Collect what there is to learn from judgements of an index's papers.

    Raises:
        IndexUnusable: there is none, it is damaged, or it does not fit its model.
        DatasetUnusable: the judgements cannot be used; see
            :func:`~search_api.learning.judgements.read_judgements`.
        RankerUnusable: the weights to begin with were learned with other tokens.
    """
    look = SecondLook.of(settings.start)
    generation = index.current()
    generation.verify()
    encoders = tuple(make_encoder(space) for space in generation.manifest.answering)
    check_fit(generation, encoders)
    with closing(LocalStore(generation)) as store:
        judged = read_judgements(judgements, store)
        answered = [query for query in judged if query.has_answer]
        queries = chosen(answered, None, settings.sample, settings.seed)
        return collect(judgements.stem, queries, store, encoders, None, look, reporter)


def train(collections: Sequence[Judged], settings: Settings) -> Trained:
    """Learn from collections, and tell how well that does on what was not learned from.

    Args:
        collections: at least one.
        settings: how to learn.

    Raises:
        DatasetUnusable: there is nothing to learn from, or nothing to validate with.
        BadParameter: a static model says the meaning of some collections, and not of others.
    """
    _check(collections)
    meaning = MEANING[collections[0].static]
    names = [feature.name for feature in FEATURES]
    start = np.array([settings.start.weights[meaning][name] for name in names])
    found = validated(collections, start, settings.pull, settings.seed)
    weights = fit([one.telling for one in collections], start, settings.pull)
    parts = min(FOLDS, len(collections[0].queries))
    several = len(collections) > 1
    left_out = "each collection" if several else f"each of {parts} parts of the queries"
    apart = f"{left_out} left out in turn"
    learned = Learned(
        {**settings.start.weights, meaning: _named(names, weights)},
        settings.start.tokens,
        {
            **{one: settings.start.about[one] for one in MEANING if one in settings.start.about},
            meaning: _about(found, apart, settings),
        },
    )
    notes = [
        f"{one.name}: only {one.telling:,} of {one.queries:,} queries have a relevant paper among "
        "their best, and can be learned from"
        for one in found
        if one.telling < one.queries / 2
    ]
    if mean_gain(found) <= 0:
        notes.append(
            "no better than what it began with, on queries that it was not learned from: keep to "
            "that; --ranker none does without a second look"
        )
    return Trained(learned, meaning, tuple(found), apart, tuple(notes))


def _check(collections: Sequence[Judged]) -> None:
    if not any(one.telling for one in collections):
        raise DatasetUnusable(
            "nothing to learn from: no query has a relevant paper among its best; "
            "akin evaluate tells how the search does without"
        )
    if len(collections) == 1 and len(collections[0].queries) < 2:
        raise DatasetUnusable(
            f"{collections[0].name}: of one query nothing can be said about others: judge more"
        )
    if len({one.static for one in collections}) > 1:
        static = [one.name for one in collections if one.static]
        raise BadParameter.of(
            "model",
            ", ".join(static),
            "there a static model says the meaning, and elsewhere another: learn one by one, the "
            "second with --from the file of the first",
        )


def _named(names: Sequence[str], weights: Array) -> dict[str, float]:
    values = (round(float(weight), _DIGITS) for weight in weights)
    return dict(zip(names, values, strict=True))


def _about(found: Sequence[Validated], apart: str, settings: Settings) -> dict[str, Any]:
    return {
        "collections": {
            one.name: {
                "queries": one.queries,
                "before": round(one.before, _DIGITS),
                "after": round(one.after, _DIGITS),
            }
            for one in found
        },
        "validated": apart,
        "mean_gain": round(mean_gain(found), _DIGITS),
        "command": settings.command,
        "date": datetime.now(UTC).date().isoformat(),
        "akin": __version__,
    }
