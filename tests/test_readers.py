"""Both seeds together, the choice of a reader, and what holds for every reader."""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Document
from indexer.errors import SourceUnreadable
from indexer.paper import Paper, Rejection
from indexer.readers import markdown_table, reader_for, scholar_page
from indexer.sources import find_documents
from tests.conftest import SEEDS, papers_in

# Ids that must not change over releases: the index, bookmarks and exports hold them.
GOLDEN_IDS = {
    "akin:8e955a818fbc3b4f": "Federated Learning for Generalization, Robustness, Fairness: "
    "A Survey and Benchmark",
    "akin:6a4fb02b948194df": "EchoRL: Reinforcement Learning via Rollout Echoing",
    "akin:d56e4bd8a48894b8": "S2FGL: Spatial Spectral Federated Graph Learning",
    "akin:65029b569409c547": "Federated CINN clustering for accurate clustered federated learning",
    "arxiv:2508.15763": "Intern-s1: A scientific multimodal foundation model",
    "arxiv:2412.12496": "Faster Vision Mamba is Rebuilt in Minutes via Merged Token Re-training",
    "openreview:BZSTC2RMEd": "Pruning-Robust Mamba with Asymmetric Multi-Scale Scanning Paths",
}


def document(path: Path, content: bytes) -> Document:
    path.write_bytes(content)
    return Document(path, path.name, given=True)


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    documents = find_documents([SEEDS])
    return [paper for doc in documents for paper in papers_in(reader_for(doc), doc)]


def test_the_seeds_hold_64_papers_with_64_ids(papers):
    """All records of both seeds become papers, no two with one id."""
    assert Counter(paper.sources for paper in papers) == {
        ("seeds/000_add539cdd9317f79.txt",): 40,
        ("seeds/002_8bf90837af962036.txt",): 24,
    }
    assert len({paper.id for paper in papers}) == 64


def test_ids_stay_what_they_are(papers):
    """These papers have had these ids from the first release on."""
    titles = {paper.id: paper.title for paper in papers}
    assert {key: titles.get(key) for key in GOLDEN_IDS} == GOLDEN_IDS


def test_no_word_of_a_plain_abstract_is_lost(papers):
    """Every raw abstract without LaTeX comes out as it was, its white space folded."""
    page, table = (p.read_text(encoding="utf-8") for p in sorted(SEEDS.iterdir()))
    raw = page.split("\n")[16::7]
    raw += re.findall(r"^\| 20\d\d \| .+? \| (.+) \| \[Link\]\(\S+\) \|$", table, re.MULTILINE)
    plain = [
        (paper.abstract, " ".join(text.split()))
        for paper, text in zip(papers, raw, strict=True)
        if not set(text) & set("\\$")
    ]
    assert [cleaned for cleaned, _ in plain] == [written for _, written in plain]
    assert len(plain) == 64 - 3 - 3


@pytest.mark.parametrize(
    ("name", "reader"),
    [("000_add539cdd9317f79.txt", scholar_page), ("002_8bf90837af962036.txt", markdown_table)],
)
def test_each_seed_finds_its_reader(name, reader):
    """The format is told from the content, both seeds being called .txt."""
    assert reader_for(Document(SEEDS / name, name, given=True)) is reader


UNKNOWN = {
    b"Just some notes.\n": "not a format that akin reads (scholar-page, markdown-table, bibtex, ",
    b"some \0 bytes": "a binary file, not text (NUL byte at offset 5)",
    b"%PDF-1.7 text": "a PDF, not a list of papers",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0": "an old Excel or Word file: save it as .xlsx",
    b"PK\x03\x04\0\0 a.txt": "a zip archive",
    b"Titel;Kurzfassung\nA;B\nC;D\n": "a table whose columns akin does not know "
    "(Titel, Kurzfassung): say which is which, as in --columns title=Titel",
    b"<!doctype HTML><html><body>Papers</body></html>": "a web page",
}


@pytest.mark.parametrize(("content", "what"), UNKNOWN.items(), ids=UNKNOWN.values())
def test_an_unknown_format_is_unreadable(tmp_path, content, what):
    """What akin does not read is a typed error with its path, what it is, and what to do."""
    doc = document(tmp_path / "notes.txt", content)
    with pytest.raises(SourceUnreadable) as caught:
        reader_for(doc)
    assert caught.value.detail.startswith(f"{tmp_path / 'notes.txt'}: {what}")
    assert caught.value.context == {"file": str(tmp_path / "notes.txt")}


# Beginnings that a reader recognises, then pieces of both formats, whole, odd and broken.
BEGINNINGS = [
    b"Ann\n2 Papers\nLGNov 12, 2023\nA title\n\nAn Author\n\nAn abstract.\n\n",
    b"# Ann Papers\n| Title | Abstract |\n|---|---|\n",
    b"",
]
PIECES = [
    b"40 Papers",
    b"LGNov 12, 2023Code",
    b"64.2CVMay 27",
    b"AIFeb 29",
    b"CRFeb 30, 0000",
    b"LGJan 1, 9999",
    b"LGGan 1",
    b"A title",
    b"An Author et al.",
    b"# Bob Papers (2020-2021)",
    b"| Title | Abstract | Note\xff |",
    b"| Year | Title | Abstract | Link |",
    b"|---|---|---|",
    b"|---|---|---|---|",
    b"| A | Of a |",
    b"| 2024 | A | Of a | https://a.org |",
    b"\\textbf{x} $",
    b"\xff",
    b"\xe2\x80\xa8",
]
ENDS = [b"\n", b"\n\n", b"\r\n", b"\r", b"\x0c", b""]


@given(
    st.sampled_from(BEGINNINGS),
    st.lists(st.tuples(st.sampled_from(PIECES) | st.binary(max_size=4), st.sampled_from(ENDS))),
)
def test_whatever_a_file_holds_is_a_paper_or_a_rejection(beginning, pieces):
    """What a reader recognises it reads to the end, and all that it yields can be printed."""
    content = beginning + b"".join(piece + end for piece, end in pieces)
    with tempfile.TemporaryDirectory() as folder:
        doc = document(Path(folder, "file.txt"), content)
        try:
            reader = reader_for(doc)
        except SourceUnreadable:
            return
        for found in papers_in(reader, doc):
            assert isinstance(found, Paper | Rejection)
            json.dumps(found.to_json(), ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize("separator", ["\x0c", "\x1c", "\u2028", "\x85"])
def test_a_line_is_the_same_to_recognition_and_reading(tmp_path, separator):
    """Only line ends end a line: a form feed before the count makes no page half recognised."""
    text = f"A Scholar{separator}1 Papers\nLGNov 12, 2023\nA title\n\nAn Author\n\nAn abstract.\n"
    with pytest.raises(SourceUnreadable):
        reader_for(document(tmp_path / "page.txt", text.encode()))
