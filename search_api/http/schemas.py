"""The shapes of the HTTP service, for checking what comes in and documenting what goes out."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from indexer.errors import BadParameter
from search_api.query.filters import Filters
from search_api.query.query import MAX_CHARACTERS, MAX_K, MAX_PAPERS, Mode, Query, Sort

_QUESTION = "peer to peer training without a central server"
_PAPER: dict[str, JsonValue] = {
    "id": "akin:8e78acac5fbcaf10",
    "title": "DeFTA: A plug-and-play peer-to-peer decentralized federated learning framework",
    "abstract": "Federated learning (FL) is a pivotal catalyst for …",
    "authors": [],
    "year": 2024,
    "date": None,
    "venue": None,
    "categories": [],
    "doi": None,
    "arxiv_id": None,
    "url": "https://www.sciencedirect.com/science/article/pii/S002002552400495X",
    "code": None,
    "sources": ["seeds/002_8bf90837af962036.txt"],
    "extra": {"scholar": "YuhaoZhou", "abstract_cut": True, "pii": "S002002552400495X"},
}
_INDEX: dict[str, JsonValue] = {
    "generation": "20261123T184209.512934Z",
    "model": "sentence-transformers/all-MiniLM-L6-v2",
    "papers": 64,
}

_STATUS: dict[str, JsonValue] = {
    "index": _INDEX,
    "built_at": "2026-11-23T18:42:18+00:00",
    "dimension": 384,
    "text_recipe": "title-newline-abstract/2",
    "truncated": 46,
    "fingerprint": "1e1905441ddcb813d85090821ccff1aa8a9881347a8f5ceb2ca4156f8ebcb0f6",
    "prompts": {"query": "", "document": ""},
    "spaces": [
        {
            "model": "sentence-transformers/all-MiniLM-L6-v2",
            "fingerprint": "1e1905441ddcb813d85090821ccff1aa8a9881347a8f5ceb2ca4156f8ebcb0f6",
            "prompts": {"query": "", "document": ""},
            "backend": "sentence-transformers",
            "dimension": 384,
            "truncated": 46,
            "rows": 64,
            "metric": "inner_product",
            "kind": "flat",
            "recall": 1.0,
        }
    ],
    "map": {"version": 1, "method": "pacmap"},
    "ledger": {"records": 64, "added": 64},
    "sources": [{"source": "seeds/002_8bf90837af962036.txt", "records": 24, "papers": 24}],
    "versions": {"akin": "0.1.0", "python": "3.11.7"},
    "problem": None,
}

ExportFormat = Literal["bibtex", "ris", "csl-json", "csv", "jsonl", "atom"]
Year = Annotated[int, Field(ge=1000, le=9999)]
Words = Annotated[str, Field(max_length=MAX_CHARACTERS)]


class _Filtered(BaseModel):
    """Which papers are searched; a parameter that is not known is refused."""

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

    year_from: Year | None = Field(None, description="first year, inclusive")
    year_to: Year | None = Field(None, description="last year, inclusive")
    category: list[Words] = Field([], description="any of these; `LG` also finds `cs.LG`")
    author: list[Words] = Field([], description="any of these; whole words of a name")
    venue: list[Words] = Field([], description="any of these; whole words")
    source: list[Words] = Field([], description="any of these; words of the file's name")
    has_code: bool | None = Field(None, description="only papers with code, or without")

    def filters(self) -> Filters:
        """Return the filters alone."""
        return Filters.of(**{field.name: getattr(self, field.name) for field in fields(Filters)})


class _Ordered(_Filtered):
    """What all lists can be narrowed and ordered by."""

    min_score: float | None = Field(
        None, allow_inf_nan=False, description="leave out results below this score"
    )
    sort: Sort = Field("relevance", description="`date`: the most relevant, newest first")
    diversity: float = Field(
        0, ge=0, le=1, description="how much a result should differ from those before it"
    )

    def shape(self) -> dict[str, Any]:
        """Return what these are of the engine's query."""
        return {
            "filters": self.filters(),
            "min_score": self.min_score,
            "sort": self.sort,
            "diversity": self.diversity,
        }


