"""How sure is a mean over queries, and a difference of two? Resampling, seeded: no run differs.

Memory is bounded: resamples are made in lots.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
"""A row per query, a column per measure: ``(n, m)``."""

RESAMPLES = 10_000
"""For an interval, and for a p-value; the least p-value is about its reciprocal."""

CONFIDENCE = 0.95

_EXACT = 13
"""Differences of which all sign patterns are tried: no more than :data:`RESAMPLES`."""

_CELLS = 1 << 20
"""Numbers that are held at a time."""


def bootstrap_means(values: Values, stream: str) -> Values:
    """Return the means of resamples of the queries, drawn with replacement, ``(RESAMPLES, m)``.

    Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 6.

    Args:
        values: ``(n, m)``, n at least 1.
        stream: names the random numbers. What shares a name shares the draws: those of modes over
            the same queries may, those of two collections may not.
    """
    random = _random(stream)
    n = len(values)
    lots = [
        values[random.integers(n, size=(count, n))].mean(axis=1) for count in _lots(RESAMPLES, n)
    ]
    return np.concatenate(lots)


def interval(means: Values) -> tuple[Values, Values]:
    """Return the percentile interval of bootstrapped means at :data:`CONFIDENCE`, two of ``(m,)``.

    Efron and Tibshirani 1993, chapter 13.
    """
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return low, high


def randomisation_test(differences: npt.NDArray[np.float64], stream: str) -> float:
    """Return the two-sided p-value of a mean difference, by a paired randomisation test.

    If neither of two rankings were better, each difference could as well have the other sign: p is
    how often random signs give a mean at least as far from 0. Smucker, Allan and Carterette, "A
    comparison of statistical significance tests for information retrieval evaluation", CIKM 2007.

    Few differences are tried with all their signs, and p is exact. Else signs are drawn, and the
    observed ones count as one more draw, so that p is never 0: Phipson and Smyth, "Permutation
    p-values should never be zero", 2010.

    Args:
        differences: ``(n,)``, one per query.
        stream: names the random numbers.
    """
    decided = differences[differences != 0]  # the sign of a 0 changes nothing
    n = len(decided)
    # As sums in another order may differ in their last digits.
    least = abs(decided.sum()) - 1e-9 * np.abs(decided).sum()
    if n <= _EXACT:
        patterns = np.arange(2**n)[:, None] >> np.arange(n) & 1
        return float(np.mean(np.abs((1 - 2 * patterns) @ decided) >= least))
    random = _random(stream)
    as_far = 0
    for count in _lots(RESAMPLES, n):
        signs = 1 - 2 * random.integers(2, size=(count, n), dtype=np.int8)
        as_far += int(np.count_nonzero(np.abs(signs @ decided) >= least))
    return (as_far + 1) / (RESAMPLES + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values of several tests, corrected so that all of them may be looked at.

    Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6, 1979: the least is multiplied by the number of tests, the next by one less, and
    so on; none falls below the one before.
    """
    corrected = [0.0] * len(p_values)
    largest = 0.0
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    for done, place in enumerate(order):
        largest = max(largest, min(1.0, p_values[place] * (len(order) - done)))
        corrected[place] = largest
    return corrected


def _random(stream: str) -> np.random.Generator:
    seed = hashlib.sha256(stream.encode("utf-8", "surrogatepass")).digest()
    return np.random.default_rng(int.from_bytes(seed[:8]))


def _lots(resamples: int, n: int) -> Iterator[int]:
    """Yield how many resamples of n values to make at a time."""
    at_once = max(1, _CELLS // n)
    for start in range(0, resamples, at_once):
        yield min(at_once, resamples - start)
