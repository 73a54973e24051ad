"""Filters and clauses select before anything is ranked: every page is what brute force gives."""

from __future__ import annotations

import json
import random
import re
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from indexer.words import stem
from search_api.engine.engine import Engine
from search_api.query.language import Clause
from search_api.query.query import Query
from tests.fakes import FakeEncoder

WORDS = "graph graphs node images image prompt Café naïve cloud multi-agent of the".split()
AUTHORS = ("Ann Lee", "Wenke Huang", "Mang Ye", "José Núñez")
CATEGORIES = ("cs.LG", "cs.CV", "stat.ML")
PAPERS = 150


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """An engine over random papers of few words, so that much matches."""
    folder = tmp_path_factory.mktemp("selection")
    chance = random.Random(3)
    with (folder / "papers.jsonl").open("w", encoding="utf-8") as file:
        for number in range(PAPERS):
            paper = {
                "id": f"arxiv:2401.{number:05}",
                "title": f"Paper {number} " + " ".join(chance.choices(WORDS, k=3)),
                "abstract": " ".join(chance.choices(WORDS, k=chance.randint(0, 12))),
                "authors": chance.sample(AUTHORS, chance.randint(0, 3)),
                "year": chance.choice([None, 2020, 2021, 2022, 2023]),
                "venue": chance.choice([None, "CVPR", "Journal of Graphs"]),
                "categories": chance.sample(CATEGORIES, chance.randint(0, 2)),
                "code": chance.choice([None, True, False]),
            }
            file.write(json.dumps(paper, ensure_ascii=False) + "\n")
    index = IndexFolder(folder / "index")
    rebuild([folder / "papers.jsonl"], index, FakeEncoder())
    engine = Engine(index.current(), FakeEncoder())
    yield engine
    engine.close()


def bare(text):
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    words = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.findall(r"[a-z0-9]+", words)


def has(paper, clause: Clause) -> bool:
    """Whether a paper has a clause's words, by plain Python."""
    for text in (paper.title, paper.abstract)[: 1 if clause.field == "title" else 2]:
        words, wanted = bare(text), bare(clause.text)
        if clause.literal:
            if any(words[i : i + len(wanted)] == wanted for i in range(len(words))):
                return True
        elif {stem(word) for word in wanted} <= {stem(word) for word in words}:
            return True
    return False


def passes(paper, query: Query) -> bool:
    def fits(filters):
        known = paper.year is not None
        return (
            (filters.year_from is None or (known and paper.year >= filters.year_from))
            and (filters.year_to is None or (known and paper.year <= filters.year_to))
            and (not filters.terms("author")
                 or any(set(bare(w)) <= set(bare(a)) for w in filters.terms("author")
                        for a in paper.authors))
            and (not filters.terms("venue")
                 or any(set(bare(w)) <= set(bare(paper.venue or ""))
                        for w in filters.terms("venue")))
            and (not filters.terms("category")
                 or bool({*filters.terms("category")} & {*paper.categories}))
            and filters.flag("has_code") in (None, paper.code is True)
        )  # fmt: skip

    return (
        fits(query.narrowed)
        and not any(map(fits, query.excluded))
        and all(has(paper, clause) for clause in query.must)
        and not any(has(paper, clause) for clause in query.must_not)
    )


