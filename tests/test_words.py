"""Terms: what a corpus and a query have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.words import STOP_WORDS, WORD, located, stem, surfaces, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Graph neural networks are learning", ["graph", "neural", "network", "learn"]),
        ("multi-agent GNNs, GNNs!", ["multi", "agent", "gnns", "gnns"]),
        ("Généralisation of the café", ["generalis", "cafe"]),
        ("Ge\u0301ne\u0301ralisation", ["generalis"]),
        ("the of and", ["the", "of", "and"]),
        ("snake_case x² ½", ["snake", "case", "x2", "1⁄2"]),
        ("", []),
        ("— … !", []),
        ("联邦学习", ["联邦学习"]),
    ],
)
def test_terms_are_stems_without_case_accents_and_stop_words(text, expected):
    """Repetitions stay; a text of only stop words keeps them."""
    assert terms(text) == expected


@given(st.text())
def test_every_word_has_a_place(text):
    """The places cover exactly the words, in order, and each gives its term again."""
    words = list(located(text))
    assert [text[word.start : word.end] for word in words] == WORD.findall(text)
    assert all(word.term == stem(text[word.start : word.end]) for word in words)
    telling = [w.term for w in words if text[w.start : w.end].lower() not in STOP_WORDS]
    if telling:
        assert set(telling) <= set(terms(text)) | STOP_WORDS


def test_the_first_word_of_a_term_is_its_surface():
    """As it is written, stop words left out unless there is nothing else."""
    found = surfaces("The Networks of Naïve networking, network")
    assert list(found.items()) == [("network", "Networks"), ("naiv", "Naïve")]
    assert surfaces("of The") == {"of": "of", "the": "The"}


@given(st.text())
def test_every_term_has_a_surface(text):
    """They are those of the text, in order, and each word gives its term."""
    found = surfaces(text)
    assert list(found) == list(dict.fromkeys(terms(text)))
    assert all(stem(word) == term for term, word in found.items())


@pytest.mark.parametrize(
    "forms",
    ["network networks Networks", "learn learning learns learned", "study studies", "naïve naive"],
)
def test_forms_of_a_word_share_a_term(forms):
    """Plural, tense, case and accents do not part words."""
    assert len({stem(word) for word in forms.split()}) == 1


def test_letters_in_other_dress_are_letters():
    """Mathematical capitals are those of the alphabet."""
    assert stem("𝐀𝐭𝐭𝐞𝐧𝐭𝐢𝐨𝐧") == stem("attention")
