"""Are two records of one paper? Each field speaks for it or against it, and the sum decides.

The weights are match weights after Fellegi and Sunter, *A Theory for Record Linkage*, JASA 64
(1969): about the logarithm, to base 2, of how much likelier two records of one paper agree in a
field, or differ, than those of two papers. From :data:`CERTAIN` on two records are one paper, from
:data:`LIKELY` on a person may decide.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from rapidfuzz.distance import Indel, Levenshtein

from indexer.merging.facts import Facts, Person
from indexer.merging.merge import PREPRINT_DOIS

CERTAIN = 8.0
LIKELY = 4.0
UNLIKE = -7.0
"""At most this much: the two contradict each other, and no third record can make them one paper."""

YEARS_APART = 2
"""Between a preprint and its publication, at most."""

NAMES = {"doi": "DOI", "arxiv": "arXiv id", "pmid": "PubMed id", "pmcid": "PubMed Central id",
         "openreview": "OpenReview id", "acl": "ACL Anthology id"}  # fmt: skip

Identifier = tuple[str, str]

_SAME_ID, _ANOTHER_ID = 8.0, 2.0
_SHARED_BY_PAGES = -5.0
"""What an identifier is worth less where pages differ: a supplement of abstracts has one DOI."""
_OTHER_ID = {"doi": -11.0, "arxiv": -20.0, "pmid": -14.0, "acl": -14.0}
_TITLE = {
    "same": 8.0,
    "short": 4.0,
    "generic": 0.0,
    "similar": 6.0,
    "cut": 2.0,
    "near": -3.0,
    "other": -6.0,
}
_AUTHOR = {"same": 4.0, "listed": -1.0, "other": -6.0}
_ALL_AUTHORS = 1.0
_YEARS = (1.0, 0.0, -1.0, -5.0)
_VENUE = (1.0, -4.0)
_ELSEWHERE = -3.0
"""Another journal, and another volume or page: two publications, not a slip."""
_VOLUME = (2.0, -8.0)
_ISSUE = (0.5, -9.0)
_PAGE = (3.0, -9.0)
_FIRST_PAGES = 1.5
_ABSTRACT = {"same": 5.0, "akin": 0.0, "unlike": -3.0, "other": -6.0}
_ALL_THE_SAME = 3.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comes of comparing two records.

    Attributes:
        score: sum of the weights.
        apart: whether they contradict each other, whatever the sum.
        shared: identifiers that both state and that count.
        alike: the fields that speak for one paper, in words.
        unlike: the fields that speak against it, in words.
    """

    score: float
    apart: bool
    shared: tuple[Identifier, ...]
    alike: tuple[str, ...]
    unlike: tuple[str, ...]

    @property
    def certain(self) -> bool:
        """Whether they are one paper."""
        return self.score >= CERTAIN and not self.apart

    @property
    def likely(self) -> bool:
        """Whether they may well be one paper."""
        return self.score >= LIKELY and not self.apart

    @property
    def likelihood(self) -> float:
        """How likely, between 0 and 1, in two digits."""
        return round(1 / (1 + 2 ** (CERTAIN / 2 - self.score)), 2)

    @property
    def contradicting(self) -> bool:
        """Whether they cannot be one paper."""
        return self.apart or self.score <= UNLIKE

    @property
    def reason(self) -> str:
        """Why they are one paper: the identifier that they share, else what is alike."""
        if self.shared:
            return f"same {NAMES[self.shared[0][0]]} {self.shared[0][1]}"
        return self.words

    @property
    def words(self) -> str:
        """What is alike, and what is not."""
        return "; ".join(filter(None, (_listed(self.alike), ", ".join(self.unlike))))


class _Sum:
    """Weights as they come in, and the words for them."""

    def __init__(self) -> None:
        self.score = 0.0
        self.apart = False
        self.alike: list[str] = []
        self.unlike: list[str] = []

    def add(self, weight: float, *, alike: str = "", unlike: str = "") -> None:
        """Add the weight of a field."""
        self.score += weight
        if alike:
            self.alike.append(alike)
        if unlike:
            self.unlike.append(unlike)


