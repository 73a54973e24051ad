"""What people see on a terminal: results, a paper, the state of an index."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from indexer.paper import Paper
from indexer.store.catalogue import MergedPaper
from indexer.store.manifest import how_to_go_on
from indexer.words import STOP_WORDS
from search_api.query.results import Coverage, Hit, IndexInfo, ResultList
from search_api.ranking.features import FEATURES
from search_api.ranking.signals import SIGNALS

if TYPE_CHECKING:
    from indexer.merging.decision_file import Decision
    from search_api.explaining.explanation import Contribution, Explanation, Share

_ABSTRACT_LINES = 2
_AUTHORS = 3
_INDENT = " " * 4
_TOP_WORDS = 8
_GREENS, _REDS = ("#d0f0d0", "#90e090", "#40c840"), ("#f8d8d8", "#f0a8a8", "#e86868")
"""Weak to strong; a share of less than a quarter of the largest has none."""
_FAINT = 0.01
"""The largest share is taken to be this at least: where nothing fits, nothing is tinted."""


def results(out: Console, page: ResultList, whole: Iterable[Hit] | None = None) -> None:
    """Print a page of results, or the whole list that it is the first of."""
    last = 0
    for hit in page.hits if whole is None else whole:
        _hit(out, hit)
        last = hit.rank
    if not page.hits:
        out.print("no paper matches; wider filters or other words may")
    if page.suggestion:
        out.print(f"did you mean: {escape(page.suggestion)}", soft_wrap=True)
    for note in page.notes:
        out.print(f"[yellow]note[/] {escape(note)}", soft_wrap=True)
    if page.next and whole is None:
        out.print(f"[dim]next page: --cursor {page.next}[/]", soft_wrap=True)
    shown = f"{page.hits[0].rank}–{last} of " if page.hits else ""
    out.print(
        f"[dim]{shown}{page.total:,} papers, {page.took_ms:.0f} ms, generation "
        f"{page.index.generation}, {escape(page.index.model)}{escape(_covered(page.index))}[/]",
        soft_wrap=True,
    )


def _covered(index: IndexInfo) -> str:
    found = index.covered
    if found is None:
        return ""
    left = f", {found.left()} left" if found.left() else ""
    return f"; {found.papers:,} of {index.papers:,} papers by {found.model} so far{left}"


def _hit(out: Console, hit: Hit) -> None:
    paper = hit.paper
    year = f" ({paper.year})" if paper.year else ""
    out.print(f"[bold]{hit.rank:>2}  {escape(paper.title)}[/]{year}", soft_wrap=True)
    out.print(f"{_INDENT}[dim]{escape(_byline(paper))}[/]", soft_wrap=True)
    width = max(40, min(out.width, 100) - len(_INDENT))
    for line in textwrap.wrap(paper.abstract, width, max_lines=_ABSTRACT_LINES, placeholder=" …"):
        out.print(f"{_INDENT}{escape(line)}", soft_wrap=True)
    out.print(f"{_INDENT}[dim]{escape(_why(hit))}[/]\n", soft_wrap=True)


def _byline(paper: Paper) -> str:
    names = ", ".join(paper.authors[:_AUTHORS])
    cut = len(paper.authors) > _AUTHORS or paper.extra.get("authors_cut")
    code = "code" if paper.code else ""
    parts = [paper.id, names + (" et al." if names and cut else ""), paper.venue]
    return " · ".join(filter(None, [*parts, " ".join(paper.categories), code]))


def _why(hit: Hit) -> str:
    if not any(hit.voices.values()):  # nothing was asked to rank by
        return hit.paper.date or str(hit.paper.year or "no date")
    parts = [f"has this {hit.named}"] if hit.named else []
    parts.append(f"score {hit.score:.2f}")
    parts += [
        f"{signal.noun} #{voice.rank} ({signal.told(voice.score)})"
        for signal in SIGNALS
        if (voice := hit.voices[signal.name])
    ]
    if hit.lift:
        parts.append(f"neighbours +{hit.lift:.2f}")
    if hit.second:
        parts.append(f"second look {hit.second:+.2f}")
    if hit.rerank is not None:
        parts.append(f"read again: {hit.rerank:.2f}")
    if hit.same:
        parts.append(f"the same work: {', '.join(hit.same)}")
    return ", ".join(parts)


def paper(out: Console, shown: Paper) -> None:
    """Print a paper with all its fields."""
    out.print(f"[bold]{escape(shown.title)}[/]\n", soft_wrap=True)
    for name, value in shown.to_json().items():
        if name not in {"title", "abstract", "extra"} and value not in (None, []):
            _field(out, name, value)
    for name, value in shown.extra.items():
        _field(out, name, value)
    out.print()
    # Words are wrapped for a reader, not for a pipe.
    out.print(shown.abstract or "(no abstract)", markup=False, soft_wrap=not out.is_terminal)


def explanation(out: Console, found: Explanation) -> None:
    """Print a paper with its words tinted by their share, and the parts of its rank."""
    shown = found.paper
    out.print(_tinted(found, "title"), soft_wrap=not out.is_terminal)
    out.print(f"[dim]{escape(_byline(shown))}[/]\n", soft_wrap=True)
    abstract = _tinted(found, "abstract") if shown.abstract else "(no abstract)"
    # Words are wrapped for a reader, not for a pipe.
    out.print(abstract, soft_wrap=not out.is_terminal)
    out.print()
    rank = f"#{found.rank} of the list" if found.rank else "not in the list"
    _field(out, "score", f"{found.score:.2f}, {rank}")
    for signal in SIGNALS:
        if part := found.parts[signal.name]:
            _field(out, signal.noun, _part(part, signal.told(part.score)))
    if found.lift is not None:
        _field(out, "neighbours", f"+{found.lift:.2f}, a share of the mean score of the nearest")
    if found.second is not None:
        by = [f"{one.noun} {found.looked[one.name].added:+.2f}" for one in FEATURES]
        _field(out, "second look", f"{found.second:+.2f}: {', '.join(by)}")
    if found.rerank is not None:
        _field(out, "read again", f"{found.rerank:.2f}, which has a say in the order of the first")
    if found.terms:
        name = "asked for" if found.query.text or found.query.wishes else "in common"
        _field(out, name, [f"{term.word} ×{term.count}" for term in found.terms])
    if found.meaning and found.meaning.special is not None:
        added = _by_word(found.meaning.words)
        nearer = [f"{word} {share:+.3f}" for word, share in added[:_TOP_WORDS] if share > 0]
        farther = [f"{word} {share:+.3f}" for word, share in added[-_TOP_WORDS:] if share < 0]
        _field(out, "nearer by", nearer or "no word")
        _field(out, "farther by", farther[::-1] or "no word")
    if found.sentence:
        _field(out, "best sentence", f"cosine {found.sentence.score:.2f}: {found.sentence.text}")
    for note in found.notes:
        out.print(f"[yellow]note[/] {escape(note)}", soft_wrap=True)


def _tinted(found: Explanation, field: str) -> Text:
    """Return a field, each word as green (nearer) or red (farther) as it has a share."""
    text = Text(getattr(found.paper, field), style="bold" if field == "title" else "")
    if (best := found.sentence) and best.field == field:
        text.stylize("underline", best.start, best.end)
    words = found.meaning.words if found.meaning else []
    most = max([_FAINT, *(abs(word.share) for word in words)])
    for word in words:
        tints = _GREENS if word.share > 0 else _REDS
        strength = min(int(abs(word.share) / most * (len(tints) + 1)), len(tints))
        if word.field == field and strength:
            text.stylize(f"black on {tints[strength - 1]}", word.start, word.end)
    return text


def _by_word(words: Iterable[Share]) -> list[tuple[str, float]]:
    """Return the sum of each word's shares, the greatest first, case and stop words aside."""
    sums: dict[str, float] = {}
    written: dict[str, str] = {}
    for word in words:
        key = word.text.casefold()
        if key not in STOP_WORDS:
            sums[key] = sums.get(key, 0.0) + word.share
            written.setdefault(key, word.text)
    return [(written[key], sums[key]) for key in sorted(sums, key=lambda key: -sums[key])]


