"""Objects that work beside this process: what they are told is done, in turn."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from indexer.beside import Beside, Here, Worker
from indexer.errors import AkinError, ProcessDied
from tests.conftest import ROOT

WORKERS = [Here, Beside]


class Sums:
    """Adds up what it is told, in a file, too."""

    def __init__(self, file: Path, advance) -> None:
        self._file = file
        self._advance = advance
        self._sum = 0

    def add(self, number: int, times: int = 1) -> None:
        if number < 0:
            raise ValueError(f"{number}: below 0")
        self._sum += number * times
        self._file.write_text(f"{os.getpid()} {self._sum}")
        self._advance(times)

    def sum(self) -> int:
        return self._sum

    def note(self, text: str) -> None:
        pass

    def fail_oddly(self) -> None:
        class OddError(Exception):
            """Of a class that cannot be imported."""

        raise OddError("a socket")

    def die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def close(self) -> None:
        pass


@pytest.mark.parametrize("worker", WORKERS)
def test_what_is_told_is_done_in_turn(tmp_path, worker):
    """Who asks waits for all that was told before, and hears how much that was."""
    heard: list[int] = []
    with closing(worker(Sums, tmp_path / "sum", advance=heard.append)) as sums:
        sums.tell(Sums.add, 3)
        sums.tell(Sums.add, 4, times=2)
        assert sums.ask(Sums.sum) == 11
    assert sum(heard) == 3
    writer, found = (tmp_path / "sum").read_text().split()
    assert (found, (int(writer) == os.getpid())) == ("11", worker is Here)
    sums.close()


def total(sums: Worker[Sums], *numbers: int) -> int:
    for number in numbers:
        sums.tell(Sums.add, number)
    return sums.ask(Sums.sum)


@pytest.mark.parametrize("worker", WORKERS)
def test_what_goes_wrong_is_raised(tmp_path, worker):
    """By who told it, or by the next who asks."""
    with (
        closing(worker(Sums, tmp_path / "sum", advance=lambda _: None)) as sums,
        pytest.raises(ValueError, match="-1: below 0"),
    ):
        total(sums, 1, -1)


def test_it_may_be_told_much_before_anything_is_asked(tmp_path):
    """Neither side waits for the other to read; what was done meanwhile is heard in the end."""
    heard: list[int] = []
    with closing(Beside(Sums, tmp_path / "sum", advance=heard.append)) as sums:
        for _ in range(2000):
            sums.tell(Sums.add, 1)
        sums.tell(Sums.note, "a" * 2**20)
        assert sums.ask(Sums.sum) == 2000
    assert sum(heard) == 2000


def test_an_error_that_no_other_process_can_have_is_told(tmp_path):
    """By its name and what it says."""
    with (
        closing(Beside(Sums, tmp_path / "sum", advance=lambda _: None)) as sums,
        pytest.raises(AkinError, match="OddError: a socket"),
    ):
        sums.ask(Sums.fail_oddly)


def test_a_process_that_dies_is_noticed(tmp_path):
    """Whether something is asked of it or told."""
    with closing(Beside(Sums, tmp_path / "sum", advance=lambda _: None)) as sums:
        with pytest.raises(ProcessDied):
            sums.ask(Sums.die)
        with pytest.raises(ProcessDied):
            sums.tell(Sums.add, 1)


PARENT = """
import pathlib, sys
from indexer.beside import Beside
from tests.test_beside import Sums

if __name__ == "__main__":
    sums = Beside(Sums, pathlib.Path(sys.argv[1]), advance=lambda _: None)
    sums.tell(Sums.add, 1)
    sums.ask(Sums.sum)
    print("ready", flush=True)
    input()
"""


def test_it_ends_when_the_process_that_started_it_is_killed(tmp_path):
    """However that one ended: nobody writes any more where it wrote."""
    command = [sys.executable, "-c", PARENT, str(tmp_path / "sum")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as parent:
        assert parent.stdout.readline() == b"ready\n"
        worker = int((tmp_path / "sum").read_text().split()[0])
        parent.kill()
    while is_running(worker):
        time.sleep(0.01)


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
