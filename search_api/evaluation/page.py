"""An evaluation as one page of HTML that needs nothing beside it: no script, no font, no image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from search_api.evaluation.metrics import TITLES
from search_api.evaluation.plots import Dot, bars, dots
from search_api.evaluation.report import SURE, explained, left_out, p_value
from search_api.evaluation.results import (
    Compared,
    DatasetResult,
    Evaluation,
    Mean,
    ModelResult,
)
from search_api.evaluation.statistics import Values
from search_api.query.query import Mode

_EXTREMES = 5
"""Queries shown at either end of the differences."""

_SHOWN = 300
"""Characters of a query."""

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --dim: #62666d; --paper: #fff; --line: #dcdfe3;
  --soft: #f5f6f8; --s0: #3558a8; --s1: #14786a; --s2: #a35a00; --up: #1d7a46; --down: #b3382e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e6ea; --dim: #9aa0a9; --paper: #16181c;
  --line: #363a42; --soft: #1f2228; --s0: #8caaf0; --s1: #5cc9b6; --s2: #e2a257; --up: #66c78f;
  --down: #ee8a80; } }
body { margin: 2rem auto; max-width: 1040px; padding: 0 1rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { margin-top: 2.5rem; font-size: 1.25rem; overflow-wrap: anywhere; }
h3 { margin-top: 2rem; font-size: 1.05rem; }
.dim, small, figcaption { color: var(--dim); } small { white-space: nowrap; }
code { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .8rem .4rem 0; text-align: left;
  vertical-align: top; } thead th { color: var(--dim); font-weight: 500; }
tbody th { font-weight: 600; } td.query { overflow-wrap: anywhere; }
.better { color: var(--up); } .worse { color: var(--down); }
figure { margin: 1rem 0; } figure.row { display: flex; flex-wrap: wrap; gap: .5rem; }
svg { max-width: 100%; height: auto; font: 12px system-ui, sans-serif; fill: var(--ink); }
svg .head { font-weight: 600; } svg .tick { text-anchor: middle; fill: var(--dim); }
svg .label { text-anchor: end; fill: var(--dim); } svg .grid { stroke: var(--line); }
svg .range { stroke: currentColor; stroke-width: 3; opacity: .55; }
svg circle { fill: currentColor; }
.series0 { color: var(--s0); } .series1 { color: var(--s1); } .series2 { color: var(--s2); }
.up { fill: var(--up); } .down { fill: var(--down); }
"""


def page_of(evaluation: Evaluation) -> str:
    """Return the page. All text in it, of queries too, is shown as text."""
    return "\n".join(_page(evaluation))


