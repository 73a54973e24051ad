"""An item of CSL-JSON that akin exported, with what is in its ``custom``.

:mod:`search_api.exports.csl_json` says how it is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.cleaning.names import Name
from indexer.cleaning.text import parted
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.own import is_own, is_place, made

_CSL = {
    "container-title": "venue",
    "page": "pages",
    "issued": "date",
    "author": "authors",
    "editor": "editors",
    "keyword": "keywords",
    "citation-key": "citation_key",
    **{name: name.lower() for name in ("DOI", "URL", "PMID", "PMCID", "ISSN", "ISBN")},
}
_CSL_SILENT = frozenset("id type source custom".split())
_CUSTOM = frozenset(
    "categories code arxiv openreview acl type authors_cut printed_note sources".split()
)


def is_own_item(item: Mapping[str, Any]) -> bool:
    """Tell an item of akin's by its mark and the id of akin's, which is in one of two places."""
    custom = item.get("custom")
    ids = (item.get("id"), custom.get("id") if isinstance(custom, dict) else None)
    return any(is_own(item.get("source"), one) for one in ids)


def csl_record(
    document: Document, line: int, item: Mapping[str, Any], head: str
) -> Record | Rejection:
    """Return the paper of an item with ``"source": "akin"`` and an id of akin's.

    Args:
        document: where it lies.
        line: 1-based, where it begins.
        item: as decoded.
        head: its beginning, shown if it is rejected.
    """
    fields: dict[str, Any] = {
        _CSL.get(name, name): value for name, value in item.items() if name not in _CSL_SILENT
    }
    custom = item.get("custom")
    if isinstance(custom, dict):
        fields |= {name: value for name, value in custom.items() if name in _CUSTOM}
    if is_place(str(fields.get("annote"))):
        del fields["annote"]
    categories = fields.get("categories")
    listed = categories if isinstance(categories, list) else []
    fields |= {
        "categories": [one for one in listed if isinstance(one, str)],
        "date": _csl_date(fields.get("date")),
        "authors": _csl_names(fields.get("authors")),
        "editors": [str(name) for name in _csl_names(fields.get("editors"))],
        "keywords": parted(str(fields.get("keywords", ""))),
    }
    return made(document, line, head, fields)


def _csl_names(names: object) -> list[Name]:
    found = [name for name in names if isinstance(name, dict)] if isinstance(names, list) else []
    return [
        Name(str(name.get("family") or name.get("literal") or ""), str(name.get("given") or ""))
        for name in found
    ]


def _csl_date(issued: object) -> str:
    try:
        year, *rest = issued["date-parts"][0]  # type: ignore[index]
        return "-".join([f"{year:04d}", *(f"{part:02d}" for part in rest)])
    except (LookupError, TypeError, ValueError):  # someone else's hand has been here
        return ""
