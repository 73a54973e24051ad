"""Processes of their own, for work that keeps the interpreter busy."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from indexer.errors import AkinError, ProcessDied

Given = TypeVar("Given")
Made = TypeVar("Made")


@contextmanager
def process(work: Callable[..., None], *arguments: object) -> Iterator[Connection]:
    """Start a process that does some work, lend the connection to it, and end it."""
    # A new interpreter: a copy of this one may hold threads and a model.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    started = context.Process(target=_work, args=(theirs, work, *arguments), daemon=True)
    with _deaf_to_interruption():  # which it inherits: its start would end in a traceback
        started.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        started.terminate()
        started.join()


def received(connection: Connection) -> Any:
    """Return what a process sends; what went wrong in it is raised.

    Raises:
        ProcessDied: the process died.
    """
    try:
        found = connection.recv()
    except (EOFError, OSError) as error:  # the latter where it died in the middle of what it sent
        raise ProcessDied.of("a process that was helping") from error
    if isinstance(found, BaseException):
        raise found
    return found


@contextmanager
def _deaf_to_interruption() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what signals do
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _work(connection: Connection, work: Callable[..., None], *arguments: object) -> None:
    """Do what a process is started for; send what goes wrong."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is for the other process
    # The thread that decompresses holds the interpreter for moments only; at the default of 5 ms it
    # waits for it longer than it works.
    sys.setswitchinterval(0.0005)
    gc.set_threshold(50_000)  # records are made and gone: to look for cycles often is in vain
    try:
        work(connection, *arguments)
    except (BrokenPipeError, ConnectionResetError, EOFError):
        pass  # nobody reads any more
    except BaseException as error:  # noqa: BLE001 — raised again where somebody waits for it
        connection.send(_as_sent(error))


def _as_sent(error: BaseException) -> BaseException:
    """Return an error as another process can raise it: itself, or what it says."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 — made here
    except Exception:  # noqa: BLE001 — what cannot be pickled raises whatever it likes
        return AkinError(f"{type(error).__name__}: {error}")
    return error


class Helpers(Generic[Given, Made]):
    """Processes that make something of what they are given, in turn. Close them when done.

    They are started when they are first needed, and stay for what comes next. At most there is one
    more than there are cores, as one always waits for this process; where there is but one core,
    this process does the work.

    Args:
        make: what each does; a function that can be imported, or part of one.
        most: processes, at most.
    """

    def __init__(self, make: Callable[[Given], Made], most: int | None = None) -> None:
        self._make = make
        cores = os.cpu_count() or 1
        self._most = min(most or cores + 1, cores + 1) if cores > 1 else 1
        self._open = ExitStack()
        self._idle: list[Connection] = []
        self._busy: deque[Connection] = deque()

    def submit(self, given: Given) -> list[Made]:
        """Let something be made, and return what is made of what came before, as far as it is due.

        Raises:
            ProcessDied: one of them did; likewise of :meth:`rest`.
        """
        if self._most < 2:
            return [self._make(given)]
        done = []
        if len(self._busy) == self._most:
            done.append(self._next())
        if not self._idle:
            self._idle.append(self._open.enter_context(process(_answer, self._make)))
        helper = self._idle.pop()
        try:
            helper.send(given)
        except OSError as error:
            raise ProcessDied.of("a process that was helping") from error
        self._busy.append(helper)
        return done

    def rest(self) -> Iterator[Made]:
        """Yield what is still to come."""
        while self._busy:
            yield self._next()

    def close(self) -> None:
        """End the processes, whatever they do; others are started if there is more to be made."""
        self._busy.clear()
        self._idle.clear()
        self._open.close()

    def _next(self) -> Made:
        helper = self._busy.popleft()
        made: Made = received(helper)
        self._idle.append(helper)
        return made


def _answer(connection: Connection, make: Callable[[Any], Any]) -> None:
    while True:
        connection.send(make(connection.recv()))
