"""The map of a generation: drawn, kept while it may be, measured, written and read."""

import shutil
from contextlib import closing

import numpy as np
import pytest

from indexer.errors import IndexCorrupted, MapMissing, PackageMissing
from indexer.mapping import draw as mapping
from indexer.mapping import layout as map_layout
from indexer.mapping.draw import measured
from indexer.store.catalogue import open_catalogue, read_paper
from indexer.store.corpus_map import CorpusMap
from indexer.store.manifest import MapInfo
from indexer.store.vector_index import VectorIndex
from search_api.engine.doctor import examine
from search_api.engine.engine import Engine
from search_api.query.query import Query
from tests.conftest import SEEDS, table
from tests.test_map_layout import some_vectors

WORDS = [
    "graph",
    "node",
    "image",
    "vision",
    "speech",
    "audio",
    "policy",
    "reward",
    "proof",
    "logic",
]


def rows_of(n: int) -> list[tuple[str, str]]:
    """Papers that are each about two of some words, all different."""
    return [
        (
            f"Title {i} on {WORDS[i % 10]}",
            f"{WORDS[i % 10]} " * 9 + f"{WORDS[(i + i // 10) % 10]} {i}",
        )
        for i in range(n)
    ]


def map_of(index) -> CorpusMap:
    generation = index.current()
    return CorpusMap.read(generation.folder, generation.manifest.papers)


def places(index) -> dict[str, tuple[float, float]]:
    """Where each paper lies, by title."""
    drawn = map_of(index)
    db = open_catalogue(index.current().catalogue)
    titles = [title for (title,) in db.execute("SELECT title FROM papers ORDER BY row")]
    db.close()
    return dict(zip(titles, map(tuple, drawn.points.tolist()), strict=True))


def vectors_of(index) -> np.ndarray:
    return np.concatenate([*VectorIndex(index.current().vectors).blocks()])


def test_the_map_of_the_seeds(index, build, with_pacmap):
    """Every paper has a place and a topic; topics have names, sizes, middles and central papers."""
    build(SEEDS)
    drawn = map_of(index)
    vectors = vectors_of(index)
    assert (drawn.method, drawn.placed, drawn.variance) == ("pacmap", 0, None)
    assert (drawn.points.dtype, drawn.points.shape) == (np.float32, (64, 2))
    assert np.abs(drawn.points).max() == 1
    assert (drawn.kept.k, drawn.kept.sample) == (10, 64)
    assert drawn.kept == measured(vectors, drawn.points)
    sizes = [topic.papers for topic in drawn.topics]
    assert sizes == np.bincount(drawn.topic_of).tolist() == sorted(sizes, reverse=True)
    for number, topic in enumerate(drawn.topics):
        rows = np.flatnonzero(drawn.topic_of == number)
        assert (topic.x, topic.y) == tuple(np.median(drawn.points[rows], axis=0).tolist())
        assert topic.label == ", ".join(topic.terms[:3])
        mean = vectors[rows].mean(axis=0)
        assert topic.central == tuple(rows[np.argsort(-(vectors[rows] @ mean))][:3].tolist())


@pytest.mark.parametrize("n", [1, 2, 3, 9, 12])
def test_tiny_corpora_have_a_map(index, build, tmp_path, with_pacmap, n):
    """From one paper on, by principal components whatever is asked for."""
    build(table(tmp_path / "a.md", *rows_of(n)), mapped="pacmap")
    drawn = map_of(index)
    assert (drawn.method, len(drawn.points)) == ("pca", n)
    assert np.isfinite(drawn.points).all()
    assert sum(topic.papers for topic in drawn.topics) == n
    assert (drawn.kept.share is None) == (n < 12)
    assert (drawn.variance is None) == (n == 1)
    assert build(tmp_path / "a.md", mapped="pacmap").published is False


def test_papers_that_are_all_the_same_lie_together(index, build, tmp_path):
    """One place, one topic, named after what they say."""
    source = tmp_path / "a.md"
    rows = [f"| Same | tides and tides | https://arxiv.org/abs/2401.{i:05} |" for i in range(15)]
    source.write_text("\n".join(["| Title | Abstract | Link |", "|---|---|---|", *rows]))
    assert build(source).papers == 15
    drawn = map_of(index)
    assert (drawn.points == 0).all()
    (topic,) = drawn.topics
    assert (topic.papers, set(topic.terms)) == (15, {"tides"})


def test_papers_without_abstracts_have_a_map(index, build, tmp_path):
    """Titles are all there is; one of stop words alone names its topic as it is."""
    build(table(tmp_path / "a.md", ("What Are You", "")))
    assert [(topic.label, topic.terms) for topic in map_of(index).topics] == [("What Are You", ())]
    build(table(tmp_path / "a.md", *((f"Tides {i}", "") for i in range(4))))
    assert [topic.label for topic in map_of(index).topics] == ["Tides"]


