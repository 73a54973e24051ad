"""Notices of copyright, which publishers and databases put around an abstract, parted from it.

A notice names a year and a holder, and perhaps a licence. What databases append is told by its own
words, however long it is; any other notice by what it says up to the end of the text, or from its
beginning: a sign, and then names and the phrases of licences alone. A sentence that says anything
else is the paper's own, and so are a sign and a year within one.
"""

from __future__ import annotations

import re

from indexer.patterns import lazily

_LONGEST = 3_000
"""Characters at the end of a text among which a notice may begin."""

_YEAR = r"(?:19|20)\d\d(?!\d)"
_SIGN = "(?:©|\ufffd|\\((?i:c|copyright)\\))"  # U+FFFD: a sign whose byte was lost
_PRESS = (
    r"(?:Academic\s+Press|Blackwell|Elsevier|IEEE|ACM|(?:S\.\s)?Karger|Lippincott|Macmillan|SAGE|"
    r"Sage|Springer|Taylor|the\s+[Aa]uthor|The\s+Author|(?:John\s+)?Wiley|Wolters)"
)

# What databases append can be told wherever it stands.
_APPENDED = lazily(
    r"""\s*(?:
        (?:The\s+)?Copyright\s+of\s.{1,400}?\s(?:is|are)\s+the\s+(?:copyright(?:ed)?\s+)?property
            \s+of\s.{1,400}?\b[Cc]ontent\s+may\s+not\s+be\s+copied\b(?:.{1,400}?\bpermission\.|.*)
            (?:\s*\(?(?:Additionally,|However,\ users|This\ abstract\ may|No\ warranty\ is|
                Users\ should\ refer|Copyright\ applies)[^.]*\.?\)?)*
      | \(?Psyc\w+\s+Database\s+Record\s*(?:(?:\([cC]\)|©|\ufffd|Copyright)[^)]{0,60}\)?\.?|$)
            (?:\s*\(journal\ abstract\))?
      | [\[(](?:(?i:abstract\ from\ (?:the\ )?(?:author|publisher|journal))(?i:s|\(s\))?
            |(?i:author|publication|publisher)(?i:'s)?\s(?i:abstract))[\])];?
      | ABSTRACT\ FROM\ (?:AUTHOR|PUBLISHER)S?\b\.?
      | Adapted\ from\ (?:the\ )?source\ document\.?$
    )[\s,;]*""",
    re.VERBOSE | re.DOTALL,
)
_BEGINS = lazily(
    rf"""(?:
        (?:^|(?<=[.!?)\]"”»;:])(?<!\([cC]\))),?\s*(?=
            [\[(]?(?:Crown\s+|Copyright:?\s*)?Copyright\b[^.]{{0,6}}(?:{_SIGN}|{_YEAR}|{_PRESS})
          | [\[(]?{_SIGN}\s*(?:{_SIGN}|(?i:by)\s|{_YEAR}|{_PRESS}|[Cc]opyright)
          | COPYRIGHT\s*{_SIGN}
          | ©|\ufffd|\(copyright\)|Copyright:?\s*$
          | (?i:(?:all\ )?rights\ reserved)|Published\ (?:by|on\ behalf|under\ licen)
          | {_YEAR},?\s{_PRESS}
          | This\ (?:article|paper|work)?\s?is\ (?:an\ open|protected\ by))
      | \s+(?=(?:Crown\s+)?Copyright:?\s*{_SIGN}|\(copyright\)\s*{_YEAR}|©\s*(?:Copyright|{_YEAR})
            |\([cC]\)\s*{_YEAR},?\s{_PRESS})
    )""",
    re.VERBOSE,
)
_SIGN_IN_ASCII = lazily(r"\([cC]\)")
_SENTENCE_ENDS = lazily(r"(?<!U\.S\.)(?:(?<=[.!?])|(?<=[.!?][)\]]))\s+(?=[^a-z])")
_PHRASES = lazily(
    r"rights? reserved|droits r[eé]serv|copyright|©|licen[sc]e|creative ?commons|"
    r"\bcc[ -](?:by|0)\b|open[- ]access|permi(?:ssion|tted|ts)|reproduc|distribut\w+ under|"
    r"public domain|published (?:by|on behalf|in|online)|properly (?:cited|attributed)|"
    r"government work|for non-?commercial",
    re.IGNORECASE,
)
_LICENCE = lazily(
    r"this (?:article|paper|work)? ?is (?:an open|protected|licen|published under|distributed)|"
    r"(?:open access|licen[sc]ed) under|(?:copyright:?|rights reserved\.?)$",
    re.IGNORECASE,
)
_GOES_ON = lazily(r"All [Rr]ights [Rr]eserved|Published (?:by|on behalf)|Licensee ")
_SIGNS = lazily(rf"(?:{_SIGN}|(?i:copyright)\b:?|Crown\s|VC\s|[\[(\s])*")
_INITIAL_LAST = lazily(r"\b[A-Z]\.$")
# Words of a holder's name, and of when and for whom it was published, that have no capital.
_SMALL = frozenset(
    "a al all an and as author author(s) authors behalf by chapters compilation contributors "
    "copyright da de del der derechos des die do droits du e editorial et exclusive for from "
    "fur für held in individual international its journal la le licence license licensee "
    "licensees licensor licensors los matter of on online or owner owner/author(s) part "
    "published publisher publishing reservados reserved reserves rights réservés selection the "
    "to tous trading und under van via von vorbehalten with y".split()
)
_NEAR_THE_END = 300


