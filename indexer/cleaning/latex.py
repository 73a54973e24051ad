"""LaTeX in titles and abstracts becomes the text that a person reads.

LaTeX is read as pylatexenc reads it: nearly all of it by a fast reader of the simple kind, the rest
by pylatexenc. What lies around them here keeps prose from being taken for LaTeX: in an abstract
``30%`` is no comment, ``$5 and $10`` no formula, ``R&D`` no table.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from indexer.cleaning.latex_fast import FastReader, NotSimpleError, show_unknown
from indexer.cleaning.scripts import SIGNS, with_bare_scripts

_LATEX = re.compile(r"\\[a-zA-Z%&#_${}~^\"'`=.\\,;:!(\[-]|\$(?<!\\\$)[^$]+\$")
_DOLLARS = re.compile(r"\$(?<!\\\$)\$?")
_MATH_SIGNS = re.compile(rf"[\\^_{{}}=<>+{SIGNS}]")
_WORD = re.compile(r"[^\W\d_]{2}")
_BLANK = re.compile(r"\s")
_MACRO = re.compile(r"\\[a-zA-Z]")
_TEXT_MACRO = re.compile(r"\\(?:text|emph|url|href|%)[a-zA-Z]*")
# How pylatexenc 2.11 fails on LaTeX that is broken: it is not one error type.
_LATEX_FAILURES = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
_PLACEHOLDER = re.compile(r"%(?:\(\d\))?s")
# What has no text, or to pylatexenc one that depends on the day or on a text read before.
_SILENT = (
    *("bf", "it", "em", "sc", "tt", "rm", "sf", "sl", "small", "large", "label", "color"),
    *("today", "maketitle"),
    *(
        "left",
        "right",
        "middle",
        "big",
        "Big",
        "bigg",
        "Bigg",
        "bigl",
        "bigr",
        "bigm",
        "Bigl",
        "Bigr",
    ),
    *("biggl", "biggr", "Biggl", "Biggr", "displaystyle", "textstyle", "scriptstyle", "limits"),
)
# What pylatexenc 2.11 does not know.
_SIGNS = {
    "textasciicircum": "^",
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
    "textunderscore": "_",
}
_SHOWS_ARGUMENT = (
    *("url", "texttt", "textsf", "textmd", "textup", "mbox", "verb"),
    *("title", "author", "date", "keywords"),
)
_MORE_MACROS = frozenset(
    "natexlab ne newblock newcommand newline newpage newtheorem nicefrac nobreak nocite "
    "noindent nolinebreak nonfrenchspacing nonumber nopagebreak norm normalfont normalsize "
    "notag num raggedright raisebox rbrack relax renewcommand resizebox restriction rhd "
    "rmfamily rotatebox rule tablefoot tablenotemark tabularnewline tbinom tfrac thanks the "
    "thefootnote thickapprox thickspace thinspace thispagestyle tiny tnote toprule tr tran "
    "trace triangle ttfamily".split()
)
"""What it does not know either, of those that begin with what looks like an escaped blank."""

_GLUED = re.compile(r"[a-z]{2,}(?=[A-Z])")
_UNMISTAKABLE = 5
"""Letters of a macro."""

# Words that mean the same to TeX and to people; `--` and `''` do not.
_PLAIN_WORD = r"(?:[^\s\\{}$%&#~^_\[\]`'\"-]|-(?!-)|'(?!'))+"
_PLAIN_RUN = re.compile(rf"(\s{_PLAIN_WORD}\s+)({_PLAIN_WORD}(?:\s+{_PLAIN_WORD}){{2,}})(?=\s|$)")
# A longer text is no abstract: it is shown as it is written.
_LONGEST = 200_000
_LONGEST_SLOWLY = 50_000  # of what pylatexenc reads, at some 10,000 characters a second
# No real text makes pylatexenc look at a character this many times.
_MOST_LOOKS = 20
# From Unicode's private use area.
_FIRST_STAND_IN, _STAND_INS = 0xE000, 0x1900
_STAND_IN = re.compile(f"[{chr(_FIRST_STAND_IN)}-{chr(_FIRST_STAND_IN + _STAND_INS - 1)}]")
_URL = re.compile(r"https?://[^\s/<>|\"{}\\]+\.[^\s<>|\"{}\\]+")


def latex_to_text(text: str) -> str:
    """Return the text with its LaTeX read: macros and formulas as Unicode, all else as it was."""
    has_marks = "\\" in text or "$" in text  # the expression is slow, and most texts have neither
    return _latex_to_text(text) if has_marks and _LATEX.search(text) else text


def _latex_to_text(text: str) -> str:
    """Return the text with its LaTeX read, or as it is written if that cannot be read."""
    if len(text) > _LONGEST:
        return text
    source = _protect_prose(text)
    try:
        converted = _read(source)
    except (NotSimpleError, *_LATEX_FAILURES):  # \frac without arguments, braces 1,000 deep
        return text
    if "%" in converted and len(_PLACEHOLDER.findall(converted)) > len(_PLACEHOLDER.findall(text)):
        return text  # a macro without its arguments: pylatexenc shows its template
    return converted


def _read(source: str) -> str:
    try:
        return _fast_reader().read(source)
    except (NotSimpleError, *_LATEX_FAILURES):
        if len(source) > _LONGEST_SLOWLY:
            raise
        return _read_slowly(source)


def _read_slowly(source: str) -> str:
    """Return the text as pylatexenc reads it, which mends what is broken."""
    nodes, prose = _parse(source, tolerant=True)
    return _show(nodes, prose)


def _read_formula(source: str) -> str:
    """Return a formula as pylatexenc reads it, unless it reaches out of its dollars.

    Raises:
        NotSimpleError: Broken or not closed, it must be read with the text around it.
    """
    from pylatexenc.latexwalker import LatexWalkerError

    try:
        nodes, prose = _parse(source, tolerant=False)
    except (LatexWalkerError, *_LATEX_FAILURES):
        raise NotSimpleError from None
    if len(nodes) != 1 or nodes[0].len != len(nodes[0].parsing_state.s):
        raise NotSimpleError
    return _show(nodes, prose)


def _parse(source: str, *, tolerant: bool) -> tuple[list[Any], list[str]]:
    r"""Return pylatexenc's nodes and the prose that was set aside.

    Raises:
        ValueError: The same is read again and again: a macro without its last argument is read
            twice, what begins with ``\frac{\frac{\frac{`` 2³ times.
    """
    from pylatexenc.latexwalker import LatexWalker

    source, prose = _set_prose_aside(source)
    walker = LatexWalker(source, latex_context=_latex_tools()[0], tolerant_parsing=tolerant)
    get_token, looks = walker.get_token, itertools.count()

    def get_token_or_fail(*args: Any, **kwargs: Any) -> Any:
        if next(looks) > _MOST_LOOKS * (len(source) + 1):
            raise ValueError(source)
        return get_token(*args, **kwargs)

    walker.get_token = get_token_or_fail
    return walker.get_latex_nodes()[0], prose


def _show(nodes: list[Any], prose: list[str]) -> str:
    text = str(_latex_tools()[1].nodelist_to_text(nodes))
    return _STAND_IN.sub(lambda m: prose[ord(m[0]) - _FIRST_STAND_IN], text)


@cache
def _fast_reader() -> FastReader:
    return FastReader(*_latex_tools(), _read_formula)


def _protect_prose(text: str) -> str:
    """Escape what is special to TeX but is prose here; of math, only scripts are read."""
    parts: list[str] = []
    end = 0
    for start, stop in formulas(text):
        formula = with_bare_scripts(text[start:stop])
        parts += [_escape_prose(text[end:start]), _escape(formula, "%")]
        end = stop
    parts.append(_escape_prose(text[end:]))
    return "".join(parts)


def _set_prose_aside(text: str) -> tuple[str, list[str]]:
    """Put one character in the place of each run of plain words, and return the runs.

    pylatexenc walks character by character, and most of an abstract is prose: this makes it eight
    times faster. The result is the same but where a macro changes each letter of many words. The
    word next to a macro stays, as it may be its argument.
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


def formulas(text: str) -> Iterator[tuple[int, int]]:
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
    if "\\" in content and _MACRO.search(_TEXT_MACRO.sub("", content)):
        return True
    if not content or content != content.strip() or text[end + 1 : end + 2].isdigit():
        return False
    is_prose = _WORD.search(content) and _BLANK.search(content)
    return bool(_MATH_SIGNS.search(content)) or not is_prose


def _escape_prose(text: str) -> str:
    # A `~` is a tie between words, but part of the path in a link.
    if "~" in text:
        text = _URL.sub(lambda m: m[0].replace("~", r"\textasciitilde{}"), text)
    return _escape(text, "%&#$")


def _escape(text: str, specials: str) -> str:
    """Put a backslash before each of the characters that has none."""
    for special in specials:
        if special in text:
            text = text.replace(special, "\\" + special).replace(r"\\" + special, "\\" + special)
    return text


@cache
def is_macro(name: str) -> bool:
    """Tell whether LaTeX has a macro of that name, or one that it begins with surely.

    That is ``rightarrow`` in ``rightarrowEn``, as people glue what comes next to it.
    """
    walker, converter = _latex_tools()
    showing = converter.latex_context
    glued = _GLUED.match(name)
    return name.startswith("text") or any(
        one in _MORE_MACROS
        or walker.get_macro_spec(one) is not None
        or showing.get_macro_spec(one) is not showing.unknown_macro_spec
        for one in [name, *(name[:end] for end in range(_UNMISTAKABLE, len(name)))]
        + ([glued[0]] if glued else [])
    )


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

    def show_macro(node: Any) -> str:
        name = str(node.macroname + node.macro_post_space)
        return show_unknown(name, node.parsing_state.s, node.pos + node.len)

    text_context = get_default_latex_context_db()
    text_context.add_context_category(
        "akin",
        prepend=True,
        macros=[
            MacroTextSpec("href", simplify_repl=show_link),
            *(MacroTextSpec(macro, simplify_repl="") for macro in _SILENT),
            *(MacroTextSpec(macro, simplify_repl="%s") for macro in _SHOWS_ARGUMENT),
            *(MacroTextSpec(macro, simplify_repl=sign) for macro, sign in _SIGNS.items()),
        ],
    )
    text_context.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=show_macro))
    return walker_context, LatexNodes2Text(latex_context=text_context, math_mode="text")
