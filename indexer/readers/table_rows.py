"""From a row of a table to a paper: what CSV files and spreadsheets share.

:mod:`~indexer.readers.columns` says which column is which; here are the habits of the exporters in
how they write dates, links, lists and identifiers.
"""

from __future__ import annotations

import re
from itertools import chain, count
from typing import Any
from urllib.parse import unquote

from indexer.cleaning.identity import scheme_of
from indexer.cleaning.names import Name, parse_name, quoted, split_names
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.columns import Columns
from indexer.readers.own import row_record
from indexer.readers.record import make_record, reject
from indexer.readers.table_authors import authors_of
from indexer.readers.table_cells import Row, is_blank

LONGEST_RECORD = 1 << 22
"""Characters of a row; no paper has more."""

_SHOWN = 40
_YEAR = re.compile(r"\d{4}")
_WEB = re.compile(r"(?:https?|ftp)://[^\s/]")
_BETWEEN_LINKS = re.compile(r";\s*(?=https?://)|[\s|]+")
_OPEN_URL_DOI = re.compile(r"[?&](?:rft_)?id=(?:info:)?doi[:/]([^&\s]+)", re.IGNORECASE)
_ZOTERO_EXTRA = re.compile(r"^(arxiv|pmid|pmcid|doi): *(\S+)", re.IGNORECASE | re.MULTILINE)
_ZOTERO_KEY = re.compile(r"\s*citation[ -]?key\s*:\s*(\S.*?)\s*$", re.IGNORECASE)
_ARXIV_CLASS = re.compile(r"[a-z]+(?:-[a-z]+)?\.[A-Za-z-]+|(?:hep|nucl|gr|quant|math)-[a-z]+")
_YES = frozenset("yes true y 1".split())
_NO = frozenset("no false n 0".split())


def record_of(
    document: Document, line: int, columns: Columns, cells: list[str], head: str
) -> Record | Rejection:
    """Return the paper of a row, or the rejection of a row that does not fit its header.

    A row with fewer cells than the header has lost empty ones at its end; where it has a title or
    an abstract it is kept, marked ``cells_missing``.

    Args:
        document: where the row lies.
        line: 1-based, where it begins.
        columns: of the table.
        cells: as written.
        head: the row's beginning, shown if it is rejected.
    """
    width = len(columns.names)
    if sum(map(len, cells)) > LONGEST_RECORD:
        return reject(document, line, "the row is longer than any record", head)
    if is_blank(cells[width:]):
        cells = cells[:width]
    if len(cells) > width:
        fitting = columns.realigned(cells)
        if fitting is None:
            return reject(
                document,
                line,
                f"{width} cells expected, {len(cells)} found: {cells[width][:_SHOWN]!r} is one too "
                "many (a cell that holds the separator must be quoted)",
                head,
            )
        cells = fitting
    row = Row(columns, cells)
    if len(cells) < width:
        if not (row.values("title") or row.values("abstract")):
            reason = f"{width} cells expected, {len(cells)} found, neither title nor abstract"
            return reject(document, line, reason, head)
        row.extra["cells_missing"] = width - len(cells)
    return _paper(document, line, row, head)


def _paper(document: Document, line: int, row: Row, head: str) -> Record | Rejection:
    if row.akin:
        return row_record(document, line, row.rest() | row.extra, head)
    names, cut = _authors(row)
    year, date = _dates(row)
    identifiers = _identifiers(row)
    url = _url(row)
    if url and "doi" not in identifiers and (doi := _OPEN_URL_DOI.search(url)):
        identifiers["doi"] = unquote(doi[1])
    title, abstract, venue = (row.take(field) for field in ("title", "abstract", "venue"))
    categories, code = _categories(row), _code(row)
    if row.columns.has("gsrank", "ecc"):  # Publish or Perish writes 0 for what it does not know
        row.drop("0", "volume", "issue", "first_page", "last_page")
    found: dict[str, Any] = {
        "volume": row.number("volume"),
        "issue": row.number("issue"),
        "pages": _pages(row),
        "article_number": row.number("article_number"),
        "keywords": _all(row, "keywords"),
        "groups": _all(row, "groups"),
        "citation_key": row.take("citation_key") or _noted_key(row),
        "editors": [str(parse_name(name)) for name in split_names(row.take("editors"))[0]],
        **{name: row.take(name) for name in ("publisher", "issn", "isbn", "language", "note")},
        "type": row.take("type").strip("; "),
    }
    extra = {name: value for name, value in found.items() if value}
    for name, value in chain(row.extra.items(), row.rest().items()):
        names_of = chain([name], (f"{name}_{number}" for number in count(2)))
        extra[next(one for one in names_of if one not in extra)] = value
    return make_record(
        document,
        line,
        title=title,
        abstract=abstract,
        authors=names,
        authors_cut=cut,
        date=date,
        year=year,
        venue=venue,
        categories=categories,
        identifiers=identifiers,
        url=url,
        code=code,
        extra=extra,
        head=head,
    )


