"""The words that name a topic."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.mapping.topic_terms import telling_terms, weighted
from indexer.mapping.word_runs import terms_in
from indexer.words import stem

WORDS = st.sampled_from([("graph",), ("node",), ("graph", "node"), ("vision",), ("image",)])


def terms(text: str, longest: int = 2) -> list[tuple[tuple[str, ...], str]]:
    return [(term, text[start:end]) for term, start, end in terms_in(text, longest)]


@given(st.lists(st.lists(WORDS, min_size=1, max_size=30), min_size=1, max_size=5))
def test_the_weights_are_those_of_the_formula(topics):
    """W = tf · log(1 + A / f), written down once more, term by term."""
    average = sum(len(words) for words in topics) / len(topics)
    found = weighted([Counter(words) for words in topics], average)
    for words, weights in zip(topics, found, strict=True):
        assert weights.keys() == set(words)
        for term in set(words):
            tf = words.count(term)
            f = sum(others.count(term) for others in topics)
            assert weights[term] == pytest.approx(tf * math.log(1 + average / f))


def test_terms_are_words_and_pairs_without_stop_words():
    """A stop word, a number, a letter and punctuation part what stands beside them."""
    assert terms("The Graph Networks of nodes, 3 edges. A new-found\nresult x y") == [
        (("graph",), "Graph"),
        (("network",), "Networks"),
        (("graph", "network"), "Graph Networks"),
        (("node",), "nodes"),
        (("edg",), "edges"),
        (("new",), "new"),
        (("found",), "found"),
        (("new", "found"), "new-found"),
        (("result",), "result"),
        (("found", "result"), "found\nresult"),
    ]


def test_a_stop_word_may_begin_what_a_hyphen_ties():
    """Few-shot and off-policy are words of their own; state-of-the-art is no pair of any two."""
    assert terms("off-policy")[-1] == (("off", "polici"), "off-policy")
    assert terms("few-shot learning", 3)[-1][1] == "few-shot learning"
    assert [written for _, written in terms("state-of-the-art")] == ["state", "art"]


def test_a_topic_is_named_by_what_others_do_not_say():
    """Words of all topics and of no subject are left out, and pairs stand for their words."""
    graph = [("", "We propose deep networks, and node embeddings. Hubs of node embeddings.")] * 3
    image = [("", "We propose deep networks, and image retrieval. Maps of image retrieval.")] * 3
    assert telling_terms([graph, image]) == [["node embeddings", "Hubs"],
                                             ["image retrieval", "Maps"]]  # fmt: skip


def test_a_term_is_written_as_the_papers_write_it_most_often():
    """Stems are not shown, acronyms keep their capitals, and titles do not lend theirs."""
    topic = [
        ("Clustering of Galaxies", "clustering of galaxies by LSST, a clustered sky"),
        ("Clustering of Galaxies", "the clustering of a galaxy by LSST"),
        ("Clustering of Galaxies", "galaxies, clustering, LSST"),
    ]
    (found,) = telling_terms([topic])
    assert {"clustering", "galaxies", "LSST"} <= set(found)
    assert not {"cluster", "galaxi", "Clustering", "lsst"} & set(found)


def test_where_there_are_only_titles_they_are_written_as_there():
    """A paper without abstract still names its topic."""
    (found,) = telling_terms([[("Quantum Annealing", "")]])
    assert found == ["Quantum Annealing"]


def test_a_pair_is_written_with_the_word_it_mostly_stands_beside():
    """Graph neural networks are not called graph neural."""
    one = [("", "graph neural networks"), ("", "graph neural networks and a graph neural network")]
    two = [("", "speech"), ("", "speech"), ("", "audio speech")]
    found = telling_terms([one, two])
    assert found == [["graph neural networks"], ["speech"]]


def test_no_term_is_part_of_another():
    """Neither word of a pair is told again, nor is a plural that no stemmer knows."""
    topic = [("", "RNN and RNNs, graph mining; graph mining and graph, RNN")] * 2
    assert telling_terms([topic, [("", "else")] * 2])[0] == ["graph mining", "RNN"]


def test_the_words_of_one_paper_name_no_topic():
    """However often it says them."""
    topic = [("", "zork " * 50), ("", "tides"), ("", "tides")]
    assert telling_terms([topic]) == [["tides"]]


def test_a_topic_may_have_no_terms():
    """Texts without words, or with nothing but words that any text has."""
    assert telling_terms([[("", "")], [("", "we propose a method")]]) == [[], []]


def test_words_of_writing_are_stemmed_like_all():
    """Every form of them is left out."""
    assert telling_terms([[("", "proposing, evaluated, modelling")]]) == [[]]
    assert stem("modelling") == stem("model")
