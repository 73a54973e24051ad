"""Judgements of the papers of one's own index: a table of query, paper and relevance.

::

    query,paper,relevance
    sleep and memory,10.1000/182,2
    sleep and memory,arXiv:2101.00001,0
    exercise in old age,pmid:123456,included

Comma or tab, UTF-8. A paper is named by whatever the index knows it by. Relevance is a whole
number, above 0 is relevant; or a decision as people screen papers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from indexer.errors import DatasetUnusable, UnknownPaper
from indexer.streams import open_bytes
from search_api.evaluation.dataset import JudgedQuery
from search_api.store.store import Store

COLUMNS = ("query", "paper", "relevance")

DECISIONS = {"yes": 1, "include": 1, "included": 1, "relevant": 1}
DECISIONS |= {"no": 0, "exclude": 0, "excluded": 0, "irrelevant": 0}


def read_judgements(path: Path, store: Store) -> tuple[JudgedQuery, ...]:
    """Read judgements, by query in the order of the file; queries without a relevant paper, too.

    Raises:
        DatasetUnusable: a column is missing, a line says nothing or contradicts another, or names
            what is not in the index; or no query has a relevant paper.
        SourceUnreadable: the file cannot be opened or decompressed.
    """
    judged: dict[str, dict[str, int]] = {}
    for line, query, named, relevance in _rows(path):
        grade = _grade(path, line, relevance)
        paper = _paper(path, line, named, store)
        known = judged.setdefault(query, {}).setdefault(paper, grade)
        if known != grade:
            what = f"{named!r} was judged {known} for {query!r} further up, and is {grade} here"
            raise _bad(path, line, what)
    queries = tuple(JudgedQuery(text, text, grades) for text, grades in judged.items())
    if not any(query.has_answer for query in queries):
        raise DatasetUnusable(f"{path}: no query has a relevant paper", file=str(path))
    return queries


def _rows(path: Path) -> Iterator[tuple[int, str, str, str]]:
    """Yield line, query, paper and relevance; lines are 1-based, empty ones are none."""
    with open_bytes(path, ahead=False) as file:
        data = file.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetUnusable(f"{path}: not UTF-8: {error}", file=str(path)) from error
    delimiter = "\t" if "\t" in text.split("\n", 1)[0] else ","
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip().lower() for name in next(table, [])]
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            raise _bad(
                path,
                1,
                f"no column {', '.join(missing)}: the first line names the columns, "
                f"{', '.join(COLUMNS)}, with commas or tabs between them",
            )
        places = [header.index(name) for name in COLUMNS]
        for row in table:
            if not any(cell.strip() for cell in row):
                continue
            cells = [row[place].strip() if place < len(row) else "" for place in places]
            for name, cell in zip(COLUMNS, cells, strict=True):
                if not cell:
                    raise _bad(path, table.line_num, f"no {name} in {delimiter.join(row)!r}")
            query, paper, relevance = cells
            yield table.line_num, query, paper, relevance
    except csv.Error as error:
        raise _bad(path, table.line_num, f"no table: {error}") from error


def _grade(path: Path, line: int, stated: str) -> int:
    grade = DECISIONS.get(stated.lower())
    if grade is None:
        try:
            grade = int(stated)
        except ValueError:
            raise _bad(
                path,
                line,
                f"the relevance {stated!r} is no whole number, nor one of {', '.join(DECISIONS)}",
            ) from None
    return grade


def _paper(path: Path, line: int, named: str, store: Store) -> str:
    try:
        return store.ids(store.rows([named]))[0]
    except UnknownPaper as error:
        raise _bad(path, line, error.detail) from error


def _bad(path: Path, line: int, what: str) -> DatasetUnusable:
    return DatasetUnusable(f"{path}:{line}: {what}", file=str(path), line=line)
