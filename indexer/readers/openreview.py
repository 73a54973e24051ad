"""Notes of OpenReview, from both versions of its API.

In version 2 each value of a note's content lies in an object, in version 1 it does not::

    {"id": "BZSTC2RMEd", "forum": "BZSTC2RMEd", "pdate": 1705409700000,
     "invitations": ["ICLR.cc/2024/Conference/-/Submission"],
     "content": {"title": {"value": "…"}, "abstract": {"value": "…"}, "pdf": {"value": "/pdf/…"},
                 "authors": {"value": ["…"]}, "venue": {"value": "ICLR 2024 poster"}}}

Times are milliseconds since 1970. Reviews, comments and decisions are notes, too, of the forum of
the paper that they reply to: they are rejected. A paper is of the year of its venue, which may be
that after its submission.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers.json_items import first_object, read_items
from indexer.readers.json_people import people
from indexer.readers.json_records import code_of
from indexer.readers.json_values import (
    date_text,
    first_of,
    first_text,
    listed,
    mapping,
    text_of,
    texts_of,
)
from indexer.readers.record import make_record, reject

FORMAT = "openreview"

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_CATEGORIES = ("primary_area", "subject_areas", "Subject_areas", "area")
_CODE = ("code", "code_link", "code_url", "software", "github")
_TAKEN = {
    *(
        "title",
        "abstract",
        "authors",
        "keywords",
        "venue",
        "venueid",
        "pdf",
        "TL;DR",
        "TLDR",
        "tldr",
    ),
    *(*_CATEGORIES, *_CODE),
    # Not of the paper, or forms that authors sign.
    *("authorids", "paperhash", "_bibtex", "code_of_ethics", "code_of_conduct"),
    *(
        "submission_guidelines",
        "anonymous_url",
        "no_acknowledgement_section",
        "reviewer_nomination",
    ),
}


def recognises(head: str, _suffix: str) -> bool:
    """Tell a note by its forum, its content and where it was invited."""
    keys = first_object(head).keys()
    return {"forum", "content"} <= keys or (
        "content" in keys and bool(keys & {"invitation", "invitations"})
    )


def read(document: Document) -> Iterator[Record | Rejection]:
    """Yield every note of the document."""
    return read_items(document, _paper)


def _paper(document: Document, line: int, item: dict[str, Any]) -> Record | Rejection:
    note_id, forum = text_of(item.get("id")), text_of(item.get("forum"))
    invitation = first_text(first_of(item, "invitations", "invitation"))
    if forum and note_id and forum != note_id:
        return reject(document, line, f"a reply to {forum}, not a paper: {invitation}", "")
    content = {
        name: value.get("value") if isinstance(value, dict) else value
        for name, value in mapping(item.get("content")).items()
    }
    venue_id = text_of(content.get("venueid") or item.get("venueid"))
    year = _YEAR.search(venue_id) or _YEAR.search(invitation)
    authors, cut = people(content.get("authors"))
    extra = _extra(content)
    if pdf := text_of(content.get("pdf")):
        extra["pdf"] = f"https://openreview.net{pdf}" if pdf.startswith("/") else pdf
    code = first_of(content, *_CODE)
    return make_record(
        document,
        line,
        title=text_of(content.get("title")),
        abstract=text_of(content.get("abstract")),
        authors=authors,
        authors_cut=cut,
        date=date_text(first_of(item, "pdate", "odate", "cdate", "tcdate")),
        year=year[1] if year else None,
        venue=text_of(content.get("venue")) or venue_id or invitation.partition("/-/")[0],
        categories=texts_of(first_of(content, *_CATEGORIES)),
        identifiers={"openreview": note_id or forum},
        url=f"https://openreview.net/forum?id={note_id or forum}" if note_id or forum else None,
        code=None if code is None else code_of(code, extra),
        extra={**extra, "venueid": venue_id},
    )


def _extra(content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "keywords": listed(content.get("keywords")),
        "tldr": text_of(first_of(content, "TL;DR", "TLDR", "tldr")),
        **{name: value for name, value in content.items() if name not in _TAKEN},
    }
