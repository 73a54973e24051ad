"""What a person has decided of two records: that they are of one paper, or of two.

A record is named by a key of what it states itself, so that a decision outlives a rebuild, another
order of the records, and another export of the same library.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from indexer.cleaning.identity import normalised_title, surname
from indexer.merging.merge import identifiers_of
from indexer.paper import Paper

_PLACE = ("volume", "issue", "pages")

Pair = tuple[str, str]

RECORD_KEY = re.compile(r"[0-9a-f]{16}")
"""What :func:`record_key` returns."""


def record_key(paper: Paper) -> str:
    """Return 16 hexadecimal digits that name a record by what it states.

    They are BLAKE2b over title and first surname, normalised, year, venue, volume, issue, pages
    and identifiers; neither the abstract nor the file counts, nor the order of the identifiers.
    """
    parts = [
        normalised_title(paper.title),
        surname(paper.authors[0]) if paper.authors else "",
        str(paper.year or ""),
        normalised_title(paper.venue or ""),
        *(str(paper.extra.get(name) or "") for name in _PLACE),
        *(f"{kind}:{value}" for kind, value in sorted(identifiers_of(paper).items())),
    ]
    text = "\n".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Decisions:
    """Pairs of records by their keys, each pair ascending; see :meth:`of`.

    Attributes:
        one: pairs that are one paper, whatever they state.
        two: pairs that are two papers, whatever they state.
    """

    one: frozenset[Pair] = field(default_factory=frozenset)
    two: frozenset[Pair] = field(default_factory=frozenset)

    @classmethod
    def of(cls, same: Iterable[Pair] = (), apart: Iterable[Pair] = ()) -> Decisions:
        """Return decisions from pairs of keys in any order."""
        return cls(frozenset(map(_pair, same)), frozenset(map(_pair, apart)))

    def __bool__(self) -> bool:
        """Tell whether anything was decided."""
        return bool(self.one or self.two)

    def same(self, one: str, other: str) -> bool:
        """Tell whether two records were said to be of one paper."""
        return _pair((one, other)) in self.one

    def apart(self, one: str, other: str) -> bool:
        """Tell whether two records were said to be of two papers."""
        return _pair((one, other)) in self.two

    @property
    def keys(self) -> frozenset[str]:
        """Return the keys of all records that were decided about."""
        return frozenset(key for pair in self.one | self.two for key in pair)


def _pair(pair: Pair) -> Pair:
    one, other = sorted(pair)
    return one, other
