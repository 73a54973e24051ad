"""Finds where the objects of a JSON text begin and end, without reading it as a whole.

A text may be one array of 10 GB in a single line, objects one behind the other, or an object around
a list (``{"results": [{…}, {…}]}``). Brackets are counted, strings passed over, and each object is
decoded alone: a broken one costs no other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from indexer.documents import LONGEST_LINE, Document
from indexer.readers.json_values import BRACKET, READ, decode

LISTS = frozenset(
    "articles collection data docs documents entries entry hit hits items message notes papers "
    "publications records response result resultList results rows search-results works".split()
)
"""What services call the list of records that they answer with, and the objects around it."""

OWN = frozenset("abstract abstractnote author authors creators doi itemtype journal".split())
"""What only records have, lower case: a list in such an object is a part of the record."""

_OF_ANSWERS = re.compile(
    r"total|count|found|size|page|rows|start|offset|limit|next|prev|cursor|sort|status|success|error|"
    r"message|version|time|took|shard|quer|request|header|param|meta|facet|group|links|self|score",
    re.IGNORECASE,
)
"""In the names of what an answer says beside its list."""

_DEEPEST = 100
"""Lists around a list."""

_ENOUGH = 1 << 16
"""Characters that tell whether a list holds records."""

_MOST_RESCANNED = LONGEST_LINE * 16
_MOST_CANDIDATES = 10_000

_MARK = re.compile(r'\\.|["{}\[\]]', re.DOTALL)
_GAP = re.compile("[\\s,\ufeff\x1e]*+")
_STRAY = re.compile(r'"(?:[^"\\\n]|\\.)*+"?|[^"\[\]{,\n]++|\[++|\]++')
_NAMED_LIST = re.compile(r'"([\w-]+)"\s*:\s*\[$')
_TITLE = re.compile(r'"title"\s*:', re.IGNORECASE)
_TITLED = re.compile(r'"(?:title|display_?name|abstract\w*|paperabstract)"\s*:', re.IGNORECASE)
_WITH_TEXT = re.compile(
    rf'{_TITLED.pattern}|"(?:text|headline|itemtype|casename|nameofact)"\s*:', re.IGNORECASE
)
OWN_NAME = re.compile(rf'"(?:{"|".join(OWN)})"\s*:', re.IGNORECASE)
_FIRST_KEY = re.compile(r'\{\s*("(?:[^"\\]|\\.)*")\s*:')


@dataclass(frozen=True, slots=True)
class Broken:
    """What should be a record, and is none.

    Attributes:
        reason: what is wrong with it.
        head: how it begins.
    """

    reason: str
    head: str


_End = Literal["closed", "list", "long", "cut"]

Found = tuple[int, dict[str, Any] | Broken]
"""The 1-based line where it begins, and the object."""


class Splitter:
    """Takes a text apart into its records.

    Args:
        document: where it lies.
        more: returns the next part of the text, ``""`` at its end.
        line: number of the first.
        unit: what ends where the text ends: the ``file`` or the ``line``.
    """

    def __init__(
        self, document: Document, more: Callable[[], str], *, line: int = 1, unit: str = "file"
    ) -> None:
        self._document, self._more, self._unit = document, more, unit
        self._text = ""
        self._start = self._at = 0  # of what must be kept; of what is not looked at yet
        self._line_number, self._counted = line, 0
        # Around what is read: 0 for a list, for an object around a list how many braces are open.
        self._around: list[int] = []
        self._last: dict[str, Any] = {}
        self._rescanned = 0

    def records(self) -> Iterator[Found]:
        """Yield each record with its line, or what is wrong with it."""
        while self._to_next():
            opening = self._text[self._at]
            if opening == "{":
                yield from self._object(0)
            elif opening == "[" and len(self._around) < _DEEPEST:
                self._around.append(0)
                self._at += 1
            elif opening == "]" and self._around:
                self._around.pop()
                self._at += 1
                if self._around and self._around[-1]:
                    yield from self._object(self._around.pop())
            else:
                yield self._stray()
        if self._around:
            yield self._line(), Broken(f"the {self._unit} ends before its list does", "")

    def _to_next(self) -> bool:
        """Go to what is neither space nor a comma; return whether there is any."""
        while True:
            gap = _GAP.match(self._text, self._at)
            self._start = self._at = gap.end() if gap else self._at
            if self._at < len(self._text):
                return True
            if not self._fill():
                return False

    def _object(self, braces: int) -> Iterator[Found]:
        """Read a new object, or go on in one around a list, ``braces`` deep, behind the list."""
        line, around = self._line(), braces > 0
        end, braces = self._walk(braces, around)
        if end == "list":
            self._around += [braces, 0]
        elif around:
            if end == "long":
                yield line, Broken("longer than any record", self._text[self._start :][:1000])
                self._pass_over(braces)
            elif end == "cut":
                self._at = len(self._text)
                self._around.append(braces)  # not closed
        else:
            yield from self._whole(line, end, braces)

    def _whole(self, line: int, end: _End, braces: int) -> Iterator[Found]:
        """Yield the record between start and here, or why it is none, and go behind it."""
        text = self._text[self._start : self._at if end == "closed" else None]
        if end == "long" or len(text) > LONGEST_LINE:
            reason = "longer than any record"
        elif end == "cut":
            reason = f"the {self._unit} ends within a record"
        else:
            try:
                record: dict[str, Any] = decode(self._document.decoded(text))
            except ValueError as error:
                reason = _why(error, line)
            else:
                self._last = record
                listed = self._around and not self._around[-1]
                if listed or not _is_empty_answer(record):
                    yield line, record
                return
        rescued = self._next_within(text)
        if rescued and end != "closed":
            reason = "never closed: a bracket or a quotation mark is missing"
        yield line, Broken(reason, self._document.decoded(text[: rescued or 1000][:1000]))
        if rescued:
            self._start += rescued
            self._at = self._start
        elif end == "long":
            self._pass_over(braces)
        elif end == "cut":
            self._at = len(self._text)
            self._around.clear()  # that the lists do not end either is said with it

    def _walk(self, depth: int, around: bool) -> tuple[_End, int]:
        """Go to the end of the object, or to the list of records in it; return the depth there."""
        list_at = 0  # depth of the outermost list that is open
        while True:
            if around:
                self._start = self._at
            mark = BRACKET.match(self._text, self._at)
            if mark is None:
                if len(self._text) - self._start > LONGEST_LINE:
                    return "long", depth
                if not self._fill():
                    return "cut", depth
                continue
            self._at = mark.end()
            if mark[1] in "{[":
                depth += 1
                if mark[1] == "[" and not list_at:
                    if self._holds_records():
                        return "list", depth - 1
                    list_at = depth
            else:
                list_at = 0 if depth == list_at else list_at
                depth -= 1
                if not depth:
                    return "closed", 0

    def _holds_records(self) -> bool:
        """Tell whether the list that opens here is of records, rather than part of one."""
        named = _NAMED_LIST.search(self._text, max(self._start, self._at - 64), self._at)
        if not named or named[1] not in LISTS:
            return False
        if OWN_NAME.search(self._text, self._start, self._at):
            return False  # they lie in a record
        while len(self._text) - self._at < _ENOUGH and self._fill():
            pass
        depth, end = 1, self._at
        while depth and end - self._at < _ENOUGH and (mark := BRACKET.match(self._text, end)):
            depth += 1 if mark[1] in "{[" else -1
            end = mark.end()
        behind = "" if depth else beside(self._text, end)
        if OWN_NAME.search(behind):
            return False
        titled = _TITLE.search(self._text, self._start, self._at) or _TITLE.search(behind)
        telling = _TITLED if titled else _WITH_TEXT
        return telling.search(self._text, self._at, len(self._text) if depth else end) is not None

    def _pass_over(self, depth: int) -> None:
        """Go behind an object that is too long to keep."""
        in_string = False
        while True:
            end = self._at
            for mark in _MARK.finditer(self._text, self._at):
                end = mark.end()
                if mark[0] == '"':
                    in_string = not in_string
                elif not in_string and mark[0] in "{}[]":
                    depth += 1 if mark[0] in "{[" else -1
                    if not depth:
                        self._at = end
                        return
            escape = self._text.endswith("\\", end)  # what it escapes is still to come
            self._start = self._at = len(self._text) - escape
            if not self._fill():
                self._start = self._at = len(self._text)
                return

    def _next_within(self, text: str) -> int:
        """Return where in a broken record's text the next one begins, 0 where none does.

        A lost quotation mark or bracket makes what follows look like a part of the record. The
        next begins with the same key, can be read, and holds what the last one held.
        """
        key = _FIRST_KEY.match(text)
        if not key or self._rescanned > _MOST_RESCANNED:
            return 0
        self._rescanned += len(text)
        begins = re.compile(r"\{\s*" + re.escape(key[1]) + r"\s*:")
        for beginning in islice(begins.finditer(text, 1), _MOST_CANDIDATES):
            try:
                record, _ = READ(text, beginning.start())
            except (ValueError, RecursionError):
                continue
            if self._is_alike(record):
                return beginning.start()
        return 0

    def _is_alike(self, record: dict[str, Any]) -> bool:
        if self._last:
            return 4 * len(self._last.keys() & record.keys()) >= 3 * len(self._last)
        names = " ".join(f'"{name}":' for name in record)
        return '"title":' in names.lower() and len(record) > 2

    def _stray(self) -> Found:
        """Pass over what is no object."""
        line = self._line()
        while True:
            stray = _STRAY.match(self._text, self._at)
            end = stray.end() if stray else self._at + 1
            if end < len(self._text) or end - self._at > _ENOUGH or not self._fill():
                break
        text = self._document.decoded(self._text[self._at : end]).strip()
        self._start = self._at = end
        return line, Broken(f"not an object: {_short(text)}", text[:1000])

    def _line(self) -> int:
        """Return the number of the line in which what is kept begins."""
        self._line_number += self._text.count("\n", self._counted, self._start)
        self._counted = self._start
        return self._line_number

    def _fill(self) -> bool:
        """Read on, forgetting what need not be kept; return whether anything came."""
        self._line()
        more = self._more()
        self._text = self._text[self._start :] + more
        self._at -= self._start
        self._start = self._counted = 0
        return bool(more)


def beside(text: str, at: int) -> str:
    """Return what an object says itself behind a list in it, without what lies deeper.

    Args:
        text: may be cut before the object ends.
        at: behind the list.
    """
    said, depth = [], 0
    while mark := BRACKET.match(text, at):
        if not depth:
            said.append(text[at : mark.start(1)])
        depth += 1 if mark[1] in "{[" else -1
        at = mark.end()
        if depth < 0:
            return "".join(said)
    return "".join(said) + ("" if depth else text[at:])


def _is_empty_answer(answer: dict[str, Any]) -> bool:
    """Tell a service's answer without results: besides its empty list it counts, and no more."""
    empty = {
        name
        for name in LISTS & answer.keys()
        if (held := answer[name]) == [] or (isinstance(held, dict) and _is_empty_answer(held))
    }
    return bool(empty) and all(name in empty or _OF_ANSWERS.search(name) for name in answer)


def _why(error: ValueError, line: int) -> str:
    if isinstance(error, json.JSONDecodeError):
        near = _short(error.doc[error.pos : error.pos + 40])
        return f"{error.msg} at line {line + error.lineno - 1}, column {error.colno}: {near}"
    return str(error).partition(";")[0]


def _short(text: str) -> str:
    return repr(text[:40] + "…" if len(text) > 40 else text)
