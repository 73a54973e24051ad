"""Search by words: from texts to the terms of the lexical index, each with its weight."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable

from indexer.store.catalogue import read_texts, term_numbers
from indexer.store.lexical_index import K1, LexicalIndex
from indexer.words import terms

MOST_TERMS = 200
"""Of papers to be like, that are looked for."""

Weights = dict[int, float]
"""Of terms, by number."""


def weigh(db: sqlite3.Connection, texts: Iterable[tuple[float, str]]) -> Weights:
    """Return the weight of each term that any paper has, by number.

    A term counts with the square root of how often it occurs: what is asked at length says its
    subject again and again, but one word is not to drown the others.

    Args:
        db: a catalogue.
        texts: free texts, each with its weight; nothing in them is query syntax.
    """
    asked: dict[str, float] = defaultdict(float)
    for weight, text in texts:
        for term, count in Counter(terms(text)).items():
            asked[term] += weight * math.sqrt(count)
    return {number: asked[term] for term, number in term_numbers(db, asked).items()}


def weigh_papers(db: sqlite3.Connection, words: LexicalIndex, rows: Iterable[int]) -> Weights:
    """Return the weight of the terms that tell most of some papers, by number.

    Each paper's terms count with their dampened frequency, ``tf · (k1 + 1) / (tf + k1)``, on
    average over the papers; those with the highest product of that and their idf are taken.

    Args:
        db: the catalogue.
        words: its lexical index.
        rows: row ids of the papers.
    """
    texts = read_texts(db, rows)
    asked: dict[str, float] = defaultdict(float)
    for text in texts:
        for term, count in Counter(terms(text)).items():
            asked[term] += count * (K1 + 1) / (count + K1) / len(texts)
    weights = {number: asked[term] for term, number in term_numbers(db, asked).items()}
    telling = sorted(weights, key=lambda number: (-weights[number] * words.idf(number), number))
    return {number: weights[number] for number in telling[:MOST_TERMS]}
