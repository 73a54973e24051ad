"""What is done to arrays wherever they come from."""

import numpy as np
import pytest

from indexer.arrays import unit


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_vectors_are_scaled_to_length_1_and_zeros_stay(kind):
    """One vector or many, in the precision that they come in; what has no direction stays."""
    vectors = np.array([[3, 4], [0, 0], [-2, 0]], dtype=kind)
    scaled = unit(vectors)
    assert scaled.dtype == kind
    np.testing.assert_allclose(scaled, [[0.6, 0.8], [0, 0], [-1, 0]], rtol=1e-6)
    np.testing.assert_array_equal(unit(vectors[0]), scaled[0])
    assert unit(vectors[1]).tolist() == [0, 0]
