"""JATS articles: alone, in sets, with parts; people, dates, abstracts in all their forms."""

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

FULL = """<article xmlns:xlink="http://www.w3.org/1999/xlink"
  xmlns:mml="http://www.w3.org/1998/Math/MathML" article-type="research-article" xml:lang="en">
<front>
  <journal-meta>
    <journal-id journal-id-type="nlm-ta">J Streams</journal-id>
    <journal-title-group><journal-title>Journal of Streams</journal-title>
      <abbrev-journal-title>J Str</abbrev-journal-title></journal-title-group>
    <issn pub-type="ppub">1234-5679</issn><issn pub-type="epub">2234-5679</issn>
    <publisher><publisher-name>Example Press</publisher-name></publisher>
  </journal-meta>
  <article-meta>
    <article-id pub-id-type="pmid">31000001</article-id>
    <article-id pub-id-type="pmc">6700001</article-id>
    <article-id pub-id-type="doi">10.1000/Streams.1</article-id>
    <article-categories><subj-group subj-group-type="heading"><subject>Ecology</subject>
      <subj-group><subject>Rivers</subject></subj-group></subj-group></article-categories>
    <title-group><article-title>Why <italic>Alnus</italic> grows<xref ref-type="fn"
      rid="f1">*</xref></article-title><subtitle>A study</subtitle>
      <trans-title-group xml:lang="de"><trans-title>Warum Erlen wachsen</trans-title>
      </trans-title-group></title-group>
    <contrib-group>
      <contrib contrib-type="author" corresp="yes"><name><surname>van der Berg</surname>
        <given-names>Ann M.</given-names></name><xref ref-type="aff" rid="a1">1</xref></contrib>
      <contrib contrib-type="author"><name-alternatives><name name-style="eastern" xml:lang="en">
        <surname>Wang</surname><given-names>Kun</given-names><suffix>Jr.</suffix></name>
        <name xml:lang="zh"><surname>王</surname><given-names>坤</given-names></name>
        </name-alternatives></contrib>
      <contrib contrib-type="author"><collab>Stream Sampling Group
        <contrib-group><contrib contrib-type="author"><name><surname>Member</surname></name>
        </contrib></contrib-group></collab></contrib>
      <contrib contrib-type="editor"><name><surname>Editor</surname>
        <given-names>Eve</given-names></name></contrib>
      <contrib contrib-type="reviewer"><string-name>Rita Reviewer</string-name></contrib>
      <etal/>
      <aff id="a1"><label>1</label><institution>Institute of Rivers</institution>, Oslo</aff>
    </contrib-group>
    <pub-date pub-type="collection"><year>2019</year></pub-date>
    <pub-date pub-type="ppub"><day>1</day><month>2</month><year>2019</year></pub-date>
    <pub-date pub-type="epub"><day>30</day><month>12</month><year>2018</year></pub-date>
    <pub-date pub-type="pmc-release"><day>1</day><month>1</month><year>2018</year></pub-date>
    <volume>49</volume><issue>1</issue><fpage>123</fpage><lpage>130</lpage>
    <permissions><copyright-statement>© The Authors 2018</copyright-statement>
      <license xlink:href="https://creativecommons.org/licenses/by/4.0/"><license-p>Open
      </license-p></license></permissions>
    <self-uri content-type="pdf" xlink:href="streams.pdf"/>
    <self-uri xlink:href="https://example.org/streams/1"/>
    <related-article related-article-type="corrected-article" xlink:href="10.1000/streams.0"/>
    <abstract abstract-type="graphical"><p><graphic xlink:href="x.png"/>A picture.</p></abstract>
    <abstract><title>Abstract</title>
      <sec><title>Background</title><p>Streams carry <inline-formula><alternatives>
        <tex-math>\\documentclass[12pt]{minimal}\\usepackage{amsmath}\\begin{document}$$\\alpha^2$$
        \\end{document}</tex-math><mml:math><mml:mi>α</mml:mi></mml:math></alternatives>
        </inline-formula> of carbon<sup><xref ref-type="bibr" rid="b1">1</xref></sup>.</p></sec>
      <sec><title>Methods:</title><p>We &lt; 5 sampled.</p></sec></abstract>
    <trans-abstract xml:lang="de"><p>Bäche.</p></trans-abstract>
    <kwd-group><kwd>carbon <italic>flux</italic></kwd><kwd>alder</kwd></kwd-group>
    <kwd-group kwd-group-type="abbreviations"><kwd>DOC</kwd></kwd-group>
    <funding-group><award-group><funding-source>NSF</funding-source><award-id>1</award-id>
      </award-group></funding-group>
  </article-meta>
</front>
<body><sec><title>Introduction</title><p>Long text.</p></sec></body>
<back><ref-list><ref><element-citation><article-title>Cited</article-title>
  <pub-id pub-id-type="doi">10.1000/cited</pub-id></element-citation></ref></ref-list></back>
<sub-article article-type="reviewer-report"><front-stub><title-group>
  <article-title>Review</article-title></title-group></front-stub><body><p>Good.</p></body>
</sub-article>
</article>
"""
BARE = """<article article-type="abstract"><front><article-meta>
  <article-id pub-id-type="pmcid">PMC11.2</article-id>
  <title-group><article-title>A bare one</article-title></title-group>
  <pub-date date-type="pub" iso-8601-date="2020-05"><year>2020</year></pub-date>
  <elocation-id>e7</elocation-id></article-meta></front></article>
"""
GOLDEN = Paper(
    id="doi:10.1000/streams.1",
    title="Why Alnus grows: A study",
    abstract="Background: Streams carry α² of carbon. Methods: We < 5 sampled.",
    authors=("Ann M. van der Berg", "Kun Wang Jr.", "Stream Sampling Group"),
    year=2018,
    date="2018-12-30",
    venue="Journal of Streams",
    doi="10.1000/streams.1",
    url="https://example.org/streams/1",
    sources=("article.xml",),
    extra={
        "volume": "49",
        "issue": "1",
        "copyright": "© The Authors 2018",
        "pages": "123-130",
        "keywords": ["carbon flux", "alder"],
        "subjects": ["Ecology", "Rivers"],
        "affiliations": ["Institute of Rivers, Oslo"],
        "grants": ["NSF, 1"],
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "related_articles": ["corrected-article: 10.1000/streams.0"],
        "issn": "1234-5679, 2234-5679",
        "publisher": "Example Press",
        "journal_abbreviation": "J Str",
        "type": "research-article",
        "language": "en",
        "translated_titles": ["Warum Erlen wachsen"],
        "other_abstracts": ["A picture.", "Bäche."],
        "editors": ["Eve Editor"],
        "contributors": ["Rita Reviewer (reviewer)"],
        "family_names": {"Stream Sampling Group": "Stream Sampling Group"},
        "authors_cut": True,
        "pmid": "31000001",
        "pmcid": "PMC6700001",
    },
)
GOLDEN_BARE = Paper(
    id="akin:0958c1801106f5d9",
    title="A bare one",
    year=2020,
    sources=("article.xml",),
    extra={
        "pages": "e7",
        "type": "abstract",
        "date_stated": "2020-05",
        "abstract_missing": True,
        "pmcid": "PMC11",
    },
)


