"""Laying papers out in two dimensions."""

import logging

import numpy as np
import pytest

from indexer.arrays import unit
from indexer.errors import PackageMissing
from indexer.mapping import layout as map_layout
from indexer.mapping.layout import beside_neighbours, chosen, lay_out, nearest, scaled


def some_vectors(n: int, dimension: int = 16, seed: int = 0) -> np.ndarray:
    """Vectors of length 1 in six groups."""
    draw = np.random.default_rng(seed)
    groups = draw.standard_normal((6, dimension))
    vectors = groups[draw.integers(6, size=n)] + draw.standard_normal((n, dimension)) / 3
    return unit(vectors).astype(np.float32)


@pytest.mark.parametrize("n", [3, 40, 200])
def test_principal_components_are_those_of_the_svd(monkeypatch, n):
    """Up to the sign of an axis; the share of the variance, too, in blocks as in one piece."""
    vectors = some_vectors(n)
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    expected = scaled(u[:, :2] * s[:2])
    monkeypatch.setattr(map_layout, "_BLOCK", 7)
    layout = lay_out(vectors, "pca")
    for axis in range(2):
        found = layout.points[:, axis]
        sign = np.sign(found @ expected[:, axis])
        assert found == pytest.approx(sign * expected[:, axis], abs=1e-5)
    assert layout.variance == pytest.approx((s[:2] ** 2).sum() / (s**2).sum())


def test_the_components_of_a_large_corpus_are_those_of_a_sample(monkeypatch):
    """Every paper is laid out along the axes of those that are evenly spread over the corpus."""
    vectors = some_vectors(200)
    monkeypatch.setattr(map_layout, "_SAMPLE", 100)
    layout = lay_out(vectors, "pca")
    sample = vectors[np.linspace(0, 199, 100).astype(np.int64)].astype(np.float64)
    _, s, axes = np.linalg.svd(sample - sample.mean(axis=0), full_matrices=False)
    expected = scaled((vectors - sample.mean(axis=0)) @ axes[:2].T)
    for axis in range(2):
        found = layout.points[:, axis]
        sign = np.sign(found @ expected[:, axis])
        assert found == pytest.approx(sign * expected[:, axis], abs=1e-5)
    assert layout.variance == pytest.approx((s[:2] ** 2).sum() / (s**2).sum())


def test_pacmap_lays_out_a_sample_of_a_large_corpus(monkeypatch):
    """The other papers are placed beside their nearest in it, and so is a copy of one in it."""
    vectors = some_vectors(120)
    vectors[1] = vectors[0]
    monkeypatch.setattr(map_layout, "_LAID_OUT", 60)
    rows = np.linspace(0, 119, 60).astype(np.int64)
    assert 1 not in rows
    laid_out = map_layout._pacmap(vectors[rows])
    points = map_layout._pacmap_of_many(vectors)
    np.testing.assert_array_equal(points[rows], laid_out)
    others = np.setdiff1d(np.arange(120), rows)
    expected = beside_neighbours(vectors[others], vectors[rows], laid_out)
    np.testing.assert_allclose(points[others], expected, rtol=1e-5)
    assert lay_out(vectors, "pacmap").variance is None


def test_a_paper_that_the_graph_has_lost_is_placed_all_the_same(monkeypatch):
    """Where it finds fewer neighbours than are wanted, all are looked through."""

    class Lost:
        def search(self, block, k):
            cosines, rows = nearest(block, sample, k)
            return cosines, np.where(np.arange(len(block))[:, None] % 2, rows, -1)

    vectors = some_vectors(120)
    monkeypatch.setattr(map_layout, "_LAID_OUT", 60)
    sample = vectors[np.linspace(0, 119, 60).astype(np.int64)]
    expected = map_layout._pacmap_of_many(vectors)
    monkeypatch.setattr(map_layout, "_graph", lambda _: Lost())
    np.testing.assert_allclose(map_layout._pacmap_of_many(vectors), expected, rtol=1e-5)


def test_the_graph_finds_nearly_all_that_are_nearest():
    """Nine of ten at least, and the same ones however often it is made."""
    vectors, new = np.split(some_vectors(2200), [2000])
    _, expected = nearest(new, vectors, 5)
    _, found = map_layout._graph(vectors).search(new, 5)
    hits = [len(set(a) & set(b)) for a, b in zip(found.tolist(), expected.tolist(), strict=True)]
    assert sum(hits) >= 0.9 * expected.size
    assert (map_layout._graph(vectors).search(new, 5)[1] == found).all()


def test_a_map_is_centred_and_keeps_its_shape():
    """The longer axis spans [-1, 1], the other is on the same scale, and both are centred."""
    points = np.array([[10.0, 0.0], [30.0, 4.0], [50.0, 1.0]])
    assert scaled(points).tolist() == [[-1.0, np.float32(-0.1)], [0.0, np.float32(0.1)],
                                       [1.0, np.float32(-0.05)]]  # fmt: skip
    assert scaled(points).dtype == np.float32


@pytest.mark.parametrize("method", ["pca", "pacmap"])
def test_the_same_vectors_have_the_same_map(method):
    """Bit for bit, and each point is a number in [-1, 1]."""
    vectors = some_vectors(60)
    before = vectors.copy()
    first, second = lay_out(vectors, method), lay_out(vectors, method)
    assert (first.points == second.points).all()
    assert (vectors == before).all()
    assert np.abs(first.points).max() == 1
    assert (first.points.dtype, first.points.shape) == (np.float32, (60, 2))


