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
    """An index whose vectors were added in a random order, in two lots."""
    builder = VectorIndexBuilder(DIM)
    order = np.random.default_rng(8).permutation(N)
    for some in np.array_split(order, 2):
        builder.add(some.astype(np.int64) + 1, vectors[some])
    builder.save(tmp_path / "vectors.faiss")
    return tmp_path / "vectors.faiss"


def test_scores_are_the_inner_products_in_id_order(path, vectors):
    """Every paper is scored, under its own id, as NumPy scores it."""
    index = VectorIndex(path)
    query = vectors[3] + vectors[4]
    np.testing.assert_allclose(index.scores(query), vectors @ query, atol=1e-6)


def test_vectors_come_back_as_they_were_added(path, vectors):
    """A vector is read by id without loss."""
    index = VectorIndex(path)
    assert (len(index), index.dimension) == (N, DIM)
    np.testing.assert_array_equal(index.vectors(np.array([10, 1, N])), vectors[[9, 0, N - 1]])


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
        (np.zeros((2, DIM + 1), np.float32), r"\(2, 24\) expected, got \(2, 25\)"),
        (np.zeros((3, DIM), np.float32), r"\(2, 24\) expected, got \(3, 24\)"),
        (np.full((2, DIM), np.nan, np.float32), "NaN"),
        (np.full((2, DIM), np.inf, np.float32), "infinity"),
    ],
)
def test_vectors_that_faiss_would_take_in_silence_are_refused(bad, message):
    """Wrong shapes and numbers that are none never reach FAISS."""
    with pytest.raises(ValueError, match=message):
        VectorIndexBuilder(DIM).add(np.array([1, 2]), bad)
