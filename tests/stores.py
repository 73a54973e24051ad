"""A store in memory, by brute force: what any store must agree with, and tests can fill at will."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from indexer.arrays import Array, Mask, Rows, Vectors
from indexer.cleaning.text import clean
from indexer.errors import EngineClosed, UnknownPaper
from indexer.letters import folded
from indexer.paper import Paper, document_text
from indexer.store.corpus_map import CorpusMap
from indexer.store.entry import Merged
from indexer.words import folded_words, runs
from search_api.query.conditions import Conditions
from search_api.query.filters import Filters
from search_api.query.operators import Clause
from search_api.query.results import FacetCount, IndexInfo
from search_api.store.map_columns import MapColumns
from search_api.store.store import Best
from tests import oracles


class MemorySelection:
    """Rows of a memory store."""

    def __init__(self, store: MemoryStore, rows: Sequence[int]) -> None:
        self.store = store
        self._rows = sorted({int(row) for row in rows})
        self.count = len(self._rows)

    def rows(self) -> Rows:
        return np.array(self._rows, dtype=np.int64)

    def has(self, rows: Rows) -> Mask:
        return np.array([int(row) in self._rows for row in rows], dtype=np.bool_)

    def without(self, rows: Rows) -> MemorySelection:
        return MemorySelection(self.store, set(self._rows) - {int(row) for row in rows})

    def facets(self) -> dict[str, list[FacetCount]]:
        return facets([self.store.every[row] for row in self._rows])


class MemoryScorer:
    """Scores of all papers, and which of them are ranked."""

    def __init__(self, scores: Sequence[float], ranked: Sequence[int]) -> None:
        self.all = np.array(scores, dtype=np.float64)
        self._ranked = set(ranked)
        self.mean = float(self.all.mean()) if len(self.all) else 0.0
        self.deviation = float(self.all.std()) if len(self.all) else 0.0

    def ranked(self, among: MemorySelection) -> MemorySelection:
        return MemorySelection(among.store, self._ranked & set(among.rows().tolist()))

    def best(self, k: int, among: MemorySelection) -> Best:
        order = self._order(among)
        rest = set(among.rows().tolist()) - set(order[:k])
        return Best(
            np.array(order[:k], dtype=np.int64),
            self.all[order[:k]],
            max((float(self.all[row]) for row in rest), default=-np.inf),
        )

    def scores(self, rows: Rows) -> Array:
        return self.all[rows]

    def ranks(self, rows: Rows, among: MemorySelection) -> Rows:
        order = self._order(among)
        return np.array([order.index(row) + 1 if row in order else 0 for row in rows.tolist()])

    def _order(self, among: MemorySelection) -> list[int]:
        return sorted(self.ranked(among).rows().tolist(), key=lambda row: (-self.all[row], row))


class MemoryStore:
    """Papers and their vectors, in lists.

    Args:
        papers: in the order of their rows.
        vectors: theirs ``(n, dim)``.
    """

    def __init__(self, papers: Sequence[Paper], vectors: Vectors) -> None:
        self.every = list(papers)
        self._vectors = vectors
        self.info = IndexInfo("memory", "fake", len(papers))
        self.dimension = vectors.shape[1]
        self.map: CorpusMap | None = None
        self._closed = False

    def __len__(self) -> int:
        return len(self.every)

    def rows(self, ids: Sequence[str]) -> Rows:
        self._check()
        known = {paper.id: row for row, paper in enumerate(self.every)}
        for one in ids:
            if one not in known:
                raise UnknownPaper(f"{one}: not in the index", id=one)
        return np.array([known[one] for one in ids], dtype=np.int64)

    def papers(self, rows: Rows) -> list[Paper]:
        self._check()
        return [self.every[row] for row in rows]

    def texts(self, rows: Rows) -> list[str]:
        return [document_text(paper.own_title, paper.abstract) for paper in self.papers(rows)]

    def records(self, row: int) -> list[Merged]:
        self._check()
        return []

    def vectors(self, rows: Rows) -> Vectors:
        return self._vectors[rows]

    def dates(self, rows: Rows) -> Rows:
        return np.array([date_of(self.every[row]) for row in rows], dtype=np.int64)

    def select(self, conditions: Conditions) -> MemorySelection:
        rows = [row for row, paper in enumerate(self.every) if meets(paper, conditions)]
        return MemorySelection(self, rows)

    def only(self, rows: Rows) -> MemorySelection:
        return MemorySelection(self, rows.tolist())

    def newest(self, k: int, among: MemorySelection) -> Rows:
        rows = sorted(among.rows().tolist(), key=lambda row: (-date_of(self.every[row]), row))
        return np.array(rows[:k], dtype=np.int64)

    def meaning(self, direction: Vectors) -> MemoryScorer:
        return MemoryScorer((self._vectors * direction).sum(axis=1), range(len(self)))

    def words(self, weights: Mapping[str, float]) -> MemoryScorer:
        known = self.frequencies(list(weights))
        scores = np.zeros(len(self))
        for term in known:
            scores += weights[term] * np.array(oracles.bm25f(self.every, term, stemmed=True))
        wanted = [term for term in known if weights[term] > 0]
        if known and not wanted:
            return MemoryScorer(scores, range(len(self)))
        having = [
            row
            for row, paper in enumerate(self.every)
            if any(term in field for term in wanted for field in oracles.fields_of(paper))
        ]
        return MemoryScorer(scores, having)

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        having = Counter(
            term for paper in self.every for term in set().union(*oracles.fields_of(paper))
        )
        return {term: having[term] for term in sorted(terms) if having[term]}

    def map_columns(self) -> MapColumns | None:
        return None

    def close(self) -> None:
        self._closed = True

    def _check(self) -> None:
        if self._closed:
            raise EngineClosed("memory: asked after it was closed")


def date_of(paper: Paper) -> int:
    """YYYYMMDD; YYYY0000 where only the year is known, 0 where nothing is."""
    return int((paper.date or "").replace("-", "") or (paper.year or 0) * 10000)


def meets(paper: Paper, conditions: Conditions) -> bool:
    return (
        all(passes(paper, filters) for filters in conditions.filters)
        and not any(passes(paper, filters) for filters in conditions.excluded)
        and all(has(paper, clause) for clause in conditions.must)
        and not any(has(paper, clause) for clause in conditions.must_not)
    )


def passes(paper: Paper, filters: Filters) -> bool:
    """Whether a paper passes all filters, field by field."""
    year = paper.year or 0
    checks = [
        filters.year_from is None or year >= max(filters.year_from, 1),
        filters.year_to is None or 0 < year <= filters.year_to,
        filters.flag("has_code") is None or bool(paper.code) == filters.flag("has_code"),
    ]
    for name, values in (
        ("author", paper.authors),
        ("venue", [paper.venue] if paper.venue else []),
        ("source", paper.sources),
    ):
        wanted = [found for one in filters.terms(name) if (found := runs(one))]
        having = [f" {' '.join(folded_words(value))} " for value in values]
        if filters.terms(name):
            checks.append(
                any(all(is_in(run, value) for run in one) for one in wanted for value in having)
            )
    if filters.terms("category"):
        checks.append(
            any(same_category(a, b) for a in filters.terms("category") for b in paper.categories)
        )
    return all(checks)


def same_category(wanted: str, value: str) -> bool:
    """Case aside; where only one of the two names an archive, without it."""
    one, other = folded(wanted.strip()), folded(value)
    both = "." in one and "." in other
    return one == other or (not both and one.rpartition(".")[2] == other.rpartition(".")[2])


def has(paper: Paper, clause: Clause) -> bool:
    """Whether a paper has the words of a clause."""
    title, abstract, _ = oracles.fields_of(paper)
    text = clean(clause.text) or clause.text
    if not clause.literal:
        asked = oracles.terms(text)
        fields = title if clause.field == "title" else title + abstract
        return bool(asked) and all(term in fields for term in asked)
    texts = [paper.own_title] if clause.field == "title" else [paper.own_title, paper.abstract]
    asked_for = folded_words(text)
    found = map(folded_words, texts)
    return any(of[at : at + len(asked_for)] == asked_for for of in found for at in range(len(of)))


def is_in(run: Sequence[str], value: str) -> bool:
    """Whether a run of characters is in a value, or is all of it from another of them on."""
    turned = [f" {' '.join([*run[at:], *run[:at]])} " for at in range(len(run))]
    return turned[0] in value or value in turned


def facets(papers: Sequence[Paper]) -> dict[str, list[FacetCount]]:
    """Count the values of papers, the most frequent first; of as many, by value."""

    def counted(values: Sequence[str]) -> list[FacetCount]:
        most = sorted(Counter(values).items(), key=lambda one: (-one[1], one[0]))
        return [FacetCount(value, count) for value, count in most[:20]]

    years = Counter(paper.year for paper in papers if paper.year)
    code = Counter(bool(paper.code) for paper in papers)
    return {
        "year": [FacetCount(year, years[year]) for year in sorted(years, reverse=True)],
        "category": counted([c for paper in papers for c in set(paper.categories)]),
        "venue": counted([paper.venue for paper in papers if paper.venue]),
        "source": counted([s for paper in papers for s in set(paper.sources)]),
        "author": counted([a for paper in papers for a in set(paper.authors)]),
        "code": [FacetCount(value, code[value]) for value in (True, False) if code[value]],
    }


def with_ids(papers: Sequence[Paper]) -> list[Paper]:
    """Papers with ids of their own."""
    return [replace(paper, id=f"akin:{row:016x}") for row, paper in enumerate(papers)]
