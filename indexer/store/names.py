"""What a paper is known by beside its id, see :mod:`indexer.cleaning.naming`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from indexer.cleaning.identity import TELLING_WORDS, akin_ids, normalised_title
from indexer.cleaning.naming import IDENTIFIERS, key_name, title_name
from indexer.merging.merge import identifiers_of
from indexer.paper import Paper
from indexer.store.entry import Merged


def names_of(paper: Paper, records: Sequence[Merged] = ()) -> list[str]:
    """Return what a paper is known by beside its id, each name once.

    Those are all of its identifiers, the ids that its records have by themselves, those that it
    would have if it had no identifiers (an id is one of these until somebody adds a DOI), its
    citation keys, and its title.

    Args:
        paper: any.
        records: those that it is made of, none where it was one.
    """
    names = [
        *(f"{kind}:{value}" for kind, value in _identifiers(paper)),
        *(record.record for record in records),
        *_without_identifiers(paper, records),
        *map(key_name, paper.citation_keys),
        title_name(paper.own_title),
    ]
    return [name for name in dict.fromkeys(names) if name and name != paper.id]


def same_hash(one: Paper, other: Paper) -> bool:
    """Tell whether two papers would have one id if they had no identifiers."""
    ids = [next(akin_ids(paper.title, paper.authors, None)) for paper in (one, other)]
    return ids[0] == ids[1]


def is_telling(title: str) -> bool:
    """Tell whether a title is long enough to be that of one work alone."""
    return len(normalised_title(title).split()) >= TELLING_WORDS


def _identifiers(paper: Paper) -> Iterator[tuple[str, str]]:
    yield from identifiers_of(paper).items()
    also = paper.extra.get("also")
    if isinstance(also, dict):
        for kind, values in also.items():
            if kind in IDENTIFIERS:
                yield from ((kind, one) for one in _texts(values))


def _without_identifiers(paper: Paper, records: Sequence[Merged]) -> Iterator[str]:
    """Yield the ids of a paper that had no identifiers; a short title makes none, as many have it.

    With the year and without: that is how papers of one title are told apart.
    """
    for title in dict.fromkeys([paper.title, *(record.head for record in records)]):
        if is_telling(title):
            yield from islice(akin_ids(title, paper.authors, paper.year), 2)


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(one) for one in values if isinstance(one, str | int)]
