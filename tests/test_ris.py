"""RIS in the dialects of its exporters, and every way in which such a file is broken."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Document
from indexer.paper import Paper, Record, Rejection
from indexer.readers import endnote_tagged, medline, ris, wos_text
from indexer.readers.tagged import LONGEST_RECORD
from tests.conftest import assert_printable

SCOPUS = """\
TY  - JOUR
TI  - Sampling of streams: A survey
T2  - Journal of Sampling
J2  - J. Sampl.
VL  - 111
IS  - 2
PY  - 2020
SP  - 17
EP  - 29
DO  - 10.1000/js.2020.17
SN  - 03064530 (ISSN)
AU  - García Márquez, A.
AU  - Lee, B.C.
AD  - Institute of Sampling, Essen, Germany
AD  - Chair of Streams, Bamberg, Germany
AB  - Streams are long. We sample them. © 2020 Elsevier Ltd
KW  - Sampling
KW  - Streams
PB  - Elsevier Ltd
N1  - Export Date: 18 November 2019
M3  - Review
DB  - Scopus
C7  - 104501
C2  - 31421429
LA  - English
N1  - References: Adams, A., On streams (2017) Streams, 1, pp. 1-2;
Baker, B., On samples (2015) Samples, 3, pp. 4-5
UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-1&doi=10.1000%2fjs.2020.17
ER  -
"""
ENDNOTE = """\
TY  - JOUR
AB  - One paragraph; with words in it
that go on here.

