"""The parameters of the HTTP service, for checking what comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from indexer.errors import BadParameter
from indexer.fields import FLAGS, TERMS, YEARS
from search_api.http.examples import PAPER, QUESTION
from search_api.query.filters import Filters
from search_api.query.query import MAX_CHARACTERS, MAX_K, MAX_PAPERS, Mode, Query, Shape, Sort
from search_api.ranking.modes import CHOICES

ExportFormat = Literal["bibtex", "ris", "csl-json", "csv", "xlsx", "jsonl", "atom"]
KeysOf = Literal["akin", "own"]
Year = Annotated[int, Field(ge=1000, le=9999)]
Words = Annotated[str, Field(max_length=MAX_CHARACTERS)]


class _Years(BaseModel):
    """From which years papers are; a parameter that is not known is refused."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def leave_out_blanks(cls, values: Any) -> Any:
        """A form sends the fields that were left empty, too: they ask for nothing."""
        if not isinstance(values, dict):
            return values
        asked = {
            name: [one for one in value if one != ""] if isinstance(value, list) else value
            for name, value in values.items()
        }
        return {
            name: value for name, value in asked.items() if value not in ("", []) or name == "q"
        }

    year_from: Year | None = Field(None, description=YEARS.first)
    year_to: Year | None = Field(None, description=YEARS.last)

    def filters(self) -> Filters:
        """Return the filters alone."""
        return Filters(self.year_from, self.year_to, **{n: getattr(self, n) for n in FILTERS})

    def excluded(self) -> tuple[Filters, ...]:
        """Return what no paper is to pass, a field each."""
        wanted = {name: getattr(self, exclude) for name, exclude in EXCLUDES.items()}
        return tuple(Filters(None, None, **{name: some}) for name, some in wanted.items() if some)


FILTERS = tuple(field.parameter for field in (*TERMS, *FLAGS))
"""The parameters that filter, beside the years."""

EXCLUDES = {field.parameter: f"exclude_{field.parameter}" for field in TERMS}
"""The parameters that leave papers out, by those that filter."""

if TYPE_CHECKING:
    _Filtered = _Years
else:  # with a parameter for each field
    _Filtered = create_model(
        "_Filtered",
        __base__=_Years,
        **{f.parameter: (list[Words], Field([], description=f.schema)) for f in TERMS},
        **{
            EXCLUDES[f.parameter]: (list[Words], Field([], description=f"not {f.schema}"))
            for f in TERMS
        },
        **{f.parameter: (bool | None, Field(None, description=f.schema)) for f in FLAGS},
    )


class _Ordered(_Filtered):
    """What all lists can be narrowed and ordered by."""

    min_score: float | None = Field(
        None, allow_inf_nan=False, description="leave out results below this score"
    )
    sort: Sort = Field("relevance", description="`date`: the most relevant, newest first")
    diversity: float = Field(
        0, ge=0, le=1, description="how much a result should differ from those before it"
    )

    def shape(self) -> Shape:
        """Return what these are of the engine's query."""
        return {
            "filters": self.filters(),
            "excluded": self.excluded(),
            "min_score": self.min_score,
            "sort": self.sort,
            "diversity": self.diversity,
        }


class FilterParameters(_Ordered):
    """What all searches can be narrowed by, and which page of the list is wanted."""

    k: int = Field(10, ge=1, le=MAX_K, description="how many results")
    cursor: Words | None = Field(None, description="`next` of the page before")

    def shape(self) -> Shape:
        """Return what these are of the engine's query."""
        return {**super().shape(), "k": self.k, "cursor": self.cursor}


OF_RANKING = frozenset("k mode min_score sort diversity cursor".split())
"""Parameters that mean nothing where nothing is ranked."""


