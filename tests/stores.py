"""A store in memory, by brute force: what any store must agree with, and tests can fill at will."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from indexer.arrays import Array, Mask, Rows, Vectors
from indexer.cleaning.naming import spellings
from indexer.cleaning.text import clean
from indexer.errors import EngineClosed, UnknownPaper
from indexer.letters import folded
from indexer.merging.decisions import record_key
from indexer.paper import Paper, document_text
from indexer.store.catalogue import MergedPaper
from indexer.store.corpus_map import CorpusMap
from indexer.store.entry import Merged, PossibleDuplicate
from indexer.store.names import names_of
from indexer.words import folded_words, runs, stem
from search_api.query.conditions import Conditions
from search_api.query.filters import Filters
from search_api.query.formula import All, Clause, Formula, Named, Not, Some
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

    def __init__(
        self,
        scores: Sequence[float],
        ranked: Sequence[int],
        measured: Sequence[float] | None = None,
    ) -> None:
        self.all = np.array(scores, dtype=np.float64)
        self._measured = self.all if measured is None else np.array(measured)
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

    def measured(self, rows: Rows) -> Array:
        return self._measured[rows]

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
        made_of: the records of papers that are made of several, by row.
        pairs: of papers that are likely one, each once.
        finer: vectors in a second space, by row.
    """

    def __init__(
        self,
        papers: Sequence[Paper],
        vectors: Vectors,
        made_of: Mapping[int, tuple[Merged, ...]] | None = None,
        pairs: Sequence[PossibleDuplicate] = (),
        finer: Mapping[int, Sequence[float]] | None = None,
    ) -> None:
        self.made_of = dict(made_of or {})
        self.pairs = list(pairs)
        self.every = list(papers)
        self._names = [frozenset(names_of(paper)) for paper in papers]
        self._vectors = vectors
        self.info = IndexInfo("memory", "fake", len(papers))
        self._finer = {row: np.array(vector) for row, vector in sorted((finer or {}).items())}
        some = [len(vector) for vector in self._finer.values()]
        self.dimensions = (vectors.shape[1], *some[:1])
        self.map: CorpusMap | None = None
        self._closed = False

    def __len__(self) -> int:
        return len(self.every)

    def rows(self, ids: Sequence[str]) -> Rows:
        self._check()
        return np.array([self._row(one) for one in ids], dtype=np.int64)

    def _row(self, typed: str) -> int:
        for name, rows in self.named([typed, *spellings(typed)]).items():
            if len(rows) == 1 or self.every[rows[0]].id == name:
                return int(rows[0])
            break
        raise UnknownPaper(f"{typed}: not in the index, or of several", id=typed)

    def named(self, names: Sequence[str]) -> dict[str, Rows]:
        self._check()
        found = {}
        for name in names:
            own = [row for row, paper in enumerate(self.every) if paper.id == name]
            others = [row for row, known in enumerate(self._names) if name in known]
            if own or others:
                found[name] = np.array([*own, *others], dtype=np.int64)
        return found

    def ids(self, rows: Rows) -> list[str]:
        return [paper.id for paper in self.papers(rows)]

    def respelled(self, words: Sequence[str]) -> dict[str, str]:
        having = self._words()
        found = {}
        for word in words:
            plain = folded(word)
            likes = [one for one in having if stem(one) == stem(word)]
            if plain in having or likes or len(plain) < 5 or not plain.isalpha():
                continue
            most = 2 if len(plain) >= 9 else 1
            near = [
                (edits(plain, one), -count, one)
                for one, count in having.items()
                if one.isalpha() and edits(plain, one) <= most
                if one[0] == plain[0] and not plain.startswith(one)
            ]
            if near:
                found[word] = min(near)[-1]
        return found

    def beginning(self, prefix: str, most: int) -> list[str]:
        having = self._words()
        begin = [word for word in having if word.startswith(folded(prefix))]
        return sorted(begin, key=lambda word: (-having[word], word))[:most]

    def _words(self) -> Counter[str]:
        """How many papers have each word, those of its authors' names counted by themselves."""
        having: Counter[str] = Counter()
        for paper in self.every:
            keywords = paper.extra.get("keywords", [])
            for text in (
                " ".join([paper.own_title, paper.abstract, *keywords]),
                " ".join(paper.authors),
            ):
                having.update(set(folded_words(text)))
        return having

    def papers(self, rows: Rows) -> list[Paper]:
        self._check()
        return [self.every[row] for row in rows]

    def texts(self, rows: Rows) -> list[str]:
        return [document_text(paper.own_title, paper.abstract) for paper in self.papers(rows)]

    def records(self, row: int) -> list[Merged]:
        self._check()
        return list(self.made_of.get(row, ()))

    def merged_count(self) -> int:
        return len(self.merged_papers())

    def merged_papers(self, start: int = 0, stop: int | None = None) -> list[MergedPaper]:
        self._check()
        made_of = [(self.every[row], self.made_of[row]) for row in sorted(self.made_of)]
        papers = [MergedPaper(one.id, one.title, records) for one, records in made_of]
        return papers[start:stop]

    def possible(self, row: int | None = None) -> list[PossibleDuplicate]:
        self._check()
        among = None if row is None else self.every[row].id
        found = [one for one in self.pairs if among in (None, one.paper, one.other)]
        return sorted(found, key=lambda one: -one.score)

    def row_of_record(self, key: str) -> int:
        self._check()
        for row, paper in enumerate(self.every):
            keys = [record.key for record in self.made_of.get(row, ())] or [record_key(paper)]
            if key in keys:
                return row
        raise UnknownPaper(f"{key}: no record", id=key)

    def vectors(self, rows: Rows, space: int = 0) -> Vectors:
        if space:
            return np.array([self._finer[row] for row in rows.tolist()])
        return self._vectors[rows]

    def covered(self, space: int) -> Rows:
        return np.array([*self._finer] if space else range(len(self)), dtype=np.int64)

    def spaces_of(self, rows: Rows) -> Rows:
        return np.array([int(row in self._finer) for row in rows.tolist()], dtype=np.int64)

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

    def meaning(self, direction: Vectors, finer: Vectors | None = None) -> MemoryScorer:
        first = (self._vectors * direction).sum(axis=1).tolist()
        if finer is None:
            return MemoryScorer(first, range(len(self)))
        cosines = {row: float((vector * finer).sum()) for row, vector in self._finer.items()}
        scores = oracles.on_one_scale(first, cosines)
        measured = [cosines.get(row, cosine) for row, cosine in enumerate(first)]
        return MemoryScorer(scores, range(len(self)), measured)

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
        and all(is_so(paper, formula) for formula in conditions.formulas)
    )


