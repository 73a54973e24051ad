"""Connections to a catalogue, each lent to one thread at a time."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import EngineClosed, IndexCorrupted
from indexer.store.catalogue import open_catalogue

CONNECTIONS = 8
"""How many queries of one engine read its catalogue at the same time."""


class Connections:
    """Connections to one catalogue. Safe to share by threads; close them when done.

    All are opened at once: later the file may be gone, and its generation still served.

    Args:
        catalogue: the file.
        most: how many there are.
    """

    def __init__(self, catalogue: Path, most: int = CONNECTIONS) -> None:
        self._catalogue = catalogue
        # In turn: each keeps pages of the file, and damage to it is noticed only by reading.
        try:
            self._free = deque(open_catalogue(catalogue) for _ in range(most))
        except sqlite3.Error as error:
            raise IndexCorrupted(f"{catalogue}: {error}", file=str(catalogue)) from error
        self._changed = threading.Condition()
        self._closed = False

    def close(self) -> None:
        """Close the free ones now, those in use when they are given back."""
        with self._changed:
            self._closed = True
            while self._free:
                self._free.pop().close()
            self._changed.notify_all()

    def check_open(self) -> None:
        """Do nothing, unless they were closed.

        Raises:
            EngineClosed: they were.
        """
        if self._closed:
            raise self._gone()

    def _gone(self) -> EngineClosed:
        return EngineClosed(f"{self._catalogue.parent}: asked after it was closed: open anew")

    @contextmanager
    def lend(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection; wait for a free one.

        Raises:
            EngineClosed: they were closed, perhaps while this one was waited for.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._free or self._closed)
            if not self._free:
                raise self._gone()
            db = self._free.popleft()
        try:
            yield db
        finally:
            with self._changed:
                if self._closed:
                    db.close()
                else:
                    self._free.append(db)
                    self._changed.notify()