Another one.
AD  - First Institute, Melbourne
2 Second Institute, Sydney
AN  - 26176500
AU  - Alway, Y.
AU  - de Vries, J., Jr.
DA  - Sep 18
DP  - NLM
ET  - 2015/07/16
J2  - Journal of trauma research
KW  - *anxiety
brain injury
L1  - internal-pdf://4146382462/Alway-2015.pdf
N1  - 1557-9042
Alway, Yvette
J Trauma. 2015 Sep 18. doi: 10.1000/jt.2015.
PY  - 2015
SN  - 0897-7151 (Print)
1557-9042 (Electronic)
ST  - The Evolution of Disorder
T2  - J Trauma
TI  - The Evolution of Disorder following Injury
UR  - http://online.example.org/pdfplus/1
http://other.example.org/2
ID  - 25
ER  -
"""
EMBASE = """\
TY  - CHAP
M3  - Article in Press
Y1  - 2014
VL  - 3
SP  - 152
SN  - 978-3-16-148410-0
JF  - Endoscopic Ultrasound
JO  - Endosc. Ultrasound
UR  - http://www.embase.com/search/results?id=L373791783
U2  - L373791783
C5  - 15368318
DB  - Embase
DB  - Medline
L2  - http://dx.doi.org/10.1000/eu.138783
LK  - http://sfx.example.org/utrecht?sid=EMBASE&id=doi:10.1000%2Feu.138783&atitle=Cysts
A1  - Liu R.
A1  - Adler D.G.
A2  - Roe, Jane
T1  - Cysts &amp; their <i>management</i>
N2  - Cysts are rare.
ER  -
"""
GOLDEN = {
    "Scopus": Paper(
        id="doi:10.1000/js.2020.17",
        title="Sampling of streams: A survey",
        abstract="Streams are long. We sample them.",
        authors=("A. García Márquez", "B.C. Lee"),
        year=2020,
        venue="Journal of Sampling",
        doi="10.1000/js.2020.17",
        url="https://www.scopus.com/inward/record.uri?eid=2-s2.0-1&doi=10.1000%2fjs.2020.17",
        sources=("file.ris",),
        extra={
            "type": "JOUR",
            "type_of_work": "Review",
            "other_venues": ["J. Sampl."],
            "keywords": ["Sampling", "Streams"],
            "volume": "111",
            "issue": "2",
            "pages": "17-29",
            "publisher": "Elsevier Ltd",
            "language": "English",
            "affiliations": [
                "Institute of Sampling, Essen, Germany",
                "Chair of Streams, Bamberg, Germany",
            ],
            "note": "Export Date: 18 November 2019",
            "issn": "0306-4530",
            "database": "Scopus",
            "article_number": "104501",
            "copyright": "© 2020 Elsevier Ltd",
            "family_names": {"A. García Márquez": "García Márquez"},
            "pmid": "31421429",
        },
    ),
    "EndNote": Paper(
        id="doi:10.1000/jt.2015",
        title="The Evolution of Disorder following Injury",
        abstract="One paragraph; with words in it that go on here. Another one.",
        authors=("Y. Alway", "J. de Vries Jr."),
        year=2015,
        date="2015-09-18",
        venue="J Trauma",
        doi="10.1000/jt.2015",
        url="http://online.example.org/pdfplus/1",
        sources=("file.ris",),
        extra={
            "type": "JOUR",
            "other_venues": ["Journal of trauma research"],
            "keywords": ["anxiety", "brain injury"],
            "affiliations": ["First Institute, Melbourne", "2 Second Institute, Sydney"],
            "note": "1557-9042; Alway, Yvette; J Trauma. 2015 Sep 18. doi: 10.1000/jt.2015.",
            "more_links": ["http://other.example.org/2"],
            "other_links": ["internal-pdf://4146382462/Alway-2015.pdf"],
            "issn": "0897-7151, 1557-9042",
            "epub_date": "2015/07/16",
            "database_provider": "NLM",
            "record_id": "25",
            "pmid": "26176500",
        },
    ),
    "Embase": Paper(
        id="doi:10.1000/eu.138783",
        title="Cysts & their management",
        abstract="Cysts are rare.",
        authors=("R. Liu", "D.G. Adler"),
        year=2014,
        venue="Endoscopic Ultrasound",
        doi="10.1000/eu.138783",
        url="http://www.embase.com/search/results?id=L373791783",
        sources=("file.ris",),
        extra={
            "type": "CHAP",
            "type_of_work": "Article in Press",
            "other_venues": ["Endosc. Ultrasound"],
            "editors": ["Jane Roe"],
            "volume": "3",
            "pages": "152",
            "isbn": "978-3-16-148410-0",
            "more_links": [
                "http://dx.doi.org/10.1000/eu.138783",
                "http://sfx.example.org/utrecht?sid=EMBASE&id=doi:10.1000%2Feu.138783&atitle=Cysts",
            ],
            "database": ["Embase", "Medline"],
            "U2": "L373791783",
            "pmid": "15368318",
        },
    ),
}


def read(text: str, name: str = "file.ris") -> list[Record | Rejection]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        return list(ris.read(Document(path, name, given=True)))


def one(text: str) -> Paper:
    (found,) = read(text)
    assert isinstance(found, Record)
    return found.paper


def seen(text: str) -> list[tuple[int, str]]:
    """Line and title, or reason, of everything that is read."""
    return [
        (found.line, found.paper.title if isinstance(found, Record) else found.reason)
        for found in read(text)
    ]


def record(*lines: str, title: str = "A title") -> str:
    return "\n".join(["TY  - JOUR", f"TI  - {title}", *lines, "ER  - ", ""])


def test_every_field_of_the_dialects_is_read():
    """First, middle and last record come out whole, each with the line where it begins."""
    found = read("\n".join([SCOPUS, ENDNOTE, EMBASE]))
    assert [one.paper for one in found] == list(GOLDEN.values())
    first = 1 + SCOPUS.count("\n") + 1
    assert [one.line for one in found] == [1, first, first + ENDNOTE.count("\n") + 1]


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_byte_order_mark_change_nothing(mark, end):
    """A file as Windows or an old Mac saves it reads the same."""
    text = mark + "\n".join([SCOPUS, ENDNOTE]).replace("\n", end)
    assert [one.paper for one in read(text)] == [GOLDEN["Scopus"], GOLDEN["EndNote"]]


@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - A title\nAU  - Lee, Ann\nER  -",
        "TY  - JOUR\nA1\t- Lee, Ann\nT1 \t- A title\nER  - ",
        "TY - JOUR\nTI - A title\nAU - Lee, Ann\nER -",
        "TY- JOUR\nTI- A title\nAU- Lee, Ann\nER-",
        "TY-JOUR\nTI-A title\nAU-Lee, Ann\nER-",
        "ty  - JOUR\nti  - A title\nau  - Lee, Ann\ner  -",
        "  TY  - JOUR\n  TI  - A title\n  AU  - Lee, Ann\n  ER  -",
        "TY\xa0\xa0- JOUR\nTI\xa0\xa0- A title\nAU\xa0\xa0- Lee, Ann\nER\xa0\xa0-",
        "TY  – JOUR\nTI  – A title\nAU  – Lee, Ann\nER  –",
        "TI  - A title\nAU  - Lee, Ann\nER",
    ],
    ids=[
        "usual",
        "tab",
        "one blank",
        "none",
        "none at all",
        "small",
        "indented",
        "nbsp",
        "–",
        "TY",
    ],
)
def test_a_tag_may_be_spaced_in_any_way(text):
    """White space, tabs, dashes and small letters make the same record, and so does no TY."""
    paper = one(text)
    assert (paper.title, paper.authors) == ("A title", ("Ann Lee",))


def test_what_only_looks_like_a_tag_is_text():
    """Within a record of usual tags, lines with another spacing go on with the text above."""
    paper = one(
        record(
            "AB  - Cells were",
            "ER - positive in all, and in",
            "AB - negative ones, where",
            "TY - 21 cells grew,",
            "IL-6 rose",
            "ab  - as before.",
            "PY  - 2020",
        )
    )
    assert paper.abstract == (
        "Cells were ER - positive in all, and in AB - negative ones, where TY - 21 cells grew, "
        "IL-6 rose ab - as before."
    )
    assert paper.year == 2020


def test_a_record_ends_where_the_next_begins():
    """Without ER the next TY, or the end of the file, ends a record; numbers between are none."""
    text = "TY  - JOUR\nTI  - A\nSP  - 1\n\n2.\nTY  - JOUR\nTI  - B\nTY  - JOUR\nTI  - C"
    assert seen(text) == [(1, "A"), (6, "B"), (8, "C")]
    assert read(text)[0].paper.extra["pages"] == "1"


def test_files_behind_one_another_are_one():
    """The mark at the beginning of a file, or its end, is no text where files were joined."""
    text = f"{record(title='A')}\ufeff{record(title='B')}\x1a\ufeffTY  - JOUR\nTI  - C\n\x1a"
    assert seen(text) == [(1, "A"), (4, "B"), (7, "C")]


def test_lines_that_are_only_numbers_are_text_where_no_record_follows():
    """A table in an abstract is kept, however many numbers it has."""
    numbers = [f"{number}." for number in range(1, 200)]
    paper = one(record("AB  - Numbers:", "", "\n\n".join(numbers), "PY  - 2020"))
    assert paper.abstract == " ".join(["Numbers:", *numbers])


def test_a_record_without_ty_is_a_record():
    """Fields behind ER make a record of their own, a lone ER makes none."""
    text = record(title="A") + "\nAU  - Lee, Ann\nTI  - B\nER  -\nTI  - C\nER  -\n\nER  -\n"
    assert seen(text) == [(1, "A"), (5, "B"), (8, "C")]


def test_what_stands_around_records_is_passed_over():
    """Heads, numbers and links that exporters put between records are no content."""
    text = (
        "Provider: JSTOR http://www.jstor.org\nDatabase: JSTOR\n"
        'Content: text/plain; charset="us-ascii"\n\n1.\n'
        + record(title="A")
        + "NL  - J Samp\n\nLink to the Ovid Full Text or citation: https://ovid.example.org/1\n\n"
        + "<2. >\n"
        + record(title="B")
        + "\nRecord #3 of 3\n-----\n"
        + record(title="C")
    )
    assert seen(text) == [(6, "A"), (14, "B"), (20, "C")]
    assert read(text)[0].paper.extra["NL"] == "J Samp"


def test_other_text_around_records_is_rejected_and_harms_no_neighbour():
    """What is neither a record nor its usual frame is rejected once, where it begins."""
    text = (
        "Dear Ann,\nhere they are:\n\n" + record(title="A") + "lost words\n\n" + record(title="B")
    )
    assert read(text + "The end.")[0] == Rejection(
        "file.ris", 1, "text outside of any record: 'Dear Ann,'", "Dear Ann,"
    )
    assert seen(text + "The end.") == [
        (1, "text outside of any record: 'Dear Ann,'"),
        (4, "A"),
        (7, "text outside of any record: 'lost words'"),
        (9, "B"),
        (12, "text outside of any record: 'The end.'"),
    ]


def test_a_record_that_says_nothing_is_rejected_alone():
    """A record with neither title nor abstract is a rejection, its neighbours are papers."""
    text = record(title="A") + "TY  - BLOG\nN1  - Reference Type: Blog\nER  -\n" + record(title="B")
    assert read(text)[1] == Rejection(
        "file.ris", 4, "neither title nor abstract", "TY  - BLOG N1  - Reference Type: Blog"
    )
    assert [title for _, title in seen(text)] == ["A", "neither title nor abstract", "B"]


def test_what_is_too_long_to_be_a_record_is_rejected_alone():
    """A record without an end is not gathered for ever, and the next one is read."""
    line = "x" * 1023 + "\n"
    text = record(title="A") + "TY  - JOUR\nAB  - " + line * (LONGEST_RECORD // 1024 + 2)
    assert seen(text + record(title="B")) == [
        (1, "A"),
        (4, "longer than any record"),
        (4 + 1 + LONGEST_RECORD // 1024 + 2, "B"),
    ]


@pytest.mark.parametrize(
    ("lines", "year", "date", "extra"),
    [
        (["PY  - 2009/05/12/"], 2009, "2009-05-12", {}),
        (["PY  - 2009///"], 2009, None, {}),
        (["Y1  - 2014//"], 2014, None, {}),
        (["Y1  - 2014/02//"], 2014, None, {"date_stated": "2014/02"}),
        (["PY  - 2009///Spring"], 2009, None, {"date_stated": "2009 Spring"}),
        (["DA  - 2020///nan", "PY  - 2020"], 2020, None, {}),
        (["DA  - 2019/10//undefined", "PY  - 2019"], 2019, None, {"date_stated": "2019/10"}),
        (["DA  - 2012/07/03", "PY  - 2012"], 2012, "2012-07-03", {}),
        (["DA  - SEP", "PY  - 2018"], 2018, None, {"date_stated": "2018 SEP"}),
        (["DA  - 2018/12/30", "PY  - 2019"], 2019, None, {"date_stated": "2018/12/30"}),
        (["DA  - 2018/12/30"], 2018, "2018-12-30", {}),
        (
            ["Y1  - 2013", "PY  - 2013/04/18", "PY  - 2013/02/15/received"],
            2013,
            "2013-04-18",
            {},
        ),
        (["PY  - in press"], None, None, {"year_stated": "in press"}),
        (["C6  - MAR 2021"], 2021, None, {"date_stated": "MAR 2021"}),
        (["EA  - 15 MAR 2021", "Y2  - 2024/01/02"], 2021, "2021-03-15", {}),
        (["ET  - 2021/03/15", "PY  - in press"], 2021, "2021-03-15", {"year_stated": "in press"}),
        (["C6  - JAN-FEB 2021", "DA  - SEP"], 2021, None, {"date_stated": "JAN-FEB 2021"}),
        (["C6  - MAR 2021", "PY  - 2022"], 2022, None, {}),
        (["C6  - PMC2021", "ET  - 3rd ed. 2020"], None, None, {}),
        (["PY  - 0000"], None, None, {"year_stated": "0000"}),
    ],
)
def test_dates_are_read_in_every_form(lines, year, date, extra):
    """Slashes with nothing between them are no part of a date; the day comes from where it is."""
    paper = one(record(*lines))
    stated = {k: v for k, v in paper.extra.items() if k.endswith("_stated")}
    assert (paper.year, paper.date, stated) == (year, date, extra)


@pytest.mark.parametrize(
    "line",
    [
        "DO  - 10.1000/ABC(7)-4",
        "DO  - doi: 10.1000/abc(7)-4",
        "DO  - https://doi.org/10.1000/abc(7)-4",
        "UR  - http://dx.doi.org/10.1000/abc(7)-4",
        "UR  - https://publisher.org/doi/full/10.1000/abc(7)-4?x=1",
        "UR  - https://publisher.org/doi/10.1000/abc(7)-4/pdf",
        "UR  - https://index.org/record?doi=10.1000%2fabc(7)-4&md5=1",
        "L3  - 10.1000/abc(7)-4",
        "M3  - doi: 10.1000/abc(7)-4",
        "N1  - doi: 10.1000/abc(7)-4.",
        "N1  - 10.1000/abc(7)-4 doi",
        "ID  - 10.1000/abc(7)-4",
    ],
)
def test_a_doi_is_found_wherever_it_stands(line):
    """DO, links, M3, L3, ID and notes hold DOIs, bare or in a link."""
    paper = one(record(line))
    assert (paper.id, paper.doi) == ("doi:10.1000/abc(7)-4", "10.1000/abc(7)-4")


def test_a_doi_of_another_paper_is_none_of_this_one():
    """What a note says of an erratum or a comment names no paper, and what is no DOI is kept."""
    paper = one(record("DO  - 10.1037.a003", "N1  - Erratum in: doi: 10.1000/other"))
    assert paper.doi is None
    assert paper.extra["doi_stated"] == "10.1037.a003"


@pytest.mark.parametrize(
    "lines",
    [
        ["AN  - 12345", "DB  - PubMed"],
        ["AN  - 12345", "DP  - NLM"],
        ["AN  - PMID: 12345"],
        ["C2  - PMID:12345"],
        ["AN  - MEDLINE:12345"],
        ["C2  - 12345", "DB  - Scopus"],
        ["C5  - 12345", "DB  - Embase", "DB  - Medline"],
        ["U1  - 12345[pmid]"],
        ["N1  - Peer Reviewed; USA. NLM UID: 101208192. PMID: NLM12345."],
        ["PMID- 12345"],
        ["L2  - https://www.ncbi.nlm.nih.gov/pubmed/12345"],
    ],
)
def test_a_pmid_is_found_wherever_it_stands(lines):
    """Each database has another place for PubMed's number; it is no accession number then."""
    paper = one(record(*lines))
    assert (paper.id, paper.extra["pmid"]) == ("pmid:12345", "12345")
    assert "accession_number" not in paper.extra


