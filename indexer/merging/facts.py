"""What a record is compared by: its fields, folded to what different databases write alike."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from indexer.cleaning.identity import TELLING_WORDS
from indexer.cleaning.names import apart, family_of
from indexer.merging.decisions import record_key
from indexer.merging.merge import PREPRINT_DOIS, identifiers_of, is_preprint_venue
from indexer.merging.spelling import (
    folded,
    is_generic,
    is_serial,
    name_folded,
    notice_of,
    numbers_of,
    squeezed,
    words_of,
)
from indexer.paper import Paper

_PARTICLES = frozenset(
    "al ap bin d da das de del della den der des di do dos du e el ibn la las le los of san st ten "
    "ter van vom von y zu zum zur jr sr ii iii iv".split()
)
_MANY_LETTERS = 7
_GROUP = frozenset(
    "group study consortium collaboration network investigators committee association society "
    "organization organisation nations union college academy institute council ministry agency "
    "department federation foundation bureau office board force centre center commission team "
    "collaborators collaborative university program programme".split()
)
_LABEL = re.compile(
    r"\W*(?:abstract|background|introduction|objectives?|aims?|purpose|context|summary)\b[^\w]*"
    r"(?:and (?:aims?|objectives?|purpose)\W+)?",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"[\[(](?=[^\[\]()]*\b(?:see|corrected|erratum|comments?|transl|abstract|review|article"
    r"|letter|editorial|retracted|withdrawn|in (?:english|german|french|spanish|chinese))\b)"
    r"[^\[\]()]{0,80}[\])]\W*$|\[(?:published|erratum)[^\[\]]*\]\W*$",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"^\W*(?:retracted(?: article)?|withdrawn|\[[a-z ]{3,20}\])\W+(?=\w)", re.IGNORECASE
)
_SUBTITLE = re.compile(r"(?::|\?|\.|;| [-–—]+)\s+|[–—]\s*")
_PAGE = re.compile(r"(?:pp?\.?\s*)?([a-z]{0,4})[\s.-]{0,2}0*(\d{1,18})", re.IGNORECASE)
_SUPPLEMENT = re.compile(r"\bs(?:uppl[a-z]*|\d)", re.IGNORECASE)
_TRIAL = re.compile(r"NCT\d{8}|(?:ISRCTN|DRKS|ACTRN)\d{8,14}")
_MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_DIGITS = re.compile(r"\d{1,18}")  # of thousands Python makes no number
_OF_VENUE = frozenset("of the and for in on de la et der und fur des del".split())


@dataclass(frozen=True, slots=True)
class Person:
    """An author's name.

    Attributes:
        family: the words that may be the family name, and all of them as one.
        words: all words of the name of more than a letter.
        initials: first letters of what is not the family name.
        letters: of all words, sorted: the same for ``Park Jin-Soo`` and ``Jinsoo Park``.
        given: the words of the given name that are no initials.
    """

    family: frozenset[str]
    words: frozenset[str]
    initials: frozenset[str]
    letters: str
    given: frozenset[str]

    @classmethod
    def of(cls, author: str, family_names: Mapping[str, str]) -> Person:
        """Return the name of an author as a paper lists it."""
        name = apart(author, family_names)
        family = name_folded(name.family).split()
        given = name_folded(name.given).split()
        if len(name_folded(name.family)) <= 2 and given and name.family.isupper():
            family, given = given, family  # `ONeil S`, read as if S was the family name
        telling = [word for word in family if len(word) > 1 and word not in _PARTICLES]
        named = frozenset({*telling, "".join(w for w in family if len(w) > 1), "".join(family)})
        others = [w for w in (*given, *family) if w not in telling and w not in _PARTICLES]
        return cls(
            named - {""},
            frozenset(w for w in (*family, *given) if len(w) > 1 and w not in _PARTICLES),
            frozenset(word[0] for word in others),
            "".join(sorted("".join((*family, *given)))),
            frozenset(w for w in given[:3] if len(w) > 2 and not name.given.isupper()),
        )

    @property
    def in_latin(self) -> bool:
        """Whether the name is in Latin letters, or in such as are folded to them."""
        return self.letters.isascii()

    @property
    def is_group(self) -> bool:
        """Whether the name is that of a group: a study, a society."""
        return not _GROUP.isdisjoint(self.words)

    def may_be(self, other: Person) -> bool:
        """Tell whether two may be one person: by family name, and initials if both have any."""
        if self.words == other.words and self.words:
            return True
        if self.letters == other.letters and len(self.letters) > _MANY_LETTERS:
            return True
        if self.family.isdisjoint(other.family) and not _are_near(self.family, other.family):
            return False
        return not (self.initials and other.initials) or not self.initials.isdisjoint(
            other.initials
        )

    def is_namesake(self, other: Person) -> bool:
        """Tell whether given names differ that have the same initial: *Lei* and *Lingyun*."""
        if self.words == other.words or self.letters == other.letters:
            return False
        return bool(self.given and other.given) and not any(
            a[:3] == b[:3] or OSA.distance(a, b) <= (len(a) > 5) + 1
            for a in self.given
            for b in other.given
        )


def _are_near(one: frozenset[str], other: frozenset[str]) -> bool:
    return any(
        len(a) > 4 and a[0] == b[0] and OSA.distance(a, b, score_cutoff=2) <= (len(a) > 8) + 1
        for a in one
        for b in other
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What a record states, folded.

    Attributes:
        titles: the words of its title; more than one where it gives a translation, too; none where
            it has no title.
        mains: of each of them the words before its subtitle, all where it has none.
        squeezed: the titles without spaces.
        numbers: see :func:`indexer.merging.spelling.numbers_of`.
        notice: see :func:`indexer.merging.spelling.notice_of`.
        translated: whether the title is in brackets, as databases put those they translated.
        generic: whether the title names a kind of text.
        telling: whether the title says enough to stand for a paper.
        serial: whether what it names comes out anew, as annual reports do, or a group wrote it.
        authors: the first of them, ten at most.
        families: the family names of them all.
        signed: how many there are.
        year: of publication.
        venue: words of its name.
        issn: of the venue, digits.
        preprint: whether the venue is one of preprints, or none and the identifiers are.
        volume: its number, or what stands for it.
        issues: the numbers in what is stated of the issue.
        page: the first, letters and number.
        supplement: whether pages or issue are those of one, where many abstracts share a page.
        trials: numbers of registered trials in the link.
        words: of the abstract.
        stated: its identifiers, each after its kind, sorted.
        key: see :func:`indexer.merging.decisions.record_key`.
    """

    titles: tuple[tuple[str, ...], ...]
    mains: tuple[tuple[str, ...], ...]
    squeezed: tuple[str, ...]
    numbers: tuple[str, ...]
    notice: str
    translated: bool
    generic: bool
    telling: bool
    serial: bool
    authors: tuple[Person, ...]
    families: frozenset[str]
    signed: int
    year: int | None
    venue: tuple[str, ...]
    issn: frozenset[str]
    preprint: bool
    volume: str
    issues: frozenset[str]
    page: tuple[str, int] | None
    supplement: bool
    trials: frozenset[str]
    words: frozenset[str]
    stated: tuple[tuple[str, str], ...]
    key: str

    @classmethod
    def of(cls, paper: Paper) -> Facts:
        """Return the facts of a record."""
        stated = paper.own_title
        title = _bare(stated)
        forms = tuple(dict.fromkeys(filter(None, map(words_of, forms_of(title)))))
        extra = paper.extra
        names = extra.get("family_names") or {}
        authors = tuple(Person.of(author, names) for author in paper.authors[:10])
        venue = venue_words(paper.venue or "")
        preprint = is_preprint_venue(paper.venue) or (
            not venue and bool(paper.arxiv_id or (paper.doi or "").startswith(PREPRINT_DOIS))
        )
        return cls(
            titles=forms,
            mains=tuple(words_of(main_title(form)) for form in forms_of(title)),
            squeezed=tuple(map(squeezed, forms)),
            numbers=numbers_of(title),
            notice=notice_of(stated),
            translated=title.startswith("[") or len(forms) > 1,
            generic=is_generic(title),
            telling=len(folded(title).split()) >= TELLING_WORDS and not is_generic(title),
            serial=is_serial(title) or bool(authors and authors[0].is_group),
            authors=authors,
            families=frozenset().union(*(author.family for author in authors)),
            signed=len(paper.authors) if "authors_cut" not in extra else 0,
            year=paper.year,
            venue=venue,
            issn=frozenset(re.findall(r"\d{4}-?\d{3}[\dxX]", _text(extra, "issn").upper())),
            preprint=preprint,
            volume=volume_of(_text(extra, "volume"), paper.year),
            issues=issues_of(_text(extra, "issue")),
            page=(page := first_page(_text(extra, "pages"))),
            supplement=bool(page and page[0] == "s")
            or bool(_SUPPLEMENT.search(_text(extra, "issue"))),
            trials=frozenset(_TRIAL.findall((paper.url or "").upper())),
            words=frozenset(map(sys.intern, folded(text_of(paper.abstract)).split())),
            stated=tuple(sorted(identifiers_of(paper).items())),
            key=record_key(paper),
        )

    @property
    def identifiers(self) -> dict[str, str]:
        """Return the identifiers by kind."""
        return dict(self.stated)


