"""Papers of Semantic Scholar: its API, its datasets and the older open corpus.

The API names its keys ``paperId`` and ``externalIds``, the datasets ``corpusid`` and
``externalids``, the open corpus ``paperAbstract`` and ``s2Url``::

    {"paperId": "649def34f8be52c8b66281af98ae884c09aef38b", "title": "…", "abstract": "…",
     "externalIds": {"DOI": "10.18653/v1/N18-3011", "ACL": "N18-3011", "CorpusId": 19170988},
     "year": 2018, "publicationDate": "2018-05-06", "venue": "…", "authors": [{"name": "…"}],
     "journal": {"name": "…", "volume": "…", "pages": "84-91"}, "tldr": {"text": "…"}}

Where the publisher does not allow the abstract it is ``null``; the ``tldr`` that a model wrote is
no abstract. Citations and references are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.json_items import first_object, read_items
from indexer.readers.json_people import people
from indexer.readers.json_values import (
    first_of,
    first_text,
    mapping,
    mappings,
    one_or_all,
    pmc,
    text_of,
    texts_of,
)
from indexer.readers.record import make_record

FORMAT = "semantic-scholar"

_MARKS = frozenset(
    "paperid corpusid externalids s2fieldsofstudy publicationvenue openaccesspdf openaccessinfo "
    "s2url paperabstract s2pdfurl influentialcitationcount".split()
)
_ID = re.compile(r"[0-9a-f]{40}")
_HOLDERS = ("citingPaper", "citedPaper", "citingpaper", "citedpaper")
_EXTERNAL = {
    "doi": "doi",
    "arxiv": "arxiv",
    "pubmed": "pmid",
    "acl": "acl",
    "dblp": "dblp",
    "mag": "mag",
    "corpusid": "corpus_id",
}


def recognises(head: str, _suffix: str) -> bool:
    """Tell Semantic Scholar by keys that it alone has."""
    first = _paper_in(first_object(head))
    own_id = _ID.fullmatch(text_of(first.get("paperid"))) is not None
    return own_id or len(first.keys() & _MARKS) > 1


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield every paper of the document."""
    return read_items(document, _paper)


def _paper_in(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the paper, its keys in lower case; of a citation the one at its other end."""
    held = next((item[name] for name in _HOLDERS if isinstance(item.get(name), dict)), item)
    return {name.lower(): value for name, value in held.items()}


def _paper(document: Document, line: int, item: dict[str, Any]) -> Record | Rejection:
    paper = _paper_in(item)
    journal = mapping(paper.get("journal"))
    venue = mapping(paper.get("publicationvenue"))
    authors, cut = people(paper.get("authors"))
    pdf = first_of(mapping(paper.get("openaccesspdf")), "url")
    extra = {
        "volume": text_of(journal.get("volume") or paper.get("journalvolume")).strip(),
        "pages": text_of(journal.get("pages") or paper.get("journalpages")).strip(),
        "issn": one_or_all(venue.get("issn")),
        "type": one_or_all(paper.get("publicationtypes")),
        "keywords": texts_of(paper.get("entities")),
        "tldr": text_of(paper.get("tldr")),
        "pdf": text_of(pdf or paper.get("s2pdfurl")) or first_text(paper.get("pdfurls")),
        "cited_by": paper.get("citationcount"),
    }
    return make_record(
        document,
        line,
        title=text_of(paper.get("title")),
        abstract=text_of(first_of(paper, "abstract", "paperabstract")),
        authors=authors,
        authors_cut=cut,
        date=text_of(paper.get("publicationdate")),
        year=text_of(paper.get("year")),
        venue=text_of(first_of(paper, "venue", "journalname") or first_of(journal, "name"))
        or text_of(venue.get("name")),
        categories=_fields(paper),
        identifiers=_identifiers(paper),
        url=text_of(first_of(paper, "url", "s2url")),
        extra=extra,
    )


def _identifiers(paper: dict[str, Any]) -> dict[str, object]:
    external = {
        name.lower(): first_text(value) for name, value in mapping(paper.get("externalids")).items()
    }
    found: dict[str, object] = {
        kind: external[name] for name, kind in _EXTERNAL.items() if external.get(name)
    }
    for kind in ("doi", "pmid"):
        found.setdefault(kind, first_text(paper.get(kind)))
    return {
        **found,
        "pmcid": pmc(external.get("pubmedcentral")),
        "corpus_id": found.get("corpus_id") or text_of(paper.get("corpusid")),
        "semantic_scholar": first_text(first_of(paper, "paperid", "id")),
    }


def _fields(paper: dict[str, Any]) -> list[str]:
    fields = texts_of(paper.get("fieldsofstudy"))
    s2_fields = [one.get("category") for one in mappings(paper.get("s2fieldsofstudy"))]
    return fields or texts_of(s2_fields)
