"""What an explanation holds: shares of words, sentences, matches, and the parts of the ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from indexer.paper import Paper
from search_api.query.query import Query
from search_api.query.results import IndexInfo
from search_api.ranking.features import Considered
from search_api.ranking.scored import Scored

Field = Literal["title", "abstract", "authors"]

_SCORE_DIGITS = 6
_SHARE_DIGITS = 8
"""More than a score has: hundreds of shares are to add up to one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A piece of a paper's text.

    Attributes:
        field: of which field.
        start: where it begins in the field, in characters (Unicode code points).
        end: where it ends, exclusive.
        text: the piece itself.
    """

    field: Field
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Share(Place):
    """What a word adds to the cosine, with the punctuation that touches it; negative: takes off."""

    share: float

    def to_json(self) -> dict[str, Any]:
        """Return the share as a JSON object."""
        return asdict(self) | {"share": round(self.share, _SHARE_DIGITS)}


@dataclass(frozen=True, slots=True)
class Sentence(Place):
    """A sentence, or the title, and the cosine of its own embedding with the query."""

    score: float

    def to_json(self) -> dict[str, Any]:
        """Return the sentence as a JSON object."""
        return asdict(self) | {"score": round(self.score, _SCORE_DIGITS)}


@dataclass(frozen=True, slots=True)
class Match(Place):
    """A word that the query or a paper to be like has, too, in some form.

    Attributes:
        author: which of the authors it is a word of, from 0; ``None`` in title and abstract.
        term: by which the two are the same.
    """

    author: int | None
    term: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the query, or of the papers to be like.

    Attributes:
        term: its stem; of characters that stand without spaces, two, so matches may overlap.
        word: as it was asked, or stands in them, the first time.
        count: how often it occurs in title, abstract, authors and keywords.
    """

    term: str
    word: str
    count: int


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one signal says of a paper, and what it adds to the hybrid score.

    Attributes:
        rank: among the papers that the signal ranks; ``None`` where it is not one of them.
        score: what it measures: cosine, BM25.
        weight: of the signal in the hybrid score; ``None`` in the other modes, like the next two.
        standard: the z-score: standard deviations above the average paper.
        added: ``weight * standard``; the hybrid score is the sum of all signals' and the lift.
    """

    rank: int | None
    score: float
    weight: float | None
    standard: float | None
    added: float | None

    def to_json(self) -> dict[str, Any]:
        """Return the part as a JSON object."""
        values = asdict(self)
        return {
            n: round(v, _SCORE_DIGITS) if isinstance(v, float) else v for n, v in values.items()
        }


@dataclass(frozen=True, slots=True)
class Meaning:
    """The cosine, taken apart.

    Attributes:
        words: every word that the model read and its share, in the order of the text; none where
            the embedding is no sum.
        special: the share of what stands for no word: special pieces, the prompt; ``None``
            likewise.
        unread: words beyond what the model reads; ``None`` likewise.
        sentences: of the abstract, and the title as one, the nearest to the query first; of what
            the model does not read, none.
    """

    words: list[Share]
    special: float | None
    unread: int | None
    sentences: list[Sentence]


@dataclass(frozen=True, slots=True)
class Standing:
    """A paper's place in a list.

    Attributes:
        rank: 1 is first; ``None`` where it has none.
        rerank: what the reranker says of it; ``None`` where it was not read again.
        looked: what a second look says of it, by the name of a feature; empty where none was taken.
        joined_to: id of the record that has the place of its work, or that the list is about;
            ``""`` where it was joined to none.
        notes: of the list.
        searched: whether it passes the filters.
        listed: whether the signals rank it.
        scored: what it alone scores; ``None`` where nothing ranks.
        ranks: its place by each signal of the mode, by name, among those searched; 0: none.
        measured: what each of these measures of it, by name.
        model: that its meaning is measured by, where several are asked.
    """

    rank: int | None
    rerank: float | None = None
    looked: Mapping[str, Considered] = field(default_factory=dict)
    joined_to: str = ""
    notes: Sequence[str] = ()
    searched: bool = True
    listed: bool = True
    scored: Scored | None = None
    ranks: Mapping[str, int] = field(default_factory=dict)
    measured: Mapping[str, float] = field(default_factory=dict)
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a paper is where it is in the list that answers a query.

    Attributes:
        paper: the paper.
        query: what was asked.
        index: which index answered.
        rank: in the whole list, as :meth:`search_api.engine.engine.Engine.search` gives it;
            ``None`` where the paper is not in it.
        score: on the scale of the mode.
        parts: what each signal of the ranking says, by name; ``None`` where it was not asked.
        lift: what the nearest papers add to the hybrid score; ``None`` in the other modes.
        looked: what a second look says of it, by the name of a feature; empty where none was taken.
        rerank: what the reranker says of it; ``None`` where it was not read again.
        model: that its meaning is measured by, where papers of the list are ranked by several.
        meaning: shares and sentences; ``None`` where the meaning was not asked for.
        terms: the words of the query, in order; then those of the papers to be like that the paper
            has, the most telling first.
        matches: where they occur, in the order of title, abstract and authors.
        notes: what the reader should know.
    """

    paper: Paper
    query: Query
    index: IndexInfo
    rank: int | None
    score: float
    parts: Mapping[str, Contribution | None]
    lift: float | None
    looked: Mapping[str, Considered]
    rerank: float | None
    model: str | None
    meaning: Meaning | None
    terms: list[Term]
    matches: list[Match]
    notes: list[str]

    @property
    def sentence(self) -> Sentence | None:
        """The sentence of the abstract that is nearest to the query."""
        found = self.meaning.sentences if self.meaning else []
        return next((one for one in found if one.field == "abstract"), None)

    @property
    def second(self) -> float | None:
        """What the second look adds to the score; ``None``: none was taken."""
        return sum(one.added for one in self.looked.values()) if self.looked else None

    def _second(self) -> dict[str, Any] | None:
        if self.second is None:
            return None
        return {
            "added": round(self.second, _SCORE_DIGITS),
            "features": {name: one.to_json() for name, one in self.looked.items()},
        }

    def to_json(self) -> dict[str, Any]:
        """Return the explanation as the contract's JSON object."""
        meaning = self.meaning
        special = meaning.special if meaning else None
        return {
            "paper": self.paper.to_json(),
            "query": {n: v for n, v in self.query.to_json().items() if n != "k"},  # no page here
            "index": self.index.to_json(),
            "rank": self.rank,
            "score": round(self.score, _SCORE_DIGITS),
            "why": {
                **{name: part.to_json() if part else None for name, part in self.parts.items()},
                "lift": None if self.lift is None else round(self.lift, _SCORE_DIGITS),
                "second": self._second(),
                "rerank": None if self.rerank is None else round(self.rerank, _SCORE_DIGITS),
                "model": self.model,
            },
            "words": [word.to_json() for word in meaning.words] if meaning else [],
            "special": None if special is None else round(special, _SHARE_DIGITS),
            "unread": meaning.unread if meaning else None,
            "sentence": self.sentence.to_json() if self.sentence else None,
            "sentences": [one.to_json() for one in meaning.sentences] if meaning else [],
            "terms": [asdict(term) for term in self.terms],
            "matches": [asdict(match) for match in self.matches],
            "notes": self.notes,
        }
