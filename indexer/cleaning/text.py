"""From what a source wrote to what a person reads: markup and dirt cleaned, nothing lost."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from indexer.cleaning.accents import attached
from indexer.cleaning.escapes import unescaped
from indexer.cleaning.latex import latex_to_text
from indexer.cleaning.markup import without_markup
from indexer.cleaning.notices import split_copyright
from indexer.cleaning.pdf_text import whole, without_soft_hyphens
from indexer.cleaning.scripts import with_scripts

_HYPHENATED = re.compile(r"(-?)\b([^\W\d_]{2,})-[ \t]*\r?\n[ \t]*([^\W\d_]+)")
_WRAPPED_HYPHEN = re.compile(r"-(?<=\w-)[ \t]*\r?\n\s*(?=\w)")
# Bytes of UTF-8 read as Windows-1252 or Latin-1, as `Ã©` and `â€™`.
_MOJIBAKE = re.compile("[ÂÃÄÅÎÏÐÑ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|â\u0080|ï¬|ï»¿")
_MOJIBAKE_SIGNS = "ÂÃÄÅÎÏÐÑâï"
_LIGATURES = "\ufb00\ufb01\ufb02\ufb03\ufb04\ufb05\ufb06"
_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_ODD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\ufb00-\ufb06\ufffe\uffff\ud800-\udfff]"
)
_REPLACED: dict[int, str] = {
    **dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)], " "),
    **dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF], ""),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    **{0xFB00 + i: letters for i, letters in enumerate("ff fi fl ffi ffl st st".split())},
}

_SECTION = (
    "Aims?|Background|Context|Introduction|Methods?|Motivation|Objectives?|Purpose|Results|Summary"
)
_OPENING = "A|An|As|At|Despite|For|In|It|Many|Most|Our|Recent|Since|The|These|This|To|We|While|With"
# `Abstract syntax trees` and `Abstract Meaning Representation` begin texts; the word is a label
# before a colon, in capitals, glued to the text, or before what begins a text itself.
_PREFIXES = re.compile(
    r"(?:(?i:abstract|summary)\s*[:.—–-]+\s*|ABSTRACT\s+|Abstract(?=[A-Z][a-z])"
    rf"|Abstract\s+(?=(?:{_SECTION})|(?:{_OPENING})\s))+"
)
_URL = re.compile(r"https?://[^\s/<>|\"{}\\]+\.[^\s<>|\"{}\\]+")
_CODE_HOSTS = ("github.", "gitlab.", "bitbucket.", "codeberg.")
_CODE_LINK = re.compile(
    rf"\b(?:{'|'.join(map(re.escape, _CODE_HOSTS))})\s?(?:com|org)/\w", re.IGNORECASE
)

_MAY_BE_CUT = re.compile("-(?= )")  # hyphens are rare, blanks are not, and this looks for hyphens
_JOINED = re.compile(r"(?:[^;]|;;)+")

_LONGEST_SEARCHED = 50_000
"""Characters of a text that is searched for each of its hyphenated words."""


def clean(text: str) -> str:
    """Return the text as one reads it: no LaTeX, no HTML or JATS, no dirt, single spaces.

    Entities and tags go, mojibake and ligatures are mended, control characters dropped, words
    hyphenated at a line's end joined; whatever is not surely markup stays as it is.
    """
    if "\\" in text:
        text = unescaped(text)
    # Looking for a character is a hundred times cheaper than searching for a pattern, and most
    # texts have nothing to clean.
    if text.isascii():
        plain = True
        if len(text.encode().translate(None, _CONTROLS)) != len(text):
            text = text.translate(_REPLACED)
    else:
        text = _mended(text)
        plain = text.isprintable()  # holds no white space but spaces
    wrapped = "\n" in text or "\r" in text
    if wrapped and ("-\n" in text or "- \n" in text or "-\r" in text):
        text = _join_hyphenated(text)
    if "<" in text or "&" in text:
        text, plain = without_markup(text), False
    if "_" in text or "^" in text or "\\" in text:
        text = with_scripts(text)
    if "\\" in text or "$" in text:
        text, plain = latex_to_text(text), False
    if _MAY_BE_CUT.search(text) or "(cid:" in text:
        text = whole(text)
    plain = (plain and not wrapped and "\t" not in text) or text.isprintable()
    return text.strip(" ") if plain and "  " not in text else " ".join(text.split())


clean_again = lru_cache(maxsize=4096)(clean)
"""As :func:`clean`, for what many records have alike: venues, keywords, kinds."""


def printable(text: str) -> str:
    """Return the text with control characters as spaces, and half a pair as U+FFFD; no more."""
    return text if text.isprintable() or not _ODD.search(text) else text.translate(_REPLACED)


def clean_abstract(text: str) -> tuple[str, str]:
    """Return a cleaned abstract without what publishers put around it, and their copyright notice.

    ``Abstract:`` in front goes; ``© 2020 Elsevier B.V. All rights reserved.`` at either end is
    returned apart, ``""`` where there is none.
    """
    text = clean(text)
    if text[:1] in "aAsS" and (prefix := _PREFIXES.match(text)):
        text = text[prefix.end() :]
    return split_copyright(text)


def join_wrapped(text: str) -> str:
    """Join the lines of text that a program wrapped: a hyphen at a line's end is a real one."""
    return _WRAPPED_HYPHEN.sub("-", text) if "\n" in text else text


def links_in(text: str) -> list[str]:
    """Return the distinct links of a clean text, in order, without trailing punctuation."""
    if "://" not in text:
        return []
    return list(dict.fromkeys(m[0].rstrip(".,;:)]'") for m in _URL.finditer(text)))


def links_code(text: str) -> bool:
    """Tell whether the text links to a host of code; a link broken by a space counts."""
    if "/" not in text:
        return False
    folded = text.lower()
    if not any(host in folded for host in _CODE_HOSTS):
        return False
    places = [at for host in _CODE_HOSTS if (at := text.find(host)) >= 0]
    return bool(_CODE_LINK.search(text, min(places) if text.isascii() and places else 0))


def joined(values: Iterable[str]) -> str:
    """Return the values as one text, as akin's exports write lists: ``a; b``.

    A semicolon within a value is doubled, so that :func:`parted` gives back what went in.
    """
    return "; ".join(value.replace(";", ";;") for value in values)


_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def no_formula(cell: str) -> str:
    """Return a cell of CSV as text to every spreadsheet: a ``'`` before what would be a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def parted(text: str) -> list[str]:
    """Return the values of a text that :func:`joined` wrote."""
    parts = (part.strip().replace(";;", ";") for part in _JOINED.findall(text))
    return [part for part in parts if part]


def _mended(text: str) -> str:
    if "\u00ad" in text:
        text = without_soft_hyphens(text)
    if any(sign in text for sign in _MOJIBAKE_SIGNS) and _MOJIBAKE.search(text):
        import ftfy

        text = ftfy.fix_encoding(text)
    if not text.isprintable() or any(ligature in text for ligature in _LIGATURES):
        text = text.translate(_REPLACED) if _ODD.search(text) else text
    text = attached(text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _join_hyphenated(text: str) -> str:
    """Join words that a typesetter broke; a hyphen that the text has elsewhere in them stays."""
    folded = text.casefold() if len(text) < _LONGEST_SEARCHED else ""

    def whole(match: re.Match[str]) -> str:
        before, first, second = match.groups()
        compound = f"{first}-{second}"
        keep = before or not second[0].islower() or compound.casefold() in folded
        return before + (compound if keep else first + second)

    return _HYPHENATED.sub(whole, text)
