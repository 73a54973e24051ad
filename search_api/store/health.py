"""What the files of a generation hold, looked at one by one, for ``akin doctor``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import numpy as np

from indexer.arrays import Rows, Vectors
from indexer.errors import IndexCorrupted
from indexer.store.catalogue import open_catalogue, read_texts
from indexer.store.finer import FinerSpace
from indexer.store.generation import Generation
from indexer.store.paper_rows import COLUMNS, paper_of
from indexer.store.vector_index import VectorIndex


def catalogue_check(generation: Generation) -> str:
    """Return what SQLite says of the catalogue's pages: ``ok``, or what is wrong."""
    with closing(open_catalogue(generation.catalogue)) as db:
        (answer,) = db.execute("PRAGMA quick_check(1)").fetchone()
    return str(answer)


def counts(generation: Generation) -> dict[str, int]:
    """Return how many papers each part of a generation has, by its name.

    Raises:
        IndexCorrupted: a part cannot be read.
    """
    with closing(open_catalogue(generation.catalogue)) as db:
        (papers, last) = db.execute("SELECT count(*), max(row) FROM papers").fetchone()
        (phrases,) = db.execute("SELECT count(*) FROM phrases_docsize").fetchone()
    found = {
        "manifest": generation.manifest.papers,
        "catalogue": papers,
        "last row": last,
        "phrases": phrases,
        "vectors": len(VectorIndex(generation.vectors)),
    }
    FinerSpace.read(generation)  # which says what does not fit
    if corpus_map := generation.map():
        found["map"] = len(corpus_map.points)
    return found


def read_all(generation: Generation) -> int:
    """Read every paper of a generation and return how many there are.

    Raises:
        IndexCorrupted: one cannot be read.
    """
    count = 0
    with closing(open_catalogue(generation.catalogue)) as db:
        try:
            for values in db.execute(f"SELECT {COLUMNS} FROM papers ORDER BY row"):  # noqa: S608
                paper_of(values)
                count += 1
        except sqlite3.DatabaseError as error:
            raise IndexCorrupted(
                f"the paper behind the first {count:,} cannot be read ({error}). "
                "Build the index anew: rebuild-index --full"
            ) from error
    return count


def blocks(generation: Generation) -> Iterator[Vectors]:
    """Yield all vectors, a block at a time, space by space."""
    for _, vectors in _spaces(generation):
        yield from vectors.blocks()


def sample(generation: Generation, size: int, space: int) -> tuple[Rows, list[str], Vectors]:
    """Return rows, texts and vectors of so many papers of a space, evenly spread over it."""
    every, vectors = _spaces(generation)[space]
    places = np.unique(np.linspace(0, len(vectors) - 1, size).astype(np.int64))
    rows = every[places]
    with closing(open_catalogue(generation.catalogue)) as db:
        texts = read_texts(db, rows + 1)
    return rows, texts, vectors.vectors(places)


def _spaces(generation: Generation) -> list[tuple[Rows, VectorIndex]]:
    """Return rows and vectors of the papers of each space."""
    first = VectorIndex(generation.vectors)
    finer = FinerSpace.read(generation)
    return [(np.arange(len(first)), first), *([(finer.rows, finer.vectors)] if finer else [])]
