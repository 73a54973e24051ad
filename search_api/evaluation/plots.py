"""Plots as SVG text: means with intervals, and a difference per query. Colours are the page's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_LABELS = 84
"""Pixels for the names of rows."""

_ROW = 26
_NARROW = 0.5
"""Of an axis with a tick at each tenth; a wider one has half as many."""

_ROUNDING = 1e-9
_TITLED = 500
"""Bars that say which query they are of; more would make a page of megabytes."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A mean and its interval.

    Attributes:
        label: of the row.
        value: the mean.
        low: the interval's lower end.
        high: its upper end.
    """

    label: str
    value: float
    low: float
    high: float


def dots(title: str, rows: Sequence[Dot], *, width: int = 330) -> str:
    """Return a dot with its interval per row, on an axis that holds all of them."""
    least, most = min(row.low for row in rows), max(row.high for row in rows)
    step = 0.1 if most - least <= _NARROW else 0.2
    first = math.floor(least / step + _ROUNDING) * step
    ticks = max(math.ceil((most - first) / step - _ROUNDING), 1)
    last = first + ticks * step
    height = 24 + _ROW * len(rows) + 22
    right = width - 14

    def x(value: float) -> float:
        return _LABELS + (value - first) / (last - first) * (right - _LABELS)

    parts = [f'<text class="head" x="{_LABELS}" y="14">{escape(title)}</text>']
    bottom = height - 22
    for tick in range(ticks + 1):
        value = first + tick * step
        parts.append(
            f'<line class="grid" x1="{x(value):.1f}" y1="22" x2="{x(value):.1f}" y2="{bottom}"/>'
            f'<text class="tick" x="{x(value):.1f}" y="{height - 7}">{value:.1f}</text>'
        )
    for place, row in enumerate(rows):
        y = 24 + _ROW * place + _ROW / 2
        told = f"{row.label}: {row.value:.3f} [{row.low:.3f}, {row.high:.3f}]"
        parts.append(
            f'<g class="series{place % 3}"><title>{escape(told)}</title>'
            f'<text class="label" x="{_LABELS - 10}" y="{y + 4:.1f}">{escape(row.label)}</text>'
            f'<line class="range" x1="{x(row.low):.1f}" y1="{y:.1f}" '
            f'x2="{x(row.high):.1f}" y2="{y:.1f}"/>'
            f'<circle cx="{x(row.value):.1f}" cy="{y:.1f}" r="5"/></g>'
        )
    return _svg(width, height, title, parts)


def bars(title: str, values: Sequence[float], labels: Sequence[str], *, width: int = 1000) -> str:
    """Return a bar per value, the largest first, up where it is above 0 and down where below.

    Args:
        title: what is shown.
        values: from -1 to 1.
        labels: shown for a bar when one points at it, if there are not too many.
        width: pixels.
    """
    height, top, left = 200, 24, 46
    order = sorted(range(len(values)), key=lambda place: -values[place])
    reach = max(math.ceil(max(map(abs, values), default=0) * 10) / 10, 0.1)
    middle = top + (height - top - 8) / 2
    scale = (height - top - 8) / 2 / reach
    step = (width - left - 8) / len(values)
    gap = min(1.5, step * 0.2)
    parts = [f'<text class="head" x="{left}" y="14">{escape(title)}</text>']
    for value in (reach, 0.0, -reach):
        y = middle - value * scale
        parts.append(
            f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{width - 8}" y2="{y:.1f}"/>'
            f'<text class="label" x="{left - 6}" y="{y + 4:.1f}">{value:+.2g}</text>'
        )
    for place, which in enumerate(order):
        value = values[which]
        y = middle - max(value, 0) * scale
        kind = "up" if value > 0 else "down"
        told = f"{value:+.3f} {labels[which]}" if len(values) <= _TITLED else ""
        if value:
            parts.append(
                f'<rect class="{kind}" x="{left + place * step:.2f}" y="{y:.2f}" '
                f'width="{step - gap:.2f}" height="{abs(value) * scale:.2f}">'
                + (f"<title>{escape(told)}</title>" if told else "")
                + "</rect>"
            )
    return _svg(width, height, title, parts)


def _svg(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )
