"""rebuild(): what is embedded, what the ledger says, what is published."""

import csv
import gzip
import json
import lzma
import os
import threading
import tracemalloc
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import embedding
from indexer.errors import BadParameter, NothingToIndex, SourceMissing, SourceUnreadable
from indexer.fields import FLAGS
from indexer.rebuild import rebuild
from indexer.store import columns
from indexer.store.catalogue import open_catalogue, rejections_in
from indexer.store.generation import IndexFolder
from indexer.store.vector_index import VectorIndex
from search_api.engine.engine import Engine
from search_api.query.query import Query
from tests.conftest import table
from tests.fakes import FakeEncoder


def rejections_of(index):
    with closing(open_catalogue(index.current().catalogue)) as db:
        return list(rejections_in(db))


def counts(report) -> dict[str, int]:
    return {name: n for name, n in report.ledger.to_json().items() if n}


def test_the_seeds_become_64_papers(index, build, seeds, encoder):
    """The first build embeds every paper once and accounts for every record."""
    report = build(seeds)
    assert (report.papers, report.embedded, report.published) == (64, 64, True)
    assert counts(report) == {"records": 64, "added": 64}
    assert [(s.source, s.format, s.records, s.papers) for s in report.sources] == [
        ("seeds/000_add539cdd9317f79.txt", "scholar-page", 40, 40),
        ("seeds/002_8bf90837af962036.txt", "markdown-table", 24, 24),
    ]
    assert len(encoder.encoded) == len(set(encoder.encoded)) == 64


def test_an_unchanged_corpus_embeds_and_publishes_nothing(index, build, seeds, encoder):
    """A second run says so, and leaves the generation as it is."""
    first = build(seeds)
    second = build(seeds)
    assert (second.embedded, second.published) == (0, False)
    assert counts(second) == {"records": 64, "unchanged": 64}
    assert second.generation == first.generation == index.current().id
    assert len(encoder.encoded) == 64


def test_a_field_that_an_index_lacks_is_added_from_the_cache(
    index, build, seeds, encoder, monkeypatch
):
    """An unchanged corpus is published anew where a field came, without embedding anything."""
    build(seeds)
    flag = replace(FLAGS[0], name="day", value=lambda paper: paper.date is not None)
    monkeypatch.setattr(columns, "FLAGS", (*FLAGS, flag))
    report = build(seeds)
    assert (report.embedded, report.published) == (0, True)
    assert (index.current().folder / "columns-has_day.npy").is_file()
    assert build(seeds).published is False


def test_one_edited_abstract_embeds_exactly_one(index, build, seeds, encoder):
    """A changed abstract is the only one that is computed."""
    build(seeds)
    page = seeds / "002_8bf90837af962036.txt"
    text = page.read_text("utf-8")
    page.write_text(text.replace("Federated learning (FL) is a pivotal catalyst", "FL is"), "utf-8")
    report = build(seeds)
    assert (report.embedded, report.published) == (1, True)
    assert counts(report) == {"records": 64, "updated": 1, "unchanged": 63}
    assert encoder.encoded[-1].startswith("DeFTA: A plug-and-play")
    assert "FL is for enabling" in encoder.encoded[-1]


def test_a_copy_of_the_sources_elsewhere_embeds_nothing(index, build, seeds, tmp_path):
    """Vectors go by content, not by place; the new place is recorded."""
    build(seeds)
    moved = seeds.rename(tmp_path / "elsewhere")
    report = build(moved)
    assert (report.embedded, report.published) == (0, True)
    assert counts(report) == {"records": 64, "unchanged": 64}
    assert index.current().manifest.roots == [str(moved)]


def test_a_paper_that_left_the_sources_leaves_the_index(index, build, tmp_path, encoder):
    """A removed record is counted, and can be found no more."""
    source = table(tmp_path / "p.md", ("Alpha", "first"), ("Beta", "second"))
    build(source)
    table(source, ("Beta", "second"))
    report = build(source)
    assert counts(report) == {"records": 1, "unchanged": 1, "removed": 1}
    engine = Engine(index.current(), encoder)
    assert [hit.paper.title for hit in engine.search(Query("alpha first")).hits] == ["Beta"]
    engine.close()


