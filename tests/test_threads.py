"""Work side by side: in order, with its errors, and by no more threads than are allowed."""

import threading
import time

import numpy as np
import pytest

from indexer import threads
from indexer.store import vector_index
from indexer.store.vector_index import VectorIndex, VectorIndexBuilder


@pytest.fixture(autouse=True)
def as_before():
    """Leave the process as it was."""
    before = threads.allowed()
    yield
    threads.allow(before)


@pytest.mark.parametrize("allowed", [1, 2, 5])
def test_results_come_in_the_order_of_the_items(allowed):
    """Whoever is done first."""
    threads.allow(allowed)

    def late(item):
        time.sleep(0.02 if item == 0 else 0)
        return item * 2

    assert threads.each(late, range(7)) == [0, 2, 4, 6, 8, 10, 12]
    assert threads.each(late, []) == []


def test_no_more_are_at_work_than_are_allowed():
    """However many items there are, and however many ask."""
    threads.allow(2)
    at_work, most, lock = 0, 0, threading.Lock()

    def work(_):
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.002)
        with lock:
            at_work -= 1

    asking = [threading.Thread(target=threads.each, args=(work, range(9))) for _ in range(4)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert most == 2


def test_the_first_error_is_raised():
    """Of the first item of which there is one."""
    threads.allow(3)

    def fail(item):
        if item > 1:
            raise ValueError(item)

    with pytest.raises(ValueError, match="2"):
        threads.each(fail, range(5))


@pytest.mark.parametrize("allowed", [1, 2, 3, 7])
def test_cosines_do_not_depend_on_the_threads(tmp_path, monkeypatch, allowed):
    """Bit for bit, however the vectors are parted."""
    monkeypatch.setattr(vector_index, "_WORTH_A_THREAD", 10)
    vectors = np.random.default_rng(1).standard_normal((101, 64)).astype(np.float32)
    builder = VectorIndexBuilder(tmp_path / "vectors.faiss", 64)
    builder.add(vectors)
    builder.save()
    index = VectorIndex(tmp_path / "vectors.faiss")
    threads.allow(1)
    alone = index.cosines(vectors[3])
    threads.allow(allowed)
    np.testing.assert_array_equal(index.cosines(vectors[3]), alone)
    np.testing.assert_allclose(alone, vectors @ vectors[3], atol=1e-4)
