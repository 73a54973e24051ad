"""What people see on a terminal: results, a paper, the state of an index."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.markup import escape

from indexer.catalogue import MergedPaper
from indexer.paper import Paper
from search_api.results import Hit, ResultList

_ABSTRACT_LINES = 2
_AUTHORS = 3
_INDENT = " " * 4


def results(out: Console, page: ResultList) -> None:
    """Print a page of results."""
    for hit in page.hits:
        _hit(out, hit)
    if not page.hits:
        out.print("no paper matches; wider filters or other words may")
    for note in page.notes:
        out.print(f"[yellow]note[/] {escape(note)}", soft_wrap=True)
    if page.next:
        out.print(f"[dim]next page: --cursor {page.next}[/]", soft_wrap=True)
    shown = f"{page.hits[0].rank}–{page.hits[-1].rank} of " if page.hits else ""
    out.print(
        f"[dim]{shown}{page.total:,} papers, {page.took_ms:.0f} ms, generation "
        f"{page.index.generation}, {escape(page.index.model)}[/]",
        soft_wrap=True,
    )


def _hit(out: Console, hit: Hit) -> None:
    paper = hit.paper
    year = f" ({paper.year})" if paper.year else ""
    out.print(f"[bold]{hit.rank:>2}  {escape(paper.title)}[/]{year}", soft_wrap=True)
    out.print(f"{_INDENT}[dim]{escape(_byline(paper))}[/]", soft_wrap=True)
    width = max(40, min(out.width, 100) - len(_INDENT))
    for line in textwrap.wrap(paper.abstract, width, max_lines=_ABSTRACT_LINES, placeholder=" …"):
        out.print(f"{_INDENT}{escape(line)}", soft_wrap=True)
    out.print(f"{_INDENT}[dim]{_why(hit)}[/]\n", soft_wrap=True)


def _byline(paper: Paper) -> str:
    names = ", ".join(paper.authors[:_AUTHORS])
    cut = len(paper.authors) > _AUTHORS or paper.extra.get("authors_cut")
    code = "code" if paper.code else ""
    parts = [paper.id, names + (" et al." if names and cut else ""), paper.venue]
    return " · ".join(filter(None, [*parts, " ".join(paper.categories), code]))


def _why(hit: Hit) -> str:
    parts = [f"score {hit.score:.2f}"]
    if hit.semantic:
        parts.append(f"meaning #{hit.semantic.rank} (cosine {hit.semantic.score:.2f})")
    if hit.lexical:
        parts.append(f"words #{hit.lexical.rank} (BM25 {hit.lexical.score:.1f})")
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


def duplicates(out: Console, papers: Iterable[MergedPaper]) -> None:
    """Print the papers that are made of several records, and why each record is part of one."""
    count = 0
    for count, merged in enumerate(papers, 1):  # noqa: B007 — counted as they go
        out.print(f"[bold]{escape(merged.title)}[/]  [dim]{escape(merged.id)}[/]", soft_wrap=True)
        for record in merged.records:
            why = record.reason or "the first"
            head = "" if record.head == merged.title else f": {record.head}"
            where = f"{record.source}:{record.line}"
            out.print(f"{_INDENT}{escape(where)}  [dim]{escape(why + head)}[/]", soft_wrap=True)
    out.print(f"[dim]{count:,} papers are made of several records[/]")


def status(out: Console, state: dict[str, Any], index: str) -> None:
    """Print what an index holds."""
    about = state["index"]
    _field(out, "index", index)
    _field(out, "generation", f"{about['generation']}, built {state['built_at']}")
    _field(out, "model", f"{about['model']}, {state['dimension']} dimensions")
    _field(out, "fingerprint", state["fingerprint"][:12])
    _field(
        out, "papers", f"{about['papers']:,}, {state['truncated']:,} longer than the model reads"
    )
    ledger = state["ledger"]
    _field(out, "last build", ", ".join(f"{n:,} {name}" for name, n in ledger.items() if n))
    for source in state["sources"]:
        _field(out, "source", f"{source['path']} ({source['format']}, {source['papers']:,} papers)")


def _field(out: Console, name: str, value: object) -> None:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    out.print(f"[dim]{name:>14}[/]  {escape(text)}", soft_wrap=True)
