"""The seam that a build writes through: what any store of papers takes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from indexer.arrays import Vectors
from indexer.paper import Rejection
from indexer.store.corpus_map import CorpusMap
from indexer.store.entry import PossibleDuplicate
from indexer.store.finer import Covered
from indexer.store.manifest import Manifest
from indexer.store.paper_rows import Entry


class Sink(Protocol):
    """Where papers are written to. Used by one thread of the one process that holds the index.

    What is put or removed can be seen by nobody until it is published, and is forgotten if it
    never is. A paper that is neither put nor removed stays as it is.
    """

    def known(self) -> Mapping[str, str]:
        """Return the content hash of each paper that is published, by its id."""

    def is_complete(self) -> bool:
        """Tell whether what is published holds every field that papers can be filtered by."""

    def put(self, entries: Sequence[Entry]) -> None:
        """Add papers, or replace those of the same ids.

        The first put becomes row 0, and so on; behind those that were put come those that stay,
        in the order that they had. Many are perhaps written beside what the caller does next.

        Args:
            entries: each id once until it is published. Where they lie in a file they stay there
                until then.

        Raises:
            ValueError: an id was put already. Whatever is raised, here or when it is published,
                the sink is good for nothing then but to be closed.
        """

    def remove(self, ids: Collection[str]) -> None:
        """Remove papers; one that is not there is no matter.

        Raises:
            ValueError: one was put, and is not published yet.
        """

    def publish(
        self,
        manifest: Manifest,
        vectors: Vectors,
        *,
        corpus_map: CorpusMap | None = None,
        rejections: Iterable[Rejection] = (),
        possible: Iterable[PossibleDuplicate] = (),
        covered: Covered | None = None,
    ) -> Manifest:
        """Let all of it be what is read from now on, at once.

        A paper stays known by the ids that it had in what was published before, unless another
        paper is known by one now.

        Args:
            manifest: what it is made of and with. The sink states by itself what it alone knows:
                generation, papers, possible, map, statistics, files, and of each space the
                dimension, metric, rows, kind and recall.
            vectors: of the papers that were put, in their order, ``(n, dim)`` float32 of length 1.
            corpus_map: with a place for every paper, by row.
            rejections: records that became no paper, to be looked up later; those of the
                publication before are forgotten.
            possible: pairs of papers that are likely one; likewise. One whose papers are not both
                there is left out.
            covered: papers, and their vectors in the second space, where the manifest has one;
                ``None``: none yet.

        Returns:
            The manifest as it was published.

        Raises:
            ValueError: the vectors are of another shape or not finite; a map of another number of
                papers, or rows that there are not; an id was put twice; or papers stay whose
                vectors are of another model. Nothing is published then.
        """

    def close(self) -> None:
        """Forget what was not published. Again is no matter."""
