"""The files of a generation: compared with their checksums, or known to be untouched."""

import os
import time

import pytest

from indexer.errors import IndexCorrupted
from indexer.files import file_sha256
from indexer.store import checksums
from indexer.store.checksums import STAMP, TRUSTED, trust, verify, verify_if_touched


@pytest.fixture
def files(tmp_path):
    """What is stated of two files."""
    for name, data in (("a.npy", b"alpha"), ("b.npy", b"beta")):
        (tmp_path / name).write_bytes(data)
    return {
        path.name: {"sha256": file_sha256(path), "bytes": path.stat().st_size}
        for path in tmp_path.iterdir()
    }


@pytest.fixture
def read(monkeypatch):
    """The names of the files that are read."""
    names = []

    def noting(path):
        names.append(path.name)
        return file_sha256(path)

    monkeypatch.setattr(checksums, "file_sha256", noting)
    return names


def test_untouched_files_are_read_once(tmp_path, files, read):
    """Who verifies leaves a stamp, and the next takes it at its word; who verifies all does not."""
    verify_if_touched(tmp_path, files, "")
    assert sorted(read) == ["a.npy", "b.npy"]
    verify_if_touched(tmp_path, files, "")
    assert len(read) == 2
    verify(tmp_path, files, "")
    assert len(read) == 4


def test_files_that_were_just_measured_are_not_read(tmp_path, files, read):
    """What publishes a generation knows its files."""
    trust(tmp_path, files)
    verify_if_touched(tmp_path, files, "")
    assert read == []


def test_a_file_of_the_same_size_and_time_is_another(tmp_path, files):
    """Whoever writes to a file cannot hide it by setting its time back."""
    verify(tmp_path, files, "")
    path = tmp_path / "a.npy"
    before = path.stat()
    replaced = tmp_path / "new"
    replaced.write_bytes(b"alphA")
    replaced.replace(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(IndexCorrupted, match=r"a\.npy: differs from its checksum .* do that"):
        verify_if_touched(tmp_path, files, "do that")


def test_a_missing_file_is_found(tmp_path, files):
    """However fresh the stamp is."""
    verify(tmp_path, files, "")
    (tmp_path / "b.npy").unlink()
    with pytest.raises(IndexCorrupted, match=r"b\.npy: missing"):
        verify_if_touched(tmp_path, files, "")


@pytest.mark.parametrize("age", [TRUSTED + 60, -TRUSTED - 60])
def test_a_stamp_is_good_for_a_day(tmp_path, files, read, age):
    """Then all is read again, as it is where the clock was set."""
    trust(tmp_path, files)
    then = time.time() - age
    os.utime(tmp_path / STAMP, (then, then))
    verify_if_touched(tmp_path, files, "")
    assert len(read) == 2


def test_other_checksums_are_compared(tmp_path, files, read):
    """A stamp is of what was stated, too."""
    trust(tmp_path, files)
    other = {name: {**stated, "sha256": "0" * 64} for name, stated in files.items()}
    with pytest.raises(IndexCorrupted):
        verify_if_touched(tmp_path, other, "")


def test_damage_that_was_found_is_not_forgotten(tmp_path, files, monkeypatch):
    """Bits that the disk lost change neither size nor time: the stamp goes with the trust."""
    trust(tmp_path, files)
    with monkeypatch.context() as patch:
        patch.setattr(checksums, "file_sha256", lambda _: "0" * 64)
        with pytest.raises(IndexCorrupted):
            verify(tmp_path, files, "")
        with pytest.raises(IndexCorrupted):
            verify_if_touched(tmp_path, files, "")
    assert not (tmp_path / STAMP).exists()


def test_an_index_that_cannot_be_written_to_is_read_every_time(tmp_path, files, read):
    """No stamp can be left there, and none is missed."""
    (tmp_path / STAMP).mkdir()
    for _ in range(2):
        verify_if_touched(tmp_path, files, "")
    assert len(read) == 4
