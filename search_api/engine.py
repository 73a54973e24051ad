"""The engine: one opened generation and the encoder that fits it. All interfaces ask it."""

from __future__ import annotations

import queue
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property

import numpy as np

from indexer.catalogue import open_catalogue, read_paper, read_paper_at, read_texts
from indexer.corpus_map import CorpusMap
from indexer.encoder import Encoder
from indexer.errors import IndexCorrupted, IndexMismatch, UnknownPaper
from indexer.generation import Generation, how_to_mend
from indexer.lexical_index import LexicalIndex
from indexer.paper import TEXT_RECIPE, Paper
from indexer.vector_index import VectorIndex
from search_api import ordering
from search_api.columns import Columns, Mask
from search_api.explain import explain
from search_api.explanation import Explanation
from search_api.filters import Filters
from search_api.fusion import Array
from search_api.lexical import having
from search_api.map_columns import MapColumns
from search_api.query import Cursor, Query
from search_api.reranker import DEPTH, Reranker
from search_api.results import FacetCount, Hit, IndexInfo, ResultList, Voice
from search_api.scored import Scored, rank_among
from search_api.scoring import Rows, Scorer

DATE_POOL = 100
"""How many of the most relevant papers ``sort=date`` orders, where nothing else bounds them."""

CONNECTIONS = 8
"""To the catalogue: how many queries of one engine read it at the same time."""

_READ_AT_ONCE = 100
"""Papers of a whole corpus that are read together."""


