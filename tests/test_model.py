"""Finding models: the bundled one, folders, and clear errors for all else."""

import json
import shutil
from pathlib import Path

import pytest

from indexer.errors import BadParameter, ModelCorrupted, ModelUnavailable
from indexer.files import file_sha256
from indexer.models.model import (
    BF16,
    BUNDLED_SHA256,
    DEFAULT_MODEL,
    TORCH,
    _bundled_folder,
    find_model,
)
from indexer.training.static_model import StaticModel


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like a model, with little in it."""
    folder = tmp_path / "model"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "modules.json").write_text("[]")
    (folder / "1_Pooling" / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def test_the_bundled_model_is_the_original():
    """The weights of the default model have the checksum that the original has."""
    model = find_model()
    assert file_sha256(model.path / "model.safetensors") == BUNDLED_SHA256
    assert model.name == DEFAULT_MODEL
    assert model.prompts == {"query": "", "document": ""}
    assert len(model.fingerprint) == 64


def test_its_short_name_is_the_bundled_model_too():
    """Neither of its names needs a hub."""
    assert find_model("all-MiniLM-L6-v2") == find_model(DEFAULT_MODEL)


def test_damaged_weights_are_an_error(tmp_path, monkeypatch):
    """One changed byte of the bundled weights is found when the model is looked up."""
    copy = Path(shutil.copytree(_bundled_folder(), tmp_path / "copy"))
    weights = copy / "model.safetensors"
    weights.chmod(0o644)
    with weights.open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))
    monkeypatch.setattr("indexer.models.model._bundled_folder", lambda: copy)
    with pytest.raises(ModelCorrupted, match=f"not the original's {BUNDLED_SHA256}"):
        find_model()


def test_what_is_read_otherwise_has_another_fingerprint():
    """That of the files where a model is run as these say, even if that is asked for by number."""
    model = find_model()
    assert model.fingerprint == model.files
    assert model.run_as(TORCH, None) == model.run_as(TORCH, 256) == model
    others = [model.run_as(TORCH, 128), model.run_as(TORCH, 64), model.run_as("other", None)]
    assert len({one.fingerprint for one in [model, *others]}) == 4
    assert {one.files for one in others} == {model.files}
    with pytest.raises(BadParameter, match="all-MiniLM-L6-v2 reads 256 word pieces at most"):
        model.run_as(TORCH, 257)


def test_only_a_transformer_can_be_run_otherwise(folder):
    """Another model reads whole texts at next to no cost."""
    module = {"path": "", "type": "sentence_transformers.models.StaticEmbedding"}
    (folder / "modules.json").write_text(json.dumps([module]))
    with pytest.raises(BadParameter, match=r"is no transformer.* Leave --max-tokens out"):
        find_model(str(folder)).run_as(TORCH, 128)
    with pytest.raises(BadParameter, match=r"is no transformer.* Leave --backend out"):
        find_model(str(folder)).run_as(BF16, None)


def test_the_fast_model_comes_with_akin():
    """Its table has a row for each token, and with tokenizer and card it is no more than 20 MB."""
    model = find_model("fast")
    files = [path for path in model.path.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 20_000_000
    assert "README.md" in {path.name for path in files}
    static = StaticModel.open(model.path)
    assert static.table.shape == (static.tokenizer.get_vocab_size(), 256)
    near, query, far = static.encode(
        ["Graph neural networks", "Convolutions on graphs", "Surgery of the knee"]
    )
    assert near @ query > far @ query + 0.2


def test_a_folder_named_like_the_fast_model_needs_its_path(folder, monkeypatch):
    """What comes with akin is meant, whatever lies in the working folder."""
    monkeypatch.chdir(folder.parent)
    folder.rename("fast")
    assert find_model("fast").name == "fast"
    assert find_model("./fast").path == folder.parent / "fast"


def test_a_damaged_fast_model_is_an_error(tmp_path, monkeypatch):
    """Weights of another sum are not what was released, and the error says what to do."""
    copy = Path(shutil.copytree(find_model("fast").path, tmp_path / "copy"))
    (copy / "model.safetensors").write_bytes(b"another")
    monkeypatch.setattr("indexer.models.model._FAST_FOLDER", copy)
    with pytest.raises(ModelCorrupted, match="install akin again"):
        find_model("fast")


def test_a_folder_is_a_model_and_its_name_is_its_path(folder, monkeypatch):
    """A relative path and an absolute one are the same model."""
    monkeypatch.chdir(folder.parent)
    assert find_model("model") == find_model(str(folder))
    assert find_model("model").name == str(folder)


@pytest.mark.parametrize("name", ["model.safetensors", "modules.json", "1_Pooling/config.json"])
def test_whatever_shapes_a_vector_changes_the_fingerprint(folder, name):
    """Weights, modules and pooling are part of it."""
    before = find_model(str(folder)).fingerprint
    (folder / name).write_text(" []")
    assert find_model(str(folder)).fingerprint != before


def test_a_readme_does_not_change_the_fingerprint(folder):
    """Nor does a copy in another format."""
    before = find_model(str(folder)).fingerprint
    (folder / "README.md").write_text("# Model")
    (folder / "onnx").mkdir()
    (folder / "onnx" / "config.json").write_text("{}")
    assert find_model(str(folder)).fingerprint == before


def test_prompts_are_read_without_loading_the_model(folder):
    """They are those that encode_query and encode_document put in front."""
    config = {"prompts": {"query": "query: ", "document": "passage: ", "other": "x"}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(config))
    assert find_model(str(folder)).prompts == {"query": "query: ", "document": "passage: "}


def test_pickled_weights_are_not_taken(folder):
    """A pickle may run code when it is loaded; only safetensors are read."""
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelUnavailable, match=r"no \.safetensors"):
        find_model(str(folder))


def test_a_folder_without_a_model_is_an_error(tmp_path):
    """The error says what was looked for."""
    with pytest.raises(ModelUnavailable, match=r"neither modules\.json nor config\.json"):
        find_model(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "tried"),
    [
        ("./nowhere", ["as a folder"]),
        ("~nobody-has-this-name/m", ["as a folder"]),
        ("/" + 300 * "x", ["as a folder"]),
        ("nobody/nothing", ["as a folder", "in the local cache", "HF_HUB_OFFLINE is set"]),
        ("nothing", ["in the local cache as sentence-transformers/nothing"]),
        ("not a name", ["as the name 'sentence-transformers/not a name'"]),
    ],
)
def test_a_model_that_cannot_be_had_says_what_was_tried(name, tried):
    """And what to do instead."""
    with pytest.raises(ModelUnavailable) as caught:
        find_model(name)
    for step in [*tried, "Name a folder", DEFAULT_MODEL]:
        assert step in caught.value.detail


def test_a_folder_that_cannot_be_read_is_no_model(tmp_path):
    """The error says of which file; it is not taken for one of the index."""
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").mkdir()
    with pytest.raises(ModelUnavailable, match=r"as a folder: .*model\.safetensors"):
        find_model(str(tmp_path))


def test_a_pickled_part_of_a_model_is_not_taken(folder):
    """A module that has only a pickle would be loaded, and be in no fingerprint: refused."""
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense" / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(ModelUnavailable, match=r"2_Dense/pytorch_model\.bin: a pickle"):
        find_model(str(folder))
    (folder / "2_Dense" / "model.safetensors").write_bytes(b"weights")
    find_model(str(folder))


@pytest.mark.parametrize("content", ["{", "[]", "\ud800"])
def test_a_broken_configuration_is_an_error(folder, content):
    """It names the file."""
    path = folder / "config_sentence_transformers.json"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(ModelUnavailable, match=r"config_sentence_transformers\.json"):
        find_model(str(folder))


@pytest.mark.parametrize("decoy", ["other.safetensors", "model.safetensors.index.json"])
def test_a_decoy_beside_a_pickle_is_no_weights(folder, decoy):
    """Only the file that would be loaded in its place makes a pickle harmless."""
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense" / "pytorch_model.bin").write_bytes(b"pickle")
    (folder / "2_Dense" / decoy).write_bytes(b"{}")
    with pytest.raises(ModelUnavailable, match=r"2_Dense/pytorch_model\.bin: a pickle"):
        find_model(str(folder))


def test_a_pickle_behind_a_link_is_found(folder, tmp_path):
    """A module may lie behind a link to a folder; a link in a circle is no matter."""
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "pytorch_model.bin").write_bytes(b"pickle")
    (folder / "3_Dense").symlink_to(tmp_path / "else")
    (folder / "1_Pooling" / "again").symlink_to(folder)
    with pytest.raises(ModelUnavailable, match="a pickle"):
        find_model(str(folder))


def test_the_pieces_of_a_transformer_are_weights(folder):
    """A large model is in several safetensors, with an index; a pickle beside them is not read."""
    (folder / "model.safetensors").rename(folder / "model-00001-of-00001.safetensors")
    (folder / "model.safetensors.index.json").write_text("{}")
    (folder / "pytorch_model.bin").write_bytes(b"pickle")
    find_model(str(folder))


@pytest.mark.parametrize(
    ("modules", "problem"),
    [
        ("{", "not JSON"),
        ("[" * 5000, "not JSON"),
        ('{"type": "x"}', "not a list of modules"),
        ('["Pooling"]', "not a module with a type and a path: 'Pooling'"),
        ('[{"type": 5, "path": ""}]', "not a module with a type and a path"),
        ('[{"type": "sentence_transformers.models.Pooling"}]', "not a module with a type"),
        ('[{"type": "os.system", "path": ""}]', "'os.system' is no module of"),
        ('[{"type": "sentence_transformers_x.A", "path": ""}]', "is no module of"),
        ('[{"type": "sentence_transformers.models.Dense", "path": "../d"}]', "leads out of"),
        ('[{"type": "sentence_transformers.models.Dense", "path": "/tmp"}]', "leads out of"),
    ],
)
def test_modules_that_cannot_be_are_errors(folder, modules, problem):
    """Each names the file, and no code but that of sentence-transformers is ever asked for."""
    (folder / "modules.json").write_text(modules)
    with pytest.raises(ModelUnavailable, match=problem) as caught:
        find_model(str(folder))
    assert caught.value.context["file"] == str(folder / "modules.json")


@pytest.mark.parametrize(
    "prompts", ['"query: "', "[1]", '{"query": ["a"]}', '{"passage": {}}', "7"]
)
def test_prompts_of_other_types_are_errors(folder, prompts):
    """They are texts by their names."""
    path = folder / "config_sentence_transformers.json"
    path.write_text(f'{{"prompts": {prompts}}}')
    with pytest.raises(ModelUnavailable, match="not prompts by their names"):
        find_model(str(folder))
