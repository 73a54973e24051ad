"""OAI-PMH: arXiv's schemas, Dublin Core as repositories fill it in, deleted records, errors."""

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

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<responseDate>2024-01-01T00:00:00Z</responseDate>
<request verb="ListRecords" metadataPrefix="arXiv">http://export.arxiv.org/oai2</request>
<ListRecords>
"""
END = '<resumptionToken cursor="0">123|1001</resumptionToken>\n</ListRecords>\n</OAI-PMH>\n'


def record(metadata: str, name: str = "oai:x:1") -> str:
    header = f"<header><identifier>{name}</identifier><datestamp>2021-02-03</datestamp></header>"
    return f"<record>\n{header}\n<metadata>\n{metadata}\n</metadata>\n</record>\n"


ARXIV = record("""<arXiv xmlns="http://arxiv.org/OAI/arXiv/">
 <id>2101.00001</id><created>2021-01-01</created><updated>2021-02-03</updated>
 <authors><author><keyname>van der Berg</keyname><forenames>Ann</forenames></author>
  <author><keyname>García Márquez</keyname><forenames>José</forenames><suffix>Jr</suffix>
   <affiliation>Institute of Rivers</affiliation></author>
  <author><keyname>The Stream Collaboration</keyname></author></authors>
 <title>Streams of non-
  linear $\\beta$ flow</title><categories>math-ph math.MP</categories>
 <comments>12 pages</comments><report-no>R-1</report-no><msc-class>15A66</msc-class>
 <journal-ref>J.Streams 1:1-9,2021</journal-ref><doi>10.1000/Streams.1 10.1000/streams.2</doi>
 <license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license>
 <abstract>  We study streams &amp; brooks
in $\\mathbb{R}^2$.
</abstract></arXiv>""")
RAW = record("""<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">
 <id>hep-th/9901001</id><submitter>Ada Example</submitter>
 <version version="v10"><date>Wed, 2 Aug 2000 00:41:18 GMT</date><size>1kb</size></version>
 <version version="v1"><date>Fri, 1 Jan 1999 17:57:34 GMT</date><size>1kb</size></version>
 <title>Raw streams</title>
 <authors>Stream Collaboration: A. Example (1), B. P\\'erez (2 and (3)), C. Roe and D. Doe ((1)
  Oslo, (2) Rome)</authors>
 <categories>hep-th math-ph</categories><abstract>Raw.</abstract></arXivRaw>""")
DELETED = """<record><header status="deleted"><identifier>oai:arXiv.org:2101.00002</identifier>
<datestamp>2021-02-03</datestamp></header></record>
"""
DC_ARXIV = record("""<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Streams in Dublin</dc:title>
 <dc:creator>Example, Ada</dc:creator><dc:creator>Wang, Kun</dc:creator>
 <dc:subject>Computer Science - Machine Learning</dc:subject><dc:subject>15A66</dc:subject>
 <dc:description>We say it.</dc:description><dc:description>Comment: 12 pages</dc:description>
 <dc:date>2021-01-01</dc:date><dc:date>2021-02-03</dc:date><dc:type>text</dc:type>
 <dc:identifier>http://arxiv.org/abs/2101.00003</dc:identifier>
 <dc:identifier>J.Streams 1:1-9,2021</dc:identifier>
 <dc:identifier>doi:10.1000/streams.3</dc:identifier></oai_dc:dc>""")
ABSTRACT = "A study of brooks, which says at some length what brooks are and why they babble. " * 3
DC_OJS = record(f"""<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
 <dc:title xml:lang="en-US">Brooks</dc:title><dc:title xml:lang="de-DE">Bäche</dc:title>
 <dc:creator>Roe, Jane; Doe, John</dc:creator><dc:contributor>Sponsor Ltd</dc:contributor>
 <dc:subject>brooks; streams</dc:subject>
 <dc:description>Peer reviewed</dc:description><dc:description>{ABSTRACT}</dc:description>
 <dc:publisher>Example Press</dc:publisher><dc:date>2012-05-01T12:00:00Z</dc:date>
 <dc:date>info:eu-repo/date/embargoEnd/2001-01-01</dc:date><dc:date>2008</dc:date>
 <dc:type>info:eu-repo/semantics/article</dc:type><dc:type>Peer-reviewed</dc:type>
 <dc:format>application/pdf</dc:format>
 <dc:identifier>https://example.org/view/1</dc:identifier><dc:identifier>10.1000/b.1</dc:identifier>
 <dc:identifier>urn:isbn:9780000000002</dc:identifier><dc:identifier>Local 7</dc:identifier>
 <dc:source>Journal of Brooks; Vol. 3 No. 1 (2008); 12-20</dc:source>
 <dc:source>1234-5679</dc:source><dc:language>eng</dc:language><dc:rights>CC BY</dc:rights>
 <dc:relation>https://example.org/pdf/1</dc:relation></oai_dc:dc>""")
