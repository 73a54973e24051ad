"""What a JATS article says beyond title, people, date and abstract."""

from __future__ import annotations

from typing import Any

from lxml import etree

from indexer.readers.xml_text import (
    attribute,
    distinct,
    find,
    find_all,
    joined,
    text_at,
    text_of,
    texts_at,
)

_TEXT = {
    "volume": "volume",
    "issue": "issue",
    "isbn": "isbn",
    "conference": "conference/conf-name",
    "copyright": "permissions/copyright-statement",
}


def identifiers_of(meta: etree._Element) -> dict[str, str]:
    """Return the identifiers that ``article-meta`` states, for ``make_record``."""
    stated = {
        one.get("pub-id-type", ""): text_of(one) for one in reversed(find_all(meta, "article-id"))
    }
    pmcid = stated.get("pmcid") or stated.get("pmc", "")
    return {
        **{kind: stated.get(kind, "") for kind in ("doi", "pmid", "arxiv", "pii")},
        "pmcid": f"PMC{pmcid}" if pmcid.isdecimal() else pmcid,
    }


def journal_details(journal: etree._Element) -> dict[str, Any]:
    """Return what ``journal-meta`` says, under the names of a paper's ``extra``."""
    return {
        "issn": ", ".join(texts_at(journal, "issn")),
        "publisher": text_at(journal, "publisher/publisher-name"),
        "journal_abbreviation": text_at(
            journal, "journal-title-group/abbrev-journal-title", "abbrev-journal-title"
        ),
    }


def details(meta: etree._Element) -> dict[str, Any]:
    """Return what ``article-meta`` says of the article, under the names of a paper's ``extra``."""
    first_last = [text_at(meta, name) for name in ("fpage", "lpage")]
    pages = text_at(meta, "page-range") or "-".join(distinct(first_last))
    groups = [
        one for one in find_all(meta, "kwd-group") if "abbr" not in one.get("kwd-group-type", "")
    ]
    terms = find(meta, "permissions/license")
    license_link = "" if terms is None else attribute(terms, "href")
    return {
        **{name: text_at(meta, path) for name, path in _TEXT.items()},
        "pages": pages or text_at(meta, "elocation-id"),
        "keywords": distinct(
            text_of(one) for group in groups for one in group.iter("{*}kwd", "{*}compound-kwd")
        ),
        "subjects": distinct(text_of(one) for one in meta.iter("{*}subject")),
        "affiliations": distinct(text_of(one) for one in meta.iter("{*}aff")),
        "grants": joined(find_all(meta, "funding-group/award-group"), ", "),
        "license": license_link,
        "related_articles": distinct(
            f"{one.get('related-article-type')}: {attribute(one, 'href') or text_of(one)}"
            for one in find_all(meta, "related-article")
        ),
    }
