"""What every sink keeps to: one suite over each of them, and over a model of dicts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.arrays import unit
from indexer.cleaning.identity import paper_id
from indexer.errors import IndexMissing
from indexer.merging.decisions import record_key
from indexer.paper import Paper, Rejection
from indexer.store import local_sink
from indexer.store.catalogue import open_catalogue, rejections_in
from indexer.store.corpus_map import CorpusMap, Kept
from indexer.store.entry import Merged, PossibleDuplicate
from indexer.store.generation import Generation, IndexFolder
from indexer.store.lexical_index import LexicalIndex
from indexer.store.local_sink import LocalSink
from indexer.store.manifest import DecisionsInfo, Manifest, MapInfo, Space
from indexer.store.paper_rows import Entry, read_entries, read_possible
from indexer.store.sink import Sink
from indexer.store.vector_index import VectorIndex
from tests.fakes import MemorySink, PublishedInMemory

DIMENSION = 8


@dataclass
class Published:
    """What a store gives back: papers by row, their vectors, and what else is kept."""

    entries: list[Entry]
    vectors: np.ndarray
    manifest: Manifest | None = None
    corpus_map: CorpusMap | None = None
    rejections: list[Rejection] = field(default_factory=list)
    names: dict[str, set[str]] = field(default_factory=dict)
    possible: list[PossibleDuplicate] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [entry.paper.id for entry in self.entries]


NOTHING = Published([], np.empty((0, DIMENSION), np.float32))


class Filled:
    """A sink, and the vectors of what is put into it."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._put: list[Entry] = []
        self.known, self.remove = sink.known, sink.remove

    def put(self, *entries: Entry) -> None:
        self._sink.put(entries)
        self._put += entries

    def publish(self, stated: Manifest, vectors: np.ndarray | None = None, **others) -> Manifest:
        vectors = vectors_of(*self._put) if vectors is None else vectors
        found = self._sink.publish(stated, vectors, **others)
        self._put.clear()
        return found

    def close(self) -> None:
        self._put.clear()
        self._sink.close()


class Local:
    """An index folder."""

    def __init__(self, folder: Path) -> None:
        self.index = IndexFolder(folder / "index")
        self._held = ExitStack()
        self._held.enter_context(self.index.building())

    def close(self) -> None:
        self._held.close()
        assert not list(self.index.generations.glob(".building-*"))

    def sink(self) -> Filled:
        return Filled(LocalSink(self.index, self._current()))

    def read(self) -> Published:
        generation = self._current()
        if generation is None:
            return NOTHING
        generation.verify()
        manifest = generation.manifest
        with closing(open_catalogue(generation.catalogue)) as db:
            entries, rejections = list(read_entries(db, 0, 10**6)), list(rejections_in(db))
            names: dict[str, set[str]] = {entry.paper.id: set() for entry in entries}
            for name, row in db.execute("SELECT name, row FROM names"):
                names[entries[row - 1].paper.id].add(name)
            possible = list(read_possible(db))
        LexicalIndex(generation.folder, manifest.papers)
        vectors = VectorIndex(generation.vectors).vectors(np.arange(manifest.papers))
        return Published(entries, vectors, manifest, generation.map(), rejections, names, possible)

    def _current(self) -> Generation | None:
        try:
            return self.index.current()
        except IndexMissing:
            return None


class Memory:
    """The fake."""

    def __init__(self, folder: Path) -> None:
        self.store = PublishedInMemory()

    def close(self) -> None:
        pass

    def sink(self) -> Filled:
        return Filled(MemorySink(self.store))

    def read(self) -> Published:
        if not self.store.papers:
            return replace(NOTHING, manifest=self.store.manifest)
        entries, vectors = zip(*self.store.papers.values(), strict=True)
        held = self.store
        kept = held.manifest, held.corpus_map, held.rejections, held.names, held.possible
        return Published(list(entries), np.array(vectors), *kept)