def read(tmp_path: Path, text: str) -> list[Paper | Rejection]:
    path = tmp_path / "article.xml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return papers_in(jats, Document(path, "article.xml", given=True))


def article(meta: str, rest: str = "") -> str:
    title = "<title-group><article-title>T</article-title></title-group>"
    return f"<article><front><article-meta>{title}{meta}</article-meta></front>{rest}</article>"


def read_meta(tmp_path: Path, meta: str, rest: str = "") -> Paper:
    (found,) = read(tmp_path, article(meta, rest))
    return found


def test_an_article_is_read_whole(tmp_path):
    """All that its front says, nothing of body, references and reviews."""
    doctype = '<?xml version="1.0"?>\n<!DOCTYPE article PUBLIC "-//NLM//DTD JATS" "x.dtd">\n'
    assert read(tmp_path, doctype + FULL) == [GOLDEN]


def test_a_set_holds_articles_and_what_pmc_does_not_give(tmp_path):
    """First, last, and a ``Reply`` between, with its reason."""
    reply = '<Reply Id="77" error="not open access"/>\n'
    content = f"<pmc-articleset>\n{FULL}{reply}{BARE}</pmc-articleset>"
    path = tmp_path / "article.xml"
    path.write_text(content, encoding="utf-8")
    first, middle, last = jats.read(Document(path, "article.xml", given=True))
    end = 2 + FULL.count("\n")
    assert (first.paper, first.line) == (GOLDEN, 2)
    reason = "PMC has no article 77: not open access"
    assert middle == Rejection("article.xml", end, reason, "not open access")
    assert (last.paper, last.line) == (GOLDEN_BARE, end + 1)


def test_a_namespace_makes_no_difference(tmp_path):
    """JATS elements may be prefixed, as in what CrossRef passes on."""
    prefixed = BARE.replace("</", "</j:").replace("<", "<j:").replace("<j:/j:", "</j:")
    content = f'<set xmlns:j="urn:j">{prefixed}</set>'
    assert read(tmp_path, content) == [GOLDEN_BARE]


