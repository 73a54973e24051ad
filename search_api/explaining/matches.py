"""Words in common: those of a query and of papers to be like, and where a paper has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import islice

from indexer.fields import keywords_of
from indexer.letters import folded
from indexer.paper import Paper
from indexer.words import (
    STOP_WORDS,
    TERMS_OF_WRITING,
    in_both_orders,
    located,
    surfaces,
    terms,
)
from search_api.explaining.explanation import Field, Match, Term

MOST_SHARED = 12
"""Words that a paper has in common with those to be like: so many are shown."""


def matches(paper: Paper, query: str, telling: Mapping[str, str]) -> tuple[list[Term], list[Match]]:
    """Return the terms of a query and of papers to be like, and where a paper has them.

    Args:
        paper: the one that is looked at.
        query: free text; all its terms are returned, those that the paper has not, too.
        telling: terms of the papers to be like, the most telling first, and the words they are; of
            those that the paper has and that name a subject, :data:`MOST_SHARED`.
    """
    texts: list[tuple[Field, int | None, str]] = [
        ("title", None, paper.title),
        ("abstract", None, paper.abstract),
        *(("authors", n, name) for n, name in enumerate(paper.authors)),
    ]
    words = [
        Match(field, word.start, word.end, text[word.start : word.end], author, word.term)
        for field, author, text in texts
        for word in located(text)
    ]
    words += [
        Match("authors", 0, len(name), name, n, term)
        for n, name in enumerate(paper.authors)
        if (searched := in_both_orders(name)) != name
        for term in {*terms(searched)} - {word.term for word in located(name)}
    ]
    asked = surfaces(query)
    of_keywords = Counter(term for one in keywords_of(paper) for term in terms(one))
    having = {word.term for word in words if folded(word.text) not in STOP_WORDS} | set(of_keywords)
    shared = (t for t in telling if t in having and t not in asked and t not in TERMS_OF_WRITING)
    asked |= {term: telling[term] for term in islice(shared, MOST_SHARED)}
    # Stop words are looked for only where nothing else is asked for.
    found = [
        word
        for word in words
        if word.term in asked
        and (folded(word.text) not in STOP_WORDS or folded(asked[word.term]) in STOP_WORDS)
    ]
    counts = Counter(match.term for match in found) + of_keywords
    return [Term(term, word, counts[term]) for term, word in asked.items()], found
