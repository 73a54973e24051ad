"""A paper as a row of a table, and back: what a catalogue and the records of a build have alike."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self, overload

import orjson

from indexer.cleaning.values import storable
from indexer.errors import IndexCorrupted
from indexer.paper import Paper
from indexer.store.entry import Merged, PossibleDuplicate

COLUMNS = (
    "id, title, abstract, authors, year, date, venue, categories, doi, arxiv_id, url, code, "
    "sources, extra"
)
TITLE = "iif(extra ->> 'title_missing', '', title)"  # words of the abstract are not said twice
KEYWORDS = """replace(coalesce(extra ->> 'keywords', ''), '","', '" 0keyword0 "')"""
"""As JSON, each apart from the next by what nobody looks for: no phrase goes across two."""

TOGETHER = 2048
"""Papers that are written together, and in memory with all that is made of them."""

PAPER = """
    row INTEGER PRIMARY KEY,    -- from 1, without gaps in the end
    id TEXT NOT NULL,
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
"""
"""Columns of the table ``papers``."""

OTHER_TABLES = """
CREATE TABLE rejections (source TEXT, line INTEGER, reason TEXT, head TEXT);
CREATE TABLE merged (           -- the records of papers that are made of several
    row INTEGER NOT NULL,       -- of the paper
    source TEXT, line INTEGER,
    reason TEXT,                -- NULL: the first record of the paper
    record TEXT,                -- id that the record has by itself
    head TEXT,
    key TEXT                    -- of what the record states
);
CREATE INDEX merged_rows ON merged (row);
CREATE INDEX merged_keys ON merged (key);
CREATE TABLE possible (         -- pairs of papers that are likely one
    row INTEGER NOT NULL,       -- of the earlier paper
    other INTEGER NOT NULL,
    key TEXT, other_key TEXT,   -- of the first record of each
    score REAL,
    reason TEXT,
    PRIMARY KEY (row, other)
) WITHOUT ROWID;
CREATE INDEX possible_others ON possible (other);
"""

_OF_MERGED = "papers.id, merged.source, merged.line, reason, record, head, key"
MERGED = f"SELECT {_OF_MERGED} FROM merged JOIN papers USING (row)"  # noqa: S608
INSERT_MERGED = "INSERT INTO merged VALUES (?, ?, ?, ?, ?, ?, ?)"
INSERT_POSSIBLE = "INSERT INTO possible VALUES (?, ?, ?, ?, ?, ?)"
_POSSIBLE = """
SELECT one.id, one.title, key, two.id, two.title, other_key, score, reason FROM possible
JOIN papers AS one ON one.row = possible.row JOIN papers AS two ON two.row = other
"""
INSERT_REJECTION = "INSERT INTO rejections VALUES (?, ?, ?, ?)"

Row = tuple[Any, ...]
"""The values of :data:`COLUMNS` and the content hash."""

_LISTS = ("authors", "categories", "sources")


def row_of(paper: Paper) -> Row:
    """Return the values of the columns, and the content hash.

    Whatever made the paper: what is written can be read again.
    """
    try:
        return _row(paper)
    except TypeError:  # half a surrogate pair, or a number beyond 64 bits
        return _row(_storable(paper))


def _row(paper: Paper) -> Row:
    return (
        paper.id,
        paper.title,
        paper.abstract,
        _json(paper.authors),
        paper.year,
        paper.date,
        paper.venue,
        _json(paper.categories),
        paper.doi,
        paper.arxiv_id,
        paper.url,
        paper.code,
        _json(paper.sources),
        _json(paper.extra),
        paper.content_hash(),
    )


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _storable(paper: Paper) -> Paper:
    values = {f.name: getattr(paper, f.name) for f in fields(paper)}
    for name, value in values.items():
        kept = storable(value)
        values[name] = tuple(kept) if isinstance(value, tuple) else kept
    return Paper(**values)


def paper_of(row: Sequence[Any]) -> Paper:
    """Return the paper of the values of :data:`COLUMNS`.

    Raises:
        IndexCorrupted: the row holds what no paper does.
    """
    values = dict(zip(COLUMNS.split(", "), row, strict=True))
    try:
        for name in _LISTS:
            values[name] = tuple(orjson.loads(values[name]))
        values["extra"] = orjson.loads(values["extra"])
    except (ValueError, TypeError) as error:
        raise IndexCorrupted(
            f"{values['id']}: this paper of the index cannot be read ({error}). Build it anew: "
            "rebuild-index --full",
            id=values["id"],
        ) from error
    values["code"] = None if values["code"] is None else bool(values["code"])
    return Paper(**values)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a store keeps of a paper.

    Attributes:
        row: what it says, as it is kept: who only passes it on need not take it apart.
        records: those that it is made of, in the order of the sources; none where it was one.
    """

    row: Row
    records: tuple[Merged, ...] = ()

    @classmethod
    def of(cls, paper: Paper, records: tuple[Merged, ...] = ()) -> Self:
        """Return the entry of a paper."""
        return cls(row_of(paper), records)

    @property
    def id(self) -> str:
        """The id of the paper."""
        return str(self.row[0])

    @property
    def paper(self) -> Paper:
        """What the paper says, made anew each time.

        Raises:
            IndexCorrupted: the row holds what no paper does.
        """
        return paper_of(self.row[:-1])


