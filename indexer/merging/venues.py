"""Are two journals one? By their ISSN, and by names that databases abbreviate."""

from __future__ import annotations

from indexer.merging.facts import Facts


def is_venue(one: Facts, other: Facts) -> bool:
    """Tell whether two venues are one: the same ISSN, words, abbreviated words, or initials."""
    if one.issn and not one.issn.isdisjoint(other.issn):
        return True
    short, long = sorted((one.venue, other.venue), key=lambda v: sum(map(len, v)))
    if _abbreviates(short, long):
        return True
    initials = "".join(word[0] for word in long)
    return len(short[0]) > 2 and initials.startswith(short[0])


def _abbreviates(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Tell whether the words of one name are beginnings of words of the other, in their order."""
    words = iter(long)
    found = all(any(_begins(word, whole) for whole in words) for word in short)
    return found and _begins(short[0], long[0])


def _begins(word: str, whole: str) -> bool:
    """Tell whether a word is cut from another, at its end or within: *natl* from *national*."""
    if whole.startswith(word) or word.startswith(whole):
        return True
    letters = iter(whole)
    return word[0] == whole[0] and all(letter in letters for letter in word)
