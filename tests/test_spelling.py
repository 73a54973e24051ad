"""Folded text: the quick ways give what the rules say."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from indexer import letters
from indexer.merging import spelling

TEXTS = st.text(st.characters() | st.sampled_from("aoeyziusrlmghnc '`&<>$_^\\{}’†éßİΣ\u0301"))
SPELLINGS = (
    ("[ao]e", "e"), ("our", "or"), ("[yi]z", "is"), ("ys(?=[ei])", "is"), ("ll", "l"),
    ("mme", "m"), ("ogue", "og"), ("ph", "f"), ("ence", "ense"),
)  # fmt: skip


def by_the_rules(text: str) -> str:
    """All letters folded at once, all words found by one pattern."""
    text = letters.folded(text)
    if not text.isascii():
        text = text.translate(spelling._IN_LATIN)
    text = spelling._MARKUP.sub("", text.replace("'", "").replace("`", ""))
    return " ".join(re.findall(r"[^\W_]+", text.replace("&", " and ")))


@given(TEXTS)
@example("0{0")
def test_text_is_folded_by_the_rules(text):
    """Word by word, and ASCII byte by byte, it becomes the same."""
    assert spelling.folded(text) == by_the_rules(text)


@given(TEXTS, st.integers(1, 5))
@example("a" * 12 + " bc", 1)
def test_the_first_words_are_those_of_the_whole_text(text, count):
    """However little of it is read."""
    assert spelling.first_words(text, count) == spelling.folded(text).split()[:count]


@given(TEXTS)
@example("The Colours of a Theatre vs. Two Films and an Encyclopaedia")
def test_a_title_is_squeezed_as_its_words_are(title):
    """Without the words between, it comes to the same."""
    assert spelling.squeezed_title(title) == spelling.squeezed(spelling.words_of(title))


@given(st.text("aoeyziusrlmghncp"))
def test_spellings_are_made_one_by_the_rules(word):
    """Replaced one after the other, they become what patterns make of them."""
    expected = word
    for pattern, replacement in SPELLINGS:
        expected = re.sub(pattern, replacement, expected)
    assert spelling.squeezed((word,)) == expected


def test_two_writings_of_a_title_are_one():
    """British and American, with accents and without, Greek and in words."""
    one = spelling.words_of("The Tumour's β-catenin: Ann & Søren's fine-tuning of Fe<sub>2</sub>")
    other = spelling.words_of("Tumors beta catenin, Ann and Sorens finetuning of Fe2")
    assert spelling.squeezed(one) == spelling.squeezed(other)
