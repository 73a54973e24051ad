"""The ACL Anthology's XML: one ``collection`` a file, in it volumes, in them papers.

::

    <collection id="2020.acl"><volume id="main" ingest-date="2020-06-21">
      <meta><booktitle>Proceedings of …</booktitle><editor><first>…</first><last>…</last></editor>
        <publisher>…</publisher><month>July</month><year>2020</year></meta>
      <frontmatter><url>2020.acl-main.0</url></frontmatter>
      <paper id="1"><title>Learning to <fixed-case>U</fixed-case>nderstand …</title>
        <author><first>Ada</first><last>Example</last></author><pages>1–10</pages>
        <abstract>…</abstract><url>2020.acl-main.1</url><doi>…</doi></paper>
    </volume></collection>

What is common to the papers of a volume stands in its ``meta``. ``url`` is an id of the Anthology;
where it is missing, the ids of collection, volume and paper make it up. Files of before 2020 have
the ``volume`` for their root and repeat the book's title and year in each paper. ``frontmatter`` is
a paper if it has a title of its own (a preface), else it is none: most only name a PDF.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from indexer.cleaning.identity import identifiers_in
from indexer.cleaning.names import Name
from indexer.cleaning.text import clean
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.record import make_record
from indexer.readers.xml_records import elements, root_of
from indexer.readers.xml_text import (
    distinct,
    find,
    find_all,
    head_of,
    local_name,
    text_at,
    texts_at,
)

FORMAT = "acl-xml"

_SITE = "https://aclanthology.org/"
_PAPER = ("<paper", "<frontmatter", "<meta>")
_TEXT = ("pages", "bibkey", "language", "note")
_BOOK = {
    "publisher": ("publisher",),
    "place": ("address",),
    "isbn": ("isbn", "ISBN"),
    "volume": ("journal-volume", "volume"),
    "issue": ("journal-issue", "issue"),
}


def recognises(head: str, _suffix: str) -> bool:
    """Tell the Anthology's XML by its root element and those below it."""
    root = root_of(head)
    return ((root == "collection" and "<volume " in head) or root == "volume") and any(
        name in head for name in _PAPER
    )


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield the papers of all volumes.

    Raises:
        SourceUnreadable: the document declares entities.
    """
    book: etree._Element | None = None
    of: tuple[str, str] = ("", "")
    for found in elements(document, "meta", "frontmatter", "paper"):
        if isinstance(found, Rejection):
            yield found
            continue
        line, element = found
        volume = element.getparent()
        if volume is None or local_name(volume) != "volume":
            continue  # the description of an event
        if local_name(element) == "meta":
            book, of = element, _ids(volume)
        elif local_name(element) == "paper" or find(element, "title") is not None:
            yield _paper(document, line, element, volume, book if of == _ids(volume) else None)


def _ids(volume: etree._Element) -> tuple[str, str]:
    collection = volume.getparent()
    return "" if collection is None else collection.get("id", ""), volume.get("id", "")


def _paper(
    document: Document,
    line: int,
    paper: etree._Element,
    volume: etree._Element,
    book: etree._Element | None,
) -> Record | Rejection:
    def stated(*names: str) -> str:
        """Return what the paper says, else what its volume does."""
        return text_at(paper, *names) or ("" if book is None else text_at(book, *names))

    anthology_id = _anthology_id(paper, volume)
    url = text_at(paper, "url")
    code = [one.get("url", "") for one in find_all(paper, "pwccode") if one.get("url")]
    editors = find_all(paper, "editor") or ([] if book is None else find_all(book, "editor"))
    extra: dict[str, Any] = {name: text_at(paper, name) for name in _TEXT}
    extra |= {key: stated(*paths) for key, paths in _BOOK.items()}
    extra |= {
        "editors": [str(_name(one)) for one in editors],
        "affiliations": texts_at(paper, "author/affiliation"),
        "code_links": code,
        "awards": texts_at(paper, "award"),
        "retracted": text_at(paper, "retracted") or find(paper, "retracted") is not None or None,
        "errata": texts_at(paper, "erratum"),
        "attachments": texts_at(paper, "attachment"),
        "videos": distinct(one.get("href", "") for one in find_all(paper, "video")),
    }
    return make_record(
        document,
        line,
        title=text_at(paper, "title"),
        abstract=text_at(paper, "abstract"),
        authors=[_name(one) for one in find_all(paper, "author")],
        date=f"{stated('month')} {stated('year')}".strip(),
        venue=stated("booktitle", "journal-title", "journal"),
        identifiers={"acl": anthology_id, "doi": text_at(paper, "doi")},
        url=url if "://" in url else f"{_SITE}{anthology_id}" if anthology_id else None,
        code=True if code else None,
        extra=extra,
        head=head_of(paper),
    )


def _anthology_id(paper: etree._Element, volume: etree._Element) -> str:
    """Return ``2020.acl-main.1`` or, as ids were until 2020, ``P19-1001``."""
    url = text_at(paper, "url")
    if "://" in url:
        url = identifiers_in(url).get("acl", "")
    collection, book = _ids(volume)
    number = paper.get("id", "0")
    if url or not book:
        return url
    if not collection:
        return f"{book}-{number}"
    if "." in collection:
        return f"{collection}-{book}.{number}"
    # Workshops have a volume of two digits, conferences one of one.
    workshop = collection.startswith("W") or (collection == "D19" and book >= "5")
    digits = 2 if workshop or collection == "C69" else 1
    return f"{collection}-{book.zfill(digits)}{number.zfill(4 - digits)}"


def _name(person: etree._Element) -> Name:
    return Name(clean(text_at(person, "last")), clean(text_at(person, "first")))
