"""Regular expressions that are compiled when they are first used, as many commands use none."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast


class _Lazy:
    """Stands for a pattern; has its methods, each from its first use on."""

    def __init__(self, compiled: Callable[[], re.Pattern[str]]) -> None:
        self._compiled = compiled

    def __getattr__(self, name: str) -> Any:
        if "_pattern" not in self.__dict__:
            self._pattern = self._compiled()
        value = getattr(self._pattern, name)
        setattr(self, name, value)
        return value


def lazily(pattern: str | Callable[[], str], flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Return what does as a pattern does, by its methods; :mod:`re` itself does not take it.

    Args:
        pattern: to compile, or what makes it.
        flags: as ``re.compile`` takes them.
    """
    return cast(
        "re.Pattern[str]",
        _Lazy(lambda: re.compile(pattern if isinstance(pattern, str) else pattern(), flags)),
    )
