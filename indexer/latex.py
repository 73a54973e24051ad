"""LaTeX in titles and abstracts becomes the text that a person reads.

LaTeX is read by pylatexenc. What lies around it here keeps prose from being taken for LaTeX: in an
abstract ``30%`` is no comment, ``$5 and $10`` no formula, ``R&D`` no table.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

_LATEX = re.compile(r"\\[a-zA-Z%&#_${}~^\"'`=.\\,;:!(\[-]|(?<!\\)\$[^$]+\$")
_DOLLARS = re.compile(r"(?<!\\)\$\$?")
_MATH_SIGNS = re.compile(r"[\\^_{}=<>+]")
_PROSE = re.compile(r"\s.*[^\W\d_]{2}|[^\W\d_]{2}.*\s", re.DOTALL)
_TEXT_MACRO = re.compile(r"\\(?:text|emph|url|href|%)[a-zA-Z]*")
# How pylatexenc 2.11 fails on LaTeX that is broken: it is not one error type.
_LATEX_FAILURES = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
_PLACEHOLDER = re.compile(r"%(?:\(\d\))?s")
# What pylatexenc reads but has no text for.
_SILENT = ("bf", "it", "em", "sc", "tt", "rm", "sf", "sl", "small", "large", "label", "color")
_SHOWS_ARGUMENT = ("url", "texttt", "textsf", "textmd", "textup", "mbox")
# Words that mean the same to TeX and to people; `--` and `''` do not.
_PLAIN_WORD = r"(?:[^\s\\{}$%&#~^_\[\]`'\"-]|-(?!-)|'(?!'))+"
_PLAIN_RUN = re.compile(rf"(\s{_PLAIN_WORD}\s+)({_PLAIN_WORD}(?:\s+{_PLAIN_WORD}){{2,}})(?=\s|$)")
# From Unicode's private use area.
_FIRST_STAND_IN, _STAND_INS = 0xE000, 0x1900
_STAND_IN = re.compile(f"[{chr(_FIRST_STAND_IN)}-{chr(_FIRST_STAND_IN + _STAND_INS - 1)}]")
_BARE_SPECIAL = re.compile(r"(?<!\\)[%&#]")
_URL = re.compile(r"https?://[^\s/<>|\"{}\\]+\.[^\s<>|\"{}\\]+")


def latex_to_text(text: str) -> str:
    """Return the text with its LaTeX read: macros and formulas as Unicode, all else as it was."""
    return _latex_to_text(text) if _LATEX.search(text) else text


def _latex_to_text(text: str) -> str:
    """Return the text as pylatexenc reads it, or as it is written where pylatexenc cannot."""
    try:
        return _convert(text)
    except _LATEX_FAILURES:  # \frac without arguments, braces 1,000 deep: show what was written
        return text


def _convert(text: str) -> str:
    from pylatexenc.latexwalker import LatexWalker

    walker_context, converter = _latex_tools()
    source, prose = _set_prose_aside(_protect_prose(text))
    walker = LatexWalker(source, latex_context=walker_context, tolerant_parsing=True)
    nodes, _, _ = walker.get_latex_nodes()
    converted = _STAND_IN.sub(
        lambda m: prose[ord(m[0]) - _FIRST_STAND_IN], str(converter.nodelist_to_text(nodes))
    )
    if len(_PLACEHOLDER.findall(converted)) > len(_PLACEHOLDER.findall(text)):
        raise ValueError(converted)  # a macro without its arguments: pylatexenc shows its template
    return converted


def _protect_prose(text: str) -> str:
    """Escape what is special to TeX but is prose here; math is left as it is."""
    parts: list[str] = []
    end = 0
    for start, stop in _formulas(text):
        parts += [_escape_prose(text[end:start]), re.sub(r"(?<!\\)%", r"\\%", text[start:stop])]
        end = stop
    parts.append(_escape_prose(text[end:]))
    return "".join(parts)


def _set_prose_aside(text: str) -> tuple[str, list[str]]:
    """Put one character in the place of each run of plain words, and return the runs.

    pylatexenc walks character by character, and most of an abstract is prose: this makes it eight
    times faster, with the same result. The word next to a macro stays, as it may be its argument.
    """
    prose: list[str] = []
    if _STAND_IN.search(text):
        return text, prose

    def stand_in(run: re.Match[str]) -> str:
        if len(prose) == _STAND_INS:
            return run[0]
        prose.append(run[2])
        return run[1] + chr(_FIRST_STAND_IN + len(prose) - 1)

    return _PLAIN_RUN.sub(stand_in, text), prose


def _formulas(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each ``$formula$``; dollars that are money open none."""
    opening: re.Match[str] | None = None
    for dollars in _DOLLARS.finditer(text):
        if opening and opening[0] == dollars[0] and _is_math(text, opening.end(), dollars.start()):
            yield opening.start(), dollars.end()
            opening = None
        else:
            opening = dollars


def _is_math(text: str, start: int, end: int) -> bool:
    """Tell a formula from what lies between two prices: ``$10, or US$ 7``.

    A macro other than of text makes it one. Else pandoc's rule holds: no space within the dollars,
    no digit behind them; and words without any sign of mathematics are prose.
    """
    content = text[start:end]
    if re.search(r"\\[a-zA-Z]", _TEXT_MACRO.sub("", content)):
        return True
    if not content or content != content.strip() or text[end + 1 : end + 2].isdigit():
        return False
    return bool(_MATH_SIGNS.search(content)) or not _PROSE.search(content)


def _escape_prose(text: str) -> str:
    # A `~` is a tie between words, but part of the path in a link.
    text = _URL.sub(lambda m: m[0].replace("~", r"\textasciitilde{}"), text)
    return re.sub(r"(?<!\\)\$", r"\\$", _BARE_SPECIAL.sub(r"\\\g<0>", text))


@cache
def _latex_tools() -> tuple[Any, Any]:
    """Build pylatexenc's two context databases, once: what macros take, and what they become."""
    from pylatexenc.latex2text import (
        LatexNodes2Text,
        MacroTextSpec,
        get_default_latex_context_db,
    )
    from pylatexenc.latexwalker import get_default_latex_context_db as default_walker_context
    from pylatexenc.macrospec import MacroSpec

    # It warns on the root of its own tree before it raises; the fallback is ours.
    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    walker_context = default_walker_context()
    # 2.11 knows how to show \href but not that it takes two arguments.
    walker_context.add_context_category("akin", prepend=True, macros=[MacroSpec("href", "{{")])

    def show_link(node: Any, l2tobj: Any) -> str:
        url, label = (l2tobj.nodelist_to_text([arg]).strip() for arg in node.nodeargd.argnlist)
        return url if label in (url, "") else f"{label} ({url})"

    def show_unknown(node: Any) -> str:
        # An author's own macro: \ours stands for a name, \hl{text} for its argument.
        source, end = node.parsing_state.s, node.pos + node.len
        has_argument = source[end : end + 1] == "{" and source[end + 1 : end + 2] != "}"
        return "" if has_argument else str(node.macroname + node.macro_post_space)

    text_context = get_default_latex_context_db()
    text_context.add_context_category(
        "akin",
        prepend=True,
        macros=[
            MacroTextSpec("href", simplify_repl=show_link),
            *(MacroTextSpec(macro, simplify_repl="") for macro in _SILENT),
            *(MacroTextSpec(macro, simplify_repl="%s") for macro in _SHOWS_ARGUMENT),
        ],
    )
    text_context.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=show_unknown))
    return walker_context, LatexNodes2Text(latex_context=text_context, math_mode="text")