class _Asking(BaseModel):
    """Which list is meant: the answers to a question, or papers related to some or to a text."""

    q: Words = Field("", description="what to look for, in plain words", examples=[QUESTION])
    text: Words = Field("", description="in place of `q`: an abstract to find related papers for")
    mode: Mode = Field("hybrid", description=f"by {CHOICES}, or by one of them")
    like: list[Words] = Field(
        [],
        max_length=MAX_PAPERS,
        description="ids of papers to be near; without `q` the list is that of related papers",
    )
    unlike: list[Words] = Field(
        [], max_length=MAX_PAPERS, description="ids of papers to be far from"
    )

    def shape(self) -> Shape:
        """Return what else there is of the engine's query."""
        return {}

    @property
    def ranks(self) -> bool:
        """Whether there is anything to rank by."""
        return bool(self.q.strip() or self.text.strip() or self.like or self.unlike)

    def list_query(self) -> Query:
        """Return the engine's query.

        Raises:
            BadParameter: a value is out of its range, both a question and a text are given, or
                nothing is asked for.
        """
        shape: Shape = {**self.shape(), "mode": self.mode}
        return Query.of_list(
            self.q, self.text, like=tuple(self.like), unlike=tuple(self.unlike), **shape
        )


class ListParameters(FilterParameters, _Asking):
    """The query string of a list, whichever it is."""

    def to_query(self) -> Query | None:
        """Return the engine's query, ``None`` where nothing is asked for: that is all papers.

        Raises:
            BadParameter: a value is out of its range, or both a question and a text are given.
        """
        narrows = self.filters() != Filters() or self.excluded()
        return self.list_query() if self.ranks or narrows else None


class SearchParameters(ListParameters):
    """The query string of a search."""

    def to_query(self) -> Query:
        """Return the engine's query.

        Raises:
            BadParameter: see :meth:`list_query`.
        """
        return self.list_query()


class SearchBody(SearchParameters):
    """The body of a search: a query of any length."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"q": QUESTION, "k": 3, "year_from": 2024}]},
    )


class RelatedParameters(FilterParameters):
    """The query string of a request for papers related to several, or to an abstract."""

    like: list[Words] = Field([], max_length=MAX_PAPERS, description="ids of papers to be near")
    unlike: list[Words] = Field(
        [], max_length=MAX_PAPERS, description="ids of papers to be far from"
    )
    text: Words = Field("", description="an abstract that need not be in the index")
    mode: Mode = Field("hybrid", description=f"by {CHOICES}, or by one of them")

    def to_query(self) -> Query:
        """Return the engine's query.

        Raises:
            BadParameter: neither papers nor a text to be near, or a value is out of its range.
        """
        if not self.like and not self.text.strip():
            raise BadParameter("like: name papers to be near, or give a text", field="like")
        shape: Shape = {**self.shape(), "mode": self.mode}
        return Query.related(
            text=self.text, like=tuple(self.like), unlike=tuple(self.unlike), **shape
        )


class RelatedBody(RelatedParameters):
    """The body of such a request."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"like": [PAPER["id"]], "k": 5}]}
    )


class ExportParameters(ListParameters):
    """The query string of an export: a list of results, papers by id, or the whole corpus."""

    format: ExportFormat = Field("bibtex", description="of the document")
    all: bool = Field(False, description="the whole list, in place of `k` of it")
    keys: KeysOf = Field(
        "akin", description="to cite by: akin's, or `own`, the library's, as far as a paper has one"
    )
    id: list[Words] = Field([], max_length=MAX_K, description="these papers, in this order")

    def to_query(self) -> Query | None:
        """Return the engine's query, ``None`` where nothing is looked for.

        Raises:
            BadParameter: ids beside a question, a text beside one, or what orders results where
                there is none.
        """
        if self.id and self.ranks:
            raise BadParameter("id: names the papers, so there is nothing to look for", field="id")
        if self.all and "k" in self.model_fields_set:
            raise BadParameter("k: all takes the whole list: give one of them", field="k")
        if self.ranks:
            return self.list_query()
        if ranked := OF_RANKING & self.model_fields_set:
            raise BadParameter(
                f"{min(ranked)}: needs q, text, like or unlike: without them nothing is ranked",
                field=min(ranked),
            )
        return None


class ExportBody(ExportParameters):
    """The body of an export."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"id": [PAPER["id"]], "format": "ris"}]},
    )


class ExplainParameters(_Ordered, _Asking):
    """The query string of an explanation: what was asked for, without what makes pages."""

    def to_query(self) -> Query:
        """Return the engine's query.

        Raises:
            BadParameter: see :meth:`list_query`.
        """
        return self.list_query()
