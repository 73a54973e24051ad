"""MODS: papers in proceedings and journals, people in their roles, hosts."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Document
from indexer.errors import SourceUnreadable
from indexer.paper import Paper, Rejection
from indexer.readers import acl_xml, arxiv_atom, endnote_xml, jats, mods, oai_pmh, pubmed_xml
from tests.conftest import assert_printable, papers_in

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<modsCollection xmlns="http://www.loc.gov/mods/v3">\n'
)
FULL = """<mods ID="berg-2020">
  <titleInfo type="abbreviated"><title>Read</title></titleInfo>
  <titleInfo><nonSort>The</nonSort><title>Art of Reading</title><subTitle>A study</subTitle>
  </titleInfo>
  <titleInfo type="translated"><title>Die Kunst des Lesens</title></titleInfo>
  <name type="personal"><namePart type="given">Ann</namePart><namePart type="family">van der Berg
    </namePart><role><roleTerm authority="marcrelator" type="text">author</roleTerm></role>
    <affiliation>Oslo</affiliation></name>
  <name type="personal"><namePart>García Márquez, José</namePart><namePart type="date">1927-
    </namePart><role><roleTerm type="code">AUT</roleTerm></role></name>
  <name type="corporate"><namePart>Stream Sampling Group</namePart></name>
  <name><namePart>Rita Reviewer</namePart><role><roleTerm>reviewer</roleTerm></role></name>
  <originInfo><dateIssued>2020-07-05</dateIssued></originInfo>
  <typeOfResource>text</typeOfResource><language><languageTerm>eng</languageTerm></language>
  <relatedItem type="host">
    <titleInfo><title>Proceedings of the 1st Meeting</title></titleInfo>
    <name type="personal"><namePart type="given">Eve</namePart><namePart type="family">Editor
      </namePart><role><roleTerm>editor</roleTerm></role></name>
    <originInfo><publisher>Example Press</publisher><place><placeTerm type="text">Online
      </placeTerm></place><dateIssued>2020</dateIssued></originInfo>
    <genre authority="marcgt">conference publication</genre>
    <identifier type="isbn">978-0-00-000000-2</identifier>
    <part><detail type="volume"><number>49</number></detail></part>
  </relatedItem>
  <relatedItem type="series"><titleInfo><title>Lectures</title></titleInfo></relatedItem>
  <abstract>We read &lt; 5 streams.</abstract><abstract xml:lang="de">Wir lesen.</abstract>
  <subject><topic>reading</topic><topic>streams</topic></subject><note>In English</note>
  <identifier type="citekey">berg-2020</identifier>
  <identifier type="doi">10.1000/Read.1</identifier>
  <location><url>https://aclanthology.org/2020.streams-main.1/</url></location>
  <part><date>2020-07</date><extent unit="page"><start>1</start><end>10</end></extent>
    <detail type="issue"><caption>no.</caption><number>2</number></detail></part>
