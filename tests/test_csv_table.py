"""Tables in text files: what exporters write, what is broken in them, and what is no table."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.documents import Document
from indexer.errors import SourceUnreadable
from indexer.paper import Paper, Record, Rejection
from indexer.readers import csv_table

ABSTRACT = "We count the papers, and read them."


def document(
    folder: Path, text: str | bytes, name: str = "table.csv", columns: dict[str, str] | None = None
) -> Document:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return Document(path, name, given=True, columns=columns or {})


def read(folder: Path, text: str | bytes, **how) -> list[Record | Rejection]:
    return list(csv_table.read(document(folder, text, **how)))


def titles(found: list[Record | Rejection]) -> list[tuple[int, str]]:
    """Line and title of each paper, line and reason of each rejection."""
    return [
        (one.line, one.paper.title if isinstance(one, Record) else f"! {one.reason}")
        for one in found
    ]


SCOPUS = (
    "\ufeffAuthors,Author full names,Author(s) ID,Title,Year,Source title,Volume,Issue,Art. No.,"
    "Page start,Page end,Cited by,DOI,Link,Abstract,Author Keywords,Index Keywords,References,"
    "ISSN,PubMed ID,Language of Original Document,Document Type,Source,EID\r\n"
    '"Orlov A.B., Ruiz C.","Orlov, Anna B. (57000000001); Díaz Ruiz, Carla (57000000002)",'
    '"57000000001;57000000002;","Counting ""papers""",2021,"Journal of Counting","12","3","104",'
    '"17","29","5","10.1000/COUNT.1","https://scopus.example/record?eid=2-s2.0-1&doi=10.1000%2fc",'
    '"We count. © 2021 Elsevier B.V.","Counting; Papers","Numbers","Doe, J., (1999) Old, 1, p. 2",'
    '"12345678","33000001","English","Article","Scopus","2-s2.0-85000000001"\r\n'
    '"[No author name available]","","[No author id available]","Proceedings of Counting",2020,'
    '"","","","","","","","","","[No abstract available]","","","","","","English",'
    '"Conference Review","Scopus","2-s2.0-85000000002"\r\n'
)
IEEE = (
    '"Document Title",Authors,"Publication Title","Publication Year","Volume","Start Page",'
    '"End Page","Abstract","DOI",PDF Link,"Author Keywords","IEEE Terms",Online Date,Issue Date\n'
    '"Fast & exact","Y. -T. Chang; H. Jin","Proc. of X","2015","","675","675","We show.",'
    '"10.1109/X.2015.7","https://ieee.example/7","a;b c","Terms;More","10 Sep 2015",""\n'
)
SPRINGER = (
    "Item Title,Publication Title,Book Series Title,Journal Volume,Journal Issue,Item DOI,Authors,"
    "Publication Year,URL,Content Type\n"
    '"Glue","Sticky Letters","","61","3","10.1007/s1","Ada B. LeeProf. Bo McKay","2012",'
    '"http://springer.example/s1","Article"\n'
)
PUBMED = (
    "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,"
    "NIHMS ID,DOI\n"
    '"33000002","Cells count.","Orlov AB, de Boer C.","Nature. 2020 Mar","Orlov AB","Nature",'
    '"2020","2020/03/01","PMC7000001","","10.1038/n1"\n'
)
EMBASE = (
    "Title,Author Names,Source,Abstract,Emtree Medical Index Terms,keywords,Open URL Link,"
    "Copyright\n"
    'Cysts,"Liu R., Adler D.G.",Cancer (Oxf.) (2004) 102:4 (253-258). Date of Publication: 25 Aug '
    '2004,Rare.,"cyst (diagnosis, surgery), human","cyst (diagnosis, surgery), human",'
    "http://sfx.example/u?sid=EMBASE&id=doi:10.1002%2Fcncr.1&atitle=Cysts,Copyright 2004 Wiley\n"
)
ZOTERO = (
    '"Key","Item Type","Publication Year","Author","Title","Publication Title","DOI","Url",'
    '"Abstract Note","Date","Date Added","Pages","Extra","Manual Tags","Automatic Tags","Code"\n'
    '"AB12","journalArticle","2019","Díaz Ruiz, Carla María","A ""note""","Letters","10.1000/z",'
    '"http://x.example/a","First line.\nSecond line.","2019-05-04","2020-01-01 10:00:00","3-7",'
    '"arXiv: 1905.01234 [cs.CL]\nPMID: 33000003","mine; yours","","US"\n'
)
WOS = (
    "PT\tAU\tAF\tTI\tSO\tDE\tID\tAB\tCR\tSN\tPD\tPY\tVL\tBP\tEP\tDI\tWC\tPM\tUT\n"
    'J\tOrlov, A; Ruiz, C\tOrlov, Anna; Ruiz, Carla\t"Smart" and "wise"\tJOURNAL OF X\ta; b\tc'
    "\tWe say.\tDOE J, 1999\t1234-5678\tJUN 15\t2018\t7\t1\t9\t10.1000/w"
    "\tComputer Science, Theory; Statistics\t33000004\tWOS:0001\n"
)
RAYYAN = (
    "key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,"
    "location,abstract,notes,doi\n"
    'rayyan-1,Sieves,2017,3,9,Letters,,1,2,3-4,"Orlov, Anna and Ruiz, Carla",,eng,Press,,'
    "We sieve.,RAYYAN-INCLUSION: yes,\n"
)
ASREVIEW = (
    "\tabstract\tfirst_authors\tid\tkeywords\tnote\tnumber\ttitle\tpublication_year"
    "\tsecondary_authors\tstart_page\tlabel_included\turl\n"
    "0\tWe review.\t['Marx, Karl', 'Lindgren, Astrid']\t12\t['Red', 'Long, socks']\tn\t3\tReviews"
    "\t2014//\t['Kant, I.']\te08\t1\thttp://x.example/r\n"
)
KAGGLE = (
    "id,submitter,authors,title,comments,journal-ref,doi,categories,abstract\n"
    '0704.0001,Orlov,"A. Orlov, C. Ruiz",Light,4 pages,Phys. 7,10.1000/k,hep-ph cs.LG,We shine.\n'
)
SCHOLAR = (
    "Cites,Authors,Title,Year,Source,Publisher,ArticleURL,Type,DOI,Abstract\n"
    '7,"A Orlov, C Ruiz, ...",Citing,0,Nature,Press,http://x.example/c,PDF,,We cite ...\n'
)
RETRACTIONS = (
    "Record ID,Title,Subject,Journal,Author,URLS,ArticleType,RetractionDate,RetractionDOI,"
    "OriginalPaperDate,OriginalPaperDOI,OriginalPaperPubMedID\n"
    "42,Wrong,(B/T) Biology;,Errors,Anna Orlov;Carla Ruiz,,Research Article;,7/31/2024 14:00,"
    "10.1000/r2,7/30/2020 0:00,10.1000/r1,0\n"
)
AKIN = (
    "akin_id,title,abstract,authors,year,date,venue,categories,doi,arxiv_id,pmid,pmcid,openreview,"
    "acl,url,code,volume,issue,pages,publisher,issn,isbn,type,language,editors,keywords,note,rank,"
    "score\n"
    'doi:10.1000/a,\'=1 <b>not</b> markup,"\'- \\alpha, as it is","van der Maaten, Laurens; Foo,, '
    'Bar; Ruiz, Carla; et al.",2021,2021-02-03,\'@Home,"cs.LG; Biology, Marine",10.1000/a,'
    "2102.00001,33000005,PMC7000002,oR_123,P19-1001,ftp:/x.example,yes,1,2,3-4,Press,1234-5678,,"
    "article,en,\"de Vries, Bo\",a;; b; c,''=n,1,0.5\n"
)

