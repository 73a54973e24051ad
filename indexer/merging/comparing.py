"""Are two records of one paper? Each field speaks for it or against it, and the sum decides.

The weights are match weights after Fellegi and Sunter, *A Theory for Record Linkage*, JASA 64
(1969): about the logarithm, to base 2, of how much likelier two records of one paper agree in a
field, or differ, than those of two papers. They were set by hand, and hold on what
``benchmarks/merging.py`` measures.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from indexer.merging.evidence import LIKELY, NAMES, Comparison, Evidence, Identifier
from indexer.merging.facts import Facts
from indexer.merging.merge import PREPRINT_DOIS
from indexer.merging.people import Person
from indexer.merging.titles import differ_in_numbers, goes_on, is_cut, title_likeness
from indexer.merging.venues import is_venue

_SAME_ID = {"arxiv": 11.0, "openreview": 11.0, "pmid": 11.0}
_SAME_ID_ELSE = 8.0  # a DOI may be a supplement's or a book's
_ANOTHER_ID = 2.0
_UNREGISTERED = "10.5555/"
_VERSION = re.compile(r"[./-]v\d{1,2}$|(?:(?<=\.\d{5})|(?<=\.\d{6}))\.\d$")
_SHARED_BY_PAGES = -5.0
"""What an identifier is worth less where pages differ: a supplement of abstracts has one DOI."""
_OF_A_SUPPLEMENT = -3.0
_OTHER_ID = {"doi": -11.0, "arxiv": -20.0, "pmid": -14.0, "acl": -14.0}
_TITLE = {
    "same": 8.0,
    "short": 4.0,
    "generic": 0.0,
    "similar": 4.0,
    "cut": 2.0,
    "alike": -1.0,
    "numbered": 0.0,
    "near": -5.0,
    "other": -7.0,
}
_AUTHOR = {"same": 4.0, "namesake": -2.0, "listed": -1.0, "group": -6.0, "other": -8.0}
_ALL_AUTHORS = 1.0
_NO_OTHER_AUTHOR = -3.0
_YEARS = (1.0, 0.0, -1.0, -5.0)
_OTHER_EDITION = -7.0
"""Another year of what comes out anew: an annual report, what an organisation publishes."""
_VENUE = (1.0, -4.0)
_ELSEWHERE = -3.0
"""Another journal, and another volume or page: two publications, not a slip."""
_VOLUME = (2.0, -8.0)
_ISSUE = (0.5, -9.0)
_PAGE = (3.0, -9.0)
_FIRST_PAGES = 1.5
_ABSTRACT = {"same": 5.0, "akin": 0.0, "unlike": -3.0, "other": -7.0}
_RENAMED = 3.0
"""What a long abstract says more, where the titles differ: a preprint that was renamed."""
_ALL_THE_SAME = 3.0


def compare(
    one: Facts,
    other: Facts,
    *,
    ignored: Collection[str] = (),
    many: Collection[Identifier] = (),
    brief: bool = False,
) -> Comparison:
    """Compare two records, in either order with the same result.

    Args:
        one: a record.
        other: another one.
        ignored: kinds of identifiers by which none is told to be another.
        many: identifiers that are known to be stated of several papers: they prove nothing.
        brief: whether to stop where no identifier is shared and nothing that is left can make the
            two likely one paper; of what is returned only that they are not is true then.
    """
    total = Evidence()
    shared = _identifiers(one, other, ignored, many, total)
    titled = _title(one, other, bool(shared), total)
    _authors(one, other, total)
    before = len(total.unlike)
    weighed = total.score
    _dates(one, other, total)
    pages = None if one.preprint or other.preprint else _place(one, other, total)
    placed = total.score - weighed
    if brief and not shared and total.score + _most_left(one, other, titled) < LIKELY:
        return Comparison(total.score, total.apart, total.opposed, (), (), ())
    if one.titles and other.titles:
        _kinds(one, other, bool(shared), total)
    likeness = _abstract(one, other, total, titled)
    differing = len(total.unlike) > before or likeness == "other"
    if titled and not (one.telling and other.telling) and differing:
        # A title that many papers have: nothing that both state may differ.
        total.apart |= one.generic or other.generic or not shared
    if titled == "same" and pages and _tells(one):
        total.opposed = False  # a volume or a DOI is mistyped sooner than all of these agree
    if shared and pages is False and likeness != "same":
        total.add(_SHARED_BY_PAGES)
    if worth(shared) == _SAME_ID_ELSE and titled in ("near", "other") and likeness != "same":
        supplement = one.supplement and other.supplement
        total.add(_OF_A_SUPPLEMENT if supplement else 0.0)
        if (supplement or titled == "other") and not (pages and _tells(one)):
            total.add(-max(0.0, placed))  # all that is in a book has its DOI, year and volume
    if _states_the_same(one, other):
        total.add(_ALL_THE_SAME)
    return Comparison(
        total.score,
        total.apart,
        total.opposed,
        tuple(shared),
        tuple(total.alike),
        tuple(total.unlike),
    )


def worth(shared: Collection[Identifier]) -> float:
    """Return the weight of identifiers that two records share."""
    if not shared:
        return 0.0
    best = max(_SAME_ID.get(kind, _SAME_ID_ELSE) for kind, _ in shared)
    return best + _ANOTHER_ID * (len(shared) - 1)


def _states_the_same(one: Facts, other: Facts) -> bool:
    return one == other


def _identifiers(
    one: Facts,
    other: Facts,
    ignored: Collection[str],
    many: Collection[Identifier],
    total: Evidence,
) -> list[Identifier]:
    shared: list[Identifier] = []
    for kind in NAMES:
        ours, theirs = one.identifiers.get(kind), other.identifiers.get(kind)
        if not (ours and theirs):
            continue
        if ours == theirs:
            if kind not in ignored and (kind, ours) not in many:
                shared.append((kind, ours))
        elif kind in _OTHER_ID and not (kind == "doi" and _of_another_kind(ours, theirs)):
            total.add(_OTHER_ID[kind], unlike=f"{NAMES[kind]} {ours} and {theirs}")
    total.add(worth(shared))
    return shared


def _of_another_kind(*dois: str) -> bool:
    """Tell whether a paper may have both: a preprint's, another version's, one not registered."""
    if len({_VERSION.sub("", doi) for doi in dois}) == 1:
        return True
    unregistered = sum(doi.startswith(_UNREGISTERED) for doi in dois)
    return unregistered == 1 or any(doi.startswith(PREPRINT_DOIS) for doi in dois)


def _title(one: Facts, other: Facts, shared: bool, total: Evidence) -> str | None:
    """Weigh the titles and return how alike they are, ``None`` where that cannot be told."""
    if not (one.titles and other.titles):
        return None
    kind = max(
        (title_likeness(a, b) for a in one.titles for b in other.titles), key=_TITLE.__getitem__
    )
    if kind in ("near", "other") and (is_cut(one, other) or (shared and goes_on(one, other))):
        kind = "cut"
    if kind == "same":
        kind = "same" if one.telling and other.telling else "short"
        total.add(_TITLE["generic" if one.generic or other.generic else kind], alike="title")
        return kind
    if one.numbers != other.numbers and differ_in_numbers(one.numbers, other.numbers):
        total.apart |= not shared
        total.add(_TITLE["other"], unlike="numbers in the title")
        return "other"
    if kind == "other" and (one.translated or other.translated or _in_other_letters(one, other)):
        return None
    if kind in ("similar", "alike") and not (one.telling and other.telling):
        kind = "near"
    if kind == "cut" and one.numbers != other.numbers:
        kind = "numbered"
    words = {
        "similar": "similar title",
        "alike": "similar title",
        "cut": "title cut",
        "numbered": "title cut",
        "near": "similar title",
        "other": "title",
    }
    total.add(_TITLE[kind], unlike=words[kind])
    return kind


def _kinds(one: Facts, other: Facts, shared: bool, total: Evidence) -> None:
    """Tell apart what reports of two trials, and a paper and what is said of it."""
    total.apart |= bool(one.trials and other.trials and one.trials.isdisjoint(other.trials))
    if one.notice != other.notice:
        total.apart |= not (shared and "protocol" in (one.notice, other.notice))


def _in_latin(words: tuple[str, ...]) -> bool:
    return "".join(words).isascii()


def _in_other_letters(one: Facts, other: Facts) -> bool:
    return one.squeezed[0].isascii() != other.squeezed[0].isascii()


def _authors(one: Facts, other: Facts, total: Evidence) -> None:
    if not (one.authors and other.authors):
        return
    first, second = one.authors[0], other.authors[0]
    if first.in_latin != second.in_latin:
        return  # a name and its transcription, which no table holds
    if first.may_be(second):
        if first.is_namesake(second):
            total.add(_AUTHOR["namesake"], unlike="first name")
        else:
            total.add(_AUTHOR["same"], alike="first author")
        if one.signed == other.signed > 1 and all(map(Person.may_be, one.authors, other.authors)):
            total.add(_ALL_AUTHORS)
        elif one.signed > 1 and other.signed > 1 and one.others.isdisjoint(other.others):
            total.add(_NO_OTHER_AUTHOR, unlike="other authors")
    elif _is_among(first, other) or _is_among(second, one):
        total.add(_AUTHOR["listed"], unlike="order of authors")
    else:
        group = first.is_group or second.is_group
        total.add(_AUTHOR["group" if group else "other"], unlike="first author")


def _is_among(person: Person, other: Facts) -> bool:
    return not person.family.isdisjoint(other.families) and any(
        person.may_be(author) for author in other.authors
    )


def _dates(one: Facts, other: Facts, total: Evidence) -> None:
    if one.year is None or other.year is None:
        return
    gap = abs(one.year - other.year)
    weight = _YEARS[min(gap, len(_YEARS) - 1)]
    if gap and not (one.preprint or other.preprint) and (gap > 2 or one.serial or other.serial):
        weight = _OTHER_EDITION
    if gap:
        total.add(weight, unlike=" and ".join(map(str, sorted((one.year, other.year)))))
    else:
        total.add(weight, alike="year")


def _place(one: Facts, other: Facts, total: Evidence) -> bool | None:
    """Weigh where two appeared, and tell whether they begin on one page."""
    differs = elsewhere = False
    if one.venue and other.venue and _in_latin(one.venue) == _in_latin(other.venue):
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
    if pages:
        total.add(_PAGE[0] if _tells(one) else _FIRST_PAGES, alike="pages")
    elif pages is False and one.page and other.page:
        elsewhere = True
        total.add(
            _PAGE[1], unlike=_both("page", *("".join(map(str, p)) for p in (one.page, other.page)))
        )
    if differs and elsewhere:
        total.add(_ELSEWHERE)
    return pages


def _tells(one: Facts) -> bool:
    """Tell whether few papers begin on a page: in a supplement, or first in a volume, many do."""
    if not one.page or one.supplement:
        return False
    letters, number = one.page
    return bool(letters) or number > 20


def _both(what: str, *values: str) -> str:
    return f"{what} {' and '.join(sorted(values))}"


def _pages(one: Facts, other: Facts, *, certain: bool) -> bool | None:
    """Tell whether two begin on one page, ``None`` where that cannot be told."""
    if not (one.page and other.page):
        return None
    (letters, number), (others, another) = one.page, other.page
    if number == another and (letters == others or not (letters and others)):
        return True
    if 1 in (number, another) and not (letters or others or certain) and one.year == other.year:
        # Journals that number their articles begin each of them with page 1.
        return None if one.telling and other.telling else False
    # The number of an article and the page of its print say nothing of each other.
    articles = ["e" in a or n >= 10_000 for a, n in (one.page, other.page)]
    return None if articles[0] != articles[1] and not certain else False


def _most_left(one: Facts, other: Facts, titled: str | None) -> float:
    """Return what abstracts, and that all is the same, can still add to what is weighed."""
    most = _ALL_THE_SAME if one.titles == other.titles else 0.0
    if one.paper.abstract and other.paper.abstract:
        most += _TITLE["same"] if titled is None else _ABSTRACT["same"]
        most += _RENAMED if one.preprint != other.preprint else 0.0
    return most


def _abstract(one: Facts, other: Facts, total: Evidence, titled: str | None) -> str:
    if not (one.words and other.words):
        return ""
    least = min(len(one.words), len(other.words))
    overlap = len(one.words & other.words) / least
    few = least < 12
    if one.words == other.words or (
        overlap >= 0.8 and not few and not _differ_in_figures(one, other)
    ):
        standing = titled is None and not (one.titles and other.titles)
        total.add(_TITLE["same"] if standing and least > 3 else _ABSTRACT["same"], alike="abstract")
        if titled in ("near", "other") and least >= 40 and one.preprint != other.preprint:
            total.add(_RENAMED)
        return "same"
    if least < 4 or (overlap < 0.08 and least >= 30):
        return ""  # it tells too little, or the one is in another language
    likeness = "other" if overlap < 0.5 else "unlike" if overlap < 0.7 else "akin"
    total.add(_ABSTRACT[likeness], unlike="abstract" if likeness == "other" else "")
    return likeness


def _differ_in_figures(one: Facts, other: Facts) -> bool:
    """Tell whether two abstracts tell of other findings in the same words."""
    ours, theirs = ({w for w in of.words if w.isdigit()} for of in (one, other))
    least = min(len(ours), len(theirs))
    return least > 1 and len(ours & theirs) < least / 2