STORES = [Local, Memory]
Store = Local | Memory


@pytest.fixture(params=STORES)
def store(request, tmp_path) -> Iterator[Store]:
    with closing(request.param(tmp_path)) as made:
        yield made


@pytest.fixture
def sink(store) -> Iterator[Filled]:
    with closing(store.sink()) as opened:
        yield opened


def entry(name: str, text: str = "text", records: int = 0) -> Entry:
    paper = Paper(f"test:{name}", f"Title {name}", text, ("Ann Lee",), sources=("a.ris",))
    merged = tuple(
        Merged(
            paper.id,
            "a.ris",
            line,
            "same title" if line > 1 else None,
            f"record:{line}",
            "T",
            f"{line:016x}",
        )
        for line in range(1, records + 1)
    )
    return Entry.of(paper, merged)


def vectors_of(*entries: Entry) -> np.ndarray:
    seeds = [crc32(f"{entry.paper.title} {entry.paper.abstract}".encode()) for entry in entries]
    drawn = [np.random.default_rng(seed).standard_normal(DIMENSION) for seed in seeds]
    return unit(np.array(drawn, dtype=np.float32).reshape(-1, DIMENSION))


def manifest(fingerprint: str = "f" * 64) -> Manifest:
    prompts = {"query": "", "document": ""}
    return Manifest(
        built_at="2026-01-01T00:00:00+00:00",
        text_recipe="recipe",
        spaces=[Space("fake", fingerprint, prompts, "fake", DIMENSION, truncated=3)],
        ledger={"records": 1},
        roots=["/papers"],
        columns={},
        apart=[],
        decisions=DecisionsInfo("/papers/akin-decisions.jsonl"),
        sources=[],
        versions={},
    )


def map_of(papers: int) -> CorpusMap:
    points = np.linspace(0, 1, 2 * papers, dtype=np.float32).reshape(-1, 2)
    topic_of = np.zeros(papers, dtype=np.int16)
    return CorpusMap("pca", points, topic_of, (), Kept(None, 10, papers), None, 0)


def assert_holds(store: Store, *entries: Entry) -> None:
    """Exactly these papers are there, in this order, each with its own vector and records."""
    found = store.read()
    assert found.entries == list(entries)
    np.testing.assert_array_equal(found.vectors, vectors_of(*entries))
    known = store.sink().known()
    assert known == {entry.paper.id: entry.paper.content_hash() for entry in entries}


def test_an_empty_store_knows_nothing(store, sink):
    """And an empty one can be published, with no paper in it."""
    assert sink.known() == {}
    assert store.read().entries == []
    sink.publish(manifest())
    assert_holds(store)


def test_papers_are_read_in_the_order_in_which_they_were_put(store, sink):
    """Over several lots, an empty one too; with the records that each is made of."""
    b, a, c = entry("b", records=2), entry("a"), entry("c", records=3)
    sink.put(b, a)
    sink.put()
    sink.put(c)
    sink.publish(manifest())
    assert_holds(store, b, a, c)


def test_nothing_is_seen_before_it_is_published(store, sink):
    """Neither what was put nor what was removed; then both at once."""
    sink.put(entry("a"), entry("b"))
    assert (store.read().entries, sink.known()) == ([], {})
    sink.publish(manifest())
    sink.put(entry("c"), entry("a", "another text"))
    sink.remove(["test:b"])
    assert_holds(store, entry("a"), entry("b"))
    sink.publish(manifest())
    assert_holds(store, entry("c"), entry("a", "another text"))


def test_what_is_not_published_is_forgotten(store, sink):
    """A sink that is closed leaves the store as it was, and the next one begins anew."""
    sink.put(entry("a"))
    sink.publish(manifest())
    sink.put(entry("b"))
    sink.remove(["test:a"])
    sink.close()
    sink.close()
    assert_holds(store, entry("a"))
    with closing(store.sink()) as another:
        another.put(entry("b"))
        another.publish(manifest())
    assert_holds(store, entry("b"), entry("a"))


