"""What a feed can be asked for: the parameters of a list, whose newest matches it has."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from search_api.http.list_urls import Asked
from search_api.http.parameters import Words
from search_api.query.query import Shape, Sort

_NO_MATTER = "of no account, a feed is one page, newest first; a search's address may have it"


class FeedParameters(Asked):
    """The query string of a feed: that of a list."""

    unwritten: ClassVar[frozenset[str]] = frozenset({"sort", "diversity", "cursor"})

    q: Words = Field("", description="what to look for; without anything, the newest papers")
    k: int = Field(20, ge=1, le=100, description="how many entries")
    sort: Sort = Field("date", description=_NO_MATTER)
    diversity: float = Field(0, ge=0, le=1, description=_NO_MATTER)
    cursor: Words | None = Field(None, description=_NO_MATTER)

    def shape(self) -> Shape:
        """Return what these are of the engine's query: by date, and from the first paper on."""
        return {**super().shape(), "sort": "date", "diversity": 0.0, "cursor": None}
