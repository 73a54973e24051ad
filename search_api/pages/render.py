"""From a template to a response: the Jinja environment, the headers, and errors as pages."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from indexer import __version__
from search_api.exports import EXPORTERS
from search_api.http.list_urls import Asked, paper_api_url, paper_url, url
from search_api.http.problems import index_headers
from search_api.pages import papers
from search_api.query.language import HELP
from search_api.query.results import IndexInfo
from search_api.ranking.features import FEATURES
from search_api.ranking.modes import MODES
from search_api.ranking.signals import SEMANTIC, SIGNALS

_HERE = Path(__file__).parent

FORMATS = {
    "bibtex": "BibTeX",
    "ris": "RIS",
    "csl-json": "CSL-JSON",
    "csv": "CSV",
    "xlsx": "Excel",
    "jsonl": "JSON lines",
    "atom": "Atom",
}
"""What the formats of exports are called."""

HEADERS = {
    # Nothing from elsewhere, nothing inline, and nobody may put a page into a frame.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # what somebody looks for is not told to publishers
    "Cache-Control": "no-cache",
}


class Files(StaticFiles):
    """Scripts and styles. Asked for again each time, which costs a 304: they are never stale."""

    def __init__(self) -> None:
        super().__init__(directory=_HERE / "static")

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Any:
        """Return a file with the headers of pages."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(HEADERS)
        return response


def page(
    request: Request,
    template: str,
    info: IndexInfo | None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """Return a page.

    Args:
        request: that it answers.
        template: name of the file.
        info: the index that answers, ``None`` where none does; another may be served by now.
        status: of the answer.
        headers: beside those of all pages.
        values: that the template uses; ``asked`` is what the form shows.
    """
    values = {"asked": Asked.model_validate({}), "info": info, "path": request.url.path} | values
    text = _environment().get_template(template).render(values)
    content = text.encode("utf-8", "replace")  # a source may hold what UTF-8 cannot
    return HTMLResponse(content, status, {**HEADERS, **index_headers(info), **(headers or {})})


def problem_page(request: Request, problem: Mapping[str, Any]) -> HTMLResponse:
    """Return an error as a page that says what to do next.

    Args:
        request: that failed.
        problem: the members of its ``application/problem+json``.
    """
    given = request.query_params
    q = given.get("q", "")
    at_fault = sorted(_at_fault(problem) & set(given))
    without = _lists([(n, v) for n, v in given.multi_items() if n not in at_fault])
    return page(
        request,
        "problem.html",
        request.app.state.live.serving(),
        int(problem["status"]),
        problem=problem,
        asked=Asked.model_construct(q=q),
        at_fault=at_fault,
        retry=url(request.url.path, **without),
    )


def _at_fault(problem: Mapping[str, Any]) -> set[str]:
    """Return the parameters that an error names."""
    errors = problem.get("errors") or [problem]
    return {str(error["field"]).split(".")[0] for error in errors if error.get("field")}


def _lists(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)
    return lists


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        HELP=HELP,
        MODES=MODES,
        SEMANTIC=SEMANTIC,
        SIGNALS=SIGNALS,
        FEATURES=FEATURES,
        FORMATS={name: FORMATS.get(name, name) for name in EXPORTERS},
        version=__version__,
        papers=papers,
        paper_api_url=paper_api_url,
        paper_url=paper_url,
        url=url,
    )
    environment.filters.update(
        number="{:,}".format,
        plain="{:.15g}".format,  # 2, not 2.0
    )
    return environment
