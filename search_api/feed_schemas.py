"""What a feed can be asked for: the parameters of a search, whose newest matches it has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from pydantic import Field

from search_api.filters import Filters
from search_api.query import Query, Sort
from search_api.schemas import SearchBody, Words

_NO_MATTER = "of no account, a feed is one page, newest first; a search's address may have it"
_UNHEARD = frozenset({"sort", "diversity", "cursor"})


class FeedParameters(SearchBody):
    """The query string of a feed: that of a search, and papers to be like or unlike."""

    q: Words = Field("", description="what to look for; without anything, the newest papers")
    k: int = Field(20, ge=1, le=100, description="how many entries")
    sort: Sort = Field("date", description=_NO_MATTER)
    diversity: float = Field(0, ge=0, le=1, description=_NO_MATTER)
    cursor: Words | None = Field(None, description=_NO_MATTER)

    @property
    def by_papers_alone(self) -> bool:
        """Whether the list is that of related papers."""
        return bool(self.like) and not self.q.strip()

    def query(self, typed: str | None = None, **asked: Any) -> Query:
        """Return the engine's query, by date and from the first paper on."""
        query = super().query(typed, **asked)
        return replace(query, sort="date", diversity=0.0, cursor=None)

    def to_query_or_none(self) -> Query | None:
        """Return the engine's query, ``None`` where the newest papers of all are asked for.

        Raises:
            BadParameter: a value is out of its range.
        """
        if self.by_papers_alone:
            return self.related(self.like, self.unlike, mode=self.mode)
        if self.q.strip() or self.unlike or self.filters() != Filters():
            return self.to_query()
        return None

    def query_string(self) -> str:
        """Return what was asked, ``q`` first, without defaults: the same for the same feed."""
        pairs: list[tuple[str, str]] = []
        for name in sorted(type(self).model_fields, key=lambda name: name != "q"):
            value = getattr(self, name)
            if name in _UNHEARD or value == type(self).model_fields[name].default:
                continue
            values = dict.fromkeys(value) if isinstance(value, list) else [value]
            texts = (str(one).lower() if isinstance(one, bool) else str(one) for one in values)
            pairs += [(name, text) for text in texts if text.strip()]
        return urlencode(pairs)
