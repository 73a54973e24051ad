"""MEDLINE's text as PubMed and Ovid export it, and every way in which such a file is broken."""

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

ARTICLE = """\
PMID- 30922926
OWN - NLM
STAT- MEDLINE
DCOM- 20201005
LR  - 20210109
IS  - 1878-0849 (Electronic)
IS  - 1769-7212 (Print)
VI  - 63
IP  - 2
DP  - 2020 Feb 3
TI  - Time lapse: A glimpse into multi-
      layered streams.
PG  - 103640
LID - S1769-7212(19)30059-X [pii]
LID - 10.1000/ejmg.2019.03.004 [doi]
LID - 103640
AB  - BACKGROUND: For this review, streams are
      AB  - sampled. RESULTS: They flow.
OAB - Publisher: Abstract available from the publisher.
CI  - Copyright (c) 2019 The Authors.
FAU - Griffin, Darren K
AU  - Griffin DK
AUID- ORCID: 0000-0001-8312-6087
AD  - School of Streams, University of Kent, Canterbury, UK. Electronic
      address: d.k@example.org.
FAU - de la Fuente, Ricardo
AU  - de la Fuente R
CN  - Stream Sampling Group
LA  - eng
GR  - BB/E010652/1/Research Council/United Kingdom
PT  - Review
PT  - Journal Article
DEP - 20190325
PL  - Netherlands
TA  - Eur J Streams
JT  - European journal of streams
JID - 101247089
SB  - IM
RIN - Eur J Streams. 2021;1:1. PMID: 37081273
MH  - *Rivers/history
MH  - Research Support, U.S. Gov't,
      P.H.S.
PMC - PMC7026692
OTO - NOTNLM
OT  - streams
EDAT- 2019/03/30 06:00
PHST- 2019/01/21 00:00 [received]
AID - 10.1000/ejmg.2019.03.004 [doi]
PST - ppublish
SO  - Eur J Streams. 2020 Feb 3;63(2):103640. doi: 10.1000/ejmg.2019.03.004.
"""
OLD = """\
PMID- 4210927
TI  - Sampling in old times.
AU  - van der Berg JH
AU  - Smith AB Jr
DP  - 1974 Nov-Dec
TA  - J Old Times
SO  - J Old Times. 1974 Nov-Dec;1(1):1-2. doi: 10.1000/old.1.
"""
CHAPTER = """\
PMID- 21249763
STAT- Publisher
PB  - National Center
BTI - Cancer Syndromes
TI  - Peutz Syndrome
DP  - 2009
ISBN- 9780306406157
FED - Riegert, Douglas L
ED  - Riegert DL
FAU - Gleeson, Ferga C.
AU  - Gleeson FC
PT  - Book Chapter
PL  - Bethesda (MD)
AID - NBK1826 [bookaccession]
"""
OVID = """\
<3001. >
VN  - Ovid Technologies
DB  - Embase
UI  - 621381829
ST  - CONFERENCE ABSTRACT
TI  - Quality of life: A review.
SO  - BMC Proceedings. Conference: 2nd Conference. 12 (no pagination), 2018.
AU  - Behan L.
AU  - Gaertner, Alfred L. [Author, Reprint Author; E-mail: a@example.org]
IN  - (Behan) Centre, Southampton
      (Gaertner) Institute, Cork
AD  - L. Behan, Centre, Southampton
MH  - *quality of life
OD  - *quality of life
AB  - Background: Little is known.
Method(s): We searched.
IS  - 1753-6561
DO  - http://dx.doi.org/10.1000/s12919-018
LG  - English
PT  - Conference Abstract
YR  - 2018
"""
GOLDEN = {
    "article": Paper(
        id="doi:10.1000/ejmg.2019.03.004",
        title="Time lapse: A glimpse into multi-layered streams.",
        abstract="BACKGROUND: For this review, streams are AB - sampled. RESULTS: They flow.",
        authors=("Darren K Griffin", "Ricardo de la Fuente", "Stream Sampling Group"),
        year=2020,
        date="2020-02-03",
        venue="European journal of streams",
        doi="10.1000/ejmg.2019.03.004",
        url="https://pubmed.ncbi.nlm.nih.gov/30922926/",
        sources=("file.nbib",),
        extra={
            "type": "Journal Article",
            "publication_types": ["Review", "Journal Article"],
            "journal_abbreviation": "Eur J Streams",
            "other_abstracts": ["Publisher: Abstract available from the publisher."],
            "keywords": ["streams", "Rivers/history", "Research Support, U.S. Gov't, P.H.S."],
            "language": "eng",
            "volume": "63",
            "issue": "2",
            "pages": "103640",
            "copyright": "Copyright (c) 2019 The Authors.",
            "pii": "S1769-7212(19)30059-X",
            "affiliations": [
                "School of Streams, University of Kent, Canterbury, UK. Electronic address: "
                "d.k@example.org."
            ],
            "issn": "1878-0849, 1769-7212",
            "author_ids": "ORCID: 0000-0001-8312-6087",
            "grants": "BB/E010652/1/Research Council/United Kingdom",
            "epub_date": "20190325",
            "place": "Netherlands",
            "retraction_in": "Eur J Streams. 2021;1:1. PMID: 37081273",
            "family_names": {"Stream Sampling Group": "Stream Sampling Group"},
            "pmid": "30922926",
            "pmcid": "PMC7026692",
        },
    ),
    "old": Paper(
        id="doi:10.1000/old.1",
        title="Sampling in old times.",
        authors=("JH van der Berg", "AB Smith"),
        year=1974,
        venue="J Old Times",
        doi="10.1000/old.1",
        url="https://pubmed.ncbi.nlm.nih.gov/4210927/",
        sources=("file.nbib",),
        extra={"abstract_missing": True, "date_stated": "1974 Nov-Dec", "pmid": "4210927"},
    ),
    "chapter": Paper(
        id="pmid:21249763",
        title="Peutz Syndrome",
        authors=("Ferga C. Gleeson",),
        year=2009,
        venue="Cancer Syndromes",
        url="https://pubmed.ncbi.nlm.nih.gov/21249763/",
        sources=("file.nbib",),
        extra={
            "type": "Book Chapter",
            "editors": ["Douglas L Riegert"],
            "publisher": "National Center",
            "book_accession": "NBK1826",
            "isbn": "9780306406157",
            "place": "Bethesda (MD)",
            "abstract_missing": True,
            "pmid": "21249763",
        },
    ),
    "Ovid": Paper(
        id="doi:10.1000/s12919-018",
        title="Quality of life: A review.",
        abstract="Background: Little is known. Method(s): We searched.",
        authors=("L. Behan", "Alfred L. Gaertner"),
        year=2018,
        venue="BMC Proceedings",
        doi="10.1000/s12919-018",
        sources=("file.nbib",),
        extra={
            "type": "Conference Abstract",
            "keywords": ["quality of life"],
            "language": "English",
            "affiliations": [
                "L. Behan, Centre, Southampton",
                "(Behan) Centre, Southampton (Gaertner) Institute, Cork",
            ],
            "volume": "12",
            "source": "BMC Proceedings. Conference: 2nd Conference. 12 (no pagination), 2018.",
            "issn": "1753-6561",
            "database": "Embase",
            "ST": "CONFERENCE ABSTRACT",
        },
    ),
}


