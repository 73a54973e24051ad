"""The formats that akin writes, one module each.

An exporter is a module with four names: ``FORMAT``, ``MEDIA_TYPE``, ``SUFFIX`` and ``write``. It
writes one paper after the other, so a corpus of any size goes through bounded memory, and each has
a reader in :mod:`indexer.readers` that gives back what went out. What comes out of ``write`` is to
be written as it is, text in UTF-8: the line ends are those of the format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from search_api.exports import atom, bibtex, csl_json, csv_table, jsonl, ris, xlsx
from search_api.exports.listed import About, Listed

__all__ = ["EXPORTERS", "SUFFIXES", "About", "Exporter", "Listed"]


class Exporter(Protocol):
    """What a format's module offers."""

    @property
    def FORMAT(self) -> str:  # noqa: N802 — a constant of the module
        """Name of the format, as commands and routes take it."""

    @property
    def MEDIA_TYPE(self) -> str:  # noqa: N802 — likewise
        """What HTTP calls it."""

    @property
    def SUFFIX(self) -> str:  # noqa: N802 — likewise
        """How a file of this format ends, with the dot."""

    def write(self, papers: Iterable[Listed], about: About, /) -> Iterator[str] | Iterator[bytes]:
        """Yield the document piece by piece; joined, they are the whole."""


_ALL: tuple[Exporter, ...] = (bibtex, ris, csl_json, csv_table, xlsx, jsonl, atom)

EXPORTERS: dict[str, Exporter] = {exporter.FORMAT: exporter for exporter in _ALL}
"""By the name of the format."""

SUFFIXES = {name: exporter.SUFFIX for name, exporter in EXPORTERS.items()}
"""How a file of each format ends."""
