"""The shape of an explanation, for documenting what goes out; see :mod:`.answers`."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, Field, create_model

from search_api.http.answers import MEASURES, IndexOut, PaperOut, ResultListOut, by_signal
from search_api.http.examples import LOOKED
from search_api.ranking.features import FEATURES
from search_api.ranking.signals import SIGNALS

_ADDED = {signal.name: (signal.weight, signal.example[1]) for signal in SIGNALS}
"""Of the example, each signal's weight and how many deviations the paper is above the average."""

_EXAMPLE: dict[str, Any] = {
    "words": [
        {"field": "title", "start": 0, "end": 5, "text": "DeFTA", "share": 0.00343608},
        {"field": "title", "start": 23, "end": 35, "text": "peer-to-peer", "share": 0.03331824},
        {"field": "abstract", "start": 0, "end": 9, "text": "Federated", "share": 0.00803559},
    ],
    "special": 0.00866668,
    "unread": 0,
    "sentence": {
        "field": "abstract",
        "start": 0,
        "end": 50,
        "text": "Federated learning (FL) is a pivotal catalyst for …",
        "score": 0.469207,
    },
    "sentences": [],
    "terms": [{"term": "peer", "word": "peer", "count": 2}],
    "matches": [
        {
            "field": "title",
            "start": 23,
            "end": 27,
            "text": "peer",
            "author": None,
            "term": "peer",
        }
    ],
    "notes": [],
}


class PartOut(BaseModel):
    """What one voice says of a paper, and what it adds to the hybrid score."""

    rank: int | None = Field(description="null: not among the papers that the voice ranks")
    score: float = Field(description=MEASURES)
    weight: float | None = Field(description="in the hybrid score; null in other modes, as below")
    standard: float | None = Field(description="deviations above the average paper")
    added: float | None = Field(description="weight × standard; the hybrid score is their sum")


class ConsideredOut(BaseModel):
    """What a feature says of a paper, and what it adds to the score."""

    measured: float
    standard: float = Field(description="deviations above the average of the hundred best")
    weight: float = Field(description="as it was learned")
    added: float = Field(description="weight × standard; below 0: takes off")


_FIELDS: dict[str, Any] = {
    one.name: (ConsideredOut, Field(description=one.means)) for one in FEATURES
}
FeaturesOut = create_model("FeaturesOut", __doc__="The features of a second look.", **_FIELDS)


class SecondOut(BaseModel):
    """What a second look at the hundred best papers says of one of them."""

    added: float = Field(description="to the score: the sum of what the features add")
    features: FeaturesOut  # type: ignore[valid-type]  # they are known when it is made


class PartsOut(by_signal(PartOut)):  # type: ignore[misc]  # see answers
    """The parts of the ranking; null: not asked for."""

    lift: float | None = Field(description="hybrid: what the nearest papers add")
    second: SecondOut | None = Field(
        description="what a second look adds; null: none was taken, or not at this paper"
    )
    rerank: float | None = Field(description="what the reranker says; null: not read again")
    model: str | None = Field(
        None, description="whose cosine that is, where papers of the list are ranked by several"
    )


class PlaceOut(BaseModel):
    """A piece of a paper's text."""

    field: Literal["title", "abstract", "authors"]
    start: int = Field(description="in the field, in Unicode code points")
    end: int = Field(description="exclusive")
    text: str


class ShareOut(PlaceOut):
    """What a word adds to the cosine."""

    share: float = Field(description="negative: takes off")


class SentenceOut(PlaceOut):
    """A sentence, or the title."""

    score: float = Field(description="cosine of its own embedding with the query")


class MatchOut(PlaceOut):
    """A word that the query or a paper to be like has, too."""

    author: int | None = Field(description="which of the authors, from 0")
    term: str = Field(description="the stem that they share; where words have no spaces, a pair")


class TermOut(BaseModel):
    """A word of the query, or one in common with the papers to be like."""

    term: str = Field(description="its stem")
    word: str = Field(description="as asked, or as the papers to be like have it")
    count: int = Field(description="how often it occurs in title, abstract, authors and keywords")


class ExplanationOut(BaseModel):
    """Why a paper is where it is in a list."""

    paper: PaperOut
    query: dict[str, Any] = Field(description="what was asked, defaults filled in")
    index: IndexOut
    rank: int | None = Field(description="in the list; null: not in it, `notes` says why")
    score: float
    why: PartsOut
    words: list[ShareOut] = Field(
        description="in the order of the text; with `special` they add up to the cosine. Empty "
        "where meaning is not asked for, or the model's vectors are no such sum"
    )
    special: float | None = Field(description="share of what is no word; null: no shares")
    unread: int | None = Field(description="words beyond what the model reads; null: no shares")
    sentence: SentenceOut | None = Field(description="of the abstract, the nearest to the query")
    sentences: list[SentenceOut] = Field(description="and the title, the nearest first")
    terms: list[TermOut]
    matches: list[MatchOut]
    notes: list[str] = Field(description="what was cut, and why there is no rank or share")

    @classmethod
    def example(cls) -> Self:
        """Return an explanation as it looks, most of its words left out."""
        page = ResultListOut.example()
        (hit,) = page.results
        why = hit.why.model_dump()
        for voice, (weight, standard) in _ADDED.items():
            added = round(weight * standard, 6)
            why[voice] |= {"weight": weight, "standard": standard, "added": added}
        features = {name: one.to_json() for name, one in LOOKED.items()}
        why["second"] = {"added": why["second"], "features": features}
        return cls.model_validate(
            {
                "paper": hit.paper,
                "query": {n: page.query[n] for n in ("q", "mode", "filters")},
                "index": page.index,
                "rank": hit.rank,
                "score": hit.score,
                "why": why,
                **_EXAMPLE,
            }
        )