def test_a_bare_number_of_another_database_is_no_pmid():
    """ProQuest's accession number stays one."""
    paper = one(record("AN  - 2214991469", "DB  - PTSDpubs", "C2  - 7"))
    assert paper.extra["accession_number"] == "2214991469"
    assert "pmid" not in paper.extra


def test_links_lead_to_identifiers():
    """A preprint among the further links gives its arXiv id, PubMed Central's its own."""
    paper = one(
        record(
            "UR  - https://lens.org/1; https://b.org/2",
            "L2  - http://arxiv.org/abs/2111.09920v2",
            "L2  - https://www.ncbi.nlm.nih.gov/pmc/articles/PMC123456",
            "UR  - <Go to ISI>://WOS:0002",
            "UR  - www.c.org/3",
        )
    )
    assert (paper.id, paper.arxiv_id, paper.url) == (
        "arxiv:2111.09920",
        "2111.09920",
        "https://lens.org/1",
    )
    assert paper.extra["pmcid"] == "PMC123456"
    assert paper.extra["more_links"][:2] == ["https://b.org/2", "http://www.c.org/3"]
    assert paper.extra["other_links"] == ["<Go to ISI>://WOS:0002"]


@pytest.mark.parametrize(
    ("lines", "title", "extra"),
    [
        (["TI  - One", "T1  - Two"], "One", {"other_titles": ["Two"]}),
        (["T1  - One", "ST  - On"], "One", {}),
        (["CT  - One"], "One", {}),
        (["TI  - One", "CT  - Congress of It"], "One", {"conference": "Congress of It"}),
        (["BT  - One"], "One", {}),
        (["ST  - One", "AB  - Text."], "One", {}),
        (["TI  - One", "TT  - Uno"], "One", {"translated_title": "Uno"}),
        (["TI  - One", "  goes on"], "One goes on", {}),
    ],
)
def test_a_title_is_taken_from_where_there_is_one(lines, title, extra):
    """TI, T1, CT and BT hold titles; what is left over is kept."""
    paper = one("\n".join(["TY  - BOOK", *lines, "ER  -"]))
    kept = {k: v for k, v in paper.extra.items() if k not in ("type", "abstract_missing")}
    assert (paper.title, kept, paper.venue) == (title, extra, None)


