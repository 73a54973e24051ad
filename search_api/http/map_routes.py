"""The map of the corpus over HTTP: topics as JSON, papers as columns of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from indexer.errors import StaleGeneration
from search_api.engine.engine import Engine
from search_api.http import answers
from search_api.http.dependencies import EngineDep
from search_api.http.map_schemas import MapOut, MapParameters
from search_api.http.problems import documented, index_headers

COLUMNS_TYPE = "application/octet-stream"

ParametersDep = Annotated[MapParameters, Query()]

_gone = {410: "another generation is served than the one named"}
_columns: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "n × float32 x, n × float32 y, n × int16 year (0: not known), n × int16 "
        "category (-1: none, or another), n × int16 topic; little-endian",
        "headers": {"X-Akin-Papers": {"description": "n", "schema": {"type": "integer"}}},
        "content": {
            COLUMNS_TYPE: {
                "schema": {"type": "string", "format": "binary"},
                "example": "(one paper, in hexadecimal) 85eb6b3f f628dc3e e807 ffff 0100",
            }
        },
    },
    **documented(_gone),
}

routes = APIRouter(prefix="/api/v1/map", tags=["map"])


@routes.get(
    "",
    response_model=MapOut,
    responses={
        200: {"content": {"application/json": {"example": MapOut.example().model_dump()}}},
        **documented(_gone),
    },
)
def corpus_map(parameters: ParametersDep, engine: EngineDep) -> Any:
    """Tell what the regions of the map are about, and how true it is to the vectors."""
    _check(engine, parameters.generation)
    drawn, columns = engine.map, engine.map_columns
    return {
        "method": drawn.method,
        "kept": asdict(drawn.kept),
        "variance": drawn.variance,
        "years": columns.years,
        "categories": columns.categories,
        "topics": [
            {**asdict(topic), "central": _central(engine, topic.central)} for topic in drawn.topics
        ],
        "index": engine.info.to_json(),
    }


@routes.get("/points", response_class=Response, responses=_columns)
def points(parameters: ParametersDep, engine: EngineDep, request: Request) -> Response:
    """Give place, year, category and topic of every paper, as columns of numbers.

    Under the name of a generation they never change, and may be kept for ever; what If-None-Match
    names is not sent again (304).
    """
    _check(engine, parameters.generation)
    etag = f'"{engine.info.generation}"'
    kept = "public, max-age=31536000, immutable" if parameters.generation else "no-cache"
    headers = {"ETag": etag, "Cache-Control": kept, **index_headers(engine.info)}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    headers["X-Akin-Papers"] = str(engine.info.papers)
    return Response(engine.map_columns.data, media_type=COLUMNS_TYPE, headers=headers)


@routes.get(
    "/papers/{row}",
    response_model=answers.OnePaper,
    responses=documented({404: "there is no such row", **_gone}),
)
def paper(row: int, parameters: ParametersDep, engine: EngineDep) -> Any:
    """Return the paper of a row of the columns, from 0, with all its fields."""
    _check(engine, parameters.generation)
    (found,) = engine.papers_at([row])
    return {**found.to_json(), "index": engine.info.to_json()}


def _central(engine: Engine, rows: Sequence[int]) -> list[dict[str, Any]]:
    papers = zip(rows, engine.papers_at(rows), strict=True)
    return [{"row": row, "id": paper.id, "title": paper.title} for row, paper in papers]


def _check(engine: Engine, generation: str | None) -> None:
    if generation is not None and generation != engine.info.generation:
        raise StaleGeneration(
            f"generation: {generation} is not served any more, {engine.info.generation} is. "
            "Ask for the map again",
            field="generation",
            value=generation,
        )
