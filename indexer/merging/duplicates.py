"""Which records are of one paper? Same identifier; or same title, first author, about same year.

Titles link no two records that state different publications: two DOIs of publishers, two arXiv ids,
two PubMed ids (an updated review has its old title and authors).

Keys are collected as records stream by, 12 bytes each and three or so per record, and compared once
all are there: so what is merged does not depend on which record came first, and a chain of records
(preprint with an arXiv id, the same with a DOI, the DOI alone) becomes one paper.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.cleaning.identity import TELLING_WORDS, normalised_title, surname
from indexer.merging.clusters import parted
from indexer.merging.decisions import Decisions
from indexer.merging.merge import identifiers_of
from indexer.merging.possible import Possible, Shared
from indexer.paper import Paper

RULES = ("doi", "arxiv", "pmid", "pmcid", "openreview", "acl", "title")
"""What can make two records one paper; each can be turned off."""

YEARS_APART = 2
"""Between a preprint and its publication, at most."""

_NAMES = {"doi": "DOI", "arxiv": "arXiv id", "pmid": "PubMed id", "pmcid": "PubMed Central id",
          "openreview": "OpenReview id", "acl": "ACL Anthology id"}  # fmt: skip

ReadRow = Callable[[int], Paper]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A record that is of the same paper as another one.

    Attributes:
        row: of the record.
        reason: why it is one.
    """

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Group:
    """Records of one paper: the first in the order of the sources, and the others."""

    row: int
    duplicates: tuple[Duplicate, ...]


class DuplicateFinder:
    """Collects the keys of records, then finds the groups.

    Args:
        rules: those of :data:`RULES` to go by.
        decisions: of people, which come before all rules.
    """

    def __init__(self, rules: Collection[str] = RULES, decisions: Decisions | None = None) -> None:
        self._decisions = decisions or Decisions()
        self._possible: list[Possible] = []
        self._shared: list[Shared] = []
        self._hashes = {rule: array("q") for rule in RULES if rule in rules}
        self._rows = {rule: array("I") for rule in self._hashes}

    def add(self, row: int, keys: Mapping[str, str]) -> None:
        """Collect the keys of a record, from :func:`keys_of`."""
        for rule, key in keys.items():
            if rule in self._hashes:
                self._hashes[rule].append(key_hash(key))
                self._rows[rule].append(row)

    def groups(self, read: ReadRow) -> Iterator[Group]:
        """Yield the groups of more than one record, by their first row.

        Args:
            read: returns the paper of a row; asked only for those that share a key.
        """
        links: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for rule in self._hashes:
            for rows in self._alike(rule):
                for one, other, reason in _links(rule, rows, read):
                    links[one].append((other, reason))
                    links[other].append((one, reason))
        seen: set[int] = set()
        for row in sorted(links):
            if row not in seen:
                yield _reached(row, links, seen)

    def possible(self) -> list[Possible]:
        """Return the pairs that are likely one paper, once :meth:`groups` is exhausted.

        Rows are those of records; both of a pair may be within groups, never the same one.
        """
        return self._possible

    def shared(self) -> list[Shared]:
        """Return the identifiers that were not followed, once :meth:`groups` is exhausted."""
        return self._shared

    def _alike(self, rule: str) -> Iterator[list[int]]:
        """Yield the rows, ascending, that share a hash."""
        hashes = np.asarray(self._hashes[rule], dtype=np.int64)
        rows = np.asarray(self._rows[rule], dtype=np.uint32)
        order = np.argsort(hashes, kind="stable")
        starts = np.flatnonzero(np.diff(hashes[order], prepend=hashes[order[:1]] - 1))
        sizes = np.diff(starts, append=len(order))
        for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
            yield [int(row) for row in rows[order[start : start + size]]]


def keys_of(paper: Paper) -> dict[str, str]:
    """Return what a paper can be told by: its identifiers, and the words of its title.

    Without a title of its own, the words of the whole abstract are as good.
    """
    keys = identifiers_of(paper)
    text = paper.abstract if "title_missing" in paper.extra else paper.title
    if words := normalised_title(text):
        keys["title"] = words
    return keys


