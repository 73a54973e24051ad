"""Search by words against a plain-Python BM25F, and what must not be taken for syntax."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from indexer.arrays import Array
from indexer.bm25f import FIELDS
from indexer.errors import IndexCorrupted
from indexer.paper import Paper
from indexer.store.catalogue import open_catalogue, term_numbers
from indexer.store.catalogue_builder import CatalogueBuilder
from indexer.store.lexical_index import LexicalIndex, LexicalIndexBuilder
from indexer.store.paper_rows import Entry
from indexer.store.term_counts import TermCounts, TermNumbers, texts_of
from indexer.words import paired, terms
from search_api.query.language import Clause
from search_api.ranking.terms import weigh
from search_api.store.selection import having
from tests.oracles import bm25f

VOCABULARY = "graph node prompt kernel token bird cloud mix".split()  # stemming leaves them as is
LIKELIHOOD = (40, 20, 10, 6, 4, 2, 1, 1)  # the first is in most papers, the last in few


class Words:
    """The lexical index of some papers, which came so many together."""

    def __init__(self, folder: Path, papers: Sequence[Paper], together: int) -> None:
        catalogue = CatalogueBuilder(folder / "catalogue.sqlite", lambda _: None)
        catalogue.add([Entry.of(paper) for paper in papers])
        builder = LexicalIndexBuilder(folder)
        for start in range(0, len(papers), together):
            some = papers[start : start + together]
            builder.add([texts_of(paper) for paper in some])
        catalogue.settle()
        catalogue.finish("\n".join(builder.save()))
        self.db = open_catalogue(folder / "catalogue.sqlite")
        self.index = LexicalIndex(folder, len(papers))

    def asked(self, *texts: tuple[float, str]) -> dict[int, float]:
        """Weights by the numbers of terms."""
        weights = weigh(texts)
        return {number: weights[term] for term, number in term_numbers(self.db, weights).items()}

    def scores(self, query: str) -> Array:
        return self.index.scores(self.asked((1.0, query)))


@contextmanager
def words_of(folder: Path, papers: Sequence[Paper], together: int = 2) -> Iterator[Words]:
    folder.mkdir(exist_ok=True)
    (folder / "catalogue.sqlite").unlink(missing_ok=True)
    words = Words(folder, papers, together)
    with closing(words.db):
        yield words


def found(tmp_path, query: str, *texts: str) -> list[str]:
    """Return those of the texts, each the abstract of a paper, that the query finds."""
    papers = [Paper(f"test:{i}", f"Title{i}", abstract=text) for i, text in enumerate(texts)]
    with words_of(tmp_path, papers) as words:
        scores = words.scores(query)
    assert (scores >= 0).all()
    return [texts[i] for i in np.flatnonzero(scores)]


@pytest.mark.parametrize("together", [1, 7, 60])
@pytest.mark.parametrize("seed", range(3))
def test_scores_are_those_of_the_formula(tmp_path, seed, together):
    """BM25F over title, abstract and authors is what the formula gives, however papers come."""
    chance = random.Random(seed)

    def text(least, most):
        return chance.choices(VOCABULARY, LIKELIHOOD, k=chance.randint(least, most))

    papers = [
        Paper(f"test:{i}", " ".join(text(1, 4)), " ".join(text(0, 30)), tuple(text(0, 3)))
        for i in range(60)
    ]
    papers[7] = Paper("test:7", "bird …", "bird cloud", extra={"title_missing": True})
    asked = [*VOCABULARY, " ".join(VOCABULARY), "graph node node node", "absent", "absent bird"]
    with words_of(tmp_path, papers, together) as words:
        for query in asked:
            scores = words.scores(query)
            np.testing.assert_allclose(scores, bm25f(papers, query), rtol=1e-6)
            some = np.array(chance.sample(range(60), 20))
            alone = words.index.scores(words.asked((1.0, query)), some)
            np.testing.assert_array_equal(alone, scores[some])


def test_the_terms_of_each_field_are_counted():
    """Those of words, stop words where there are no others, and both characters of a pair."""
    texts = [
        ("Graphs of the graph", "", "of the", "Größe GRÖSSE"),
        ("", "graph", "王小明 Wang", "to be"),
        ("", "", "", "…"),
    ]
    numbers = TermNumbers()
    counts = TermCounts.of(texts, numbers)
    term = dict(map(reversed, numbers.of.items()))
    ends = np.cumsum(counts.sizes)
    for row, paper in enumerate(texts):
        postings = counts.postings[ends[row] - counts.sizes[row] : ends[row]]
        for field, text in zip(FIELDS, paper, strict=True):
            found = {term[one["term"]]: int(one[field.name]) for one in postings if one[field.name]}
            assert found == Counter(terms(text) + paired(text))
    assert counts.lengths.tolist() == [[2, 0, 2, 2], [0, 1, 3, 2], [0, 0, 0, 0]]
    assert sorted(term) == list(range(len(numbers.of)))


def test_a_word_of_all_papers_still_counts_a_little(tmp_path):
    """However common a word is, its papers are found."""
    papers = [Paper("a", "graph one"), Paper("b", "graph two"), Paper("c", "graph three")]
    with words_of(tmp_path, papers) as words:
        assert (words.scores("graph") > 0).all()


def test_weights_of_a_query_add_up(tmp_path):
    """A term counts with the sum of its weights, those below zero too."""
    papers = [Paper("a", "graph"), Paper("b", "bird"), Paper("c", "graph bird")]
    with words_of(tmp_path, papers) as words:
        one, other = words.scores("graph"), words.scores("bird")
        asked = words.asked((2.0, "graph bird"), (-0.5, "birds"))
        np.testing.assert_allclose(words.index.scores(asked), 2 * one + 1.5 * other)


@pytest.mark.parametrize("column", ["title", "abstract", "authors"])
def test_title_abstract_and_authors_are_searched(tmp_path, column):
    """A word is found wherever it stands, and it is known where."""
    fields = {"title": "Plain", column: ("Lovelace",) if column == "authors" else "Lovelace"}
    papers = [Paper("a", **fields), Paper("b", "Other"), Paper("c", "More")]
    with words_of(tmp_path, papers) as words:
        assert np.flatnonzero(words.scores("lovelace")).tolist() == [0]
        (number,) = words.asked((1.0, "lovelace"))
        assert words.index.rows(number).tolist() == [0]
        for field in ("title", "abstract", "authors"):
            assert words.index.rows(number, [field]).tolist() == [0] * (field == column)


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
        "the who",
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
        ("title:graph", ["graph"]),
        ("-graph", ["graph"]),
        ("'; DROP TABLE papers; --graph", ["graph"]),
        ("graph\0agent", ["agent", "multi agent", "graph"]),
        ("()*:^-+\0", []),
        ("🚀", []),
        ("", []),
    ],
)
def test_query_syntax_is_only_text(tmp_path, query, hits):
    """What is scored is words alone; nothing else has a meaning here."""
    assert found(tmp_path, query, "agent", "multi agent", "graph", "graphite", "bird") == hits


@pytest.mark.parametrize("literal", [True, False])
def test_words_that_stand_in_for_a_title_are_in_no_title(tmp_path, literal):
    """They are found where they come from, in the abstract, and only there."""
    papers = [
        Paper("a", "Graphs that …", "Graphs that grow.", extra={"title_missing": True}),
        Paper("b", "Graphs that grow", "Nothing else."),
    ]
    with words_of(tmp_path, papers) as words:

        def rows(field):
            return np.flatnonzero(having(words.db, words.index, Clause("graphs", literal, field)))

        assert (rows("title").tolist(), rows("any").tolist()) == ([1], [0, 1])


def test_papers_without_a_word_are_no_obstacle(tmp_path):
    """A corpus whose papers have no term at all can be built and asked."""
    with words_of(tmp_path, [Paper("a", "…"), Paper("b", "—")]) as words:
        assert words.scores("graph").tolist() == [0, 0]


@pytest.mark.parametrize("name", ["starts", "rows", "weights", "fields"])
def test_a_missing_or_cut_array_is_an_error(tmp_path, name):
    """What does not fit together is refused when it is opened, not when it is asked."""
    with words_of(tmp_path, [Paper("a", "graph node"), Paper("b", "bird")]):
        path = tmp_path / f"lexical-{name}.npy"
        np.save(path, np.load(path)[:-1])
        with pytest.raises(IndexCorrupted, match="lexical"):
            LexicalIndex(tmp_path, 2)
        path.unlink()
        with pytest.raises(IndexCorrupted, match=name):
            LexicalIndex(tmp_path, 2)