def read(text: str) -> list[Record | Rejection]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file.nbib")
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        return list(medline.read(Document(path, "file.nbib", given=True)))


def seen(text: str) -> list[tuple[int, str]]:
    """Line and title, or reason, of everything that is read."""
    return [
        (found.line, found.paper.title if isinstance(found, Record) else found.reason)
        for found in read(text)
    ]


JOURNALS_AT_OVID = """\
<1. >
VN  - Ovid Technologies
DB  - Journals@Ovid Full Text
AN  - 00012345-201905000-00004.
AU  - Roe, Eve B. MD, FRCP 1,*
AU  - Fox, Al 2,+
AU  - et al
IN  - (1)Bog Centre, (2)Fen Centre.
TI  - Moss on [stone] walls
      and roofs.  [Letter to the Editor]
SO  - Walls & Roofs May/June 2019;7(3):11-19
AB  - Moss grows., (C) 2019 Bog & Sons, Inc.
KW  - moss;  walls
LG  - English.
DT  - Short Reports.
IS  - 1091-5397
DI  - 10.1000/wr.7.3
XL  - http://ovid.example.org/web?AN=00012345-201905000-00004

<2. >
VN  - Ovid Technologies
DB  - BIOSIS Previews
RO  - Copyright Bog 2004.
AU  - Low, Ida [Reprint Author; E-mail: ida@example.org]
TI  - Ferns [of caves]
SO  - Caves. 21(2-3):7-9, March 5, 2004.
IB  - 3-540-20222-6 (cloth)
"""


