"""Search by words: BM25 by SQLite's FTS5, with English stemming and stop words."""

from __future__ import annotations

import re
import sqlite3
import unicodedata

import numpy as np
import numpy.typing as npt

_FUNCTION_WORDS = """
a about above after again against all also am an and any are as at be because been before
being below between both but by can could did do does doing down during each few for from further
had has have having he her here hers him his how i if in into is it its itself just may me might
more most must my no nor not now of off on once only or other our out over own same shall she
should so some such than that the their them then there these they this those through to too
under until up upon us very via was we were what when where whether which while who whom whose
why will with within without would you your
"""
STOP_WORDS = frozenset(_FUNCTION_WORDS.split())
"""English words that tell nothing of a subject; a query made only of them is searched as it is."""

NO_EVIDENCE = 1e-3
"""BM25 scores up to this come from words that more than half of all papers have, whose weight FTS5
sets to 1e-6: a hybrid score that brought their spread to 1 would make much of nothing."""

# As FTS5's unicode61 splits: letters and digits, with the marks that combine with them.
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")


def words(text: str) -> list[str]:
    """Return the distinct words to search for, in order, stop words left out."""
    found = [word.lower() for word in _WORD.findall(unicodedata.normalize("NFC", text))]
    telling = [word for word in found if word not in STOP_WORDS]
    return list(dict.fromkeys(telling or found))


def bm25(db: sqlite3.Connection, text: str, papers: int) -> npt.NDArray[np.float64]:
    """Return the BM25 score of every paper for any of the words, by ascending row id.

    Args:
        db: a catalogue.
        text: free text; nothing in it is query syntax.
        papers: how many there are.

    Returns:
        Scores ``(papers,)``, positive where a word matches, 0 elsewhere. As in FTS5: k1 = 1.2,
        b = 0.75, and a word of more than half of all papers weighs next to nothing.
    """
    scores = np.zeros(papers, dtype=np.float64)
    asked = words(text)
    if asked:
        # Quoted, or FTS5 takes `multi-agent` for a column. bm25() is negative, less is better.
        expression = " OR ".join(f'"{word}"' for word in asked)
        rows = db.execute(
            "SELECT rowid, -bm25(lexical) FROM lexical WHERE lexical MATCH ?", (expression,)
        ).fetchall()
        if rows:
            table = np.array(rows, dtype=np.float64)
            scores[table[:, 0].astype(np.int64) - 1] = table[:, 1]
    return scores
