"""Publishing: old or new, whole, and never both at once."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.errors import BuildInProgress, IndexCorrupted, IndexMismatch, IndexMissing
from indexer.fields import FLAGS, TERMS
from indexer.store.generation import KEEP, IndexFolder
from indexer.store.manifest import MapInfo, Space
from tests.conftest import table


def flip(path: Path, position: int = -10) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def published(index: IndexFolder) -> set[str]:
    return {folder.name for folder in index.generations.iterdir()}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return table(tmp_path / "papers.md", ("One", "of one"), ("Two", "of two"))


def test_an_empty_folder_says_how_to_build(index):
    """Before the first build the error has the command that mends it."""
    with pytest.raises(IndexMissing, match=f"rebuild-index --index {index.path}"):
        index.current()


def test_the_manifest_states_what_a_generation_is_made_of(index, build, source, encoder):
    """Model, recipe, metric, counts, sources with hashes, versions and checksums are recorded."""
    report = build(source)
    manifest = index.current().manifest
    assert manifest.generation == report.generation
    assert manifest.spaces == [
        Space(
            model="fake",
            fingerprint=encoder.model.fingerprint,
            prompts={"query": "", "document": ""},
            backend="sentence-transformers",
            dimension=64,
            truncated=0,
            rows=2,
            metric="inner_product",
            kind="flat",
            recall=1.0,
        )
    ]
    assert manifest.space is manifest.spaces[0]
    assert (manifest.papers, manifest.map) == (2, MapInfo(1, "pca"))
    assert manifest.text_recipe == "title-newline-abstract/2"
    assert manifest.roots == [str(source)]
    assert manifest.sources[0]["source"] == "papers.md"
    assert len(manifest.sources[0]["sha256"]) == 64
    lexical = {f"lexical-{name}.npy" for name in ("starts", "rows", "weights", "fields")}
    of_map = {"map.npy", "map-topics.npy", "map.json"}
    of_terms = ("starts", "terms", "values", "words", "bounds")
    columns = {f"columns-{name}.npy" for name in ("year", "date", *(f.parameter for f in FLAGS))}
    for field in TERMS:
        columns |= {f"columns-{field.name}-{part}.npy" for part in of_terms}
    whole = {"catalogue.sqlite", "vectors.faiss", "moments.npy"}
    assert manifest.files.keys() == whole | lexical | of_map | columns
    assert {"akin", "python", "faiss-cpu", "torch", "sqlite"} <= manifest.versions.keys()


@pytest.mark.parametrize("name", ["catalogue.sqlite", "vectors.faiss"])
def test_a_flipped_bit_is_found(index, build, source, name):
    """FAISS and SQLite load a flipped bit in silence; the checksum does not."""
    build(source)
    generation = index.current()
    generation.verify()
    flip(generation.folder / name)
    with pytest.raises(IndexCorrupted, match=f"{name}: differs from its checksum"):
        generation.verify()


def test_a_missing_file_is_found(index, build, source):
    """A generation without one of its files is damaged, and the error names the file."""
    build(source)
    generation = index.current()
    generation.vectors.unlink()
    with pytest.raises(IndexCorrupted, match=r"vectors\.faiss: missing"):
        generation.verify()


def test_a_changed_manifest_is_found(index, build, source):
    """The pointer holds the manifest's checksum, so the manifest cannot change unseen."""
    build(source)
    flip(index.current().folder / "manifest.json", 30)
    with pytest.raises(IndexCorrupted, match=r"manifest\.json: differs"):
        index.current()


@pytest.mark.parametrize("pointer", ["", "{}", "[1]", '{"generation": "x"}', "\x00\x01"])
def test_a_damaged_pointer_is_found(index, build, source, pointer):
    """Whatever CURRENT holds, it is a typed error that says what to do."""
    build(source)
    index.pointer.write_text(pointer)
    with pytest.raises(IndexCorrupted, match="rebuild-index"):
        index.current()


def test_a_pointer_to_a_generation_that_is_gone_is_found(index, build, source):
    """A deleted generation is reported as missing, not waited for."""
    build(source)
    shutil.rmtree(index.current().folder)
    with pytest.raises(IndexCorrupted, match="missing"):
        index.current()


def test_another_format_version_is_refused(index, build, source):
    """An index of a later akin is not read by guesswork."""
    build(source)
    manifest = index.current().folder / "manifest.json"
    content = json.loads(manifest.read_bytes())
    manifest.write_text(json.dumps({**content, "format_version": 99}))
    index._point_to(manifest.parent)
    with pytest.raises(IndexMismatch, match="index format 99, this akin reads 6"):
        index.current()


def test_the_current_generation_and_the_one_before_are_kept(index, build, source):
    """Of five builds, the last two stay."""
    made = [build(source, full=True).generation for _ in range(5)]
    assert published(index) == set(made[-KEEP:])
    assert [generation.id for generation in index.previous()] == [made[-2]]


def test_a_damaged_pointer_does_not_cost_the_last_good_generation(index, build, source):
    """With the pointer gone, the newest generation is kept beside the new one."""
    made = [build(source, full=True).generation for _ in range(2)]
    index.pointer.write_text("rubbish")
    made.append(build(source).generation)
    assert published(index) == set(made[-KEEP:])
    assert index.current().id == made[-1]


def test_a_second_builder_is_refused(index, build, source):
    """Two builders at once: the second gets a clear error and changes nothing."""
    build(source)
    before = index.pointer.read_bytes()
    held = IndexFolder(index.path).building()
    with held, pytest.raises(BuildInProgress, match="another rebuild-index"):
        build(source, full=True)
    assert index.pointer.read_bytes() == before
    assert build(source).published is False


def test_a_builder_in_another_process_is_seen_and_its_death_frees_the_lock(index, build, source):
    """A builder that is killed leaves neither a lock nor its unfinished work behind."""
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, pathlib, time; from indexer.store.generation import IndexFolder\n"
            "index = IndexFolder(pathlib.Path(sys.argv[1]))\n"
            "with index.building():\n"
            "    (index.stage('dead') / 'half').write_text('x')\n"
            "    print('held', flush=True); time.sleep(60)",
            str(index.path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BuildInProgress):
            build(source)
        holder.kill()
    assert published(index) == {".building-dead"}
    report = build(source)
    assert published(index) == {report.generation}
