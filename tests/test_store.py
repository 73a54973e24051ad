"""The contract of a store: values against brute force. Every store must pass all of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import numpy as np
import pytest

from indexer.arrays import Vectors
from indexer.cleaning.naming import title_name
from indexer.errors import EngineClosed, UnknownPaper
from indexer.merging.decisions import record_key
from indexer.paper import Paper, document_text
from indexer.store.catalogue import MergedPaper
from indexer.store.entry import Merged, PossibleDuplicate
from search_api.query.conditions import Conditions
from search_api.query.filters import Filters
from search_api.query.formula import All, Clause, Named, Not, Some
from search_api.query.query import Query
from search_api.ranking.question import Question
from search_api.ranking.scoring import Scoring
from search_api.store.store import Scorer, Selection, Store, papers_of
from tests import oracles
from tests.fakes import FakeEncoder
from tests.local_stores import local_store
from tests.stores import MemoryStore, facets, is_so, meets, with_ids

WORDS = "graph node prompt kernel token bird cloud mix".split()
COMMON = (40, 20, 10, 6, 4, 2, 1, 1)
PAPERS = 120

Open = Callable[..., Store]


def corpus(seed: int = 0, papers: int = PAPERS) -> list[Paper]:
    """Papers of few words, so that many tie; some say nothing of a field."""
    chance = random.Random(seed)
    made = []
    for i in range(papers):
        year = chance.choice([None, *range(2018, 2027)])
        made.append(
            Paper(
                "",
                " ".join(chance.choices(WORDS, COMMON, k=chance.randint(1, 4))),
                " ".join(chance.choices(WORDS, COMMON, k=chance.randint(0, 12))),
                tuple(chance.sample(["Ann Lee", "Bo Lee", "Émile Zola", "Li Wei"], i % 4)),
                year,
                f"{year}-0{chance.randint(1, 9)}-11" if year and i % 3 else None,
                chance.choice([None, "CVPR", "Journal of Graphs"]),
                tuple(chance.sample(["cs.LG", "stat.ML", "cs.CV"], i % 3)),
                code=chance.choice([None, True, False]),
                sources=(chance.choice(["a/one.bib", "b/two.ris"]),),
            )
        )
    for i in range(0, papers - 1, 10):  # the same text twice: all scores tie
        first = made[i]
        made[i + 1] = Paper("", first.title, first.abstract, first.authors, 2020)
    return with_ids(made)


def vectors_of(papers: list[Paper]) -> Vectors:
    return FakeEncoder().encode_document(
        [document_text(paper.own_title, paper.abstract) for paper in papers]
    )


@cache
def brute_force() -> tuple[MemoryStore, dict[str, Scorer]]:
    """The corpus in memory, and what is asked of it."""
    store = MemoryStore(corpus(), vectors_of(corpus()))
    return store, scorers(store)


@pytest.fixture(scope="module", params=["memory", "local"])
def open_store(request, tmp_path_factory) -> Iterator[Open]:
    """Opens a store over papers; each kind of store is a parameter."""
    with ExitStack() as stack:

        def make(papers: list[Paper], vectors: Vectors, **of: Any) -> Store:
            if request.param == "memory":
                return MemoryStore(papers, vectors, **of)
            folder = tmp_path_factory.mktemp("store")
            return stack.enter_context(local_store(folder, papers, vectors, **of))

        yield make


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    return corpus()


@pytest.fixture(scope="module")
def store(open_store, papers) -> Store:
    return open_store(papers, vectors_of(papers))


@pytest.fixture(scope="module")
def asked(store) -> dict[str, Scorer]:
    """What is asked of the store."""
    return scorers(store)


CONDITIONS = {
    "all": Conditions(),
    "most": Conditions((Filters(year_from=2019),)),
    "some": Conditions((Filters(author=("lee",)),)),
    "few": Conditions((Filters(author=("zola",), year_from=2024, venue=("cvpr",)),)),
    "two filters": Conditions((Filters(category=("LG",)), Filters(has_code=True))),
    "excluded": Conditions(excluded=(Filters(venue=("journal graphs",)), Filters(2020, 2022))),
    "words": Conditions(must=(Clause("graphs", literal=False),)),
    "title": Conditions(must=(Clause("nodes", literal=False, field="title"),)),
    "phrase": Conditions(must=(Clause("graph node", literal=True),)),
    "phrase in title": Conditions(must=(Clause("graph graph", literal=True, field="title"),)),
    "not words": Conditions(
        must_not=(Clause("graph", literal=False), Clause("node node", literal=True))
    ),
    "source": Conditions((Filters(source=("two",)),)),
    "none": Conditions((Filters(author=("nobody",)),)),
    "word of none": Conditions(must=(Clause("absent", literal=False),)),
}


@pytest.fixture(params=CONDITIONS)
def conditions(request) -> Conditions:
    return CONDITIONS[request.param]


def test_a_selection_holds_the_papers_that_meet_its_conditions(store, papers, conditions):
    """At every selectivity, in the order of rows, and no other paper is in it."""
    found = store.select(conditions)
    expected = [row for row, paper in enumerate(papers) if meets(paper, conditions)]
    assert found.rows().tolist() == expected
    assert found.count == len(expected)
    every = np.arange(len(papers))
    assert found.has(every).tolist() == [row in expected for row in range(len(papers))]


def test_facets_count_the_papers_of_a_selection(store, papers, conditions):
    """Each value with its number of papers, by brute force."""
    chosen = [paper for paper in papers if meets(paper, conditions)]
    found = {name: list(counts) for name, counts in store.select(conditions).facets().items()}
    assert found == facets(chosen)


def test_papers_can_be_taken_out_of_a_selection(store, conditions):
    """Those that are in it go, the others do not matter, and the selection itself stays."""
    before = store.select(conditions)
    rows = before.rows().tolist()
    gone = np.array([0, 1, 50, 119])
    after = before.without(gone)
    assert after.rows().tolist() == [row for row in rows if row not in gone]
    assert after.count == len(after.rows())
    assert before.rows().tolist() == rows
    assert before.without(gone[:0]).rows().tolist() == rows


def test_some_papers_can_be_selected_by_row(store, papers):
    """In whatever order they are named, once each."""
    some = store.only(np.array([7, 3, 99]))
    assert (some.rows().tolist(), some.count) == ([3, 7, 99], 3)
    found = {name: list(counts) for name, counts in some.facets().items()}
    assert found == facets([papers[row] for row in (3, 7, 99)])


ASKED: dict[str, dict[str, float] | str] = {
    "meaning": "graph kernel",
    "no direction": "",
    "words": {"graph": 1.0, "kernel": 2.0, "absent": 1.0},
    "a rare word": {"cloud": 1.0},
    "unwanted, too": {"kernel": 1.0, "graph": -0.5},
    "unwanted alone": {"bird": -1.0, "cloud": -2.0},
    "words of none": {"absent": 1.0},
    "no words": {},
}


def scorers(store: Store) -> dict[str, Scorer]:
    def scorer(what: dict[str, float] | str) -> Scorer:
        if isinstance(what, dict):
            return store.words(what)
        direction = FakeEncoder().encode_query([what])[0]
        return store.meaning(direction if what else np.zeros_like(direction))

    return {name: scorer(what) for name, what in ASKED.items()}


@pytest.fixture(params=ASKED)
def scorer(request, asked) -> tuple[Scorer, Scorer]:
    """A scorer, and the one by brute force."""
    return asked[request.param], brute_force()[1][request.param]


def test_scores_are_those_of_the_formula(scorer):
    """Of all papers, of some in any order, of one, of none."""
    fast, slow = scorer
    for rows in ([*range(PAPERS)], [5, 3, 3, 119], [0], []):
        at = np.array(rows, dtype=np.int64)
        np.testing.assert_allclose(fast.scores(at), slow.scores(at), atol=1e-6)


def test_mean_and_deviation_are_of_all_papers(scorer):
    """Whatever is selected, by the textbook's formula over every paper's score."""
    fast, slow = scorer
    assert fast.mean == pytest.approx(slow.mean, abs=1e-6)
    assert fast.deviation == pytest.approx(slow.deviation, abs=1e-6)


@pytest.mark.parametrize("k", [1, 7, 119, 120, 1000])
def test_the_best_are_those_of_brute_force(store, asked, conditions, k):
    """Best first, of equals the earlier row, and nobody left out scores more than is said."""
    slow_store, by_brute_force = brute_force()
    among = store.select(conditions)
    for name, fast in asked.items():
        slow = by_brute_force[name]
        found = fast.best(k, among)
        exact = fast.scores(np.arange(PAPERS))  # equal texts are equal in both
        order = sorted(slow.ranked(slow_store.select(conditions)).rows().tolist(),
                       key=lambda row: (-exact[row], row))  # fmt: skip
        assert found.rows.tolist() == order[:k], name
        np.testing.assert_array_equal(found.scores, exact[order[:k]])
        left_out = set(among.rows().tolist()) - set(found.rows.tolist())
        if left_out:
            assert found.rest >= max(exact[row] for row in left_out)
            assert found.rest <= max(found.scores[-1] if len(found.rows) else 0.0, 0.0)
        else:
            assert found.rest == -np.inf


def test_ranked_papers_are_those_that_have_a_wanted_term(scorer, store, conditions):
    """By meaning all of a selection are ranked; by words those that have one."""
    fast, slow = scorer
    slow_among = brute_force()[0].select(conditions)
    found = fast.ranked(store.select(conditions))
    assert found.rows().tolist() == slow.ranked(slow_among).rows().tolist()


@pytest.mark.parametrize("rows", [[0], [5, 3, 119], [*range(PAPERS)], []])
def test_ranks_are_places_among_all_that_are_ranked(store, asked, conditions, rows):
    """1 is best; a paper that is not ranked, or not selected, has 0."""
    at = np.array(rows, dtype=np.int64)
    among = store.select(conditions)
    for name, fast in asked.items():
        order = fast.best(PAPERS, among).rows.tolist()
        expected = [order.index(row) + 1 if row in order else 0 for row in rows]
        assert fast.ranks(at, among).tolist() == expected, name


def test_papers_and_texts_come_in_the_order_of_the_rows(store, papers):
    """Whatever the order, and more than once."""
    rows = np.array([9, 0, 119, 9])
    assert store.papers(rows) == [papers[row] for row in rows]
    expected = [document_text(papers[row].own_title, papers[row].abstract) for row in rows]
    assert store.texts(rows) == expected
    assert store.papers(rows[:0]) == []


def test_many_papers_are_read_at_once(open_store):
    """More than any database takes in one question."""
    many = corpus(papers=1203)
    store = open_store(many, vectors_of(many))
    rows = np.arange(1203)[::-1]
    assert store.papers(rows) == many[::-1]
    assert store.rows([paper.id for paper in many]).tolist() == list(range(1203))
    assert list(papers_of(store, store.select(Conditions()))) == many


def test_rows_are_found_by_id(store, papers):
    """In the order of the ids; one that is not there is named."""
    ids = [papers[row].id for row in (7, 0, 119, 7)]
    assert store.rows(ids).tolist() == [7, 0, 119, 7]
    assert store.rows([]).tolist() == []
    with pytest.raises(UnknownPaper, match="akin:none") as error:
        store.rows([ids[0], "akin:none"])
    assert error.value.context["id"] == "akin:none"


def test_vectors_and_dates_are_those_of_the_papers(store, papers):
    """A vector without loss; a date as a number that sorts."""
    rows = np.array([3, 0, 119])
    np.testing.assert_array_equal(store.vectors(rows), vectors_of(papers)[rows])
    slow, _ = brute_force()
    every = np.arange(len(papers))
    assert store.dates(every).tolist() == slow.dates(every).tolist()


@pytest.mark.parametrize("k", [1, 9, 120, 500])
def test_the_newest_come_first(store, conditions, k):
    """By date; of one date the earlier row; those without one last."""
    slow, _ = brute_force()
    expected = slow.newest(k, slow.select(conditions)).tolist()
    assert store.newest(k, store.select(conditions)).tolist() == expected


def test_frequencies_are_numbers_of_papers(store):
    """Of those terms that any paper has, in title, abstract or names."""
    slow, _ = brute_force()
    terms = ["graph", "cloud", "lee", "absent"]
    assert store.frequencies(terms) == slow.frequencies(terms)
    assert "absent" not in store.frequencies(terms)
    assert store.frequencies([]) == {}


FARMED = [
    Paper("doi:10.1000/a", "Barley under salt", "Barley grows. Trajectories of roots.", ("A. Lee",),
          extra={"pmid": 7, "citation_key": "Lee:2015", "keywords": ["Salt stress", "root hairs"],
                 "other_citation_keys": ["salt-roots"]}),
    Paper("doi:10.1000/b", "Wheat and its trajectory", "Barley is not grown.", ("Bo Wu",),
          doi="10.1000/b", extra={"also": {"doi": ["10.1000/c"]}}),
    Paper("akin:0123456789abcdef", "Otters", "Otters and barley.", ("Clara Groß",),
          doi="10.1000/b", extra={"keywords": ["rivers"]}),
]  # fmt: skip


@pytest.fixture(scope="module")
def farmed(open_store) -> Store:
    return open_store(FARMED, vectors_of(FARMED))


@pytest.mark.parametrize(
    ("typed", "row"),
    [
        ("akin:0123456789abcdef", 2),
        ("doi:10.1000/a", 0),
        ("https://doi.org/10.1000/A.", 0),
        ("DOI: 10.1000/c", 1),
        ("10.1000/b", 1),  # the other paper has it, too, but not as its id
        ("PMID: 7", 0),
        ("7", 0),
        ("lee:2015", 0),
        ("key:Salt-Roots", 0),
    ],
)
def test_a_paper_is_found_by_whatever_it_goes_by(farmed, typed, row):
    """Any of its identifiers, as people write them, and each key that a merged record had."""
    assert farmed.rows([typed]).tolist() == [row]
    assert farmed.ids(farmed.rows([typed])) == [FARMED[row].id]


def test_names_are_of_all_papers_that_have_them(farmed):
    """That whose id it is comes first; what no paper has is left out."""
    found = farmed.named(["doi:10.1000/b", "pmid:7", "pmid:8", title_name("OTTERS!")])
    assert {name: rows.tolist() for name, rows in found.items()} == {
        "doi:10.1000/b": [1, 2],
        "pmid:7": [0],
        title_name("otters"): [2],
    }


def test_a_name_of_several_papers_leads_to_none(open_store):
    """Where it is nobody's id, the error says so."""
    papers = with_ids([Paper("", f"Part {n}", doi="10.1000/parts") for n in range(3)])
    store = open_store(papers, vectors_of(papers))
    with pytest.raises(UnknownPaper):
        store.rows(["doi:10.1000/parts"])


