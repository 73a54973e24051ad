"""Queries as databases take them: words and fields with AND, OR, NOT and parentheses.

In capitals only: *and* is a word. NOT binds before AND, AND before OR; words side by side belong
together, as parts of one AND. Prose in which the words merely occur (*an adjusted OR of 1.5*, a
title in capitals, an abstract) is none of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from indexer.cleaning.naming import typed_ids
from indexer.letters import WORD, folded
from indexer.words import STOP_WORDS
from search_api.query.filters import Filters
from search_api.query.formula import All, Clause, Formula, Named, Not, Some
from search_api.query.operators import QUOTES, Asked, Operator, operators_of

MOST_PARTS = 200
"""Words, phrases and fields of one query."""

_DEEPEST = 30
"""Parentheses and NOTs within each other."""

_LONGEST_RUN = 6
"""Plain words side by side. More are a sentence."""

_MOST_CAPITALS = 4
"""Words of a query without small letters. More are a title in capitals."""

_OPERATORS = frozenset(("AND", "OR", "NOT"))
_TOKEN = re.compile(rf"[^\s{QUOTES}]*[{QUOTES}][^{QUOTES}]*[{QUOTES}]?|[^\s{QUOTES}]+")
_QUOTED = re.compile(rf"([{QUOTES}][^{QUOTES}]*[{QUOTES}])")
_ODDS_RATIO = re.compile(r"\bOR\b\s*(?:[=:(]?\s*\d{1,3}[.,]\d{1,3}(?![\d./])|=|:)")
_FIELD_OF_GROUP = re.compile(r"-?[A-Za-z]+:(?=\()")


class _NoFormula(Exception):
    """The query cannot be read as a formula; says why, nothing where it is prose."""


@dataclass(slots=True)
class _Part:
    """Some of a query, read: what a paper must meet, and what of it ranks.

    Attributes:
        formula: ``None`` for what only ranks, such as a stop word.
        texts: that rank.
        beginnings: of words that rank.
        is_word: whether it is a plain word.
    """

    formula: Formula | None
    texts: list[str] = field(default_factory=list)
    beginnings: list[str] = field(default_factory=list)
    is_word: bool = False


def read(q: str) -> Asked | str | None:
    """Read a query that has AND, OR or NOT among its words.

    Returns:
        What it asks for; why it cannot be read so; or ``None`` where it is other text.
    """
    tokens = list(_tokens(q))
    if _OPERATORS.isdisjoint(tokens) or _ODDS_RATIO.search(" ".join(tokens)):
        return None
    if q.isupper() and len(WORD.findall(q)) - sum(t in _OPERATORS for t in tokens) > _MOST_CAPITALS:
        return None
    try:
        part = _Reader(tokens).read()
    except _NoFormula as problem:
        return str(problem) or None
    if part.formula is None:
        return None
    return Asked(
        text=" ".join(dict.fromkeys(part.texts)),
        formulas=(part.formula,),
        beginnings=tuple(dict.fromkeys(part.beginnings)),
    )


def _tokens(q: str) -> Iterator[str]:
    """Yield parentheses, and what else stands between spaces, of which a quotation is one."""
    spaced = "".join(
        piece if n % 2 else re.sub(r"\S+", lambda match: _apart(match[0]), piece)
        for n, piece in enumerate(_QUOTED.split(q))
    )
    yield from (match[0] for match in _TOKEN.finditer(spaced))


def _apart(token: str) -> str:
    """Set the parentheses around a token apart; those within it (``f(x)``) are its own."""
    before = after = ""
    if name := _FIELD_OF_GROUP.match(token):
        before, token = f"{name[0]} ", token[name.end() :]
    while token.startswith(("(", "-(")):
        before += " -( " if token.startswith("-") else " ( "
        token = token.removeprefix("-")[1:]
    while token.endswith(")") and token.count(")") > token.count("("):
        after += " ) "
        token = token[:-1]
    return f"{before}{token}{after}"


class _Reader:
    """Reads tokens by recursive descent."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._parts = 0
        self._field = ""

    def read(self) -> _Part:
        """Return what all tokens are together."""
        part = self._some()
        if self._next:
            raise _NoFormula("a parenthesis is closed that was not opened")
        return part

    @property
    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, *wanted: str) -> str:
        """Go on if the next token is one of these; return it, or nothing."""
        if (token := self._next) in wanted:
            self._at += 1
            return token
        return ""

    def _some(self) -> _Part:
        parts = [self._every()]
        while self._take("OR"):
            parts.append(self._every())
        return _joined(parts, Some)

    def _every(self) -> _Part:
        parts = [self._run()]
        while self._take("AND"):
            parts.append(self._run())
        return _joined(parts, All)

    def _run(self) -> _Part:
        """Return what stands side by side."""
        parts: list[_Part] = []
        while self._next and self._next not in ("AND", "OR", ")"):
            parts.append(self._one())
        if not parts:
            where = f"before {self._next}" if self._next else "at the end"
            raise _NoFormula(f"nothing stands {where}")
        if sum(part.is_word for part in parts) > _LONGEST_RUN:
            raise _NoFormula
        return _joined(parts, All)

    def _one(self) -> _Part:
        if self._take("NOT"):
            if self._next in ("", "AND", "OR", ")"):
                raise _NoFormula("nothing stands after NOT")
            self._go_deeper()
            part = self._one()
            self._depth -= 1
            return _Part(Not(part.formula) if part.formula else None)
        if self._take("("):
            return self._group()
        if self._take("-("):
            part = self._group()
            return _Part(Not(part.formula) if part.formula else None)
        token = self._next
        self._at += 1
        if token.endswith(":") and self._take("("):
            before, self._field = self._field, token.removeprefix("-")
            part = self._group()
            self._field = before
            return _Part(Not(part.formula)) if token.startswith("-") and part.formula else part
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise _NoFormula(f"it has more than {MOST_PARTS} words, phrases and fields")
        return _leaf(self._field + token)

    def _go_deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _NoFormula(f"more than {_DEEPEST} parentheses and NOTs are within each other")

    def _group(self) -> _Part:
        self._go_deeper()
        part = self._some()
        if not self._take(")"):
            raise _NoFormula("a parenthesis is not closed")
        self._depth -= 1
        part.is_word = False
        return part


