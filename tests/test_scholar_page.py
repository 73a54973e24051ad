r"""The saved profile page: the seed's 40 records, and what becomes of damaged ones.

The seed's records are seven lines each, the first header on line 12; the tests find the raw text of
a record by that alone, not by the reader's own rules.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.documents import Document
from indexer.paper import Paper, Rejection
from indexer.readers import scholar_page
from tests.conftest import SEEDS, papers_in

SEED = SEEDS / "000_add539cdd9317f79.txt"
RAW = SEED.read_text(encoding="utf-8")
LINES = RAW.split("\n")
COUNT_LINE = 10
POSITIONS = [0, 17, 39]
HEADERS, TITLES, AUTHORS, ABSTRACTS = (LINES[start::7] for start in (11, 12, 14, 16))

Damage = Callable[[list[str]], list[str]]


def line_of(record: int) -> int:
    return 12 + 7 * record


def read(path: Path) -> list[Paper | Rejection]:
    return papers_in(scholar_page, Document(path, "page.txt", given=True))


def read_text(tmp_path: Path, text: str) -> list[Paper | Rejection]:
    path = tmp_path / "page.txt"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return read(path)


def read_damaged(tmp_path: Path, record: int, damage: Damage) -> list[Paper | Rejection]:
    """Read the seed after a change to the seven lines of one record."""
    start = line_of(record) - 1
    lines = [*LINES[:start], *damage(LINES[start : start + 7]), *LINES[start + 7 :]]
    return read_text(tmp_path, "\n".join(lines))


def page(*records: str, count: int | None = None) -> str:
    stated = len(records) if count is None else count
    return "\n\n".join(["A Scholar", f"{stated} Papers", *records]) + "\n"


def record(header: str, title: str = "A title") -> str:
    return f"{header}\n{title}\n\nAn Author, Another One\n\nAn abstract of {title}."


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    return read(SEED)


def golden(record: int, **fields) -> Paper:
    """The paper of a record whose text is plain; ``fields`` are what its header and authors say."""
    extra = {"scholar": "Wenke Huang", "authors_cut": True} | fields.pop("extra", {})
    stated = {
        "title": TITLES[record],
        "abstract": ABSTRACTS[record],
        "code": False,
        "sources": ("page.txt",),
        "extra": extra,
    }
    return Paper(**(stated | fields))


GOLDEN = {
    0: golden(
        0,
        id="akin:8e955a818fbc3b4f",
        authors=("Wenke Huang", "Mang Ye", "Zekun Shi"),
        year=2023,
        date="2023-11-12",
        categories=("LG",),
        code=True,
        extra={"links": ["https://github.com/WenkeHuang/MarsFL"]},
    ),
    1: golden(
        1,
        id="akin:9bb339f2977f3ddd",
        authors=("Xiao Wang", "Minglei Yang", "Bin Yang"),
        year=2026,
        date="2026-05-27",
        categories=("CV",),
        code=True,
        extra={
            "score": 64.2,
            "date_stated": "May 27",
            "date_inferred": True,
            "links": ["https://huggingface.co/datasets/yml2002/Temporal-VIP"],
        },
    ),
    5: golden(
        5,
        id="akin:6a4fb02b948194df",
        title="EchoRL: Reinforcement Learning via Rollout Echoing",
        authors=("Jinhe Bi", "Aniri", "Minglai Yang"),
        year=2026,
        date="2026-05-29",
        categories=("LG",),
        extra={"score": 96.0, "date_stated": "May 29", "date_inferred": True},
    ),
    6: golden(
        6,
        id="akin:f19966a0f6125a8d",
        title=(
            "PRISM: Self-Pruning Intrinsic Selection Method for "
            "Training-Free Multimodal Data Selection"
        ),
        abstract=ABSTRACTS[6]
        .replace(r"\textit{Global Semantic Drift}", "Global Semantic Drift")
        .replace(r"\textbf{PRISM}", "PRISM")
        .replace(r"30\%", "30%")
        .replace(r"101.7\%", "101.7%")
        .replace(
            r"\href{https://github.com/bibisbar/PRISM}{this repository}",
            "this repository (https://github.com/bibisbar/PRISM)",
        ),
        authors=("Jinhe Bi", "Yifan Wang", "Danqi Yan"),
        year=2025,
        date="2025-02-17",
        categories=("CV",),
        code=True,
        extra={"links": ["https://github.com/bibisbar/PRISM"]},
    ),
    21: golden(
        21,
        id="akin:ca75354ed02fcd5b",
        authors=("Kun Wang", "Guibin Zhang", "Zhenhong Zhou"),
        year=2025,
        date="2025-04-22",
        categories=("CR",),
        extra={"affiliations": ["mit"]},
    ),
    22: golden(
        22,
        id="akin:d364ed4595e3d480",
        abstract=ABSTRACTS[22].replace("$Γ$-distributed", "Γ-distributed"),
        authors=("Yuchao Hou", "Zixuan Zhang", "Jie Wang"),
        year=2025,
        date="2025-12-31",
        categories=("CR",),
    ),
    26: golden(
        26,
        id="akin:d558ce58b4cf6d67",
        abstract=ABSTRACTS[26].replace(r"($\le$ 5%)", "(≤ 5%)"),
        authors=("Jian Liang", "Wenke Huang", "Guancheng Wan"),
        year=2025,
        date="2025-03-21",
        categories=("CV",),
    ),
    33: golden(
        33,
        id="akin:dae9bf8bec5d6112",
        authors=("Zecheng Li", "Zhihui Cao", "Wenke Huang"),
        year=2026,
        date="2026-01-19",
        categories=("AI",),
        extra={"date_stated": "Jan 19", "date_inferred": True},
    ),
    39: golden(
        39,
        id="akin:3658c7d6024aecc0",
        title="Federated Graph Semantic and Structural Learning",
        authors=("Wenke Huang", "Guancheng Wan", "Mang Ye"),
        year=2024,
        date="2024-06-27",
        categories=("LG",),
    ),
}


@pytest.mark.parametrize("position", GOLDEN)
def test_a_record_of_the_seed_is_read_whole(papers, position):
    """Header, title, authors and abstract become exactly these fields."""
    assert papers[position].to_json() == GOLDEN[position].to_json()


def test_every_record_of_the_seed_is_read_in_order(papers):
    """The 40 stated papers come out as 40 papers, titles and authors as they are written."""
    assert [paper.title for paper in papers] == TITLES
    assert [", ".join(paper.authors) for paper in papers] == [
        line.removesuffix(" · mit").removesuffix(" et al.") for line in AUTHORS
    ]
    assert len(papers) == 40


def test_code_is_true_where_header_or_abstract_says_so(papers):
    """Code is marked in the headers; an abstract that links to GitHub counts, too."""
    assert [paper.code for paper in papers] == [
        header.endswith("Code") or bool(re.search(r"github\.com/\w", abstract))
        for header, abstract in zip(HEADERS, ABSTRACTS, strict=True)
    ]
    assert len(re.findall(r"^\S+ \d+(?:, \d{4})?Code$", RAW, re.MULTILINE)) == 14


def test_dates_without_a_year_are_inferred_and_marked(papers):
    """A date without a year is of 2026, the year after the latest stated one, and says so."""
    undated = re.findall(r"^(?:\d+\.\d)?[A-Z]{2}([A-Z][a-z]{2} \d+)(?:Code)?$", RAW, re.MULTILINE)
    inferred = [paper for paper in papers if "date_inferred" in paper.extra]
    assert [paper.extra["date_stated"] for paper in inferred] == undated
    assert {paper.year for paper in inferred} == {2026}
    stated = [header[-4:] for header in (h.removesuffix("Code") for h in HEADERS) if "," in header]
    assert [paper.year for paper in papers if paper not in inferred] == [int(y) for y in stated]
    assert len(inferred) == 40 - len(stated)


def test_no_markup_is_left(papers):
    """Every abstract is there, without a trace of LaTeX."""
    assert [paper.title for paper in papers if not paper.abstract] == []
    assert [paper.title for paper in papers if re.search(r"[\\${}]|textbf", paper.abstract)] == []


def header_becomes(header: str) -> Damage:
    return lambda lines: [header, *lines[1:]]


# What happens to the seven lines of a record, and what the reason must quote.
DAMAGES: dict[str, tuple[Damage, str]] = {
    "header": (header_becomes("L@ Nvo 12; 2O23"), "'L@ Nvo 12; 2O23'"),
    "header-group": (header_becomes("Nov 12, 2023Code"), "'Nov 12, 2023Code'"),
    "day-99": (header_becomes("LGNov 99, 2023Code"), "Nov 99 2023"),
    "day-0": (header_becomes("LGNov 0, 2023"), "Nov 0 2023"),
    "feb-30": (header_becomes("64.2CVFeb 30"), "Feb 30"),
    "feb-30-of-a-later-year": (header_becomes("CVFeb 30, 2031"), "Feb 30 2031"),
    "no-title": (lambda lines: [lines[0], *lines[2:]], "no title"),
}


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize(("damage", "quoted"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_record_is_rejected_alone(tmp_path, papers, position, damage, quoted):
    """Exactly the damaged record is rejected, with its line and what is wrong; no other changes."""
    result = read_damaged(tmp_path, position, damage)
    rejections = [found for found in result if isinstance(found, Rejection)]
    assert [(r.source, r.line) for r in rejections] == [("page.txt", line_of(position))]
    assert quoted in rejections[0].reason
    assert [found for found in result if found is not rejections[0]] == [
        paper for paper in papers if paper is not papers[position]
    ]
    assert json.dumps(rejections[0].to_json(), ensure_ascii=False).encode("utf-8")


# What a record has lost, and which fields of its paper are empty then.
GAPS: dict[str, tuple[Damage, dict[str, object]]] = {
    "no-authors": (lambda lines: [*lines[:3], *lines[5:]], {"authors": ()}),
    "no-abstract": (lambda lines: [*lines[:5], ""], {"abstract": ""}),
    "title-only": (lambda lines: [*lines[:3], ""], {"abstract": "", "authors": ()}),
}


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize(("gap", "empty"), GAPS.values(), ids=GAPS)
def test_a_record_with_a_gap_is_kept(tmp_path, papers, position, gap, empty):
    """Without authors or abstract a record is a paper still, marked where it has no abstract."""
    result = read_damaged(tmp_path, position, gap)
    paper = result[position]
    assert {name: getattr(paper, name) for name in empty} == empty
    assert (paper.title, paper.date) == (papers[position].title, papers[position].date)
    assert paper.extra.get("abstract_missing", False) is ("abstract" in empty)
    assert result[:position] + result[position + 1 :] == papers[:position] + papers[position + 1 :]


@pytest.mark.parametrize("position", POSITIONS)
def test_a_rejection_shows_the_head_of_the_record(tmp_path, position):
    """The first 120 characters of the record lead back to it."""
    (rejection,) = (
        found
        for found in read_damaged(tmp_path, position, header_becomes("CVFeb 30, 2024"))
        if isinstance(found, Rejection)
    )
    assert rejection.head == f"CVFeb 30, 2024 {TITLES[position]}"[:120]


@pytest.mark.parametrize("position", POSITIONS)
def test_a_deleted_header_is_reported_where_it_was(tmp_path, position):
    """A record without a header is rejected with the line of its title."""
    result = read_damaged(tmp_path, position, lambda lines: lines[1:])
    (rejection,) = (found for found in result if isinstance(found, Rejection))
    assert (rejection.source, rejection.line) == ("page.txt", line_of(position))
    assert rejection.reason.startswith("not a header")
    assert TITLES[position] in rejection.reason


def test_records_that_are_gone_show_in_the_stated_count(tmp_path):
    """The page's own count reveals what was cut off."""
    _, missing = read_text(tmp_path, page(record("LGNov 12, 2023"), count=3))
    reason = "the page states 3 Papers, 1 records found: 2 missing"
    assert missing == Rejection("page.txt", 3, reason, "3 Papers")