def is_so(paper: Paper, formula: Formula) -> bool:
    """Whether a paper meets a formula."""
    match formula:
        case Filters():
            return passes(paper, formula)
        case Clause():
            return has(paper, formula)
        case Named(names):
            return bool({paper.id, *names_of(paper)} & set(names))
        case Not(part):
            return not is_so(paper, part)
        case All(parts):
            return all(is_so(paper, part) for part in parts)
        case Some(parts):
            return any(is_so(paper, part) for part in parts)


def edits(one: str, other: str) -> int:
    """Letters missing, too many, wrong, or swapped with the next, by the recurrence."""
    table = [[*range(len(other) + 1)]]
    for i, a in enumerate(one, 1):
        table.append([i])
        for j, b in enumerate(other, 1):
            best = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, table[i - 2][j - 2] + 1)
            table[i].append(best)
    return table[-1][-1]


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
        ("keyword", paper.extra.get("keywords", [])),
        ("group", paper.extra.get("groups", [])),
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
    title, abstract, _, keywords = oracles.fields_of(paper)
    text = clean(clause.text) or clause.text
    if not clause.literal:
        asked = oracles.terms(text)
        fields = title if clause.field == "title" else title + abstract + keywords
        return bool(asked) and all(term in fields for term in asked)
    texts = [paper.own_title]
    if clause.field == "any":
        texts += [paper.abstract, *paper.extra.get("keywords", [])]
    words = folded_words(text)
    for found in map(folded_words, texts):
        for at in range(len(found) - len(words) + 1):
            part = found[at : at + len(words)]
            if part == words or (
                clause.prefix and part[:-1] == words[:-1] and part[-1].startswith(words[-1])
            ):
                return True
    return False


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
        "keyword": counted([k for p in papers for k in set(p.extra.get("keywords", []))]),
        "group": counted([g for p in papers for g in set(p.extra.get("groups", []))]),
        "code": [FacetCount(value, code[value]) for value in (True, False) if code[value]],
    }


def with_ids(papers: Sequence[Paper]) -> list[Paper]:
    """Papers with ids of their own."""
    return [replace(paper, id=f"akin:{row:016x}") for row, paper in enumerate(papers)]
