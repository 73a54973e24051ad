"""The catalogue of a generation: a SQLite file with the papers, and what is looked up in them.

Its row ids count from 1 without gaps, as SQLite wants them. Nobody but the stores sees them: to all
others a paper's row is one less, as are its places in vectors, postings, columns and map.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from indexer.merging.decisions import record_key
from indexer.paper import Paper, Rejection, document_text
from indexer.store.entry import Merged
from indexer.store.paper_rows import COLUMNS, MERGED, TITLE, paper_of
from indexer.words import folded_words

SQLITE_VERSION = sqlite3.sqlite_version

_AT_ONCE = 500
"""Papers that are asked for together; every SQLite takes so many parameters."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class MergedPaper:
    """A paper that is made of several records."""

    id: str
    title: str
    records: tuple[Merged, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the paper as a JSON object."""
        return {
            "paper": self.id,
            "title": self.title,
            "records": [
                {k: v for k, v in record.to_json().items() if k != "paper"}
                for record in self.records
            ],
        }


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
    ask = f"SELECT {COLUMNS} FROM papers WHERE id = ?"  # noqa: S608
    row = db.execute(ask, (paper_id,)).fetchone()
    if row is None:
        raise KeyError(paper_id)
    return paper_of(row)


def read_papers(db: sqlite3.Connection, rows: Iterable[int]) -> list[Paper]:
    """Return the papers of row ids, in their order."""
    return [paper_of(values) for values in _read(db, COLUMNS, rows)]


def papers_by_id(path: Path, ids: Sequence[str]) -> Iterator[Paper]:
    """Yield papers of a published catalogue, some hundred read in one go."""
    with closing(open_catalogue(path)) as db:
        for some in _lots(ids):
            found = read_rows(db, some)
            yield from read_papers(db, [found[one] for one in some if one in found])


def read_rows(db: sqlite3.Connection, ids: Sequence[str]) -> dict[str, int]:
    """Return the row ids of those of the ids that are there."""
    found: dict[str, int] = {}
    for some in _lots(ids):
        marks = ",".join("?" * len(some))
        ask = f"SELECT id, row FROM papers WHERE id IN ({marks})"  # noqa: S608
        found.update(db.execute(ask, some))
    return found


def read_named(db: sqlite3.Connection, names: Sequence[str]) -> dict[str, list[int]]:
    """Return the row ids of the papers that are known by each of those names that any has.

    That whose id it is comes first, the others by row.
    """
    found: dict[str, list[int]] = {}
    for name, row in read_rows(db, names).items():
        found[name] = [row]
    for some in _lots(names):
        marks = ",".join("?" * len(some))
        ask = f"SELECT name, row FROM names WHERE name IN ({marks}) ORDER BY row"  # noqa: S608
        for name, row in db.execute(ask, some):
            found.setdefault(name, []).append(row)
    return found


def read_ids(db: sqlite3.Connection, rows: Iterable[int]) -> list[str]:
    """Return the ids of row ids, in their order."""
    return [paper_id for (paper_id,) in _read(db, "id", rows)]


def read_spelled(db: sqlite3.Connection, words: Sequence[str]) -> set[str]:
    """Return those of some words that any paper has, as they are written."""
    ask = "SELECT 1 FROM spellings WHERE word = ?"
    return {word for word in words if db.execute(ask, (word,)).fetchone()}


def read_spellings(db: sqlite3.Connection, most: int) -> list[tuple[str, int]]:
    """Return so many words, the most frequent first, each with how many papers have it."""
    ask = "SELECT word, papers FROM spellings ORDER BY papers DESC, word LIMIT ?"
    return db.execute(ask, (most,)).fetchall()


def read_beginning(db: sqlite3.Connection, prefix: str, most: int) -> list[str]:
    """Return the words that begin so, as they are written, the most frequent first."""
    ask = (
        "SELECT word FROM spellings WHERE word >= ?1 AND word < ?1 || char(1114111) "
        "ORDER BY papers DESC, word LIMIT ?2"
    )
    return [word for (word,) in db.execute(ask, (prefix, most))]


def read_texts(db: sqlite3.Connection, rows: Iterable[int]) -> list[str]:
    """Return the texts to embed of row ids, in their order."""
    return [document_text(*parts) for parts in read_titles_and_abstracts(db, rows)]


def read_titles_and_abstracts(db: sqlite3.Connection, rows: Iterable[int]) -> list[tuple[str, str]]:
    """Return the titles, ``""`` where the abstract stands in for one, and the abstracts of rows."""
    return [(title, abstract) for title, abstract in _read(db, f"{TITLE}, abstract", rows)]


def _read(db: sqlite3.Connection, columns: str, rows: Iterable[int]) -> Iterator[tuple[Any, ...]]:
    """Yield what columns hold of row ids, in their order, some hundred read in one go."""
    for some in _lots([int(row) for row in rows]):
        marks = ",".join("?" * len(some))
        ask = f"SELECT row, {columns} FROM papers WHERE row IN ({marks})"  # noqa: S608
        found = {row: values for row, *values in db.execute(ask, some)}
        yield from (tuple(found[row]) for row in some)


def _lots(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))


def rows_in_both(db: sqlite3.Connection, previous: Path) -> npt.NDArray[np.int64]:
    """Return where the papers are that an earlier catalogue has, too.

    Returns:
        Rows here and there, from 0, ``(m, 2)``, by the former.
    """
    db.execute("ATTACH ? AS previous", (f"{previous.resolve().as_uri()}?mode=ro&immutable=1",))
    try:
        found = db.execute(
            "SELECT new.row - 1, old.row - 1 FROM main.papers AS new "
            "JOIN previous.papers AS old USING (id) ORDER BY new.row"
        )
        return np.array(found.fetchall(), dtype=np.int64).reshape(-1, 2)
    finally:
        db.execute("DETACH previous")


def term_numbers(db: sqlite3.Connection, terms: Iterable[str]) -> dict[str, int]:
    """Return the numbers of those terms that any paper has."""
    ask = "SELECT number FROM vocabulary WHERE term = ?"
    found = ((term, db.execute(ask, (term,)).fetchone()) for term in terms)
    return {term: row[0] for term, row in found if row}


def as_indexed(text: str) -> str:
    """Return the words of a text as the index of phrases has them, a space between two.

    Its tokenizer takes ASCII apart as :mod:`indexer.words` does, and leaves all else together.
    """
    return text if text.isascii() else " ".join(folded_words(text))


def rows_with_phrase(
    db: sqlite3.Connection, phrase: str, column: str = "", *, begins: bool = False
) -> Iterator[int]:
    """Yield the row ids of the papers that have the words of a phrase in their order.

    Args:
        db: the catalogue.
        phrase: any text.
        column: ``title``; ``""``: title, abstract or keywords.
        begins: whether the last word is only the beginning of one.
    """
    quoted = '"' + as_indexed(phrase).replace('"', " ").replace("\0", " ") + '"'
    quoted += "*" if begins else ""
    expression = f"{column} : {quoted}" if column else quoted
    ask = "SELECT rowid FROM phrases WHERE phrases MATCH ?"
    return (row for (row,) in db.execute(ask, (expression,)))


def read_hashes(db: sqlite3.Connection) -> dict[str, str]:
    """Return the content hash of each paper by its id, in the order of the rows."""
    return dict(db.execute("SELECT id, content_hash FROM papers ORDER BY row"))


def read_merged(db: sqlite3.Connection) -> Iterator[Merged]:
    """Yield the records of papers that are made of several, paper by paper."""
    for row in db.execute(f"{MERGED} ORDER BY merged.rowid"):
        yield Merged(*row)


def read_records(db: sqlite3.Connection, row: int) -> list[Merged]:
    """Return the records that the paper of a row id was made of, none where it was one."""
    found = db.execute(f"{MERGED} WHERE row = ? ORDER BY merged.rowid", (row,))
    return [Merged(*values) for values in found]


def count_merged_papers(db: sqlite3.Connection) -> int:
    """Return how many papers are made of several records."""
    (count,) = db.execute("SELECT count(DISTINCT row) FROM merged").fetchone()
    return int(count)


def merged_papers(
    db: sqlite3.Connection, start: int = 0, stop: int | None = None
) -> Iterator[MergedPaper]:
    """Yield the papers that are made of several records, from one place to before another."""
    most = -1 if stop is None else stop - start
    ask = "SELECT DISTINCT row FROM merged ORDER BY row LIMIT ? OFFSET ?"
    for (row,) in db.execute(ask, (most, start)).fetchall():
        paper_id, title = db.execute(
            "SELECT id, title FROM papers WHERE row = ?", (row,)
        ).fetchone()
        yield MergedPaper(paper_id, title, tuple(read_records(db, row)))


def row_of_record(db: sqlite3.Connection, key: str) -> int | None:
    """Return the row id of the paper that has a record of a key, ``None`` where none has.

    A paper that was one record is found by making the key of each: that takes a while.
    """
    found = db.execute("SELECT row FROM merged WHERE key = ? ORDER BY rowid", (key,)).fetchone()
    if found:
        return int(found[0])
    ask = f"SELECT row, {COLUMNS} FROM papers WHERE row NOT IN (SELECT row FROM merged)"  # noqa: S608
    alone = (int(row) for row, *paper in db.execute(ask) if record_key(paper_of(paper)) == key)
    return next(alone, None)


def rejections_in(db: sqlite3.Connection) -> Iterator[Rejection]:
    """Yield the rejections of a catalogue that is open."""
    for row in db.execute("SELECT source, line, reason, head FROM rejections ORDER BY rowid"):
        yield Rejection(*row)
