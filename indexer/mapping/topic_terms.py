"""What the papers of a topic say more than those of the others: the words that name it.

Class-based TF-IDF (Grootendorst, "BERTopic: Neural topic modeling with a class-based TF-IDF
procedure", 2022). All papers of a topic ``c`` are one document, and a term ``t`` weighs there::

    W(t, c) = tf(t, c) · log(1 + A / f(t))

    tf(t, c)  how often t occurs in c
    f(t)      how often it occurs in all topics
    A         how many terms a topic has, on average

A term is a word, or two that follow each other (:mod:`indexer.mapping.word_runs`).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Self

from indexer.mapping.word_runs import Term, Words
from indexer.words import TERMS_OF_WRITING

TERMS = 5
"""Terms that are told of a topic, at most."""

Text = tuple[str, str]
"""A paper's title and abstract."""

_AS_MUCH = 0.4
"""How often two words must stand together, of all times that one of them stands there, to be shown
in its place: `federated learning` for `federated`."""

_MOSTLY = 0.4
"""How often a pair must stand beside the same word to be written with it."""

_LONGEST = 4
"""Words that are written together, at most."""

_COMMON = 0.15
"""The share of a topic's papers that must have a term: one paper's own words name no topic."""

_TIMES = 2.0
"""How many times the share of the other papers that have it this must be: else it tells nothing."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A paper's title and abstract, and their words."""

    text: Text
    title: Words
    abstract: Words

    @classmethod
    def of(cls, text: Text) -> Self:
        title, abstract = map(Words.of, text)
        return cls(text, title, abstract)


@dataclass(slots=True)
class _Counts:
    """How often each term of a topic occurs there, and in how many of its papers."""

    size: int
    occurrences: Counter[Term] = field(default_factory=Counter)
    papers: Counter[Term] = field(default_factory=Counter)

    @property
    def least(self) -> float:
        """Of how many papers a term must be to name the topic."""
        return _least(self.size)


class _Rest:
    """In what share of the papers of all other topics a term is."""

    def __init__(self, topics: Sequence[_Counts]) -> None:
        self._size = sum(of.size for of in topics)
        self._papers: Counter[Term] = Counter()
        for of in topics:
            self._papers.update(of.papers)

    def share(self, term: Term, topic: _Counts) -> float:
        others = self._size - topic.size
        return (self._papers[term] - topic.papers[term]) / others if others else 0.0


def telling_terms(topics: Sequence[Sequence[Text]]) -> list[list[str]]:
    """Return for each topic the terms that tell it from the others, most telling first.

    They are written as its papers write them most often. None is told that another one holds.

    Args:
        topics: of each, the texts of its papers.
    """
    read = [[_Read.of(text) for text in texts] for texts in topics]
    occurrences = sum(len(paper.title) + len(paper.abstract) for papers in read for paper in papers)
    # Most terms are in few papers, and not worth to be counted.
    frequent = set[Term]().union(*map(_frequent, read))
    counts = [_counted(papers, frequent.__contains__) for papers in read]
    rest = _Rest(counts)
    weights = weighted([of.occurrences for of in counts], occurrences / max(len(topics), 1))
    return [
        _written(_chosen(weight, of, rest), papers)
        for weight, of, papers in zip(weights, counts, read, strict=True)
    ]


def weighted(topics: Sequence[Counter[Term]], average: float) -> list[dict[Term, float]]:
    """Return ``W(t, c)`` of every term of every topic; see the module.

    Args:
        topics: how often the terms occur in each.
        average: ``A``.
    """
    everywhere: Counter[Term] = Counter()
    for counts in topics:
        everywhere.update(counts)
    return [
        {term: n * math.log1p(average / everywhere[term]) for term, n in counts.items()}
        for counts in topics
    ]


def _least(papers: int) -> float:
    return max(min(2, papers), _COMMON * papers)


def _frequent(papers: Sequence[_Read]) -> set[Term]:
    """Return the terms that are in so many papers of a topic that they may name it."""
    in_papers: Counter[str] = Counter()
    for paper in papers:
        in_papers.update({*paper.title.words, *paper.abstract.words})
    del in_papers[""]
    least = _least(len(papers))
    words = {word for word, n in in_papers.items() if n >= least}  # a pair has no rare word
    counts = _counted(papers, words.issuperset)
    return {term for term, n in counts.papers.items() if n >= least}


