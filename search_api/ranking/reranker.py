"""A second reading of the best papers: a model reads question and paper together.

It is slower by far than comparing vectors, and so loaded only where one is named, asked of few
papers, and given so much time and no more.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from indexer.arrays import Array, Rows
from indexer.errors import AkinError
from indexer.models.model import Model
from search_api.ranking.fusion import z_scores

DEPTH = 20
"""How many of the best papers are read again."""

BATCH = 4
"""Papers that are read at once: between two batches it is seen whether there is time for more."""

WEIGHT = 0.3
"""Of its score; the rest is that of a paper's place before. ``docs/quality.md`` has others."""

SECONDS = 5.0
"""How long the best papers may be read, where nothing else is said."""

logger = logging.getLogger(__name__)


class Skipped(Exception):
    """The best papers could not be read again; its text tells the reader of the list why.

    No error: the list goes without.
    """


class Reranker(Protocol):
    """What the engine needs of one."""

    @property
    def model(self) -> Model:
        """Which model this is: another one orders otherwise."""

    def load(self) -> None:
        """Load the model, which takes seconds, unless it is loaded.

        Raises:
            ModelUnavailable: its files cannot be loaded, or it does not rank.
        """

    def score(self, query: str, texts: Sequence[str], /) -> Array:
        """Return how well each text answers the query ``(n,)``, more is better.

        Raises:
            ModelUnavailable: see :meth:`load`.
            Skipped: not all of them were read.
        """


def order(scores: Array, weight: float = WEIGHT) -> Rows:
    """Return the order of papers by their places and by the scores of a reranker.

    Each is brought to mean 0 and deviation 1 over these papers, and both are added: what ranked
    them before knows the whole corpus, and a reranker only what it was trained on.

    Args:
        scores: of papers in the order they had, ``(n,)``.
        weight: of these; the rest is that of the places.

    Returns:
        The places that they had, ``(n,)``, best first; of papers that come out the same the
        earlier one.
    """
    places = -np.arange(len(scores), dtype=np.float64)
    read, before = (z_scores(one, one.mean(), one.std()) for one in (scores, places))
    return np.argsort(-(weight * read + (1 - weight) * before), kind="stable")


class TimedReranker:
    """Has texts read some at a time, as long as there is time; safe to share by threads.

    Whatever a reranker fails by while it reads, the list goes without it. What is being computed is
    not interrupted: a batch may begin in time and end after it.

    Args:
        reranker: reads them; it is asked by one thread at a time.
        seconds: that all texts of a list may take, waiting for other lists included and loading
            not; ``None``: no limit.
        clock: tells seconds.
    """

    def __init__(
        self,
        reranker: Reranker,
        seconds: float | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.model = reranker.model
        self._reranker = reranker
        self._seconds = seconds
        self._clock = clock
        self._turn = threading.Lock()

    def load(self) -> None:
        """Load the model; see :meth:`Reranker.load`."""
        self._reranker.load()

    def score(self, query: str, texts: Sequence[str]) -> Array:
        """Return how well each text answers the query ``(n,)``, of all of them or not at all.

        Raises:
            ModelUnavailable: see :meth:`load`.
            Skipped: they could not be read, or not in time.
        """
        self.load()
        until = np.inf if self._seconds is None else self._clock() + self._seconds
        found = np.zeros(len(texts))
        if not self._turn.acquire(timeout=-1 if self._seconds is None else self._seconds):
            raise self._late(0, len(texts))
        try:
            # Texts of one length together: the shorter ones of a batch are padded.
            order = np.argsort([len(text) for text in texts], kind="stable")
            for start in range(0, len(texts), BATCH):
                if start and self._clock() >= until:
                    raise self._late(start, len(texts))
                batch = order[start : start + BATCH]
                found[batch] = self._batch(query, [texts[place] for place in batch])
        finally:
            self._turn.release()
        return found

    def _batch(self, query: str, texts: Sequence[str]) -> Array:
        try:
            found = self._reranker.score(query, texts)
        except AkinError:
            raise
        except Exception as error:  # what there is no memory for, each library says as it likes
            logger.exception("the reranker failed")
            raise Skipped(f"not reranked: the reranker failed ({type(error).__name__})") from error
        if not np.isfinite(found).all():
            raise Skipped("not reranked: the reranker gave what is no number")
        return found

    def _late(self, done: int, all_: int) -> Skipped:
        return Skipped(
            f"not reranked: {done} of the {all_} best papers were read again when the "
            f"{self._seconds:g} s for it were over (--reranker-seconds)"
        )