GOLDEN: dict[str, tuple[str, list[tuple[int, Paper]]]] = {
    "Scopus": (
        SCOPUS,
        [
            (
                2,
                Paper(
                    id="doi:10.1000/count.1",
                    title='Counting "papers"',
                    abstract="We count.",
                    authors=("Anna B. Orlov", "Carla Díaz Ruiz"),
                    year=2021,
                    venue="Journal of Counting",
                    doi="10.1000/count.1",
                    url="https://scopus.example/record?eid=2-s2.0-1&doi=10.1000%2fc",
                    sources=("table.csv",),
                    extra={
                        "volume": "12",
                        "issue": "3",
                        "pages": "17-29",
                        "article_number": "104",
                        "keywords": ["Counting", "Papers", "Numbers"],
                        "issn": "12345678",
                        "language": "English",
                        "type": "Article",
                        "author(s)_id": "57000000001;57000000002;",
                        "cited_by": "5",
                        "source": "Scopus",
                        "eid": "2-s2.0-85000000001",
                        "copyright": "© 2021 Elsevier B.V.",
                        "family_names": {"Carla Díaz Ruiz": "Díaz Ruiz"},
                        "pmid": "33000001",
                    },
                ),
            ),
            (
                3,
                Paper(
                    id="akin:b846f509d6d87722",
                    title="Proceedings of Counting",
                    year=2020,
                    sources=("table.csv",),
                    extra={
                        "language": "English",
                        "type": "Conference Review",
                        "source": "Scopus",
                        "eid": "2-s2.0-85000000002",
                        "abstract_missing": True,
                    },
                ),
            ),
        ],
    ),
    "IEEE Xplore": (
        IEEE,
        [
            (
                2,
                Paper(
                    id="doi:10.1109/x.2015.7",
                    title="Fast & exact",
                    abstract="We show.",
                    authors=("Y.-T. Chang", "H. Jin"),
                    year=2015,
                    date="2015-09-10",
                    venue="Proc. of X",
                    doi="10.1109/x.2015.7",
                    url="https://ieee.example/7",
                    sources=("table.csv",),
                    extra={"pages": "675", "keywords": ["a", "b c", "Terms", "More"]},
                ),
            ),
        ],
    ),
    "Springer": (
        SPRINGER,
        [
            (
                2,
                Paper(
                    id="doi:10.1007/s1",
                    title="Glue",
                    authors=("Ada B. Lee", "Bo McKay"),
                    year=2012,
                    venue="Sticky Letters",
                    doi="10.1007/s1",
                    url="http://springer.example/s1",
                    sources=("table.csv",),
                    extra={
                        "volume": "61",
                        "issue": "3",
                        "type": "Article",
                        "abstract_missing": True,
                    },
                ),
            ),
        ],
    ),
    "PubMed": (
        PUBMED,
        [
            (
                2,
                Paper(
                    id="doi:10.1038/n1",
                    title="Cells count.",
                    authors=("AB Orlov", "C de Boer"),
                    year=2020,
                    venue="Nature",
                    doi="10.1038/n1",
                    sources=("table.csv",),
                    extra={
                        "citation": "Nature. 2020 Mar",
                        "create_date": "2020/03/01",
                        "abstract_missing": True,
                        "pmid": "33000002",
                        "pmcid": "PMC7000001",
                    },
                ),
            ),
        ],
    ),
    "Embase": (
        EMBASE,
        [
            (
                2,
                Paper(
                    id="doi:10.1002/cncr.1",
                    title="Cysts",
                    abstract="Rare.",
                    authors=("R. Liu", "D.G. Adler"),
                    year=2004,
                    date="2004-08-25",
                    venue="Cancer (Oxf.)",
                    doi="10.1002/cncr.1",
                    url="http://sfx.example/u?sid=EMBASE&id=doi:10.1002%2Fcncr.1&atitle=Cysts",
                    sources=("table.csv",),
                    extra={
                        "volume": "102",
                        "issue": "4",
                        "pages": "253-258",
                        "keywords": ["cyst (diagnosis, surgery)", "human"],
                        "emtree_medical_index_terms": "cyst (diagnosis, surgery), human",
                        "copyright": "Copyright 2004 Wiley",
                    },
                ),
            ),
        ],
    ),
    "Zotero": (
        ZOTERO,
        [
            (
                2,
                Paper(
                    id="arxiv:1905.01234",
                    title='A "note"',
                    abstract="First line. Second line.",
                    authors=("Carla María Díaz Ruiz",),
                    year=2019,
                    date="2019-05-04",
                    venue="Letters",
                    doi="10.1000/z",
                    arxiv_id="1905.01234",
                    url="http://x.example/a",
                    sources=("table.csv",),
                    extra={
                        "pages": "3-7",
                        "keywords": ["mine", "yours"],
                        "type": "journalArticle",
                        "key": "AB12",
                        "date_added": "2020-01-01 10:00:00",
                        "extra": "arXiv: 1905.01234 [cs.CL] PMID: 33000003",
                        "code": "US",
                        "family_names": {"Carla María Díaz Ruiz": "Díaz Ruiz"},
                        "pmid": "33000003",
                    },
                ),
            ),
        ],
    ),
    "Web of Science": (
        WOS,
        [
            (
                2,
                Paper(
                    id="doi:10.1000/w",
                    title='"Smart" and "wise"',
                    abstract="We say.",
                    authors=("Anna Orlov", "Carla Ruiz"),
                    year=2018,
                    date="2018-06-15",
                    venue="JOURNAL OF X",
                    categories=("Computer Science, Theory", "Statistics"),
                    doi="10.1000/w",
                    sources=("table.csv",),
                    extra={
                        "volume": "7",
                        "pages": "1-9",
                        "keywords": ["a", "b", "c"],
                        "issn": "1234-5678",
                        "type": "J",
                        "ut_(unique_wos_id)": "WOS:0001",
                        "pmid": "33000004",
                    },
                ),
            ),
        ],
    ),
    "Rayyan": (
        RAYYAN,
        [
            (
                2,
                Paper(
                    id="akin:cc558fbd4979672e",
                    title="Sieves",
                    abstract="We sieve.",
                    authors=("Anna Orlov", "Carla Ruiz"),
                    year=2017,
                    date="2017-03-09",
                    venue="Letters",
                    sources=("table.csv",),
                    extra={
                        "volume": "1",
                        "issue": "2",
                        "pages": "3-4",
                        "publisher": "Press",
                        "language": "eng",
                        "note": "RAYYAN-INCLUSION: yes",
                        "key": "rayyan-1",
                    },
                ),
            ),
        ],
    ),
    "ASReview": (
        ASREVIEW,
        [
            (
                2,
                Paper(
                    id="akin:85e87343a438c96d",
                    title="Reviews",
                    abstract="We review.",
                    authors=("Karl Marx", "Astrid Lindgren"),
                    year=2014,
                    url="http://x.example/r",
                    sources=("table.csv",),
                    extra={
                        "issue": "3",
                        "pages": "e08",
                        "keywords": ["Red", "Long, socks"],
                        "editors": ["I. Kant"],
                        "note": "n",
                        "id": "12",
                        "label_included": "1",
                    },
                ),
            ),
        ],
    ),
    "arXiv on Kaggle": (
        KAGGLE,
        [
            (
                2,
                Paper(
                    id="arxiv:0704.0001",
                    title="Light",
                    abstract="We shine.",
                    authors=("A. Orlov", "C. Ruiz"),
                    venue="Phys. 7",
                    categories=("hep-ph", "cs.LG"),
                    doi="10.1000/k",
                    arxiv_id="0704.0001",
                    sources=("table.csv",),
                    extra={"submitter": "Orlov", "comments": "4 pages"},
                ),
            ),
        ],
    ),
    "Publish or Perish": (
        SCHOLAR,
        [
            (
                2,
                Paper(
                    id="akin:348af7037190a954",
                    title="Citing",
                    abstract="We cite ...",
                    authors=("A Orlov", "C Ruiz"),
                    venue="Nature",
                    url="http://x.example/c",
                    sources=("table.csv",),
                    extra={
                        "publisher": "Press",
                        "type": "PDF",
                        "cites": "7",
                        "authors_cut": True,
                        "abstract_cut": True,
                    },
                ),
            ),
        ],
    ),
    "Retraction Watch": (
        RETRACTIONS,
        [
            (
                2,
                Paper(
                    id="doi:10.1000/r1",
                    title="Wrong",
                    authors=("Anna Orlov", "Carla Ruiz"),
                    year=2020,
                    date="2020-07-30",
                    venue="Errors",
                    doi="10.1000/r1",
                    sources=("table.csv",),
                    extra={
                        "type": "Research Article",
                        "record_id": "42",
                        "subject": "(B/T) Biology;",
                        "retractiondate": "7/31/2024 14:00",
                        "retractiondoi": "10.1000/r2",
                        "abstract_missing": True,
                    },
                ),
            ),
        ],
    ),
    "akin": (
        AKIN,
        [
            (
                2,
                Paper(
                    id="arxiv:2102.00001",
                    title="=1 <b>not</b> markup",
                    abstract="- \\alpha, as it is",
                    authors=("Laurens van der Maaten", "Foo, Bar", "Carla Ruiz"),
                    year=2021,
                    date="2021-02-03",
                    venue="@Home",
                    categories=("cs.LG", "Biology, Marine"),
                    doi="10.1000/a",
                    arxiv_id="2102.00001",
                    url="ftp:/x.example",
                    code=True,
                    sources=("table.csv",),
                    extra={
                        "volume": "1",
                        "issue": "2",
                        "pages": "3-4",
                        "keywords": ["a; b", "c"],
                        "editors": ["Bo de Vries"],
                        "publisher": "Press",
                        "issn": "1234-5678",
                        "language": "en",
                        "note": "'=n",
                        "type": "article",
                        "family_names": {"Foo, Bar": "Foo, Bar"},
                        "authors_cut": True,
                        "pmid": "33000005",
                        "pmcid": "PMC7000002",
                        "openreview": "oR_123",
                        "acl": "P19-1001",
                    },
                ),
            ),
        ],
    ),
}


