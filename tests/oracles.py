"""Slow and plain: what the fast code must agree with."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from indexer.merging.clusters import publications_of
from indexer.paper import Paper
from indexer.words import terms

# Weight and normalisation of length: title, abstract, authors, keywords.
WEIGHTS, B, K1 = (2.0, 1.0, 1.0, 1.0), (0.5, 0.75, 0.0, 0.0), 1.2


def fields_of(paper: Paper) -> tuple[list[str], ...]:
    title = "" if "title_missing" in paper.extra else paper.title
    keywords = paper.extra.get("keywords", [])
    texts = (title, paper.abstract, " ".join(paper.authors), " ".join(keywords))
    return tuple(map(terms, texts))


def bm25f(papers: Sequence[Paper], query: str, *, stemmed: bool = False) -> list[float]:
    """The score of every paper, by the formula; a query that is stemmed is one term."""
    texts = [fields_of(paper) for paper in papers]
    means = [sum(len(text[f]) for text in texts) / len(texts) for f in range(4)]
    scores = [0.0] * len(texts)
    for term, asked in Counter([query] if stemmed else terms(query)).items():
        df = sum(any(term in field for field in text) for text in texts)
        idf = math.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
        for i, text in enumerate(texts):
            w = 0.0
            for f, field in enumerate(text):
                if term in field:
                    length = 1 - B[f] + B[f] * len(field) / means[f]
                    w += WEIGHTS[f] * field.count(term) / length
            scores[i] += math.sqrt(asked) * idf * w * (K1 + 1) / (w + K1)
    return scores


def lifts(scores: Sequence[float], vectors: Sequence[Sequence[float]]) -> list[float]:
    """What the hundred best papers are lifted by, one by one; 0 for the others."""
    ranked = sorted(range(len(scores)), key=lambda i: (-scores[i], i))[:100]
    lifted = [0.0] * len(scores)
    for i in ranked:
        near = [
            (sum(a * b for a, b in zip(vectors[i], vectors[j], strict=True)), j)
            for j in ranked
            if j != i
        ]
        near = [(cosine, j) for cosine, j in sorted(near, reverse=True)[:5] if cosine > 0]
        if near:
            sum_of = sum(cosine * max(scores[j], 0.0) for cosine, j in near)
            lifted[i] = 0.5 * sum_of / sum(cosine for cosine, _ in near)
    return lifted


def parted(rows: Sequence[int], papers: Mapping[int, Paper], telling: bool) -> list[list[int]]:
    """Records of one title as works: each is compared with the first record of every cluster."""
    clusters: list[list[int]] = []
    stated: list[dict[str, str]] = []
    for row in rows:
        ours = publications_of(papers[row])
        for cluster, theirs in zip(clusters, stated, strict=True):
            conflict = any(theirs.get(kind, value) != value for kind, value in ours.items())
            first, paper = papers[cluster[0]], papers[row]
            if not conflict and (_may_be_one if telling else _text_agrees)(first, paper):
                cluster.append(row)
                theirs.update(ours)
                break
        else:
            clusters.append([row])
            stated.append(ours)
    return clusters


def _may_be_one(one: Paper, other: Paper) -> bool:
    if not (one.authors or other.authors):
        return one.year == other.year and _venues_agree(one, other)
    if one.year == other.year or not (one.abstract and other.abstract):
        return True
    words, others = _words(one), _words(other)
    return len(words & others) >= 0.5 * min(len(words), len(others))


def _text_agrees(one: Paper, other: Paper) -> bool:
    if one.year != other.year:
        return False
    if not (one.abstract and other.abstract):
        return _venues_agree(one, other)
    words, others = _words(one), _words(other)
    return len(words & others) >= 0.5 * len(words | others)


def _venues_agree(one: Paper, other: Paper) -> bool:
    return one.venue == other.venue or not (one.venue and other.venue)


def _words(paper: Paper) -> set[str]:
    return set(re.findall(r"\w+", paper.abstract.casefold()))