def test_the_longer_abstract_wins():
    """Of AB and N2 the longer is the abstract; a shorter one that says something else is kept."""
    long, short = "A long abstract of it all.", "A summary."
    paper = one(record(f"AB  - {short}", f"N2  - {long}"))
    assert (paper.abstract, paper.extra["other_abstracts"]) == (long, [short])
    assert "other_abstracts" not in one(record(f"N2  - {long}", f"AB  - {long}")).extra
    assert one(record("AB  - First part.", "AB  - Second part.")).abstract == (
        "First part. Second part."
    )


def test_a_notice_is_no_longer_abstract():
    """Where one of two abstracts is the database's notice, however long, the other one counts."""
    notice = (
        "Copyright of Moss is the property of Bog Ltd. Content may not be copied or emailed to "
        "multiple sites without the copyright holder's express written permission."
    )
    paper = one(record("AB  - Moss is wet.", f"N2  - {notice}"))
    assert paper.abstract == "Moss is wet."


def test_notes_are_no_abstract():
    """N1 is a note, whatever stands in it, without the XHTML of Zotero."""
    paper = one(record("N1  - <p>ASReview_relevant</p>", "N1  - <p>See</p>also <b>this</b>"))
    assert (paper.abstract, paper.extra["note"]) == ("", "ASReview_relevant; See also this")


