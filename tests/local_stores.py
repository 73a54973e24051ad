"""Local stores over the papers of a test, written without a rebuild."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from indexer.arrays import Vectors
from indexer.paper import TEXT_RECIPE, Paper
from indexer.store.entry import Merged, PossibleDuplicate
from indexer.store.finer import Covered
from indexer.store.generation import IndexFolder
from indexer.store.local_sink import LocalSink
from indexer.store.manifest import DecisionsInfo, Manifest, Space
from indexer.store.paper_rows import Entry
from search_api.store.local import LocalStore


@contextmanager
def local_store(
    folder: Path,
    papers: Sequence[Paper],
    vectors: Vectors,
    made_of: Mapping[int, tuple[Merged, ...]] | None = None,
    pairs: Sequence[PossibleDuplicate] = (),
    finer: Mapping[int, Sequence[float]] | None = None,
) -> Iterator[LocalStore]:
    """Publish papers as a generation of their own, without a map, and open it."""
    made_of = made_of or {}
    index = IndexFolder(folder / "index")
    spaces = [Space("fake", "f" * 64, {}, "fake", vectors.shape[1], 0)]
    covered = None
    if finer is not None:
        spaces.append(Space("finer", "e" * 64, {}, "fake", 0, 0))
        rows = np.array(sorted(finer), dtype=np.int64)
        dense = np.zeros((len(papers), len(finer[rows[0]])), dtype=np.float32)
        dense[rows] = [finer[row] for row in rows]
        covered = Covered(rows, dense)
    manifest = Manifest(
        built_at="2026-01-01T00:00:00+00:00",
        text_recipe=TEXT_RECIPE,
        spaces=spaces,
        ledger={},
        roots=[],
        columns={},
        apart=[],
        decisions=DecisionsInfo("/papers/akin-decisions.jsonl"),
        sources=[],
        versions={},
    )
    with index.building(), closing(LocalSink(index)) as sink:
        entries = [Entry.of(paper, made_of.get(row, ())) for row, paper in enumerate(papers)]
        sink.put(entries)
        sink.publish(manifest, vectors, possible=pairs, covered=covered)
    with closing(LocalStore(index.current())) as store:
        yield store
