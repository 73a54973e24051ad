"""A fast reader for the LaTeX that abstracts are full of; it shows what pylatexenc would show.

pylatexenc goes character by character, this reader from mark to mark. What a macro takes and what
it becomes, it asks pylatexenc's own databases. Whatever is not simple it leaves to pylatexenc.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

_FORMULA = re.compile(r"(\$\$?+)(?:[^$\\]++|\\.)++\1", re.DOTALL)
# `{`, a macro with the white space that ends its name, or the character that a bare argument is.
_ARGUMENT = re.compile(r"\s*+(?:(\{)|\\(?:([^\W\d_]++)(\s*+)|(.))|([^}$%\\]))", re.DOTALL)
_STAR_OR_BRACKET = re.compile(r"\s*+(?:[*\[]|\Z)")
_ENVIRONMENT = re.compile(r"\{([\w* ._-]++)\}")
_MATH_ENDS = {r"\(": r"\)", r"\[": r"\]"}
# What opens or closes more than it is itself; a lone backslash has the empty name.
_NOT_SIMPLE = frozenset(["", *"()[]", "begin", "end"])
_LONGEST_NAME = 50
_LONGEST_REMEMBERED = 200
_DEEPEST = 30


class NotSimpleError(Exception):
    """The LaTeX is not of the kind that the fast reader knows."""


class _Macro(NamedTuple):
    """What a macro takes, as pylatexenc notes it (``"[{{"``), and its text if that is fixed."""

    takes: str = ""
    text: str | None = None
    is_known: bool = True
    shows_argument: bool = False


class FastReader:
    """Reads simple LaTeX with the knowledge of pylatexenc's databases.

    Args:
        walker_context: What macros take, and which characters are special.
        converter: What they become.
        read_formula: Reads the formulas that are not simple, or raises `NotSimpleError`.
    """

    def __init__(
        self, walker_context: Any, converter: Any, read_formula: Callable[[str], str]
    ) -> None:
        self._walker_context = walker_context
        self._converter = converter
        self._read_hard_formula = read_formula
        self._macro = lru_cache(4096)(self._look_up)
        self._show_remembered = lru_cache(4096)(self._show)
        self._read_remembered_formula = lru_cache(16384)(self._read_formula)
        specials = [spec.specials_chars for spec in walker_context.iter_specials_specs()]
        self._specials = {special: self._show_special(special) for special in specials}
        self._mark = _mark(specials)

    def read(self, source: str) -> str:
        """Return the text that the LaTeX becomes.

        Raises:
            NotSimpleError: It holds what only pylatexenc can read.
        """
        return self._read(source, 0, "", False, 0)[0]

    def _read(
        self, source: str, pos: int, closing: str, in_math: bool, depth: int
    ) -> tuple[str, int]:
        """Read up to the closing mark, or to the end; return the text and the place behind it."""
        if depth > _DEEPEST:
            raise NotSimpleError
        parts: list[str] = []
        space = ""  # what ended the name of the macro before
        search = self._mark.search
        while mark := search(source, pos):
            if pos < mark.start():
                parts.append(_show_plain(source[pos : mark.start()], space, in_math))
            sign, pos, space = mark[0], mark.end(), ""
            if sign == closing:
                return "".join(parts), pos
            if sign == "{":
                text, pos = self._read(source, pos, "}", in_math, depth + 1)
            elif sign in self._specials:
                text = self._specials[sign]
            elif sign == "$" and not in_math and (formula := _FORMULA.match(source, pos - 1)):
                pos = formula.end()
                is_short = len(formula[0]) <= _LONGEST_REMEMBERED
                read = self._read_remembered_formula if is_short else self._read_formula
                text = read(formula[0])
            elif sign == "}" and not closing and not in_math:
                text = ""  # pylatexenc drops a brace that closes nothing
            elif sign in ("}", "$", "%"):
                raise NotSimpleError
            elif not in_math and (sign in _MATH_ENDS or mark[1] == "begin"):
                try:
                    text, pos = self._read_block(source, mark, depth)
                except NotSimpleError:
                    pos = _end_of_block(source, mark)
                    text = self._read_hard_formula(source[mark.start() : pos])
            elif mark[1] == "begin":
                text, pos = self._read_environment(source, pos, in_math, depth)
            else:
                name, space = mark[1] or sign[1:], mark[2] or ""
                text, space, pos = self._read_macro(name, space, source, pos, in_math, depth)
            parts.append(text)
        # pylatexenc closes the braces that are open at the end, but loses white space there.
        if closing and (closing != "}" or in_math or source[-1].isspace()):
            raise NotSimpleError
        if pos < len(source):
            parts.append(_show_plain(source[pos:], space, in_math))
        return "".join(parts), len(source)

    def _read_macro(
        self, name: str, space: str, source: str, pos: int, in_math: bool, depth: int
    ) -> tuple[str, str, int]:
        """Return what the macro becomes, the space that counts behind it, and where it ends."""
        macro = self._macro(name)
        if "\n\n" in space:
            raise NotSimpleError  # the end of a paragraph is more than the end of a name
        if macro.text is not None:
            return macro.text, space, pos
        if not macro.is_known:
            return show_unknown(name + space, source, pos), space, pos
        arguments: list[str | None] = []
        start = pos
        for kind in macro.takes:
            if kind == "{":
                argument, pos = self._read_argument(source, pos, in_math, depth)
                arguments.append(argument)
            elif _STAR_OR_BRACKET.match(source, pos):
                raise NotSimpleError
            else:
                arguments.append(None)
        if macro.shows_argument:
            return str(arguments[0]), "", pos
        show = self._show_remembered if pos - start <= _LONGEST_REMEMBERED else self._show
        text = show(name, macro.takes, tuple(arguments))
        return text, "" if "{" in macro.takes else space, pos

    def _read_argument(self, source: str, pos: int, in_math: bool, depth: int) -> tuple[str, int]:
        argument = _ARGUMENT.match(source, pos)
        if not argument or "\n\n" in argument[0]:
            raise NotSimpleError
        brace, word, space, sign, character = argument.groups()
        pos = argument.end()
        if brace:
            return self._read(source, pos, "}", in_math, depth + 1)
        if character:
            if self._mark.match(source, pos - 1):
                raise NotSimpleError
            return character, pos
        macro = self._macro(word or sign)
        if not macro.is_known:
            return show_unknown((word or sign) + (space or ""), source, pos), pos
        if macro.text is None:
            raise NotSimpleError
        return macro.text, pos

    def _read_block(self, source: str, mark: re.Match[str], depth: int) -> tuple[str, int]:
        if mark[1] == "begin":
            return self._read_environment(source, mark.end(), False, depth)
        text, pos = self._read(source, mark.end(), _MATH_ENDS[mark[0]], True, depth + 1)
        return _show_formula(text, in_display=mark[0] == r"\["), pos

    def _read_environment(
        self, source: str, pos: int, in_math: bool, depth: int
    ) -> tuple[str, int]:
        opening = _ENVIRONMENT.match(source, pos)
        if not opening or _STAR_OR_BRACKET.match(source, opening.end()):
            raise NotSimpleError
        is_equation = self._is_equation(opening[1], in_math)
        inside = in_math or is_equation
        text, pos = self._read(source, opening.end(), r"\end", inside, depth + 1)
        if not source.startswith(opening[0], pos):
            raise NotSimpleError
        pos += len(opening[0])
        return _show_formula(text, in_display=True) if is_equation else text, pos

    def _read_formula(self, source: str) -> str:
        in_display = source.startswith("$$")
        inside = source[2:-2] if in_display else source[1:-1]
        try:
            text, _ = self._read(inside, 0, "", True, 0)
        except NotSimpleError:
            return self._read_hard_formula(source)
        return _show_formula(text, in_display)

    def _is_equation(self, environment: str, in_math: bool) -> bool:
        """Tell an environment that is a formula from one that shows what is in it."""
        from pylatexenc.latex2text import fmt_equation_environment

        taking = self._walker_context.get_environment_spec(environment)
        showing = self._converter.latex_context.get_environment_spec(environment)
        becomes = showing.simplify_repl if showing else None
        if taking and taking.args_parser.argspec not in ("", "["):
            raise NotSimpleError
        if becomes is fmt_equation_environment:
            return True
        if becomes or (showing and showing.discard) or (taking and taking.is_math_mode > in_math):
            raise NotSimpleError
        return False

    def _look_up(self, name: str) -> _Macro:
        from pylatexenc.macrospec import MacroStandardArgsParser

        is_name = name.isascii() or name.isalpha() or len(name) == 1
        if name in _NOT_SIMPLE or not is_name or len(name) > _LONGEST_NAME:
            raise NotSimpleError
        taking = self._walker_context.get_macro_spec(name)
        showing = self._converter.latex_context.get_macro_spec(name)
        is_known = showing is not self._converter.latex_context.unknown_macro_spec
        if taking is None and not is_known:
            return _Macro(is_known=False)
        if taking is not None and type(taking.args_parser) is not MacroStandardArgsParser:
            raise NotSimpleError
        takes = taking.args_parser.argspec if taking is not None else ""
        becomes = showing.simplify_repl
        if takes:
            if not is_known:
                raise NotSimpleError
            is_shown = becomes == "%s" or not (becomes or showing.discard)
            return _Macro(takes, shows_argument=takes == "{" and is_shown)
        text = self._show(name, takes, ())
        if len(text) > 1 and "%" in text:
            raise NotSimpleError  # the text is for arguments, and pylatexenc does not take them
        return _Macro(text=text)

    def _show(self, name: str, takes: str, arguments: tuple[str | None, ...]) -> str:
        """Let pylatexenc show a macro whose arguments are read."""
        from pylatexenc.latexwalker import LatexCharsNode, LatexMacroNode
        from pylatexenc.macrospec import ParsedMacroArgs

        nodes = [None if text is None else LatexCharsNode(text) for text in arguments]
        parsed = ParsedMacroArgs(argspec=takes, argnlist=nodes)
        optional, others = parsed.legacy_nodeoptarg_nodeargs
        node = LatexMacroNode(name, nodeargd=parsed, nodeoptarg=optional, nodeargs=others)
        return str(self._converter.macro_node_to_text(node))

    def _show_special(self, special: str) -> str:
        from pylatexenc.latexwalker import LatexSpecialsNode

        return str(self._converter.specials_node_to_text(LatexSpecialsNode(special)))


def _end_of_block(source: str, mark: re.Match[str]) -> int:
    r"""Return where what ``\(``, ``\[`` or ``\begin`` opens is closed."""
    if mark[1] != "begin":
        closing = _MATH_ENDS[mark[0]]
        end = source.find(closing, mark.end())
        if end < 0:
            raise NotSimpleError
        return end + len(closing)
    opening = _ENVIRONMENT.match(source, mark.end())
    if not opening:
        raise NotSimpleError
    open_ones = 0
    for found in re.finditer(rf"\\(begin|end){re.escape(opening[0])}", source[mark.start() :]):
        open_ones += 1 if found[1] == "begin" else -1
        if not open_ones:
            return mark.start() + found.end()
    raise NotSimpleError


def _mark(specials: Iterable[str]) -> re.Pattern[str]:
    r"""Return what finds the next of ``{ } $ %``, the specials, or a macro.

    A macro's name is group 1, unless it is a single sign, and group 2 the white space that ends
    it. The expression starts with a set of characters: only then is it fast.
    """
    first = re.escape("".join({special[0] for special in specials}))
    longest_first = sorted(specials, key=len, reverse=True)
    rest = "|".join(f"(?<={re.escape(text[0])}){re.escape(text[1:])}" for text in longest_first)
    macro = r"(?<=\\)(?:([^\W\d_]++)(\s*+)|.?)"
    return re.compile(rf"[{{}}$%\\{first}](?:{macro}|(?<=[{{}}$%])|{rest})", re.DOTALL)


def _show_plain(text: str, space: str, in_math: bool) -> str:
    """Show text without marks; in formulas, only the white space in it and behind macros counts."""
    if not in_math:
        return text
    return space if text.isspace() else space + text


def _show_formula(text: str, in_display: bool) -> str:
    text = text.strip()
    return "\n    {}\n".format(text.replace("\n", "\n    ")) if in_display else text


def show_unknown(name: str, source: str, pos: int) -> str:
    r"""Show an author's own macro: ``\ours`` stands for a name, ``\hl{text}`` for what it wraps.

    Args:
        name: The macro's name with the white space behind it.
        source: The text that it stands in.
        pos: The place behind it.
    """
    has_argument = source.startswith("{", pos) and not source.startswith("}", pos + 1)
    return "" if has_argument else name