BARLEY, WHEAT, OTTERS = (Clause(word, literal=False) for word in ("barley", "wheat", "otters"))
FORMULAS = {
    "some": (Some((WHEAT, OTTERS)), [1, 2]),
    "all": (All((BARLEY, Not(OTTERS))), [0, 1]),
    "within": (All((Some((WHEAT, Clause("salt", literal=False))), BARLEY)), [0, 1]),
    "named": (Some((Named(("pmid:7", "pmid:8")), OTTERS)), [0, 2]),
    "filters": (Some((Filters(keyword=("stress",)), Filters(author=("Wu",)))), [0, 1]),
    "not": (Not(Some((WHEAT, OTTERS))), [0]),
    "beginning": (Clause("traject", literal=True, prefix=True), [0, 1]),
    "in title": (Clause("traject", True, "title", prefix=True), [1]),
    "phrase": (Clause("barley gro", literal=True, prefix=True), [0]),
    "keyword": (Clause("root hairs", literal=True), [0]),
    "stem of keyword": (Clause("river", literal=False), [2]),
    "two keywords": (Clause("stress root", literal=True), []),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas_select(farmed, name):
    """Words, phrases, beginnings, filters and names, with AND, OR and NOT."""
    formula, rows = FORMULAS[name]
    assert farmed.select(Conditions(formulas=(formula,))).rows().tolist() == rows
    assert [row for row, one in enumerate(FARMED) if is_so(one, formula)] == rows


def test_words_are_scored_in_keywords(farmed):
    """A keyword counts as a word of the abstract does."""
    scores = farmed.words({"stress": 1.0}).scores(np.arange(3))
    assert scores == pytest.approx(oracles.bm25f(FARMED, "stress", stemmed=True))
    assert scores[0] > 0


def test_words_that_no_paper_has_have_a_near_one(farmed):
    """One letter in five, two in eleven; what any paper has in some form is right."""
    typed = "barlei ottres grow trajectroy trajetcroies Wheet wheat salty Gross xylem 2015a".split()
    assert farmed.respelled(typed) == {
        "barlei": "barley",
        "ottres": "otters",
        "trajectroy": "trajectory",
        "trajetcroies": "trajectories",
        "Wheet": "wheat",
    }


def test_beginnings_are_of_words_as_they_are_written(farmed):
    """The most frequent first, names and keywords, too."""
    assert farmed.beginning("TRAJ", 5) == ["trajectories", "trajectory"]
    assert farmed.beginning("b", 1) == ["barley"]
    assert farmed.beginning("stre", 5) == ["stress"]
    assert farmed.beginning("clar", 5) == ["clara"]
    assert farmed.beginning("x", 5) == []


def test_a_store_of_one_paper(open_store):
    """Nothing differs from anything: deviations are 0, and it is the best of all."""
    (paper,) = papers = with_ids([Paper("", "graph", "node")])
    store = open_store(papers, vectors_of(papers))
    everything: Selection = store.select(Conditions())
    for scorer in scorers(store).values():
        assert scorer.deviation == pytest.approx(0, abs=1e-9)
        assert scorer.best(5, everything).rest == -np.inf or scorer.ranked(everything).count == 0
    assert store.papers(np.array([0])) == [paper]
    assert (len(store), store.dimensions, store.info.papers) == (1, (64,), 1)


def test_a_store_of_no_papers(open_store):
    """Whatever is asked of it, it has nothing, and no warning."""
    store = open_store([], vectors_of(corpus(papers=1))[:0])
    everything = store.select(Conditions((Filters(2020),), must=(Clause("graph", literal=True),)))
    assert (len(store), everything.count, store.select(Conditions()).count) == (0, 0, 0)
    none = np.zeros(0, dtype=np.int64)
    for scorer in scorers(store).values():
        found = scorer.best(5, everything)
        assert (found.rows.tolist(), found.rest) == ([], -np.inf)
        assert (scorer.mean, scorer.deviation) == (0, 0)
        assert scorer.scores(none).tolist() == scorer.ranks(none, everything).tolist() == []
    assert (store.papers(none), store.newest(3, everything).tolist()) == ([], [])
    assert not any(store.select(Conditions()).facets().values())
    query = Query("graph")
    question = Question(store, FakeEncoder(), query)
    assert Scoring(store, question, "hybrid").head(everything, 5).score.tolist() == []


def test_papers_without_any_word_are_no_obstacle(open_store):
    """A corpus in which no word is known is asked by words like any other."""
    papers = with_ids([Paper("", "…"), Paper("", "—")])
    store = open_store(papers, vectors_of(papers))
    words = store.words({"graph": 1.0})
    assert words.scores(np.arange(2)).tolist() == [0, 0]
    assert words.best(3, store.select(Conditions())).rows.tolist() == []


def test_a_closed_store_says_so(open_store, papers):
    """Whoever needs a paper is told, and does not wait."""
    store = open_store(papers, vectors_of(papers))
    store.close()
    for ask in (
        lambda: store.papers(np.array([0])),
        lambda: store.rows(["akin:0"]),
        lambda: store.texts(np.array([0])),
        lambda: store.records(0),
        store.possible,
        store.merged_papers,
    ):
        with pytest.raises(EngineClosed):
            ask()


def test_what_was_merged_and_what_may_be_is_found_by_paper_and_by_record(open_store):
    """Merged papers in the order of rows, pairs by likelihood, a record by its key."""
    papers = with_ids([Paper("", title, authors=("Ann Lee",)) for title in ("one", "two", "three")])
    first, second, third = papers
    made_of = {
        row: tuple(
            Merged(papers[row].id, "a.ris", line, reason, f"by-itself:{line}", "A", f"{line:016x}")
            for line, reason in ((row + 1, None), (row + 9, "same DOI 10.1/x"))
        )
        for row in (0, 2)
    }
    keys = ["1".zfill(16), record_key(second), "3".zfill(16)]
    pairs = [
        PossibleDuplicate(a.id, a.title, keys[i], b.id, b.title, keys[j], score, "same title")
        for (i, a), (j, b), score in [
            ((0, first), (1, second), 0.5),
            ((0, first), (2, third), 0.75),
            ((1, second), (2, third), 0.625),
        ]
    ]
    store = open_store(papers, vectors_of(papers), made_of=made_of, pairs=pairs)
    merged = [MergedPaper(papers[row].id, papers[row].title, made_of[row]) for row in (0, 2)]
    assert store.merged_papers() == merged
    assert (store.merged_count(), store.merged_papers(1, 2)) == (2, merged[1:])
    assert store.records(2) == list(made_of[2])
    assert store.records(1) == []
    assert store.possible() == [pairs[1], pairs[2], pairs[0]]
    assert store.possible(1) == [pairs[2], pairs[0]]
    assert [store.row_of_record(key) for key in (*keys, f"{11:016x}")] == [0, 1, 2, 2]
    with pytest.raises(UnknownPaper, match="ffff"):
        store.row_of_record("f" * 16)
