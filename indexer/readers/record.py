"""What the readers share: from the raw fields of a record to a cleaned paper or a rejection.

A reader takes a record apart, and names its fields; all cleaning is done here, once. Fields that a
:class:`~indexer.paper.Paper` has no attribute for go to ``extra``, the usual ones under these names
(any other under the source's own): ``volume``, ``issue``, ``pages``, ``publisher``, ``issn``,
``isbn``, ``type``, ``language``, ``keywords`` (a list), ``editors`` (a list), ``note``,
``citation_key`` and ``groups`` (a list): the key and the groups that a library gives a paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from indexer.cleaning.accents import attached_in_name
from indexer.cleaning.dates import parse_date
from indexer.cleaning.identity import NO_IDENTIFIERS, identifiers_in, known_identifiers, paper_id
from indexer.cleaning.name_remarks import may_hold_remarks, once, without_remarks
from indexer.cleaning.names import (
    Name,
    displayed,
    initials_behind,
    parse_name,
    parse_plainly,
    read_plainly,
)
from indexer.cleaning.text import (
    clean,
    clean_abstract,
    clean_again,
    links_code,
    links_in,
    printable,
)
from indexer.cleaning.values import extra_of
from indexer.documents import Document, readable
from indexer.fields import split_list
from indexer.paper import Paper, Record, Rejection

T = TypeVar("T")

_HEAD_CHARACTERS = 120
_LISTS = frozenset(("keywords", "groups"))
_SHORT = 100
"""Characters of what may well come again."""

_TITLE_WORDS = 12
"""Of the abstract, that stand in for a title where there is none."""


def reject(document: Document, line: int, reason: str, head: str) -> Rejection:
    """Return a rejection, its head cut and made printable."""
    return Rejection(document.name, line, reason, printable(readable(head)[:_HEAD_CHARACTERS]))


def with_next(items: Iterator[T]) -> Iterator[tuple[T, T | None]]:
    """Yield each item with the one behind it, ``None`` behind the last."""
    item = next(items, None)
    while item is not None:
        following = next(items, None)
        yield item, following
        item = following


def make_record(
    document: Document,
    line: int,
    *,
    title: str | None,
    abstract: str | None,
    authors: Iterable[str | Name] = (),
    authors_cut: bool = False,
    date: str | float | None = None,
    year: str | float | None = None,
    venue: str | None = None,
    categories: Iterable[str] = (),
    identifiers: Mapping[str, object] = NO_IDENTIFIERS,
    url: str | None = None,
    code: bool | None = None,
    extra: Mapping[str, Any] | None = None,
    head: str = "",
    as_written: bool = False,
) -> Record | Rejection:
    """Return the paper of a record's raw fields, or the rejection of one that says nothing.

    Args:
        document: where the record lies.
        line: 1-based, where it begins.
        title: raw. Without one, the abstract's first words stand in, marked ``title_missing``.
        abstract: raw. A paper without one is kept, marked ``abstract_missing``.
        authors: raw, one by one, in any form that :func:`~indexer.cleaning.names.parse_name` reads.
        authors_cut: whether the source says that there are more (*et al.*).
        date: as stated, in any form; the year is taken from it unless ``year`` is given.
        year: as stated. An absurd one is kept in ``extra["year_stated"]`` alone.
        venue: raw: journal, conference.
        categories: subject classes (``cs.LG``).
        identifiers: as stated, by kind: ``doi``, ``arxiv``, ``pmid``, ``pmcid``, ``openreview``,
            ``acl``; what is none goes to ``extra["doi_stated"]`` and so on.
        url: where the record points; identifiers are read from it, too.
        code: what the source itself says of code; a link to code in the abstract makes it true.
        extra: all else that the source holds; empty values are left out.
        head: the record's beginning, shown if it is rejected.
        as_written: whether the text is clean already, as in what akin exported.

    Returns:
        A rejection if there is neither title nor abstract, or nothing can keep what it holds.
    """
    try:
        rest = extra_of({n: v for n, v in (extra or {}).items() if v not in (None, "", [], {})})
    except ValueError as error:
        return reject(document, line, str(error), head)
    title, abstract = title or "", abstract or ""
    if as_written:
        title, abstract = _folded(title), _folded(abstract)
    else:
        title = clean(title)
        abstract, notice = clean_abstract(abstract)
        if notice:
            rest["copyright"] = notice
        venue = clean_again(venue) if venue else None
        if rest:
            rest = _cleaned_fields(rest)
    if not title:
        if not abstract:
            return reject(document, line, "neither title nor abstract", head)
        words = abstract.split(" ")
        title = " ".join(words[:_TITLE_WORDS]) + (" …" if len(words) > _TITLE_WORDS else "")
        rest["title_missing"] = True
    shown, odd, affiliations, others = _authors(tuple(authors), as_written)
    if affiliations:
        rest["affiliations"] = _with(rest.get("affiliations"), map(clean, affiliations))
    if odd:
        rest["family_names"] = odd
    if authors_cut or others:
        rest["authors_cut"] = True
    year_of, day = _date(date, year, rest)
    stated = {kind: value for kind, value in identifiers.items() if value not in (None, "")}
    known = known_identifiers(stated) if stated else {}
    for kind, value in stated.items():
        if kind not in known and "10.48550/arxiv." not in str(value).lower():
            rest[f"{kind}_stated"] = str(value)
    if url:
        known = {**identifiers_in(url), **known}
    if links := links_in(abstract):
        rest["links"] = links
    if not abstract:
        rest["abstract_missing"] = True
    elif abstract.endswith(("…", "...")):
        rest["abstract_cut"] = True
    paper_key = paper_id(title, shown, known)
    return Record(
        Paper(
            id=paper_key,
            title=title,
            abstract=abstract,
            authors=shown,
            year=year_of,
            date=day,
            venue=venue or None,
            categories=tuple(dict.fromkeys(c for c in map(_folded, categories) if c)),
            doi=known.pop("doi", None),
            arxiv_id=known.pop("arxiv", None),
            url=_folded(url) if url else None,
            code=True if links_code(abstract) else code,
            sources=(document.name,),
            extra={**rest, **known},
        ),
        line,
    )


def _cleaned_fields(rest: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = {n: kept for n, value in rest.items() if (kept := _cleaned(value)) not in ("", [])}
    for name in _LISTS & cleaned.keys():
        cleaned[name] = _each_once(cleaned[name])
    return cleaned


def _each_once(texts: str | list[Any]) -> list[str]:
    """Return the texts of a list, each once, whatever its case; one text is parted first."""
    if isinstance(texts, str):
        texts = split_list(texts)
    once_each: dict[str, str] = {}
    for text in texts:
        word = str(text).strip(" ;,")
        once_each.setdefault(word.casefold(), word)
    return [word for word in once_each.values() if word]


def _with(stated: object, more: Iterable[str]) -> list[Any]:
    """Return what is stated, of whatever type, as a list that goes on."""
    return [*(stated if isinstance(stated, list) else [stated] if stated else []), *more]


def _folded(text: str) -> str:
    return " ".join(printable(text).split())


def _cleaned(value: Any) -> Any:
    """Return a text cleaned, or a list's texts, without those of which nothing is left."""
    if isinstance(value, list):
        return [one for one in map(_cleaned, value) if one not in (None, "")]
    if not isinstance(value, str):
        return value
    return clean_again(value) if len(value) < _SHORT else clean(value)


