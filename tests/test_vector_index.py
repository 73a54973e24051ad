"""The vector index against NumPy."""

from pathlib import Path

import numpy as np
import pytest

from indexer.errors import IndexCorrupted
from indexer.store.vector_index import VectorIndex, VectorIndexBuilder

N, DIM = 500, 24


@pytest.fixture
def vectors():
    made = np.random.default_rng(7).standard_normal((N, DIM)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@pytest.fixture
def path(tmp_path: Path, vectors) -> Path:
    """An index whose vectors were added in two lots."""
    builder = VectorIndexBuilder(DIM)
    for some in np.array_split(vectors, 2):
        builder.add(some)
    builder.save(tmp_path / "vectors.faiss")
    return tmp_path / "vectors.faiss"


def test_scores_are_the_inner_products_by_row(path, vectors):
    """Every paper is scored, at its own row, as NumPy scores it."""
    index = VectorIndex(path)
    query = vectors[3] + vectors[4]
    np.testing.assert_allclose(index.scores(query), vectors @ query, atol=1e-6)


def test_vectors_come_back_as_they_were_added(path, vectors):
    """A vector is read by row without loss, in any order, and none are no matter."""
    index = VectorIndex(path)
    assert (len(index), index.dimension) == (N, DIM)
    rows = np.array([9, 0, N - 1])
    np.testing.assert_array_equal(index.vectors(rows), vectors[rows])
    assert index.vectors(rows[:0]).shape == (0, DIM)
    np.testing.assert_array_equal(np.concatenate([*index.blocks()]), vectors)


def test_an_open_index_outlives_its_file(path, vectors):
    """A generation that is dropped while it is served goes on being served."""
    index = VectorIndex(path)
    path.unlink()
    np.testing.assert_allclose(index.scores(vectors[0]), vectors @ vectors[0], atol=1e-6)


@pytest.mark.parametrize("keep", [0, 10, 2000])
def test_a_truncated_file_is_a_typed_error(path, keep):
    """A cut file is reported with its path, whatever FAISS makes of it."""
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(IndexCorrupted, match=r"vectors\.faiss"):
        VectorIndex(path)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.zeros((2, DIM + 1), np.float32), r"\(n, 24\) expected: \(2, 25\)"),
        (np.zeros(DIM, np.float32), r"\(n, 24\) expected: \(24,\)"),
        (np.full((2, DIM), np.nan, np.float32), "NaN"),
        (np.full((2, DIM), np.inf, np.float32), "infinity"),
    ],
)
def test_vectors_that_faiss_would_take_in_silence_are_refused(bad, message):
    """Wrong shapes and numbers that are none never reach FAISS."""
    with pytest.raises(ValueError, match=message):
        VectorIndexBuilder(DIM).add(bad)
