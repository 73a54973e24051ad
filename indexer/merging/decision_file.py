"""The file of decisions: what people said of two records, one decision a line, beside the sources.

A line is a JSON object, whole by itself (here in two), so that a file may be sorted, merged and
edited by hand::

    {"decision": "apart", "records": ["0f…", "9c…"], "titles": ["…", "…"],
     "date": "2026-11-30", "where": "akin decide"}

``records`` are two keys of :func:`indexer.merging.decisions.record_key`, in any order; what follows
them is for people to read, and may be left out. Empty lines, and those that begin with ``#``, are
passed over. What akin does not write itself it leaves as it is, to the byte.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NoReturn, get_args

import orjson

from indexer.errors import DecisionsUnusable
from indexer.files import replace_file
from indexer.merging.decisions import RECORD_KEY, Pair
from indexer.paper import as_json

NAME = "akin-decisions.jsonl"
"""Of the file, where nobody names another."""

Verdict = Literal["same", "apart"]

_SHOWN = 80
_PATIENCE = 30.0
"""Seconds to wait for others who write."""
_VERB = {"same": "are the same", "apart": "are apart"}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said of two records.

    Attributes:
        verdict: whether they are of one paper.
        records: their keys, in order.
        titles: theirs, for people to read; ``""`` where the line has none.
        date: when it was said, likewise.
        where: it was said, likewise.
        line: 1-based, in the file; 0: not written yet.
    """

    verdict: Verdict
    records: Pair
    titles: Pair = ("", "")
    date: str = ""
    where: str = ""
    line: int = 0

    @classmethod
    def of(cls, verdict: Verdict, titles: Mapping[str, str], where: str) -> Decision:
        """Return what is said today.

        Args:
            verdict: whether the records are of one paper.
            titles: of two records, by key.
            where: it is said.
        """
        (one, title), (other, other_title) = sorted(titles.items())
        today = datetime.now(UTC).date().isoformat()
        return cls(verdict, (one, other), (title, other_title), today, where)

    def to_json(self) -> dict[str, Any]:
        """Return the decision as a line of the file has it."""
        return {
            "decision": self.verdict,
            "records": list(self.records),
            "titles": list(self.titles),
            "date": self.date,
            "where": self.where,
        }


@dataclass(frozen=True, slots=True)
class Decided:
    """A file of decisions as it was read.

    Attributes:
        decisions: in the order of the lines.
        sha256: of the bytes of the file; ``None`` where there is none.
    """

    decisions: tuple[Decision, ...] = ()
    sha256: str | None = None

    @property
    def verdicts(self) -> dict[Pair, Verdict]:
        """What was said, by the keys of the records in order."""
        return {one.records: one.verdict for one in self.decisions}

    def pairs(self, verdict: Verdict) -> list[Pair]:
        """Return the pairs of which that was said, each once."""
        return [pair for pair, said in self.verdicts.items() if said == verdict]


def place_beside(sources: Sequence[Path], index: Path) -> Path:
    """Return where the decisions on what sources hold are kept, if nobody says where.

    Args:
        sources: the first that is a file or a folder decides; what came through pipes, and lies
            within the index, does not.
        index: the folder where all came through pipes.
    """
    own = index.resolve()
    for source in sources:
        if (source.is_dir() or source.is_file()) and not source.resolve().is_relative_to(own):
            folder = source if source.is_dir() else source.parent
            return (folder / NAME).resolve()
    return own / NAME


def read_decisions(path: Path) -> Decided:
    """Read a file of decisions; one that is not there has none.

    Raises:
        DecisionsUnusable: a line says nothing that can be followed, or lines contradict each other.
    """
    return _parsed(path, _bytes_of(path))


def add_decisions(path: Path, decisions: Iterable[Decision]) -> list[Decision]:
    """Write decisions behind those that are there, together or not at all.

    What others write meanwhile is kept. What was said already is not said again.

    Returns:
        Those that were written.

    Raises:
        DecisionsUnusable: they contradict each other or what is there, or that cannot be read, or
            nothing can be written there.
    """

    def added(data: bytes, before: Decided) -> tuple[bytes, list[Decision]]:
        verdicts = before.verdicts
        new = list(
            {d.records: d for d in decisions if verdicts.get(d.records) != d.verdict}.values()
        )
        after = [*before.decisions, *new]
        _check(path, after)
        ended = data if not data or data.endswith((b"\n", b"\r")) else data + b"\n"
        return ended + b"".join(_line(one) for one in new), new

    return _rewrite(path, added)


def remove_decisions(path: Path, unwanted: Callable[[Pair], bool]) -> list[Decision]:
    """Take decisions out of the file, and leave all else as it is.

    Args:
        path: of the file.
        unwanted: tells of the keys of two records, in order, whether what was said of them goes.

    Returns:
        Those that were there.

    Raises:
        DecisionsUnusable: the file cannot be read or written.
    """

    def removed(data: bytes, before: Decided) -> tuple[bytes, list[Decision]]:
        gone = [one for one in before.decisions if unwanted(one.records)]
        lines = {one.line for one in gone}
        kept = enumerate(data.splitlines(keepends=True), 1)
        return b"".join(line for number, line in kept if number not in lines), gone

    return _rewrite(path, removed)


