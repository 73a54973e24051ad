"""The hybrid score against the formula, computed by the standard library."""

from statistics import fmean, pstdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.arrays import best
from search_api.ranking.fusion import lifts, z_scores
from search_api.ranking.signals import LEXICAL, SEMANTIC
from tests import oracles

voices = st.lists(st.integers(-1000, 1000), min_size=2, max_size=30).filter(
    lambda scores: len(set(scores)) > 1
)
pairs = st.lists(
    st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)), min_size=2, max_size=30
).filter(lambda scores: all(len(set(voice)) > 1 for voice in zip(*scores, strict=True)))


def array(scores):
    return np.array(scores, dtype=np.float64)


def standard(scores):
    return z_scores(scores, float(scores.mean()), float(scores.std()))


def fuse(semantic, lexical):
    return SEMANTIC.weight * standard(semantic) + LEXICAL.weight * standard(lexical)


@given(voices)
def test_z_scores_are_deviations_from_the_mean(scores):
    """Each score becomes its distance from the mean in population standard deviations."""
    expected = [(score - fmean(scores)) / pstdev(scores) for score in scores]
    assert standard(array(scores)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("value", [0.0, 0.1, -7.3, 1e9, 1e-9])
@pytest.mark.parametrize("papers", [1, 2, 7, 1000])
def test_a_voice_that_tells_nothing_apart_is_silent(value, papers):
    """The same score for all papers, or a single paper, gives exact zeros and no warning."""
    assert standard(np.full(papers, value)).tolist() == [0.0] * papers


def test_small_differences_are_not_taken_for_rounding():
    """Cosines that differ in the sixth digit are told apart."""
    assert standard(array([0.500001, 0.500002])) == pytest.approx([-1, 1])


def test_z_scores_leave_their_input_alone():
    """The scores that were passed in are not changed in place."""
    scores = array([1, 2, 4])
    standard(scores)
    assert scores.tolist() == [1, 2, 4]


@given(pairs)
def test_meaning_weighs_more_than_words(scores):
    """The hybrid score is 0.65 of the semantic z-score and 0.35 of the lexical one."""
    semantic, lexical = map(array, zip(*scores, strict=True))
    expected = 0.65 * (semantic - semantic.mean()) / semantic.std()
    expected += 0.35 * (lexical - lexical.mean()) / lexical.std()
    np.testing.assert_allclose(fuse(semantic, lexical), expected, atol=1e-9)


def test_a_silent_voice_leaves_the_other_alone():
    """Where no word matches anything, the order is that of the meaning, and the reverse."""
    scores, nothing = array([0.1, 0.5, 0.3]), np.zeros(3)
    np.testing.assert_allclose(fuse(scores, nothing), 0.65 * standard(scores))
    np.testing.assert_allclose(fuse(nothing, scores), 0.35 * standard(scores))


@given(pairs, st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_the_scale_of_a_voice_does_not_matter(scores, scale, shift):
    """A voice that is scaled or shifted as a whole gives the same hybrid scores."""
    semantic, lexical = map(array, zip(*scores, strict=True))
    fused = fuse(semantic, lexical)
    np.testing.assert_allclose(fuse(semantic * scale + shift, lexical), fused, atol=1e-6)
    np.testing.assert_allclose(fuse(semantic, lexical * scale + shift), fused, atol=1e-6)


@given(st.integers(1, 140), st.integers(0, 2**32 - 1))
def test_lifts_are_those_of_the_formula(papers, seed):
    """Half the mean score of the five nearest of the pool, by their cosines, in plain Python."""
    chance = np.random.default_rng(seed)
    vectors = chance.standard_normal((papers, 5)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    scores = chance.standard_normal(papers).round(1)  # with ties
    pool = best(scores, 100)
    lifted = np.zeros(papers)
    lifted[pool] = lifts(scores[pool], vectors[pool])
    slow = oracles.lifts(scores.tolist(), vectors.astype(float).tolist())
    np.testing.assert_allclose(lifted, slow, atol=1e-6)


@given(st.lists(st.integers(0, 5), min_size=1), st.integers(1, 9))
def test_the_best_are_those_of_a_stable_sort(scores, most):
    """Highest first, of equals the earlier, and no more than asked for."""
    expected = sorted(range(len(scores)), key=lambda i: (-scores[i], i))[:most]
    assert best(array(scores), most).tolist() == expected


def test_nobody_outside_the_pool_overtakes_it():
    """A lift is never below 0, however bad the neighbours are."""
    vectors = np.eye(3, dtype=np.float32)
    vectors[1] = vectors[0]
    assert lifts(array([2, -4, 1]), vectors).tolist() == [0, 1, 0]
