"""The engine: one opened generation and the encoder that fits it. All interfaces ask it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache

import numpy as np

from indexer.arrays import Array, Mask, Rows
from indexer.encoder import Encoder
from indexer.errors import IndexCorrupted, IndexMismatch, MapMissing, UnknownPaper
from indexer.paper import TEXT_RECIPE, Paper
from indexer.store.catalogue import read_paper, read_paper_at, read_records
from indexer.store.corpus_map import CorpusMap
from indexer.store.entry import Merged
from indexer.store.generation import Generation
from indexer.store.lexical_index import LexicalIndex
from indexer.store.manifest import how_to_mend
from indexer.store.vector_index import VectorIndex
from search_api.explaining.explain import asked_words, explain
from search_api.explaining.explanation import Explanation, Match, Sentence, Standing
from search_api.explaining.matches import matches
from search_api.explaining.sentence_vectors import SentenceVectors
from search_api.query.cursor import Cursor
from search_api.query.filters import Filters
from search_api.query.query import Query
from search_api.query.results import FacetCount, Hit, IndexInfo, ResultList, Voice
from search_api.ranking.ranker import Ranker, Ranking
from search_api.ranking.reranker import Reranker
from search_api.ranking.scored import Scored, rank_among
from search_api.ranking.scoring import Scorer
from search_api.store.columns import Columns
from search_api.store.connections import Connections
from search_api.store.map_columns import MapColumns
from search_api.store.selection import having

SENTENCES_KEPT = 2000
"""Papers whose sentences' embeddings are kept, some 15 kB each."""

_READ_AT_ONCE = 100
"""Papers of a whole corpus that are read together."""


