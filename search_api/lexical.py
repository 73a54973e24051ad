"""Search by words: from texts to the terms of the lexical index, each with its weight."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from indexer.store.catalogue import read_texts, term_numbers
from indexer.store.lexical_index import K1, LexicalIndex
from indexer.words import terms
from search_api.query.language import Clause

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


def having(db: sqlite3.Connection, words: LexicalIndex, clause: Clause) -> npt.NDArray[np.bool_]:
    """Return which papers have the words of a clause in title or abstract, ``(n,)``.

    Args:
        db: the catalogue.
        words: its lexical index.
        clause: literal ones are matched word by word, case and accents aside; others by the stem.
    """
    mask = np.zeros(words.papers, dtype=np.bool_)
    if clause.literal:
        quoted = '"' + clause.text.replace('"', " ").replace("\0", " ") + '"'
        expression = f"title : {quoted}" if clause.field == "title" else quoted
        found = db.execute("SELECT rowid FROM phrases WHERE phrases MATCH ?", (expression,))
        mask[np.fromiter((row for (row,) in found), dtype=np.int64) - 1] = True
        return mask
    asked = set(terms(clause.text))
    numbers = term_numbers(db, asked)
    if len(numbers) < len(asked):
        return mask
    fields = [clause.field] if clause.field != "any" else ["title", "abstract"]
    mask[:] = bool(asked)
    for number in numbers.values():
        having_it = np.zeros_like(mask)
        having_it[words.rows(number, fields)] = True
        mask &= having_it
    return mask


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
