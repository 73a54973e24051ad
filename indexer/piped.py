"""What came through a pipe, kept beside the index: so that it can be read again like any file.

It lies in ``piped/HASH/NAME`` of the index folder, by the hash of its bytes, and is recorded as a
source by that path. What no generation is built from is dropped by the next build.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from indexer.documents import Document
from indexer.store.generation import IndexFolder

_FOLDER = "piped"
_DIGITS = 16


def keep(documents: Sequence[Document], index: IndexFolder) -> list[Document]:
    """Return the documents, those that came through pipes as files beside the index.

    Args:
        documents: copies of pipes are moved from where they were spooled to.
        index: held for building.
    """
    return [_kept(one, index) if one.piped else one for one in documents]


def _kept(document: Document, index: IndexFolder) -> Document:
    folder = index.path.resolve() / _FOLDER / document.sha256()[:_DIGITS]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / document.path.name
    shutil.move(document.path, path)
    return replace(document, path=path, piped=False)


def roots_of(
    sources: Sequence[Path], before: Sequence[Document], after: Sequence[Document]
) -> list[str]:
    """Return by which paths the sources can be read again.

    Args:
        sources: as they were named.
        before: the documents in them, as they were found.
        after: the same, as :func:`keep` returns them; of a dry run as they were found.
    """
    pipes = (new.path for old, new in zip(before, after, strict=True) if old.piped)
    named = (s.resolve() if s.is_file() or s.is_dir() else next(pipes, None) for s in sources)
    return [str(root) for root in dict.fromkeys(named) if root is not None]


def prune(index: IndexFolder) -> None:
    """Drop what no generation that is kept was built from; nothing, where one is damaged."""
    needed = index.all_roots()
    for path in _files(index):
        if needed is not None and path not in needed:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()


def is_kept(path: Path, index: IndexFolder) -> bool:
    """Tell whether a source is one that came through a pipe."""
    return path.is_relative_to(index.path.resolve() / _FOLDER)


def _files(index: IndexFolder) -> Iterator[Path]:
    yield from sorted((index.path.resolve() / _FOLDER).glob("*/*"))