class FilterParameters(_Ordered):
    """What all searches can be narrowed by, and which page of the list is wanted."""

    k: int = Field(10, ge=1, le=MAX_K, description="how many results")
    cursor: Words | None = Field(None, description="`next` of the page before")

    def shape(self) -> dict[str, Any]:
        """Return what these are of the engine's query."""
        return {**super().shape(), "k": self.k, "cursor": self.cursor}


OF_RANKING = frozenset("k mode min_score sort diversity cursor".split())
"""Parameters that mean nothing where nothing is ranked."""


class _Asking(BaseModel):
    """Which list is meant: the answers to a question, or papers related to some or to a text."""

    q: Words = Field("", description="what to look for, in plain words", examples=[_QUESTION])
    text: Words = Field("", description="in place of `q`: an abstract to find related papers for")
    mode: Mode = Field("hybrid", description="by meaning and words, or by one of them")
    like: list[Words] = Field(
        [],
        max_length=MAX_PAPERS,
        description="ids of papers to be near; without `q` the list is that of related papers",
    )
    unlike: list[Words] = Field(
        [], max_length=MAX_PAPERS, description="ids of papers to be far from"
    )

    def shape(self) -> dict[str, Any]:
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
        return Query.of_list(
            self.q,
            self.text,
            mode=self.mode,
            like=tuple(self.like),
            unlike=tuple(self.unlike),
            **self.shape(),
        )


class ListParameters(FilterParameters, _Asking):
    """The query string of a list, whichever it is."""

    def to_query(self) -> Query | None:
        """Return the engine's query, ``None`` where nothing is asked for: that is all papers.

        Raises:
            BadParameter: a value is out of its range, or both a question and a text are given.
        """
        return self.list_query() if self.ranks or self.filters() != Filters() else None


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
        json_schema_extra={"examples": [{"q": _QUESTION, "k": 3, "year_from": 2024}]},
    )


class RelatedParameters(FilterParameters):
    """The query string of a request for papers related to several, or to an abstract."""

    like: list[Words] = Field([], max_length=MAX_PAPERS, description="ids of papers to be near")
    unlike: list[Words] = Field(
        [], max_length=MAX_PAPERS, description="ids of papers to be far from"
    )
    text: Words = Field("", description="an abstract that need not be in the index")
    mode: Mode = Field("hybrid", description="by meaning and words, or by one of them")

    def to_query(self) -> Query:
        """Return the engine's query.

        Raises:
            BadParameter: neither papers nor a text to be near, or a value is out of its range.
        """
        if not self.like and not self.text.strip():
            raise BadParameter("like: name papers to be near, or give a text", field="like")
        return Query.related(
            text=self.text,
            like=tuple(self.like),
            unlike=tuple(self.unlike),
            mode=self.mode,
            **self.shape(),
        )


class RelatedBody(RelatedParameters):
    """The body of such a request."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"like": [_PAPER["id"]], "k": 5}]}
    )


class ExportParameters(ListParameters):
    """The query string of an export: a list of results, papers by id, or the whole corpus."""

    format: ExportFormat = Field("bibtex", description="of the document")
    id: list[Words] = Field([], max_length=MAX_K, description="these papers, in this order")

    def to_query(self) -> Query | None:
        """Return the engine's query, ``None`` where nothing is looked for.

        Raises:
            BadParameter: ids beside a question, a text beside one, or what orders results where
                there is none.
        """
        if self.id and self.ranks:
            raise BadParameter("id: names the papers, so there is nothing to look for", field="id")
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
        json_schema_extra={"examples": [{"id": [_PAPER["id"]], "format": "ris"}]},
    )


class ExplainParameters(_Ordered, _Asking):
    """The query string of an explanation: what was asked for, without what makes pages."""

    def to_query(self) -> Query:
        """Return the engine's query.

        Raises:
            BadParameter: see :meth:`list_query`.
        """
        return self.list_query()


class PaperOut(BaseModel):
    """A paper."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PAPER]})

    id: str = Field(description="stable over rebuilds: arxiv:…, doi:…, pmid:…, akin:…")
    title: str
    abstract: str
    authors: list[str]
    year: int | None
    date: str | None = Field(description="YYYY-MM-DD")
    venue: str | None
    categories: list[str]
    doi: str | None
    arxiv_id: str | None
    url: str | None
    code: bool | None = Field(description="whether code is linked; null: not known")
    sources: list[str] = Field(description="files that the record came from")
    extra: dict[str, Any] = Field(description="all else that the source holds")


