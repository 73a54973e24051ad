"""What Ovid writes its own way: a citation on one line, titles with their kind, names with degrees.

Journals@Ovid, databases from BIOSIS to PsycINFO, and books each cite in another order::

    Journal of Moss January/February 2010;14(1):56-60
    Moss & Fern. 201(2-3):327-334, November 15, 2004.
    Moss Letters. Vol.34(2), 2019, pp. 123-145.
    Roe, Eve [Editor], Fox, Al [Editor]. Handbook of moss.:371-397, 2004.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_LONGEST = 1_000
"""Characters of a citation."""

_YEAR = r"(?:1[89]|20)\d\d(?!\d)"
_PERIOD = (
    r"(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}|spring|summer|autumn|fall|"
    r"winter|(?:first|second|third|fourth|\d\w\w) quarter)\b\.?"
)
_DATE = (
    rf"(?:(?:{_PERIOD}|\d{{1,2}})[\s/,.&-]{{1,3}}){{0,6}}{_YEAR}"
    rf"(?:[\s,/-]{{1,3}}(?:{_PERIOD}|\d{{1,2}}\b(?!-))){{0,4}}"
)
_VOLUME_LAST = re.compile(
    rf"(?P<venue>.+?)[.,:]?\s+(?P<date>{_DATE})\s*;\s*(?P<volume>[^(:;]*)"
    r"(?:\((?P<issue>[^)]*)\)[^:]*)?(?::\s*(?P<pages>.+?))?[.\s]*",
    re.IGNORECASE | re.DOTALL,
)
_DATE_LAST = re.compile(
    r"(?P<venue>.+?)(?:[.,]?\s+(?:vol\.?\s*)?(?P<volume>[a-z]?\d{1,5}[a-z]?(?:-\d+)?)\s*"
    r"(?:\((?P<issue>[^)p]*\d[^)]*)\))?(?:\s*suppl[\w. ]*)?(?=\s*[:,;(])|\.(?=:\d))(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_PAGES = re.compile(r"(?::\s*|\bpp?\.?\s*)([a-z]{0,2}\d+(?:-[a-z]{0,2}\d+)?)", re.IGNORECASE)
_DATED = re.compile(_DATE, re.IGNORECASE)
_IN_WORDS = re.compile(r"\s*-\s*Volume\s+(\S+)\s*-\s*Issue\s+(.{1,20}?)\s*-\s*pp?\s*")
_SENTENCE = re.compile(r"(?<=\w\w)\.\s")
_EDITORS = re.compile(r".*\[Ed(?:itor|\.)[^\]]*\][.\s]*", re.DOTALL)
_KIND = re.compile(r"(?<=\S)\s*\[([A-Z][^\[\]]{2,60})\]\s*$")

_MARKS = r"[\d*+†‡§¶‖#^|(),]"
_MARK = re.compile(rf"{_MARKS}+|[a-z](?:,[a-z])*,?")
_MARKS_BEHIND = re.compile(rf"(?<=[^\W\d_.]){_MARKS}+$|(?<=\.)[,*+†‡§¶‖#^|]+$|\s+[\d*+†‡§¶‖#^|,]+$")
_DEGREES = frozenset(
    "ba bch bds beng bm bmbs bmed bn bpharm bs bsc bscn bsn dds dmd do dphil drph dsc dvm edd ma "
    "mb mba mbbch mbbs mbchb md mds med meng mhs mph mphil mpharm mres ms msc mscn msn np pa "
    "pharmd phd psyd pt rd rn scd scm sm".split()
)


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation in its parts, each ``""`` where it does not say."""

    venue: str
    date: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""


def citation(source: str) -> Citation:
    """Return the parts of a citation; all up to its first full stop is the venue of an odd one."""
    source = _IN_WORDS.sub(r";\1(\2):", _EDITORS.sub("", source[:_LONGEST]))
    if found := _VOLUME_LAST.fullmatch(source):
        cited = Citation(*(part.strip() for part in found.groups("")))
        if not (cited.issue or cited.pages) and re.search(r"-|pp", cited.volume):
            return replace(cited, volume="", pages=cited.volume.strip(" p."))
        return cited
    if found := _DATE_LAST.fullmatch(source):
        venue, volume, issue, rest = (part.strip() for part in found.groups(""))
        pages = _PAGES.search(rest)
        date = _DATED.search(rest.replace(pages[0], " ") if pages else rest)
        year = volume if re.fullmatch(_YEAR, volume) else ""
        venue = _SENTENCE.split(venue)[0]  # behind it stand series, conference and place
        return Citation(venue, date[0] if date else year, volume, issue, pages[1] if pages else "")
    years = re.findall(rf"(?<!\d){_YEAR}", source)
    return Citation(source.partition(". ")[0], date=years[-1] if years else "")


def title_and_kind(title: str) -> tuple[str, str]:
    """Part a title of Journals@Ovid from what it says behind it of the kind: ``[Article]``.

    The full stop between the two is Ovid's, and none of the title.
    """
    found = _KIND.search(title)
    if not found:
        return title, ""
    text = title[: found.start()].rstrip()
    return (text if text.endswith("..") else text.removesuffix(".")), found[1]


def bare_name(name: str) -> str:
    """Return a name without degrees and the marks of footnotes: ``Roe, Eve B. MD, FRCP 1,*``."""
    family, comma, rest = _MARKS_BEHIND.sub("", name).partition(",")
    first, *others = rest.split() or [""]
    shouted = rest.isupper()
    given = [_MARKS_BEHIND.sub("", first)]
    for word in others:
        if _MARK.fullmatch(word) or _is_degree(word, shouted=shouted):
            break
        given.append(_MARKS_BEHIND.sub("", word))
    if not comma:
        return _MARKS_BEHIND.sub("", name)
    full = given[-1].rstrip(",")  # a full stop behind a whole word ends the field, not the word
    given[-1] = (
        full[:-1] if re.fullmatch(r"[^\W\d_]{3,}\.", full) and full[1:-1].islower() else full
    )
    return f"{family}, {' '.join(given)}".rstrip(", ")


def _is_degree(word: str, *, shouted: bool) -> bool:
    letters = word.replace(".", "").strip(",()")
    if letters.lower() in _DEGREES:  # `MEd`, not `Med`
        return letters[:1].isupper() and not letters[1:].islower()
    return len(letters) > 2 and letters.isalpha() and letters.isupper() and not shouted
