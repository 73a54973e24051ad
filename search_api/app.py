"""The HTTP service, composed of its routes, its pages and the engine that they ask."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, get_args

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from threadpoolctl import threadpool_limits

from indexer import __version__
from indexer.store.generation import IndexFolder
from indexer.threads import allow
from search_api.engine.live import EncoderFor, LiveEngine, encoder_for, ranker_of, reranker_of
from search_api.http import (
    answers,
    duplicate_routes,
    export_routes,
    feed_routes,
    map_routes,
    problems,
)
from search_api.http.deciding import Deciders
from search_api.http.routes import api, operations
from search_api.pages.duplicates import duplicates
from search_api.pages.render import Files, problem_page
from search_api.pages.routes import pages
from search_api.query.query import MAX_CHARACTERS
from search_api.ranking.modes import HYBRID
from search_api.ranking.reranker import SECONDS, Reranker
from search_api.ranking.second_look import SecondLook

POLL_SECONDS = 1.0
"""How often the server looks for a new generation: one stat() of one file."""

LONGEST_HEAD = 9 * MAX_CHARACTERS + (1 << 16)
"""Bytes of a request's address and headers: any text that can be asked fits, percent-encoded."""

_DESCRIPTION = f"""
Semantic search over paper abstracts.

A **hybrid** score is the weighted sum of standard scores, by {HYBRID}: how many standard
deviations a paper stands above the average paper of the corpus. `why` has each part.
Pages are linked by `next`; a page of an index that was replaced since is answered with 410.
Errors are `application/problem+json` (RFC 9457).
"""


def create_app(
    index: IndexFolder,
    make_encoder: EncoderFor,
    reranker: Reranker | None = None,
    deciders: Deciders = "nobody",
    second_look: SecondLook | None = None,
) -> FastAPI:
    """Return the service over an index folder, which may still be empty.

    Args:
        index: watched for new generations as long as the service runs.
        make_encoder: called for the first generation of each model.
        reranker: reads the best papers of each search again.
        deciders: who may decide on duplicates.
        second_look: that is taken at the best papers of each question.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        live: LiveEngine = app.state.live
        await asyncio.to_thread(live.refresh)
        watcher = asyncio.create_task(_watch(live))
        yield
        watcher.cancel()
        with suppress(asyncio.CancelledError):
            await watcher
        live.close()

    app = FastAPIOffline(
        title="akin",
        version=__version__,
        description=_DESCRIPTION,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.live = LiveEngine(index, make_encoder, reranker, second_look)
    app.state.deciders = deciders
    problems.install(app, problem_page)
    app.include_router(api)
    app.include_router(duplicate_routes.router)
    app.include_router(export_routes.router)
    app.include_router(feed_routes.router)
    app.include_router(map_routes.routes)
    app.include_router(operations)
    app.include_router(pages)
    app.include_router(duplicates)
    app.mount("/static", Files())
    _document_problems(app)
    return app


def create_app_from_environment() -> FastAPI:
    """Return the service as ``akin serve`` describes it to its worker processes.

    The number of threads is torch's, which takes it for the whole process, and that of NumPy's
    BLAS. FAISS needs none: it looks for one query in the thread that asks; and what OpenMP is told
    here would hold for this thread alone, which answers no request.
    """
    threads = int(os.environ["AKIN_THREADS"])
    threadpool_limits(threads, user_api="blas")
    allow(threads)
    model = os.environ.get("AKIN_MODEL") or None
    seconds = float(os.environ.get("AKIN_RERANKER_SECONDS") or SECONDS)
    reranker = reranker_of(os.environ.get("AKIN_RERANKER"), seconds, threads)
    second_look = ranker_of(os.environ.get("AKIN_RANKER"))
    index = IndexFolder(Path(os.environ["AKIN_INDEX"]))
    deciders: Deciders = next(
        (one for one in get_args(Deciders) if one == os.environ.get("AKIN_DECIDERS")), "nobody"
    )
    return create_app(index, encoder_for(model, threads), reranker, deciders, second_look)


async def _watch(live: LiveEngine) -> None:
    while True:
        await asyncio.sleep(POLL_SECONDS)
        await asyncio.to_thread(live.refresh)


def _document_problems(app: FastAPI) -> None:
    """Put the problem type into the OpenAPI components, which no route returns as a model."""
    make = app.openapi

    def openapi() -> dict[str, Any]:
        document = make()
        problem = answers.ProblemOut.model_json_schema()
        document["components"]["schemas"].setdefault("ProblemOut", problem)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way
