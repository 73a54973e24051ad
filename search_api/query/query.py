"""What can be asked: one query object behind commands, HTTP and whatever comes later."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Self, TypedDict, Unpack, get_args

from indexer.cleaning.naming import names_in
from indexer.errors import BadParameter
from search_api.query.conditions import Conditions
from search_api.query.filters import Filters
from search_api.query.formula import Formula
from search_api.query.language import Clause, Wish, parse
from search_api.query.operators import MAX_WEIGHT

Mode = Literal["hybrid", "semantic", "lexical"]
Sort = Literal["relevance", "date"]

MAX_K = 1000
MAX_PAPERS = 100
"""To be like, and to be unlike."""

MAX_CHARACTERS = 20_000
"""Of a query's text; the longest abstracts have a quarter of it."""


class Shape(TypedDict, total=False):
    """What narrows and orders a list, whatever is asked for: attributes of :class:`Query`."""

    mode: Mode
    k: int
    filters: Filters
    excluded: tuple[Filters, ...]
    min_score: float | None
    sort: Sort
    diversity: float
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Query:
    """A question: free text, papers to be like, papers to be unlike, or all three.

    Made of its parts the text is only text; :meth:`parse` reads what people type. A query that
    asks for nothing to rank by, but for some papers, is answered with all of these.

    Attributes:
        text: free text, from one word to a whole abstract.
        wishes: more texts, each with its weight.
        like: ids of papers that the results should be near.
        unlike: ids of papers that the results should be far from.
        must: what every result has.
        must_not: what no result has.
        mode: which signals rank.
        k: how many results, 1 … :data:`MAX_K`.
        filters: applied before ranking.
        narrowed: more of them, those that were typed into the query.
        excluded: results pass none of these.
        is_paper: whether the text is a paper's, to be embedded as such, not a question.
        min_score: results below it are left out; on the scale of the mode's score.
        sort: ``date`` orders the most relevant ones by date, newest first.
        diversity: how much a result should differ from those before it, 0 … 1; see
            :func:`search_api.ranking.ordering.diversify`.
        collapse: whether several records of one work have one place.
        cursor: the ``next`` of the page before.
        names: of papers that are meant, and come first: ids in the text, then what the whole of it
            may be, its title first. See :mod:`indexer.cleaning.naming`.
        formulas: what every result meets.
        beginnings: of words that rank, whichever words of the papers these are.
        typed_ids: those of ``like`` and ``unlike`` that were typed among the words.
        typed: the query as it was typed, before it was read.
        notes: what was not taken as it may have been meant.

    Raises:
        BadParameter: a value is out of its range.
    """

    text: str = ""
    wishes: tuple[Wish, ...] = ()
    like: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    must: tuple[Clause, ...] = ()
    must_not: tuple[Clause, ...] = ()
    mode: Mode = "hybrid"
    k: int = 10
    filters: Filters = field(default_factory=Filters)
    narrowed: Filters = field(default_factory=Filters)
    excluded: tuple[Filters, ...] = ()
    is_paper: bool = False
    min_score: float | None = None
    sort: Sort = "relevance"
    diversity: float = 0.0
    collapse: bool = False
    cursor: str | None = None
    names: tuple[str, ...] = ()
    formulas: tuple[Formula, ...] = ()
    beginnings: tuple[str, ...] = ()
    typed_ids: tuple[str, ...] = ()
    typed: str = ""
    notes: tuple[str, ...] = ()

    @classmethod
    def parse(
        cls,
        q: str,
        *,
        like: tuple[str, ...] = (),
        unlike: tuple[str, ...] = (),
        **shape: Unpack[Shape],
    ) -> Self:
        """Return the query that is typed into a search box; see :mod:`search_api.query.language`.

        Args:
            q: as typed.
            like: beside those that are named in it.
            unlike: likewise.
            shape: of the list; a paper is to pass both its filters and those that are typed.

        Raises:
            BadParameter: a value is out of its range. What is typed is never wrong, only too long.
        """
        _check_text("q", q)
        asked = parse(q, shape.get("filters"))
        excluded = dict.fromkeys((*shape.get("excluded", ()), *asked.excluded))
        shape["excluded"] = tuple(excluded)
        return cls(
            text=asked.text,
            wishes=asked.wishes,
            like=(*like, *asked.like),
            unlike=(*unlike, *asked.unlike),
            must=asked.must,
            must_not=asked.must_not,
            narrowed=asked.filters,
            names=tuple(dict.fromkeys(asked.names + names_in(asked.text) + names_in(q))),
            formulas=asked.formulas,
            beginnings=asked.beginnings,
            typed_ids=(*asked.like, *asked.unlike),
            typed=q,
            notes=asked.notes,
            **shape,
        )

    @classmethod
    def related(
        cls,
        *,
        text: str = "",
        like: tuple[str, ...] = (),
        unlike: tuple[str, ...] = (),
        **shape: Unpack[Shape],
    ) -> Self:
        """Return the query for papers related to some, or to a text, each work in one place.

        Args:
            text: that of a paper.
            like: ids of papers to be near.
            unlike: ids of papers to be far from.
            shape: of the list.

        Raises:
            BadParameter: a value is out of its range.
        """
        return cls(text=text, like=like, unlike=unlike, is_paper=True, collapse=True, **shape)

    @classmethod
    def of_list(
        cls,
        q: str,
        text: str,
        *,
        like: tuple[str, ...] = (),
        unlike: tuple[str, ...] = (),
        **shape: Unpack[Shape],
    ) -> Self:
        """Return the query of whichever list is meant, a search or related papers.

        Args:
            q: as typed; what is typed is a search.
            text: an abstract, which is related papers, and so are papers to be like alone.
            like: ids of papers to be near.
            unlike: ids of papers to be far from.
            shape: of the list.

        Raises:
            BadParameter: a value is out of its range, or both are given.
        """
        if not q.strip() and (text.strip() or like):
            return cls.related(text=text, like=like, unlike=unlike, **shape)
        if text.strip():
            raise BadParameter.of(
                "text", text, "is a paper's to be near, and q a question: give one of them"
            )
        return cls.parse(q, like=like, unlike=unlike, **shape)

    def __post_init__(self) -> None:
        if not (self.ranks or self.selects):
            raise BadParameter.of("q", self.text, "ask for something: words, or a paper to be like")
        for name in ("like", "unlike"):  # a paper that is named twice counts once
            object.__setattr__(self, name, tuple(dict.fromkeys(getattr(self, name))))
        for name, text in self._texts():
            _check_text(name, text)
        for wish in self.wishes:
            if not 0 < abs(wish.weight) <= MAX_WEIGHT:
                reason = f"a wish weighs up to {MAX_WEIGHT}, or down to -{MAX_WEIGHT}, and not 0"
                raise BadParameter.of("q", wish.weight, reason)
        if not 1 <= self.k <= MAX_K:
            raise BadParameter.of("k", self.k, f"must be from 1 to {MAX_K}")
        if self.mode not in get_args(Mode):
            raise BadParameter.of("mode", self.mode, f"must be one of {', '.join(get_args(Mode))}")
        if self.sort not in get_args(Sort):
            raise BadParameter.of("sort", self.sort, f"must be one of {', '.join(get_args(Sort))}")
        if self.min_score is not None and not math.isfinite(self.min_score):
            raise BadParameter.of("min_score", self.min_score, "must be a finite number")
        if not 0 <= self.diversity <= 1:
            raise BadParameter.of("diversity", self.diversity, "must be from 0 to 1")
        for name in ("like", "unlike"):
            if len(getattr(self, name)) > MAX_PAPERS:
                raise BadParameter.of(
                    name, len(getattr(self, name)), f"more than {MAX_PAPERS} papers"
                )
        if both := set(self.like) & set(self.unlike):
            raise BadParameter.of("unlike", min(both), "is among the papers to be like, too")
        first, last = self.filters.year_from, self.filters.year_to
        if first is not None and last is not None and first > last:
            raise BadParameter.of("year_from", first, f"is after year_to {last}")

    @property
    def ranks(self) -> bool:
        """Whether there is anything to rank by."""
        words = self.text.strip() or self.wishes or self.beginnings
        return bool(words or self.like or self.unlike)

    @property
    def conditions(self) -> Conditions:
        """What selects the papers that are ranked."""
        none = Filters()
        return Conditions(
            filters=tuple(one for one in (self.filters, self.narrowed) if one != none),
            excluded=self.excluded,
            must=self.must,
            must_not=self.must_not,
            formulas=self.formulas,
        )

    @property
    def selects(self) -> bool:
        """Whether some papers are asked for, whatever ranks them."""
        return bool(self.conditions)

    def _texts(self) -> Iterator[tuple[str, str]]:
        """Yield every text of the query, with the name of the parameter that it comes from."""
        yield "q", self.text
        yield from (("q", wish.text) for wish in self.wishes)
        yield from (("q", clause.text) for clause in (*self.must, *self.must_not))
        for filters in (self.narrowed, *self.excluded):
            yield from (("q", text) for _, text in filters.texts())
        yield from (("like", text) for text in self.like)
        yield from (("unlike", text) for text in self.unlike)
        yield from self.filters.texts()

    def digest(self, ranker: str = "", reranker: str = "") -> str:
        """Return a short hash of all that shapes the order of results, the page aside.

        Args:
            ranker: the fingerprint of the weights of a second look.
            reranker: the fingerprint of the one that reads the best of them again.
        """
        shape = replace(self, cursor=None, k=1, typed="", typed_ids=(), notes=())
        said = f"{shape!r}{ranker}{reranker}"
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Return the query as results echo it."""
        content: dict[str, Any] = {
            "q": self.typed or self.text,
            "mode": self.mode,
            "k": self.k,
            "filters": self.filters.to_json(),
            "sort": self.sort,
        }
        if self.excluded:
            content["excluded"] = [filters.to_json() for filters in self.excluded]
        if self.diversity:
            content["diversity"] = self.diversity
        if self.min_score is not None:
            content["min_score"] = self.min_score
        if self.like or self.unlike:
            content |= {"like": list(self.like), "unlike": list(self.unlike)}
        if self.typed and self.typed != self.text:
            content["read_as"] = self._read_as()
        return content

    def _read_as(self) -> dict[str, Any]:
        """Return what was understood of what was typed."""
        read: dict[str, Any] = {
            "text": self.text,
            "wishes": [asdict(wish) for wish in self.wishes],
            "must": [asdict(clause) for clause in self.must],
            "must_not": [asdict(clause) for clause in self.must_not],
            "filters": self.narrowed.to_json(),
            "excluded": [filters.to_json() for filters in self.excluded],
            "formulas": list(map(str, self.formulas)),
            "beginnings": list(self.beginnings),
        }
        return {name: value for name, value in read.items() if value}


_SURROGATE = re.compile("[\ud800-\udfff]")


def _check_text(name: str, text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        length = f"{len(text):,} characters"
        raise BadParameter.of(name, length, f"longer than {MAX_CHARACTERS:,} characters")
    if _SURROGATE.search(text):
        raise BadParameter.of(name, text, "is not valid Unicode")
