"""Search at once: generations of two spaces until the last, which is that of a plain rebuild."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import numpy as np
import pytest
from starlette.testclient import TestClient

import indexer.cli
from indexer import catching_up, embedding
from indexer.catching_up import _Read, _Steps
from indexer.command import run as main_of
from indexer.errors import BuildInProgress, IndexCorrupted, MapMissing
from indexer.ledger import Report
from indexer.mapping.layout import Asked
from indexer.models import choosing
from indexer.models.choosing import encoder_of
from indexer.models.converting import INT8
from indexer.models.measuring import Measured
from indexer.models.model import TORCH, Model, find_model
from indexer.progress import Silent
from indexer.progressive import Progress, rebuild_progressively
from indexer.rebuild import rebuild
from indexer.store import checksums
from indexer.store.columns import StoredColumns
from indexer.store.covering import publish_covered
from indexer.store.finer import FINER_FILES, Covered, FinerSpace
from indexer.store.generation import Generation, IndexFolder
from indexer.store.manifest import AUTO
from indexer.store.vector_cache import CachedVector
from indexer.store.vector_index import memory_mapped
from search_api import app as app_module
from search_api.app import create_app
from search_api.commands.state import status
from search_api.engine import live as live_module
from search_api.engine.doctor import examine
from search_api.engine.engine import Engine
from search_api.engine.live import LiveEngine, encoder_for
from search_api.query.query import Query
from search_api.query.results import Coverage
from tests.conftest import ROOT, SEEDS, table
from tests.fakes import FakeEncoder, fake_encoder, fake_model

SIZES = {"small": 48, "large": 64}
PAPERS = 24
STEPS = (4, 8, 12, 20)
"""Papers that the large model has read in the generations between the first and the last."""


class Stopping(FakeEncoder):
    """A model that is interrupted when it is to read more documents than so many."""

    def __init__(self, most: int) -> None:
        super().__init__(*named("large"))
        self.most = most

    @classmethod
    def of(cls, model: Model, most: int) -> Self:
        encoder = cls(most)
        encoder.model = model
        return encoder

    def encode_document(self, texts):
        if len(self.encoded) + len(texts) > self.most:
            raise KeyboardInterrupt
        return super().encode_document(texts)


def named(name: str) -> tuple[str, str, int]:
    return name[0] * 64, name, SIZES[name]


def encoder(name: str) -> FakeEncoder:
    return FakeEncoder(*named(name))


def of_space(space) -> FakeEncoder:
    return encoder(space.model)


def small_lots(put: Callable[[object, str, float], None]) -> None:
    for module, name, value in (
        (embedding, "LEAST", 4),
        (embedding, "MOST", 4),
        (catching_up, "LOOKED_UP_AT_ONCE", 4),
        (catching_up, "LEAST_APART", 0.0),  # and publishing may take all the time there is
        (catching_up, "SHARE", math.inf),
        (catching_up, "GROWTH", 1.5),
    ):
        put(module, name, value)


@pytest.fixture(autouse=True)
def short_lots(monkeypatch) -> None:
    """Let a handful be what a hundred is elsewhere."""
    small_lots(monkeypatch.setattr)


def source_of(index: IndexFolder, papers: int = PAPERS) -> Path:
    """A table of papers of several years beside an index, written now."""
    rows = [f"| {2000 + n * 7 % 11} | Paper {n} | on graph {n % 5} | |" for n in range(papers)]
    source = index.path.parent / "papers.md"
    source.write_text("\n".join(["| Year | Title | Abstract | Link |", "|---|---|---|---|", *rows]))
    return source


def build(
    index: IndexFolder,
    source: Path | None = None,
    by: FakeEncoder | None = None,
    *,
    full: bool = False,
    mapped: Asked = "none",
    tell: Callable[[str], None] = lambda _: None,
) -> Progress:
    large, source = by or encoder("large"), source or source_of(index)

    def run(small_first: FakeEncoder, **options) -> Report:
        return rebuild([source], index, small_first, mapped=mapped, **options)

    return rebuild_progressively(
        index,
        large,
        lambda by: run(encoder("small"), stands_in_for=by, full=full),
        asked=mapped,
        choose_backend=False,
        full=full,
        reporter=Silent(),
        tell=tell,
    )


@pytest.fixture
def published(monkeypatch) -> list[Generation]:
    """Every generation when it is published: whole, and well by all checks of doctor."""
    found: list[Generation] = []
    publish = IndexFolder.publish

    def checked(self, *what):
        generation = publish(self, *what)
        generation.verify()
        checks = list(examine(self, of_space))
        assert all(check.ok for check in checks), checks
        found.append(generation)
        return generation

    monkeypatch.setattr(IndexFolder, "publish", checked)
    return found


def interrupted(
    index: IndexFolder, most: int, mapped: Asked = "none", source: Path | None = None
) -> Generation:
    """Build until the large model is to read more; return what is current then."""
    with pytest.raises(KeyboardInterrupt):
        build(index, source, by=Stopping(most), mapped=mapped)
    return index.current()


def without_names_and_times(generation: Generation) -> dict:
    """All that a manifest says, but for its own name, its time and the bytes of SQLite's file."""
    told = asdict(generation.manifest) | {"generation": "", "built_at": ""}
    del told["files"]["catalogue.sqlite"]
    return told