@pytest.mark.parametrize(("text", "papers"), GOLDEN.values(), ids=GOLDEN)
def test_an_export_becomes_these_papers(tmp_path, text, papers):
    """Every field of the export is where it belongs, and nothing else."""
    assert [(one.line, one.paper) for one in read(tmp_path, text)] == papers


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separator_line_end_and_encoding_are_told_from_the_file(
    tmp_path, separator, line_end, encoding
):
    """The suffix says ``.csv`` whatever separates the cells."""
    rows = [["Title", "Abstract"], ["Élan", '"a, b; c|d\te"'], ["", ""], ["Two", "x"]]
    text = line_end.join(separator.join(row) for row in rows)
    doc = document(tmp_path, text.encode(encoding))
    assert csv_table.recognises(doc.head(), ".csv")
    found = list(csv_table.read(doc))
    assert titles(found) == [(2, "Élan"), (4, "Two")]
    assert found[0].paper.abstract == "a, b; c|d e"


def test_bytes_that_are_not_utf_8_are_windows_1252(tmp_path):
    """A stray byte is mended in its line alone, and counted."""
    doc = document(tmp_path, "title,abstract\nÉlan,x\n".encode() + b"Caf\xe9,y\n")
    assert titles(list(csv_table.read(doc))) == [(2, "Élan"), (3, "Café")]
    assert doc.repairs.decoded == 1


