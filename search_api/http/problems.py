"""Errors over HTTP: ``application/problem+json`` after RFC 9457, and pages for who reads pages."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from indexer.errors import AkinError, BadParameter
from search_api.query.results import IndexInfo

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_VALUE_SHOWN = 80

ProblemPage = Callable[[Request, Mapping[str, Any]], Response]
"""Makes a page of a problem's members."""

_NO_PAGES = ("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/feed")
"""What programs ask for; a browser that shows it gets the problem as it is."""


def install(app: FastAPI, problem_page: ProblemPage) -> None:
    """Register the handlers: akin's own errors, bad parameters, unknown routes, and bugs.

    Args:
        app: whose errors they are.
        problem_page: makes the page for a browser that asked for one.
    """

    def problem(
        request: Request, slug: str, title: str, status: int, detail: str, **members: Any
    ) -> Response:
        content = _content(request, slug, title, status, detail, **members)
        if _reads_pages(request):
            return problem_page(request, content)
        return _json(request, content)

    @app.exception_handler(AkinError)
    async def on_akin_error(request: Request, error: AkinError) -> Response:
        return problem(
            request, error.type, error.title, error.status, error.detail, **error.context
        )

    @app.exception_handler(RequestValidationError)
    async def on_bad_request(request: Request, error: RequestValidationError) -> Response:
        errors = [_bad_field(e) for e in error.errors()]
        detail = "; ".join(f"{e['field']}: {e['message']}" for e in errors)
        status = BadParameter.status
        return problem(
            request,
            BadParameter.type,
            BadParameter.title,
            status,
            detail,
            field=errors[0]["field"],
            errors=errors,
        )

    @app.exception_handler(HTTPException)
    async def on_http_error(request: Request, error: HTTPException) -> Response:
        title = HTTPStatus(error.status_code).phrase
        slug = title.lower().replace(" ", "-")
        response = problem(
            request, slug, title, error.status_code, f"{request.method} {request.url.path}: {title}"
        )
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    async def on_bug(request: Request, error: Exception) -> Response:
        logger.error("%s %s", request.method, request.url.path, exc_info=error)
        detail = "an error that akin did not expect; the server's log has the details"
        return problem(request, "bug", "Internal error", 500, detail)


def _bad_field(error: dict[str, Any]) -> dict[str, Any]:
    location: Sequence[Any] = error["loc"]
    # ("query", "k"), ("body", "like", 0): the first names where, the others which.
    # Of JSON that cannot be parsed, the position: the whole body is at fault.
    named = [] if error["type"] == "json_invalid" else location[1:]
    name = ".".join(str(part) for part in named) or str(location[0])
    shown = {"field": name, "message": error["msg"]}
    if error["type"] != "missing":
        shown["value"] = str(error["input"])[:_VALUE_SHOWN]
    return shown


def _reads_pages(request: Request) -> bool:
    """Tell whether the answer is for a person."""
    for_program = request.url.path.startswith(_NO_PAGES)
    return not for_program and "text/html" in request.headers.get("accept", "")


def _content(
    request: Request, slug: str, title: str, status: int, detail: str, **members: Any
) -> dict[str, Any]:
    return {
        "type": f"urn:akin:{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        **members,
    }


def _json(request: Request, content: dict[str, Any]) -> Response:
    # Half a surrogate pair, which JSON can hold and UTF-8 cannot, may be among what is quoted.
    text = json.dumps(jsonable_encoder(content), ensure_ascii=False).encode("utf-8", "replace")
    headers = index_headers(request.app.state.live.serving())
    return Response(text, content["status"], headers, media_type=MEDIA_TYPE)


def documented(others: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """Return the errors of a route as OpenAPI describes them.

    Args:
        others: what each status means, beside those of every route that needs an engine.
    """
    schema = {"$ref": "#/components/schemas/ProblemOut"}
    return {
        status: {"description": what, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status, what in {
            **others,
            422: "a bad parameter; `field` names it",
            503: "no index yet, or none that can be served; `detail` has the command that mends it",
        }.items()
    }


RESPONSES = documented({404: "no paper has that id", 410: "the cursor is of another generation"})
"""Those of the routes that answer with papers."""


def index_headers(info: IndexInfo | None) -> dict[str, str]:
    """Return the headers by which every answer, errors too, names the index it comes from."""
    if info is None:
        return {}
    model = info.model.encode("ascii", "replace").decode()
    return {"X-Akin-Generation": info.generation, "X-Akin-Model": model}
