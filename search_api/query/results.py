"""What the engine answers: a page of papers, each with its scores and why it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from indexer.durations import in_words
from indexer.paper import Paper
from search_api.query.query import Query

_DIGITS = 6  # of a score; float32 has no more


@dataclass(frozen=True, slots=True)
class Voice:
    """What one signal of the ranking says of a paper.

    Attributes:
        rank: among the papers that pass the filters, 1 is best.
        score: what the signal measures, such as a cosine; more is better.
    """

    rank: int
    score: float

    def to_json(self) -> dict[str, Any]:
        """Return the voice as a JSON object."""
        return {"rank": self.rank, "score": round(self.score, _DIGITS)}


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper in a result list.

    Attributes:
        rank: in the whole list, not the page; 1 is first.
        score: on the scale of the mode, see :mod:`search_api.ranking.fusion`.
        paper: the paper.
        voices: its place by each signal of the ranking, by name; ``None`` where it has none, as no
            word matches, or that was not asked for.
        lift: what the papers nearest to it add to its score; ``None`` outside hybrid mode.
        second: what a second look adds to its score; ``None`` where none was taken.
        rerank: what the reranker says of it; ``None`` where it was not read again.
        same: ids of other records of the same work, which have no place of their own.
        named: what the query names it by (*DOI*, *title*), so that it comes first; ``None``: by
            nothing.
        model: that the meaning was measured by, where papers of a list are ranked by several.
    """

    rank: int
    score: float
    paper: Paper
    voices: Mapping[str, Voice | None]
    lift: float | None
    rerank: float | None = None
    same: tuple[str, ...] = ()
    named: str | None = None
    model: str | None = None
    second: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the hit as a JSON object."""
        return {
            "rank": self.rank,
            "score": round(self.score, _DIGITS),
            "paper": self.paper.to_json(),
            "why": {
                **{name: one.to_json() if one else None for name, one in self.voices.items()},
                "lift": None if self.lift is None else round(self.lift, _DIGITS),
                **({} if self.second is None else {"second": round(self.second, _DIGITS)}),
                **({} if self.rerank is None else {"rerank": round(self.rerank, _DIGITS)}),
                **({} if self.model is None else {"model": self.model}),
            },
            **({"same": list(self.same)} if self.same else {}),
            **({"named": self.named} if self.named else {}),
        }


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a model is in reading the papers, while another stands in for it.

    Attributes:
        model: that reads them.
        papers: that it has read.
        ready_at: ISO 8601, UTC: when it will have read all, if its build goes on; ``None``: nobody
            knows yet.
    """

    model: str
    papers: int
    ready_at: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {"model": self.model, "papers": self.papers, "ready_at": self.ready_at}

    def left(self, now: datetime | None = None) -> str:
        """Return how long it still takes, as ``about 50 minutes``; ``""`` where that is not known.

        Args:
            now: of this time; ``None``: now.
        """
        if self.ready_at is None:
            return ""
        seconds = datetime.fromisoformat(self.ready_at) - (now or datetime.now(UTC))
        return f"about {in_words(seconds.total_seconds())}" if seconds > timedelta() else ""


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """Which index answered.

    Attributes:
        generation: its id.
        model: whose vectors all papers have.
        papers: how many there are.
        covered: how far the model is that this one stands in for; ``None``: it stands for itself.
    """

    generation: str
    model: str
    papers: int
    covered: Coverage | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {
            "generation": self.generation,
            "model": self.model,
            "papers": self.papers,
            "covered": self.covered.to_json() if self.covered else None,
        }


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many of all results have a value."""

    value: str | int | bool
    count: int


@dataclass(frozen=True, slots=True)
class ResultList:
    """A page of results.

    Attributes:
        query: what was asked.
        index: which index answered.
        total: papers in the whole list, all pages.
        took_ms: time in the engine, milliseconds.
        hits: this page, in order.
        facets: counts over the whole list, by field.
        next: the cursor of the next page, ``None`` on the last.
        notes: what the reader should know, such as a query that was cut.
        suggestion: the query as it may have been meant, where it holds a word that no paper has and
            that is near to one of theirs.
    """

    query: Query
    index: IndexInfo
    total: int
    took_ms: float
    hits: list[Hit]
    facets: Mapping[str, Sequence[FacetCount]]
    next: str | None
    notes: list[str]
    suggestion: str | None = None

    @property
    def papers(self) -> list[Paper]:
        """The papers of this page, in order."""
        return [hit.paper for hit in self.hits]

    def to_json(self) -> dict[str, Any]:
        """Return the page as the contract's JSON object."""
        return {
            "query": self.query.to_json(),
            "index": self.index.to_json(),
            "total": self.total,
            "took_ms": round(self.took_ms, 1),
            "results": [hit.to_json() for hit in self.hits],
            "facets": {
                name: [{"value": f.value, "count": f.count} for f in counts]
                for name, counts in self.facets.items()
            },
            "next": self.next,
            "notes": self.notes,
            "suggestion": self.suggestion,
        }
