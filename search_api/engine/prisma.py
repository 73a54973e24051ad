"""The numbers of a review's flow diagram: what was identified, removed, screened and included.

The boxes are those of PRISMA 2020 (Page et al. 2021, https://doi.org/10.1136/bmj.n71) for new
reviews of databases and registers. akin counts what it knows: the records of each source, the
duplicates that it merged, the records that it could not read, the papers that are left to be
screened. Decisions are counted where sources hold any; what nobody says is ``None``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from indexer.fields import extra_values
from indexer.paper import Paper
from indexer.store.catalogue import MergedPaper
from search_api.store.local import LocalStore
from search_api.store.store import papers_of


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are of something.

    Attributes:
        name: of a source, or of a reason.
        records: how many.
    """

    name: str
    records: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of a record.

    Attributes:
        included: whether it was.
        reasons: why it was not, as far as that is stated.
    """

    included: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """The numbers of the diagram: ``identified = within + between + unreadable + to_screen``.

    Attributes:
        identified: records that were read.
        sources: those of each file.
        within: duplicates of a record of the same file.
        between: duplicates of a record of another file.
        unreadable: records that could not be read.
        unreadable_by: by reason, the most frequent first.
        to_screen: papers that are left.
        screened: those of which a decision is known; ``None`` where there is none at all.
        excluded: how many of these were not included; ``None`` where none is, and some are not
            screened.
        excluded_by: by reason, the most frequent first; of some a paper has several, or none.
        included: how many were; ``None`` likewise.
    """

    identified: int
    sources: tuple[Count, ...]
    within: int
    between: int
    unreadable: int
    unreadable_by: tuple[Count, ...]
    to_screen: int
    screened: int | None = None
    excluded: int | None = None
    excluded_by: tuple[Count, ...] = ()
    included: int | None = None

    @property
    def duplicates(self) -> int:
        """Records that were merged into another one's paper."""
        return self.within + self.between

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as a JSON object."""
        return {**asdict(self), "duplicates": self.duplicates}


def flow_of(store: LocalStore) -> Flow:
    """Count an index; one paper is held at a time."""
    manifest = store.generation.manifest
    sources = [Count(str(one["source"]), int(one["records"])) for one in manifest.sources]
    unreadable = Counter(_kind(one.reason) for one in store.rejections())
    decided = Counter[str]()
    reasons = Counter[str]()
    for decision in filter(None, map(decision_of, papers_of(store, store.everything))):
        decided["included" if decision.included else "excluded"] += 1
        reasons.update(decision.reasons)
    within, between = _duplicates(store.merged_papers())
    flow = Flow(
        identified=sum(one.records for one in sources),
        sources=tuple(sources),
        within=within,
        between=between,
        unreadable=unreadable.total(),
        unreadable_by=_ranked(unreadable),
        to_screen=manifest.papers,
    )
    if not decided:
        return flow
    return _with_decisions(flow, decided, reasons)


def _with_decisions(flow: Flow, decided: Mapping[str, int], reasons: Counter[str]) -> Flow:
    screened = sum(decided.values())
    # Some state what they included, or what they excluded, and nothing of the rest.
    none = 0 if screened == flow.to_screen else None
    return replace(
        flow,
        screened=screened,
        excluded=decided["excluded"] or none,
        excluded_by=_ranked(reasons),
        included=decided["included"] or none,
    )


def _duplicates(merged: Iterable[MergedPaper]) -> tuple[int, int]:
    """Return how many records are of a paper that the same file has, and that only others have."""
    within = between = 0
    for paper in merged:
        first, *others = paper.records
        seen = {first.source}
        for record in others:
            if record.source in seen:
                within += 1
            else:
                between += 1
            seen.add(record.source)
    return within, between


def _kind(reason: str) -> str:
    """Return a reason without the value that it speaks of, so that those of one kind are one."""
    return reason.partition(": ")[0]


def _ranked(counted: Counter[str]) -> tuple[Count, ...]:
    return tuple(Count(name, n) for name, n in sorted(counted.items(), key=lambda p: (-p[1], p[0])))


_COLUMNS = ("included", "asreview_label", "label_included", "screening_decision", "decision")
_REASONS = ("exclusion_reason", "exclusion_reasons", "exclude_reason")
_YES = frozenset("1 yes true included include relevant".split())
_NO = frozenset("0 no false excluded exclude irrelevant".split())
_KEYWORD = re.compile(r"(in|ex)clude[d]?(?:\s*[:–—-]\s*(.+))?", re.IGNORECASE)
_ASREVIEW = re.compile(r"\bASReview_(ir)?relevant\b", re.IGNORECASE)
_RAYYAN = re.compile(r"RAYYAN-INCLUSION:\s*(\{[^}]*\}|\w+)", re.IGNORECASE)
_RAYYAN_REASONS = re.compile(r"RAYYAN-EXCLUSION-REASONS:\s*([^|;]+)", re.IGNORECASE)
_RAYYAN_WORD = re.compile(r"\b(included|excluded|maybe|yes|no)\b", re.IGNORECASE)


def decision_of(paper: Paper) -> Decision | None:
    """Return what its sources say was decided of a paper; ``None`` for nothing, or both.

    Read are a column ``included`` (also ``asreview_label``, ``decision`` and the like) of 1 and 0,
    yes and no, included and excluded; keywords ``included`` and ``excluded: reason``; and the notes
    that ASReview and Rayyan write into RIS and CSV.
    """
    said = list(_said(paper))
    verdicts = {verdict for verdict, _ in said}
    if verdicts == {"in"}:
        return Decision(True)
    if verdicts != {"ex"}:
        return None
    stated = [reason for name in _REASONS for reason in extra_values(paper, name)]
    reasons = [" ".join(one.split()) for one in [*(why for _, why in said), *stated]]
    return Decision(False, tuple(dict.fromkeys(filter(None, reasons))))


def _said(paper: Paper) -> Iterator[tuple[Literal["in", "ex", "undecided"], str]]:
    """Yield each verdict on a paper, and the reason beside it."""
    for name in _COLUMNS:
        word = str(paper.extra.get(name, "")).strip().casefold().removesuffix(".0")
        if word in _YES or word in _NO:
            yield "in" if word in _YES else "ex", ""
    for keyword in extra_values(paper, "keywords"):
        if match := _KEYWORD.fullmatch(keyword.strip()):
            yield "in" if match[1].lower() == "in" else "ex", match[2] or ""
    for note in extra_values(paper, "note"):
        for match in _ASREVIEW.finditer(note):
            yield "ex" if match[1] else "in", ""
        for match in _RAYYAN.finditer(note):
            words = {word.lower() for word in _RAYYAN_WORD.findall(match[1])}
            reasons = _RAYYAN_REASONS.search(note)
            if words and words <= {"included", "yes"}:
                yield "in", ""
            elif words and words <= {"excluded", "no"}:
                yield from (("ex", why) for why in (reasons[1] if reasons else "").split(","))
            elif words:
                yield "undecided", ""


def boxes(flow: Flow) -> Sequence[tuple[str, Sequence[str], Sequence[str]]]:
    """Return the boxes of the diagram from above: their stage, their lines, those beside them."""
    files = "file" if len(flow.sources) == 1 else "files"
    return (
        (
            "Identification",
            [
                f"Records identified from {len(flow.sources):,} {files} {_n(flow.identified)}",
                *_listed(flow.sources),
            ],
            [
                "Records removed before screening:",
                f"  Duplicate records removed {_n(flow.duplicates)}",
                f"    within a file {_n(flow.within)}",
                f"    between files {_n(flow.between)}",
                f"  Records that could not be read {_n(flow.unreadable)}",
                *("  " + line for line in _listed(flow.unreadable_by)),
            ],
        ),
        (
            "Screening",
            [
                f"Records screened {_n(flow.screened)}",
                f"  of {flow.to_screen:,} to be screened",
            ],
            [f"Records excluded {_n(flow.excluded)}", *_listed(flow.excluded_by)],
        ),
        (
            "Screening",
            [f"Reports sought for retrieval {_n(None)}"],
            [f"Reports not retrieved {_n(None)}"],
        ),
        (
            "Screening",
            [f"Reports assessed for eligibility {_n(None)}"],
            [f"Reports excluded {_n(None)}"],
        ),
        (
            "Included",
            [
                f"Studies included in review {_n(flow.included)}",
                f"Reports of included studies {_n(None)}",
            ],
            [],
        ),
    )


_SHOWN = 15


def _listed(counts: Sequence[Count]) -> list[str]:
    lines = [f"  {one.name} {_n(one.records)}" for one in counts[:_SHOWN]]
    rest = counts[_SHOWN:]
    if rest:
        lines.append(f"  and {len(rest):,} more {_n(sum(one.records for one in rest))}")
    return lines


def _n(number: int | None) -> str:
    return f"(n = {'?' if number is None else f'{number:,}'})"
