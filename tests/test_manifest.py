"""The manifest: read as it was written; what one of an older format tells."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from indexer import cli
from indexer.errors import IndexMismatch
from indexer.store.generation import IndexFolder
from indexer.store.manifest import Manifest, Recorded
from tests.conftest import table
from tests.fakes import FakeEncoder


def make_older(index: IndexFolder, papers: int | None = None) -> None:
    """Give the current generation the manifest of format 4, as akin wrote it then."""
    folder = index.current().folder
    content = json.loads((folder / "manifest.json").read_bytes())
    (space,) = content.pop("spaces")
    del content["map"], content["statistics"], content["decisions"], content["possible"]
    older = {
        **content,
        "format_version": 4,
        "model": {
            "name": space["model"],
            "fingerprint": space["fingerprint"],
            "prompts": space["prompts"],
        },
        "dimension": space["dimension"],
        "metric": space["metric"],
        "truncated": space["truncated"],
    }
    if papers is not None:
        older["papers"] = papers
    (folder / "manifest.json").write_text(json.dumps(older, indent=1))
    index._point_to(folder)


def test_a_manifest_is_read_as_it_was_written(index, build, seeds):
    """Spaces and map come back as what they are, not as dicts."""
    build(seeds)
    manifest = index.current().manifest
    data = json.dumps(asdict(manifest)).encode()
    assert Manifest.from_bytes(data, Path("/i/generations/x/manifest.json")) == manifest
    without = replace(manifest, map=None)
    data = json.dumps(asdict(without)).encode()
    assert Manifest.from_bytes(data, Path("/i/generations/x/manifest.json")) == without


@pytest.mark.parametrize(
    ("papers", "told"),
    [
        (64, "Its 64 papers take a minute at most"),
        (10_001, "Its 10,001 papers take about 2 minutes"),
        (900_000, "Its 900,000 papers take about 90 minutes"),
        (1_000_000, "Its 1,000,000 papers take about 2 hours"),
    ],
)
def test_an_older_index_says_how_long_it_takes_to_build_it_anew(index, build, seeds, papers, told):
    """Which command does it, how many papers there are, and that vectors are kept."""
    build(seeds)
    make_older(index, papers)
    with pytest.raises(IndexMismatch) as caught:
        index.current()
    detail = caught.value.detail
    assert "index format 4, this akin reads 6. Build it anew: rebuild-index --index" in detail
    assert detail.endswith(f"{told}, as their vectors are kept in its cache")


def test_a_later_index_promises_nothing(index, build, seeds):
    """Nobody knows what a later akin keeps in its cache."""
    build(seeds)
    manifest = index.current().folder / "manifest.json"
    manifest.write_text(json.dumps({"format_version": 7, "papers": 64}))
    index._point_to(manifest.parent)
    with pytest.raises(IndexMismatch, match=r"index format 7, .* rebuild-index --index \S+$"):
        index.current()


def test_an_older_index_is_built_anew_from_its_cache(index, build, seeds):
    """Nothing is embedded, and a note says why."""
    build(seeds)
    make_older(index)
    report = build(seeds)
    assert (report.published, report.papers, report.embedded) == (True, 64, 0)
    (note,) = report.notes
    assert note.endswith("index format 4, this akin reads 6")
    index.current().verify()


def test_rebuild_index_without_sources_finds_what_an_older_index_was_built_from(
    index, build, tmp_path, monkeypatch
):
    """Sources, model, columns and rules are read from a manifest of format 4."""
    source = table(tmp_path / "a.md", ("One title of a paper", "text"))
    build(source, columns={"title": "Titel"}, apart=["doi"])
    make_older(index)
    assert index.recorded() == Recorded([source], "fake", {"title": "Titel"}, ["doi"])
    encoder = FakeEncoder()
    monkeypatch.setattr(cli, "find_model", lambda name: encoder.model if name == "fake" else None)
    monkeypatch.setattr(cli, "encoder_of", lambda model: encoder)
    assert cli.rebuild_index.main(["--index", str(index.path)], standalone_mode=False) == 0
    manifest = index.current().manifest
    assert (manifest.format_version, manifest.roots) == (6, [str(source)])
    assert (manifest.columns, manifest.apart) == ({"title": "Titel"}, ["doi"])
    assert encoder.encoded == []
