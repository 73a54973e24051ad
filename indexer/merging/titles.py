"""How alike two titles are: the same, but for slips of the pen, but for a subtitle, or others."""

from __future__ import annotations

from collections import Counter

from rapidfuzz.distance import OSA, Indel

from indexer.merging.facts import Facts
from indexer.merging.spelling import ROMAN, squeezed

_PARTS = frozenset("part parts pt volume vol number no supplement".split())
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
        "north/south east/west maternal/paternal afferent/efferent ite/ate ide/ate ide/ite ene/ane "
        "ine/ane ene/yne methyl/ethyl butyl/propyl mono/bi chlor/fluor"
    ).split()
)


def title_likeness(one: tuple[str, ...], other: tuple[str, ...]) -> str:
    """Return how alike two titles are.

    Args:
        one: words, from :func:`indexer.merging.spelling.words_of`.
        other: those of the other title.

    Returns:
        ``same``; ``similar``, but for slips of the pen and small words; ``alike``, where what
        differs may be a slip, or another word; ``cut``, where one goes on; ``near``, three of four
        letters in their order; else ``other``.
    """
    ours, theirs = squeezed(one), squeezed(other)
    if ours == theirs:
        return "same"
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and (long[: len(short)] == short or long[-len(short) :] == short):
        rest = long[len(short) :] if long[: len(short)] == short else long[: -len(short)]
        return "near" if _begins_part(rest) else "cut"
    likeness = Indel.normalized_similarity(ours, theirs, score_cutoff=0.75)
    if likeness >= 0.85 and (slips := _slips(one, other)) is not None:
        return "similar" if all(_is_of_pen(*slip) for slip in slips) else "alike"
    return "near" if likeness else "other"


def _slips(one: tuple[str, ...], other: tuple[str, ...]) -> list[tuple[str, str]] | None:
    """Return the words that may be slips of each other; ``None`` where others differ, too."""
    ours, theirs = (
        list((Counter(of) - Counter(against)).elements())
        for of, against in ((one, other), (other, one))
    )
    ours, theirs = ([w for w in words if w not in _SMALL] for words in (ours, theirs))
    if abs(len(ours) - len(theirs)) == 1:
        ours, theirs = ["".join(ours)], ["".join(theirs)]
    slips = list(zip(ours, theirs, strict=False))
    if len(ours) != len(theirs) or len(slips) > 1 + len(one) // 6:
        return None
    return slips if all(_is_slip(*slip) for slip in slips) else None


def _is_of_pen(one: str, other: str) -> bool:
    """Tell whether a letter was left out, doubled or swapped: another one makes another word."""
    near = OSA.distance(one, other) <= 1
    return near and (len(one) != len(other) or sorted(one) == sorted(other))


def _is_slip(one: str, other: str) -> bool:
    if one == other:
        return True
    longest = max(len(one), len(other))
    if (
        not one
        or not other
        or one[0] != other[0]
        or longest < 4
        or any(map(str.isdigit, one + other))
    ):
        return False
    for first, second in _OPPOSITES:
        for a, b in ((first, second), (second, first)):
            if a in one and one.replace(a, b, 1) == other:
                return False
    return OSA.distance(one, other) <= (1 if longest < 7 else 2)


def is_cut(one: Facts, other: Facts) -> bool:
    """Tell whether the one title is the other without its subtitle, but for slips of the pen."""
    return _lacks_subtitle(one, other) or _lacks_subtitle(other, one)


def goes_on(one: Facts, other: Facts) -> bool:
    """Tell whether the one title is how the other begins, however short it is."""
    return any(
        long[: len(short)] == short
        for a in one.titles
        for b in other.titles
        for short, long in (sorted((a, b), key=len),)
    )


def _lacks_subtitle(short: Facts, long: Facts) -> bool:
    return any(
        title_likeness(main, title) in ("same", "similar")
        for main, whole in zip(long.mains, long.titles, strict=False)
        if 1 < len(main) < len(whole) and not _begins_part(whole[len(main) :])
        for title in short.titles
    )


def _begins_part(rest: tuple[str, ...]) -> bool:
    """Tell whether what a title has beyond another one counts parts, as *Part II* does."""
    first = rest[0]
    return first in _PARTS or first.isdigit() or first in ROMAN


def differ_in_numbers(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether each title has a number that the other lacks."""
    ours, theirs = Counter(one), Counter(other)
    return bool(ours - theirs and theirs - ours)
