"""The shapes of the map over HTTP."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from search_api.http.answers import IndexOut, ResultListOut


class MapParameters(BaseModel):
    """Which generation is meant; a parameter that is not known is refused."""

    model_config = ConfigDict(extra="forbid")

    generation: str | None = Field(
        None, description="the index that is meant, as `index` names it; without it the one served"
    )


class CentralOut(BaseModel):
    """A paper near the centre of a topic."""

    row: int = Field(description="its place in the columns, from 0")
    id: str
    title: str


class TopicOut(BaseModel):
    """Papers near each other in meaning."""

    label: str
    terms: list[str] = Field(description="what its papers say more than others")
    papers: int
    x: float = Field(description="of its middle, the median of its papers")
    y: float
    central: list[CentralOut] = Field(description="the papers nearest to its centre in meaning")


class KeptOut(BaseModel):
    """How much of what is near in meaning is near on the map."""

    share: float | None = Field(
        description="of the k papers nearest by cosine, how many are among the k nearest on the "
        "map; null where there are no more than k others"
    )
    k: int
    sample: int = Field(description="papers that this was measured on")


class MapOut(BaseModel):
    """What the regions of the map are about, and how it was drawn."""

    method: str = Field(description="pacmap or pca")
    kept: KeptOut
    variance: float | None = Field(description="share that the two principal components have")
    years: list[int] | None = Field(description="the first and the last")
    categories: list[str] = Field(description="the most frequent first, at most 20")
    topics: list[TopicOut] = Field(description="the largest first")
    index: IndexOut

    @classmethod
    def example(cls) -> Self:
        """Return a map as it looks."""
        shown = ResultListOut.example()
        paper = shown.results[0].paper
        topic: dict[str, Any] = {
            "label": "federated learning, label, distribution",
            "terms": ["federated learning", "label", "distribution", "global", "clients"],
            "papers": 10,
            "x": 0.92,
            "y": 0.43,
            "central": [{"row": 61, "id": paper.id, "title": paper.title}],
        }
        return cls.model_validate(
            {
                "method": "pacmap",
                "kept": {"share": 0.608, "k": 10, "sample": 64},
                "variance": None,
                "years": [2023, 2026],
                "categories": ["LG", "CV"],
                "topics": [topic],
                "index": shown.index.model_dump(),
            }
        )
