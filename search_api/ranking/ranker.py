"""The list that answers a query: which papers are in it, in which order, pages aside."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np

from indexer.arrays import Array, Mask, Rows
from indexer.paper import Paper
from indexer.store.catalogue import read_paper_at, read_texts
from indexer.store.vector_index import VectorIndex
from search_api.query.query import Query
from search_api.ranking import ordering
from search_api.ranking.reranker import DEPTH, Reranker
from search_api.ranking.scored import Scored
from search_api.store.columns import Columns

DATE_POOL = 100
"""How many of the most relevant papers ``sort=date`` orders, where nothing else bounds them."""

Lend = Callable[[], AbstractContextManager[sqlite3.Connection]]
"""Lends a connection to the catalogue."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The whole list.

    Attributes:
        rows: its papers by index, in order.
        same: the other records of a paper's work, which have no place; by the paper that has it,
            or that the list is about.
        read: what the cross-encoder says of the papers that it read again.
        notes: what the reader should know.
    """

    rows: Rows
    same: dict[int, list[int]]
    read: dict[int, float]
    notes: list[str]

    def rank(self, row: int) -> int | None:
        """Return the place of a paper, 1 is first; ``None`` where it has none."""
        places = np.flatnonzero(self.rows == row)
        return int(places[0]) + 1 if len(places) else None

    def holder(self, row: int) -> int | None:
        """Return which paper a record was joined to; ``None`` where it was not."""
        return next((one for one, others in self.same.items() if row in others), None)


class Ranker:
    """Orders the papers of one generation; safe to share by threads.

    Args:
        vectors: of the generation.
        columns: what else is known of its papers.
        catalogue: never held while a cross-encoder reads.
        reranker: reads the best papers again, if there is one.
    """

    def __init__(
        self, vectors: VectorIndex, columns: Columns, catalogue: Lend, reranker: Reranker | None
    ) -> None:
        self._vectors = vectors
        self._columns = columns
        self._catalogue = catalogue
        self._reranker = reranker

    def digest(self, query: Query) -> str:
        """Return a short hash of all that shapes the list; see :meth:`Query.digest`."""
        return query.digest(self._reranker.model.fingerprint if self._reranker else "")

    def rank(self, query: Query, scored: Scored, read_again: bool = True) -> Ranking:
        """Order the papers that are listed, each step where it is asked for.

        Those from a least score on; the best of them read again; one place for each work; variety.

        Args:
            query: what is asked.
            scored: what each paper scores.
            read_again: whether a cross-encoder may; it takes seconds, and changes only the order.

        Raises:
            ModelUnavailable: the cross-encoder cannot be loaded.
        """
        score, listed = scored.score, scored.listed
        if query.min_score is not None and query.ranks:
            listed &= score >= query.min_score
        rows, notes = self._ordered(query, score, listed)
        same: dict[int, list[int]] = {}
        read: dict[int, float] = {}
        if len(rows):
            by_text = query.text.strip() and not (query.wishes or query.like or query.unlike)
            by_relevance = query.ranks and query.sort == "relevance"
            if self._reranker and read_again and by_text and by_relevance:
                rows, read = self._read_again(self._reranker, query.text, rows)
            if query.collapse:
                rows, same = self._collapsed(rows, scored.like - 1)
            if query.diversity and by_relevance and len(rows):
                pool, others = np.split(rows, [ordering.POOL])
                # Once they were read again, it is their places that count.
                merit = -np.arange(len(pool), dtype=np.float64) if read else score[pool]
                vectors = self._vectors.vectors(pool)
                varied = ordering.diversify(pool, merit, vectors, query.diversity)
                rows = np.concatenate([varied, others])
        return Ranking(rows, same, read, notes)

    def _ordered(self, query: Query, score: Array, listed: Mask) -> tuple[Rows, list[str]]:
        """Return the indexes of the listed papers in order; ties go to the earlier row."""
        rows = np.flatnonzero(listed)
        if not query.ranks:
            return rows[np.argsort(-self._columns.date[rows], kind="stable")], []
        rows = rows[np.argsort(-score[rows], kind="stable")]
        if query.sort == "relevance":
            return rows, []
        notes = []
        if query.mode != "lexical" and query.min_score is None and len(rows) > DATE_POOL:
            rows = rows[:DATE_POOL]
            notes = [f"by date: the {DATE_POOL} most relevant; a least score sets other bounds"]
        return rows[np.argsort(-self._columns.date[rows], kind="stable")], notes

    def _read_again(
        self, reranker: Reranker, text: str, rows: Rows
    ) -> tuple[Rows, dict[int, float]]:
        """Return the rows, the best as a cross-encoder orders them, and what it says of each."""
        pool, others = np.split(rows, [DEPTH])
        with self._catalogue() as db:
            texts = read_texts(db, (pool + 1).tolist())
        found = reranker.score(text, texts)
        read = dict(zip(pool.tolist(), found.tolist(), strict=True))
        return np.concatenate([pool[np.argsort(-found, kind="stable")], others]), read

    def _collapsed(self, rows: Rows, about: Rows) -> tuple[Rows, dict[int, list[int]]]:
        """Return the rows with one place for each work, and what others are of a row's work."""
        pool, others = np.split(rows, [ordering.POOL])
        vectors = self._vectors.vectors(np.concatenate([about, pool]))
        with self._catalogue() as db:

            def paper(row: int) -> Paper:
                return read_paper_at(db, row + 1)

            kept, same = ordering.collapse(pool, vectors, paper, about)
        return np.concatenate([kept, others]), same
