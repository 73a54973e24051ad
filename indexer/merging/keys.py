"""Keys of a record: only records that share one are compared.

Each is a way in which two records of one paper still agree where others do not: the identifier; the
whole title; its beginning or its end beside the author (a slip of the pen spoils only one of them);
author, year and page; volume, page and year; the beginning of the abstract.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from indexer.merging.decisions import record_key
from indexer.merging.facts import (
    first_page,
    forms_of,
    main_title,
    text_of,
    venue_words,
    volume_of,
)
from indexer.merging.merge import identifiers_of
from indexer.merging.people import surname_key
from indexer.merging.spelling import first_words, squeezed_title
from indexer.paper import Paper

Key = tuple[str, str]

RECORD = "record"
"""The kind of the key by which people decide about a record."""

TEXTUAL = ("title", "part", "place", "text")
"""The kinds of keys that are no identifiers."""

_PARTS = (12, 20)
"""Letters of the beginning of a title, and of its end: of a short title, and of a long one."""

_LONG = (42, 46)
"""Letters of titles that are long in any case: between, where a slip decides, they are both."""

_OPENING_WORDS = 10


def keys_of(paper: Paper) -> list[Key]:
    """Return the keys of a record, each of a kind: an identifier's, or one of :data:`TEXTUAL`."""
    keys = list(identifiers_of(paper).items())
    author = (
        surname_key(paper.authors[0], paper.extra.get("family_names") or {})
        if paper.authors
        else ""
    )
    for form in forms_of(paper.own_title):
        if not (title := squeezed_title(form)):
            continue
        keys.append(("title", title))
        main = main_title(form)
        if main != form and (shorter := squeezed_title(main)):
            keys.append(("title", shorter))
        for length in _PARTS[len(title) > _LONG[1] : 1 + (len(title) > _LONG[0])]:
            keys.append(("part", f"{author} {title[:length]}"))
            keys.append(("part", f"{title[-length:]} {author}"))
    if page := first_page(str(paper.extra.get("pages") or "")):
        if author:
            keys.append(("place", f"{author} {paper.year} {page[1]}"))
        if volume := volume_of(str(paper.extra.get("volume") or ""), paper.year):
            letter = (venue_words(paper.venue or "") or ("",))[0][:1]
            keys.append(("place", f"{volume} {page[1]} {paper.year} {letter}"))
            if paper.title.startswith("[") or not letter.isascii():  # a journal has two names, too
                keys.append(("place", f"{volume} {page[1]} {paper.year}"))
    if opening := first_words(text_of(paper.abstract[:200]), _OPENING_WORDS):
        keys.append(("text", "".join(opening)))
    return list(dict.fromkeys(keys))


@dataclass(frozen=True, slots=True)
class HashedKeys:
    """The keys of some records, of each a hash and the row that has it: 12 bytes.

    Attributes:
        of: by kind, hashes and rows.
    """

    of: dict[str, tuple[array[int], array[int]]]

    @classmethod
    def of_kinds(cls, kinds: Iterable[str]) -> Self:
        """Return none yet; only keys of these kinds are kept.

        Args:
            kinds: of identifiers, of :data:`TEXTUAL`, and :data:`RECORD`.
        """
        return cls({kind: (array("q"), array("I")) for kind in kinds})

    def add(self, row: int, paper: Paper) -> None:
        """Keep the keys of a record."""
        found = keys_of(paper)
        if RECORD in self.of:
            found.append((RECORD, record_key(paper)))
        for kind, key in found:
            if kept := self.of.get(kind):
                hashes, rows = kept
                hashes.append(key_hash(key))
                rows.append(row)

    def extend(self, others: HashedKeys, first: int) -> None:
        """Keep the keys of more records.

        Args:
            others: of the same kinds, with rows that count from 0.
            first: the row of the first of them here.
        """
        for kind, (hashes, rows) in others.of.items():
            self.of[kind][0].extend(hashes)
            counted = np.asarray(rows, dtype=np.uint32) + np.uint32(first)
            self.of[kind][1].frombytes(counted.tobytes())


def key_hash(key: str) -> int:
    """Return 64 bits of BLAKE2b of a key, as a signed number: the same in every process."""
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
