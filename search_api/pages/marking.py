"""Text with parts of it marked, as HTML that holds nothing but those marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from indexer.paper import Paper
from search_api.explaining.explanation import Match, Place
from search_api.explaining.sentences import sentences

_PREVIEW = 420
"""Characters: more than two lines hold on any screen."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text to be marked.

    Attributes:
        start: where it begins, in characters.
        end: where it ends, exclusive.
        tag: of the HTML element around it.
        name: its class, ``""`` for none.
        title: what is said of it when it is pointed at.
    """

    start: int
    end: int
    tag: str = "mark"
    name: str = ""
    title: str = ""

    def opening(self) -> Markup:
        """Return the start tag."""
        attributes = Markup("").join(
            Markup(' {}="{}"').format(key, value)
            for key, value in (("class", self.name), ("title", self.title))
            if value
        )
        return Markup("<{}{}>").format(Markup(self.tag), attributes)  # noqa: S704 — ours

    def closing(self) -> Markup:
        """Return the end tag."""
        return Markup("</{}>").format(Markup(self.tag))  # noqa: S704 — ours


def marked(text: str, inner: Iterable[Span], outer: Sequence[Span] = ()) -> Markup:
    """Return a text as HTML with its spans marked.

    Args:
        text: anything; it is escaped.
        inner: do not overlap each other.
        outer: likewise; they hold whole inner ones, or parts of them.
    """
    inner = sorted(inner, key=lambda span: span.start)
    pieces, at = [], 0
    for span in sorted(outer, key=lambda span: span.start):
        pieces.append(_marked(text, at, span.start, inner))
        pieces += [span.opening(), _marked(text, span.start, span.end, inner), span.closing()]
        at = span.end
    pieces.append(_marked(text, at, len(text), inner))
    return Markup("").join(pieces)


def _marked(text: str, start: int, end: int, spans: Iterable[Span]) -> Markup:
    """Return a part of a text with the parts of spans that lie in it."""
    pieces, at = [], start
    for span in spans:
        first, last = max(span.start, start), min(span.end, end)
        if first >= last:
            continue
        pieces += [escape(text[at:first]), span.opening(), escape(text[first:last])]
        pieces.append(span.closing())
        at = last
    pieces.append(escape(text[at:end]))
    return Markup("").join(pieces)


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper's text with what is marked in it.

    Attributes:
        title: as HTML.
        preview: the abstract from its telling sentence on, cut; as HTML.
        abstract: the whole, as HTML.
    """

    title: Markup
    preview: Markup
    abstract: Markup


def shown(paper: Paper, matches: Iterable[Match], strongest: Place | None = None) -> Shown:
    """Return title and abstract with the words of the query marked, and the strongest sentence.

    Args:
        paper: whose.
        matches: words that the query has, too.
        strongest: the sentence of the abstract that is nearest by meaning, where it is known. It
            is marked, and the preview begins with it. Else the preview begins with the sentence
            that has the most different words of the query.
    """
    found = list(matches)
    in_abstract = [match for match in found if match.field == "abstract"]
    words = _spans(in_abstract)
    begin = strongest.start if strongest else _richest(paper.abstract, in_abstract)
    outer = [Span(strongest.start, strongest.end, "span", "strongest")] if strongest else []
    return Shown(
        title=marked(paper.title, _spans(match for match in found if match.field == "title")),
        preview=_from(paper.abstract, begin, words, outer),
        abstract=marked(paper.abstract, words, outer),
    )


def _spans(matches: Iterable[Match]) -> list[Span]:
    """Return the places of words, those that overlap as one: 机器 and 器学 of 机器学习."""
    spans: list[Span] = []
    for match in sorted(matches, key=lambda match: match.start):
        if spans and match.start < spans[-1].end:
            spans[-1] = Span(spans[-1].start, max(spans[-1].end, match.end))
        else:
            spans.append(Span(match.start, match.end))
    return spans


def _from(text: str, begin: int, words: list[Span], outer: list[Span]) -> Markup:
    """Return a part of a text from a place on; what it leaves out, before or after, is said."""
    end = begin + _PREVIEW
    if end < len(text):
        space = text.rfind(" ", begin, end)
        end = space if space > begin else end
    part = text[begin:end]
    whole = marked(part, _moved(words, begin), list(_moved(outer, begin)))
    return escape("… " if begin else "") + whole + escape(" …" if end < len(text) else "")


def _moved(spans: Iterable[Span], by: int) -> Iterator[Span]:
    for span in spans:
        if span.start >= by:
            yield Span(span.start - by, span.end - by, span.tag, span.name, span.title)


def _richest(text: str, matches: list[Match]) -> int:
    """Return where the sentence begins that has the most different words; the first of equals."""
    best, most = 0, 0
    for start, end in sentences(text):
        terms = {match.term for match in matches if start <= match.start < end}
        if len(terms) > most:
            best, most = start, len(terms)
    return best