def compare(
    one: Facts, other: Facts, *, ignored: Collection[str] = (), many: Collection[Identifier] = ()
) -> Comparison:
    """Compare two records, in either order with the same result.

    Args:
        one: a record.
        other: another one.
        ignored: kinds of identifiers by which none is told to be another.
        many: identifiers that are known to be stated of several papers: they prove nothing.
    """
    total = _Sum()
    shared = _identifiers(one, other, ignored, many, total)
    titled = _title(one, other, bool(shared), total)
    _authors(one, other, total)
    before = len(total.unlike)
    _dates(one, other, total)
    pages = None if one.preprint or other.preprint else _place(one, other, total)
    likeness = _abstract(one, other, total, stands_for_title=titled is None)
    differing = len(total.unlike) > before or likeness == "other"
    if titled and not (one.telling and other.telling) and differing:
        # A title that many papers have: nothing that both state may differ.
        total.apart |= one.generic or other.generic or not shared
    if shared and pages is False and likeness != "same":
        total.add(_SHARED_BY_PAGES)
    if _states_the_same(one, other):
        total.add(_ALL_THE_SAME)
    return Comparison(
        total.score, total.apart, tuple(shared), tuple(total.alike), tuple(total.unlike)
    )


def worth(shared: Collection[Identifier]) -> float:
    """Return the weight of identifiers that two records share."""
    return _SAME_ID + _ANOTHER_ID * (len(shared) - 1) if shared else 0.0


def _states_the_same(one: Facts, other: Facts) -> bool:
    return one.key == other.key and one == other


def _identifiers(
    one: Facts,
    other: Facts,
    ignored: Collection[str],
    many: Collection[Identifier],
    total: _Sum,
) -> list[Identifier]:
    shared: list[Identifier] = []
    theirs_by_kind = other.identifiers
    for kind, ours in sorted(one.stated, key=lambda stated: list(NAMES).index(stated[0])):
        theirs = theirs_by_kind.get(kind)
        if not theirs:
            continue
        if ours == theirs:
            if kind not in ignored and (kind, ours) not in many:
                shared.append((kind, ours))
        elif kind in _OTHER_ID and not (kind == "doi" and _of_preprint(ours, theirs)):
            total.add(_OTHER_ID[kind], unlike=f"{NAMES[kind]} {ours} and {theirs}")
    total.add(worth(shared))
    return shared


def _of_preprint(*dois: str) -> bool:
    return any(doi.startswith(PREPRINT_DOIS) for doi in dois)


def _title(one: Facts, other: Facts, shared: bool, total: _Sum) -> str | None:
    """Weigh the titles and return how alike they are, ``None`` where that cannot be told."""
    if not (one.titles and other.titles):
        return None
    if one.notice != other.notice:
        total.apart |= not (shared and "protocol" in (one.notice, other.notice))
    kind = max(
        (title_likeness(a, b) for a in one.titles for b in other.titles), key=_TITLE.__getitem__
    )
    if kind == "same":
        kind = "same" if one.telling and other.telling else "short"
        total.add(_TITLE["generic" if one.generic or other.generic else kind], alike="title")
        return kind
    if one.numbers - other.numbers and other.numbers - one.numbers:
        total.apart |= not shared
        total.add(_TITLE["other"], unlike="numbers in the title")
        return "other"
    if kind == "other" and (one.translated or other.translated or _in_other_letters(one, other)):
        return None
    if kind == "cut" and one.numbers != other.numbers:
        kind = "near"
    if kind == "similar" and not (one.telling and other.telling):
        kind = "near"
    words = {
        "similar": "similar title",
        "cut": "title cut",
        "near": "similar title",
        "other": "title",
    }
    total.add(_TITLE[kind], unlike=words[kind])
    return kind


def _in_other_letters(one: Facts, other: Facts) -> bool:
    return one.squeezed[0].isascii() != other.squeezed[0].isascii()


