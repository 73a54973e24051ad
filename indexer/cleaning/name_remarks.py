"""What sources write into names that is no part of them, and lists that name everybody twice.

``Chen, Ling (ling@example.org)``, ``Bo Wu 0001`` (so DBLP tells namesakes apart), ``Ann Lee, MD,
PhD``, ``Eve Sun (Institute of Ponds, Lima)``, ``Li Na https://orcid.org/0000-0002-1825-0097``.
What is odd and a name stays: ``Root Centre (UK)``, ``MD Sadik Hossain``, ``Lee MD`` (two initials).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.cleaning.names import DEGREE, SEPARATORS, SURE_DEGREE, Name

_MAIL = r"[\w.+'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}"
_ORCID = r"(?:https?://)?(?:www\.)?(?:orcid\.org/)?\b(?:\d{4}-){3}\d{3}[\dX]\b"
_DROPPED = re.compile(
    rf"{SEPARATORS}(?:(?<![(\[<{{])[(\[<{{]+\s*)?"
    r"(?:\b(?:e-?mail|orcid)(?:\s(?:address|id))?\s*:?\s*)?(?:mailto:)?"
    rf"(?:{_MAIL}|{_ORCID})(?:[\s,;]+{_MAIL})*\s*[)\]>}}]*",
    re.IGNORECASE,
)
_SPACES = r"(?:(?<!\s)\s+)?"
_ROLE = re.compile(
    rf"{_SPACES}[(\[](?:(?:corresponding|first|presenting|co-?)?\s?(?:authors?|editors?|translators?)"
    r"|eds?\.?|trans\.?|corresponding|deceased)[)\]]",
    re.IGNORECASE,
)
_INSTITUTION = (
    r"\b(?:univ|institut|dep(?:ar)?t|d[ée]part|hospital|h[ôo]pital|laborator|school|college|facul"
    r"|cent(?:er|re)\b|academy|agency|minist|organi[sz]ation|consorti|committee|group\b|team\b"
    r"|society|association|foundation|council|network|inc\b|ltd\b|gmbh\b)"
)
_OF_AN_INSTITUTION = re.compile(_INSTITUTION, re.IGNORECASE)
_AFFILIATION = re.compile(
    rf"{_SPACES}[(\[]([^()\[\]]*{_INSTITUTION}[^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*)[)\]]\s*\Z",
    re.IGNORECASE,
)
_NAMESAKE = re.compile(r"(?<=\w) 0\d{3}(?=,|\Z)")
_MARKS = re.compile(r"(?<=[\w.])[\s,]*[*†‡§¶¹²³]+(?:,[*†‡§¶¹²³]+)*(?=,|\Z)")
_DEGREES = re.compile(rf"(?<![\s,])(?:[\s,]+{DEGREE})+\s*\Z")
_SURE = re.compile(rf",|(?<=[\s,]){SURE_DEGREE}")
_BRACKETED = re.compile(rf"{_SPACES}[(\[](?:{DEGREE}[\s,]*|Hons\.?)[)\]]")
_NUMBERS = re.compile(r"(?<=[a-zà-ÿ])\d{1,2}(?:\s*,\s*\d{1,2})*[*†‡§¶]*\Z")
_FULL_GIVEN = re.compile(rf"[^\W\d_]*[a-zà-ÿ].*?(?=(?:[\s,]+{DEGREE})+\s*\Z)")
_TITLES = re.compile(r"(?:(?:Prof(?:essor)?|Dr|Assoc|Asst)\b\.?[\s-]*){1,3}(?=\S+\s+\S)")
_OTHERS = re.compile(
    r"(?:(?<![\s,;&])[\s,;&]+)?(?:\bet\.?\s+al\b\.?|(?:\A|\b(?:and|&)\s+)others\b)[\s.;,]*\Z",
    re.IGNORECASE,
)
_INITIALS = 2
_LONGEST = 1_000
"""Characters of a name with its remarks; a longer text is something else, and left as it is."""

# Of a set of first letters, so that it is fast.
_SUSPECT = re.compile(
    "|".join(map(re.escape, "@*†‡§¶¹²³([<0123456789"))
    + r"| al\b|others\b|MD\b|M\.D|Dr\b|Prof|Ass[ot]"
    + rf"|(?<=[\s,]){SURE_DEGREE}|(?:,|[a-zà-ÿ])\s*\b{DEGREE}(?=[,\s]|\Z)"
)
_IN_PLAIN = re.compile("Ph|PH| al|others|Dr|Prof|Ass|Sc|MB|FRC|FAC|Ed")
# What it finds is mostly an Edward, a Philip or a Schmidt.
_NO_NAME = re.compile(rf"\b{SURE_DEGREE}|(?:Dr|Prof|Professor|Assoc|Asst)\b|(?i: al\b|others\b)")


def may_hold_remarks(written: Sequence[str]) -> bool:
    """Tell quickly whether names in plain letters may have a title or a degree."""
    listed = "\n".join(written)
    return _IN_PLAIN.search(listed) is not None and _NO_NAME.search(listed) is not None


def without_remarks(
    names: Sequence[str | Name],
) -> tuple[list[str | Name], list[str], bool]:
    """Return the names alone, the affiliations that stood behind them, and whether *et al.* did.

    What is no name at all, such as an address, is left out.
    """
    written = "\n".join(map(str, names))
    if not _SUSPECT.search(written):
        return list(names), [], False
    bare: list[str | Name] = []
    affiliations: list[str] = []
    cut = False
    for name in names:
        text = str(name)
        if len(text) > _LONGEST or not _SUSPECT.search(text):
            bare.append(name)
            continue
        if isinstance(name, str):
            some = _OTHERS.sub("", name)
            cut = cut or some != name
            shown: str | Name = _alone(some, affiliations)
        else:
            shown = Name(_alone(name.family, affiliations), _given(name.given, affiliations))
        if any(map(str.isalpha, str(shown))):
            bare.append(shown)
    return bare, affiliations, cut


def _given(text: str, affiliations: list[str]) -> str:
    """Return given names without what stands behind them; they came from behind a comma."""
    alone = _alone(text, affiliations)
    full = _FULL_GIVEN.match(alone)
    return full[0] if full else alone


def once(names: Sequence[Name]) -> Sequence[Name]:
    """Return each author once, where a whole list is there twice: one behind the other, or in turn.

    One name that is there twice is left, as namesakes do write papers together.
    """
    half, odd = divmod(len(names), 2)
    if odd or not half:
        return names
    for first, second in ((names[:half], names[half:]), (names[::2], names[1::2])):
        if first == second and (half > 1 or len(first[0].given) > _INITIALS):
            return first
        short, full = sorted((first, second), key=lambda some: sum(map(len, map(str, some))))
        if half > 1 and all(map(_abbreviates, short, full)):
            return full
    return names


def _abbreviates(short: Name, full: Name) -> bool:
    return (
        short.family.casefold() == full.family.casefold()
        and len(short.given.strip(".")) <= _INITIALS < len(full.given)
        and short.given[:1] == full.given[:1] != ""
    )


def _alone(name: str, affiliations: list[str]) -> str:
    text = _ROLE.sub("", _DROPPED.sub("", name))
    affiliation = _AFFILIATION.search(text)
    if affiliation and not _OF_AN_INSTITUTION.search(text, 0, affiliation.start()):
        affiliations.append(affiliation[1])
        text = text[: affiliation.start()]
    if " " in text.strip():
        text = _NUMBERS.sub("", text)
    text = _without_degrees(_BRACKETED.sub("", _MARKS.sub("", _NAMESAKE.sub("", text))))
    return _TITLES.sub("", text, count=1) if text[:1] in "PDA" else text


def _without_degrees(name: str) -> str:
    """Return a name without what stands behind it, of which some part is surely a degree.

    ``Eve Jones MD PhD``, ``Jones, Eve RN``; ``Jones MD`` and ``Eve Jones MD`` may have initials.
    """
    degrees = _DEGREES.search(name)
    if not degrees:
        return name
    before = name[: degrees.start()]
    _, comma, given = before.partition(",")
    if comma and _FULL_GIVEN.match(given.lstrip() + degrees[0]):
        return before
    sure = _SURE.search(degrees[0])
    if not sure:
        return name
    if not (" " in before.strip() or comma):  # `Carey, MD` has two initials
        before = name[: degrees.start() + sure.start()]
        return before if " " in before.strip() else name
    return before
