"""The vector index against NumPy."""

from contextlib import closing
from pathlib import Path

import faiss
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
    builder = VectorIndexBuilder(tmp_path / "vectors.faiss", DIM)
    for some in np.array_split(vectors, 2):
        builder.add(some)
    builder.save()
    return tmp_path / "vectors.faiss"


def test_cosines_are_the_inner_products_in_the_order_of_rows(path, vectors):
    """Every paper is scored, in its own row, as NumPy scores it."""
    index = VectorIndex(path)
    query = vectors[3] + vectors[4]
    np.testing.assert_allclose(index.cosines(query), vectors @ query, atol=1e-6)


@pytest.mark.parametrize("dimension", [1, 2, 3, 7, 8, 64, 100, 384])
def test_a_cosine_is_the_same_whichever_rows_are_asked_for(tmp_path, dimension):
    """Bit for bit: a paper scores the same alone, among some, and among all."""
    made = np.random.default_rng(dimension).standard_normal((300, dimension)).astype(np.float32)
    made[200:] = made[:100]  # copies
    builder = VectorIndexBuilder(tmp_path / "vectors.faiss", dimension)
    builder.add(made)
    builder.save()
    index = VectorIndex(tmp_path / "vectors.faiss")
    query = made[3] + made[5]
    every = index.cosines(query)
    np.testing.assert_array_equal(every[200:], every[:100])
    for rows in ([7], [299, 0, 0], range(0, 300, 7)):
        some = np.array(rows)
        np.testing.assert_array_equal(index.cosines(query, some), every[some])


def test_vectors_come_back_as_they_were_added(path, vectors):
    """A vector is read by its row without loss, one or a block at a time."""
    index = VectorIndex(path)
    assert (len(index), index.dimension) == (N, DIM)
    np.testing.assert_array_equal(index.vectors(np.array([9, 0, N - 1])), vectors[[9, 0, N - 1]])
    np.testing.assert_array_equal(np.concatenate(list(index.blocks())), vectors)


def test_an_open_index_outlives_its_file(path, vectors):
    """A generation that is dropped while it is served goes on being served."""
    index = VectorIndex(path)
    path.unlink()
    np.testing.assert_allclose(index.cosines(vectors[0]), vectors @ vectors[0], atol=1e-6)


def test_an_index_of_another_kind_is_refused(tmp_path, vectors):
    """What is not row by row in its file is not read as if it were."""
    other = faiss.IndexIDMap2(faiss.IndexFlatIP(DIM))
    other.add_with_ids(vectors, np.arange(N))
    faiss.write_index(other, str(tmp_path / "vectors.faiss"))
    with pytest.raises(IndexCorrupted, match="not a flat index"):
        VectorIndex(tmp_path / "vectors.faiss")


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
def test_vectors_that_faiss_would_take_in_silence_are_refused(tmp_path, bad, message):
    """Wrong shapes and numbers that are none never reach FAISS."""
    builder = VectorIndexBuilder(tmp_path / "vectors.faiss", DIM)
    with closing(builder), pytest.raises(ValueError, match=message):
        builder.add(bad)


def test_the_file_is_the_one_that_faiss_writes(path, vectors):
    """Byte for byte, though the vectors went straight into it."""
    index = faiss.IndexFlatIP(DIM)
    index.add(vectors)
    faiss.write_index(index, str(path.with_name("its own")))
    assert path.read_bytes() == path.with_name("its own").read_bytes()
