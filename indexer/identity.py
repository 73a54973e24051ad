"""Which paper is this? Identifiers found in links, and the id that stays the same over rebuilds."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import unquote

# Each pattern's group 1 is the identifier. arXiv ids lose their version: it is the same paper.
_LINKS = {
    "arxiv": re.compile(
        r"(?:(?<![\w-])arxiv\.org/(?:abs|pdf|html|format)/|10\.48550/arxiv\.)"
        r"(\d{4}\.\d{4,5}(?!\d)|[a-z-]+(?:\.[a-z]{2})?/\d{7}(?!\d))",
        re.IGNORECASE,
    ),
    "doi": re.compile(r"(?:doi\.org/|doi:\s*)(10\.\d{4,9}/[^\s?#]+)", re.IGNORECASE),
    "pmid": re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/(\d+)"),
    "openreview": re.compile(r"openreview\.net/(?:forum|pdf)\?(?:[^#\s]*&)?id=([\w-]+)"),
    "acl": re.compile(r"aclanthology\.org/([A-Z]\d{2}-\d{4}|\d{4}\.[\w-]+\.\d+)"),
    # Not among the kinds that make an id, kept for those who look papers up there.
    "ieee": re.compile(r"ieeexplore\.ieee\.org/(?:abstract/)?document/(\d+)"),
    "pii": re.compile(r"sciencedirect\.com/science/article/(?:abs/)?pii/(\w+)"),
}
_ID_KINDS = ("arxiv", "doi", "pmid", "openreview", "acl")

NO_IDENTIFIERS: Mapping[str, str] = MappingProxyType({})


def identifiers_in(url: str) -> dict[str, str]:
    """Return the identifiers that a link holds, by kind (``arxiv``, ``doi``, ``ieee`` …)."""
    found = {kind: m[1] for kind, pattern in _LINKS.items() if (m := pattern.search(unquote(url)))}
    if "/" in found.get("arxiv", ""):  # math.GT/0309136 and math/0309136 are one paper
        found["arxiv"] = re.sub(r"\.[A-Za-z]{2}/", "/", found["arxiv"])
    if "doi" in found:
        found["doi"] = found["doi"].lower().rstrip(".,;")
        if found["doi"].startswith("10.48550/arxiv."):  # arXiv's own DOI names no other paper
            del found["doi"]
    return found


def paper_id(title: str, authors: tuple[str, ...], identifiers: Mapping[str, str]) -> str:
    """Return the stable id: the strongest identifier, else a hash of title and first surname."""
    for kind in _ID_KINDS:
        if kind in identifiers:
            return f"{kind}:{identifiers[kind]}"
    key = f"{normalised_title(title)}\n{surname(authors[0]) if authors else ''}"
    return f"akin:{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def normalised_title(title: str) -> str:
    """Return the words of a title, case and accents folded, punctuation dropped."""
    decomposed = unicodedata.normalize("NFKD", title).casefold()
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare))


def surname(author: str) -> str:
    """Return the family name, normalised: the last word, or the last before a comma.

    Particles are left out, so that both orders of a name agree (``van der Maaten, Laurens``).
    """
    words = author.split(",", maxsplit=1)[0].split()
    return normalised_title(words[-1]) if words else ""