def split_copyright(text: str) -> tuple[str, str]:
    """Part a clean abstract from the notices of copyright around it.

    Args:
        text: white space folded.

    Returns:
        The abstract, and what was taken off it, ``""`` if nothing was.
    """
    notices = []
    if _may_be_appended(text):
        notices = [found[0].strip(" ,;") for found in _APPENDED.finditer(text)]
        if notices:
            text = _APPENDED.sub(" ", text).strip()
    if _may_hold_notice(text):
        if end := _head(text):
            notices.append(text[:end].strip())
            text = text[end:]
        for begins in _BEGINS.finditer(text, max(0, len(text) - _LONGEST)):
            if _is_notice(text[begins.end() :]):
                notices.append(text[begins.start() :].strip(" ,;"))
                text = text[: begins.start()].rstrip(" ,;")
                break
    return text, " ".join(notices)


def _may_be_appended(text: str) -> bool:
    """Tell quickly: to look for some words is faster than to search for a pattern."""
    return (
        "ABSTRACT" in text
        or "bstract from" in text
        or " abstract]" in text
        or "Database Record" in text
        or "may not be copied" in text
        or "source document" in text[-_NEAR_THE_END:]
    )


def _may_hold_notice(text: str) -> bool:
    """Tell likewise; most texts have none of these, and each search counts."""
    if (
        "opyright" in text
        or "eserved" in text
        or _SIGN_IN_ASCII.search(text)
        or "Published " in text
        or "is an open" in text
        or "COPYRIGHT" in text
        or "©" in text
        or "\ufffd" in text
    ):
        return True
    end = text[-_NEAR_THE_END:]
    return "Elsevier" in end or "Wiley" in end or "Springer" in end or "Lippincott" in end


def _head(text: str) -> int:
    """Return where the abstract begins behind a notice, 0 where none stands in front."""
    begins = _BEGINS.match(text)
    if begins is None or text[0] not in "©\ufffd([C":
        return 0
    last, at = "", 0
    for end in _SENTENCE_ENDS.finditer(text):
        sentence = text[at : end.start()]
        goes_on = not at or _GOES_ON.match(sentence) or _INITIAL_LAST.search(last)
        if not ((goes_on and _names_holder(sentence)) or (at and _LICENCE.match(sentence))):
            break
        last, at = sentence, end.end()
    return at


def _is_notice(text: str) -> bool:
    """Tell whether a text names a holder, and says up to its end but what holders say."""
    first, *others = _SENTENCE_ENDS.split(text)
    return bool(_names_holder(first) or _LICENCE.match(first)) and all(
        _PHRASES.search(one) or _names_holder(one) for one in others
    )


def _names_holder(sentence: str) -> bool:
    """Tell whether all behind a sign are years and names: words in capitals, and small ones.

    Behind a sign and a year one word in five may be another, as in names of other languages.
    """
    signs = _SIGNS.match(sentence)
    behind = sentence[signs.end() if signs else 0 :]
    words = behind.split()
    named = any(word[:1].isupper() or word[:4].isdecimal() for word in words)
    shouted = len(words) > 5 and sentence.isupper()
    lower = [word.rstrip(".,;:") for word in words if word[:1].islower()]
    other = sum(word.rstrip(")]") not in _SMALL and word not in _SMALL for word in lower)
    dated = signs and signs.end() and re.match(rf"{_YEAR},?\s[^a-z]", behind)
    return named and not shouted and other <= (len(words) // 5 if dated else 0)
