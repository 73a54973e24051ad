"""Words by number, many at a time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.models import word_table
from indexer.models.word_table import KEY, WordTable, keys_of

WORDS = st.lists(st.binary(min_size=1, max_size=20), unique=True)


def keys(words: list[bytes]) -> word_table.Keys:
    """Those of words that stand one after another."""
    ends = np.cumsum(np.array([len(word) for word in words], np.int64))
    begins = np.concatenate([[0], ends])[:-1].astype(np.int64)
    return keys_of(b"".join(words) + bytes(KEY), begins, ends)


@given(WORDS, WORDS)
def test_a_word_has_the_number_at_which_it_was_added(first, second):
    """As a dictionary says it, whatever bytes a word has; those of 16 and more are not found."""
    table = WordTable()
    table.add(first)
    second = [word for word in second if word not in first]
    table.add(second)
    numbers = {word: number for number, word in enumerate([*first, *second])}
    asked = [*numbers, b"\0", b"never", b"a\0", b"a", *numbers]
    expected = [numbers.get(word, -1) if len(word) < KEY else -1 for word in asked]
    assert table.find(keys(asked)).tolist() == expected


def test_words_that_want_the_same_place_are_told_apart(monkeypatch):
    """Though all of them come to one slot, and the table grows again and again."""
    monkeypatch.setattr(WordTable, "_first", lambda self, keys: np.full(len(keys), 7, np.int64))
    words = [f"w{number}".encode() for number in range(300)]
    table = WordTable()
    for at in range(0, 300, 60):
        table.add(words[at : at + 60])
    assert table.find(keys([*words, b"w300"])).tolist() == [*range(300), -1]


def test_a_table_grows():
    """With ten thousand words in it each is found, and no other."""
    words = [f"{number:x}".encode() for number in range(10_000)]
    table = WordTable()
    for at in range(0, 10_000, 1000):
        table.add(words[at : at + 1000])
    assert table.find(keys(words)).tolist() == [*range(10_000)]
    assert table.find(keys([b"g" + word for word in words])).max() == -1


def test_what_stands_behind_a_word_is_no_part_of_it():
    """Two words have the same key wherever they stand."""
    found = keys_of(b"one two one" + bytes(KEY), np.array([0, 4, 8]), np.array([3, 7, 11]))
    assert (found[0] == found[2]).all()
    assert (found[0] != found[1]).any()
