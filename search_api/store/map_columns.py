"""The map of the corpus as columns: what a page that draws it needs of every paper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.store.corpus_map import CorpusMap
from search_api.store.columns import Columns

MOST_CATEGORIES = 20
"""Categories that have a number of their own, the most frequent."""


@dataclass(frozen=True, slots=True)
class MapColumns:
    """Place, year, category and topic of ``n`` papers, by row.

    Attributes:
        categories: those of most papers, the most frequent first; of a paper the first counts.
        years: the first and the last that is known.
        data: the columns one after the other, little-endian: x and y (float32), year (int16, 0: not
            known), category (int16, index into ``categories``, -1: none or another) and topic
            (int16, index into the topics of the map): ``14 n`` bytes.
    """

    categories: tuple[str, ...]
    years: tuple[int, int] | None
    data: bytes

    @classmethod
    def of(cls, corpus_map: CorpusMap, columns: Columns) -> MapColumns:
        """Return the columns of a map and its papers."""
        firsts, value = columns.firsts("category")
        terms, counts = np.unique(firsts[firsts >= 0], return_counts=True)
        most = terms[np.argsort(-counts, kind="stable")][:MOST_CATEGORIES]  # ties: by name
        number = np.full(int(firsts.max(initial=-1)) + 2, -1, dtype="<i2")  # the last: of none
        number[most] = np.arange(len(most))
        known = columns.year[columns.year > 0]
        parts = (
            corpus_map.points[:, 0].astype("<f4"),
            corpus_map.points[:, 1].astype("<f4"),
            columns.year.astype("<i2"),
            number[firsts],
            corpus_map.topic_of.astype("<i2"),
        )
        return cls(
            categories=tuple(map(value, most.tolist())),
            years=(int(known.min()), int(known.max())) if len(known) else None,
            data=b"".join(part.tobytes() for part in parts),
        )
