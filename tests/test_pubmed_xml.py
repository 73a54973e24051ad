"""PubMed's XML: articles, chapters, translations, groups, and what a set holds besides."""

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

HEAD = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2024//EN"
  "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_240101.dtd">
<PubmedArticleSet>
"""
FULL = """<PubmedArticle>
<MedlineCitation Status="MEDLINE" Owner="NLM">
  <PMID Version="1">31000001</PMID>
  <DateRevised><Year>2021</Year><Month>06</Month><Day>02</Day></DateRevised>
  <Article PubModel="Print-Electronic">
    <Journal>
      <ISSN IssnType="Electronic">1234-5679</ISSN>
      <JournalIssue CitedMedium="Internet"><Volume>49</Volume><Issue>1</Issue>
        <PubDate><Year>2019</Year><Month>Aug</Month><Day>27</Day></PubDate></JournalIssue>
      <Title>Journal of made-up streams</Title>
      <ISOAbbreviation>J Made-up Streams</ISOAbbreviation>
    </Journal>
    <ArticleTitle>Uptake of CO<sub>2</sub> by <i>Alnus</i> &amp; others: &lt;
      5&#xa0;years.</ArticleTitle>
    <Pagination><StartPage>123</StartPage><EndPage>130</EndPage>
      <MedlinePgn>123-30</MedlinePgn></Pagination>
    <ELocationID EIdType="doi" ValidYN="N">10.1000/WRONG</ELocationID>
    <Abstract>
      <AbstractText Label="BACKGROUND" NlmCategory="BACKGROUND">Streams carry
        <b>carbon</b>.</AbstractText>
      <AbstractText Label="METHODS">We sampled 10<sup>3</sup> sites.</AbstractText>
      <AbstractText Label="UNLABELLED">They flow.</AbstractText>
      <CopyrightInformation>© 2019 The Authors.</CopyrightInformation>
    </Abstract>
    <AuthorList CompleteYN="N">
      <Author ValidYN="Y"><LastName>van der Berg</LastName><ForeName>Ann M</ForeName>
        <Initials>AM</Initials><Identifier Source="ORCID">0000-0001</Identifier>
        <AffiliationInfo>
          <Affiliation>Institute of Rivers, Oslo.</Affiliation></AffiliationInfo></Author>
      <Author ValidYN="N"><LastName>Roe</LastName><ForeName>Jhon</ForeName></Author>
      <Author ValidYN="Y"><LastName>García Márquez</LastName><ForeName>José</ForeName>
        <Suffix>Jr</Suffix></Author>
      <Author ValidYN="Y"><LastName>Li</LastName><Initials>W</Initials>
        <AffiliationInfo>
          <Affiliation>Institute of Rivers, Oslo.</Affiliation></AffiliationInfo></Author>
      <Author><CollectiveName>Stream Sampling Group</CollectiveName></Author>
    </AuthorList>
    <Language>eng</Language>
    <DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName>
      <AccessionNumberList><AccessionNumber>NCT00000001</AccessionNumber></AccessionNumberList>
    </DataBank></DataBankList>
    <GrantList><Grant><GrantID>R01 1</GrantID><Agency>NIH</Agency>
      <Country>US</Country></Grant></GrantList>
    <PublicationTypeList><PublicationType UI="D016454">Review</PublicationType>
      <PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList>
    <ArticleDate DateType="Electronic"><Year>2018</Year><Month>12</Month><Day>30</Day></ArticleDate>
  </Article>
  <MedlineJournalInfo><MedlineTA>J Streams</MedlineTA>
    <ISSNLinking>9999-9999</ISSNLinking></MedlineJournalInfo>
  <ChemicalList><Chemical><NameOfSubstance>Carbon</NameOfSubstance></Chemical></ChemicalList>
  <CommentsCorrectionsList>
    <CommentsCorrections RefType="RetractionIn">
      <RefSource>J Streams. 2020;1:1</RefSource></CommentsCorrections>
    <CommentsCorrections RefType="Cites">
      <RefSource>J Streams. 2001;1:1</RefSource></CommentsCorrections>
  </CommentsCorrectionsList>
  <MeshHeadingList>
    <MeshHeading><DescriptorName MajorTopicYN="Y">Rivers</DescriptorName></MeshHeading>
    <MeshHeading><DescriptorName>Carbon</DescriptorName><QualifierName>analysis</QualifierName>
      <QualifierName>history</QualifierName></MeshHeading>
  </MeshHeadingList>
  <OtherAbstract Type="plain-language-summary" Language="eng">
    <AbstractText>Rivers hold carbon.</AbstractText></OtherAbstract>
  <KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">carbon <i>flux</i></Keyword></KeywordList>
  <CoiStatement>None declared.</CoiStatement>
