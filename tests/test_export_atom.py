"""Atom goes out as feed readers take it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from search_api.exports import About, Listed
from search_api.exports.atom import iri
from tests.export_papers import ABOUT, ALL, BARE, HOSTILE, WHOLE, exported

NS = {
    "atom": "http://www.w3.org/2005/Atom",
    "arxiv": "http://arxiv.org/schemas/atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "prism": "http://prismstandard.org/namespaces/basic/2.0/",
    "akin": "urn:akin:atom",
}

GOLDEN = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom" \
xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/" xmlns:akin="urn:akin:atom">
<id>http://127.0.0.1:8000/api/v1/export?q=peer+to+peer&amp;format=atom</id>
<title>peer to peer</title>
<updated>2026-11-24T07:00:00Z</updated>
<author><name>akin</name></author>
<generator uri="urn:akin:atom" version="0.1.0">akin</generator>
<link rel="self" type="application/atom+xml" \
href="http://127.0.0.1:8000/api/v1/export?q=peer+to+peer&amp;format=atom"/>
<entry>
<id>https://arxiv.org/abs/2508.15763</id>
<akin:id>arxiv:2508.15763</akin:id>
<title>Intern-S1: 50% of {Everything} &amp; more_or_less</title>
<updated>2025-08-21T00:00:00Z</updated>
<published>2025-08-21T00:00:00Z</published>
<dc:date>2025</dc:date>
<author>
<name>Kun Wang</name>
</author>
<author>
<name>Laurens van der Maaten</name>
</author>
<author>
<name>Gabriel García Márquez</name>
<akin:family>García Márquez</akin:family>
</author>
<author>
<name>Shanghai AI Lab</name>
<akin:family>Shanghai AI Lab</akin:family>
</author>
<akin:et-al/>
<akin:editor>Ann Editor</akin:editor>
<akin:editor>Bo de Vries</akin:editor>
<summary>It costs $5 ~ at C:\\temp, and x^2 &lt; y. See https://example.org/a_b#c.</summary>
<link rel="alternate" href="https://example.org/~wang/?a=1&amp;b=2#top_1"/>
<category term="cs.LG"/>
<category term="cs.CL"/>
<arxiv:doi>10.1000/a_b%c(1)</arxiv:doi>
<arxiv:journal_ref>Proceedings of Things, Part II</arxiv:journal_ref>
<akin:arxiv>2508.15763</akin:arxiv>
<prism:volume>12</prism:volume>
<prism:number>3–4</prism:number>
<prism:pageRange>17-29</prism:pageRange>
<prism:issn>1234-567X</prism:issn>
<prism:isbn>978-3-16-148410-0</prism:isbn>
<dc:publisher>Wiley &amp; Sons</dc:publisher>
<dc:language>en</dc:language>
<akin:type>proceedings-article</akin:type>
<akin:note>Read again: 50% sure.</akin:note>
<akin:printed-note>Best paper.</akin:printed-note>
<akin:key>Wang, Kun:2025</akin:key>
<akin:pmid>12345</akin:pmid>
<akin:pmcid>PMC678</akin:pmcid>
<akin:openreview>BZSTC2RMEd</akin:openreview>
<akin:acl>2025.acl-long.1</akin:acl>
<prism:keyword>machine learning; deep</prism:keyword>
<prism:keyword>C#</prism:keyword>
<akin:source>a.bib</akin:source>
<akin:source>b.ris</akin:source>
<akin:code>yes</akin:code>
<akin:rank>1</akin:rank>
<akin:score>0.71</akin:score>
</entry>
<entry>
<id>urn:akin:akin:0123456789abcdef</id>
<akin:id>akin:0123456789abcdef</akin:id>
<title>A title</title>
<updated>2026-11-24T07:00:00Z</updated>
<content/>
</entry>
</feed>
"""


def feed(*papers, about=ABOUT):
    return etree.fromstring(exported("atom", *papers, about=about).encode())


def test_a_paper_with_everything_and_one_with_little():
    """Every field has its element; an entry without a link has content, as Atom demands."""
    assert exported("atom", Listed(WHOLE, 1, 0.71), BARE) == GOLDEN


def test_a_feed_and_each_entry_have_what_atom_demands():
    """Id, title and time of change once each, an author of the feed, and a link or content."""
    root = feed(*ALL)
    for element in (root, *root.iterfind("atom:entry", NS)):
        for name in ("id", "title", "updated"):
            (found,) = element.findall(f"atom:{name}", NS)
            assert found.text
        assert len(element.findall("atom:link", NS)) + len(element.findall("atom:content", NS)) == 1
    assert root.findtext("atom:author/atom:name", namespaces=NS) == "akin"
    assert len(root.findall("atom:entry", NS)) == 3


def test_hostile_text_stays_text():
    """Tags, comments and ends of sections in a value are text; what XML forbids is U+FFFD."""
    entry = feed(HOSTILE).find("atom:entry", NS)
    assert entry.findtext("atom:title", namespaces=NS) == HOSTILE.title
    assert entry.findtext("atom:content", namespaces=NS) == (
        "First. ER - TY - JOUR @article{x, title = {y}} ]]><!-- \ufffd \ufffd 🦊"
    )
    assert entry.find("atom:link", NS) is None
    assert entry.findtext("akin:url", namespaces=NS) == 'javascript:"} @misc{z'
    names = [name.text for name in entry.iterfind("atom:author/atom:name", NS)]
    assert names == ["Smith and Wesson", "Foo, Bar, Inc.", "-x ER -", "</name> {", "\ufffd"]


