"""The routes that write papers for other programs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from indexer.paper import Paper
from search_api.engine.engine import Engine
from search_api.engine.whole_list import whole_list
from search_api.exports import EXPORTERS, Listed
from search_api.exports.document import document, listed
from search_api.exports.iris import link_to
from search_api.http import answers, problems
from search_api.http.dependencies import EngineDep
from search_api.http.parameters import ExportBody, ExportParameters


def example(format_: str) -> dict[str, Any]:
    """Return what one paper looks like in a format, as the documentation shows it."""
    values = answers.ResultListOut.example().results[0].paper.model_dump()
    paper = Paper(**{**values, "authors": ("Ann Lee",), "categories": (), "sources": ()})
    exporter = EXPORTERS[format_]
    if format_ == "xlsx":  # no text to be shown
        binary = {"type": "string", "format": "binary"}
        shown = "a workbook of Excel, with the columns of CSV and a paper on each row"
        return {exporter.MEDIA_TYPE: {"schema": binary, "example": shown}}
    text = b"".join(document(exporter, [Listed(paper)], "Papers")).decode()
    return {exporter.MEDIA_TYPE: {"example": text}}


_responses: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: media for name in EXPORTERS for kind, media in example(name).items()}},
    **problems.RESPONSES,
}

router = APIRouter(prefix="/api/v1", tags=["search"])


@router.get("/export", response_class=StreamingResponse, responses=_responses)
def export(
    parameters: Annotated[ExportParameters, Query()], engine: EngineDep, request: Request
) -> StreamingResponse:
    """Write a result list, papers by id or the whole corpus for another program."""
    return _written(parameters, engine, link_to(str(request.url)))


@router.post("/export", response_class=StreamingResponse, responses=_responses)
def export_long(body: ExportBody, engine: EngineDep) -> StreamingResponse:
    """The same, for an abstract or many ids, and for what is not to be in a log of addresses."""
    return _written(body, engine, None)


def _written(parameters: ExportParameters, engine: Engine, link: str | None) -> StreamingResponse:
    exporter = EXPORTERS[parameters.format]
    headers = {
        "Content-Disposition": f'attachment; filename="akin{exporter.SUFFIX}"',
        **problems.index_headers(engine.info),
    }
    if query := parameters.to_query():
        if parameters.all:
            page, hits = whole_list(engine, query)
            papers = listed(hits)
        else:
            page = engine.search(query)
            papers = listed(page.hits)
        headers["X-Akin-Total"] = str(page.total)
    elif parameters.id:
        papers = map(Listed, engine.papers_of(engine.ids(parameters.id)))
    else:
        papers = map(Listed, engine.papers(parameters.filters(), parameters.excluded()))
    title, own_keys = parameters.q.strip() or "Papers", parameters.keys == "own"
    body = document(exporter, papers, title, link, own_keys=own_keys)
    return StreamingResponse(body, media_type=exporter.MEDIA_TYPE, headers=headers)
