"""Letters: the plain form by which each is looked up, and what makes a word.

Words, phrases and filters, of the index as of a query, are all folded here.
"""

from __future__ import annotations

import re
import unicodedata

# Not seen, and no end of a word: soft hyphen, joiners, marks of direction, selectors of a variant.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069"
    "\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef"
)
# What transliterations write for a letter that Latin lacks, and Unicode counts among the letters.
_APOSTROPHES = "\u02b9-\u02c1\u02c8\u02ee\ua78b\ua78c"
_DROPPED = re.compile(f"[{_INVISIBLE}{_APOSTROPHES}°]")  # the last of ℃

# Combining classes of what is written over, under or through a letter and may be left out. Not
# those of signs that make it another one, as in Japanese, Thai and the scripts of India.
_ACCENTS = frozenset([1, *range(10, 37), *range(200, 241)])
# A LATIN SMALL LETTER O WITH STROKE is an o, though Unicode takes no stroke, hook or tail off.
_LATIN = re.compile(r"LATIN (?:SMALL LETTER|LETTER SMALL CAPITAL) ([A-Z]{1,2})(?: WITH .*)?")
_PLAIN = {"œ": "oe", "þ": "th", "ð": "d", "ı": "i", "ȷ": "j", "ŋ": "n", "ĸ": "k", "ə": "a",
          "ɛ": "e", "ɔ": "o", "ʉ": "u", "ɵ": "o"}  # fmt: skip


def folded(text: str) -> str:
    """Return a text in lower case and plain letters: without accents, ligatures, full width.

    Sub- and superscripts are digits, and so are those of other scripts; letters without an accent
    that Unicode could take off have their plain form, too: ``Łódź`` is ``lodz``, ``Øresund``
    ``oresund``, ``Straße`` ``strasse``.
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).translate(_FOLDED))


class _Folded(dict[int, str]):
    """What each character becomes, found when it is first met."""

    def __missing__(self, code: int) -> str:
        lower = unicodedata.normalize("NFKD", chr(code)).casefold()
        plain = "".join(map(_plain, unicodedata.normalize("NFKD", lower)))
        self[code] = plain
        return plain


_FOLDED = _Folded()


def _plain(letter: str) -> str:
    """Return a lower-case letter in its plain form, ``""`` for what only marks one."""
    if letter.isascii():
        return letter
    if unicodedata.combining(letter) in _ACCENTS or _DROPPED.match(letter):
        return ""
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    name = _LATIN.fullmatch(unicodedata.name(letter, ""))
    return name[1].lower() if name else _PLAIN.get(letter, letter)
