"""The account of a rebuild: what became of every record of every source."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from indexer.cleaning.text import no_formula
from indexer.paper import Rejection
from indexer.store.catalogue import papers_by_id
from indexer.store.entry import Apart, Changed, Merged
from indexer.store.manifest import DecisionsInfo
from indexer.store.records import Comparison, Records

SHOWN_REJECTIONS = 100
"""How many rejections a report lists; the catalogue keeps all."""

_FIELDS = ("status", "source", "line", "reason", "paper", "record", "head")


@dataclass(slots=True)
class SourceAccount:
    """What was found in one document.

    Attributes:
        source: its name, as papers give it.
        path: where it lay.
        format: as its reader names it.
        sha256: of its bytes.
        records: all that were found: ``papers + merged + rejected``.
        papers: those that became a paper.
        merged: those that were another record of a paper already there.
        rejected: those that could not be read.
        without_abstract: those that have only a title; they count as papers or merged all the same.
    """

    source: str
    path: str
    format: str
    sha256: str
    records: int = 0
    papers: int = 0
    merged: int = 0
    rejected: int = 0
    without_abstract: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the account as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts of a rebuild: ``records = added + updated + unchanged + merged + rejected``."""

    records: int
    added: int
    updated: int
    unchanged: int
    removed: int
    merged: int
    rejected: int

    @classmethod
    def of(cls, sources: list[SourceAccount], comparison: Comparison) -> Ledger:
        """Return the ledger of what was read, compared with the generation before."""
        return cls(
            records=sum(source.records for source in sources),
            added=comparison.added,
            updated=comparison.updated,
            unchanged=comparison.unchanged,
            removed=comparison.removed,
            merged=sum(source.merged for source in sources),
            rejected=sum(source.rejected for source in sources),
        )

    def to_json(self) -> dict[str, int]:
        """Return the counts as a JSON object."""
        return asdict(self)


@dataclass(slots=True)
class Report:
    """What a rebuild did.

    Attributes:
        generation: the one that is current now, ``None`` after a dry run of a new index.
        published: whether this run made it.
        papers: in the corpus.
        embedded: texts that the model was run on.
        truncated: papers with a text longer than the model reads.
        seconds: wall time.
        phases: seconds of each, in the order in which they began; what is between them is in none,
            and what goes on beside another counts when it is waited for.
        ledger: counts of all records.
        sources: one account per document.
        possible: pairs of papers that are likely one, for people to decide.
        decisions: of people, that were followed.
        rejections: the first :data:`SHOWN_REJECTIONS`.
        skipped: files of a folder that hold no format akin reads, each with the reason.
        notes: what else people should know, such as a damaged file that was set aside.
    """

    generation: str | None
    published: bool
    papers: int
    embedded: int
    truncated: int
    seconds: float
    ledger: Ledger
    sources: list[SourceAccount]
    possible: int
    decisions: DecisionsInfo
    rejections: list[Rejection] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    phases: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the report as ``--json`` prints it."""
        return {
            "ok": True,
            "generation": self.generation,
            "published": self.published,
            "papers": self.papers,
            "embedded": self.embedded,
            "truncated": self.truncated,
            "seconds": round(self.seconds, 3),
            "phases": {name: round(seconds, 3) for name, seconds in self.phases.items()},
            "ledger": self.ledger.to_json(),
            "sources": [source.to_json() for source in self.sources],
            "possible": self.possible,
            "decisions": self.decisions.to_json(),
            "rejections": [rejection.to_json() for rejection in self.rejections],
            "skipped": self.skipped,
            "notes": self.notes,
        }


def changes(
    records: Records,
    known: Mapping[str, str],
    comparison: Comparison,
    previous: Path | None,
) -> Iterator[Changed]:
    """Yield the papers that are added, updated and removed; none where no paper was read at all.

    Args:
        records: settled.
        known: content hashes by id, before.
        comparison: with these.
        previous: the catalogue that holds the removed ones, if there is one.
    """
    if len(records):
        yield from records.changed(known)
        if previous:
            for paper in papers_by_id(previous, comparison.gone):
                yield Changed("removed", paper.id, paper.sources[0], None, paper.title)


def write_ledger(
    path: Path,
    rejected: Iterable[Rejection],
    merged: Iterable[Merged],
    apart: Iterable[Apart] = (),
    changed: Iterable[Changed] = (),
) -> None:
    """Write one line per record that is not a paper of its own, and per paper that changed.

    A paper that was not merged with others that state the same identifier has a line, too.
    The lines are JSON objects, or rows under a header if the file's name ends in ``.csv``; no cell
    of these is a formula.

    Args:
        path: the file; one that is there is replaced.
        rejected: records that could not be read.
        merged: the records of papers made of several; the first of each is a paper, not a line.
        apart: papers that share an identifier with others, and are not one with them.
        changed: papers that are added, updated or removed.
    """
    lines = [
        ({"status": "rejected", "paper": None, "record": None, **r.to_json()} for r in rejected),
        ({"status": "merged", **m.to_json()} for m in merged if m.reason),
        ({"status": "apart", "record": None, **a.to_json()} for a in apart),
        ({"reason": None, "record": None, **c.to_json()} for c in changed),
    ]
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        rows = csv.DictWriter(file, _FIELDS, extrasaction="ignore")
        as_csv = path.suffix.lower() == ".csv"
        if as_csv:
            rows.writeheader()
        for line in (one for some in lines for one in some):
            if as_csv:
                rows.writerow(
                    {n: no_formula(v) if isinstance(v, str) else v for n, v in line.items()}
                )
            else:
                ordered = {name: line[name] for name in _FIELDS}
                file.write(json.dumps(ordered, ensure_ascii=False) + "\n")
