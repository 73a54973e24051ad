"""The HTTP service. Every route gets its engine from :data:`EngineDep`, to keep to its end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi_offline import FastAPIOffline

from indexer import __version__
from indexer.store.generation import IndexFolder
from search_api import explanation_schemas, exporting, feeds, map_routes, problems, schemas
from search_api.dependencies import EngineDep
from search_api.engine.live import EncoderFor, LiveEngine, encoder_for, reranker_of
from search_api.engine.status import describe
from search_api.pages.render import Files, problem_page
from search_api.pages.routes import pages
from search_api.query import query
from search_api.query.query import MAX_CHARACTERS
from search_api.ranking.reranker import Reranker

POLL_SECONDS = 1.0
"""How often the server looks for a new generation: one stat() of one file."""

LONGEST_HEAD = 9 * MAX_CHARACTERS + (1 << 16)
"""Bytes of a request's address and headers: any text that can be asked fits, percent-encoded."""

_DESCRIPTION = """
Semantic search over paper abstracts.

A **hybrid** score is the weighted sum of two standard scores, by meaning and by words: how many
standard deviations a paper stands above the average paper of the corpus. `why` has both parts.
Pages are linked by `next`; a page of an index that was replaced since is answered with 410.
Errors are `application/problem+json` (RFC 9457).
"""


FiltersDep = Annotated[schemas.FilterParameters, Query()]

_errors = problems.RESPONSES
_page: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/json": {"example": schemas.ResultListOut.example().model_dump()}}
    },
    **_errors,
}
_explanation: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "application/json": {
                "example": explanation_schemas.ExplanationOut.example().model_dump()
            }
        }
    },
    **{status: error for status, error in _errors.items() if status != 410},
}


api = APIRouter(prefix="/api/v1")
operations = APIRouter(tags=["operations"])


@api.get("/search", response_model=schemas.ResultListOut, responses=_page, tags=["search"])
def search(parameters: Annotated[schemas.SearchParameters, Query()], engine: EngineDep) -> Any:
    """Find the papers nearest to a question in plain words.

    Without one, but with papers to be like or an abstract, those that are related to these.
    """
    return engine.search(parameters.to_query()).to_json()


@api.post("/search", response_model=schemas.ResultListOut, responses=_page, tags=["search"])
def search_long(body: schemas.SearchBody, engine: EngineDep) -> Any:
    """The same, for queries as long as an abstract, and for what is not to be in a log."""
    return engine.search(body.to_query()).to_json()


@api.get(
    "/papers/{id:path}/related",
    response_model=schemas.ResultListOut,
    responses=_page,
    tags=["papers"],
)
def related(id: str, parameters: FiltersDep, engine: EngineDep) -> Any:  # noqa: A002 — the route's
    """Find the papers nearest to a paper, which is never among them."""
    return engine.search(query.Query.related(like=(id,), **parameters.shape())).to_json()


@api.get(
    "/papers/{id:path}/explain",
    response_model=explanation_schemas.ExplanationOut,
    responses=_explanation,
    tags=["papers"],
)
def explain(
    id: str,  # noqa: A002 — the route's
    parameters: Annotated[schemas.ExplainParameters, Query()],
    engine: EngineDep,
) -> Any:
    """Tell why a paper is where it is in a list: by which words, which sentence, which voice.

    The list is that of a search for `q`; without `q` that of papers related to `like` or `text`.
    """
    return engine.explain(parameters.to_query(), id).to_json()


@api.get("/papers/{id:path}", response_model=schemas.OnePaper, responses=_errors, tags=["papers"])
def paper(id: str, engine: EngineDep) -> Any:  # noqa: A002 — the route's
    """Return one paper with all its fields."""
    return {**engine.paper(id).to_json(), "index": engine.info.to_json()}


@api.get("/related", response_model=schemas.ResultListOut, responses=_page, tags=["papers"])
def related_to_some(
    parameters: Annotated[schemas.RelatedParameters, Query()], engine: EngineDep
) -> Any:
    """Find papers near several, far from others, or near an abstract."""
    return engine.search(parameters.to_query()).to_json()


@api.post("/related", response_model=schemas.ResultListOut, responses=_page, tags=["papers"])
def related_to_many(body: schemas.RelatedBody, engine: EngineDep) -> Any:
    """The same, for an abstract of any length."""
    return engine.search(body.to_query()).to_json()


@api.get("/status", response_model=schemas.StatusOut, responses=_errors, tags=["operations"])
def status(request: Request, engine: EngineDep) -> Any:
    """Tell what is indexed, by which model, and whether anything is wrong."""
    problem = request.app.state.live.problem
    return {
        **describe(engine.generation.manifest),
        "problem": problem.to_json() if problem else None,
    }


@operations.get("/healthz", response_model=schemas.HealthOut)
def healthz() -> dict[str, str]:
    """Tell that the process is alive."""
    return {"status": "ok", "version": __version__}


@operations.get("/readyz", response_model=schemas.ReadyOut, responses={503: _errors[503]})
def readyz(request: Request, engine: EngineDep) -> Any:
    """Tell that queries can be answered, and if not from the newest index, why."""
    problem = request.app.state.live.problem
    detail = problem.detail if problem else None
    return {"status": "ready", **engine.info.to_json(), "problem": detail}


def create_app(
    index: IndexFolder, make_encoder: EncoderFor, reranker: Reranker | None = None
) -> FastAPI:
    """Return the service over an index folder, which may still be empty.

    Args:
        index: watched for new generations as long as the service runs.
        make_encoder: called once, for the first generation.
        reranker: reads the best papers of each search again.
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
    app.state.live = LiveEngine(index, make_encoder, reranker)
    problems.install(app, problem_page)
    app.include_router(api)
    app.include_router(exporting.router)
    app.include_router(feeds.router)
    app.include_router(map_routes.routes)
    app.include_router(operations)
    app.include_router(pages)
    app.mount("/static", Files())
    _document_problems(app)
    return app


def create_app_from_environment() -> FastAPI:
    """Return the service as ``akin serve`` describes it to its worker processes."""
    threads = int(os.environ["AKIN_THREADS"])
    import faiss

    faiss.omp_set_num_threads(threads)
    model = os.environ.get("AKIN_MODEL") or None
    reranker = reranker_of(os.environ.get("AKIN_RERANKER"))
    index = IndexFolder(Path(os.environ["AKIN_INDEX"]))
    return create_app(index, encoder_for(model, threads), reranker)


async def _watch(live: LiveEngine) -> None:
    while True:
        await asyncio.sleep(POLL_SECONDS)
        await asyncio.to_thread(live.refresh)


def _document_problems(app: FastAPI) -> None:
    """Put the problem type into the OpenAPI components, which no route returns as a model."""
    make = app.openapi

    def openapi() -> dict[str, Any]:
        document = make()
        problem = schemas.ProblemOut.model_json_schema()
        document["components"]["schemas"].setdefault("ProblemOut", problem)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way
