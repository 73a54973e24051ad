"""What the papers of a topic say more than those of the others: the words that name it.

Class-based TF-IDF (Grootendorst, "BERTopic: Neural topic modeling with a class-based TF-IDF
procedure", 2022). All papers of a topic ``c`` are one document, and a term ``t`` weighs there::

    W(t, c) = tf(t, c) · log(1 + A / f(t))

    tf(t, c)  how often t occurs in c
    f(t)      how often it occurs in all topics
    A         how many terms a topic has, on average

A term is a word, or two that follow each other, as stems without stop words.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Self

from indexer.letters import folded
from indexer.words import STOP_WORDS, TERMS_OF_WRITING, Located, located

TERMS = 5
"""Terms that are told of a topic, at most."""

Text = tuple[str, str]
"""A paper's title and abstract."""

Term = tuple[str, ...]
"""One stem, or two."""

_BETWEEN = re.compile(r"[\s\-\u2010-\u2015]+")
"""What may stand between the two words of a term."""

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
    title: list[_Run]
    abstract: list[_Run]

    @classmethod
    def of(cls, text: Text) -> Self:
        title, abstract = map(_runs, text)
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
        return max(min(2, self.size), _COMMON * self.size)

    def frequent(self) -> set[Term]:
        """Return the terms that as many papers have."""
        return {term for term, n in self.papers.items() if n >= self.least}

    def of(self, terms: Set[Term]) -> Self:
        """Return what was counted of some terms."""
        counted = (self.occurrences, self.papers)
        some = (Counter({t: n for t, n in one.items() if t in terms}) for one in counted)
        return type(self)(self.size, *some)


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
    # Counted twice, as all that occurs once, in memory together, would be hundreds of megabytes.
    frequent: set[Term] = set()
    occurrences = 0
    for papers in read:
        of = _counted(papers)
        frequent |= of.frequent()
        occurrences += of.occurrences.total()
    counts = [_counted(papers).of(frequent) for papers in read]
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


@dataclass(slots=True)
class _Run:
    """Words of a text with nothing between them that parts two terms.

    Attributes:
        words: what each is looked up by.
        starts: of each, where it begins.
        ends: of each, where it ends.
        tied: whether the first is a stop word, and so no term by itself.
    """

    words: list[str]
    starts: array[int]
    ends: array[int]
    tied: bool


def terms_in(text: str, longest: int = 2) -> Iterator[tuple[Term, int, int]]:
    """Yield the terms of a text as they end in it, with their beginning and end.

    Args:
        text: any.
        longest: of how many words a term may be.
    """
    return (found for run in _runs(text) for found in _terms_of(run, longest))


def _terms_of(run: _Run, longest: int) -> Iterator[tuple[Term, int, int]]:
    for last, end in enumerate(run.ends):
        for size in range(1, min(last + 1, longest) + 1):
            first = last + 1 - size
            if size > 1 or first > 0 or not run.tied:
                yield tuple(run.words[first : last + 1]), run.starts[first], end


def _runs(text: str) -> list[_Run]:
    runs: list[_Run] = []
    run: _Run | None = None
    for word in located(text):
        if run and not _BETWEEN.fullmatch(text, run.ends[-1], word.start):
            run = None
        tells = _tells(text[word.start : word.end])
        if not (tells or (run is None and _is_tied(text, word))):
            run = None
            continue
        if run is None:
            run = _Run([], array("I"), array("I"), not tells)
            runs.append(run)
        run.words.append(word.term)
        run.starts.append(word.start)
        run.ends.append(word.end)
    return runs


@lru_cache(maxsize=1 << 16)
def _tells(word: str) -> bool:
    return len(word) > 1 and not word.isdigit() and folded(word) not in STOP_WORDS


def _is_tied(text: str, word: Located) -> bool:
    """Tell whether a stop word begins a compound, as in few-shot and off-policy."""
    before, after = text[word.start - 1 : word.start], text[word.end : word.end + 1]
    return after == "-" and before != "-" and word.end - word.start > 1


def _counted(papers: Sequence[_Read]) -> _Counts:
    counts = _Counts(len(papers))
    for paper in papers:
        found: list[Term] = []
        for run in (*paper.title, *paper.abstract):
            found += zip(run.words[run.tied :], strict=True)
            found += pairwise(run.words)
        counts.occurrences.update(found)
        counts.papers.update(set(found))
    return counts


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


def _forms(
    terms: Sequence[Term], texts: Iterable[tuple[str, Sequence[_Run]]]
) -> dict[Term, Counter[str]]:
    """Return how often each term, and each longer one with a pair of them in it, is written how."""
    wanted = set(terms)
    words = {word for term in terms for word in term}
    forms: defaultdict[Term, Counter[str]] = defaultdict(Counter)
    for text, runs in texts:
        for run in runs:
            if words.isdisjoint(run.words):
                continue
            for term, start, end in _terms_of(run, _LONGEST):
                if term in wanted or not wanted.isdisjoint(_pairs(term)):
                    forms[term][" ".join(text[start:end].split())] += 1
    return dict(forms)


def _pairs(term: Term) -> set[Term]:
    return set(pairwise(term))


def _most_frequent(forms: Counter[str]) -> str:
    """Return the most frequent form; of equals the one of the fewest capitals."""
    return min(forms, key=lambda form: (-forms[form], sum(map(str.isupper, form)), form))
