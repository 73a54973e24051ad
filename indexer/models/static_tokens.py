"""From many texts to their tokens, seven times as fast as the tokenizer that they are from.

A tokenizer of BERT's kind cuts text at every space and mark before all else, and looks at each
stretch between two of them alone. So what it makes of a stretch is asked once, and kept: texts
repeat themselves, and of two hundred words of an abstract three are new.

Texts are cut, and words looked up, by NumPy: all words of many texts at a time, and without the
interpreter, so that threads do so side by side.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from indexer.arrays import Rows
from indexer.models.static_table import Counts, TokenIds
from indexer.models.word_table import KEY, WordTable, keys_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_MANY = 64
"""Texts from which on words are kept; fewer repeat too little."""
_MOST_BYTES = 1 << 21
"""Of words that are kept: some 230,000 English ones, in 60 MB; beyond them all are forgotten. Where
there are no spaces a word may be a whole text."""
_AT_ONCE = 500
"""Words that the tokenizer is given as one text: it takes twice as long for each as a text."""
_SPACES = " \t\n\r"
_WITHIN, _SPACE, _MARK = range(3)
_MARKS = "!\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~"
"""What BERT sets apart; but for ``_``, which for added tokens may be a letter of a word."""


class TokenReader:
    """Reads texts as a tokenizer does, special tokens not added; safe to share by threads.

    Args:
        tokenizer: without padding and truncation.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._kinds = _kinds(set(_MARKS).difference(*_added(tokenizer)))
        self._words: _Words | None = None
        self._lock = threading.Lock()

    def read(self, texts: Sequence[str], many: int = _MANY) -> tuple[TokenIds, Counts]:
        """Return the tokens of texts, one text after another, and how many each has.

        Args:
            texts: to read.
            many: how many texts are enough to keep their words.
        """
        if len(texts) < many or not _cuts_at_spaces(self._tokenizer):
            return _listed(self._tokenizer, texts)
        cut = _Cut.of(texts, self._kinds)
        with self._lock:
            if self._words is None or self._words.bytes > _MOST_BYTES:
                self._words = _Words(self._tokenizer)
            words = self._words.numbers(cut)
            read = self._words.read
        counts = read.counts[words]
        ends = np.cumsum(counts)  # of words, among the tokens of all texts
        places = np.repeat(read.begins[words] - (ends - counts), counts)
        places += np.arange(len(places), dtype=places.dtype)
        before = np.concatenate([[0], ends])  # each word
        return read.tokens[places], np.diff(before[cut.words_before])


def _listed(tokenizer: Tokenizer, texts: Sequence[str]) -> tuple[TokenIds, Counts]:
    listed = [read.ids for read in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
    counts = np.fromiter(map(len, listed), np.int64, len(listed))
    tokens = (token for ids in listed for token in ids)
    return np.fromiter(tokens, np.int32, int(counts.sum())), counts


def _cuts_at_spaces(tokenizer: Tokenizer) -> bool:
    """Tell whether no token reaches over a space, nor depends on what is beyond it."""
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer

    return (
        isinstance(tokenizer.normalizer, BertNormalizer)
        and isinstance(tokenizer.pre_tokenizer, BertPreTokenizer)
        and not any(map(str.isspace, "".join(_added(tokenizer))))
    )


def _added(tokenizer: Tokenizer) -> list[str]:
    """Return the tokens that are found before a text is cut into words."""
    return [added.content for added in tokenizer.get_added_tokens_decoder().values()]


@dataclass(frozen=True, slots=True)
class _Cut:
    """Texts, cut into words: marks, and what is between marks and spaces.

    Attributes:
        data: the texts in UTF-8, one after another.
        begins: of the words there ``(w,)``.
        ends: likewise.
        words_before: how many words there are before each text, and before the end ``(n + 1,)``.
    """

    data: bytes
    begins: Rows
    ends: Rows
    words_before: Rows

    @classmethod
    def of(cls, texts: Sequence[str], kinds: bytes) -> _Cut:
        encoded = [text.encode() for text in texts]
        data = b"\n".join([*encoded, bytes(KEY)])  # what is read of a word may reach beyond it
        kind = np.frombuffer(data.translate(kinds), np.uint8)[:-KEY]
        begins = kind != _SPACE
        ends = begins.copy()
        inner = (kind[:-1] == _WITHIN) & (kind[1:] == _WITHIN)  # this character and the next
        begins[1:] &= ~inner
        ends[:-1] &= ~inner
        at = np.flatnonzero(begins)
        texts_at = np.cumsum([0, *(len(one) + 1 for one in encoded)])
        return cls(data, at, np.flatnonzero(ends) + 1, np.searchsorted(at, texts_at))


def _kinds(marks: set[str]) -> bytes:
    """Return of which kind each byte is, as a table of 256."""
    kinds = bytearray([_WITHIN]) * 256
    for kind, characters in ((_SPACE, _SPACES), (_MARK, marks)):
        for character in characters:
            kinds[ord(character)] = kind
    return bytes(kinds)


@dataclass(frozen=True, slots=True)
class _Tokens:
    """What the tokenizer makes of words: those of a word lie at its begin, so many."""

    tokens: TokenIds
    begins: Counts
    counts: Counts


class _Numbers(dict[bytes, int]):
    """The number of each word, in the order in which they came."""

    def __init__(self) -> None:
        self.new: list[bytes] = []

    def __missing__(self, word: bytes) -> int:
        self.new.append(word)
        number = self[word] = len(self)
        return number


class _Words:
    """Words that have been read, by number.

    Attributes:
        read: what has been made of them.
        bytes: of all of them.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._known = _Numbers()
        self._table = WordTable()
        self.read = _Tokens(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int64))
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._known)

    def numbers(self, cut: _Cut) -> npt.NDArray[np.int32]:
        """Return the number of each word ``(w,)``; all of them are known then."""
        numbers = self._table.find(keys_of(cut.data, cut.begins, cut.ends))
        rest = np.flatnonzero(numbers < 0)
        places = zip(cut.begins[rest].tolist(), cut.ends[rest].tolist(), strict=True)
        numbers[rest] = [self._known[cut.data[begin:end]] for begin, end in places]
        self._learn()
        return numbers

    def _learn(self) -> None:
        """Ask the tokenizer for the tokens of words that are new."""
        words, self._known.new = self._known.new, []
        if not words:
            return
        self._table.add(words)
        self.bytes += sum(map(len, words))
        texts = [word.decode() for word in words]
        lots = [texts[at : at + _AT_ONCE] for at in range(0, len(texts), _AT_ONCE)]
        lines = self._tokenizer.encode_batch(
            [" ".join(lot) for lot in lots], add_special_tokens=False
        )
        counted = []
        for lot, line in zip(lots, lines, strict=True):
            ends = np.cumsum([len(word) + 1 for word in lot])
            places = np.fromiter((begin for begin, _ in line.offsets), np.int64, len(line.ids))
            owners = np.searchsorted(ends, places, side="right")
            counted.append(np.bincount(owners, minlength=len(lot)))
        ids = [np.array(line.ids, np.int32) for line in lines]
        counts = np.concatenate([self.read.counts, *counted])
        tokens = np.concatenate([self.read.tokens, *ids])
        self.read = _Tokens(tokens, np.cumsum(counts) - counts, counts)
