"""The names that papers had in the catalogue before: an id that somebody wrote down stays known."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from indexer.cleaning.naming import title_name
from indexer.paper import Paper
from indexer.store.names import is_telling, same_hash
from indexer.store.paper_rows import COLUMNS, paper_of

_KEPT = "name NOT GLOB 'title:*' AND name NOT GLOB 'key:*'"  # those may become another paper's

# What is known here by itself is never taken from who has it.
_CARRY = f"""
CREATE TEMP TABLE carried AS
    SELECT name, now FROM before.names JOIN temp.moved ON row = was WHERE {_KEPT}
    UNION SELECT id, now FROM before.papers JOIN temp.moved ON row = was;
DELETE FROM temp.carried WHERE name IN (SELECT id FROM main.papers)
    OR name IN (SELECT name FROM main.names);
INSERT INTO main.names SELECT name, now FROM temp.carried;
"""  # noqa: S608


def carry_over(db: sqlite3.Connection, catalogue: Path) -> None:
    """Let papers be known by the names that they had in a catalogue that is published.

    A paper there is the one here of its id. Where its id is gone, it is the one that is known by
    it, as it has got an identifier or was merged; else the one with an identifier in common; else
    one that was not there, and would have the same id if neither had identifiers. Where that is not
    one paper, it is none.

    Args:
        db: the catalogue that is written, with all of its papers.
        catalogue: the file of the one before.
    """
    db.commit()
    db.execute("ATTACH ? AS before", (f"{catalogue.resolve().as_uri()}?mode=ro&immutable=1",))
    try:
        db.execute(
            "CREATE TEMP TABLE moved AS SELECT old.row AS was, new.row AS now "
            "FROM before.papers AS old JOIN main.papers AS new USING (id)"
        )
        db.executemany("INSERT INTO temp.moved VALUES (?, ?)", list(_renamed(db)))
        db.executescript(_CARRY)
        db.executescript("DROP TABLE temp.moved; DROP TABLE temp.carried;")
    finally:
        db.commit()
        db.execute("DETACH before")


def _renamed(db: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """Yield the row before and the row now of each paper that is there under another id."""
    gone = db.execute(
        f"SELECT row, {COLUMNS} FROM before.papers "  # noqa: S608
        "WHERE id NOT IN (SELECT id FROM main.papers)"
    )
    for was, *values in gone:
        old = paper_of(values)
        found = _known_by(db, [old.id]) or _known_by(db, _identifiers(db, was))
        if not found:
            found = _of_one_title(db, old)
        if len(found) == 1:
            yield was, found.pop()


def _identifiers(db: sqlite3.Connection, was: int) -> list[str]:
    """Return the names of a paper before that are identifiers."""
    ask = f"SELECT name FROM before.names WHERE row = ? AND {_KEPT} AND name NOT GLOB 'akin:*'"  # noqa: S608
    return [name for (name,) in db.execute(ask, (was,))]


def _known_by(db: sqlite3.Connection, names: list[str]) -> set[int]:
    """Return the rows of the papers here that are known by any of some names."""
    ask = (
        "SELECT row FROM main.names WHERE name = ?1 UNION SELECT row FROM main.papers WHERE id = ?1"
    )
    return {row for name in names for (row,) in db.execute(ask, (name,))}


def _of_one_title(db: sqlite3.Connection, old: Paper) -> set[int]:
    """Return the rows of new papers of the title and first author of an old one."""
    ask = (
        f"SELECT row, {COLUMNS} FROM main.papers WHERE row IN "  # noqa: S608
        "(SELECT row FROM main.names WHERE name = ?) AND id NOT IN (SELECT id FROM before.papers)"
    )
    found = ((row, paper_of(values)) for row, *values in db.execute(ask, (title_name(old.title),)))
    return {
        row
        for row, new in found
        if same_hash(old, new) and (is_telling(old.title) or old.year == new.year)
    }
