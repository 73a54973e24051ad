"""Names of people: from the forms in which sources write them to one for display, and apart again.

A paper lists its authors as one reads them, ``Laurens van der Maaten``. Which part is the family
name can be told from that by the rule of :func:`family_of`; where a source knows better (``García
Márquez, Gabriel``), the paper's ``extra["family_names"]`` says so.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from indexer.cleaning.escapes import unescaped

_PARTICLES = frozenset(
    "af al ap av bin da das de del della den der des di do dos du el la las le los san st ten ter "
    "'t tot und van ver vom von y zu zum zur".split()
)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|v|vi|2nd|3rd)\.?", re.IGNORECASE)
SURE_DEGREE = (
    r"(?:P[hH]\.? ?D|D\.? ?Phil|M\.?Phil|[BM]\.?Sc|[BM]\.?Ed|Ed\.?D|Psy\.?D|Pharm\.?D|MBBS|MBChB"
    r"|FRC[A-Z]{1,3}|FAC[SP]|FAAN)\b\.?"
)
# Behind a comma, as without one `MD` is two initials.
DEGREE = (
    rf"(?:{SURE_DEGREE}|(?:M\.? ?D|D\.?O|J\.?D|R\.?N|[BM]\.?[AS]|[BM]SN|D[DM]D|DDS|DVM|M\.?P\.?H"
    r"|MBA|Dr\.? ?(?:med|rer|phil|habil|nat)[a-z. ]*|Esq|Dipl\.?-?Ing)\b\.?)"
)
"""Degrees behind a name: those that nothing else is, and all, as they stand behind a comma."""
_INITIALS_LAST = re.compile(r"(?P<family>\S.*?)\s+(?P<given>(?:[^\W\d_]\.[\s-]?){1,5})")
_CAPITALS_LAST = re.compile(
    r"(?P<family>\S.*?)\s+(?P<given>[A-Z]{1,3}|[A-Z](?: [A-Z]){1,3})(?:\s+(?:Jr|Sr|\d?[a-z]{2}))?"
)
_CAPITALS_BEHIND = re.compile(r"[^,]*[a-zà-ÿ]\S*\s+(?:[A-Z]{1,3}|[A-Z](?: [A-Z]){1,3})")
# Family names that some write in capitals, and that could be initials: `Kun LI`.
_SHORT_FAMILIES = frozenset(
    "AO BAI BAN CAI CAO CHU CUI DAI DU FAN FU GAO GE GU GUO HAN HE HO HOU HU HUA JI JIA KIM KO LAI "
    "LAM LAU LE LEE LEI LI LIM LIN LIU LU LUO MA MAO MO NG NI OH OU PAN PAK QI QIN QIU REN SHI SU "
    "SUN TAN TAO TU WAN WEI WEN WU XIA XIE XIN XU XUE YAN YAO YE YI YIN YOO YOU YU YUE ZHU "
    "ZUO".split()
)
_INVERTED = re.compile(r"((?:[^,]|,,)*)(?:,(.*))?", re.DOTALL)
# Letters of western Europe, none of which is half of a mojibake, and points within: `J. R. Smith`.
_PLAIN_LETTER = "A-Za-zÀ-ÖØ-öø-őŔ-şŢ-ŷŹ-ż"
_PLAIN = re.compile(
    rf"(?>(?:[{_PLAIN_LETTER}]++(?>(?:[.'-][{_PLAIN_LETTER}]++)*)\.? )*)"
    rf"[{_PLAIN_LETTER}]++(?>(?:[.'-][{_PLAIN_LETTER}]++)*)"
)
_PLAIN_LIST = re.compile(rf"(?>(?:{_PLAIN.pattern}\n)*)(?:{_PLAIN.pattern})?")
_ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_AND = re.compile(r"\s+(?:and|&)\s+", re.IGNORECASE)
_OPENING = re.compile(r"(?:^|(?<=,))\s*(['\"])")
_CLOSING = {mark: re.compile(rf"{mark}\s*(?:,|$)") for mark in "'\""}
_NO_NAME = re.compile(rf"(?i:{_SUFFIX.pattern})|{DEGREE}|(?:[A-Z]\.[\s-]?)+")
SEPARATORS = r"(?:(?<![\s,;])[\s,;]+)?"
"""What may stand before a remark: a whole run, as a long one is to be gone through once."""

_ET_AL = re.compile(rf"{SEPARATORS}(?:\bet\s+al\b\.?|\band\s+others\b|…|\.\.\.)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Name:
    """A name in its parts; one that has no parts (an organisation's) is all ``family``."""

    family: str
    given: str = ""

    def __str__(self) -> str:
        """The name as one reads it."""
        return f"{self.given} {self.family}".strip()


def parse_name(text: str, *, capitals_last: bool = False) -> Name:
    """Return the parts of a name in any of the usual forms.

    ``Family, Given``, ``Family, Given, Jr.``, ``Family, Jr., Given``, ``Given Family`` and ``Family
    G.H.`` are told apart by their punctuation.

    Args:
        text: one name.
        capitals_last: whether this source writes ``Family GH``, as MEDLINE does; elsewhere the last
            word of ``Kun LI`` is a family name.
    """
    text = " ".join(text.split()).strip(" ;,")
    family, *rest = (part.strip() for part in text.split(","))
    if rest:
        # `Carey, JR` and `Diaz, V` have no given name but initials; `Carey, Jr.` has none at all.
        initials = len(rest) == 1 and rest[0].isupper() and " " not in family
        suffixes = [part for part in rest if _SUFFIX.fullmatch(part) and not initials]
        given = " ".join(part for part in rest if part and part not in suffixes)
        text = " ".join([family, *suffixes])
        # `J. Ross, Jr.` holds a given name, `van Dyke, Jr.` does not.
        first, _, more = family.partition(" ")
        if given or not suffixes or not more or first in _PARTICLES:
            return Name(text, given)
    match = _INITIALS_LAST.fullmatch(text)
    if not match and capitals_last:
        match = _CAPITALS_LAST.fullmatch(text)
    if match:
        return Name(match["family"], match["given"].strip())
    return parse_plainly(text)


def parse_plainly(text: str) -> Name:
    """Return the parts of ``Given Family``, as :func:`parse_name` does of what is read plainly."""
    family = family_of(text)
    return Name(family, text[: len(text) - len(family)].strip())


def initials_behind(names: Sequence[str]) -> bool:
    """Tell a list in the style of Vancouver, ``Smith JA, van den Berg M``, by all of its names."""
    if not names or not all(map(_CAPITALS_BEHIND.fullmatch, names)):
        return False
    return any(name.rpartition(" ")[2] not in _SHORT_FAMILIES for name in names)


def read_plainly(names: Iterable[str]) -> bool:
    """Tell whether all names are ``Given Family`` in plain letters: shown as they are written.

    Neither cleaning nor :func:`parse_name` would change such a one, and most are.
    """
    return _PLAIN_LIST.fullmatch("\n".join(names)) is not None


def family_of(display: str) -> str:
    """Return the family name of a name as one reads it: the last word and the particles before."""
    words = display.split(" ")
    start = len(words) - 1
    if start > 1 and _SUFFIX.fullmatch(words[start]):
        start -= 1
    while start > 1 and words[start - 1] in _PARTICLES:
        start -= 1
    return " ".join(words[start:])


def split_names(text: str) -> tuple[list[str], bool]:
    """Split a list of names in one string, and tell whether it is cut (it ends in *et al.*).

    Semicolons, ``and`` and new lines separate names; commas do where they are not within names
    (``Wang, Kun, Li, Wei`` is read as pairs, ``Kun Wang, Wei Li`` and ``Wang K., Li W.`` as names).
    """
    text = unescaped(text.strip())
    if "&" in text:  # the semicolon of an entity separates no names
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    listed = text.removeprefix("[").removesuffix("]")
    if listed != text and (strings := quoted(listed)):
        return strings, False
    rest = _ET_AL.sub("", text)
    cut = rest != text
    if ";" in rest or "\n" in rest or "|" in rest:
        parts = re.split(r"[;\n|]", rest)
    else:
        parts = _AND.split(rest)
        if len(parts) == 1 or "," in parts[0]:
            parts = [name for part in parts for name in _at_commas(part)]
    return [name for part in parts if (name := part.strip(" ,;"))], cut


def quoted(listed: str) -> list[str]:
    """Return the strings of a list as Python and JSON print it, without its brackets.

    What stands there without quotation marks (``None``) is passed over; ``[]`` if a mark is not
    closed, as it is no such list then.
    """
    strings = []
    at = 0
    while opening := _OPENING.search(listed, at):
        closing = _CLOSING[opening[1]].search(listed, opening.end())
        if not closing:
            return []
        strings.append(listed[opening.end() : closing.start()])
        at = closing.end()
    return strings


def _at_commas(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) == 2 and (" " not in parts[0] or " " not in parts[1]):
        return [", ".join(parts)]  # one name, Family, Given
    alone = [" " not in part for part in parts]
    if len(parts) % 2 == 0 and all(alone[::2]):
        return [", ".join(pair) for pair in zip(parts[::2], parts[1::2], strict=True)]
    joined: list[str] = []
    for part in parts:
        if joined and _NO_NAME.fullmatch(part):
            joined[-1] += f", {part}"
        else:
            joined.append(part)
    return joined


def displayed(names: Iterable[Name]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the names as one reads them, and the family names that cannot be told from that."""
    odd: dict[str, str] = {}
    listed: list[str] = []
    seen: set[str] = set()
    for name in names:
        text = str(name)
        if not text:
            continue
        # Where two share a form, the first one is taken at its word.
        if text not in seen and family_of(text) != name.family:
            odd[text] = name.family
        seen.add(text)
        listed.append(text)
    return tuple(listed), odd


def apart(author: str, family_names: Mapping[str, str]) -> Name:
    """Return the parts of a displayed name, the inverse of :func:`displayed`.

    Args:
        author: as a paper lists it.
        family_names: the paper's ``extra["family_names"]``.
    """
    family = family_names.get(author) or family_of(author)
    if not author.endswith(family):
        return Name(author)
    return Name(family, author[: len(author) - len(family)].strip())


def inverted(name: Name) -> str:
    """Return a name as akin's exports write it: ``Family, Given``, a whole one without a comma.

    A comma within either part is doubled, so that :func:`from_inverted` gives back what went in.
    """
    parts = (part.replace(",", ",,") for part in (name.family, name.given) if part)
    return ", ".join(parts)


def from_inverted(text: str) -> Name:
    """Return the parts of a name that :func:`inverted` wrote; a comma at its end means nothing."""
    match = _INVERTED.fullmatch(text)
    if not match:
        return Name(text)
    family, given = (part.strip().replace(",,", ",") for part in match.groups(""))
    return Name(family, given)