JATS = record("""<article xmlns="https://jats.nlm.nih.gov/ns/archiving/1.3/"><front><article-meta>
 <title-group><article-title>In JATS</article-title></title-group></article-meta></front>
 </article>""")
ALL = HEAD + ARXIV + RAW + DELETED + DC_ARXIV + DC_OJS + JATS + END

GOLDEN = [
    Paper(
        id="arxiv:2101.00001",
        title="Streams of non-linear β flow",
        abstract="We study streams & brooks in ℝ².",
        authors=("Ann van der Berg", "José García Márquez Jr", "The Stream Collaboration"),
        year=2021,
        date="2021-01-01",
        venue="J.Streams 1:1-9,2021",
        categories=("math-ph", "math.MP"),
        doi="10.1000/streams.1",
        arxiv_id="2101.00001",
        url="https://arxiv.org/abs/2101.00001",
        sources=("oai.xml",),
        extra={
            "note": "12 pages",
            "report_number": "R-1",
            "msc_class": "15A66",
            "license": "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
            "updated": "2021-02-03",
            "affiliations": ["Institute of Rivers"],
            "more_dois": "10.1000/streams.2",
            "family_names": {
                "José García Márquez Jr": "García Márquez Jr",
                "The Stream Collaboration": "The Stream Collaboration",
            },
        },
    ),
    Paper(
        id="arxiv:hep-th/9901001",
        title="Raw streams",
        abstract="Raw.",
        authors=("Stream Collaboration", "A. Example", "B. Pérez", "C. Roe", "D. Doe"),
        year=1999,
        date="1999-01-01",
        categories=("hep-th", "math-ph"),
        arxiv_id="hep-th/9901001",
        url="https://arxiv.org/abs/hep-th/9901001",
        sources=("oai.xml",),
        extra={
            "submitter": "Ada Example",
            "versions": 2,
            "authors_stated": "Stream Collaboration: A. Example (1), B. Pérez (2 and (3)), C. Roe "
            "and D. Doe ((1) Oslo, (2) Rome)",
        },
    ),
    Rejection(
        "oai.xml",
        1 + (HEAD + ARXIV + RAW).count("\n"),
        "deleted in the repository: oai:arXiv.org:2101.00002",
        "oai:arXiv.org:2101.00002",
    ),
    Paper(
        id="arxiv:2101.00003",
        title="Streams in Dublin",
        abstract="We say it.",
        authors=("Ada Example", "Kun Wang"),
        year=2021,
        date="2021-01-01",
        venue="J.Streams 1:1-9,2021",
        doi="10.1000/streams.3",
        arxiv_id="2101.00003",
        url="http://arxiv.org/abs/2101.00003",
        sources=("oai.xml",),
        extra={
            "keywords": ["Computer Science - Machine Learning", "15A66"],
            "type": "text",
            "note": "12 pages",
        },
    ),
    Paper(
        id="doi:10.1000/b.1",
        title="Brooks",
        abstract=ABSTRACT.strip(),
        authors=("Jane Roe", "John Doe"),
        year=2008,
        venue="Journal of Brooks",
        doi="10.1000/b.1",
        url="https://example.org/view/1",
        sources=("oai.xml",),
        extra={
            "other_titles": ["Bäche"],
            "keywords": ["brooks", "streams"],
            "type": "article",
            "publication_types": ["article", "Peer-reviewed"],
            "publisher": "Example Press",
            "language": "eng",
            "issn": "1234-5679",
            "isbn": "9780000000002",
            "note": "Peer reviewed",
            "contributors": ["Sponsor Ltd"],
            "identifiers": ["Local 7"],
            "journals": ["Journal of Brooks; Vol. 3 No. 1 (2008); 12-20"],
            "rights": ["CC BY"],
            "relation": ["https://example.org/pdf/1"],
        },
    ),
    Paper(
        id="akin:30c4b09d5e25adab",
        title="In JATS",
        sources=("oai.xml",),
        extra={"abstract_missing": True},
    ),
]


