"""What a record is compared by: its fields, folded to what different databases write alike."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.cleaning.identity import TELLING_WORDS
from indexer.kept import kept
from indexer.merging.decisions import record_key
from indexer.merging.merge import PREPRINT_DOIS, identifiers_of, is_preprint_venue
from indexer.merging.people import Person
from indexer.merging.spelling import (
    folded,
    is_generic,
    is_serial,
    notice_of,
    numbers_of,
    squeezed,
    words_of,
)
from indexer.paper import Paper

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
_SUBTITLE = re.compile(r"[:?.; –—](?:(?<=[:?.;])\s+|(?<= )[-–—]+\s+|(?<=[–—])\s*)")
_PAGE = re.compile(r"(?:pp?\.?\s*)?([a-z]{0,4})[\s.-]{0,2}0*(\d{1,18})", re.IGNORECASE)
_SUPPLEMENT = re.compile(r"\bs(?:uppl[a-z]*|\d)", re.IGNORECASE)
_ISSN = re.compile(r"\d{4}-?\d{3}[\dxX]")
_TRIAL = re.compile(r"NCT\d{8}|(?:ISRCTN|DRKS|ACTRN)\d{8,14}")
_MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_DIGITS = re.compile(r"\d{1,18}")  # of thousands Python makes no number
_OF_VENUE = frozenset("of the and for in on de la et der und fur des del".split())


@dataclass(frozen=True, eq=False)
class Facts:
    """What a record states, folded; each fact is worked out when it is first asked for.

    Attributes:
        paper: the record.
    """

    paper: Paper

    @kept
    def titles(self) -> tuple[tuple[str, ...], ...]:
        """The words of its title.

        More than one where it gives a translation, too; none where it has no title.
        """
        return tuple(dict.fromkeys(filter(None, map(words_of, self._forms))))

    @kept
    def mains(self) -> tuple[tuple[str, ...], ...]:
        """Of each title the words before its subtitle, all where it has none."""
        return tuple(words_of(main_title(form)) for form in self._forms)

    @kept
    def squeezed(self) -> tuple[str, ...]:
        """The titles without spaces."""
        return tuple(map(squeezed, self.titles))

    @kept
    def numbers(self) -> tuple[str, ...]:
        """See :func:`indexer.merging.spelling.numbers_of`."""
        return numbers_of(self._title)

    @kept
    def notice(self) -> str:
        """See :func:`indexer.merging.spelling.notice_of`."""
        return notice_of(self.paper.own_title)

    @kept
    def translated(self) -> bool:
        """Whether the title is in brackets, as databases put those they translated."""
        return self._title.startswith("[") or len(self.titles) > 1

    @kept
    def generic(self) -> bool:
        """Whether the title names a kind of text."""
        return is_generic(self._title)

    @kept
    def telling(self) -> bool:
        """Whether the title says enough to stand for a paper."""
        return len(folded(self._title).split()) >= TELLING_WORDS and not self.generic

    @kept
    def serial(self) -> bool:
        """Whether what the title names comes out anew, as annual reports do, or is a group's."""
        return is_serial(self._title) or bool(self.authors and self.authors[0].is_group)

    @kept
    def authors(self) -> tuple[Person, ...]:
        """The first of them, ten at most."""
        names = self.paper.extra.get("family_names") or {}
        return tuple(Person.of(author, names) for author in self.paper.authors[:10])

    @kept
    def families(self) -> frozenset[str]:
        """The family names of all authors."""
        return frozenset().union(*(author.family for author in self.authors))

    @kept
    def others(self) -> frozenset[str]:
        """The words of the names of all authors but the first."""
        return frozenset().union(*(author.words for author in self.authors[1:]))

    @property
    def signed(self) -> int:
        """How many authors there are; 0 where that is not known."""
        return len(self.paper.authors) if "authors_cut" not in self.paper.extra else 0

    @property
    def year(self) -> int | None:
        """Of publication."""
        return self.paper.year

    @kept
    def venue(self) -> tuple[str, ...]:
        """Words of the name of the journal or conference."""
        return venue_words(self.paper.venue or "")

    @kept
    def issn(self) -> frozenset[str]:
        """Of the venue, digits."""
        return frozenset(_ISSN.findall(self._extra("issn").upper()))

    @kept
    def preprint(self) -> bool:
        """Whether the venue is one of preprints, or none and the identifiers are."""
        paper = self.paper
        return is_preprint_venue(paper.venue) or (
            not self.venue and bool(paper.arxiv_id or (paper.doi or "").startswith(PREPRINT_DOIS))
        )

    @kept
    def volume(self) -> str:
        """Its number, or what stands for it."""
        return volume_of(self._extra("volume"), self.year)

    @kept
    def issues(self) -> frozenset[str]:
        """The numbers in what is stated of the issue."""
        return issues_of(self._extra("issue"))

    @kept
    def page(self) -> tuple[str, int] | None:
        """The first, letters and number."""
        return first_page(self._extra("pages"))

    @kept
    def supplement(self) -> bool:
        """Whether pages or issue are those of one, where many abstracts share a page."""
        return bool(self.page and self.page[0] == "s") or bool(
            _SUPPLEMENT.search(self._extra("issue"))
        )

    @kept
    def trials(self) -> frozenset[str]:
        """Numbers of registered trials in the link."""
        return frozenset(_TRIAL.findall((self.paper.url or "").upper()))

    @kept
    def words(self) -> frozenset[str]:
        """Of the abstract."""
        return frozenset(folded(text_of(self.paper.abstract)).split())

    @kept
    def stated(self) -> tuple[tuple[str, str], ...]:
        """The identifiers, each after its kind, sorted."""
        return tuple(sorted(self.identifiers.items()))

    @kept
    def identifiers(self) -> dict[str, str]:
        """The identifiers by kind."""
        return identifiers_of(self.paper)

    @kept
    def key(self) -> str:
        """See :func:`indexer.merging.decisions.record_key`."""
        return record_key(self.paper)

    @kept
    def _title(self) -> str:
        return _bare(self.paper.own_title)

    @kept
    def _forms(self) -> tuple[str, ...]:
        return forms_of(self._title)

    def _extra(self, name: str) -> str:
        return str(self.paper.extra.get(name) or "")

    def __eq__(self, other: object) -> bool:
        """Tell whether two records state the same."""
        return isinstance(other, Facts) and all(
            getattr(self, name) == getattr(other, name) for name in _COMPARED
        )

    def __hash__(self) -> int:
        """Return the same for all that state the same."""
        return hash(self.key)


_COMPARED = (
    *("year", "titles", "signed", "key", "stated", "mains", "numbers", "notice", "translated"),
    *("authors", "venue", "issn", "preprint", "volume", "issues", "page", "supplement"),
    *("generic", "telling", "serial", "trials", "words"),
)
"""Of the facts those that do not follow from others; first what differs soonest."""


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
