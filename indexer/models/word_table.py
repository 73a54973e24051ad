"""A hash table of words, which looks up all words of many texts at a time.

A word of up to 15 bytes is two numbers of 64 bits: its bytes, zeros, and how long it is. So words
that are equal there are the same word. Longer ones are one in a hundred, and not in it.

Open addressing with linear probing (Knuth, The Art of Computer Programming 3, 6.4).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from indexer.arrays import Rows

KEY = 16
"""Bytes of a key, which must be there from where a word begins."""

Keys = npt.NDArray[np.uint64]
"""Of words, shape ``(w, 2)``; ``(0, 0)`` of one that is too long."""

Numbers = npt.NDArray[np.int32]
"""Of words, shape ``(w,)``, counted from 0; -1: not known."""

_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], np.uint64)
"""Odd numbers, whose products spread over the high bits (multiplicative hashing)."""


def keys_of(data: bytes, begins: Rows, ends: Rows) -> Keys:
    """Return the keys of words in some text."""
    windows = np.ndarray((len(data) - KEY + 1,), f"V{KEY}", data, strides=(1,))
    keys = windows[begins].view(np.uint64).reshape(-1, 2)
    lengths = np.minimum(ends - begins, KEY)
    keys &= _KEPT.take(lengths, axis=0)
    keys.view(np.uint8).reshape(-1, KEY)[:, -1] = lengths
    keys[lengths == KEY] = 0
    return keys


def _kept() -> Keys:
    """Return what is kept of the first 16 bytes of a word, by its length: not what is behind it."""
    kept = np.tri(KEY + 1, KEY, -1, np.uint8) * np.uint8(255)
    return kept.view(np.uint64)


_KEPT = _kept()


class WordTable:
    """Numbers words in the order in which they are added."""

    def __init__(self) -> None:
        self._keys: Keys = np.zeros((0, 2), np.uint64)
        self._slots: Numbers = np.full(1 << 12, -1, np.int32)

    def find(self, keys: Keys) -> Numbers:
        """Return the numbers of words by their keys."""
        if not len(self._keys):
            return np.full(len(keys), -1, np.int32)
        slots = self._first(keys)
        numbers = self._slots[slots]
        others = np.flatnonzero(self._differ(numbers, keys))
        while len(others):  # another word has the place: theirs may be the next
            slots[others] = (slots[others] + 1) % len(self._slots)
            numbers[others] = self._slots[slots[others]]
            others = others[self._differ(numbers[others], keys[others])]
        return numbers

    def add(self, words: Sequence[bytes]) -> None:
        """Add words that are not in it, and different; those that are too long are not found."""
        lengths = np.array(list(map(len, words)), np.int64)
        ends = np.cumsum(lengths)
        keys = keys_of(b"".join([*words, bytes(KEY)]), ends - lengths, ends)
        self._keys = np.concatenate([self._keys, keys])
        new = np.arange(len(self._keys) - len(keys), len(self._keys))
        if 3 * len(self._keys) > len(self._slots):
            self._slots = np.full(4 << len(self._keys).bit_length(), -1, np.int32)
            new = np.arange(len(self._keys))
        self._enter(new)

    def _enter(self, numbers: Rows) -> None:
        numbers = numbers[self._keys[numbers].any(axis=1)]
        slots = self._first(self._keys[numbers])
        while len(numbers):
            free = self._slots[slots] < 0
            self._slots[slots[free]] = numbers[free]  # of two that want the same, the last
            left = self._slots[slots] != numbers
            numbers, slots = numbers[left], (slots[left] + 1) % len(self._slots)

    def _first(self, keys: Keys) -> Rows:
        """Return the slots where words are looked for first."""
        mixed = keys[:, 0] * _FACTORS[0] + keys[:, 1] * _FACTORS[1]
        mixed ^= mixed >> np.uint64(32)
        mixed *= _FACTORS[0]
        bits = len(self._slots).bit_length() - 1
        slots: Rows = (mixed >> np.uint64(64 - bits)).astype(np.int64)
        return slots

    def _differ(self, numbers: Numbers, keys: Keys) -> npt.NDArray[np.bool_]:
        """Tell which numbers are those of other words."""
        differ = self._keys.take(numbers, axis=0, mode="clip") != keys
        either: npt.NDArray[np.bool_] = differ.view(np.uint16)[:, 0] > 0
        return either & (numbers >= 0)
