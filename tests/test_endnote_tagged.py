"""EndNote's and refer's text, and every way in which such a file is broken."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Document
from indexer.paper import Paper, Record, Rejection
from indexer.readers import endnote_tagged, medline, ris, wos_text
from tests.conftest import assert_printable

ANTHOLOGY = """\
%0 Conference Proceedings
%T {S}treams: Sampling
 them well
%A Shen, Zhenyi
%A García Márquez, Gabriel
%Y Roe, Jane
%E Doe, John
%S Proceedings of the 2025 Conference on Streams
%D 2025
%8 November 3
%I Association for Streams
%C Suzhou, China
%@ 979-8-89176-332-6
%F shen-etal-2025-streams
%X Streams are long.

They flow; 50% of them do.
%R 10.1000/v1/2025.main.36
%U https://aclanthology.org/2025.emnlp-main.36/
%U https://doi.org/10.1000/v1/2025.main.36
%P 677-693
"""
JOURNAL = """\
%0 Journal Article
%A 王海霞
%A 罗耀群
%+ 包头市中心医院;
%T 黄芪药理作用
%J BMC streams
%B Supplement
%D 2013
%V 14
%N 1
%P 5
%P 269-273
%K 黄芪;药理作用
first line
%M 12345
%W NLM
%2 PMC123456
%1 key2013
%9 Review
%! 黄芪
%Q On streams
%G zh
%O Online
%Z A note
%> internal-pdf://1.pdf
%= today
"""
REFER = """\
%A Ann Lee
%A Bo van der Berg
%T Streams of old
%J J. Old Times
%D March 1990
%K streams
"""
GOLDEN = {
    "anthology": Paper(
        id="doi:10.1000/v1/2025.main.36",
        title="{S}treams: Sampling them well",
        abstract="Streams are long. They flow; 50% of them do.",
        authors=("Zhenyi Shen", "Gabriel García Márquez"),
        year=2025,
        date="2025-11-03",
        venue="Proceedings of the 2025 Conference on Streams",
        doi="10.1000/v1/2025.main.36",
        url="https://aclanthology.org/2025.emnlp-main.36/",
        sources=("file.enw",),
        extra={
            "type": "Conference Proceedings",
            "editors": ["John Doe", "Jane Roe"],
            "pages": "677-693",
            "publisher": "Association for Streams",
            "more_links": ["https://doi.org/10.1000/v1/2025.main.36"],
            "isbn": "979-8-89176-332-6",
            "place": "Suzhou, China",
            "label": "shen-etal-2025-streams",
            "family_names": {"Gabriel García Márquez": "García Márquez"},
            "acl": "2025.emnlp-main.36",
        },
    ),
    "journal": Paper(
        id="pmid:12345",
        title="黄芪药理作用",
        authors=("王海霞", "罗耀群"),
        year=2013,
        venue="BMC streams",
        sources=("file.enw",),
        extra={
            "type": "Journal Article",
            "type_of_work": "Review",
            "translated_title": "On streams",
            "other_venues": ["Supplement"],
            "keywords": ["黄芪", "药理作用", "first line"],
            "volume": "14",
            "issue": "1",
            "pages": "5, 269-273",
            "affiliations": ["包头市中心医院;"],
            "note": "Online; A note",
            "other_links": ["internal-pdf://1.pdf"],
            "database_provider": "NLM",
            "custom1": "key2013",
            "custom2": "PMC123456",
            "language": "zh",
            "modified": "today",
            "abstract_missing": True,
            "pmid": "12345",
            "pmcid": "PMC123456",
        },
    ),
    "refer": Paper(
        id="akin:4bad71527a1ace3b",
        title="Streams of old",
        authors=("Ann Lee", "Bo van der Berg"),
        year=1990,
        venue="J. Old Times",
        sources=("file.enw",),
        extra={"keywords": ["streams"], "abstract_missing": True, "date_stated": "March 1990"},
    ),
}


def read(text: str) -> list[Record | Rejection]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file.enw")
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        return list(endnote_tagged.read(Document(path, "file.enw", given=True)))


def seen(text: str) -> list[tuple[int, str]]:
    """Line and title, or reason, of everything that is read."""
    return [
        (found.line, found.paper.title if isinstance(found, Record) else found.reason)
        for found in read(text)
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_field_is_read(mark, end):
    """A conference's paper and a journal's come out whole, each with its line."""
    found = read(mark + (ANTHOLOGY + JOURNAL).replace("\n", end))
    assert [one.paper for one in found] == [GOLDEN["anthology"], GOLDEN["journal"]]
    assert [one.line for one in found] == [1, ANTHOLOGY.count("\n") + 1]


def test_refer_s_records_are_parted_by_blank_lines():
    """Without %0 a blank line parts records, and names are written as one reads them."""
    found = read(REFER + "\n\n%T Second\n%X Text.\nMore.\n\n%Q A Body\n%T Third")
    assert found[0].paper == GOLDEN["refer"]
    assert [one.line for one in found] == [1, 9, 13]
    assert found[1].paper.abstract == "Text. More."
    assert found[2].paper.authors == ("A Body",)


def test_a_blank_line_does_not_part_what_begins_with_a_type():
    """Where records have a type, only the next type begins another."""
    text = "%0 Book\n%T A\n\n%A Lee, Ann\n\n%0 Book\n%T B\n%0 Thesis\n%T C\n"
    assert seen(text) == [(1, "A"), (6, "B"), (8, "C")]
    assert read(text)[0].paper.authors == ("Ann Lee",)


ORDERS = {
    "title, type": "%T {0}\n%0 Thesis\n%A {1}\n%D {2}\n%X {0} now.\n\nMore.\n%P 1-2\n",
    "title, type last": "%T {0}\n%A {1}\n%D {2}\n%X {0} now.\nMore.\n%0 Thesis\n",
    "authors, title, type": "%A {1}\n%T {0}\n%0 Thesis\n%D {2}\n%X {0} now.\nMore.\n",
    "title, no type": "%T {0}\n%A {1}\n%D {2}\n%X {0} now.\nMore.\n",
    "title, abstract apart": "%T {0}\n%0 Thesis\n%A {1}\n%D {2}\n\n%X {0} now.\nMore.\n",
}


@pytest.mark.parametrize("gap", ["", "\n", "\n\n"])
@pytest.mark.parametrize("order", ORDERS)
def test_what_stands_before_the_type_is_of_the_record(order, gap):
    """Whichever line is first, with blank lines or without, each record keeps what is its own."""
    stated = [("Moss", "Eve Roe", 2018), ("Ferns", "Ida Low", 2019), ("Peat", "Jo Ash", 2020)]
    found = read(gap.join(ORDERS[order].format(*one) for one in stated))
    assert [(p.title, *p.authors, p.year, p.abstract) for p in (one.paper for one in found)] == [
        (title, name, year, f"{title} now. More.") for title, name, year in stated
    ]


def test_a_title_behind_a_blank_line_needs_no_type():
    """One record without its type among others that begin with theirs is not lost in them."""
    text = "%0 Book\n%T A\n\n%X One.\n\n%T B\n%A Lee, Ann\n\n%0 Book\n%T C\n%T The C\n"
    assert seen(text) == [(1, "A"), (6, "B"), (9, "C")]


def test_other_text_is_rejected_and_harms_no_neighbour():
    """What stands before the records is rejected, a record that says nothing is, too."""
    text = "Dear Ann,\n\n%0 Book\n%T A\n\n%0 Book\n%A Lee, Ann\n\n%0 Book\n%T B\n"
    assert read(text)[2] == Rejection(
        "file.enw", 6, "neither title nor abstract", "%0 Book %A Lee, Ann"
    )
    assert seen(text) == [
        (1, "text outside of any record: 'Dear Ann,'"),
        (3, "A"),
        (6, "neither title nor abstract"),
        (9, "B"),
    ]


@pytest.mark.parametrize(
    ("lines", "doi"),
    [
        (["%R doi:10.1000/A.b"], "10.1000/a.b"),
        (["%R https://doi.org/10.1000/a.b"], "10.1000/a.b"),
        (["%U https://link.springer.com/article/10.1007/s1-2?x"], "10.1007/s1-2"),
        (["%M 10.1000/a.b"], "10.1000/a.b"),
        (["%R none"], None),
    ],
)
def test_a_doi_is_found_wherever_it_stands(lines, doi):
    """%R, links and accession numbers hold DOIs."""
    (found,) = read("\n".join(["%0 Book", "%T A", *lines]))
    assert found.paper.doi == doi


@pytest.mark.parametrize(
    ("lines", "year", "date"),
    [
        (["%D 2014", "%8 2014/02/04"], 2014, "2014-02-04"),
        (["%D 2023", "%8 December"], 2023, None),
        (["%D 2013", "%8 August 1"], 2013, "2013-08-01"),
        (["%8 August 1, 2013"], 2013, "2013-08-01"),
        (["%D 2014-02-04"], 2014, "2014-02-04"),
        (["%D in press"], None, None),
        (["%$ MAR 2021"], 2021, None),
        (["%$ MAR 2021", "%D 2022"], 2022, None),
        (["%7 2021/03/15", "%8 March"], 2021, "2021-03-15"),
        (["%7 2nd ed. 2015"], None, None),
    ],
)
def test_the_day_stands_apart_from_the_year(lines, year, date):
    """%D states the year, %8 the day of it."""
    (found,) = read("\n".join(["%0 Book", "%T A", *lines]))
    assert (found.paper.year, found.paper.date) == (year, date)


@pytest.mark.parametrize(
    ("head", "suffix", "recognised"),
    [
        (ANTHOLOGY, ".enw", True),
        (ANTHOLOGY, ".txt", True),
        ("\ufeff\n" + JOURNAL, "", True),
        (REFER, "", True),
        ("Dear Ann\n%0 Book\n%T A", ".enw", True),
        ("%0 Book\n%A Lee\n", "", False),
        ("% A comment\n%T x\n%A y", ".tex", False),
        ("%PDF-1.4\n%\xe2\xe3", ".pdf", False),
        ("%!PS-Adobe-3.0\n%%Title: A", ".ps", False),
        ("TY  - JOUR\nTI  - A\nER  -", ".ris", False),
        ("PMID- 1\nTI  - A", ".nbib", False),
        ("FN Clarivate\nVR 1.0\nPT J\nTI A", ".txt", False),
        ("%T A\nsome text\n%A Lee", "", False),
        ("", ".enw", False),
        ("%" * 60_000, "", False),
        ("\0\1\2", "", False),
    ],
)
def test_it_is_recognised_by_its_first_lines(head, suffix, recognised):
    """Two lines with tags, a title and an author or type make EndNote's text, in any file."""
    assert endnote_tagged.recognises(head, suffix) is recognised


def test_no_other_tagged_format_takes_it():
    """RIS, MEDLINE and the Web of Science's text are told from it."""
    for reader in (ris, medline, wos_text):
        assert not reader.recognises(ANTHOLOGY, ".ris")
        assert not reader.recognises(REFER, ".txt")


PIECES = [
    *("%0 Book", "%T x", "%A A, B", "%X text", "more", "%D 2020", "%8 May", "%R 10.1000/2", "%0"),
    *("%U http://x.org", "%= u", "%@ 123", "%K a;b", "%Q y", "%M 5", "%W NLM", "% no tag"),
]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(PIECES).map(str.encode) | st.binary(max_size=6),
            st.sampled_from([b"\n", b"\n\n", b"\r\n", b"\r", b"\x0c", b"", b"\xe2\x80\xa8"]),
        )
    ),
    st.sampled_from([b"\n", b"\xef\xbb\xbf", b"\xff\xfe"]),
)
def test_whatever_a_file_holds_is_a_record_or_a_rejection(pieces, mark):
    """Any bytes are read to the end, and all that comes out can be printed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file.enw")
        path.write_bytes(mark + b"".join(piece + end for piece, end in pieces))
        assert_printable(endnote_tagged.read(Document(path, "file.enw", given=True)))
