"""Publish a generation again, with more of its papers, or all of them, read by its finer model.

It is as whole as any, and its other files are those of the one before: further names of the same
files where the file system has them, else copies. So it costs what the vectors cost.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Set
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexer.arrays import Vectors, blocks
from indexer.store.corpus_map import MAP_FILES, MAP_VERSION, CorpusMap
from indexer.store.finer import FINER_FILES, Covered
from indexer.store.generation import VECTORS, Generation, IndexFolder, new_id
from indexer.store.local_sink import stated
from indexer.store.manifest import MapInfo, Space
from indexer.store.moments import MOMENTS
from indexer.store.vector_index import BLOCK, VectorIndexBuilder


def publish_covered(
    index: IndexFolder,
    before: Generation,
    space: Space,
    covered: Covered,
    corpus_map: CorpusMap | None = None,
) -> Generation:
    """Publish what differs from another generation by its finer space, and perhaps the map.

    Args:
        index: held by this process.
        before: its current one, which this process has verified or published.
        space: the finer one; what its vectors tell is stated here.
        covered: all papers that it covers, those that it covered before among them.
        corpus_map: in place of that of the generation before; ``None``: that one stays.
    """

    def write(folder: Path) -> None:
        covered.save(folder)
        if corpus_map:
            corpus_map.write(folder)

    finer = stated(space, len(covered.rows), covered.vectors.shape[1])
    stated_anew: dict[str, Any] = {"spaces": [before.manifest.space, finer]}
    if corpus_map:
        stated_anew["map"] = MapInfo(MAP_VERSION, corpus_map.method)
    written = FINER_FILES | (MAP_FILES if corpus_map else set())
    return _publish(index, before, written, write, stated_anew)


def publish_complete(
    index: IndexFolder,
    before: Generation,
    space: Space,
    vectors: Vectors,
    corpus_map: CorpusMap | None,
) -> Generation:
    """Publish the papers of a generation of two spaces by the vectors of the finer one alone.

    Args:
        index: held by this process.
        before: its current one, which this process has verified or published.
        space: the finer one, from now on the only one.
        vectors: of all papers ``(n, dim)``.
        corpus_map: of these vectors; ``None``: there is none.
    """

    def write(folder: Path) -> None:
        with closing(VectorIndexBuilder(folder / VECTORS, vectors.shape[1])) as builder:
            builder.extend(block for _, block in blocks(vectors, BLOCK))
            builder.save()
            builder.moments().save(folder)
        if corpus_map:
            corpus_map.write(folder)

    stated_anew = {
        "spaces": [stated(space, len(vectors), vectors.shape[1])],
        "map": MapInfo(MAP_VERSION, corpus_map.method) if corpus_map else None,
    }
    written = FINER_FILES | MAP_FILES | {VECTORS, MOMENTS}
    return _publish(index, before, written, write, stated_anew)


def _publish(
    index: IndexFolder,
    before: Generation,
    written: Set[str],
    write: Callable[[Path], None],
    stated_anew: dict[str, Any],
) -> Generation:
    """Publish a generation with files of its own, and all others of the one before."""
    generation = new_id()
    folder = index.stage(generation)
    try:
        same = {name: of for name, of in before.manifest.files.items() if name not in written}
        for name in same:
            _link(before.folder / name, folder / name)
        write(folder)
        manifest = replace(
            before.manifest,
            generation=generation,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            **stated_anew,
        )
        return index.publish(folder, manifest, same, before.id)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # gone already where it bears its name
        raise


def _link(there: Path, here: Path) -> None:
    try:
        os.link(there, here)
    except OSError:  # not every file system has links
        shutil.copyfile(there, here)
        with here.open("rb+") as copy:
            os.fsync(copy.fileno())