@pytest.mark.parametrize("position", POSITIONS)
def test_a_deleted_header_spoils_no_neighbour(tmp_path, papers, position):
    """The record without a header is not taken for more of the abstract before it."""
    result = read_damaged(tmp_path, position, lambda lines: lines[1:])
    kept = [found for found in result if isinstance(found, Paper)]
    assert kept == [paper for paper in papers if paper is not papers[position]]


def test_a_page_without_any_year_leaves_the_years_open(tmp_path):
    """Without one stated year none is inferred: year and date stay unknown, the day is kept."""
    (paper,) = read_text(tmp_path, page(record("64.2CVMay 27Code")))
    assert (paper.year, paper.date) == (None, None)
    assert paper.extra == {"scholar": "A Scholar", "score": 64.2, "date_stated": "May 27"}


@pytest.mark.parametrize(("stated", "expected"), [(", 2023", "2024-02-29"), ("", None)])
def test_a_leap_day_is_read_where_it_can_be(tmp_path, stated, expected):
    """Feb 29 is a date where the inferred year is a leap year, and open where none is inferred."""
    text = page(record("CVFeb 29"), record(f"LGNov 12{stated}", "B"))
    first, second = read_text(tmp_path, text)
    assert (first.date, second.title) == (expected, "B")


def test_a_leap_day_of_another_year_is_rejected(tmp_path):
    """Feb 29 of an inferred year without one is a rejection, never an exception."""
    text = page(record("CVFeb 29"), record("LGNov 12, 2024", "B"))
    first, second = read_text(tmp_path, text)
    assert (first.line, second.title) == (5, "B")
    assert first.reason.startswith("not a date: Feb 29 2025")


