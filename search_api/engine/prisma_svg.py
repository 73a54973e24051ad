"""A flow diagram as an SVG image: boxes below each other, what is taken out beside them."""

from __future__ import annotations

import html
import re
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby

from search_api.engine.prisma import Flow, boxes

_TITLE = "Identification of studies via databases and registers"
_STAGE, _GAP, _WIDTH, _LINE, _PAD = 34, 48, 360, 19, 12
_CHARACTERS = 44
"""Of a line within a box, at the size of the letters and in a wide font."""

_LEAST = 90
"""Height of the last box: the name of its stage stands beside it, upright."""

_DOWN = 34
_LEFT = 12 + _STAGE + 16
_RIGHT = _LEFT + _WIDTH + _GAP
_ACROSS = _RIGHT + _WIDTH + 12
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TOGETHER = "(n\u00a0=\u00a0"
"""Of a number, what no line ends within."""

_STYLE = (
    "text{font:14px 'Liberation Sans',Arial,Helvetica,sans-serif;fill:#111}"
    ".box{fill:#fff;stroke:#111}.stage{fill:#cfe2f3;stroke:#111}.head{fill:#ffd966;stroke:#111}"
    ".bold{font-weight:bold}.line{fill:none;stroke:#111}"
)


def drawn(flow: Flow) -> str:
    """Return the diagram as an SVG document; its title and text are there for those who hear it."""
    rows = [
        (stage, _wrapped(main), _wrapped(beside) if beside else [])
        for stage, main, beside in boxes(flow)
    ]
    tops: list[int] = []
    heights: list[int] = []
    top = 12 + 34 + 16
    for _, main, beside in rows:
        heights.append(max(len(main), len(beside)) * _LINE + 2 * _PAD)
        tops.append(top)
        top += heights[-1] + _DOWN
    top += max(0, _LEAST - heights[-1])
    heights[-1] = max(_LEAST, heights[-1])
    height = top - _DOWN + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title" '
        f'width="{_ACROSS}" height="{height}" viewBox="0 0 {_ACROSS} {height}">',
        f'<title id="title">PRISMA 2020 flow diagram: {_TITLE}</title>',
        f"<style>{_STYLE}</style>",
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>',
        f'<rect width="{_ACROSS}" height="{height}" fill="#fff"/>',
        *_box(_LEFT, 12, _RIGHT + _WIDTH - _LEFT, 34, [_TITLE], "head", bold=True),
        *_stages([stage for stage, _, _ in rows], tops, heights),
    ]
    for number, (_, main, beside) in enumerate(rows):
        y, tall = tops[number], heights[number]
        parts += _box(_LEFT, y, _WIDTH, tall, main, "box")
        if beside:
            parts += _box(_RIGHT, y, _WIDTH, tall, beside, "box")
            parts.append(_arrow(_LEFT + _WIDTH, y + tall // 2, _RIGHT, y + tall // 2))
        if number:
            x = _LEFT + _WIDTH // 2
            parts.append(_arrow(x, tops[number - 1] + heights[number - 1], x, y))
    return "\n".join([*parts, "</svg>", ""])


def _stages(stages: Sequence[str], tops: Sequence[int], heights: Sequence[int]) -> Iterator[str]:
    """Yield the names of the stages beside their boxes, upright."""
    for stage, group in groupby(range(len(stages)), key=lambda number: stages[number]):
        first, *others = group
        last = others[-1] if others else first
        top, bottom = tops[first], tops[last] + heights[last]
        x, middle = 12 + _STAGE // 2 + 5, (top + bottom) // 2
        place = f'x="12" y="{top}" width="{_STAGE}" height="{bottom - top}"'
        yield f'<rect class="stage" {place} rx="6"/>'
        yield (
            f'<text class="bold" x="{x}" y="{middle}" text-anchor="middle" '
            f'transform="rotate(-90 {x} {middle})">{stage}</text>'
        )


def _box(
    x: int, y: int, width: int, height: int, lines: Sequence[str], kind: str, bold: bool = False
) -> Iterator[str]:
    yield f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}"/>'
    weight = "bold" if bold else "plain"
    first = y + (height - len(lines) * _LINE) // 2 + 14
    for number, line in enumerate(lines):
        text = line.lstrip(" ")
        indent = _PAD + 7 * (len(line) - len(text))
        place = f'x="{x + indent}" y="{first + number * _LINE}"'
        yield f'<text class="{weight}" {place}>{html.escape(text)}</text>'


def _arrow(x: int, y: int, to_x: int, to_y: int) -> str:
    return f'<path class="line" d="M{x} {y}L{to_x} {to_y}" marker-end="url(#arrow)"/>'


def _wrapped(lines: Sequence[str]) -> list[str]:
    """Return lines that fit into a box, each further one as far in as the first and a bit more."""
    found: list[str] = []
    for line in lines:
        shown = _FORBIDDEN.sub("\ufffd", line).replace("(n = ", _TOGETHER)
        indent = " " * (len(shown) - len(shown.lstrip(" ")))
        wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in shown)
        width = max(12, _CHARACTERS - len(indent) - wide // 2 if wide else _CHARACTERS)
        found += textwrap.wrap(
            shown.strip(), width, initial_indent=indent, subsequent_indent=f"{indent}  "
        )
    return [line.replace(_TOGETHER, "(n = ") for line in found]
