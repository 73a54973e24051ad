r"""The metadata snapshot of arXiv: 2.5 million papers as JSON lines, as Kaggle offers it.

One record, shortened::

    {"id": "0704.0001", "submitter": "…", "authors": "C. Bal\\'azs, E. L. Berger",
     "title": "Calculation of prompt diphoton production\n  cross sections", "comments": "37 pages",
     "journal-ref": "Phys.Rev.D76:013009,2007", "doi": "10.1103/PhysRevD.76.013009",
     "report-no": "ANL-HEP-PR-07-12", "categories": "hep-ph hep-ex", "license": null,
     "abstract": "  A fully differential calculation …",
     "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}],
     "update_date": "2008-11-26", "authors_parsed": [["Balázs", "C.", ""], ["Berger", "E. L.", ""]]}

A paper is of the day of its first version. Titles and abstracts are wrapped, with real hyphens at
the ends of lines. Authors may carry affiliations, in the fourth part of the parsed ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from indexer.cleaning.names import Name, split_names
from indexer.cleaning.text import join_wrapped, links_code
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.json_items import first_object, read_items
from indexer.readers.json_people import named, without_affiliations
from indexer.readers.json_values import mappings, text_of, texts_of
from indexer.readers.record import make_record

FORMAT = "arxiv-snapshot"

_CREATED = re.compile(r"(\d{1,2} [A-Z][a-z]{2} \d{4})")
_EXTRA = {
    "comments": "note",
    "report-no": "report_number",
    "license": "license",
    "submitter": "submitter",
    "update_date": "updated",
}


def recognises(head: str, _suffix: str) -> bool:
    """Tell the snapshot by keys that it alone has."""
    keys = first_object(head).keys()
    return {"id", "title", "categories"} <= keys and bool(
        keys & {"authors_parsed", "versions", "journal-ref", "update_date", "submitter"}
    )


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield every record of the snapshot."""
    return read_items(document, _paper)


def _paper(document: Document, line: int, item: dict[str, Any]) -> Record | Rejection:
    arxiv = text_of(item.get("id"))
    extra: dict[str, Any] = {ours: text_of(item.get(name)) for name, ours in _EXTRA.items()}
    authors, cut, affiliations = _authors(item)
    if affiliations:
        extra["affiliations"] = affiliations
    versions = mappings(item.get("versions"))
    if len(versions) > 1:
        extra["version"] = text_of(versions[-1].get("version"))
    doi, *more = text_of(item.get("doi")).split() or [""]
    if more:
        extra["more_dois"] = more
    return make_record(
        document,
        line,
        title=_unwrapped(text_of(item.get("title"))),
        abstract=_unwrapped(text_of(item.get("abstract"))),
        authors=authors,
        authors_cut=cut,
        date=_date(item, versions),
        venue=text_of(item.get("journal-ref")),
        categories=[one for some in texts_of(item.get("categories")) for one in some.split()],
        identifiers={"arxiv": arxiv, "doi": doi},
        url=f"https://arxiv.org/abs/{arxiv}" if arxiv else None,
        code=links_code(extra["note"]) or None,
        extra=extra,
    )


def _unwrapped(text: str) -> str:
    # Few lines end in a hyphen: looking for one is 500 times faster than looking how they end.
    if "-\n" in text or "- \n" in text:
        text = join_wrapped(text)
    return text.replace("\n", " ")


def _date(item: dict[str, Any], versions: list[dict[str, Any]]) -> str:
    created = text_of(versions[0].get("created")) if versions else ""
    day = _CREATED.search(created)
    return day[1] if day else text_of(item.get("update_date"))


def _authors(item: dict[str, Any]) -> tuple[list[str | Name], bool, list[str]]:
    """Return the names, whether there are more, and the affiliations."""
    parsed = item.get("authors_parsed")
    if not isinstance(parsed, list) or not parsed:
        names, cut = split_names(" ".join(text_of(item.get("authors")).split()))
        found, affiliations = without_affiliations(list(names))
        return found, cut, affiliations
    found, affiliations = [], []
    for parts in parsed:
        if _is_simple(parts):
            found.append(f"{parts[1]} {parts[0]}")
            continue
        texts = [text_of(part) for part in parts] if isinstance(parts, list) else [text_of(parts)]
        family, given, suffix, *rest = [*texts, "", "", ""]
        found.append(named(family, given, suffix))
        affiliations += rest
    return found, False, list(dict.fromkeys(filter(None, affiliations)))


def _is_simple(parts: object) -> bool:
    """Tell a family name of one word and a given name, without suffix and affiliation."""
    if not isinstance(parts, list) or len(parts) != 3 or parts[2] != "":
        return False
    family, given, _ = parts
    return isinstance(family, str) and isinstance(given, str) and given != "" and " " not in family
