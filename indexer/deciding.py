"""The decisions of people that a build follows: where they are kept, and what is told of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from indexer.documents import Document, readable
from indexer.errors import DecisionsUnusable
from indexer.merging.decision_file import NAME, Decided, place_beside, read_decisions
from indexer.merging.decisions import Decisions
from indexer.store.manifest import DecisionsInfo


@dataclass(frozen=True, slots=True)
class Deciding:
    """A file of decisions, read once at the beginning of a build.

    Attributes:
        place: of the file, which need not be there.
        decided: what it says.
    """

    place: Path
    decided: Decided

    @classmethod
    def beside(cls, sources: Sequence[Path], asked: Path | None, index: Path) -> Self:
        """Read the file that is asked for, else the one beside the sources.

        Args:
            sources: of the build.
            asked: ``None``: nobody said where it is.
            index: the folder for it where all sources are pipes.

        Raises:
            DecisionsUnusable: it cannot be read, or its lines contradict each other.
        """
        place = asked.resolve() if asked else place_beside(sources, index)
        if not place.parent.is_dir():
            raise DecisionsUnusable(f"{place.parent}: no such folder, to keep {place.name} in")
        return cls(place, read_decisions(place))

    @property
    def to_follow(self) -> Decisions:
        """The decisions as those who merge records follow them."""
        return Decisions.of(self.decided.pairs("same"), self.decided.pairs("apart"))

    def is_kept_in(self, path: Path) -> bool:
        """Tell whether a file is no source, but holds decisions: these, or others by its name."""
        return path.name == NAME or path.resolve() == self.place

    def followed(self, lacking: Collection[str]) -> DecisionsInfo:
        """Return what a manifest says of the decisions.

        Args:
            lacking: the keys of records that no source has.
        """
        same, apart = self.decided.pairs("same"), self.decided.pairs("apart")
        return DecisionsInfo(
            file=str(self.place),
            sha256=self.decided.sha256,
            same=len(same),
            apart=len(apart),
            unknown=sum(1 for pair in (*same, *apart) if any(key in lacking for key in pair)),
        )


def notes_on_decisions(
    found: Sequence[Document], followed: DecisionsInfo, before: DecisionsInfo | None
) -> Iterator[str]:
    """Yield what people should know of their decisions: which are not followed.

    Args:
        found: all documents below the sources.
        followed: what is followed by this build.
        before: what was followed by the one before.
    """
    file = readable(followed.file)
    if followed.unknown:
        yield (
            f"{file}: kept, though these sources do not have the records: {followed.unknown:,} of "
            f"{followed.same + followed.apart:,} decisions"
        )
    lost = before.same + before.apart if before else 0
    if before and lost and before.file != followed.file and not followed.same + followed.apart:
        yield (
            f"{file}: has no decisions; the file of those that were followed before ({lost:,}) is "
            f"{readable(before.file)}: name it with --decisions"
        )
    elif before and lost and followed.sha256 is None:
        yield f"{file}: gone, with the decisions that were followed before ({lost:,})"
    for document in found:
        if document.path.name == NAME and str(document.path.resolve()) != followed.file:
            yield f"{document.name}: not followed; decisions are read from {file}"
