"""JATS, the XML of journal articles (NISO Z39.96, before it NLM's), by itself or in sets.

PubMed Central's ``efetch`` gives a ``pmc-articleset``, publishers and preprint servers a file for
each ``article``, with its body or without::

    <article article-type="research-article"><front>
      <journal-meta><journal-title-group><journal-title>…</journal-title>…</journal-meta>
      <article-meta><article-id pub-id-type="doi">10.1186/…</article-id>
        <title-group><article-title>…</article-title></title-group>
        <contrib-group><contrib contrib-type="author"><name>…</name></contrib></contrib-group>
        <pub-date pub-type="epub">…</pub-date><abstract><sec><title>Background</title>…</abstract>
      </article-meta></front><body>…</body></article>

Of several abstracts the plain one counts, a teaser or a graphical one where it is alone, a
translation where there is nothing else. Dates are stated by medium: the earliest with a day counts.
Parts that have an abstract (``sub-article``: the papers of a supplement) are papers of their own;
reviews and replies are not. A ``Reply`` in a set names an article that PMC does not give.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from indexer.cleaning.dates import parse_date
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.jats_details import details, identifiers_of, journal_details
from indexer.readers.jats_people import people_of
from indexer.readers.record import make_record, reject
from indexer.readers.xml_records import elements, root_of
from indexer.readers.xml_text import (
    attribute,
    dated,
    distinct,
    find,
    find_all,
    head_of,
    local_name,
    text_at,
    text_of,
    texts_at,
)

FORMAT = "jats"

_META = re.compile(r"<(?:[\w.-]+:)?(?:article-meta|front-stub)[\s>]")
_SET = "pmc-articleset"
_ASIDE = frozenset(
    "graphical teaser toc key-points precis web-summary executive-summary short summary editor "
    "highlights plain-language-summary lay-summary video author-highlights".split()
)
_NOT_PUBLISHED = frozenset(
    "pmc-release nihms-submitted received accepted rev-recd corrected retracted".split()
)


def recognises(head: str, _suffix: str) -> bool:
    """Tell JATS by its elements: the root may be an article, or a set of them by any name."""
    root = root_of(head)
    return root == _SET or (root not in ("", "OAI-PMH") and bool(_META.search(head)))


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield the articles of the document, each with the papers that are part of it.

    Raises:
        SourceUnreadable: the document declares entities.
    """
    for found in elements(document, "article", "Reply", "error"):
        if isinstance(found, Rejection):
            yield found
        elif local_name(found.element) == "article":
            yield from papers(document, *found)
        else:
            message = attribute(found.element, "error") or text_of(found.element)
            which = " ".join(filter(None, ("PMC has no article", attribute(found.element, "Id"))))
            yield reject(document, found.line, f"{which}: {message}", message)


def papers(document: Document, line: int, article: etree._Element) -> Iterator[Record | Rejection]:
    """Yield the paper of an article, and those of its parts that have abstracts of their own."""
    translations = []
    parts = []
    for part in article.iter("{*}sub-article", "{*}response"):
        front = find(part, "front-stub", "front/article-meta")
        if front is not None and part.get("article-type") == "translation":
            translations.append(front)
        elif front is not None and find(front, "abstract") is not None:
            parts.append((part, front))
    meta = find(article, "front/article-meta", "front", "article-meta", "front-stub")
    if meta is None:
        yield reject(document, line, "an article without article-meta", head_of(article))
    else:
        yield _paper(document, line, article, meta, translations)
    for part, front in parts:
        within: Any = part.sourceline
        yield _paper(document, line + within - 1, part, front, [], journal_of=article)


def _paper(
    document: Document,
    line: int,
    article: etree._Element,
    meta: etree._Element,
    translations: list[etree._Element],
    journal_of: etree._Element | None = None,
) -> Record | Rejection:
    journal = find(article if journal_of is None else journal_of, "front/journal-meta")
    people = people_of(meta)
    title, *titles = _titles(meta, translations) or [""]
    abstract, *others = _abstracts(meta, translations) or [""]
    links = [attribute(one, "href") for one in find_all(meta, "self-uri")]
    extra = details(meta) | (journal_details(journal) if journal is not None else {})
    extra |= {
        "type": article.get("article-type"),
        "language": attribute(article, "lang"),
        "translated_titles": titles,
        "other_abstracts": others,
        "editors": people.editors,
        "contributors": people.others,
    }
    names = ("journal-title-group/journal-title", "journal-title", "abbrev-journal-title")
    return make_record(
        document,
        line,
        title=title,
        abstract=abstract,
        authors=people.authors,
        authors_cut=people.cut,
        date=_date(meta),
        venue=(text_at(journal, *names) if journal is not None else "")
        or text_at(meta, "conference/conf-name"),
        identifiers=identifiers_of(meta),
        url=next((link for link in links if link.startswith("http")), None),
        extra=extra,
        head=head_of(meta),
    )


def _titles(meta: etree._Element, translations: list[etree._Element]) -> list[str]:
    """Return the title with its subtitle, and what it is in other languages."""
    parts = [text_at(meta, f"title-group/{name}") for name in ("article-title", "subtitle")]
    own = ": ".join(filter(None, parts))
    paths = ("title-group/trans-title-group/trans-title", "title-group/trans-title")
    translated = [text_at(one, "title-group/article-title") for one in translations]
    return distinct([own, *texts_at(meta, *paths), *translated])


def _abstracts(meta: etree._Element, translations: list[etree._Element]) -> list[str]:
    """Return the abstracts, the one that counts first."""
    own = find_all(meta, "abstract")
    own.sort(key=lambda one: one.get("abstract-type") in _ASIDE)
    translated = [found for one in translations if (found := find(one, "abstract")) is not None]
    return distinct(map(text_of, [*own, *find_all(meta, "trans-abstract"), *translated]))


def _date(meta: etree._Element) -> str:
    """Return the earliest date with a day, else the earliest year, of publication."""
    stated = [
        attribute(one, "iso-8601-date") or dated(one) or text_at(one, "string-date")
        for one in find_all(meta, "pub-date")
        if _NOT_PUBLISHED.isdisjoint((one.get("pub-type"), one.get("date-type")))
    ]
    known = [
        (day is None, day or str(year), date)
        for date in stated
        for year, day in [parse_date(date)]
        if year
    ]
    return min(known)[2] if known else text_at(meta, "permissions/copyright-year")
