"""Why a paper is in a list: the share of its words in its cosine, and the words it has in common.

A paper's embedding is the mean of its word pieces' embeddings e, scaled to length 1, so its cosine
with a query q of length 1 is a sum over the pieces: Σ q·e / ‖Σ e‖. What a word's pieces add is its
share: signed, and exact, but of the word in its context, as a transformer mixes each with all.
Where an embedding is no such sum, there are no shares, and each sentence is embedded by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from indexer.arrays import Vectors
from indexer.models.encoder import Encoder, TokenEmbeddings
from indexer.paper import Paper
from search_api.explaining.explanation import Contribution, Explanation, Meaning, Share, Standing
from search_api.explaining.matches import matches
from search_api.explaining.sentence_vectors import PaperText, SentenceVectors
from search_api.query.query import Query
from search_api.query.results import IndexInfo
from search_api.ranking.ranker import DATE_POOL
from search_api.ranking.signals import SEMANTIC, SIGNALS, Signal

NO_SHARES = (
    "by this model the vector of a text is not the mean of its word pieces: words have no shares, "
    "and each sentence was embedded by itself"
)

NOT_RANKED = "nothing in the query ranks: its list is of all papers that pass, newest first"

# Chinese and Japanese have no spaces: each character stands for itself.
_ALONE = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_SPACE = re.compile(r"\s")
_WORD_BEGINS = re.compile(r"(?<!\S)\S")
_PUNCTUATION = ".,;:!?…()[]{}<>\"'`“”‘’«»。，、；：！？（）「」"


def explain(
    paper: Paper,
    query: Query,
    asked: str,
    standing: Standing,
    direction: Vectors | None,
    telling: Mapping[str, str],
    index: IndexInfo,
    encoder: Encoder,
) -> Explanation:
    """Return why a paper is where it is.

    Args:
        paper: any paper of the index.
        query: what is asked.
        asked: all that it wishes for in words.
        standing: where the paper is in the list, and what it scores.
        direction: of the query in the space by which the paper is scored ``(dim,)``; ``None`` where
            only words are asked for.
        telling: terms of the papers to be like, the most telling first, and the words they are.
        index: which index that is.
        encoder: by which the paper is scored; not used where only words are asked for.

    Raises:
        ModelUnavailable: the model cannot be loaded.
    """
    scored = standing.scored
    meaning = None if direction is None else _meaning(paper, direction, encoder)
    common, found = matches(paper, asked, telling)
    lift = scored.lift if scored else None
    return Explanation(
        paper=paper,
        query=query,
        index=index,
        rank=standing.rank,
        score=float(scored.score[0]) if scored else 0.0,
        parts={signal.name: _part(signal, standing) for signal in SIGNALS},
        lift=None if lift is None else float(lift[0]),
        looked=standing.looked,
        rerank=standing.rerank,
        model=standing.model,
        meaning=meaning,
        terms=common,
        matches=found,
        notes=[
            *([] if query.ranks else [NOT_RANKED]),
            *query.notes,
            *standing.notes,
            *_not_listed(paper, query, standing),
            *_of_model(standing),
            *_of_meaning(meaning),
        ],
    )


def _part(signal: Signal, standing: Standing) -> Contribution | None:
    """Return what a signal says of the paper, if it was asked."""
    scored = standing.scored
    if scored is None or signal.name not in standing.ranks:
        return None
    rank, score = standing.ranks[signal.name] or None, standing.measured[signal.name]
    if not scored.standard:
        return Contribution(rank, score, None, None, None)
    weight, standard = scored.weights[signal.name], float(scored.standard[signal.name][0])
    return Contribution(rank, score, weight, standard, weight * standard)


def _not_listed(paper: Paper, query: Query, standing: Standing) -> Iterator[str]:
    """Say why a paper has no rank."""
    scored = standing.scored
    if standing.rank is not None:
        return
    if paper.id in {*query.like, *query.unlike}:
        yield "the paper is one of those to be like or unlike, which are never in the list"
    elif not standing.searched:
        yield "the paper does not pass the filters: it is not in the list"
    elif not standing.listed:
        yield "no word of the query is in the paper: it is not in the list"
    elif scored and query.min_score is not None and scored.score[0] < query.min_score:
        yield f"the score is below the minimum of {query.min_score:g}: the paper is not in the list"
    elif standing.joined_to:
        place = (
            "which the list is about" if standing.joined_to in query.like else "which has its place"
        )
        yield f"the same work as {standing.joined_to}, {place}: the paper is not in the list"
    else:
        yield f"by date are the {DATE_POOL} most relevant alone: the paper is not in the list"


def _of_model(standing: Standing) -> Iterator[str]:
    """Say whose cosine a paper has, where others of its list have another model's."""
    if standing.model is None or standing.scored is None:
        return
    brought = float(standing.scored.scores[SEMANTIC.name][0])
    yield (
        f"its cosine is by {standing.model}; other papers have those of another model, and all are "
        f"ranked on one scale, on which this paper has {brought:.3f}"
    )