def hits(generation: Generation, *encoders: FakeEncoder) -> list[tuple[str, float]]:
    first, *finer = encoders
    with closing(Engine(generation, first, finer=finer)) as engine:
        found = [engine.search(Query(text, k=64)).hits for text in ("graph", "paper 3")]
        return [(hit.paper.id, hit.score) for page in found for hit in page]


def test_every_generation_is_whole_and_has_more_of_the_newest(index, published):
    """From all papers by the small model, by half as many again, to all by the large one."""
    told: list[tuple[str, str]] = []
    done = build(index, tell=lambda sentence: told.append((sentence, index.current().id)))
    first, *between, last = published
    sentence = "24 papers can be searched, by small. From now on large reads them, the newest first"
    assert (told, done.first) == ([(sentence, first.id)], first.id)
    assert (done.generations, done.report.generation) == (len(published), last.id)
    assert (done.report.embedded, done.report.ledger.added) == (PAPERS, PAPERS)
    spaces = [[(one.model, one.rows) for one in each.manifest.spaces] for each in published]
    assert spaces[0] == [("small", PAPERS), ("large", 0)]
    assert [of[1][1] for of in spaces[1:-1]] == [*STEPS]
    assert spaces[-1] == [("large", PAPERS)]
    # Of the others the files are gone.
    newest = np.argsort(-StoredColumns.read(between[-1].folder).year, kind="stable")
    read = FinerSpace.read(between[-1])
    assert read.rows.tolist() == sorted(newest[: STEPS[-1]].tolist())
    assert {one.manifest.space.stands_in_for for one in published[:-1]} == {"large"}


def test_the_last_generation_is_that_of_a_plain_build(index, tmp_path):
    """Of a first one: the same arrays, to the byte, the same papers and lists; no second space."""
    build(index, mapped="pca")
    plain = IndexFolder(tmp_path / "plain")
    rebuild([source_of(index)], plain, encoder("large"), mapped="pca")
    ours, theirs = index.current(), plain.current()
    told, expected = map(without_names_and_times, (ours, theirs))
    assert told == expected
    dumped = [
        "\n".join(closed.iterdump())
        for one in (ours, theirs)
        for closed in [sqlite3.connect(f"{one.catalogue.as_uri()}?mode=ro", uri=True)]
    ]
    assert dumped[0] == dumped[1]
    assert hits(ours, encoder("large")) == hits(theirs, encoder("large"))
    # By then all is as it is to be: a progressive build has nothing to do.
    again = build(index, mapped="pca")
    assert (again.first, again.generations, again.report.published) == (None, 0, False)
    assert index.current().id == ours.id


