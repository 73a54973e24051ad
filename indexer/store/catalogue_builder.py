"""A catalogue as it is written.

Records stream in one by one, a row each, so that the corpus is never held in memory; those of one
paper are merged once all are there.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from indexer.cleaning.identity import akin_ids
from indexer.merging.duplicates import RULES, DuplicateFinder, Group, keys_of
from indexer.merging.merge import merge
from indexer.paper import Paper, Record, Rejection, as_json
from indexer.store.catalogue import (
    COLUMNS,
    TITLE,
    Merged,
    read_every_paper,
    read_merged,
    read_paper_at,
    read_texts,
    rejections_in,
)

_SCHEMA = """
CREATE TABLE papers (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL,           -- unique once duplicates are merged
    title TEXT NOT NULL,
    abstract TEXT NOT NULL,
    authors TEXT NOT NULL,      -- JSON list, like categories and sources
    year INTEGER,
    date TEXT,                  -- YYYY-MM-DD
    venue TEXT,
    categories TEXT NOT NULL,
    doi TEXT,
    arxiv_id TEXT,
    url TEXT,
    code INTEGER,               -- 0, 1, NULL: not stated
    sources TEXT NOT NULL,
    extra TEXT NOT NULL,        -- JSON object
    content_hash TEXT NOT NULL
);
CREATE TABLE vocabulary (       -- the terms of the lexical index
    term TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE rejections (source TEXT, line INTEGER, reason TEXT, head TEXT);
CREATE TABLE merged (           -- the records of papers that are made of several
    row INTEGER NOT NULL,       -- of the paper
    source TEXT, line INTEGER,
    reason TEXT,                -- NULL: the first record of the paper
    record TEXT,                -- id that the record has by itself
    head TEXT
);
"""


# Made once all papers are there: where words stand in order.
_FINISH = f"""
CREATE VIEW texts AS SELECT row, {TITLE} AS title, abstract FROM papers;
CREATE VIRTUAL TABLE phrases USING fts5(   -- words as they are written, in their order
    title, abstract, content = 'texts', content_rowid = 'row',
    tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO phrases (phrases) VALUES ('rebuild');
INSERT INTO phrases (phrases) VALUES ('optimize');
"""  # noqa: S608


_INSERT = f"INSERT INTO papers ({COLUMNS}, content_hash) VALUES ({','.join('?' * 15)})"  # noqa: S608


_UPDATE = f"UPDATE papers SET ({COLUMNS}, content_hash) = ({','.join('?' * 15)}) WHERE row = ?"  # noqa: S608


_AT_ONCE = 500
"""Papers that are written together."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many papers differ from those of an earlier catalogue, and how."""

    added: int
    updated: int
    unchanged: int
    removed: int


Prepared = tuple[tuple[Any, ...], dict[str, str], int]
"""A record as the catalogue takes it: the values of its row, its keys, and its line."""


def prepared(record: Record) -> Prepared:
    """Return a record as :meth:`CatalogueBuilder.add` takes it; other processes do this."""
    return _row(record.paper), keys_of(record.paper), record.line


class CatalogueBuilder:
    """Writes a catalogue; not durable until the whole generation is sealed.

    Args:
        path: a file that is not there yet.
        rules: by which records are of one paper, of :data:`indexer.merging.duplicates.RULES`.
    """

    def __init__(self, path: Path, rules: Collection[str] = RULES) -> None:
        self._db = sqlite3.connect(path)
        # The file is thrown away after a crash: no journal is needed.
        self._db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        self._db.execute("BEGIN")
        self._finder = DuplicateFinder(rules)
        self._lines = array("I")
        self._pending: list[tuple[Any, ...]] = []
        self._papers = 0

    def add(self, record: Prepared) -> None:
        """Add a record as a paper of its own, until :meth:`merge_duplicates`."""
        row, keys, line = record
        self._papers += 1
        self._lines.append(min(line, 0xFFFFFFFF))
        self._finder.add(self._papers, keys)
        self._pending.append(row)
        if len(self._pending) == _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        self._db.executemany(_INSERT, self._pending)
        self._pending.clear()

    def merge_duplicates(self) -> None:
        """Merge the records of one paper; ids are unique then, and rows without gaps."""
        self._flush()
        gone: list[int] = []
        for group in self._finder.groups(self._read):
            self._merge(group)
            gone += [duplicate.row for duplicate in group.duplicates]
        self._papers -= len(gone)
        self._close_gaps(sorted(gone))
        self._make_ids_unique()

    def _merge(self, group: Group) -> None:
        rows = [group.row, *(duplicate.row for duplicate in group.duplicates)]
        reasons = [None, *(duplicate.reason for duplicate in group.duplicates)]
        records = [self._read(row) for row in rows]
        self._db.execute(_UPDATE, (*_row(merge(records)), group.row))
        self._db.executemany("DELETE FROM papers WHERE row = ?", [(row,) for row in rows[1:]])
        self._db.executemany(
            "INSERT INTO merged VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    group.row,
                    record.sources[0],
                    self._lines[row - 1],
                    reason,
                    record.id,
                    record.title,
                )
                for row, reason, record in zip(rows, reasons, records, strict=True)
            ],
        )

    def _close_gaps(self, gone: list[int]) -> None:
        """Move the last rows to the places of those that are gone."""
        gaps = [row for row in gone if row <= self._papers]
        last = self._db.execute(
            "SELECT row FROM papers WHERE row > ? ORDER BY row", (self._papers,)
        )
        self._db.execute("CREATE INDEX merged_rows ON merged (row)")
        moves = list(zip(gaps, [row for (row,) in last], strict=True))
        for table in ("papers", "merged"):
            self._db.executemany(f"UPDATE {table} SET row = ? WHERE row = ?", moves)  # noqa: S608

    def _make_ids_unique(self) -> None:
        """Give papers whose id another one has the next that is free; the oldest keeps it.

        Those are papers without identifiers that share title and author but not the year, and
        records that a rule turned off keeps apart.
        """
        self._db.execute("CREATE INDEX paper_ids ON papers (id)")
        repeated = self._db.execute(
            "SELECT row, id FROM papers WHERE id IN "
            "(SELECT id FROM papers GROUP BY id HAVING count(*) > 1) "
            "ORDER BY year IS NULL, year, row"
        ).fetchall()
        first: set[str] = set()
        for row, paper_id in repeated:
            if paper_id not in first:
                first.add(paper_id)
                continue
            paper = self._read(row)
            free = next(
                key
                for key in akin_ids(paper.title, paper.authors, paper.year)
                if self._is_free(key)
            )
            self._db.execute(_UPDATE, (*_row(replace(paper, id=free)), row))

    def _is_free(self, paper_id: str) -> bool:
        return self._db.execute("SELECT 1 FROM papers WHERE id = ?", (paper_id,)).fetchone() is None

    def _read(self, row: int) -> Paper:
        return read_paper_at(self._db, row)

    def merged(self) -> Iterator[Merged]:
        """Yield the records of papers that are made of several, paper by paper."""
        return read_merged(self._db)

    def rejections(self) -> Iterator[Rejection]:
        """Yield the rejections so far."""
        return rejections_in(self._db)

    def reject(self, rejection: Rejection) -> None:
        """Keep a rejection with the generation, so that it can be looked up later."""
        self._db.execute(
            "INSERT INTO rejections VALUES (?, ?, ?, ?)",
            (rejection.source, rejection.line, rejection.reason, rejection.head),
        )

    def __len__(self) -> int:
        return self._papers

    def compare(self, previous: Path | None) -> Comparison:
        """Count the papers that are new, changed, the same or gone against an earlier catalogue."""
        if previous is None:
            return Comparison(added=len(self), updated=0, unchanged=0, removed=0)
        self._db.commit()
        self._db.execute("ATTACH ? AS previous", (str(previous),))
        added, updated, unchanged = self._db.execute(
            "SELECT count(*) FILTER (WHERE old.id IS NULL), "
            "count(*) FILTER (WHERE old.content_hash <> new.content_hash), "
            "count(*) FILTER (WHERE old.content_hash = new.content_hash) "
            "FROM main.papers AS new LEFT JOIN previous.papers AS old USING (id)"
        ).fetchone()
        (removed,) = self._db.execute(
            "SELECT count(*) FROM previous.papers WHERE id NOT IN (SELECT id FROM main.papers)"
        ).fetchone()
        self._db.execute("DETACH previous")
        return Comparison(added, updated, unchanged, removed)

    def rows_by_length(self) -> list[int]:
        """Return all row ids, longest text first: batches of like lengths waste no padding."""
        rows = self._db.execute(
            "SELECT row FROM papers ORDER BY length(title) + length(abstract) DESC, row"
        )
        return [row for (row,) in rows]

    def texts(self, rows: list[int]) -> list[str]:
        """Return the texts to embed of those rows, in their order."""
        return read_texts(self._db, rows)

    def papers(self) -> Iterator[Paper]:
        """Yield all papers, row by row."""
        return read_every_paper(self._db)

    def words(self) -> Iterator[tuple[str, str, str]]:
        """Yield the text of each of :data:`indexer.store.lexical_index.FIELDS`, paper by paper."""
        ask = f"SELECT {TITLE}, abstract, authors FROM papers ORDER BY row"  # noqa: S608
        for title, abstract, authors in self._db.execute(ask):
            yield title, abstract, " ".join(orjson.loads(authors))

    def finish(self, vocabulary: Mapping[str, int]) -> None:
        """Keep the numbers of the terms, index where words stand, and close the file."""
        self._flush()
        self._db.executemany("INSERT INTO vocabulary VALUES (?, ?)", sorted(vocabulary.items()))
        self._db.commit()
        self._db.executescript(_FINISH)
        self._db.commit()
        self._db.close()

    def close(self) -> None:
        """Close the file as it is."""
        self._db.close()


def _row(paper: Paper) -> tuple[Any, ...]:
    """Return the values of the columns, and the content hash."""
    return (
        paper.id,
        paper.title,
        paper.abstract,
        as_json(paper.authors),
        paper.year,
        paper.date,
        paper.venue,
        as_json(paper.categories) if paper.categories else "[]",
        paper.doi,
        paper.arxiv_id,
        paper.url,
        paper.code,
        as_json(paper.sources),
        as_json(paper.extra) if paper.extra else "{}",
        paper.content_hash(),
    )