def _authors(
    authors: tuple[str | Name, ...], as_written: bool
) -> tuple[tuple[str, ...], dict[str, str], list[str], bool]:
    """Return names as one reads them, and what the sources said beside them.

    That is what :func:`~indexer.cleaning.names.displayed` and
    :func:`~indexer.cleaning.name_remarks.without_remarks` return, faster where it can be.
    """
    if as_written:
        return *displayed(_whole(authors)), [], False
    written = [name for name in authors if isinstance(name, str)]
    plain = len(written) == len(authors) and read_plainly(written)
    affiliations: list[str] = []
    others = False
    if not plain or may_hold_remarks(written):
        bare, affiliations, others = without_remarks(authors)
        plain = plain and bare == written
        authors = tuple(bare)
        written = [name for name in bare if isinstance(name, str)]
    behind = bool(written) and written[0][-1:].isupper() and initials_behind(written)
    if plain and not behind:
        half = len(written) // 2
        if half > 1 and written[:half] == written[half:]:
            written = written[:half]
        if len(set(written)) == len(written):
            return tuple(written), {}, affiliations, others
    names = [_name(name, behind) for name in authors]
    return *displayed(once(names)), affiliations, others


def _whole(authors: Iterable[str | Name]) -> list[Name]:
    return [name if isinstance(name, Name) else parse_name(name) for name in authors]


def _name(name: str | Name, capitals_last: bool) -> Name:
    if isinstance(name, Name):
        return Name(*(attached_in_name(clean(part)) for part in (name.family, name.given)))
    if not capitals_last and read_plainly((name,)):
        return parse_plainly(name)
    return parse_name(attached_in_name(clean(name)), capitals_last=capitals_last)


def _date(
    date: str | float | None, year: str | float | None, rest: dict[str, Any]
) -> tuple[int | None, str | None]:
    """Return year and day; what is stated and cannot be meant goes to ``rest``."""
    year_of, day = parse_date(date)
    if year not in (None, ""):
        stated_year, stated_day = parse_date(year)
        if stated_year is None:
            rest["year_stated"] = str(year)
        elif stated_year != year_of:  # of two that differ, the year is what people go by
            year_of, day = stated_year, stated_day
        else:
            day = day or stated_day
    if date not in (None, "") and day is None and str(date) != str(year_of):
        rest.setdefault("date_stated", str(date))
    return year_of, day
