"""The engine: one opened generation and the encoder that fits it. All interfaces ask it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from indexer.errors import MapMissing, UnknownPaper
from indexer.kept import kept
from indexer.models.encoder import Encoder
from indexer.paper import Paper
from indexer.store.corpus_map import CorpusMap, Topic
from indexer.store.entry import Merged
from indexer.store.generation import Generation
from search_api.engine.fit import check_fit
from search_api.engine.hits import models_of, page_of
from search_api.engine.meant import known, suggested, unfound
from search_api.query.conditions import Conditions
from search_api.query.cursor import Cursor
from search_api.query.filters import Filters
from search_api.query.query import Query
from search_api.query.results import FacetCount, ResultList
from search_api.ranking.answers import Answers
from search_api.ranking.modes import MODES
from search_api.ranking.reranker import Reranker
from search_api.ranking.second_look import SecondLook
from search_api.store.local import LocalStore
from search_api.store.map_columns import MapColumns
from search_api.store.store import papers_of

if TYPE_CHECKING:  # a list is found without; to import it takes a fiftieth of what finding it takes
    from search_api.engine.duplicates import Duplicates
    from search_api.explaining.explanation import Explanation, Match, Sentence
    from search_api.explaining.sentence_vectors import SentenceCache


class Engine:
    """Answers queries over one generation. Safe to share by threads; close it when done.

    Once it is closed, all it is asked raises :class:`indexer.errors.EngineClosed`.

    Args:
        generation: a published one; every file is compared with its checksum first.
        encoder: of the model that the generation was built with.
        reranker: reads the best papers again, if there is one.
        finer: encoders of the spaces behind the first, where there are such that cover a paper.
        second_look: looks at the best papers of each question again.

    Attributes:
        encoders: of all spaces, see :attr:`indexer.store.manifest.Manifest.answering`.
        info: which index it is.
        facets: counts over all papers, by field.
        duplicates: what was merged, what may be, and what people decide.

    Raises:
        IndexCorrupted: a file is missing or damaged.
        IndexMismatch: the encoder or the text recipe is not the one of the index, or it lacks a
            field that papers can be filtered by.
    """

    def __init__(
        self,
        generation: Generation,
        encoder: Encoder,
        reranker: Reranker | None = None,
        finer: Sequence[Encoder] = (),
        second_look: SecondLook | None = None,
    ) -> None:
        self.encoders = (encoder, *finer)
        check_fit(generation, self.encoders)
        self.generation = generation
        self._store = store = LocalStore(generation)
        self._reranker = reranker
        look = second_look.over(store, self.encoders) if second_look else None
        self._answers = Answers(store, encoder, reranker, finer, second_look=look)
        self.info = store.info
        self.facets = store.select(Conditions()).facets()
        self._names = [one.model.name for one in self.encoders]

    @kept
    def _sentences(self) -> list[SentenceCache]:
        from search_api.explaining.sentence_vectors import SentenceCache

        return [SentenceCache(one) for one in self.encoders]

    @kept
    def duplicates(self) -> Duplicates:
        """Which papers may be one, and what people decided of them."""
        from search_api.engine.duplicates import Duplicates

        return Duplicates(self._store, self.generation.manifest.decisions)

    def close(self) -> None:
        """Close the store; whoever asks from now on, or is only half done, is told so."""
        self._store.close()

    def load(self, query: Query) -> None:
        """Load the models that a query asks, which takes seconds, before they are asked.

        Raises:
            ModelUnavailable: one cannot be loaded.
        """
        if (query.text or query.wishes) and MODES[query.mode].by_meaning:
            for encoder in self.encoders:
                encoder.load()
        if self._reranker and self._answers.reads(query):
            self._reranker.load()

    def paper(self, paper_id: str) -> Paper:
        """Return a paper.

        Raises:
            UnknownPaper: no paper has that id.
        """
        (paper,) = self.papers_of([paper_id])
        return paper

    def ids(self, names: Sequence[str]) -> list[str]:
        """Return the ids of papers by whatever they go by, each once.

        Raises:
            UnknownPaper: no paper goes by one of the names, or several do.
        """
        return list(dict.fromkeys(self._store.ids(self._store.rows(names))))

    def papers_of(self, paper_ids: Sequence[str]) -> list[Paper]:
        """Return papers, read in one go.

        Raises:
            UnknownPaper: no paper has one of the ids.
        """
        return self._store.papers(self._store.rows(paper_ids))

    def papers_at(self, rows: Sequence[int]) -> list[Paper]:
        """Return the papers of rows, counted from 0 as the columns of the map are.

        Raises:
            UnknownPaper: there are not so many.
        """
        for row in rows:
            if not 0 <= row < self.info.papers:
                raise UnknownPaper(
                    f"row {row}: the index has {self.info.papers:,} papers, from row 0",
                    row=row,
                    index=self.info.to_json(),
                )
        return self._store.papers(np.array(rows, dtype=np.int64))

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics of the map; none if no map was drawn."""
        return self._store.map.topics if self._store.map else ()

    @property
    def map(self) -> CorpusMap:
        """Where the papers lie.

        Raises:
            MapMissing: no map was drawn.
        """
        if self._store.map is None:
            raise self._no_map()
        return self._store.map

    @property
    def map_columns(self) -> MapColumns:
        """The map as columns, made when it is first asked for.

        Raises:
            MapMissing: no map was drawn.
        """
        self._store.check_open()
        columns = self._store.map_columns()
        if columns is None:
            raise self._no_map()
        return columns

    def _no_map(self) -> MapMissing:
        index = self.generation.index
        if self.info.covered and not self.info.covered.papers:
            return MapMissing(
                f"{index}: no map yet. rebuild-index --progressive draws one before "
                f"{self.info.covered.model} reads the first paper, unless --map none is given"
            )
        return MapMissing(
            f"{index}: built without a map. Draw one: rebuild-index --index {index} --map auto"
        )

    def places(self, paper_ids: Sequence[str]) -> list[int]:
        """Return the rows of papers in the arrays of the map, from 0.

        Raises:
            UnknownPaper: one is not in the index.
        """
        return [int(row) for row in self._store.rows(paper_ids)]

    def papers(self, filters: Filters, excluded: tuple[Filters, ...] = ()) -> Iterator[Paper]:
        """Return every paper that passes the filters, in the order of the sources.

        Args:
            filters: all of which it passes.
            excluded: none of which it passes.
        """
        return papers_of(self._store, self._store.select(Conditions((filters,), excluded)))

    def newest(self, count: int) -> list[Paper]:
        """Return so many papers, newest first; of one date, in the order of the sources.

        Papers of which only the year is known come after those of a day in it, and those of which
        nothing is known last.
        """
        return self._store.papers(self._store.newest(count, self._store.select(Conditions())))

    def search(self, query: Query) -> ResultList:
        """Return a page of the papers that answer the query, best first.

        Ranks, totals and facets are exact: those that scoring every paper would give. Papers to be
        like or unlike are never among the results.

        Raises:
            UnknownPaper: a paper to be like or unlike is not in the index.
            IndexCorrupted: a file was damaged since the engine was opened.
            BadParameter: the cursor belongs to another query.
            StaleCursor: the cursor belongs to another generation.
            ModelUnavailable: a model cannot be loaded, or the reranker not order this page as the
                one before it.
        """
        started = time.perf_counter()
        query = known(query, self._store)
        offset, read_again = self._begins(query)
        answer = self._answers.answer(query, offset + query.k, read_again)
        ranking = answer.ranking
        hits = page_of(answer, self._store, self._names, offset, query.k)
        end = offset + len(hits)
        asked = self.encoders[-1] if answer.by_meaning else None
        unseen = () if ranking.total else unfound(query, self._store)
        digest = self._answers.digest(query, answer.read_again)
        next_ = Cursor(self.info.generation, digest, end)
        return ResultList(
            query=query,
            index=self.info,
            total=ranking.total,
            took_ms=(time.perf_counter() - started) * 1000,
            hits=hits,
            facets=ranking.listed.facets(),
            next=next_.encode() if hits and end < ranking.total else None,
            notes=[*query.notes, *answer.notes, *unseen],
            suggestion=suggested(query, self._store, asked),
        )

    def counts(self, query: Query) -> Mapping[str, Sequence[FacetCount]]:
        """Return the facets of the list that answers a query, and nothing else of it.

        Where filters alone decide what is listed, nothing is ranked for it.

        Raises:
            UnknownPaper: a paper to be like or unlike is not in the index.
            IndexCorrupted: a file was damaged since the engine was opened.
        """
        self._store.check_open()
        return self._answers.listed(known(query, self._store)).facets()

    def explain(self, query: Query, paper_id: str) -> Explanation:
        """Return why a paper is where it is in the list that :meth:`search` answers a query with.

        A paper that is not in the list is explained, too, and so is why it has no place. Neither
        the size of a page nor a cursor matters.

        Raises:
            UnknownPaper: the paper, or one to be like or unlike, is not in the index.
            IndexCorrupted: a file was damaged since the engine was opened.
        """
        from search_api.explaining.explain import explain
        from search_api.explaining.explanation import Standing

        rows = self._store.rows([paper_id])
        row, query = int(rows[0]), known(query, self._store)
        answer = self._answers.answer(query, 0)
        if answer.ranking.rank(row) is None and answer.ranking.listed.has(rows).all():
            answer = self._answers.answer(query, answer.ranking.total)
        ranking = answer.ranking
        about = rows if (holder := ranking.holder(row)) is None else np.array([row, holder])
        paper, *held_by = self._store.papers(about)
        standing = Standing(
            rank=ranking.rank(row),
            rerank=ranking.read.get(row),
            looked=answer.looked(row),
            joined_to=held_by[0].id if held_by else "",
            notes=answer.notes,
            searched=bool(answer.searched.has(rows).all()),
            listed=answer.ranks_all(rows),
            scored=answer.scored(rows),
            ranks={name: int(found[0]) for name, found in answer.ranks(rows).items()},
            measured={name: float(found[0]) for name, found in answer.measured(rows).items()},
            model=models_of(answer, self._names, rows)[0],
        )
        question, space = answer.question, int(answer.spaces_of(rows)[0])
        direction = question.directions[space] if question and answer.by_meaning else None
        asked, telling = (question.asked, question.telling) if question else ("", {})
        encoder = self.encoders[space]
        return explain(paper, query, asked, standing, direction, telling, self.info, encoder)

    def matches(self, query: Query, papers: Sequence[Paper]) -> list[list[Match]]:
        """Return where each paper has the words of a query, and of papers to be like."""
        from search_api.explaining.matches import matches

        self._store.check_open()
        query = known(query, self._store)
        question = self._answers.question(query) if query.ranks else None
        asked, telling = (question.asked, question.telling) if question else ("", {})
        return [matches(paper, asked, telling)[1] for paper in papers]

    def nearest_sentences(self, query: Query, papers: Iterable[Paper]) -> Iterator[Sentence | None]:
        """Yield of each paper the sentence of its abstract that is nearest to the query by meaning.

        ``None`` where the query has no meaning to be near to, and where a paper has no abstract.
        The model reads each paper again, unless it did so a short while ago.
        """
        self._store.check_open()
        by_meaning = query.ranks and MODES[query.mode].by_meaning
        question = self._answers.question(known(query, self._store)) if by_meaning else None
        for paper in papers:
            found: list[Sentence] = []
            if question:
                space = 0
                if len(self.encoders) > 1:
                    space = int(question.spaces_of(self._store.rows([paper.id]))[0])
                found = self._sentences[space].of(paper).nearest(question.directions[space])
            yield next((one for one in found if one.field == "abstract"), None)

    def records(self, paper_id: str) -> list[Merged]:
        """Return the records that a paper was made of, none where it was one.

        Raises:
            UnknownPaper: no paper has that id.
        """
        (row,) = self._store.rows([paper_id]).tolist()
        return self._store.records(row)

    def _begins(self, query: Query) -> tuple[int, bool | None]:
        """Return how many papers are on pages before, and whether their list was read again."""
        if query.cursor is None:
            return 0, None
        cursor = Cursor.decode(query.cursor)
        read, not_read = (self._answers.digest(query, again) for again in (True, False))
        cursor.check(self.info.generation, (read, not_read))
        return cursor.offset, cursor.query == read
