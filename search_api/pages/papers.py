"""A paper as the pages show it: its links, its names, what else is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from indexer.paper import Paper
from search_api.exports.iris import PAGES
from search_api.http.list_urls import url

_NAMES_SHOWN = 6
_SCHEMES = frozenset({"http", "https", "ftp"})
_CODE_HOSTS = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"})
_MARKS = frozenset(
    "abstract_cut abstract_missing title_missing authors_cut date_inferred "
    "links family_names".split()
)
"""Of ``extra``: said in words of their own, not among what else is known."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link out of this service.

    Attributes:
        label: where it leads.
        href: http, https or ftp.
    """

    label: str
    href: str


def links(paper: Paper) -> list[Link]:
    """Return where a paper can be read, and its code, each address once."""
    found: dict[str, str] = {}
    for label, href in _links(paper):
        if href and is_safe(href):
            found.setdefault(href, label)
    return [Link(label, href) for href, label in found.items()]


def _links(paper: Paper) -> Iterator[tuple[str, str | None]]:
    if paper.arxiv_id:
        yield "arXiv", PAGES["arxiv"] + quote(paper.arxiv_id, safe="/")
    if paper.doi:
        yield "DOI", PAGES["doi"] + quote(paper.doi, safe="/:;()")
    for scheme, label in (
        ("pmid", "PubMed"),
        ("openreview", "OpenReview"),
        ("acl", "ACL Anthology"),
    ):
        value = paper.extra.get(scheme)
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield label, PAGES[scheme] + quote(str(value), safe="")
    yield host(paper.url), paper.url
    for link in code_links(paper):
        yield "Code", link


def code_links(paper: Paper) -> Iterator[str]:
    """Return those of the addresses in a paper's record that lead to code."""
    return (link for link in stated_links(paper) if host(link) in _CODE_HOSTS)


def stated_links(paper: Paper) -> list[str]:
    """Return the addresses that the abstract had: a source may have put anything there."""
    stated = paper.extra.get("links")
    return [one for one in stated if isinstance(one, str)] if isinstance(stated, list) else []


def is_safe(href: str) -> bool:
    """Tell whether an address leads to a page: a source may have put anything there."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    return parts.scheme.lower() in _SCHEMES and bool(parts.netloc)


def host(href: str | None) -> str:
    """Return the name of the site that an address leads to."""
    if not href or not is_safe(href):
        return ""
    return (urlsplit(href).hostname or "").removeprefix("www.")


def names_shown(paper: Paper) -> tuple[list[str], bool]:
    """Return the first authors, and whether there are more of them."""
    cut = len(paper.authors) > _NAMES_SHOWN or bool(paper.extra.get("authors_cut"))
    return list(paper.authors[:_NAMES_SHOWN]), cut


def author_url(name: str) -> str:
    """Return the URL of all papers of an author."""
    return url("/", author=name)


def others(paper: Paper) -> list[tuple[str, str]]:
    """Return what else is known of a paper, as names and texts."""
    return [
        (name.replace("_", " "), _text(value))
        for name, value in sorted(paper.extra.items())
        if name not in _MARKS and _text(value)
    ]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_text(one)}" for key, one in value.items() if _text(one))
    if isinstance(value, list | tuple):
        return ", ".join(text for one in value if (text := _text(one)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
