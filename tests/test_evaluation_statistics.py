"""Intervals and p-values against full enumeration and known values."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import search_api.evaluation.statistics as module
from search_api.evaluation.statistics import (
    RESAMPLES,
    bootstrap_means,
    holm,
    interval,
    randomisation_test,
)

DIFFERENCES = st.lists(st.integers(-8, 8).map(lambda eighths: eighths / 8), min_size=1, max_size=9)


def enumerated(differences: list[float]) -> float:
    """The share of all sign patterns with a sum as far from 0; eighths add up without rounding."""
    signs = itertools.product((1, -1), repeat=len(differences))
    sums = [sum(s * d for s, d in zip(pattern, differences, strict=True)) for pattern in signs]
    return sum(abs(one) >= abs(sum(differences)) for one in sums) / len(sums)


@given(value=st.floats(0, 1), n=st.integers(1, 40))
def test_the_interval_of_a_constant_is_the_constant(value, n):
    """Where all queries agree, nothing is unsure."""
    low, high = interval(bootstrap_means(np.full((n, 2), value), "x"))
    assert low == pytest.approx([value] * 2)
    assert high == pytest.approx([value] * 2)


def test_the_interval_is_that_of_the_binomial():
    """Means of zeros and ones are binomial, whose quantiles are known: 0.4 and 0.6 for n = 100."""
    values = np.repeat([0.0, 1.0], 50)[:, None]
    low, high = interval(bootstrap_means(values, "x"))
    assert low == pytest.approx([0.4], abs=0.011)
    assert high == pytest.approx([0.6], abs=0.011)


def test_resamples_are_the_same_in_every_run_and_in_lots_of_any_size(monkeypatch):
    """The stream decides the draws; how many are held at a time bounds memory, no more."""
    values = np.random.default_rng(0).random((50, 3))
    first = bootstrap_means(values, "one")
    assert first.shape == (RESAMPLES, 3)
    assert (bootstrap_means(values, "one") == first).all()
    assert not (bootstrap_means(values, "other") == first).all()
    monkeypatch.setattr(module, "_CELLS", 1)
    assert bootstrap_means(values, "one") == pytest.approx(first)


@given(DIFFERENCES)
def test_few_differences_have_the_exact_p_value(differences):
    """All sign patterns are tried, so p is what enumeration gives."""
    assert randomisation_test(np.array(differences), "x") == enumerated(differences)


@pytest.mark.parametrize(
    ("differences", "p"),
    [([0.0] * 5, 1.0), ([0.5], 1.0), ([0.25] * 5, 2 / 32), ([0.25] * 5 + [0.0] * 50, 2 / 32)],
)
def test_known_p_values(differences, p):
    """Five wins of five are two of 32 patterns; queries without a difference do not count."""
    assert randomisation_test(np.array(differences), "x") == p


def test_drawn_signs_come_near_the_exact_p_value(monkeypatch):
    """What is drawn agrees with what is enumerated, within the error of the draw."""
    differences = np.random.default_rng(3).normal(0.2, 1, 12)
    exact = randomisation_test(differences, "x")
    monkeypatch.setattr(module, "_EXACT", 0)
    drawn = randomisation_test(differences, "x")
    assert drawn == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / RESAMPLES))
    assert drawn != exact


def test_a_drawn_p_value_is_never_0():
    """The observed signs are one of the draws."""
    assert randomisation_test(np.full(500, 0.1), "x") == 1 / (RESAMPLES + 1)


def test_holm_corrects_as_in_the_paper():
    """The least of four is multiplied by 4, the next by 3; none falls below the one before."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.7, 0.9]) == [1.0, 1.0]
    assert holm([0.2]) == [0.2]
    assert holm([]) == []