@pytest.mark.parametrize("indent", ["", "  ", "\t", " " * 8])
def test_journals_at_ovid_are_read_as_they_are_indented(indent):
    """Citations, kinds, names with degrees and marks come apart, wherever the lines begin."""
    lines = JOURNALS_AT_OVID.split("\n")
    moss, ferns = (one.paper for one in read("\n".join(f"{indent}{one}".rstrip() for one in lines)))
    assert moss == Paper(
        id="doi:10.1000/wr.7.3",
        title="Moss on [stone] walls and roofs",
        abstract="Moss grows.",
        authors=("Eve B. Roe", "Al Fox"),
        year=2019,
        venue="Walls & Roofs",
        doi="10.1000/wr.7.3",
        url="http://ovid.example.org/web?AN=00012345-201905000-00004",
        sources=("file.nbib",),
        extra={
            "type": "Short Reports",
            "type_of_work": "Letter to the Editor",
            "keywords": ["moss", "walls"],
            "language": "English",
            "volume": "7",
            "issue": "3",
            "pages": "11-19",
            "affiliations": ["(1)Bog Centre, (2)Fen Centre."],
            "source": "Walls & Roofs May/June 2019;7(3):11-19",
            "accession_number": "00012345-201905000-00004",
            "issn": "1091-5397",
            "database": "Journals@Ovid Full Text",
            "authors_cut": True,
            "copyright": "(C) 2019 Bog & Sons, Inc.",
            "date_stated": "May/June 2019",
        },
    )
    assert (ferns.title, ferns.authors, ferns.venue) == ("Ferns [of caves]", ("Ida Low",), "Caves")
    assert (ferns.date, ferns.extra["pages"], ferns.extra["isbn"]) == (
        "2004-03-05",
        "7-9",
        "3-540-20222-6",
    )


ERIC = """\

OWN - ERIC
TI  - Moss in Class.
AU  - Roe, Eve, Ed.
AU  - Fox, Al
AU  - And Others
OT  - Plants
OID - ED300001
DP  - 1979
LID - http://eric.ed.gov/?id=ED300001
AB  - Pupils see moss.
PT  - Guides - Classroom - Teacher

OWN - ERIC
TI  - Ferns in Class
JT  - Journal of Ferns
SO  - v3 n2 p1234-1240 2011
AID - http://dx.doi.org/10.1000/jf.3
OID - EJ300002
LID - http://eric.ed.gov/?id=EJ300002
ISSN - EISSN-1234-567X
"""


def test_eric_s_records_are_read():
    """The number of ERIC is kept, *And Others* is no name, and an editor is none of the authors."""
    moss, ferns = (one.paper for one in read(ERIC))
    assert (moss.authors, moss.year, moss.url) == (
        ("Al Fox",),
        1979,
        "http://eric.ed.gov/?id=ED300001",
    )
    assert moss.extra == {
        "type": "Guides - Classroom - Teacher",
        "editors": ["Eve Roe"],
        "keywords": ["Plants"],
        "accession_number": "ED300001",
        "authors_cut": True,
    }
    assert (ferns.id, ferns.year, ferns.venue) == ("doi:10.1000/jf.3", 2011, "Journal of Ferns")
    assert (ferns.extra["issn"], ferns.extra["accession_number"]) == ("1234-567X", "EJ300002")


