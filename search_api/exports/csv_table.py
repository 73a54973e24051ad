"""A table for spreadsheets and scripts: CSV with a header, a paper on each row.

Authors (``Family, Given``), editors, categories, keywords and sources are joined by ``; ``, a
semicolon within one of them is doubled. The column ``akin_id`` marks text that needs no cleaning. A
cell that a spreadsheet would take for a formula begins with a ``'``, and so does one that begins
with such a mark of its own: a reader takes one away from ``'=``, ``''=`` and the like, and from
nothing else.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from indexer.cleaning.names import inverted
from indexer.cleaning.text import joined, no_formula
from search_api.exports.listed import (
    About,
    Listed,
    as_text,
    as_texts,
    day_of,
    decimal,
    editors,
    names,
    one_line,
    origins,
)

FORMAT = "csv"
MEDIA_TYPE = "text/csv; charset=utf-8"
SUFFIX = ".csv"

COLUMNS = tuple(
    "akin_id title abstract authors year date venue categories doi arxiv_id pmid pmcid openreview "
    "acl url code volume issue pages publisher issn isbn type language editors keywords note "
    "printed_note citation_key sources rank score".split()
)
_NUMBERS = frozenset(("year", "rank", "score"))  # akin's own: a negative score is no formula
_IN_EXTRA = tuple(
    "pmid pmcid openreview acl volume issue pages publisher issn isbn type language note "
    "printed_note citation_key".split()
)


def write(papers: Iterable[Listed], _about: About) -> Iterator[str]:
    """Yield the header and the rows."""
    yield _row(COLUMNS)
    for listed in papers:
        cells = cells_of(listed)
        yield _row(
            cells.get(name, "") if name in _NUMBERS else no_formula(cells[name]) for name in COLUMNS
        )


def cells_of(listed: Listed) -> Mapping[str, str]:
    """Return the cells of a paper by column, as bare text; ``""`` where it has nothing."""
    paper, extra = listed.paper, listed.paper.extra
    cut = ["et al."] if extra.get("authors_cut") else []
    return {
        "akin_id": one_line(paper.id),
        "title": one_line(paper.title),
        "abstract": one_line(paper.abstract),
        "authors": joined([*map(inverted, names(paper)), *cut]),
        "year": str(paper.year or ""),
        "date": str(day_of(paper) or ""),
        "venue": one_line(paper.venue or ""),
        "categories": joined(map(one_line, paper.categories)),
        "doi": one_line(paper.doi or ""),
        "arxiv_id": one_line(paper.arxiv_id or ""),
        "url": one_line(paper.url or ""),
        "code": {True: "yes", False: "no", None: ""}[paper.code],
        **{name: as_text(extra.get(name)) for name in _IN_EXTRA},
        "editors": joined(map(inverted, editors(paper))),
        "keywords": joined(as_texts(extra.get("keywords"))),
        "sources": joined(origins(paper)),
        "rank": "" if listed.rank is None else str(listed.rank),
        "score": "" if listed.rounded is None else decimal(listed.rounded),
    }


def _row(cells: Iterable[str]) -> str:
    row = io.StringIO()
    csv.writer(row).writerow(cells)
    return row.getvalue()
