"""OAI-PMH, by which repositories give their records away: arXiv, institutions, journals (OJS), PMC.

``ListRecords`` and ``GetRecord``; what a record says is in one of several schemas::

    <OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record>
      <header><identifier>oai:arXiv.org:2101.00001</identifier>…</header>
      <metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2101.00001</id>…</arXiv></metadata>
    </record><record>
      <header status="deleted"><identifier>…</identifier>…</header>
    </record><resumptionToken>…</resumptionToken></ListRecords></OAI-PMH>

``arXiv`` has the authors in parts, ``arXivRaw`` and ``arXivOld`` in one string with where they work
in parentheses, ``oai_dc`` is Dublin Core, in which every repository puts things elsewhere: see
:mod:`~indexer.readers.dublin_core`; JATS and MODS are read, too. A deleted record is a rejection,
as is an answer that is an error. Harvesters put records together under roots of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from indexer.cleaning.names import Name, split_names
from indexer.cleaning.text import clean, join_wrapped
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers import dublin_core, jats, mods
from indexer.readers.record import make_record, reject
from indexer.readers.xml_records import records, root_of
from indexer.readers.xml_text import find, find_all, head_of, local_name, text_at, text_of, texts_at

FORMAT = "oai-pmh"

_NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
_RECORD = re.compile(r"<(?:[\w.-]+:)?(?:record|error)[\s>]")
_PARENTHESES = re.compile(r"\s*\([^()]*\)")
_DAY = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}")
_TEXT = {
    "note": "comments",
    "report_number": "report-no",
    "msc_class": "msc-class",
    "acm_class": "acm-class",
    "license": "license",
    "submitter": "submitter",
    "updated": "updated",
}


def recognises(head: str, _suffix: str) -> bool:
    """Tell an answer with records by its root element, a collection of them by its namespace."""
    root = root_of(head)
    return (root == "OAI-PMH" or (root != "" and _NAMESPACE in head)) and bool(_RECORD.search(head))


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield the records of the document.

    Raises:
        SourceUnreadable: the document declares entities.
    """
    yield from records(document, ("record", "error"), _record)


def _record(document: Document, line: int, record: etree._Element) -> Record | Rejection:
    if local_name(record) == "error":
        reason = f"the repository answered with an error: {record.get('code')}: {text_of(record)}"
        return reject(document, line, reason, text_of(record))
    header, metadata = find(record, "header"), find(record, "metadata")
    name = text_at(record, "header/identifier")
    if header is not None and header.get("status") == "deleted":
        return reject(document, line, f"deleted in the repository: {name}", name)
    content = find(metadata, "*") if metadata is not None else None
    if content is None:
        return reject(document, line, f"a record without metadata: {name}", head_of(record))
    paper = _SCHEMAS.get(local_name(content))
    if paper is None:
        reason = f"metadata in a schema that is not read: {local_name(content)!r}"
        return reject(document, line, reason, head_of(record))
    return paper(document, line, content)


def _arxiv(document: Document, line: int, paper: etree._Element) -> Record | Rejection:
    """Return the paper of a record in one of arXiv's own schemas."""
    authors, cut, stated = _authors(paper)
    versions = sorted(find_all(paper, "version"), key=_number)
    first = text_at(versions[0], "date") if versions else ""
    sent = _DAY.search(first)
    number = text_at(paper, "id")
    doi, _, more_dois = text_at(paper, "doi").partition(" ")
    extra: dict[str, Any] = {name: text_at(paper, path) for name, path in _TEXT.items()}
    extra |= {
        "versions": len(versions) if versions[1:] else None,
        "authors_stated": stated,
        "affiliations": texts_at(paper, "authors/author/affiliation"),
        "more_dois": more_dois,
    }
    return make_record(
        document,
        line,
        title=_wrapped(paper, "title"),
        abstract=_wrapped(paper, "abstract"),
        authors=authors,
        authors_cut=cut,
        date=text_at(paper, "created") or (sent[0] if sent else first),
        venue=text_at(paper, "journal-ref"),
        categories=text_at(paper, "categories").split(),
        identifiers={"arxiv": number, "doi": doi},
        url=f"https://arxiv.org/abs/{number}" if number else None,
        extra=extra,
        head=head_of(paper),
    )


def _authors(paper: etree._Element) -> tuple[list[str | Name], bool, str]:
    """Return the authors, whether there are more, and what is stated if that says more."""
    listed = find_all(paper, "authors/author")
    if listed:
        return [_name(one) for one in listed], False, ""
    stated = text_at(paper, "authors")
    names = stated
    while (less := _PARENTHESES.sub("", names)) != names:  # they may lie within each other
        names = less
    split, cut = split_names(names.replace(": ", ", "))  # after a collaboration's name
    return [*split], cut, stated if names != stated else ""


def _name(author: etree._Element) -> Name:
    family = f"{text_at(author, 'keyname')} {text_at(author, 'suffix')}"
    return Name(clean(family), clean(text_at(author, "forenames")))


def _number(version: etree._Element) -> int:
    return int(re.sub("[^0-9]", "", version.get("version", ""))[:9] or 0)


def _wrapped(paper: etree._Element, name: str) -> str:
    return " ".join(join_wrapped(text_of(find(paper, name), lines=True)).split())


def _jats(document: Document, line: int, article: etree._Element) -> Record | Rejection:
    return next(jats.papers(document, line, article))


_SCHEMAS: dict[str, Callable[[Document, int, etree._Element], Record | Rejection]] = {
    **dict.fromkeys(("arXiv", "arXivRaw", "arXivOld"), _arxiv),
    **dict.fromkeys(("dc", "qualifieddc", "qdc"), dublin_core.paper),
    "article": _jats,
    "mods": mods.paper,
}