def test_the_real_models_come_to_what_a_plain_build_has(index, model_index):
    """The seeds by the bundled models, a quarter of them not in the cache: to a rounding error."""
    large = encoder_of(find_model())
    index.cache.parent.mkdir(parents=True)
    shutil.copyfile(model_index.cache, index.cache)
    with closing(sqlite3.connect(index.cache)) as cache, cache:
        cache.execute("DELETE FROM vectors WHERE rowid % 4 = 0")
    done = rebuild_progressively(
        index,
        large,
        lambda by: rebuild([SEEDS], index, encoder_of(find_model("fast")), stands_in_for=by),
        asked="auto",
        choose_backend=False,
        full=False,
        reporter=Silent(),
        tell=lambda _: None,
    )
    ours, theirs = index.current(), model_index.current()
    assert (done.report.embedded, ours.manifest.papers) == (16, 64)
    assert ours.manifest.spaces == theirs.manifest.spaces
    assert ours.manifest.map == theirs.manifest.map
    assert ours.manifest.ledger == theirs.manifest.ledger
    assert ours.manifest.files.keys() == theirs.manifest.files.keys()
    vectors, expected = (memory_mapped(one.vectors) for one in (ours, theirs))
    assert np.abs(vectors - expected).max() < 1e-5
    found, right = hits(ours, large), hits(theirs, large)
    assert [paper for paper, _ in found] == [paper for paper, _ in right]
    assert [score for _, score in found] == pytest.approx([score for _, score in right], abs=1e-4)


def test_the_first_answer_does_not_wait_for_a_map(index, published):
    """It comes with the next generation, is of the model that stands in, and then stays."""
    build(index, mapped="pca")
    assert [one.manifest.map is None for one in published] == [True, *[False] * 6]
    rows = [one.manifest.spaces[-1].rows for one in published]
    assert rows == [0, 0, *STEPS, PAPERS]
    sums = [one.manifest.files.get("map.npy", {}).get("sha256") for one in published]
    assert len(set(sums[1:-1])) == 1
    assert sums[0] is None
    assert sums[-1] != sums[1]


def test_a_map_that_is_there_is_not_drawn_again(index, monkeypatch):
    """A build that goes on draws the last one alone; it draws the first, if it died before."""
    drawn: list[int] = []
    draw = catching_up.draw

    def counted(vectors, *rest):
        drawn.append(vectors.shape[1])
        if len(drawn) == 1:
            raise KeyboardInterrupt
        return draw(vectors, *rest)

    monkeypatch.setattr(catching_up, "draw", counted)
    for most in (PAPERS, 10):
        interrupted(index, most, "pca")
    build(index, mapped="pca")
    assert drawn == [SIZES["small"], SIZES["small"], SIZES["large"]]


def test_sources_that_change_meanwhile_are_for_the_next_build(index):
    """What was read first is what is finished: nothing is read twice, nor missed if it is gone."""
    source = source_of(index)
    done = build(index, source, tell=lambda _: source.unlink())
    assert done.report.papers == PAPERS
    assert [one.model for one in index.current().manifest.spaces] == ["large"]


def test_the_account_of_a_build_that_went_on_is_of_all_of_it(index):
    """Its last run added nothing, and yet the papers were added."""
    interrupted(index, 10)
    done = build(index)
    assert (done.report.ledger.added, done.report.ledger.unchanged) == (PAPERS, 0)
    assert index.current().manifest.ledger == done.report.ledger.to_json()


def test_nothing_stands_in_where_the_model_has_few_papers_to_read(index, published):
    """A tenth of them at most: these are read at once, and the map stays as in any rebuild."""
    build(index, mapped="pca")
    count, before = len(published), index.current().map().points.copy()
    large = encoder("large")
    done = build(index, source_of(index, PAPERS + 2), large, mapped="pca")
    assert (len(large.encoded), done.first, done.generations) == (2, None, 1)
    (only,) = published[count:]
    assert [(one.model, one.rows) for one in only.manifest.spaces] == [("large", PAPERS + 2)]
    assert (only.map().points[:PAPERS] == before).all()


def test_the_few_new_papers_wait_for_nobody_where_the_others_vectors_are_gone(index, published):
    """All are to be read then, so that another model stands in, as in a first build."""
    build(index)
    count, large = len(published), encoder("large")
    index.cache.unlink()
    done = build(index, source_of(index, PAPERS + 2), large)
    first = published[count]
    assert (len(large.encoded), done.first) == (PAPERS + 2, first.id)
    assert [(one.model, one.rows) for one in first.manifest.spaces] == [
        ("small", PAPERS + 2),
        ("large", 0),
    ]


