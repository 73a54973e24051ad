"""Which records are of one paper?

Keys are collected as records stream by, and compared once all are there. What is certain of two
records makes them one paper, the most certain first, unless any two of what would become one
contradict each other: so no paper is made of parts of two, a chain of records (preprint with an
arXiv id, the same with a DOI, the DOI alone) becomes one, and the order of the records changes
nothing.
"""

from __future__ import annotations

import itertools
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from indexer.merging import keys
from indexer.merging.candidates import Candidates, clusters
from indexer.merging.comparing import compare, worth
from indexer.merging.decisions import Decisions
from indexer.merging.evidence import NAMES, UNLIKE, Comparison, Identifier
from indexer.merging.facts import Facts
from indexer.merging.linking import Link, compared
from indexer.merging.possible import Possible, Shared
from indexer.paper import Paper
from indexer.progress import Reporter, Silent

RULES = (*NAMES, "title")
"""What can make two records one paper; each can be turned off."""

DECIDED = "said to be the same"

_FACTS_KEPT = 1024

_HOPELESS = 2 * UNLIKE
"""What all else than identifiers weighs of pairs that are not compared again without them."""

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
        self._rules = frozenset(rules)
        self._ignored = frozenset(NAMES) - self._rules
        self._decisions = decisions or Decisions()
        textual = keys.TEXTUAL if "title" in self._rules else ()
        kinds = [kind for kind in NAMES if kind in self._rules]
        decided = [keys.RECORD] if decisions else []
        self._keys = keys.HashedKeys.of_kinds([*kinds, *textual, *decided])
        self._candidates = Candidates(self._keys)
        self._possible: list[Possible] = []
        self._shared: list[Shared] = []

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of keys that it collects."""
        return tuple(self._keys.of)

    def add(self, row: int, paper: Paper) -> None:
        """Collect the keys of a record."""
        self._keys.add(row, paper)

    def extend(self, others: keys.HashedKeys, first: int) -> None:
        """Collect keys that others found, see :meth:`indexer.merging.keys.HashedKeys.extend`."""
        self._keys.extend(others, first)

    def lacking(self) -> set[str]:
        """Return the keys of records that were decided about and are not here."""
        return {
            key for key in self._decisions.keys if not len(self._candidates.rows(keys.RECORD, key))
        }

    def groups(self, read: ReadRow, reporter: Reporter | None = None) -> Iterator[Group]:
        """Yield the groups of more than one record, by their first row.

        Args:
            read: returns the paper of a row; asked only for those that share a key.
            reporter: told of the pairs that are compared.
        """

        @lru_cache(maxsize=_FACTS_KEPT)
        def facts(row: int) -> Facts:
            return Facts(read(row))

        links, many = self._links(facts, read, reporter or Silent())
        papers = _Papers(facts, self._compared, many, self._decisions)
        for link in links:
            if link.certain:
                papers.join(link)
        self._possible = _likely(links, papers)
        self._shared = list(self._apart(papers, facts))
        linked: dict[int, dict[int, Link]] = defaultdict(dict)
        for link in links:
            if link.certain and papers.of(link.row) == papers.of(link.other):
                linked[link.row][link.other] = linked[link.other][link.row] = link
        seen: set[int] = set()
        for row in sorted(linked):
            if row not in seen:
                duplicates = [
                    Duplicate(other, self._reason(linked[before][other]))
                    for before, other in _reached(row, linked, seen)
                ]
                yield Group(row, tuple(sorted(duplicates, key=lambda found: found.row)))

    def possible(self) -> list[Possible]:
        """Return the pairs that are likely one paper, once :meth:`groups` has begun.

        Rows are those of records; both of a pair may be within groups, never the same one.
        """
        return self._possible

    def shared(self) -> list[Shared]:
        """Return the identifiers of several papers, once :meth:`groups` has begun."""
        return self._shared

    def _compared(self, one: Facts, other: Facts, many: Collection[Identifier]) -> Comparison:
        return compare(one, other, ignored=self._ignored, many=many)

    def _links(
        self, facts: Callable[[int], Facts], read: ReadRow, reporter: Reporter
    ) -> tuple[list[Link], set[Identifier]]:
        """Return what may be one paper, and identifiers that prove nothing.

        What hangs together stands together, and there the most certain first.
        """
        many: set[Identifier] = set()
        found: list[Link] = []
        again: list[tuple[int, int, Comparison]] = []
        pairs = self._candidates.pairs(facts).tolist()
        reporter.phase("merging", len(pairs) or None)
        for lot in compared(pairs, read, self._ignored):
            for row, other, one in lot.shared:
                if one.apart or one.score - worth(one.shared) <= UNLIKE:
                    many.update(one.shared)
                again.append((row, other, one))
            if "title" in self._rules:
                found += lot.likely
            reporter.advance(lot.pairs)
        for row, other, before in again:  # by now it is known which identifiers prove nothing
            if many.issuperset(before.shared) and before.score - worth(before.shared) < _HOPELESS:
                continue
            one = self._compared(facts(row), facts(other), many)
            if one.likely and (one.shared or "title" in self._rules):
                found.append(Link.of(one, row, other, facts))
        found += self._decided(facts)
        of = clusters((link.row, link.other) for link in found)
        return sorted(found, key=lambda link: (of[link.row], link.order)), many

    def _decided(self, facts: Callable[[int], Facts]) -> Iterator[Link]:
        for pair in sorted(self._decisions.one):
            rows = sorted({row for key in pair for row in self._candidates.rows(keys.RECORD, key)})
            rows = [row for row in rows if facts(row).key in pair]
            if {facts(row).key for row in rows} == set(pair):
                for other in rows[1:]:
                    yield Link(None, pair, rows[0], other)

    def _reason(self, link: Link) -> str:
        if link.compared is None or self._decisions.same(*link.keys):
            return DECIDED
        return link.compared.reason

    def _apart(self, papers: _Papers, facts: Callable[[int], Facts]) -> Iterator[Shared]:
        """Yield the identifiers that records of several papers state."""
        for kind in NAMES:
            for rows in self._candidates.blocks(kind):
                if len({papers.of(row) for row in rows}) == 1:
                    continue
                by_value: dict[str, dict[int, int]] = defaultdict(dict)
                for row in rows:
                    value = facts(row).identifiers.get(kind, "")
                    by_value[value].setdefault(papers.of(row), papers.first(row))
                for value, firsts in sorted(by_value.items()):
                    if value and len(firsts) > 1:
                        yield Shared(kind, value, tuple(sorted(firsts.values())))


class _Papers:
    """Records joined to papers, as long as no two of one paper contradict each other."""

    def __init__(
        self,
        facts: Callable[[int], Facts],
        compared: Callable[[Facts, Facts, Collection[Identifier]], Comparison],
        many: Collection[Identifier],
        decisions: Decisions,
    ) -> None:
        self._facts, self._compared, self._many = facts, compared, many
        self._decisions = decisions
        self._of: dict[int, int] = {}
        self._rows: dict[int, list[int]] = {}
        # Rows whose facts differ: of those that state the same one stands for all.
        self._different: dict[int, list[int]] = {}

    def of(self, row: int) -> int:
        """Return the number of the paper of a row: one of its rows."""
        return self._of.get(row, row)

    def first(self, row: int) -> int:
        """Return the first row of the paper of a row."""
        return min(self._rows.get(self.of(row), [row]))

    def agree(self, row: int, other: int, *, likely: bool = False) -> bool:
        """Tell whether no record of the one paper contradicts one of the other.

        Args:
            row: of the one paper.
            other: of the other.
            likely: whether only what is impossible counts, as it is for a person to decide.
        """
        ours, theirs = (map(self._facts, self._stating(self.of(one))) for one in (row, other))
        return not any(
            self._contradict(one, two, likely) for one, two in itertools.product(ours, theirs)
        )

    def join(self, link: Link) -> None:
        """Make one paper of those of two records, where they agree, or a person said so."""
        small, large = sorted(
            (self.of(link.row), self.of(link.other)),
            key=lambda paper: len(self._rows.get(paper, ())),
        )
        if small == large or not self._may_join(link):
            return
        different = self._stating(large)
        facts = [self._facts(row) for row in different]
        different += [row for row in self._stating(small) if self._facts(row) not in facts]
        rows = self._rows.pop(small, [small])
        self._rows.setdefault(large, [large]).extend(rows)
        self._different.pop(small, None)
        self._different[large] = different
        for one in rows:
            self._of[one] = large

    def _may_join(self, link: Link) -> bool:
        if link.compared is None:
            return True
        if self._decisions or self.of(link.row) in self._rows or self.of(link.other) in self._rows:
            return self.agree(link.row, link.other)
        return not link.compared.contradicting  # neither is joined to others yet

    def _stating(self, paper: int) -> list[int]:
        return self._different.get(paper) or [paper]

    def _contradict(self, one: Facts, other: Facts, likely: bool) -> bool:
        if self._decisions:
            if self._decisions.apart(one.key, other.key):
                return True
            if self._decisions.same(one.key, other.key):
                return False
        compared = self._compared(one, other, self._many)
        return compared.impossible if likely else compared.contradicting


def _likely(links: list[Link], papers: _Papers) -> list[Possible]:
    """Return the best pair of each two papers that are likely one, the likeliest first."""
    found: list[tuple[Link, Possible]] = []
    seen: set[tuple[int, int]] = set()
    for link in links:
        one, other = sorted((papers.of(link.row), papers.of(link.other)))
        if one == other or (one, other) in seen or not link.compared:
            continue
        seen.add((one, other))
        if papers.agree(link.row, link.other, likely=True):
            compared = link.compared
            possible = Possible(link.row, link.other, compared.likelihood, compared.words)
            found.append((link, possible))
    return [possible for _, possible in sorted(found, key=lambda pair: pair[0].order)]


def _reached(
    row: int, linked: dict[int, dict[int, Link]], seen: set[int]
) -> Iterator[tuple[int, int]]:
    """Yield all that is linked to a row, each with the row by which it was reached."""
    queue = deque([row])
    seen.add(row)
    while queue:
        before = queue.popleft()
        for other in linked[before]:
            if other not in seen:
                seen.add(other)
                yield before, other
                queue.append(other)
