"""What goes out comes back in: for every format, export and reader undo each other.

Papers are as readers yield them, for they are built from raw fields as readers build them.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indexer.cleaning.names import Name
from indexer.documents import Document
from indexer.paper import Paper, Record
from indexer.readers import (
    akin_jsonl,
    arxiv_atom,
    bibtex,
    csl_json,
    csv_table,
    reader_for,
    ris,
)
from indexer.readers.record import make_record
from indexer.sources import find_documents
from search_api.exports import EXPORTERS, Listed
from tests.conftest import SEEDS, papers_in
from tests.export_papers import (
    ABOUT,
    BARE,
    KEPT,
    TEXTS,
    WHOLE,
    content,
    exported,
    read_back,
    saved,
)

READ_BY = {
    "bibtex": bibtex,
    "ris": ris,
    "csl-json": csl_json,
    "csv": csv_table,
    "jsonl": akin_jsonl,
    "atom": arxiv_atom,
}
"""Which reader reads what an exporter writes."""

NOWHERE = Document(Path("raw"), "raw", given=True)

# What could end a value, begin a record, or be taken for markup or a separator, among words.
PIECES = [
    *("word", "Ärger", "论文", "🦊", "x", "A", "12", "-", "--", ".", "…", "“q”", "l’eau", "é"),
    *("{", "}", "{}", "\\", "\\{", "\\&", "\\textbackslash{}", "$", "$5", "%", "&", "#", "_", "^"),
    *(
        "~",
        '"',
        "'",
        "`",
        "``",
        "''",
        "@",
        "@article{x,",
        "=",
        "=1+1",
        "+",
        "'=1",
        ";",
        ";;",
        "; ",
        ",",
    ),
    *(
        ",,",
        ", ",
        " and ",
        "and",
        "And",
        "others",
        "et al",
        "et al.",
        "null",
        "nan",
        "n/a",
        "|",
        ":",
    ),
    *("<", ">", "</entry>", "<i>x</i>", "<!--", "]]>", "&amp;", "&lt;b&gt;", "&#10;", "Abstract:"),
    *(
        "ER  - ",
        "TY  - JOUR",
        "\n",
        "\r\n",
        "\t",
        "\x00",
        "\x85",
        "\u2028",
        "\ud800",
        "\ufeff",
        " ",
    ),
    *(
        "© 2020 Elsevier B.V.",
        "https://github.com/a/b",
        "https://x.org/a_b",
        "10.1/x",
        "(",
        ")",
        "[",
    ),
]
raw_text = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8).map("".join)
some_text = st.none() | raw_text
stated = raw_text.map(lambda text: text.replace("\ud800", ""))  # what cleaning does not go over

words = st.sampled_from(
    "Kun Wang van der de la García Márquez O'Neill Jean-Luc J. K.L. III Jr. 王 坤 Ng Foo, Inc. AI "
    "Lab and others et al. Smith; @ {x} \\ & ' Łukasz =x".split()
)
name_text = st.lists(words, min_size=1, max_size=4).map(" ".join)
name_parts = st.builds(Name, name_text, st.just("") | name_text)
names = st.lists(name_text | name_parts, max_size=4)

plain = st.text(st.sampled_from("abcXYZ019-._()/:;<>[]é&#+=~{}\\$^_'\""), min_size=1, max_size=12)
links = st.builds(
    "{}://{}/{}".format, st.sampled_from(["http", "https"]), st.just("x.org"), plain
) | st.sampled_from(
    [
        "https://arxiv.org/abs/2101.00001v2",
        "https://doi.org/10.1000/X_y",
        "https://openreview.net/forum?id=a_B-c123",
        "https://aclanthology.org/2025.acl-long.1/",
        "https://pubmed.ncbi.nlm.nih.gov/123/",
        "https://ieeexplore.ieee.org/document/99",
        "javascript:alert(1)",
        "www.x.org/é",
        "doi:10.1000/X_y",
    ]
)
identifiers = st.fixed_dictionaries(
    {},
    optional={
        "doi": st.builds("10.1000/{}".format, plain) | stated,
        "arxiv": st.sampled_from(["2101.00001", "math/0309136", "arXiv:2101.00001v3", "none"]),
        "pmid": st.integers(1, 10**8).map(str) | stated,
        "pmcid": st.integers(1, 10**8).map("PMC{}".format),
        "openreview": st.sampled_from(["BZSTC2RMEd", "a_B-c123"]),
        "acl": st.sampled_from(["P19-1001", "2025.acl-long.1"]),
    },
)
years = st.integers(1500, 2026)
dates = st.dates().filter(lambda day: day.year >= 1500).map(str)
extra = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("volume", "issue", "publisher", "language", "note", "type"), raw_text),
        **dict.fromkeys(("printed_note", "citation_key"), raw_text),
        "pages": raw_text
        | st.builds("{}{}{}".format, plain, st.sampled_from(["-", "–", "--", ", "]), plain),
        "issn": st.sampled_from(["1234-5678", "2049-363X", "1234-5678, 2049-363X"]),
        "isbn": st.sampled_from(["978-3-16-148410-0", "3161484100", "9783161484100, 316148410X"]),
        "keywords": st.lists(raw_text, max_size=4),
        "editors": st.lists(name_parts.map(str), max_size=3, unique=True),
        "links": st.lists(raw_text, max_size=2),
        "score": st.floats(allow_nan=False, allow_infinity=False),
    },
)


@st.composite
def papers(draw: Any) -> Paper:
    """A paper that a reader has made of raw fields, which may hold anything."""
    record = make_record(
        NOWHERE,
        1,
        title=draw(raw_text) + draw(st.sampled_from(["A title", "", "x"])),
        abstract=draw(some_text),
        authors=draw(names),
        authors_cut=draw(st.booleans()),
        date=draw(st.none() | dates | stated),
        year=draw(st.none() | years | stated),
        venue=draw(some_text | st.sampled_from(["CVPR 2025", "Nature", "arXiv"])),
        categories=draw(st.lists(plain | st.sampled_from(["cs.LG", "a b"]), max_size=3)),
        identifiers=draw(identifiers),
        url=draw(st.none() | links),
        code=draw(st.sampled_from([True, False, None])),
        extra=draw(extra),
    )
    assume(isinstance(record, Record))
    return record.paper


def written_and_read(form: str, *papers: Paper | Listed) -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        name = f"export{EXPORTERS[form].SUFFIX}"
        return read_back(READ_BY[form], saved(Path(folder, name), exported(form, *papers)))


@pytest.fixture(scope="module")
def seed_papers() -> list[Paper]:
    return [paper for doc in find_documents([SEEDS]) for paper in papers_in(reader_for(doc), doc)]


@pytest.mark.parametrize("form", TEXTS)
def test_the_seeds_come_back(form, seed_papers):
    """All 64 papers of the seeds, in order, with all that is theirs."""
    assert written_and_read(form, *seed_papers) == [content(paper) for paper in seed_papers]


@pytest.mark.parametrize("form", TEXTS)
def test_every_field_comes_back(form):
    """A paper with everything; its rank and score in a list are not taken for its own."""
    listed = [Listed(WHOLE, 1, 0.71), Listed(BARE, 2, -0.5)]
    whole, bare = written_and_read(form, *listed)
    assert whole == content(WHOLE)
    assert whole["extra"].keys() == KEPT
    assert bare == content(BARE) | {"id": bare["id"]}


@given(st.lists(papers(), min_size=1, max_size=3))
def test_a_feed_that_links_to_its_pages_comes_back(batch):
    """Akin's own pages are not taken for the papers' links."""
    about = replace(ABOUT, page="http://x.org/?q=a", site="http://x.org/")
    with tempfile.TemporaryDirectory() as folder:
        document = saved(Path(folder, "a.atom"), exported("atom", *batch, about=about))
        assert read_back(arxiv_atom, document) == [content(paper) for paper in batch]


def test_a_paper_that_is_called_like_a_column_is_no_header():
    """A table's row whose cells are names of columns is a paper all the same."""
    named = Paper("akin:0", "Title", "Abstract", ("Authors",), extra={"volume": "Volume"})
    (back,) = written_and_read("csv", named)
    assert back == content(named) | {"id": back["id"]}


