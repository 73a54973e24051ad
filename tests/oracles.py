"""Slow and plain: what the fast code must agree with."""

from __future__ import annotations

import itertools
import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence

from indexer.merging.comparing import compare, worth
from indexer.merging.decisions import record_key
from indexer.merging.evidence import UNLIKE
from indexer.merging.facts import Facts
from indexer.paper import Paper
from indexer.words import in_both_orders, paired, terms

# Weight and normalisation of length: title, abstract, authors, keywords.
WEIGHTS, B, K1 = (2.0, 1.0, 1.0, 1.0), (0.5, 0.75, 0.0, 0.0), 1.2


def texts_of(paper: Paper) -> tuple[str, str, str, str]:
    title = "" if "title_missing" in paper.extra else paper.title
    authors = " ".join(map(in_both_orders, paper.authors))
    return title, paper.abstract, authors, " ".join(paper.extra.get("keywords", []))


def fields_of(paper: Paper) -> tuple[list[str], ...]:
    """The terms of each field, and the single characters that are found beside them."""
    return tuple(terms(text) + paired(text) for text in texts_of(paper))


def bm25f(papers: Sequence[Paper], query: str, *, stemmed: bool = False) -> list[float]:
    """The score of every paper, by the formula; a query that is stemmed is one term."""
    texts = [fields_of(paper) for paper in papers]
    lengths = [[len(terms(text)) for text in texts_of(paper)] for paper in papers]
    means = [sum(of[f] for of in lengths) / len(texts) for f in range(4)]
    scores = [0.0] * len(texts)
    for term, asked in Counter([query] if stemmed else terms(query)).items():
        df = sum(any(term in field for field in text) for text in texts)
        idf = math.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
        for i, text in enumerate(texts):
            w = 0.0
            for f, field in enumerate(text):
                if term in field:
                    length = 1 - B[f] + B[f] * lengths[i][f] / means[f]
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


def on_one_scale(first: Sequence[float], finer: Mapping[int, float]) -> list[float]:
    """Cosines of all papers; those of some in a finer space, as deviations among these papers."""
    among = [first[row] for row in finer]
    if len(among) < 2 or statistics.pstdev(finer.values()) < 2e-7:
        return list(first)
    mean, deviation = statistics.fmean(among), statistics.pstdev(among)
    fine_mean, fine_deviation = statistics.fmean(finer.values()), statistics.pstdev(finer.values())
    return [
        mean + deviation * (finer[row] - fine_mean) / fine_deviation if row in finer else cosine
        for row, cosine in enumerate(first)
    ]


def papers_of(papers: Sequence[Paper]) -> list[list[int]]:
    """Rows of one paper each: all pairs are compared, and joined, likeliest first, if all agree."""
    facts = [Facts(paper) for paper in papers]
    pairs = list(itertools.combinations(range(len(papers)), 2))
    compared = {pair: compare(facts[pair[0]], facts[pair[1]]) for pair in pairs}
    many = {
        identifier
        for c in compared.values()
        if c.shared and (c.apart or c.score - worth(c.shared) <= UNLIKE)
        for identifier in c.shared
    }
    compared = {pair: compare(facts[pair[0]], facts[pair[1]], many=many) for pair in pairs}
    groups = [{row} for row in range(len(papers))]
    keys = [record_key(paper) for paper in papers]
    for one, other in sorted(
        (pair for pair in pairs if compared[pair].certain),
        key=lambda p: (-compared[p].score, sorted((keys[p[0]], keys[p[1]])), p),
    ):
        ours, theirs = (next(g for g in groups if row in g) for row in (one, other))
        across = [tuple(sorted((a, b))) for a in ours for b in theirs]
        if ours is not theirs and not any(compared[pair].contradicting for pair in across):
            groups.remove(theirs)
            ours |= theirs
    return sorted(sorted(group) for group in groups if len(group) > 1)
