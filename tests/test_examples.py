"""The direction in which papers like some examples lie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_api.query.query import Query
from search_api.ranking.examples import FEW, TRUST, towards
from tests.fakes import FakeEncoder


def vectors(seed, count, shift=0.0, dim=6):
    drawn = np.random.default_rng(seed).standard_normal((count, dim))
    drawn[:, 0] += shift
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


@given(st.integers(1, FEW - 1), st.integers(0, 999))
def test_a_few_examples_point_by_their_mean(count, seed):
    """Below four examples, and where there is nothing else, only the mean counts."""
    examples = vectors(seed, count)
    mean = examples.mean(axis=0, dtype=np.float64)
    mean /= np.linalg.norm(mean)
    np.testing.assert_allclose(towards(examples, vectors(seed + 1, 20)), mean, atol=1e-6)
    many = vectors(seed, 9)
    mean = many.mean(axis=0, dtype=np.float64)
    np.testing.assert_allclose(towards(many, many[:0]), mean / np.linalg.norm(mean), atol=1e-6)


@pytest.mark.parametrize("count", [FEW, 12])
def test_many_examples_point_by_what_tells_them_apart(count):
    """The normal of the best plane counts with n / (n + 2): nothing near it loses less.

    The loss is the sum of squared hinges, of both classes alike, and half the squared length.
    """
    examples, others = vectors(1, count, shift=1.5), vectors(2, 200)
    mean = examples.mean(axis=0, dtype=np.float64)
    mean /= np.linalg.norm(mean)
    found = towards(examples, others)
    assert np.linalg.norm(found) == pytest.approx(1)
    trust = count / (count + TRUST)
    # found = c · (trust · normal + (1 - trust) · mean), and both have length 1: solve for c.
    b = float(found @ mean)
    scale = np.roots([1.0, -2 * (1 - trust) * b, (1 - trust) ** 2 - trust**2]).max()
    normal = (scale * found - (1 - trust) * mean) / trust
    data = np.concatenate([examples, others]).astype(np.float64)
    sign = np.r_[np.ones(count), -np.ones(200)]
    total = count + 200
    weight = np.r_[np.full(count, total / 2 / count), np.full(200, total / 2 / 200)]

    def least_loss(direction):
        """The best length and offset of a plane with that normal, on a fine grid."""
        lengths, offsets = np.linspace(0.5, 12, 60), np.linspace(-4, 2, 61)
        margins = sign * (lengths[:, None, None] * (data @ direction) + offsets[None, :, None])
        hinges = (weight * np.maximum(0, 1 - margins) ** 2).sum(axis=2)
        return float((hinges + (lengths[:, None] ** 2 + offsets[None] ** 2) / 2).min())

    best = least_loss(normal)
    chance = np.random.default_rng(3)
    for _ in range(50):
        other = normal + 0.3 * chance.standard_normal(6)
        assert best <= least_loss(other / np.linalg.norm(other)) + 1e-2 * best


def test_many_examples_find_their_like(engine):
    """With more examples than three the list is that of the direction, and holds none of them."""
    encoder = FakeEncoder()
    papers = [hit.paper for hit in engine.search(Query("graph", k=64)).hits]
    like = tuple(paper.id for paper in papers[:6])
    page = engine.search(Query(like=like, mode="semantic", k=64))
    found = encoder.encode_document([f"{p.title}\n{p.abstract}" for p in papers])
    by_id = dict(zip((paper.id for paper in papers), found, strict=True))
    listed = [by_id[hit.paper.id] for hit in page.hits]
    direction = np.linalg.lstsq(
        np.array(listed, dtype=np.float64), np.array([hit.score for hit in page.hits]), rcond=None
    )[0]
    assert not {hit.paper.id for hit in page.hits} & {*like}
    examples = np.array([by_id[one] for one in like], dtype=np.float64)
    assert (examples @ direction).min() > np.median([hit.score for hit in page.hits])