def _text(extra: Mapping[str, object], name: str) -> str:
    return str(extra.get(name) or "")


def _bare(title: str) -> str:
    """Return a title without what databases add to it: ``[corrected]``, ``RETRACTED:``."""
    while (bare := _ASIDE.sub("", title)) != title and len(bare.split()) > 1:
        title = bare
    return _BEFORE.sub("", title)


def forms_of(title: str) -> tuple[str, ...]:
    """Return a title, or its forms where it gives one in another language: ``Titel [Title]``."""
    opened, bracket, rest = title.partition("[")
    if bracket and opened.strip() and rest.rstrip(" .").endswith("]"):
        return opened, rest
    parts = title.split(" = ")
    if len(parts) == 2 and all(len(part.split()) > 2 for part in parts):
        return parts[0], parts[1]
    return (title,)


def text_of(abstract: str) -> str:
    """Return an abstract without the label that it may begin with."""
    label = _LABEL.match(abstract)
    return abstract[label.end() :] if label else abstract


def main_title(title: str) -> str:
    """Return a title up to where its subtitle begins."""
    for match in _SUBTITLE.finditer(title):
        if len(title[: match.start()].split()) >= TELLING_WORDS - 1:
            return title[: match.start()]
    return title


def first_page(pages: str) -> tuple[str, int] | None:
    """Return letters and number of the first page, ``None`` where that cannot be told.

    ``01-Jul`` is what a spreadsheet makes of ``1-7``.
    """
    if not pages:
        return None
    match = None if _MONTH.search(pages) else _PAGE.search(pages)
    return (match[1].lower(), int(match[2])) if match else None


def volume_of(volume: str, year: int | None) -> str:
    """Return the number of a volume, ``""`` where the year stands for it."""
    match = _DIGITS.search(volume)
    number = str(int(match[0])) if match else folded(volume)
    return "" if number == str(year) else number


def issues_of(issue: str) -> frozenset[str]:
    """Return the numbers in what is stated of an issue: those of ``3-4`` and ``3 Suppl. 1``."""
    return frozenset(str(int(digits)) for digits in _DIGITS.findall(issue))


def venue_words(venue: str) -> tuple[str, ...]:
    """Return the words of a journal's name that count, without what stands in parentheses."""
    bare = re.sub(r"\([^()]*\)|(?<=\w)[.:] .*conference.*$", " ", venue, flags=re.IGNORECASE)
    return tuple(w for w in folded(bare).split() if w not in _OF_VENUE)


def surname_key(author: str, family_names: Mapping[str, str]) -> str:
    """Return the longest word of a family name, folded: for both orders of most names one."""
    family = family_names.get(author) or family_of(author)
    words = name_folded(family).split() or [""]
    if len(words[-1]) <= 2:
        words = name_folded(author).split() or [""]
    return max(words, key=lambda word: (len(word), word))