_SMALL = frozenset(
    "of in on for by with to from at as is are its their using via de la und der".split()
)
_OPPOSITES = tuple(
    tuple(pair.split("/"))
    for pair in (
        "hyper/hypo pre/post inter/intra intra/extra macro/micro over/under endo/exo endo/ecto "
        "homo/hetero uni/bi high/low increas/decreas posit/negat male/female men/women man/woman "
        "left/right upper/lower anterior/posterior systolic/diastolic in/ex im/ex ad/ab supra/sub "
        "supra/infra para/peri ortho/para mono/di di/tri tri/tetra mono/poly vitro/vivo "
        "north/south east/west maternal/paternal afferent/efferent"
    ).split()
)


def title_likeness(one: tuple[str, ...], other: tuple[str, ...]) -> str:
    """Return how alike two titles are.

    Args:
        one: words, from :func:`indexer.merging.spelling.words_of`.
        other: those of the other title.

    Returns:
        ``same``; ``similar``, but for slips of the pen and small words; ``cut``, where one goes on;
        ``near``, three of four letters in their order; else ``other``.
    """
    ours, theirs = "".join(one), "".join(other)
    if ours == theirs:
        return "same"
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and (long[: len(short)] == short or long[-len(short) :] == short):
        return "cut"
    likeness = Indel.normalized_similarity(ours, theirs, score_cutoff=0.75)
    if likeness >= 0.85 and _differ_in_slips(one, other):
        return "similar"
    return "near" if likeness else "other"


