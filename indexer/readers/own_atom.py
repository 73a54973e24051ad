"""An entry of an Atom feed that akin exported.

:mod:`search_api.exports.atom` says how it is written.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from indexer.cleaning.names import Name, apart
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.own import made

OWN_ID = "{urn:akin:atom}id"
"""Of akin's own entries alone."""

_AKIN = "{urn:akin:atom}"
_ATOM = "{http://www.w3.org/2005/Atom}"
_PRISM = "{http://prismstandard.org/namespaces/basic/2.0/}"
_IN_ENTRY = {
    f"{_ATOM}title": "title",
    f"{_ATOM}summary": "abstract",
    f"{_ATOM}content": "abstract",
    f"{_ATOM}published": "date",
    "{http://arxiv.org/schemas/atom}doi": "doi",
    "{http://arxiv.org/schemas/atom}journal_ref": "venue",
    "{http://purl.org/dc/elements/1.1/}date": "year",
    "{http://purl.org/dc/elements/1.1/}publisher": "publisher",
    "{http://purl.org/dc/elements/1.1/}language": "language",
    **{f"{_PRISM}{name}": name for name in ("volume", "issn", "isbn")},
    f"{_PRISM}number": "issue",
    f"{_PRISM}pageRange": "pages",
    **{f"{_AKIN}{name}": name for name in "arxiv pmid pmcid openreview acl type note".split()},
    **{f"{_AKIN}{name}": name for name in ("code", "url")},
    f"{_AKIN}printed-note": "printed_note",
    f"{_AKIN}key": "citation_key",
}


def atom_record(
    document: Document, line: int, entry: etree._Element, head: str
) -> Record | Rejection:
    """Return the paper of an entry that has ``<akin:id>``.

    Args:
        document: where it lies.
        line: 1-based, where it begins.
        entry: the element.
        head: its beginning, shown if it is rejected.
    """
    fields: dict[str, Any] = {
        _IN_ENTRY[tag]: one.text or "" for one in entry if (tag := str(one.tag)) in _IN_ENTRY
    }
    links = entry.iterfind(f"{_ATOM}link[@rel='alternate']")
    to_paper = (one.get("href") for one in links if one.get("type") is None)  # not to akin's page
    fields |= {
        "date": fields.get("date", "")[:10],
        "url": fields.get("url") or next(to_paper, None),
        "authors": [_atom_name(author) for author in entry.iterfind(f"{_ATOM}author")],
        "authors_cut": entry.find(f"{_AKIN}et-al") is not None,
        "categories": [str(one.get("term", "")) for one in entry.iterfind(f"{_ATOM}category")],
        "sources": [one.text or "" for one in entry.iterfind(f"{_AKIN}source")],
        "editors": [one.text or "" for one in entry.iterfind(f"{_AKIN}editor")],
        "keywords": [one.text or "" for one in entry.iterfind(f"{_PRISM}keyword")],
    }
    return made(document, line, head, fields)


def _atom_name(author: etree._Element) -> Name:
    shown = " ".join((author.findtext(f"{_ATOM}name") or "").split())
    family = author.findtext(f"{_AKIN}family")
    return apart(shown, {shown: family} if family else {})
