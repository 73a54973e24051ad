"""RIS, as EndNote, Zotero, Mendeley and the tools for systematic reviews read it.

::

    TY  - CONF
    TI  - Intern-S1: A Scientific Multimodal Foundation Model
    AU  - Wang, Kun
    AU  - OpenAI,
    C1  - arXiv:2508.15763
    DP  - akin
    ID  - arxiv:2508.15763
    ER  -

A name without parts ends in a comma, as EndNote wants it, and a comma within a part of a name is
doubled. What RIS has no tag for goes to its custom ones:

- ``C1``: identifiers with their scheme, one on each line;
- ``C2``: ``PMID:…``, where Scopus has it, too;
- ``C3``: ``code: yes`` or ``code: no``;
- ``C4``: categories, one on each line;
- ``C5``: ``et al.``, where there are more authors than are named;
- ``C6``: a note that is meant to be printed; ``N1`` is for all others;
- ``M3``: the type as the source states it, ``TY`` being the nearest that RIS knows.

``DB`` names the files that the paper came from, ``LB`` is the citation key of the library's own, as
EndNote has it. ``DP  - akin`` marks text that needs no cleaning. Lines end in CR LF, as the
description of the format has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from indexer.cleaning.names import Name, inverted
from indexer.cleaning.text import joined
from search_api.exports.keys import own_key
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

FORMAT = "ris"
MEDIA_TYPE = "application/x-research-info-systems"
SUFFIX = ".ris"

_PAGE = re.compile(r"[^-–—,\s]+")
_SCHEMES = {"pmcid": "PMCID", "openreview": "openreview", "acl": "acl"}
_END = "\r\n"


def write(papers: Iterable[Listed], _about: About) -> Iterator[str]:
    """Yield the records."""
    before = ""
    for listed in papers:
        lines = (f"{tag}  - {value}{_END}" for tag, value in _lines(listed) if value)
        yield f"{before}{''.join(lines)}ER  - {_END}"
        before = _END  # an empty line between two


def _lines(listed: Listed) -> Iterator[tuple[str, str]]:
    paper, extra = listed.paper, listed.paper.extra
    day = day_of(paper)
    yield "TY", kind_of(paper).ris
    yield "TI", one_line(paper.title)
    yield from (("AU", _name(name)) for name in names(paper))
    yield from (("A2", _name(name)) for name in editors(paper))
    yield "PY", str(paper.year or "")
    yield "DA", f"{day:%Y/%m/%d}/" if day else ""
    yield "T2", one_line(paper.venue or "")
    yield "VL", as_text(extra.get("volume"))
    yield "IS", as_text(extra.get("issue"))
    yield from _pages(as_text(extra.get("pages")))
    yield "PB", as_text(extra.get("publisher"))
    yield "SN", as_text(extra.get("issn"))
    yield "SN", as_text(extra.get("isbn"))
    yield "AB", one_line(paper.abstract)
    yield from (("KW", keyword) for keyword in as_texts(extra.get("keywords")))
    yield "LA", as_text(extra.get("language"))
    yield "DO", one_line(paper.doi or "")
    yield "UR", one_line(paper.url or "")
    yield from (("C1", identifier) for identifier in _identifiers(listed))
    pmid = as_text(extra.get("pmid"))
    yield "C2", f"PMID:{pmid}" if pmid else ""
    yield "C3", {True: "code: yes", False: "code: no", None: ""}[paper.code]
    yield from (("C4", one_line(category)) for category in paper.categories)
    yield "C5", "et al." if extra.get("authors_cut") else ""
    yield "M3", as_text(extra.get("type"))
    yield "C6", as_text(extra.get("printed_note"))
    yield "N1", as_text(extra.get("note"))
    yield "N1", listed.place
    yield "LB", own_key(listed.paper)
    yield "DB", joined(origins(listed.paper))
    yield "DP", "akin"
    yield "ID", one_line(paper.id)


def _name(name: Name) -> str:
    return inverted(name) if name.given else f"{inverted(name)},"


def _pages(pages: str) -> Iterator[tuple[str, str]]:
    """Yield first and last page, or all in one where they are not two."""
    first, _, last = pages.partition("-")
    two = _PAGE.fullmatch(first) and _PAGE.fullmatch(last) and first != last
    yield "SP", first if two else pages
    yield "EP", last if two else ""


def _identifiers(listed: Listed) -> Iterator[str]:
    extra = listed.paper.extra
    if listed.paper.arxiv_id:
        yield f"arXiv:{one_line(listed.paper.arxiv_id)}"
    for kind, scheme in _SCHEMES.items():
        if value := as_text(extra.get(kind)):
            yield f"{scheme}:{value}"
