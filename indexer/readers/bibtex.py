r"""BibTeX and BibLaTeX, as Google Scholar, Scopus, Web of Science, Zotero, JabRef, arXiv export it.

An entry has a type, a citation key, and fields whose values are LaTeX::

    @string{jmlr = "Journal of Machine Learning Research"}

    @article{maaten2008,
      author  = {van der Maaten, Laurens and Hinton, Geoffrey},
      title   = {Visualizing Data using {t-SNE}},
      journal = jmlr,
      year    = 2008,
      pages   = {2579--2605}
    }

Braces keep capitals and names together, and are dropped. Web of Science leaves keys empty, puts
values into two pairs of braces and indents the lines that it wraps; Scopus begins with two lines
that are no BibTeX, and has commas in keys; Google Scholar states arXiv ids as journals. What an
entry takes over from another is filled in by :mod:`~indexer.readers.bibtex_crossref`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from indexer.cleaning.identity import identifier
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.bibtex_blocks import blocks
from indexer.readers.bibtex_crossref import Inheritance
from indexer.readers.bibtex_entry import MONTHS, BrokenEntryError, Fields, take_apart
from indexer.readers.bibtex_groups import Groups
from indexer.readers.bibtex_text import listed, names, pages, plain, verbatim
from indexer.readers.own_bibtex import bibtex_record
from indexer.readers.record import make_record, reject

FORMAT = "bibtex"

_SUFFIXES = (".bib", ".bibtex", ".biblatex")
_BLOCK = re.compile(r"^[ \t]{0,40}@[ \t]?\w{1,40}[ \t]{0,40}[{(]", re.MULTILINE)
_ENTRY = re.compile(
    r"^[ \t]{0,40}@[ \t]?(?:\w{1,40}[ \t]{0,40}\{|(?i:article|book|in\w{1,20}|misc|string)[ \t]?\()"
    r"(?:[^{}=\n]|\{[^{}=\n]{0,100}\}){0,300}?,?\s{0,50}[A-Za-z][\w-]{0,60}\s{0,50}=",
    re.MULTILINE,
)
_OTHER_FORMAT = re.compile(r"^[ \t]*+(?!%)(?:.*[\t\\{}<>|\"`]|[A-Z][A-Z0-9] {1,4}-)", re.MULTILINE)
_LONGEST_PREFACE = 4000

_VENUES = ("journal", "journaltitle", "booktitle", "series", "school", "institution")
_KEYWORDS = (
    *("author_keywords", "keywords", "keyword", "keywords-plus", "index_terms"),
    *("tags", "mendeley-tags"),
)
_GROUPS = ("groups", "mendeley-groups")
_CATEGORIES = ("primaryclass", "categories")
_LINKS = ("url", "link", "ee", "bdsk-url-1", "bdsk-url-2", "adsurl")
_IDENTIFIERS = {
    "doi": ("doi",),
    "pmid": ("pmid", "pubmedid"),
    "pmcid": ("pmcid", "pmc"),
    "arxiv": ("arxivid", "arxiv"),
    "openreview": ("openreview",),
    "acl": ("acl",),
}
_EPRINTS = {"arxiv": "arxiv", "pubmed": "pmid", "pmid": "pmid", "pmc": "pmcid", "pmcid": "pmcid"}
_RENAMED = {
    "number": "issue",
    "type": "document_type",
    "langid": "language",
    # What styles print is told from what readers note.
    "note": "printed_note",
    "annote": "note",
    "annotation": "note",
}
# Lists of hundreds of references, and what programs keep for themselves.
_DROPPED = re.compile(r"(?:cited[-_])?references|bdsk-file-\d+|__markedentry")
_LINK = re.compile(r"https?://[^\s{}<>\"]+")
_ARXIV = re.compile(
    r"(?:arxiv(?:\.org/\w{3,4}/|[:\s]\s?)|\babs/)"
    r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?!\d)",
    re.IGNORECASE,
)


def recognises(head: str, suffix: str) -> bool:
    """Tell BibTeX by its first entry, before which there may be some plain lines."""
    first = _BLOCK.search(head) if "\0" not in head else None
    if first is None or suffix in _SUFFIXES:
        return first is not None
    preface = head[: first.start()]
    if len(preface) > _LONGEST_PREFACE or _OTHER_FORMAT.search(preface):
        return False
    return bool(_ENTRY.search(head))


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield every entry; comments, preambles and macros are none."""
    macros = dict(MONTHS)
    inheritance = Inheritance(document)
    groups = Groups(document)
    for block in blocks(document.lines()):
        head = " ".join(block.text[:1000].split())
        if block.problem:
            yield reject(document, block.line, block.problem, head)
            continue
        try:
            entry = take_apart(block.text, macros)
        except BrokenEntryError as error:
            yield reject(document, block.line, str(error), head)
            continue
        if entry is None:
            continue
        if "akinid" in entry.values:
            yield bibtex_record(document, block.line, entry.values, head)
        else:
            filled, missing = inheritance.filled(entry)
            yield _paper(document, block.line, filled, missing, groups.of(entry.key), head)


