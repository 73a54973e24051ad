"""The ACL Anthology's XML: volumes of now and of before 2020, ids that are stated and made up."""

from __future__ import annotations

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

META = """<meta>
      <booktitle>Proceedings of the 1st Meeting on <fixed-case>S</fixed-case>treams</booktitle>
      <editor><last>Editor</last><first>Eve</first></editor>
      <publisher>Association for Streams</publisher><address>Online</address>
      <month>July</month><year>2020</year><isbn>978-0-00-000000-2</isbn>
      <url hash="1">2020.streams-main</url><venue>streams</venue>
    </meta>
"""
FRONT = '    <frontmatter><url hash="2">2020.streams-main.0</url></frontmatter>\n'
FULL = """    <paper id="1">
      <title>Learning to <fixed-case>R</fixed-case>ead in <tex-math>O(n^2)</tex-math></title>
      <author><first>Ann</first><last>van der Berg</last><affiliation>Oslo</affiliation>
        <variant script="hani"><first>安</first><last>王</last></variant></author>
      <author><first>José</first><last>García Márquez</last></author>
      <author><last>Plato</last></author>
      <pages>1–10</pages>
      <abstract>We read <b>bold</b> <i>streams</i> at <url>https://example.org/s</url>.</abstract>
      <url hash="3">2020.streams-main.1</url><doi>10.1000/2020.streams-main.1</doi>
      <video href="2020.streams-main.1.mp4"/><bibkey>berg-etal-2020-learning</bibkey>
      <attachment type="Software" hash="4">2020.streams-main.1.Software.zip</attachment>
      <award>Best Paper</award><erratum id="1">2020.streams-main.1e1</erratum>
      <pwccode url="https://github.com/ann/read" additional="false">ann/read</pwccode>
    </paper>
"""
BARE = '    <paper id="12"><title>Last words</title><retracted date="2021"/></paper>\n'
VOLUME = (
    f'  <volume id="main" ingest-date="2020-06-21">\n    {META}{FRONT}{FULL}{BARE}  </volume>\n'
)
EVENT = (
    '  <event id="streams-2020"><meta><title>Streams</title><location>Online</location></meta>'
    "<links><url>x</url></links><colocated><volume-id>x</volume-id></colocated></event>\n"
)
COLLECTION = f'<collection id="2020.streams">\n{VOLUME}{EVENT}</collection>\n'

SHARED = {
    "publisher": "Association for Streams",
    "place": "Online",
    "isbn": "978-0-00-000000-2",
    "editors": ["Eve Editor"],
    "date_stated": "July 2020",
}
GOLDEN = [
    Paper(
        id="doi:10.1000/2020.streams-main.1",
        title="Learning to Read in O(n²)",
        abstract="We read bold streams at https://example.org/s.",
        authors=("Ann van der Berg", "José García Márquez", "Plato"),
        year=2020,
        venue="Proceedings of the 1st Meeting on Streams",
        doi="10.1000/2020.streams-main.1",
        url="https://aclanthology.org/2020.streams-main.1",
        code=True,
        sources=("2020.xml",),
        extra={
            "pages": "1–10",
            "bibkey": "berg-etal-2020-learning",
            "affiliations": ["Oslo"],
            "code_links": ["https://github.com/ann/read"],
            "awards": ["Best Paper"],
            "errata": ["2020.streams-main.1e1"],
            "attachments": ["2020.streams-main.1.Software.zip"],
            "videos": ["2020.streams-main.1.mp4"],
            "family_names": {"José García Márquez": "García Márquez"},
            "links": ["https://example.org/s"],
            "acl": "2020.streams-main.1",
            **SHARED,
        },
    ),
    Paper(
        id="acl:2020.streams-main.12",
        title="Last words",
        year=2020,
        venue="Proceedings of the 1st Meeting on Streams",
        url="https://aclanthology.org/2020.streams-main.12",
        sources=("2020.xml",),
        extra={
            "retracted": True,
            "abstract_missing": True,
            "acl": "2020.streams-main.12",
            **SHARED,
        },
    ),
]