words = st.sampled_from(
    "graph graphs Image images prompt cafe NAÏVE cloud multi-agent absent".split()
)
phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
operators = st.one_of(
    phrases.map('"{}"'.format),
    phrases.map('-"{}"'.format),
    words.map("-{}".format),
    words.map("title:{}".format),
    words.map("-title:{}".format),
    phrases.map('title:"{}"'.format),
    st.sampled_from(["year:2021", "year:2021..2022", "year:2022..", "-year:2020", "year:..2021"]),
    st.sampled_from(["author:Huang", "author:nunez", '-author:"Mang Ye"', 'author:"Lee Ann"']),
    st.sampled_from(["venue:graphs", "-venue:CVPR", "category:cs.LG", "-category:cs.CV"]),
    st.sampled_from(["has:code", "-has:code"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(operators, max_size=4), st.sampled_from(["", "node", "graph cloud"]), st.data())
def test_a_selection_is_what_plain_python_selects(engine, chosen, text, data):
    """Whatever is combined, the page is full while papers pass, in the order of all papers."""
    typed = " ".join([*chosen, text])
    mode = data.draw(st.sampled_from(["hybrid", "semantic"]))
    if not typed.strip():
        return
    query = Query.parse(typed, mode=mode, k=PAPERS)
    kept = {paper.id for paper in engine.papers(query.filters) if passes(paper, query)}
    page = engine.search(query)
    assert {hit.paper.id for hit in page.hits} == kept
    assert page.total == len(kept)
    assert sum(count.count for count in page.facets["code"]) == len(kept)
    if query.ranks:
        everything = engine.search(Query(query.text, mode=mode, k=PAPERS)).hits
        ranked = [(hit.paper.id, hit.score) for hit in everything if hit.paper.id in kept]
        assert [(hit.paper.id, hit.score) for hit in page.hits] == ranked
    k = data.draw(st.integers(1, 7))
    assert len(engine.search(Query.parse(typed, mode=mode, k=k)).hits) == min(k, len(kept))


def test_a_selection_alone_lists_the_newest_first(engine):
    """Where nothing ranks, all papers that pass come by date, without scores."""
    page = engine.search(Query.parse("author:Huang", k=PAPERS, min_score=0.5))
    years = [hit.paper.year or 0 for hit in page.hits]
    assert years == sorted(years, reverse=True)
    assert len(years) > 20
    assert {
        (hit.score, hit.voices["semantic"], hit.voices["lexical"], hit.lift) for hit in page.hits
    } == {(0.0, None, None, None)}


@pytest.mark.parametrize(
    ("wished", "top"), [("+3 (prompt)", "prompt"), ("node -3 (node) +1 (cloud)", "cloud")]
)
def test_wishes_weigh_what_ranks(engine, wished, top):
    """What is wished for comes first, and what is wished away does not count."""
    for hit in engine.search(Query.parse(wished, mode="lexical", k=5)).hits:
        assert top in hit.paper.title + hit.paper.abstract


def test_a_wish_is_part_of_the_direction(engine):
    """By meaning, weights multiply the texts' vectors before they are added."""
    encoder = FakeEncoder()
    one, other = encoder.encode_query(["node", "cloud"]).astype(float)
    wanted = one - 2 * other
    wanted /= (wanted**2).sum() ** 0.5
    for hit in engine.search(Query.parse("node -2 (cloud)", mode="semantic", k=PAPERS)).hits:
        text = f"{hit.paper.title}\n{hit.paper.abstract}".strip()
        assert hit.score == pytest.approx(
            float(wanted @ encoder.encode_document([text])[0]), abs=1e-5
        )


def test_notes_of_the_query_come_with_the_page(engine):
    """What was not taken as it may have been meant is said beside the results."""
    (note,) = engine.search(Query.parse("graph year:20x5")).notes
    assert note.startswith("year:20x5 is not a year")


@pytest.mark.parametrize("word", ["the", "of"])
def test_a_stop_word_in_the_title_is_found_as_it_stands(engine, word):
    """What is not among the terms is looked for literally."""
    expected = {
        paper.id for paper in engine.papers(Query("x").filters) if word in bare(paper.title)
    }
    page = engine.search(Query.parse(f"title:{word}", mode="semantic", k=PAPERS))
    assert {hit.paper.id for hit in page.hits} == expected != set()


def test_by_date_is_by_date_however_varied(engine):
    """Variety is for what is ordered by relevance."""
    pages = [
        engine.search(Query("graph", sort="date", diversity=d, k=PAPERS)).hits for d in (0, 0.7)
    ]
    assert [hit.paper.id for hit in pages[0]] == [hit.paper.id for hit in pages[1]]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [("graph -5 (graph nodes)", None), ("-1 (image)", None), ("cloud -9 (node)", "cloud")],
)
def test_what_is_wished_away_comes_last_and_is_not_lost(engine, typed, asked):
    """By words alone, papers with a wanted word are listed; all, where words are only unwanted."""
    page = engine.search(Query.parse(typed, mode="lexical", k=PAPERS))
    expected = {
        paper.id
        for paper in engine.papers(Query("x").filters)
        if asked is None or asked in bare(f"{paper.title} {paper.abstract}")
    }
    assert {hit.paper.id for hit in page.hits} == expected
    scores = [hit.score for hit in page.hits]
    assert scores == sorted(scores, reverse=True)