def test_notices_above_the_header_are_passed_over(tmp_path):
    """Lines above the header belong to the container, as the line of Excel for its separator."""
    for notice in (
        "About the data: Exported on Jan 1, 2024. Criteria: title, abstract\n\n",
        "sep=,\n",
        '"sep=,"\n',
        ",,,,\n",
    ):
        assert titles(read(tmp_path, notice + "Title,Abstract,Year\nA,B,2019\n")) == [
            (2 + notice.count("\n"), "A")
        ]


def test_no_header_in_reach_is_one_rejection(tmp_path):
    """A file that is read all the same, but has no header among its first lines, says so."""
    found = read(tmp_path, "\n".join(["x,y"] * 20) + "\ntitle,abstract\nA,B\n")
    assert titles(found) == [
        (1, "! no header with a column of titles or abstracts in its first 20 lines")
    ]


def test_line_numbers_count_the_lines_within_cells(tmp_path):
    """A record is where it begins, however many lines those before it take."""
    text = 'title,abstract\n"A","x\ny\n\nz"\nB,"p\nq"\n\nC,r\n'
    assert titles(read(tmp_path, text)) == [(2, "A"), (6, "B"), (9, "C")]


def test_empty_rows_are_nothing(tmp_path):
    """Rows without a word in any cell are no records."""
    assert titles(read(tmp_path, 'title,year\n,\n"",""\n  , \n\nA,2019\n,')) == [(6, "A")]


