"""Which papers a query selects."""

from __future__ import annotations

import sqlite3

import numpy as np
import numpy.typing as npt

from indexer.cleaning.text import clean
from indexer.store.catalogue import rows_with_phrase, term_numbers
from indexer.store.lexical_index import LexicalIndex
from indexer.words import terms
from search_api.query.language import Clause


def having(db: sqlite3.Connection, words: LexicalIndex, clause: Clause) -> npt.NDArray[np.bool_]:
    """Return which papers have the words of a clause in title or abstract, ``(n,)``.

    Args:
        db: the catalogue.
        words: its lexical index.
        clause: literal ones are matched word by word, folded; others by the stem.
    """
    mask = np.zeros(words.papers, dtype=np.bool_)
    text = clean(clause.text) or clause.text  # as those of papers were
    if clause.literal:
        found = rows_with_phrase(db, text, "title" if clause.field == "title" else "")
        mask[np.fromiter(found, dtype=np.int64) - 1] = True
        return mask
    asked = set(terms(text))
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