def _authors(row: Row) -> tuple[list[Name | str], bool]:
    """Return the authors of the best column; the others have the same people, in short."""
    written = row.values("authors")
    row.use(*(position for position, _ in written))
    if not written:
        return [], False
    names, cut = authors_of(row.columns, *written[0])
    return names, cut or row.columns.folded[written[0][0]] == "firstauthor"


def _dates(row: Row) -> tuple[str, str]:
    """Return year and date as stated; Web of Science splits them, Rayyan has three columns."""
    year = row.number("year")
    year = "" if year == "0" else year  # as Publish or Perish writes an unknown one
    date = row.take("date")
    if not date and year and (month := row.number("month")):
        day = row.number("day")
        named = f"{day} {month} {year}".strip()
        date = "-".join(part for part in (year, month, day) if part) if month.isdigit() else named
    elif date and year and not _YEAR.search(date):
        date = f"{date} {year}"
    return year, date


def _identifiers(row: Row) -> dict[str, object]:
    stated: dict[str, object] = {
        kind: row.number(kind) for kind in ("doi", "arxiv", "pmid", "pmcid", "openreview", "acl")
    }
    if stated["pmid"] == "0":  # Retraction Watch's way to say that there is none
        stated["pmid"] = ""
    position, key = row.named("id")
    of_kaggle = {"arxiv": key} if key and row.columns.has("journalref", "submitter") else {}
    if known := scheme_of(key) or of_kaggle:
        row.use(position)
        stated = known | {kind: value for kind, value in stated.items() if value}
    if row.columns.has("abstractnote"):
        for kind, value in _ZOTERO_EXTRA.findall(row.named("extra")[1]):
            stated[kind.lower()] = stated.get(kind.lower()) or value
    return {kind: value for kind, value in stated.items() if value}


def _noted_key(row: Row) -> str:
    """Return the citation key that Zotero has in its field for what it has no field for."""
    lines = row.named("extra")[1].splitlines() if row.columns.has("abstractnote") else []
    return next((found[1] for line in lines if (found := _ZOTERO_KEY.match(line))), "")


def _url(row: Row) -> str | None:
    """Return the first link; a cell that holds no link is left to ``extra``."""
    for position, value in row.values("url"):
        links = [part for part in _BETWEEN_LINKS.split(value) if _WEB.match(part)]
        if links:
            row.use(position)
            if links[1:]:
                row.extra["more_links"] = links[1:]
            return links[0]
    return None


def _code(row: Row) -> bool | None:
    """Return what the source says of code; a column of the name may hold something else."""
    for position, value in row.values("code"):
        if value.casefold() in _YES | _NO:
            row.use(position)
            return value.casefold() in _YES
        if _WEB.match(value):
            row.use(position)
            row.extra["code_links"] = value.split()
            return True
    return None


def _pages(row: Row) -> str:
    pages = row.take("pages")
    if pages:
        return pages
    first, last = row.number("first_page"), row.number("last_page")
    return f"{first}-{last}" if first and last and first != last else first or last


def _categories(row: Row) -> list[str]:
    text = row.take("categories")
    classes = text.replace(",", " ").split()
    if classes and all(map(_ARXIV_CLASS.fullmatch, classes)):
        return classes
    return _list(text, whole=row.columns.has("woscategories"))


def _all(row: Row, field: str) -> list[str]:
    """Return what all columns of a field list: keywords of the authors, and of the database."""
    written = row.values(field)
    row.use(*(position for position, _ in written))
    return [one for _, value in written for one in _list(value)]


def _list(text: str, whole: bool = False) -> list[str]:
    """Split a list in one cell; at commas only outside parentheses, and not if they are ``whole``.

    Semicolons, pipes and new lines separate, if there are any; lists as Python prints them are
    read, too.
    """
    inner = text.removeprefix("[").removesuffix("]")
    if len(inner) == len(text) - 2 and (strings := quoted(inner)):
        return strings
    parts = re.split(r"[;|\n]", text)
    if len(parts) == 1 and not whole:
        parts, depth, start = [], 0, 0
        for sign in re.finditer(r"[(),]", text):
            depth = max(0, depth + (sign[0] == "(") - (sign[0] == ")"))
            if sign[0] == "," and not depth:
                parts.append(text[start : sign.start()])
                start = sign.end()
        parts.append(text[start:])
    return [part for one in parts if (part := " ".join(one.split()))]
