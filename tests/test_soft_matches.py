"""How near the words of texts come to those of a question, against loops over all pairs."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.arrays import unit
from search_api.ranking.soft_matches import BLOCK, AskedTokens, ReadTexts, soft_matches

LENGTHS = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 1, 3 * BLOCK, 5 * BLOCK - 1]
DIFFERENT = 9
"""Tokens that there are."""


def drawn(seed: int, asked: int, lengths: list[int]) -> tuple[AskedTokens, ReadTexts]:
    """A question and texts of random tokens."""
    random = np.random.default_rng(seed)
    weights = random.random(asked)
    counts = np.array(lengths, dtype=np.int64)
    return (
        AskedTokens(
            unit(random.standard_normal((asked, 4)).astype(np.float32)), weights / weights.sum()
        ),
        ReadTexts(
            unit(random.standard_normal((DIFFERENT, 4)).astype(np.float32)),
            random.integers(0, DIFFERENT, counts.sum()),
            counts,
        ),
    )


def nearness(asked: AskedTokens, vectors: list[np.ndarray]) -> float:
    """The weighted mean of the highest cosine of each token of the question."""
    return sum(
        float(weight) * max(float(one @ vector) for vector in vectors)
        for one, weight in zip(asked.vectors, asked.weights, strict=True)
    )


@given(
    st.integers(0, 10_000),
    st.integers(1, 5),
    st.lists(st.sampled_from(LENGTHS) | st.integers(0, 3 * BLOCK), max_size=6),
)
def test_nearness_is_that_of_all_pairs(seed, asked, lengths):
    """Anywhere, and within two blocks that follow each other; a text without tokens has 0."""
    question, texts = drawn(seed, asked, lengths)
    found = soft_matches(question, texts)
    assert len(found.anywhere) == len(found.passage) == len(lengths)
    for text, (end, length) in enumerate(zip(accumulate(lengths), lengths, strict=True)):
        vectors = [texts.vectors[place] for place in texts.places[end - length : end]]
        passages = [vectors[at : at + 2 * BLOCK] for at in range(0, length, BLOCK)]
        anywhere = nearness(question, vectors) if vectors else 0
        passage = max((nearness(question, one) for one in passages), default=0)
        assert found.anywhere[text] == pytest.approx(anywhere, abs=1e-5)
        assert found.passage[text] == pytest.approx(passage, abs=1e-5)


def test_a_question_without_tokens_is_near_to_nothing():
    """Texts then have 0, whatever they hold."""
    _, texts = drawn(1, 1, [3, 0, 30])
    found = soft_matches(AskedTokens(np.zeros((0, 4), np.float32), np.zeros(0)), texts)
    assert found.anywhere.tolist() == found.passage.tolist() == [0, 0, 0]


def test_a_text_that_has_the_words_of_a_question_is_as_near_as_can_be():
    """All of them anywhere is 1; in two passages far from each other, neither has all of them."""
    words = np.eye(3, 4, dtype=np.float32)
    asked = AskedTokens(words[:2], np.array([0.75, 0.25]))
    together = [0, 1]
    apart = [0, *[2] * 2 * BLOCK, 1]
    texts = ReadTexts(words, np.array([*together, *apart]), np.array([2, len(apart)]))
    found = soft_matches(asked, texts)
    assert found.anywhere.tolist() == [1, 1]
    assert found.passage.tolist() == [1, 0.75]
