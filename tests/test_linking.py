"""All candidates are compared, here or in other processes."""

from __future__ import annotations

import itertools
import multiprocessing

from indexer.merging import linking
from indexer.merging.linking import compared
from indexer.paper import Paper

TITLE = "Herons at the forty ponds of the northern plain"

PAPERS = [
    Paper(id=f"akin:{n}", title=title, authors=("Ann Lee",), year=year, doi=doi)
    for n, (title, year, doi) in enumerate(
        [
            (TITLE, 2020, "10.1/a"),
            (TITLE, 2021, None),
            (f"{TITLE}: a long view", 2020, "10.1/a"),
            ("Bakers of three towns in years of rationing", 1950, None),
        ]
    )
]
PAIRS = list(itertools.combinations(range(len(PAPERS)), 2))


def test_other_processes_find_the_same(monkeypatch):
    """Where there are many pairs they are compared elsewhere, to the same end and in order."""
    monkeypatch.setattr(linking, "AT_ONCE", 2)
    here = list(compared(PAIRS, PAPERS.__getitem__, ()))
    monkeypatch.setattr(linking, "FEW", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert list(compared(PAIRS, PAPERS.__getitem__, ())) == here
    assert multiprocessing.active_children() == []
    assert [lot.pairs for lot in here] == [2, 2, 2]
    shared = [(row, other) for lot in here for row, other, _ in lot.shared]
    likely = [(link.row, link.other) for lot in here for link in lot.likely]
    assert shared == [(0, 2)]
    assert likely == [(0, 1), (1, 2)]


def test_what_is_ignored_is_not_shared():
    """An identifier of a kind that is ignored makes no pair one that shares it."""
    (lot,) = compared([(0, 2)], PAPERS.__getitem__, ["doi"])
    assert lot.shared == []
