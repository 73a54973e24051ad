"""What the engine makes of a query before a page is cut out of it: every paper's scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.arrays import Array, Mask, Rows, Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Every paper's scores for a query. Arrays are ``(n,)``, by ascending row id.

    Attributes:
        searched: which papers pass all filters and clauses, and are none to be like or unlike.
        like: row ids of the papers to be like.
        unlike: row ids of those to be unlike.
        direction: the vector ``(dim,)`` of what is asked for, of length 1 (0 where what to be like
            and unlike cancel out); ``None`` where only words are.
        semantic: cosines with it; ``None`` likewise.
        lexical: BM25F scores; ``None`` where only the meaning is asked for.
        matched: which papers have a word that is wanted, all of them where words are only unwanted;
            ``None`` likewise.
        added: what meaning, words and the nearest papers each add to the hybrid score; ``None`` in
            the other modes.
        notes: what the reader should know, such as a query that was cut.
    """

    searched: Mask
    like: Rows
    unlike: Rows
    direction: Vectors | None
    semantic: Array | None
    lexical: Array | None
    matched: Mask | None
    added: tuple[Array, Array, Array] | None
    notes: list[str]

    @property
    def score(self) -> Array:
        """By which the list is ordered, on the scale of the mode; 0 where nothing ranks."""
        if self.added is not None:
            by_meaning, by_words, lift = self.added
            return by_meaning + by_words + lift
        if self.semantic is not None:
            return self.semantic
        return np.zeros(len(self.searched)) if self.lexical is None else self.lexical

    @property
    def listed(self) -> Mask:
        """Which papers are in the list: by words alone, only those that have what is asked for."""
        by_words = self.semantic is None and self.lexical is not None
        return self.with_words if by_words else self.searched.copy()

    @property
    def with_words(self) -> Mask:
        """Which of the papers searched have a word in common with the query; none if not asked."""
        if self.matched is None:
            return np.zeros_like(self.searched)
        return self.searched & self.matched


def rank_among(among: Mask, scores: Array, row: int) -> int | None:
    """Return the rank of a row among others, 1 is best; ``None`` where it is not one of them.

    Of equals the earlier row is first.
    """
    if not among[row]:
        return None
    better = np.count_nonzero(among & (scores > scores[row]))
    equal_before = np.count_nonzero(among[:row] & (scores[:row] == scores[row]))
    return int(better + equal_before) + 1
