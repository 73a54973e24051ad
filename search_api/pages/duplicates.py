"""The page of duplicates: pairs side by side, what was merged, and what was decided of either."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from indexer.errors import BadParameter
from search_api.http.deciding import check_decider, may_decide
from search_api.http.dependencies import EngineDep
from search_api.http.duplicate_routes import decide, listed
from search_api.http.duplicate_schemas import DecisionBody, DuplicatesParameters
from search_api.http.list_urls import url
from search_api.pages.comparing import compared
from search_api.pages.render import page

duplicates = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PATH = "/duplicates"

_MOST_FIELDS = 500
"""Of a form."""


class Listed(DuplicatesParameters):
    """The query string of the page."""

    def url(self, **changes: Any) -> str:
        """Return the URL of the page with changes."""
        return url(PATH, **self._changed(changes))

    def api_url(self) -> str:
        """Return the URL of the same in the API."""
        return url(f"/api/v1{PATH}", **self._changed({}))

    def stated(self) -> dict[str, Any]:
        """Return what is not as it is by default."""
        return self._changed({})

    def _changed(self, changes: dict[str, Any]) -> dict[str, Any]:
        asked = self.model_dump(exclude_defaults=True) | changes
        return {name: value for name, value in asked.items() if value not in (None, 0)}


class Form(DecisionBody, DuplicatesParameters):
    """What is decided on the page, and the list to go back to."""


@duplicates.get(PATH)
def show_duplicates(
    request: Request, asked: Annotated[Listed, Query()], engine: EngineDep
) -> HTMLResponse:
    """What is possibly one paper, what was merged, and what people decided."""
    found = listed(asked, engine)
    ids = {one for pair in found["possible"] for one in (pair.paper, pair.other)}
    papers = {paper.id: paper for paper in engine.papers_of(sorted(ids))}
    return page(
        request,
        "duplicates.html",
        engine.info,
        asked_of=asked,
        found=found,
        pairs=[
            (
                one,
                papers[one.paper],
                papers[one.other],
                compared(papers[one.paper], papers[one.other]),
            )
            for one in found["possible"]
        ],
        parted=engine.duplicates.parted(found["merged"]),
        may_decide=may_decide(request, engine),
    )


async def _form(request: Request) -> Form:
    """Read a form as a browser sends it.

    Raises:
        BadParameter: it holds more than any page sends.
        RequestValidationError: a field is missing, or will not do.
    """
    body = (await request.body()).decode("utf-8", "replace")
    try:
        given: dict[str, Any] = dict(parse_qs(body, max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise BadParameter(f"the form: {error}", field="form") from error
    lists = {"records", "others"}
    values = {name: value if name in lists else value[-1] for name, value in given.items()}
    try:
        return Form.model_validate(values)
    except ValidationError as error:
        errors = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(errors) from error


@duplicates.post(PATH, dependencies=[Depends(check_decider)])
def decide_on_page(form: Annotated[Form, Depends(_form)], engine: EngineDep) -> RedirectResponse:
    """Keep what was decided, and lead back to the list."""
    decide(form, engine.duplicates, "the page of duplicates")
    back = Listed(**form.model_dump(include=set(Listed.model_fields)))
    return RedirectResponse(back.url(), 303)