def test_papers_that_are_neither_put_nor_removed_stay(store, sink):
    """Behind those that were put, in their order, with vectors and records."""
    before = [entry("a", records=2), entry("b"), entry("c", records=2), entry("d")]
    sink.put(*before)
    sink.publish(manifest())
    sink.put(entry("e", records=2), entry("b", "another text", records=3))
    sink.publish(manifest())
    e, b = entry("e", records=2), entry("b", "another text", records=3)
    assert_holds(store, e, b, before[0], before[2], before[3])
    sink.publish(manifest())
    assert_holds(store, e, b, before[0], before[2], before[3])


def test_a_paper_is_removed_with_all_that_was_kept_of_it(store, sink):
    """An id that is not there is no matter, and all may go."""
    sink.put(entry("a", records=2), entry("b"))
    sink.publish(manifest())
    sink.remove(["test:a", "test:unknown"])
    sink.publish(manifest())
    assert_holds(store, entry("b"))
    sink.put(entry("a"))
    sink.remove({"test:b"})
    sink.publish(manifest())
    assert_holds(store, entry("a"))
    sink.remove(["test:a"])
    sink.publish(manifest())
    assert_holds(store)


def test_a_removed_paper_that_is_put_is_there(store, sink):
    """The later word counts."""
    sink.put(entry("a"))
    sink.publish(manifest())
    sink.remove(["test:a"])
    sink.put(entry("a", "another text"))
    sink.publish(manifest())
    assert_holds(store, entry("a", "another text"))


@pytest.mark.parametrize("again", [["c", "a"], ["c", "c"]])
def test_a_paper_is_put_once(store, sink, again):
    """An id that was put already, or is in a lot twice, is refused, and nothing is published."""
    sink.put(entry("a"), entry("b"))
    with pytest.raises(ValueError, match="not published yet"):
        sink.remove(["test:b"])
    sink.publish(manifest())
    with closing(store.sink()) as other:
        other.put(entry("a", "another text"))
        with pytest.raises(ValueError, match="twice"):
            other.put(*map(entry, again))
    assert_holds(store, entry("a"), entry("b"))


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda vectors: vectors[:1],
        lambda vectors: vectors[:, :-1],
        lambda vectors: vectors[0],
        lambda vectors: vectors * np.nan,
        lambda vectors: vectors / np.float32(0),
    ],
)
def test_vectors_that_will_not_do_are_refused(store, sink, spoilt):
    """Of another number or dimension, or not finite: nothing is published."""
    sink.put(entry("a"))
    sink.publish(manifest())
    some = [entry("b"), entry("c")]
    with closing(store.sink()) as other:
        other.put(*some)
        with np.errstate(divide="ignore"):
            vectors = spoilt(vectors_of(*some))
        with pytest.raises(ValueError, match="vector"):
            other.publish(manifest(), vectors)
    assert_holds(store, entry("a"))


def test_papers_of_another_model_do_not_stay(store, sink):
    """Vectors of two models are never mixed: who changes the model puts or removes all papers."""
    sink.put(entry("a"), entry("b"))
    sink.publish(manifest())
    with closing(store.sink()) as other:
        other.put(entry("a"))
        with pytest.raises(ValueError, match="model"):
            other.publish(manifest("e" * 64))
    assert_holds(store, entry("a"), entry("b"))
    sink.put(entry("c"), entry("a"))
    sink.remove(["test:b"])
    sink.publish(manifest("e" * 64))
    assert_holds(store, entry("c"), entry("a"))


