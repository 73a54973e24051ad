"""Which paper is this? Identifiers found in links, and the id that stays the same over rebuilds."""

from __future__ import annotations

import hashlib
import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import unquote

from indexer.letters import ascii_words

# Each pattern's group 1 is the identifier. arXiv ids lose their version: it is the same paper.
_LINKS = {
    "arxiv": re.compile(
        r"(?:(?<![\w-])arxiv\.org/(?:abs|pdf|html|format)/|10\.48550/arxiv\.)"
        r"(\d{4}\.\d{4,5}(?!\d)|[a-z-]+(?:\.[a-z]{2})?/\d{7}(?!\d))",
        re.IGNORECASE,
    ),
    "doi": re.compile(r"(?:doi\.org/|doi:\s*)(10\.\d{4,9}/[^\s?#&]+)", re.IGNORECASE),
    "pmid": re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/(\d+)"),
    "openreview": re.compile(r"openreview\.net/(?:forum|pdf)\?(?:[^#\s]{0,300}&)?id=([\w-]+)"),
    "acl": re.compile(
        r"(?:aclanthology\.org|aclweb\.org/anthology)/(?:papers/\w/\w+/)?"
        r"([A-Z]\d{2}-\d{4}|\d{4}\.[\w-]+\.\d+)"
    ),
    # Not among the kinds that make an id, kept for those who look papers up there.
    "ieee": re.compile(
        r"ieeexplore\.ieee\.org/(?:(?:abstract/)?document/|stamp/stamp\.jsp\?(?:tp=&)?arnumber=)(\d+)"
    ),
    "pii": re.compile(r"sciencedirect\.com/science/article/(?:abs/)?pii/(\w+)"),
}
# What a link must hold, lower case, for its pattern to be worth a try: looking is cheaper.
_MARKS = {
    "arxiv": "arxiv",
    "doi": "doi",
    "pmid": "ncbi.nlm.nih.gov",
    "openreview": "openreview.net",
    "acl": "anthology",
    "ieee": "ieeexplore.ieee.org",
    "pii": "sciencedirect.com",
}
_WORDS = re.compile(r"[^\W_]+")
_SUFFIXES = frozenset("jr sr ii iii iv".split())
_ID_KINDS = ("arxiv", "doi", "pmid", "openreview", "acl")

NO_IDENTIFIERS: Mapping[str, str] = MappingProxyType({})

# Each kind's bare form, and what people write before it.
_BARE = {
    "arxiv": re.compile(
        r"(?:(?:oai:)?arxiv(?:\.org)?[:\s]\s*)?"
        r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?(?:\s*\[[\w.-]+\])?",
        re.IGNORECASE,
    ),
    "doi": re.compile(
        r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:?\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE
    ),
    "pmid": re.compile(r"(?:(?:pmid|pubmed|medline):?\s*)?([1-9]\d{0,8})", re.IGNORECASE),
    "pmcid": re.compile(r"(?:pmcid:?\s*)?(PMC\d{1,9})(?:\.\d+)?", re.IGNORECASE),
    "openreview": re.compile(r"(?:openreview:)?([\w-]{6,})"),
    "acl": re.compile(r"(?:acl:)?([A-Z]\d{2}-\d{4}|\d{4}\.[\w-]+\.\d+)"),
}

TELLING_WORDS = 4
"""Of a title: shorter ones (*Editorial*, *Introduction*) are given to many papers."""


def identifiers_in(url: str) -> dict[str, str]:
    """Return the identifiers that a link holds, by kind (``arxiv``, ``doi``, ``ieee`` …)."""
    link = unquote(url) if "%" in url else url
    folded = link.lower()
    found = {
        kind: match[1]
        for kind, mark in _MARKS.items()
        if mark in folded and (match := _LINKS[kind].search(link))
    }
    if "/" in found.get("arxiv", ""):  # math.GT/0309136 and math/0309136 are one paper
        found["arxiv"] = re.sub(r"\.[A-Za-z]{2}/", "/", found["arxiv"])
    if stated := found.pop("doi", None):
        found |= {"doi": doi} if (doi := _doi(stated)) else {}
    return found