def _rewrite(
    path: Path, change: Callable[[bytes, Decided], tuple[bytes, list[Decision]]]
) -> list[Decision]:
    from filelock import FileLock

    path = path.resolve()  # of a link, what it leads to is replaced
    if not path.parent.is_dir():
        raise DecisionsUnusable(f"{path.parent}: no such folder, to keep {path.name} in")
    try:
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=_PATIENCE):
            data = _bytes_of(path)
            after, changed = change(data or b"", _parsed(path, data))
            if changed:
                replace_file(path, [after])
    except OSError as error:  # no permission, disk full, or the lock is held for too long
        raise DecisionsUnusable(
            f"{path}: cannot be written: {error.strerror or error}", file=str(path)
        ) from error
    return changed


def _line(one: Decision) -> bytes:
    return as_json(one.to_json()).encode("utf-8", "replace") + b"\n"


def _bytes_of(path: Path) -> bytes | None:
    """Return what is in a file, ``None`` where there is none."""
    if not path.exists():
        return None
    if not path.is_file():
        raise DecisionsUnusable(f"{path}: is no file", file=str(path))
    try:
        return path.read_bytes()
    except OSError as error:
        raise DecisionsUnusable(
            f"{path}: cannot be read: {error.strerror or error}", file=str(path)
        ) from error


def _parsed(path: Path, data: bytes | None) -> Decided:
    if data is None:
        return Decided()
    lines = data.removeprefix(b"\xef\xbb\xbf").splitlines()
    decisions = [
        _decision(path, number, line)
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith(b"#")
    ]
    _check(path, decisions)
    return Decided(tuple(decisions), hashlib.sha256(data).hexdigest())


def _decision(path: Path, number: int, line: bytes) -> Decision:
    """Return what a line says."""

    def bad(reason: str, value: object) -> NoReturn:
        shown = value if isinstance(value, str) else orjson.dumps(value).decode()
        raise DecisionsUnusable(
            f"{path}:{number}: {shown[:_SHOWN]}: {reason}",
            file=str(path),
            line=number,
            value=shown[:_SHOWN],
        )

    try:
        stated = orjson.loads(line)
    except orjson.JSONDecodeError:
        bad("is no JSON object, as each line must be", line.decode("utf-8", "replace"))
    if not isinstance(stated, dict):
        bad("is no JSON object, as each line must be", stated)
    records, decision = stated.get("records"), stated.get("decision")
    verdict = next((one for one in get_args(Verdict) if one == decision), None)
    if verdict is None:
        bad('the decision must be "same" or "apart"', decision)
    if not (isinstance(records, list) and len(records) == 2):
        bad("the records must be the keys of two", records)
    keys = [str(key).strip().lower() for key in records]
    for key, written in zip(keys, records, strict=True):
        if not RECORD_KEY.fullmatch(key):
            bad("is no key of a record, which has 16 digits of 0 to 9 and a to f", written)
    if keys[0] == keys[1]:
        bad("is one record, of which nothing is to be decided", keys[0])
    titles = stated.get("titles")
    told = titles if isinstance(titles, list) and len(titles) == 2 else ["", ""]
    by_key = sorted(zip(keys, map(str, told), strict=True))
    return Decision(
        verdict,
        (by_key[0][0], by_key[1][0]),
        (by_key[0][1], by_key[1][1]),
        date=str(stated.get("date") or ""),
        where=str(stated.get("where") or ""),
        line=number,
    )


def _check(path: Path, decisions: Sequence[Decision]) -> None:
    """Refuse decisions that cannot all be followed: *same* holds over others, too.

    Raises:
        DecisionsUnusable: with the lines that contradict each other.
    """
    same: dict[str, list[tuple[str, Decision]]] = defaultdict(list)
    for one in decisions:
        if one.verdict == "same":
            for record, other in (one.records, one.records[::-1]):
                same[record].append((other, one))
    group: dict[str, str] = {}
    for record in same:
        if record not in group:
            group |= dict.fromkeys(_reached(record, same), record)
    for one in decisions:
        first, second = one.records
        if one.verdict == "apart" and group.get(first, first) == group.get(second, second):
            _contradict(path, one, _between(first, second, same))


def _reached(record: str, same: Mapping[str, list[tuple[str, Decision]]]) -> dict[str, Any]:
    """Return the records that are the same as one, each with how it was come to, itself first."""
    found: dict[str, Any] = {record: None}
    queue = deque([record])
    while queue:
        here = queue.popleft()
        for other, by in same[here]:
            if other not in found:
                found[other] = here, by
                queue.append(other)
    return found


def _between(
    record: str, other: str, same: Mapping[str, list[tuple[str, Decision]]]
) -> list[Decision]:
    """Return the fewest decisions by which two records are the same."""
    found, chain = _reached(record, same), []
    while found[other]:
        other, by = found[other]
        chain.append(by)
    return chain


def _contradict(path: Path, apart: Decision, chain: Sequence[Decision]) -> NoReturn:
    by = sorted(chain, key=lambda one: one.line or 1e9)
    first, second = apart.records
    said = f"{first} and {second} {_VERB['same']} by {_and([_where(one) for one in by])}"
    raise DecisionsUnusable(
        f"{path}: {said}, and {_VERB['apart']} by {_where(apart)}. Both cannot be: take one of "
        "them out (akin decide --undo)",
        file=str(path),
        line=max(one.line for one in (*by, apart)),
        lines=sorted(one.line for one in (*by, apart) if one.line),
    )


def _where(one: Decision) -> str:
    return f"line {one.line}" if one.line else "what is said now"


def _and(parts: Sequence[str]) -> str:
    parts = list(dict.fromkeys(parts))
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)
