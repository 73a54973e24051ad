"""Texts as a tokenizer reads them, from words that it has read before."""

import random

import numpy as np
import pytest
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

from indexer.models import static_tokens
from indexer.models.static_tokens import TokenReader

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
UNKNOWN = "[UNK]"
PIECES = [UNKNOWN, "[SEP]", "neural", "##s", "图", "é", *LETTERS, *(f"##{one}" for one in LETTERS)]
PIECES += list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
STRANGE = [
    *("a" * 99, "b" * 101, "neurals", "e\u0301", "naïve", "İstanbul", "ﬁne", "Σας", "ß", "ſ", "Å"),
    *(
        "[SEP]",
        "x[SEP]y",
        "[sep]",
        "##s",
        "图像",
        "한국어",
        "日本語",
        "🚀",
        "👩‍👩‍👧",
        "नमस्ते",
        "สวัสดี",
        "مرحبا",
    ),
    *(
        "\x00",
        "\x07",
        "\x1c",
        "\x7f",
        "\x85",
        "\u00a0",
        "\u00ad",
        "\u200b",
        "\u2028",
        "\u3000",
        "\ufeff",
    ),
    *(
        "\t",
        "\n",
        "\r\n",
        "\x0b",
        "\x0c",
        "\ufffd",
        "\u0378",
        "\U0001f9ff",
        "\u0301",
        "\u0338",
        ",\u0301",
    ),
    *(
        "$\\alpha_{i}$",
        "1,000.5",
        "1e-5",
        "http://x.y/z?q=1",
        "don't",
        "“q”",
        "x²",
        "½",
        "①",
        "...",
        "--",
    ),
    *("(", ")", "-", ":", ";", ",", ".", "\u037e", "a_b", "", " ", "  "),
]


def tokenizer_of(**how) -> Tokenizer:
    """One of BERT's kind, which knows a few words and all letters."""
    made = Tokenizer(
        models.WordPiece({piece: at for at, piece in enumerate(PIECES)}, unk_token=UNKNOWN)
    )
    made.normalizer = normalizers.BertNormalizer(**how)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.add_special_tokens([UNKNOWN, "[SEP]"])
    return made


def strange_texts(count: int, seed: int = 7) -> list[str]:
    """Texts of words, marks and characters of many kinds, with and without spaces between them."""
    chance = random.Random(seed)
    characters = [chr(chance.randrange(1, 0x3000)) for _ in range(200)]
    parts = [*STRANGE, *characters, *LETTERS]
    return [
        "".join(
            chance.choice(parts) + chance.choice(["", " "]) for _ in range(chance.randrange(25))
        )
        for _ in range(count)
    ]


def assert_read_alike(tokenizer: Tokenizer, texts: list[str]):
    """A reader gives the tokens of each text, and how many each has, as the tokenizer does."""
    reader = TokenReader(tokenizer)
    for some in (texts, texts[::-1]):  # the second time, all words are known
        tokens, counts = reader.read(some)
        read = [part.tolist() for part in np.split(tokens, np.cumsum(counts)[:-1])]
        expected = [e.ids for e in tokenizer.encode_batch(some, add_special_tokens=False)]
        wrong = [text for text, a, b in zip(some, read, expected, strict=True) if a != b]
        assert not wrong
        assert (tokens.dtype, counts.dtype) == (np.int32, np.int64)
    return reader


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"lowercase": False, "strip_accents": False},
        {"clean_text": False},
        {"handle_chinese_chars": False},
    ],
)
def test_words_are_read_as_the_tokenizer_reads_whole_texts(how):
    """Whatever characters there are, and whichever of them the tokenizer drops or sets apart."""
    reader = assert_read_alike(tokenizer_of(**how), strange_texts(2000))
    assert len(reader._words) > 1000


def test_few_texts_are_given_to_the_tokenizer():
    """For a query no words are kept; for no text there are no tokens."""
    reader = assert_read_alike(tokenizer_of(), strange_texts(20))
    assert reader._words is None
    assert [part.tolist() for part in reader.read([])] == [[], []]


@pytest.mark.parametrize("mark", [",", "neural, net", "a b"])
def test_tokens_that_were_added_are_found(mark):
    """One may hold a mark that is set apart elsewhere, or a space: then words are not enough."""
    tokenizer = tokenizer_of()
    tokenizer.add_tokens([AddedToken(mark, normalized=True), AddedToken("<x>", single_word=True)])
    texts = [f"{text} neural, net a b a,b <x> a<x>" for text in strange_texts(200)]
    reader = assert_read_alike(tokenizer, texts)
    assert (reader._words is None) == (" " in mark)


@pytest.mark.parametrize("part", ["normalizer", "pre_tokenizer"])
def test_other_tokenizers_read_whole_texts(part):
    """One that makes a token of a space, or looks beyond it, is asked for every text."""
    tokenizer = tokenizer_of()
    if part == "normalizer":
        tokenizer.normalizer = normalizers.Replace(" ", "e")
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    assert assert_read_alike(tokenizer, strange_texts(200))._words is None


def test_words_are_forgotten_when_they_are_too_many(monkeypatch):
    """What is kept has a limit, and what is read stays right beyond it."""
    monkeypatch.setattr(static_tokens, "_MOST_BYTES", 3000)
    tokenizer = tokenizer_of()
    reader = TokenReader(tokenizer)
    for seed in range(4):
        texts = strange_texts(100, seed)
        expected = [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]
        tokens, counts = reader.read(texts)
        assert tokens.tolist() == [token for ids in expected for token in ids]
        assert counts.tolist() == [len(ids) for ids in expected]
        assert 0 < reader._words.bytes < 9000