@pytest.mark.parametrize(
    ("lines", "authors", "cut"),
    [
        (["AU  - Lee, A.; M&uuml;ller, B."], ("A. Lee", "B. Müller"), False),
        (["AU  - Lee, A.", "A1  - Lee, A.", "A1  - Wu, B."], ("A. Lee", "B. Wu"), False),
        (["AU  - Wang, Y.", "AU  - Wang, Y."], ("Y. Wang", "Y. Wang"), False),
        (
            ["A1  - Roe, E.", "AU  - Fox, A.", "AU  - Low, I."],
            ("E. Roe", "A. Fox", "I. Low"),
            False,
        ),
        (["AU  - Fox, A.", "A1  - Roe, E.", "AU  - et al."], ("A. Fox", "E. Roe"), True),
        (["A1  - Roe, E.", "AU  - Roe, E.", "AU  - Fox, A."], ("E. Roe", "A. Fox"), False),
        (["A1  - Roe, E.", "AU  - Roe, Eve"], ("Eve Roe",), False),
        (
            ["A1  - Roe, E.", "A2  - Ash, J.", "ED  - Low, I.", "AU  - Fox, A."],
            ("E. Roe", "A. Fox"),
            False,
        ),
        (["AU  - Lee, A.", "AU  - et al."], ("A. Lee",), True),
        (["AU  - Lee, A., et al"], ("A. Lee",), True),
        (["AU  - Shi,Yu "], ("Yu Shi",), False),
        (["AU  - van den Hoven, null"], ("van den Hoven",), False),
        (["AU  - Kun LI"], ("Kun LI",), False),
        (["AU  - Lee AB", "AN  - PMID: 7"], ("AB Lee",), False),
        (
            ["AU  - Centers for Disease Control and Prevention"],
            ("Centers for Disease Control and Prevention",),
            False,
        ),
    ],
)
def test_authors_come_in_every_form(lines, authors, cut):
    """One a line or several, in AU or A1, cut or whole; no name is lost for being there twice."""
    paper = one(record(*lines))
    assert (paper.authors, paper.extra.get("authors_cut", False)) == (authors, cut)


