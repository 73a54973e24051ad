"""The words of a paper tinted by what each adds to its cosine with a query."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from search_api.explaining.explanation import Explanation, Field, Share
from search_api.pages.marking import Span, marked

LEVELS = 5
"""Of tint, for and against; the strongest word of the paper has the last one."""

_LEAST = 0.15
"""Of the largest share: a word below it is not tinted, as the eye could not tell."""


@dataclass(frozen=True, slots=True)
class Tinted:
    """A paper's title and abstract as HTML."""

    title: Markup
    abstract: Markup


def tinted(why: Explanation) -> Tinted:
    """Return a paper's text with its words tinted, and the nearest sentence marked."""
    words = why.meaning.words if why.meaning else []
    most = max((abs(word.share) for word in words), default=0.0)
    nearest = why.sentence
    outer = [Span(nearest.start, nearest.end, "span", "strongest")] if nearest else []
    return Tinted(
        title=marked(why.paper.title, _spans(words, "title", most)),
        abstract=marked(why.paper.abstract, _spans(words, "abstract", most), outer),
    )


def _spans(words: Sequence[Share], field: Field, most: float) -> list[Span]:
    return [
        Span(word.start, word.end, "span", _tint(word.share, most), f"{word.share:+.3f}")
        for word in words
        if word.field == field and abs(word.share) > _LEAST * most
    ]


def _tint(share: float, most: float) -> str:
    """Return the classes of a share: its direction, and its strength in steps."""
    direction = "for" if share > 0 else "against"
    return f"{direction} {direction}-{math.ceil(LEVELS * abs(share) / most)}"
