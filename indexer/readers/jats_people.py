"""The people of a JATS article: who wrote it and who edited it, in any form that JATS allows."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from indexer.cleaning.names import Name, parse_name
from indexer.cleaning.text import clean
from indexer.readers.xml_text import find, find_all, local_name, text_at, text_of

_NOT_OF_A_NAME = frozenset("contrib-group aff address email xref fn".split())


@dataclass(slots=True)
class People:
    """Who took part in an article.

    Attributes:
        authors: in order; groups among them.
        editors: their names as one reads them.
        others: likewise, with their part in it: reviewers, translators.
        cut: whether the article says that there are more authors.
    """

    authors: list[Name] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    cut: bool = False


def people_of(meta: etree._Element) -> People:
    """Return the people that ``article-meta`` or ``front-stub`` lists."""
    people = People()
    for group in find_all(meta, "contrib-group"):
        people.cut = people.cut or find(group, "etal") is not None
        for contributor in find_all(group, "contrib"):
            part = contributor.get("contrib-type") or group.get("content-type") or "author"
            name = _name(contributor)
            if not str(name):
                continue
            if part.startswith(("author", "collab", "person")):
                people.authors.append(name)
            elif "editor" in part:
                people.editors.append(str(name))
            else:
                people.others.append(f"{name} ({part})")
    return people


def _name(contributor: etree._Element) -> Name:
    """Return the first name of a contributor; alternatives are the same in other scripts."""
    name = find(contributor, "name", "name-alternatives/name", "string-name")
    if name is None:
        name = find(contributor, "name-alternatives/string-name")
    if name is not None:
        family = clean(f"{text_at(name, 'surname')} {text_at(name, 'suffix')}")
        given = clean(text_at(name, "given-names"))
        return Name(family, given) if family else parse_name(given or clean(text_of(name)))
    group = find(contributor, "collab", "collab-alternatives/collab", "collab-name")
    if group is not None:
        return Name(clean(_without_members(group)))
    return Name("Anonymous" if find(contributor, "anonymous") is not None else "")


def _without_members(group: etree._Element) -> str:
    """Return the name of a group; its element may list its members and where they work."""
    parts = [group.text or ""]
    for child in group:
        if local_name(child) not in _NOT_OF_A_NAME:
            parts.append(text_of(child))
        parts.append(child.tail or "")
    return " ".join("".join(parts).split()).strip(" ,;:")