def test_a_header_again_begins_a_table(tmp_path):
    """Files put together have a header in the middle, of the same columns or of others."""
    text = "title,year\nA,2019\ntitle,year\nB,2020\n\ufeffauthors,title,year\nDoe,C,2021\n"
    found = read(tmp_path, text)
    assert titles(found) == [(2, "A"), (4, "B"), (6, "C")]
    assert found[2].paper.authors == ("Doe",)


def test_rows_with_too_few_cells_keep_what_they_have(tmp_path):
    """Empty cells at the end may be left out; without title and abstract nothing is left."""
    found = read(tmp_path, "year,title,abstract,venue\n2019,A\n2020\n2021,B,x,V\n")
    assert titles(found) == [
        (2, "A"),
        (3, "! 4 cells expected, 1 found, neither title nor abstract"),
        (4, "B"),
    ]
    assert found[0].paper.extra == {"cells_missing": 2, "abstract_missing": True}


def test_rows_with_too_many_cells_are_rejected(tmp_path):
    """Nobody knows which cell is which; empty ones at the end are no harm."""
    found = read(tmp_path, "title,abstract\nA,one, two\nB,x,,\nC,y\n")
    assert titles(found) == [
        (
            2,
            "! 2 cells expected, 3 found: ' two' is one too many "
            "(a cell that holds the separator must be quoted)",
        ),
        (3, "B"),
        (4, "C"),
    ]
    assert found[0].head == "A,one, two"


def test_scopus_writes_more_funding_texts_than_it_names(tmp_path):
    """A row with one cell too many is right again where the last column proves it."""
    text = (
        "Title,Funding Text 1,References,Publisher,EID\n"
        "A,first,second,Doe (1999),Press,2-s2.0-85000000001\n"
        "B,first,,Press,2-s2.0-85000000002\n"
        "C,first,second,Doe (1999),Press,Scopus\n"
    )
    found = read(tmp_path, text)
    assert [line for line, _ in titles(found)] == [2, 3, 4]
    assert found[0].paper.extra == {
        "publisher": "Press",
        "funding_text_1": "first second",
        "eid": "2-s2.0-85000000001",
        "abstract_missing": True,
    }
    assert found[1].paper.extra["funding_text_1"] == "first"
    assert isinstance(found[2], Rejection)


UNCLOSED = {
    "before rows with quotes": ('A,"one\nB,"two"\nC,three\n', [3, 4]),
    "before rows without": ('A,"one\nB,two\nC,three\n', [3, 4]),
    "in the last row": ('B,two\nC,three\nA,"one\n', [2, 3]),
    "in the first cell": ('"A,one\nB,two\nC,three\n', [3, 4]),
}


@pytest.mark.parametrize(("rows", "good"), UNCLOSED.values(), ids=UNCLOSED)
def test_a_quotation_mark_that_is_not_closed_costs_one_record(tmp_path, rows, good):
    """The record is rejected with its line; its neighbours are as they were."""
    found = read(tmp_path, "title,abstract\n" + rows)
    assert [one.line for one in found if isinstance(one, Record)] == good
    assert [one.paper.abstract for one in found if isinstance(one, Record)] == ["two", "three"]
    (broken,) = (one for one in found if isinstance(one, Rejection))
    assert "one" in broken.head
    assert broken.reason.startswith("a quotation mark that is not closed: '\"")


def test_a_quotation_that_goes_on_for_thousands_of_lines_costs_one_record(tmp_path):
    """Reading goes on at the next line that is a whole row, long before the file ends."""
    rows = [f"T{i},x" for i in range(5_000)]
    found = read(tmp_path, "\n".join(["title,abstract", 'A,"one', *rows]))
    assert [one.line for one in found] == list(range(2, 5_003))
    assert [isinstance(one, Rejection) for one in found] == [True] + [False] * 5_000


