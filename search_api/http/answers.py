"""The shapes of what the HTTP service answers, for documenting what goes out."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, create_model

from search_api.http.examples import INDEX, LOOKED, PAPER, QUESTION, STATUS
from search_api.ranking.modes import MODES
from search_api.ranking.signals import SIGNALS


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


class CoverageOut(BaseModel):
    """How far a model is in reading the papers, while another stands in for it."""

    model: str = Field(description="that reads them; those that it has read are ranked by it")
    papers: int = Field(description="that it has read")
    ready_at: str | None = Field(
        None,
        description="when it will have read all, if its build goes on (UTC); null: not known yet",
    )


class IndexOut(BaseModel):
    """Which index answered."""

    model_config = ConfigDict(json_schema_extra={"examples": [INDEX]})

    generation: str
    model: str = Field(description="whose vectors all papers have")
    papers: int
    covered: CoverageOut | None = Field(
        None, description="how far a build is; null: the index is complete"
    )


class OnePaper(PaperOut):
    """A paper, and which index it was read from."""

    index: IndexOut


MEASURES = ", or ".join(signal.measure for signal in SIGNALS)


class VoiceOut(BaseModel):
    """A paper's place by one voice of the ranking."""

    rank: int
    score: float = Field(description=MEASURES)


def by_signal(kind: type[BaseModel]) -> type[BaseModel]:
    """Return a model with a field for each signal of the ranking; ``null``: it has nothing."""
    fields: dict[str, Any] = {
        signal.name: (
            kind | None,
            Field(description=f"null: {signal.absent}" if signal.absent else None),
        )
        for signal in SIGNALS
    }
    return create_model("BySignal", **fields)


class WhyOut(by_signal(VoiceOut)):  # type: ignore[misc]  # the signals are known when it is made
    """The parts of the ranking."""

    lift: float | None = Field(description="hybrid: what the nearest papers add to the score")
    second: float | None = Field(
        None,
        description="what a second look at the hundred best adds, below 0: takes off; 0: not one "
        "of them; null: none was taken",
    )
    rerank: float | None = Field(
        None, description="what the reranker says; only where one is named, of the first 20"
    )
    model: str | None = Field(
        None, description="whose cosine that is, where papers of the list are ranked by several"
    )


class HitOut(BaseModel):
    """A result."""

    rank: int
    score: float = Field(
        description="; ".join(f"{name}: {mode.measure}" for name, mode in MODES.items())
    )
    paper: PaperOut
    why: WhyOut
    same: list[str] = Field([], description="ids of other records of the same work")
    named: str | None = Field(
        None, description="what the query names it by, such as its DOI, so that it comes first"
    )


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
    notes: list[str] = Field(description="what was cut or bounded, and how the query was read")
    suggestion: str | None = Field(
        None, description="the query as it may have been meant, where a word looks misspelt"
    )

    @classmethod
    def example(cls) -> Self:
        """Return a page as it looks."""
        lift = 0.555878
        second = sum(one.added for one in LOOKED.values())
        score = lift + second + sum(signal.weight * signal.example[1] for signal in SIGNALS)
        why = {
            **{one.name: {"rank": 1, "score": one.example[0]} for one in SIGNALS},
            "lift": lift,
            "second": round(second, 6),
        }
        return cls.model_validate(
            {
                "query": {"q": QUESTION, "mode": "hybrid", "k": 1, "filters": {}},
                "index": INDEX,
                "total": 64,
                "took_ms": 14.1,
                "results": [{"rank": 1, "score": round(score, 6), "paper": PAPER, "why": why}],
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


class SpaceOut(BaseModel):
    """The vectors of one model."""

    model: str
    fingerprint: str = Field(description="of the model")
    prompts: dict[str, str]
    backend: str = Field(description="what runs the model")
    max_tokens: int | None = Field(
        description="word pieces that it was told to read; null: as its files say"
    )
    dimension: int
    truncated: int = Field(description="papers with a text longer than the model reads")
    rows: int = Field(description="papers that have a vector")
    metric: str
    kind: str = Field(description="of the index over them")
    recall: float = Field(description="share of the truly nearest that the index finds")
    stands_in_for: str = Field(
        "", description="the model that is still reading the papers; empty: none"
    )


class MapInfoOut(BaseModel):
    """Which map there is."""

    version: int = Field(description="of its files")
    method: str


class DecisionsInfoOut(BaseModel):
    """The decisions of people that the index was built with."""

    file: str
    sha256: str | None = Field(description="of the file; null: it was not there")
    same: int = Field(description="pairs of records that are of one paper")
    apart: int = Field(description="pairs of records that are of two")
    unknown: int = Field(description="pairs with a record that is no more")


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
    spaces: list[SpaceOut] = Field(
        description="the vectors; all papers have those of the first, some those of a second"
    )
    map: MapInfoOut | None = Field(description="null: built without a map")
    possible: int = Field(description="pairs of papers that are possibly one")
    decisions: DecisionsInfoOut
    ledger: dict[str, int] = Field(description="of the build")
    sources: list[dict[str, Any]]
    versions: dict[str, str]
    problem: dict[str, Any] | None = Field(
        description="why the published generation is not the one being served"
    )
