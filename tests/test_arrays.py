"""What is done to arrays wherever they come from."""

from pathlib import Path

import numpy as np
import pytest

from indexer.arrays import blocks, release, taken, unit


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_vectors_are_scaled_to_length_1_and_zeros_stay(kind):
    """One vector or many, in the precision that they come in; what has no direction stays."""
    vectors = np.array([[3, 4], [0, 0], [-2, 0]], dtype=kind)
    scaled = unit(vectors)
    assert scaled.dtype == kind
    np.testing.assert_allclose(scaled, [[0.6, 0.8], [0, 0], [-1, 0]], rtol=1e-6)
    np.testing.assert_array_equal(unit(vectors[0]), scaled[0])
    assert unit(vectors[1]).tolist() == [0, 0]


@pytest.mark.parametrize("mode", ["memory", "w+", "r", "r+", "c"])
def test_vectors_are_read_in_parts_as_they_are(tmp_path, mode):
    """A block at a time, or some rows of them, in memory or mapped in any way; they stay so."""
    vectors = np.random.default_rng(0).standard_normal((2500, 3)).astype(np.float32)
    wanted = vectors.copy()
    if mode != "memory":
        vectors.tofile(tmp_path / "vectors")
        vectors = np.memmap(tmp_path / "vectors", np.float32, mode=mode, shape=(2500, 3))
    if mode in ("w+", "c"):
        vectors[:] = wanted  # "w+" empties the file, of "c" no change reaches it
    release(vectors)
    np.testing.assert_array_equal(vectors, wanted)
    read = list(blocks(vectors, 1000))
    assert [start for start, _ in read] == [0, 1000, 2000]
    np.testing.assert_array_equal(np.concatenate([block for _, block in read]), wanted)
    rows = np.arange(0, 2500, 2)
    some = taken(vectors, rows)
    np.testing.assert_array_equal(some, wanted[rows])
    some[:] = 0
    np.testing.assert_array_equal(vectors, wanted)


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="Linux tells what is resident")
def test_of_mapped_vectors_one_block_is_resident(tmp_path):
    """Though all of them were read, or set, one after another."""
    path = tmp_path / "vectors"
    vectors = np.memmap(path, np.float32, mode="w+", shape=(40_000, 64))
    for _, block in blocks(vectors, 4096):
        block[:] = 1
    assert resident(path) == 0
    assert sum(block.sum() for _, block in blocks(vectors, 4096)) == vectors.size
    assert resident(path) == 0
    taken(vectors, np.arange(0, 40_000, 10))
    assert resident(path) == 0


def resident(path: Path) -> int:
    """Return how many kB of a mapped file are resident."""
    lines = Path("/proc/self/smaps").read_text().splitlines()
    (at,) = [number for number, line in enumerate(lines) if line.endswith(str(path))]
    return next(int(line.split()[1]) for line in lines[at:] if line.startswith("Rss:"))