class Clocked:
    """Time that passes when something is published, and when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_publishing_takes_a_twentieth_of_the_time(index, monkeypatch):
    """And a generation has a tenth more than the one before, and is current for ten seconds."""
    for name, value in (("LEAST_APART", 10.0), ("SHARE", 1 / 20), ("GROWTH", 1.1)):
        monkeypatch.setattr(catching_up, name, value)
    generation = interrupted(index, 0)
    clock, cost, read = Clocked(), 0.25, _Read(PAPERS, index.path / "vectors")
    published: list[tuple[float, int]] = []

    def publish(_, generation, space, covered, *__):
        published.append((clock.now, len(covered.rows)))
        clock.now += cost
        return replace(generation, manifest=replace(generation.manifest, spaces=[space, space]))

    monkeypatch.setattr(catching_up, "publish_covered", publish)
    steps = _Steps(index, generation, encoder("large").model, read, clock)
    found = {b"key": CachedVector(np.ones(64, dtype=np.float32), 3, False)}
    with index.building():
        for row in range(PAPERS):
            if row == 12:
                cost = 1.0
            clock.now += 4.0
            read.take(np.array([row]), [b"key"], found)
            steps.after()
    assert published == [
        (104.0, 1),
        *((116.25 + 12.25 * step, 4 + 3 * step) for step in range(3)),
        (153.0, 13),
        (174.0, 18),
        (195.0, 23),
    ]
    (ready_at,) = {generation.manifest.spaces[-1].ready_at}
    assert ready_at == ""


def test_a_generation_says_when_the_next_model_is_ready(index, client):
    """By the rate so far; who is told says how long that is from now on, or nothing once past."""
    finer = index.current().manifest.finer
    ready = datetime.fromisoformat(finer.ready_at)
    assert abs(ready - datetime.now(UTC)) < timedelta(hours=1)
    covered = Coverage("large", 8, "2026-11-30T12:00:00+00:00")
    told = [covered.left(datetime(2026, 11, 30, 11, minute, 30, tzinfo=UTC)) for minute in (10, 59)]
    assert told == ["about 50 minutes", "about 1 minute"]
    assert covered.left(datetime(2026, 11, 30, 12, tzinfo=UTC)) == ""
    assert Coverage("large", 8).left() == ""


def test_a_step_writes_only_the_vectors_of_the_second_space(index):
    """All other files are those of the generation before, under a name of their own."""
    current = interrupted(index, 10)
    (before,) = index.previous()
    assert current.manifest.files.keys() - FINER_FILES == before.manifest.files.keys() - FINER_FILES
    for name in current.manifest.files:
        same = (current.folder / name).samefile(before.folder / name)
        assert same is (name not in FINER_FILES)


def test_whoever_searches_need_not_compare_the_files_after_a_step(index, monkeypatch):
    """Whoever published them did; that one went which shared them is no harm."""
    current = interrupted(index, 16)
    monkeypatch.setattr(checksums, "verify", None)
    current.verify_if_touched()


def test_a_step_reads_no_file_of_the_generation_before(index, monkeypatch):
    """It was verified or published by this process, and is kept without another look."""
    current = interrupted(index, 10)
    monkeypatch.setattr(checksums, "verify", None)
    vectors = np.ones((PAPERS, 64), dtype=np.float32)
    with index.building():
        for rows in ([1], [1, 2]):
            before = current
            some = Covered(np.array(rows), vectors)
            current = publish_covered(index, before, before.manifest.finer, some)
            assert [one.id for one in index.previous()] == [before.id]


def test_where_there_are_no_links_files_are_copied(index, monkeypatch):
    """Some file systems have none; the generation is as whole."""

    def refused(*_):
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refused)
    current = interrupted(index, 10)
    current.verify()
    (before,) = index.previous()
    assert not current.catalogue.samefile(before.catalogue)
    assert current.catalogue.read_bytes() == before.catalogue.read_bytes()


def test_damage_is_not_taken_over_as_what_was_written(index):
    """A file that was damaged since its checksum was taken is found in the next generation, too."""
    current = interrupted(index, 10)
    current.catalogue.write_bytes(b"rubbish")
    finer = current.manifest.finer
    vectors = np.ones((PAPERS, 64), dtype=np.float32)
    with index.building():
        after = publish_covered(index, current, finer, Covered(np.array([1]), vectors))
    with pytest.raises(IndexCorrupted, match=r"catalogue\.sqlite: differs from its checksum"):
        after.verify()


def test_an_interrupted_build_goes_on_where_it_was(index, published):
    """What was read is read no more, and is in the first generation after the restart."""
    assert interrupted(index, 18).manifest.finer.rows == 12
    count, large = len(published), encoder("large")
    done = build(index, by=large)
    assert len(large.encoded) == done.report.embedded == PAPERS - 16
    assert [one.manifest.spaces[-1].rows for one in published[count:]] == [16, PAPERS]
    assert done.generations == 2
    assert done.first == published[count - 1].id


def test_what_was_published_is_not_read_again_without_its_cache(index, published):
    """Readers lose nothing where the cache is gone, or another: the generation has the vectors."""
    source = source_of(index)
    source.write_text(source.read_text().replace("on graph 3", "on graph 3" + " and so on" * 99))
    assert interrupted(index, 18, source=source).manifest.finer.rows == 12
    cut = index.current().manifest.finer.truncated
    count, large = len(published), encoder("large")
    done = build(IndexFolder(index.path, index.path.parent / "elsewhere"), source, large)
    assert len(large.encoded) == done.report.embedded == PAPERS - 12
    assert [one.manifest.spaces[-1].rows for one in published[count:]] == [16, PAPERS]
    plain = IndexFolder(index.path.parent / "plain")
    rebuild([source], plain, encoder("large"), mapped="none")
    ours, theirs = (one.current() for one in (index, plain))
    assert 0 < cut < theirs.manifest.space.truncated == ours.manifest.space.truncated
    assert (memory_mapped(ours.vectors) == memory_mapped(theirs.vectors)).all()


def test_what_another_state_of_the_model_read_is_read_again(index):
    """Its vectors are of another space, if of the same name."""
    generation = interrupted(index, 18)
    read = _Read(PAPERS, index.path / "vectors")
    read.take_published(generation, FakeEncoder("0" * 64, *named("large")[1:]).model)
    assert (read.count, read.known.any()) == (0, False)


@pytest.mark.parametrize("most", [0, 23])
def test_a_plain_rebuild_finishes_what_a_progressive_one_began(index, most):
    """By the model that was asked for, which the index goes by, not the one that stands in."""
    interrupted(index, most)
    assert index.recorded().model == "large"
    large = encoder("large")
    assert rebuild([source_of(index)], index, large, mapped="none").published
    assert len(large.encoded) == PAPERS - most // 4 * 4
    assert [one.model for one in index.current().manifest.spaces] == ["large"]


def test_a_rebuild_by_the_model_that_stands_in_makes_it_the_model(index):
    """Who is content with it asks for it: then nothing is left of the other."""
    interrupted(index, 10)
    small = encoder("small")
    assert rebuild([source_of(index)], index, small, mapped="none").published
    assert small.encoded == []
    assert [one.model for one in index.current().manifest.spaces] == ["small"]


def test_papers_that_are_added_to_a_complete_index_wait_for_nobody(index, published):
    """All that was read before is covered at once; only the new papers are read."""
    build(index)
    count, large = len(published), encoder("large")
    build(index, source_of(index, PAPERS + 10), large)
    assert len(large.encoded) == 10
    assert [one.manifest.spaces[-1].rows for one in published[count:]] == [0, PAPERS, PAPERS + 10]


def test_two_papers_of_one_text_are_both_covered(index, tmp_path):
    """It is read once."""
    twins = [("Editorial", "")] * 2 + [(f"Paper {n}", f"alpha {n}") for n in range(9)]
    source = table(tmp_path / "p.md", *twins)
    large = encoder("large")
    assert build(index, source, large).report.papers == len(twins)
    assert len(large.encoded) == len(set(large.encoded)) == len(twins) - 1


def test_a_damaged_cache_is_set_aside_and_told_of(index):
    """While the model reads as in any build; what it alone held is read again."""
    interrupted(index, 10)
    index.cache.write_bytes(b"rubbish" * 1000)
    large = encoder("large")
    notes = build(index, by=large).report.notes
    assert len(large.encoded) == PAPERS - 8
    assert [note for note in notes if "the vector cache was damaged and set aside as" in note]


def test_everything_is_read_again_if_that_is_asked_for(index):
    """``--full`` trusts no vector that was kept."""
    build(index)
    large = encoder("large")
    done = build(index, by=large, full=True)
    assert (len(large.encoded), done.report.published) == (PAPERS, True)
    assert [one.model for one in index.current().manifest.spaces] == ["large"]


def test_no_other_build_begins_between_the_steps(index):
    """The index is held from the first to the last."""
    refused = []

    def another(_: str) -> None:
        with pytest.raises(BuildInProgress):
            rebuild([source_of(index)], IndexFolder(index.path), encoder("large"))
        refused.append(True)

    build(index, tell=another)
    assert refused == [True]
    with IndexFolder(index.path).building():
        pass


KILLED = """
import os, pathlib, signal, sys
from indexer.store.generation import IndexFolder
from tests.fakes import FakeEncoder
from tests.test_progressive import build, named, small_lots

