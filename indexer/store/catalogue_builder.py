"""The catalogue of a generation as it is written: papers in the order of their rows."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from indexer.letters import WORD, folded
from indexer.paper import Rejection
from indexer.store.catalogue import as_indexed, open_catalogue
from indexer.store.entry import Entry, PossibleDuplicate
from indexer.store.names import names_of
from indexer.store.names_before import carry_over
from indexer.store.paper_rows import (
    COLUMNS,
    INSERT_MERGED,
    INSERT_REJECTION,
    KEYWORDS,
    OTHER_TABLES,
    PAPER,
    TITLE,
    read_entries,
    row_of,
)

_SCHEMA = f"""
CREATE TABLE papers ({PAPER});
CREATE UNIQUE INDEX paper_ids ON papers (id);
CREATE TABLE vocabulary (       -- the terms of the lexical index
    term TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE names (            -- what papers are known by, beside their ids
    name TEXT NOT NULL,
    row INTEGER NOT NULL,
    PRIMARY KEY (name, row)
) WITHOUT ROWID;
CREATE TABLE spellings (        -- words folded, not stemmed
    word TEXT PRIMARY KEY,
    papers INTEGER NOT NULL     -- that have it
) WITHOUT ROWID;
{OTHER_TABLES}
"""

# Made once all papers are there: where words stand in their order.
_FINISH = f"""
CREATE VIRTUAL TABLE phrases USING fts5(   -- words in their order, folded
    title, abstract, keywords, content = '', tokenize = 'ascii'
);
INSERT INTO phrases (rowid, title, abstract, keywords)
    SELECT row, as_indexed({TITLE}), as_indexed(abstract), as_indexed({KEYWORDS}) FROM papers;
INSERT INTO phrases (phrases) VALUES ('optimize');
CREATE VIRTUAL TABLE temp.written USING fts5vocab(main, phrases, row);
INSERT INTO spellings SELECT term, doc FROM temp.written;
DROP TABLE temp.written;
"""  # noqa: S608

_ADD_SPELLING = (
    "INSERT INTO spellings VALUES (?, ?) "
    "ON CONFLICT (word) DO UPDATE SET papers = papers + excluded.papers"
)

_INSERT = f"INSERT INTO papers ({COLUMNS}, content_hash, row) VALUES ({', '.join('?' * 16)})"  # noqa: S608


class CatalogueBuilder:
    """Writes a catalogue; not durable until the whole generation is sealed.

    Args:
        path: a file that is not there yet.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path.resolve().as_uri(), uri=True)
        # The file is thrown away after a crash: no journal is needed. Ids come in any order, so
        # the pages of their index are kept at hand.
        self._db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;"
            + _SCHEMA
        )
        self._db.execute("BEGIN")
        self._papers = 0
        self._spelled: Counter[str] = Counter()  # in names of authors

    def __len__(self) -> int:
        """Return how many papers there are."""
        return self._papers

    def having(self, ids: Collection[str]) -> list[str]:
        """Return those of the ids that a paper has."""
        ask = "SELECT 1 FROM papers WHERE id = ?"
        return [one for one in ids if self._db.execute(ask, (one,)).fetchone()]

    def add(self, entries: Sequence[Entry]) -> None:
        """Add the next papers.

        Raises:
            sqlite3.IntegrityError: one has the id of another.
        """
        rows = list(enumerate(entries, self._papers + 1))
        self._db.executemany(_INSERT, [(*row_of(entry.paper), row) for row, entry in rows])
        self._db.executemany(
            INSERT_MERGED,
            [
                (row, one.source, one.line, one.reason, one.record, one.head, one.key)
                for row, entry in rows
                for one in entry.records
            ],
        )
        self._db.executemany(
            "INSERT INTO names VALUES (?, ?)",
            [(name, row) for row, entry in rows for name in names_of(entry)],
        )
        for entry in entries:
            words = WORD.findall(" ".join(entry.paper.authors))
            self._spelled.update({folded(word) for word in words})
        self._papers += len(entries)

    def missing_from(
        self, catalogue: Path, removed: Collection[str]
    ) -> Iterator[tuple[int, Entry]]:
        """Yield the papers of a published catalogue that are not here, and their rows there.

        Args:
            catalogue: the file.
            removed: the ids of papers to leave out.
        """
        with closing(open_catalogue(catalogue)) as db:
            for row, paper_id in db.execute("SELECT row - 1, id FROM papers ORDER BY row"):
                if paper_id not in removed and not self.having([paper_id]):
                    (entry,) = read_entries(db, row, row + 1)
                    yield row, entry

    def keep_names(self, catalogue: Path) -> None:
        """Let papers of a published catalogue be known by the names that they had there, too."""
        carry_over(self._db, catalogue)

    def reject(self, rejections: Iterable[Rejection]) -> None:
        """Keep rejections, so that they can be looked up later."""
        self._db.executemany(
            INSERT_REJECTION, ((one.source, one.line, one.reason, one.head) for one in rejections)
        )

    def may_be_one(self, pairs: Iterable[PossibleDuplicate]) -> int:
        """Keep which papers are likely one; return how many pairs are of papers that are here."""
        before = self._db.total_changes
        self._db.executemany(
            "INSERT INTO possible SELECT one.row, two.row, ?, ?, ?, ? "
            "FROM papers AS one, papers AS two WHERE one.id = ? AND two.id = ?",
            (
                (one.key, one.other_key, one.score, one.reason, one.paper, one.other)
                for one in pairs
            ),
        )
        return self._db.total_changes - before

    def finish(self, vocabulary: Mapping[str, int]) -> None:
        """Keep the numbers of the terms, index where words stand, and close the file."""
        self._db.executemany("INSERT INTO vocabulary VALUES (?, ?)", sorted(vocabulary.items()))
        self._db.commit()
        self._db.create_function("as_indexed", 1, as_indexed, deterministic=True)
        self._db.executescript(_FINISH)
        self._db.executemany(_ADD_SPELLING, self._spelled.items())
        self._db.commit()
        self._db.close()

    def close(self) -> None:
        """Close the file as it is."""
        self._db.close()