def key_hash(key: str) -> int:
    """Return 64 bits of BLAKE2b of a key, as a signed number: the same in every process."""
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def _links(rule: str, rows: Sequence[int], read: ReadRow) -> Iterator[tuple[int, int, str]]:
    by_key: dict[str, dict[int, Paper]] = defaultdict(dict)
    for row in rows:  # a hash may be shared by chance: the keys themselves are compared
        paper = read(row)
        if rule in (keys := keys_of(paper)):
            by_key[keys[rule]][row] = paper
    for key, papers in by_key.items():
        if rule == "title":
            yield from _same_title(key, papers)
        else:
            first, *others = papers
            for row in others:
                yield first, row, f"same {_NAMES[rule]} {key}"


def _same_title(title: str, papers: dict[int, Paper]) -> Iterator[tuple[int, int, str]]:
    """Link papers of one title where first author and year agree, and a short title's text."""
    telling = len(title.split(" ")) >= TELLING_WORDS
    by_author: dict[str, list[int]] = defaultdict(list)
    for row, paper in papers.items():
        by_author[surname(paper.authors[0]) if paper.authors else ""].append(row)
    nameless = by_author.pop("", [])
    clusters: list[list[int]] = []
    for rows in by_author.values():
        for alike in _by_given_name(rows, papers):
            clusters += _by_year(alike, papers)
    # Without an author, a title that tells enough stands for itself, if it is one paper's alone.
    for rows in _by_year(nameless, papers):
        near = [c for c in clusters if _years_fit(papers[c[0]].year, papers[rows[0]].year)]
        if telling and len(near) == 1:
            near[0].extend(rows)
        else:
            clusters.append(rows)
    for rows in clusters:
        for alike in parted(sorted(rows), papers, telling):
            first, *others = alike
            for row in others:
                yield first, row, _title_reason(papers[first], papers[row])


def _title_reason(one: Paper, other: Paper) -> str:
    years = sorted({year for year in (one.year, other.year) if year})
    parts = ["abstract" if "title_missing" in one.extra else "title"]
    if one.authors and other.authors:
        parts.append("first author")
    if len(years) == 1 and one.year == other.year:
        parts.append("year")
    listed = " and ".join([", ".join(parts[:-1]), parts[-1]]) if parts[1:] else parts[0]
    apart = f", {years[0]} and {years[1]}" if len(years) == 2 else ""
    return f"same {listed}{apart}"


def _by_given_name(rows: Sequence[int], papers: dict[int, Paper]) -> list[list[int]]:
    """Part the papers of one surname by the first letter of the given name, where it is known."""
    by_letter: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_letter[_initial(papers[row].authors[0])].append(row)
    unknown = by_letter.pop("", [])
    if len(by_letter) == 1:
        (known,) = by_letter.values()
        return [sorted(known + unknown)]
    return [*by_letter.values(), *([unknown] if unknown else [])]


def _initial(author: str) -> str:
    """Return the first letter of the given name, ``""`` where there is none."""
    _, comma, given = author.partition(",")
    words = normalised_title(given if comma else author).split()
    return words[0][:1] if words and (comma or len(words) > 1) else ""


def _by_year(rows: Sequence[int], papers: dict[int, Paper]) -> list[list[int]]:
    """Part papers where their years are further apart than preprint and publication."""
    dated = sorted((row for row in rows if papers[row].year), key=lambda r: papers[r].year or 0)
    clusters: list[list[int]] = []
    for row in dated:
        if clusters and _years_fit(papers[clusters[-1][0]].year, papers[row].year):
            clusters[-1].append(row)
        else:
            clusters.append([row])
    undated = [row for row in rows if not papers[row].year]
    if undated and clusters:
        clusters[0] += undated
    elif undated:
        clusters.append(undated)
    return clusters


def _years_fit(one: int | None, other: int | None) -> bool:
    return one is None or other is None or abs(one - other) <= YEARS_APART


def _reached(row: int, links: dict[int, list[tuple[int, str]]], seen: set[int]) -> Group:
    """Return all that is linked to a row, each with the reason by which it was reached."""
    found: dict[int, str] = {}
    queue = deque([row])
    seen.add(row)
    while queue:
        for other, reason in links[queue.popleft()]:
            if other not in seen:
                seen.add(other)
                found[other] = reason
                queue.append(other)
    return Group(row, tuple(Duplicate(other, found[other]) for other in sorted(found)))