def test_the_manifest_says_what_the_sink_knows(store, sink):
    """Papers, rows, index and map are stated by it; all else stays as it was given."""
    sink.put(entry("a"))
    first = sink.publish(manifest())
    sink.put(entry("b"))
    second = sink.publish(manifest(), corpus_map=map_of(2))
    assert second == store.read().manifest
    assert first.generation < second.generation
    assert (first.papers, first.map) == (1, None)
    assert (second.papers, second.map) == (2, MapInfo(1, "pca"))
    (space,) = second.spaces
    assert (space.rows, space.dimension, space.truncated) == (2, DIMENSION, 3)
    assert (space.metric, space.kind, space.recall) == ("inner_product", "flat", 1.0)
    given = manifest()
    same = ("built_at", "text_recipe", "ledger", "roots", "columns", "apart", "sources", "versions")
    assert second.decisions == given.decisions
    assert all(getattr(second, name) == getattr(given, name) for name in same)


def test_the_map_and_the_rejections_are_those_of_the_last_publication(store, sink):
    """Those before are gone; a map of other papers is refused, and nothing published."""
    rejections = [Rejection("a.ris", line, "no title", "TY") for line in (7, 3)]
    sink.put(entry("a"), entry("b"))
    sink.publish(manifest(), corpus_map=map_of(2), rejections=iter(rejections))
    found = store.read()
    assert found.rejections == rejections
    assert (found.corpus_map.points == map_of(2).points).all()
    with closing(store.sink()) as other:
        other.put(entry("c"))
        with pytest.raises(ValueError, match="a map of"):
            other.publish(manifest(), corpus_map=map_of(2))
    assert_holds(store, entry("a"), entry("b"))
    sink.put(entry("c"))
    sink.publish(manifest())
    found = store.read()
    assert (found.corpus_map, found.rejections) == (None, [])


def test_papers_are_known_by_what_they_went_by(store, sink):
    """An id, an identifier and an old id lead on over builds, but never to another paper."""

    def published(*papers: Paper) -> dict[str, str]:
        entries = [Entry.of(paper) for paper in papers]
        sink.remove({entry.paper.id for entry in store.read().entries} - {p.id for p in papers})
        sink.put(*entries)
        sink.publish(manifest())
        found: dict[str, list[str]] = {}
        for one, names in store.read().names.items():
            for name in names:
                found.setdefault(name, []).append(one)
        return {name: ids[0] for name, ids in found.items() if len(ids) == 1}

    def paper(id_: str, title: str, year: int = 2020, **fields) -> Paper:
        return Paper(id_, title, authors=("Ann Lee",), year=year, **fields)

    long, short = "Salt and the growth of dunes", "Editorial"
    dunes, salt = (paper_id(title, ("Ann Lee",), {}) for title in (long, "Salt on four dunes"))
    brief = paper_id(short, ("Ann Lee",), {})
    published(paper(dunes, long), paper(brief, short))
    # Both get a DOI, and one of them a PubMed id.
    now = published(
        paper(
            "doi:10.1000/d",
            long,
            doi="10.1000/d",
            extra={"pmid": 7, "citation_key": "Lee20", "other_citation_keys": ["lee:20"]},
        ),
        paper("doi:10.1000/e", short, doi="10.1000/e"),
    )
    assert (now[dunes], now[brief]) == ("doi:10.1000/d", "doi:10.1000/e")
    assert {now[one] for one in ("pmid:7", "key:lee20", "key:lee:20")} == {"doi:10.1000/d"}
    # The title is mended, the DOI too; another editorial comes, and the first is gone.
    now = published(
        paper("doi:10.1000/x", "Salt on four dunes", doi="10.1000/x", extra={"pmid": 7}),
        paper("doi:10.1000/f", short, 2021, doi="10.1000/f"),
    )
    assert now[dunes] == now["doi:10.1000/d"] == now[salt] == "doi:10.1000/x"
    assert brief not in now
    assert "doi:10.1000/e" not in now
    # Somebody else has the former DOI now.
    now = published(
        paper("doi:10.1000/x", "Salt on four dunes", doi="10.1000/x", extra={"pmid": 7}),
        paper("doi:10.1000/d", "Waves of sand", doi="10.1000/d"),
    )
    assert now[dunes] == "doi:10.1000/x"
    assert "doi:10.1000/d" not in now


