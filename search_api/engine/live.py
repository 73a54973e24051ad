"""The engine that is served right now, and its replacement when a new generation is published."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from indexer.errors import AkinError, IndexCorrupted, IndexMissing
from indexer.models.encoder import Encoder
from indexer.models.model import find_model
from indexer.models.questions import question_encoder
from indexer.store.generation import Generation, IndexFolder
from indexer.store.manifest import Space
from search_api.engine.engine import Engine
from search_api.query.results import IndexInfo
from search_api.ranking.learned import BUNDLED, Learned
from search_api.ranking.reading_model import ModelReranker
from search_api.ranking.reranker import SECONDS, Reranker, TimedReranker
from search_api.ranking.second_look import SecondLook

logger = logging.getLogger(__name__)

EncoderFor = Callable[[Space], Encoder]
"""Makes the encoder for a space of a generation, not loaded yet."""

RETRY_SECONDS = 10.0
"""After which a generation that could not be opened is tried again: what was amiss may be well."""

_TRIES = 3
_SPACES = 2
"""That a generation has at most."""
_NEVER = object()


def encoder_for(model: str | None = None, threads: int | None = None) -> EncoderFor:
    """Return what makes encoders: of the models that generations were built with.

    A named model is run for every generation as that was built, always by the same encoder: one
    that was built with another model does not fit it, and is refused. What stands in for a model is
    run all the same.
    """

    def made(name: str, backend: str, max_tokens: int | None) -> Encoder:
        return question_encoder(find_model(name).run_as(backend, max_tokens), threads)

    if model is None:
        return lambda space: made(space.model, space.backend, space.max_tokens)
    named = cache(lambda *how: made(model, *how))
    return lambda space: (
        made(space.model, space.backend, space.max_tokens)
        if space.stands_in_for
        else named(space.backend, space.max_tokens)
    )


def reranker_of(
    model: str | None, seconds: float | None = SECONDS, threads: int | None = None
) -> Reranker | None:
    """Return the reranker of that name, not loaded yet; ``None`` of none.

    Args:
        model: a cross-encoder, or a model of late interaction.
        seconds: that it may take for a list; 0 or ``None``: as long as it takes.
        threads: for torch; ``None``: its own choice.

    Raises:
        ModelUnavailable: it cannot be had, or does not rank.
    """
    if not model:
        return None
    limited = seconds is not None and 0 < seconds < threading.TIMEOUT_MAX
    return TimedReranker(ModelReranker(find_model(model), threads), seconds if limited else None)


def ranker_of(file: str | None) -> SecondLook | None:
    """Return the second look by the weights of a file, no model loaded yet.

    Args:
        file: that ``akin train --ranker`` wrote; ``None`` or ``""``: the one that akin comes with;
            ``none``: there is to be none.

    Raises:
        RankerUnusable: it cannot be read, or was trained with other tokens.
    """
    if file == "none":
        return None
    return SecondLook.of(Learned.read(Path(file) if file else BUNDLED))


def open_engine(
    index: IndexFolder,
    make_encoder: EncoderFor,
    reranker: Reranker | None = None,
    second_look: SecondLook | None = None,
) -> Engine:
    """Open the current generation.

    Raises:
        IndexUnusable: there is none, it is damaged, or it does not fit the encoder.
        ModelUnavailable: its model cannot be had.
    """
    for _ in range(_TRIES):
        stamp = index.stamp()
        try:
            generation = index.current()
            return _engine(generation, make_encoder, reranker, second_look)
        except (IndexCorrupted, OSError) as error:
            if index.stamp() != stamp:
                continue  # generations were published while this one was opened: it was dropped
            if isinstance(error, IndexCorrupted):
                raise
            raise IndexCorrupted(f"{index.path}: cannot be opened: {error}") from error
    raise IndexCorrupted(f"{index.path}: generations come faster than one can be opened")


class LiveEngine:
    """Lends the current engine to requests, and swaps it without taking it from any.

    A generation of another model is opened with an encoder of its own, which is loaded and has
    encoded something before the swap; the old one goes when the last request that began with it is
    done. One of the same model goes on with the encoder that is loaded; likewise each of its spaces
    where it has several. Where a generation cannot
    be opened, or its model cannot be had, the last good one goes on being served, with
    :attr:`problem` saying so.

    Args:
        index: watched for new generations.
        make_encoder: called for a space of a model that is none of those being served.
        reranker: reads the best papers of each search again.
        second_look: that is taken at those of each question.

    Attributes:
        problem: why the published generation is not the one being served; ``None``: it is.
    """

    def __init__(
        self,
        index: IndexFolder,
        make_encoder: EncoderFor,
        reranker: Reranker | None = None,
        second_look: SecondLook | None = None,
    ) -> None:
        self.index = index
        self._reranker = reranker
        self._second_look = second_look
        self.problem: AkinError | None = None
        self._make_encoder = make_encoder
        self._encoders: tuple[Encoder, ...] = ()  # of the engine, or of the last that there was
        self._made: tuple[Encoder, ...] = ()  # for a generation that could not be swapped in yet
        self._engine: Engine | None = None
        self._seen: object = _NEVER
        self._tried = 0.0
        self._users: Counter[Engine] = Counter()
        self._closed = False
        self._lock = threading.Lock()

    def serving(self) -> IndexInfo | None:
        """Return which index is served right now."""
        engine = self._engine
        return engine.info if engine else None

    @contextmanager
    def lease(self) -> Iterator[Engine]:
        """Lend the engine; it stays open until the last borrower is done, swapped or not.

        Raises:
            AkinError: there is none, and why.
        """
        with self._lock:
            engine = self._engine
            if engine is None:
                raise self.problem or IndexMissing(f"{self.index.path}: not opened yet")
            self._users[engine] += 1
        try:
            yield engine
        except IndexCorrupted as error:
            self._distrust(engine, error)
            raise
        finally:
            with self._lock:
                self._users[engine] -= 1
                done = self._users[engine] == 0
                if done:
                    del self._users[engine]
                if done and engine is not self._engine:
                    engine.close()

    def refresh(self) -> bool:
        """Open the published generation unless it was seen; tell whether it was swapped in.

        Called by one thread only. Whatever is wrong becomes :attr:`problem`, never an exception.
        """
        stamp = self.index.stamp()
        retry = self.problem is not None and time.monotonic() - self._tried >= RETRY_SECONDS
        if stamp == self._seen and not retry:
            return False
        self._seen, self._tried = stamp, time.monotonic()
        try:
            engine = self._warm(
                open_engine(self.index, self._fitting, self._reranker, self._second_look)
            )
        except AkinError as error:
            self._keep_last_good(error)
            return False
        except Exception as error:
            logger.exception("the published generation could not be opened")
            self._keep_last_good(AkinError(f"{type(error).__name__}: {error}"))
            return False
        self._swap(engine)
        self.problem = None
        logger.info("serving %s", _described(engine))
        return True

    def close(self) -> None:
        """Close the engine, once nobody uses it, and what a refresh may still be opening."""
        with self._lock:
            self._closed = True
            engine, self._engine = self._engine, None
            if engine is not None and engine not in self._users:
                engine.close()

    def _fitting(self, space: Space) -> Encoder:
        """Return the encoder for a space: one that is there, else one that is made for it."""
        there = {one.model.fingerprint: one for one in (*self._made, *self._encoders)}
        if (known := there.get(space.fingerprint)) is not None:
            return known
        made = self._make_encoder(space)
        if (known := there.get(made.model.fingerprint)) is not None:
            return known
        self._made = (*self._made, made)[-_SPACES:]
        return made

    def _warm(self, engine: Engine) -> Engine:
        """Load the engine's models, if need be: the first query should not wait for them.

        Raises:
            ModelUnavailable: one cannot be loaded; the engine is closed.
        """
        try:
            for encoder in engine.encoders:
                if encoder not in self._encoders:
                    encoder.encode_query(["warm up"])
            if self._reranker:
                self._reranker.load()
        except BaseException:
            engine.close()
            raise
        return engine

    def _swap(self, engine: Engine) -> None:
        self._encoders, self._made = engine.encoders, ()
        with self._lock:
            old, self._engine = self._engine, None if self._closed else engine
            if self._closed:
                engine.close()
            if old is not None and old not in self._users:
                old.close()

    def _distrust(self, engine: Engine, error: IndexCorrupted) -> None:
        """Stop serving an engine whose files were damaged under it; a refresh replaces it."""
        with self._lock:
            if self._engine is engine:
                self._engine, self.problem, self._seen = None, error, _NEVER
                logger.error("%s: %s", error.title, error.detail)

    def _keep_last_good(self, error: AkinError) -> None:
        """Stay with the running engine; at a start, go back to a kept generation that is whole."""
        known = self.problem is not None and self.problem.detail == error.detail
        self.problem = error
        if self._engine is None and not isinstance(error, IndexMissing):
            for generation in self.index.previous():
                with suppress(AkinError, OSError):
                    self._swap(self._open(generation))
                    break
        kept = f"still serving {_described(self._engine)}" if self._engine else "nothing to serve"
        if not known:
            logger.error("%s: %s; %s", error.title, error.detail, kept)

    def _open(self, generation: Generation) -> Engine:
        return self._warm(_engine(generation, self._fitting, self._reranker, self._second_look))


def _engine(
    generation: Generation,
    make: EncoderFor,
    reranker: Reranker | None,
    second_look: SecondLook | None,
) -> Engine:
    encoders: Sequence[Encoder] = [make(space) for space in generation.manifest.answering]
    return Engine(generation, encoders[0], reranker, encoders[1:], second_look)


def _described(engine: Engine) -> str:
    info = engine.info
    covered = f", {info.covered.papers:,} of them by {info.covered.model}" if info.covered else ""
    return f"{info.papers:,} papers of generation {info.generation}, model {info.model}{covered}"