def read_possible(db: sqlite3.Connection, row: int | None = None) -> Iterator[PossibleDuplicate]:
    """Yield the pairs of papers that are likely one, the likeliest first; of one row id, if any."""
    among = "" if row is None else "WHERE possible.row = :row OR other = :row"
    ask = f"{_POSSIBLE} {among} ORDER BY score DESC, possible.row, other"
    for values in db.execute(ask, {"row": row}):
        yield PossibleDuplicate(*values)


def read_entries(db: sqlite3.Connection, start: int, stop: int) -> Iterator[Entry]:
    """Yield the papers from one row to before another, with the records that they are made of."""
    between = (start + 1, stop + 1)
    made_of = {
        row: tuple(Merged(*values) for _, *values in found)
        for row, found in itertools.groupby(
            db.execute(
                f"SELECT row, {_OF_MERGED} FROM merged JOIN papers USING (row) "  # noqa: S608
                "WHERE row >= ? AND row < ? ORDER BY row, merged.rowid",
                between,
            ),
            key=lambda values: values[0],
        )
    }
    ask = (
        f"SELECT {COLUMNS}, content_hash, row FROM papers WHERE row >= ? AND row < ? "  # noqa: S608
        "ORDER BY row"
    )
    for values in db.execute(ask, between):
        yield Entry(values[:-1], made_of.get(values[-1], ()))


@dataclass(frozen=True, slots=True)
class StoredEntries(Sequence[Entry]):
    """Papers that lie in a file, and are read there, in whichever process, each time anew.

    Attributes:
        file: a SQLite file with :data:`PAPER` and :data:`OTHER_TABLES`, which nobody writes to.
        rows: from 0, in the order in which the papers come.
    """

    file: Path
    rows: Sequence[int]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Entry]:
        uri = f"{self.file.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as db:
            for start, stop in self._runs():
                yield from read_entries(db, start, stop)

    @overload
    def __getitem__(self, at: int) -> Entry: ...
    @overload
    def __getitem__(self, at: slice) -> Self: ...
    def __getitem__(self, at: int | slice) -> Entry | Self:
        if isinstance(at, slice):
            return replace(self, rows=self.rows[at])
        (entry,) = replace(self, rows=[self.rows[at]])
        return entry

    def _runs(self) -> Iterator[tuple[int, int]]:
        """Yield where rows begin that follow one another, and before which row that ends."""
        for _, run in itertools.groupby(enumerate(self.rows), lambda at: at[1] - at[0]):
            (_, first), *others = run
            yield first, first + len(others) + 1


def together(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    """Yield papers in lots of :data:`TOGETHER`."""
    return (entries[start : start + TOGETHER] for start in range(0, len(entries), TOGETHER))
