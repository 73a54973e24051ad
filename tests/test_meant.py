"""What a query means by the papers that there are: those it names, and words that are misspelt."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from indexer.cleaning.naming import title_name
from indexer.errors import UnknownPaper
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api.app import create_app
from search_api.engine.engine import Engine
from search_api.query.filters import Filters
from search_api.query.query import Query
from tests.fakes import FakeEncoder

TITLE = "Beyond salt: a critical note on Berg and Sand"
PAPERS = [
    {"title": TITLE, "abstract": "Two authors wrote of dunes. We say where they are right.",
     "authors": ["Eva Marsh"], "year": 2017, "doi": "10.1234/marsh.1",
     "extra": {"pmid": 77, "citation_key": "Marsh2017", "keywords": ["coastal retreat"]}},
    {"title": "Salt, sand and Berg: a note", "abstract": "Berg and sand, salt and notes on salt. "
     "A critical note on Berg and Sand, critical of salt beyond sand.", "authors": ["Ada Ford"],
     "year": 2018},
    {"title": "Waves and -omics of plankton", "abstract": "Plankton and omics in waves.",
     "authors": ["Bo Hill"], "year": 2019, "arxiv_id": "2101.00077"},
    {"title": "Otters", "abstract": "Otters at sea, and the trajectories of otters.",
     "authors": ["Cem Brook"], "year": 2020, "doi": "10.1234/otters"},
    {"title": "Otters", "abstract": "A film of otters, and the trajectory of a camera.",
     "authors": ["Dan Iron"], "year": 2021, "extra": {"groups": ["included"]}},
    *({"title": f"Ships {n}", "abstract": f"Ships and salt, the voyage {n}.", "authors": [],
       "year": 2000 + n} for n in range(20)),
]  # fmt: skip
FIELDS = {"date": None, "venue": None, "categories": [], "doi": None, "arxiv_id": None}
FIELDS |= {"url": None, "code": None, "sources": [], "extra": {}}
MARSH = "doi:10.1234/marsh.1"


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("meant")
    lines = [json.dumps({"id": "", **FIELDS, **paper}) for paper in PAPERS]
    (folder / "papers.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    index = IndexFolder(folder / "index")
    rebuild([folder / "papers.jsonl"], index, FakeEncoder(), mapped="none")
    engine = Engine(index.current(), FakeEncoder())
    yield engine
    engine.close()


@pytest.mark.parametrize("mode", ["hybrid", "semantic", "lexical"])
@pytest.mark.parametrize(
    ("q", "what"),
    [
        ("https://doi.org/10.1234/MARSH.1", "DOI"),
        ("PMID: 77", "PubMed id"),
        ("Marsh2017", "citation key"),
        ("key:marsh2017", "citation key"),
        (TITLE, "title"),
        ("beyond salt - a critical note, on BERG and Sand.", "title"),
        (f'"{TITLE}"', "title"),
        (f"{TITLE} year:2017", "title"),
        ("Marsh E. Beyond salt. Dunes 2017;3:1-9. doi:10.1234/marsh.1.", "DOI"),
    ],
)
def test_the_paper_that_is_named_comes_first(engine, q, what, mode):
    """By id, key or exact title, in every mode; it is said, and the others follow as ever."""
    page = engine.search(Query.parse(q, mode=mode, k=5))
    assert (page.hits[0].paper.id, page.hits[0].named, page.hits[0].rank) == (MARSH, what, 1)
    assert all(hit.named is None for hit in page.hits[1:])
    assert f"first comes the paper with this {what}" in page.notes
    assert engine.explain(Query.parse(q, mode=mode), MARSH).rank == 1


def test_pages_of_a_list_with_a_named_paper_hold_each_paper_once(engine):
    """And in the order of the list without it."""
    for shape in (
        {},
        {"mode": "lexical"},
        {"sort": "date"},
        {"min_score": 0.0},
        {"diversity": 0.5},
    ):
        query = Query.parse("10.1234/otters salt ships", k=4, **shape)
        ids, cursor = [], None
        while cursor or not ids:
            page = engine.search(Query.parse(query.typed, k=4, cursor=cursor, **shape))
            ids += [hit.paper.id for hit in page.hits]
            cursor = page.next
        assert (ids[0], len(set(ids))) == (
            "doi:10.1234/otters",
            len(ids) == page.total and page.total,
        )
        for rank, one in enumerate(ids[:3], 1):
            assert engine.explain(query, one).rank == rank


def test_a_named_paper_must_pass_the_filters(engine):
    """Where it does not, that is said."""
    page = engine.search(Query.parse("PMID 77", filters=Filters(year_from=2018)))
    assert MARSH not in [hit.paper.id for hit in page.hits]
    assert "the paper with this PubMed id does not pass the filters" in page.notes


def test_a_minimum_score_does_not_hide_a_named_paper(engine):
    """It was asked for by its name."""
    page = engine.search(Query.parse("10.1234/marsh.1", min_score=1000.0))
    assert ([hit.paper.id for hit in page.hits], page.total) == ([MARSH], 1)


def test_papers_of_one_title_come_first_together(engine):
    """Each of them goes by it."""
    page = engine.search(Query.parse("otters"))
    assert [hit.named for hit in page.hits[:3]] == ["title", "title", None]
    assert "first come the 2 papers with this title" in page.notes


@pytest.mark.parametrize(
    ("q", "note"),
    [
        ("10.1234/nobody", "no paper with the DOI 10.1234/nobody here; searched as text"),
        ("key:nobody", "no paper with the citation key nobody here; searched as text"),
        ("pmid:77 pmid:78", "no paper with the PubMed id 78 here; searched as text"),
    ],
)
def test_an_id_that_no_paper_has_is_said(engine, q, note):
    """And searched as text."""
    page = engine.search(Query.parse(q))
    assert note in page.notes
    assert page.hits


def test_a_title_is_no_formula(engine):
    """A hyphen, AND or NOT in an exact title excludes nothing."""
    page = engine.search(Query.parse("Waves and -omics of plankton"))
    assert (page.hits[0].paper.id, page.hits[0].named) == ("arxiv:2101.00077", "title")
    assert page.total == len(PAPERS)


def test_formulas_and_beginnings_select_and_rank(engine):
    """What is asked with OR, NOT and * is listed, and the words that begin so rank."""
    found = engine.search(Query.parse("traject* NOT film", mode="lexical"))
    assert [hit.paper.year for hit in found.hits] == [2020]
    assert found.hits[0].voices["lexical"] is not None
    found = engine.search(Query.parse("plankton OR keyword:coastal OR group:included"))
    assert {hit.paper.year for hit in found.hits} == {2017, 2019, 2021}
    (explained,) = [engine.explain(Query.parse("traject*"), "doi:10.1234/otters")]
    assert [(term.word, term.count) for term in explained.terms] == [("trajectories", 1)]


@pytest.mark.parametrize(
    ("q", "note"),
    [
        (
            '"Eva Marsh"',
            '"Eva Marsh" is looked for in title, abstract and keywords; author:"Eva Marsh" finds '
            "authors",
        ),
        (
            "Marsh AND dunes",
            "Marsh is looked for in title, abstract and keywords; author:Marsh finds authors",
        ),
        ("doi:10.1234/nobody AND dunes", "no paper goes by doi:10.1234/nobody"),
    ],
)
def test_what_no_paper_has_is_said_where_none_is_left(engine, q, note):
    """Authors are not among the words that a paper must have, and an id may be unknown."""
    page = engine.search(Query.parse(q))
    assert (page.total, page.notes[-1]) == (0, note)
    assert engine.search(Query.parse("xylophone AND dunes")).notes == [
        "read as xylophone AND dunes"
    ]


@pytest.mark.parametrize(
    ("q", "meant"),
    [
        ("oters at sea", "otters at sea"),
        ("plankton AND trajectroies", "plankton AND trajectories"),
        ('title:"plancton waves" -shipps', 'title:"plankton waves" -ships'),
        ("author:Broook voyage", "author:Brook voyage"),
        (
            'oters source:shipps -venue:"sallt shipps" group:includid',
            'otters source:shipps -venue:"sallt shipps" group:includid',
        ),
        ("source:shipps", None),
        ("the otter", None),
        ("traj*", None),
        ("plankt* plancton", "plankt* plankton"),
        ("10.1234/oters", None),
        ("OTERS", None),
        ("xylophone music", None),
        ("methods and results", None),
    ],
)
def test_a_slip_is_offered_to_be_mended(engine, q, meant):
    """By the papers' own words; what they have, what nothing is near to and ids stay."""
    page = engine.search(Query.parse(q))
    assert page.suggestion == meant
    assert page.query.typed == q


