"""The feed of a search: its newest matches as Atom (RFC 4287), for feed readers to poll.

All in it is of the index: nothing changes, its time and its ETag least of all, until another
generation is served. So a poll that finds nothing new costs no search.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from indexer import __version__
from indexer.paper import Paper
from search_api.engine.engine import Engine
from search_api.exports import About, Listed, atom
from search_api.http import problems
from search_api.http.dependencies import EngineDep
from search_api.http.export_routes import example
from search_api.http.feed_schemas import FeedParameters
from search_api.http.titles import title_of_list

router = APIRouter(tags=["search"])


@router.head("/feed", include_in_schema=False)
@router.get(
    "/feed",
    response_class=Response,
    responses={
        200: {"content": example(atom.FORMAT)},
        **{status: one for status, one in problems.RESPONSES.items() if status != 410},
    },
)
def feed(
    parameters: Annotated[FeedParameters, Query()], engine: EngineDep, request: Request
) -> Response:
    """Give the newest matches of a search, or the newest papers, as a feed (Atom).

    A question bounds it to the 100 most relevant papers, as `sort=date` does. Answers have an ETag
    and a time of change, which are those of the index: ask with `If-None-Match`.
    """
    asked = parameters.query_string()
    site = str(request.base_url)
    link = f"{site}feed?{asked}" if asked else f"{site}feed"
    built = datetime.fromisoformat(engine.generation.manifest.built_at).astimezone(UTC)
    digest = hashlib.sha256(f"{__version__}\n{link}".encode("utf-8", "replace")).hexdigest()[:16]
    headers = {
        # Weak, for what lies between may compress it.
        "ETag": f'W/"{engine.info.generation}-{digest}"',
        "Last-Modified": format_datetime(built, usegmt=True),
        "Cache-Control": "no-cache",
        **problems.index_headers(engine.info),
    }
    if _is_known(request, headers):
        return Response(status_code=304, headers=headers)
    papers = _papers(parameters, engine)
    about = About(
        title=f"akin: {title_of_list(parameters, engine)}",
        updated=built.strftime("%Y-%m-%dT%H:%M:%SZ"),
        version=__version__,
        link=link,
        page=f"{site}{_page(parameters, asked)}",
        site=site,
    )
    text = "".join(atom.write(map(Listed, papers), about))
    media_type = f"{atom.MEDIA_TYPE}; charset=utf-8"
    return Response(text.encode("utf-8", "replace"), headers=headers, media_type=media_type)


def _papers(parameters: FeedParameters, engine: Engine) -> list[Paper]:
    query = parameters.to_query()
    if query is None:
        return engine.newest(parameters.k)
    return [hit.paper for hit in engine.search(query).hits]


def _page(parameters: FeedParameters, asked: str) -> str:
    """Return the address of the page with the same list, in the same order."""
    path = parameters.path.removeprefix("/")
    if asked and parameters.ranks:
        asked += "&" + urlencode({"sort": "date"})
    return f"{path}?{asked}" if asked else path


def _is_known(request: Request, headers: dict[str, str]) -> bool:
    """Tell whether who asks has the answer already, by its ETag, else by its time."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return headers["ETag"].removeprefix("W/") in known
    return request.headers.get("if-modified-since") == headers["Last-Modified"]
