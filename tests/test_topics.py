"""Topics: which papers belong together, and which lead."""

import numpy as np
import pytest

from indexer.arrays import unit
from indexer.mapping import topics
from indexer.mapping.topics import centres, centres_of, given, how_many, most_central


def grouped(*sizes: int, dimension: int = 12) -> np.ndarray:
    """Vectors of length 1 near one axis per group, in the order of the groups."""
    draw = np.random.default_rng(0)
    axes = np.repeat(np.eye(len(sizes), dimension), sizes, axis=0)
    return unit(axes + 0.05 * draw.standard_normal(axes.shape)).astype(np.float32)


@pytest.mark.parametrize(
    ("papers", "number"),
    [(1, 1), (2, 1), (3, 1), (8, 2), (64, 6), (1000, 22), (3200, 40), (10**6, 40)],
)
def test_the_number_of_topics_grows_with_the_corpus(papers, number):
    """By the square root of half the papers, from 1 to 40."""
    assert how_many(papers) == number


def test_groups_are_found_and_numbered_by_size(monkeypatch):
    """The largest is topic 0; the cosine is that with the mean of the group."""
    monkeypatch.setattr(topics, "how_many", lambda papers: 3)
    vectors = grouped(20, 40, 30)
    topic_of, cosines = given(vectors, centres(vectors))
    assert topic_of.dtype == np.int16
    assert topic_of.tolist() == [2] * 20 + [0] * 40 + [1] * 30
    mean = vectors[20:60].mean(axis=0)
    expected = vectors[20:60] @ (mean / np.linalg.norm(mean))
    assert cosines[20:60] == pytest.approx(expected, abs=1e-5)
    best = most_central(topic_of, cosines, 0)
    assert best.tolist() == (20 + np.argsort(-expected)).tolist()


def test_of_equal_size_the_earlier_is_first():
    """The numbering depends on nothing else."""
    vectors = grouped(5, 5)
    to = np.eye(2, 12, dtype=np.float32)
    assert given(vectors, to)[0].tolist() == given(vectors, to[::-1])[0].tolist()
    assert given(vectors, to)[0].tolist() == [0] * 5 + [1] * 5


def test_a_centre_without_papers_is_no_topic():
    """Numbers have no gaps."""
    vectors = grouped(5, 9)
    to = np.vstack([np.eye(12, dtype=np.float32)[7], np.eye(2, 12, dtype=np.float32)])
    assert given(vectors, to)[0].tolist() == [1] * 5 + [0] * 9


def test_the_same_vectors_have_the_same_centres():
    """Bit for bit, and they are of length 1."""
    vectors = grouped(30, 50, 20)
    assert (centres(vectors) == centres(vectors)).all()
    assert np.linalg.norm(centres(vectors), axis=1) == pytest.approx(np.ones(7), abs=1e-6)


@pytest.mark.parametrize("n", [1, 3, 50])
def test_papers_that_are_all_the_same_are_one_topic(n):
    """There are no more topics than different vectors."""
    vectors = np.tile(grouped(1), (n, 1))
    topic_of, cosines = given(vectors, centres(vectors))
    assert topic_of.tolist() == [0] * n
    assert cosines == pytest.approx(np.ones(n), abs=1e-6)


def test_topics_can_be_taken_up_again():
    """The centres of given topics give each paper the same topic, one that has left aside."""
    vectors = grouped(20, 40, 30)
    topic_of = np.array([2] * 20 + [0] * 40 + [1] * 30, dtype=np.int16)
    assert given(vectors, centres_of(vectors, topic_of))[0].tolist() == topic_of.tolist()
    left = slice(20, None)
    kept = centres_of(vectors[left], topic_of[left])
    assert given(vectors[left], kept)[0].tolist() == topic_of[left].tolist()
    gone = np.where(topic_of == 0, -1, topic_of)
    assert not centres_of(vectors, gone)[0].any()
    assert (centres_of(vectors, gone)[1:] == centres_of(vectors, topic_of)[1:]).all()


def test_a_paper_stays_with_its_topic_though_another_is_nearer_now():
    """Only papers without a topic are given one, and its cosine is with the centre it has."""
    vectors = grouped(5, 9)
    to = np.vstack([np.eye(2, 12, dtype=np.float32), np.zeros((1, 12), dtype=np.float32)])
    before = np.array([1, -1, -1, -1, -1, *[-1] * 9], dtype=np.int16)
    topic_of, cosines = given(vectors, to, before)
    assert topic_of.tolist() == [0] + [1] * 4 + [0] * 9
    assert cosines[0] == pytest.approx(vectors[0] @ to[1])
    assert given(-vectors, to)[0].max() == 1
