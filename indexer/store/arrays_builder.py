"""What is kept of papers as arrays, as it is written: their terms, and columns of their fields."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from indexer.beside import Advance
from indexer.store.checksums import Files, flushed
from indexer.store.columns import ColumnsBuilder
from indexer.store.lexical_builder import LexicalIndexBuilder
from indexer.store.paper_rows import Entry, together
from indexer.store.term_counts import texts_of


class Written(NamedTuple):
    """The arrays.

    Attributes:
        terms: of the lexical index, in the order of their numbers, a line each.
        mean_lengths: of the fields that words are looked for in, in terms.
        files: on disk and measured.
    """

    terms: str
    mean_lengths: dict[str, float]
    files: Files


class ArraysBuilder:
    """Writes lexical index and columns of papers that come in the order of their rows.

    Args:
        folder: where the arrays will lie.
        advance: is told how many papers were added.
    """

    def __init__(self, folder: Path, advance: Advance) -> None:
        self._folder = folder
        self._advance = advance
        self._words = LexicalIndexBuilder(folder)
        self._columns = ColumnsBuilder()
        self._written: Written | None = None

    def add(self, entries: Sequence[Entry]) -> None:
        """Add the next papers."""
        for some in together(entries):
            texts = []
            for entry in some:
                paper = entry.paper
                texts.append(texts_of(paper))
                self._columns.add(paper)
            self._words.add(texts)
            self._advance(len(texts))

    def save(self) -> None:
        """Write the arrays; all papers were added."""
        terms = self._words.save()
        self._columns.save(self._folder)
        files = [*self._folder.glob("lexical-*.npy"), *self._folder.glob("columns-*.npy")]
        self._written = Written("\n".join(terms), self._words.mean_lengths, flushed(files))

    def written(self) -> Written:
        """Return what was saved."""
        assert self._written is not None  # noqa: S101 — it was
        return self._written

    def close(self) -> None:
        """Close the files as they are."""
        self._words.close()
