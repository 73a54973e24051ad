r"""BibTeX, as LaTeX, JabRef, Zotero and all others read it.

::

    @inproceedings{wang2025interns1-k3x7,
      title = {{Intern-S1: A Scientific Multimodal Foundation Model}},
      author = {Wang, Kun and van der Maaten, Laurens and {OpenAI} and others},
      year = {2025},
      akinid = {arxiv:2508.15763},
    }

How a key is made is in :mod:`search_api.exports.keys`. A library's own is in ``akinkey``, too.
``note`` is printed by bibliography styles, so it holds what a BibTeX file had there and nothing
else; all other notes, and akin's own, are in ``annote``.

Text is Unicode, only what is special to TeX is escaped; ``akinid`` tells akin's own reader that all
of it is, and exactly so. Braces are written ``\{`` where they come in pairs; BibTeX counts those,
too, so a single one is ``\textbraceleft{}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from indexer.cleaning.names import Name
from indexer.cleaning.text import joined
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

FORMAT = "bibtex"
MEDIA_TYPE = "application/x-bibtex"
SUFFIX = ".bib"

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    **{sign: f"\\{sign}" for sign in "{}$&#%_"},
}
_UNPAIRED = {**_ESCAPES, "{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
_BRACE = re.compile("[{}]")
_SPECIAL = re.compile(r"[\\{}$&#%_^~]")
_SPECIAL_IN_LINK = re.compile(r"[\\{}&#%_]")  # the others are common there, and no harm

_AND = re.compile(r"(?:^|\s)and(?:\s|$)", re.IGNORECASE)
_ARXIV_CLASS = re.compile(
    r"[a-z-]+\.[A-Za-z-]{2,}|(?:astro|cond|gr|hep|math|nlin|nucl|quant|physics)-[a-z]{2,3}"
)


def write(papers: Iterable[Listed], about: About) -> Iterator[str]:
    """Yield the entries, no two with one key; before one whose key was changed, a comment."""
    keys, before = Keys(about.own_keys), ""
    for listed in papers:
        told: list[str] = []
        key = keys.of(listed.paper, told.append)
        comments = "".join(f"% {one_line(note).replace('@', ' at ')}\n" for note in told)
        yield before + comments + _entry(listed, key)
        before = "\n"
        if about.tell:
            for note in told:
                about.tell(note)


def _entry(listed: Listed, key: str) -> str:
    kind = kind_of(listed.paper)
    lines = "".join(
        f"  {name} = {{{value}}},\n" for name, value in _fields(listed, kind.venue_field) if value
    )
    return f"@{kind.bibtex}{{{key},\n{lines}}}\n"


def _fields(listed: Listed, venue_field: str) -> Iterator[tuple[str, str]]:
    paper, extra = listed.paper, listed.paper.extra
    yield "title", f"{{{_text(paper.title)}}}"
    yield "abstract", _text(paper.abstract)
    others = ["others"] if extra.get("authors_cut") else []
    yield "author", " and ".join([*map(_name, names(paper)), *others])
    yield "editor", " and ".join(map(_name, editors(paper)))
    yield "year", str(paper.year or "")
    yield "date", str(day_of(paper) or "")
    yield venue_field, _text(paper.venue or "")
    yield "volume", _text(as_text(extra.get("volume")))
    yield "number", _text(as_text(extra.get("issue")))
    for name in ("pages", "publisher", "issn", "isbn"):
        yield name, _text(as_text(extra.get(name)))
    yield "doi", _link(paper.doi or "")
    if paper.arxiv_id:
        yield "eprint", _link(paper.arxiv_id)
        yield "archiveprefix", "arXiv"
        yield "primaryclass", next(filter(_ARXIV_CLASS.fullmatch, paper.categories), "")
    for name in ("pmid", "pmcid", "openreview", "acl"):
        yield name, _link(as_text(extra.get(name)))
    yield "url", _link(paper.url or "")
    yield "keywords", _text(joined(as_texts(extra.get("keywords"))))
    yield "language", _text(as_text(extra.get("language")))
    yield "note", _text(as_text(extra.get("printed_note")))
    yield "annote", _text("; ".join(filter(None, [as_text(extra.get("note")), listed.place])))
    yield "akincategories", _text(joined(map(one_line, paper.categories)))
    yield "akincode", {True: "yes", False: "no", None: ""}[paper.code]
    yield "akintype", _text(as_text(extra.get("type")))
    yield "akinkey", _text(own_key(paper))
    yield "akinsources", _text(joined(origins(paper)))
    yield "akinid", _link(paper.id)


def _text(text: str) -> str:
    if not text:
        return ""
    text = one_line(text)
    escapes = _ESCAPES if _in_pairs(text) else _UNPAIRED
    return _SPECIAL.sub(lambda sign: escapes[sign[0]], text)


def _link(text: str) -> str:
    return _SPECIAL_IN_LINK.sub(lambda sign: _UNPAIRED[sign[0]], one_line(text))


def _in_pairs(text: str) -> bool:
    depth = 0
    for brace in _BRACE.findall(text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _name(name: Name) -> str:
    if not name.given:
        return f"{{{_text(name.family)}}}"
    return f"{_part(name.family)}, {_part(name.given)}"


def _part(part: str) -> str:
    """Return a part of a name, in braces where BibTeX would part it further."""
    text = _text(part)
    return f"{{{text}}}" if "," in part or _AND.search(part) else text
