"""The records of a build: a file that is thrown away with it.

Records stream in one by one, a row each, so that the corpus is never held in memory. Those of one
paper become one row, once it is known which they are; then ids are made unique, and the papers
stream out in the order of their rows, which count from 0.
"""

from __future__ import annotations

import itertools
import sqlite3
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from indexer.arrays import Rows
from indexer.cleaning.identity import akin_ids
from indexer.merging.decisions import record_key
from indexer.paper import Paper, Rejection
from indexer.store.catalogue import (
    read_merged,
    read_texts,
    read_titles_and_abstracts,
    rejections_in,
    rows_in_both,
)
from indexer.store.entry import Apart, Changed, Merged, PossibleDuplicate
from indexer.store.paper_rows import (
    COLUMNS,
    INSERT_MERGED,
    INSERT_POSSIBLE,
    INSERT_REJECTION,
    OTHER_TABLES,
    PAPER,
    Row,
    StoredEntries,
    paper_of,
    read_possible,
    row_of,
)

_MARKS = ", ".join("?" * 15)
_INSERT = f"INSERT INTO papers ({COLUMNS}, content_hash, line) VALUES ({_MARKS}, ?)"  # noqa: S608
_UPDATE = f"UPDATE papers SET ({COLUMNS}, content_hash) = ({_MARKS}) WHERE row = ?"  # noqa: S608

_ID = COLUMNS.split(", ").index("id")

_HAVING_ROWS = (
    *((table, "row") for table in ("papers", "merged", "apart", "possible")),
    ("possible", "other"),
)
"""Tables, and their columns with rows of papers."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many papers differ from those that are known, and how.

    Attributes:
        added: papers that were not known.
        updated: those of another content.
        unchanged: those of the same content.
        gone: the ids of those that are known, and are not here.
    """

    added: int
    updated: int
    unchanged: int
    gone: tuple[str, ...]

    @property
    def removed(self) -> int:
        """How many are gone."""
        return len(self.gone)


