"""Papers of Semantic Scholar: the API, the datasets and the open corpus before them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from indexer.paper import Paper
from indexer.readers import semantic_scholar
from tests.json_documents import (
    NAME,
    as_json,
    assert_printable,
    odd_items,
    read_lines,
    read_text,
    rejected,
)

SHA = "649def34f8be52c8b66281af98ae884c09aef38b"
API = {
    "paperId": SHA,
    "externalIds": {
        "DOI": "10.18653/V1/N18-3011",
        "ACL": "N18-3011",
        "ArXiv": "1805.02262",
        "PubMed": 29456894,
        "PubMedCentral": "5815332",
        "DBLP": "conf/naacl/AmmarGBBCDDEFHK18",
        "MAG": "2963341956",
        "CorpusId": 19170988,
    },
    "url": f"https://www.semanticscholar.org/paper/{SHA}",
    "title": "Construction of the Literature Graph",
    "abstract": "We describe a system. Code: https://github.com/allenai/s2",
    "venue": "NAACL",
    "publicationVenue": {"name": "North American Chapter", "issn": "1234-5678"},
    "year": 2018,
    "publicationDate": "2018-05-06",
    "journal": {"name": "Proceedings", "volume": "12 ", "pages": "\n  84-91"},
    "authors": [{"authorId": "1", "name": "Waleed Ammar"}, {"name": "L. van der Berg"}],
    "fieldsOfStudy": ["Computer Science"],
    "s2FieldsOfStudy": [{"category": "Linguistics", "source": "s2-fos-model"}],
    "publicationTypes": ["JournalArticle", "Conference"],
    "openAccessPdf": {"url": "https://www.aclweb.org/anthology/N18-3011.pdf", "status": "HYBRID"},
    "tldr": {"model": "tldr@v2", "text": "A graph."},
    "citationCount": 300,
    "references": [{"paperId": "x", "title": "Cited"}],
}
API_PAPER = Paper(
    id="arxiv:1805.02262",
    title="Construction of the Literature Graph",
    abstract="We describe a system. Code: https://github.com/allenai/s2",
    authors=("Waleed Ammar", "L. van der Berg"),
    year=2018,
    date="2018-05-06",
    venue="NAACL",
    categories=("Computer Science",),
    doi="10.18653/v1/n18-3011",
    arxiv_id="1805.02262",
    url=f"https://www.semanticscholar.org/paper/{SHA}",
    code=True,
    sources=(NAME,),
    extra={
        "volume": "12",
        "pages": "84-91",
        "issn": "1234-5678",
        "type": ["JournalArticle", "Conference"],
        "tldr": "A graph.",
        "pdf": "https://www.aclweb.org/anthology/N18-3011.pdf",
        "cited_by": 300,
        "links": ["https://github.com/allenai/s2"],
        "pmid": "29456894",
        "acl": "N18-3011",
        "dblp": "conf/naacl/AmmarGBBCDDEFHK18",
        "mag": "2963341956",
        "corpus_id": "19170988",
        "pmcid": "PMC5815332",
        "semantic_scholar": SHA,
    },
)
DATASET = {
    "corpusid": 7,
    "externalids": {"ACL": None, "DOI": "10.1000/182", "CorpusId": "7"},
    "url": "https://www.semanticscholar.org/paper/x",
    "title": "A paper without its abstract",
    "authors": [{"authorId": None, "name": "Bob May"}],
    "venue": "",
    "publicationvenueid": None,
    "year": 1997,
    "s2fieldsofstudy": [{"category": "Medicine", "source": "external"}, {"category": "Biology"}],
    "publicationtypes": ["Review"],
    "publicationdate": None,
    "journal": {"name": "Some Journal", "pages": None, "volume": "3"},
    "tldr": "Short.",
}
DATASET_PAPER = Paper(
    id="doi:10.1000/182",
    title="A paper without its abstract",
    authors=("Bob May",),
    year=1997,
    venue="Some Journal",
    categories=("Medicine", "Biology"),
    doi="10.1000/182",
    url="https://www.semanticscholar.org/paper/x",
    sources=(NAME,),
    extra={
        "volume": "3",
        "type": "Review",
        "tldr": "Short.",
        "abstract_missing": True,
        "corpus_id": "7",
    },
)
OPEN_CORPUS = {
    "id": SHA,
    "title": "Of the open corpus",
    "paperAbstract": "Its abstract.",
    "authors": [{"name": "Ann Lee", "ids": ["1"]}],
    "inCitations": ["a"],
    "outCitations": [],
    "year": 2016,
    "s2Url": f"https://semanticscholar.org/paper/{SHA}",
    "pdfUrls": ["https://example.org/a.pdf", "https://example.org/b.pdf"],
    "venue": "",
    "journalName": "The Journal",
    "journalVolume": "9",
    "journalPages": "1-2",
    "doi": "10.1000/183",
    "pmid": "123",
    "entities": ["graph", "corpus"],
    "fieldsOfStudy": ["Physics"],
}
OPEN_CORPUS_PAPER = Paper(
    id="doi:10.1000/183",
    title="Of the open corpus",
    abstract="Its abstract.",
    authors=("Ann Lee",),
    year=2016,
    venue="The Journal",
    categories=("Physics",),
    doi="10.1000/183",
    url=f"https://semanticscholar.org/paper/{SHA}",
    sources=(NAME,),
    extra={
        "volume": "9",
        "pages": "1-2",
        "keywords": ["graph", "corpus"],
        "pdf": "https://example.org/a.pdf",
        "pmid": "123",
        "semantic_scholar": SHA,
    },
)
PAPERS = [API_PAPER, DATASET_PAPER, OPEN_CORPUS_PAPER]


def test_papers_of_each_service_are_read_whole(tmp_path):
    """Keys in capitals or not, identifiers in an object or not: these papers come out."""
    found = read_lines(semantic_scholar, tmp_path, API, DATASET, OPEN_CORPUS)
    assert as_json(found) == [paper.to_json() for paper in PAPERS]


def test_answers_of_the_api_hold_their_papers(tmp_path):
    """A search has them under data, a list of citations each within an object."""
    search = json.dumps({"total": 2, "offset": 0, "data": [API, DATASET]})
    cited = json.dumps({"offset": 0, "data": [{"contexts": [], "citingPaper": API}]})
    assert as_json(read_text(semantic_scholar, tmp_path, search)) == as_json_of(PAPERS[:2])
    assert as_json(read_text(semantic_scholar, tmp_path, cited)) == as_json_of(PAPERS[:1])
    assert semantic_scholar.recognises(search, ".json")
    assert semantic_scholar.recognises(cited, ".json")


def as_json_of(papers: list[Paper]) -> list[dict[str, object]]:
    return [paper.to_json() for paper in papers]


def test_broken_papers_are_told_and_cost_no_other(tmp_path):
    """A cut line and a paper that the API did not find are rejected, each with its reason."""
    found = read_lines(semantic_scholar, tmp_path, API, '{"paperId": "64', "null", {}, DATASET)
    assert (found[0].paper, found[4].paper) == (API_PAPER, DATASET_PAPER)
    assert rejected(found) == [
        (2, "the line ends within a record"),
        (3, "not an object: 'null'"),
        (4, "neither title nor abstract"),
    ]


@pytest.mark.parametrize("paper", [API, DATASET, OPEN_CORPUS, {"paperId": SHA, "title": "t"}])
def test_a_paper_is_recognised(paper):
    """Each service has keys of its own, or an id of 40 hexadecimal digits."""
    assert semantic_scholar.recognises(json.dumps(paper), "")


@pytest.mark.parametrize(
    "head",
    [
        '{"paperId": "12", "title": "t"}',
        '{"id": "https://openalex.org/W1", "title": "t"}',
        '{"_id": "1", "title": "t", "text": "x", "metadata": {"authors": []}}',
        "",
        "paperId,corpusid\n",
    ],
)
def test_other_formats_are_not_taken_for_it(head):
    """Other JSON and other text are no papers of Semantic Scholar."""
    assert not semantic_scholar.recognises(head, ".json")


@given(odd_items([*API, *DATASET, *OPEN_CORPUS]))
def test_whatever_a_file_holds_only_records_and_rejections_come_out(tmp_path_factory, items):
    """Reading ends, and all that comes out can be printed."""
    assert_printable(read_lines(semantic_scholar, tmp_path_factory.mktemp("a"), *items))
