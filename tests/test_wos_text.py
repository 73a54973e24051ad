"""The Web of Science's plain text, and every way in which such a file is broken."""

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

HEAD = "FN Clarivate Analytics Web of Science\nVR 1.0\n"
ARTICLE = """\
PT J
AU Asampong, E
   Gyeke, MDP
AF Asampong, Emmanuel
   Gyeke, Mavis Dako Plusminus
CA Sampling Grp
TI Caregivers' views on multi-
   layered streams
SO PLOS STREAMS
LA English
DT Article; Proceedings Paper
DE streams; R&amp;D
ID STREAMS; STIGMA SCALE;
   INDIA
AB Background
   Leprosy is a condition.
   DI 10.9999/no
   Conclusion
   It can be treated. (c) 2006 Elsevier Ltd. All rights reserved.
C1 [Asampong, Emmanuel] Univ Ghana, Accra, Ghana.
   [Gyeke, Mavis Dako Plusminus] Univ Ghana, Legon, Ghana.
FU Office of Research, University of
   Ghana
CR Adams A, 2001, STREAMS, V1, P1, DOI 10.1000/cited
   Baker B, 2002, STREAMS, V2, P2
NR 2
TC 4
U1 0
PU PUBLIC LIBRARY SCIENCE
PI SAN FRANCISCO
PA 1160 BATTERY STREET, SAN FRANCISCO, CA 94111 USA
SN 1935-2735
EI 1935-2743
J9 PLOS STREAMS
JI Plos Streams
PD DEC 31
PY 2018
VL 12
IS 1
BP 17
EP 29
AR e0006219
DI 10.1000/journal.pstr.0006219
PG 12
WC Infectious Diseases; Parasitology; Tropical
   Medicine
SC Infectious Diseases
GA FU7HJ
UT WOS:000424022700066
PM 29377890
OA DOAJ Gold
DA 2020-11-06
ER
"""
OLD = """\
PT J
TI Effects of modafinil.
AU Joffe, Hadine; Hall, Janet E; Gruber, S et al.
SO Menopause
VL 13
PS 411-22
PY 2006
PD 2006 May-Jun
UT MEDLINE:16735938
ER
"""
BOOK = """\
PT B
BA Lee, A
BF Lee, Ann
BE Roe, Jane
TI Streams
SE Lecture Notes in Streams
CT 5th Conference on Streams
EY 2021
D2 10.1000/book
BN 978-3-16-148410-0
ER
"""
GOLDEN = {
    "article": Paper(
        id="doi:10.1000/journal.pstr.0006219",
        title="Caregivers' views on multi-layered streams",
        abstract=("Background Leprosy is a condition. DI 10.9999/no Conclusion It can be treated."),
        authors=("Emmanuel Asampong", "Mavis Dako Plusminus Gyeke", "Sampling Grp"),
        year=2018,
        date="2018-12-31",
        venue="PLOS STREAMS",
        categories=("Infectious Diseases", "Parasitology", "Tropical Medicine"),
        doi="10.1000/journal.pstr.0006219",
        sources=("file.txt",),
        extra={
            "type": "Article; Proceedings Paper",
            "keywords": ["streams", "R&D", "STIGMA SCALE", "INDIA"],
            "volume": "12",
            "issue": "1",
            "pages": "17-29",
            "publisher": "PUBLIC LIBRARY SCIENCE",
            "language": "English",
            "accession_number": "WOS:000424022700066",
            "affiliations": [
                "[Asampong, Emmanuel] Univ Ghana, Accra, Ghana.",
                "[Gyeke, Mavis Dako Plusminus] Univ Ghana, Legon, Ghana.",
            ],
            "research_areas": ["Infectious Diseases"],
            "issn": "1935-2735, 1935-2743",
            "funding": "Office of Research, University of Ghana",
            "cited_reference_count": "2",
            "cited_by": "4",
            "place": "SAN FRANCISCO",
            "journal_abbreviation": "Plos Streams",
            "article_number": "e0006219",
            "open_access": "DOAJ Gold",
            "copyright": "(c) 2006 Elsevier Ltd. All rights reserved.",
            "family_names": {"Sampling Grp": "Sampling Grp"},
            "pmid": "29377890",
        },
    ),
    "old": Paper(
        id="pmid:16735938",
        title="Effects of modafinil.",
        authors=("Hadine Joffe", "Janet E Hall", "S Gruber"),
        year=2006,
        venue="Menopause",
        sources=("file.txt",),
        extra={
            "type": "Journal",
            "volume": "13",
            "pages": "411-22",
            "accession_number": "MEDLINE:16735938",
            "authors_cut": True,
            "abstract_missing": True,
            "date_stated": "2006 May-Jun",
            "pmid": "16735938",
        },
    ),
    "book": Paper(
        id="doi:10.1000/book",
        title="Streams",
        authors=("Ann Lee",),
        year=2021,
        doi="10.1000/book",
        sources=("file.txt",),
        extra={
            "type": "Book",
            "editors": ["Jane Roe"],
            "isbn": "978-3-16-148410-0",
            "book_series_title": "Lecture Notes in Streams",
            "conference_title": "5th Conference on Streams",
            "abstract_missing": True,
        },
    ),
}


def read(text: str) -> list[Record | Rejection]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file.txt")
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        return list(wos_text.read(Document(path, "file.txt", given=True)))


