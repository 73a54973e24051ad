r"""What akin itself exported, read back to the letter: the inverse of :mod:`search_api.exports`.

The readers take a record apart and, if it bears akin's mark, hand it over: its text is clean, and
escaped, listed and joined in one known way, so nothing is to be guessed. Rank and score were of a
result list, not of the paper, and go. What others have added to a record since (a column, a field)
is kept in ``extra`` under its own name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from indexer.cleaning.names import from_inverted
from indexer.cleaning.text import parted
from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.record import make_record

_ID = re.compile(r"(?:arxiv|doi|pmid|openreview|acl|akin):\S+")
_SCORE = r"score -?[\d.]+"
_PLACE = re.compile(rf"akin: (?:rank \d+(?:, {_SCORE})?|{_SCORE})")
_PLACE_BEHIND = re.compile(rf"(?:^|; ){_PLACE.pattern}$")
_CODE = {"yes": True, "no": False}
_KINDS = ("arxiv", "doi", "pmid", "pmcid", "openreview", "acl")


def is_place(text: str) -> bool:
    """Tell what says where a paper stood in a list: ``akin: rank 1, score 0.71``."""
    return bool(_PLACE.fullmatch(text))


def without_place(text: str) -> str:
    """Return a note without what akin wrote behind it of its place in a list."""
    return _PLACE_BEHIND.sub("", text)


def is_own(mark: object, paper_id: object) -> bool:
    """Tell a record of akin's by its mark and the id beside it.

    Other programs keep the mark, as the name of a database, but put ids of their own.
    """
    return mark == "akin" and isinstance(paper_id, str) and bool(_ID.fullmatch(paper_id))


def made(document: Document, line: int, head: str, fields: dict[str, Any]) -> Record | Rejection:
    """Return the paper of a record.

    Args:
        document: where it lies.
        line: 1-based, where it begins.
        head: its beginning, shown if it is rejected.
        fields: by the names that a paper has for them, and ``extra``; what is left goes there.
    """

    def text(name: str) -> str:
        value = fields.pop(name, "")
        return str(value) if isinstance(value, (str, int, float)) else ""

    earlier = fields.pop("sources", ())
    if not isinstance(earlier, (list, tuple)):
        earlier = parted(str(earlier))
    fields["earlier_sources"] = [str(one) for one in earlier]
    code = fields.pop("code", None)
    return make_record(
        document,
        line,
        title=text("title"),
        abstract=text("abstract"),
        authors=fields.pop("authors"),
        authors_cut=bool(fields.pop("authors_cut", False)),
        date=text("date"),
        year=text("year"),
        venue=text("venue"),
        categories=fields.pop("categories", ()),
        identifiers={kind: text(kind) for kind in _KINDS},
        url=text("url"),
        code=code if isinstance(code, bool) else _CODE.get(str(code)),
        extra=fields,
        head=head,
        as_written=True,
    )


_ISBN = re.compile(r"(?:97[89])?\d{9}[\dXx]")
_IDENTIFIER = re.compile(r"(arxiv|pmid|pmcid|openreview|acl):(.*)", re.IGNORECASE)
_RIS = dict(
    pair.split("=")
    for pair in "TI=title AB=abstract PY=year DA=date T2=venue DO=doi UR=url VL=volume IS=issue "
    "PB=publisher LA=language M3=type C6=printed_note LB=citation_key DB=sources".split()
)
_RIS_LISTS = {"AU": "authors", "A2": "editors", "KW": "keywords", "C4": "categories"}
_RIS_TAKEN = frozenset("TY ID DP C1 C2 C3 C5 SP EP SN N1".split())


def ris_record(
    document: Document, line: int, pairs: Iterable[tuple[str, str]], head: str
) -> Record | Rejection:
    """Return the paper of a record with ``DP  - akin`` and an id of akin's.

    Args:
        document: where it lies.
        line: 1-based, where it begins.
        pairs: tags with their values.
        head: its beginning, shown if it is rejected.
    """
    lists: dict[str, list[str]] = {}
    for tag, value in pairs:
        lists.setdefault(tag, []).append(" ".join(value.split()))
    texts = {tag: "; ".join(listed) for tag, listed in lists.items()}
    fields: dict[str, Any] = {
        _RIS.get(tag, tag): text
        for tag, text in texts.items()
        if tag not in _RIS_TAKEN and tag not in _RIS_LISTS
    }
    fields |= {name: lists.get(tag, []) for tag, name in _RIS_LISTS.items()}
    named = [*lists.get("C1", ()), *lists.get("C2", ())]
    known = [match for one in named if (match := _IDENTIFIER.fullmatch(one))]
    isbn = [one for one in lists.get("SN", ()) if _ISBN.search(re.sub("[ -]", "", one))]
    fields |= {
        "authors": [from_inverted(name) for name in fields["authors"]],
        "authors_cut": "C5" in texts,
        "editors": [str(from_inverted(name)) for name in fields["editors"]],
        **{match[1].lower(): match[2] for match in known},
        "code": texts.get("C3", "").removeprefix("code: "),
        "pages": "-".join(texts[tag] for tag in ("SP", "EP") if tag in texts),
        "issn": "; ".join(one for one in lists.get("SN", ()) if one not in isbn),
        "isbn": "; ".join(isbn),
        "note": "; ".join(one for one in lists.get("N1", ()) if not is_place(one)),
    }
    return made(document, line, head, fields)


_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_TABLE_SILENT = ("", "akin_id", "rank", "score")


def row_record(
    document: Document, line: int, cells: Mapping[str, Any], head: str
) -> Record | Rejection:
    """Return the paper of a row of a table with a column ``akin_id``.

    Args:
        document: where it lies.
        line: 1-based, where it begins.
        cells: by the names of their columns, with what was noted on the row.
        head: its beginning, shown if it is rejected.
    """
    fields: dict[str, Any] = {
        name: cell[1:] if isinstance(cell, str) and _GUARDED.match(cell) else cell
        for name, cell in cells.items()
        if name not in _TABLE_SILENT
    }
    lists = ("authors", "editors", "categories", "keywords")
    fields |= {name: parted(fields.get(name, "")) for name in lists}
    authors = fields["authors"]
    fields |= {
        "arxiv": fields.pop("arxiv_id", ""),
        "authors": [from_inverted(name) for name in authors if name != "et al."],
        "authors_cut": "et al." in authors,
        "editors": [str(from_inverted(name)) for name in fields["editors"]],
    }
    return made(document, line, head, fields)