@pytest.mark.parametrize(
    ("name", "text"),
    [("article", ARTICLE), ("old", OLD), ("chapter", CHAPTER), ("Ovid", OVID)],
)
def test_every_field_is_read(name, text):
    """An article, an old record, a book's chapter and a record of Ovid's come out whole."""
    (found,) = read(text)
    assert found == Record(GOLDEN[name], 2 if name == "Ovid" else 1)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_records_are_parted_by_blank_lines(end):
    """Each record begins at its own line, whatever ends the lines, a mark in front or not."""
    text = "\ufeff\n" + "\n".join([ARTICLE, OLD, CHAPTER])
    found = read(text.replace("\n", end))
    assert [one.paper for one in found] == [GOLDEN["article"], GOLDEN["old"], GOLDEN["chapter"]]
    second = 2 + ARTICLE.count("\n") + 1
    assert [one.line for one in found] == [2, second, second + OLD.count("\n") + 1]


def test_ovid_s_records_are_parted_by_their_numbers():
    """The numbers between Ovid's records are no content."""
    found = read(OVID + "\n" + OVID.replace("<3001. >", "<3002. >").replace("s12919", "s7"))
    assert [one.paper.doi for one in found] == ["10.1000/s12919-018", "10.1000/s7-018"]


def test_a_record_of_ovid_s_medline_has_a_pmid():
    """What Ovid calls UI is PubMed's number where the database is MEDLINE."""
    (found,) = read("VN  - Ovid Technologies\nDB  - Ovid MEDLINE(R)\nUI  - 123\nTI  - A\n")
    assert (found.paper.id, found.paper.url) == (
        "pmid:123",
        "https://pubmed.ncbi.nlm.nih.gov/123/",
    )


def test_records_without_a_blank_line_between_are_parted():
    """A second PMID begins a second record."""
    assert seen("PMID- 1\nTI  - A\nPMID-2\nTI  - B\n") == [(1, "A"), (3, "B")]


def test_a_blank_line_within_a_record_does_not_end_it():
    """Fields and indented text behind a blank line go on with the record."""
    text = "PMID- 1\nTI  - A\n\nAB  - One\n\n      two.\n\nFAU - Lee, Ann\n\nPMID- 2\nTI  - B\n"
    first, second = read(text)
    assert (first.paper.abstract, first.paper.authors) == ("One two.", ("Ann Lee",))
    assert (second.line, second.paper.title) == (10, "B")


def test_a_number_that_ends_an_abstract_is_part_of_it():
    """A wrapped line that is only a year is no number between records."""
    first, _ = read("PMID- 1\nTI  - A\nAB  - It was in\n      2019.\n\nPMID- 2\nTI  - B\n")
    assert first.paper.abstract == "It was in 2019."


@pytest.mark.parametrize("damaged", ["PMXD- 2", "PM: 2", "\x00\x01", "PMID 2"])
def test_a_damaged_first_line_harms_no_neighbour(damaged):
    """A record whose PMID cannot be read is a record of its own still."""
    text = f"PMID- 1\nTI  - A\n\n{damaged}\nOWN - NLM\nTI  - B\n\nPMID- 3\nTI  - C\n"
    found = read(text)
    assert [one.paper.title for one in found if isinstance(one, Record)] == ["A", "B", "C"]
    assert found[0].paper.extra["pmid"] == "1"


def test_text_between_records_is_rejected():
    """What is no field stands in no record."""
    text = "PMID- 1\nTI  - A\n\nlost words\nmore of them\n\nPMID- 2\nTI  - B\n"
    assert seen(text) == [
        (1, "A"),
        (4, "text outside of any record: 'lost words'"),
        (7, "B"),
    ]


