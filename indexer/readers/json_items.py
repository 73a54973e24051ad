"""The records of a JSON document, one by one, whatever its form.

JSON is written in many ways: an object a line (JSON lines), one array over many lines or in one,
objects over several lines one behind the other, or as a service answers, with the records in a list
within an object::

    {"id": "W1", "title": "…"}                  [{"id": "W1"}, {"id": "W2"}]
    {"id": "W2", "title": "…"}                  {"meta": {…}, "results": [{"id": "W1"}, …]}

Each record is decoded alone. One that is broken is rejected with its line and the error, and the
others stay; a comma too many, an empty line and a byte-order mark are nothing. Where a key is
repeated within an object its last value counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from indexer.documents import LONGEST_LINE, Document
from indexer.paper import Record, Rejection
from indexer.readers.json_splitter import LISTS, OWN, OWN_NAME, Broken, Found, Splitter, beside
from indexer.readers.json_values import READ, decode
from indexer.readers.record import reject

_CHUNK = 1 << 20
_LOOKED_AT = 10
"""Lines within which there is a whole record, if records are lines."""

_NOTHING = " \t\r\n\ufeff"


def read_items(
    document: Document, paper: Callable[[Document, int, dict[str, Any]], Record | Rejection]
) -> Iterator[Record | Rejection]:
    """Yield what ``paper(document, line, item)`` makes of each item, and why the rest is none."""
    found_items: Iterable[Found] = items(document)
    if document.is_lines:  # in memory: a processor keeps at hand what it does to one after another
        found_items = list(found_items)
    for line, item in found_items:
        if isinstance(item, Broken):
            yield reject(document, line, item.reason, item.head)
            continue
        found = paper(document, line, item)
        if isinstance(found, Rejection) and not found.head:
            found = reject(document, line, found.reason, json.dumps(item, ensure_ascii=False))
        yield found


def items(document: Document) -> Iterator[Found]:
    """Yield each record of the document with its line, or what is wrong with it."""
    if is_lines(document):
        yield from _lines(document)
        return
    with document.open_text() as file:
        file.reconfigure(newline=None)
        yield from Splitter(document, lambda: file.read(_CHUNK)).records()


def is_lines(document: Document) -> bool:
    """Tell JSON lines: an early line is a whole object, and the first is no part of one."""
    if document.is_lines:
        return True
    with document.open_text() as file:
        file.reconfigure(newline=None)
        first = True
        for _ in range(_LOOKED_AT):
            line = file.readline(LONGEST_LINE)
            text = line.strip(_NOTHING)
            if len(line) == LONGEST_LINE:
                return False
            if first and text:
                if text[0] != "{" or text[-1] in "{[,:":
                    return False
                first = False
            if line.startswith("{") and _decoded(text) is not None:
                return True
    return False


def _decoded(text: str) -> dict[str, Any] | None:
    try:
        value = decode(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _lines(document: Document) -> Iterator[Found]:
    for number, text, cut in document.lines():
        if cut:
            yield number, Broken("the line is longer than any record", text[:1000])
        elif text and not text.isspace():
            item = _decoded(text)
            if item is not None and (LISTS.isdisjoint(item) or not _may_hold_records(item)):
                yield number, item
            else:
                line = Splitter(document, _once(text), line=number, unit="line")
                yield from line.records()


def _may_hold_records(item: dict[str, Any]) -> bool:
    return any(isinstance(item[name], list | dict) for name in LISTS & item.keys())


def _once(text: str) -> Callable[[], str]:
    parts = iter((text,))
    return lambda: next(parts, "")


@lru_cache(maxsize=2)
def first_object(head: str) -> dict[str, Any]:
    """Return the first record of a document as far as its head goes, for telling its format.

    Args:
        head: may be cut anywhere, and be no JSON at all.

    Returns:
        What could be read of it, not to be changed; a key whose value is cut has ``None``.
    """
    return _first(head)[0]


def _first(text: str) -> tuple[dict[str, Any], bool]:
    """Return the first object of a text, or that of the list in it, and whether it is from one."""
    opening = text.lstrip(_NOTHING + "[")
    if not opening.startswith("{"):
        return {}, False
    found: dict[str, Any] = {}
    at = 1
    try:
        while True:
            key, at = READ(opening, _next(opening, at, ","))
            if not isinstance(key, str):
                return found, False
            found[key] = None
            at = _next(opening, at, ":")
            if key in LISTS and opening[at] in "[{" and OWN.isdisjoint(map(str.lower, found)):
                inner, listed = _first(opening[at:])
                if inner and (listed or opening[at] == "[") and not _in_a_record(opening, at):
                    return inner, True
            found[key], at = READ(opening, at)
    except (ValueError, LookupError, TypeError, RecursionError):  # cut, broken, or at its end
        return found, False


def _in_a_record(text: str, at: int) -> bool:
    """Tell whether behind the value that begins here an object says what only records say."""
    try:
        return OWN_NAME.search(beside(text, READ(text, at)[1])) is not None
    except (ValueError, RecursionError):
        return False


def _next(text: str, at: int, mark: str) -> int:
    """Return where the next token begins, a mark before it passed over."""
    while text[at] in _NOTHING or text[at] == mark:
        at += 1
    return at
