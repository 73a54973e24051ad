"""Atom: arXiv's API and daily feeds, journals' feeds, and akin's own export."""

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
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
  xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
  <link href="http://arxiv.org/api/query?x" rel="self" type="application/atom+xml"/>
  <title type="html">arXiv Query: search_query=all:streams</title>
  <id>http://arxiv.org/api/abc</id>
  <updated>2024-01-01T00:00:00-05:00</updated>
  <opensearch:totalResults>3</opensearch:totalResults>
"""
FULL = """<entry>
  <id>http://arxiv.org/abs/2101.00001v2</id>
  <updated>2021-02-03T10:00:00Z</updated>
  <published>2021-01-01T09:00:00Z</published>
  <title>Streams of
  state-of-
  the-art $\\alpha$ &amp; R&amp;D</title>
  <summary>  We study streams, where $x &lt; y$ holds, with non-
linear flow. Code: https://github.com/ada/streams.
</summary>
  <author><name>Ada Example</name>
    <arxiv:affiliation>Institute of Rivers</arxiv:affiliation></author>
  <author><name>Kun Wang</name></author>
  <arxiv:doi>10.1000/Streams.1</arxiv:doi>
  <link title="doi" href="http://dx.doi.org/10.1000/Streams.1" rel="related"/>
  <arxiv:comment>12 pages, 3 figures</arxiv:comment>
  <arxiv:journal_ref>J. Streams 1 (2021) 1-9</arxiv:journal_ref>
  <link title="pdf" href="http://arxiv.org/pdf/2101.00001v2" rel="related"/>
  <link href="http://arxiv.org/abs/2101.00001v2" rel="alternate" type="text/html"/>
  <arxiv:primary_category term="stat.ML" scheme="http://arxiv.org/schemas/atom"/>
  <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
  <category term="stat.ML" scheme="http://arxiv.org/schemas/atom"/>
  <category term="68T05; 90C26" scheme="http://arxiv.org/schemas/atom"/>
</entry>
"""
OLD = """<entry><id>http://arxiv.org/abs/math/0309136v1</id>
  <published>2003-09-08T00:00:00Z</published><updated>2003-09-08T00:00:00Z</updated>
  <title>Knots</title><summary>On knots.</summary><author><name>A. Knot</name></author>
  <link href="http://arxiv.org/abs/math/0309136v1" rel="alternate"/>
  <category term="math.GT"/></entry>
"""
JOURNAL = """<entry><id>urn:doi:10.1000/j.1</id>
  <title type="html">Of &amp;lt;i&amp;gt;Alnus&amp;lt;/i&amp;gt;</title>
  <link href="https://example.org/j/1"/><updated>2020-05-04T00:00:00Z</updated>
  <content type="xhtml">
    <div xmlns="http://www.w3.org/1999/xhtml"><p>One.</p><p>Two.</p></div></content>
  <dc:creator>Roe, Jane</dc:creator><dc:creator>Doe, John</dc:creator><dc:date>2019-11-02</dc:date>
  <dc:publisher>Example Press</dc:publisher><dc:subject>alder</dc:subject>
  <prism:publicationName>Journal of Alders</prism:publicationName><prism:volume>3</prism:volume>
  <prism:number>4</prism:number><prism:startingPage>5</prism:startingPage>
  <prism:endingPage>9</prism:endingPage><prism:issn>1234-5679</prism:issn></entry>
"""
DAILY = """<entry><id>oai:arXiv.org:2401.00001v1</id><title>Brooks</title>
  <updated>2024-01-02T00:00:00-05:00</updated><published>2024-01-02T00:00:00-05:00</published>
  <link href="https://arxiv.org/abs/2401.00001" rel="alternate"/>
  <summary>arXiv:2401.00001v1 Announce Type: new
Abstract: Brooks babble.</summary><category term="cs.LG"/>
  <author><name>Ada Example, Kun Wang, Jane Roe</name></author></entry>
"""
ERROR = """<entry><id>http://arxiv.org/api/errors#incorrect_id_format_for_1</id><title>Error</title>
  <summary>incorrect id format for 1</summary></entry>