def test_a_record_that_says_nothing_is_rejected_alone():
    """A record with neither title nor abstract is a rejection with its beginning."""
    found = read("PMID- 1\nTI  - A\n\nPMID- 2\nOWN - NLM\n\nPMID- 3\nTI  - C\n")
    assert found[1] == Rejection("file.nbib", 4, "neither title nor abstract", "PMID- 2 OWN - NLM")
    assert [found[0].paper.title, found[2].paper.title] == ["A", "C"]


def test_a_title_in_its_own_language_stands_in_for_none():
    """Where PubMed has no English title, the one it has is the title."""
    (found,) = read("PMID- 1\nTI  - [Not Available].\nTT  - Über Stichproben.\n")
    assert found.paper.title == "Über Stichproben."
    (nothing,) = read("PMID- 1\nBTI - [Not Available].\n")
    assert nothing.reason == "neither title nor abstract"


def test_authors_are_taken_in_full_where_they_are():
    """A record may hold some authors in full and some in short only; none comes twice."""
    (found,) = read(
        "PMID- 1\nTI  - A\nFAU - Long, Vicky\nAU  - Long V\nAU  - Marland H\nCN  - A Group\n"
        "FAU - Wu, Bo\nAUID- ORCID: 0\nAU  - Wu B\nFED - Roe, Jane\nED  - Roe J\nAU  - LI K\n"
    )
    assert found.paper.authors == ("Vicky Long", "H Marland", "A Group", "Bo Wu", "K LI")
    assert found.paper.extra["editors"] == ["Jane Roe"]


def test_what_is_no_number_is_no_pmid():
    """A PMID that is none makes no link, and is kept."""
    (found,) = read("PMID- none\nTI  - A\n")
    assert found.paper.url is None
    assert found.paper.extra["pmid_stated"] == "none"


@pytest.mark.parametrize(
    ("head", "recognised"),
    [
        (ARTICLE, True),
        ("\ufeff\n" + ARTICLE[:200], True),
        ("PMID-22664238\nPT  - Editorial\nJT  - Book", True),
        ("PMID- 1", True),
        (ERIC, True),
        (JOURNALS_AT_OVID.replace("\n", "\n\t"), True),
        (OVID, True),
        ("PMC - PMC123\nPMID- 1\nTI  - A", True),
        ("PMID- 1\nand nothing like it\nbelow", False),
        ("pmid,title\n1,A", False),
        ("TY  - JOUR\nTI  - A\nER  -", False),
        ("TI  - A\nAB  - B", False),
        ("%0 Journal Article\n%T T", False),
        ("FN Clarivate\nVR 1.0\nPT J\nTI A", False),
        ("", False),
        ("PMID-" + " " * 60_000, False),
        ("\0\1\2", False),
    ],
)
def test_medline_is_recognised_by_its_first_record(head, recognised):
    """A PMID, or Ovid's name, with fields below it makes MEDLINE, whatever the file is called."""
    assert medline.recognises(head, ".ris") is recognised


def test_no_other_tagged_format_takes_medline():
    """RIS, the Web of Science's and EndNote's text are told from it."""
    for reader in (ris, wos_text, endnote_tagged):
        assert not reader.recognises(ARTICLE, ".nbib")
        assert not reader.recognises(ARTICLE, ".ris")


PIECES = [
    *(
        "PMID- 1",
        "PMID-5",
        "TI  - a",
        "AB  - b",
        "      more",
        "FAU - X, Y",
        "AU  - Z AB",
        "CN  - G",
    ),
    *(
        "LID - 10.1000/2 [doi]",
        "DP  - 2020 Feb",
        "XX  - u",
        "lost",
        "SO  - s",
        "<1. >",
        "VN  - Ovid",
    ),
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
        path = Path(folder, "file.nbib")
        path.write_bytes(mark + b"".join(piece + end for piece, end in pieces))
        assert_printable(medline.read(Document(path, "file.nbib", given=True)))
