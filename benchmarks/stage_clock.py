"""Where the time of a call goes, measured from outside: functions are wrapped, none is changed."""

from __future__ import annotations

import functools
import importlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

REST = "rest"
"""What is in no stage."""

CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": time.thread_time}


class StageClock:
    """Adds up the seconds of each stage; of one within another only the inner one runs.

    Args:
        now: the clock.

    Attributes:
        spent: seconds by stage since the last :meth:`take`.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._stages = [REST]
        self._since = now()
        self.spent: Counter[str] = Counter()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what is done within to a stage."""
        self._turn()
        self._stages.append(name)
        try:
            yield
        finally:
            self._turn()
            self._stages.pop()

    def take(self) -> Counter[str]:
        """Return what was spent, and begin anew."""
        self._turn()
        spent, self.spent = self.spent, Counter()
        return spent

    def _turn(self) -> None:
        now = self._now()
        self.spent[self._stages[-1]] += now - self._since  # type: ignore[assignment]
        self._since = now


@contextmanager
def watched(clock: StageClock, stages: Mapping[str, Sequence[str]]) -> Iterator[None]:
    """Count what functions take to their stages, wherever they were imported to.

    Args:
        clock: that counts.
        stages: the functions of each, as ``module:function`` or ``module:Class.method``.

    Raises:
        SystemExit: there is no such function any more.
    """
    with ExitStack() as stack:
        for stage, names in stages.items():
            for name in names:
                _watch(stack, clock, stage, name)
        yield


def _watch(stack: ExitStack, clock: StageClock, stage: str, name: str) -> None:
    module, _, path = name.partition(":")
    try:
        owner: Any = importlib.import_module(module)
        *classes, last = path.split(".")
        for one in classes:
            owner = getattr(owner, one)
        found = vars(owner)[last]
    except (ImportError, AttributeError, KeyError) as error:
        raise SystemExit(f"{name}, of the stage {stage!r}, is not there: mend the table") from error
    wrapper = _wrapped(clock, stage, found)
    owners = [owner] if classes else [m for m in list(sys.modules.values()) if m is not None]
    for holder in owners:
        for attribute, value in list(vars(holder).items()):
            if value is found:
                stack.enter_context(patch.object(holder, attribute, wrapper))


def _wrapped(clock: StageClock, stage: str, found: Any) -> Any:
    kind = type(found)
    function = found.__func__ if kind in (classmethod, staticmethod) else found

    @functools.wraps(function)
    def wrapper(*args: Any, **keywords: Any) -> Any:
        with clock.stage(stage):
            return function(*args, **keywords)

    return kind(wrapper) if kind in (classmethod, staticmethod) else wrapper
