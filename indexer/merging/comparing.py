"""Are two records of one paper? Each field speaks for it or against it, and the sum decides.

The weights are match weights after Fellegi and Sunter, *A Theory for Record Linkage*, JASA 64
(1969): about the logarithm, to base 2, of how much likelier two records of one paper agree in a
field, or differ, than those of two papers. They were set by hand, and hold on what
``benchmarks/merging.py`` measures.
"""

from __future__ import annotations

from collections.abc import Collection

from indexer.merging.evidence import NAMES, Comparison, Evidence, Identifier
from indexer.merging.facts import Facts, Person
from indexer.merging.merge import PREPRINT_DOIS
from indexer.merging.titles import differ_in_numbers, goes_on, is_cut, title_likeness
from indexer.merging.venues import is_venue

_SAME_ID = {"arxiv": 11.0, "openreview": 11.0}
_SAME_ID_ELSE = 8.0  # a DOI may be a supplement's or a book's
_ANOTHER_ID = 2.0
_SHARED_BY_PAGES = -5.0
"""What an identifier is worth less where pages differ: a supplement of abstracts has one DOI."""
_OTHER_ID = {"doi": -11.0, "arxiv": -20.0, "pmid": -14.0, "acl": -14.0}
_TITLE = {
    "same": 8.0,
    "short": 4.0,
    "generic": 0.0,
    "similar": 4.0,
    "cut": 2.0,
    "numbered": 0.0,
    "near": -5.0,
    "other": -7.0,
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
    total = Evidence()
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
    if titled == "same" and pages and one.page and _tells(one.page):
        total.opposed = False  # a volume or a DOI is mistyped sooner than all of these agree
    if shared and pages is False and likeness != "same":
        total.add(_SHARED_BY_PAGES)
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
    return one.key == other.key and one == other


def _identifiers(
    one: Facts,
    other: Facts,
    ignored: Collection[str],
    many: Collection[Identifier],
    total: Evidence,
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


def _title(one: Facts, other: Facts, shared: bool, total: Evidence) -> str | None:
    """Weigh the titles and return how alike they are, ``None`` where that cannot be told."""
    if not (one.titles and other.titles):
        return None
    if one.notice != other.notice:
        total.apart |= not (shared and "protocol" in (one.notice, other.notice))
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
    if kind == "similar" and not (one.telling and other.telling):
        kind = "near"
    if kind == "cut" and one.numbers != other.numbers:
        kind = "numbered"
    words = {
        "similar": "similar title",
        "cut": "title cut",
        "numbered": "title cut",
        "near": "similar title",
        "other": "title",
    }
    total.add(_TITLE[kind], unlike=words[kind])
    return kind


def _in_other_letters(one: Facts, other: Facts) -> bool:
    return one.squeezed[0].isascii() != other.squeezed[0].isascii()


def _authors(one: Facts, other: Facts, total: Evidence) -> None:
    if not (one.authors and other.authors):
        return
    first, second = one.authors[0], other.authors[0]
    if first.may_be(second):
        total.add(_AUTHOR["same"], alike="first author")
        if one.signed == other.signed > 1 and all(map(Person.may_be, one.authors, other.authors)):
            total.add(_ALL_AUTHORS)
    elif _is_among(first, other) or _is_among(second, one):
        total.add(_AUTHOR["listed"], unlike="order of authors")
    else:
        total.add(_AUTHOR["other"], unlike="first author")


def _is_among(person: Person, other: Facts) -> bool:
    return not person.family.isdisjoint(other.families) and any(
        person.may_be(author) for author in other.authors
    )


def _dates(one: Facts, other: Facts, total: Evidence) -> None:
    if one.year is None or other.year is None:
        return
    gap = abs(one.year - other.year)
    weight = _YEARS[min(gap, len(_YEARS) - 1)]
    if gap:
        total.add(weight, unlike=" and ".join(map(str, sorted((one.year, other.year)))))
    else:
        total.add(weight, alike="year")


def _place(one: Facts, other: Facts, total: Evidence) -> bool | None:
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
        weight = _PAGE[0] if _tells(one.page) else _FIRST_PAGES
        total.add(weight, alike="pages")
    elif pages is False and one.page and other.page:
        elsewhere = True
        total.add(
            _PAGE[1], unlike=_both("page", *("".join(map(str, p)) for p in (one.page, other.page)))
        )
    if differs and elsewhere:
        total.add(_ELSEWHERE)
    return pages


def _tells(page: tuple[str, int]) -> bool:
    """Tell whether few papers begin on a page: on the first ones of a volume many do."""
    return bool(page[0]) or page[1] > 20


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


def _abstract(one: Facts, other: Facts, total: Evidence, *, stands_for_title: bool) -> str:
    if not (one.words and other.words):
        return ""
    least = min(len(one.words), len(other.words))
    overlap = len(one.words & other.words) / least
    few = least < 12
    if one.words == other.words or (overlap >= 0.8 and not few):
        standing = stands_for_title and not (one.titles and other.titles)
        total.add(_TITLE["same"] if standing and least > 3 else _ABSTRACT["same"], alike="abstract")
        return "same"
    if least < 4 or (overlap < 0.08 and least >= 30):
        return ""  # it tells too little, or the one is in another language
    likeness = "other" if overlap < 0.5 else "unlike" if overlap < 0.7 else "akin"
    total.add(_ABSTRACT[likeness], unlike="abstract" if likeness == "other" else "")
    return likeness