def test_a_word_that_the_model_knows_is_no_slip(engine):
    """Where the model ranks: for words alone it is not loaded."""
    for mode, meant in {"hybrid": None, "lexical": "otters"}.items():
        assert engine.search(Query.parse("oters", mode=mode)).suggestion == "otters"
        assert engine.search(Query.parse("ottars", mode=mode)).suggestion == meant


def test_an_unknown_id_that_was_typed_is_left_out(engine):
    """One that was given is an error."""
    page = engine.search(Query.parse("related:pmid:9 salt"))
    assert page.notes[0].startswith("pmid:9: not in the index")
    assert engine.search(Query.parse("related:pmid:9")).hits
    assert engine.search(Query.parse("related:Marsh2017x")).notes
    with pytest.raises(UnknownPaper):
        engine.search(Query.parse("salt", like=("pmid:9",)))


def test_papers_to_be_like_are_known_by_any_name(engine):
    """One that is named twice counts once, and is not in the list."""
    assert engine.search(Query.parse("related:Marsh2017")).query.like == (MARSH,)
    page = engine.search(Query.related(like=("PMID 77", "Marsh2017", MARSH)))
    assert page.query.like == (MARSH,)
    assert MARSH not in [hit.paper.id for hit in page.hits]
    assert engine.ids(["PMID 77", "Marsh2017"]) == [MARSH]