@pytest.mark.parametrize(
    ("abstracts", "abstract", "others"),
    [
        ('<abstract abstract-type="teaser"><p>T</p></abstract><abstract><p>A</p></abstract>',
         "A", ["T"]),
        ('<abstract abstract-type="teaser"><p>T</p></abstract>', "T", None),
        ('<abstract abstract-type="teaser"><p>T</p></abstract><trans-abstract><p>Ü</p>'
         "</trans-abstract>", "T", ["Ü"]),
        ("<trans-abstract><p>Ü</p></trans-abstract>", "Ü", None),
        ('<abstract abstract-type="section"><p>A</p></abstract><abstract><p>B</p></abstract>',
         "A", ["B"]),
        ("<abstract><p>One.</p><p>Two.</p><list><list-item><label>1</label><p>Three.</p>"
         "</list-item></list></abstract>", "One. Two. Three.", None),
        ("<abstract><p/></abstract>", "", None),
    ],
)  # fmt: skip
def test_the_plain_abstract_counts(tmp_path, abstracts, abstract, others):
    """Teasers and translations where there is nothing else; the rest is kept."""
    found = read_meta(tmp_path, abstracts)
    assert (found.abstract, found.extra.get("other_abstracts")) == (abstract, others)


@pytest.mark.parametrize(
    ("dates", "year", "date"),
    [
        ("<pub-date><year>2019</year></pub-date>", 2019, None),
        ("<pub-date><day>1</day><month>5</month><year>2019</year></pub-date>", 2019, "2019-05-01"),
        ('<pub-date pub-type="collection"><year>2018</year></pub-date><pub-date pub-type="epub">'
         "<day>2</day><month>Mar</month><year>2019</year></pub-date>", 2019, "2019-03-02"),
        ('<pub-date iso-8601-date="2020-01-31"/>', 2020, "2020-01-31"),
        ('<pub-date date-type="retracted" iso-8601-date="2020-01-31"/>', None, None),
        ("<pub-date><string-date>7 May 2011</string-date></pub-date>", 2011, "2011-05-07"),
        ("<permissions><copyright-year>2007</copyright-year></permissions>", 2007, None),
        ("", None, None),
    ],
)  # fmt: skip
def test_the_earliest_full_date_counts(tmp_path, dates, year, date):
    """In parts, as a whole, as text; those of deposit and retraction do not."""
    found = read_meta(tmp_path, dates)
    assert (found.year, found.date) == (year, date)


@pytest.mark.parametrize(
    ("people", "authors"),
    [
        ("<contrib><name><surname>Doe</surname><given-names>A B</given-names></name></contrib>",
         ("A B Doe",)),
        ("<contrib><string-name><given-names>Ann</given-names> <surname>Doe</surname>"
         "</string-name></contrib>", ("Ann Doe",)),
        ("<contrib><string-name>Doe, Ann</string-name></contrib>", ("Ann Doe",)),
        ("<contrib><name><given-names>Plato</given-names></name></contrib>", ("Plato",)),
        ("<contrib><anonymous/></contrib>", ("Anonymous",)),
        ("<contrib/><contrib><role>Author</role></contrib>", ()),
        ("<contrib><collab><institution>The Lab</institution><xref>1</xref></collab></contrib>",
         ("The Lab",)),
    ],
)  # fmt: skip
def test_names_come_in_many_forms(tmp_path, people, authors):
    """In parts, in one string, of groups, of nobody."""
    assert read_meta(tmp_path, f"<contrib-group>{people}</contrib-group>").authors == authors


def test_a_group_of_people_may_say_what_they_did(tmp_path):
    """Where the contributors do not say it themselves."""
    name = "<contrib><name><surname>{}</surname></name></contrib>"
    found = read_meta(
        tmp_path,
        f'<contrib-group content-type="authors">{name.format("Doe")}</contrib-group>'
        f'<contrib-group content-type="editors">{name.format("Roe")}</contrib-group>',
    )
    assert found.authors == ("Doe",)
    assert found.extra["editors"] == ["Roe"]


def test_parts_with_abstracts_are_papers(tmp_path):
    """Those of a supplement, with its journal, in the lines where they begin."""
    journal = "<journal-meta><journal-title>J</journal-title></journal-meta><article-meta>"
    part = (
        '\n<sub-article article-type="abstract"><front-stub>'
        '<article-id pub-id-type="doi">10.1000/{}'
        "</article-id><title-group><article-title>Part {}</article-title></title-group>"
        "<abstract><p>Says {}.</p></abstract></front-stub></sub-article>"
    )
    content = article("", part.format("a", "A", "a") + part.format("b", "B", "b"))
    path = tmp_path / "article.xml"
    path.write_text("\n" + content.replace("<article-meta>", journal))
    found = list(jats.read(Document(path, "article.xml", given=True)))
    assert [(one.line, one.paper.title, one.paper.venue) for one in found] == [
        (2, "T", "J"),
        (3, "Part A", "J"),
        (4, "Part B", "J"),
    ]
    assert [one.paper.abstract for one in found] == ["", "Says a.", "Says b."]
    assert [one.paper.doi for one in found] == [None, "10.1000/a", "10.1000/b"]


