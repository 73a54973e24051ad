"""What is typed into the search box: plain words, and the operators among them.

Most of it is prose, from one word to a whole abstract, and comes through untouched. An operator
counts only in its exact form and at the start of a token, after white space or at the beginning.
Whatever only looks like one is searched as text, and a note says so: no query is an error.

Papers come first whose ids are in it; with AND, OR or NOT it is read by
:mod:`search_api.query.boolean`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from indexer.cleaning.naming import ids_within, typed_ids
from indexer.fields import FLAGS, TERMS, YEARS, Described
from indexer.letters import WORD
from search_api.query import boolean
from search_api.query.filters import Filters, Wanted
from search_api.query.formula import Clause
from search_api.query.operators import QUOTES, Asked, Operator, Wish, operators_of

__all__ = ["HELP", "Asked", "Clause", "Wish", "parse"]

_FIELDS: tuple[Described, ...] = (*TERMS, YEARS, *FLAGS)

HELP = (
    ('"graph neural networks"', "these words must occur, in this order; they rank, too"),
    ("-images", "no form of the word may occur"),
    ('-"image retrieval"', "the phrase must not occur"),
    ("+2 (graph networks)", "rather about this; the number is a weight, 1 where left out"),
    ("-1 (medical images)", "rather not about this"),
    ("traject*", "a word that begins so must occur; those that do rank, too"),
    ("(barley OR wheat) AND NOT maize", "as databases read it, in capitals; AND binds before OR"),
    ("title:attention", "a form of the word must occur in the title; it ranks, too"),
    ('title:"attention is all"', "the phrase must occur in the title"),
    *((f.form, f.meaning) for f in sorted(_FIELDS, key=lambda field: field.help_place)),
    ("-author:Huang", "not this; any field can be excluded"),
    ("doi:10.1000/abc", "that paper; also pmid:, pmcid:, arxiv:, acl:, openreview:, id:"),
    ("key:Lee2015", "the paper of that citation key"),
    ("related:arxiv:2508.15763", "near a paper, by any of its ids or a link to it"),
    ("unlike:doi:10.1000/abc", "far from a paper"),
)
"""Forms of the language and what they mean."""

LONG = 300
"""Characters, white space aside. Plain text that is longer counts as pasted; see :func:`parse`."""

MAX_OPERATORS = 64
"""Of one query. What follows is searched as text."""

MAX_NOTES = 10

_READ = 200
"""Characters that a note says of how a query was read."""


def parse(q: str, given: Filters | None = None) -> Asked:
    """Read a query, in time linear in its length.

    Years narrow each other; of contradictory ones the last counts, and a note tells of it. Of
    several values of one field any will do. Field names are known in any case, and by the others
    that :mod:`indexer.fields` gives them, title and related also as ``intitle`` and ``like``; what
    stands before any other colon is plain text.

    Plain text of more than :data:`LONG` characters counts as pasted: operators are looked for only
    before and after it, and quotations are text even there.

    Args:
        q: as typed; any text will do.
        given: filters that count beside it; what no paper passes together with them is told.
    """
    given = given or Filters()
    notes: list[str] = []
    if names := typed_ids(q):
        return Asked(text=q.strip(), names=names)
    formula = boolean.read(q)
    if isinstance(formula, Asked):
        note = f"read as {_cut(str(formula.formulas[0]), _READ)}"
        return replace(formula, notes=(note,))
    if formula:
        notes.append(f"AND, OR and NOT are searched as text: {formula}")
    parts = _operators(q, notes)
    text = _without(q, parts)
    if parts and _operators(text, []):  # there were too many, or -words stood in quotes
        text = " ".join(WORD.findall(text))
    asks = [part.asks for part in parts]
    filters = _filters(q, parts, notes)
    like = tuple(dict.fromkeys(one for ask in asks for one in ask.like))
    unlike = tuple(dict.fromkeys(one for ask in asks for one in ask.unlike))
    both = [one for one in like if one in unlike]
    notes += [f"{one} is asked for by related: and unlike:; related: counts" for one in both]
    must = tuple(dict.fromkeys(one for ask in asks for one in ask.must))
    must_not = tuple(dict.fromkeys(one for ask in asks for one in ask.must_not))
    excluded = tuple(dict.fromkeys(one for ask in asks for one in ask.excluded))
    notes += _contradictions(filters, given)
    wanted = {*(ask.filters for ask in asks), *given.apart()} - {Filters()}
    for part in parts:
        if set(part.asks.must_not) & set(must) or set(part.asks.excluded) & wanted:
            notes.append(f"{_shown(q, part)} excludes what is asked for elsewhere")
    return Asked(
        text=text,
        names=_names(text),
        formulas=tuple(one for ask in asks for one in ask.formulas),
        beginnings=tuple(dict.fromkeys(one for ask in asks for one in ask.beginnings)),
        wishes=tuple(one for ask in asks for one in ask.wishes),
        must=must,
        must_not=must_not,
        filters=filters,
        excluded=excluded,
        like=like,
        unlike=tuple(one for one in unlike if one not in both),
        notes=_bounded(notes),
    )


def _operators(q: str, notes: list[str]) -> list[Operator]:
    """Return the operators that count, and add why others do not."""
    parts = list(operators_of(q))
    plain = _size(q) - sum(_size(q[part.start : part.end]) for part in parts if not part.problem)
    if plain > LONG:
        before, after = _ends(q, parts)
        within = [_shown(q, part) for part in parts[before:after] if not part.problem]
        if within:
            more = f" and {len(within) - 1} more" if len(within) > 1 else ""
            notes.append(f"{within[0]}{more} within a long text; searched as text")
        parts = parts[:before] + parts[after:]
    problems = [f"{_shown(q, part)} {part.problem}" for part in parts if part.problem]
    notes += [f"{one}; searched as text" for one in problems if not any(one in n for n in notes)]
    parts = [part for part in parts if not part.problem]
    if len(parts) > MAX_OPERATORS:
        first = _shown(q, parts[MAX_OPERATORS])
        notes.append(f"{first} comes after {MAX_OPERATORS} operators; searched as text from there")
    return parts[:MAX_OPERATORS]


def _ends(q: str, parts: list[Operator]) -> tuple[int, int]:
    """Return how many parts stand before all plain text, and the index of the first after it."""
    before, after = 0, len(parts)
    at = 0
    while before < after and _is_next(q, parts[before], at, parts[before].start):
        at = parts[before].end
        before += 1
    at = len(q)
    while before < after and _is_next(q, parts[after - 1], parts[after - 1].end, at):
        after -= 1
        at = parts[after].start
    return before, after


def _is_next(q: str, part: Operator, start: int, end: int) -> bool:
    """Tell whether only white space lies between, and the part is no quotation."""
    return not q[start:end].strip() and q[part.start] not in QUOTES


def _filters(q: str, parts: list[Operator], notes: list[str]) -> Filters:
    """Return the filters of all parts as one."""
    filters = Filters()
    for part in parts:
        new = part.asks.filters
        first = _narrower(max, filters.year_from, new.year_from)
        last = _narrower(min, filters.year_to, new.year_to)
        if first is not None and last is not None and first > last:
            notes.append(f"{_shown(q, part)} contradicts {filters.years}; the last one counts")
            first, last = new.year_from, new.year_to
        values: dict[str, Wanted] = {
            field.name: _joined(filters.terms(field.name), new.terms(field.name)) for field in TERMS
        }
        for flag in FLAGS:
            before, state = filters.flag(flag.parameter), new.flag(flag.parameter)
            if state is not None and before not in (None, state):
                notes.append(f"{_shown(q, part)} contradicts its opposite; the last one counts")
            values[flag.parameter] = before if state is None else state
        filters = Filters(first, last, **values)
    return filters


def _contradictions(typed: Filters, given: Filters) -> Iterator[str]:
    """Yield what of the typed filters no paper passes together with those given."""
    first = _narrower(max, typed.year_from, given.year_from)
    last = _narrower(min, typed.year_to, given.year_to)
    if first is not None and last is not None and first > last:
        yield f"{typed.years} contradicts the filter {given.years}; no paper passes both"
    for flag in FLAGS:
        wanted = typed.flag(flag.parameter)
        if {wanted, given.flag(flag.parameter)} == {True, False}:
            form = f"{'' if wanted else '-'}has:{flag.name}"
            yield f"{form} contradicts the filter; no paper passes both"


def _narrower(pick: Callable[[int, int], int], one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return pick(one, other)


def _joined(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one + other))


def _without(q: str, parts: list[Operator]) -> str:
    """Return a query with each part replaced by its text."""
    if not parts:
        return q
    pieces, at = [""], 0
    for part in parts:
        pieces[-1] += q[at : part.start] + part.asks.text
        at = part.end
        if not part.asks.text:
            pieces.append("")
    pieces[-1] += q[at:]
    return " ".join(bare for piece in pieces if (bare := piece.strip()))


def _names(text: str) -> tuple[str, ...]:
    """Return the names of the papers whose ids are in a text, such as a citation with its DOI."""
    return () if _size(text) > LONG else ids_within(text)


def _size(text: str) -> int:
    return sum(map(len, text.split()))


def _shown(q: str, part: Operator) -> str:
    return _cut(" ".join(q[part.start : part.end].split()), 40)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _bounded(notes: list[str]) -> tuple[str, ...]:
    """Return each note once, and not more than can be read."""
    each = list(dict.fromkeys(notes))
    if len(each) > MAX_NOTES:
        each[MAX_NOTES - 1 :] = [f"and {len(each) - MAX_NOTES + 1} more notes of this kind"]
    return tuple(each)