class IndexOut(BaseModel):
    """Which index answered."""

    model_config = ConfigDict(json_schema_extra={"examples": [_INDEX]})

    generation: str
    model: str
    papers: int


class OnePaper(PaperOut):
    """A paper, and which index it was read from."""

    index: IndexOut


class VoiceOut(BaseModel):
    """A paper's place by one voice of the ranking."""

    rank: int
    score: float = Field(description="cosine, or BM25")


class WhyOut(BaseModel):
    """The parts of the ranking."""

    semantic: VoiceOut | None
    lexical: VoiceOut | None = Field(description="null: no word of the query occurs")
    lift: float | None = Field(description="hybrid: what the nearest papers add to the score")
    rerank: float | None = Field(
        None, description="what the cross-encoder says; only where one is named, of the first 50"
    )


class HitOut(BaseModel):
    """A result."""

    rank: int
    score: float = Field(
        description="hybrid: standard deviations above the average paper; semantic: cosine; "
        "lexical: BM25"
    )
    paper: PaperOut
    why: WhyOut
    same: list[str] = Field([], description="ids of other records of the same work")


class FacetOut(BaseModel):
    """How many of all results have a value."""

    value: str | int | bool
    count: int


class ResultListOut(BaseModel):
    """A page of results."""

    query: dict[str, Any] = Field(description="what was asked, defaults filled in")
    index: IndexOut
    total: int = Field(description="results on all pages")
    took_ms: float
    results: list[HitOut]
    facets: dict[str, list[FacetOut]] = Field(description="counts over all results")
    next: str | None = Field(description="cursor of the next page")
    notes: list[str] = Field(description="what was cut or bounded")

    @classmethod
    def example(cls) -> Self:
        """Return a page as it looks."""
        why = {
            "semantic": {"rank": 1, "score": 0.520907},
            "lexical": {"rank": 1, "score": 13.2332},
            "lift": 0.6,
        }
        return cls.model_validate(
            {
                "query": {"q": _QUESTION, "mode": "hybrid", "k": 1, "filters": {}},
                "index": _INDEX,
                "total": 64,
                "took_ms": 14.1,
                "results": [{"rank": 1, "score": 4.569971, "paper": _PAPER, "why": why}],
                "facets": {"year": [{"value": 2025, "count": 41}], "category": []},
                "next": "WyIyMDI2MTEyM1QxODQyMDlaLTM5OTdmYSIsICI1Y2Y…",
                "notes": [],
            }
        )


class ProblemOut(BaseModel):
    """An error, after RFC 9457."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:akin:unknown-paper"])
    title: str
    status: int
    detail: str


class HealthOut(BaseModel):
    """The process is alive."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "ok", "version": "0.1.0"}]}
    )

    status: str
    version: str


class ReadyOut(IndexOut):
    """Queries can be answered."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ready", **_INDEX}]})

    status: str
    problem: str | None = Field(description="why an older index answers; null: the newest does")


class SpaceOut(BaseModel):
    """The vectors of one model."""

    model: str
    fingerprint: str = Field(description="of the model")
    prompts: dict[str, str]
    backend: str = Field(description="what runs the model")
    dimension: int
    truncated: int = Field(description="papers with a text longer than the model reads")
    rows: int = Field(description="papers that have a vector")
    metric: str
    kind: str = Field(description="of the index over them")
    recall: float = Field(description="share of the truly nearest that the index finds")


class MapInfoOut(BaseModel):
    """Which map there is."""

    version: int = Field(description="of its files")
    method: str


class StatusOut(BaseModel):
    """What is indexed, by which model, since when."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STATUS]})

    index: IndexOut
    built_at: str
    dimension: int
    text_recipe: str
    truncated: int = Field(description="papers with a text longer than the model reads")
    fingerprint: str = Field(description="of the model")
    prompts: dict[str, str]
    spaces: list[SpaceOut] = Field(description="the vectors; the first are those that answer")
    map: MapInfoOut | None = Field(description="null: built without a map")
    ledger: dict[str, int] = Field(description="of the build")
    sources: list[dict[str, Any]]
    versions: dict[str, str]
    problem: dict[str, Any] | None = Field(
        description="why the published generation is not the one being served"
    )