def document(tmp_path: Path, text: str) -> Document:
    path = tmp_path / "2020.xml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return Document(path, "2020.xml", given=True)


def read(tmp_path: Path, text: str) -> list[Paper | Rejection]:
    return papers_in(acl_xml, document(tmp_path, text))


def test_a_collection_is_read_whole(tmp_path):
    """Papers with what their volume says; front matter without a title and events are none."""
    assert read(tmp_path, "<?xml version='1.0' encoding='UTF-8'?>\n" + COLLECTION) == GOLDEN


def test_lines_are_those_where_papers_begin(tmp_path):
    """Counted from 1, in the file."""
    lines = [found.line for found in acl_xml.read(document(tmp_path, COLLECTION))]
    first = 1 + COLLECTION[: COLLECTION.index("<paper")].count("\n")
    assert lines == [first, first + FULL.count("\n")]


def test_a_volume_speaks_for_its_own_papers_alone(tmp_path):
    """A second volume without ``meta`` has no book, that of the first is not its own."""
    second = '<volume id="short"><paper id="1"><title>T</title></paper></volume>'
    content = f'<collection id="2020.streams">{VOLUME}{second}</collection>'
    found = read(tmp_path, content)[-1]
    assert (found.id, found.venue, found.year) == ("acl:2020.streams-short.1", None, None)


def test_a_journal_has_volume_and_issue(tmp_path):
    """In its ``meta``, with or without a book's title."""
    meta = (
        "<meta><journal-title>Streams</journal-title><journal-volume>10</journal-volume>"
        "<journal-issue>2</journal-issue><year>2022</year></meta>"
    )
    content = f'<collection id="2022.j"><volume id="1">{meta}{BARE}</volume></collection>'
    (found,) = read(tmp_path, content)
    assert (found.venue, found.year, found.date) == ("Streams", 2022, None)
    assert (found.extra["volume"], found.extra["issue"]) == ("10", "2")


def test_front_matter_with_a_title_is_a_paper(tmp_path):
    """A preface, number 0 of its volume."""
    front = "<frontmatter><title>Preface</title><author><last>Eve</last></author></frontmatter>"
    content = f'<collection id="2020.streams"><volume id="main">{front}</volume></collection>'
    (found,) = read(tmp_path, content)
    assert (found.id, found.title) == ("acl:2020.streams-main.0", "Preface")


def test_files_of_before_2020_repeat_the_book_in_each_paper(tmp_path):
    """The volume is the root, its id is half of the papers'."""
    content = (
        '<volume id="P00"><paper id="1001"><title>Old</title><author><first>A.</first>'
        "<last>Old</last></author><booktitle>Proceedings</booktitle><month>October</month>"
        "<year>2000</year><publisher>P</publisher></paper></volume>"
    )
    assert read(tmp_path, content) == [
        Paper(
            id="acl:P00-1001",
            title="Old",
            authors=("A. Old",),
            year=2000,
            venue="Proceedings",
            url="https://aclanthology.org/P00-1001",
            sources=("2020.xml",),
            extra={
                "publisher": "P",
                "date_stated": "October 2000",
                "abstract_missing": True,
                "acl": "P00-1001",
            },
        )
    ]