def test_keywords_are_parted_and_cleaned():
    """Semicolons and lines part keywords, entities do not; stars and doublets go."""
    paper = one(record("KW  - R&amp;D; *Sampling", "KW  - sampling", "streams"))
    assert paper.extra["keywords"] == ["R&D", "Sampling", "streams"]


@pytest.mark.parametrize(
    ("lines", "extra"),
    [
        (["SP  - 359-376", "EP  - 376"], {"pages": "359-376"}),
        (["SP  - e12", "EP  - e12"], {"pages": "e12"}),
        (["SP  - No", "EP  - Specified"], {}),
        (["IS  - nan", "VL  - 3"], {"volume": "3"}),
        (["M1  - 4"], {"issue": "4"}),
        (["IS  - 2", "M1  - 4"], {"issue": "2", "misc": ["4"]}),
        (["M1  - Cited, A (2001)"] + [f"M1  - Cited, B (20{i})" for i in range(10, 20)], {}),
        (["SN  - 0894-9867, 0894-9867"], {"issn": "0894-9867"}),
        (["SN  - 1895577X 9780306406157"], {"issn": "1895-577X", "isbn": "9780306406157"}),
        (["SN  - unknown"], {"issn": "unknown"}),
        (["PB  - Sage", "PB  - US", "CY  - London"], {"publisher": "Sage, US", "place": "London"}),
        (["ET  - 2nd"], {"edition": "2nd"}),
        (["ET  - 2021/03", "PY  - 2021"], {"epub_date": "2021/03"}),
        (["C6  - MAR 2021", "PY  - 2021"], {"early_access": "MAR 2021"}),
        (["C6  - NIHMS12"], {"custom6": "NIHMS12"}),
        (["ZZ  - one", "ZZ  - two"], {"ZZ": ["one", "two"]}),
        (["CR  - Cited, A"], {}),
    ],
)
def test_other_fields_are_kept(lines, extra):
    """Pages, numbers and whatever else a record holds go to extra; what it cites does not."""
    kept = one(record(*lines)).extra
    assert kept == {"type": "JOUR", "abstract_missing": True} | extra


