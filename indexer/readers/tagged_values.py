"""Values as line-tagged formats write them: lists of names and keywords, serials, pages, links."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Mapping
from urllib.parse import unquote

from indexer.cleaning.names import parse_name
from indexer.readers.tagged import Entry

_ET_AL = re.compile(r"(?:^|[ ,])(?:et\.? ?al\b\.?|and others|others)$", re.IGNORECASE)
_MOST_COMMAS = 3  # of one name; Ovid's PsycINFO has all names that a paper cites in one value
_NO_GIVEN = re.compile(r", ?(?:null|nan|undefined)$")
_ISSN = re.compile(r"(?<![\d-])(\d{4})-?(\d{3}[\dXx])(?![\d-])")
_ISBN = re.compile(r"(?<![\d-])(?:97[89][- ]?)?(?:\d[- ]?){9}[\dXx](?![\d-])")
_DOI = re.compile(r"10\.\d{4,9}/[^\s?#&\"<>]{1,200}")
_NOT_OF_A_DOI = re.compile(
    r"(?:/(?:full|abstract|pdf|epdf|html|meta|summary)|\.pdf|\.full|\.abstract|[.,;])+$"
)
_LINK = re.compile(r"(?:https?|ftp)://\S", re.IGNORECASE)
_BEFORE_LINK = re.compile(r"[\s;,](?=(?:https?|ftp)://)", re.IGNORECASE)


def people(values: Iterable[str]) -> tuple[list[str], bool]:
    """Return the names in the values, and whether it says *et al.* among them.

    Args:
        values: each a name, or several, on lines of their own or parted by semicolons.
    """
    names, cut = [], False
    for value in values:
        for part in parts(value):
            name = _NO_GIVEN.sub("", " ".join(part.split()))
            bare = _ET_AL.sub("", name).rstrip(" ,&")
            cut = cut or bare != name.rstrip(" ,&")
            if bare:
                names.append(bare)
    return names, cut


def shown_names(values: Iterable[str]) -> list[str]:
    """Return names as one reads them, for editors and others whom a paper has no attribute for."""
    names = people(values)[0]
    return list(
        dict.fromkeys(n if n.count(",") > _MOST_COMMAS else str(parse_name(n)) for n in names)
    )


def parts(value: str) -> list[str]:
    """Split a value at line ends and semicolons, but for those of entities (``&amp;``)."""
    if "&" in value:
        value = html.unescape(value)
    return [part for one in re.split(r"[;\n]", value) if (part := one.strip())]


def keywords(values: Iterable[str]) -> list[str]:
    """Return the distinct keywords in the values, without the stars of major headings."""
    found: dict[str, str] = {}
    for value in values:
        for part in parts(value):
            word = part.replace("*", "").strip()
            found.setdefault(word.casefold(), word)
    return [word for word in found.values() if word]


def serials(values: Iterable[str]) -> dict[str, str]:
    """Return ISSN and ISBN out of the values: exporters write either, and what it is of."""
    text = "\n".join(values)
    isbn = [m[0].replace(" ", "") for m in _ISBN.finditer(text)]
    issn = [f"{m[1]}-{m[2].upper()}" for m in _ISSN.finditer(_ISBN.sub("", text))]
    if not isbn and not issn:
        return {"issn": text}
    return {"issn": ", ".join(dict.fromkeys(issn)), "isbn": ", ".join(dict.fromkeys(isbn))}


def page_range(first: str, last: str) -> str:
    """Return the pages, where the first may be a range already."""
    if not last or last == first or "-" in first or "–" in first:
        return first
    return f"{first}-{last}" if first else last


def links(values: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the links in the values, and what stands there that is none (a file's place)."""
    found: list[str] = []
    others: list[str] = []
    for value in values:
        for part in _BEFORE_LINK.split(value):
            one = " ".join(part.strip("; ,\n").split())
            link = f"http://{one}" if one.startswith("www.") else one
            (found if _LINK.match(link) else others).append(link)
    return list(dict.fromkeys(found)), [one for one in dict.fromkeys(others) if one]


def doi_within(text: str) -> str:
    """Return the DOI that a text or a publisher's link holds, ``""`` if there is none."""
    match = _DOI.search(unquote(text))
    return _NOT_OF_A_DOI.sub("", match[0]) if match else ""


def with_year(date: str, year: str) -> str:
    """Return a date with the year that another field states, if it has none (``Jun 8``)."""
    return date if not date or not year or re.search(r"\d{4}", date) else f"{year} {date}"


def others(entry: Entry, names: Mapping[str, str], used: Collection[str]) -> dict[str, object]:
    """Return the fields that no one has used, each under its name or else its tag."""
    rest: dict[str, list[str]] = {}
    for tag in entry.fields:
        if tag not in used:
            rest.setdefault(names.get(tag, tag), []).extend(entry.distinct(tag))
    return {name: values[0] if len(values) == 1 else values for name, values in rest.items()}
