"""What is told of work while it goes on."""

import io

import pytest

from indexer import progress
from indexer.progress import Bar, Log, Timed, clock, counted, rated, shown


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class Told:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.of: list[tuple[str, int | None] | int] = []

    def phase(self, name: str, total: int | None = None) -> None:
        self.of.append((name, total))

    def advance(self, papers: int) -> None:
        self.of.append(papers)


def test_each_phase_is_timed_and_passed_on():
    """From its beginning to that of the next; one that comes twice counts with both."""
    now, told = Clock(), Told()
    timed = Timed(told, now)
    now.seconds += 5
    timed.phase("reading")
    now.seconds += 2
    timed.advance(7)
    timed.phase("merging", 30)
    now.seconds += 1
    timed.phase("reading")
    now.seconds += 0.5
    assert timed.end() == {"reading": 2.5, "merging": 1}
    now.seconds += 9
    assert timed.end() == {"reading": 2.5, "merging": 1}
    assert told.of == [("reading", None), 7, ("merging", 30), ("reading", None)]


def test_a_log_has_a_line_every_ten_seconds():
    """With what is done of how much, how fast, and the time left; none of what is soon over."""
    now, out = Clock(), io.StringIO()
    log = Log(out, now)
    log.phase("reading")
    now.seconds += 9.9
    log.advance(20_000)
    log.phase("embedding", 100_000)
    now.seconds += 4
    log.advance(12_400)
    now.seconds += 6
    log.advance(18_600)
    log.phase("reading")
    now.seconds += 11
    log.advance(3)
    now.seconds += 9
    log.advance(1)
    assert out.getvalue().splitlines() == [
        "embedding 12,400/100,000 · 3,100/s · 0:28 left",
        "reading 3",
    ]


def test_no_time_left_is_told_of_a_few_steps():
    """Each takes its own time: that of the first says nothing of the others."""
    now, out = Clock(), io.StringIO()
    log = Log(out, now)
    log.phase("mapping", 12)
    for _ in range(4):
        now.seconds += 20
        log.advance(3)
    lines = ["mapping 3/12", "mapping 6/12", "mapping 9/12", "mapping 12/12 · 0:00 left"]
    assert out.getvalue().splitlines() == lines


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0:00"), (28, "0:28"), (723, "12:03"), (3723, "1:02:03"), (90_000, "25:00:00")],
)
def test_a_time_is_written_as_on_a_clock(seconds, written):
    """Hours only where there are any."""
    assert clock(seconds) == written


def test_numbers_are_written_as_far_as_they_tell_anything():
    """No rate of a step that takes seconds, no count of nothing."""
    assert (counted(0, None), counted(1234, None), counted(0, 1234)) == ("", "1,234", "0/1,234")
    assert (rated(None), rated(0.4), rated(1234.4)) == ("", "", "1,234/s")


@pytest.mark.parametrize(("terminal", "kind"), [(True, Bar), (False, Log)])
def test_a_bar_is_for_terminals_alone(monkeypatch, terminal, kind):
    """Elsewhere there are lines."""
    monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: terminal, raising=False)
    with shown() as one, one.paused():
        assert type(one) is kind
