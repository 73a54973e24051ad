"""Sentences: where they end, and where a full stop does not end one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.paper import Paper
from search_api.explaining.sentence_vectors import SentenceCache
from search_api.explaining.sentences import sentences
from tests.fakes import FakeEncoder


def split(text):
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "No stop",
        "One. | Two! | Three? | Four… | Five",
        "It gains 0.5 points, i.e. 3.1 in all. | So it is.",
        "As Lee et al. (2020) and Al. Roth et al. Say, cf. Fig. 2 and Eq. (3). | We do.",
        "By J. R. Lee and Dr. Doe, e.g. the U.S. Army. | We do.",
        "Tested vs. BERT approx. 3 times. | It wins.",
        "The answer is no. | We go on.",
        "See no. 5. | Then go.",
        "It works w.r.t. Accuracy. | Good.",
        "He said “yes.” | We agree (in part.) | So do I.",
        "is it? | “Yes.” | 2024 came. | (It did.)",
        "More ... and more. end",
        "See example.org. | It is at v2.0.1 now.",
        "...",
    ],
)
def test_sentences_are_what_a_reader_takes_for_one(text):
    """Abbreviations, initials, decimals and small letters do not end a sentence."""
    assert split(text.replace(" | ", " ")) == text.split(" | ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n ", []),
        ("本文提出方法。我们验证！好", ["本文提出方法。", "我们验证！", "好"]),
        ("Aims\nWe do. \r\n Results: good", ["Aims", "We do.", "Results: good"]),
    ],
)
def test_lines_and_chinese_marks_end_sentences_too(text, expected):
    """No white space is needed after a Chinese mark, and no mark before a new line."""
    assert split(text) == expected


@given(st.text() | st.text(alphabet='aB.?!… \n(")。1'))
def test_nothing_is_lost_between_sentences(text):
    """They come in order, apart, without white space around, and hold all that is not white."""
    places = list(sentences(text))
    joined = "".join(text[start:end] for start, end in places)
    assert "".join(joined.split()) == "".join(text.split())
    flat = [place for pair in places for place in pair]
    assert flat == sorted(flat)
    assert all(piece and piece == piece.strip() for piece in split(text))


@pytest.mark.parametrize("piece", [".", ". ", "。", " ", ".)", ". ((", "(", "\n", "A. "])
def test_hostile_punctuation_ends(piece):
    """Splitting is linear: on these a quadratic one would run for minutes."""
    split("." + piece * 200_000)


def test_sentences_of_the_papers_last_asked_for_are_kept():
    """The model reads a paper once, and again when others have taken its place since."""
    read = []

    class Reading(FakeEncoder):
        def encode_tokens(self, text):
            read.append(text)
            return super().encode_tokens(text)

    encoder = Reading()
    cache = SentenceCache(encoder, most=2)
    a, b, c = (Paper(name, name, f"About {name}. More of it.") for name in "abc")
    assert cache.of(a) is cache.of(a)
    assert [cache.of(a).document.text] == read
    for paper in (b, a, c):  # b was asked for before a, and goes
        cache.of(paper)
    read.clear()
    for paper in (a, c, b):
        cache.of(paper)
    assert read == [cache.of(b).document.text]
