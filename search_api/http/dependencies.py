"""What routes depend on: the engine, lent for as long as the answer takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request, Response

from search_api.engine.engine import Engine
from search_api.engine.live import LiveEngine
from search_api.http.problems import index_headers


def borrow_engine(request: Request, response: Response) -> Iterator[Engine]:
    """Lend the live engine for one request, and name index and model in the headers."""
    live: LiveEngine = request.app.state.live
    with live.lease() as engine:
        response.headers.update(index_headers(engine.info))
        yield engine


EngineDep = Annotated[Engine, Depends(borrow_engine)]