def test_the_rest_of_a_broken_record_goes_with_it(tmp_path):
    """Lines of a broken record that are no rows are not taken for rows, and not rejected apart."""
    text = (
        '"title","abstract","year"\n"A","line one\nline "two", here","2019"\nend\n'
        '"B","more\nlines","2020"\n"C","x","2021"\n'
    )
    assert titles(read(tmp_path, text)) == [
        (2, '! a quotation mark that is not closed: \'"A","line one\', lines 2 to 4'),
        (5, "B"),
        (7, "C"),
    ]


@pytest.mark.parametrize(
    ("cell", "title"),
    [
        ('"A ""quoted"" word"', 'A "quoted" word'),
        ('"A "quoted" word"', 'A "quoted" word'),
        ('"A \\"quoted, odd\\" word"', 'A "quoted, odd" word'),
        ('"A" and "B"', '"A" and "B"'),
        ('A 5" disk', 'A 5" disk'),
        (' "A, b"', "A, b"),
    ],
)
def test_quotation_marks_within_a_cell(tmp_path, cell, title):
    """Marks that are doubled, escaped or left as they are stay in the text."""
    assert titles(read(tmp_path, f"abstract,title,year\nx,{cell},2019\n")) == [(2, title)]


def test_tabs_need_no_quotation_marks(tmp_path):
    """Web of Science quotes nothing: a mark at the beginning of a cell is text."""
    text = 'title\tabstract\n"Smart" ideas\tx\n"Open\ty\n"Q\tr"\t"z"\n'
    assert titles(read(tmp_path, text)) == [(2, '"Smart" ideas'), (3, '"Open'), (4, "Q r")]


def test_records_of_any_length_are_read_or_rejected(tmp_path):
    """A cell may be longer than the csv module allows; a row of millions of letters is none."""
    text = f"title,abstract\nA,{'word ' * 100_000}\nB,{'x' * 5_000_000}\nC,y\n"
    found = read(tmp_path, text)
    assert len(found[0].paper.abstract) == 499_999
    assert titles(found)[1:] == [(3, "! the row is longer than any record"), (4, "C")]


def test_nul_bytes_are_spaces(tmp_path):
    """A NUL ends nothing."""
    (found,) = read(tmp_path, b"title,abstract\nA\x00b,c\x00\n")
    assert (found.paper.title, found.paper.abstract) == ("A b", "c")


def test_a_table_of_one_column_needs_no_quotation_marks(tmp_path):
    """Where nothing separates cells, commas are text."""
    assert titles(read(tmp_path, 'title\nA, b\n"C"\n')) == [(2, "A, b"), (3, "C")]


def test_columns_that_the_user_names(tmp_path):
    """Any names will do, if the user says which is which."""
    columns = {"title": "Titel", "abstract": "inhalt", "year": "Jahr", "code": "Quelltext"}
    text = "Liste, Stand 2024\nTitel;Inhalt;Jahr;Quelltext;Ort\nA;B;2019;ja;Ulm\n"
    doc = document(tmp_path, text, columns=columns)
    assert not csv_table.recognises(doc.head(), ".csv")
    assert csv_table.recognises(doc.head(), ".csv", columns)
    (found,) = csv_table.read(doc)
    assert (found.line, found.paper.title, found.paper.abstract) == (3, "A", "B")
    assert (found.paper.year, found.paper.code) == (2019, None)
    assert found.paper.extra == {"quelltext": "ja", "ort": "Ulm"}


def test_a_named_column_that_is_not_there_stops_the_reading(tmp_path):
    """The error lists the columns of the table, not those of a line above it."""
    with pytest.raises(SourceUnreadable, match=r"no column 'Nope'.* are: 'Titel', 'Inhalt'$"):
        read(tmp_path, "Liste\nTitel;Inhalt\nA;B\n", columns={"title": "Nope"})


