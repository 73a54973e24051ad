"""The order of a result list beyond the scores: one place for one work, and variety."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from indexer.arrays import Array, Rows, Vectors
from indexer.cleaning.identity import TELLING_WORDS, normalised_title
from indexer.paper import Paper

POOL = 200
"""How many of the first papers are compared with each other."""

_NEAR = 0.9
"""Cosine from which two papers may be one work: it is looked at their words then."""

_ALIKE = 0.8
"""Share of words that two records of one work have in common, of title or of abstract."""


Words = tuple[set[str], set[str]]
"""Of the title and of the abstract of a paper."""


def words_of(paper: Paper) -> Words:
    """Return the words that a paper is known by, case and accents aside."""
    title, abstract = normalised_title(paper.title), normalised_title(paper.abstract)
    return set(title.split()), set(abstract.split())


def same_work(one: Words, other: Words) -> bool:
    """Tell whether two papers are records of one work: (almost) the same title or abstract.

    A short title (*Editorial*) says nothing: many papers have it.
    """
    telling = min(len(one[0]), len(other[0])) >= TELLING_WORDS
    return (telling and _overlap(one[0], other[0]) >= _ALIKE) or _overlap(
        one[1], other[1]
    ) >= _ALIKE


def collapse(
    rows: Rows, vectors: Vectors, papers: Callable[[Rows], Sequence[Paper]], first: Rows
) -> tuple[Rows, dict[int, list[int]]]:
    """Give one work one place.

    Args:
        rows: papers by index, best first; only they are compared, at most :data:`POOL`.
        vectors: theirs, and before them those of ``first``: ``(len(first) + len(rows), dim)``.
        papers: reads some, in one go: those that are near another.
        first: papers that the list is about; their other records are not in it at all.

    Returns:
        The rows that stay, and for each that has others of its work, those.
    """
    every = [int(row) for row in (*first, *rows)]
    near = vectors @ vectors.T >= _NEAR
    np.fill_diagonal(near, val=False)
    looked_at = np.array(every, dtype=np.int64)[near.any(axis=1)]
    words = map(words_of, papers(looked_at))
    by_row = dict(zip(looked_at.tolist(), words, strict=True))
    kept: list[int] = []  # places in every
    same: dict[int, list[int]] = {}
    for place, row in enumerate(every):
        if place >= len(first):
            others = (k for k in kept if near[place, k])
            found = next((k for k in others if same_work(by_row[every[k]], by_row[row])), None)
            if found is not None:
                same.setdefault(every[found], []).append(row)
                continue
        kept.append(place)
    return np.array([every[k] for k in kept if k >= len(first)], dtype=np.int64), same


def diversify(rows: Rows, scores: Array, vectors: Vectors, diversity: float) -> Rows:
    """Order papers so that each says something that those before it do not.

    Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): the next paper is that with
    the highest ``(1 - d) · score - d · nearest``, where ``score`` is brought to 0 … 1 and
    ``nearest`` is the highest cosine with a paper before it.

    Args:
        rows: best first, ``(n,)``.
        scores: theirs, ``(n,)``.
        vectors: theirs, unit length, ``(n, dim)``.
        diversity: ``d``, from 0, the order as it is, to 1.
    """
    if len(rows) < 2 or diversity == 0:
        return rows
    spread = float(scores.max() - scores.min())
    relevance = (scores - scores.min()) / spread if spread else np.ones(len(rows))
    nearest = np.zeros(len(rows))
    left = np.ones(len(rows), dtype=np.bool_)
    order = []
    for _ in rows:
        gain = np.where(left, (1 - diversity) * relevance - diversity * nearest, -np.inf)
        chosen = int(gain.argmax())
        order.append(chosen)
        left[chosen] = False
        nearest = np.maximum(nearest, vectors @ vectors[chosen])
    ordered: Rows = rows[order]
    return ordered


def _overlap(words: set[str], others: set[str]) -> float:
    return len(words & others) / len(words | others) if words and others else 0.0