def _page(evaluation: Evaluation) -> Iterator[str]:
    first = evaluation.models[0]
    names = ", ".join(dataset.name for dataset in first.datasets)
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Evaluation: {escape(names)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    yield "<h1>How good is the search?</h1>\n<dl>"
    facts = {
        "Model": ", ".join(model.model for model in evaluation.models),
        "Date": evaluation.date,
        "Versions": ", ".join(f"{name} {number}" for name, number in first.versions.items()),
    }
    for name, value in facts.items():
        yield f"<dt>{name}</dt><dd>{escape(value)}</dd>"
    yield f"<dt>Command</dt><dd><code>{escape(evaluation.command)}</code></dd>\n</dl>"
    for line in explained(evaluation):
        yield f"<p>{escape(line)}</p>"
    for model in evaluation.models:
        if len(evaluation.models) > 1:
            yield f"<h2>{escape(model.model)}</h2>"
        yield from _model(model)
    yield "</body>\n</html>\n"


def _model(model: ModelResult) -> Iterator[str]:
    if model.means:
        yield "<h2>Mean of the collections</h2>\n<p class='dim'>Each weighs the same.</p>"
        yield from _dots(model.means)
        yield from _table_begin()
        for mode, mean in model.means.items():
            yield _row(mode, "", mean, None, model.deltas.get(mode))
        yield "</tbody></table></div>"
    for dataset in model.datasets:
        yield from _dataset(dataset)


def _dataset(dataset: DatasetResult) -> Iterator[str]:
    yield f"<h2>{escape(dataset.name)}</h2>"
    yield f"<p>{dataset.documents:,} documents, {len(dataset.queries):,} queries.</p>"
    if notes := left_out(dataset):
        yield "<ul>" + "".join(f"<li>{escape(note)}</li>" for note in notes) + "</ul>"
    yield from _dots({mode: result.mean for mode, result in dataset.modes.items()})
    yield from _table_begin()
    for mode, result in dataset.modes.items():
        beside = "baseline" if mode == dataset.baseline else ""
        yield _row(mode, beside, result.mean, result.compared)
    yield "</tbody></table></div>"
    compared = [(mode, r.compared) for mode, r in dataset.modes.items() if r.compared]
    if compared:
        yield from _differences(*compared[0])


def _dots(means: Mapping[Mode, Mean]) -> Iterator[str]:
    yield '<figure class="row">'
    for m, title in enumerate(TITLES):
        yield dots(title, [Dot(mode, *_at(mean, m)) for mode, mean in means.items()])
    yield "</figure>"


def _table_begin() -> Iterator[str]:
    heads = "".join(f"<th>{title}</th>" for title in TITLES)
    yield f'<div class="scroll"><table><thead><tr><th>Mode</th>{heads}</tr></thead><tbody>'


def _row(
    mode: Mode, beside: str, mean: Mean, compared: Compared | None, delta: Values | None = None
) -> str:
    cells = []
    for m in range(len(TITLES)):
        value, low, high = _at(mean, m)
        cell = f"{value:.3f} <small>[{low:.3f}, {high:.3f}]</small>"
        if compared:
            p, difference = float(compared.p_holm[m]), float(compared.delta[m])
            kind = "better" if difference > 0 else "worse"
            sure = f' class="{kind}"' if p < SURE else ""
            cell += f"<br><span{sure}>{difference:+.3f}</span> <small>{escape(p_value(p))}</small>"
        elif delta is not None:
            cell += f"<br>{float(delta[m]):+.3f}"
        cells.append(f"<td>{cell}</td>")
    label = f"{mode} <small>{beside}</small>" if beside else mode
    return f"<tr><th>{label}</th>{''.join(cells)}</tr>"


def _differences(mode: Mode, compared: Compared) -> Iterator[str]:
    """Show a mode against its baseline query by query, and the queries that differ most."""
    values = compared.differences[:, 0].tolist()
    texts = [f"{query.id}: {query.text[:_SHOWN]}" for query in compared.queries]
    better, worse = (sum(sign * value > 0 for value in values) for sign in (1, -1))
    title = f"Difference in {TITLES[0]}, query by query"
    yield f"<h3>{mode} − {escape(compared.baseline)}, query by query</h3>"
    yield (
        f"<figure>{bars(title, values, texts)}<figcaption>{better:,} queries are better, "
        f"{worse:,} worse, {len(values) - better - worse:,} the same.</figcaption></figure>"
    )
    order = sorted(range(len(values)), key=lambda place: -values[place])
    ends = [*order[:_EXTREMES], *order[_EXTREMES:][-_EXTREMES:]]
    shown = [place for place in ends if values[place]]
    if not shown:
        return
    yield '<div class="scroll"><table><thead><tr><th>Difference</th><th>Query</th></tr></thead>'
    yield "<tbody>"
    for place in shown:
        kind = "better" if values[place] > 0 else "worse"
        yield (
            f'<tr><td class="{kind}">{values[place]:+.3f}</td>'
            f'<td class="query">{escape(texts[place])}</td></tr>'
        )
    yield "</tbody></table></div>"


def _at(mean: Mean, m: int) -> tuple[float, float, float]:
    return float(mean.value[m]), float(mean.low[m]), float(mean.high[m])
