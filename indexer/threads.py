"""Work side by side that leaves the interpreter to others, such as scanning vectors.

What queries do of it shares one pool, so that many who ask at once do not fight for the cores.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


class _Pool:
    """As many threads as are allowed, started when they are first needed."""

    def __init__(self) -> None:
        self.allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        self._threads: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(self.allowed, "akin")
            return self._threads

    def allow(self, count: int) -> None:
        with self._lock:
            self.allowed, self._threads = count, None


_pool = _Pool()


def allowed() -> int:
    """Return how many threads there may be, at first one for each core."""
    return _pool.allowed


def allow(count: int) -> None:
    """Set how many threads there may be, 1 or more, from now on."""
    _pool.allow(count)


def each(function: Callable[[Item], Made], items: Sequence[Item]) -> list[Made]:
    """Return what a function makes of each item, in their order; it is not to call this itself.

    Raises:
        Exception: what the function raises of the first item of which it does.
    """
    if len(items) < 2 or _pool.allowed < 2:
        return [function(item) for item in items]
    return list(_pool.threads().map(function, items))