def document(tmp_path: Path, text: str) -> Document:
    path = tmp_path / "oai.xml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return Document(path, "oai.xml", given=True)


def read(tmp_path: Path, text: str) -> list[Paper | Rejection]:
    return papers_in(oai_pmh, document(tmp_path, text))


def test_every_schema_is_read_whole(tmp_path):
    """arXiv's own, Dublin Core of arXiv and of a journal, JATS, and a deleted record, in order."""
    assert read(tmp_path, ALL) == GOLDEN


def test_lines_are_those_where_records_begin(tmp_path):
    """Counted from 1, in the file."""
    lines = [found.line for found in oai_pmh.read(document(tmp_path, ALL))]
    records = [HEAD, ARXIV, RAW, DELETED, DC_ARXIV, DC_OJS]
    assert lines == [1 + "".join(records[: n + 1]).count("\n") for n in range(len(records))]


def test_one_record_and_harvested_ones(tmp_path):
    """``GetRecord``; pages put together; records under a root of the harvester's, prefixed."""
    one = HEAD.replace("ListRecords>", "GetRecord>") + ARXIV + "</GetRecord></OAI-PMH>"
    assert read(tmp_path, one) == GOLDEN[:1]
    page = HEAD + ARXIV + END
    assert read(tmp_path, page * 2) == GOLDEN[:1] * 2
    prefixed = DELETED.replace("</", "</o:").replace("<", "<o:").replace("<o:/o:", "</o:")
    harvest = f'<all xmlns:o="http://www.openarchives.org/OAI/2.0/">\n{prefixed}</all>'
    assert oai_pmh.recognises(harvest, "")
    assert [found.line for found in read(tmp_path, harvest)] == [2]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<record><header><identifier>oai:x:1</identifier></header></record>",
         "a record without metadata: oai:x:1"),
        ("<record><header/><metadata> </metadata></record>", "a record without metadata: "),
        (record("<marc:record xmlns:marc='m'><marc:leader/></marc:record>").replace(
            "marc:record", "marc:collection"),
         "metadata in a schema that is not read: 'collection'"),
        (record("<dc><title/></dc>"), "neither title nor abstract"),
        (record("<arXiv><id>2101.00001</id></arXiv>"), "neither title nor abstract"),
        (record("<article/>"), "an article without article-meta"),
        ('<error code="noRecordsMatch">Nothing new</error>',
         "the repository answered with an error: noRecordsMatch: Nothing new"),
    ],
)  # fmt: skip
def test_what_is_no_paper_is_rejected(tmp_path, content, reason):
    """Without metadata, in a schema that is not read, without a title; and an error."""
    (found,) = read(tmp_path, HEAD + content + END)
    assert (found.reason, found.line) == (reason, 1 + HEAD.count("\n"))


@pytest.mark.parametrize(
    ("stated", "authors", "cut"),
    [
        ("Ada Example", ("Ada Example",), False),
        ("A. Example, K. Wang and J. Roe", ("A. Example", "K. Wang", "J. Roe"), False),
        ("Doe, J. and Roe, R.", ("J. Doe", "R. Roe"), False),
        ("A. Example (for the X Collaboration)", ("A. Example",), False),
        ("A. Example, K. Wang, et al. (99 authors)", ("A. Example", "K. Wang"), True),
        ('J\\"urgen M\\"uller, \\L{}ukasz Kowalski', ("Jürgen Müller", "Łukasz Kowalski"), False),
        ("", (), False),
    ],
)
def test_authors_in_one_string_are_taken_apart(tmp_path, stated, authors, cut):
    """As arXiv's submitters write them, without where they work."""
    raw = f"<arXivRaw><id>1</id><authors>{stated}</authors><title>T</title></arXivRaw>"
    (found,) = read(tmp_path, HEAD + record(raw) + END)
    assert (found.authors, found.extra.get("authors_cut", False)) == (authors, cut)