def test_a_translation_is_part_of_its_article(tmp_path):
    """Its title and abstract are kept; its abstract is the article's where that has none."""
    translation = (
        '<sub-article article-type="translation"><front-stub><title-group><article-title>Título'
        "</article-title></title-group><abstract><p>Resumo.</p></abstract></front-stub>"
        "</sub-article>"
    )
    found = read_meta(tmp_path, "<abstract><p>Summed up.</p></abstract>", translation)
    assert found.abstract == "Summed up."
    assert found.extra["translated_titles"] == ["Título"]
    assert found.extra["other_abstracts"] == ["Resumo."]
    assert read_meta(tmp_path, "", translation).abstract == "Resumo."


def test_an_article_that_says_nothing_is_rejected(tmp_path):
    """Without its meta data, and with empty ones."""
    empty = "<article><front><article-meta/></front></article>"
    content = f"<set>\n<article><body>Text</body></article>\n{empty}</set>"
    assert read(tmp_path, content) == [
        Rejection("article.xml", 2, "an article without article-meta", "Text"),
        Rejection("article.xml", 3, "neither title nor abstract", ""),
    ]


def test_a_broken_article_leaves_its_neighbours_alone(tmp_path):
    """First and last are whole; the one between is rejected, the line is that of the fault."""
    broken = (
        "<article><front>\n<article-meta><abstract>A</abstact></article-meta></front></article>"
    )
    first, middle, last = read(
        tmp_path, f"<pmc-articleset>\n{BARE}{broken}\n{BARE}</pmc-articleset>"
    )
    assert first == last == GOLDEN_BARE
    line = 2 + BARE.count("\n")
    assert (middle.line, middle.head[:16]) == (line, "<article><front>")
    assert middle.reason == (
        f"broken XML in line {line + 1}: Opening and ending tag mismatch: abstract line {line + 1}"
        " and abstact"
    )


def test_an_article_that_declares_entities_is_refused(tmp_path):
    """Even those of old DTDs, which only name pictures: they are not told apart."""
    doctype = '<!DOCTYPE article [<!ENTITY gr1 SYSTEM "gr1" NDATA IMAGE>]>'
    with pytest.raises(SourceUnreadable, match="declares entities"):
        read(tmp_path, doctype + FULL)


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (FULL, True),
        (BARE, True),
        (f"<pmc-articleset>{BARE}", True),
        ('<pmc-articleset><Reply Id="1" error="x"/>', True),
        (f'<?xml version="1.0"?><!DOCTYPE article SYSTEM "x"><articles>{BARE}', True),
        ('<j:article xmlns:j="x"><j:front><j:article-meta>', True),
        ("<article><title>DocBook</title><para>x</para></article>", False),
        (f"<OAI-PMH><ListRecords><record>{BARE}", False),
        ("<!DOCTYPE html><html><article><p>x</p></article>", False),
        ("article-meta", False),
        ("", False),
        ("<article-meta " * 4_000, True),
    ],
)
def test_jats_is_told_by_its_elements(head, is_one):
    """Whatever the root is called; and no other reader of XML takes it."""
    assert jats.recognises(head, ".txt") is is_one
    others = (acl_xml, arxiv_atom, endnote_xml, oai_pmh, pubmed_xml)
    assert not (is_one and any(reader.recognises(head, ".xml") for reader in others))


PIECES = [
    *("<article>", "</article>", "<front>", "</front>", "<article-meta>", "</article-meta>", BARE),
    *("<contrib-group><contrib>", "</contrib></contrib-group>", "<name>", "</name>", "<collab>x"),
    *(
        "<abstract>",
        "</abstract>",
        "<alternatives>",
        "</alternatives>",
        "<mml:math>",
        "</mml:math>",
    ),
    *("<sub-article><front-stub>", "</front-stub></sub-article>", "<pub-date>y", "<xref/>"),
    *("<title-group><article-title>T", "</article-title></title-group>", "&", "\x00", "\ud800"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_whatever_a_file_holds_is_a_paper_or_a_rejection(content):
    """What is read can be printed, and reading ends."""
    with tempfile.TemporaryDirectory() as folder:
        assert_printable(read(Path(folder), content))