def test_the_title_of_a_list_is_text_too():
    """A query is written by anyone."""
    about = About('</title><x a="', "2026-11-24T07:00:00Z", '"1', 'http://x/?q="<')
    root = feed(BARE, about=about)
    assert root.findtext("atom:title", namespaces=NS) == '</title><x a="'
    assert root.find("atom:generator", NS).get("version") == '"1'
    assert root.find("atom:link", NS).get("href") == 'http://x/?q="<'


def test_a_list_without_a_link_has_an_id_all_the_same():
    """Made by a command, it is known by its title."""
    root = feed(BARE, about=About("peer & me", "2026-11-24T07:00:00Z", "0.1.0"))
    assert root.findtext("atom:id", namespaces=NS) == "urn:akin:peer%20%26%20me"
    assert root.find("atom:link", NS) is None


@pytest.mark.parametrize(
    ("paper_id", "expected"),
    [
        ("arxiv:math/0309136", "https://arxiv.org/abs/math/0309136"),
        ("doi:10.1000/a<b>c", "https://doi.org/10.1000/a%3Cb%3Ec"),
        ("pmid:12345", "https://pubmed.ncbi.nlm.nih.gov/12345"),
        ("openreview:a-b_C", "https://openreview.net/forum?id=a-b_C"),
        ("acl:P19-1001", "https://aclanthology.org/P19-1001"),
        ("akin:0123456789abcdef", "urn:akin:akin:0123456789abcdef"),
        ("what ever", "urn:akin:what%20ever:"),
    ],
)
def test_an_entry_s_id_is_an_iri(paper_id, expected):
    """It leads to the paper where an identifier tells how."""
    assert iri(paper_id) == expected


def test_a_year_alone_is_no_day():
    """Only a known day is the time of publication; the year stands apart."""
    entry = feed(replace(BARE, year=2024)).find("atom:entry", NS)
    assert entry.find("atom:published", NS) is None
    assert entry.findtext("dc:date", namespaces=NS) == "2024"
    assert entry.findtext("atom:updated", namespaces=NS) == ABOUT.updated


@pytest.mark.parametrize(
    ("url", "link"),
    [
        (
            "https://example.org/~wang/?a=1&b=%2f#top_1",
            "https://example.org/~wang/?a=1&b=%2f#top_1",
        ),
        ("HTTP://user:word@x.org:8080", "HTTP://user:word@x.org:8080"),
        ("http://[::1]:8000/a[1]", "http://[::1]:8000/a%5B1%5D"),
        ("ftp://x.org/a b/é{}|\\.pdf", "ftp://x.org/a%20b/%C3%A9%7B%7D%7C%5C.pdf"),
        ("http://x.org?q=100%&r=[#a#b?", "http://x.org?q=100%25&r=%5B#a%23b?"),
        ("http://müller.de/", "http://m%C3%BCller.de/"),
        ("doi:10.1000/a?<b>#c", "https://doi.org/10.1000/a%3F%3Cb%3E%23c"),
        ("javascript:alert(1)//http://x.org/", None),
        (" javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,<script>", None),
        ("vbscript:x", None),
        ("file:///etc/passwd", None),
        ("//x.org/a", None),
        ("www.x.org", None),
        ("papers/1.pdf", None),
        ("https:", None),
        ("https:///x", None),
        ("https://x.org:99999999/", None),
        ("https://a b/", None),
        ('https://"><script>', None),
        ("httpſ://x.org/", None),
    ],
)
def test_only_what_leads_to_a_document_is_a_link(url, link):
    """No scheme that runs something, no relative path, nothing that is no URI; all come back."""
    paper = replace(WHOLE, url=url)
    entry = feed(paper).find("atom:entry", NS)
    found = entry.find("atom:link", NS)
    assert (None if found is None else found.get("href")) == link
    told = entry.findtext("akin:url", namespaces=NS)
    assert told == (None if url == link else " ".join(url.split()))
    assert (entry.find("atom:content", NS) is None) == (link is not None)


def test_a_list_with_pages_links_to_them():
    """The list to its page, each paper to its own: beside its link, or in place of one it lacks."""
    about = replace(ABOUT, page="http://x.org/?q=peer", site="http://x.org/")
    root = feed(WHOLE, BARE, about=about)

    def links(element):
        return [dict(link.attrib) for link in element.findall("atom:link", NS)]

    page = {"rel": "alternate", "type": "text/html", "href": "http://x.org/?q=peer"}
    assert page in links(root)
    whole, bare = root.iterfind("atom:entry", NS)
    own = {"type": "text/html", "title": "akin"}
    assert links(whole) == [
        {"rel": "alternate", "href": WHOLE.url},
        {"rel": "related", **own, "href": "http://x.org/papers/arxiv%3A2508.15763"},
    ]
    assert links(bare) == [
        {"rel": "alternate", **own, "href": "http://x.org/papers/akin%3A0123456789abcdef"}
    ]
