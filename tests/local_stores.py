"""Local stores over the papers of a test, written without a rebuild."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from indexer.arrays import Vectors
from indexer.mapping.draw import draw
from indexer.paper import TEXT_RECIPE, Paper, Record
from indexer.store.catalogue_builder import CatalogueBuilder, prepared
from indexer.store.generation import CATALOGUE, FORMAT_VERSION, VECTORS, IndexFolder, Manifest
from indexer.store.lexical_index import LexicalIndexBuilder
from indexer.store.moments import Moments
from indexer.store.vector_index import METRIC, VectorIndexBuilder
from search_api.store.local import LocalStore


@contextmanager
def local_store(folder: Path, papers: Sequence[Paper], vectors: Vectors) -> Iterator[LocalStore]:
    """Publish papers as a generation of their own, and open it."""
    index = IndexFolder(folder / "index")
    with index.building():
        staging = index.stage("20260101T000000.000000Z")
        catalogue = CatalogueBuilder(staging / CATALOGUE, rules=())
        for paper in papers:
            catalogue.add(prepared(Record(paper, 1)))
        catalogue.merge_duplicates()
        words = LexicalIndexBuilder(staging)
        for fields in catalogue.words():
            words.add(*fields)
        catalogue.finish(words.save())
        builder = VectorIndexBuilder(vectors.shape[1])
        builder.add(vectors)
        builder.save(staging / VECTORS)
        Moments.of([vectors]).save(staging)
        draw(staging, "pca", None).write(staging)
        generation = index.publish(
            staging,
            Manifest(
                format_version=FORMAT_VERSION,
                generation="20260101T000000.000000Z",
                built_at="2026-01-01T00:00:00+00:00",
                model={"name": "fake", "fingerprint": "f" * 64, "prompts": {}},
                text_recipe=TEXT_RECIPE,
                dimension=vectors.shape[1],
                metric=METRIC,
                papers=len(papers),
                truncated=0,
                ledger={},
                roots=[],
                columns={},
                apart=[],
                sources=[],
                versions={},
                files={},
            ),
        )
    with closing(LocalStore(generation)) as store:
        yield store
