"""One paper, as every reader yields it and every interface shows it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from operator import attrgetter
from typing import Any

import orjson

TEXT_RECIPE = "title-newline-abstract/2"
"""Names how :func:`document_text` makes the embedded text; a change of one is a change of both."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A record cleaned for people: no markup, white space folded; or what several were merged to.

    Attributes:
        id: stable over rebuilds, see :func:`indexer.cleaning.identity.paper_id`.
        title: never empty.
        abstract: ``""`` where the source has none.
        authors: names in the order of the source, as far as it gives them.
        year: of publication, ``None`` where the source does not say.
        date: ISO 8601, ``YYYY-MM-DD``; ``None`` where the day is not known.
        venue: journal or conference.
        categories: as the source writes them (``CV``, ``cs.LG``).
        doi: lower case, without resolver.
        arxiv_id: without version.
        url: where the source points.
        code: whether code is linked; ``None`` where the source does not tell.
        sources: names of the files the record came from.
        extra: all else that the source holds, JSON values only.
    """

    id: str
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    date: str | None = None
    venue: str | None = None
    categories: tuple[str, ...] = ()
    doi: str | None = None
    arxiv_id: str | None = None
    url: str | None = None
    code: bool | None = None
    sources: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)

    def __reduce__(self) -> tuple[type[Paper], tuple[Any, ...]]:
        """Go to another process by the values alone, which takes less time."""
        return Paper, _values_of(self)

    def to_json(self) -> dict[str, Any]:
        """Return the paper as the contract's JSON object, keys in their documented order."""
        values = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {name: list(v) if isinstance(v, tuple) else v for name, v in values}

    @property
    def own_title(self) -> str:
        """The title; ``""`` where the abstract's first words stand in for one."""
        return "" if self.extra.get("title_missing") else self.title

    @property
    def citation_keys(self) -> list[str]:
        """The keys that it has in the libraries it comes from; one cites by the first."""
        stated = [self.extra.get(name) for name in ("citation_key", "other_citation_keys")]
        each = [one for some in stated for one in (some if isinstance(some, list) else [some])]
        return [key for one in each if isinstance(one, str | int) and (key := str(one).strip())]

    def content_hash(self) -> str:
        """SHA-256 over all fields but ``sources``: where a record lies is not what it says.

        Raises:
            TypeError: a text holds half a surrogate pair, or a number more than 64 bits.
        """
        content = orjson.dumps(_content_of(self), option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(content).hexdigest()


_values_of = attrgetter(*(f.name for f in fields(Paper)))
_content_of = attrgetter(*(f.name for f in fields(Paper) if f.name != "sources"))


def as_json(value: Any) -> str:
    """Return JSON values as compact text."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def document_text(title: str, abstract: str) -> str:
    """Return the text that is embedded for a paper, after :data:`TEXT_RECIPE`.

    Args:
        title: ``""`` where the abstract's own first words stand in for it.
        abstract: ``""`` where there is none.
    """
    return f"{title}\n{abstract}" if title and abstract else title or abstract


@dataclass(frozen=True, slots=True)
class Record:
    """A record that became a paper, and the 1-based line where it begins."""

    paper: Paper
    line: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that could not become a paper.

    Attributes:
        source: name of the file.
        line: 1-based, where the record begins.
        reason: what is wrong with it, with the offending value.
        head: the first characters of the record, to find it again.
    """

    source: str
    line: int
    reason: str
    head: str

    def to_json(self) -> dict[str, Any]:
        """Return the rejection as a JSON object."""
        return asdict(self)