@pytest.mark.parametrize(
    ("collection", "volume", "number", "url", "anthology_id", "link"),
    [
        ("P19", "1", "1", "", "P19-1001", None),
        ("P19", "1", "1", "P19-1002", "P19-1002", None),
        ("W19", "3", "7", "", "W19-0307", None),
        ("W19", "52", "12", "", "W19-5212", None),
        ("C69", "1", "1", "", "C69-0101", None),
        ("D19", "1", "1", "", "D19-1001", None),
        ("D19", "51", "3", "", "D19-5103", None),
        ("2020.acl", "main", "5", "", "2020.acl-main.5", None),
        ("1995.iwpt", "1", "2", "http://www.aclweb.org/anthology/x", "1995.iwpt-1.2",
         "http://www.aclweb.org/anthology/x"),
        ("P19", "1", "1", "https://aclanthology.org/P19-1009", "P19-1009",
         "https://aclanthology.org/P19-1009"),
    ],
)  # fmt: skip
def test_ids_are_stated_or_made_up(tmp_path, collection, volume, number, url, anthology_id, link):
    """Of collection, volume and number, as the Anthology numbers conferences and workshops."""
    (found,) = read(
        tmp_path,
        f'<collection id="{collection}"><volume id="{volume}"><paper id="{number}"><title>T'
        f"</title><url>{url}</url></paper></volume></collection>",
    )
    assert found.id == f"acl:{anthology_id}"
    assert found.url == (link or f"https://aclanthology.org/{anthology_id}")


def test_a_broken_paper_leaves_its_neighbours_alone(tmp_path):
    """First and last are whole, the one between is rejected with line and message."""
    broken = '<paper id="2">\n<title>A <fixed-case>B</title></paper>\n'
    first, middle, last = read(tmp_path, COLLECTION.replace(BARE, broken + BARE))
    assert [first, last] == GOLDEN
    line = 1 + COLLECTION[: COLLECTION.index(BARE)].count("\n")
    assert middle.line == line
    assert middle.reason == (
        f"broken XML in line {line + 1}: Opening and ending tag mismatch: fixed-case line"
        f" {line + 1} and title"
    )


def test_papers_that_are_commented_out_are_not_there(tmp_path):
    """As editors of the Anthology leave them."""
    assert read(tmp_path, COLLECTION.replace(BARE, f"<!-- {BARE} -->")) == GOLDEN[:1]


def test_a_paper_that_says_nothing_is_rejected(tmp_path):
    """It has a number, no title."""
    content = COLLECTION.replace(BARE, '<paper id="13"><pages>7</pages></paper>')
    found = read(tmp_path, content)[-1]
    line = 1 + COLLECTION[: COLLECTION.index(BARE)].count("\n")
    assert found == Rejection("2020.xml", line, "neither title nor abstract", "7")


def test_a_collection_that_declares_entities_is_refused(tmp_path):
    """Whoever wrote it."""
    with pytest.raises(SourceUnreadable, match="declares entities"):
        read(tmp_path, '<!DOCTYPE collection [<!ENTITY a "b">]>' + COLLECTION)


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (COLLECTION, True),
        (COLLECTION[:400], True),
        ("<volume id='P00'><paper id='1'>", True),
        ("<collection><source>PubMed</source><document><id>1</id></document>", False),
        ("<collection xmlns='m'><record><leader/></record></collection>", False),
        ("<collection><volume id='1'/></collection>", False),
        ("<papers><paper id='1'/></papers>", False),
        ("", False),
    ],
)
def test_the_anthology_is_told_by_its_elements(head, is_one):
    """Collections of other kinds are none; and no other reader of XML takes it."""
    assert acl_xml.recognises(head, ".txt") is is_one
    others = (arxiv_atom, endnote_xml, jats, oai_pmh, pubmed_xml)
    assert not (is_one and any(reader.recognises(head, ".xml") for reader in others))


PIECES = [
    *(
        '<collection id="2020.x">',
        "</collection>",
        '<volume id="1">',
        "</volume>",
        META,
        FULL,
        BARE,
    ),
    *(
        "<paper>",
        '<paper id="x">',
        "</paper>",
        "<title>T</title>",
        "<frontmatter>",
        "</frontmatter>",
    ),
    *(
        "<author/>",
        "<url>x</url>",
        "<url>http://[x</url>",
        "&",
        "\x00",
        "\ud800",
        "\n",
        "<pwccode/>",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_whatever_a_file_holds_is_a_paper_or_a_rejection(content):
    """What is read can be printed, and reading ends."""
    with tempfile.TemporaryDirectory() as folder:
        assert_printable(read(Path(folder), content))
