"""What the exporters share: a paper on its way out, its values as text that breaks no format."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from indexer.cleaning.names import Name, apart
from indexer.cleaning.text import joined
from indexer.paper import Paper

_DIGITS = 6  # of a score; float32 has no more
# What XML 1.0 cannot hold, and lone surrogates, which UTF-8 cannot.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Listed:
    """A paper to be written, with its place in a result list where it comes from one.

    Attributes:
        paper: the paper.
        rank: 1 is first.
        score: as the result list shows it.
    """

    paper: Paper
    rank: int | None = None
    score: float | None = None

    @property
    def rounded(self) -> float | None:
        """The score with the digits that count, ``None`` where it is no number."""
        if self.score is None or not math.isfinite(self.score):
            return None
        return round(float(self.score), _DIGITS)

    @property
    def place(self) -> str:
        """Rank and score for a field of notes, ``akin: rank 1, score 0.71``; else ``""``."""
        parts = [] if self.rank is None else [f"rank {self.rank}"]
        if self.rounded is not None:
            parts.append(f"score {decimal(self.rounded)}")
        return f"akin: {', '.join(parts)}" if parts else ""


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a list as a whole, where a format has room for it.

    Attributes:
        title: of the list, or the query.
        updated: when it was made, RFC 3339 with its zone: ``2026-11-24T07:00:00Z``.
        version: of akin.
        link: where the list can be had again.
        page: where people see it.
        site: address of an akin, with ``/`` at its end; its papers have pages there.
        own_keys: whether papers are cited by the keys of the library that they came from.
        tell: told what could not be written as it is.
    """

    title: str
    updated: str
    version: str
    link: str | None = None
    page: str | None = None
    site: str | None = None
    own_keys: bool = False
    tell: Callable[[str], None] | None = None


def origins(paper: Paper) -> list[str]:
    """Return the files that a paper came from, those first that akin read before it wrote it."""
    stated = [*as_texts(paper.extra.get("earlier_sources")), *map(one_line, paper.sources)]
    return list(dict.fromkeys(stated))


def decimal(number: float) -> str:
    """Return a number without exponent and needless zeros."""
    return f"{number:.{_DIGITS}f}".rstrip("0").rstrip(".")


def one_line(text: str) -> str:
    """Return the text on one line, what no format can hold shown as U+FFFD.

    Clean text comes out as it is: this is for what a source put where akin does not clean, such as
    links. No value holds a line end, so none can begin a record of its own.
    """
    text = " ".join(text.split())
    return text if text.isprintable() else _FORBIDDEN.sub("\ufffd", text)


def as_text(value: object) -> str:
    """Return what ``extra`` holds under a name as one line: a list joined, ``""`` for no text."""
    return joined(as_texts(value)) if isinstance(value, (list, tuple)) else _scalar(value)


def as_texts(value: object) -> list[str]:
    """Return what ``extra`` holds under a name as a list, without what is empty or no text."""
    values = value if isinstance(value, (list, tuple)) else [value]
    return [text for one in values if (text := _scalar(one))]


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return one_line(value)
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def day_of(paper: Paper) -> date | None:
    """Return the day of publication, ``None`` where only the year is known."""
    try:
        return date.fromisoformat(paper.date) if paper.date else None
    except ValueError:  # not from one of akin's readers
        return None


def names(paper: Paper) -> Iterator[Name]:
    """Yield the authors in their parts; one that has no parts is all family name."""
    families = paper.extra.get("family_names")
    for author in map(one_line, paper.authors):
        yield in_parts(author, families if isinstance(families, dict) else {})


def editors(paper: Paper) -> Iterator[Name]:
    """Yield the editors in their parts."""
    for editor in as_texts(paper.extra.get("editors")):
        yield in_parts(editor, {})


def in_parts(author: str, families: dict[str, Any]) -> Name:
    """Return the parts of a name as people read it, whole where they do not make it up again."""
    name = apart(author, families)
    return name if str(name) == author else Name(author)
