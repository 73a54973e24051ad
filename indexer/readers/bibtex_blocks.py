r"""A BibTeX stream cut into its blocks.

BibTeX's own parsers read a whole library from one string. Here the stream is cut first, so that a
file of any size is read in bounded memory, and an entry that is broken does not take its neighbours
with it: a block is ``@word{`` up to the brace that closes it, or, where none does, up to the next
line that begins another block.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from indexer.documents import Line

LONGEST_BLOCK = 4_000_000
"""Characters, also of what macros make of it."""

TOO_LONG = f"longer than any record ({LONGEST_BLOCK:,} characters)"

NO_ENTRIES = ("comment", "preamble")
"""Types of the blocks that hold nothing of interest."""

NAME = r"[^\W\d][\w.:+/-]{0,100}"
"""A field's name."""

START = re.compile(r"@[ \t]*(?P<word>\w+)[ \t]*(?P<open>[{(])")

_BRACE = re.compile(r"[{}]|\\[\\{}]")
"""Braces, and what looks like one and is escaped."""

_SHOWN = 60
_LINE_TOO_LONG = "a line longer than any record"
_BRACE_OR_END = re.compile(r"\\[\\{}\"]|[{}\")]")
# In the middle of a file that several were joined to, a line may begin with a byte-order mark.
_NEXT = re.compile(
    r"[ \t\ufeff]*@[ \t]*(?:(?i:string|preamble|comment)[ \t]*[{(]"
    rf"|\w+[ \t]*[{{(][^{{}}=\",]{{0,300}}(?:,[ \t]*(?:{NAME}[ \t]*=|$)|$)"
    r"|\w+[ \t]*\{(?:[^{}]|\{[^{}]{0,100}\}){0,300},[ \t]*$)"
)
# Of an entry that has lost its `@` or its brace, or that ended too early.
_STRAY = re.compile(
    rf"[\s,}})]*(?:(?P<head>@?\w{{1,40}}\s{{0,20}}\{{[^{{}},=]{{0,300}},\s*$)"
    rf"|(?P<start>@?\w{{1,40}}\s{{0,20}}\{{?[^{{}},=]{{0,300}},\s*)?"
    rf"{NAME}\s*=\s*(?:[\"{{]|\w+\s*,?\s*$))"
)
_BEFORE = " \t,;})\ufeff"
"""What may lie before a block in its line."""

_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a BibTeX file, or text between blocks that looks like a piece of one.

    Attributes:
        line: 1-based, where it begins.
        text: from its ``@`` to its closing brace.
        problem: why it cannot be read, ``""`` if it can.
    """

    line: int
    text: str
    problem: str = ""


def blocks(lines: Iterable[Line]) -> Iterator[Block]:
    """Yield the blocks, and of the text between them what looks like a piece of an entry.

    Other text between blocks is a comment, and so is a line that begins with ``%``. Within
    ``@comment`` a line that begins an entry does begin one, as it does for BibTeX.
    """
    source = _Source(lines)
    last: Block | None = None  # what lies behind it may yet show that it ended too early
    blank, stray = True, False  # of the text behind it
    while (line := source.next()) is not None:
        start = _start(line.text)
        between = line.text if start < 0 else line.text[:start]
        if _WORD.search(between):
            found = None if between.lstrip().startswith("%") else _STRAY.match(between)
            entry = bool(found and (found["head"] or found["start"]))
            if found and blank and last and not last.problem and not entry:
                reason = f"a brace too many: {short(between)} lies behind its end"
                last = replace(last, problem=reason)
            elif found and (entry or not stray):
                if last:
                    yield last
                last = Block(line.number, between, f"outside of any entry: {short(between)}")
            blank, stray = False, stray or found is not None
        if start < 0 and not line.cut:
            continue
        if last:
            yield last
        blank, stray, last = True, False, None
        if start < 0:
            yield Block(line.number, line.text[:_SHOWN], _LINE_TOO_LONG)
        else:
            last = _block(source, line._replace(text=line.text[start:]))
    if last:
        yield last


def short(text: str) -> str:
    """Return the beginning of a text, on one line and in quotes."""
    text = " ".join(text[: 4 * _SHOWN].split())
    return repr(text[:_SHOWN] + "…" if len(text) > _SHOWN else text)


def _start(text: str) -> int:
    """Return where a block begins in a line that is not within one, -1 if none does."""
    if "@" not in text or text.lstrip().startswith("%"):
        return -1
    lead = len(text) - len(text.lstrip(_BEFORE))
    for match in START.finditer(text):
        # In the middle of a line it may be an address: me@home (office).
        if match.start() <= lead or _NEXT.match(text, match.start()):
            return match.start()
    return -1


class _Source:
    """Lines, of which the last can be put back."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = iter(lines)
        self._back: Line | None = None

    def next(self) -> Line | None:
        line, self._back = self._back, None
        return line or next(self._lines, None)

    def put_back(self, line: Line | None) -> None:
        self._back = line


class _Balance:
    """How deep in braces a block is, from line to line."""

    def __init__(self, opening: str) -> None:
        self._marks = _BRACE if opening == "{" else _BRACE_OR_END
        self._closing = "}" if opening == "{" else ")"
        self._depth = 0
        self._quoted = False

    def end_in(self, text: str, start: int) -> int:
        """Return the index behind the block's end, -1 if it does not end in this line."""
        if self._closing == "}" and not start and "\\" not in text:
            closing = text.count("}")
            if closing <= self._depth:  # it cannot end here, in whatever order they come
                self._depth += text.count("{") - closing
                return -1
        for mark in self._marks.finditer(text, start):
            sign = mark[0]
            if sign == "{":
                self._depth += 1
            elif sign == self._closing and not self._depth and not self._quoted:
                return mark.end()
            elif sign == "}":
                self._depth = max(0, self._depth - 1)
            elif sign == '"' and not self._depth:
                self._quoted = not self._quoted
        return -1


def _block(source: _Source, line: Line) -> Block:
    """Return the block that a line begins with, and put back what lies behind it."""
    head = START.match(line.text)
    opening, start = (head["open"], head.end()) if head else ("{", 0)
    first, kept, size, problem = line, [line.text], len(line.text), ""
    balance = _Balance(opening)
    while (end := balance.end_in(line.text, start)) < 0:
        if line.cut:
            problem = _LINE_TOO_LONG
            break
        following = source.next()
        if following is None or _NEXT.match(following.text):
            source.put_back(following)
            where = f"line {following.number}" if following else "the end of the file"
            problem = f"never closed: still open at {where}"
            break
        line, start = following, 0
        size += len(line.text) + 1
        if size > LONGEST_BLOCK:
            kept = kept[:1]
        kept.append(line.text)
    else:
        source.put_back(line._replace(text=line.text[end:]))
        kept[-1] = line.text[:end]
        size -= len(line.text) - end
    if head and head["word"].lower() in NO_ENTRIES:
        return Block(first.number, head[0])
    if size > LONGEST_BLOCK:
        return Block(first.number, first.text[:1000], problem or TOO_LONG)
    return Block(first.number, "\n".join(kept), problem)
