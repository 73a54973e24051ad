"""Authors as records are compared by them: family names, initials, groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from indexer.cleaning.names import Name, apart, family_of
from indexer.merging.spelling import name_folded

_PARTICLES = frozenset(
    "al ap bin d da das de del della den der des di do dos du e el ibn la las le los of san st ten "
    "ter van vom von y zu zum zur jr sr ii iii iv".split()
)
_MANY_LETTERS = 7
_TELLING_LETTERS = 2
_GROUP = frozenset(
    "group study consortium collaboration network investigators committee association society "
    "organization organisation nations union college academy institute council ministry agency "
    "department federation foundation bureau office board force centre center commission team "
    "collaborators collaborative university program programme".split()
)


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
        return _person(apart(author, family_names))

    @classmethod
    def named(cls, name: Name) -> Person:
        """Return a name that is told apart."""
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


_person = lru_cache(maxsize=4096)(Person.named)  # those of one person are compared


def _are_near(one: frozenset[str], other: frozenset[str]) -> bool:
    return any(
        len(a) > 4 and a[0] == b[0] and OSA.distance(a, b, score_cutoff=2) <= (len(a) > 8) + 1
        for a in one
        for b in other
    )


def surname_key(author: str, family_names: Mapping[str, str]) -> str:
    """Return the longest word of a family name, folded: for both orders of most names one."""
    longest = _longest_word(family_names.get(author) or family_of(author))
    return longest or max(name_folded(author).split(), key=_telling, default="")


@lru_cache(maxsize=8192)  # there are fewer family names than people
def _longest_word(family: str) -> str:
    """Return the longest word of a family name, ``""`` where its last one tells too little."""
    words = name_folded(family).split()
    return max(words, key=_telling) if words and len(words[-1]) > _TELLING_LETTERS else ""


def _telling(word: str) -> tuple[int, str]:
    return len(word), word
