"""What a paper goes by: identifiers, ids that it had, its citation key, its title; as people type.

A name is a text with its kind before it: ``doi:10.1000/x``, ``pmid:123``, ``akin:…``, ``key:…``,
``title:…``. An id is a name, too; one paper has it alone, any other name may be of several.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator

from indexer.cleaning.identity import (
    identifier,
    identifiers_in,
    known_identifiers,
    normalised_title,
)
from indexer.cleaning.text import clean

KINDS = {
    "doi": "DOI",
    "arxiv": "arXiv id",
    "pmid": "PubMed id",
    "pmcid": "PubMed Central id",
    "openreview": "OpenReview id",
    "acl": "ACL Anthology id",
    "akin": "id",
    "key": "citation key",
    "title": "title",
}
"""Of names, and what each is called."""

IDENTIFIERS = ("doi", "arxiv", "pmid", "pmcid", "openreview", "acl")

MOST_IDS = 100
"""That are read of one text."""

_LABELS = {
    **{kind: kind for kind in KINDS},
    "pubmed": "pmid",
    "medline": "pmid",
    "pmc": "pmcid",
    "citekey": "key",
}
_LABELLED = re.compile(r"([a-z]+)(?:[ ]?id)?\s*[:=.#\s]\s*(\S.*)", re.IGNORECASE | re.DOTALL)
_ID = re.compile(r"\A(?:paper )?id\s?[:=#]\s?", re.IGNORECASE)
_URI = re.compile(r"\A(?:info|urn):(doi|pmid|arxiv)[:/]", re.IGNORECASE)
# As PubMed is asked: 31452104[uid].
_TAGGED = re.compile(r"(\S+?)\s?\[(pmid|uid|pmcid|doi|aid)\]", re.IGNORECASE)
_TAGS = {"uid": "pmid", "aid": "doi"}
# As citations and reference lists have them: PMID: 31452104; PMCID: PMC31452.
_LABEL_APART = re.compile(r"\b(doi|pmid|pmcid|arxiv)\s*[:\s]\s*(?=(?:PMC)?\d)", re.IGNORECASE)
_NEXT = re.compile(r"[,;](?=https?://|(?:doi:)?10\.\d{4,9}/)", re.IGNORECASE)
_AKIN = re.compile(r"akin:[0-9a-f]{16}", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z][a-z+.-]*://)?[\w.-]+(?=/)", re.IGNORECASE)
_DOI_WITHIN = re.compile(r"(?<![\d.])10\.\d{4,9}/[^\s?#&]+")
_PMC_WITHIN = re.compile(r"/(PMC\d{1,9})\b", re.IGNORECASE)
_PMID_WITHIN = re.compile(r"(?:/(?:MED|pubmed)|\bpubmed\.gov)/(\d{1,9})\b", re.IGNORECASE)
_ARXIV_WITHIN = re.compile(  # of sites that show arXiv's papers
    r"\b(?:ar5iv\.org|alphaxiv\.org|huggingface\.co|semanticscholar\.org)/"
    r"(?:(?:abs|pdf|html|papers|overview)/|arxiv:)(\d{4}\.\d{4,5})(?!\d)",
    re.IGNORECASE,
)
_WITHIN = {"pmcid": _PMC_WITHIN, "pmid": _PMID_WITHIN, "arxiv": _ARXIV_WITHIN}
_OF_A_PAGE = re.compile(
    r"(?:\.pdf|/(?:pdf|full|fulltext|abstract|abs|epdf|html|meta))$", re.IGNORECASE
)
_VERSION = re.compile(r"v\d{1,2}(?:\.full)?(?:\.pdf)?$")
_OLD_ACL = re.compile(r"[a-z]\d{2}-\d{4}", re.IGNORECASE)
_BARE = ("doi", "arxiv", "pmcid", "acl")
"""Identifiers that nothing else looks like."""

_AROUND = {"(": ")", "[": "]", "<": ">", "{": "}", '"': '"', "'": "'", "“": "”", "„": "“", "«": "»"}
_KEY = re.compile(r"[^\s\"“”(){}]{2,100}")
_CITED = re.compile(r"@(\S+)|\\\w*cite\w*\*?\{([^{},]+)\}")  # pandoc's and LaTeX's
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_MARKUP = frozenset("$\\{}<>&")
_CATEGORY = re.compile(r" \[[\w.-]+\]$")  # arXiv:2101.00001v2 [cs.CL]
_IS_WORD = re.compile(r"[^\W\d_]+")


def title_name(title: str) -> str | None:
    """Return the name that a title is, case, accents and punctuation aside; ``None``: no word."""
    words = normalised_title(title)
    return f"title:{hashlib.sha256(words.encode()).hexdigest()[:16]}" if words else None


def key_name(key: str) -> str:
    """Return the name that a citation key is; case does not count."""
    return f"key:{key.strip().casefold()}"


def typed_ids(text: str) -> tuple[str, ...]:
    """Return the names of the ids that a text is, and nothing else: one, or several in a row.

    An id is read with a label (``DOI: 10…``, ``PMID 123``, ``key:Lee2015``), in a link, or bare
    where nothing else looks like it; in any case, with a version or a full stop behind it.
    """
    text = _NEXT.sub(" ", unicodedata.normalize("NFKC", text))
    if found := _typed_id(text):
        return found
    several = [part for part in re.split(r"[\s,;]+", _LABEL_APART.sub(r"\1:", text)) if part]
    if not 2 <= len(several) <= MOST_IDS:
        return ()
    names: list[str] = []
    for part in several:
        found = _typed_id(part)
        if not found:
            return ()
        names.append(found[0])
    return tuple(dict.fromkeys(names))


def ids_within(text: str) -> tuple[str, ...]:
    """Return the names of the ids that stand in a text, such as a citation, among other words."""
    parts = _LABEL_APART.sub(r"\1:", unicodedata.normalize("NFKC", text)).split()
    return tuple(dict.fromkeys(name for part in parts for name in typed_ids(part)))


def spellings(text: str) -> tuple[str, ...]:
    """Return the names that somebody may mean who names one paper, the likelier first.

    Beside :func:`typed_ids` a number may be a PubMed id, and a word an OpenReview id or a key.
    """
    text = unicodedata.normalize("NFKC", text)
    bare = text.strip()
    loose = [
        f"{kind}:{found}" for kind in ("pmid", "openreview") if (found := identifier(kind, bare))
    ]
    cited = _CITED.fullmatch(_bare(bare))
    keys = [bare, cited[1] or cited[2]] if cited else [bare]
    loose += [key_name(key) for key in keys if _KEY.fullmatch(key)]
    return tuple(dict.fromkeys([*_typed_id(text), *loose]))


def names_in(text: str) -> tuple[str, ...]:
    """Return the names that a text may be as a whole that does not look like an id.

    Its title comes first. A plain word is no citation key, as it is asked for what it means.
    """
    names = [title_name(text)]
    if not names[0]:
        return ()
    if not _MARKUP.isdisjoint(text):
        names.append(title_name(clean(text)))
    if " " not in (bare := text.strip()):
        names += [name for name in spellings(bare) if not _IS_WORD.fullmatch(bare)]
    return tuple(dict.fromkeys(name for name in names if name))


def _typed_id(text: str) -> tuple[str, ...]:
    """Return the names of the one id that a text is, the likelier first."""
    text = _CATEGORY.sub("", " ".join(_bare(text).split()))
    text = _URI.sub(r"\1:", _bare(_ID.sub("", text, count=1)))
    if tagged := _TAGGED.fullmatch(text):
        kind = tagged[2].lower()
        text = f"{_TAGS.get(kind, kind)}:{tagged[1]}"
    if _AKIN.fullmatch(text):
        return (text.lower(),)
    if labelled := _LABELLED.fullmatch(text):
        label, value = labelled[1].lower(), _bare(labelled[2])
        if _LABELS.get(label) == "key":
            return (key_name(value),) if _KEY.fullmatch(value) else ()
        kind = _LABELS.get(label, "")
        if kind in IDENTIFIERS and " " not in value and _is_telling(kind, value):
            value = f"PMC{value}" if kind == "pmcid" and value.isdigit() else value
            if found := tuple(_of_kind(kind, value) or _of_link(value)):
                return found  # else it may be a host: arxiv.org/abs/…
    if " " in text:
        return ()
    if "/" in text and (found := tuple(_of_link(text))):
        return found
    if ":" in text and not text.startswith(("10.", "oai:")):
        return ()  # whatever stands before it is no scheme of ours
    return tuple(name for kind in _BARE for name in _of_kind(kind, text))


def _is_telling(kind: str, value: str) -> bool:
    """Tell whether what follows a label may be an id: ``openreview reviewing`` is plain words."""
    return kind != "openreview" or not (value.islower() and value.isalpha())


def _of_kind(kind: str, value: str) -> list[str]:
    """Return the names of an identifier of a kind, none if the text is none."""
    if kind == "acl":
        value = value.upper() if _OLD_ACL.fullmatch(value) else value.lower()
    known = known_identifiers({kind: value})  # of arXiv's own DOI the arXiv id
    return [f"{of}:{one}" for of, found in known.items() for one in _versions(of, found)]


def _of_link(text: str) -> Iterator[str]:
    """Yield the names of the identifiers that a link holds."""
    if not (host := _HOST.match(text)) or " " in text:
        return
    link = host[0].lower() + text[host.end() :]
    known = known_identifiers(identifiers_in(link))
    for kind, pattern in _WITHIN.items():
        if kind not in known and (match := pattern.search(link)):
            known[kind] = match[1].upper()
    if "doi" not in known and (match := _DOI_WITHIN.search(link)):
        known |= known_identifiers({"doi": _OF_A_PAGE.sub("", match[0].rstrip("/"))})
    for kind, found in known.items():
        if kind in IDENTIFIERS:
            yield from (f"{kind}:{one}" for one in _versions(kind, found))


def variants(name: str) -> tuple[str, ...]:
    """Return the names that one id stands for, itself first; for most there is no other."""
    kind, _, found = name.partition(":")
    return tuple(f"{kind}:{one}" for one in _versions(kind, found))


def _versions(kind: str, found: str) -> Iterator[str]:
    """Yield an identifier; a DOI without a PDF's dashes, or the version that bioRxiv adds, too."""
    yield found
    if kind == "doi" and (typed := found.translate(_DASHES)) != found:
        yield typed
    if kind == "doi" and (without := _VERSION.sub("", found)) != found:
        yield without


def _bare(text: str) -> str:
    """Return a text without what stands around an id: spaces, brackets, quotes, a full stop."""
    before = None
    while text != before:
        before = text
        text = text.strip().rstrip(".,;")
        if len(text) > 1 and _AROUND.get(text[0]) == text[-1]:
            text = text[1:-1]
    return text
