"""Several records of one paper become one, with the best of each field.

Which record is best differs by field: the published one for venue and year, the one that cuts
nothing for authors and abstract, the first for what is a matter of taste. Nothing is lost: all
sources are kept, every key of ``extra``, all keywords, groups and citation keys (the first is the
paper's own), and identifiers of one kind that differ go to ``extra["also"]`` (a preprint's own DOI
beside that of the journal).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from indexer.cleaning.identity import paper_id
from indexer.paper import Paper

_PREPRINTS = re.compile(
    r"arxiv|rxiv\b|corr\b|ssrn|research square|preprint|openreview|authorea",
    re.IGNORECASE,
)
PREPRINT_DOIS = (
    *("10.48550/", "10.2139/", "10.21203/", "10.20944/", "10.26434/", "10.36227/", "10.22541/"),
    *("10.31219/", "10.31222/", "10.31223/", "10.31224/", "10.31234/", "10.31235/", "10.35542/"),
    *(f"10.1101/{digit}" for digit in range(10)),
)
"""How DOIs of arXiv, SSRN, Research Square, Preprints.org, ChemRxiv, TechRxiv, Authorea, OSF with
its communities, bioRxiv and medRxiv begin (the last two share a prefix with journals)."""

_UNITED = ("keywords", "groups")
"""Of ``extra``: lists of what any record says."""

_IDENTIFIERS = ("pmid", "pmcid", "openreview", "acl")
# What `extra` says of a field goes where the field goes.
_MARKS = {
    "abstract_cut": "abstract",
    "abstract_missing": "abstract",
    "links": "abstract",
    "copyright": "abstract",
    "title_missing": "title",
    "authors_cut": "authors",
    "family_names": "authors",
    "affiliations": "authors",
    "date_inferred": "date",
    "date_stated": "date",
    "year_stated": "year",
}


def merge(papers: Sequence[Paper]) -> Paper:
    """Return the one paper that several records are of.

    Args:
        papers: in the order of the sources; at least one. Of equally good fields the first wins.
    """
    first = papers[0]
    published = _best(
        papers, lambda p: (bool(p.venue) and not is_preprint_venue(p.venue), bool(p.venue))
    )
    dated = _best(papers, lambda p: (p is published and p.year is not None, p.year is not None))
    of = {
        "title": _best(papers, lambda p: ("title_missing" not in p.extra, not p.title.isupper())),
        "abstract": _best(papers, lambda p: ("abstract_cut" not in p.extra, len(p.abstract))),
        "authors": _best(papers, _fullness_of_authors),
        "venue": published,
        "year": dated,
        "date": _best(papers, lambda p: (p is dated, p.year == dated.year) if p.date else ()),
        "doi": _best(papers, lambda p: (not p.doi.startswith(PREPRINT_DOIS),) if p.doi else ()),
        "arxiv_id": _best(papers, lambda p: p.arxiv_id is not None),
        "url": _best(papers, lambda p: p.url is not None),
        "code": _best(papers, lambda p: (p.code is not None, bool(p.code))),
    }
    if not of["abstract"].abstract:  # a cut one is better than none
        of["abstract"] = _best(papers, lambda p: len(p.abstract))
    if of["date"].year != dated.year:
        of["date"] = dated  # a day of another year than the one that is kept says nothing
    fields: dict[str, Any] = {name: getattr(owner, name) for name, owner in of.items()}
    merged = replace(
        first,
        **fields,
        categories=tuple(dict.fromkeys(c for p in papers for c in p.categories)),
        sources=tuple(dict.fromkeys(s for p in papers for s in p.sources)),
        extra=_extra(papers, of),
    )
    return replace(merged, id=paper_id(merged.title, merged.authors, identifiers_of(merged)))


def identifiers_of(paper: Paper) -> dict[str, str]:
    """Return all identifiers of a paper by kind."""
    known = {"arxiv": paper.arxiv_id} if paper.arxiv_id else {}
    if paper.doi:
        known["doi"] = paper.doi
    for kind in _IDENTIFIERS:
        if value := paper.extra.get(kind):
            known[kind] = str(value)
    return known


def _best(papers: Sequence[Paper], goodness: Callable[[Paper], Any]) -> Paper:
    return max(papers, key=goodness)  # of equals max() takes the first


def is_preprint_venue(venue: str | None) -> bool:
    """Tell whether a venue is where preprints are deposited."""
    return bool(venue and _PREPRINTS.search(venue))


def _fullness_of_authors(paper: Paper) -> tuple[bool, int, int]:
    whole = "authors_cut" not in paper.extra
    return bool(paper.authors) and whole, len(paper.authors), sum(map(len, paper.authors))


def _united(lists: Iterable[Any]) -> list[str]:
    """Return the texts of all lists, each once, whatever its case; the first form stays."""
    once: dict[str, str] = {}
    for texts in lists:
        for text in texts if isinstance(texts, list) else [texts] if texts else []:
            once.setdefault(str(text).casefold(), str(text))
    return list(once.values())


def _extra(papers: Sequence[Paper], of: dict[str, Paper]) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    for paper in papers:
        for key, value in paper.extra.items():
            extra.setdefault(key, value)
    for key in _UNITED:
        if key in extra:
            extra[key] = _united(paper.extra.get(key) for paper in papers)
    if keys := _united(paper.citation_keys for paper in papers)[1:]:
        extra["other_citation_keys"] = keys
    for mark, name in _MARKS.items():
        extra.pop(mark, None)
        if mark in of[name].extra:
            extra[mark] = of[name].extra[mark]
    also: dict[str, list[str]] = {}
    kept = {"doi": of["doi"].doi, "arxiv": of["arxiv_id"].arxiv_id, **extra}
    for paper in papers:
        for kind, value in identifiers_of(paper).items():
            if value != str(kept.get(kind)) and value not in also.setdefault(kind, []):
                also[kind].append(value)
        for kind, values in paper.extra.get("also", {}).items():
            also.setdefault(kind, []).extend(v for v in values if v not in also[kind])
    also = {kind: values for kind, values in also.items() if values}
    if earlier := dict.fromkeys(s for p in papers for s in p.extra.get("earlier_sources", ())):
        extra["earlier_sources"] = list(earlier)
    return {**extra, "also": also} if also else extra