class Dying(FakeEncoder):
    def encode_document(self, texts):
        if len(self.encoded) >= int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_document(texts)

small_lots(setattr)
build(IndexFolder(pathlib.Path(sys.argv[1])), by=Dying(*named("large")))
"""


def test_kill_9_while_the_model_reads(index):
    """What is published is whole, and the next build goes on and leaves nothing behind."""
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(index.path), "16"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    current = index.current()
    current.verify()
    assert current.manifest.finer.rows == 12
    assert hits(current, encoder("small"), encoder("large"))
    large = encoder("large")
    build(index, by=large)
    assert len(large.encoded) == PAPERS - 16
    assert not list(index.generations.glob(".building-*"))


def test_a_server_follows_from_generation_to_generation(index, monkeypatch):
    """No model is made before it has read a paper, none twice; the one that stood in goes."""
    made: list[str] = []

    def make(space) -> FakeEncoder:
        made.append(space.model)
        return of_space(space)

    live = LiveEngine(index, make)
    seen: list[tuple[str, int | None, list[str]]] = []

    def look(*_) -> None:
        assert live.refresh() is True
        with live.lease() as engine:
            page = engine.search(Query("graph", k=64))
            covered = page.index.covered
            assert page.total == PAPERS
            read_by = [hit.model for hit in page.hits if hit.model == "large"]
            assert len(read_by) == (covered.papers if covered else 0)
            seen.append((page.index.model, covered and covered.papers, list(made)))

    publish = IndexFolder.publish

    def published(self, *what):
        generation = publish(self, *what)
        look()
        return generation

    monkeypatch.setattr(IndexFolder, "publish", published)
    build(index)
    live.close()
    assert [one[:2] for one in seen] == [
        *(("small", papers) for papers in (0, *STEPS)),
        ("large", None),
    ]
    assert [one[2] for one in seen] == [["small"], *[["small", "large"]] * 5]
    assert live.problem is None


def test_a_named_model_may_be_that_which_another_stands_in_for(index, monkeypatch):
    """``AKIN_MODEL`` is what the index is to be of; what stands in for it is run all the same."""
    monkeypatch.setattr(live_module, "find_model", lambda name: encoder(name).model)
    monkeypatch.setattr(live_module, "question_encoder", lambda model, _: encoder(model.name))
    interrupted(index, 10)
    for name, right in (("large", True), ("small", False)):
        live = LiveEngine(index, encoder_for(name))
        assert live.refresh() is right
        assert ("built with the model large" in str(live.problem)) is not right
        live.close()


@pytest.fixture
def client(index, monkeypatch):
    """A server of an index of which the large model has read eight papers."""
    monkeypatch.setattr(app_module, "POLL_SECONDS", 3600)
    interrupted(index, 10, "pca")
    with TestClient(create_app(index, of_space)) as client:
        yield client


def test_every_answer_says_how_far_it_is(client, index):
    """Lists, explanations, papers and the status have it; and spaces say who stands in for whom."""
    ready_at = index.current().manifest.finer.ready_at
    covered = {"model": "large", "papers": 8, "ready_at": ready_at}
    page = client.get("/api/v1/search?q=graph&k=64").json()
    first = page["results"][0]["paper"]["id"]
    assert {hit["why"]["model"] for hit in page["results"]} == {"small", "large"}
    for path in (
        "search?q=graph",
        f"papers/{first}",
        f"papers/{first}/related",
        f"papers/{first}/explain?q=graph",
        f"related?like={first}&unlike={page['results'][9]['paper']['id']}",
        "status",
    ):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["index"] | {"generation": ""} == {
            "generation": "",
            "model": "small",
            "papers": PAPERS,
            "covered": covered,
        }
    assert client.get("/readyz").json()["covered"] == covered
    spaces = client.get("/api/v1/status").json()["spaces"]
    assert [(one["model"], one["rows"], one["stands_in_for"]) for one in spaces] == [
        ("small", PAPERS, "large"),
        ("large", 8, ""),
    ]


def test_pages_say_how_far_it_is(client):
    """A line at the foot of each; lists, papers, reasons, snippets and the map are there."""
    html = {"accept": "text/html"}
    told = (
        f"8 of {PAPERS} papers, the newest first, are ranked by large so far, the others by small"
    )
    first = client.get("/api/v1/search?q=graph").json()["results"][0]["paper"]["id"]
    for path in ("/", "/?q=graph", f"/papers/{first}", f"/papers/{first}/why?q=graph", "/map"):
        page = client.get(path, headers=html)
        assert page.status_code == 200, page.text
        assert " ".join(page.text.split()).count(told) == 1
    lines = client.get("/snippets?q=graph").text.splitlines()
    assert len(lines) == 10
    assert "strongest" in lines[0]


def test_pages_of_a_complete_index_say_nothing_of_it(index):
    """There is nothing to wait for."""
    build(index)
    with TestClient(create_app(index, of_space)) as client:
        assert "so far" not in client.get("/", headers={"accept": "text/html"}).text


@pytest.fixture
def run(monkeypatch, capfd, tmp_path):
    """Run ``rebuild-index …`` in this process; return exit code, output and what was told."""
    for module, made in ((indexer.cli, "encoder_of"), (live_module, "question_encoder")):
        monkeypatch.setattr(module, "find_model", fake_model)
        monkeypatch.setattr(module, made, fake_encoder)
    monkeypatch.chdir(tmp_path)

    def run(*line: object, command=indexer.cli.rebuild_index) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["akin", *map(str, line)])
        with pytest.raises(SystemExit) as exited:
            main_of(command)()
        return exited.value.code, *capfd.readouterr()

    return run


PROGRESSIVE = ("--progressive", "--stand-in", "other", "--map", "none")


def test_the_command_tells_when_papers_can_be_searched(run, index):
    """On standard error; the one object on standard output has what a plain build's has."""
    code, out, err = run(source_of(index), *PROGRESSIVE, "--json")
    told = json.loads(out)
    assert (code, told["ok"], told["papers"], told["embedded"]) == (
        0,
        True,
        PAPERS,
        PAPERS,
    )
    assert told["ledger"]["added"] == PAPERS
    # With one that says what the model is run by, before it has read anything.
    assert told["progressive"]["generations"] == 3 + len(STEPS)
    assert told["progressive"]["first"]["generation"] < told["generation"]
    assert told["progressive"]["first"]["seconds"] <= told["seconds"]
    assert f"{PAPERS} papers can be searched, by other. From now on sentence-transformers/" in err
    code, out, err = run(*PROGRESSIVE, "--json")
    told = json.loads(out)
    assert told["progressive"] == {"first": None, "generations": 0}
    assert err == ""


