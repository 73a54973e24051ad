"""Records of one title, parted into publications: each goes to the first that it may be of.

Whether a record may be of a cluster depends on the first record there, and on the identifiers that
the cluster states. To compare each record with every cluster takes minutes for a few thousand
*Editorial*s, so clusters are looked up by what decides: year, venue, the words of the abstract, and
identifiers. What comes out is the same.
"""

from __future__ import annotations

import heapq
import itertools
import re
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.merging.merge import PREPRINT_DOIS
from indexer.paper import Paper

ALIKE = 0.5
"""Share of words that two abstracts have in common at least, if they are of one paper."""

KINDS = ("doi", "arxiv", "pmid")
"""Of identifiers that a work has one of."""

_NONE = np.array([], dtype=np.int64)

Words = frozenset[str]
Key = tuple[Hashable, ...]


def publications_of(paper: Paper) -> dict[str, str]:
    """Return the identifiers that a work has one of: a preprint's own DOI is none."""
    stated = {"doi": paper.doi, "arxiv": paper.arxiv_id, "pmid": paper.extra.get("pmid")}
    if paper.doi and paper.doi.startswith(PREPRINT_DOIS):
        del stated["doi"]
    return {kind: str(value) for kind, value in stated.items() if value}


def parted(rows: Sequence[int], papers: Mapping[int, Paper], telling: bool) -> list[list[int]]:
    """Part records of one title that are not of one work.

    A record goes to the first cluster that states no other publication and whose first record may
    be one work with it. Under a telling title nothing must speak against that: yearly reports keep
    title and author, but not their text; front matter has no authors, and is told apart by year and
    venue. Under a short one (*Editorial*) nothing that the two state may differ.

    Args:
        rows: ascending.
        papers: the record of each.
        telling: whether the title says enough to stand for a work.

    Returns:
        The clusters, by their first row.
    """
    facts = {row: _Facts.of(papers[row]) for row in rows}
    clusters = (_Telling if telling else _Short)(list(facts.values()))
    for row in rows:
        clusters.place(row, facts[row])
    return clusters.rows


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a record is compared by.

    Attributes:
        stated: see :func:`publications_of`.
        year: of publication.
        venue: ``None`` where none is stated.
        signed: whether it has authors.
        words: of the abstract, ``None`` where there is none.
    """

    stated: dict[str, str]
    year: int | None
    venue: str | None
    signed: bool
    words: Words | None

    @classmethod
    def of(cls, paper: Paper) -> _Facts:
        words = frozenset(re.findall(r"\w+", paper.abstract.casefold()))
        return cls(
            publications_of(paper),
            paper.year,
            paper.venue or None,
            bool(paper.authors),
            words if paper.abstract else None,
        )

    @property
    def venues(self) -> list[Key]:
        """What the venue of another must be for the two to agree: nothing, any one, or the same."""
        return [(self.venue,), (None,)] if self.venue else [()]


class _Clusters(ABC):
    """Clusters by what their first record must be for another one to fit.

    Args:
        facts: of all records that will be placed.
    """

    def __init__(self, facts: Sequence[_Facts]) -> None:
        self.rows: list[list[int]] = []
        self._stated: list[dict[str, str]] = []
        self._asked = {_kinds_of(of.stated) for of in facts}
        # Clusters by key, the kinds of identifiers that somebody states, and what they state of
        # these: heaps, from which what is no longer true is dropped when it comes to the top.
        self._heaps: dict[tuple[Key, tuple[str, ...], Key], list[int]] = defaultdict(list)
        self._keys: list[list[Key]] = []

    def place(self, row: int, of: _Facts) -> None:
        """Add a record to the first cluster that it fits, or to a new one."""
        found = [self._first(key, of.stated) for key in self._fitting(of)]
        cluster = min((number for number in found if number is not None), default=None)
        if cluster is None:
            self.rows.append([row])
            self._stated.append({})
            self._keys.append(list(self._told(of)))
            self._state(len(self.rows) - 1, of.stated, new=True)
        else:
            self.rows[cluster].append(row)
            self._state(cluster, of.stated, new=False)

    @abstractmethod
    def _told(self, first: _Facts) -> Iterator[Key]:
        """Yield the keys of a cluster by its first record."""

    @abstractmethod
    def _fitting(self, of: _Facts) -> Iterator[Key]:
        """Yield the keys of clusters that a record fits, identifiers aside."""

    def _first(self, key: Key, stated: Mapping[str, str]) -> int | None:
        """Return the first cluster of a key that states no other value of what a record states."""
        kinds = _kinds_of(stated)
        firsts = []
        for values in itertools.product(*((None, stated[kind]) for kind in kinds)):
            heap = self._heaps.get((key, kinds, values), [])
            while heap and self._values(heap[0], kinds) != values:
                heapq.heappop(heap)  # it states more by now, for good
            firsts += heap[:1]
        return min(firsts, default=None)

    def _state(self, cluster: int, stated: Mapping[str, str], *, new: bool) -> None:
        """Note what a cluster states from now on."""
        known = self._stated[cluster]
        before = set(known)
        known.update(stated)
        for kinds in self._asked:
            if new or any(kind in known and kind not in before for kind in kinds):
                values = self._values(cluster, kinds)
                for key in self._keys[cluster]:
                    heapq.heappush(self._heaps[key, kinds, values], cluster)

    def _values(self, cluster: int, kinds: tuple[str, ...]) -> Key:
        known = self._stated[cluster]
        return tuple(known.get(kind) for kind in kinds)


class _Short(_Clusters):
    """Clusters under a title that is given to many papers."""

    def __init__(self, facts: Sequence[_Facts]) -> None:
        super().__init__(facts)
        by_year: dict[int | None, list[Words]] = defaultdict(list)
        for of in facts:
            if of.words is not None:
                by_year[of.year].append(of.words)
        self._texts = {year: _Texts(texts) for year, texts in by_year.items()}

    def _told(self, first: _Facts) -> Iterator[Key]:
        for venue in ((), (first.venue,)):
            yield "year", first.year, *venue
            if first.words is None:
                yield "bare", first.year, *venue
        if first.words is not None:
            yield "worded", first.year
            yield "text", first.year, self._texts[first.year].number(first.words)

    def _fitting(self, of: _Facts) -> Iterator[Key]:
        if of.words is None:
            for venue in of.venues:
                yield "year", of.year, *venue
            return
        for venue in of.venues:
            yield "bare", of.year, *venue
        if self._first(("worded", of.year), of.stated) is not None:
            for text in self._texts[of.year].alike(of.words, whole=True):
                yield "text", of.year, text


class _Telling(_Clusters):
    """Clusters under a title that says what a paper is about."""

    def __init__(self, facts: Sequence[_Facts]) -> None:
        super().__init__(facts)
        self._texts = _Texts(of.words for of in facts if of.words is not None)

    def _told(self, first: _Facts) -> Iterator[Key]:
        yield "all", first.signed
        yield "year", first.signed, first.year
        yield "year", first.signed, first.year, first.venue
        if first.words is None:
            yield "bare", first.signed
        else:
            yield "worded", first.signed
            yield "text", first.signed, self._texts.number(first.words)

    def _fitting(self, of: _Facts) -> Iterator[Key]:
        for signed in (False, True):
            if not (signed or of.signed):
                for venue in of.venues:
                    yield "year", signed, of.year, *venue
            elif of.words is None:
                yield "all", signed
            else:
                yield "year", signed, of.year
                yield "bare", signed
                if self._first(("worded", signed), of.stated) is not None:
                    for text in self._texts.alike(of.words, whole=False):
                        yield "text", signed, text


class _Texts:
    """Abstracts as sets of words, to find those that share many with one of them.

    Args:
        texts: all that will be asked for.
    """

    def __init__(self, texts: Iterable[Words]) -> None:
        self._numbers = {words: number for number, words in enumerate(dict.fromkeys(texts))}
        having: dict[str, list[int]] = defaultdict(list)
        for words, number in self._numbers.items():
            for word in words:
                having[word].append(number)
        self._having = {word: np.array(numbers) for word, numbers in having.items()}
        self._sizes = np.array([len(words) for words in self._numbers])

    def number(self, words: Words) -> int:
        """Return the number of a text."""
        return self._numbers[words]

    def alike(self, words: Words, *, whole: bool) -> list[int]:
        """Return the numbers of texts that share half of their words with one.

        Args:
            words: of that one.
            whole: of the words of both together; else of the shorter text's, as one may be cut.
        """
        of_words = [self._having[word] for word in words]
        shared = np.bincount(np.concatenate([_NONE, *of_words]), minlength=len(self._sizes))
        both = len(words) + self._sizes - shared
        of = both if whole else np.minimum(self._sizes, len(words))
        numbers: list[int] = np.flatnonzero(shared >= ALIKE * of).tolist()
        return numbers


def _kinds_of(stated: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(kind for kind in KINDS if kind in stated)
