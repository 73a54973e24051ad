"""A page of a list: its papers as they were read, each with its scores and why it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from indexer.arrays import Array, Rows
from search_api.query.results import Hit, Voice
from search_api.ranking.answers import Answer
from search_api.ranking.signals import SIGNALS
from search_api.store.store import Store


def page_of(answer: Answer, store: Store, models: Sequence[str], offset: int, k: int) -> list[Hit]:
    """Return a page of a list.

    Args:
        answer: whose list it is.
        store: that holds the papers.
        models: names of those that answer, by space.
        offset: papers of the list before the page.
        k: papers of the page at most.
    """
    ranking = answer.ranking
    rows = ranking.rows[offset : offset + k]
    same = [ranking.same.get(row, []) for row in rows.tolist()]
    others = np.array([row for some in same for row in some], dtype=np.int64)
    papers = store.papers(np.concatenate([rows, others]))
    ids = iter([paper.id for paper in papers[len(rows) :]])
    scored, ranks, measured = answer.scored(rows), answer.ranks(rows), answer.measured(rows)
    measured_by = models_of(answer, models, rows)
    lift, second = (scored.lift, scored.second) if scored else (None, None)
    return [
        Hit(
            rank=offset + place + 1,
            score=float(scored.score[place]) if scored else 0.0,
            paper=papers[place],
            voices={signal.name: _voice(signal.name, place, ranks, measured) for signal in SIGNALS},
            lift=None if lift is None else float(lift[place]),
            rerank=ranking.read.get(row),
            same=tuple(next(ids) for _ in same[place]),
            named=ranking.named.get(row),
            model=measured_by[place],
            second=None if second is None else float(second[place]),
        )
        for place, row in enumerate(rows.tolist())
    ]


def models_of(answer: Answer, models: Sequence[str], rows: Rows) -> list[str | None]:
    """Return by which model the meaning of each paper is measured; ``None``: by the only one."""
    if len(models) == 1 or not answer.by_meaning:
        return [None] * len(rows)
    return [models[space] for space in answer.spaces_of(rows)]


def _voice(
    name: str, place: int, ranks: Mapping[str, Rows], measured: Mapping[str, Array]
) -> Voice | None:
    """Return what a signal says of a paper of a page, if it ranks it."""
    if name not in ranks or not ranks[name][place]:
        return None
    return Voice(int(ranks[name][place]), float(measured[name][place]))
