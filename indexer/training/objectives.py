"""What training lessens: losses of embeddings of length 1, each with its gradient."""

from __future__ import annotations

import numpy as np

from indexer.arrays import Vectors

_FAR = 1e4
"""Below all other scores by so much that its share is 0."""


def towards(embeddings: Vectors, targets: Vectors) -> tuple[float, Vectors]:
    """Return how far embeddings are from where they should be, and the gradient of that.

    The loss is the mean of 1 − cosine, as in tokenlearn's regression on a teacher's embeddings.

    Args:
        embeddings: ``(n, dim)``, of length 1.
        targets: ``(n, dim)``, of length 1.
    """
    loss = 1 - float((embeddings * targets).sum(axis=1).mean())
    return loss, targets * np.float32(-1 / len(targets))


def alike(embeddings: Vectors, targets: Vectors, scale: float) -> tuple[float, Vectors]:
    """Return how far embeddings are from saying of texts who is like whom as others do.

    Of each text, the Kullback-Leibler divergence of what a softmax makes of its cosines with the
    others: the embeddings' from the targets' (after Passalis and Tefas, "Learning deep
    representations with probabilistic knowledge transfer", ECCV 2018); the mean of it over the
    texts, divided by ``scale``. And the gradient of that.

    Args:
        embeddings: ``(n, dim)``, of length 1.
        targets: ``(n, dims)``, of length 1.
        scale: what cosines are multiplied by before the softmax.
    """
    mine, theirs = _log_shares(embeddings, scale), _log_shares(targets, scale)
    wanted = np.exp(theirs)
    loss = float((wanted * (theirs - mine)).sum()) / (scale * len(embeddings))
    difference = np.exp(mine) - wanted
    gradient: Vectors = (difference + difference.T) @ embeddings / np.float32(len(embeddings))
    return loss, gradient


def apart(
    queries: Vectors, documents: Vectors, scale: float, dims: tuple[int, ...]
) -> tuple[float, Vectors, Vectors]:
    """Return how hard it is to tell each query's document from the others', and the gradients.

    The multiple negatives ranking loss (Henderson et al. 2017), in both directions, as the mean
    over the first dimensions of the embeddings (Matryoshka, Kusupati et al. 2022).

    Args:
        queries: ``(n, dim)``, of length 1.
        documents: ``(n, dim)``, of length 1; that of the query of the same row.
        scale: what cosines are multiplied by before the softmax.
        dims: how many first dimensions are to do by themselves.
    """
    total, for_queries, for_documents = 0.0, np.zeros_like(queries), np.zeros_like(documents)
    for dim in dims:
        some, others = queries[:, :dim], documents[:, :dim]
        lengths, other_lengths = _lengths(some), _lengths(others)
        some, others = some / lengths, others / other_lengths
        scores = scale * (some @ others.T)
        share, difference = 0.0, np.zeros_like(scores)
        for logits, into in ((scores, difference), (scores.T, difference.T)):
            logs = _log_softmax(logits)
            share -= float(np.diagonal(logs).mean()) / 2
            np.add(into, np.exp(logs), out=into)
        difference[np.diag_indices_from(difference)] -= 2
        difference *= scale / (2 * len(queries) * len(dims))
        total += share / len(dims)
        for_queries[:, :dim] += unscaled(some, lengths, difference @ others)
        for_documents[:, :dim] += unscaled(others, other_lengths, difference.T @ some)
    return total, for_queries, for_documents


def unscaled(scaled: Vectors, lengths: Vectors, gradient: Vectors) -> Vectors:
    """Return the gradient for vectors ``(n, dim)`` from that for the same, scaled to length 1.

    Args:
        scaled: of length 1.
        lengths: of the vectors before ``(n, 1)``.
        gradient: of a loss, for the scaled ones.
    """
    result: Vectors = (gradient - scaled * (gradient * scaled).sum(axis=1, keepdims=True)) / lengths
    return result


def _log_shares(vectors: Vectors, scale: float) -> Vectors:
    """Return the log of each text's softmax over the others ``(n, n)``; its own is next to 0."""
    scores = scale * (vectors @ vectors.T)
    np.fill_diagonal(scores, -_FAR)
    return _log_softmax(scores)


def _log_softmax(scores: Vectors) -> Vectors:
    shifted = scores - scores.max(axis=1, keepdims=True)
    result: Vectors = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


def _lengths(vectors: Vectors) -> Vectors:
    result: Vectors = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return result