def _paper(
    document: Document,
    line: int,
    entry: Fields,
    missing: list[str],
    listing: list[str],
    head: str,
) -> Record | Rejection:
    fields = {name: value for name, value in entry.values.items() if value.strip()}
    identifiers = _identifiers(fields)
    url, more_links = _links(fields)
    authors, cut = names(fields.pop("author", ""))
    editors, _ = names(fields.pop("editor", ""))
    keywords, groups, categories = (
        listed([fields.pop(name) for name in names if name in fields])
        for names in (_KEYWORDS, _GROUPS, _CATEGORIES)
    )
    date, year = _date(fields)
    title, subtitle = (plain(fields.pop(name, "")) for name in ("title", "subtitle"))
    return make_record(
        document,
        line,
        title=f"{title}: {subtitle}" if title and subtitle else title or subtitle,
        abstract=plain(fields.pop("abstract", "")),
        authors=authors,
        authors_cut=cut,
        date=date,
        year=year,
        venue=plain(_first(fields, _VENUES) or fields.get("publisher", "")),
        categories=categories,
        identifiers=identifiers,
        url=url,
        extra={
            "type": entry.kind,
            "citation_key": entry.key,
            "keywords": keywords,
            "groups": groups + listing,
            "editors": [str(name) for name in editors],
            "more_links": more_links,
            "crossref_missing": missing,
            **_rest(fields),
        },
        head=head,
    )


def _first(fields: dict[str, str], names: tuple[str, ...]) -> str:
    """Take the first of the fields that is there; the others stay."""
    return next((fields.pop(name) for name in names if name in fields), "")


def _identifiers(fields: dict[str, str]) -> dict[str, object]:
    found: dict[str, object] = {
        kind: verbatim(stated)
        for kind, names in _IDENTIFIERS.items()
        if (stated := _first(fields, names))
    }
    if "eprint" in fields:
        eprint = verbatim(fields["eprint"])
        scheme = fields.get("eprinttype") or fields.get("archiveprefix") or ""
        kind = _EPRINTS.get(scheme.strip(" {}").lower())
        if not scheme and identifier("arxiv", eprint):
            kind = "arxiv"
        if kind and kind not in found:
            found[kind] = eprint
            for name in ("eprint", "eprinttype", "archiveprefix"):
                fields.pop(name, None)
    if "arxiv" not in found:
        # A note may speak of another paper, unless that is all it does.
        within = " ".join(fields.get(name, "") for name in ("journal", "volume", "howpublished"))
        note = fields.get("note", "").strip()
        if match := _ARXIV.search(within) or _ARXIV.match(note):
            found["arxiv"] = match[1]
    return found


def _links(fields: dict[str, str]) -> tuple[str, list[str]]:
    """Return the first link, and the others."""
    links: list[str] = []
    for name in _LINKS:
        if name in fields:
            link = verbatim(fields.pop(name))
            links += [one.rstrip(",;") for one in _LINK.findall(link)] or [link]
    if "howpublished" in fields:
        published = verbatim(fields["howpublished"])
        within = _LINK.findall(published)
        links += within
        if within == [published]:
            del fields["howpublished"]
    links = list(dict.fromkeys(links))
    return (links[0], links[1:]) if links else ("", [])


def _date(fields: dict[str, str]) -> tuple[str, str]:
    """Return date and year; of a month without a date of its own, they are put together."""
    date, year, month = (plain(fields.pop(n, "")).strip() for n in ("date", "year", "month"))
    month = month.strip("#")  # ACM writes the macro's name as text, #dec#
    if len(date) > len("2019") or not month:
        return date, year
    year, day = year or date, plain(fields.pop("day", "")).strip()
    if month.isdecimal():
        return f"{year}-{month:0>2}" + (f"-{day:0>2}" if day else ""), ""
    return f"{year} {month} {day}".strip(), ""


def _rest(fields: dict[str, str]) -> dict[str, Any]:
    """Return what is left, under the names that all readers use or the source's own."""
    rest: dict[str, Any] = {}
    for stated, value in fields.items():
        if _DROPPED.fullmatch(stated):
            continue
        name = _RENAMED.get(stated, stated).replace("-", "_").replace(" ", "_")
        if name in rest:
            name = f"{name}_stated"
        if stated == "file":  # whose backslashes cleaning would take for LaTeX
            rest[name] = verbatim(value).replace("\\:", ":").replace("\\\\", "/")
        elif stated == "pages":
            rest[name] = pages(plain(value))
        else:
            rest[name] = plain(value)
    return rest
