"""PubMed's XML, as ``efetch`` and the yearly baseline files give it.

A set of ``PubmedArticle`` and, for the chapters of the NCBI Bookshelf, ``PubmedBookArticle``::

    <PubmedArticleSet><PubmedArticle><MedlineCitation>
      <PMID Version="1">31452104</PMID>
      <Article><Journal>…</Journal><ArticleTitle>…</ArticleTitle>
        <Abstract><AbstractText Label="METHODS">…</AbstractText></Abstract>
        <AuthorList>…</AuthorList></Article>
      <MeshHeadingList>…</MeshHeadingList></MedlineCitation>
      <PubmedData><ArticleIdList><ArticleId IdType="doi">…</ArticleId></ArticleIdList></PubmedData>
    </PubmedArticle></PubmedArticleSet>

A title in brackets is a translation; where it says only that there is none, the original stands in.
A book has its authors in ``Book``, beside its editors; they are those of a chapter that names none.
The year is that of the journal's issue, which people cite, though the article may have appeared
online the year before. A ``DeleteCitation`` lists the PMIDs of records that are gone: it is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from indexer.cleaning.names import Name
from indexer.cleaning.text import clean
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.record import make_record
from indexer.readers.xml_records import records, root_of
from indexer.readers.xml_text import (
    dated,
    distinct,
    find,
    find_all,
    head_of,
    joined,
    local_name,
    text_at,
    text_of,
    texts_at,
)

FORMAT = "pubmed-xml"

_ARTICLES = ("PubmedArticle", "PubmedBookArticle")
_BARE_SET = "MedlineCitationSet"
_ROOTS = {*_ARTICLES, "PubmedArticleSet", "PubmedBookArticleSet", _BARE_SET}
_NO_TITLE = re.compile(r"\[?(?:Not Available|In Process Citation)\]?\.?", re.IGNORECASE)
_NO_LABEL = {"", "UNLABELLED", "UNASSIGNED"}
_DATE = "Year Month Day"
_ID_TYPES = {"doi": "doi", "pmcid": "pmc", "pii": "pii", "bookaccession": "bookaccession"}
_ITS_OWN = ("Article/AuthorList", "AuthorList")
_BOOK_DATES = ("Book/PubDate", "Book/BeginningDate")
_OF_THE_BOOK = "Book/AuthorList"
_WORD_BEGINS = re.compile("(?<=[a-z])(?=[A-Z])")

# Where, within a citation, lies what goes to ``extra``: the first text, or all.
_ISSUE = "Article/Journal/JournalIssue"
_AUTHOR = "Article/AuthorList/Author"
_TEXT: dict[str, tuple[str, ...]] = {
    "volume": (f"{_ISSUE}/Volume",),
    "issue": (f"{_ISSUE}/Issue",),
    "issn": ("Article/Journal/ISSN", "MedlineJournalInfo/ISSNLinking"),
    "isbn": ("Book/Isbn",),
    "publisher": ("Book/Publisher/PublisherName",),
    "place": ("Book/Publisher/PublisherLocation",),
    "edition": ("Book/Edition",),
    "collection": ("Book/CollectionTitle",),
    "journal_abbreviation": ("Article/Journal/ISOAbbreviation",),
    "copyright": ("Article/Abstract/CopyrightInformation", "Abstract/CopyrightInformation"),
    "conflicts": ("CoiStatement",),
    "note": ("GeneralNote",),
}
_TEXTS: dict[str, tuple[str, ...]] = {
    "substances": ("ChemicalList/Chemical/NameOfSubstance",),
    "affiliations": (f"{_AUTHOR}/AffiliationInfo/Affiliation", f"{_AUTHOR}/Affiliation"),
    "accessions": ("Article/DataBankList/DataBank/AccessionNumberList/AccessionNumber",),
}


def recognises(head: str, _suffix: str) -> bool:
    """Tell PubMed's XML by its root element."""
    return root_of(head) in _ROOTS


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield the articles and chapters of the document.

    Raises:
        SourceUnreadable: the document declares entities.
    """
    bare = root_of(document.head()) == _BARE_SET
    yield from records(document, ("MedlineCitation",) if bare else _ARTICLES, _paper)


def _paper(document: Document, line: int, record: etree._Element) -> Record | Rejection:
    bare = local_name(record) == "MedlineCitation"
    citation = record if bare else find(record, "MedlineCitation", "BookDocument")
    if citation is None:
        citation = record
    of_article, of_book = _author_lists(citation, *_ITS_OWN), _author_lists(citation, _OF_THE_BOOK)
    authors = of_article["authors"] or of_book["authors"]
    title = text_at(citation, "Article/ArticleTitle", "ArticleTitle")
    vernacular = text_at(citation, "Article/VernacularTitle", "VernacularTitle")
    if vernacular and (not title or _NO_TITLE.fullmatch(title)):
        title, vernacular = vernacular, ""
    book = text_at(citation, "Book/BookTitle")
    venues = ("Article/Journal/Title", "Article/Journal/ISOAbbreviation")
    abstract, others = _abstracts(citation)
    date, year = _dates(citation)
    identifiers = _identifiers(record, citation)
    pmid = identifiers["pmid"]
    extra = _extra(citation) | {
        "vernacular_title": vernacular,
        "other_abstracts": others,
        "editors": _shown(of_article["editors"] + of_book["editors"]),
        "book_authors": _shown(of_book["authors"]) if of_article["authors"] else [],
        "book_accession": identifiers.pop("bookaccession"),
    }
    return make_record(
        document,
        line,
        title=title or book,
        abstract=abstract,
        authors=[name for one in authors for name in _names(one)],
        authors_cut=any(one.get("CompleteYN") == "N" for one in authors),
        date=date,
        year=year,
        venue=text_at(citation, *venues, "MedlineJournalInfo/MedlineTA") or (title and book),
        identifiers=identifiers,
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid.isdecimal() else None,
        extra=extra,
        head=head_of(record),
    )


def _author_lists(citation: etree._Element, *paths: str) -> dict[str, list[etree._Element]]:
    """Return the lists of names on the paths: those of authors, and those of editors."""
    lists: dict[str, list[etree._Element]] = {"authors": [], "editors": []}
    for path in paths:
        for one in find_all(citation, path):
            is_editors = one.get("Type", "").lower() == "editors"
            lists["editors" if is_editors else "authors"].append(one)
    return lists


def _shown(lists: list[etree._Element]) -> list[str]:
    return [str(name) for one in lists for name in _names(one)]


def _names(author_list: etree._Element) -> Iterator[Name]:
    for author in find_all(author_list, "Author"):
        if author.get("ValidYN") == "N":  # as it was misspelt, kept beside the right one
            continue
        family = text_at(author, "LastName", "CollectiveName")
        given = text_at(author, "ForeName", "FirstName", "Initials")
        yield Name(clean(f"{family} {text_at(author, 'Suffix')}"), clean(given))


def _abstracts(citation: etree._Element) -> tuple[str, list[str]]:
    """Return the abstract, its sections after their labels, and others (translated, lay ones)."""
    main = [
        _said(one) for path in ("Article/Abstract", "Abstract") for one in find_all(citation, path)
    ]
    others = find_all(citation, "OtherAbstract")
    others.sort(key=lambda one: one.get("Language", "eng") != "eng")
    said = [text for text in (*main, *map(_said, others)) if text]
    return "".join(said[:1]), distinct(said[1:])


def _said(abstract: etree._Element) -> str:
    sections = []
    for section in find_all(abstract, "AbstractText"):
        label, text = (section.get("Label") or "").strip(" :"), text_of(section)
        if text:
            sections.append(text if label.upper() in _NO_LABEL else f"{label}: {text}")
    return " ".join(sections)


def _dates(citation: etree._Element) -> tuple[str, str]:
    """Return the fullest date, and the year of the issue."""
    issue = find(citation, f"{_ISSUE}/PubDate", "ContributionDate", *_BOOK_DATES)
    online = dated(find(citation, "Article/ArticleDate"), _DATE)
    if issue is None:
        return online, ""
    printed = dated(issue, _DATE) or text_at(issue, "MedlineDate")
    return (printed if text_at(issue, "Day") else online or printed), printed


def _identifiers(record: etree._Element, citation: etree._Element) -> dict[str, str]:
    """Return the article's own identifiers, not those in the list of its references."""
    stated: dict[str, str] = {}
    for path in ("PubmedData/ArticleIdList/ArticleId", "PubmedBookData/ArticleIdList/ArticleId"):
        for one in find_all(record, path):
            stated.setdefault(one.get("IdType", ""), text_of(one))
    for one in find_all(citation, "ArticleIdList/ArticleId"):
        stated.setdefault(one.get("IdType", ""), text_of(one))
    for one in find_all(citation, "Article/ELocationID"):
        if one.get("ValidYN") != "N":
            stated.setdefault(one.get("EIdType", ""), text_of(one))
    pmid = text_at(citation, "PMID") or stated.get("pubmed", "")
    rest = {kind: stated.get(name, "") for kind, name in _ID_TYPES.items()}
    return {"pmid": pmid, **rest}


