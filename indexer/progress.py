"""How long work reports on itself: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self

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


class Reporter(Protocol):
    """Told of the phases of a rebuild, and of the papers done in each."""

    def phase(self, name: str, total: int | None = None) -> None:
        """Begin a phase of ``total`` papers (``None``: not known)."""

    def advance(self, papers: int) -> None:
        """Count papers as done in the current phase."""


class Silent:
    """Reports nothing."""

    def phase(self, name: str, total: int | None = None) -> None:
        """Say nothing."""

    def advance(self, papers: int) -> None:
        """Say nothing."""


class _Count(ProgressColumn):
    def render(self, task: Task) -> Text:
        if not task.completed and not task.total:
            return Text("")
        total = f"/{task.total:,.0f}" if task.total else " records"
        return Text(f"{task.completed:,.0f}{total}", style="progress.download")


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "", style="progress.data.speed")


class _TimeLeft(TimeRemainingColumn):
    def render(self, task: Task) -> Text:
        return super().render(task) if task.total and task.speed else Text("")


class Bar:
    """A bar with rate and time left on standard error, if that is a terminal; a context manager."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<10}"),
            BarColumn(),
            _Count(),
            _Rate(),
            _TimeLeft(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
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
