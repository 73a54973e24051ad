"""JSON records of any source, their fields known by the usual names; the last resort for JSON.

Read are JSON lines, arrays and the rest of what :mod:`indexer.readers.json_items` takes: dumps of
pandas, corpora in the form of BEIR (``{"_id": "1", "title": "…", "text": "…"}``), answers of
services that have no reader of their own::

    {"Title": "…", "abstractText": "…", "authors": [{"first": "Ada", "last": "Lovelace"}],
     "pub_year": "1999.0", "journal": "…", "externalIds": {"DOI": "10.1000/182"}, "code_url": "…"}

Capitals, ``_``, ``-`` and spaces in names do not matter. Of several names for a field the first in
:data:`_NAMES` that is filled counts; the others, and unknown ones, go to ``extra``. Only lists of
references, full text that was parsed and vectors are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from indexer.cleaning.identity import identifiers_in, scheme_of
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.json_items import first_object, read_items
from indexer.readers.json_people import people, without_affiliations
from indexer.readers.json_values import (
    date_text,
    first_of,
    first_text,
    listed,
    mapping,
    one_or_all,
    pmc,
    text_of,
    texts_of,
)
from indexer.readers.record import make_record

FORMAT = "json"

_NAMES = {
    "title": "title papertitle articletitle documenttitle displaytitle titledisplay headline "
    "displayname name",
    "abstract": "abstract abstracttext paperabstract abstractnote summary description text "
    "contenttext",
    "authors": "authors author authorlist authornames authordisplay authfullname authorstring "
    "creators creator",
    "year": "year publicationyear pubyear publishedyear yearpublished publicationdateyear "
    "produceddatey",
    "date": "date publicationdate publisheddate datepublished pubdate published issued "
    "firstpublicationdate produceddate coverdate created updatedate updated",
    "venue": "venue journal journalname journaltitle journalref booktitle conference "
    "conferencename container containertitle publicationname publicationtitle publicationvenue "
    "proceedings proceeding pub journals journalinfo conferencetitle source",
    "categories": "categories category subjects subject subjectareas fields fieldsofstudy "
    "magfieldofstudy arxivcategories",
    "keywords": "keywords keyword tags authorkeywords keywordlist",
    "groups": "groups collections",
    "citation_key": "citationkey citekey bibtexkey",
    "doi": "doi doiid",
    "arxiv": "arxiv arxivid arxivnumber eprint",
    "pmid": "pmid pubmedid pubmed",
    "pmcid": "pmcid pmc pubmedcentral",
    "openreview": "openreview openreviewid",
    "acl": "acl aclid anthologyid",
    "identifiers": "externalids identifiers identifier ids",
    "url": "url link paperurl urlabs abstracturl absurl landingpage uri href downloadurl "
    "pdfurl urlpdf pdflink",
    "code": "code codeurl codelink github githuburl githublink repourl repository",
    "record_id": "id paperid recordid uid",
    "volume": "volume journalvolume",
    "issue": "issue number journalissue",
    "pages": "pages page pagerange pageinfo journalpages",
    "first_page": "startpage firstpage pagestart pagefirst",
    "last_page": "endpage lastpage pageend pagelast",
    "publisher": "publisher",
    "issn": "issn",
    "isbn": "isbn",
    "type": "type publicationtype publicationtypes documenttype doctype",
    "language": "language lang",
    "editors": "editors editor",
    "note": "note notes comment comments",
}
_KINDS = ("doi", "arxiv", "pmid", "pmcid", "openreview", "acl")
_KEPT = (
    "citation_key",
    "volume",
    "issue",
    "pages",
    "publisher",
    "issn",
    "isbn",
    "type",
    "language",
    "note",
)
_ROLES = {name: role for role, names in _NAMES.items() for name in names.split()}
_RANKS = {name: rank for names in _NAMES.values() for rank, name in enumerate(names.split())}
_LEFT_OUT = frozenset(
    "embedding embeddings vector specter references referencedworks citations incitations "
    "outcitations bodytext fulltext pdfparse refentries bibentries".split()
)
# Names that other things than papers have, too.
_UNTELLING = frozenset("name displayname description text contenttext".split())
_SOLR = re.compile(r"_(?:s|ss|i|t|txt|dt|d|tdt)\Z")
"""Types that search servers put behind the names of their fields."""

_HOLDERS = (
    *("_source", "info", "data", "attributes", "record", "paper", "article", "work", "node"),
    *("message", "citingPaper", "citedPaper", "bibjson"),
)
"""Names under which a record lies within an object, with some services."""

_CODE_OF_A_SOURCE = re.compile(r"MED|PMC|PPR|AGR|CBA|CTX|ETH|HIR|PAT|Scopus|PubMed|arXiv\.org")
"""Databases, as Europe PMC names them; elsewhere ``source`` is the journal."""

_BETWEEN = re.compile(r"[\W_]+")
_CLASSES = re.compile(r"(?=.*\.)[a-z-]+(?:\.[A-Za-z-]+)?(?: [a-z-]+(?:\.[A-Za-z-]+)?)*")
"""Of arXiv: ``cs.LG stat.ML``."""
_IS_JSON = re.compile(r"[\s\ufeff\[]*+\{\s*\"")
_EMPTY: tuple[object, ...] = (None, "", [], {})


def recognises(head: str, _suffix: str) -> bool:
    """Tell JSON by an object with a title or an abstract among its first."""
    if not _IS_JSON.match(head):
        return False
    begun = (head, *head.split("\n", 5)[1:5])  # the first may be broken
    return any(_tells(first_object(one)) for one in begun)


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield every record of the document."""
    return read_items(document, _paper)


