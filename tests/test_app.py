"""How the service is made of its settings."""

from concurrent.futures import ThreadPoolExecutor

from threadpoolctl import threadpool_info, threadpool_limits

from search_api.app import create_app_from_environment


def blas_threads() -> set[int]:
    """How many threads NumPy's BLAS takes, seen from the thread that asks."""
    found = (one for one in threadpool_info() if one["user_api"] == "blas")
    return {one["num_threads"] for one in found if "numpy" in one["filepath"]}


def test_the_threads_that_are_asked_for_hold_in_the_threads_that_answer(monkeypatch, tmp_path):
    """Requests run in threads of their own, not in the one that makes the service."""
    monkeypatch.setenv("AKIN_INDEX", str(tmp_path))
    monkeypatch.setenv("AKIN_MODEL", "")
    monkeypatch.setenv("AKIN_RERANKER", "")
    with threadpool_limits(2, user_api="blas"), ThreadPoolExecutor(1) as answering:
        assert answering.submit(blas_threads).result() == {2}
        monkeypatch.setenv("AKIN_THREADS", "1")
        create_app_from_environment()
        assert answering.submit(blas_threads).result() == {1}