def _leaf(token: str) -> _Part:
    """Return what one word, phrase or field asks for."""
    if names := typed_ids(token):
        return _Part(Named(names))
    operator = next(operators_of(token), None)
    if operator is None:
        text = token.strip(".,;:!?[]")
        words = WORD.findall(text)
        if len(words) == 1 and folded(words[0]) in STOP_WORDS:  # none is among the terms
            return _Part(None, [text], is_word=True)
        clause = Clause(text, literal=len(words) > 1) if words else None
        return _Part(clause, [text] if words else [], is_word=bool(words))
    if operator.problem:
        raise _NoFormula(f"{token} {operator.problem}")
    asks = operator.asks
    if asks.like or asks.unlike or asks.wishes:
        raise _NoFormula(f"{token} is no part of AND, OR and NOT")
    return _Part(_formula(operator), [asks.text] if asks.text else [], list(asks.beginnings))


def _formula(operator: Operator) -> Formula | None:
    """Return what an operator asks for as a formula; it asks for one thing."""
    asks = operator.asks
    wanted: list[Formula] = [
        *asks.must,
        *asks.formulas,
        *(one for one in [asks.filters] if one != Filters()),
    ]
    unwanted: list[Formula] = [*asks.must_not, *asks.excluded]
    return next(iter([*wanted, *map(Not, unwanted)]), None)


def _joined(parts: list[_Part], kind: type[All | Some]) -> _Part:
    """Return parts as one; of kinds of one kind within each other, one."""
    if len(parts) == 1:
        return parts[0]
    formulas: list[Formula] = []
    for part in parts:
        if isinstance(part.formula, kind):
            formulas += part.formula.parts
        elif part.formula is not None:
            formulas.append(part.formula)
    each = tuple(dict.fromkeys(formulas))
    return _Part(
        kind(each) if len(each) > 1 else next(iter(each), None),
        [text for part in parts for text in part.texts],
        [one for part in parts for one in part.beginnings],
    )
