"""Atom, for feed readers, in the manner of arXiv's own feeds.

What Atom has no element for is in the elements that arXiv (DOI, venue), Dublin Core and PRISM
(volume, pages, publisher …) give for it; ``akin:`` elements hold the rest: the id, whether there is
code, rank and score, the type as the source states it, of an author the family name where it cannot
be told from the name, and the paper's ``url`` where the link to it is another or none, for a feed
reader follows what it gets. ``<generator>akin</generator>`` marks text that needs no cleaning.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from indexer.cleaning.names import Name, family_of
from search_api.exports.iris import PAGES, link_to
from search_api.exports.listed import (
    About,
    Listed,
    as_text,
    as_texts,
    day_of,
    decimal,
    editors,
    names,
    one_line,
    origins,
)

FORMAT = "atom"
MEDIA_TYPE = "application/atom+xml"
SUFFIX = ".atom"

_PAGE = "text/html"
"""The type of akin's own pages; the link to a paper's has none."""

AKIN = "urn:akin:atom"
"""The namespace of akin's own elements."""

_NAMESPACES = {
    "xmlns": "http://www.w3.org/2005/Atom",
    "xmlns:arxiv": "http://arxiv.org/schemas/atom",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    "xmlns:prism": "http://prismstandard.org/namespaces/basic/2.0/",
    "xmlns:akin": AKIN,
}
_IN_EXTRA = {
    "prism:volume": "volume",
    "prism:number": "issue",
    "prism:pageRange": "pages",
    "prism:issn": "issn",
    "prism:isbn": "isbn",
    "dc:publisher": "publisher",
    "dc:language": "language",
    "akin:type": "type",
    "akin:note": "note",
    "akin:printed-note": "printed_note",
    "akin:key": "citation_key",
    "akin:pmid": "pmid",
    "akin:pmcid": "pmcid",
    "akin:openreview": "openreview",
    "akin:acl": "acl",
}
"""Elements, and what ``extra`` calls their text."""


def write(papers: Iterable[Listed], about: About) -> Iterator[str]:
    """Yield the feed: its head, the entries, its end."""
    yield "".join(_head(about))
    for listed in papers:
        yield "".join(["<entry>\n", *_entry(listed, about), "</entry>\n"])
    yield "</feed>\n"


def _head(about: About) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield f"<feed{_attributes(_NAMESPACES)}>\n"
    yield _element("id", about.link or f"urn:akin:{quote(about.title)}")
    yield _element("title", about.title)
    yield _element("updated", about.updated)
    yield "<author><name>akin</name></author>\n"
    yield _element("generator", "akin", uri=AKIN, version=about.version)
    if about.link:
        yield _element("link", rel="self", type=MEDIA_TYPE, href=about.link)
    if about.page:
        yield _element("link", rel="alternate", type=_PAGE, href=about.page)


def _entry(listed: Listed, about: About) -> Iterator[str]:
    paper, extra = listed.paper, listed.paper.extra
    day = day_of(paper)
    stated = f"{day}T00:00:00Z" if day else ""
    yield _element("id", iri(paper.id))
    yield _element("akin:id", paper.id)
    yield _element("title", paper.title)
    yield _element("updated", stated or about.updated)
    yield from _elements("published", stated)
    yield from _elements("dc:date", str(paper.year or ""))
    for name in names(paper):
        yield _author(name)
    if extra.get("authors_cut"):
        yield _element("akin:et-al")
    yield from (_element("akin:editor", str(name)) for name in editors(paper))
    url = one_line(paper.url or "")
    href = link_to(url)
    if href:
        yield from _elements("summary", paper.abstract)
        yield _element("link", rel="alternate", href=href)
    else:  # an entry that links to nothing must have content, says RFC 4287
        yield _element("content", paper.abstract)
    if about.site:
        # A reader opens what is alternate: the page here is that where the paper has none.
        page = f"{about.site}papers/{quote(paper.id, safe='')}"
        rel = "related" if href else "alternate"
        yield _element("link", rel=rel, type=_PAGE, title="akin", href=page)
    if url != href:
        yield from _elements("akin:url", url)
    yield from (_element("category", term=category) for category in paper.categories)
    yield from _elements("arxiv:doi", paper.doi or "")
    yield from _elements("arxiv:journal_ref", paper.venue or "")
    yield from _elements("akin:arxiv", paper.arxiv_id or "")
    for element, field in _IN_EXTRA.items():
        yield from _elements(element, as_text(extra.get(field)))
    yield from (_element("prism:keyword", one) for one in as_texts(extra.get("keywords")))
    yield from (_element("akin:source", one) for one in origins(paper))
    yield from _elements("akin:code", {True: "yes", False: "no", None: ""}[paper.code])
    yield from _elements("akin:rank", "" if listed.rank is None else str(listed.rank))
    yield from _elements("akin:score", "" if listed.rounded is None else decimal(listed.rounded))


def iri(paper_id: str) -> str:
    """Return an IRI that is the paper's alone: where its identifier leads, else a URN."""
    scheme, _, value = paper_id.partition(":")
    return PAGES.get(scheme, f"urn:akin:{quote(scheme)}:") + quote(value, safe="/:;()")


def _author(name: Name) -> str:
    told = family_of(str(name)) == name.family
    parts = [_element("name", str(name)), "" if told else _element("akin:family", name.family)]
    return f"<author>\n{''.join(parts)}</author>\n"


def _elements(tag: str, text: str) -> Iterator[str]:
    """Yield the element, nothing where there is no text."""
    if text:
        yield _element(tag, text)


def _element(tag: str, text: str = "", /, **attributes: str) -> str:
    content = f">{html.escape(one_line(text), quote=False)}</{tag}>" if text else "/>"
    return f"<{tag}{_attributes(attributes)}{content}\n"


def _attributes(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{html.escape(one_line(v))}"' for name, v in attributes.items())