def _extra(citation: etree._Element) -> dict[str, Any]:
    types = texts_at(citation, "Article/PublicationTypeList/PublicationType", "PublicationType")
    headings = joined(find_all(citation, "MeshHeadingList/MeshHeading"), "/")
    return {
        **_related(citation),
        **{name: text_at(citation, *paths) for name, paths in _TEXT.items()},
        **{name: texts_at(citation, *paths) for name, paths in _TEXTS.items()},
        "pages": _pages(citation),
        "language": ", ".join(texts_at(citation, "Article/Language", "Language")),
        "type": "Journal Article" if "Journal Article" in types else "".join(types[:1]),
        "publication_types": types[1:] and types,
        "keywords": [*texts_at(citation, "KeywordList/Keyword"), *headings],
        "grants": joined(find_all(citation, "Article/GrantList/Grant"), ", "),
    }


def _related(citation: etree._Element) -> dict[str, list[str]]:
    """Return where the article was corrected, retracted, commented on: ``retraction_in``."""
    related: dict[str, list[str]] = {}
    for one in find_all(citation, "CommentsCorrectionsList/CommentsCorrections"):
        kind = one.get("RefType", "")
        if kind and kind != "Cites":
            place = _WORD_BEGINS.sub("_", kind).lower()
            related.setdefault(place, []).append(text_at(one, "RefSource"))
    return related


def _pages(citation: etree._Element) -> str:
    stated = text_at(citation, "Article/Pagination/MedlinePgn", "Pagination/MedlinePgn")
    ends = (text_at(citation, f"Article/Pagination/{name}Page") for name in ("Start", "End"))
    return stated or "-".join(page for page in ends if page)