def _part(part: Contribution, score: str) -> str:
    parts = [f"#{part.rank}" if part.rank else "no rank", score]
    if part.added is not None:
        parts.append(f"{part.standard:+.1f} deviations × {part.weight} = {part.added:+.2f}")
    return ", ".join(parts)


def duplicates(out: Console, papers: Iterable[MergedPaper]) -> None:
    """Print the papers that are made of several records, and why each record is part of one."""
    count = 0
    for count, merged in enumerate(papers, 1):  # noqa: B007 — counted as they go
        out.print(f"[bold]{escape(merged.title)}[/]  [dim]{escape(merged.id)}[/]", soft_wrap=True)
        for record in merged.records:
            why = record.reason or "the first"
            head = "" if record.head == merged.title else f": {record.head}"
            where = f"{record.source}:{record.line}"
            told = f"{escape(where)}  [dim]{escape(why + head)}  {record.key}[/]"
            out.print(_INDENT + told, soft_wrap=True)
    out.print(f"[dim]{count:,} papers are made of several records[/]")


def flow(out: Console, boxes: Iterable[tuple[str, Sequence[str], Sequence[str]]]) -> None:
    """Print the boxes of a flow diagram from above, what is taken out beside each below it."""
    before = ""
    for stage, main, beside in boxes:
        if stage != before:
            out.print(f"[bold]{stage}[/]")
        for line in (*main, *(f"{_INDENT}{line}" for line in beside)):
            out.print(f"  {escape(line)}", soft_wrap=True)
        before = stage


