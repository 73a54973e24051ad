"""The manifest of a generation: what it is made of, and with; and what an older one tells."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from indexer.errors import IndexMismatch

FORMAT_VERSION = 6
"""Of the files of a generation; a reader refuses any other."""

AUTO = "auto"
"""The backend of a model that is to be run by what is faster, as a measurement will tell."""

STAND_IN = "fast"
"""The small model of a progressive build, where no other is named."""

REBUILT_A_MINUTE = 10_000
"""Papers that a rebuild gets through in a minute when their vectors are cached, cautiously."""


@dataclass(frozen=True, slots=True)
class Space:
    """The vectors of one model. What has a default is stated by the sink that publishes them.

    Attributes:
        model: its name, as asked for.
        fingerprint: hex SHA-256 over the files that shape its vectors.
        prompts: the text that it puts before a ``query`` and before a ``document``.
        backend: what runs it; :data:`AUTO`: it read no paper yet, and what is faster is not found.
        dimension: of the vectors.
        truncated: how many papers have a text longer than the model reads.
        rows: how many papers have a vector.
        metric: by which they are compared.
        kind: of the index over them.
        recall: the share of the truly nearest that this index finds; an exact one finds all.
        stands_in_for: the model that is still reading the papers; ``""``: it stands for itself.
        max_tokens: the most word pieces that the model was told to read of a text; ``None``: as
            its files say.
        ready_at: ISO 8601, UTC: when it will have read all papers, at the rate measured so far;
            ``""``: it has, or nobody knows.
    """

    model: str
    fingerprint: str
    prompts: dict[str, str]
    backend: str
    dimension: int
    truncated: int
    rows: int = 0
    metric: str = "inner_product"
    kind: str = "flat"
    recall: float = 1.0
    stands_in_for: str = ""
    max_tokens: int | None = None
    ready_at: str = ""


@dataclass(frozen=True, slots=True)
class MapInfo:
    """That there is a map.

    Attributes:
        version: of its files; a reader that knows another one goes without.
        method: by which papers were laid out.
    """

    version: int
    method: str


@dataclass(frozen=True, slots=True)
class DecisionsInfo:
    """The decisions of people on records that a build has followed.

    Attributes:
        file: that they are kept in, absolute; it need not be there.
        sha256: of its bytes when it was read; ``None``: it was not there.
        same: how many pairs of records were said to be of one paper.
        apart: how many were said to be of two.
        unknown: how many pairs have a record that no source has any more.
    """

    file: str
    sha256: str | None = None
    same: int = 0
    apart: int = 0
    unknown: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object; a path that is no Unicode is shown as well as can be."""
        return asdict(self) | {"file": self.file.encode("utf-8", "replace").decode()}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of, and with. What has a default is stated by the sink.

    Attributes:
        built_at: ISO 8601, UTC.
        text_recipe: names how a paper's text is made.
        spaces: the vectors of the papers; the first has all of them. Where it stands in for another
            model, a second has those that this model has read so far, perhaps none yet.
        ledger: counts of the build.
        roots: the sources as they were given, absolute.
        columns: which column of a table holds which field, as far as that was given.
        apart: by which rules records were not merged.
        follow_links: whether links out of the folders were followed.
        decisions: of people, which come before all rules.
        sources: each document read, with its hash and counts.
        versions: of akin, Python and the libraries that shape the files.
        format_version: :data:`FORMAT_VERSION` of the builder.
        generation: its id; ids sort by time.
        papers: how many there are.
        possible: how many pairs of them are likely one paper.
        map: whether there is one, and which.
        statistics: of the corpus, frozen when it was built.
        files: SHA-256 and bytes of each file of the generation.
    """

    built_at: str
    text_recipe: str
    spaces: list[Space]
    ledger: dict[str, int]
    roots: list[str]
    columns: dict[str, str]
    apart: list[str]
    decisions: DecisionsInfo
    sources: list[dict[str, Any]]
    versions: dict[str, str]
    follow_links: bool = False
    format_version: int = FORMAT_VERSION
    generation: str = ""
    papers: int = 0
    possible: int = 0
    map: MapInfo | None = None
    statistics: dict[str, Any] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def space(self) -> Space:
        """The vectors that all papers have."""
        return self.spaces[0]

    @property
    def finer(self) -> Space | None:
        """The vectors that papers are still being given; ``None``: there is but one space."""
        return self.spaces[1] if len(self.spaces) > 1 else None

    @property
    def answering(self) -> list[Space]:
        """The spaces that have a paper at all: those whose models answer."""
        return [self.space, *(one for one in self.spaces[1:] if one.rows)]

    @classmethod
    def from_bytes(cls, data: bytes, path: Path) -> Self:
        """Parse a manifest whose checksum was right.

        Raises:
            IndexMismatch: it is of another format version.
        """
        content = json.loads(data)
        version = content.get("format_version")
        if version != FORMAT_VERSION:
            mend = how_to_mend(path.parents[2])
            papers = content.get("papers")
            if isinstance(version, int) and version < FORMAT_VERSION and isinstance(papers, int):
                mend = f"{mend}. {_time_to_rebuild(papers)}"
            raise IndexMismatch(
                f"{path}: index format {version}, this akin reads {FORMAT_VERSION}. {mend}",
                file=str(path),
            )
        content.setdefault("follow_links", False)  # not stated by earlier builders
        values = {one.name: content[one.name] for one in fields(cls)}
        values["spaces"] = [Space(**space) for space in content["spaces"]]
        values["decisions"] = DecisionsInfo(**content["decisions"])
        values["map"] = MapInfo(**content["map"]) if content["map"] else None
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What an index was built from and with; see :class:`Manifest`."""

    roots: list[Path]
    model: str
    columns: dict[str, str]
    apart: list[str]
    follow_links: bool = False
    decisions: Path | None = None
    backend: str | None = None
    max_tokens: int | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read this much from the manifest of any format version.

        Raises:
            ValueError, LookupError, TypeError: it is no manifest.
        """
        content = json.loads(data)
        # Before format 5 there was one model.
        spaces = content.get("spaces") or [{"model": content["model"]["name"]}]
        return cls(
            roots=[Path(root) for root in content["roots"]],
            # The last is the one asked for: another may stand in for it.
            model=str(spaces[-1]["model"]),
            columns=dict(content.get("columns", {})),
            apart=list(content.get("apart", [])),
            follow_links=bool(content.get("follow_links")),
            # Before format 6 nobody could decide anything.
            decisions=Path(content["decisions"]["file"]) if "decisions" in content else None,
            backend=spaces[-1].get("backend"),
            max_tokens=spaces[-1].get("max_tokens"),
        )


def how_to_mend(index: Path) -> str:
    """Return the advice that ends an error: the command that builds an index folder anew."""
    return f"Build it anew: rebuild-index --index {index}"


def how_to_go_on(index: Path | str, small: str, cache: Path | None = None) -> str:
    """Return the command that goes on with a progressive build.

    Args:
        index: its folder.
        small: the model that stands in.
        cache: where vectors are kept, as it was given.
    """
    with_ = "" if small == STAND_IN else f" --stand-in {small}"
    kept = f" --cache {cache}" if cache else ""
    return f"rebuild-index --index {index} --progressive{with_}{kept}"


def _time_to_rebuild(papers: int) -> str:
    minutes = math.ceil(papers / REBUILT_A_MINUTE)
    if minutes > 90:
        how_long = f"about {math.ceil(minutes / 60)} hours"
    else:
        how_long = f"about {minutes} minutes" if minutes > 1 else "a minute at most"
    return f"Its {papers:,} papers take {how_long}, as their vectors are kept in its cache"