def _differ_in_slips(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    ours = [w for w in one if w not in other and w not in _SMALL]
    theirs = [w for w in other if w not in one and w not in _SMALL]
    if not ours and not theirs:
        return sorted(w for w in one if w not in _SMALL) == sorted(
            w for w in other if w not in _SMALL
        )
    if len(ours) == len(theirs):
        return len(ours) <= 1 + len(one) // 6 and all(map(_is_slip, ours, theirs))
    return abs(len(ours) - len(theirs)) == 1 and _is_slip("".join(ours), "".join(theirs))


def _is_slip(one: str, other: str) -> bool:
    if one == other:
        return True
    longest = max(len(one), len(other))
    if (
        not one
        or not other
        or one[0] != other[0]
        or longest < 5
        or any(map(str.isdigit, one + other))
    ):
        return False
    for first, second in _OPPOSITES:
        for a, b in ((first, second), (second, first)):
            if a in one and one.replace(a, b, 1) == other:
                return False
    return Levenshtein.distance(one, other) <= (1 if longest < 9 else 2)


def _authors(one: Facts, other: Facts, total: _Sum) -> None:
    if not (one.authors and other.authors):
        return
    first, second = one.authors[0], other.authors[0]
    if is_person(first, second):
        total.add(_AUTHOR["same"], alike="first author")
        if one.signed == other.signed > 1 and all(map(is_person, one.authors, other.authors)):
            total.add(_ALL_AUTHORS)
    elif not (first.family.isdisjoint(other.families) and second.family.isdisjoint(one.families)):
        total.add(_AUTHOR["listed"], unlike="order of authors")
    else:
        total.add(_AUTHOR["other"], unlike="first author")


def is_person(one: Person, other: Person) -> bool:
    """Tell whether two names may be one person's: by family name, and initials if both have any."""
    if one.words == other.words and one.words:
        return True
    if one.family.isdisjoint(other.family) and not _are_near(one.family, other.family):
        return False
    return not (one.initials and other.initials) or not one.initials.isdisjoint(other.initials)


def _are_near(one: frozenset[str], other: frozenset[str]) -> bool:
    return any(
        len(a) > 4
        and a[0] == b[0]
        and Levenshtein.distance(a, b, score_cutoff=2) <= (len(a) > 8) + 1
        for a in one
        for b in other
    )


def _dates(one: Facts, other: Facts, total: _Sum) -> None:
    if one.year is None or other.year is None:
        return
    gap = abs(one.year - other.year)
    weight = _YEARS[min(gap, len(_YEARS) - 1)]
    if gap:
        total.add(weight, unlike=" and ".join(map(str, sorted((one.year, other.year)))))
    else:
        total.add(weight, alike="year")


def _place(one: Facts, other: Facts, total: _Sum) -> bool | None:
    """Weigh where two appeared, and tell whether they begin on one page."""
    differs = elsewhere = False
    if one.venue and other.venue:
        differs = not is_venue(one, other)
        total.add(_VENUE[differs], unlike="journal" if differs else "")
    if one.volume and other.volume:
        if one.volume == other.volume:
            total.add(_VOLUME[0], alike="volume")
        else:
            elsewhere = True
            total.add(_VOLUME[1], unlike=_both("volume", one.volume, other.volume))
    pages = _pages(one, other, certain=differs)
    if one.issues and other.issues and not pages:
        if one.issues.isdisjoint(other.issues):
            ours, theirs = ("/".join(sorted(of.issues)) for of in (one, other))
            total.add(_ISSUE[1], unlike=_both("issue", ours, theirs))
        else:
            total.add(_ISSUE[0])
    if pages and one.page:
        weight = _PAGE[0] if one.page[0] or one.page[1] > 20 else _FIRST_PAGES
        total.add(weight, alike="pages")
    elif pages is False and one.page and other.page:
        elsewhere = True
        total.add(
            _PAGE[1], unlike=_both("page", *("".join(map(str, p)) for p in (one.page, other.page)))
        )
    if differs and elsewhere:
        total.add(_ELSEWHERE)
    return pages


def _both(what: str, *values: str) -> str:
    return f"{what} {' and '.join(sorted(values))}"


def _pages(one: Facts, other: Facts, *, certain: bool) -> bool | None:
    """Tell whether two begin on one page, ``None`` where that cannot be told."""
    if not (one.page and other.page):
        return None
    (letters, number), (others, another) = one.page, other.page
    if number == another and (letters == others or not (letters and others)):
        return True
    # The number of an article and the page of its print say nothing of each other.
    articles = ["e" in a or n >= 10_000 for a, n in (one.page, other.page)]
    return None if articles[0] != articles[1] and not certain else False


def is_venue(one: Facts, other: Facts) -> bool:
    """Tell whether two venues are one: the same ISSN, words, abbreviated words, or initials."""
    if one.issn and not one.issn.isdisjoint(other.issn):
        return True
    short, long = sorted((one.venue, other.venue), key=lambda v: sum(map(len, v)))
    if _abbreviates(short, long):
        return True
    initials = "".join(word[0] for word in long)
    return len(short[0]) > 2 and initials.startswith(short[0])


def _abbreviates(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Tell whether the words of one name are beginnings of words of the other, in their order."""
    words = iter(long)
    found = all(any(_begins(word, whole) for whole in words) for word in short)
    return found and _begins(short[0], long[0])


def _begins(word: str, whole: str) -> bool:
    """Tell whether a word is cut from another, at its end or within: *natl* from *national*."""
    if whole.startswith(word) or word.startswith(whole):
        return True
    letters = iter(whole)
    return word[0] == whole[0] and all(letter in letters for letter in word)


def _abstract(one: Facts, other: Facts, total: _Sum, *, stands_for_title: bool) -> str:
    if not (one.words and other.words):
        return ""
    least = min(len(one.words), len(other.words))
    overlap = len(one.words & other.words) / least
    few = least < 12
    if one.words == other.words or (overlap >= 0.8 and not few):
        standing = stands_for_title and not (one.titles and other.titles)
        total.add(_TITLE["same"] if standing and least > 3 else _ABSTRACT["same"], alike="abstract")
        return "same"
    if overlap < 0.08 and least >= 30:
        return ""  # the one is in another language
    likeness = "other" if overlap < 0.5 else "unlike" if overlap < 0.7 else "akin"
    total.add(_ABSTRACT[likeness], unlike="abstract" if likeness == "other" else "")
    return likeness


def _listed(words: tuple[str, ...]) -> str:
    if not words:
        return ""
    *most, last = words
    return f"same {', '.join(most)} and {last}" if most else f"same {last}"
