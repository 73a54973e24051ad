"""The records of an XML document, one by one: safe, in bounded memory, each by itself.

:mod:`~indexer.readers.xml_pieces` cuts the document at its records, and each is given to lxml by
itself, within the tags that stand around it, which keeps its namespaces. A parser that runs through
a whole file loses its place at the first unclosed tag, and all that follows.

No DTD is read, nothing fetched, no entity expanded. The names of characters that bibliographic XML
takes from HTML (``&nbsp;``, ``&eacute;``) are replaced beforehand, as no DTD defines them.
Documents that were put together in one file are read one after the other.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from html.entities import html5
from typing import NamedTuple

from lxml import etree

from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.record import reject
from indexer.readers.xml_pieces import Piece, pieces

# Named characters; and numbers of Windows-1252, which XML allows but means no printable by them.
# In files made by hand. In CDATA it may stand as it is; the entity there is read by cleaning.
_BARE = re.compile(r"&(?!#?\w+;)")
_CHARACTER = re.compile(
    r"&(?:(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z0-9]{1,31}|#(?:1[2-5]\d|[xX][89][0-9a-fA-F]));"
)
_LINE_NUMBER = re.compile(r"\bline (\d+)")
_PROLOG = re.compile(
    r"\ufeff?\s*(?>(?:(?><\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*+(?:\[.*?\]\s*)?>)\s*)*)"
    r"<(?:[\w.-]+:)?(?P<name>[\w.-]+)",
    re.DOTALL,
)
_HARMLESS = ("NAMESPACE", "DTD")
"""Of the kinds of errors that lxml reports: those of names that are read without namespace."""


class Found(NamedTuple):
    """The element of a record, and the 1-based line in which it begins."""

    line: int
    element: etree._Element


def root_of(head: str) -> str:
    """Return the name of the root element, without namespace; ``""`` if this is no XML.

    Args:
        head: the beginning of a file.
    """
    found = _PROLOG.match(head)
    return found["name"] if found else ""


def elements(document: Document, *names: str) -> Iterator[Found | Rejection]:
    """Yield the elements of these names, and a rejection for each that is broken.

    An element keeps the ones around it as its ancestors, with their attributes and nothing else.

    Args:
        document: of XML, in the encoding that it declares.
        names: without namespace. An element of one of these names lies in no other of them.

    Raises:
        SourceUnreadable: the document declares entities.
    """
    parser = etree.XMLParser(
        recover=True,  # so that errors can be told apart: any but the harmless are rejections
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    for piece in pieces(document, names):
        text = document.decoded(piece.text)
        if piece.problem:
            yield reject(document, piece.line, piece.problem, " ".join(text.split()))
        else:
            yield _parsed(document, piece, text, parser)


def records(
    document: Document,
    names: tuple[str, ...],
    paper: Callable[[Document, int, etree._Element], Record | Rejection | None],
) -> Iterator[Record | Rejection]:
    """Yield what ``paper`` makes of each element of these names; ``None`` stands for no record.

    Raises:
        SourceUnreadable: the document declares entities.
    """
    for found in elements(document, *names):
        record = found if isinstance(found, Rejection) else paper(document, *found)
        if record is not None:
            yield record


def _parsed(
    document: Document, piece: Piece, text: str, parser: etree.XMLParser
) -> Found | Rejection:
    before = "".join(start for start, _ in piece.around)
    after = "".join(end for _, end in reversed(piece.around))
    if "&" in text:
        text = _BARE.sub("&amp;", _CHARACTER.sub(_as_text, text))
    errors: list[tuple[int, str]]
    try:
        element = etree.fromstring(f"{before}{text}{after}", parser)
        log = [e for e in parser.error_log if e.domain_name not in _HARMLESS]
        errors = [(e.line, e.message) for e in log]
    except etree.XMLSyntaxError as error:
        errors = [(error.lineno or 1, str(error.msg))]
    if errors:
        line, message = errors[0]
        skipped = piece.line - 1
        message = _LINE_NUMBER.sub(lambda found: f"line {int(found[1]) + skipped}", message)
        reason = f"broken XML in line {line + skipped}: {message}"
        return reject(document, piece.line, reason, " ".join(text.split()))
    for _ in piece.around:
        element = element[0]
    if parser.error_log:
        _name_undeclared(element)
    return Found(piece.line, element)


def _as_text(character: re.Match[str]) -> str:
    """Return a character for its name, the name if there is none: the parser then complains."""
    text = character[0]
    if text[1] != "#" and text[1:] not in html5:
        return text
    return html.escape(html.unescape(text), quote=False)


def _name_undeclared(element: etree._Element) -> None:
    """Give elements whose namespace is not declared their name alone."""
    for one in element.iter("*"):
        if ":" in one.tag and not one.tag.startswith("{"):
            one.tag = one.tag.rpartition(":")[2]