</mods>
"""
BARE = "<mods><titleInfo><title>A bare one</title></titleInfo></mods>\n"
END = "</modsCollection>\n"

GOLDEN = [
    Paper(
        id="doi:10.1000/read.1",
        title="The Art of Reading: A study",
        abstract="We read < 5 streams.",
        authors=("Ann van der Berg", "José García Márquez", "Stream Sampling Group"),
        year=2020,
        date="2020-07-05",
        venue="Proceedings of the 1st Meeting",
        doi="10.1000/read.1",
        url="https://aclanthology.org/2020.streams-main.1/",
        sources=("mods.xml",),
        extra={
            "volume": "49",
            "issue": "2",
            "pages": "1-10",
            "publisher": "Example Press",
            "place": "Online",
            "isbn": "978-0-00-000000-2",
            "type": "conference publication",
            "language": "eng",
            "keywords": ["reading", "streams"],
            "editors": ["Eve Editor"],
            "note": "In English",
            "citation_key": "berg-2020",
            "affiliations": ["Oslo"],
            "other_abstracts": ["Wir lesen."],
            "short_title": "Read",
            "translated_title": "Die Kunst des Lesens",
            "family_names": {
                "José García Márquez": "García Márquez",
                "Stream Sampling Group": "Stream Sampling Group",
            },
            "acl": "2020.streams-main.1",
        },
    ),
    Paper(
        id="akin:0958c1801106f5d9",
        title="A bare one",
        sources=("mods.xml",),
        extra={"abstract_missing": True},
    ),
]


def document(tmp_path: Path, text: str) -> Document:
    path = tmp_path / "mods.xml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return Document(path, "mods.xml", given=True)


def read(tmp_path: Path, text: str) -> list[Paper | Rejection]:
    return papers_in(mods, document(tmp_path, text))


def test_a_collection_is_read_whole(tmp_path):
    """What the paper says, and what it appeared in does, but for what belongs to a series."""
    assert read(tmp_path, HEAD + FULL + BARE + END) == GOLDEN


def test_lines_are_those_where_records_begin(tmp_path):
    """Counted from 1, in the file."""
    lines = [found.line for found in mods.read(document(tmp_path, HEAD + FULL + BARE + END))]
    assert lines == [3, 3 + FULL.count("\n")]


def test_a_repository_may_give_mods(tmp_path):
    """Within a record of OAI-PMH."""
    record = f"<record><metadata>{BARE}</metadata></record>"
    page = f"<OAI-PMH><ListRecords>{record}</ListRecords></OAI-PMH>"
    assert papers_in(oai_pmh, document(tmp_path, page)) == GOLDEN[1:]


@pytest.mark.parametrize(
    ("dates", "year", "date"),
    [
        ("<originInfo><dateIssued>2020</dateIssued></originInfo>", 2020, None),
        ("<originInfo><dateIssued>2020</dateIssued><dateCreated>2019-12-01</dateCreated>"
         "</originInfo>", 2019, "2019-12-01"),
        ("<part><date>2018</date></part>", 2018, None),
        ('<relatedItem type="host"><part><date>2017</date></part></relatedItem>', 2017, None),
        ("", None, None),
    ],
)  # fmt: skip
def test_dates_stand_in_several_places(tmp_path, dates, year, date):
    """One with a day counts before others."""
    (found,) = read(tmp_path, f"<mods><titleInfo><title>T</title></titleInfo>{dates}</mods>")
    assert (found.year, found.date) == (year, date)


def test_a_broken_record_leaves_its_neighbours_alone(tmp_path):
    """First and last are whole, the one between is rejected with line and message."""
    broken = "<mods>\n<titleInfo><title>A &b; B</title></titleInfo></mods>\n"
    first, middle, last = read(tmp_path, HEAD + BARE + broken + BARE + END)
    assert first == last == GOLDEN[1]
    assert (middle.line, middle.reason) == (4, "broken XML in line 5: Entity 'b' not defined")


def test_a_record_that_says_nothing_is_rejected(tmp_path):
    """It has a title of its host alone."""
    host = '<relatedItem type="host"><titleInfo><title>H</title></titleInfo></relatedItem>'
    (found,) = read(tmp_path, f"{HEAD}<mods>{host}</mods>{END}")
    assert found == Rejection("mods.xml", 3, "neither title nor abstract", "H")


def test_a_collection_that_declares_entities_is_refused(tmp_path):
    """Whoever wrote it."""
    with pytest.raises(SourceUnreadable, match="declares entities"):
        read(tmp_path, f'<!DOCTYPE mods [<!ENTITY a "b">]>{BARE}')


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (HEAD + FULL, True),
        ('<m:mods xmlns:m="http://www.loc.gov/mods/v3"><m:titleInfo/>', True),
        ("<modsCollection><mods/></modsCollection>", False),
        ('<collection xmlns="http://www.loc.gov/MARC21/slim"><record/>', False),
        ("http://www.loc.gov/mods/v3", False),
        ("", False),
    ],
)
def test_mods_is_told_by_root_and_namespace(head, is_one):
    """Whatever the file is called; and no other reader of XML takes it."""
    assert mods.recognises(head, ".txt") is is_one
    others = (acl_xml, arxiv_atom, endnote_xml, jats, oai_pmh, pubmed_xml)
    assert not (is_one and any(reader.recognises(head, ".xml") for reader in others))


PIECES = [
    *("<mods>", "</mods>", "<titleInfo>", "</titleInfo>", "<title>T</title>", "<name>", "</name>"),
    *(
        "<namePart>,</namePart>",
        '<namePart type="family"> </namePart>',
        "<identifier>x</identifier>",
    ),
    *('<relatedItem type="host">', "</relatedItem>", "<part>", "</part>", "<detail/>", FULL, BARE),
    *("<date>x</date>", "<extent><start>1</start></extent>", "&", "\x00", "\ud800", "\n"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_whatever_a_file_holds_is_a_paper_or_a_rejection(content):
    """What is read can be printed, and reading ends."""
    with tempfile.TemporaryDirectory() as folder:
        assert_printable(read(Path(folder), content))