def test_ctrl_c_says_how_far_it_is_and_how_to_go_on(run, index, monkeypatch):
    """As does the status; then the same command, or a plain one, goes on."""
    monkeypatch.setattr(
        indexer.cli,
        "encoder_of",
        lambda model: Stopping(9) if model.name != "other" else fake_encoder(model),
    )
    monkeypatch.setattr(Stopping, "__init__", lambda self, most: FakeEncoder.__init__(self))
    monkeypatch.setattr(Stopping, "most", 9, raising=False)
    code, out, _ = run(source_of(index), *PROGRESSIVE, "--json")
    error = json.loads(out)["error"]
    assert (code, error["type"]) == (1, "interrupted")
    assert "the index answers, 8 of its 24 papers by fake so far" in error["detail"]
    go_on = "To go on: rebuild-index --index index --progressive --stand-in other"
    assert f"{go_on}; without --progressive" in error["detail"]
    _, out, _ = run("--index", "index", command=status)
    so_far = "8 of 24 papers, newest first, by fake; "
    goes_on = (
        "no build is at work; rebuild-index --index index --progressive --stand-in other goes on"
    )
    assert f"{so_far}{goes_on}" in " ".join(out.split())
    with IndexFolder(Path("index")).building():
        _, out, _ = run("--index", "index", command=status)
        assert re.search(f"{so_far}(a build is at work|about 1 minute left)", " ".join(out.split()))
        _, out, _ = run("--index", "index", "--json", command=status)
        assert json.loads(out)["building"] is True
    named = ("--index", "another", "--cache", "big")
    _, out, _ = run(source_of(index), *named, *PROGRESSIVE, "--json")
    go_on = go_on.replace("index index", "index another")
    assert f"{go_on} --cache big; without --progressive" in json.loads(out)["error"]["detail"]


