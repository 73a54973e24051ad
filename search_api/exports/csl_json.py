"""CSL-JSON, as Zotero, pandoc and citation processors read it: one array of items.

What CSL has no variable for (categories, code, arXiv id, rank) is in ``custom``, which its schema
provides for that. ``"source": "akin"`` marks text that needs no cleaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from indexer.cleaning.names import Name
from indexer.cleaning.text import joined
from indexer.paper import Paper
from search_api.exports.jsonl import as_json
from search_api.exports.keys import Keys, own_key
from search_api.exports.kinds import kind_of
from search_api.exports.listed import (
    About,
    Listed,
    as_text,
    as_texts,
    day_of,
    editors,
    names,
    one_line,
    origins,
)

FORMAT = "csl-json"
MEDIA_TYPE = "application/vnd.citationstyles.csl+json"
SUFFIX = ".json"

_EXTRA = {
    "volume": "volume",
    "issue": "issue",
    "page": "pages",
    "publisher": "publisher",
    "ISSN": "issn",
    "ISBN": "isbn",
    "PMID": "pmid",
    "PMCID": "pmcid",
    "language": "language",
    "note": "note",
    "citation-key": "citation_key",
}
"""Variables of CSL, and what ``extra`` calls them."""


def write(papers: Iterable[Listed], about: About) -> Iterator[str]:
    """Yield the array, an item on each line; its id is the paper's, or the library's own key."""
    before = "[\n"
    keys = Keys(own=True)
    for listed in papers:
        own = about.own_keys and own_key(listed.paper)
        yield before + as_json(item(listed, keys.of(listed.paper, about.tell) if own else ""))
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def item(listed: Listed, key: str = "") -> dict[str, Any]:
    """Return a paper as an item of CSL-JSON, without what it does not have.

    Args:
        listed: the paper.
        key: to cite it by, in place of its id, which is in ``custom`` then.
    """
    paper, extra = listed.paper, listed.paper.extra
    values: dict[str, Any] = {
        "id": key or one_line(paper.id),
        "type": kind_of(paper).csl,
        "title": one_line(paper.title),
        "abstract": one_line(paper.abstract),
        "author": [_name(name) for name in names(paper)],
        "editor": [_name(name) for name in editors(paper)],
        "issued": _issued(paper),
        "container-title": one_line(paper.venue or ""),
        **{variable: as_text(extra.get(name)) for variable, name in _EXTRA.items()},
        "DOI": one_line(paper.doi or ""),
        "URL": one_line(paper.url or ""),
        "keyword": joined(as_texts(extra.get("keywords"))),
        "annote": listed.place,
        "source": "akin",
        "custom": ({"id": one_line(paper.id)} if key else {}) | _custom(listed),
    }
    return {name: value for name, value in values.items() if value}


def _custom(listed: Listed) -> dict[str, Any]:
    paper, extra = listed.paper, listed.paper.extra
    values = {
        "categories": [one_line(category) for category in paper.categories],
        "code": paper.code,
        "arxiv": paper.arxiv_id,
        "openreview": as_text(extra.get("openreview")),
        "acl": as_text(extra.get("acl")),
        "type": as_text(extra.get("type")),
        "authors_cut": True if extra.get("authors_cut") else None,
        "printed_note": as_text(extra.get("printed_note")),
        "sources": origins(paper),
        "rank": listed.rank,
        "score": listed.rounded,
    }
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _name(name: Name) -> dict[str, str]:
    if not name.given:
        return {"literal": name.family}
    return {"family": name.family, "given": name.given}


def _issued(paper: Paper) -> dict[str, list[list[int]]]:
    if day := day_of(paper):
        return {"date-parts": [[day.year, day.month, day.day]]}
    return {"date-parts": [[paper.year]]} if paper.year else {}