def test_a_list_of_cited_names_is_no_editor_s_name():
    """PsycINFO's list of all whom a paper cites stays the text that it is."""
    paper = one(record("A2  - Andres, Baker, Casati, Dakanalis, De Rooy", "A3  - Roe, Jane"))
    assert paper.extra["editors"] == ["Andres, Baker, Casati, Dakanalis, De Rooy", "Jane Roe"]


AKIN = """\
TY  - CONF
TI  - Why $5 & <b> matter
AU  - Lee; Ann, Bo
AU  - A Body,
AB  - Abstract: 100\\% <i>true</i> © 2020 Wiley
KW  - a; b
C2  - PMID:123
C4  - cs.LG
N1  - akin: rank 1, score 0.71
DP  - akin
ID  - pmid:123
ER  -
"""


def test_what_akin_wrote_is_read_as_it_is():
    """With akin as provider and an id of its own text is clean, and a semicolon parts nothing."""
    assert one(AKIN) == Paper(
        id="pmid:123",
        title="Why $5 & <b> matter",
        abstract="Abstract: 100\\% <i>true</i> © 2020 Wiley",
        authors=("Bo Lee; Ann", "A Body"),
        categories=("cs.LG",),
        sources=("file.ris",),
        extra={
            "keywords": ["a; b"],
            "family_names": {"Bo Lee; Ann": "Lee; Ann", "A Body": "A Body"},
            "pmid": "123",
        },
    )


def test_what_another_program_made_of_akin_s_export_is_its_own():
    """With an id that is not akin's the record is read as any other, but for the rank."""
    paper = one(AKIN.replace("ID  - pmid:123", "ID  - 7"))
    assert (paper.abstract, paper.authors[:2]) == ("100% true", ("Lee", "Bo Ann"))
    assert "note" not in paper.extra


