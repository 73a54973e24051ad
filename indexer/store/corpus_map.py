"""The map of a generation: where each paper lies in two dimensions, and what the regions are about.

Three files; entry ``i`` of an array belongs to the paper of row ``i``, from 0::

    map.npy         float32  (n, 2)   coordinates in [-1, 1]
    map-topics.npy  int16    (n,)     index of the paper's topic
    map.json                          all else: see CorpusMap
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from indexer.arrays import Points
from indexer.errors import IndexCorrupted

MAP_VERSION = 1
"""Of the files below; who reads another one goes without a map."""

POINTS, TOPICS, ABOUT = "map.npy", "map-topics.npy", "map.json"
MAP_FILES = frozenset({POINTS, TOPICS, ABOUT})


@dataclass(frozen=True, slots=True)
class Topic:
    """Papers near each other in meaning.

    Attributes:
        label: a name for people.
        terms: what its papers say more than others, most telling first.
        papers: how many it has.
        x: of its middle on the map, the median of its papers.
        y: likewise.
        central: the papers nearest to its centre in meaning, by row.
    """

    label: str
    terms: tuple[str, ...]
    papers: int
    x: float
    y: float
    central: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """How much of what is near in meaning is near on the map.

    Attributes:
        share: of the ``k`` papers nearest by cosine, how many are among the ``k`` nearest on the
            map, on average; ``None`` where there are no more than ``k`` others.
        k: how many neighbours were looked at.
        sample: of how many papers.
    """

    share: float | None
    k: int
    sample: int


@dataclass(frozen=True, slots=True)
class CorpusMap:
    """A map.

    Attributes:
        method: by which papers were laid out.
        points: ``(n, 2)``.
        topic_of: ``(n,)``, index into ``topics``.
        topics: the largest first.
        kept: how far to trust it.
        variance: the share of the vectors' variance that it showed when they were laid out;
            ``None`` for PaCMAP, and where the vectors do not vary.
        placed: how many papers were placed beside their neighbours since all were laid out.
    """

    method: Method
    points: Points
    topic_of: TopicOf
    topics: tuple[Topic, ...]
    kept: Kept
    variance: float | None
    placed: int

    def write(self, folder: Path) -> None:
        """Write the files of the map into the folder of a generation."""
        np.save(folder / POINTS, self.points)
        np.save(folder / TOPICS, self.topic_of)
        about = {
            "method": self.method,
            "kept": asdict(self.kept),
            "variance": self.variance,
            "placed": self.placed,
            "topics": [asdict(topic) for topic in self.topics],
        }
        (folder / ABOUT).write_bytes(json.dumps(about, indent=1).encode())

    @classmethod
    def read(cls, folder: Path, papers: int) -> CorpusMap:
        """Open the map of a generation; the arrays are mapped, not copied.

        Raises:
            IndexCorrupted: a file is missing or does not fit the others.
        """
        try:
            points = np.load(folder / POINTS, mmap_mode="r")
            topic_of = np.load(folder / TOPICS, mmap_mode="r")
            about = json.loads((folder / ABOUT).read_bytes())
            topics = tuple(_topic(of) for of in about["topics"])
            found = cls(
                about["method"],
                points,
                topic_of,
                topics,
                Kept(**about["kept"]),
                about["variance"],
                about["placed"],
            )
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise IndexCorrupted(f"{folder}: the map: {error}", file=str(folder)) from error
        if points.shape != (papers, 2) or topic_of.shape != (papers,):
            raise IndexCorrupted(
                f"{folder}: the map has points {points.shape} and topics {topic_of.shape}, there "
                f"are {papers} papers",
                file=str(folder),
            )
        return found


def _topic(of: dict[str, Any]) -> Topic:
    return Topic(**{**of, "terms": tuple(of["terms"]), "central": tuple(of["central"])})


Method = Literal["pacmap", "pca"]


TopicOf = npt.NDArray[np.int16]
"""The topic of each paper ``(n,)``."""
