r"""A Markdown document whose tables list papers.

A heading names the scholar and the years; below it lies a table with a title and an abstract column
and any others, in any order::

    ## YuhaoZhou Papers (2024-2025)

    | Year | Title | Abstract | Link |
    |------|-------|----------|------|
    | 2024 | DeFTA: A plug-and-play … | Federated learning (FL) is … | [Link](https://…) |

A ``|`` within a cell is written ``\|``. Identifiers are read from the links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from indexer.cleaning.names import split_names
from indexer.documents import Document, Line, readable, split_lines
from indexer.paper import Record, Rejection
from indexer.readers.record import make_record, reject, with_next

FORMAT = "markdown-table"

_HEADING = re.compile(r"#+\s+(?P<text>.*?)\s*#*\s*")
_HEADING_TAIL = re.compile(r"\s*\bpapers\b.*|\s*\(\d{4}\s*[-–]\s*\d{4}\)", re.IGNORECASE)
_RULE_CELL = re.compile(r":?-+:?")
# Only links that lead to the web; brackets in pairs belong to the address (old DOIs have them).
_LINK = re.compile(
    r"\[[^\]]*\]\(\s*<?(?P<url>https?://(?:[^\s<>()]|\([^\s<>()]*\))+)>?(?:\s+\"[^\"]*\")?\s*\)"
)
_LINKED = re.compile(r"\[(?P<label>[^\]]+)\]\(.*\)")
_BARE_URL = re.compile(r"<?(?P<url>https?://[^\s<>|]+)>?")
_CVF_VENUE = re.compile(r"openaccess\.thecvf\.com/content/([A-Z]+)(\d{4})/")
_KNOWN = {
    *("title", "abstract", "year", "date", "link", "url", "authors", "author", "venue", "code"),
    *("doi", "categories"),
}


def recognises(head: str, _suffix: str) -> bool:
    """Tell a table of papers by its header row and the rule below it."""
    rows = split_lines(head)
    return any(_columns(first) is not None and _is_rule(second) for first, second in pairwise(rows))


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield the rows of every table of papers in the document."""
    columns: list[str] | None = None  # of the table of papers that we are in
    gap = scholar = ""
    for line, following in with_next(document.lines()):
        if heading := _HEADING.fullmatch(line.text):
            named = _HEADING_TAIL.sub("", heading["text"]).strip()
            scholar = readable(named) if named != heading["text"] else ""
            columns = None
        elif following is not None and "|" in line.text and _is_rule(following.text):
            columns, gap = _columns(line.text), "rule"  # a header, of papers or of something else
        elif gap == "rule":
            gap = ""
        elif not line.text.strip():
            gap = "blank"
        elif gap == "blank" and not line.text.lstrip().startswith("|"):
            columns, gap = None, ""  # a paragraph: the table is over
        elif columns is not None:
            gap = ""
            yield _paper(document, line, columns, scholar)


def _cells(row: str) -> list[str]:
    """Split a row at its pipes; the outer ones are optional, escaped ones are text."""
    row = row.strip()
    row = row.removeprefix("|")
    if row.endswith("|") and not row.endswith("\\|"):
        row = row[:-1]
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)]


def _columns(row: str) -> list[str] | None:
    """Return the column names, lower case, if the row heads a table of papers."""
    names = [readable(name.strip("*_ ").lower()) for name in _cells(row)]
    return names if {"title", "abstract"} <= set(names) else None


def _is_rule(row: str) -> bool:
    return "-" in row and all(_RULE_CELL.fullmatch(cell) for cell in _cells(row))


def _paper(document: Document, line: Line, columns: list[str], scholar: str) -> Record | Rejection:
    cells = _cells(line.text)

    def rejected(reason: str) -> Rejection:
        return reject(document, line.number, reason, line.text)

    if line.cut:
        return rejected("the line is longer than any record")
    if len(cells) != len(columns):
        expected = f"{len(columns)} cells ({', '.join(columns)})"
        hint = " (a pipe within a cell is written \\|)" if len(cells) > len(columns) else ""
        return rejected(f"{expected} expected, {len(cells)} found{hint}")
    row = dict(zip(columns, cells, strict=True))
    title = row["title"]
    if linked := _LINKED.fullmatch(title):
        title = linked["label"]
        row.setdefault("link", row["title"])
    url, extra = _link(row)
    if url is None and (row.get("link") or row.get("url")):
        return rejected(f"not a link: {row.get('link') or row.get('url')!r}")
    if scholar:
        extra["scholar"] = scholar
    extra |= {name: value for name, value in row.items() if name not in _KNOWN and value}
    venue = row.get("venue") or (_venue_of(url) if url else None)
    names, cut = split_names(row.get("authors") or row.get("author") or "")
    return make_record(
        document,
        line.number,
        title=title,
        abstract=row["abstract"],
        authors=names,
        authors_cut=cut,
        year=row.get("year"),
        date=row.get("date"),
        categories=re.split(r"[\s,;]+", row.get("categories", "")),
        identifiers={"doi": row.get("doi")},
        venue=venue,
        url=url,
        code=True if _BARE_URL.search(row.get("code", "")) else None,
        extra=extra,
        head=line.text,
    )


def _link(row: Mapping[str, str]) -> tuple[str | None, dict[str, object]]:
    """Return the first link of the link column, and the others for ``extra``."""
    cell = row.get("link") or row.get("url") or ""
    links = (_LINK if "](" in cell else _BARE_URL).finditer(cell)
    urls = [m["url"] for m in links]
    code = [m["url"] for m in _BARE_URL.finditer(row.get("code", ""))]
    extra: dict[str, object] = {}
    if urls[1:]:
        extra["more_links"] = urls[1:]
    if code:
        extra["code_links"] = code
    return (urls[0] if urls else None), extra


def _venue_of(url: str) -> str | None:
    """Return the venue where the link itself states it (CVF's open-access pages do)."""
    match = _CVF_VENUE.search(url)
    return f"{match[1]} {match[2]}" if match else None