def _doi(stated: str) -> str | None:
    """Return a DOI in its one form, ``None`` for arXiv's own, which names no other paper."""
    doi = stated.lower().rstrip(".,;")
    return None if doi.endswith("/") or doi.startswith("10.48550/arxiv.") else doi


def identifier(kind: str, stated: object) -> str | None:
    """Return an identifier of a kind in its one form, ``None`` if what a source states is none.

    Args:
        kind: ``arxiv``, ``doi``, ``pmid``, ``pmcid``, ``openreview`` or ``acl``.
        stated: bare, with its scheme (``doi:…``, ``arXiv:2101.00001v2 [cs.CL]``) or as a link.
    """
    return _identifier(kind, str(stated).strip()) if stated is not None else None


@lru_cache(maxsize=256)  # one is asked for twice or three times on its way through a record
def _identifier(kind: str, text: str) -> str | None:
    if "%" in text:
        text = unquote(text)
    match = _BARE[kind].fullmatch(text)
    found = match[1] if match else identifiers_in(text).get(kind) if "/" in text else None
    if found is None:
        return None
    if kind == "doi":
        return _doi(found)
    if kind == "arxiv":
        return re.sub(r"\.[A-Za-z]{2}/", "/", found).lower() if "/" in found else found
    return found.upper() if kind == "pmcid" else found


def known_identifiers(stated: Mapping[str, object]) -> dict[str, str]:
    """Return those of a record's identifiers that are ones, each in its one form.

    A DOI of arXiv's own counts as the arXiv id that it holds.

    Args:
        stated: by kind, as the source writes them; ``None`` and ``""`` are passed over.
    """
    known: dict[str, str] = {}
    for kind, value in stated.items():
        if value in (None, ""):
            continue
        if kind not in _BARE:
            known[kind] = str(value).strip()
        elif found := identifier(kind, value):
            known[kind] = found
    if "arxiv" not in known and (doi := stated.get("doi")):
        known |= {k: v for k, v in identifiers_in(f"doi:{doi}").items() if k == "arxiv"}
    return known


def scheme_of(text: str) -> dict[str, str]:
    """Return what an id with its scheme names: ``{"arxiv": …}`` of ``arxiv:2101.00001``."""
    kind, colon, value = text.partition(":")
    kind = kind.lower()
    return {kind: value} if colon and kind in _ID_KINDS and identifier(kind, value) else {}


def paper_id(title: str, authors: tuple[str, ...], identifiers: Mapping[str, str]) -> str:
    """Return the stable id: the strongest identifier, else a hash of title and first surname."""
    for kind in _ID_KINDS:
        if kind in identifiers:
            return f"{kind}:{identifiers[kind]}"
    return next(akin_ids(title, authors, None))


def akin_ids(title: str, authors: tuple[str, ...], year: int | None) -> Iterator[str]:
    """Yield ids for a paper without identifiers, each for when those before are another's.

    The first is a hash of title and first surname; the next of the year, too; then of a number.
    """
    key = f"{normalised_title(title)}\n{surname(authors[0]) if authors else ''}"
    yield _hashed(key)
    for number in itertools.count():
        yield _hashed(f"{key}\n{year or ''}" + (f"\n{number}" if number else ""))


def _hashed(key: str) -> str:
    return f"akin:{hashlib.sha256(key.encode()).hexdigest()[:16]}"


@lru_cache(maxsize=8)  # of one record it is asked for its id, then for its keys
def normalised_title(title: str) -> str:
    """Return the words of a title, case and accents folded, punctuation dropped."""
    if title.isascii():
        return ascii_words(title)
    decomposed = unicodedata.normalize("NFKD", title).casefold()
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(_WORDS.findall(bare))


def surname(author: str) -> str:
    """Return the family name, normalised: the last word, or the last before a comma.

    Particles are left out, so that both orders of a name agree (``van der Maaten, Laurens``).
    """
    words = author.split(",", maxsplit=1)[0].split()
    if len(words) > 1 and words[-1].rstrip(".").lower() in _SUFFIXES:
        words.pop()
    return normalised_title(words[-1]) if words else ""
