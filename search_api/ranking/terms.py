"""Search by words: from texts to terms, each with its weight."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from indexer.arrays import Rows
from indexer.bm25f import K1, idf
from indexer.words import terms
from search_api.store.store import Store

MOST_TERMS = 200
"""Of papers to be like, that are looked for."""

TermWeights = dict[str, float]


def weigh(texts: Iterable[tuple[float, str]]) -> TermWeights:
    """Return the weight of each term of some texts.

    A term counts with the square root of how often it occurs: what is asked at length says its
    subject again and again, but one word is not to drown the others.

    Args:
        texts: free texts, each with its weight; nothing in them is query syntax.
    """
    asked: TermWeights = defaultdict(float)
    for weight, text in texts:
        for term, count in Counter(terms(text)).items():
            asked[term] += weight * math.sqrt(count)
    return dict(asked)


def weigh_papers(store: Store, rows: Rows) -> TermWeights:
    """Return the weight of the terms that tell most of some papers.

    Each paper's terms count with their dampened frequency, ``tf · (k1 + 1) / (tf + k1)``, on
    average over the papers; those with the highest product of that and their idf are taken.
    """
    asked: TermWeights = defaultdict(float)
    texts = store.texts(rows)
    for text in texts:
        for term, count in Counter(terms(text)).items():
            asked[term] += count * (K1 + 1) / (count + K1) / len(texts)
    return {term: asked[term] for term in by_telling(store, asked)[:MOST_TERMS]}


def by_telling(store: Store, weights: Mapping[str, float]) -> list[str]:
    """Return the terms that any paper has, those of the highest ``weight · idf`` first."""
    frequency = store.frequencies(list(weights))
    papers = len(store)
    return sorted(frequency, key=lambda term: -weights[term] * idf(frequency[term], papers))
