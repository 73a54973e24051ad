"""Processes of their own, for work that keeps the interpreter busy."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any


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
        EOFError: the process died.
        OSError: likewise, in the middle of what it sent.
    """
    found = connection.recv()
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
        connection.send(error)
