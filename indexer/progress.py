"""How long work reports on itself: a bar on a terminal, elsewhere a line every so often."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

LINE_EVERY = 10.0
"""Seconds between two lines of a log, and before the first."""

EVIDENCE = 10
"""Papers or steps that must be done before a time left is told: of a few steps, such as those of
mapping, each takes its own time, and one says nothing of the next."""


class Reporter(Protocol):
    """Told of the phases of a rebuild, and of the papers or the steps done in each."""

    def phase(self, name: str, total: int | None = None) -> None:
        """Begin a phase of ``total`` papers or steps (``None``: not known)."""

    def advance(self, papers: int) -> None:
        """Count papers or steps as done in the current phase."""


class Silent:
    """Reports nothing."""

    def phase(self, name: str, total: int | None = None) -> None:
        """Say nothing."""

    def advance(self, papers: int) -> None:
        """Say nothing."""


class Timed:
    """Tells another reporter, and keeps how long each phase took.

    Args:
        reporter: that is told.
        now: seconds on a clock that only goes forward.
    """

    def __init__(self, reporter: Reporter, now: Callable[[], float] = time.monotonic) -> None:
        self._reporter = reporter
        self._now = now
        self._current: tuple[str, float] | None = None
        self._seconds: dict[str, float] = {}

    def phase(self, name: str, total: int | None = None) -> None:
        """Begin a phase; the one before ends."""
        self.end()
        self._current = (name, self._now())
        self._reporter.phase(name, total)

    def advance(self, papers: int) -> None:
        """Tell of papers or steps that are done."""
        self._reporter.advance(papers)

    def end(self) -> dict[str, float]:
        """End the last phase, and return the seconds of each in their order."""
        if self._current is not None:
            name, began = self._current
            self._seconds[name] = self._seconds.get(name, 0.0) + self._now() - began
            self._current = None
        return self._seconds


class _Count(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(counted(task.completed, task.total), style="progress.download")


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(rated(task.finished_speed or task.speed), style="progress.data.speed")


class _TimeLeft(TimeRemainingColumn):
    def render(self, task: Task) -> Text:
        told = task.total and task.speed and task.completed >= EVIDENCE
        return super().render(task) if told else Text("")


class _Shown:
    """What both ways of showing are: a context manager that can be paused."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        pass

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal alone while something is asked there."""
        yield


class Bar(_Shown):
    """A bar with rate and time left on a terminal's standard error; a context manager."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<10}"),
            BarColumn(),
            _Count(),
            _Rate(),
            _TimeLeft(),
            console=Console(stderr=True),
        )
        self._task = self._progress.add_task("starting", total=None)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._progress.stop()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take the bar off the terminal while something is asked there."""
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()

    def phase(self, name: str, total: int | None = None) -> None:
        """Begin a phase: finish the bar of the last one and start another below it."""
        self._progress.stop_task(self._task)
        self._progress.remove_task(self._task)
        self._task = self._progress.add_task(name, total=total)

    def advance(self, papers: int) -> None:
        """Move the bar."""
        self._progress.advance(self._task, papers)


class Log(_Shown):
    """A line every :data:`LINE_EVERY` seconds: ``embedding 12,000/100,000 · 3,100/s · 0:28 left``.

    Args:
        out: where to; ``None``: standard error.
        now: seconds on a clock that only goes forward.
    """

    def __init__(
        self, out: TextIO | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._out = out
        self._now = now
        self._said = self._began = now()
        self._name = ""
        self._total: int | None = None
        self._done = 0

    def phase(self, name: str, total: int | None = None) -> None:
        """Begin a phase; how fast it goes is told once it has gone on for a while."""
        self._name, self._total, self._done, self._began = name, total, 0, self._now()

    def advance(self, papers: int) -> None:
        """Count, and say so if the last line was long ago."""
        self._done += papers
        now = self._now()
        if now - self._said < LINE_EVERY:
            return
        self._said = now
        rate = self._done / max(now - self._began, 1e-9)
        parts = [f"{self._name} {counted(self._done, self._total)}", rated(rate)]
        if self._total is not None and self._done >= EVIDENCE:
            seconds = round(max(self._total - self._done, 0) / rate)
            parts.append(f"{clock(seconds)} left")
        print(" · ".join(filter(None, parts)), file=self._out or sys.stderr, flush=True)


def shown() -> Bar | Log:
    """Return what shows progress on standard error: a bar, if that is a terminal, else a log."""
    return Bar() if sys.stderr.isatty() else Log()


def counted(done: float, total: float | None) -> str:
    """Return how much is done, of how much if that is known: ``12,000/100,000``."""
    if total is None:
        return f"{done:,.0f}" if done else ""
    return f"{done:,.0f}/{total:,.0f}"


def rated(rate: float | None) -> str:
    """Return a rate, ``""`` where it is less than one a second."""
    return f"{rate:,.0f}/s" if rate and rate >= 1 else ""


def clock(seconds: int) -> str:
    """Return a time as ``0:28``, ``12:03`` or ``1:02:03``."""
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"
