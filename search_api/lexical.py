"""Search by words: from texts to the terms of the lexical index, each with its weight."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable

from indexer.catalogue import term_numbers
from indexer.words import terms


def weigh(db: sqlite3.Connection, texts: Iterable[tuple[float, str]]) -> dict[int, float]:
    """Return the weight of each term that any paper has, by number.

    A term counts as often as it occurs: what is asked at length says its subject again and again.

    Args:
        db: a catalogue.
        texts: free texts, each with its weight; nothing in them is query syntax.
    """
    asked: dict[str, float] = defaultdict(float)
    for weight, text in texts:
        for term in terms(text):
            asked[term] += weight
    return {number: asked[term] for term, number in term_numbers(db, asked).items()}
