"""Compressed sources: read as they are, refused when damaged, or when they inflate without end."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from indexer import streams
from indexer.documents import Document
from indexer.errors import SourceUnreadable
from indexer.streams import inner_suffix, open_bytes, refuse_bomb

COMPRESS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstd.compress}
TEXT = "".join(f"line {number} of a document, with é\n" for number in range(100_000)).encode()


@pytest.mark.parametrize("ahead", [True, False])
@pytest.mark.parametrize("kind", COMPRESS)
def test_what_was_compressed_comes_out_whole(tmp_path, kind, ahead):
    """All four kinds are told by their first bytes, whatever the name, and read to the end."""
    path = tmp_path / "data"
    path.write_bytes(COMPRESS[kind](TEXT))
    with open_bytes(path, ahead=ahead) as file:
        assert file.read() == TEXT


@pytest.mark.parametrize("kind", COMPRESS)
def test_several_compressed_parts_are_one_stream(tmp_path, kind):
    """Concatenated archives, as ``cat a.gz b.gz`` makes them, are read to the end."""
    path = tmp_path / "data"
    path.write_bytes(COMPRESS[kind](b"one\n") + COMPRESS[kind](b"two\n"))
    lines = Document(path, "data", given=True).lines()
    assert [line.text for line in lines] == ["one", "two"]


@pytest.mark.parametrize("kind", COMPRESS)
@pytest.mark.parametrize("keep", [0.5, 0.98])
def test_a_truncated_file_is_unreadable(tmp_path, kind, keep):
    """What ends too early is a typed error that says so, not a shorter document."""
    data = COMPRESS[kind](TEXT)
    path = tmp_path / "data"
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(SourceUnreadable, match="is damaged after") as caught, open_bytes(path) as f:
        f.read()
    assert caught.value.context == {"file": str(path)}


@pytest.mark.parametrize("kind", ["gz", "xz"])
def test_a_damaged_file_is_unreadable(tmp_path, kind):
    """A byte that was changed is noticed by the format's own checksum."""
    data = bytearray(COMPRESS[kind](TEXT))
    data[len(data) // 2] ^= 0xFF
    path = tmp_path / "data"
    path.write_bytes(data)
    with pytest.raises(SourceUnreadable, match="is damaged after"), open_bytes(path) as file:
        file.read()


@pytest.mark.parametrize("kind", COMPRESS)
def test_a_bomb_is_refused(tmp_path, kind, monkeypatch):
    """A few kilobytes that inflate a thousandfold are refused before they do."""
    monkeypatch.setattr(streams, "_ALWAYS_FINE", 1 << 20)
    path = tmp_path / "bomb"
    path.write_bytes(COMPRESS[kind](b"a line of text\n" * 500_000))
    with pytest.raises(SourceUnreadable, match="refused as a decompression bomb"):
        for _ in Document(path, "bomb", given=True).lines():
            pass


def test_small_files_may_repeat_themselves(tmp_path):
    """A document of one line, written a million times, is small enough to be no bomb."""
    path = tmp_path / "data"
    path.write_bytes(lzma.compress(b"a\n" * 1_000_000))
    assert sum(1 for _ in Document(path, "data", given=True).lines()) == 1_000_000
    refuse_bomb(path, 1 << 26, 1)
    refuse_bomb(path, 250 << 26, 1 << 26)
    with pytest.raises(SourceUnreadable):
        refuse_bomb(path, (250 << 26) + 1, 1 << 26)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.ris", ".ris"),
        ("A.RIS.GZ", ".ris"),
        ("dump.jsonl.zst", ".jsonl"),
        ("a.xz", ""),
        ("a", ""),
        (".ris", ""),
    ],
)
def test_the_suffix_is_that_of_what_is_inside(name, suffix):
    """A compressed file has the suffix before that of its compression."""
    assert inner_suffix(name) == suffix


def test_a_reader_that_stops_early_leaves_nothing_open(tmp_path):
    """Closing the lines ends the thread that reads ahead."""
    import threading

    path = tmp_path / "data"
    path.write_bytes(gzip.compress(TEXT))
    before = threading.active_count()
    lines = Document(path, "data", given=True).lines()
    next(lines)
    lines.close()
    assert threading.active_count() == before


@given(st.binary(max_size=200))
def test_whatever_follows_the_mark_of_compression_is_read_or_refused(tmp_path_factory, data):
    """Rubbish behind the first bytes of a format is a typed error or, rarely, content."""
    folder = tmp_path_factory.mktemp("rubbish")
    for mark in (b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"):
        path = Path(folder, "data")
        path.write_bytes(mark + data)
        try:
            with open_bytes(path) as file:
                file.read()
        except SourceUnreadable as error:
            assert str(path) in error.detail  # noqa: PT017 — either outcome is right