def seen(text: str) -> list[tuple[int, str]]:
    """Line and title, or reason, of everything that is read."""
    return [
        (found.line, found.paper.title if isinstance(found, Record) else found.reason)
        for found in read(text)
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_field_is_read(mark, end):
    """An article, a record of old and a book come out whole, each with its line."""
    text = mark + (HEAD + "\n".join([ARTICLE, OLD, BOOK]) + "\nEF\n").replace("\n", end)
    found = read(text)
    assert [one.paper for one in found] == list(GOLDEN.values())
    second = 3 + ARTICLE.count("\n") + 1
    assert [one.line for one in found] == [3, second, second + OLD.count("\n") + 1]


def test_records_end_where_the_next_begins():
    """Without ER the next PT ends a record, and the end of the file does."""
    text = HEAD + "PT J\nTI A\n\nPT J\nTI B\nPT J\nTI C"
    assert seen(text) == [(3, "A"), (6, "B"), (8, "C")]


def test_files_behind_one_another_are_one():
    """The head and the end of a file are no content, wherever they stand."""
    text = HEAD + "PT J\nTI A\nER\n\nEF\n" + HEAD + "PT J\nTI B\nEF\n" + HEAD + "PT J\nTI C\nER"
    assert seen(text) == [(3, "A"), (10, "B"), (15, "C")]


def test_a_record_without_pt_is_a_record():
    """Fields behind ER make a record of their own."""
    assert seen(HEAD + "PT J\nTI A\nER\nAU Lee, A\nTI B\nER\n\nTI C\nER\nEF") == [
        (3, "A"),
        (6, "B"),
        (10, "C"),
    ]


def test_other_text_is_rejected_and_harms_no_neighbour():
    """What stands in no record is rejected, a record that says nothing is, too."""
    text = (
        HEAD
        + "PT J\nTI A\nER\n\nlost words\n   and more\n\nPT J\nAU Lee, A\nER\n\nPT J\nTI B\nER\nEF"
    )
    assert seen(text) == [
        (3, "A"),
        (7, "text outside of any record: 'lost words'"),
        (10, "neither title nor abstract"),
        (14, "B"),
    ]
    assert read(text)[2] == Rejection(
        "file.txt", 10, "neither title nor abstract", "PT J AU Lee, A"
    )


def test_wrapped_text_that_lost_its_blanks_goes_on():
    """A line without a tag belongs to the field above, blank lines between or not."""
    (found,) = read(HEAD + "PT J\nTI A\nAB One\ntwo\n\nthree.\nER\nEF")
    assert found.paper.abstract == "One two three."


@pytest.mark.parametrize(
    ("lines", "authors"),
    [
        (["AU Lee, A", "   Wu, B"], ("A Lee", "B Wu")),
        (["AF Lee, Ann", "   Wu, Bo", "AU Lee, A", "   Wu, B"], ("Ann Lee", "Bo Wu")),
        (["AF Lee, Ann", "AU Lee, A", "   Wu, B"], ("A Lee", "B Wu")),
        (["AU [Anonymous]"], ("[Anonymous]",)),
        ([], ()),
    ],
)
def test_full_names_win_where_they_are_all_there(lines, authors):
    """AF is preferred, unless AU names more people."""
    (found,) = read("\n".join([HEAD + "PT J", "TI A", *lines, "ER"]))
    assert found.paper.authors == authors


@pytest.mark.parametrize(
    ("lines", "year", "date"),
    [
        (["PD JUN 8", "PY 2004"], 2004, "2004-06-08"),
        (["PD JAN", "PY 2018"], 2018, None),
        (["PD 07 2006", "PY 2006"], 2006, None),
        (["EA DEC 2020"], 2020, None),
        (["DA 2020-11-06"], None, None),
    ],
)
def test_the_date_is_the_paper_s(lines, year, date):
    """Year and day come from PY and PD; the day of the export is none of the paper's."""
    (found,) = read("\n".join([HEAD + "PT J", "TI A", *lines, "ER"]))
    assert (found.paper.year, found.paper.date) == (year, date)


@pytest.mark.parametrize(
    ("head", "recognised"),
    [
        (HEAD + ARTICLE, True),
        ("\ufeff" + HEAD, True),
        ("FN ISI Export Format\nVR 1.0\nPT J", True),
        ("FN Thomson Reuters Web of Knowledge\n", True),
        ("\nPT J\nAU Lee, A\nTI A", True),
        ("PT J\nno field", False),
        ("PT\tAU\tBA\tTI\nJ\tLee\t\tA", False),
        ("TY  - JOUR\nTI  - A\nER  -", False),
        ("PMID- 1\nTI  - A", False),
        ("PT  - Journal Article\nTI  - A", False),
        ("%0 Journal Article\n%T T", False),
        ("FN some words", False),
        ("", False),
        ("PT J" + " " * 60_000 + "x", False),
        ("\0\1\2", False),
    ],
)
def test_it_is_recognised_by_its_head_or_first_record(head, recognised):
    """FN of Clarivate and its forerunners, or PT J with a field below it, in any file."""
    assert wos_text.recognises(head, ".txt") is recognised


def test_no_other_tagged_format_takes_it():
    """RIS, MEDLINE and EndNote's text are told from it."""
    for reader in (ris, medline, endnote_tagged):
        assert not reader.recognises(HEAD + ARTICLE, ".ris")
        assert not reader.recognises(HEAD + ARTICLE, ".txt")


PIECES = [
    *(
        "FN Clarivate",
        "VR 1.0",
        "PT J",
        "AU A, B",
        "   C, D",
        "TI x",
        "AB y",
        "ER",
        "EF",
        "DE a; b",
    ),
    *("PD DEC 31", "PY 2020", "UT MEDLINE:5", "DI 10.1000/1", "SN 1234-5678", "lost words", "2."),
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
        path = Path(folder, "file.txt")
        path.write_bytes(mark + b"".join(piece + end for piece, end in pieces))
        assert_printable(wos_text.read(Document(path, "file.txt", given=True)))