def _counted(papers: Sequence[_Read], counts: Callable[[Term], bool]) -> _Counts:
    """Count the terms of papers that count."""
    counted = _Counts(len(papers))
    for paper in papers:
        found: list[Term] = []
        for part in (paper.title, paper.abstract):
            found += filter(counts, zip(part.alone(), strict=True))
            found += filter(counts, pairwise(part.words))
        counted.occurrences.update(found)
        counted.papers.update(set(found))
    return counted


def _chosen(weights: dict[Term, float], counts: _Counts, rest: _Rest) -> list[Term]:
    """Return the best terms; where a word mostly stands in a pair, the pair in its place."""
    own = [
        term
        for term, n in counts.papers.items()
        if n >= counts.least
        and n / counts.size >= _TIMES * rest.share(term, counts)
        and not TERMS_OF_WRITING.issuperset(term)
    ]
    ranked = sorted(own, key=lambda term: (-weights[term], term))
    pairs = [term for term in ranked if len(term) == 2]
    chosen: list[Term] = []
    for term in ranked:
        if len(term) == 1:
            enough = _AS_MUCH * counts.occurrences[term]
            fuller = (p for p in pairs if term[0] in p and counts.occurrences[p] >= enough)
            term = next(fuller, term)  # noqa: PLW2901 — what is looked at from here on
        if not _singular(term) <= {word for other in chosen for word in _singular(other)}:
            chosen = [one for one in chosen if not _singular(one) <= _singular(term)] + [term]
        if len(chosen) == TERMS:
            break
    return chosen


def _singular(term: Term) -> set[str]:
    """Return the words of a term; RNNs, which no stemmer knows, is RNN."""
    return {word.removesuffix("s") for word in term}


def _written(terms: Sequence[Term], papers: Sequence[_Read]) -> list[str]:
    """Return how the terms are written most often; in titles, which have capitals, at need.

    A pair that mostly stands beside the same word is written with it: `graph neural networks`.
    """
    in_titles = _forms(terms, ((paper.text[0], paper.title) for paper in papers))
    in_abstracts = _forms(terms, ((paper.text[1], paper.abstract) for paper in papers))
    written: dict[Term, str] = {}
    for term in terms:
        forms = in_abstracts if term in in_abstracts else in_titles
        shown = _with_its_company(term, forms)
        if not any(_pairs(shown) & _pairs(other) for other in written):
            written[shown] = _most_frequent(forms[shown])
    of_others = {part for one in written if len(one) > 1 for part in zip(one, strict=True)}
    return [form for term, form in written.items() if term not in of_others]


def _with_its_company(term: Term, forms: Mapping[Term, Counter[str]]) -> Term:
    """Return a pair with the words that it mostly stands beside; a word as it is."""
    shown = term
    while 1 < len(shown) < _LONGEST:
        longer = [one for one in forms if len(one) > 2 and shown in (one[:-1], one[1:])]
        fullest = max(longer, key=lambda one: (forms[one].total(), one), default=None)
        if fullest is None or forms[fullest].total() < _MOSTLY * forms[term].total():
            break
        shown = fullest
    return shown


def _forms(terms: Sequence[Term], texts: Iterable[tuple[str, Words]]) -> dict[Term, Counter[str]]:
    """Return how often each term, and each longer one with a pair of them in it, is written how."""
    wanted = set(terms)
    words = {word for term in terms for word in term}
    forms: defaultdict[Term, Counter[str]] = defaultdict(Counter)
    for text, found in texts:
        if words.isdisjoint(found.words):
            continue
        for run in found.runs():
            if words.isdisjoint(found.words[slice(*run)]):
                continue
            for term, start, end in found.terms(run, _LONGEST):
                if term in wanted or not wanted.isdisjoint(pairwise(term)):
                    forms[term][" ".join(text[start:end].split())] += 1
    return dict(forms)


def _pairs(term: Term) -> set[Term]:
    return set(pairwise(term))


def _most_frequent(forms: Counter[str]) -> str:
    """Return the most frequent form; of equals the one of the fewest capitals."""
    return min(forms, key=lambda form: (-forms[form], sum(map(str.isupper, form)), form))
