"""RIS goes out as reference managers and rispy take it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import rispy

from search_api.exports import Listed
from tests.export_papers import ALL, BARE, HOSTILE, WHOLE, exported

GOLDEN = r"""TY  - CONF
TI  - Intern-S1: 50% of {Everything} & more_or_less
AU  - Wang, Kun
AU  - van der Maaten, Laurens
AU  - García Márquez, Gabriel
AU  - Shanghai AI Lab,
A2  - Editor, Ann
A2  - de Vries, Bo
PY  - 2025
DA  - 2025/08/21/
T2  - Proceedings of Things, Part II
VL  - 12
IS  - 3–4
SP  - 17
EP  - 29
PB  - Wiley & Sons
SN  - 1234-567X
SN  - 978-3-16-148410-0
AB  - It costs $5 ~ at C:\temp, and x^2 < y. See https://example.org/a_b#c.
KW  - machine learning; deep
KW  - C#
LA  - en
DO  - 10.1000/a_b%c(1)
UR  - https://example.org/~wang/?a=1&b=2#top_1
C1  - arXiv:2508.15763
C1  - PMCID:PMC678
C1  - openreview:BZSTC2RMEd
C1  - acl:2025.acl-long.1
C2  - PMID:12345
C3  - code: yes
C4  - cs.LG
C4  - cs.CL
C5  - et al.
M3  - proceedings-article
C6  - Best paper.
N1  - Read again: 50% sure.
N1  - akin: rank 1, score 0.71
LB  - Wang, Kun:2025
DB  - a.bib; b.ris
DP  - akin
ID  - arxiv:2508.15763
ER  -

TY  - GEN
TI  - A title
DP  - akin
ID  - akin:0123456789abcdef
ER  -
"""


def test_a_paper_with_everything_and_one_with_little():
    """Every field has its tag, a value a line; lines end in CR LF."""
    text = exported("ris", Listed(WHOLE, 1, 0.71), BARE)
    assert text == GOLDEN.replace("ER  -", "ER  - ").replace("\n", "\r\n")


def test_rispy_opens_it():
    """As many records come out as went in, each with its title, hostile ones too."""
    records = rispy.loads(exported("ris", *ALL))
    assert [record["title"] for record in records] == [
        WHOLE.title,
        BARE.title,
        HOSTILE.title,
    ]
    assert records[0]["authors"][1] == "van der Maaten, Laurens"
    assert records[0]["notes"] == ["Read again: 50% sure."]
    assert records[2]["keywords"] == ["=1", "a;b;", "; c", "7"]


def test_no_value_can_begin_a_line():
    """Whatever a value holds, it stays on the line of its tag, and nothing ends a record early."""
    lines = exported("ris", HOSTILE).split("\r\n")
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines[:-1])
    assert lines[-1] == ""
    assert [line[:2] for line in lines].count("ER") == 1
    assert "AB  - First. ER - TY - JOUR @article{x, title = {y}} ]]><!-- \ufffd \ufffd 🦊" in lines


@pytest.mark.parametrize(
    ("pages", "lines"),
    [
        ("17-29", ["SP  - 17", "EP  - 29"]),
        ("e12", ["SP  - e12"]),
        ("S1-S9", ["SP  - S1", "EP  - S9"]),
        ("17–29", ["SP  - 17–29"]),
        ("1-2-3", ["SP  - 1-2-3"]),
        ("1-3, 7", ["SP  - 1-3, 7"]),
        ("12-12", ["SP  - 12-12"]),
        ("-5", ["SP  - -5"]),
    ],
)
def test_pages_are_split_where_they_can_be_joined_again(pages, lines):
    """First and last page; anything else stands whole where the first page does."""
    written = exported("ris", replace(BARE, extra={"pages": pages})).split("\r\n")
    assert [line for line in written if line[:2] in ("SP", "EP")] == lines


def test_names_without_parts_end_in_a_comma():
    """So EndNote does not turn an organisation around; commas within a part are doubled."""
    paper = replace(
        BARE,
        authors=("OpenAI", "Foo, Inc.", "J., Jr Doe"),
        extra={"family_names": {"Foo, Inc.": "Foo, Inc.", "J., Jr Doe": "Doe"}},
    )
    lines = exported("ris", paper).split("\r\n")
    assert lines[2:5] == ["AU  - OpenAI,", "AU  - Foo,, Inc.,", "AU  - Doe, J.,, Jr"]