"""
END = "</feed>\n"
FEED = HEAD + FULL + OLD + JOURNAL + DAILY + END

GOLDEN = [
    Paper(
        id="arxiv:2101.00001",
        title="Streams of state-of-the-art α & R&D",
        abstract="We study streams, where x < y holds, with non-linear flow. "
        "Code: https://github.com/ada/streams.",
        authors=("Ada Example", "Kun Wang"),
        year=2021,
        date="2021-01-01",
        venue="J. Streams 1 (2021) 1-9",
        categories=("stat.ML", "cs.LG"),
        doi="10.1000/streams.1",
        arxiv_id="2101.00001",
        url="http://arxiv.org/abs/2101.00001v2",
        code=True,
        sources=("feed.atom",),
        extra={
            "note": "12 pages, 3 figures",
            "affiliations": ["Institute of Rivers"],
            "subjects": ["68T05; 90C26"],
            "more_links": ["http://arxiv.org/pdf/2101.00001v2"],
            "updated": "2021-02-03",
            "links": ["https://github.com/ada/streams"],
        },
    ),
    Paper(
        id="arxiv:math/0309136",
        title="Knots",
        abstract="On knots.",
        authors=("A. Knot",),
        year=2003,
        date="2003-09-08",
        categories=("math.GT",),
        arxiv_id="math/0309136",
        url="http://arxiv.org/abs/math/0309136v1",
        sources=("feed.atom",),
    ),
    Paper(
        id="doi:10.1000/j.1",
        title="Of Alnus",
        abstract="One. Two.",
        authors=("Jane Roe", "John Doe"),
        year=2019,
        date="2019-11-02",
        venue="Journal of Alders",
        doi="10.1000/j.1",
        url="https://example.org/j/1",
        sources=("feed.atom",),
        extra={
            "volume": "3",
            "issue": "4",
            "pages": "5-9",
            "issn": "1234-5679",
            "publisher": "Example Press",
            "keywords": ["alder"],
            "updated": "2020-05-04",
        },
    ),
    Paper(
        id="arxiv:2401.00001",
        title="Brooks",
        abstract="Brooks babble.",
        authors=("Ada Example", "Kun Wang", "Jane Roe"),
        year=2024,
        date="2024-01-02",
        categories=("cs.LG",),
        arxiv_id="2401.00001",
        url="https://arxiv.org/abs/2401.00001",
        sources=("feed.atom",),
    ),
]


def document(tmp_path: Path, text: str) -> Document:
    path = tmp_path / "feed.atom"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return Document(path, "feed.atom", given=True)


def read(tmp_path: Path, text: str) -> list[Paper | Rejection]:
    return papers_in(arxiv_atom, document(tmp_path, text))


def test_a_feed_is_read_whole(tmp_path):
    """New and old entries of arXiv's API, one of a journal, one of a daily feed, in order."""
    assert read(tmp_path, FEED) == GOLDEN


def test_lines_are_those_where_entries_begin(tmp_path):
    """Counted from 1, in the file."""
    lines = [found.line for found in arxiv_atom.read(document(tmp_path, FEED))]
    before = [HEAD, HEAD + FULL, HEAD + FULL + OLD, HEAD + FULL + OLD + JOURNAL]
    assert lines == [1 + text.count("\n") for text in before]


def test_an_entry_may_stand_alone(tmp_path):
    """As the document's root, and with prefixes on every element."""
    alone = OLD.replace("<entry>", '<entry xmlns="http://www.w3.org/2005/Atom">')
    assert read(tmp_path, alone) == [GOLDEN[1]]
    prefixed = OLD.replace("</", "</a:").replace("<", "<a:").replace("<a:/a:", "</a:")
    content = f'<a:feed xmlns:a="http://www.w3.org/2005/Atom">{prefixed}</a:feed>'
    assert read(tmp_path, content) == [GOLDEN[1]]


def test_pages_put_together_are_read_to_the_end(tmp_path):
    """As a script leaves them that fetches a thousand entries at a time."""
    assert read(tmp_path, (HEAD + OLD + END) * 3) == [GOLDEN[1]] * 3


def test_an_answer_that_is_an_error_is_rejected(tmp_path):
    """arXiv answers what it does not understand with an entry."""
    (found,) = read(tmp_path, HEAD + ERROR + END)
    assert found.reason == "arXiv's API answered with an error: incorrect id format for 1"
    assert found.line == 1 + HEAD.count("\n")


