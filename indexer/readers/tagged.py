"""What the readers of line-tagged formats share: from lines to the fields of records.

RIS, MEDLINE, the Web of Science's and EndNote's text all write one field a line, a tag in front of
it, and further lines of its value below. They differ in how a tag looks and in where a record
begins and ends, which a :class:`Syntax` says. Between records exporters number them or name
themselves (``2.``, ``Record #2 of 6``, ``Provider: JSTOR``): that is passed over, anything else
that stands outside of records is rejected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from indexer.cleaning.text import join_wrapped
from indexer.documents import Document, Line, readable
from indexer.paper import Rejection
from indexer.readers.record import reject

LONGEST_RECORD = 1 << 22
"""Characters; what goes on for longer is no record."""

_FILE_MARKS = "\ufeff\x1a"  # beginning and end of files, where several are one behind the other
_HEAD = 120
_MOST_HELD = 50
_NOTHING = frozenset(("nan", "NaN", "undefined"))  # how some programs write that there is no value
_RULE = r"[-–—_=*#~.:<>()\[\] ]*"
_NUMBERING = re.compile(
    rf"{_RULE}(?:(?:record|citation|result)?\W{{0,3}}\d{{1,9}}(?: of \d{{1,9}})?)?{_RULE}",
    re.IGNORECASE,
)
_PREAMBLE = re.compile(
    r"\s*(?:provider|database|content(?:[- ]type)?|charset|query|search(?: strategy| history)?|"
    r"export(?:ed)?(?: date| on)?|link to the [\w ]{1,40}):",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Entry:
    r"""A record taken apart.

    Attributes:
        line: where it begins.
        head: its beginning.
        pairs: tag and value of every field that has one, in order; the lines of a value are kept
            apart by ``\n``.
        fields: the values by tag, without words for "no value".
    """

    line: int
    head: str
    pairs: list[tuple[str, str]]
    fields: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        fields: dict[str, list[str]] = {}
        for tag, value in self.pairs:
            if value not in _NOTHING:
                fields.setdefault(tag, []).append(value)
        object.__setattr__(self, "fields", fields)

    def values(self, *tags: str) -> list[str]:
        """Return all values of the tags, those of the first tag first."""
        found: list[str] = []
        for tag in tags:
            if tag in self.fields:
                found += self.fields[tag]
        return found

    def text(self, *tags: str) -> str:
        """Return the first value there is, on one line; ``""`` if there is none."""
        return next((_on_one_line(value) for value in self.values(*tags)), "")

    def distinct(self, *tags: str) -> list[str]:
        """Return the values, each on one line, those that repeat one left out."""
        found = self.values(*tags)
        return list(dict.fromkeys(map(_on_one_line, found))) if found else found

    def lines(self, *tags: str) -> list[str]:
        """Return the lines of the values, those that repeat one left out."""
        lines = (line.strip() for value in self.values(*tags) for line in value.split("\n"))
        return list(dict.fromkeys(line for line in lines if line))


def _on_one_line(value: str) -> str:
    return " ".join(join_wrapped(value).split())


@dataclass(slots=True)
class Open:
    """A record that is being read.

    Attributes:
        line: its first.
        tag: of that line.
        tags: all that have come.
        ended: whether its last line has come; lines right behind may still belong to it.
        head: its beginning.
        size: in characters.
        pairs: tag and lines of every field.
    """

    line: Line
    tag: str
    tags: set[str] = field(default_factory=set)
    ended: bool = False
    head: str = ""
    size: int = 0
    pairs: list[tuple[str, list[str]]] = field(default_factory=list)

    @property
    def first(self) -> str:
        """Its first line."""
        return self.line.text

    def add(self, line: Line, tag: str | None, text: str) -> None:
        """Take a line, with its tag or, as ``None``, with more of the value above."""
        self.size += len(text) + 1
        if len(self.head) < _HEAD:
            self.head = f"{self.head} {line.text[:_HEAD].strip()}".lstrip()
        if self.size > LONGEST_RECORD or line.cut:
            self.size = LONGEST_RECORD + 1
            self.pairs.clear()
        elif tag is None and self.pairs:
            self.pairs[-1][1].append(text.strip())
        else:
            self.tags.add(tag or "")
            self.pairs.append((tag or "", [text.strip()]))

    def close(self, document: Document) -> Entry | Rejection:
        """Return the record, or its rejection if it is too long to be one."""
        if self.size > LONGEST_RECORD:
            return reject(document, self.line.number, "longer than any record", self.head)
        joined = ((tag, "\n".join(lines).strip()) for tag, lines in self.pairs)
        pairs = [(tag, value) for tag, value in joined if value]
        return Entry(self.line.number, self.head, pairs)


@dataclass(frozen=True, slots=True)
class Syntax:
    """How a format writes records.

    Attributes:
        tag: given a line and the first line of the record it is in (``""`` outside of one), returns
            tag and value, or ``None`` if it has no tag.
        begins: given a tag, the record before and whether a blank line lies between, tells whether
            the tag begins another record. Outside of a record, any tag does.
        ends: tags that end a record.
        around: tags of the file, not of a record.
        apart: tells which text behind a blank line is not part of the record above.
    """

    tag: Callable[[str, str], tuple[str, str] | None]
    begins: Callable[[str, Open, bool], bool]
    ends: Collection[str] = ()
    around: Collection[str] = ()
    apart: Callable[[str], bool] = lambda _: False


def entries(document: Document, syntax: Syntax) -> Iterator[Entry | Rejection]:
    """Yield the records of a document, and rejections for text that is in none, in order."""
    opened: Open | None = None
    stray: Rejection | None = None
    held: list[Line] = []  # lines that are between records, if one begins next
    blank = True
    for whole in document.lines():
        text = whole.text.lstrip(_FILE_MARKS)
        line = whole if len(text) == len(whole.text) else whole._replace(text=text)
        if not text or text.isspace():
            blank = True
            if opened and opened.ended:
                yield opened.close(document)
                opened = None
            continue
        found = syntax.tag(text, opened.first if opened else "")
        within = opened is not None and not opened.ended
        between = not within or (blank and len(held) < _MOST_HELD)
        if found is None and between and _is_ordinary(text):
            if within:
                held.append(line)
            continue
        tag, value = found or (None, text)
        outside = tag is None and (not within or (blank and syntax.apart(text)))
        if opened and (
            outside or tag in syntax.around or (tag and syntax.begins(tag, opened, blank))
        ):
            yield opened.close(document)
            opened = None
        elif opened:
            for one in held:
                opened.add(one, None, one.text)
        held.clear()
        blank = False
        if outside:
            stray = stray or _stray(document, line)
        elif opened is None and tag and tag not in syntax.ends and tag not in syntax.around:
            if stray:
                yield stray
                stray = None
            opened = Open(line, tag)
            opened.add(line, tag, value)
        elif opened and tag in syntax.ends:
            opened.ended = True
        elif opened:
            opened.add(line, tag, value)
    if opened:
        yield opened.close(document)
    if stray:
        yield stray


def _is_ordinary(text: str) -> bool:
    return bool((len(text) < 60 and _NUMBERING.fullmatch(text)) or _PREAMBLE.match(text))


def _stray(document: Document, line: Line) -> Rejection:
    shown = readable(line.text[:_HEAD]).strip()
    return reject(document, line.number, f"text outside of any record: {shown[:40]!r}", shown)
