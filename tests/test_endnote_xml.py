"""EndNote's XML, with styles and without, as EndNote and others write it."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Document
from indexer.errors import SourceUnreadable
from indexer.paper import Paper, Rejection
from indexer.readers import acl_xml, arxiv_atom, endnote_xml, jats, oai_pmh, pubmed_xml
from tests.conftest import assert_printable, papers_in

PLAIN = """<record><database name="My.enl" path="C:\\My.enl">My.enl</database>
<source-app name="EndNote" version="17.5">EndNote</source-app><rec-number>1</rec-number>
<foreign-keys><key app="EN" db-id="abc">1</key></foreign-keys>
<ref-type name="Journal Article">17</ref-type>
<contributors><authors><author>van der Berg, Ann M.</author>
<author>García Márquez, José, Jr.</author>
<author>World Stream Organization,</author></authors>
<secondary-authors><author>Editor, E.</author></secondary-authors></contributors>
<auth-address>Institute of Rivers, Oslo.&#xD;Institute of Lakes, Rome.</auth-address>
<titles><title>Why Alnus grows</title><secondary-title>J Streams</secondary-title>
<short-title>Alnus</short-title><translated-title>Warum Erlen wachsen</translated-title></titles>
<periodical><full-title>Journal of Streams</full-title><abbr-1>J Str</abbr-1></periodical>
<pages>123-130</pages><volume>49</volume><number>1</number><edition>2018/12/31</edition>
<keywords><keyword>*Rivers</keyword><keyword>carbon flux&#xD;alder</keyword></keywords>
<dates><year>2019</year><pub-dates><date>Aug 27</date></pub-dates></dates>
<pub-location>Oslo</pub-location><publisher>Example Press</publisher>
<isbn>1234-5679 (Electronic)&#xD;2234-5670 (Linking)</isbn>
<accession-num>31000001</accession-num>
<abstract>BACKGROUND: Streams carry CO2 &amp; more.&#xD;METHODS: We &lt; 5 sampled.</abstract>
<notes>1234-5679&#xD;Read me</notes>
<urls><related-urls><url>https://www.ncbi.nlm.nih.gov/pubmed/31000001</url>
<url>https://example.org/s.pdf</url></related-urls>
<pdf-urls><url>internal-pdf://0123/s.pdf</url></pdf-urls></urls>
<custom1>Seen</custom1><custom2>PMC6700001</custom2>
<electronic-resource-num>10.1000/Streams.1</electronic-resource-num>
<remote-database-name>Medline</remote-database-name><language>eng</language>
</record>
"""
STYLE = '<style face="normal" font="default" size="100%">'
STYLED = re.sub(r">([^<>\n]+)</(?!database|key|source|rec-|ref-)", rf">{STYLE}\1</style></", PLAIN)
STYLED = STYLED.replace("CO2 &amp;", f'CO</style><style face="subscript">2</style>{STYLE} &amp;')
LOOSE = """<record><ref-type name="Book">6</ref-type><contributors><author>Doe, A; Roe, B</author>
</contributors><title>Loosely written</title><year>n.d.</year><isbn>978-0-00-000000-2</isbn>
<electronic-resource-num>see the web</electronic-resource-num><accession-num>WOS:1</accession-num>
<urls><web-urls><url>www.example.org/a</url></web-urls></urls></record>
"""
LIBRARY = f'<?xml version="1.0" encoding="UTF-8" ?><xml><records>\n{PLAIN}{LOOSE}</records></xml>\n'

GOLDEN = [
    Paper(
        id="doi:10.1000/streams.1",
        title="Why Alnus grows",
        abstract="BACKGROUND: Streams carry CO2 & more. METHODS: We < 5 sampled.",
        authors=("Ann M. van der Berg", "José García Márquez Jr.", "World Stream Organization"),
        year=2019,
        date="2019-08-27",
        venue="Journal of Streams",
        doi="10.1000/streams.1",
        url="https://www.ncbi.nlm.nih.gov/pubmed/31000001",
        sources=("my.xml",),
        extra={
            "pages": "123-130",
            "volume": "49",
            "issue": "1",
            "edition": "2018/12/31",
            "place": "Oslo",
            "publisher": "Example Press",
            "note": "1234-5679 Read me",
            "custom1": "Seen",
            "remote_database_name": "Medline",
            "language": "eng",
            "issn": "1234-5679, 2234-5670",
            "type": "Journal Article",
            "editors": ["E. Editor"],
            "keywords": ["Rivers", "carbon flux", "alder"],
            "affiliations": ["Institute of Rivers, Oslo.", "Institute of Lakes, Rome."],
            "short_title": "Alnus",
            "translated_title": "Warum Erlen wachsen",
            "journal_abbreviation": "J Str",
            "more_links": ["https://example.org/s.pdf"],
            "other_links": ["internal-pdf://0123/s.pdf"],
            "family_names": {
                "José García Márquez Jr.": "García Márquez Jr.",
                "World Stream Organization": "World Stream Organization",
            },
            "pmid": "31000001",
            "pmcid": "PMC6700001",
        },
    ),
    Paper(
        id="akin:fb5f987d84617cdc",
        title="Loosely written",
        authors=("A Doe", "B Roe"),
        url="http://www.example.org/a",
        sources=("my.xml",),
        extra={
            "isbn": "978-0-00-000000-2",
            "type": "Book",
            "accession_number": "WOS:1",
            "year_stated": "n.d.",
            "doi_stated": "see the web",
            "abstract_missing": True,
        },
    ),
]


def document(tmp_path: Path, text: str) -> Document:
    path = tmp_path / "my.xml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return Document(path, "my.xml", given=True)


def read(tmp_path: Path, text: str) -> list[Paper | Rejection]:
    return papers_in(endnote_xml, document(tmp_path, text))


def record(inner: str) -> str:
    return (
        f"<xml><records><record><titles><title>T</title></titles>{inner}</record></records></xml>"
    )


def test_a_library_is_read_whole(tmp_path):
    """All that a full record says, and what a careless program leaves of one."""
    assert read(tmp_path, LIBRARY) == GOLDEN


def test_styles_make_no_difference(tmp_path):
    """One around each text, several where the face changes."""
    assert STYLED.count("<style") > 20
    assert read(tmp_path, f"<xml><records>\n{STYLED}{LOOSE}</records></xml>") == GOLDEN


def test_lines_are_those_where_records_begin(tmp_path):
    """Counted from 1, in the file; EndNote writes all in one line, others do not."""
    lines = [found.line for found in endnote_xml.read(document(tmp_path, LIBRARY))]
    assert lines == [2, 2 + PLAIN.count("\n")]
    one = LIBRARY.replace("\n", " ")
    assert [found.line for found in endnote_xml.read(document(tmp_path, one))] == [1, 1]


@pytest.mark.parametrize(
    ("dates", "year", "date"),
    [
        ("<year>2019</year>", 2019, None),
        ("<year>2019</year><pub-dates><date>2019-08-27</date></pub-dates>", 2019, "2019-08-27"),
        ("<year>2019</year><pub-dates><date>27 Aug 2018</date></pub-dates>", 2019, None),
        ("<pub-dates><date>27 Aug 2018</date></pub-dates>", 2018, "2018-08-27"),
        ("<year>in press</year>", None, None),
    ],
)
def test_dates_are_put_together(tmp_path, dates, year, date):
    """The day stands beside the year, with a year of its own or without."""
    (found,) = read(tmp_path, record(f"<dates>{dates}</dates>"))
    assert (found.year, found.date) == (year, date)


def test_early_access_tells_the_year_where_nothing_else_does(tmp_path):
    """An article that has no issue yet has its month among the custom fields."""
    early = "<custom6>MAR 2021</custom6><edition>2nd</edition>"
    undated, dated = "<year>in press</year>", "<year>2022</year>"
    years = [
        read(tmp_path, record(one))[0].year
        for one in (early, f"<dates>{undated}</dates>{early}", f"<dates>{dated}</dates>{early}")
    ]
    assert years == [2021, 2021, 2022]


def test_an_accession_number_is_of_its_database(tmp_path):
    """A number of another database is none of PubMed's."""
    number = "<accession-num>123</accession-num>"
    (found,) = read(
        tmp_path, record(f"{number}<remote-database-name>Scopus</remote-database-name>")
    )
    assert "pmid" not in found.extra
    assert found.extra["accession_number"] == "123"
    provider = "<remote-database-provider>NLM</remote-database-provider>"
    (found,) = read(tmp_path, record(number + provider))
    assert found.id == "pmid:123"


