"""Publish a generation again, with more of its papers covered by its finer space."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from indexer.store.finer import FINER_FILES, Covered
from indexer.store.generation import Generation, IndexFolder, new_id
from indexer.store.local_sink import stated
from indexer.store.manifest import Space


def publish_covered(
    index: IndexFolder, before: Generation, space: Space, covered: Covered
) -> Generation:
    """Let a generation be the current one that differs from another by its finer space alone.

    It is as whole as any: all other files are those of the one before, as further names of the same
    file where the file system has them, else as copies. So it costs what the vectors cost.

    Args:
        index: held by this process.
        before: a generation of it.
        space: the finer one; what its vectors tell is stated here.
        covered: all papers that it covers, those that it covered before among them.
    """
    generation = new_id()
    folder = index.stage(generation)
    try:
        same = {name: of for name, of in before.manifest.files.items() if name not in FINER_FILES}
        for name in same:
            _link(before.folder / name, folder / name)
        covered.save(folder)
        finer = stated(space, len(covered.rows), covered.vectors.shape[1])
        manifest = replace(
            before.manifest,
            generation=generation,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            spaces=[before.manifest.space, finer],
        )
        return index.publish(folder, manifest, same)
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