def test_an_impossible_day_is_rejected_without_a_year_too(tmp_path):
    """A day that no year has is rejected even where no year is known."""
    (found,) = read_text(tmp_path, page(record("CVFeb 30")))
    assert isinstance(found, Rejection)
    assert "Feb 30" in found.reason


def test_an_abstract_may_have_paragraphs(tmp_path):
    """Blank lines within an abstract do not end its record."""
    text = page(record("LGNov 12, 2023") + "\n\nA second part.\n\nA third.", record("CVMay 1", "B"))
    first, second = read_text(tmp_path, text)
    assert first.abstract == "An abstract of A title. A second part. A third."
    assert second.title == "B"


@pytest.mark.parametrize(
    ("line", "authors", "extra"),
    [
        ("Aniri", ("Aniri",), {}),
        ("A B, C D", ("A B", "C D"), {}),
        ("A B, C D, et al.", ("A B", "C D"), {"authors_cut": True}),
        ("A B et al. · mit · eth", ("A B",), {"authors_cut": True, "affiliations": ["mit", "eth"]}),
        ("Etta Al", ("Etta Al",), {}),
    ],
)
def test_the_authors_line_is_taken_apart(tmp_path, line, authors, extra):
    """Names, the mark of a cut list, and affiliations are told apart."""
    text = page(record("LGNov 12, 2023").replace("An Author, Another One", line))
    (paper,) = read_text(tmp_path, text)
    assert (paper.authors, paper.extra) == (authors, {"scholar": "A Scholar"} | extra)


def test_line_ends_and_byte_order_mark_change_nothing(tmp_path, papers):
    """The page as Windows saves it reads the same."""
    assert read_text(tmp_path, "\ufeff" + RAW.replace("\n", "\r\n")) == papers


def test_the_scholar_is_clean_whatever_the_bytes(tmp_path):
    """Bytes that are not UTF-8 in the page's head never reach a paper."""
    text = "Ren\udce9\n" + page(record("LGNov 12, 2023"))
    for found in read_text(tmp_path, text):
        assert json.dumps(found.to_json(), ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize(
    ("head", "recognised"),
    [
        (RAW[:8192], True),
        (page(record("LGNov 12, 2023")), True),
        ("1 Paper\nAIJan 1\n", True),
        ("AIJan 1\n40 Papers\n", False),
        ("40 Papers\nno header\n", False),
        ("We read 40 Papers\nAIJan 1\n", False),
        ("", False),
    ],
)
def test_a_page_is_recognised_by_its_count_and_a_header(head, recognised):
    """The stated count with a record's header after it, and nothing less, makes a page."""
    assert scholar_page.recognises(head, ".txt") is recognised