@pytest.mark.parametrize(
    ("stated", "known", "url", "others"),
    [
        ("https://doi.org/10.1000/x", {"doi": "10.1000/x"}, "https://doi.org/10.1000/x", None),
        ("info:doi/10.1000/x", {"doi": "10.1000/x"}, None, None),
        ("10.1000/x", {"doi": "10.1000/x"}, None, None),
        ("arXiv:2101.00001v2", {"arxiv_id": "2101.00001"}, None, None),
        ("oai:arXiv.org:math/0309136", {"arxiv_id": "math/0309136"}, None, None),
        ("http://hdl.handle.net/1/2", {}, "http://hdl.handle.net/1/2", None),
        ("eprint/1234567", {}, None, ["eprint/1234567"]),
    ],
)
def test_identifiers_come_in_many_forms(tmp_path, stated, known, url, others):
    """With scheme, as link, bare; what is none is kept."""
    dc = f"<dc><title>T</title><identifier>{stated}</identifier></dc>"
    (found,) = read(tmp_path, HEAD + record(dc) + END)
    assert {kind: getattr(found, kind) for kind in known} == known
    assert (found.url, found.extra.get("identifiers")) == (url, others)


def test_a_broken_record_leaves_its_neighbours_alone(tmp_path):
    """First and last are whole, the one between is rejected with line and message."""
    broken = record("<arXiv><title>A &b; B</title></arXiv>")
    first, middle, last = read(tmp_path, HEAD + ARXIV + broken + DC_ARXIV + END)
    assert (first, last) == (GOLDEN[0], GOLDEN[3])
    line = 1 + (HEAD + ARXIV).count("\n")
    assert middle.line == line
    assert middle.reason == f"broken XML in line {line + 3}: Entity 'b' not defined"


def test_a_page_that_was_cut_off_is_reported(tmp_path):
    """What came before is there."""
    first, last = read(tmp_path, HEAD + ARXIV + RAW[:200])
    assert first == GOLDEN[0]
    assert last.reason == "the file ends within <record>: cut off?"


def test_a_page_that_declares_entities_is_refused(tmp_path):
    """Whoever sent it."""
    bomb = HEAD.replace("<OAI-PMH", '<!DOCTYPE OAI-PMH [<!ENTITY a "b">]><OAI-PMH')
    with pytest.raises(SourceUnreadable, match="declares entities"):
        read(tmp_path, bomb + ARXIV + END)


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (ALL, True),
        (HEAD + JATS, True),
        ('<OAI-PMH><error code="x"/>', True),
        (f'<r xmlns="http://www.openarchives.org/OAI/2.0/">{DELETED}', True),
        ("<OAI-PMH><Identify/></OAI-PMH>", False),
        (HEAD, False),
        ("<records><record><ref-type/></record></records>", False),
        ("<collection><record><leader/></record></collection>", False),
        ("http://www.openarchives.org/OAI/2.0/ <record>", False),
        ("", False),
    ],
)
def test_oai_pmh_is_told_by_root_or_namespace(head, is_one):
    """And by records that it holds; and no other reader of XML takes it."""
    assert oai_pmh.recognises(head, ".txt") is is_one
    others = (acl_xml, arxiv_atom, endnote_xml, jats, pubmed_xml)
    assert not (is_one and any(reader.recognises(head, ".xml") for reader in others))


PIECES = [
    *("<record>", "</record>", "<header>", "</header>", "<metadata>", "</metadata>", DELETED),
    *("<arXiv>", "</arXiv>", "<arXivRaw>", "</arXivRaw>", "<dc>", "</dc>", "<title>T</title>", "&"),
    *(
        "<authors>(a (b), c",
        "</authors>",
        "<version version='v²'/>",
        "<date>x</date>",
        "<id>x</id>",
    ),
    *("<identifier>x</identifier>", "<source>;</source>", "<type>/</type>", "\x00", "\ud800", "\n"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_whatever_a_file_holds_is_a_paper_or_a_rejection(content):
    """What is read can be printed, and reading ends."""
    with tempfile.TemporaryDirectory() as folder:
        assert_printable(read(Path(folder), "<OAI-PMH>" + content))
