"""The catalogue of a generation: a SQLite file with the papers and their lexical (FTS5) index.

Papers stream in one by one and are merged by id as they come, so that the corpus is never held in
memory. Row ids count from 1 without gaps; the vectors carry the same numbers.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.identity import normalised_title
from indexer.paper import Paper, Rejection, document_text

_SCHEMA = """
CREATE TABLE papers (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
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
CREATE TABLE rejections (source TEXT, line INTEGER, reason TEXT, head TEXT);
"""
# Made once all papers are there: what is filtered by and counted, and the lexical index.
_FINISH = """
CREATE TABLE terms (
    term INTEGER PRIMARY KEY,
    field TEXT NOT NULL,        -- author, category, venue or source
    value TEXT NOT NULL,
    folded TEXT NOT NULL,       -- words of the value, without case and accents
    UNIQUE (field, value)
);
CREATE TABLE paper_terms (term INTEGER, row INTEGER, PRIMARY KEY (term, row)) WITHOUT ROWID;

CREATE TEMP VIEW paper_values AS
    SELECT row, 'author' AS field, value FROM papers, json_each(authors)
    UNION ALL SELECT row, 'category', value FROM papers, json_each(categories)
    UNION ALL SELECT row, 'source', value FROM papers, json_each(sources)
    UNION ALL SELECT row, 'venue', venue FROM papers WHERE venue IS NOT NULL;
INSERT INTO terms (field, value, folded)
    SELECT field, value, fold(value) FROM paper_values GROUP BY field, value;
INSERT OR IGNORE INTO paper_terms (term, row)
    SELECT term, row FROM paper_values JOIN terms USING (field, value);

CREATE VIRTUAL TABLE lexical USING fts5(
    title, abstract, authors, content = 'papers', content_rowid = 'row',
    tokenize = 'porter unicode61 remove_diacritics 2'
);
INSERT INTO lexical (lexical) VALUES ('rebuild');
INSERT INTO lexical (lexical) VALUES ('optimize');
"""
_COLUMNS = (
    "id, title, abstract, authors, year, date, venue, categories, doi, arxiv_id, url, code, "
    "sources, extra"
)
_LISTS = ("authors", "categories", "sources")


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many papers differ from those of an earlier catalogue, and how."""

    added: int
    updated: int
    unchanged: int
    removed: int


class CatalogueBuilder:
    """Writes a catalogue; not durable until the whole generation is sealed."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path)
        # The file is thrown away after a crash: no journal is needed.
        self._db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        self._db.create_function("fold", 1, normalised_title, deterministic=True)
        self._db.execute("BEGIN")

    def add(self, paper: Paper) -> bool:
        """Add a paper; return ``False`` if its id was there already and the two were merged."""
        values = (*_values(paper), paper.content_hash())
        marks = ",".join("?" * len(values))
        inserted = self._db.execute(
            f"INSERT OR IGNORE INTO papers ({_COLUMNS}, content_hash) VALUES ({marks})",  # noqa: S608
            values,
        )
        if inserted.rowcount == 1:
            return True
        merged = read_paper(self._db, paper.id).merge(paper)
        self._db.execute(
            f"UPDATE papers SET ({_COLUMNS}, content_hash) = ({marks}) WHERE id = ?",  # noqa: S608
            (*_values(merged), merged.content_hash(), paper.id),
        )
        return False

    def reject(self, rejection: Rejection) -> None:
        """Keep a rejection with the generation, so that it can be looked up later."""
        self._db.execute(
            "INSERT INTO rejections VALUES (?, ?, ?, ?)",
            (rejection.source, rejection.line, rejection.reason, rejection.head),
        )

    def __len__(self) -> int:
        (count,) = self._db.execute("SELECT count(*) FROM papers").fetchone()
        return int(count)

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
        ask = "SELECT title, abstract FROM papers WHERE row = ?"
        return [document_text(*self._db.execute(ask, (row,)).fetchone()) for row in rows]

    def finish(self) -> None:
        """Build the lexical index and the terms, and close the file."""
        self._db.commit()
        self._db.executescript(_FINISH)
        self._db.commit()
        self._db.close()

    def close(self) -> None:
        """Close the file as it is."""
        self._db.close()


def open_catalogue(path: Path) -> sqlite3.Connection:
    """Open a published catalogue for reading; it never changes, so no lock is taken.

    The connection may be handed from thread to thread, but not used by two at once. It goes on
    reading when the file is deleted.
    """
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    db = sqlite3.connect(uri, uri=True, check_same_thread=False)
    db.execute("SELECT 1 FROM papers LIMIT 1").fetchone()  # SQLite opens the file only when asked
    return db


def read_paper(db: sqlite3.Connection, paper_id: str) -> Paper:
    """Return a paper by id.

    Raises:
        KeyError: there is none.
    """
    ask = f"SELECT {_COLUMNS} FROM papers WHERE id = ?"  # noqa: S608
    row = db.execute(ask, (paper_id,)).fetchone()
    if row is None:
        raise KeyError(paper_id)
    return _paper(row)


def read_paper_at(db: sqlite3.Connection, row: int) -> Paper:
    """Return the paper of a row id."""
    ask = f"SELECT {_COLUMNS} FROM papers WHERE row = ?"  # noqa: S608
    return _paper(db.execute(ask, (row,)).fetchone())


def read_rejections(path: Path) -> Iterator[Rejection]:
    """Yield the rejections of a published catalogue."""
    with closing(open_catalogue(path)) as db:
        for row in db.execute("SELECT source, line, reason, head FROM rejections ORDER BY rowid"):
            yield Rejection(*row)


def _values(paper: Paper) -> tuple[Any, ...]:
    return tuple(
        json.dumps(value, ensure_ascii=False) if name in (*_LISTS, "extra") else value
        for name, value in paper.to_json().items()
    )


def _paper(row: tuple[Any, ...]) -> Paper:
    fields = dict(zip(_COLUMNS.split(", "), row, strict=True))
    for name in _LISTS:
        fields[name] = tuple(json.loads(fields[name]))
    fields["extra"] = json.loads(fields["extra"])
    fields["code"] = None if fields["code"] is None else bool(fields["code"])
    return Paper(**fields)
