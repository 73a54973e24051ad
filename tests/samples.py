"""A small document of every format that akin reads: two papers, the first with most fields.

For what holds of all readers alike: each document is recognised by its own reader only, read to the
end, and survives whatever is done to its bytes.
"""

from __future__ import annotations

import io
import json

import openpyxl

TITLE, OTHER = "Learning to Read Every Format", "A Second Paper of Many Words"
ABSTRACT = "We read papers & lose nothing. It works in 99% of all cases."
DOI, ARXIV = "10.1000/182", "2101.00001"


def _lines(*objects: object) -> str:
    return "".join(json.dumps(one) + "\n" for one in objects)


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in (
        ("Title", "Abstract", "Authors", "Publication Year", "DOI"),
        (TITLE, ABSTRACT, "Lovelace, Ada; Turing, Alan", 2021, DOI),
        (OTHER, "Short.", "Hopper, Grace", 2020, None),
    ):
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


TEXTS: dict[str, tuple[str, str]] = {
    "scholar-page": (
        "page.txt",
        f"Ada Lovelace\nMathematics\nh-index 7\n2 Papers\n64.2LGNov 12, 2021Code\n{TITLE}\n\n"
        f"Ada Lovelace, Alan Turing et al. · mit\n\n{ABSTRACT}\n\nCVMay 27\n{OTHER}\n\n"
        "Grace Hopper\n\nShort.\n",
    ),
    "markdown-table": (
        "table.md",
        "# Ada Lovelace Papers (2020-2021)\n\n| Year | Title | Abstract | Link |\n"
        "|---|---|---|---|\n"
        f"| 2021 | {TITLE} | {ABSTRACT} | [Link](https://doi.org/{DOI}) |\n"
        f"| 2020 | {OTHER} | Short. | |\n",
    ),
    "bibtex": (
        "a.bib",
        '@string{jmlr = "Journal of Reading"}\n@article{lovelace2021,\n'
        f"  title = {{{{{TITLE}}}}},\n  author = {{Lovelace, Ada and Turing, Alan}},\n"
        f"  abstract = {{We read papers \\& lose nothing. It works in 99\\% of all cases.}},\n"
        f"  journal = jmlr, year = 2021, pages = {{1--9}}, doi = {{{DOI}}}\n}}\n\n"
        f'@misc{{hopper, title = "{OTHER}", author = "Grace Hopper", year = 2020}}\n',
    ),
    "ris": (
        "a.ris",
        f"TY  - JOUR\nTI  - {TITLE}\nAU  - Lovelace, Ada\nAU  - Turing, Alan\nAB  - {ABSTRACT}\n"
        f"PY  - 2021\nJO  - Journal of Reading\nSP  - 1\nEP  - 9\nDO  - {DOI}\nER  - \n\n"
        f"TY  - CONF\nT1  - {OTHER}\nA1  - Hopper, Grace\nY1  - 2020///\nER  - \n",
    ),
    "medline": (
        "pubmed.nbib",
        f"PMID- 12345678\nOWN - NLM\nDP  - 2021 Nov 12\nTI  - {TITLE}\nLID - {DOI} [doi]\n"
        "AB  - We read papers & lose nothing. It works in 99%\n      of all cases.\n"
        "FAU - Lovelace, Ada\nAU  - Lovelace A\nFAU - Turing, Alan\nJT  - Journal of reading\n\n"
        f"PMID- 12345679\nDP  - 2020\nTI  - {OTHER}\nFAU - Hopper, Grace\n",
    ),
    "wos-text": (
        "savedrecs.txt",
        "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Lovelace, A\n   Turing, A\n"
        f"AF Lovelace, Ada\n   Turing, Alan\nTI {TITLE}\nSO JOURNAL OF READING\nAB {ABSTRACT}\n"
        f"PY 2021\nDI {DOI}\nER\n\nPT J\nAU Hopper, G\nTI {OTHER}\nPY 2020\nER\n\nEF\n",
    ),
    "endnote-tagged": (
        "a.enw",
        f"%0 Journal Article\n%T {TITLE}\n%A Lovelace, Ada\n%A Turing, Alan\n%D 2021\n"
        f"%X {ABSTRACT}\n%J Journal of Reading\n%R {DOI}\n\n"
        f"%0 Book\n%T {OTHER}\n%A Hopper, Grace\n%D 2020\n",
    ),
    "pubmed-xml": (
        "pubmed.xml",
        '<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD Article" "x.dtd">\n'
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>12345678</PMID><Article>"
        f"<Journal><JournalIssue><PubDate><Year>2021</Year></PubDate></JournalIssue>"
        f"<Title>Journal of Reading</Title></Journal><ArticleTitle>{TITLE}</ArticleTitle>"
        "<Abstract><AbstractText>We read papers, <i>all</i> of them.</AbstractText></Abstract>"
        "<AuthorList><Author><LastName>Lovelace</LastName><ForeName>Ada</ForeName></Author>"
        "</AuthorList></Article></MedlineCitation></PubmedArticle>\n<PubmedArticle>"
        f"<MedlineCitation><PMID>2</PMID><Article><ArticleTitle>{OTHER}</ArticleTitle></Article>"
        "</MedlineCitation></PubmedArticle></PubmedArticleSet>\n",
    ),
    "jats": (
        "a.xml",
        "<pmc-articleset><article><front><article-meta>"
        f'<article-id pub-id-type="doi">{DOI}</article-id><title-group><article-title>{TITLE}'
        '</article-title></title-group><contrib-group><contrib contrib-type="author"><name>'
        "<surname>Lovelace</surname><given-names>Ada</given-names></name></contrib></contrib-group>"
        '<pub-date pub-type="epub"><year>2021</year></pub-date><abstract><p>We read <italic>papers'
        "</italic>.</p></abstract></article-meta></front></article>\n<article><front><article-meta>"
        f"<title-group><article-title>{OTHER}</article-title></title-group></article-meta></front>"
        "</article></pmc-articleset>\n",
    ),
    "oai-pmh": (
        "oai.xml",
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>'
        f"<record><header><identifier>oai:arXiv.org:{ARXIV}</identifier></header><metadata>"
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{ARXIV}</id><created>2021-01-03</created>'
        "<authors><author><keyname>Lovelace</keyname><forenames>Ada</forenames></author></authors>"
        f"<title>{TITLE}</title><categories>cs.LG cs.CL</categories><abstract>We read.</abstract>"
        '</arXiv></metadata></record>\n<record><header status="deleted"><identifier>oai:x:2'
        "</identifier></header></record></ListRecords></OAI-PMH>\n",
    ),
    "atom": (
        "arxiv.atom",
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>arXiv Query</title>'
        f"<entry><id>http://arxiv.org/abs/{ARXIV}v2</id><published>2021-01-03T00:00:00Z</published>"
        f"<title>{TITLE}</title><summary>We read papers.</summary><author><name>Ada Lovelace</name>"
        '</author><category term="cs.LG"/></entry>\n<entry><id>http://arxiv.org/abs/2001.00002v1</id>'
        f"<title>{OTHER}</title><summary>Short.</summary></entry></feed>\n",
    ),
    "acl-xml": (
        "2021.acl.xml",
        '<collection id="2021.acl"><volume id="main"><meta><booktitle>Proceedings of Reading'
        f'</booktitle><year>2021</year></meta><paper id="1"><title>{TITLE}</title><author>'
        "<first>Ada</first><last>Lovelace</last></author><abstract>We read.</abstract>"
        f'<url>2021.acl-main.1</url></paper>\n<paper id="2"><title>{OTHER}</title>'
        "<url>2021.acl-main.2</url></paper>"
        "</volume></collection>\n",
    ),
    "endnote-xml": (
        "endnote.xml",
        '<xml><records><record><ref-type name="Journal Article">17</ref-type><contributors>'
        "<authors><author>Lovelace, Ada</author></authors></contributors><titles><title><style>"
        f"{TITLE}</style></title></titles><dates><year>2021</year></dates><abstract>We read."
        f"</abstract></record>\n<record><titles><title>{OTHER}</title></titles></record></records>"
        "</xml>\n",
    ),
    "mods": (
        "a.mods",
        '<modsCollection xmlns="http://www.loc.gov/mods/v3"><mods ID="lovelace"><titleInfo><title>'
        f'{TITLE}</title></titleInfo><name type="personal"><namePart type="given">Ada</namePart>'
        '<namePart type="family">Lovelace</namePart></name><originInfo>'
        "<dateIssued>2021</dateIssued></originInfo><abstract>We read.</abstract></mods>\n"
        f"<mods><titleInfo><title>{OTHER}</title></titleInfo></mods></modsCollection>\n",
    ),
    "akin-jsonl": (
        "akin.jsonl",
        _lines(
            {
                "id": f"doi:{DOI}",
                "title": TITLE,
                "abstract": ABSTRACT,
                "authors": ["Ada Lovelace"],
                "year": 2021,
                "date": None,
                "venue": "Journal of Reading",
                "categories": [],
                "doi": DOI,
                "arxiv_id": None,
                "url": None,
                "code": None,
                "sources": ["a.bib"],
                "extra": {"volume": "7"},
            },
            {"id": "x", "title": OTHER, "abstract": "", "authors": [], "sources": [], "extra": {}},
        ),
    ),
    "arxiv-snapshot": (
        "arxiv-metadata.jsonl",
        _lines(
            {
                "id": ARXIV,
                "submitter": "Ada",
                "authors": "Ada Lovelace, Alan Turing",
                "title": TITLE,
                "abstract": ABSTRACT,
                "categories": "cs.LG cs.CL",
                "doi": None,
                "versions": [{"version": "v1", "created": "Mon, 4 Jan 2021 19:18:42 GMT"}],
                "update_date": "2021-01-05",
                "authors_parsed": [["Lovelace", "Ada", ""], ["Turing", "Alan", ""]],
            },
            {
                "id": "2001.00002",
                "title": OTHER,
                "abstract": "Short.",
                "categories": "cs.LG",
                "update_date": "2020-01-05",
                "authors_parsed": [],
            },
        ),
    ),
    "openalex": (
        "works.json",
        json.dumps(
            {
                "meta": {"count": 2},
                "results": [
                    {
                        "id": "https://openalex.org/W1",
                        "doi": f"https://doi.org/{DOI}",
                        "display_name": TITLE,
                        "publication_year": 2021,
                        "authorships": [{"author": {"display_name": "Ada Lovelace"}}],
                        "abstract_inverted_index": {"We": [0], "read": [1], "papers.": [2]},
                    },
                    {"id": "https://openalex.org/W2", "display_name": OTHER, "authorships": []},
                ],
            }
        ),
    ),
    "semantic-scholar": (
        "s2.jsonl",
        _lines(
            {
                "paperId": "6" * 40,
                "externalIds": {"DOI": DOI, "ArXiv": ARXIV},
                "title": TITLE,
                "abstract": ABSTRACT,
                "year": 2021,
                "authors": [{"authorId": "1", "name": "Ada Lovelace"}],
            },
            {"paperId": "7" * 40, "externalIds": None, "title": OTHER, "abstract": None},
        ),
    ),
    "crossref": (
        "crossref.json",
        json.dumps(
            {
                "status": "ok",
                "message-type": "work-list",
                "message": {
                    "items": [
                        {
                            "DOI": DOI,
                            "member": "15",
                            "prefix": "10.1000",
                            "type": "journal-article",
                            "title": [TITLE],
                            "container-title": ["Journal of Reading"],
                            "author": [{"given": "Ada", "family": "Lovelace", "sequence": "first"}],
                            "issued": {"date-parts": [[2021, 11, 12]]},
                            "abstract": "<jats:p>We read.</jats:p>",
                        },
                        {"DOI": "10.1000/183", "title": [OTHER], "container-title": []},
                    ]
                },
            }
        ),
    ),
    "openreview": (
        "notes.json",
        json.dumps(
            {
                "notes": [
                    {
                        "id": "BZSTC2RMEd",
                        "forum": "BZSTC2RMEd",
                        "invitations": ["ICLR.cc/2021/Conference/-/Submission"],
                        "content": {
                            "title": {"value": TITLE},
                            "abstract": {"value": ABSTRACT},
                            "authors": {"value": ["Ada Lovelace"]},
                        },
                    },
                    {
                        "id": "aaaaaaaaaa",
                        "forum": "aaaaaaaaaa",
                        "content": {"title": {"value": OTHER}},
                    },
                ]
            }
        ),
    ),
    "csl-json": (
        "library.json",
        json.dumps(
            [
                {
                    "id": "lovelace2021",
                    "type": "article-journal",
                    "title": TITLE,
                    "abstract": ABSTRACT,
                    "author": [{"family": "Lovelace", "given": "Ada"}],
                    "issued": {"date-parts": [[2021, 11, 12]]},
                    "container-title": "Journal of Reading",
                    "DOI": DOI,
                },
                {"id": "hopper2020", "type": "book", "title": OTHER},
            ],
            indent=1,
        ),
    ),
    "zotero-json": (
        "zotero.json",
        json.dumps(
            [
                {
                    "key": "X42A7DEE",
                    "version": 1,
                    "data": {
                        "key": "X42A7DEE",
                        "itemType": "journalArticle",
                        "title": TITLE,
                        "creators": [
                            {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"}
                        ],
                        "abstractNote": ABSTRACT,
                        "date": "2021",
                        "DOI": DOI,
                    },
                },
                {"key": "Y", "version": 2, "data": {"itemType": "book", "title": OTHER}},
            ]
        ),
    ),
    "json": (
        "corpus.jsonl",
        _lines(
            {"_id": "1", "title": TITLE, "text": ABSTRACT, "authors": "Ada Lovelace", "year": 2021},
            {"_id": "2", "title": OTHER, "text": ""},
        ),
    ),
    "csv": (
        "scopus.csv",
        "\ufeffAuthors,Title,Year,Source title,DOI,Abstract\r\n"
        f'"Lovelace A., Turing A.","{TITLE}",2021,"Journal of Reading",{DOI},"{ABSTRACT}"\r\n'
        f'Hopper G.,"{OTHER}",2020,,,\r\n',
    ),
}

SAMPLES: dict[str, tuple[str, bytes]] = {
    **{form: (name, text.encode()) for form, (name, text) in TEXTS.items()},
    "xlsx": ("book.xlsx", _workbook()),
}
"""By format: the name of a file, and what is in it."""