</MedlineCitation>
<PubmedData>
  <ArticleIdList><ArticleId IdType="pubmed">31000001</ArticleId>
    <ArticleId IdType="pmc">PMC6700001</ArticleId>
      <ArticleId IdType="doi">10.1000/Streams.1</ArticleId>
    <ArticleId IdType="pii">S1234(19)1</ArticleId></ArticleIdList>
  <ReferenceList><Reference><Citation>Roe J. 2001.</Citation>
    <ArticleIdList><ArticleId IdType="doi">10.1000/cited</ArticleId></ArticleIdList>
  </Reference></ReferenceList>
</PubmedData>
</PubmedArticle>
"""
TRANSLATED = """<PubmedArticle><MedlineCitation><PMID>4210927</PMID><Article>
  <Journal><JournalIssue><Volume>3</Volume><PubDate>
    <MedlineDate>1974 Nov-Dec</MedlineDate></PubDate>
  </JournalIssue><ISOAbbreviation>Z Bäche</ISOAbbreviation></Journal>
  <ArticleTitle>[Not Available].</ArticleTitle>
  <AuthorList CompleteYN="Y"><Author><LastName>Müller</LastName>
    <Initials>H</Initials></Author></AuthorList>
  <VernacularTitle>Über Bäche.</VernacularTitle><Language>ger</Language></Article>
  <OtherAbstract Language="ger"><AbstractText>Bäche fließen.</AbstractText></OtherAbstract>
  <OtherAbstract Language="eng"><AbstractText>Streams flow.</AbstractText></OtherAbstract>
</MedlineCitation></PubmedArticle>
"""
CHAPTER = """<PubmedBookArticle><BookDocument><PMID Version="1">20301295</PMID>
  <ArticleIdList><ArticleId IdType="bookaccession">NBK1116</ArticleId></ArticleIdList>
  <Book><Publisher><PublisherName>University of Example</PublisherName></Publisher>
    <BookTitle book="gene">StreamReviews</BookTitle><PubDate><Year>1993</Year></PubDate>
    <AuthorList Type="editors"><Author><LastName>Editor</LastName>
      <ForeName>Eve</ForeName></Author></AuthorList>
    <Isbn>9780000000002</Isbn></Book>
  <ArticleTitle book="gene" part="x">Brook Syndrome</ArticleTitle><Language>eng</Language>
  <AuthorList Type="authors"><Author><LastName>Example</LastName>
    <ForeName>Ada</ForeName></Author></AuthorList>
  <PublicationType UI="D016454">Review</PublicationType>
  <Abstract><AbstractText Label="CLINICAL">It runs.</AbstractText></Abstract>
  <ContributionDate><Year>1998</Year><Month>10</Month><Day>28</Day></ContributionDate>
