"""What may have been meant by a word that no paper has: one of theirs that is near to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from indexer.letters import UNSPACED, folded
from indexer.words import STOP_WORDS, TERMS_OF_WRITING, stem

MOST_WORDS = 100_000
"""The most frequent of them are looked through, which takes some milliseconds."""

_SHORTEST, _LONG = 5, 11
"""Letters of a word that one may be misspelt in, and two. Near shorter ones others always are."""

_LONGEST = 40

_ONE_IN = 2000
"""Of so many papers one has a word, or it may be a slip itself, or a name that nobody means."""


def may_be_misspelt(word: str) -> bool:
    """Tell whether a word is looked for at all: one of letters, neither short nor with capitals.

    Nor a word of any text or any abstract: it is right, though no paper here has it.
    """
    return (
        _SHORTEST <= len(word) <= _LONGEST
        and word.isalpha()
        and (word.islower() or word[1:].islower())
        and not UNSPACED.search(word)  # a phrase, or a whole sentence
        and folded(word) not in STOP_WORDS
        and stem(word) not in TERMS_OF_WRITING
    )


class Spelling:
    """The words of a corpus, as they are written.

    Args:
        words: case and accents aside, each with the number of papers that have it.
        papers: how many there are.
    """

    def __init__(self, words: Iterable[tuple[str, int]], papers: int) -> None:
        least = papers / _ONE_IN
        self._papers = {word: n for word, n in words if n >= least and word.isalpha()}
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._papers:
            self._by_length[len(word)].append(word)

    def nearest(self, word: str) -> str | None:
        """Return the word that is nearest, ``None`` where none is near.

        By the fewest letters that are missing, too many, wrong, or swapped with the next (optimal
        string alignment), the first of which nobody gets wrong; of equals the most frequent.
        """
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        most = 2 if len(word) >= _LONG else 1
        found = [
            (int(distance), -self._papers[near], near)
            for length in range(len(word) - most, len(word) + most + 1)
            for near, distance, _ in process.extract(
                word,
                self._by_length.get(length, ()),
                scorer=OSA.distance,
                score_cutoff=most,
                limit=None,
            )
            if near[0] == word[0] and not word.startswith(near)  # salty is no slip of salt
        ]
        return min(found)[-1] if found else None
