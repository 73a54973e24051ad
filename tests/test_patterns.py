"""Patterns that are compiled when they are first used."""

import re

import pytest

from indexer.letters import ASCII_WORD, WORD
from indexer.patterns import lazily


def test_a_lazy_pattern_does_what_the_pattern_does():
    """By all of its methods; it is compiled once, and not before."""
    made: list[str] = []

    def pattern() -> str:
        made.append("made")
        return "(a)b+"

    lazy, eager = lazily(pattern, re.IGNORECASE), re.compile("(a)b+", re.IGNORECASE)
    assert made == []
    for text in ("xABBaby", "", "ba"):
        assert lazy.findall(text) == eager.findall(text)
        assert lazy.sub(r"<\1>", text) == eager.sub(r"<\1>", text)
        assert [m.span() for m in lazy.finditer(text, 1)] == [
            m.span() for m in eager.finditer(text, 1)
        ]
    assert (lazy.pattern, lazy.flags) == (eager.pattern, eager.flags)
    assert made == ["made"]


def test_a_wrong_pattern_is_an_error_when_it_is_used():
    """The one that compiling it raises."""
    with pytest.raises(re.error, match="unterminated"):
        lazily("(a").search("a")


@pytest.mark.parametrize("text", ["Graph neural-networks (GNNs), 2nd_try: x²!", "a", " ", "A1b2 C"])
def test_words_in_ascii_are_found_alike_by_both_patterns(text):
    """What is quick stands for what is not."""
    text = text.encode("ascii", "replace").decode()
    assert ASCII_WORD.findall(text) == WORD.findall(text)