CELLS = {
    "nothing": (
        "title,abstract,authors,doi\nA,N/A,[Anonymous],nan\n",
        {"extra": {"abstract_missing": True}},
    ),
    "nothing elsewhere is kept": (
        "title,abstract,country\nA,x,NA\n",
        {"abstract": "x", "extra": {"country": "NA"}},
    ),
    "errors of spreadsheets": (
        "title,abstract,seen\nA,#NAME?,#REF!\n",
        {
            "extra": {
                "cell_errors": {"abstract": "#NAME?", "seen": "#REF!"},
                "abstract_missing": True,
            }
        },
    ),
    "floats": (
        "title,abstract,year,pmid,volume\nA,x,2019.0,123.0,7.0\n",
        {"abstract": "x", "year": 2019, "id": "pmid:123", "extra": {"volume": "7", "pmid": "123"}},
    ),
    "two columns of one field": (
        "title,abstract,url,link,keywords,keyword\nA,x,,http://x.example/1,b,c\n",
        {
            "abstract": "x",
            "url": "http://x.example/1",
            "extra": {"keywords": ["b", "c"]},
        },
    ),
    "a name of extra that is taken": (
        "title,abstract,author keywords,keywords\nA,x,b,c\n",
        {"abstract": "x", "extra": {"keywords": ["b", "c"]}},
    ),
    "notes that have a column's name": (
        "title,abstract,seen,cell_errors,more\nA,x,#REF!,y\n",
        {
            "abstract": "x",
            "extra": {
                "cell_errors": {"seen": "#REF!"},
                "cell_errors_2": "y",
                "cells_missing": 1,
            },
        },
    ),
    "links": (
        "title,abstract,url\nA,x,http://x.example/1; http://x.example/2\n",
        {
            "abstract": "x",
            "url": "http://x.example/1",
            "extra": {"more_links": ["http://x.example/2"]},
        },
    ),
    "no link": (
        "title,abstract,url\nA,x,db/journals/a\n",
        {"abstract": "x", "extra": {"url": "db/journals/a"}},
    ),
    "code": (
        "title,abstract,code\nA,x,https://x.example/repo\n",
        {"abstract": "x", "code": True, "extra": {"code_links": ["https://x.example/repo"]}},
    ),
    "no code": ("title,abstract,code\nA,x,No\n", {"abstract": "x", "code": False}),
    "rows that pandas counted": ("\t,title,abstract\n0,A,x\n", {"abstract": "x"}),
    "a month by name": (
        "title,abstract,year,month\nA,x,2019,May\n",
        {"abstract": "x", "year": 2019, "extra": {"date_stated": "May 2019"}},
    ),
    "an id with its scheme": (
        "id,title,abstract\narxiv:2101.00001,A,x\n",
        {"id": "arxiv:2101.00001", "abstract": "x", "arxiv_id": "2101.00001"},
    ),
}


@pytest.mark.parametrize(("text", "fields"), CELLS.values(), ids=CELLS)
def test_habits_of_writing_cells(tmp_path, text, fields):
    """What a cell means is told from what programs write into them."""
    (found,) = read(tmp_path, text)
    expected = {"id": found.paper.id, "title": "A", "sources": ("table.csv",)} | fields
    assert found.paper == Paper(**expected)


TABLES = [
    ("title,abstract\nA,B\n", ""),
    ("title\tyear\nA\t2019\n", ".txt"),
    ("Title;Score\nA;1\n", ".csv"),
    ("abstract\nWe\n", ".tsv"),
    (SCOPUS, ""),
    (WOS, ".txt"),
    ("sep=;\nTitle;Abstract\n", ""),
]
OTHERS = [
    ("| Title | Abstract |\n|---|---|\n| A | B |\n", ".md"),
    ("Title | Abstract\n--- | ---\nA | B\n", ".csv"),
    ("@article{a,\n title = {A, abstract},\n author = {B},\n}\n", ".csv"),
    ("Some notes\n@article{a,\n  title = {Title, abstract},\n}\n", ""),
    ("TY  - JOUR\nTI  - Title, abstract\nAB  - x\nER  - \n", ".csv"),
    ('{"title": "A", "abstract": "B"}\n', ".csv"),
    ('[\n "title",\n "abstract",\n {"title": 1, "abstract": 2}]\n', ".json"),
    ("<feed><title>A, abstract</title></feed>\n", ".csv"),
    ("FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Orlov, A\nTI A\nSO B\nER\n", ""),
    ("title: A\nabstract: B\nyear: 2019\n", ".csv"),
    ("Abstract\n\nWe show that, in short, titles, abstracts and years matter.\n", ".txt"),
    ("Title, and abstract\nThe first, and the second\n", ".txt"),
    ("id,price\n1,2\n2,title\n", ".csv"),
    ("PK\x03\x04title,abstract\n", ".csv"),
    ("", ".csv"),
    ("\n\n", ".csv"),
    ('"' * 50_000, ".csv"),
    ("," * 50_000, ".csv"),
]


@pytest.mark.parametrize(("text", "suffix"), TABLES)
def test_tables_are_recognised(text, suffix):
    """A header with a column of titles or abstracts tells a table, in doubt the suffix helps."""
    assert csv_table.recognises(text, suffix)


@pytest.mark.parametrize(("text", "suffix"), OTHERS)
def test_what_is_no_table_is_not_recognised(text, suffix):
    """Other formats hold the same words and commas, and are left to their readers."""
    assert not csv_table.recognises(text, suffix)


@given(st.text(max_size=200), st.sampled_from(["", ".csv", ".tsv", ".txt"]))
def test_any_text_can_be_looked_at(text, suffix):
    """Recognising never fails."""
    assert csv_table.recognises(text, suffix) in (True, False)


PIECES = st.sampled_from(
    [
        *(*",;\t|\n\r\\", '"', '""', '","', "title", "abstract", "authors", "akin_id", "['", "'="),
        *("\0", "é", "2019", "10.1000/x", "Doe, J", "http://x.example/", "\ufeff", "EID", "\udcff"),
        "PT\tAU\tTI\tSO",
    ]
)
HEADS = st.sampled_from(
    ["title,abstract\n", '"title"\t"abstract"\n', "akin_id,title,authors\n", ""]
)


