"""Which papers a query selects."""

from __future__ import annotations

import sqlite3
from functools import reduce

import numpy as np

from indexer.arrays import Mask
from indexer.cleaning.text import clean
from indexer.store.catalogue import read_named, rows_with_phrase, term_numbers
from indexer.store.lexical_index import LexicalIndex
from indexer.words import terms
from search_api.query.filters import Filters
from search_api.query.formula import All, Clause, Formula, Named, Not, Some
from search_api.store.columns import Columns


class Meets:
    """Tells which papers meet a formula.

    Args:
        db: the catalogue.
        words: its lexical index.
        columns: of the papers.
    """

    def __init__(self, db: sqlite3.Connection, words: LexicalIndex, columns: Columns) -> None:
        self._db = db
        self._words = words
        self._columns = columns

    def mask(self, formula: Formula) -> Mask:
        """Return which papers meet it ``(n,)``; the mask is not to be changed."""
        match formula:
            case Filters():
                return self._columns.mask(formula)
            case Clause():
                return having(self._db, self._words, formula)
            case Named(names):
                mask = np.zeros(self._words.papers, dtype=np.bool_)
                found = read_named(self._db, names).values()
                mask[[row - 1 for rows in found for row in rows]] = True
                return mask
            case Not(part):
                return ~self.mask(part)
            case All(parts):
                return reduce(np.logical_and, map(self.mask, parts))
            case Some(parts):
                return reduce(np.logical_or, map(self.mask, parts))


def having(db: sqlite3.Connection, words: LexicalIndex, clause: Clause) -> Mask:
    """Return which papers have the words of a clause in title, abstract or keywords, ``(n,)``.

    Args:
        db: the catalogue.
        words: its lexical index.
        clause: literal ones are matched word by word, folded, the last one of a
            prefix by its beginning; others by the stem.
    """
    mask = np.zeros(words.papers, dtype=np.bool_)
    text = clean(clause.text) or clause.text  # as those of papers were
    if clause.literal:
        column = "title" if clause.field == "title" else ""
        found = rows_with_phrase(db, text, column, begins=clause.prefix)
        mask[np.fromiter(found, dtype=np.int64) - 1] = True
        return mask
    asked = set(terms(text))
    numbers = term_numbers(db, asked)
    if len(numbers) < len(asked):
        return mask
    fields = [clause.field] if clause.field != "any" else ["title", "abstract", "keywords"]
    mask[:] = bool(asked)
    for number in numbers.values():
        having_it = np.zeros_like(mask)
        having_it[words.rows(number, fields)] = True
        mask &= having_it
    return mask