def test_identical_abstracts_of_two_papers_are_both_findable(index, build, tmp_path, encoder):
    """One text is embedded once and found twice."""
    source = tmp_path / "p.md"
    source.write_text(
        "| Title | Abstract | Link |\n|---|---|---|\n"
        "| Same | the very same words | https://arxiv.org/abs/2401.00001 |\n"
        "| Same | the very same words | https://arxiv.org/abs/2401.00002 |\n"
        "| Other | of something else | |\n"
    )
    report = build(source)
    assert (report.papers, report.embedded) == (3, 2)
    engine = Engine(index.current(), encoder)
    hits = engine.search(Query("very same words", mode="semantic", k=2)).hits
    assert [hit.paper.id for hit in hits] == ["arxiv:2401.00001", "arxiv:2401.00002"]
    assert hits[0].score == hits[1].score
    engine.close()


def test_records_of_one_paper_are_merged(index, build, tmp_path):
    """The same id in two files is one paper with both sources."""
    link = "https://arxiv.org/abs/2401.00001"
    folder = tmp_path / "papers"
    table(folder / "a.md", ("Title", "cut …"), link=link)
    table(folder / "b.md", ("Title", "cut no more, but whole"), link=link)
    report = build(folder)
    assert counts(report) == {"records": 2, "added": 1, "merged": 1}
    assert [(s.papers, s.merged) for s in report.sources] == [(1, 0), (0, 1)]
    engine = Engine(index.current(), FakeEncoder())
    paper = engine.paper("arxiv:2401.00001")
    assert paper.sources == ("papers/a.md", "papers/b.md")
    assert paper.abstract == "cut no more, but whole"
    engine.close()


def test_a_broken_record_is_reported_and_kept(index, build, seeds):
    """File, line, reason and head are in the report and in the catalogue; the rest is indexed."""
    page = seeds / "000_add539cdd9317f79.txt"
    page.write_text(page.read_text("utf-8").replace("LGSep 28, 2023", "LGSep 31, 2023"), "utf-8")
    report = build(seeds)
    assert counts(report) == {"records": 64, "added": 63, "rejected": 1}
    (rejection,) = report.rejections
    assert (rejection.source, rejection.line) == ("seeds/000_add539cdd9317f79.txt", 26)
    assert "Sep 31 2023" in rejection.reason
    assert rejection.head.startswith("LGSep 31, 2023 Generalizable Heterogeneous")
    assert rejections_of(index) == [rejection]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda p: p / "nowhere.md", SourceMissing, r"nowhere\.md: no such file"),
        (lambda p: (p / "empty").mkdir() or p / "empty", NothingToIndex, "no file in it"),
        (lambda p: _file(p / "f" / "a.bin", b"\0\1") .parent, NothingToIndex, "a binary file"),
        (lambda p: _file(p / "a.bin", b"ab\0c"), SourceUnreadable, "NUL byte at offset 2"),
        (lambda p: _file(p / "a.txt", b"a poem"), SourceUnreadable, "not a format"),
        (lambda p: _file(p / "a.txt", b" \n"), SourceUnreadable, "empty"),
        (lambda p: table(p / "a.md", ("", "")), NothingToIndex, "a.md:3: neither title nor"),
    ],
)  # fmt: skip
def test_bad_sources_leave_the_last_good_index(index, build, seeds, tmp_path, make, error, message):
    """Each is a typed error that says what is wrong, and the index stays as it was."""
    build(seeds)
    before = index.pointer.read_bytes()
    with pytest.raises(error, match=message):
        build(make(tmp_path))
    assert index.pointer.read_bytes() == before
    assert {f.name for f in index.generations.iterdir()} == {index.current().id}
    index.current().verify()


