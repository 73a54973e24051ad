"""Search by words against a plain-Python BM25, and what FTS5 must not take for syntax."""

import math
import random
from collections import Counter

import numpy as np
import pytest

from indexer.paper import Paper
from search_api.lexical import STOP_WORDS, bm25, words
from tests.test_columns import catalogue

VOCABULARY = "graph node prompt kernel token bird cloud mix".split()  # Porter leaves them as is
LIKELIHOOD = (40, 20, 10, 6, 4, 2, 1, 1)  # the first is in most papers, the last in few


def oracle(papers: list[Paper], query: list[str]) -> list[float]:
    """Score papers as FTS5's documentation of bm25() says: k1 = 1.2, b = 0.75, equal columns."""
    texts = [f"{p.title} {p.abstract} {' '.join(p.authors)}".lower().split() for p in papers]
    average = sum(map(len, texts)) / len(texts)
    scores = [0.0] * len(texts)
    for word in query:
        having = sum(word in text for text in texts)
        idf = math.log((len(texts) - having + 0.5) / (having + 0.5))
        for i, text in enumerate(texts):
            often = Counter(text)[word]
            norm = 1.2 * (1 - 0.75 + 0.75 * len(text) / average)
            scores[i] += max(idf, 1e-6) * often * (1.2 + 1) / (often + norm)
    return scores


def found(tmp_path, query: str, *texts: str) -> list[str]:
    """Return those of the texts, each the abstract of a paper, that the query finds."""
    papers = [Paper(f"test:{i}", f"Title{i}", abstract=text) for i, text in enumerate(texts)]
    with catalogue(tmp_path, papers) as db:
        scores = bm25(db, query, len(papers))
    assert (scores >= 0).all()
    return [texts[i] for i in np.flatnonzero(scores)]


@pytest.mark.parametrize("seed", range(4))
def test_scores_are_those_of_the_formula(tmp_path, seed):
    """BM25 over title, abstract and authors is what the formula gives, floor of idf included."""
    chance = random.Random(seed)

    def text(least, most):
        return chance.choices(VOCABULARY, LIKELIHOOD, k=chance.randint(least, most))

    papers = [
        Paper(f"test:{i}", " ".join(text(1, 4)), " ".join(text(0, 30)), tuple(text(0, 3)))
        for i in range(60)
    ]
    with catalogue(tmp_path, papers) as db:
        for query in (*([word] for word in VOCABULARY), VOCABULARY, VOCABULARY[:2], ["absent"]):
            scores = bm25(db, " ".join(query), len(papers))
            np.testing.assert_allclose(scores, oracle(papers, query), rtol=1e-9)


def test_a_word_of_most_papers_still_counts_a_little(tmp_path):
    """A word of more than half of all papers has an idf of 1e-6, not a negative one."""
    papers = [Paper("a", "graph one"), Paper("b", "graph two"), Paper("c", "bird three")]
    with catalogue(tmp_path, papers) as db:
        assert bm25(db, "graph", 3) == pytest.approx([1e-6, 1e-6, 0], rel=1e-9)


@pytest.mark.parametrize("column", ["title", "abstract", "authors"])
def test_title_abstract_and_authors_are_searched(tmp_path, column):
    """A word is found wherever it stands, and alone makes the score positive."""
    fields = {"title": "Plain", column: ("Lovelace",) if column == "authors" else "Lovelace"}
    papers = [Paper("a", **fields), Paper("b", "Other"), Paper("c", "More")]
    with catalogue(tmp_path, papers) as db:
        assert np.flatnonzero(bm25(db, "lovelace", 3)).tolist() == [0]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("graphs", "graph"),
        ("graph", "graphs"),
        ("learned", "learning"),
        ("GRAPH", "graph"),
        ("Schrodinger", "Schrödinger"),
        ("schrödinger", "SCHRODINGER"),
        ("scho\u0308n", "schön"),
        ("schön", "scho\u0308n"),
        ("Ångström", "angstrom"),
    ],
)
def test_forms_of_a_word_find_each_other(tmp_path, query, text):
    """English endings, case and accents do not keep a word from being found."""
    assert found(tmp_path, query, text, "something else") == [text]


@pytest.mark.parametrize(
    "text",
    [
        "Schrödinger",
        "Straße",
        "eﬃcient",
        "İstanbul",
        "ΟΔΟΣ",
        "ſharp",
        "हिन्दी",
        "图神经网络",
        "שלום",
        "x\u0302y",
        "x²",
        "C++",
        "multi-agent",
        "don't",
        "snake_case",
        "2,4-D",
    ],
)
def test_every_word_finds_itself(tmp_path, text):
    """A text that is copied into the query is found, whatever script it is in."""
    assert found(tmp_path, text, text, "unlike") == [text]


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("multi-agent", ["agent", "multi agent"]),
        ('"agent" OR NEAR(', ["agent", "multi agent"]),
        ('agent"graph', ["agent", "multi agent", "graph"]),
        ("title:graph", ["graph"]),
        ("-graph", ["graph"]),
        ("graph*", ["graph"]),
        ("NOT graph", ["graph"]),
        ("agent AND graph", ["agent", "multi agent", "graph"]),
        ("^graph + agent", ["agent", "multi agent", "graph"]),
        ("{title abstract} : graph", ["graph"]),
        ("NEAR(graph agent, 1)", ["agent", "multi agent", "graph"]),
        ("'; DROP TABLE papers; --graph", ["graph"]),
        ("graph\0agent", ["agent", "multi agent", "graph"]),
        ('"', []),
        ("()*:^-+", []),
        ("\0", []),
        ("🚀", []),
        ("", []),
    ],
)
def test_query_syntax_is_only_text(tmp_path, query, hits):
    """Nothing that FTS5 or SQL would take for syntax has a meaning."""
    assert found(tmp_path, query, "agent", "multi agent", "graph", "graphite", "bird") == hits


def test_stop_words_are_left_out():
    """Function words are not searched for, in any case, and each other word once."""
    assert words("What is the Graph of THE graph, and of birds?") == ["graph", "birds"]


def test_a_query_of_only_stop_words_is_searched_as_it_is(tmp_path):
    """The Who can be found: where nothing else is asked, stop words count."""
    assert {"the", "who"} <= STOP_WORDS
    assert found(tmp_path, "The Who", "who", "the band", "birds") == ["who", "the band"]


def test_a_query_as_long_as_an_abstract_works(tmp_path):
    """Five hundred distinct words are all searched for, and scored as the formula says."""
    query = [f"w{i:03}" for i in range(500)]
    papers = [Paper(f"test:{i}", f"w{i:03} w{i * 7 % 500:03} extra") for i in range(0, 600, 11)]
    with catalogue(tmp_path, papers) as db:
        scores = bm25(db, " ".join(query), len(papers))
    np.testing.assert_allclose(scores, oracle(papers, query), rtol=1e-9)
    assert scores[0] > 0
