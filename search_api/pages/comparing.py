"""Two papers side by side, and what differs between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from indexer.paper import Paper

Piece = tuple[str, bool]
"""A piece of text, and whether the other paper has something else there."""

_OWN = frozenset({"Sources"})
"""Fields of which nobody expects that they are alike."""

_LONGEST = 600
"""Characters of a text that are shown, and compared."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A field of two papers.

    Attributes:
        name: of the field.
        one: its text, piece by piece; none where nothing is stated.
        other: likewise, of the other paper.
    """

    name: str
    one: Sequence[Piece]
    other: Sequence[Piece]

    @property
    def differs(self) -> bool:
        """Whether both state something, and not the same."""
        return any(marked for _, marked in (*self.one, *self.other))


def compared(one: Paper, other: Paper) -> list[Compared]:
    """Return the fields that either of two papers states, with what differs."""
    pairs = zip(_stated(one), _stated(other), strict=True)
    return [
        Compared(name, *(_beside if name in _OWN else _marked)(text, other_text))
        for (name, text), (_, other_text) in pairs
        if text or other_text
    ]


def _stated(paper: Paper) -> list[tuple[str, str]]:
    fields = {
        "Title": paper.own_title,
        "Authors": "; ".join(paper.authors),
        "Year": paper.year,
        "Venue": paper.venue,
        "Volume": paper.extra.get("volume"),
        "Issue": paper.extra.get("issue"),
        "Pages": paper.extra.get("pages"),
        "DOI": paper.doi,
        "arXiv": paper.arxiv_id,
        "PubMed": paper.extra.get("pmid"),
        "Abstract": paper.abstract,
        "Sources": "; ".join(paper.sources),
    }
    return [(name, _cut(str(value or ""))) for name, value in fields.items()]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"


def _marked(one: str, other: str) -> tuple[list[Piece], list[Piece]]:
    """Return two texts, and which of their words are not in the other's place."""
    if not one or not other:
        return _beside(one, other)
    words, others = _words(one), _words(other)
    alike = SequenceMatcher(None, words, others, autojunk=False).get_opcodes()
    return (
        [("".join(words[i:j]), tag != "equal") for tag, i, j, _, _ in alike if i < j],
        [("".join(others[i:j]), tag != "equal") for tag, _, _, i, j in alike if i < j],
    )


def _beside(one: str, other: str) -> tuple[list[Piece], list[Piece]]:
    return _whole(one), _whole(other)


def _whole(text: str) -> list[Piece]:
    return [(text, False)] if text else []


def _words(text: str) -> list[str]:
    found: Iterable[str] = re.findall(r"\w+|\s+|[^\w\s]", text)
    return list(found)
