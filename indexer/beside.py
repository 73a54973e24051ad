"""An object that is at work beside this process, in one of its own, and is told what to do.

What it is told it does in turn, while this one goes on; only who asks it for something waits. Where
little is to be done it lives here instead, and does at once what it is told.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from ctypes import c_int64
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

from indexer.errors import ProcessDied
from indexer.processes import process, received


class Closable(Protocol):
    """What can be closed."""

    def close(self) -> None:
        """Close it as it is. Closing twice does no harm."""


Made = TypeVar("Made", bound=Closable)
At_co = TypeVar("At_co", bound=Closable, covariant=True)
Told = ParamSpec("Told")
Answer = TypeVar("Answer")

Advance = Callable[[int], None]
"""Takes how much was done, to be told to people."""

_HEARD_EVERY = 0.2
"""Seconds after which who waits looks again how much was done."""


class Worker(Protocol[At_co]):
    """Who does with an object what it is told; methods of its class say what."""

    def tell(
        self,
        do: Callable[Concatenate[At_co, Told], object],
        *args: Told.args,
        **kwargs: Told.kwargs,
    ) -> None:
        """Let something be done, after all that was told before.

        Raises:
            Exception: what went wrong with this, or with something that was told before.
        """

    def ask(
        self,
        do: Callable[Concatenate[At_co, Told], Answer],
        *args: Told.args,
        **kwargs: Told.kwargs,
    ) -> Answer:
        """Let something be done, after all that was told before, and return what comes of it.

        Raises:
            Exception: likewise.
        """

    def close(self) -> None:
        """End the work as it is. Closing twice does no harm."""


class Here(Generic[Made]):
    """A worker that is this process.

    Args:
        make: makes the object of the arguments, and of a function that it tells of its progress.
        arguments: the others.
        advance: that function.
    """

    def __init__(self, make: Callable[..., Made], *arguments: object, advance: Advance) -> None:
        self._made = make(*arguments, advance)

    def tell(
        self, do: Callable[Concatenate[Made, Told], object], *args: Told.args, **kwargs: Told.kwargs
    ) -> None:
        """Do it now."""
        do(self._made, *args, **kwargs)

    def ask(
        self, do: Callable[Concatenate[Made, Told], Answer], *args: Told.args, **kwargs: Told.kwargs
    ) -> Answer:
        """Do it now."""
        return do(self._made, *args, **kwargs)

    def close(self) -> None:
        """Close the object."""
        self._made.close()


class Beside(Generic[Made]):
    """A worker that is a process of its own; it dies with this one.

    It sends nothing but answers, and counts in memory of both what it has done: nobody reads what
    it sends while nobody waits, so that it would stand still when the pipe is full.

    Args:
        make: likewise, a function or class that can be imported; so must be what it is told.
        arguments: likewise.
        advance: is told while somebody waits for an answer.
    """

    def __init__(self, make: Callable[..., Made], *arguments: object, advance: Advance) -> None:
        self._advance = advance
        self._done: Any = get_context("spawn").RawValue(c_int64, 0)
        self._heard = 0
        self._open = ExitStack()
        self._connection = self._open.enter_context(process(_serve, self._done, make, *arguments))

    def tell(
        self, do: Callable[Concatenate[Made, Told], object], *args: Told.args, **kwargs: Told.kwargs
    ) -> None:
        """Leave it to be done."""
        self._send(do, args, kwargs, answered=False)

    def ask(
        self, do: Callable[Concatenate[Made, Told], Answer], *args: Told.args, **kwargs: Told.kwargs
    ) -> Answer:
        """Wait for it."""
        self._send(do, args, kwargs, answered=True)
        while not self._connection.poll(_HEARD_EVERY):
            self._hear()
        answer: Answer = received(self._connection)
        self._hear()
        return answer

    def close(self) -> None:
        """End the process, whatever it does."""
        self._open.close()

    def _hear(self) -> None:
        done = self._done.value
        if done > self._heard:
            self._advance(done - self._heard)
        self._heard = done

    def _send(self, *told: object, answered: bool) -> None:
        try:
            self._connection.send((*told, answered))
        except OSError as error:  # it has ended; perhaps it said why
            received(self._connection)
            raise ProcessDied.of("a process that was helping") from error


def _serve(connection: Connection, done: Any, make: Callable[..., Any], *arguments: object) -> None:
    threading.Thread(target=_die_with_parent, daemon=True).start()

    def advance(by: int) -> None:
        done.value += by

    made = make(*arguments, advance)
    while True:
        do, given, named, answered = connection.recv()
        found = do(made, *given, **named)
        if answered:
            connection.send(found)


def _die_with_parent() -> None:
    """End when the process that started this one is gone: nobody else may write where it wrote."""
    parent = parent_process()
    assert parent is not None  # noqa: S101 — this is a process of multiprocessing
    wait([parent.sentinel])
    os._exit(1)