@pytest.fixture(scope="module")
def client(engine):
    index = IndexFolder(engine.generation.index)
    with TestClient(create_app(index, lambda _: FakeEncoder())) as client:
        yield client


@pytest.mark.parametrize(
    "name", ["PMID:77", "Marsh2017", "https://doi.org/10.1234/MARSH.1", "10.1234/marsh.1"]
)
def test_a_page_leads_on_to_the_id(client, name):
    """And the API answers with the paper, whose id is the one that it has now."""
    asked = {"headers": {"Accept": "text/html"}, "follow_redirects": False}
    answer = client.get(f"/papers/{name}?q=salt", **asked)
    assert (answer.status_code, answer.headers["location"]) == (308, f"/papers/{MARSH}?q=salt")
    answer = client.get(f"/papers/{name}/why?q=salt", **asked)
    assert answer.headers["location"] == f"/papers/{MARSH}/why?q=salt"
    assert client.get(f"/api/v1/papers/{name}").json()["id"] == MARSH
    assert client.get(f"/api/v1/papers/{name}/explain?q=salt").json()["paper"]["id"] == MARSH
    found = client.get(f"/api/v1/papers/{name}/related").json()
    assert MARSH not in [hit["paper"]["id"] for hit in found["results"]]


def test_a_document_has_a_paper_once(client):
    """However often it is named, and by whatever."""
    names = ["PMID:77", MARSH, "Marsh2017", "doi:10.1234/otters"]
    lines = client.get("/api/v1/export", params={"id": names, "format": "jsonl"}).text
    ids = [json.loads(line)["id"] for line in lines.splitlines()]
    assert ids == [MARSH, "doi:10.1234/otters"]


def test_an_error_names_the_papers_that_may_be_meant(client):
    """A title is of two papers, and so leads to neither."""
    answer = client.get(f"/api/v1/papers/{title_name('otters')}")
    assert answer.status_code == 404
    assert len(answer.json()["candidates"]) == 2


def test_a_page_says_what_is_first_and_what_may_be_meant(client):
    """A link asks the query as it may have been meant."""
    page = client.get("/", params={"q": "10.1234/marsh.1"}).text
    assert "First, as it has this DOI" in page
    page = client.get("/", params={"q": "oters at sea", "year_from": "2000"}).text
    assert 'Did you mean <a href="/?q=otters+at+sea&amp;year_from=2000">otters at sea</a>?' in page
    found = client.get("/api/v1/search", params={"q": "oters at sea"}).json()
    assert found["suggestion"] == "otters at sea"
    assert "related:" in client.get("/", params={"q": "related:pmid:9"}).text


WORDS = st.sampled_from(
    'otters salt AND OR NOT ( ) -( " +2 -1 ( * sh* "a b*" -omics related:pmid:9 unlike:pmid:77 '
    "related:10.1234/otters pmid:77 -pmid:77 key:x autor:x author: author:a* year:20 has:code "
    "title:( -title:a https://doi.org/10.1234/otters 2101.00077v2 : :: 'x' \0 é ß 𝐀".split(" ")
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(WORDS, min_size=1, max_size=8).map(" ".join).filter(str.strip) | st.text(min_size=1)
)
def test_no_query_is_an_error(engine, q):
    """Whatever is typed is answered, unless it is blank."""
    if not q.strip() or any("\ud800" <= c <= "\udfff" for c in q):
        return
    page = engine.search(Query.parse(q, k=3))
    assert len(page.hits) == min(3, page.total)
