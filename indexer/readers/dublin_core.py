"""Dublin Core as repositories fill it in: a paper from a ``dc`` element of OAI-PMH.

Fifteen elements, each as often as one likes, and no rules what goes where::

    <oai_dc:dc><dc:title>…</dc:title><dc:creator>Example, Ada</dc:creator>
      <dc:subject>Computer Science - Machine Learning</dc:subject>
      <dc:description>Comment: 12 pages</dc:description><dc:description>…</dc:description>
      <dc:date>2021-01-01</dc:date><dc:date>2021-02-03</dc:date>
      <dc:identifier>http://arxiv.org/abs/2101.00001</dc:identifier>
      <dc:identifier>doi:10.1000/…</dc:identifier></oai_dc:dc>

The abstract is the first description that is long; where none is, the first. The paper is of the
earliest date: later ones tell when it was changed or put into the repository. A journal stands in
``source`` with volume and pages behind a semicolon, in what arXiv gives among the identifiers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from lxml import etree

from indexer.cleaning.dates import parse_date
from indexer.cleaning.identity import identifier, identifiers_in
from indexer.cleaning.names import split_names
from indexer.cleaning.text import join_wrapped
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.record import make_record
from indexer.readers.xml_text import distinct, head_of, local_name, text_of

_LONG = 200
"""Characters of a description that is an abstract rather than a note."""

_COMMENT = re.compile(r"Comments?:\s*", re.IGNORECASE)
_ISSN = re.compile(r"(?:(?:urn:)?(?:e?issn)[:\s]\s*)?(\d{4}-\d{3}[\dXx])", re.IGNORECASE)
_ISBN = re.compile(
    r"(?:(?:urn:)?isbn[:\s]\s*)?(97[89][\d -]{10,14}|\d[\d -]{8,11}[\dXx])", re.IGNORECASE
)


def paper(document: Document, line: int, element: etree._Element) -> Record | Rejection:
    """Return the paper that the children of an element describe."""
    said = _values(element)
    titles = said.pop("title", [])
    abstract, notes = _abstract([*said.pop("abstract", []), *said.pop("description", [])])
    dates = [*said.pop("issued", []), *said.pop("date", [])]
    links, known, others = _identifiers(said.pop("identifier", []))
    sources = said.pop("source", [])
    journals = [one for one in sources if not _ISSN.fullmatch(one)]
    if "arxiv" in known and not journals:
        journals, others = others, []
    types = [one.rpartition("/")[2] for one in said.pop("type", [])]
    names, cut = _names(said.pop("creator", []))
    said.pop("format", None)
    extra: dict[str, Any] = {
        "other_titles": titles[1:],
        "keywords": distinct(
            word.strip() for one in said.pop("subject", []) for word in one.split(";")
        ),
        "type": "".join(types[:1]),
        "publication_types": distinct(types) if types[1:] else [],
        "publisher": ", ".join(said.pop("publisher", [])),
        "language": ", ".join(said.pop("language", [])),
        "issn": ", ".join(distinct(m[1] for one in sources if (m := _ISSN.fullmatch(one)))),
        "isbn": ", ".join(m[1] for one in others if (m := _ISBN.fullmatch(one))),
        "note": "; ".join(notes),
        "contributors": said.pop("contributor", []),
        "more_links": links[1:],
        "identifiers": [one for one in others if not _ISBN.fullmatch(one)],
        "journals": journals if "".join(journals) != _journal(journals) else [],
    }
    return make_record(
        document,
        line,
        title="".join(titles[:1]),
        abstract=abstract,
        authors=names,
        authors_cut=cut,
        date=_earliest(dates),
        venue=_journal(journals),
        identifiers=known,
        url=links[0] if links else None,
        extra=extra | said,
        head=head_of(element),
    )


def _values(element: etree._Element) -> dict[str, list[str]]:
    """Return the texts of the children by their names, each text once."""
    values: dict[str, list[str]] = {}
    for child in element:
        text = " ".join(join_wrapped(text_of(child, lines=True)).split())
        if text and text not in values.setdefault(local_name(child), []):
            values[local_name(child)].append(text)
    return values


def _abstract(descriptions: list[str]) -> tuple[str, list[str]]:
    """Return the abstract, and the notes."""
    texts = [one for one in descriptions if not _COMMENT.match(one)]
    abstract = next((one for one in texts if len(one) >= _LONG), "".join(texts[:1]))
    return abstract, [_COMMENT.sub("", one, count=1) for one in descriptions if one != abstract]


def _names(creators: Iterable[str]) -> tuple[list[str], bool]:
    names: list[str] = []
    cut = False
    for one in creators:
        listed, more = split_names(one) if ";" in one else ([one], False)
        names += listed
        cut = cut or more
    return names, cut


def _earliest(dates: list[str]) -> str:
    """Return the date of the first year that is stated, with its day if it has one."""
    known = [
        (year, day or "9999", date)
        for date in dates
        if not date.startswith("info:")  # when an embargo ends
        for year, day in [parse_date(date)]
        if year
    ]
    return min(known)[2] if known else "".join(dates[:1])


def _identifiers(stated: list[str]) -> tuple[list[str], dict[str, str], list[str]]:
    """Return links, identifiers by kind, and what is neither."""
    links: list[str] = []
    known: dict[str, str] = {}
    others: list[str] = []
    for text in stated:
        found = identifiers_in(text.replace("info:doi/", "doi:"))
        for kind in ("doi", "arxiv", "pmid"):
            named = kind == "doi" or text.lower().startswith((kind, f"oai:{kind}"))
            if named and (value := identifier(kind, text)):
                found[kind] = value
        known = found | known
        if text.startswith(("http://", "https://")):
            links.append(text)
        elif not found:
            others.append(text)
    return links, known, others


def _journal(journals: list[str]) -> str:
    """Return a journal's name out of ``Journal; Vol. 3 No. 1 (2020); 12-20``."""
    return "".join(journals[:1]).partition(";")[0].strip()
