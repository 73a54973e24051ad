"""The routes of search: lists, papers and why they are there, the state of the index."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from indexer import __version__
from search_api.engine.status import describe
from search_api.http import answers, explanation_schemas, problems
from search_api.http.dependencies import EngineDep
from search_api.http.parameters import (
    ExplainParameters,
    FilterParameters,
    RelatedBody,
    RelatedParameters,
    SearchBody,
    SearchParameters,
)
from search_api.query import query

FiltersDep = Annotated[FilterParameters, Query()]

_errors = problems.RESPONSES

_page: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/json": {"example": answers.ResultListOut.example().model_dump()}}
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


@api.get("/search", response_model=answers.ResultListOut, responses=_page, tags=["search"])
def search(parameters: Annotated[SearchParameters, Query()], engine: EngineDep) -> Any:
    """Find the papers nearest to a question in plain words.

    Without one, but with papers to be like or an abstract, those that are related to these.
    """
    return engine.search(parameters.to_query()).to_json()


@api.post("/search", response_model=answers.ResultListOut, responses=_page, tags=["search"])
def search_long(body: SearchBody, engine: EngineDep) -> Any:
    """The same, for queries as long as an abstract, and for what is not to be in a log."""
    return engine.search(body.to_query()).to_json()


@api.get(
    "/papers/{id:path}/related",
    response_model=answers.ResultListOut,
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
    parameters: Annotated[ExplainParameters, Query()],
    engine: EngineDep,
) -> Any:
    """Tell why a paper is where it is in a list: by which words, which sentence, which voice.

    The list is that of a search for `q`; without `q` that of papers related to `like` or `text`.
    """
    return engine.explain(parameters.to_query(), id).to_json()


@api.get("/papers/{id:path}", response_model=answers.OnePaper, responses=_errors, tags=["papers"])
def paper(id: str, engine: EngineDep) -> Any:  # noqa: A002 — the route's
    """Return one paper with all its fields."""
    return {**engine.paper(id).to_json(), "index": engine.info.to_json()}


@api.get("/related", response_model=answers.ResultListOut, responses=_page, tags=["papers"])
def related_to_some(parameters: Annotated[RelatedParameters, Query()], engine: EngineDep) -> Any:
    """Find papers near several, far from others, or near an abstract."""
    return engine.search(parameters.to_query()).to_json()


@api.post("/related", response_model=answers.ResultListOut, responses=_page, tags=["papers"])
def related_to_many(body: RelatedBody, engine: EngineDep) -> Any:
    """The same, for an abstract of any length."""
    return engine.search(body.to_query()).to_json()


@api.get("/status", response_model=answers.StatusOut, responses=_errors, tags=["operations"])
def status(request: Request, engine: EngineDep) -> Any:
    """Tell what is indexed, by which model, and whether anything is wrong."""
    problem = request.app.state.live.problem
    return {
        **describe(engine.generation.manifest),
        "problem": problem.to_json() if problem else None,
    }


@operations.get("/healthz", response_model=answers.HealthOut)
def healthz() -> dict[str, str]:
    """Tell that the process is alive."""
    return {"status": "ok", "version": __version__}


@operations.get("/readyz", response_model=answers.ReadyOut, responses={503: _errors[503]})
def readyz(request: Request, engine: EngineDep) -> Any:
    """Tell that queries can be answered, and if not from the newest index, why."""
    problem = request.app.state.live.problem
    detail = problem.detail if problem else None
    return {"status": "ready", **engine.info.to_json(), "problem": detail}