def _of_meaning(meaning: Meaning | None) -> Iterator[str]:
    if meaning is None:
        return
    if meaning.unread is None:
        yield NO_SHARES
    elif meaning.unread:
        yield (
            f"the model reads the beginning only: the last {meaning.unread} words have no share, "
            "nor have sentences among them a score"
        )


def _meaning(paper: Paper, direction: Vectors, encoder: Encoder) -> Meaning:
    """Take the cosine of a paper with a vector ``(dim,)`` of length 1 apart."""
    document = PaperText.of(paper)
    tokens = encoder.encode_tokens(document.text)
    if tokens is None:
        found = SentenceVectors.by_themselves(document, encoder)
        return Meaning([], None, None, found.nearest(direction))
    return _by_pieces(document, direction, tokens)


def _by_pieces(document: PaperText, direction: Vectors, tokens: TokenEmbeddings) -> Meaning:
    q = direction.astype(np.float64)
    pieces = tokens.embeddings.astype(np.float64)
    places = document.pieces(tokens)
    length = np.linalg.norm(pieces.sum(axis=0))
    shares = pieces @ q / length if length else np.zeros(len(pieces))
    special = sum(share for (start, end), share in zip(places, shares, strict=True) if start == end)
    return Meaning(
        words=[
            Share(*document.place(*_bare(document.text, start, end)), share)
            for start, end, share in _words(document.text, places, shares.tolist())
        ],
        special=float(special),
        unread=_unread(document.text, places) if tokens.cut else 0,
        sentences=SentenceVectors.of_pieces(document, tokens).nearest(direction),
    )


def _words(
    text: str, places: Iterable[tuple[int, int]], shares: Iterable[float]
) -> list[tuple[int, int, float]]:
    """Join the pieces between which there is no space; return where each word is, and its share."""
    words: list[tuple[int, int, float]] = []
    for (start, end), share in zip(places, shares, strict=True):
        if start == end:
            continue
        if words:
            first, last, sum_ = words[-1]
            if start < last or not (
                _SPACE.search(text, last, start)
                or _ALONE.match(text, last - 1)
                or _ALONE.match(text, start)
            ):
                words[-1] = (first, max(last, end), sum_ + share)
                continue
        words.append((start, end, share))
    return words


def _unread(text: str, places: Iterable[tuple[int, int]]) -> int:
    """Count the words that begin after the last piece."""
    read = max((end for _, end in places), default=0)
    return len(_WORD_BEGINS.findall(text, read))


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out punctuation at both ends, unless there is nothing else."""
    word = text[start:end]
    if not (bare := word.strip(_PUNCTUATION)):
        return start, end
    start += len(word) - len(word.lstrip(_PUNCTUATION))
    return start, start + len(bare)