def test_a_broken_record_leaves_its_neighbours_alone(tmp_path):
    """First and last are whole, the one between is rejected with line and message."""
    broken = "<record>\n<titles><title>Salt &water; it is</title></titles></record>\n"
    first, middle, last = read(tmp_path, LIBRARY.replace(LOOSE, broken + LOOSE))
    assert [first, last] == GOLDEN
    line = 2 + PLAIN.count("\n")
    reason = f"broken XML in line {line + 1}: Entity 'water' not defined"
    head = "<record> <titles><title>Salt &water; it is</title></titles></record>"
    assert middle == Rejection("my.xml", line, reason, head)


def test_a_record_that_says_nothing_is_rejected(tmp_path):
    """No title, no abstract."""
    (found,) = read(tmp_path, "<xml><records><record><year>2019</year></record></records></xml>")
    assert found == Rejection("my.xml", 1, "neither title nor abstract", "2019")


def test_a_library_that_was_cut_off_is_reported(tmp_path):
    """What came before is there."""
    first, last = read(tmp_path, LIBRARY[: LIBRARY.index("<isbn>978")])
    assert first == GOLDEN[0]
    reason = "the file ends within <record>: cut off?"
    assert (last.line, last.reason) == (2 + PLAIN.count("\n"), reason)


def test_a_library_that_declares_entities_is_refused(tmp_path):
    """Whoever wrote it."""
    with pytest.raises(SourceUnreadable, match="declares entities"):
        read(tmp_path, f'<!DOCTYPE xml [<!ENTITY a "b">]><xml><records>{PLAIN}</records></xml>')


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (LIBRARY, True),
        (LIBRARY[:300], True),
        (f"<records>{STYLED}", True),
        (LOOSE, True),
        (f"<EndNote><Cite>{LOOSE}</Cite></EndNote>", True),
        ("<xml><item>x</item></xml>", False),
        ("<records><record><leader>x</leader></record></records>", False),
        (f"<collection>{LOOSE}</collection>", False),
        ("<OAI-PMH><record><header/></record></OAI-PMH>", False),
        ("", False),
    ],
)
def test_endnote_is_told_by_its_fields(head, is_one):
    """Whatever the file is called; and no other reader of XML takes it."""
    assert endnote_xml.recognises(head, ".txt") is is_one
    others = (acl_xml, arxiv_atom, jats, oai_pmh, pubmed_xml)
    assert not (is_one and any(reader.recognises(head, ".xml") for reader in others))


PIECES = [
    *(
        "<xml>",
        "</xml>",
        "<records>",
        "</records>",
        "<record>",
        "</record>",
        "<titles>",
        "</titles>",
    ),
    *("<title>T</title>", "<style>", "</style>", "<authors><author>,</author></authors>", LOOSE),
    *(
        "<dates><year>9</year></dates>",
        "<isbn>&#xD;</isbn>",
        "<urls><url>&#xD;</url></urls>",
        "<x>y",
    ),
    *(
        "</x>",
        "&",
        "\x00",
        "\ud800",
        "\n",
        "<accession-num>٣</accession-num>",
        "<keyword>;*</keyword>",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_whatever_a_file_holds_is_a_paper_or_a_rejection(content):
    """What is read can be printed, and reading ends."""
    with tempfile.TemporaryDirectory() as folder:
        assert_printable(read(Path(folder), content))
