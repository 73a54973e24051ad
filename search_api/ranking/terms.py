"""Search by words: from texts to terms, each with its weight."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

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


def weigh_papers(store: Store, texts: Sequence[str], *, rare_first: bool) -> TermWeights:
    """Return the weight of the terms that tell most of some papers, by what is written of them.

    Each paper's terms count with their dampened frequency, ``tf · (k1 + 1) / (tf + k1)``, on
    average over the papers; those with the highest product of that and their idf are taken.

    Args:
        store: that is asked.
        texts: of the papers.
        rare_first: whether a term counts the more the rarer it is, by the root of its idf, while
            the sum of all stays. Several papers say by what they share what is asked of them; of
            one it is best guessed from what few others have.
    """
    asked: TermWeights = defaultdict(float)
    for text in texts:
        for term, count in Counter(terms(text)).items():
            asked[term] += count * (K1 + 1) / (count + K1) / len(texts)
    rarity = _rarity(store, asked)
    most = sorted(rarity, key=lambda term: -asked[term] * rarity[term])[:MOST_TERMS]
    weights = {term: asked[term] for term in most}
    if not (rare_first and most):
        return weights
    rare = {term: weight * math.sqrt(rarity[term]) for term, weight in weights.items()}
    scale = sum(weights.values()) / sum(rare.values())
    return {term: scale * weight for term, weight in rare.items()}


def by_telling(store: Store, weights: Mapping[str, float]) -> list[str]:
    """Return the terms that any paper has, those of the highest ``weight · idf`` first."""
    rarity = _rarity(store, weights)
    return sorted(rarity, key=lambda term: -weights[term] * rarity[term])


def _rarity(store: Store, asked: Iterable[str]) -> dict[str, float]:
    """Return the idf of the terms that any paper has."""
    papers = len(store)
    return {
        term: idf(frequency, papers) for term, frequency in store.frequencies(list(asked)).items()
    }
