"""The terms of a text that may name a topic: words, and such as follow each other.

They are stems without stop words. Punctuation parts them, and so does a stop word, but for one that
begins a compound (few-shot).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, islice, pairwise
from typing import Self

from indexer.letters import folded
from indexer.words import STOP_WORDS, located, stem

Term = tuple[str, ...]
"""One stem, or two."""

_BETWEEN = re.compile(r"[\s\-\u2010-\u2015]+")
"""What may stand between the two words of a term."""

_ASCII_WORD = re.compile(r"([A-Za-z0-9]+)")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text in runs, with nothing between those of a run that parts two terms.

    They lie in one list, as a list for each run would be half a million for a map.

    Attributes:
        words: what each is looked up by; before each run stands ``""``.
        starts: of each, where it begins.
        ends: of each, where it ends.
        tied: the places of stop words that begin a run, and are no terms by themselves.
    """

    words: list[str]
    starts: array[int]
    ends: array[int]
    tied: list[int]

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the words of any text."""
        words: list[str] = []
        starts, ends, tied = array("I"), array("I"), []
        goes_on, end = False, 0
        for word, term, start in _words(text):
            goes_on = goes_on and _may_be_between(text[end:start])
            end = start + len(word)
            tells = _tells(word)
            if not tells and (goes_on or not _is_tied(text, start, end)):
                goes_on = False
                continue
            if not goes_on:
                words.append("")
                starts.append(start)
                ends.append(start)
                if not tells:
                    tied.append(len(words))
            words.append(term)
            starts.append(start)
            ends.append(end)
            goes_on = True
        return cls(words, starts, ends, tied)

    def __len__(self) -> int:
        """Return the number of its terms of one word or two."""
        runs = self.words.count("")
        return 2 * (len(self.words) - runs) - runs - len(self.tied)

    def runs(self) -> Iterator[tuple[int, int]]:
        """Yield where each run begins and ends."""
        bounds = [place for place, word in enumerate(self.words) if not word]
        for before, end in pairwise([*bounds, len(self.words)]):
            yield before + 1, end

    def alone(self) -> list[str]:
        """Return the words that are terms by themselves, and what parts runs."""
        alone = self.words.copy()
        for place in reversed(self.tied):
            del alone[place]
        return alone

    def terms(self, run: tuple[int, int], longest: int) -> Iterator[tuple[Term, int, int]]:
        """Yield the terms of a run as they end in it, with their beginning and end."""
        first, end = run
        for after in range(first + 1, end + 1):
            for begin in range(after - 1, max(after - longest, first) - 1, -1):
                if begin < after - 1 or begin not in self.tied:
                    term = tuple(self.words[begin:after])
                    yield term, self.starts[begin], self.ends[after - 1]


def terms_in(text: str, longest: int = 2) -> Iterator[tuple[Term, int, int]]:
    """Yield the terms of a text as they end in it, with their beginning and end.

    Args:
        text: any.
        longest: of how many words a term may be.
    """
    words = Words.of(text)
    return (found for run in words.runs() for found in words.terms(run, longest))


def _words(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield what :func:`indexer.words.located` does: each word, its term, and where it begins."""
    if not text.isascii():
        for word in located(text):
            yield text[word.start : word.end], word.term, word.start
        return
    parts = _ASCII_WORD.split(text)  # what is between, a word, what is between, …
    starts = accumulate(map(len, parts))
    yield from zip(parts[1::2], map(stem, parts[1::2]), islice(starts, 0, None, 2), strict=False)


@lru_cache(maxsize=1 << 12)
def _may_be_between(gap: str) -> bool:
    return _BETWEEN.fullmatch(gap) is not None


@lru_cache(maxsize=1 << 16)
def _tells(word: str) -> bool:
    return len(word) > 1 and not word.isdigit() and folded(word) not in STOP_WORDS


def _is_tied(text: str, start: int, end: int) -> bool:
    """Tell whether a stop word begins a compound, as in few-shot and off-policy."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return after == "-" and before != "-" and end - start > 1