@pytest.mark.parametrize(
    ("head", "suffix", "recognised"),
    [
        (SCOPUS, ".ris", True),
        (SCOPUS, ".txt", True),
        (SCOPUS[:40], "", True),
        ("TY  - JOUR", "", True),
        ("\ufeff\n\nTY  -\r\nER  -\r\n", "", True),
        ("Provider: JSTOR\n\n1.\nTY - JOUR\nTI - A", ".txt", True),
        ("TI  - A title\nAU  - Lee, A.\nER  -", ".ris", True),
        ("TI  - A title\nAU  - Lee, A.\nER  -", ".txt", False),
        ("PMID- 12345\nOWN - NLM\nTI  - A title", ".ris", False),
        ("Some words.\nTY  - they said\nNo field.", ".txt", False),
        ("@article{a,\n title = {T},\n abstract = {\nTY  - JOUR\nTI  - x\n}}", ".bib", False),
        ('{"note": "\nTY  - JOUR\nTI  - x"}', ".json", False),
        ("FN Clarivate\nVR 1.0\nPT J\nAU Lee, A", ".ris", False),
        ("%0 Journal Article\n%T T", ".enw", False),
        ("title,abstract\nA,b", ".csv", False),
        ("# Notes\n\nTY  - JOUR\nTI  - x", ".md", False),
        ("", ".ris", False),
        ("TY  -" + " " * 60_000 + "x y", "", False),
        ("\0\1\2", "", False),
    ],
)
def test_ris_is_recognised_by_its_lines(head, suffix, recognised):
    """A line TY with a field below it makes RIS, whatever the file is called."""
    assert ris.recognises(head, suffix) is recognised


def test_no_other_tagged_format_takes_ris():
    """MEDLINE, the Web of Science's and EndNote's text are told from it."""
    for reader in (medline, wos_text, endnote_tagged):
        assert not reader.recognises(SCOPUS, ".ris")


PIECES = [
    *("TY  - JOUR", "TY - CHAP", "ER  - ", "ER", "TI  - A title", "T1\t- B", "AU  - Lee, A; Wu, B"),
    *(
        "AB  - Text",
        "N2  - Text",
        "DO  - 10.1000/1",
        "UR  - http://a.org/b;c",
        "KW  - a;b",
        "  more",
    ),
    *(
        "N1  - References: a",
        "1.",
        "Provider: x",
        "PY  - 2009///x",
        "SN  - 1234-5678",
        "AN  - PMID: 5",
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
        path = Path(folder, "file.ris")
        path.write_bytes(mark + b"".join(piece + end for piece, end in pieces))
        assert_printable(ris.read(Document(path, "file.ris", given=True)))


def test_ovid_writes_the_kind_of_work_behind_a_title(tmp_path):
    """It is taken off where Ovid's link or the record's own kind shows that it is none of it."""
    text = """TY  - JOUR
T1  - Moss in rain. [Article]
JF  - Moss
UR  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&AN=1
ER  -
TY  - JOUR
T1  - Fern [Conference Abstract]
M3  - Conference Abstract
ER  -
TY  - JOUR
T1  - Bog [Peat]
ER  -
"""
    path = tmp_path / "a.ris"
    path.write_text(text)
    found = [one.paper for one in ris.read(Document(path, "a.ris", given=True))]
    assert [(one.title, one.venue, one.extra.get("type_of_work")) for one in found] == [
        ("Moss in rain", "Moss", "Article"),
        ("Fern", None, "Conference Abstract"),
        ("Bog [Peat]", None, None),
    ]


def test_the_cochrane_library_has_tags_of_its_own(tmp_path):
    """A line `DOI - …` is no keyword or issue, and C3 holds the number of PubMed."""
    text = """TY  - JOUR
TI  - Moss
KW  - *bog; Rain
IS  - 3
DOI - 10.1000/moss.3
C3  - PUBMED 31234567,EMBASE 2001234567
ER  -
"""
    path = tmp_path / "a.ris"
    path.write_text(text)
    (found,) = (one.paper for one in ris.read(Document(path, "a.ris", given=True)))
    assert (found.doi, found.extra["pmid"], found.extra["issue"], found.extra["keywords"]) == (
        "10.1000/moss.3",
        "31234567",
        "3",
        ["bog", "Rain"],
    )