class Engine:
    """Answers queries over one generation. Safe to share by threads; close it when done.

    Args:
        generation: a published one; every file is compared with its checksum first.
        encoder: of the model that the generation was built with.
        reranker: reads the best papers again, if there is one.

    Raises:
        IndexCorrupted: a file is missing or damaged.
        IndexMismatch: the encoder or the text recipe is not the one of the index.
    """

    def __init__(
        self, generation: Generation, encoder: Encoder, reranker: Reranker | None = None
    ) -> None:
        check_fit(generation, encoder)
        generation.verify()
        self.generation = generation
        self.encoder = encoder
        self._reranker = reranker
        self._vectors = VectorIndex(generation.vectors)
        self._words = LexicalIndex(generation.folder, generation.manifest.papers)
        self.map = CorpusMap.read(generation.folder, generation.manifest.papers)
        self._scorer = Scorer(self._vectors, self._words, encoder)
        self._connections: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        # All are opened now: later the files may be gone, and this generation still served.
        for _ in range(CONNECTIONS):
            self._connections.put(open_catalogue(generation.catalogue))
        self._closed = False
        with self._catalogue() as db:
            self._columns = Columns(db)
        manifest = generation.manifest
        if not len(self._vectors) == self._columns.n == manifest.papers:
            raise IndexCorrupted(
                f"{generation.folder}: {manifest.papers} papers stated, {self._columns.n} in the "
                f"catalogue, {len(self._vectors)} vectors. {how_to_mend(generation.index)} --full",
                file=str(generation.folder),
            )
        self.info = IndexInfo(generation.id, manifest.model["name"], manifest.papers)
        self._all_facets = self._columns.facets(np.ones(self._columns.n, dtype=np.bool_))

    def close(self) -> None:
        """Close the catalogue's connections, those in use when they are given back."""
        self._closed = True
        while True:
            try:
                self._connections.get_nowait().close()
            except queue.Empty:
                return

    def paper(self, paper_id: str) -> Paper:
        """Return a paper.

        Raises:
            UnknownPaper: no paper has that id.
        """
        with self._catalogue() as db:
            try:
                return read_paper(db, paper_id)
            except KeyError as error:
                raise self._unknown(paper_id) from error

    def paper_at(self, row: int) -> Paper:
        """Return the paper of a row, counted from 0 as the columns of the map are.

        Raises:
            UnknownPaper: there are not so many.
        """
        if not 0 <= row < self.info.papers:
            raise UnknownPaper(
                f"row {row}: the index has {self.info.papers:,} papers, from row 0",
                row=row,
                index=self.info.to_json(),
            )
        with self._catalogue() as db:
            return read_paper_at(db, row + 1)

    @cached_property
    def map_columns(self) -> MapColumns:
        """The map as columns, made when it is first asked for."""
        with self._catalogue() as db:
            return MapColumns.of(db, self.map, self._columns)

    def papers(self, filters: Filters) -> Iterator[Paper]:
        """Yield every paper that passes the filters, in the order of the sources."""
        rows = np.flatnonzero(self._columns.mask(filters)) + 1
        for start in range(0, len(rows), _READ_AT_ONCE):
            with self._catalogue() as db:  # given back between lots: a slow reader starves nobody
                some = [read_paper_at(db, int(row)) for row in rows[start : start + _READ_AT_ONCE]]
            yield from some

    def search(self, query: Query) -> ResultList:
        """Return a page of the papers that answer the query, best first.

        Every paper that passes the filters is scored, so ranks, totals and facets are exact. Papers
        to be like or unlike are never among the results.

        Raises:
            UnknownPaper: a paper to be like or unlike is not in the index.
            IndexCorrupted: a file was damaged since the engine was opened.
            BadParameter: the cursor belongs to another query.
            StaleCursor: the cursor belongs to another generation.
        """
        started = time.perf_counter()
        offset = self._offset(query)
        with self._catalogue() as db:
            scored = self._scored(db, query)
            score, listed = scored.score, scored.listed
            if query.min_score is not None and query.ranks:
                listed &= score >= query.min_score
            rows, notes = self._order(query, score, listed)
            rows, same, read = self._arrange(db, query, score, rows)
            page = rows[offset : offset + query.k]
            with_words = scored.with_words
            hits = [
                Hit(
                    rank=rank,
                    score=float(score[row]),
                    paper=read_paper_at(db, int(row) + 1),
                    semantic=_voice(scored.semantic, scored.searched, row),
                    lexical=_voice(scored.lexical, with_words, row),
                    lift=None if scored.added is None else float(scored.added[2][row]),
                    rerank=read.get(int(row)),
                    same=tuple(read_paper_at(db, other + 1).id for other in same.get(int(row), ())),
                )
                for rank, row in enumerate(page, offset + 1)
            ]
        end = offset + len(page)
        return ResultList(
            query=query,
            index=self.info,
            total=len(rows),
            took_ms=(time.perf_counter() - started) * 1000,
            hits=hits,
            facets=self._facets(rows),
            next=Cursor(self.info.generation, query.digest(), end).encode()
            if end < len(rows)
            else None,
            notes=[*query.notes, *scored.notes, *notes],
        )

    def _searched(self, db: sqlite3.Connection, query: Query) -> Mask:
        """Return which papers are searched at all."""
        mask = self._columns.mask(query.filters) & self._columns.mask(query.narrowed)
        for filters in query.excluded:
            mask &= ~self._columns.mask(filters)
        for clause in query.must:
            mask &= having(db, self._words, clause)
        for clause in query.must_not:
            mask &= ~having(db, self._words, clause)
        return mask

    def explain(self, query: Query, paper_id: str) -> Explanation:
        """Return why a paper is where it is in the list that answers a query.

        The list is that by relevance, before a least score, a reranker, variety, and the joining of
        several records of one work. A paper that is not in it is explained, too.

        Raises:
            UnknownPaper: the paper, or one to be like or unlike, is not in the index.
            IndexCorrupted: a file was damaged since the engine was opened.
        """
        with self._catalogue() as db:
            row = int(self._rows(db, [paper_id])[0])
            scored = self._scored(db, query)
            paper = read_paper_at(db, row)
        return explain(paper, row - 1, query, scored, self.info, self.encoder)

    def _scored(self, db: sqlite3.Connection, query: Query) -> Scored:
        """Score every paper for a query."""
        like, unlike = self._rows(db, query.like), self._rows(db, query.unlike)
        searched = self._searched(db, query)
        searched[np.concatenate([like, unlike]) - 1] = False
        return self._scorer.score(db, query, like, unlike, searched)

    def _offset(self, query: Query) -> int:
        if query.cursor is None:
            return 0
        cursor = Cursor.decode(query.cursor)
        cursor.check(self.info.generation, query)
        return cursor.offset

    def _rows(self, db: sqlite3.Connection, ids: Sequence[str]) -> Rows:
        """Return the row ids of papers."""
        rows = []
        for paper_id in ids:
            found = db.execute("SELECT row FROM papers WHERE id = ?", (paper_id,)).fetchone()
            if found is None:
                raise self._unknown(paper_id)
            rows.append(found[0])
        return np.array(rows, dtype=np.int64)

    def _unknown(self, paper_id: str) -> UnknownPaper:
        return UnknownPaper(
            f"{paper_id}: not in the index of {self.info.papers:,} papers",
            id=paper_id,
            index=self.info.to_json(),
        )

    def _order(self, query: Query, score: Array, listed: Mask) -> tuple[Rows, list[str]]:
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

    def _arrange(
        self, db: sqlite3.Connection, query: Query, scores: Array, rows: Rows
    ) -> tuple[Rows, dict[int, list[int]], dict[int, float]]:
        """Return the rows after a second reading, with one place for each work, and in variety.

        Each where it is asked for; and what others are of a row's work, and how well it was read.
        """
        same: dict[int, list[int]] = {}
        read: dict[int, float] = {}
        by_text = query.text.strip() and not (query.wishes or query.like or query.unlike)
        if self._reranker and by_text and query.sort == "relevance" and len(rows):
            pool, others = np.split(rows, [DEPTH])
            found = self._reranker.score(query.text, read_texts(db, (pool + 1).tolist()))
            order = np.argsort(-found, kind="stable")
            read = dict(zip(pool.tolist(), found.tolist(), strict=True))
            rows = np.concatenate([pool[order], others])
        if query.collapse and len(rows):
            pool, others = np.split(rows, [ordering.POOL])
            about = self._rows(db, query.like) - 1
            vectors = self._vectors.vectors(np.concatenate([about, pool]) + 1)

            def paper(row: int) -> Paper:
                return read_paper_at(db, row + 1)

            kept, same = ordering.collapse(pool, vectors, paper, about)
            rows = np.concatenate([kept, others])
        if query.diversity and query.ranks and query.sort == "relevance" and len(rows):
            pool, others = np.split(rows, [ordering.POOL])
            vectors = self._vectors.vectors(pool + 1)
            # Once they were read again, it is their places that count.
            merit = -np.arange(len(pool), dtype=np.float64) if read else scores[pool]
            rows = np.concatenate(
                [ordering.diversify(pool, merit, vectors, query.diversity), others]
            )
        return rows, same, read

    def _facets(self, rows: Rows) -> dict[str, list[FacetCount]]:
        if len(rows) == self._columns.n:
            return self._all_facets
        mask = np.zeros(self._columns.n, dtype=np.bool_)
        mask[rows] = True
        return self._columns.facets(mask)

    @contextmanager
    def _catalogue(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection to the catalogue, each to one thread at a time; wait for a free one."""
        db = self._connections.get()
        try:
            yield db
        except sqlite3.DatabaseError:
            self.generation.verify()  # was it damaged since it was opened? if not, it is a bug
            raise
        finally:
            if self._closed:
                db.close()
            else:
                self._connections.put(db)


def check_fit(generation: Generation, encoder: Encoder) -> None:
    """Refuse a generation that was built with another model or text recipe.

    Raises:
        IndexMismatch: with the commands that mend it.
    """
    manifest, model = generation.manifest, encoder.model
    built_with = manifest.model
    index = generation.index
    if built_with["fingerprint"] != model.fingerprint:
        same = " (its files have changed since)" if built_with["name"] == model.name else ""
        raise IndexMismatch(
            f"{index}: built with the model {built_with['name']} "
            f"(fingerprint {built_with['fingerprint'][:12]}), asked to run with {model.name} "
            f"(fingerprint {model.fingerprint[:12]}){same}. "
            f"{how_to_mend(index)} --model {model.name}; or run the model of "
            "the index: leave --model out, and start a running server anew",
            built_with=built_with["name"],
            model=model.name,
        )
    if manifest.text_recipe != TEXT_RECIPE:
        raise IndexMismatch(
            f"{index}: built with the text recipe {manifest.text_recipe}, this akin makes "
            f"{TEXT_RECIPE}. {how_to_mend(index)}"
        )


def _voice(scores: Array | None, among: Mask, row: int) -> Voice | None:
    """Return a paper's place among those that a voice ranks."""
    if scores is None or (rank := rank_among(among, scores, row)) is None:
        return None
    return Voice(rank, float(scores[row]))
