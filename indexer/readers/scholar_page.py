"""A scholar's profile page, saved as text.

The head gives the scholar (name, field, ``h-index73`` …) and ends with ``40 Papers``. Then each
record is a header line, its title, a blank line, the authors, a blank line and the abstract::

    64.2CVMay 27Code
    Mining Multi-Modality Spatio-Temporal Cues for Video Important Person Identification

    Xiao Wang, Minglei Yang, Bin Yang et al.

    Identifying key individuals in video scenes is essential for …

The header holds an optional score, a two-letter arXiv group, a date and an optional ``Code``, with
nothing between them. A date without a year is of the year in which the page was saved; that is
inferred to be the year after the latest stated one, and marked as inferred.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from indexer.documents import Document, Line, readable, split_lines
from indexer.paper import Record, Rejection
from indexer.readers.record import make_record, reject, with_next

FORMAT = "scholar-page"

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_COUNT = re.compile(r"\d{1,9} Papers?", re.IGNORECASE)
_HEADER = re.compile(
    rf"(?P<score>\d{{1,3}}(?:\.\d+)?)?(?P<group>[A-Z]{{2}})"
    rf"(?P<month>{'|'.join(_MONTHS)}) (?P<day>\d{{1,2}})(?:, (?P<year>(?:19|20)\d{{2}}))?"
    r"(?P<code>Code)?"
)
_AUTHORS_CUT = re.compile(r",?\s+et al\.?\s*(?: · .*)?$")
_BLOCKS = 3  # header and title, authors, abstract
_HEADER_MAX = 32
"""No header is longer; a longer first line of a block belongs to an abstract."""
_AUTHORS_MAX = 250
"""No line of authors is longer: the page cuts it after the third."""


@dataclass(slots=True)
class _Block:
    """Lines between two blank ones."""

    line: int
    lines: list[str]

    @property
    def opens_record(self) -> bool:
        return bool(_HEADER.fullmatch(self.lines[0].strip()))

    @property
    def opens_damaged_record(self) -> bool:
        """A short line on top of another, where a record could end: a header, though unreadable."""
        return len(self.lines) == 2 and len(self.lines[0].strip()) <= _HEADER_MAX


def recognises(head: str, _suffix: str) -> bool:
    """Tell a profile page by its count of papers, followed by a record's header."""
    lines = [line.strip() for line in split_lines(head)]
    counts = [i for i, line in enumerate(lines) if _COUNT.fullmatch(line)]
    return any(_HEADER.fullmatch(line) for i in counts[:1] for line in lines[i + 1 :])


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield the page's records; the file is read twice, for the years first."""
    this_year = _latest_year(document)
    name = next((line.text.strip() for line in document.lines() if line.text.strip()), "")
    scholar = readable(name)
    found = 0
    for blocks in _records(document):
        found += 1
        yield _paper(document, blocks, scholar, None if this_year is None else this_year + 1)
    stated = next(line for line in document.lines() if _COUNT.fullmatch(line.text.strip()))
    missing = int(stated.text.split()[0]) - found
    if missing > 0:
        reason = f"the page states {stated.text.strip()}, {found} records found: {missing} missing"
        yield reject(document, stated.number, reason, stated.text)


def _latest_year(document: Document) -> int | None:
    years = (_stated_year(line.text.strip()) for line in document.lines())
    return max((year for year in years if year), default=None)


def _stated_year(line: str) -> int | None:
    """Return the year of a header whose date exists; a record with another is rejected."""
    match = _HEADER.fullmatch(line)
    if not match or not match["year"]:
        return None
    year = int(match["year"])
    try:
        _date(match, year)
    except ValueError:
        return None
    return year


def _records(document: Document) -> Iterator[list[_Block]]:
    """Group the blocks by record; one whose header is damaged or gone is a record, too."""
    record: list[_Block] = []
    for block, following in with_next(_blocks(document.lines())):
        complete = len(record) >= _BLOCKS
        damaged = complete and (block.opens_damaged_record or _is_title(block, following))
        if record and (block.opens_record or damaged):
            yield record
            record = []
        record.append(block)
    if record:
        yield record


def _is_title(block: _Block, following: _Block | None) -> bool:
    """Tell a title without its header from a paragraph: a cut list of authors follows it."""
    return (
        len(block.lines) == 1
        and following is not None
        and len(following.lines) == 1
        and bool(_AUTHORS_CUT.search(following.lines[0]))
    )


def _blocks(lines: Iterator[Line]) -> Iterator[_Block]:
    block: _Block | None = None
    for line in lines:
        if _COUNT.fullmatch(line.text.strip()):
            break
    for line in lines:
        if not line.text.strip():
            if block:
                yield block
            block = None
        elif block:
            block.lines.append(line.text)
        else:
            block = _Block(line.number, [line.text])
    if block:
        yield block


def _paper(
    document: Document, blocks: list[_Block], scholar: str, inferred_year: int | None
) -> Record | Rejection:
    header, *title = blocks[0].lines

    def rejected(reason: str) -> Rejection:
        return reject(document, blocks[0].line, reason, f"{header} {' '.join(title)}")

    match = _HEADER.fullmatch(header.strip())
    if not match:
        return rejected(f"not a header of score, group, date and Code: {header.strip()!r}")
    if not title:
        return rejected("no title after the header")
    year = int(match["year"]) if match["year"] else inferred_year
    try:
        day = _date(match, year)
    except ValueError as error:
        return rejected(f"not a date: {match['month']} {match['day']} {year or ''}: {error}")
    by, abstract = _authors_and_abstract(blocks[1:])
    authors, about_authors = _authors(by)
    extra: dict[str, object] = {"scholar": scholar, **about_authors}
    if match["score"]:
        extra["score"] = float(match["score"])
    if not match["year"]:
        extra["date_stated"] = f"{match['month']} {match['day']}"
        if day:
            extra["date_inferred"] = True
    return make_record(
        document,
        blocks[0].line,
        title=" ".join(title),
        abstract=abstract,
        authors=authors,
        year=year,
        date=day.isoformat() if day else None,
        categories=(match["group"],),
        code=match["code"] is not None,
        extra=extra,
        head=header,
    )


def _authors_and_abstract(blocks: list[_Block]) -> tuple[str, str]:
    """Tell the one from the other, either of which may be missing."""
    authors = ""
    if blocks and len(" ".join(blocks[0].lines)) <= _AUTHORS_MAX:
        authors, blocks = " ".join(blocks[0].lines), blocks[1:]
    return authors, "\n".join(line for block in blocks for line in block.lines)


def _date(match: re.Match[str], year: int | None) -> date | None:
    """Return the header's date; ``None`` where no year of the page tells which one it is of."""
    month, day = _MONTHS.index(match["month"]) + 1, int(match["day"])
    if year is None:
        date(2000, month, day)  # a leap year: raises for days that no year has
        return None
    return date(year, month, day)


def _authors(line: str) -> tuple[tuple[str, ...], dict[str, object]]:
    """Split ``A, B, C et al. · mit`` into the names and what else the line says."""
    names, *affiliations = (part.strip() for part in line.split(" · "))
    about: dict[str, object] = {}
    if cut := re.search(r",?\s+et al\.?$", names):
        names = names[: cut.start()]
        about["authors_cut"] = True
    if affiliations:
        about["affiliations"] = affiliations
    return tuple(name.strip() for name in names.split(",") if name.strip()), about
