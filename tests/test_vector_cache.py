"""The vector cache: found again, never confused, never trusted blindly."""

import itertools
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from indexer.store.vector_cache import CachedVector, VectorCache, cache_key


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "vectors.sqlite"


def entries(count: int) -> dict[bytes, CachedVector]:
    rng = np.random.default_rng(1)
    return {
        cache_key("model", "recipe", f"text {i}"): CachedVector(
            rng.standard_normal(8).astype(np.float32), 10 + i, bool(i % 2)
        )
        for i in range(count)
    }


def test_vectors_are_found_after_the_file_is_opened_again(path):
    """More keys than one question may bind come back bit for bit; unknown keys do not."""
    written = entries(1200)
    with VectorCache(path) as cache:
        cache.put(written)
    unknown = cache_key("model", "recipe", "never seen")
    with VectorCache(path) as cache:
        found = cache.get([*written, unknown])
        assert len(cache) == 1200
    assert found.keys() == written.keys()
    for key, cached in written.items():
        np.testing.assert_array_equal(found[key].vector, cached.vector)
        assert found[key][1:] == cached[1:]


def test_a_key_names_model_recipe_and_text():
    """Any difference in any of the three is another key, wherever the parts are split."""
    parts = ["a", "b", "ab"]
    keys = {cache_key(*three) for three in itertools.product(parts, repeat=3)}
    assert len(keys) == 27


def test_a_damaged_vector_counts_as_missing(path):
    """A flipped bit within a vector is noticed by its checksum; the others are still found."""
    written = entries(3)
    with VectorCache(path) as cache:
        cache.put(written)
    damaged, *whole = written
    db = sqlite3.connect(path)
    (blob,) = db.execute("SELECT vector FROM vectors WHERE key = ?", (damaged,)).fetchone()
    flipped = bytes([blob[0] ^ 1]) + blob[1:]
    db.execute("UPDATE vectors SET vector = ? WHERE key = ?", (flipped, damaged))
    db.commit()
    db.close()
    with VectorCache(path) as cache:
        assert cache.get(list(written)).keys() == set(whole)
        cache.put({damaged: written[damaged]})
        assert cache.get(list(written)).keys() == written.keys()


def test_a_file_that_is_no_database_is_set_aside(path):
    """A damaged cache costs time, not data: it is kept beside the new one."""
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 100)
    with VectorCache(path) as cache:
        assert cache.set_aside is not None
        assert cache.set_aside.read_bytes().startswith(b"not a database")
        cache.put(entries(2))
        assert len(cache) == 2


def test_damage_in_the_middle_costs_what_was_cached_and_no_more(path):
    """A page that SQLite cannot read is found when it is asked for; the next vectors are kept."""
    written = entries(2000)
    with VectorCache(path) as cache:
        cache.put(written)
    data = bytearray(path.read_bytes())
    for page in range(2, len(data) // 4096):
        data[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    path.write_bytes(data)
    with VectorCache(path) as cache:
        assert cache.get(list(written)) == {}
        assert cache.set_aside.read_bytes()[:16] == b"SQLite format 3\0"
        cache.put(written)
        assert cache.get(list(written)).keys() == written.keys()


def test_a_cache_in_use_elsewhere_is_not_taken_for_damaged(path, monkeypatch):
    """Another program's lock is an error that names the file, which stays where it is."""
    monkeypatch.setattr("indexer.store.vector_cache._WAIT", 0.01)
    with VectorCache(path) as cache:
        cache.put(entries(3))
    other = sqlite3.connect(path)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(OSError, match="locked") as caught:
        VectorCache(path)
    assert caught.value.filename == str(path)
    other.close()
    with VectorCache(path) as cache:
        assert (len(cache), cache.set_aside) == (3, None)


def test_whatever_byte_is_damaged_nothing_wrong_is_found(path, tmp_path):
    """A byte changed anywhere in the file costs vectors at most, and none is wrong."""
    written = entries(40)
    with VectorCache(path) as cache:
        cache.put(written)
    data = path.read_bytes()
    for at in range(0, len(data), 53):
        other = tmp_path / str(at) / "vectors.sqlite"
        other.parent.mkdir()
        other.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
        with VectorCache(other) as cache:
            for _ in range(2):
                for key, found in cache.get(list(written)).items():
                    np.testing.assert_array_equal(found.vector, written[key].vector)
                cache.put(written)


@pytest.mark.parametrize(
    ("column", "value"),
    [("vector", "7"), ("vector", None), ("key", "CAST(x'fe80' AS TEXT)"), ("tokens", "'many'"),
     ("vector", "x'010203'")],
)  # fmt: skip
def test_a_row_of_another_type_counts_as_missing(path, column, value):
    """A text that cannot be decoded, a number for a vector: the rest is found."""
    written = entries(3)
    with VectorCache(path) as cache:
        cache.put(written)
    damaged, *whole = written
    db = sqlite3.connect(path)
    db.execute("PRAGMA writable_schema = ON")
    db.execute("UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', '')")
    db.commit()
    db.close()
    db = sqlite3.connect(path)
    spoiled = f"UPDATE vectors SET {column} = {value or 'NULL'} WHERE key = ?"  # noqa: S608
    db.execute(spoiled, (damaged,))
    db.commit()
    db.close()
    with VectorCache(path) as cache:
        assert cache.get(list(written)).keys() == set(whole)
        assert cache.set_aside is None


def test_vectors_that_are_no_numbers_are_not_found(path):
    """What an earlier version kept of a broken model is computed again."""
    (key, vector), *_ = entries(1).items()
    with VectorCache(path) as cache:
        cache.put({key: vector._replace(vector=np.full(8, np.nan, np.float32))})
        assert cache.get([key]) == {}


def test_an_index_that_leads_astray_finds_no_other_vector(path):
    """A key whose entry in the index names another row has no vector, rather than that one's."""
    written = entries(2)
    one, other = written
    with VectorCache(path) as cache:
        cache.put(written)
    data = path.read_bytes()
    page = next(p for p in range(0, len(data), 4096) if data[p] == 10)  # leaf of an index
    leaf = bytearray(data[page : page + 4096])
    swapped = leaf.replace(one, b"\0" * 32).replace(other, one).replace(b"\0" * 32, other)
    path.write_bytes(data[:page] + swapped + data[page + 4096 :])
    with VectorCache(path) as cache:
        for key, found in cache.get(list(written)).items():
            np.testing.assert_array_equal(found.vector, written[key].vector)


def test_two_builders_write_to_one_file_at_once(path):
    """Neither loses a vector, whichever is faster."""

    def write(who: str) -> list[bytes]:
        written: list[bytes] = []
        with VectorCache(path) as cache:
            for lot in range(20):
                keys = [cache_key(who, "recipe", f"{lot} {n}") for n in range(8)]
                cache.put({key: CachedVector(np.ones(8, np.float32), 3, False) for key in keys})
                written += keys
        return written

    with ThreadPoolExecutor(3) as pool:
        written = [key for keys in pool.map(write, ["a", "b", "b"]) for key in keys]
    with VectorCache(path) as cache:
        assert cache.get(written).keys() == set(written)
        assert (len(cache), cache.set_aside) == (320, None)
