"""The text of an XML document cut into its records, before any parser sees it.

The cuts are made at the start and end tags of the records; what stands around a record is kept as
the tags that are open there. So each record can be parsed by itself, a broken one takes no other
with it, and no more than one is in memory. What lies between the records is looked through for what
should not be there, and for a DTD that declares entities, with which no document is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from indexer.documents import Document
from indexer.readers.xml_dtd import skip_doctype
from indexer.readers.xml_window import Window

_LONGEST_RECORD = 1 << 23
_LONGEST_TAG = 1 << 16
_DEEPEST = 64
"""How many elements may stand around a record; within one, lxml allows 256."""

_HEAD = 400
_BLANK = " \t\n\ufeff"
_NAME = r"[\w.-]+"
_MARKUP = re.compile(
    rf"<(?:(?P<other>!--|!\[CDATA\[|\?|!DOCTYPE\b)"
    rf"|(?P<end>/)?(?P<qualified>(?:{_NAME}:)?(?P<name>{_NAME}))"
    rf"(?P<rest>(?>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*))(?P<close>>)?)"
)
_ENDS = {"!--": "-->", "![CDATA[": "]]>", "?": "?>"}


class Piece(NamedTuple):
    """A record's text, or the beginning of what is wrong.

    Attributes:
        line: 1-based, where it begins.
        text: from ``<`` to ``>``.
        around: the start and end tags of the elements that it lies in, the outermost first.
        problem: why this is no record that can be parsed; ``""`` if it is one.
    """

    line: int
    text: str
    around: tuple[tuple[str, str], ...] = ()
    problem: str = ""


class _Open(NamedTuple):
    name: str
    tags: tuple[str, str]


def pieces(document: Document, names: tuple[str, ...]) -> Iterator[Piece]:
    """Yield the records of a document, and what is wrong with them or between them, in order.

    Args:
        document: of XML.
        names: of the elements that are records, without namespace. None lies within another.

    Raises:
        SourceUnreadable: the document declares entities.
    """
    with document.open() as file:
        yield from _Cutter(document, names, Window(file)).pieces()


class _Cutter:
    def __init__(self, document: Document, names: tuple[str, ...], window: Window) -> None:
        self._document = document
        self._names = frozenset(names)
        self._window = window
        self._alternatives = "|".join(map(re.escape, names))
        self._open: list[_Open] = []
        self._place: list[str] = []  # the names of the elements around the last record
        self._complained = False  # since the last record: once is enough

    def pieces(self) -> Iterator[Piece]:
        window = self._window
        while True:
            found = _MARKUP.search(window.text, window.at)
            start = found.start() if found else len(window.text)
            yield from self._text_before(start)
            window.skip_to(start)
            if found is None:
                if not window.more():
                    break
            elif found["other"]:
                yield from self._passed_over(found)
            elif not found["close"] and len(window.text) - start < _LONGEST_TAG and window.more():
                pass  # a tag with a `>` in an attribute may go on in what was read now
            elif found["name"] in self._names and not found["end"]:
                yield self._record(found)
            elif found["close"]:
                yield from self._tag(found)
                window.skip_to(found.end())
            else:
                yield from self._complaint("a tag without an end")
                window.skip_to(found.end())
        if self._open:
            yield from self._complaint(f"the file ends within <{self._open[-1].name}>: cut off?")

    def _complaint(self, problem: str) -> Iterator[Piece]:
        if not self._complained:
            self._complained = True
            window = self._window
            yield Piece(window.line, window.text[window.at : window.at + _HEAD], problem=problem)

    def _text_before(self, end: int) -> Iterator[Piece]:
        """Complain of text that stands where only records do."""
        window = self._window
        text = window.text[window.at : end].lstrip(_BLANK)
        names = [one.name for one in self._open]
        if text and names == self._place[: len(names)]:
            window.skip_to(end - len(text))
            yield from self._complaint("text outside of any record")

    def _tag(self, found: re.Match[str]) -> Iterator[Piece]:
        """Keep which elements are open."""
        name, names = found["name"], [one.name for one in self._open]
        if found["end"]:
            if not names or names[-1] != name:
                yield from self._complaint(
                    f"</{name}> where </{names[-1]}> should be" if names else f"</{name}> too many"
                )
            if name in names:
                del self._open[len(names) - 1 - names[::-1].index(name) :]
        elif not found["rest"].endswith("/"):
            if len(names) == _DEEPEST or len(found[0]) > _LONGEST_TAG:
                yield from self._complaint("a tag longer than any, or elements nested too deep")
            else:
                tags = (" ".join(found[0].split()), f"</{found['qualified']}>")
                self._open.append(_Open(name, tags))

    def _record(self, found: re.Match[str]) -> Piece:
        """Return the record that begins with a tag, up to its end or to where it breaks off."""
        window, line, name = self._window, self._window.line, found["name"]
        self._place = [one.name for one in self._open]
        self._complained = False
        around = tuple(one.tags for one in self._open)
        if found["close"] and found["rest"].endswith("/"):
            window.skip_to(found.end())
            return Piece(line, found[0], around)
        head = window.text[window.at : window.at + _HEAD]
        size, problem = len(found[0]), ""
        boundary = self._boundary(found["qualified"].removesuffix(name))
        while not (bound := boundary.search(window.text, window.at + size)):
            size = len(window.text) - window.at
            if size > _LONGEST_RECORD:
                problem = f"<{name}> is longer than any record"
                window.skip_to(len(window.text))
                size = 0
            if not window.more():
                head = head if problem else window.text[window.at : window.at + _HEAD]
                window.skip_to(len(window.text))
                self._complained = True
                return Piece(line, head, problem=f"the file ends within <{name}>: cut off?")
        end = bound.end() if bound["end"] else bound.start()
        text = window.text[window.at : end]
        window.skip_to(end)
        if not bound["end"]:
            problem = problem or f"<{name}> has no end: in line {window.line}, another begins"
        return Piece(line, head, problem=problem) if problem else Piece(line, text, around)

    def _boundary(self, prefix: str) -> re.Pattern[str]:
        """Return what ends a record: its own end tag, or where the next one begins."""
        any_name = rf"{re.escape(prefix)}(?:{self._alternatives})"
        return re.compile(rf"<(?:(?P<end>/){any_name}\s*>|{any_name}(?=[\s/>]))")

    def _passed_over(self, found: re.Match[str]) -> Iterator[Piece]:
        """Skip a comment, an instruction, CDATA or a DOCTYPE.

        Raises:
            SourceUnreadable: it declares entities.
        """
        window, kind, line = self._window, found["other"], self._window.line
        if kind == "!DOCTYPE":
            if not skip_doctype(window, self._document.path):
                yield from self._complaint("a DOCTYPE without an end")
            return
        if kind == "![CDATA[":
            yield from self._text_before(found.end())
        elif self._open and window.text.startswith("<?xml ", window.at):
            name = self._open[-1].name
            yield from self._complaint(f"another document begins within <{name}>: cut off?")
            self._open.clear()
        if not window.skip_past(_ENDS[kind], found.end()):
            self._complained = True
            yield Piece(line, found[0], problem=f"<{kind} has no end up to that of the file")
