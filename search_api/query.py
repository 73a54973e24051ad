"""What can be asked: one query object behind commands, HTTP and whatever comes later."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Self, get_args

from indexer.errors import BadParameter, StaleCursor

Mode = Literal["hybrid", "semantic", "lexical"]
Sort = Literal["relevance", "date"]

MAX_K = 1000
MAX_PAPERS = 100
"""To be like, and to be unlike."""

MAX_CHARACTERS = 20_000
"""Of a query's text; the longest abstracts have a quarter of it."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which papers are searched at all. Of several values of one field, any may match.

    Attributes:
        year_from: first year, inclusive; papers without a year do not match.
        year_to: last year, inclusive.
        category: case aside; ``LG`` and ``cs.LG`` find each other, ``cs.LG`` and ``stat.LG`` not.
        author: one or more whole words of a name in any order, case and accents aside.
        venue: likewise, of the venue.
        source: likewise, of the file's name.
        has_code: ``True``: code is linked; ``False``: it is not, or not known to be.
    """

    year_from: int | None = None
    year_to: int | None = None
    category: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    venue: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    has_code: bool | None = None

    @classmethod
    def of(cls, **values: Any) -> Self:
        """Return filters of values as they are typed: lists become tuples, blanks are dropped."""
        for name, value in values.items():
            if isinstance(value, (list, tuple)):
                values[name] = tuple(one for one in value if one.strip())
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """Return those that are set."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if value not in (None, ())
        }


@dataclass(frozen=True, slots=True)
class Query:
    """A question: free text, papers to be like, papers to be unlike, or all three.

    Attributes:
        text: free text, from one word to a whole abstract.
        like: ids of papers that the results should be near.
        unlike: ids of papers that the results should be far from.
        mode: which voices rank. Without text there is only the semantic one.
        k: how many results, 1 … :data:`MAX_K`.
        filters: applied before ranking.
        is_paper: whether the text is a paper's, to be embedded as such, not a question.
        min_score: results below it are left out; on the scale of the mode's score.
        sort: ``date`` orders the most relevant ones by date, newest first.
        cursor: the ``next`` of the page before.

    Raises:
        BadParameter: a value is out of its range.
    """

    text: str = ""
    like: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    is_paper: bool = False
    mode: Mode = "hybrid"
    k: int = 10
    filters: Filters = field(default_factory=Filters)
    min_score: float | None = None
    sort: Sort = "relevance"
    cursor: str | None = None

    def __post_init__(self) -> None:
        if not self.text.strip() and not self.like:
            raise _bad("q", self.text, "ask for something: words, or a paper to be like")
        if len(self.text) > MAX_CHARACTERS:
            length = f"{len(self.text):,} characters"
            raise _bad("q", length, f"longer than {MAX_CHARACTERS:,} characters")
        for name, text in self._texts():
            if _SURROGATE.search(text):
                raise _bad(name, text, "is not valid Unicode")
        if not 1 <= self.k <= MAX_K:
            raise _bad("k", self.k, f"must be from 1 to {MAX_K}")
        if self.mode not in get_args(Mode):
            raise _bad("mode", self.mode, f"must be one of {', '.join(get_args(Mode))}")
        if self.sort not in get_args(Sort):
            raise _bad("sort", self.sort, f"must be one of {', '.join(get_args(Sort))}")
        if self.min_score is not None and not math.isfinite(self.min_score):
            raise _bad("min_score", self.min_score, "must be a finite number")
        for name in ("like", "unlike"):
            if len(getattr(self, name)) > MAX_PAPERS:
                raise _bad(name, len(getattr(self, name)), f"more than {MAX_PAPERS} papers")
        if both := set(self.like) & set(self.unlike):
            raise _bad("unlike", min(both), "is among the papers to be like, too")
        if self.mode == "lexical" and (self.like or self.unlike):
            raise _bad("mode", self.mode, "papers to be like are compared by their vectors")
        first, last = self.filters.year_from, self.filters.year_to
        if first is not None and last is not None and first > last:
            raise _bad("year_from", first, f"is after year_to {last}")
        if not self.text.strip():
            object.__setattr__(self, "mode", "semantic")

    def _texts(self) -> Iterator[tuple[str, str]]:
        """Yield every text of the query, with the name of its parameter."""
        yield "q", self.text
        filters = asdict(self.filters)
        for name, texts in {"like": self.like, "unlike": self.unlike, **filters}.items():
            if isinstance(texts, tuple):
                yield from ((name, text) for text in texts)

    def digest(self) -> str:
        """Return a short hash of all that shapes the order of results, the page aside."""
        shape = replace(self, cursor=None, k=1)
        return hashlib.sha256(repr(shape).encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Return the query as results echo it."""
        content: dict[str, Any] = {
            "q": self.text,
            "mode": self.mode,
            "k": self.k,
            "filters": self.filters.to_json(),
            "sort": self.sort,
        }
        if self.min_score is not None:
            content["min_score"] = self.min_score
        if self.like or self.unlike:
            content |= {"like": list(self.like), "unlike": list(self.unlike)}
        return content


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins. A generation never changes, so a position is enough."""

    generation: str
    query: str
    offset: int

    @classmethod
    def decode(cls, text: str) -> Self:
        """Read a cursor that was given out.

        Raises:
            BadParameter: it was not.
        """
        try:
            generation, query, offset = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
        except (binascii.Error, ValueError, TypeError, RecursionError) as error:
            raise _bad("cursor", text[:80], _NOT_OURS) from error
        if not (isinstance(offset, int) and offset > 0 and isinstance(generation, str)):
            raise _bad("cursor", text[:80], _NOT_OURS)
        return cls(generation, str(query), offset)

    def encode(self) -> str:
        """Return the cursor as text that fits into a URL."""
        data = json.dumps([self.generation, self.query, self.offset]).encode()
        return base64.urlsafe_b64encode(data).decode()

    def check(self, generation: str, query: Query) -> None:
        """Refuse a cursor of another generation or query.

        Raises:
            StaleCursor: the generation that it belongs to is not served any more.
            BadParameter: it belongs to another query.
        """
        if self.generation != generation:
            raise StaleCursor(
                f"the index has changed since this page was made (generation {self.generation}, "
                f"now {generation}): ask again without the cursor",
                field="cursor",
            )
        if self.query != query.digest():
            raise _bad("cursor", self.encode(), "belongs to another query")


_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_OURS = "was not given out by this service"


def _bad(name: str, value: object, reason: str) -> BadParameter:
    if isinstance(value, float) and not math.isfinite(value):
        value = str(value)  # JSON has no word for it
    return BadParameter(f"{name}={value!r}: {reason}", field=name, value=value)