def _tells(record: Mapping[str, Any]) -> bool:
    names = {folded(key) for key in record}
    roles = {_ROLES[name] for name in names - _UNTELLING if name in _ROLES}
    if roles & {"title", "abstract"} or {"id", "text"} <= names:
        return True
    return any(isinstance(held := record.get(name), dict) and _tells(held) for name in _HOLDERS)


@lru_cache(maxsize=4096)
def folded(key: str) -> str:
    """Return a field's name without capitals and what stands between words."""
    return _BETWEEN.sub("", _SOLR.sub("", key)).lower()


@lru_cache(maxsize=256)
def _plan(keys: tuple[str, ...]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return which key has which role, the first ones first, and the keys without; once a shape."""
    known = [(key, _ROLES[folded(key)]) for key in keys if folded(key) in _ROLES]
    known.sort(key=lambda pair: _RANKS[folded(pair[0])])
    unknown = [key for key in keys if folded(key) not in _ROLES and folded(key) not in _LEFT_OUT]
    return known, unknown


def _paper(document: Document, line: int, item: dict[str, Any]) -> Record | Rejection:
    record = _unwrapped(item)
    known, unknown = _plan(tuple(record))
    extra = {key: record[key] for key in unknown}
    value: dict[str, Any] = {}
    for key, role in known:
        if (stated := record[key]) not in _EMPTY:
            if role in value:
                extra[key] = stated
            elif role == "title" and isinstance(stated, list) and _SOLR.search(key):
                value[role], *in_other_languages = texts_of(stated) or [""]
                extra["other_titles"] = in_other_languages
            else:
                value[role] = stated
    authors, cut = people(value.get("authors"))
    authors, affiliations = without_affiliations(authors)
    if affiliations:
        extra["affiliations"] = affiliations
    for name in _KEPT:
        if name in value:
            extra[name] = one_or_all(value[name])
    for name in ("keywords", "groups"):
        if name in value:
            extra[name] = listed(value[name])
    if "editors" in value:
        extra["editors"] = [str(editor) for editor in people(value["editors"])[0]]
    first, last = (text_of(value.get(name)) for name in ("first_page", "last_page"))
    if first and "pages" not in extra:
        extra["pages"] = f"{first}-{last}" if last and last != first else first
    venue = _venue(value.get("venue"), extra)
    url = first_text(value.get("url"))
    identifiers = _identifiers(value, extra)
    if record_id := text_of(value.get("record_id")):
        if scheme := scheme_of(record_id) or scheme_of(f"doi:{record_id}"):  # PLOS's own is a DOI
            identifiers = {**scheme, **identifiers}
        elif record_id.startswith(("http://", "https://")) and not url:
            url = record_id
        else:
            extra["record_id"] = record_id
    return make_record(
        document,
        line,
        title=text_of(value.get("title")),
        abstract=text_of(value.get("abstract")),
        authors=authors,
        authors_cut=cut,
        date=date_text(value.get("date")),
        year=year if isinstance(year := value.get("year"), int) else date_text(year),
        venue=venue,
        categories=_categories(value.get("categories")),
        identifiers=identifiers,
        url=url,
        code=code_of(value["code"], extra) if "code" in value else None,
        extra=extra,
    )


def _unwrapped(item: dict[str, Any]) -> dict[str, Any]:
    """Return the record that an object holds, with what the object says of it, or the object."""
    if "title" in item:
        return item
    for name in _HOLDERS:
        held = item.get(name)
        if isinstance(held, dict) and _tells(held):
            outer = {key: value for key, value in item.items() if folded(key) in _ROLES}
            return {**outer, **held}
    return item


def _identifiers(value: Mapping[str, Any], extra: dict[str, Any]) -> dict[str, object]:
    found: dict[str, object] = {kind: first_text(value[kind]) for kind in _KINDS if kind in value}
    if "identifiers" in value:
        stated = value["identifiers"]
        for name, one in stated.items() if isinstance(stated, dict) else ():
            kind = _ROLES.get(folded(name), "")
            if kind in _KINDS:
                found.setdefault(kind, first_text(one))
            elif one not in _EMPTY:
                extra.setdefault(folded(name), one)
        if not isinstance(stated, dict):
            for text in map(_with_scheme, stated if isinstance(stated, list) else [stated]):
                for kind, identifier in (scheme_of(text) or identifiers_in(text)).items():
                    found.setdefault(kind, identifier)
            extra["identifiers"] = stated
    if "pmcid" in found:
        found["pmcid"] = pmc(found["pmcid"])
    return found


def _with_scheme(stated: object) -> str:
    """Return an identifier as text; where it says of what kind it is, in front: ``doi:10.…``."""
    kind, value = (
        text_of(first_of(mapping(stated), *keys)) for keys in (("type",), ("value", "id"))
    )
    return f"{kind}:{value}" if value and _ROLES.get(folded(kind)) in _KINDS else text_of(stated)


def _venue(value: object, extra: dict[str, Any]) -> str:
    if isinstance(value, dict):
        for name in ("volume", "issue", "pages"):
            if stated := text_of(value.get(name)):
                extra.setdefault(name, stated)
        value = value.get("journal", value)
    venue = first_text(value)
    if _CODE_OF_A_SOURCE.fullmatch(venue):
        extra.setdefault("source", venue)
        return ""
    return venue


def _categories(value: object) -> list[str]:
    texts = listed(value)
    if not any(" " in text for text in texts):
        return texts
    classes = [text.split(" ") if _CLASSES.fullmatch(text) else [text] for text in texts]
    return [one for some in classes for one in some]


def code_of(value: object, extra: dict[str, Any]) -> bool | None:
    """Return what a field about code says; its links go to ``extra["code_links"]``."""
    if isinstance(value, bool):
        return value
    texts = texts_of(value)
    links = [text for text in texts if "/" in text]
    if links:
        extra["code_links"] = links
        return True
    said = " ".join(texts).lower()
    if said in ("true", "yes", "y", "1"):
        return True
    if said in ("false", "no", "n", "0", "none", "n/a", "null"):
        return False
    extra["code_stated"] = " ".join(texts)
    return None