class Records:
    """Collects records, and gives the papers back that they make. Close it when done.

    Args:
        path: a file that is not there yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = sqlite3.connect(path.resolve().as_uri(), uri=True)
        # The file is thrown away after a crash: no journal is needed.
        self._db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            f"CREATE TABLE papers ({PAPER}, line INTEGER);{OTHER_TABLES}"
            "CREATE TABLE apart (row INTEGER NOT NULL, reason TEXT NOT NULL);"
        )
        self._db.execute("BEGIN")
        self._count = 0
        self._gone = array("L")  # the row ids of what was merged with others

    def __len__(self) -> int:
        """Return how many records there are, and once they are settled, how many papers."""
        return self._count

    def add(self, papers: Sequence[tuple[Row, int]]) -> int:
        """Add records, each as a paper of its own, and return the row of the first.

        Args:
            papers: what :func:`indexer.store.paper_rows.row_of` makes of each, and the 1-based line
                where it begins.
        """
        self._db.executemany(_INSERT, [(*row, line) for row, line in papers])
        first = self._count
        self._count += len(papers)
        return first

    def reject(self, rejection: Rejection) -> None:
        """Keep a record that became no paper."""
        values = (rejection.source, rejection.line, rejection.reason, rejection.head)
        self._db.execute(INSERT_REJECTION, values)

    def paper(self, row: int) -> Paper:
        """Return the paper of a row."""
        ask = f"SELECT {COLUMNS} FROM papers WHERE row = ?"  # noqa: S608
        return paper_of(self._db.execute(ask, (row + 1,)).fetchone())

    def merge(
        self,
        rows: Sequence[int],
        reasons: Sequence[str | None],
        papers: Sequence[Paper],
        merged: Paper,
    ) -> None:
        """Let records be one paper, in the place of the first, until :meth:`settle` with gaps.

        Args:
            rows: of the records, each a paper of its own so far.
            reasons: why each is of that paper; ``None`` for the first.
            papers: what each says by itself.
            merged: what they say together.
        """
        lines = [
            self._db.execute("SELECT line FROM papers WHERE row = ?", (row + 1,)).fetchone()[0]
            for row in rows
        ]
        self._db.executemany(
            INSERT_MERGED,
            [
                (rows[0] + 1, *_stated(paper, line, reason))
                for paper, line, reason in zip(papers, lines, reasons, strict=True)
            ],
        )
        self._db.execute(_UPDATE, (*row_of(merged), rows[0] + 1))
        gone = [row + 1 for row in rows[1:]]
        self._db.executemany("DELETE FROM papers WHERE row = ?", zip(gone))
        self._gone.extend(gone)

    def may_be_one(self, row: int, other: int, score: float, reason: str) -> None:
        """Note that two papers are likely one, before :meth:`settle`; each pair once."""
        keys = self._key(row), self._key(other)
        self._db.execute(INSERT_POSSIBLE, (row + 1, other + 1, *keys, score, reason))

    def _key(self, row: int) -> str:
        """Return the key of the first record of the paper of a row."""
        ask = "SELECT key FROM merged WHERE row = ? ORDER BY rowid"
        found = self._db.execute(ask, (row + 1,)).fetchone()
        return str(found[0]) if found else record_key(self.paper(row))

    def keep_apart(self, rows: Sequence[int], reason: str) -> None:
        """Note why papers that share something were not merged, by their first rows."""
        self._db.executemany("INSERT INTO apart VALUES (?, ?)", [(row + 1, reason) for row in rows])

    def settle(self) -> None:
        """Close the gaps of what was merged, and make ids unique."""
        self._count -= len(self._gone)
        self._close_gaps()
        self._make_ids_unique()

    def _close_gaps(self) -> None:
        """Move the last rows to the places of those that are gone."""
        last = [
            row
            for (row,) in self._db.execute(
                "SELECT row FROM papers WHERE row > ? ORDER BY row", (self._count,)
            )
        ]
        gaps = sorted(row for row in self._gone if row <= self._count)
        moves = list(zip(gaps, last, strict=True))
        for table, column in _HAVING_ROWS:
            self._db.executemany(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", moves)  # noqa: S608

    def _make_ids_unique(self) -> None:
        """Give papers whose id another one has the next that is free; the oldest keeps it.

        Those are papers without identifiers that share title and author but not the year, papers
        that state one identifier and are not one, and records that a rule turned off keeps apart.
        """
        self._db.execute("CREATE INDEX paper_ids ON papers (id)")
        repeated = self._db.execute(
            "SELECT row, id FROM papers WHERE id IN "
            "(SELECT id FROM papers GROUP BY id HAVING count(*) > 1) "
            "ORDER BY year IS NULL, year, title, row"
        ).fetchall()
        first: set[str] = set()
        for row, paper_id in repeated:
            if paper_id not in first:
                first.add(paper_id)
                continue
            paper = self.paper(row - 1)
            free = next(
                key
                for key in akin_ids(paper.title, paper.authors, paper.year)
                if self._is_free(key)
            )
            self._db.execute(_UPDATE, (*row_of(replace(paper, id=free)), row))

    def _is_free(self, paper_id: str) -> bool:
        return self._db.execute("SELECT 1 FROM papers WHERE id = ?", (paper_id,)).fetchone() is None

    def compare(self, known: Mapping[str, str]) -> Comparison:
        """Count the papers that are new, changed, the same or gone.

        Args:
            known: content hashes by id.
        """
        updated = unchanged = 0
        gone = dict.fromkeys(known)
        for paper_id, content_hash in self._db.execute("SELECT id, content_hash FROM papers"):
            if paper_id in gone:
                del gone[paper_id]
                same = known[paper_id] == content_hash
                unchanged += same
                updated += not same
        return Comparison(len(self) - updated - unchanged, updated, unchanged, tuple(gone))

    def changed(self, known: Mapping[str, str]) -> Iterator[Changed]:
        """Yield the papers that are new, then those of another content.

        Args:
            known: content hashes by id.
        """
        for status in ("added", "updated"):
            ask = f"SELECT content_hash, line, {COLUMNS} FROM papers ORDER BY row"  # noqa: S608
            for content_hash, line, *values in self._db.execute(ask):
                paper_id = values[_ID]
                before = known.get(paper_id)
                if before != content_hash and (before is None) == (status == "added"):
                    paper = paper_of(tuple(values))
                    yield Changed(status, paper_id, paper.sources[0], line, paper.title)

    def entries(self) -> StoredEntries:
        """Return all papers, once they are settled, with the records that they are made of."""
        self._db.commit()
        return StoredEntries(self._path, range(len(self)))

    def merged(self) -> Iterator[Merged]:
        """Yield the records of papers that are made of several, paper by paper."""
        return read_merged(self._db)

    def possible(self) -> Iterator[PossibleDuplicate]:
        """Yield the pairs of papers that are likely one, the likeliest first."""
        return read_possible(self._db)

    def apart(self) -> Iterator[Apart]:
        """Yield the papers that share an identifier with others, identifier by identifier."""
        ask = (
            "SELECT p.id, json_extract(p.sources, '$[0]'), p.line, a.reason, p.title "
            "FROM apart a JOIN papers p ON p.row = a.row ORDER BY a.rowid"
        )
        return itertools.starmap(Apart, self._db.execute(ask))

    def rejections(self) -> Iterator[Rejection]:
        """Yield the records that became no paper."""
        return rejections_in(self._db)

    def rows_by_length(self) -> array[int]:
        """Return all rows, longest text first: lots of like lengths waste no padding."""
        rows = self._db.execute(
            "SELECT row - 1 FROM papers ORDER BY length(title) + length(abstract) DESC, row"
        )
        return array("I", (row for (row,) in rows))

    def texts(self, rows: Sequence[int]) -> list[str]:
        """Return the texts to embed of those rows, in their order."""
        return read_texts(self._db, [row + 1 for row in rows])

    def texts_by_length(self, places: Sequence[int]) -> list[str]:
        """Return the texts at those places, from 0, among all of them by length."""
        rows = self.rows_by_length()
        return self.texts([rows[place] for place in places])

    def titles_and_abstracts(self, rows: Rows) -> list[tuple[str, str]]:
        """Return the titles, ``""`` where the abstract stands in for one, and the abstracts."""
        return read_titles_and_abstracts(self._db, rows + 1)

    def rows_also_in(self, catalogue: Path) -> Rows:
        """Return where the papers are that a published catalogue has, too.

        Returns:
            Rows here and there ``(m, 2)``, by the former.
        """
        self._db.commit()
        return rows_in_both(self._db, catalogue)

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def _stated(record: Paper, line: int, reason: str | None) -> tuple[Any, ...]:
    """Return what is kept of a record that becomes a part of a paper."""
    return record.sources[0], line, reason, record.id, record.title, record_key(record)
