r"""Sub- and superscripts as Unicode has them: ``CO$_2$`` becomes CO₂, ``10^{-3}`` 10⁻³.

Digits and signs have such forms, and few letters: ``x_i`` and ``k_{\max}`` stay as they are. What
is read here is the source, after the markup of HTML and before LaTeX; outside of formulas a script
is what cannot be anything else: ``TiO_2`` is a substance, ``file_2`` a name.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import partial

from indexer.patterns import lazily

_LOWERED = str.maketrans("0123456789+-−x", "₀₁₂₃₄₅₆₇₈₉₊₋₋ₓ", " ")
_RAISED = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻", " ")
SIGNS = "₀-₉₊₋ₓ⁰¹²³⁴-⁹⁺⁻"
"""What scripts become, for a set of a regular expression."""

# Digits with a sign before or behind them, or signs alone: -3, 2+, ++, -/-.
_SIMPLE = r"(?:[+−-]\s?)?\d{1,9}[+−-]?|[+−-]{1,3}|[+−-]/[+−-]"
_SIMPLE_ONLY = lazily(_SIMPLE)
_FONT = r"\\(?:mathrm|mathit|mathbf|mathsf|text|textrm|textnormal|mbox|rm)\s*"
_ELEMENTS = """
H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr
Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb
Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm
"""
_ELEMENT = "(?:" + "|".join(sorted(_ELEMENTS.split(), key=len, reverse=True)) + ")"
_COMPOUND = lazily(rf"(?:[A-Za-z0-9)₀-₉]{_ELEMENT}|(?=[A-Z][a-z]){_ELEMENT}|\))$")
_CAPITALISED = lazily(r"(?:[A-Z][A-Za-z]*|\))$")
_LINK = r"(?:https?://|www\.|\b10\.\d{4,9}/)\S+"

_TAG = lazily(
    r"(\s{0,3})<(?:\w{1,9}:)?(sub|sup|inf|subscript|superscript)\b[^<>]*>\s{0,9}([^<>]{1,12}?)\s{0,9}</(?:\w{1,9}:)?\2\s*>",
    re.IGNORECASE,
)
_CHEMISTRY = lazily(r"\\(?:ce|cee|cf|ch)\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_COUNT = lazily(r"(?<=[A-Za-z)\]}])\d+")
_CHARGE = lazily(r"(?<=[A-Za-z₀-₉)\]])[+-](?=\s|$)|\^\{?(\d*[+-]|\d+)\}?")
_ARROWS = (("<=>", "⇌"), ("<->", "↔"), ("->", "→"), ("<-", "←"))
_MACRO = lazily(rf"\\(textsubscript|textsuperscript|sb|sp)\s*\{{\s*({_SIMPLE})\s*\}}")
_LOWERING = frozenset(["textsubscript", "sb"])
_ORDINAL = lazily(rf"\^\s*\{{\s*(?:{_FONT}\{{?)?(st|nd|rd|th)\s*\}}{{1,2}}")
_DEGREE = lazily(r"\^\s*(?:\{\s*\\circ\s*\}|\\circ(?![a-zA-Z])\s*)")
_PRIME = lazily(r"\^\s*(?:\{\s*\\prime\s*\}|\\prime(?![a-zA-Z])\s*)")
# What Unicode has no place for, though chemistry has: the numbers of PM_{2.5}, of O_{3-\delta}.
_MIXED = r"\d+\.\d+|\d[\d.]*\s*[+−-]\s*(?:\d\.\d+|[yzn]|\\(?:delta|epsilon|alpha|beta)\s*)"
_MIXED_ONLY = lazily(_MIXED)
# What begins a script, and the macro that it stands behind (group 1). Three characters alone begin
# this expression: only then is it fast.
_SIGN = r"(?:\\([a-zA-Z]+\s*)[_^]|_(?<!\\_)|\^(?<!\\\^))"
# In braces, with or without a font: a script wherever it stands.
_BRACED = lazily(
    rf"{_SIGN}\s*(?:\{{\s*((?:{_FONT})?)({_SIMPLE}|[\d+−-]*x|{_MIXED})\s*\}}"
    rf"|\{{\s*{_FONT}\{{\s*({_SIMPLE}|x)\s*\}}\s*\}}|{_FONT}\{{\s*({_SIMPLE}|x)\s*\}}|(x)(?=\$))"
)
_BARE = lazily(rf"{_SIGN}(?:(?<=_)(\d+|x(?!\w))|(?<=\^)([+−-]?\d+|[+−-](?![\w({{\\.])))")
_MATH = lazily(r"\\\(.{1,1000}?\\\)|\\\[.{1,1000}?\\\]", re.DOTALL)
_SUM = r"(?=[\w({\\])"  # what is added stands right behind the sign, and nothing behind a charge
_POWER = lazily(
    rf"{_LINK}|(?<=[A-Za-z0-9)\]₀-₉])\^"
    rf"(?:([+−-]?\d{{1,3}})(?=[+−-]{_SUM}|[^\w+−-]|$)|(\d?[+−-])(?!{_SUM}))"
)
_CHARGED = lazily(rf"(?:{_ELEMENT}|[)\]₀-₉])$")
_SUBSTANCE = lazily(
    rf"{_LINK}|(?<![A-Za-z0-9_\\])(?:[(\[]{{0,3}}{_ELEMENT}(?:_?\d{{1,2}}|_x)?(?:[)\]](?:_?\d{{1,2}})?)*)+"
    r"(?![A-Za-z0-9_])"
)


def subscript(text: str) -> str:
    """Return digits and signs as subscripts, any other text as it is."""
    return text.translate(_LOWERED) if _SIMPLE_ONLY.fullmatch(text) else text


def superscript(text: str) -> str:
    """Return digits and signs as superscripts, any other text as it is."""
    return text.translate(_RAISED) if _SIMPLE_ONLY.fullmatch(text) else text


def with_tagged_scripts(text: str) -> str:
    """Return a text with the digits of ``<sub>`` and ``<sup>`` as scripts; other tags stay."""
    return _TAG.sub(_of_tag, text)


def with_scripts(text: str) -> str:
    """Return a text with all scripts of digits but the bare ones within dollars."""
    if "\\" in text:
        text = _CHEMISTRY.sub(_of_chemistry, text)
        text = _MACRO.sub(lambda m: _script("_" if m[1] in _LOWERING else "^", m[2]), text)
        text = _MATH.sub(lambda m: with_bare_scripts(m[0]), text)
    if "^" in text:
        text = _PRIME.sub("′", _DEGREE.sub("°", _ORDINAL.sub(r"\1", text)))
    if "^" in text or "_" in text:
        text = _BRACED.sub(_of_braces, text)
    if "_" in text:
        text = _in_words(text, "_", partial(_SUBSTANCE.sub, _of_substance))
    if "^" in text:
        text = _in_words(text, "^", partial(_POWER.sub, _of_power))
    return text


def _in_words(text: str, sign: str, change: Callable[[str], str]) -> str:
    """Return a text whose words that hold a sign are changed: few of them do."""
    parts: list[str] = []
    end = 0
    while (at := text.find(sign, end)) >= 0:
        begins = max(end, text.rfind(" ", end, at) + 1)
        ends = text.find(" ", at)
        parts += (text[end:begins], change(text[begins : ends if ends >= 0 else None]))
        if ends < 0:
            return "".join(parts)
        end = ends
    return "".join([*parts, text[end:]]) if parts else text


def with_bare_scripts(formula: str) -> str:
    """Return a formula with its bare scripts of digits, too: ``x_1^2``."""
    return _BARE.sub(_of_formula, formula) if "_" in formula or "^" in formula else formula


def _of_tag(tag: re.Match[str]) -> str:
    space, name, content = tag[1], tag[2].lower(), html.unescape(tag[3])
    if not _SIMPLE_ONLY.fullmatch(content):
        return tag[0]
    # An index belongs to what stands before it, though some sources put a space between.
    return space + superscript(content) if name.startswith("sup") else subscript(content)


def _of_chemistry(found: re.Match[str]) -> str:
    """Read what the packages mhchem and chemformula do: ``SO4^2-``, ``2H2 + O2 -> 2H2O``."""
    text = found[1]
    for written, arrow in _ARROWS:
        text = text.replace(written, arrow)
    text = _BRACED.sub(_of_braces, text.replace("_", ""))
    text = _COUNT.sub(lambda count: count[0].translate(_LOWERED), text)
    return _CHARGE.sub(lambda charge: (charge[1] or charge[0]).translate(_RAISED), text)


def _of_braces(found: re.Match[str]) -> str:
    sign = _sign(found)
    content = next(filter(None, found.groups()[2:]))
    before = found.string[max(0, found.start() - 20) : found.start()].rstrip("${} ")
    if _MIXED_ONLY.fullmatch(content):
        is_number = sign == "_" and not found[1] and _CAPITALISED.search(before)
        return content if is_number else found[0]
    if content.endswith("x") and not _is_of_compound(sign, before):
        return found[0]
    return _behind(found[1]) + _script(sign, content)


def _of_formula(found: re.Match[str]) -> str:
    sign, content = _sign(found), found[2] or found[3]
    before = found.string[max(0, found.start() - 20) : found.start()].rstrip("{} ")
    if content == "x" and not _is_of_compound(sign, before):
        return found[0]
    return _behind(found[1]) + _script(sign, content)


def _sign(found: re.Match[str]) -> str:
    return found.string[found.end(1) if found[1] else found.start()]


def _is_of_compound(sign: str, before: str) -> bool:
    return sign == "_" and bool(_COMPOUND.search(before))


def _of_substance(found: re.Match[str]) -> str:
    if "_" not in found[0] or re.match(_LINK, found[0]):
        return found[0]
    return _BARE.sub(_of_formula, found[0])


def _of_power(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - 20) : found.start()]
    if found[1] or (found[2] and _CHARGED.search(before)):
        return superscript(found[1] or found[2])
    return found[0]


def _behind(macro: str | None) -> str:
    """Return the macro that a script stands behind, ended: its digits are no part of the name."""
    return "\\" + macro.rstrip() + "{}" if macro else ""


def _script(sign: str, content: str) -> str:
    return content.translate(_LOWERED if sign == "_" else _RAISED)