def test_who_may_not_open_the_lock_is_told_nothing_of_a_build(run, index, monkeypatch):
    """Whether one is at work cannot be told then: neither that it is nor that it is not."""
    interrupted(index, 10)

    def refused(*_, **__):
        raise PermissionError("may only read")

    monkeypatch.setattr("filelock.FileLock.acquire", refused)
    assert index.is_held() is None
    _, out, _ = run("--index", "index", command=status)
    assert "8 of 24 papers, newest first, by large" in out
    assert not re.search(r"at work|goes on|left", out)
    _, out, _ = run("--index", "index", "--json", command=status)
    assert json.loads(out)["building"] is None


def test_a_map_that_is_missing_yet_is_promised_by_nobody(index, monkeypatch):
    """Whether a build is at work, and is to draw one, an engine does not know."""
    generation = interrupted(index, 0)
    with (
        closing(Engine(generation, encoder("small"))) as engine,
        pytest.raises(MapMissing, match="no map yet") as told,
    ):
        _ = engine.map
    assert "at work" not in str(told.value)


def test_what_comes_through_a_pipe_is_read_once(run, monkeypatch, tmp_path):
    """Standard input is at its end when the model that was asked for begins to read."""
    import io

    source = table(tmp_path / "p.md", ("One", "alpha"), ("Two", "beta"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(source.read_bytes())))
    code, out, _ = run("-", *PROGRESSIVE, "--json")
    assert (code, json.loads(out)["papers"]) == (0, 2)
    assert [one.rows for one in IndexFolder(Path("index")).current().manifest.spaces] == [2]