# How true it is


@pytest.mark.parametrize("n", [12, 150, 1300])
def test_what_a_map_keeps_is_what_brute_force_counts(n):
    """Shares of common neighbours, by sorting all distances of each paper of the sample."""
    vectors = some_vectors(n)
    points = map_layout.lay_out(vectors, "pca").points
    rows = sorted({int(row) for row in np.linspace(0, n - 1, 1000)})
    shares = []
    for row in rows:
        near = [i for i in np.argsort(-(vectors @ vectors[row]), kind="stable") if i != row][:10]
        away = ((points.astype(float) - points[row]) ** 2).sum(axis=1)
        there = [i for i in np.argsort(away, kind="stable") if i != row][:10]
        shares.append(len({*near} & {*there}) / 10)
    kept = measured(vectors, points)
    assert (kept.k, kept.sample) == (10, len(rows))
    assert kept.share == pytest.approx(np.mean(shares), abs=1e-9)


def test_a_plane_is_kept_whole():
    """Where the vectors lie in a plane, nothing is lost; where all are neighbours, nothing said."""
    angle = np.sort(np.random.default_rng(0).uniform(0, 1, 40))
    vectors = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    points = map_layout.lay_out(vectors, "pca").points
    assert measured(vectors, points).share == pytest.approx(1, abs=0.02)
    assert measured(vectors[:11], points[:11]).share is None


# A map that is kept


def test_a_small_change_leaves_every_paper_where_it_was(index, build, tmp_path, with_pacmap):
    """Bit for bit; new papers lie among their neighbours, and topics stay as they are."""
    source = tmp_path / "a.md"
    build(table(source, *rows_of(60)))
    before, topics = places(index), map_of(index).topic_of.tolist()
    # A new first row, one gone, one changed: all others have other rows than before.
    rows = rows_of(60)
    gone, changed = rows.pop(7), rows.pop(20)
    new = [("A title on proof", "proof " * 9), (changed[0], "audio " * 9)]
    build(table(source, *new, *rows))
    after, drawn = places(index), map_of(index)
    assert all(after[title] == before[title] for title, _ in rows)
    assert (drawn.placed, gone[0] in after) == (2, False)
    assert after[changed[0]] != before[changed[0]]
    vectors = vectors_of(index)
    old = np.arange(2, 60)
    for row in (0, 1):
        near = old[np.argsort(-(vectors[old] @ vectors[row]), kind="stable")[:5]]
        weight = vectors[near] @ vectors[row]
        mean = (drawn.points[near] * weight[:, None]).sum(axis=0) / weight.sum()
        assert drawn.points[row] == pytest.approx(mean, abs=1e-5)
    kept = [topic for place, topic in enumerate(topics) if place not in (7, 21)]
    together = {(a, b) for a, b in zip(kept, drawn.topic_of[2:].tolist(), strict=True)}
    assert len(together) == len(set(kept)) == len({topic for _, topic in together})


def test_many_small_changes_are_one_large_one(index, build, tmp_path):
    """Once one paper in ten was placed and not laid out, all are laid out anew."""
    source = tmp_path / "a.md"
    placed = []
    for n in (40, 42, 44, 46, 48):
        build(table(source, *rows_of(n)))
        placed.append(map_of(index).placed)
    assert placed == [0, 2, 4, 0, 2]


def test_a_large_change_is_laid_out_anew(index, build, tmp_path):
    """Where more than one in ten has left, the rest is another corpus."""
    source = tmp_path / "a.md"
    build(table(source, *rows_of(60)))
    build(table(source, *rows_of(50)))
    drawn = map_of(index)
    fresh = map_layout.lay_out(vectors_of(index), "pca")
    assert (drawn.points == fresh.points).all()
    assert drawn.placed == 0


def test_full_lays_out_anew(index, build, tmp_path):
    """--full trusts no map either."""
    source = tmp_path / "a.md"
    build(table(source, *rows_of(60)))
    build(table(source, *rows_of(62)))
    assert map_of(index).placed == 2
    build(source, full=True)
    assert map_of(index).placed == 0


def test_another_model_or_method_lays_out_anew(index, build, tmp_path, encoder, with_pacmap):
    """Places of other vectors, or by other means, are not mixed with these."""
    source = tmp_path / "a.md"
    build(table(source, *rows_of(60)), mapped="pca")
    build(table(source, *rows_of(61)))
    assert (map_of(index).method, map_of(index).placed) == ("pacmap", 0)
    encoder.model = type(encoder.model)(
        "other", encoder.model.path, "e" * 64, encoder.model.prompts
    )
    build(table(source, *rows_of(62)))
    assert map_of(index).placed == 0


# When a map is drawn


