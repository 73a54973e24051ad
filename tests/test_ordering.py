"""One place for one work, and variety."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.paper import Paper
from search_api.ranking.ordering import collapse, diversify, same_work, words_of

LONG = "We show that graph networks learn from few labelled nodes in most of the cases."
TITLE = "Graph networks learn from nodes"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((TITLE, LONG), (TITLE.upper() + ".", "Another text altogether"), True),
        ((TITLE, LONG), ("Another name for it", LONG.replace("most", "many")), True),
        ((TITLE, LONG), ("Images and clouds in the sky", "Something else is said here."), False),
        (("Editorial", ""), ("Editorial", ""), False),
        (("Editorial", LONG), ("Editorial", LONG), True),
        ((TITLE, ""), (TITLE, LONG), True),
        ((TITLE, ""), ("Graph networks learn from images", ""), False),
    ],
)
def test_records_of_one_work_share_title_or_abstract(one, other, same):
    """Almost all words of a telling title or of the abstract are the same."""
    assert same_work(words_of(Paper("a", *one)), words_of(Paper("b", *other))) is same
    assert same_work(words_of(Paper("b", *other)), words_of(Paper("a", *one))) is same


def test_one_work_has_one_place():
    """Later records of a work go to its first; records of what the list is about go at all."""
    papers = [Paper(str(i), f"Graph networks learn from number {i}") for i in range(6)]
    papers[3] = Paper("3", papers[1].title)
    papers[5] = Paper("5", papers[0].title)
    vectors = np.eye(6, dtype=np.float32)
    vectors[3], vectors[5] = vectors[1], vectors[0]
    vectors[4] = vectors[2]  # near, but not the same
    about, rows = np.array([0]), np.array([1, 2, 3, 4, 5])
    kept, same = collapse(rows, vectors, lambda some: [papers[row] for row in some], about)
    assert kept.tolist() == [1, 2, 4]
    assert same == {1: [3], 0: [5]}


def unit(seed, papers):
    vectors = np.random.default_rng(seed).standard_normal((papers, 4))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@given(st.integers(1, 12), st.integers(0, 999), st.floats(0, 1))
def test_variety_is_that_of_the_formula(papers, seed, diversity):
    """The next is always the best of those left, score against nearness, in plain Python."""
    vectors, rows = unit(seed, papers), np.arange(papers) + 7
    scores = np.sort(np.random.default_rng(seed).standard_normal(papers))[::-1]
    ordered = (diversify(rows, scores, vectors, diversity) - 7).tolist()
    spread = scores[0] - scores[-1] or 1.0
    if diversity == 0:
        assert ordered == list(range(papers))
    for place, chosen in enumerate(ordered):

        def gain(i, before=tuple(ordered[:place])):
            nearest = max((float(vectors[i] @ vectors[j]) for j in before), default=0.0)
            return (1 - diversity) * (scores[i] - scores[-1]) / spread - diversity * max(nearest, 0)

        left = [i for i in range(papers) if i not in ordered[:place]]
        assert gain(chosen) >= max(map(gain, left)) - 1e-6
    assert sorted(ordered) == list(range(papers))


def test_a_second_paper_that_says_the_same_comes_later():
    """With some diversity another subject goes before a near copy of the first."""
    vectors = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    order = diversify(np.arange(3), np.array([1.0, 0.9, 0.5]), vectors, 0.5)
    assert order.tolist() == [0, 2, 1]
