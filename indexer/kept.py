"""A value that is worked out when it is first asked for, and kept with the object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

Value = TypeVar("Value")


class kept(Generic[Value]):  # noqa: N801 — used as a decorator, like property
    """As ``functools.cached_property``, without its lock.

    Until Python 3.12 that lock is one for all objects of a class: while one query is scored, all
    others would wait. Two threads that ask the same object at once may both work the value out.
    """

    def __init__(self, work_out: Callable[[Any], Value]) -> None:
        self._work_out = work_out
        self.__doc__ = work_out.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...

    def __get__(self, instance: object | None, owner: type) -> Self | Value:
        if instance is None:
            return self
        value = self._work_out(instance)
        instance.__dict__[self._name] = value  # found before this is asked again
        return value