class Engine:
    """Answers queries over one generation. Safe to share by threads; close it when done.

    Once it is closed, all it is asked raises :class:`indexer.errors.EngineClosed`.

    Args:
        generation: a published one; every file is compared with its checksum first.
        encoder: of the model that the generation was built with.
        reranker: reads the best papers again, if there is one.

    Attributes:
        facets: counts over all papers, by field.

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
        self._vectors = VectorIndex(generation.vectors)
        self._words = LexicalIndex(generation.folder, generation.manifest.papers)
        self._map = generation.map()
        self._scorer = Scorer(self._vectors, self._words, encoder)
        self._connections = Connections(generation.catalogue)
        with self._catalogue() as db:
            self._columns = Columns(db)
        self._ranker = Ranker(self._vectors, self._columns, self._catalogue, reranker)
        manifest = generation.manifest
        if not len(self._vectors) == self._columns.n == manifest.papers:
            raise IndexCorrupted(
                f"{generation.folder}: {manifest.papers} papers stated, {self._columns.n} in the "
                f"catalogue, {len(self._vectors)} vectors. {how_to_mend(generation.index)} --full",
                file=str(generation.folder),
            )
        self.info = IndexInfo(generation.id, manifest.space.model, manifest.papers)
        self._sentences = lru_cache(SENTENCES_KEPT)(self._embed_sentences)
        self.facets = self._columns.facets(np.ones(self._columns.n, dtype=np.bool_))

    def close(self) -> None:
        """Close the catalogue; whoever asks from now on, or is only half done, is told so."""
        self._connections.close()

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

    @property
    def map(self) -> CorpusMap:
        """The map of the corpus.

        Raises:
            MapMissing: the generation was built without one.
        """
        if self._map is None:
            raise MapMissing(
                f"generation {self.info.generation} was built without a map. Draw one: "
                f"rebuild-index --index {self.generation.index} --map auto"
            )
        return self._map

    @cached_property
    def map_columns(self) -> MapColumns:
        """The map as columns, made when it is first asked for."""
        with self._catalogue() as db:
            return MapColumns.of(db, self.map, self._columns)

    def places(self, paper_ids: Sequence[str]) -> list[int]:
        """Return the rows of papers in the arrays of the map, from 0.

        Raises:
            UnknownPaper: one is not in the index.
        """
        with self._catalogue() as db:
            return [int(row) - 1 for row in self._rows(db, paper_ids)]

    def papers(self, filters: Filters) -> Iterator[Paper]:
        """Yield every paper that passes the filters, in the order of the sources."""
        rows = np.flatnonzero(self._columns.mask(filters)) + 1
        for start in range(0, len(rows), _READ_AT_ONCE):
            with self._catalogue() as db:  # given back between lots: a slow reader starves nobody
                some = [read_paper_at(db, int(row)) for row in rows[start : start + _READ_AT_ONCE]]
            yield from some

    def newest(self, count: int) -> list[Paper]:
        """Return so many papers, newest first; of one date, in the order of the sources.

        Papers of which only the year is known come after those of a day in it, and those of which
        nothing is known last.
        """
        rows = np.argsort(-self._columns.date, kind="stable")[:count] + 1
        with self._catalogue() as db:
            return [read_paper_at(db, int(row)) for row in rows]

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
        scored, ranking = self._answered(query)
        score, with_words = scored.score, scored.with_words
        page = ranking.rows[offset : offset + query.k]
        with self._catalogue() as db:
            hits = [
                Hit(
                    rank=rank,
                    score=float(score[row]),
                    paper=read_paper_at(db, row + 1),
                    semantic=_voice(scored.semantic, scored.searched, row),
                    lexical=_voice(scored.lexical, with_words, row),
                    lift=None if scored.added is None else float(scored.added[2][row]),
                    rerank=ranking.read.get(row),
                    same=tuple(read_paper_at(db, one + 1).id for one in ranking.same.get(row, ())),
                )
                for rank, row in enumerate(page.tolist(), offset + 1)
            ]
        end, total = offset + len(page), len(ranking.rows)
        next_ = Cursor(self.info.generation, self._ranker.digest(query), end)
        return ResultList(
            query=query,
            index=self.info,
            total=total,
            took_ms=(time.perf_counter() - started) * 1000,
            hits=hits,
            facets=self._facets(ranking.rows),
            next=next_.encode() if end < total else None,
            notes=[*query.notes, *scored.notes, *ranking.notes],
        )

    def counts(self, query: Query) -> dict[str, list[FacetCount]]:
        """Return the facets of the list that answers a query, and nothing else of it.

        Raises:
            UnknownPaper: a paper to be like or unlike is not in the index.
            IndexCorrupted: a file was damaged since the engine was opened.
        """
        return self._facets(self._ranker.rank(query, self._scored(query), read_again=False).rows)

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
        """Return why a paper is where it is in the list that :meth:`search` answers a query with.

        A paper that is not in the list is explained, too, and so is why it has no place. Neither
        the size of a page nor a cursor matters.

        Raises:
            UnknownPaper: the paper, or one to be like or unlike, is not in the index.
            IndexCorrupted: a file was damaged since the engine was opened.
        """
        with self._catalogue() as db:
            row = int(self._rows(db, [paper_id])[0]) - 1
        scored, ranking = self._answered(query)
        holder = ranking.holder(row)
        with self._catalogue() as db:
            paper = read_paper_at(db, row + 1)
            telling = self._scorer.telling(db, query, scored.like, scored.unlike)
            joined_to = "" if holder is None else read_paper_at(db, holder + 1).id
        standing = Standing(ranking.rank(row), ranking.read.get(row), joined_to, ranking.notes)
        return explain(paper, row, query, scored, standing, telling, self.info, self.encoder)

    def matches(self, query: Query, papers: Sequence[Paper]) -> list[list[Match]]:
        """Return where each paper has the words of a query, and of papers to be like."""
        with self._catalogue() as db:
            like, unlike = self._rows(db, query.like), self._rows(db, query.unlike)
            telling = self._scorer.telling(db, query, like, unlike)
        return [matches(paper, asked_words(query), telling)[1] for paper in papers]

    def nearest_sentences(self, query: Query, papers: Iterable[Paper]) -> Iterator[Sentence | None]:
        """Yield of each paper the sentence of its abstract that is nearest to the query by meaning.

        ``None`` where the query has no meaning to be near to, and where a paper has no abstract.
        The model reads each paper again, unless it was among the last :data:`SENTENCES_KEPT`.
        """
        with self._catalogue() as db:
            like, unlike = self._rows(db, query.like), self._rows(db, query.unlike)
            direction = self._scorer.direction(query, like, unlike)
        for paper in papers:
            found = [] if direction is None else self._sentences(paper.id).nearest(direction)
            yield next((one for one in found if one.field == "abstract"), None)

    def _embed_sentences(self, paper_id: str) -> SentenceVectors:
        return SentenceVectors.of(self.paper(paper_id), self.encoder)

    def records(self, paper_id: str) -> list[Merged]:
        """Return the records that a paper was made of, none where it was one.

        Raises:
            UnknownPaper: no paper has that id.
        """
        with self._catalogue() as db:
            (row,) = self._rows(db, [paper_id]).tolist()
            return read_records(db, row)

    def _answered(self, query: Query) -> tuple[Scored, Ranking]:
        """Return every paper's scores, and the list that they make."""
        scored = self._scored(query)
        return scored, self._ranker.rank(query, scored)

    def _scored(self, query: Query) -> Scored:
        """Return every paper's scores."""
        with self._catalogue() as db:
            like, unlike = self._rows(db, query.like), self._rows(db, query.unlike)
            searched = self._searched(db, query)
            searched[np.concatenate([like, unlike]) - 1] = False
            return self._scorer.score(db, query, like, unlike, searched)

    def _offset(self, query: Query) -> int:
        if query.cursor is None:
            return 0
        cursor = Cursor.decode(query.cursor)
        cursor.check(self.info.generation, self._ranker.digest(query))
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

    def _facets(self, rows: Rows) -> dict[str, list[FacetCount]]:
        if len(rows) == self._columns.n:
            return self.facets
        mask = np.zeros(self._columns.n, dtype=np.bool_)
        mask[rows] = True
        return self._columns.facets(mask)

    @contextmanager
    def _catalogue(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection to the catalogue; wait for a free one."""
        with self._connections.lend() as db:
            try:
                yield db
            except sqlite3.DatabaseError:
                self.generation.verify()  # was it damaged since it was opened? if not, it is a bug
                raise


def check_fit(generation: Generation, encoder: Encoder) -> None:
    """Refuse a generation that was built with another model or text recipe.

    Raises:
        IndexMismatch: with the commands that mend it.
    """
    manifest, model = generation.manifest, encoder.model
    built_with = manifest.space
    index = generation.index
    if built_with.fingerprint != model.fingerprint:
        same = " (its files have changed since)" if built_with.model == model.name else ""
        raise IndexMismatch(
            f"{index}: built with the model {built_with.model} "
            f"(fingerprint {built_with.fingerprint[:12]}), asked to run with {model.name} "
            f"(fingerprint {model.fingerprint[:12]}){same}. "
            f"{how_to_mend(index)} --model {model.name}; or run the model of "
            "the index: leave --model out, and start a running server anew",
            built_with=built_with.model,
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
