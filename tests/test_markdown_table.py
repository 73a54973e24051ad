r"""The Markdown table: the seed's 24 rows, damaged rows, and the forms that a table may take."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from indexer.documents import Document
from indexer.paper import Paper, Rejection
from indexer.readers import markdown_table
from tests.conftest import SEEDS, papers_in

SEED = SEEDS / "002_8bf90837af962036.txt"
RAW = SEED.read_text(encoding="utf-8")
LINES = RAW.split("\n")
FIRST_LINE = 7
ROWS = re.findall(r"^\| (20\d\d) \| (.+?) \| (.+) \| \[Link\]\((\S+)\) \|$", RAW, re.MULTILINE)
POSITIONS = [0, 11, 23]
HEADER = "| Year | Title | Abstract | Link |\n|---|:--|--:|:-:|\n"


def read(path: Path) -> list[Paper | Rejection]:
    return papers_in(markdown_table, Document(path, "table.md", given=True))


def read_text(tmp_path: Path, text: str) -> list[Paper | Rejection]:
    path = tmp_path / "table.md"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return read(path)


def read_row(tmp_path: Path, row: str, header: str = HEADER) -> Paper | Rejection:
    (found,) = read_text(tmp_path, header + row)
    return found


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    return read(SEED)


def golden(position: int, id: str, **fields) -> Paper:  # noqa: A002 — the field's name
    """The paper of a row whose text is plain; ``fields`` are what its link and abstract say."""
    year, title, abstract, url = ROWS[position]
    stated = {"year": int(year), "title": title, "abstract": abstract, "url": url}
    extra = {"scholar": "YuhaoZhou"} | fields.pop("extra", {})
    return Paper(id=id, sources=("table.md",), extra=extra, **(stated | fields))


GOLDEN = {
    "arXiv, first row": golden(
        0,
        "arxiv:2508.15763",
        title="Intern-s1: A scientific multimodal foundation model",
        arxiv_id="2508.15763",
        url="https://arxiv.org/abs/2508.15763",
        extra={"links": ["https://huggingface.co/internlm/Intern-S1"]},
    ),
    "LaTeX": golden(
        6,
        "arxiv:2506.16406",
        title="Drag-and-Drop LLMs: Zero-Shot Prompt-to-Weights",
        abstract=ROWS[6][2]
        .replace(r"\textbf{Drag-and-Drop LLMs (\textit{DnD})}", "Drag-and-Drop LLMs (DnD)")
        .replace(r"\textbf{12,000}", "12,000")
        .replace(r"\textbf{30\%}", "30%")
        .replace(
            r"\href{https://jerryliang24.github.io/DnD}{https://jerryliang24.github.io/DnD}",
            "https://jerryliang24.github.io/DnD",
        ),
        arxiv_id="2506.16406",
        extra={"links": ["https://jerryliang24.github.io/DnD"]},
    ),
    "IEEE, cut": golden(
        8,
        "akin:98da2f6148a85392",
        url="https://ieeexplore.ieee.org/abstract/document/10905051/",
        extra={"ieee": "10905051", "abstract_cut": True},
    ),
    "CVPR": golden(11, "akin:b737bd97385bbabb", venue="CVPR 2025"),
    "OpenReview": golden(
        16,
        "openreview:BZSTC2RMEd",
        abstract=" ".join(ROWS[16][2].replace(r"\%", "%").split()),
        url="https://openreview.net/forum?id=BZSTC2RMEd",
        extra={"openreview": "BZSTC2RMEd"},
    ),
    "ICCV, code": golden(19, "akin:a9cb9eb38c75b9fd", venue="ICCV 2025", code=True),
    "ScienceDirect, cut": golden(
        21,
        "akin:8e78acac5fbcaf10",
        year=2024,
        url="https://www.sciencedirect.com/science/article/pii/S002002552400495X",
        extra={"pii": "S002002552400495X", "abstract_cut": True},
    ),
    "last row": golden(
        23,
        "arxiv:2412.00452",
        year=2024,
        title=(
            "Learning Locally, Revising Globally: Global Reviser for Federated Learning "
            "with Noisy Labels"
        ),
        arxiv_id="2412.00452",
    ),
}


@pytest.mark.parametrize("expected", GOLDEN.values(), ids=GOLDEN)
def test_a_row_of_the_seed_is_read_whole(papers, expected):
    """Year, title, abstract and link become exactly these fields."""
    (paper,) = (paper for paper in papers if paper.id == expected.id)
    assert paper.to_json() == expected.to_json()


def test_every_row_of_the_seed_is_read_in_order(papers):
    """The 24 rows come out as 24 papers of this scholar, with year, title and link as written."""
    assert [(str(p.year), p.title, p.url) for p in papers] == [
        (year, title, url) for year, title, _, url in ROWS
    ]
    assert {paper.extra["scholar"] for paper in papers} == {"YuhaoZhou"}
    assert len(papers) == 24


def test_arxiv_rows_have_their_arxiv_id(papers):
    """Every link to arXiv gives the id, and no other row has one."""
    ids = re.findall(r"arxiv\.org/abs/(\d{4}\.\d{5})\)", RAW)
    assert [paper.arxiv_id for paper in papers if paper.arxiv_id] == ids
    assert [paper.id for paper in papers if paper.id.startswith("arxiv:")] == [
        f"arxiv:{number}" for number in ids
    ]


def test_cut_abstracts_are_marked(papers):
    """An abstract that ends in … says that it is cut, and no other does."""
    assert [paper.url for paper in papers if paper.extra.get("abstract_cut")] == [
        url for _, _, abstract, url in ROWS if abstract.endswith("…")
    ]


def test_code_is_known_only_where_an_abstract_links_it(papers):
    """The table does not tell of code: a link in the abstract says yes, its absence nothing."""
    assert [paper.code for paper in papers] == [
        True if re.search(r"github\. ?com/", abstract) else None for _, _, abstract, _ in ROWS
    ]


# How a row's cells are damaged, and what the reason must quote.
DAMAGES = {
    "too-few-cells": (lambda y, t, a, _: [y, t, a], "3 found"),
    "too-many-cells": (lambda y, t, a, x: [y, t, a, x, "more"], "5 found"),
    "bad-link": (lambda y, t, a, _: [y, t, a, "see the site"], "'see the site'"),
    "empty-link": (lambda y, t, a, _: [y, t, a, "[Link]()"], "'[Link]()'"),
    "script-link": (lambda y, t, a, _: [y, t, a, "[Link](javascript:alert(1))"], "javascript"),
}


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize(("damage", "quoted"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_row_is_rejected_alone(tmp_path, papers, position, damage, quoted):
    """Exactly the damaged row is rejected, with its line and what is wrong; no other changes."""
    line = FIRST_LINE + position
    year, title, abstract, url = ROWS[position]
    row = "| " + " | ".join(damage(year, title, abstract, f"[Link]({url})")) + " |"
    result = read_text(tmp_path, "\n".join([*LINES[: line - 1], row, *LINES[line:]]))
    rejection = result[position]
    assert isinstance(rejection, Rejection)
    assert (rejection.source, rejection.line) == ("table.md", line)
    assert quoted in rejection.reason
    assert rejection.head == re.sub("[\ud800-\udfff]", "\ufffd", row)[:120]
    assert result[:position] + result[position + 1 :] == papers[:position] + papers[position + 1 :]


# How a row's cells are dirty, and what the paper has instead of what the clean row gives.
DIRT = {
    "bad-year": (lambda _, t, a, x: ["20x5", t, a, x], {"year_stated": "20x5"}, {"year": None}),
    "no-year-ever": (lambda _, t, a, x: ["0025", t, a, x], {"year_stated": "0025"}, {"year": None}),
    "no-abstract": (lambda y, t, _, x: [y, t, "", x], {"abstract_missing": True}, {"abstract": ""}),
    "windows-1252": (lambda y, t, a, x: [y, f"Na\udcefve {t}", a, x], {}, {}),
}


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize(("dirty", "marks", "fields"), DIRT.values(), ids=DIRT)
def test_a_dirty_row_is_cleaned_and_kept(tmp_path, papers, position, dirty, marks, fields):
    """What cannot be meant is set apart and marked, bytes of Windows are read; no paper is lost."""
    line = FIRST_LINE + position
    year, title, abstract, url = ROWS[position]
    row = "| " + " | ".join(dirty(year, title, abstract, f"[Link]({url})")) + " |"
    result = read_text(tmp_path, "\n".join([*LINES[: line - 1], row, *LINES[line:]]))
    paper = result[position]
    assert {name: paper.extra.get(name) for name in marks} == marks
    assert {name: getattr(paper, name) for name in fields} == fields
    assert paper.title == ("Naïve " if "\udcef" in row else "") + papers[position].title
    assert result[:position] + result[position + 1 :] == papers[:position] + papers[position + 1 :]


def test_the_first_words_of_an_abstract_stand_in_for_a_title(tmp_path):
    """A row without a title is found by its abstract, and marked; one without both is rejected."""
    words = " ".join(f"word{i}" for i in range(20))
    paper, rejection = read_text(tmp_path, f"{HEADER}| 2024 | | {words} | |\n| 2024 | | | |\n")
    assert paper.title == " ".join(words.split()[:12]) + " …"
    assert paper.extra["title_missing"] is True
    assert (rejection.line, rejection.reason) == (4, "neither title nor abstract")


def test_an_escaped_pipe_is_text(tmp_path):
    r"""A ``\|`` does not end a cell, nor does the one at the end of the row."""
    paper = read_row(tmp_path, r"| 2024 | A \| B | p(x\|y) of \| | |")
    assert (paper.title, paper.abstract) == ("A | B", "p(x|y) of |")


def test_the_outer_pipes_are_optional(tmp_path):
    """A table without outer pipes reads the same."""
    bare = "Title | Abstract\n---|---\nA | Of a"
    outer = "| Title | Abstract |\n|---|---|\n| A | Of a |"
    assert read_text(tmp_path, bare) == read_text(tmp_path, outer)


@pytest.mark.parametrize("gap", ["\n\n", "\n"], ids=["blank line", "no blank line"])
def test_each_table_has_the_scholar_of_its_heading(tmp_path, gap):
    """Two tables are read, each under its own heading, a blank line before it or not."""
    text = (
        f"# Ann Papers (2023-2025)\n\n{HEADER}| 2024 | A | Of a | |{gap}"
        f"## Bob Papers (2020–2021) ##\n{HEADER}| 2020 | B | Of b | |\n| | C | Of c | |\n"
    )
    found = [(p.title, p.year, p.extra) for p in read_text(tmp_path, text)]
    assert found == [
        ("A", 2024, {"scholar": "Ann"}),
        ("B", 2020, {"scholar": "Bob"}),
        ("C", None, {"scholar": "Bob"}),
    ]


def test_text_between_tables_is_no_row(tmp_path):
    """After a blank line prose and tables of other things are passed over."""
    text = (
        f"{HEADER}| 2024 | A | Of a | |\n\nSome prose | with a pipe.\n\n"
        f"| Name | Age |\n|---|---|\n| Ann | 7 |\n\n{HEADER}| 2025 | B | Of b | |\n"
    )
    assert [paper.title for paper in read_text(tmp_path, text)] == ["A", "B"]


def test_columns_may_come_in_any_order_and_number(tmp_path):
    """Columns are found by name; those not of the record are kept as extras under theirs."""
    header = "| Citations | **Abstract** | Authors | Link | Venue | TITLE | Note | Year |\n"
    rule = "|---|---|---|---|---|---|---|---|\n"
    row = "| 12 | Of a. | Kun Wang; Aniri | <https://doi.org/10.1000/ABC> | ICLR | A | | 2024 |"
    paper = read_row(tmp_path, row, header + rule)
    assert paper == Paper(
        id="doi:10.1000/abc",
        title="A",
        abstract="Of a.",
        authors=("Kun Wang", "Aniri"),
        year=2024,
        venue="ICLR",
        doi="10.1000/abc",
        url="https://doi.org/10.1000/ABC",
        sources=("table.md",),
        extra={"citations": "12"},
    )


@pytest.mark.parametrize(
    ("cell", "url", "extra"),
    [
        ("[Link](https://a.org/x)", "https://a.org/x", {}),
        ('[Link]( <https://a.org/x> "Title" )', "https://a.org/x", {}),
        ("https://a.org/x", "https://a.org/x", {}),
        ("<https://a.org/x>", "https://a.org/x", {}),
        (
            "[pdf](https://a.org/x), [web](https://b.org/y)",
            "https://a.org/x",
            {"more_links": ["https://b.org/y"]},
        ),
        (
            "[Link](https://doi.org/10.1016/0022-2836(70)90057-4)",
            "https://doi.org/10.1016/0022-2836(70)90057-4",
            {},
        ),
        ("", None, {}),
    ],
)
def test_a_link_is_read_in_every_form(tmp_path, cell, url, extra):
    """Markdown links, autolinks and bare ones are read, further ones kept, brackets within, too."""
    paper = read_row(tmp_path, f"| 2024 | A | Of a | {cell} |")
    assert (paper.url, paper.extra) == (url, extra)


def test_an_empty_abstract_keeps_the_paper(tmp_path):
    """A row without an abstract is a paper still, found by its title."""
    paper = read_row(tmp_path, "| 2024 | A | | https://arxiv.org/abs/2401.00001v3 |")
    assert (paper.id, paper.title, paper.abstract) == ("arxiv:2401.00001", "A", "")


def test_line_ends_and_byte_order_mark_change_nothing(tmp_path, papers):
    """The table as Windows saves it reads the same."""
    assert read_text(tmp_path, "\ufeff" + RAW.replace("\n", "\r\n")) == papers


@pytest.mark.parametrize(("scholar", "column"), [("Ren\udce9", "Note"), ("René", "Not\udce9")])
def test_bad_bytes_around_the_rows_reach_no_paper(tmp_path, scholar, column):
    """A heading or a column name that is not UTF-8 leaves every paper printable."""
    text = (
        f"## {scholar} Papers (2024-2025)\n\n"
        f"| Title | Abstract | {column} |\n|---|---|---|\n| A | Of a | n |\n"
    )
    (found,) = read_text(tmp_path, text)
    assert json.dumps(found.to_json(), ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize(
    ("head", "recognised"),
    [
        (RAW[:8192], True),
        ("| Title | Abstract |\n|:-:|---|\n", True),
        ("title|abstract\n-|-\n", True),
        ("| Title | Abstract |\n\n|---|---|\n", False),
        ("| Title | Year |\n|---|---|\n", False),
        ("| Title | Abstract |\n", False),
        ("", False),
    ],
)
def test_a_table_of_papers_is_recognised_by_its_header_and_rule(head, recognised):
    """A header row with title and abstract, a rule right below it, and nothing less."""
    assert markdown_table.recognises(head, ".txt") is recognised


def test_rows_behind_a_blank_line_belong_to_the_table(tmp_path):
    """A gap in a table loses no record; a paragraph ends it, and so does another table."""
    head = "| Title | Abstract |\n|---|---|\n"
    text = head + "| A | a |\n\n| B | b |\n| C |\n\n| Name | Value |\n|--|--|\n| x | 1 |\n"
    first, second, rejected = read_text(tmp_path, text)
    assert (first.title, second.title) == ("A", "B")
    assert (rejected.line, rejected.reason.endswith("1 found")) == (6, True)
    ended = read_text(tmp_path, head + "| A | a |\n\nSome words.\n\n| B | b |\n")
    assert [paper.title for paper in ended] == ["A"]


def test_the_columns_that_people_keep_are_understood(tmp_path):
    """DOI, date, categories and a linked title become fields; names split at semicolons only."""
    (paper,) = read_text(
        tmp_path,
        "| Title | Abstract | DOI | Date | Categories | Authors |\n|--|--|--|--|--|--|\n"
        "| [A title](https://x.org/a) | a | https://doi.org/10.1000/XYZ | 2024-05-06 | cs.LG cs.CV "
        "| Müller, Jörg; Pat O'Brien |\n",
    )
    assert (paper.id, paper.doi, paper.title) == ("doi:10.1000/xyz", "10.1000/xyz", "A title")
    assert (paper.year, paper.date, paper.url) == (2024, "2024-05-06", "https://x.org/a")
    assert paper.categories == ("cs.LG", "cs.CV")
    assert paper.authors == ("Jörg Müller", "Pat O'Brien")
    assert paper.extra == {}


def test_a_heading_names_a_scholar_only_where_it_says_so(tmp_path):
    """A list's own title is not a person."""
    row = "\n\n| Title | Abstract |\n|--|--|\n| A | a |\n"
    (mine,) = read_text(tmp_path, "# My reading list" + row)
    (theirs,) = read_text(tmp_path, "# Ann Lee Papers (2024-2025)" + row)
    assert "scholar" not in mine.extra
    assert theirs.extra["scholar"] == "Ann Lee"