def test_nothing_to_do_draws_nothing(index, build, tmp_path, monkeypatch, with_pacmap):
    """Unless the method that is asked for is another than that of the map."""
    source = table(tmp_path / "a.md", *rows_of(40))
    assert build(source, mapped="pca").published
    monkeypatch.setattr(mapping, "lay_out", None)
    for asked in ("auto", "pca"):
        assert build(source, mapped=asked).published is False
    monkeypatch.undo()
    monkeypatch.setattr(map_layout, "_pacmap_is_installed", lambda: True)
    report = build(source, mapped="pacmap")
    assert (report.published, report.embedded, map_of(index).method) == (True, 0, "pacmap")
    assert build(source).published is False


def test_pacmap_that_is_missing_is_said_before_the_work(index, build, tmp_path, encoder):
    """Nothing is read or embedded for nothing."""
    with pytest.raises(PackageMissing, match="--map pacmap"):
        build(table(tmp_path / "a.md", *rows_of(3)), mapped="pacmap")
    assert (encoder.encoded, index.stamp()) == ([], None)


def test_an_index_can_be_built_without_a_map(index, build, tmp_path, encoder, monkeypatch):
    """Nothing is laid out; the manifest says so, and the next build that wants a map draws one."""
    source = table(tmp_path / "a.md", *rows_of(40))
    with monkeypatch.context() as patch:
        patch.setattr(mapping, "lay_out", None)
        assert build(source, mapped="none").published
        assert build(source, mapped="none").published is False
    generation = index.current()
    assert (generation.manifest.map, generation.map()) == (None, None)
    assert not list(generation.folder.glob("map*"))
    with closing(Engine(generation, encoder)) as engine:
        with pytest.raises(MapMissing, match=rf"rebuild-index --index {index.path} --map auto"):
            _ = engine.map
        assert engine.search(Query("graph")).total == 40
    checks = {check.name: check for check in examine(index, lambda _: encoder)}
    assert all(check.ok for check in checks.values())
    assert "map" not in checks["counts"].detail
    assert build(source).published
    assert index.current().manifest.map == MapInfo(1, "pca")
    assert [check.ok for check in examine(index, lambda _: encoder)] == [True] * (len(checks) + 1)
    assert build(source, mapped="none").published
    assert index.current().manifest.map is None


def test_a_map_of_another_version_is_none(index, build, tmp_path, monkeypatch):
    """The index is good without it; the next build draws one that can be read."""
    source = table(tmp_path / "a.md", *rows_of(40))
    build(source)
    monkeypatch.setattr("indexer.store.local_sink.MAP_VERSION", 2)
    for module in ("indexer.store.generation", "indexer.up_to_date"):
        monkeypatch.setattr(f"{module}.MAP_VERSION", 2)
    assert index.current().map() is None
    report = build(source)
    assert (report.published, report.embedded) == (True, 0)
    assert index.current().manifest.map == MapInfo(2, "pca")
    assert index.current().map().placed == 0


# Its files


def test_a_map_is_read_as_it_was_written(index, build, seeds, tmp_path):
    """The arrays are mapped from disk."""
    build(seeds)
    drawn = map_of(index)
    assert isinstance(drawn.points, np.memmap)
    drawn.write(tmp_path)
    again = CorpusMap.read(tmp_path, 64)
    assert (again.points == drawn.points).all()
    assert (again.topic_of == drawn.topic_of).all()
    fields = ("method", "topics", "kept", "variance", "placed")
    assert all(getattr(again, name) == getattr(drawn, name) for name in fields)
    db = open_catalogue(index.current().catalogue)
    assert read_paper(db, "akin:8e78acac5fbcaf10")
    db.close()


@pytest.mark.parametrize("name", ["map.npy", "map-topics.npy", "map.json"])
@pytest.mark.parametrize("content", [None, b"", b"{}", b"\x93NUMPY"])
def test_a_damaged_map_is_found(index, build, tmp_path, name, content):
    """By its checksum, and where that is not looked at, when it is opened."""
    build(table(tmp_path / "a.md", *rows_of(3)))
    generation = index.current()
    copy = shutil.copytree(generation.folder, tmp_path / "copy")
    (copy / name).unlink() if content is None else (copy / name).write_bytes(content)
    with pytest.raises(IndexCorrupted, match="the map"):
        CorpusMap.read(copy, 3)
    (generation.folder / name).write_bytes(b"rubbish")
    with pytest.raises(IndexCorrupted, match="differs from its checksum"):
        generation.verify()


def test_a_map_of_other_papers_is_found(index, build, tmp_path):
    """Its arrays must have an entry for each paper."""
    build(table(tmp_path / "a.md", *rows_of(3)))
    with pytest.raises(IndexCorrupted, match="there are 4 papers"):
        CorpusMap.read(index.current().folder, 4)