def test_what_runs_the_model_is_chosen_once(run, index, monkeypatch):
    """Not before it is to read; killed in the choice, the next run chooses; then it is kept to."""
    chosen: list[str] = []

    def fastest(ways: Mapping[str, Model], texts: Sequence[str]) -> Measured:
        model = ways["torch"]
        chosen.append(model.backend)
        if len(chosen) == 1:
            raise KeyboardInterrupt
        return Measured(Stopping.of(model.run_as(INT8, None), 9), 50.0, "because")

    for name, value in (("MANY", PAPERS), ("fastest", fastest), ("encoder_of", fake_encoder)):
        monkeypatch.setattr(indexer.pacing, name, value)
    monkeypatch.setattr(choosing, "is_installed", lambda: True)
    monkeypatch.setattr(choosing, "may_be_converted", lambda model: model.name != "other")
    run(source_of(index), *PROGRESSIVE)
    assert IndexFolder(Path("index")).recorded().backend == AUTO
    for rows in (8, None):
        run(*PROGRESSIVE)
        generation = IndexFolder(Path("index")).current()
        assert generation.manifest.spaces[-1].backend == INT8
        assert (generation.manifest.finer and generation.manifest.finer.rows) == rows
    assert chosen == [TORCH, TORCH]
    before = generation.id
    monkeypatch.setattr(indexer.pacing, "VectorCache", None)  # nothing is to be looked up, either
    run(*PROGRESSIVE, "--backend", "auto")
    assert (chosen, IndexFolder(Path("index")).current().id) == ([TORCH, TORCH], before)


def test_a_model_does_not_stand_in_for_itself(run, index):
    """Then it is a plain build."""
    code, out, _ = run(
        source_of(index), "--progressive", "--stand-in", "other", "--model", "other", "--json"
    )
    assert (code, "progressive" in json.loads(out)) == (0, False)
    assert [one.model for one in IndexFolder(Path("index")).current().manifest.spaces] == ["other"]