</BookDocument></PubmedBookArticle>
"""
END = '<DeleteCitation><PMID Version="1">7</PMID></DeleteCitation>\n</PubmedArticleSet>\n'
SET = HEAD + FULL + TRANSLATED + CHAPTER + END

GOLDEN = [
    Paper(
        id="doi:10.1000/streams.1",
        title="Uptake of CO₂ by Alnus & others: < 5 years.",
        abstract="BACKGROUND: Streams carry carbon. METHODS: We sampled 10³ sites. They flow.",
        authors=(
            "Ann M van der Berg",
            "José García Márquez Jr",
            "W Li",
            "Stream Sampling Group",
        ),
        year=2019,
        date="2019-08-27",
        venue="Journal of made-up streams",
        doi="10.1000/streams.1",
        url="https://pubmed.ncbi.nlm.nih.gov/31000001/",
        sources=("set.xml",),
        extra={
            "volume": "49",
            "issue": "1",
            "pages": "123-30",
            "issn": "1234-5679",
            "journal_abbreviation": "J Made-up Streams",
            "copyright": "© 2019 The Authors.",
            "conflicts": "None declared.",
            "substances": ["Carbon"],
            "affiliations": ["Institute of Rivers, Oslo."],
            "accessions": ["NCT00000001"],
            "language": "eng",
            "type": "Journal Article",
            "publication_types": ["Review", "Journal Article"],
            "keywords": ["carbon flux", "Rivers", "Carbon/analysis/history"],
            "grants": ["R01 1, NIH, US"],
            "retraction_in": ["J Streams. 2020;1:1"],
            "other_abstracts": ["Rivers hold carbon."],
            "authors_cut": True,
            "family_names": {
                "José García Márquez Jr": "García Márquez Jr",
                "Stream Sampling Group": "Stream Sampling Group",
            },
            "pmid": "31000001",
            "pmcid": "PMC6700001",
            "pii": "S1234(19)1",
        },
    ),
    Paper(
        id="pmid:4210927",
        title="Über Bäche.",
        abstract="Streams flow.",
        authors=("H Müller",),
        year=1974,
        venue="Z Bäche",
        url="https://pubmed.ncbi.nlm.nih.gov/4210927/",
        sources=("set.xml",),
        extra={
            "volume": "3",
            "journal_abbreviation": "Z Bäche",
            "language": "ger",
            "other_abstracts": ["Bäche fließen."],
            "date_stated": "1974 Nov-Dec",
            "pmid": "4210927",
        },
    ),
    Paper(
        id="pmid:20301295",
        title="Brook Syndrome",
        abstract="CLINICAL: It runs.",
        authors=("Ada Example",),
        year=1998,
        date="1998-10-28",
        venue="StreamReviews",
        url="https://pubmed.ncbi.nlm.nih.gov/20301295/",
        sources=("set.xml",),
        extra={
            "isbn": "9780000000002",
            "publisher": "University of Example",
            "language": "eng",
            "type": "Review",
            "editors": ["Eve Editor"],
            "book_accession": "NBK1116",
            "pmid": "20301295",
        },
    ),
]


def read(tmp_path: Path, text: str) -> list[Paper | Rejection]:
    path = tmp_path / "set.xml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return papers_in(pubmed_xml, Document(path, "set.xml", given=True))


def article(inner: str, citation: str = "") -> str:
    return (
        f"<PubmedArticle><MedlineCitation><PMID>1</PMID><Article>{inner}</Article>{citation}"
        "</MedlineCitation></PubmedArticle>"
    )


def read_one(tmp_path: Path, inner: str, citation: str = "") -> Paper:
    (found,) = read(tmp_path, f"<PubmedArticleSet>{article(inner, citation)}</PubmedArticleSet>")
    return found


def test_a_set_is_read_whole(tmp_path):
    """An article, a translated one, a chapter: all that they say, and nothing of what is gone."""
    assert read(tmp_path, SET) == GOLDEN


def test_lines_are_those_where_records_begin(tmp_path):
    """Counted from 1, in the file."""
    path = tmp_path / "set.xml"
    path.write_text(SET, encoding="utf-8")
    lines = [found.line for found in pubmed_xml.read(Document(path, "set.xml", given=True))]
    assert lines == [5, 5 + FULL.count("\n"), 5 + (FULL + TRANSLATED).count("\n")]


def test_old_sets_hold_citations_without_articles_around_them(tmp_path):
    """``MedlineCitationSet``, as the files of before 2006 have it."""
    citation = TRANSLATED.removeprefix("<PubmedArticle>").replace("</PubmedArticle>", "")
    found = read(tmp_path, f"<MedlineCitationSet>{citation * 2}</MedlineCitationSet>")
    assert found == [GOLDEN[1]] * 2


def test_the_issue_tells_the_year_and_the_article_the_day(tmp_path):
    """Where the issue has no day, the day online counts if it is of the same year."""
    issue = "<Journal><JournalIssue><PubDate>{}</PubDate></JournalIssue></Journal>"
    online = "<ArticleDate><Year>2018</Year><Month>12</Month><Day>30</Day></ArticleDate>"
    for printed, year, date in (
        ("<Year>2018</Year>", 2018, "2018-12-30"),
        ("<Year>2019</Year><Month>Jan</Month>", 2019, None),
        ("<Year>2019</Year><Month>01</Month><Day>2</Day>", 2019, "2019-01-02"),
        ("<MedlineDate>2018-2019 Winter</MedlineDate>", 2018, "2018-12-30"),
        ("", 2018, "2018-12-30"),
    ):
        found = read_one(tmp_path, f"<ArticleTitle>T</ArticleTitle>{issue.format(printed)}{online}")
        assert (found.year, found.date) == (year, date), printed
    assert read_one(tmp_path, f"<ArticleTitle>T</ArticleTitle>{online}").date == "2018-12-30"


def test_a_translated_title_keeps_the_original(tmp_path):
    """Where both are there, the translation is the title."""
    found = read_one(
        tmp_path,
        "<ArticleTitle>[On brooks].</ArticleTitle><VernacularTitle>Bäche.</VernacularTitle>",
    )
    assert found.title == "[On brooks]."
    assert found.extra["vernacular_title"] == "Bäche."


def test_an_identifier_may_stand_in_the_article_alone(tmp_path):
    """``ELocationID``, where there is no list of identifiers."""
    inner = (
        '<ArticleTitle>T</ArticleTitle><ELocationID EIdType="doi" ValidYN="Y">10.1/x</ELocationID>'
    )
    assert read_one(tmp_path, inner.replace("10.1/", "10.1000/")).doi == "10.1000/x"


def people(kind: str, *names: str) -> str:
    parts = "".join(f"<Author>{name}</Author>" for name in names)
    return f'<AuthorList Type="{kind}">{parts}</AuthorList>'


ROE, FOX = "<LastName>Roe</LastName><ForeName>Eve</ForeName>", "<LastName>Fox</LastName>"
BOARD = "<CollectiveName>Bog Board (UK)</CollectiveName>"
TITLE, CHAPTER_TITLE = "<BookTitle>Moss</BookTitle>", "<ArticleTitle>Walls</ArticleTitle>"


@pytest.mark.parametrize(
    ("book", "chapter", "authors", "editors", "of_the_book"),
    [
        (people("authors", ROE, BOARD), "", ("Eve Roe", "Bog Board (UK)"), [], []),
        (people("authors", BOARD) + people("editors", FOX), "", ("Bog Board (UK)",), ["Fox"], []),
        (people("editors", ROE, BOARD), "", (), ["Eve Roe", "Bog Board (UK)"], []),
        (people("authors", ROE), CHAPTER_TITLE, ("Eve Roe",), [], []),
        (
            people("authors", ROE),
            CHAPTER_TITLE + people("authors", FOX, BOARD),
            ("Fox", "Bog Board (UK)"),
            [],
            ["Eve Roe"],
        ),
    ],
)
def test_a_book_has_authors_and_editors_apart(
    tmp_path, book, chapter, authors, editors, of_the_book
):
    """People and groups are authors of a book, or of a chapter that names none of its own."""
    text = f"<BookDocument><PMID>7</PMID><Book>{TITLE}{book}</Book>{chapter}</BookDocument>"
    (paper,) = read(tmp_path, f"<PubmedBookArticle>{text}</PubmedBookArticle>")
    assert paper.title == ("Walls" if chapter else "Moss")
    assert paper.authors == authors
    assert paper.extra.get("editors", []) == editors
    assert paper.extra.get("book_authors", []) == of_the_book


def test_formulas_and_lists_in_abstracts_are_text(tmp_path):
    """MathML is put on one line."""
    math = (
        '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:msup><mml:mi>x</mml:mi>'
        "<mml:mn>2</mml:mn></mml:msup></mml:math>"
    )
    inner = f"<Abstract><AbstractText>As {math} is</AbstractText></Abstract>"
    assert read_one(tmp_path, inner).abstract == "As x² is"


def test_a_record_that_says_nothing_is_rejected(tmp_path):
    """No title, no abstract; and one without a citation."""
    found = read(
        tmp_path, f"<PubmedArticleSet>\n{article('')}\n<PubmedArticle/></PubmedArticleSet>"
    )
    reason = "neither title nor abstract"
    assert found == [Rejection("set.xml", 2, reason, "1"), Rejection("set.xml", 3, reason, "")]


def test_a_broken_record_leaves_its_neighbours_alone(tmp_path):
    """First and last are whole, the one between is rejected with line and message."""
    broken = article("\n<ArticleTitle>Fish &chips; it is</ArticleTitle>")
    first, middle, last = read(
        tmp_path, f"<PubmedArticleSet>\n{TRANSLATED}{broken}\n{TRANSLATED}</PubmedArticleSet>"
    )
    assert first == last == GOLDEN[1]
    line = 2 + TRANSLATED.count("\n")
    assert middle.line == line
    assert middle.reason == f"broken XML in line {line + 1}: Entity 'chips' not defined"
    assert middle.head.startswith("<PubmedArticle><MedlineCitation><PMID>1</PMID>")


def test_an_article_cut_before_a_chapter_does_not_swallow_it(tmp_path):
    """What begins a record of the other kind ends the first one, too."""
    cut = FULL[: FULL.index("<Abstract>")]
    found = read(tmp_path, f"<PubmedArticleSet>{cut}{CHAPTER}</PubmedArticleSet>")
    assert found[0].reason.startswith("<PubmedArticle> has no end: in line ")
    assert found[1] == GOLDEN[2]


def test_a_set_that_declares_entities_is_refused(tmp_path):
    """Though its root is PubMed's."""
    bomb = '<!DOCTYPE PubmedArticleSet [<!ENTITY a "b">]><PubmedArticleSet></PubmedArticleSet>'
    assert pubmed_xml.recognises(bomb, ".xml")
    with pytest.raises(SourceUnreadable, match="declares entities"):
        read(tmp_path, bomb)


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (SET, True),
        (SET[:300], True),
        (CHAPTER, True),
        (TRANSLATED * 2, True),
        ("<MedlineCitationSet><MedlineCitation>", True),
        ("<set>" + FULL, False),
        ('<feed xmlns="http://www.w3.org/2005/Atom"/>', False),
        ("<eSearchResult><IdList><Id>1</Id></IdList></eSearchResult>", False),
        ("PMID- 1\nTI  - T", False),
        ("", False),
        ("<" * 65_536, False),
    ],
)
def test_a_set_is_told_by_its_root(head, is_one):
    """Whatever the file is called; and no other reader of XML takes it."""
    assert pubmed_xml.recognises(head, ".txt") is is_one
    others = (acl_xml, arxiv_atom, endnote_xml, jats, oai_pmh)
    assert not (is_one and any(reader.recognises(head, ".xml") for reader in others))


PIECES = [
    *("<PubmedArticleSet>", "</PubmedArticleSet>", "<PubmedArticle>", "</PubmedArticle>", FULL),
    *("<MedlineCitation>", "<Article>", "</Article>", "<ArticleTitle>", "</ArticleTitle>", "T"),
    *(
        "<Abstract><AbstractText Label='A'>",
        "</AbstractText></Abstract>",
        "<PMID>x</PMID>",
        CHAPTER,
    ),
    *("&", "&eacute;", "<AuthorList><Author/>", "</AuthorList>", "\x00", "\ud800", "\n", "<Year>y"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=15).map("".join))
def test_whatever_a_file_holds_is_a_paper_or_a_rejection(content):
    """What is read can be printed, and reading ends."""
    with tempfile.TemporaryDirectory() as folder:
        assert_printable(read(Path(folder), "<PubmedArticleSet>" + content))
