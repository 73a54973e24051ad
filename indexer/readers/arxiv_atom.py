"""Atom feeds of papers: the answers of arXiv's API, other repositories' feeds, akin's own export.

::

    <feed xmlns="http://www.w3.org/2005/Atom"><entry>
      <id>http://arxiv.org/abs/2101.00001v2</id>
      <published>2021-01-01T09:00:00Z</published><updated>2021-02-03T10:00:00Z</updated>
      <title>…</title><summary>…</summary><author><name>Ada Example</name></author>
      <link href="http://arxiv.org/abs/2101.00001v2" rel="alternate" type="text/html"/>
      <link title="pdf" href="http://arxiv.org/pdf/2101.00001v2" rel="related"/>
      <arxiv:primary_category term="cs.LG"/><category term="cs.LG"/><category term="stat.ML"/>
      <arxiv:doi>10.1000/…</arxiv:doi><arxiv:journal_ref>J. Exa. 1 (2021) 1-9</arxiv:journal_ref>
    </entry></feed>

arXiv wraps titles and abstracts, and answers what it does not understand with an entry that is an
error. Its daily feeds begin the abstract with an announcement and list the authors in one name.
Journals say more in Dublin Core and PRISM. An entry with an ``akin:id`` is of akin's own export.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from indexer.cleaning.identity import identifier, identifiers_in
from indexer.cleaning.names import split_names
from indexer.cleaning.text import join_wrapped
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.own import is_own
from indexer.readers.own_atom import OWN_ID, atom_record
from indexer.readers.record import make_record, reject
from indexer.readers.xml_records import records, root_of
from indexer.readers.xml_text import distinct, find, find_all, head_of, text_at, text_of, texts_at

FORMAT = "atom"

_ATOM = re.compile(r"http://www\.w3\.org/2005/Atom|http://purl\.org/atom/ns#")
_ERROR = "arxiv.org/api/errors"
_ARXIV_CLASS = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?")
_ANNOUNCED = re.compile(r"arXiv:\S+\s+Announce Type:\s*\S+\s+Abstract:\s*")
_TEXT = {
    "volume": "volume",
    "issue": "number",
    "pages": "pageRange",
    "issn": "issn",
    "isbn": "isbn",
    "publisher": "publisher",
    "language": "language",
    "type": "type",
    "rights": "rights",
}
_IDENTIFIERS = ("doi", "arxiv", "pmid", "pmcid", "openreview", "acl")


def recognises(head: str, _suffix: str) -> bool:
    """Tell Atom by its root element and namespace."""
    return root_of(head) in ("feed", "entry") and bool(_ATOM.search(head))


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield the entries of the feed.

    Raises:
        SourceUnreadable: the document declares entities.
    """
    yield from records(document, ("entry",), _paper)


def _paper(document: Document, line: int, entry: etree._Element) -> Record | Rejection:
    if is_own("akin", entry.findtext(OWN_ID)):
        return atom_record(document, line, entry, head_of(entry))
    name = text_at(entry, "id")
    abstract = _wrapped(entry, "summary") or _wrapped(entry, "content")
    if _ERROR in name:
        return reject(document, line, f"arXiv's API answered with an error: {abstract}", name)
    links = _links(entry)
    url = links.pop(0) if links else None
    stated = {kind: text_at(entry, kind) for kind in _IDENTIFIERS}
    known = _named(name) | {kind: value for kind, value in stated.items() if value}
    url = url or (name if name.startswith("http") else None)
    classes = distinct(
        one.get("term", "")
        for one in (*find_all(entry, "primary_category"), *find_all(entry, "category"))
    )
    others: list[str] = []
    if "arxiv" in known:  # which has classes of mathematics among its categories
        others = [one for one in classes if not _ARXIV_CLASS.fullmatch(one)]
    published = text_at(entry, "published", "issued", "publicationDate", "created")
    date = text_at(entry, "date")
    updated = text_at(entry, "updated", "modified")
    return make_record(
        document,
        line,
        title=_wrapped(entry, "title"),
        abstract=_ANNOUNCED.sub("", abstract, count=1),
        authors=_authors(entry),
        date=published or date or updated,
        venue=text_at(entry, "journal_ref", "publicationName"),
        categories=[one for one in classes if one not in others],
        identifiers=known,
        url=url,
        extra=_extra(entry)
        | {
            "subjects": others,
            "more_links": links,
            "updated": "" if updated[:10] == published[:10] else updated[:10],
        },
        head=head_of(entry),
    )


def _named(name: str) -> dict[str, str]:
    """Return the identifiers that an entry's id holds."""
    found = identifiers_in(name.replace("info:doi/", "doi:"))
    if "arxiv" not in found and "arxiv" in name.lower() and (arxiv := identifier("arxiv", name)):
        found["arxiv"] = arxiv
    return found


def _wrapped(entry: etree._Element, name: str) -> str:
    """Return a text whose lines a program may have wrapped."""
    return " ".join(join_wrapped(text_of(find(entry, name), lines=True)).split())


def _links(entry: etree._Element) -> list[str]:
    """Return the links, that of the paper's page first; those to the feed are of no use."""
    links = [one for one in find_all(entry, "link") if one.get("href")]
    links.sort(key=lambda one: one.get("rel", "alternate") != "alternate")
    kept = [one for one in links if one.get("rel") not in ("self", "edit", "replies")]
    return distinct(one.get("href", "").strip() for one in kept if one.get("title") != "doi")


def _authors(entry: etree._Element) -> list[str]:
    written = [text_at(one, "name") for one in find_all(entry, "author")]
    names = [name for name in written if name] or texts_at(entry, "creator")
    return split_names(names[0])[0] if len(names) == 1 and "," in names[0] else names


def _extra(entry: etree._Element) -> dict[str, Any]:
    ends = (text_at(entry, f"{name}Page") for name in ("starting", "ending"))
    extra: dict[str, Any] = {name: text_at(entry, path) for name, path in _TEXT.items()}
    extra["pages"] = extra["pages"] or "-".join(distinct(ends))
    return extra | {
        "note": text_at(entry, "comment", "note"),
        "keywords": texts_at(entry, "keyword", "subject"),
        "editors": texts_at(entry, "editor"),
        "affiliations": texts_at(entry, "author/affiliation"),
    }