@pytest.mark.parametrize("form", TEXTS)
@given(st.lists(papers(), min_size=1, max_size=3))
def test_whatever_a_paper_holds_comes_back(form, batch):
    """Quotes, braces, separators, ends of records: text in every format, and out of it again."""
    assert written_and_read(form, *batch) == [content(paper) for paper in batch]


@given(papers())
def test_json_lines_lose_nothing(paper):
    """The whole object comes back, all of ``extra`` included; its sources are earlier ones now."""
    with tempfile.TemporaryDirectory() as folder:
        document = saved(Path(folder, "a.jsonl"), exported("jsonl", Listed(paper, 3, 0.5)))
        (record,) = akin_jsonl.read(document)
    extra = {**json_paper(paper).extra, "earlier_sources": list(paper.sources)}
    assert record.paper == replace(json_paper(paper), sources=("a.jsonl",), extra=extra)


def json_paper(paper: Paper) -> Paper:
    """The paper as JSON has it: ``extra`` without what JSON has another word for."""
    return replace(paper, extra=json.loads(json.dumps(paper.extra)))


@pytest.mark.parametrize("form", TEXTS)
def test_each_export_finds_its_reader(form, tmp_path):
    """By its content alone, whatever the file is called."""
    text = exported(form, Listed(WHOLE, 1, 0.71), BARE)
    assert reader_for(saved(tmp_path / "export.txt", text)) is READ_BY[form]


@given(st.lists(papers(), min_size=1, max_size=2))
def test_each_export_finds_its_reader_whatever_it_holds(batch):
    """No title and no abstract makes an export look like another format."""
    with tempfile.TemporaryDirectory() as folder:
        for form, reader in READ_BY.items():
            assert reader_for(saved(Path(folder, form), exported(form, *batch))) is reader
