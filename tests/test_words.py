"""Terms: what a corpus and a query have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.letters import WORD, folded
from indexer.words import (
    STOP_WORDS,
    folded_words,
    in_both_orders,
    located,
    paired,
    runs,
    stem,
    surfaces,
    terms,
)

TEXTS = st.one_of(st.text(), st.text("ab the 模型の뿌กาเ\u0e31-²ℌ"))


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
        ("联邦学习", ["联邦", "邦学", "学习"]),
        ("GPU集群", ["gpu", "集群"]),
        ("根 と 茎", ["根", "と", "茎"]),
        ("심층 학습의", ["심층", "학습", "습의"]),
        ("รากพืช", ["ราก", "กพื", "พืช"]),
    ],
)
def test_terms_are_stems_without_case_accents_and_stop_words(text, expected):
    """Repetitions stay; a text of only stop words keeps them."""
    assert terms(text) == expected


@given(TEXTS)
def test_every_word_has_a_place(text):
    """The places are those of the words and of pairs of them, and each gives its term again."""
    places = list(located(text))
    spans = [(word.start, word.end) for word in places]
    words = [match.span() for match in WORD.finditer(text) if folded(match[0])]
    pairs = [span for span in spans if span not in words]
    assert [span for span in spans if span in words] == words
    assert all(any(a == start and b < end for a, b in words) for start, end in pairs)
    assert all(word.term == stem(text[word.start : word.end]) for word in places)
    telling = {w.term for w in places if folded(text[w.start : w.end]) not in STOP_WORDS}
    if telling:
        assert telling == set(terms(text)) | set(paired(text)) - STOP_WORDS


@given(TEXTS)
def test_a_character_is_a_term_or_in_a_pair(text):
    """What a text is indexed by holds every word of it, alone or as one of two neighbours."""
    indexed = terms(text) + paired(text)
    for word in folded_words(text):
        assert word in STOP_WORDS or stem(word) in indexed
    assert [word for run in runs(text) for word in run] == folded_words(text)


def test_a_part_of_a_text_without_spaces_has_terms_of_the_whole():
    """So it is found without anybody knowing where words begin."""
    title = "深度学习在医学图像中的应用"
    assert set(terms("医学图像")) < set(terms(title))
    assert terms("图") == ["图"] not in terms(title)
    assert "图" in paired(title)


def test_names_of_characters_are_searched_in_both_orders():
    """Which of two words is the family's cannot be told; other names stay as they are."""
    assert in_both_orders("小明 李") == "小明李 李小明"
    assert in_both_orders("Li Xiaoming") == "Li Xiaoming"
    assert in_both_orders("李小明") == "李小明"


def test_the_first_word_of_a_term_is_its_surface():
    """As it is written, stop words left out unless there is nothing else."""
    found = surfaces("The Networks of Naïve networking, network")
    assert list(found.items()) == [("network", "Networks"), ("naiv", "Naïve")]
    assert surfaces("of The") == {"of": "of", "the": "The"}


@given(TEXTS)
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
