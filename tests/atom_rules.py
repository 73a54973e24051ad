"""What RFC 4287 demands of a feed, as far as a program can tell: every broken rule in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
_ONCE = ("id", "title", "updated")
_AT_MOST_ONCE = {
    "feed": ("generator", "icon", "logo", "rights", "subtitle"),
    "entry": ("content", "published", "rights", "source", "summary"),
}
_KNOWN = {
    "feed": {"author", "category", "contributor", "entry", "link", *_ONCE, *_AT_MOST_ONCE["feed"]},
    "entry": {"author", "category", "contributor", "link", *_ONCE, *_AT_MOST_ONCE["entry"]},
}
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?:;.*)?", re.ASCII)
_SIGNS = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*"
# RFC 3986; an IRI that is no URI is never written.
_ABSOLUTE = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*:(?://(?:\[[0-9a-f:.]+\](?::\d*)?)?)?{_SIGNS}(?:#{_SIGNS})?"
)


def broken_rules(text: bytes) -> list[str]:
    """The rules that a document breaks; none, if it is a feed as Atom has it."""
    root = etree.fromstring(text)
    if root.tag != f"{ATOM}feed":
        return [f"the root is {root.tag}"]
    return list(_of_feed(root))


def _of_feed(feed: etree._Element) -> Iterator[str]:
    entries = feed.findall(f"{ATOM}entry")
    yield from _of_either(feed, "feed")
    if feed.find(f"{ATOM}author") is None and any(
        entry.find(f"{ATOM}author") is None for entry in entries
    ):
        yield "neither the feed nor each entry has an author"
    if not any(link.get("rel") == "self" for link in feed.iterfind(f"{ATOM}link")):
        yield "no link to the feed itself"
    ids = Counter(one.text for one in feed.iter(f"{ATOM}id"))
    yield from (f"the id {name} is there {count} times" for name, count in ids.items() if count > 1)
    for entry in entries:
        yield from _of_either(entry, "entry")
        alternate = any(
            link.get("rel", "alternate") == "alternate" for link in entry.iterfind(f"{ATOM}link")
        )
        if entry.find(f"{ATOM}content") is None and not alternate:
            yield "an entry has neither content nor a link to it"


def _of_either(element: etree._Element, kind: str) -> Iterator[str]:
    children = [one for one in element if one.tag.startswith(ATOM)]
    names = Counter(one.tag.removeprefix(ATOM) for one in children)
    yield from (f"{kind} has {names[name]} {name}" for name in _ONCE if names[name] != 1)
    yield from (f"{kind} has {names[n]} {n}" for n in _AT_MOST_ONCE[kind] if names[n] > 1)
    yield from (f"{kind} cannot have {name}" for name in names.keys() - _KNOWN[kind])
    for one in children:
        yield from _of_child(one, one.tag.removeprefix(ATOM))
    links = Counter(
        (one.get("type"), one.get("hreflang"))
        for one in element.iterfind(f"{ATOM}link")
        if one.get("rel", "alternate") == "alternate"
    )
    yield from (f"several alternates of {of}" for of, count in links.items() if count > 1)


def _of_child(one: etree._Element, name: str) -> Iterator[str]:
    text = one.text or ""
    if name == "id":
        yield from _of_iri(text, "id")
    elif name in ("updated", "published"):
        if not _DATE.fullmatch(text):
            yield f"{name}: {text!r} is no date"
        else:
            datetime.fromisoformat(text)
    elif name == "link":
        yield from _of_iri(one.get("href", ""), "href")
        if "type" in one.attrib and not _MEDIA_TYPE.fullmatch(one.attrib["type"]):
            yield f"type {one.get('type')!r} is none"
        if len(one) or one.text:
            yield "a link has content"
    elif name == "category":
        if "term" not in one.attrib:
            yield "a category has no term"
    elif name in ("author", "contributor"):
        if len(one.findall(f"{ATOM}name")) != 1:
            yield f"{name} without one name"
    elif name in ("title", "summary", "content", "subtitle", "rights"):
        if len(one) or "type" in one.attrib:
            yield f"{name} is no plain text"
    elif name == "generator" and "uri" in one.attrib:
        yield from _of_iri(one.attrib["uri"], "uri")


def _of_iri(text: str, where: str) -> Iterator[str]:
    if not _ABSOLUTE.fullmatch(text):
        yield f"{where}: {text!r} is no absolute IRI"