@given(head=HEADS, pieces=st.lists(PIECES | st.text(max_size=5), max_size=60))
@example(head="", pieces=["title,authors,keywords\nA,['b"])
def test_whatever_a_table_holds_reading_ends_in_printable_records(tmp_path_factory, head, pieces):
    """Every record is a paper or a rejection that can be written as JSON in UTF-8."""
    text = (head + "".join(pieces)).encode(
        "utf-8", "surrogateescape" if "\udcff" in pieces else "replace"
    )
    folder = tmp_path_factory.mktemp("any")
    last = 0
    for one in csv_table.read(document(folder, text)):
        shown = one.paper if isinstance(one, Record) else one
        json.dumps(shown.to_json(), ensure_ascii=False).encode("utf-8")
        assert one.line >= last
        last = one.line


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 9), st.text(alphabet='a,;"\n|\t', max_size=8)), max_size=8
    ),
    separator=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_the_csv_module_writes_is_read(tmp_path_factory, rows, separator, quoting):
    """Whatever stands in the cells, each row is one record, in order."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator="\n")
    writer.writerows([["title", "abstract"], *([f"T{n}", text] for n, text in rows)])
    found = read(tmp_path_factory.mktemp("written"), out.getvalue())
    assert [one.paper.title for one in found] == [f"T{n}" for n, _ in rows]
    assert [one.paper.abstract for one in found] == [" ".join(text.split()) for _, text in rows]


def kept_and_rejected(path, header, *rows):
    """The titles of a table's papers, and line and reason of its rejections."""
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    found = list(csv_table.read(Document(path, path.name, given=True)))
    titles = [one.paper.title for one in found if isinstance(one, Record)]
    return titles, [(one.line, one.reason) for one in found if isinstance(one, Rejection)]


ROWS = [f"Bee {n}; Fly {n},Swarms of valley {n},They hum {n} times.,2020" for n in range(700)]


@pytest.mark.parametrize(
    "broken",
    [
        '"Bee; Fly,Hives,They sting.,2019',
        'Bee,"Hives,They sting.,2019',
        'Bee,Hives,"They sting.,2019',
        'Bee,Hives,They sting.,"2019',
    ],
)
@pytest.mark.parametrize(
    "end", ['Ant,Hills,"They, too, dig.",2021', 'A,"",They dig.,2021', "A,B,C,1"]
)
def test_a_quotation_that_ends_far_away_swallows_nothing(tmp_path, broken, end):
    """Its record alone is rejected, whether a later mark seems to close it or none does."""
    path = tmp_path / "a.csv"
    titles, rejected = kept_and_rejected(path, "Authors,Title,Abstract,Year", broken, *ROWS, end)
    assert titles[:700] == [f"Swarms of valley {n}" for n in range(700)]
    assert len(titles) == 701
    assert [line for line, _ in rejected] == [2]
    assert "a quotation mark that is not closed" in rejected[0][1]


def test_each_of_many_broken_rows_is_rejected_by_itself(tmp_path):
    """None takes its neighbours with it."""
    broken = [f'Bee,Hives {n},"They sting {n} times.,2019' for n in range(300)]
    titles, rejected = kept_and_rejected(tmp_path / "a.csv", "Authors,Title,Abstract,Year", *broken)
    assert titles == []
    assert [line for line, _ in rejected] == list(range(2, 302))


def test_prose_over_many_lines_is_no_rows(tmp_path):
    """A quoted abstract whose lines hold separators, as rows do, is one abstract."""
    prose = ["First, we look, and count,", "then rest", "and again, twice, or more, so", "we end"]
    row = 'Bee,Hives,"' + "\n".join(prose) + '",2019'
    titles, rejected = kept_and_rejected(
        tmp_path / "a.csv", "Authors,Title,Abstract,Year", row, ROWS[0]
    )
    assert (titles, rejected) == (["Hives", "Swarms of valley 0"], [])


def test_publish_or_perish_knows_nothing_where_it_writes_0(tmp_path):
    """Neither volume nor pages 0 are kept, which would tell two versions of a paper apart."""
    path = tmp_path / "a.csv"
    path.write_text(
        "Cites,Authors,Title,Year,Source,GSRank,Volume,Issue,StartPage,EndPage,ECC\n"
        "0,E Roe,Moss,2019,Bogs,1,0,0,0,0,0\n"
    )
    (found,) = csv_table.read(Document(path, "a.csv", given=True))
    assert not {"volume", "issue", "pages", "first_page"} & found.paper.extra.keys()


def test_a_citation_key_may_stand_in_extra_of_zotero(tmp_path):
    """Zotero's table has no column for it."""
    path = tmp_path / "a.csv"
    path.write_text('Key,Title,Abstract Note,Extra\nX,Moss,,"PMID: 12\nCitation Key: roe19"\n')
    (found,) = csv_table.read(Document(path, "a.csv", given=True))
    assert (found.paper.extra["citation_key"], found.paper.extra["pmid"]) == ("roe19", "12")
