"""Processes that help."""

import os
import signal
from contextlib import closing

import pytest

from indexer import processes
from indexer.errors import ProcessDied
from indexer.processes import Helpers


def doubled(number: int) -> tuple[int, int]:
    """Twice a number, and who says so; 3 is too much."""
    if number == 3:
        raise ValueError("3")
    return 2 * number, os.getpid()


def killed(number: int) -> int:
    """Nothing: the process dies."""
    os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("cores", [1, 2])
def test_what_is_made_comes_in_order(monkeypatch, cores):
    """Each once, whoever makes it; on one core it is made here."""
    monkeypatch.setattr(processes.os, "cpu_count", lambda: cores)
    with closing(Helpers(doubled, 5)) as helpers:
        found = [made for number in (5, 4, 7, 8, 1) for made in helpers.submit(number)]
        found += helpers.rest()
    assert [twice for twice, _ in found] == [10, 8, 14, 16, 2]
    makers = {maker for _, maker in found}
    assert (makers == {os.getpid()}) if cores == 1 else (len(makers) == 3)


def test_what_goes_wrong_is_raised(monkeypatch):
    """What a process raises, and that one died."""
    monkeypatch.setattr(processes.os, "cpu_count", lambda: 2)
    with closing(Helpers(doubled, 2)) as helpers, pytest.raises(ValueError, match="3"):
        list(helpers.submit(3) or helpers.rest())
    with closing(Helpers(killed, 2)) as helpers, pytest.raises(ProcessDied, match="died"):
        list(helpers.submit(3) or helpers.rest())
