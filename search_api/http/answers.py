"""The shapes of what the HTTP service answers, for documenting what goes out."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from search_api.http.examples import INDEX, PAPER, QUESTION, STATUS


class PaperOut(BaseModel):
    """A paper."""

    model_config = ConfigDict(json_schema_extra={"examples": [PAPER]})

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

    model_config = ConfigDict(json_schema_extra={"examples": [INDEX]})

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
                "query": {"q": QUESTION, "mode": "hybrid", "k": 1, "filters": {}},
                "index": INDEX,
                "total": 64,
                "took_ms": 14.1,
                "results": [{"rank": 1, "score": 4.569971, "paper": PAPER, "why": why}],
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

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ready", **INDEX}]})

    status: str
    problem: str | None = Field(description="why an older index answers; null: the newest does")


class StatusOut(BaseModel):
    """What is indexed, by which model, since when."""

    model_config = ConfigDict(json_schema_extra={"examples": [STATUS]})

    index: IndexOut
    built_at: str
    dimension: int
    text_recipe: str
    truncated: int = Field(description="papers with a text longer than the model reads")
    fingerprint: str = Field(description="of the model")
    prompts: dict[str, str]
    ledger: dict[str, int] = Field(description="of the build")
    sources: list[dict[str, Any]]
    versions: dict[str, str]
    problem: dict[str, Any] | None = Field(
        description="why the published generation is not the one being served"
    )