def likely(one: str, other: str, score: float = 0.5) -> PossibleDuplicate:
    papers = (entry(name).paper for name in (one, other))
    (first, title, key), (second, other_title, other_key) = (
        (paper.id, paper.title, record_key(paper)) for paper in papers
    )
    return PossibleDuplicate(
        first, title, key, second, other_title, other_key, score, "same title, other year"
    )


def test_what_is_likely_one_paper_is_kept_while_both_papers_are_there(store, sink):
    """Pairs of the last publication, the likeliest first, without those of a paper that is not."""
    sink.put(entry("a"), entry("b"), entry("c"))
    pairs = [likely("a", "b"), likely("c", "a", 0.75), likely("b", "gone")]
    assert sink.publish(manifest(), possible=iter(pairs)).possible == 2
    assert sorted(store.read().possible, key=lambda one: -one.score) == [pairs[1], pairs[0]]
    sink.remove(["test:c"])
    sink.put(entry("d"))
    assert sink.publish(manifest(), possible=pairs[:2]).possible == 1
    assert store.read().possible == pairs[:1]
    sink.put(entry("e"))
    assert sink.publish(manifest()).possible == 0
    assert store.read().possible == []


def published(sink: Filled, *entries: Entry) -> Manifest:
    sink.put(*entries)
    return sink.publish(manifest())


def test_many_papers_are_written_beside(tmp_path, monkeypatch):
    """The files are the same, to the byte, and so is what is refused."""
    monkeypatch.setattr(local_sink, "TOLD_TOGETHER", 3)
    monkeypatch.setattr(local_sink.os, "cpu_count", lambda: 2)
    entries = [entry(name, f"word{name} of a text", records=2) for name in "abcdefg"]
    files = []
    for folder, papers in (("here", 0), ("beside", 10**6)):
        with closing(Local(tmp_path / folder)) as store:
            with closing(Filled(LocalSink(store.index, None, papers))) as sink:
                sink.put(*entries)
                sink.publish(manifest(), corpus_map=map_of(7), possible=[likely("a", "b")])
                sink.remove(["test:c"])
                sink.put(entry("h"), entry("a", "another text"))
                sink.publish(manifest(), rejections=[Rejection("a.ris", 7, "no title", "TY")])
            assert_holds(store, entry("h"), entry("a", "another text"), entries[1], *entries[3:])
            twice = LocalSink(store.index, None, papers)
            with closing(Filled(twice)) as sink, pytest.raises(ValueError, match="a: put twice"):
                published(sink, entry("a"), entry("b"), entry("a"))
            files.append(store.index.current().manifest.files)
    assert files[0] == files[1]


NAMES = st.lists(st.sampled_from("abcdef"), unique=True, max_size=4)
BUILDS = st.lists(st.tuples(NAMES, NAMES, st.booleans()), max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@pytest.mark.parametrize("make", STORES)
@given(builds=BUILDS)
def test_whatever_was_published_is_what_a_dict_holds(tmp_path_factory, make, builds):
    """Any sequence of builds, some of them abandoned, by one sink or by another."""
    held: dict[str, Entry] = {}
    with closing(make(tmp_path_factory.mktemp("sink"))) as store, closing(store.sink()) as sink:
        for number, (removed, added, published) in enumerate(builds):
            new = [entry(name, f"text {number}", records=number) for name in added]
            sink.remove([f"test:{name}" for name in removed])
            sink.put(*new)
            if not published:
                sink.close()
                continue
            sink.publish(manifest())
            stay = {name: of for name, of in held.items() if name not in {*removed, *added}}
            held = dict(zip(added, new, strict=True)) | stay
            assert_holds(store, *held.values())