def decisions(out: Console, listed: Iterable[Decision], *, gone: bool) -> None:
    """Print what was decided of records, or what is no longer."""
    for one in listed:
        undone = "[dim]undone[/] " if gone else ""
        out.print(f"{undone}[bold]{one.verdict}[/]  [dim]{escape(f'{one.date} {one.where}')}[/]")
        for key, title in zip(one.records, one.titles, strict=True):
            out.print(f"{_INDENT}{key}  {escape(title)}", soft_wrap=True)


def status(
    out: Console, state: dict[str, Any], index: str, *, building: bool | None = None
) -> None:
    """Print what an index holds.

    If it is not complete, also whether a build is at work on it, unless that cannot be told.
    """
    about = state["index"]
    _field(out, "index", index)
    _field(out, "generation", f"{about['generation']}, built {state['built_at']}")
    _field(out, "model", f"{about['model']}, {state['dimension']} dimensions")
    _field(out, "fingerprint", state["fingerprint"][:12])
    _field(
        out, "papers", f"{about['papers']:,}, {state['truncated']:,} longer than the model reads"
    )
    if covered := about["covered"]:
        share = f"{covered['papers']:,} of {about['papers']:,} papers, newest first"
        left = Coverage(**covered).left()
        goes_on = f"; {left} left" if left else "; a build is at work"
        if building is None:
            goes_on = ""
        elif not building:
            goes_on = f"; no build is at work; {how_to_go_on(index, about['model'])} goes on"
        _field(out, "read so far", f"{share}, by {covered['model']}{goes_on}")
    ledger = state["ledger"]
    _field(out, "last build", ", ".join(f"{n:,} {name}" for name, n in ledger.items() if n))
    decisions = state["decisions"]
    _field(out, "duplicates", f"{state['possible']:,} possible, to be decided (akin decide)")
    decided = f"{decisions['same']:,} same, {decisions['apart']:,} apart, in {decisions['file']}"
    _field(out, "decided", decided)
    for source in state["sources"]:
        _field(out, "source", f"{source['path']} ({source['format']}, {source['papers']:,} papers)")


def _field(out: Console, name: str, value: object) -> None:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    out.print(f"[dim]{name:>14}[/]  {escape(text)}", soft_wrap=True)
