"""Works of OpenAlex, from its API or its snapshot.

One of the snapshot's JSON lines, or of the API's ``results``, shortened::

    {"id": "https://openalex.org/W2741809807", "doi": "https://doi.org/10.7717/peerj.4375",
     "display_name": "The state of OA", "publication_date": "2018-02-13", "type": "article",
     "authorships": [{"author": {"display_name": "Heather Piwowar"}}], "language": "en",
     "primary_location": {"landing_page_url": "…", "source": {"display_name": "PeerJ"}},
     "abstract_inverted_index": {"Despite": [0], "growing": [1], "interest": [2]}}

The abstract is inverted: each word with the places where it stands. A list of works cuts authors at
100, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from indexer.cleaning.identity import identifiers_in
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.json_items import first_object, read_items
from indexer.readers.json_values import (
    decode,
    first_of,
    mapping,
    mappings,
    one_or_all,
    pmc,
    text_of,
    texts_of,
)
from indexer.readers.record import make_record

FORMAT = "openalex"

_MARKS = {"authorships", "abstract_inverted_index", "primary_location", "host_venue", "biblio"}


def recognises(head: str, _suffix: str) -> bool:
    """Tell a work of OpenAlex by its id, or by keys that it alone has."""
    work = first_object(head)
    own_id = text_of(work.get("id")).lower().startswith(("https://openalex.org/w", "openalex:w"))
    return own_id or len(work.keys() & _MARKS) > 1


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield every work of the document."""
    return read_items(document, _paper)


def _paper(document: Document, line: int, item: dict[str, Any]) -> Record | Rejection:
    ids = mapping(item.get("ids"))
    primary = mapping(item.get("primary_location"))
    source = mapping(first_of(primary, "source")) or mapping(item.get("host_venue"))
    openalex = text_of(first_of(ids, "openalex") or item.get("id")).rpartition("/")[2]
    doi = text_of(item.get("doi") or ids.get("doi"))
    return make_record(
        document,
        line,
        title=text_of(first_of(item, "title", "display_name")),
        abstract=_abstract(item),
        authors=_authors(item),
        authors_cut=bool(item.get("is_authors_truncated")),
        date=text_of(item.get("publication_date")),
        year=text_of(item.get("publication_year")),
        venue=text_of(source.get("display_name") or primary.get("raw_source_name")),
        categories=_fields(item),
        identifiers={
            "doi": doi,
            "arxiv": _arxiv(item),
            "pmid": text_of(ids.get("pmid")),
            "pmcid": pmc(ids.get("pmcid")),
            "openalex": openalex,
        },
        url=text_of(primary.get("landing_page_url")) or doi or text_of(item.get("id")),
        extra=_extra(item, source),
    )


def _extra(item: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
    biblio = mapping(item.get("biblio"))
    pages = [text_of(biblio.get(name)) for name in ("first_page", "last_page")]
    topics = [first_of(one, "display_name") for one in mappings(item.get("topics"))]
    concepts = [first_of(one, "display_name") for one in mappings(item.get("concepts"))]
    mesh = [first_of(one, "descriptor_name") for one in mappings(item.get("mesh"))]
    keywords = [first_of(o, "display_name", "keyword") for o in mappings(item.get("keywords"))]
    return {
        "type": text_of(item.get("type")),
        "language": text_of(item.get("language")),
        "volume": text_of(biblio.get("volume")),
        "issue": text_of(biblio.get("issue")),
        "pages": "-".join(dict.fromkeys(filter(None, pages))),
        "publisher": text_of(first_of(source, "host_organization_name", "publisher")),
        "issn": one_or_all(first_of(source, "issn", "issn_l")),
        "keywords": texts_of(keywords),
        "topics": texts_of(topics),
        "concepts": texts_of(concepts),
        "mesh": list(dict.fromkeys(texts_of(mesh))),
        "pdf": text_of(mapping(item.get("open_access")).get("oa_url")),
        "cited_by": item.get("cited_by_count"),
        "retracted": item.get("is_retracted") or None,
    }


def _authors(item: dict[str, Any]) -> list[str]:
    people = mappings(item.get("authorships"))
    names = (
        text_of(first_of(mapping(one.get("author")), "display_name") or one.get("raw_author_name"))
        for one in people
    )
    return [name for name in names if name]


def _fields(item: dict[str, Any]) -> list[str]:
    """Return the fields of a work's topics; before those came, its broadest concepts."""
    topics = mappings(item.get("topics")) or mappings(item.get("primary_topic"))
    fields = [mapping(topic.get("field")).get("display_name") for topic in topics]
    broad = [c.get("display_name") for c in mappings(item.get("concepts")) if c.get("level") == 0]
    return texts_of(fields) or texts_of(broad)


def _arxiv(item: dict[str, Any]) -> str:
    """Return the arXiv id that one of the places holds where the work lies."""
    for place in mappings(item.get("locations")):
        for name in ("landing_page_url", "pdf_url"):
            if arxiv := identifiers_in(text_of(place.get(name))).get("arxiv"):
                return arxiv
    return ""


def _abstract(item: dict[str, Any]) -> str:
    index = item.get("abstract_inverted_index")
    if isinstance(index, str):  # some dumps hold it as a string of JSON
        try:
            index = decode(index)
        except ValueError:
            return index
    index = mapping(index)
    index = mapping(index.get("InvertedIndex")) or index
    places = [
        (place, word)
        for word, stated in index.items()
        if isinstance(stated, list)
        for place in stated
        if isinstance(place, int)
    ]
    places.sort(key=lambda pair: pair[0])
    return " ".join(word for _, word in places) or text_of(item.get("abstract"))
