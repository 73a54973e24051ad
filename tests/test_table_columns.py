"""Which column is which field: the headers of the well-known exports, and what users name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Document
from indexer.readers.columns import Columns, columns_of, not_there
from indexer.readers.table_authors import authors_of, split_glued


def held(header: str, separator: str = ",") -> dict[str, list[str]]:
    """The names of the columns of each field, the preferred one first."""
    columns = columns_of(header.split(separator), {})
    assert columns is not None
    return {
        field: [columns.names[i] for i in positions] for field, positions in columns.fields.items()
    }


HEADERS = {
    "Scopus": (
        "Authors,Author full names,Author(s) ID,Title,Year,Source title,Volume,Issue,Art. No.,"
        "Page start,Page end,Page count,Cited by,DOI,Link,Abstract,Author Keywords,Index Keywords,"
        "References,Editors,Publisher,ISSN,ISBN,PubMed ID,Language of Original Document,"
        "Document Type,Source,EID",
        {
            "title": ["Title"],
            "abstract": ["Abstract"],
            "authors": ["Author full names", "Authors"],
            "year": ["Year"],
            "venue": ["Source title"],
            "volume": ["Volume"],
            "issue": ["Issue"],
            "article_number": ["Art. No."],
            "first_page": ["Page start"],
            "last_page": ["Page end"],
            "doi": ["DOI"],
            "url": ["Link"],
            "keywords": ["Author Keywords", "Index Keywords"],
            "editors": ["Editors"],
            "publisher": ["Publisher"],
            "issn": ["ISSN"],
            "isbn": ["ISBN"],
            "pmid": ["PubMed ID"],
            "language": ["Language of Original Document"],
            "type": ["Document Type"],
        },
    ),
    "IEEE Xplore": (
        "Document Title,Authors,Author Affiliations,Publication Title,Date Added To Xplore,"
        "Publication Year,Volume,Issue,Start Page,End Page,Abstract,ISSN,ISBNs,DOI,PDF Link,"
        "Author Keywords,IEEE Terms,Online Date,Issue Date,Publisher,Document Identifier",
        {
            "title": ["Document Title"],
            "abstract": ["Abstract"],
            "authors": ["Authors"],
            "year": ["Publication Year"],
            "date": ["Issue Date", "Online Date"],
            "venue": ["Publication Title"],
            "volume": ["Volume"],
            "issue": ["Issue"],
            "first_page": ["Start Page"],
            "last_page": ["End Page"],
            "doi": ["DOI"],
            "url": ["PDF Link"],
            "keywords": ["Author Keywords", "IEEE Terms"],
            "publisher": ["Publisher"],
            "issn": ["ISSN"],
            "isbn": ["ISBNs"],
            "type": ["Document Identifier"],
        },
    ),
    "PubMed": (
        "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,"
        "NIHMS ID,DOI",
        {
            "title": ["Title"],
            "authors": ["Authors", "First Author"],
            "year": ["Publication Year"],
            "venue": ["Journal/Book"],
            "doi": ["DOI"],
            "pmid": ["PMID"],
            "pmcid": ["PMCID"],
        },
    ),
    "Publish or Perish": (
        "Cites,Authors,Title,Year,Source,Publisher,ArticleURL,Type,DOI,Abstract,FullTextURL",
        {
            "title": ["Title"],
            "abstract": ["Abstract"],
            "authors": ["Authors"],
            "year": ["Year"],
            "venue": ["Source"],
            "doi": ["DOI"],
            "url": ["ArticleURL", "FullTextURL"],
            "publisher": ["Publisher"],
            "type": ["Type"],
        },
    ),
    "Lens": (
        "Lens ID,Title,Date Published,Publication Year,Publication Type,Source Title,Author/s,"
        "Abstract,Issue Number,Fields of Study,Source URLs,External URL,PMID,References",
        {
            "title": ["Title"],
            "abstract": ["Abstract"],
            "authors": ["Author/s"],
            "year": ["Publication Year"],
            "date": ["Date Published"],
            "venue": ["Source Title"],
            "categories": ["Fields of Study"],
            "pmid": ["PMID"],
            "url": ["External URL", "Source URLs"],
            "issue": ["Issue Number"],
            "type": ["Publication Type"],
        },
    ),
    "OpenAlex": (
        "id,doi,title,display_name,publication_year,publication_date,language,type,"
        "primary_location.source.display_name,authorships.author.display_name,abstract,"
        "biblio.volume,biblio.first_page,ids.pmid",
        {
            "title": ["title", "display_name"],
            "abstract": ["abstract"],
            "authors": ["authorships.author.display_name"],
            "year": ["publication_year"],
            "date": ["publication_date"],
            "venue": ["primary_location.source.display_name"],
            "doi": ["doi"],
            "pmid": ["ids.pmid"],
            "url": ["id"],
            "volume": ["biblio.volume"],
            "first_page": ["biblio.first_page"],
            "type": ["type"],
            "language": ["language"],
        },
    ),
}


@pytest.mark.parametrize(("header", "fields"), HEADERS.values(), ids=HEADERS)
def test_the_columns_of_an_export(header, fields):
    """Each column of the export holds the field that it is known for, the others none."""
    assert held(header) == fields


def test_web_of_science_tags_are_read_as_the_words_of_its_spreadsheets():
    """The two-letter header of a tab-delimited file names the same columns as the long one."""
    columns = columns_of("PT AU AF TI SO AB ID UT XX".split(), {})
    assert columns is not None
    assert columns.names == (
        *("Publication Type", "Authors", "Author Full Names", "Article Title", "Source Title"),
        *("Abstract", "Keywords Plus", "UT (Unique WOS ID)", "XX"),
    )
    assert columns.fields["authors"] == (2, 1)


@pytest.mark.parametrize(
    "name", ["PubMed ID", "Pubmed Id", "pubmed_id", "PUBMED-ID", "\ufeffPubMed ID:", "pubmed.id"]
)
def test_case_spaces_and_punctuation_of_names_do_not_matter(name):
    """A name is known in any spelling."""
    columns = columns_of(["title", name], {})
    assert columns is not None
    assert columns.fields["pmid"] == (1,)


@pytest.mark.parametrize(
    "header", [["author", "year"], [], ["title = {A"], ["[title", "abstract]"], ["**Title**", "x"]]
)
def test_words_that_merely_look_like_names_head_no_table(header):
    """Without a column of titles or abstracts there is no table of papers."""
    assert columns_of(header, {}) is None


@pytest.mark.parametrize(
    ("header", "widest_above", "sure", "is_one"),
    [
        ("title,abstract", 0, False, True),
        ("title,score", 0, True, True),
        ("title,score", 0, False, False),
        ("title", 0, True, True),
        ("title", 0, False, False),
        ("title", 1, True, False),
        ("title,score", 1, True, True),
        ("title,score", 2, True, False),
        ("title,abstract", 5, True, True),
        ("title,abstract", 5, False, False),
        ("title,abstract,year", 5, False, True),
        ("title,abstract", 1, False, True),
    ],
)
def test_how_many_names_make_a_header(header, widest_above, sure, is_one):
    """The less else speaks for a table, the more names must be known."""
    columns = columns_of(header.split(","), {})
    assert columns is not None
    assert columns.heads_a_table(widest_above, sure) is is_one


def test_columns_that_the_user_names_win():
    """A named column holds its field, and what would have been guessed is left to ``extra``."""
    columns = columns_of(
        ["Title", "Titel", "Kurzfassung", "Abstract"], {"title": "titel", "abstract": "Kurzfassung"}
    )
    assert columns is not None
    assert columns.fields == {"title": (1,), "abstract": (2,)}
    assert columns.extra == ("title", "titel", "kurzfassung", "abstract")


def test_a_named_column_is_taken_from_the_field_that_it_was_guessed_for():
    """A column that the user names for one field holds no other."""
    columns = columns_of(["Title", "Source", "Journal"], {"keywords": "Journal"})
    assert columns is not None
    assert columns.fields == {"keywords": (2,), "title": (0,), "venue": (1,)}


def test_a_named_column_that_is_not_there_is_an_error_that_lists_those_that_are():
    """The error names what is missing, and what there is."""
    document = Document(Path("a.csv"), "a.csv", True, {"title": "Titel", "year": "Jahr"})
    assert columns_of(["Titel", "Ort"], document.columns) is None
    error = not_there(document, ["Titel", "Ort"])
    assert error.detail == "a.csv: no column 'Jahr' (year). The columns there are: 'Titel', 'Ort'"
    assert error.exit_code == 2


def test_extra_is_named_as_written_and_twice_the_same_name_is_two():
    """Names in ``extra`` are in lower case with ``_``; reference lists have none."""
    columns = columns_of(["Title", "Author(s) ID", "Note A", "note  a", "", "References"], {})
    assert columns is not None
    assert columns.extra == ("title", "author(s)_id", "note_a", "note_a_2", "column_5", "")


def test_rank_and_score_go_nowhere_in_what_akin_wrote_alone():
    """They belong to the search that was exported, not to the paper."""
    ours = columns_of(["akin_id", "title", "rank", "score"], {})
    other = columns_of(["title", "rank", "score"], {})
    assert ours is not None
    assert other is not None
    assert ours.extra == ("", "title", "", "")
    assert other.extra == ("title", "rank", "score")


def test_a_row_of_names_is_the_header_again():
    """A header among the rows, of the same or of another table, is told from a paper."""
    columns = columns_of(["Title", "Year"], {})
    assert columns is not None
    assert columns.again(["Title", "Year"], {}) == columns
    other = columns.again(["Authors", "Title", "Abstract"], {})
    assert other is not None
    assert other.names == ("Authors", "Title", "Abstract")
    assert columns.again(["Abstract", "1999"], {}) is None
    assert columns.again([], {}) is None


@pytest.mark.parametrize(
    ("glued", "names"),
    [
        (
            "Ada B. LovelaceCharles BabbageMary F. Somerville",
            ["Ada B. Lovelace", "Charles Babbage", "Mary F. Somerville"],
        ),
        ("Ann McDonaldBob DiCaprioEve MacKay", ["Ann McDonald", "Bob DiCaprio", "Eve MacKay"]),
        (
            "Yan LeCunGus HintonHoa LeMary Smith",
            ["Yan LeCun", "Gus Hinton", "Hoa Le", "Mary Smith"],
        ),
        ("Prof. Ada LeeProf. Dr. Bo KimDr. C. DoeEd Fu", ["Ada Lee", "Bo Kim", "C. Doe", "Ed Fu"]),
        ("KyungHyun HanWai-Kong LeeXiaoMing Li", ["KyungHyun Han", "Wai-Kong Lee", "XiaoMing Li"]),
        ("Yan Li 李岩Wei Hu 胡伟", ["Yan Li 李岩", "Wei Hu 胡伟"]),
        ("Al King Jr.Bea Doe IIICy Fox", ["Al King Jr.", "Bea Doe III", "Cy Fox"]),
        ("Kun LIWei WANG", ["Kun LI", "Wei WANG"]),
        ("V. A. OrlovB. N. Il’inC. O’Brien", ["V. A. Orlov", "B. N. Il’in", "C. O’Brien"]),
        ("Raj Kumar N.Dev Pal", ["Raj Kumar N.", "Dev Pal"]),
        ("Raj N.KumarDev Pal", ["Raj N.Kumar", "Dev Pal"]),
        ("Omar AbdElbari", ["Omar AbdElbari"]),
        ("Zoë ÅngströmÉmile Żak", ["Zoë Ångström", "Émile Żak"]),
        ("Plato", ["Plato"]),
        ("", []),
    ],
)
def test_glued_names_come_apart(glued, names):
    """Names end where a small letter meets a capital, but not within McDonald and its like."""
    assert split_glued(glued) == names


@given(st.text(alphabet="aB. é-Jr'李\n", max_size=60))
def test_glued_names_lose_no_letter(text):
    """Whatever the text, all its letters are in the names, in order."""
    kept = "".join("".join(split_glued(text)).split())
    assert kept == "".join(text.split())


def table(*names: str) -> Columns:
    columns = columns_of(names, {})
    assert columns is not None
    return columns


@pytest.mark.parametrize(
    ("columns", "text", "names", "cut"),
    [
        (table("Author full names", "Title"), "Díaz Ruiz, Ana María (57202138757)", 1, False),
        (table("Authors", "Article Title"), "Díaz Ruiz, Ana María", 1, False),
        (table("Authors", "Title"), "Liu R., Adler D.G.", 2, False),
        (table("Authors", "Title"), "K Wang, W Li, ...", 2, True),
        (table("authors", "title"), "['Marx, Karl', 'Lindgren, Astrid']", 2, False),
        (table("Authors", "Document Title"), "Y. -T. Chang; H. Jin", 2, False),
    ],
)
def test_authors_are_split_as_the_exporter_joins_them(columns, text, names, cut):
    """The other columns tell the exporter, and that tells what separates the names."""
    found, is_cut = authors_of(columns, 0, text)
    assert (len(found), is_cut) == (names, cut)
    assert "(5" not in str(found[0])
    assert ". -" not in str(found[0])


def test_pubmed_writes_initials_last():
    """``Wang KL`` of PubMed is K L Wang, and a group has its full name."""
    names, _ = authors_of(
        table("Authors", "Title", "First Author", "Journal/Book"), 0, "Wang KL, Van der Berg J."
    )
    assert list(map(str, names)) == ["KL Wang", "J Van der Berg"]
    names, _ = authors_of(
        table("Title", "Authors", "First Author", "Journal/Book"), 1, "Wang KL; O'Hara B;Reed A."
    )
    assert list(map(str, names)) == ["KL Wang", "B O'Hara", "A Reed"]
