"""Accents that PDF readers part from their letters: ``Mu ̈ller``, ``Garc´ıa``, ``Haraldsdo ́ttir``.

TeX draws the accent before its letter, other programs behind it. A mark goes to the letter beside
it that usually bears it, if both do to the one before.
"""

from __future__ import annotations

import re
import unicodedata

_COMBINING = {
    "´": "\u0301",
    "¨": "\u0308",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "ˇ": "\u030c",
    "˚": "\u030a",
    "¸": "\u0327",
    "˝": "\u030b",
    "˛": "\u0328",
}
_BEARERS = {
    "\u0303": "na",
    "\u030c": "czsrentdl",
    "\u030a": "au",
    "\u0327": "cst",
    "\u0328": "ae",
    "\u0307": "zi",
}
_USUAL = 2
_VOWELS = "aeiouy"
_DETACHED = re.compile(r"([^\W\d_]) ([\u0300-\u0338])(?=([^\W\d_]?))")
_BESIDE = re.compile(rf"([^\W\d_]) ?([{''.join(_COMBINING)}])(?=([^\W\d_]?))")
_ALONE = re.compile(rf"[{''.join(_COMBINING)}]")
_LEADING = re.compile(rf"(?<![\w ])({_ALONE.pattern}) ?([^\W\d_])|(?<= )({_ALONE.pattern})([A-Z])")
_APART = re.compile(" [\u0300-\u0338]")


def attached(text: str) -> str:
    """Return a text whose accents stand on their letters: those of Unicode's combining marks."""
    return _mended(text, _DETACHED) if _APART.search(text) else text


def attached_in_name(name: str) -> str:
    """Return a name likewise, also with accents that are characters of their own.

    An acute before a capital is an apostrophe: ``O´Neil``.
    """
    if name.isascii() or not _ALONE.search(name):
        return name
    name = _LEADING.sub(_led, name)
    return _mended(_mended(name, _BESIDE), _BESIDE)


def _led(found: re.Match[str]) -> str:
    mark, letter = found[1] or found[3], found[2] or found[4]
    return _composed(letter, _COMBINING[mark])


def _mended(text: str, pattern: re.Pattern[str]) -> str:
    parts: list[str] = []
    end = 0
    for found in pattern.finditer(text):
        if found.start() < end:
            continue
        before, sign, behind = found.groups()
        mark = _COMBINING.get(sign, sign)
        if sign == "´" and behind.isupper():
            parts += (text[end : found.start(2)].rstrip(" "), "'")
            end = found.end()
            continue
        usual = _BEARERS.get(mark, _VOWELS)
        first, second = _bears(before, mark, usual), _bears(behind, mark, usual)
        if sign == mark and max(first, second) < _USUAL:
            continue
        if first >= second and first:
            parts += (text[end : found.start()], _composed(before, mark))
            end = found.end()
        elif second:
            parts += (text[end : found.end(1)], _composed(behind, mark))
            end = found.end() + 1
    return "".join([*parts, text[end:]])


def _bears(letter: str, mark: str, usual: str) -> int:
    if not letter or len(_composed(letter, mark)) > 1:
        return 0
    if letter == "ı":
        return 4
    if letter.lower() in usual:
        return 3
    return _USUAL if mark == "\u0303" and letter.lower() == "o" else 1  # ão, but Simões


def _composed(letter: str, mark: str) -> str:
    return unicodedata.normalize("NFC", ("i" if letter == "ı" else letter) + mark)
