"""The catalogue of a generation as it is written: papers in the order of their rows."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from indexer.paper import Rejection
from indexer.progress import Reporter
from indexer.store.catalogue import as_indexed, open_catalogue
from indexer.store.entry import PossibleDuplicate
from indexer.store.names_before import carry_over
from indexer.store.paper_rows import (
    COLUMNS,
    INSERT_MERGED,
    INSERT_REJECTION,
    KEYWORDS,
    OTHER_TABLES,
    PAPER,
    TITLE,
    Entry,
    read_entries,
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
CREATE TEMP TABLE named (       -- the same as they come
    name TEXT NOT NULL,
    row INTEGER NOT NULL
);
CREATE TABLE spellings (        -- words folded, not stemmed
    word TEXT PRIMARY KEY,
    papers INTEGER NOT NULL     -- that have it
) WITHOUT ROWID;
{OTHER_TABLES}
"""

# Made once all papers are there: where words stand in their order.
_PHRASES = """
CREATE VIRTUAL TABLE phrases USING fts5(   -- words in their order, folded
    title, abstract, keywords, content = '', tokenize = 'ascii'
);
INSERT INTO phrases (phrases, rank) VALUES ('hashsize', 67108864);  -- bytes before it writes
"""
_INDEX_PHRASES = f"""
INSERT INTO phrases (rowid, title, abstract, keywords)
    SELECT row, as_indexed({TITLE}), as_indexed(abstract), as_indexed({KEYWORDS}) FROM papers
    WHERE row > ? AND row <= ? ORDER BY row
"""  # noqa: S608
_FINISH = """
INSERT INTO phrases (phrases) VALUES ('optimize');
CREATE VIRTUAL TABLE temp.written USING fts5vocab(main, phrases, row);
INSERT INTO spellings SELECT term, doc FROM temp.written;
DROP TABLE temp.written;
"""

_ADD_SPELLING = (
    "INSERT INTO spellings VALUES (?, ?) "
    "ON CONFLICT (word) DO UPDATE SET papers = papers + excluded.papers"
)

_INSERT = f"INSERT INTO papers ({COLUMNS}, content_hash, row) VALUES ({', '.join('?' * 16)})"  # noqa: S608


_AT_ONCE = 4096
"""Papers whose words are filed together."""


class CatalogueBuilder:
    """Writes a catalogue; not durable until the whole generation is sealed.

    Args:
        path: a file that is not there yet.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path.resolve().as_uri(), uri=True, check_same_thread=False)
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
        self._db.executemany(_INSERT, [(*entry.row, row) for row, entry in rows])
        self._db.executemany(
            INSERT_MERGED,
            [
                (row, one.source, one.line, one.reason, one.record, one.head, one.key)
                for row, entry in rows
                for one in entry.records
            ],
        )
        self._papers += len(entries)

    def name(self, names: Iterable[tuple[str, int]], spelled: Mapping[str, int]) -> None:
        """Let papers be known by names, and words of authors be known.

        Args:
            names: each with the row of its paper, counted from 0; no name of a paper twice.
            spelled: words, folded, and how many papers have each.
        """
        self._db.executemany("INSERT INTO named VALUES (?, ? + 1)", names)
        self._spelled.update(spelled)

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
        self._file_names()
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

    def _file_names(self) -> None:
        """Put the names in their order, which costs far less than to put each in its place."""
        self._db.execute("INSERT INTO names SELECT name, row FROM temp.named ORDER BY name, row")
        self._db.execute("DELETE FROM temp.named")

    def index_phrases(self, reporter: Reporter) -> None:
        """Index where words stand; all papers and names are there.

        Args:
            reporter: told of the papers.
        """
        self._file_names()
        self._db.commit()
        self._db.create_function("as_indexed", 1, as_indexed, deterministic=True)
        self._db.executescript(_PHRASES)
        for start in range(0, self._papers, _AT_ONCE):
            stop = min(start + _AT_ONCE, self._papers)
            self._db.execute(_INDEX_PHRASES, (start, stop))
            reporter.advance(stop - start)
        self._db.executescript(_FINISH)
        self._db.executemany(_ADD_SPELLING, self._spelled.items())

    def finish(self, terms: Iterable[str]) -> None:
        """Keep the terms of the lexical index, numbered from 0, and close the file."""
        numbered = ((term, number) for number, term in enumerate(terms))
        self._db.executemany("INSERT INTO vocabulary VALUES (?, ?)", numbered)
        self._db.commit()
        self._db.close()

    def close(self) -> None:
        """Close the file as it is."""
        self._db.close()
