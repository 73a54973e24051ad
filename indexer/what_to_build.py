"""What a rebuild is to read, and by which model: as asked for, else as the index was built."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal

from indexer.errors import IndexCorrupted, SourceMissing
from indexer.models.model import DEFAULT_MODEL, full_name
from indexer.piped import is_kept
from indexer.sources import STDIN
from indexer.store.generation import IndexFolder
from indexer.store.manifest import Recorded

SEEDS = Path("seeds")
"""What the first index is built from, where nothing is named."""


def what_to_build(
    index: IndexFolder, asked: Recorded, change: Literal["add", "remove"] | None
) -> Recorded:
    """Return what to read and which model to run: as asked for, else as recorded.

    Args:
        index: where it is recorded.
        asked: what is empty is taken from there.
        change: whether the sources are to be added to those recorded, or taken out of them.

    Raises:
        SourceMissing: what is recorded came through a pipe before akin kept that, or a source that
            is to be taken out is none.
    """
    try:
        recorded = index.recorded()
    except IndexCorrupted:
        if not asked.roots or change:
            raise
        recorded = None
    if recorded is None and change:
        recorded = Recorded([], DEFAULT_MODEL, {}, [])
    recorded = recorded or Recorded([SEEDS], DEFAULT_MODEL, {}, [])
    asked = _as_recorded(asked, recorded)
    if asked.roots and not change:
        return asked
    if STDIN in recorded.roots:
        raise SourceMissing(
            "this index was built from what came through a pipe, which is gone: pipe the same in "
            "again (… | rebuild-index -), or name the files to read",
            file=str(STDIN),
        )
    roots = recorded.roots
    if change == "add":
        roots = list(dict.fromkeys([*roots, *map(_resolved, asked.roots)]))
    elif change == "remove":
        roots = _without(roots, asked.roots, index)
    return dataclasses.replace(
        asked,
        roots=roots,
        columns=asked.columns or recorded.columns,
        apart=asked.apart or recorded.apart,
        follow_links=asked.follow_links or recorded.follow_links,
        decisions=asked.decisions or recorded.decisions,
    )


def _as_recorded(asked: Recorded, recorded: Recorded) -> Recorded:
    """Return what is asked for with the model that is recorded, if none is named; run likewise."""
    model = asked.model or recorded.model
    if full_name(model) != full_name(recorded.model):
        return dataclasses.replace(asked, model=model)
    return dataclasses.replace(
        asked,
        model=model,
        backend=asked.backend or recorded.backend,
        max_tokens=asked.max_tokens or recorded.max_tokens,
    )


def _resolved(source: Path) -> Path:
    return source.resolve() if source.is_file() or source.is_dir() else source


def _without(roots: list[Path], gone: list[Path], index: IndexFolder) -> list[Path]:
    """Return the sources of an index but for some; ``-`` names all that came through pipes.

    Raises:
        SourceMissing: one is no source of the index, or none would be left.
    """
    left = roots
    for source in gone:
        left = [
            root
            for root in left
            if not (is_kept(root, index) if source == STDIN else root == source.resolve())
        ]
        if (source != STDIN and source.resolve() not in roots) or left == roots:
            names = ", ".join(map(str, roots)) or "none"
            raise SourceMissing(
                f"{source}: no source of {index.path}, which was built from {names}. Nothing was "
                "changed",
                file=str(source),
                sources=[str(root) for root in roots],
            )
    if not left:
        raise SourceMissing(
            f"{', '.join(map(str, gone))}: all that {index.path} was built from; nothing would be "
            "left of it. Delete the folder, or name other sources",
            file=str(gone[0]),
        )
    return left