def test_akins_own_export_is_not_cleaned_again(tmp_path):
    """What looks like LaTeX, entities or a copyright notice is what the paper says."""
    content = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:akin="urn:akin:atom"
      xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
      xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
    <generator uri="urn:akin:atom" version="0.1.0">akin</generator>
    <entry><id>https://openreview.net/forum?id=BZSTC2RMEd</id>
      <akin:id>openreview:BZSTC2RMEd</akin:id>
      <title>On \\textbf{x} and &amp;amp;</title><updated>2026-11-24T07:00:00Z</updated>
      <dc:date>2019</dc:date>
      <author><name>Gabriel García Márquez</name><akin:family>García Márquez</akin:family></author>
      <author><name>Wang, Kun</name></author><akin:et-al/>
      <content>Abstract: kept. © 2019 Elsevier</content><category term="cs.LG"/>
      <arxiv:journal_ref>Nature</arxiv:journal_ref><akin:openreview>BZSTC2RMEd</akin:openreview>
      <prism:keyword>a; b</prism:keyword><akin:code>no</akin:code><akin:rank>1</akin:rank>
    </entry></feed>"""
    assert read(tmp_path, content) == [
        Paper(
            id="openreview:BZSTC2RMEd",
            title="On \\textbf{x} and &amp;",
            abstract="Abstract: kept. © 2019 Elsevier",
            authors=("Gabriel García Márquez", "Wang, Kun"),
            year=2019,
            venue="Nature",
            categories=("cs.LG",),
            code=False,
            sources=("feed.atom",),
            extra={
                "keywords": ["a; b"],
                "family_names": {"Gabriel García Márquez": "García Márquez"},
                "authors_cut": True,
                "openreview": "BZSTC2RMEd",
            },
        )
    ]


@pytest.mark.parametrize(
    ("name", "paper_id"),
    [
        ("https://doi.org/10.1000/x", "doi:10.1000/x"),
        ("info:doi/10.1000/x", "doi:10.1000/x"),
        ("doi:10.1000/x", "doi:10.1000/x"),
        ("http://export.arxiv.org/abs/2101.00001", "arxiv:2101.00001"),
        ("https://aclanthology.org/P19-1001/", "acl:P19-1001"),
        ("tag:example.org,2020:1", "akin:fe8edeeb98cc6d3b"),
    ],
)
def test_an_entry_is_known_by_its_id(tmp_path, name, paper_id):
    """Where it has no other identifier."""
    (found,) = read(tmp_path, f"{HEAD}<entry><id>{name}</id><title>T</title></entry>{END}")
    assert found.id == paper_id


def test_an_entry_that_says_nothing_is_rejected(tmp_path):
    """Without title and summary."""
    (found,) = read(tmp_path, f"{HEAD}<entry><id>x</id></entry>{END}")
    assert found == Rejection("feed.atom", 1 + HEAD.count("\n"), "neither title nor abstract", "x")


def test_a_broken_entry_leaves_its_neighbours_alone(tmp_path):
    """First and last are whole, the one between is rejected with line and message."""
    broken = "<entry>\n<title>A &b; B</title></entry>\n"
    first, middle, last = read(tmp_path, HEAD + OLD + broken + OLD + END)
    assert first == last == GOLDEN[1]
    line = 1 + (HEAD + OLD).count("\n")
    reason = f"broken XML in line {line + 1}: Entity 'b' not defined"
    assert middle == Rejection("feed.atom", line, reason, "<entry> <title>A &b; B</title></entry>")


def test_a_feed_that_declares_entities_is_refused(tmp_path):
    """Whoever wrote it."""
    with pytest.raises(SourceUnreadable, match="declares entities"):
        read(tmp_path, '<!DOCTYPE feed [<!ENTITY a "b">]>' + HEAD.partition("?>")[2] + END)


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (FEED, True),
        (FEED[:200], True),
        ('<entry xmlns="http://www.w3.org/2005/Atom">', True),
        ('<a:feed xmlns:a="http://www.w3.org/2005/Atom">', True),
        ('<feed version="0.3" xmlns="http://purl.org/atom/ns#">', True),
        ("<feed><entry/></feed>", False),
        ('<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel/></rss>', False),
        ("http://www.w3.org/2005/Atom", False),
        ("", False),
    ],
)
def test_atom_is_told_by_root_and_namespace(head, is_one):
    """Whatever the file is called; and no other reader of XML takes it."""
    assert arxiv_atom.recognises(head, ".txt") is is_one
    others = (acl_xml, endnote_xml, jats, oai_pmh, pubmed_xml)
    assert not (is_one and any(reader.recognises(head, ".xml") for reader in others))


PIECES = [
    *(
        "<feed>",
        "</feed>",
        "<entry>",
        "</entry>",
        "<id>http://arxiv.org/abs/1</id>",
        "<title>",
        OLD,
    ),
    *("</title>", "<summary>", "</summary>", "<author><name>A, B</name></author>", "<author/>"),
    *('<link href="x"/>', '<link href="\n"/>', "<category/>", '<category term="a b"/>', "T", "&"),
    *(
        "<generator>akin</generator>",
        "<published>x</published>",
        "\x00",
        "\ud800",
        "\n",
        "<akin:id/>",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_whatever_a_file_holds_is_a_paper_or_a_rejection(content):
    """What is read can be printed, and reading ends."""
    with tempfile.TemporaryDirectory() as folder:
        assert_printable(read(Path(folder), "<feed>" + content))
