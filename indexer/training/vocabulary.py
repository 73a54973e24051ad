"""Which words deserve a token of their own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from tokenizers import Tokenizer

_WORD = re.compile(r"[a-z]+[0-9]?")
_LENGTHS = range(4, 31)
LEAST = 4
"""Texts that a word must be in."""


def frequent_words(texts: Iterable[str], tokenizer: Tokenizer, most: int) -> list[str]:
    """Return the words in most texts that the tokenizer would cut into pieces, most frequent first.

    Args:
        texts: of the kind to be embedded, and of the kinds that it should do well on, too.
        tokenizer: normalises them, and knows some words already.
        most: how many to return.
    """
    known, normalise = tokenizer.get_vocab(), tokenizer.normalizer
    found: Counter[str] = Counter()
    for text in texts:
        plain = normalise.normalize_str(text) if normalise else text
        found.update(set(_WORD.findall(plain)))
    wanted = (
        (-count, word)
        for word, count in found.items()
        if count >= LEAST and len(word) in _LENGTHS and word not in known
    )
    return [word for _, word in sorted(wanted)[:most]]
