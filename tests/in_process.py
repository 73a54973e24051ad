"""Command lines that run in the process of a test."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest

import search_api.cli


def runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *command: str
) -> Callable[..., SimpleNamespace]:
    """Return what runs ``akin COMMAND …`` and returns exit code, output, errors and JSON.

    It takes a line, as it is typed behind the command, and further arguments as they are.
    """

    def run(line: str, *more: object) -> SimpleNamespace:
        arguments = ["akin", *command, *shlex.split(line), *map(str, more)]
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as exited:
            search_api.cli.main()
        out, err = capsys.readouterr()
        found = json.loads(out) if "--json" in arguments else None
        return SimpleNamespace(code=exited.value.code, out=out, err=err, json=found)

    return run
