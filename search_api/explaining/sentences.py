"""Where the sentences of an abstract are: by punctuation, but for the usual abbreviations."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Not the end of a sentence, whatever comes next. In doubt two sentences stay together.
_ABBREVIATIONS = frozenset(
    "al approx arxiv ca cf cp dr ed eds esp et etal incl jr mr mrs prof resp sr st viz vs".split()
)
# Before a number only: "in Fig. 2", but "the answer is no. We …".
_NUMBERED = frozenset(
    "alg app appx ch chap col def eq eqn eqns eqs ex fig figs no nos p pp pt ref refs sec sect "
    "secs tab tabs thm vol vols".split()
)
# Possessive, and begun only at the first mark of a row: linear whatever the text.
_MARK = re.compile(
    r"""
    (?<![.!?…]) (?P<end> [.!?…]++ ) [\])}"'”’»]*+ \s++
        (?= [(\[{"'“‘«¿¡]*+ (?P<next> . ) )
    | [。！？]++ [」』”’）]*+       # no space follows in Chinese and Japanese
    | [\r\n]++
    """,
    re.VERBOSE,
)
# What stands before a mark, dots inside included: "al", "e.g", "U.S".
_BEFORE = re.compile(r"[^\s(\[{\"'“‘«,;:/–—]*\Z")
_REACH = 20
"""Characters before a mark that are looked at; no abbreviation is longer."""


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence of a text begins and ends, in characters, the end exclusive.

    Together they hold every character but white space between them. A full stop ends a sentence
    where white space and no small letter follow, unless it is of an abbreviation (``et al.``,
    ``e.g.``, ``Fig. 2``) or an initial (``J. Smith``).
    """
    start = 0
    for mark in _MARK.finditer(text):
        if not _ends(text, mark):
            continue
        yield from _stripped(text, start, mark.end())
        start = mark.end()
    yield from _stripped(text, start, len(text))


def _ends(text: str, mark: re.Match[str]) -> bool:
    """Tell whether a sentence ends at a mark."""
    if mark["end"] is None:
        return True
    if mark["next"].islower():
        return False
    if mark["end"] != ".":
        return True
    before = _BEFORE.search(text[max(0, mark.start() - _REACH) : mark.start()])
    word = before[0] if before else ""
    if word.lower() in _NUMBERED:
        return not mark["next"].isdigit()
    initial = len(word) == 1 and word.isupper()
    dotted = re.fullmatch(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}", word) is not None
    return not (initial or dotted or word.lower() in _ABBREVIATIONS)


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if piece.strip():
        begin = start + len(piece) - len(piece.lstrip())
        yield begin, begin + len(piece.strip())
