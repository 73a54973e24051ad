"""Papers for the tests of what goes out: one with everything, one with little, one that is hostile.

And what they are to be compared by after they came back in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from indexer.documents import Document
from indexer.paper import Paper, Record, Rejection
from search_api.exports import EXPORTERS, About, Listed
from search_api.exports.listed import one_line

ABOUT = About(
    "peer to peer",
    "2026-11-24T07:00:00Z",
    "0.1.0",
    "http://127.0.0.1:8000/api/v1/export?q=peer+to+peer&format=atom",
)

WHOLE = Paper(
    id="arxiv:2508.15763",
    title="Intern-S1: 50% of {Everything} & more_or_less",
    abstract="It costs $5 ~ at C:\\temp, and x^2 < y. See https://example.org/a_b#c.",
    authors=("Kun Wang", "Laurens van der Maaten", "Gabriel García Márquez", "Shanghai AI Lab"),
    year=2025,
    date="2025-08-21",
    venue="Proceedings of Things, Part II",
    categories=("cs.LG", "cs.CL"),
    doi="10.1000/a_b%c(1)",
    arxiv_id="2508.15763",
    url="https://example.org/~wang/?a=1&b=2#top_1",
    code=True,
    sources=("a.bib", "b.ris"),
    extra={
        "family_names": {
            "Gabriel García Márquez": "García Márquez",
            "Shanghai AI Lab": "Shanghai AI Lab",
        },
        "authors_cut": True,
        "volume": "12",
        "issue": "3–4",
        "pages": "17-29",
        "publisher": "Wiley & Sons",
        "issn": "1234-567X",
        "isbn": "978-3-16-148410-0",
        "type": "proceedings-article",
        "language": "en",
        "keywords": ["machine learning; deep", "C#"],
        "editors": ["Ann Editor", "Bo de Vries"],
        "note": "Read again: 50% sure.",
        "printed_note": "Best paper.",
        "citation_key": "Wang, Kun:2025",
        "pmid": "12345",
        "pmcid": "PMC678",
        "openreview": "BZSTC2RMEd",
        "acl": "2025.acl-long.1",
        "links": ["https://example.org/a_b#c"],
        "affiliations": {"Kun Wang": ["MIT"]},
    },
)
BARE = Paper(id="akin:0123456789abcdef", title="A title")
HOSTILE = Paper(
    id="akin:fedcba9876543210",
    title='=cmd|"/C calc"!A1 {{ \\end{document} </title></entry>',
    abstract="First.\nER  - \r\nTY  - JOUR\u2028@article{x,\n title = {y}}\n"
    "]]><!-- \x00 \ud83d \U0001f98a",
    authors=("Smith and Wesson", "Foo, Bar, Inc.", "-x\r\nER  - ", "</name> {", "\ud800"),
    year=1999,
    venue="+1; {venue} \\",
    categories=("@SUM(1+1)", "a;b", "c\nd"),
    doi="10.1000/{\\",
    url='javascript:"}\n@misc{z',
    code=False,
    extra={
        "keywords": ["\t=1", "a;b;", "; c", 7, None, ["x"]],
        "editors": ["Wang, Kun"],
        "note": "'=1",
        "volume": 12,
        "issue": {"a": 1},
        "pages": True,
        "issn": ["1234-5678", "2345-6789"],
        "type": "@article{",
        "weight": float("nan"),
    },
)
ALL = (WHOLE, BARE, HOSTILE)

TEXTS = tuple(form for form in EXPORTERS if form != "xlsx")
"""The formats that are text; a workbook has tests of its own."""

KEPT = frozenset(
    "family_names pmid pmcid openreview acl volume issue pages publisher issn isbn type language "
    "keywords editors note printed_note citation_key authors_cut".split()
)
"""Of ``extra``, what every format gives back."""


def exported(form: str, *papers: Paper | Listed, about: About = ABOUT) -> str:
    """The document that an exporter writes."""
    listed = (paper if isinstance(paper, Listed) else Listed(paper) for paper in papers)
    return "".join(EXPORTERS[form].write(listed, about))


def saved(path: Path, text: str) -> Document:
    """A document of this text."""
    path.write_bytes(text.encode("utf-8"))
    return Document(path, path.name, given=True)


def content(paper: Paper) -> dict[str, Any]:
    """What must come back of a paper, whatever the format; the files it first came from."""
    fields = paper.to_json()
    fields["sources"] = list(map(one_line, paper.sources))
    fields["extra"] = {name: value for name, value in paper.extra.items() if name in KEPT}
    return fields


def read_back(reader: Any, document: Document) -> list[dict[str, Any] | Rejection]:
    """What a reader makes of a document, as far as it must come back."""
    return [_came_back(one) if isinstance(one, Record) else one for one in reader.read(document)]


def _came_back(record: Record) -> dict[str, Any]:
    earlier = record.paper.extra.get("earlier_sources", ())
    return content(replace(record.paper, sources=tuple(earlier)))


def as_source(path: Path, papers: Iterable[Paper]) -> Path:
    """Write papers as akin itself does, which is read without any cleaning; return the path."""
    text = "".join(EXPORTERS["jsonl"].write(map(Listed, papers), ABOUT))
    path.write_text(text, "utf-8")
    return path