def test_pacmap_keeps_groups_together_and_leaves_no_trace(caplog):
    """Papers of a group lie nearer to each other than to others; threads and log are as before."""
    import faiss
    import numba

    faiss.omp_set_num_threads(2)
    threads = numba.get_num_threads()
    draw = np.random.default_rng(0)
    groups = np.repeat(np.eye(3, 120), 30, axis=0)
    vectors = unit(groups + 0.02 * draw.standard_normal(groups.shape)).astype(np.float32)
    with caplog.at_level(logging.INFO):
        layout = lay_out(vectors, "pacmap")
    assert layout.variance is None
    assert caplog.records == []
    assert faiss.omp_get_max_threads() == 2
    assert numba.get_num_threads() == threads
    of = np.repeat(np.arange(3), 30)
    distance = np.linalg.norm(layout.points[:, None] - layout.points[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    assert (of[distance.argmin(axis=1)] == of).all()


@pytest.mark.parametrize("method", ["pca", "pacmap"])
@pytest.mark.parametrize("n", [1, 2, 40])
def test_papers_that_are_all_the_same_lie_in_one_place(method, n):
    """No spread is made of rounding, and nothing is NaN."""
    one = unit(np.random.default_rng(1).standard_normal((1, 384))).astype(np.float32)
    vectors = np.tile(one, (n, 1))
    layout = lay_out(vectors, method)
    assert (layout.points == 0).all()
    assert layout.variance is None


@pytest.mark.parametrize("kinds", [2, 3])
def test_many_copies_of_few_papers_are_laid_out(kinds):
    """Two or three different texts in forty papers: numbers all the same."""
    vectors = np.tile(some_vectors(kinds), (20, 1))
    for method in ("pca", "pacmap"):
        points = lay_out(vectors, method).points
        assert np.isfinite(points).all()
        assert np.abs(points).max() == 1


def test_two_papers_lie_at_the_ends():
    """One axis is all there is."""
    layout = lay_out(np.eye(2, dtype=np.float32), "pca")
    assert sorted(layout.points[:, 0].tolist()) == [-1, 1]
    assert layout.points[:, 1] == pytest.approx([0, 0], abs=1e-6)
    assert layout.variance == pytest.approx(1)


@pytest.mark.parametrize(
    ("asked", "papers", "method"),
    [("auto", 35, "pca"), ("auto", 36, "pacmap"), ("pca", 99, "pca"), ("pacmap", 35, "pca"),
     ("pacmap", 36, "pacmap")],
)  # fmt: skip
def test_small_corpora_are_drawn_by_principal_components(with_pacmap, asked, papers, method):
    """PaCMAP takes over where there are papers enough for its pairs."""
    assert chosen(asked, papers) == method


def test_without_the_package_auto_does_without_and_pacmap_is_refused():
    """The error names the extra that brings it."""
    assert chosen("auto", 1000) == "pca"
    with pytest.raises(PackageMissing, match="pip install pacmap") as caught:
        chosen("pacmap", 1000)
    assert caught.value.context == {"package": "pacmap", "extra": "map"}
    assert caught.value.exit_code == 2


def test_the_nearest_are_those_of_brute_force(monkeypatch):
    """In any number of blocks; of equals the earlier row."""
    vectors = np.vstack([some_vectors(50), some_vectors(50)])
    queries = some_vectors(9, seed=3)
    cosines = queries @ vectors.T
    expected = np.argsort(-cosines, axis=1, kind="stable")[:, :12]
    for block in (7, 33, 4096):
        monkeypatch.setattr(map_layout, "_BLOCK", block)
        found, rows = nearest(queries, vectors, 12)
        assert found == pytest.approx(np.take_along_axis(cosines, expected, 1), abs=1e-6)
        assert np.sort(rows).tolist() == np.sort(expected).tolist()
        _, some = nearest(queries, vectors, 12, np.arange(100) >= 50)
        assert np.sort(some).tolist() == np.sort(50 + np.argsort(
            -cosines[:, 50:], axis=1, kind="stable")[:, :12]).tolist()  # fmt: skip


def test_a_new_paper_lies_at_the_mean_of_its_neighbours():
    """Weighted by the cosine, over the five nearest, as a plain loop has it."""
    vectors, new = some_vectors(80), some_vectors(4, seed=5)
    points = lay_out(vectors, "pca").points
    placed = beside_neighbours(new, vectors, points)
    for vector, place in zip(new, placed, strict=True):
        near = sorted(range(80), key=lambda i, v=vector: -float(v @ vectors[i]))[:5]
        weight = [float(vector @ vectors[i]) for i in near]
        for axis in range(2):
            mean = sum(w * points[i, axis] for w, i in zip(weight, near, strict=True)) / sum(weight)
            assert place[axis] == pytest.approx(mean, abs=1e-5)


def test_a_copy_of_a_paper_among_unlike_ones_is_placed_upon_it():
    """Neighbours that have nothing in common weigh next to nothing."""
    vectors = np.eye(8, dtype=np.float32)
    points = scaled(np.random.default_rng(0).standard_normal((8, 2)))
    assert beside_neighbours(vectors[[3]], vectors, points)[0] == pytest.approx(points[3], abs=1e-4)
