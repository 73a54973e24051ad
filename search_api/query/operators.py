"""One operator of a query: the forms that count, and what looks like one but is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

from indexer.cleaning.naming import KINDS, spellings, typed_ids
from indexer.fields import FLAGS, TERMS, YEARS
from indexer.letters import WORD, folded
from indexer.words import STOP_WORDS
from search_api.query.elsewhere import FIELDS_ELSEWHERE, form_elsewhere
from search_api.query.filters import Filters
from search_api.query.formula import Clause, Formula, Named, Not
from search_api.query.years import years

LONGEST_QUOTATION = 300
"""Characters. A longer one is plain text."""

MAX_WEIGHT = 100

_NAMES = {
    "title": "title",
    "intitle": "title",
    **{name: field.name for field in TERMS for name in (field.name, *field.also)},
    **dict.fromkeys((YEARS.name, *YEARS.also), YEARS.name),
    "has": "has",
    "related": "related",
    "like": "related",
    "unlike": "unlike",
}
_IDS = frozenset({*KINDS, "id", "pubmed"} - {"title"})
_MOST_LIKE = 0.8
"""How near a name is to be to that of a field to be taken for a slip: the share of letters."""

_FLAGS = {flag.name: flag.parameter for flag in FLAGS}

QUOTES = '"“”„'
_TOKEN = re.compile(r"\S+")
_QUOTED = re.compile(
    rf"[{QUOTES}](?=\S)([^{QUOTES}]{{1,{LONGEST_QUOTATION}}}+)[{QUOTES}](?=([.,;:!?]*)(?!\S))"
)
_FIELD = re.compile(r"(-?)([a-z]+):", re.IGNORECASE | re.ASCII)
_WISH = re.compile(r"([+-])(?:([0-9]{0,9}\.?[0-9]{1,9})\s*)?\(")
_BRACKET = re.compile(r"[()]")
_WISH_END = re.compile(r"[,;]*(?!\S)")
# A word, a hyphenated one, C++, R&D. No letter alone, no formula: -x and -f(x) are mathematics.
_NO_WORD = rf"\s()\[\]{{}}<>=$\\^_*|:{QUOTES}"
_EXCLUDED = re.compile(rf"[^\W\d_][^{_NO_WORD}]*[^{_NO_WORD}-]")
_WITH_DIGIT = re.compile(r"\d")  # of other citation keys one cannot tell that they are none
_BEGINNING = re.compile(r"(-?)([^\W\d_][\w'-]{2,})\*[.,;:!?]*")
__all__ = ["MAX_WEIGHT", "QUOTES", "Asked", "Clause", "Operator", "Wish", "operators_of"]


@dataclass(frozen=True, slots=True)
class Wish:
    """Words that papers should be near, or far from.

    Attributes:
        weight: within ±:data:`MAX_WEIGHT`, never 0; below 0: rather not.
        text: as typed between the parentheses; quotes and signs within it are plain text.
    """

    weight: float
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query asks for.

    Attributes:
        text: what ranks: the query without its operators, the words of ``"…"`` and ``title:``
            kept. White space is folded only where something was taken out, and dropped at the ends.
        wishes: in the order in which they were typed, like everything below.
        must: all of them.
        must_not: none of them.
        filters: of several values of one field any, but years and ``has:`` narrow each other.
        excluded: of one field each; papers that pass any of them are left out.
        like: ids of papers to be near, in the form that the index has them.
        unlike: likewise to be far from; none of those in ``like``.
        names: of the papers whose ids are in it, in their order.
        formulas: that a paper must meet.
        beginnings: of words that rank, whichever words of the papers these are.
        notes: sentences on what was not taken as it may have been meant.
    """

    text: str = ""
    wishes: tuple[Wish, ...] = ()
    must: tuple[Clause, ...] = ()
    must_not: tuple[Clause, ...] = ()
    filters: Filters = field(default_factory=Filters)
    excluded: tuple[Filters, ...] = ()
    like: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    formulas: tuple[Formula, ...] = ()
    beginnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator, or what looks like one.

    Attributes:
        start: where it begins, in characters.
        end: where it ends, exclusive.
        asks: what it asks for; its text is what stays of it.
        problem: why it is no operator; ``""`` if it is one.
    """

    start: int
    end: int
    asks: Asked = field(default_factory=Asked)
    problem: str = ""


_UNCLOSED = f"has no closing quote after a word, within {LONGEST_QUOTATION} characters"


def operators_of(q: str) -> Iterator[Operator]:
    """Yield all that looks like an operator, in order."""
    closing = _closing(q)
    at = 0
    while token := _TOKEN.search(q, at):
        start, at = token.span()
        part = _quotation(q, start, at) or _field(q, start, at)
        part = part or _wish(q, start, closing) or _beginning(q, start, at)
        part = part or _exclusion(q, start, at) or _of_others(q, start, at)
        if part:
            yield part
            at = _end(q, part.end)


def _quotation(q: str, start: int, end: int) -> Operator | None:
    sign = int(q[start] == "-")
    if q[start + sign : start + sign + 1] not in tuple(QUOTES):
        return None
    match = _QUOTED.match(q, start + sign)
    if not match:
        return Operator(start, end, problem=_UNCLOSED)
    text = match[1].strip()
    if not WORD.search(text):
        return Operator(start, match.end(), problem="quotes no word")
    clause = _clause(text, literal=True)
    if sign:
        return Operator(start, match.end(2), Asked(must_not=(clause,)))
    return Operator(start, match.end(), _must(clause))


def _beginning(q: str, start: int, end: int) -> Operator | None:
    """Read ``traject*``. Capitals are names (RRT*, LPA*), and so is a letter or two (A*)."""
    match = _BEGINNING.fullmatch(q, start, end)
    if not match or match[2].isupper():
        return None
    clause = Clause(match[2], literal=True, prefix=True)
    return Operator(start, end, Asked(must_not=(clause,)) if match[1] else _must(clause))


def _clause(text: str, *, literal: bool, field: Literal["any", "title"] = "any") -> Clause:
    """Return the clause of a text, the last word of which may be a beginning: ``neur*``."""
    bare = text.rstrip("*").rstrip()
    prefix = bare != text and bool(WORD.search(bare)) and bare[-1:].isalnum()
    return Clause(bare, True, field, prefix=True) if prefix else Clause(text, literal, field)


def _must(clause: Clause) -> Asked:
    """Return that a clause must be met, and ranks."""
    if not clause.prefix:
        return Asked(clause.text, must=(clause,))
    *before, last = clause.text.split()
    return Asked(" ".join(before), must=(clause,), beginnings=(last,))


def _exclusion(q: str, start: int, end: int) -> Operator | None:
    if q[start] != "-" or not q[start + 1 : start + 2].isalpha():
        return None
    text = q[start + 1 : end].rstrip(".,;:!?")
    if not _EXCLUDED.fullmatch(text) or folded(text) in STOP_WORDS:
        return Operator(start, end, problem='excludes no word; -"…" excludes what is in quotes')
    return Operator(start, end, Asked(must_not=(Clause(text, literal=_is_phrase(text)),)))


def _wish(q: str, start: int, closing: dict[int, int]) -> Operator | None:
    match = _WISH.match(q, start)
    if not match:
        return None
    opened = match.end() - 1
    closed = closing.get(opened, len(q))
    after = _WISH_END.match(q, closed + 1)
    end = _end(q, opened)
    if closed == len(q):
        return Operator(start, end, problem="opens a parenthesis that is not closed")
    if not after:
        return Operator(start, end, problem="goes on right after its closing parenthesis")
    weight = float(match[2] or 1)
    if not 0 < weight <= MAX_WEIGHT:
        return Operator(start, end, problem=f"has no weight above 0 and up to {MAX_WEIGHT}")
    text = q[opened + 1 : closed].strip()
    if not WORD.search(text):
        return Operator(start, after.end(), problem="has no word in its parentheses")
    wish = Wish(weight if match[1] == "+" else -weight, text)
    return Operator(start, after.end(), Asked(wishes=(wish,)))


def _field(q: str, start: int, end: int) -> Operator | None:
    match = _FIELD.match(q, start, end)
    if not match:
        return None
    name = _NAMES.get(match[2].lower())
    if not name:
        return _of_no_field(q, start, end, match)
    quoted = _QUOTED.match(q, match.end())
    value = quoted[1].strip() if quoted else q[match.end() : end].rstrip(",;")
    if not value:
        return Operator(start, end, problem="has no value right after the colon")
    if not quoted and value[0] in QUOTES:
        return Operator(start, end, problem=_UNCLOSED)
    # Stop words are not among the terms, but stand in the text as all others do.
    literal = quoted is not None or _is_phrase(value) or folded(value) in STOP_WORDS
    asks = _asks(name, value, literal=literal, excludes=match[1] == "-")
    end = quoted.end(2) if quoted else end
    if isinstance(asks, str):
        return Operator(start, end, problem=asks)
    return Operator(start, end, asks)


def _of_no_field(q: str, start: int, end: int, match: re.Match[str]) -> Operator | None:
    """Read an id that is excluded, or a name that is nearly that of a field; else it is text."""
    name = match[2].lower()
    if name in _IDS and (names := typed_ids(q[start + len(match[1]) : end])):
        excluded = Operator(start, end, Asked(formulas=(Not(Named(names)),)))
        return excluded if match[1] else None  # it is text that names a paper
    if match.end() == end or q.startswith("//", match.end()):
        return None
    if name in FIELDS_ELSEWHERE:
        return Operator(start, end, problem="names no field that akin has")
    near = get_close_matches(name, _NAMES, n=1, cutoff=_MOST_LIKE)
    problem = f"names no field (did you mean {near[0]}:?)" if near else ""
    return Operator(start, end, problem=problem) if near else None


def _of_others(q: str, start: int, end: int) -> Operator | None:
    form = form_elsewhere(q, start)
    return Operator(start, max(form.end, end), problem=form.problem) if form else None


def _asks(name: str, value: str, *, literal: bool, excludes: bool) -> Asked | str:
    """Return what a field with a value asks for, or why it asks for nothing."""
    if name in ("related", "unlike"):
        if excludes:
            return "is no filter; the opposite of related: is unlike:"
        if not (found := _id(value)):
            return "is not an id such as arxiv:2508.15763 or key:Lee2015"
        return Asked(like=(found,)) if name == "related" else Asked(unlike=(found,))
    if name == "has":
        if not (flag := _FLAGS.get(value.lower())):
            return f"is not {' or '.join(f'has:{known}' for known in _FLAGS)}"
        return Asked(filters=Filters(None, None, **{flag: not excludes}))
    if name == YEARS.name:
        if not (filters := _years(value)):
            return "is not a year or a range such as 2023..2025"
        return Asked(excluded=(filters,)) if excludes else Asked(filters=filters)
    if "://" in value:
        return "is followed by a link"
    if not WORD.search(value):
        return "has no word"
    if name == "title":
        clause = _clause(value, literal=literal, field="title")
        return Asked(must_not=(clause,)) if excludes else _must(clause)
    if value.endswith("*"):
        return "ends in *, as only words and title: may"
    filters = Filters(None, None, **{name: (value,)})
    return Asked(excluded=(filters,)) if excludes else Asked(filters=filters)


def _years(value: str) -> Filters | None:
    """Read a year or a range of them; ``None`` if it is none, or ends before it begins."""
    first, last = years(value) or (None, None)
    if first is None and last is None:
        return None
    return None if first is not None and last is not None and first > last else Filters(first, last)


def _id(value: str) -> str | None:
    """Return what a paper goes by: its id, bare, labelled or in a link, or a citation key."""
    is_key = bool(_WITH_DIGIT.search(value)) and any(
        name.startswith("key:") for name in spellings(value)
    )
    return next(iter(typed_ids(value)), value if is_key else None)


def _closing(q: str) -> dict[int, int]:
    """Return where each parenthesis is closed, of those that are."""
    closing, opened = {}, []
    for match in _BRACKET.finditer(q):
        if match[0] == "(":
            opened.append(match.start())
        elif opened:
            closing[opened.pop()] = match.start()
    return closing


def _end(q: str, at: int) -> int:
    """Return where the token ends that goes on at a place; the place itself if none does."""
    token = _TOKEN.match(q, at)
    return token.end() if token else at


def _is_phrase(text: str) -> bool:
    return len(WORD.findall(text)) != 1
