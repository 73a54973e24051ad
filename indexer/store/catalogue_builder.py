"""The catalogue of a generation as it is written: papers in the order of their rows."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from pathlib import Path

from indexer.beside import Advance
from indexer.letters import WORD, folded
from indexer.paper import Rejection
from indexer.store.catalogue import as_indexed, open_catalogue
from indexer.store.checksums import Files, flushed
from indexer.store.entry import PossibleDuplicate
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
    Entry,
    StoredEntries,
    together,
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
CREATE VIRTUAL TABLE phrases USING fts5(   -- words in their order, folded
    title, abstract, keywords, content = '', tokenize = 'ascii'
);
INSERT INTO phrases (phrases, rank) VALUES ('hashsize', 67108864);  -- bytes before it writes
"""  # noqa: S608
_INDEX_PHRASES = f"""
INSERT INTO phrases (rowid, title, abstract, keywords)
    SELECT row, as_indexed({TITLE}), as_indexed(abstract), as_indexed({KEYWORDS}) FROM papers
    WHERE row > ? ORDER BY row
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


class CatalogueBuilder:
    """Writes a catalogue; not durable until the whole generation is sealed.

    Args:
        path: a file that is not there yet.
        advance: is told how many papers were added.
    """

    def __init__(self, path: Path, advance: Advance) -> None:
        self._path = path
        self._advance = advance
        self._db = sqlite3.connect(path.resolve().as_uri(), uri=True, check_same_thread=False)
        # The file is thrown away after a crash: no journal is needed. Ids come in any order, so
        # the pages of their index are kept at hand.
        self._db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;"
            + _SCHEMA
        )
        self._db.create_function("as_indexed", 1, as_indexed, deterministic=True)
        self._db.execute("BEGIN")
        self._papers = 0
        self._spelled: Counter[str] = Counter()  # in names of authors

    def having(self, ids: Collection[str]) -> list[str]:
        """Return those of the ids that a paper has."""
        ask = "SELECT 1 FROM papers WHERE id = ?"
        return [one for one in ids if self._db.execute(ask, (one,)).fetchone()]

    def add(self, entries: Sequence[Entry]) -> None:
        """Add the next papers.

        Raises:
            ValueError: an id comes again. What is written is good for nothing then.
        """
        for some in together(entries):
            self._add(some)

    def missing_from(self, catalogue: Path, removed: Collection[str]) -> StoredEntries:
        """Return the papers of a published catalogue that are not here.

        Args:
            catalogue: the file.
            removed: the ids of papers to leave out.
        """
        with closing(open_catalogue(catalogue)) as db:
            rows = [
                row
                for row, paper_id in db.execute("SELECT row - 1, id FROM papers ORDER BY row")
                if paper_id not in removed and not self.having([paper_id])
            ]
        return StoredEntries(catalogue, rows)

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

    def settle(self) -> None:
        """Put names and words in their order; all papers were added."""
        self._file_names()
        self._db.commit()
        self._db.executescript(_FINISH)
        self._db.executemany(_ADD_SPELLING, sorted(self._spelled.items()))

    def finish(self, terms: str) -> Files:
        """Keep the terms of the lexical index, and close the file.

        Args:
            terms: numbered from 0, a line each.

        Returns:
            The file, on disk and measured.
        """
        every = terms.split("\n") if terms else []
        numbered = ((term, number) for number, term in enumerate(every))
        self._db.executemany("INSERT INTO vocabulary VALUES (?, ?)", numbered)
        self._db.commit()
        self.close()
        return flushed([self._path])

    def close(self) -> None:
        """Close the file as it is."""
        self._db.close()

    def _add(self, entries: Sequence[Entry]) -> None:
        rows = list(enumerate(entries, self._papers + 1))
        ids = Counter(entry.id for _, entry in rows)
        twice = [one for one, times in ids.items() if times > 1] or self.having(ids)
        if twice:
            raise ValueError(f"{twice[0]}: put twice")
        self._db.executemany(_INSERT, [(*entry.row, row) for row, entry in rows])
        self._db.executemany(
            INSERT_MERGED,
            [
                (row, one.source, one.line, one.reason, one.record, one.head, one.key)
                for row, entry in rows
                for one in entry.records
            ],
        )
        named = []
        for row, entry in rows:
            paper = entry.paper
            named += [(name, row) for name in names_of(paper, entry.records)]
            self._spelled.update({folded(word) for word in WORD.findall(" ".join(paper.authors))})
        self._db.executemany("INSERT INTO named VALUES (?, ?)", named)
        self._db.execute(_INDEX_PHRASES, (self._papers,))
        self._papers += len(rows)
        self._advance(len(rows))

    def _file_names(self) -> None:
        """Put the names in their order, which costs far less than to put each in its place."""
        self._db.execute("INSERT INTO names SELECT name, row FROM temp.named ORDER BY name, row")
        self._db.execute("DELETE FROM temp.named")