def _file(path: Path, content: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def test_other_files_in_a_folder_are_listed_as_skipped(build, seeds):
    """A file that merely lies there is passed over, but not in silence."""
    _file(seeds / "figure.png", b"\x89PNG\0")
    _file(seeds / "notes.txt", b"buy milk")
    report = build(seeds)
    assert report.papers == 64
    assert [reason.partition(": ")[0][-10:] for reason in report.skipped] == [
        "figure.png",
        "/notes.txt",
    ]


def test_an_interrupted_build_goes_on_where_it_was(index, seeds, monkeypatch):
    """What was embedded before the interruption is not embedded again."""
    monkeypatch.setattr(embedding, "LEAST", 10)
    monkeypatch.setattr(embedding, "MOST", 10)

    class Interrupted(FakeEncoder):
        def encode_document(self, texts):
            if len(self.encoded) >= 30:
                raise KeyboardInterrupt
            return super().encode_document(texts)

    with pytest.raises(KeyboardInterrupt):
        rebuild([seeds], index, Interrupted())
    assert list(index.generations.iterdir()) == []
    report = rebuild([seeds], index, FakeEncoder())
    assert (report.papers, report.embedded) == (64, 34)


def test_vectors_of_a_static_model_are_computed_each_time(index, seeds, monkeypatch):
    """That costs less than to look them up: nothing is cached, and all are counted as embedded."""
    monkeypatch.setattr(embedding, "is_static", lambda model: True)
    monkeypatch.setattr(embedding, "STATIC_AT_ONCE", 10)
    encoder = FakeEncoder()
    encoder.max_tokens = 150
    report = rebuild([seeds], index, encoder)
    long = [text for text in encoder.encoded if len(text.split()) + 2 > 150]
    assert (report.papers, report.embedded, report.truncated) == (64, 64, len(long))
    assert not index.cache.exists()
    rows = VectorIndex(index.current().vectors).vectors(np.arange(64))
    np.testing.assert_allclose(rows, FakeEncoder().encode_document(encoder.encoded), atol=1e-6)
    assert rebuild([seeds], index, encoder, full=True).embedded == 64


def test_texts_of_a_fast_model_are_kept_together(index, seeds, monkeypatch):
    """As many as it reads in the time that a kill may cost, not fewer than the least."""
    sizes = []

    class Watched(FakeEncoder):
        def encode_document(self, texts):
            sizes.append(len(texts))
            return super().encode_document(texts)

    monkeypatch.setattr(embedding, "LEAST", 8)
    monkeypatch.setattr(embedding, "MOST", 24)
    monkeypatch.setattr(embedding, "SECONDS", 1e9)
    assert rebuild([seeds], index, Watched()).embedded == 64
    monkeypatch.setattr(embedding, "SECONDS", 0.0)
    assert rebuild([seeds], index, Watched(), full=True).embedded == 64
    assert sizes == [8, 24, 24, 8] + [8] * 8


def test_full_embeds_everything_anew(build, seeds, encoder):
    """--full does not trust the cache."""
    build(seeds)
    report = build(seeds, full=True)
    assert (report.embedded, report.published) == (64, True)
    assert len(encoder.encoded) == 128


def test_another_model_embeds_everything_and_going_back_embeds_nothing(index, seeds):
    """Vectors of several models live side by side in the cache."""
    one, other = FakeEncoder("1" * 64), FakeEncoder("2" * 64)
    assert rebuild([seeds], index, one).embedded == 64
    assert rebuild([seeds], index, other).embedded == 64
    back = rebuild([seeds], index, one)
    assert (back.embedded, back.published) == (0, True)


def test_a_dry_run_accounts_and_changes_nothing(index, build, seeds, encoder):
    """The ledger is that of the real run; nothing is embedded or published."""
    dry = build(seeds, dry_run=True)
    assert (dry.generation, dry.published, encoder.encoded) == (None, False, [])
    assert index.stamp() is None
    assert list(index.generations.iterdir()) == []
    real = build(seeds)
    assert dry.ledger == real.ledger


def test_a_damaged_generation_is_built_anew_from_the_cache(index, build, seeds):
    """A rebuild mends a corrupted index without embedding, and says what was wrong."""
    build(seeds)
    index.current().vectors.write_bytes(b"rubbish")
    report = build(seeds)
    assert (report.embedded, report.published) == (0, True)
    assert "differs from its checksum" in report.notes[0]
    index.current().verify()


def test_a_damaged_cache_is_set_aside_and_said(index, build, seeds):
    """A cache that cannot be read costs a new run of the model, and a note."""
    build(seeds)
    index.cache.write_bytes(b"rubbish" * 1000)
    report = build(seeds, full=False)
    assert report.published is False  # nothing to embed: the cache is not even opened
    table(seeds / "new.md", ("New", "paper"))
    report = build(seeds)
    assert report.embedded == 65
    assert "set aside" in report.notes[0]


def test_texts_longer_than_the_model_reads_are_counted(index, build, tmp_path):
    """What was truncated is recorded, from the cache as well."""
    source = table(tmp_path / "p.md", ("Long", "word " * 300), ("Short", "word"))
    assert build(source).truncated == 1
    table(tmp_path / "q.md", ("More", "word"))
    again = build(source, tmp_path / "q.md")
    assert (again.truncated, again.embedded) == (1, 1)
    assert index.current().manifest.space.truncated == 1


NAMES = ["alpha", "beta", "gamma", "delta", "epsilon"]
TITLES = st.sampled_from(["", *(f"the long title of {name}" for name in NAMES)])
ROWS = st.lists(st.tuples(TITLES, st.sampled_from(["", "x", "y"])), min_size=1, max_size=8)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(before=ROWS, after=ROWS)
def test_the_ledger_accounts_for_every_record(tmp_path_factory, before, after):
    """Whatever changes, the counts add up and are those of plain sets."""
    folder = tmp_path_factory.mktemp("ledger")
    index, source = IndexFolder(folder / "index"), folder / "p.md"
    table(folder / "q.md", ("always", "here"))
    seen: dict[str, str] = {}
    for rows in (before, after):
        table(source, *rows)
        report = rebuild([folder / "q.md", source], index, FakeEncoder())
        now = {"always": "here"}
        for title, abstract in rows:
            if title or abstract:
                now[title or abstract] = now.get(title or abstract) or abstract
        ledger = report.ledger
        assert ledger.records == len(rows) + 1
        assert ledger.rejected == sum(not (title or abstract) for title, abstract in rows)
        assert ledger.added == len(now.keys() - seen.keys())
        assert ledger.removed == len(seen.keys() - now.keys())
        assert ledger.updated == sum(now[t] != seen[t] for t in now.keys() & seen.keys())
        assert ledger.records == (
            ledger.added + ledger.updated + ledger.unchanged + ledger.merged + ledger.rejected
        )
        seen = now


LINK = "https://arxiv.org/abs/2401.00001"


def test_the_ledger_file_has_a_line_per_record_that_is_no_paper(build, tmp_path):
    """Rejected and merged records are written with source, line, reason and head."""
    folder, ledger = tmp_path / "papers", tmp_path / "ledger.jsonl"
    table(folder / "a.md", ("Title", "whole"), ("", ""), link=LINK)
    table(folder / "b.md", ("The title", "cut …"), link=LINK)
    build(folder, ledger=ledger)
    *lines, added = map(json.loads, ledger.read_text("utf-8").splitlines())
    assert (added["status"], added["paper"]) == ("added", "arxiv:2401.00001")
    assert lines == [
        {
            "status": "rejected",
            "source": "papers/a.md",
            "line": 4,
            "reason": "neither title nor abstract",
            "paper": None,
            "record": None,
            "head": f"| 2024 |  |  | {LINK} |",
        },
        {
            "status": "merged",
            "source": "papers/b.md",
            "line": 3,
            "reason": "same arXiv id 2401.00001",
            "paper": "arxiv:2401.00001",
            "record": "arxiv:2401.00001",
            "head": "The title",
        },
    ]


def test_the_ledger_file_lists_what_is_added_updated_and_removed(build, tmp_path):
    """Each paper with its id, title and place; one that is gone with the file that it came from."""
    source, ledger = tmp_path / "a.md", tmp_path / "ledger.jsonl"
    table(source, ("Barley roots", "x"), ("Otters of rivers", "y"), ("Night nurses", "z"))

    def lines(**how) -> list[tuple[str, str, int | None, str]]:
        build(source, ledger=ledger, **how)
        rows = [json.loads(line) for line in ledger.read_text("utf-8").splitlines()]
        assert all(row["paper"].startswith("akin:") and row["reason"] is None for row in rows)
        return [(row["status"], row["source"], row["line"], row["head"]) for row in rows]

    assert (
        lines(dry_run=True)
        == lines()
        == [
            ("added", "a.md", 3, "Barley roots"),
            ("added", "a.md", 4, "Otters of rivers"),
            ("added", "a.md", 5, "Night nurses"),
        ]
    )
    assert lines() == []
    table(source, ("Otters of rivers", "more"), ("Soil under snow", "s"), ("Night nurses", "z"))
    assert lines() == [
        ("added", "a.md", 4, "Soil under snow"),
        ("updated", "a.md", 3, "Otters of rivers"),
        ("removed", "a.md", None, "Barley roots"),
    ]


def test_papers_that_share_an_identifier_have_a_note_and_a_line_each(build, tmp_path):
    """What is not merged though a DOI says so is told: in the report, and in the ledger."""
    source, ledger = tmp_path / "s.ris", tmp_path / "ledger.jsonl"
    records = (
        ("Owls that hunt by ear alone", "Kay, A.", "S2"),
        ("Bark of old elms", "Roe, B.", "S8"),
    )
    source.write_text(
        "".join(
            f"TY  - JOUR\nTI  - {title}\nAU  - {author}\nSP  - {page}\nDO  - 10.1000/sup\nER  - \n"
            for title, author, page in records
        )
    )
    report = build(source, ledger=ledger)
    reason = "DOI 10.1000/sup is shared by 2 papers: kept apart"
    assert (report.papers, report.notes) == (2, [reason])
    every = [json.loads(line) for line in ledger.read_text("utf-8").splitlines()]
    lines = [line for line in every if line["status"] == "apart"]
    assert [(line["status"], line["line"], line["reason"]) for line in lines] == [
        ("apart", 1, reason),
        ("apart", 7, reason),
    ]
    assert lines[0]["paper"] != lines[1]["paper"]


def test_the_ledger_file_can_be_a_table(build, tmp_path):
    """A name that ends in .csv gives the same lines below a header."""
    source, ledger = table(tmp_path / "a.md", ("=A, b", "c"), ("", "")), tmp_path / "ledger.csv"
    build(source, ledger=ledger, dry_run=True)
    with ledger.open(newline="", encoding="utf-8") as file:
        row, added = csv.DictReader(file)
    assert (added["status"], added["line"], added["reason"]) == ("added", "3", "")
    assert added["head"] == "'=A, b"  # no formula to a spreadsheet
    assert (row["status"], row["source"], row["line"]) == ("rejected", "a.md", "4")
    assert row["reason"] == "neither title nor abstract"


def test_a_ledger_does_not_replace_a_source(build, tmp_path):
    """The papers themselves are not to be lost to a slip, in a dry run neither."""
    source = table(tmp_path / "a.md", ("One title of a paper", "text"))
    before = source.read_bytes()
    with pytest.raises(BadParameter, match="is one of the sources"):
        build(source, ledger=source, dry_run=True)
    assert source.read_bytes() == before


def test_pipes_of_one_name_are_two_sources(index, build, tmp_path):
    """Both are read, and recorded by the files that they are kept in."""
    pipes = [tmp_path / folder / "pipe" for folder in "ab"]
    writers = []
    for number, pipe in enumerate(pipes):
        pipe.parent.mkdir()
        os.mkfifo(pipe)
        text = table(tmp_path / f"{number}.md", (f"Title {number} of a paper", "x")).read_bytes()
        writers.append(threading.Thread(target=pipe.write_bytes, args=(text,)))
        writers[-1].start()
    assert build(*pipes).papers == 2
    for writer in writers:
        writer.join()
    roots = index.recorded().roots
    assert [root.name for root in roots] == ["pipe", "pipe"]
    assert len({root.parent for root in roots}) == 2
    assert build(*roots).ledger.unchanged == 2
    build(table(tmp_path / "c.md", ("Another title of a paper", "y")))
    build(tmp_path / "c.md", full=True)
    assert not any(root.exists() for root in roots)  # once no generation is built from them


MANY = st.lists(
    st.tuples(st.sampled_from(["", "The first of all titles", "The second of all titles"]),
              st.sampled_from(["", "words"]), st.sampled_from(["", LINK, f"{LINK}9", "no link"])),
    min_size=1, max_size=10,
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(MANY, min_size=1, max_size=3))
def test_the_ledger_file_accounts_for_every_record(tmp_path_factory, documents):
    """Papers and the lines of the ledger add up to the records, in all and per source."""
    folder = tmp_path_factory.mktemp("ledger")
    for number, rows in enumerate(documents):
        lines = [f"| {title} | {abstract} | {link} |" for title, abstract, link in rows]
        text = "\n".join(["| Title | Abstract | Link |", "|---|---|---|", *lines])
        _file(folder / "papers" / f"{number}.md", text.encode())
    _file(folder / "papers" / "always.md", b"| Title | Abstract |\n|---|---|\n| Here | always |\n")
    ledger = folder / "ledger.jsonl"
    report = rebuild(
        [folder / "papers"], IndexFolder(folder / "index"), FakeEncoder(), ledger=ledger
    )
    every = [json.loads(line) for line in ledger.read_text("utf-8").splitlines()]
    lines = [line for line in every if line["status"] not in ("added", "apart")]
    added = [line for line in every if line["status"] == "added"]
    assert len(added) == report.ledger.added
    assert report.ledger.records == sum(map(len, documents)) + 1 == report.papers + len(lines)
    for source in report.sources:
        ours = [line["status"] for line in lines if line["source"] == source.source]
        assert ours.count("merged") == source.merged
        assert ours.count("rejected") == source.rejected
        assert source.records == source.papers + source.merged + source.rejected


def test_records_without_abstract_are_counted(build, tmp_path):
    """A paper with only a title is kept, and the account of its source says so."""
    report = build(
        table(tmp_path / "a.md", ("One title of a paper", ""), ("Another title", "text"))
    )
    (source,) = report.sources
    assert (source.papers, source.without_abstract) == (2, 1)


@pytest.mark.parametrize(("suffix", "compress"), [(".gz", gzip.compress), (".xz", lzma.compress)])
def test_a_compressed_source_is_the_same_source(index, build, tmp_path, suffix, compress):
    """Compression changes no paper; a damaged archive is refused, and the index stays."""
    plain = table(tmp_path / "a.md", ("One title of a paper", "text"))
    packed = _file(tmp_path / f"a.md{suffix}", compress(plain.read_bytes()))
    build(plain)
    report = build(packed)
    assert (counts(report), report.embedded) == ({"records": 1, "unchanged": 1}, 0)
    packed.write_bytes(packed.read_bytes()[:-9])
    with pytest.raises(SourceUnreadable, match="is damaged"):
        build(packed)
    index.current().verify()


def test_a_pipe_is_read_like_a_file(index, build, tmp_path):
    """What comes through a pipe is named after it, and kept beside the index to be read again."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = table(tmp_path / "a.md", ("One title of a paper", "text")).read_bytes()
    writer = threading.Thread(target=pipe.write_bytes, args=(text,))
    writer.start()
    report = build(pipe)
    writer.join()
    (kept,) = index.recorded().roots
    assert [(s.source, s.path, s.papers) for s in report.sources] == [("pipe", str(kept), 1)]
    assert kept.read_bytes() == text
    again = build(kept)
    assert (again.published, counts(again)) == (False, {"records": 1, "unchanged": 1})


def test_lines_that_are_not_utf8_are_read_and_counted(build, tmp_path):
    """Bytes of Windows-1252 become letters, and a note says how many lines had them."""
    source = _file(tmp_path / "a.md", b"| Title | Abstract |\n|---|---|\n| Na\xefve | caf\xe9 |\n")
    report = build(source)
    assert report.notes == ["a.md: 1 lines are not UTF-8 and were read as Windows-1252"]


def test_what_is_kept_apart_is_recorded(index, build, tmp_path):
    """Rules that are turned off are part of how an index is built."""
    source = table(tmp_path / "a.md", ("Title", "one"), ("Title", "one and two"), link=LINK)
    assert build(source).papers == 1
    report = build(source, apart=["arxiv", "title"])
    assert (report.papers, report.published) == (2, True)
    assert index.recorded().apart == ["arxiv", "title"]
    assert build(source, apart=["title", "arxiv"]).published is False


def test_papers_stream_through(index, tmp_path):
    """A file of 12 MB is read and accounted for in a few MB of memory."""
    source = table(
        tmp_path / "p.md", *((f"Title {i}", f"{i} " + "abstract " * 220) for i in range(6000))
    )
    assert source.stat().st_size > 12e6
    tracemalloc.start()
    report = rebuild([source], index, FakeEncoder(), dry_run=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.papers == 6000
    assert peak < 4e6


def test_what_was_built_from_is_recorded_even_if_no_paper_changed(index, build, seeds, tmp_path):
    """A source that is empty today is read again tomorrow."""
    build(seeds)
    empty = tmp_path / "later"
    empty.mkdir()
    report = build(seeds, empty)
    assert (report.published, report.embedded) == (True, 0)
    assert index.current().manifest.roots == [str(seeds), str(empty)]
