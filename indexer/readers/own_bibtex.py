r"""An entry of BibTeX that akin exported, its text, names and lists as they were.

:mod:`search_api.exports.bibtex` says how they are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from indexer.cleaning.names import Name
from indexer.cleaning.text import parted
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.own import made, without_place

_ESCAPED = re.compile(
    r"\\(?:text(backslash|asciicircum|asciitilde|braceleft|braceright)\{\}|([{}$&#%_]))"
)
_SIGNS = dict(
    zip("backslash asciicircum asciitilde braceleft braceright".split(), "\\^~{}", strict=True)
)
_TOKEN = re.compile(r"\\text\w+\{\}|\\.|[{}]| and |, ", re.DOTALL)
_BIBTEX = {
    **dict.fromkeys(("booktitle", "school", "institution", "journal"), "venue"),
    "number": "issue",
    "eprint": "arxiv",
    "note": "printed_note",
    "annote": "note",
    "akinkey": "citation_key",
    "akinsources": "sources",
    "akintype": "type",
    "akincode": "code",
    "akincategories": "categories",
}
_BIBTEX_SILENT = ("archiveprefix", "primaryclass", "akinid")


def bibtex_record(
    document: Document, line: int, values: Mapping[str, str], head: str
) -> Record | Rejection:
    """Return the paper of an entry that has ``akinid``.

    Args:
        document: where it lies.
        line: 1-based, where it begins.
        values: of its fields, without the outer braces, else as written.
        head: its beginning, shown if it is rejected.
    """
    left = {name: " ".join(value.split()) for name, value in values.items()}
    authors, editors = (list(_outside(left.pop(n, ""), " and ")) for n in ("author", "editor"))
    title = _without_braces(left.pop("title", ""))
    fields: dict[str, Any] = {
        _BIBTEX.get(name, name): _unescaped(value)
        for name, value in left.items()
        if name not in _BIBTEX_SILENT
    }
    fields["note"] = without_place(fields.get("note", ""))
    fields |= {name: parted(fields.get(name, "")) for name in ("keywords", "categories")}
    fields |= {
        "title": _unescaped(title),
        "authors": [_bibtex_name(name) for name in authors if name != "others"],
        "authors_cut": "others" in authors,
        "editors": [str(_bibtex_name(name)) for name in editors],
    }
    return made(document, line, head, fields)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda m: m[2] or _SIGNS[m[1]], text) if "\\" in text else text


def _without_braces(text: str) -> str:
    return text[1:-1] if text.startswith("{") and text.endswith("}") else text


def _outside(text: str, separator: str) -> Iterator[str]:
    """Yield what lies between the separators that are outside of braces."""
    depth = start = 0
    for token in _TOKEN.finditer(text):
        if token[0] in ("{", "}"):
            depth += 1 if token[0] == "{" else -1
        elif token[0] == separator and not depth:
            yield text[start : token.start()]
            start = token.end()
    if text[start:]:
        yield text[start:]


def _bibtex_name(text: str) -> Name:
    parts = [_unescaped(_without_braces(part)) for part in _outside(text, ", ")]
    return Name("".join(parts[:1]), ", ".join(parts[1:]))
