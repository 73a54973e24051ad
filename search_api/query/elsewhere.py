"""Forms that other search engines have and akin has not, and what a note says of each."""

from __future__ import annotations

import re
from typing import NamedTuple

FIELDS_ELSEWHERE = frozenset(
    "ab abs abstract affiliation all any date desc issn isbn jr lang language mesh mh ov publisher "
    "subject text tiab tw type".split()
)
"""Names of fields."""

_FORMS = (
    (
        re.compile(r"[^\W\d_]{2,}[*?][^\W\d_]+(?!\S)|\*[^\W\d_]{3,}(?!\S)"),
        "has a wildcard within; only * at the end of a word counts",
    ),
    (
        re.compile(r"(?:O?NEAR|ADJ|PRE|W|N)/?[0-9]{1,2}(?!\S)|(?:NEAR|ADJ)(?!\S)"),
        'is no operator here; "…" finds words side by side',
    ),
    (
        re.compile(
            r"[^\s\[]+ ?\[(?:tiab|title|ti|author|au|mesh|mh|tw|ta|pt|all fields|mesh terms|"
            r"title/abstract)\]",
            re.IGNORECASE,
        ),
        "has its field as PubMed writes it; here it comes first, as in title:barley",
    ),
    (
        re.compile(r"(?:TITLE(?:-ABS(?:-KEY)?)?|ABS|KEY|AUTH|TS|TI|AU|AB|AK|SO|PY|DO)(?:\(|=)\S"),
        "has its field as Scopus or Web of Science writes it; here it is as in title:barley",
    ),
)


class Form(NamedTuple):
    """A form of others.

    Attributes:
        end: where it ends, exclusive.
        problem: why it is not taken as meant.
    """

    end: int
    problem: str


def form_elsewhere(q: str, start: int) -> Form | None:
    """Return the form of others that begins at a place of a query, if one does."""
    for pattern, problem in _FORMS:
        if match := pattern.match(q, start):
            return Form(match.end(), problem)
    return None
