"""What can be asked of duplicates and decided on them, and what is answered."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from search_api.http.answers import IndexOut
from search_api.http.examples import INDEX
from search_api.http.parameters import Words

Shown = Literal["possible", "merged", "decisions"]

MOST = 100
"""Duplicates on a page."""

LAST = 1_000_000_000
"""No list of duplicates is as long."""


class DuplicatesParameters(BaseModel):
    """Which duplicates are listed."""

    model_config = ConfigDict(extra="forbid")

    show: Shown = Field("possible", description="what is listed: pairs to decide on, papers that "
                        "were merged, or what was decided")  # fmt: skip
    paper: Words | None = Field(None, description="id of a paper, to have only what is of it")
    offset: int = Field(0, ge=0, le=LAST, description="how many to leave out")
    k: int = Field(20, ge=1, le=MOST, description="how many to list")


class DecisionBody(BaseModel):
    """What is decided of records, by their keys or by the ids of papers, which stand for all."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"decision": "apart", "records": ["doi:10.1/a"], "others": ["doi:10.1/b"]}]
        },
    )

    decision: Literal["same", "apart", "undo"] = Field(
        description="of one paper, or of two; undo: neither any more"
    )
    records: list[Words] = Field(min_length=1, max_length=MOST)
    others: list[Words] = Field(
        [], max_length=MOST, description="may be left out to undo all that was decided of records"
    )


class PossibleOut(BaseModel):
    """Two papers that are possibly one."""

    paper: str = Field(description="id")
    title: str
    key: str = Field(description="of its first record")
    other: str
    other_title: str
    other_key: str
    score: float = Field(description="how likely, between 0 and 1")
    reason: str


class RecordOut(BaseModel):
    """A record of a paper."""

    source: str
    line: int
    reason: str | None = Field(description="why it is of that paper; null: the first")
    record: str = Field(description="the id that it has by itself")
    head: str = Field(description="its title")
    key: str


class MergedOut(BaseModel):
    """A paper that is made of several records."""

    paper: str
    title: str
    records: list[RecordOut]


class DecisionOut(BaseModel):
    """What a person said of two records."""

    decision: Literal["same", "apart"]
    records: list[str] = Field(description="their keys")
    titles: list[str]
    date: str
    where: str


_DECISION: dict[str, JsonValue] = {
    "decision": "apart",
    "records": ["0c3a1fd3fbd62d34", "ee13cbc669d2f408"],
    "titles": ["Lichens on northern roofs", "Lichens on the roofs of northern barns"],
    "date": "2026-11-30",
    "where": "the HTTP API",
}
_PAIR: dict[str, JsonValue] = {
    "paper": "akin:8e6a7cf35ac1b7dc",
    "title": "Sleep of nurses who work at night",
    "key": "eee0c97bfd21df32",
    "other": "akin:fb7a7c8cf543f04b",
    "other_title": "Sleep of nurses working at night",
    "other_key": "5591c91f78d0035a",
    "score": 0.89,
    "reason": "same first author, year and abstract; similar title",
}
_PAGE: dict[str, JsonValue] = {
    "index": INDEX,
    "show": "possible",
    "counts": {"possible": 1, "merged": 0, "decisions": 0},
    "total": 1,
    "offset": 0,
    "possible": [_PAIR],
    "merged": [],
    "decisions": [],
    "file": "/papers/akin-decisions.jsonl",
    "followed": True,
    "gone": False,
    "may_decide": True,
}
_CHANGED: dict[str, JsonValue] = {
    "decision": "apart",
    "changed": [_DECISION],
    "file": "/papers/akin-decisions.jsonl",
    "followed": False,
}


class DuplicatesOut(BaseModel):
    """A page of duplicates; of the three lists the one that is shown has something."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PAGE]})

    index: IndexOut
    show: Shown
    counts: dict[Shown, int] = Field(description="of each list, of all papers")
    total: int = Field(description="of the list that is shown, on all pages")
    offset: int
    possible: list[PossibleOut]
    merged: list[MergedOut]
    decisions: list[DecisionOut]
    file: str = Field(description="that keeps the decisions")
    followed: bool = Field(description="whether the index was built with them; else rebuild-index")
    gone: bool = Field(description="whether the file is not there that the index was built with")
    may_decide: bool = Field(description="whether this server takes decisions from you")


class ChangedOut(BaseModel):
    """What was written to the file of decisions, or taken out of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHANGED]})

    decision: Literal["same", "apart", "undo"]
    changed: list[DecisionOut]
    file: str
    followed: bool
