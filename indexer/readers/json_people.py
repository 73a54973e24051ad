"""Authors and editors as JSON holds them: strings, objects, lists of either, one string for all."""

from __future__ import annotations

import re

from indexer.cleaning.names import Name, split_names
from indexer.readers.json_values import first_of, mapping, text_of

_SEVERAL = re.compile(r";|\s(?:and|&)\s")
_OTHERS = re.compile(r"\W*(?:et\s+al|and\s+others|others)\b\W*|…", re.IGNORECASE)
_PARENTHESES = re.compile(r"(?>(?:\s*\((?>(?:[^()]++|\([^()]*+\))*)\))+)")
_END = re.compile(r"[^\S\n]*(?:[,;\n\0]|\Z)")
_FAMILY = ("family", "last", "lastName", "lastname", "last_name", "surname", "familyName")
_GIVEN = ("given", "first", "firstName", "firstname", "first_name", "forename", "givenName")
_WHOLE = (
    *("name", "full_name", "fullName", "fullname", "display_name", "displayName"),
    *(
        "collective_name",
        "collectiveName",
        "creator",
        "author_name",
        "text",
        "#text",
        "$",
        "value",
        "raw_author_name",
    ),
)
_LISTED = ("author", "authors", "person", "editor", "editors")


def people(value: object) -> tuple[list[str | Name], bool]:
    """Return the names, and whether the source says that there are more (*et al.*)."""
    if isinstance(value, dict):
        inner = first_of(value, *_LISTED)
        value = [value] if inner is None else [inner] if isinstance(inner, dict) else inner
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        value = value[0] if _SEVERAL.search(value[0]) else value
    if isinstance(value, str):
        names, cut = split_names(value)
        return list(names), cut
    if not isinstance(value, list):
        return [], False
    found = [name for one in value if (name := one if isinstance(one, str) else person(one))]
    others = bool(found) and isinstance(found[-1], str) and _OTHERS.fullmatch(found[-1]) is not None
    return (found[:-1] if others else found), others


def person(value: object) -> str | Name:
    """Return a name, in its parts where the value gives them; ``""`` where there is none."""
    if isinstance(value, list):  # [family, given, suffix]
        parts = [text_of(part).strip() for part in value[:3]]
        return named(*parts) if parts else ""
    if not isinstance(value, dict):
        return text_of(value)
    family, given = text_of(first_of(value, *_FAMILY)), text_of(first_of(value, *_GIVEN))
    if family:
        middle = text_of(first_of(value, "middle", "middleName", "middle_name"))
        particle = text_of(value.get("non-dropping-particle"))
        dropped = text_of(value.get("dropping-particle"))
        return named(
            f"{particle} {family}", f"{given} {middle} {dropped}", text_of(value.get("suffix"))
        )
    if literal := text_of(value.get("literal")):  # an organisation's: no part is a family name
        return named(literal)
    if whole := text_of(first_of(value, *_WHOLE)) or given:
        return whole
    return person(mapping(value.get("author"))) if "author" in value else ""


def named(family: str, given: str = "", suffix: str = "") -> Name:
    """Return a name of its parts, ``Jr.`` and ``III`` behind the family name."""
    return Name(" ".join(f"{family} {suffix}".split()), " ".join(given.split()))


def without_affiliations(names: list[str | Name]) -> tuple[list[str | Name], list[str]]:
    """Part names from the affiliations that arXiv writes behind them: ``Rémi Carles (IRMAR)``.

    Where the list was made by cutting a string at its commas, one may reach over several names.
    """
    written: list[str] = [name for name in names if isinstance(name, str)]
    joined = "\0".join(written)
    if "(" not in joined or len(written) < len(names):
        return names, []
    affiliations, kept, end = [], [], 0
    for found in _PARENTHESES.finditer(joined):
        before = joined[found.start() - 1 : found.start()]
        if before in ("", "\0") or _END.match(joined, found.end()):
            text = " ".join(found[0].replace("\0", ", ").split())
            affiliations.append(text[1:-1] if text.count("(") == 1 else text)
            kept.append(joined[end : found.start()])
            end = found.end()
    pieces = "\0".join([*kept, joined[end:]]).split("\0")
    bare: list[str | Name] = [name for piece in pieces if (name := piece.strip(" ,;\n"))]
    return (bare, affiliations) if bare else (names, [])
