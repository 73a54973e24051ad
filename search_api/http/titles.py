"""What a list is called: its question and its filters in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexer.fields import FLAGS, TERMS
from search_api.engine.engine import Engine
from search_api.exports.listed import decimal
from search_api.http.list_urls import Asked
from search_api.query.filters import Filters
from search_api.query.query import Mode
from search_api.ranking.modes import HYBRID, MODES

_LONGEST = 120
"""Characters of a question that are shown."""


def title_of_list(asked: Asked, engine: Engine) -> str:
    """Return the title of the list that a URL asks for.

    Raises:
        UnknownPaper: one to be like or unlike is not in the index.
    """
    like, unlike = (
        [one.title for one in engine.papers_of(list(dict.fromkeys(ids)))]
        for ids in (asked.like, asked.unlike)
    )
    return title_of(
        asked.q,
        like,
        unlike,
        asked.filters(),
        asked.mode,
        asked.min_score,
        text=asked.text,
        excluded=asked.excluded(),
    )


def title_of(
    q: str,
    like: Sequence[str] = (),
    unlike: Sequence[str] = (),
    filters: Filters | None = None,
    mode: Mode = "hybrid",
    min_score: float | None = None,
    *,
    text: str = "",
    excluded: Sequence[Filters] = (),
) -> str:
    """Return a title such as ``graph learning, 2024 and later, with code``.

    Args:
        q: as it was typed; cut if it is as long as an abstract.
        like: titles of papers to be near.
        unlike: titles of those to be far from.
        filters: which papers are searched.
        mode: by which signals.
        min_score: the minimum score.
        text: an abstract to be near.
        excluded: what no paper passes.
    """
    question = _cut(q) or (f"papers near “{_cut(text)}”" if text.strip() else "")
    ranks = bool(question or like or unlike)
    parts = [question or ("papers" if ranks else "newest papers")]
    if like:
        parts = [question, f"like {_first(like)}"] if question else [f"papers like {_first(like)}"]
    if unlike:
        parts.append(f"unlike {_first(unlike)}")
    parts += _filters(filters or Filters())
    parts += [f"not {part}" for one in excluded for part in filter(None, _filters(one))]
    if ranks:
        parts.append("" if MODES[mode] is HYBRID else f"by {MODES[mode]} alone")
        parts.append("" if min_score is None else f"scores of {decimal(min_score)} and more")
    return ", ".join(filter(None, parts))


def _filters(filters: Filters) -> Iterator[str]:
    yield _years(filters.year_from, filters.year_to)
    for field in TERMS:
        if values := filters.terms(field.name):
            yield f"{field.listed} {_any(values)}"
    for flag in FLAGS:
        if (has := filters.flag(flag.parameter)) is not None:
            yield flag.words(has)


def _years(first: int | None, last: int | None) -> str:
    if first is None:
        return "" if last is None else f"{last} and before"
    if last is None:
        return f"{first} and later"
    return str(first) if first == last else f"{first} to {last}"


def _any(values: Sequence[str]) -> str:
    *others, last = map(_cut, values)
    return f"{', '.join(others)} or {last}" if others else last


def _first(titles: Sequence[str]) -> str:
    more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
    return f"“{_cut(titles[0])}”{more}"


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"
