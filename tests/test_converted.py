"""Transformers run without torch: nearly its vectors in int8, its very vectors in float32."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import ctranslate2
import numpy as np
import pytest

from indexer.errors import ModelUnavailable
from indexer.models import converting, questions
from indexer.models.choosing import encoder_of
from indexer.models.converted import ConvertedEncoder, _batches
from indexer.models.converting import (
    ABOUT,
    INT8,
    Converted,
    converted,
    found,
    may_be_converted,
)
from indexer.models.model import BF16, TORCH, Model, find_model
from indexer.models.questions import make_ready, question_encoder
from indexer.models.sentence_transformer import SentenceTransformerEncoder
from tests.conftest import SEEDS
from tests.test_sentence_transformer import POOLING, summed

pytestmark = pytest.mark.model

LEAST_COSINE = 0.99  # to torch's vectors, in int8

TEXTS = [
    "Graph neural networks learn representations of nodes from their neighbours.",
    "Naïve 🚀 tokenizers of İstanbul meet [SEP] 图 and ﬁne ligatures in old prints.",
    "We study federated learning under heterogeneous data. " * 40,
    "Mamba: sequence modelling in linear time with selective state spaces",
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """The user's cache folder, for all tests of this module; nothing is left anywhere else."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def encoder(cache):
    encoder = encoder_of(find_model().run_as(INT8, None))
    assert isinstance(encoder, ConvertedEncoder)
    return encoder


@pytest.fixture(scope="module")
def ready(cache):
    """The bundled model, made ready for questions."""
    model = find_model()
    make_ready(model)
    return model


@pytest.fixture(scope="module")
def by_torch():
    return encoder_of(find_model())


def real_abstracts() -> list[str]:
    """Of the seeds, some as they are and some shorter."""
    page = (SEEDS / "000_add539cdd9317f79.txt").read_text("utf-8")
    found = [text for text in page.split("\n\n") if len(text) > 600][:6]
    return [*found[:3], *(text[:500] for text in found[3:])]


def changed(folder: Path, **files: object) -> Path:
    """A copy of the bundled model in which some JSON files are others."""
    shutil.copytree(find_model().path, folder, copy_function=os.symlink)
    for name, content in files.items():
        path = folder / {"pooling": "1_Pooling/config.json"}.get(name, f"{name}.json")
        path.unlink(missing_ok=True)
        path.write_text(json.dumps(content))
    return folder


def in_int8(folder: Path) -> ConvertedEncoder:
    return ConvertedEncoder(find_model(str(folder)).run_as(INT8, None))


def test_vectors_are_near_to_those_of_torch(encoder, by_torch):
    """Documents and queries, long and short; their pieces are counted alike, uncut."""
    vectors, counts = encoder.encode_counted(TEXTS)
    expected, counted = by_torch.encode_counted(TEXTS)
    assert ((vectors * expected).sum(axis=1) >= LEAST_COSINE).all()
    assert (vectors.shape, vectors.dtype) == ((4, 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(encoder.encode_query(TEXTS), vectors, atol=1e-6)
    np.testing.assert_allclose(encoder.encode_document(TEXTS), vectors, atol=1e-6)
    assert counts == counted == by_torch.count_tokens(TEXTS) == encoder.count_tokens(TEXTS)
    assert encoder.max_tokens == 256
    words = ["protein", "Protein", "protien", ""]
    assert [encoder.has_word(word) for word in words] == [True, True, False, False]
    assert encoder.encode_document([]).shape == (0, 384)


def test_a_text_is_embedded_alike_in_any_company(encoder):
    """To the last digit: by itself, beside others, and by several threads at once."""
    texts = [*TEXTS, *real_abstracts()]
    together = encoder.encode_document(texts * 2)
    alone = np.concatenate([encoder.encode_document([text]) for text in texts])
    np.testing.assert_array_equal(together, np.tile(alone, (2, 1)))
    with ThreadPoolExecutor(4) as pool:
        at_once = list(pool.map(lambda text: encoder.encode_query([text])[0], texts))
    np.testing.assert_array_equal(at_once, alone)


@pytest.mark.parametrize("text", [*TEXTS, ""])
def test_word_pieces_add_up_to_the_document(encoder, by_torch, text):
    """They stand where torch's do."""
    tokens, expected = encoder.encode_tokens(text), by_torch.encode_tokens(text)
    np.testing.assert_allclose(summed(tokens), encoder.encode_document([text])[0], atol=1e-6)
    np.testing.assert_array_equal(tokens.places, expected.places)
    assert tokens.cut == expected.cut
    assert tokens.embeddings.shape == expected.embeddings.shape


def test_less_can_be_read_of_a_text(encoder):
    """A cut text ends as a whole one does."""
    short = ConvertedEncoder(find_model().run_as(INT8, 32))
    assert short.max_tokens == 32
    vectors, counts = short.encode_counted(["federated learning " * 200, "Mamba"])
    expected = encoder.encode_document(["federated learning " * 10, "Mamba"])
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
    assert counts == [602, 4]


@pytest.mark.parametrize("backend", [INT8, TORCH, BF16])
def test_neither_torch_nor_transformers_is_needed_to_ask(encoder, ready, backend):
    """Once the weights are made."""
    encoder.load()
    program = f"""
import sys
from indexer.models.questions import question_encoder
from indexer.models.model import find_model
print(question_encoder(find_model().run_as({backend!r}, None)).encode_query(["Mamba"]).shape)
print(*sorted({{"torch", "transformers", "sentence_transformers"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "(1, 384)\n\n", done.stderr


def test_damaged_weights_are_made_anew(encoder, cache):
    """A checksum notices."""
    model = find_model().run_as(INT8, None)
    weights = converted(model, "int8").folder / "model.bin"
    before = weights.read_bytes()
    weights.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    assert converted(model, "int8").folder == weights.parent
    assert weights.read_bytes() == before
    assert all((path / ABOUT).is_file() for path in (cache / "akin" / "models").iterdir())
    about = json.loads((weights.parent / ABOUT).read_text())
    assert (about["pooling"], about["max_tokens"], about["dimension"]) == ("mean", 256, 384)


def test_weights_of_another_version_are_made_anew(encoder, monkeypatch):
    """ctranslate2 may read them otherwise."""
    folder = converted(find_model(), "int8").folder
    monkeypatch.setattr("ctranslate2.__version__", "0")
    assert Converted.read(folder) is None
    monkeypatch.undo()
    assert Converted.read(folder) is not None


def test_the_first_piece_can_be_the_vector(cache, tmp_path):
    """Then its pieces do not add up to it."""
    folder = changed(tmp_path / "m", pooling={**POOLING, "pooling_mode_cls_token": True})
    encoder = in_int8(folder)
    expected = encoder_of(find_model(str(folder))).encode_document(TEXTS[:1])
    assert (encoder.encode_document(TEXTS[:1]) * expected).sum() >= LEAST_COSINE
    assert encoder.encode_tokens(TEXTS[0]) is None


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"pooling": {**POOLING, "pooling_mode_max_tokens": True}}, "a cls or a mean"),
        ({"config": {"model_type": "mpnet"}}, "only bert can"),
        (
            {
                "pooling": {
                    **POOLING, "pooling_mode_mean_tokens": True, "include_prompt": False
                },
                "config_sentence_transformers": {"prompts": {"query": "query: "}},
            },
            "its prompts must be part",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_run_so_is_refused(cache, tmp_path, files, why):
    """The error says why, and what runs it."""
    with pytest.raises(ModelUnavailable, match=rf"{why}.*--backend torch"):
        in_int8(changed(tmp_path / "m", **files)).load()


def test_only_transformers_of_a_known_kind_may_be_converted(tmp_path):
    """That is told without loading anything."""
    assert may_be_converted(find_model())
    folder = changed(tmp_path / "m", config={"model_type": "mpnet"})
    assert not may_be_converted(find_model(str(folder)))


def test_without_ctranslate2_the_error_says_how_to_go_on(monkeypatch):
    """Install it, or embed anew."""
    monkeypatch.setattr(converting, "is_installed", lambda: False)
    with pytest.raises(ModelUnavailable, match=r"pip install ctranslate2; .*--backend torch"):
        ConvertedEncoder(find_model().run_as(INT8, None)).encode_query(["Mamba"])


def test_a_place_that_cannot_be_written_to_is_an_error(monkeypatch, tmp_path):
    """It names the variable that says where."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(ModelUnavailable, match="XDG_CACHE_HOME"):
        converted(find_model().run_as(INT8, None), "int8")


def test_an_index_is_asked_by_the_backend_that_built_it(encoder, cache, tmp_path, monkeypatch):
    """Whatever is chosen at first, the index keeps; its vectors are never mixed with others."""
    import indexer.cli
    from indexer.store.generation import IndexFolder
    from search_api.engine.live import encoder_for, open_engine
    from search_api.query.query import Query

    def build(*line: str) -> str:
        monkeypatch.chdir(tmp_path)
        assert indexer.cli.rebuild_index.main([*line, "--map", "none"], standalone_mode=False) == 0
        return index.current().manifest.space.backend

    index = IndexFolder(tmp_path / "index")
    source = tmp_path / "papers.jsonl"
    lines = [json.dumps({"title": text[:40], "abstract": text}) for text in TEXTS]
    source.write_text("\n".join(lines))
    assert build(str(source), "--backend", "int8") == INT8
    assert build() == INT8
    engine = open_engine(index, encoder_for())
    assert engine.encoders[0].model.backend == INT8
    assert engine.search(Query("state spaces", mode="semantic")).hits[0].paper.title[:5] == "Mamba"
    engine.close()
    assert build("--backend", "torch") == TORCH
    assert encoder_for()(index.current().manifest.space).model == find_model()


def test_batches_hold_few_word_pieces_and_all_texts():
    """Those of one length are together, the longest first; one that is too long goes alone."""
    lengths = [3, 600, 200, 200, 200, 5]
    batches = list(_batches(lengths))
    assert batches == [[1], [2, 3], [4], [5], [0]]
    assert list(_batches([])) == []


def test_seeds_agree_with_torch(encoder, by_torch):
    """On real abstracts, too."""
    texts = real_abstracts()
    cosines = (encoder.encode_document(texts) * by_torch.encode_document(texts)).sum(axis=1)
    assert cosines.min() >= LEAST_COSINE


def test_questions_are_asked_without_torch_once_weights_are_made(ready, by_torch):
    """In float32 they are torch's vectors to the rounding of floats, documents and pieces too."""
    asked = question_encoder(ready)
    assert isinstance(asked.taken(), ConvertedEncoder)
    assert (asked.model, asked.is_static, asked.max_tokens) == (ready, False, 256)
    assert asked.count_tokens(TEXTS) == by_torch.count_tokens(TEXTS)
    assert asked.encode_counted(TEXTS)[1] == by_torch.count_tokens(TEXTS)
    assert asked.has_word("protein")
    for role in ("encode_query", "encode_document"):
        got, expected = (getattr(one, role)(TEXTS) for one in (asked, by_torch))
        np.testing.assert_allclose(got, expected, atol=1e-6)
    tokens, expected = (one.encode_tokens(TEXTS[1]) for one in (asked, by_torch))
    np.testing.assert_allclose(tokens.embeddings, expected.embeddings, atol=1e-5)
    in_bf16 = question_encoder(ready.run_as(BF16, 128))
    assert isinstance(in_bf16.taken(), ConvertedEncoder)
    assert (in_bf16.model, in_bf16.max_tokens) == (ready.run_as(BF16, 128), 128)


def fake_weights(monkeypatch, cosine: float = 1.0) -> list[Path]:
    """Let weights be made in no time, with vectors so near to torch's; return where they are."""
    made: list[Path] = []

    def encoder(vector: list[float]) -> SimpleNamespace:
        return SimpleNamespace(encode_query=lambda texts: np.float32([vector] * len(texts)))

    def make(model: Model, precision: str, folder: Path) -> Converted:
        made.append(converting._place(model, precision))
        folder.mkdir()
        for name in ("model.bin", converting.TOKENIZER):
            (folder / name).write_text(name)
        files = Converted(folder, precision, ctranslate2.__version__, "mean", 256, 384)
        files.write()
        return files

    def run(_model: Model, _threads: None, files: Converted) -> SimpleNamespace:
        assert Converted.read(files.folder) == files
        assert not made[-1].exists()  # nobody takes them before they are compared
        return encoder([cosine, 0])

    monkeypatch.setattr(converting, "_made", make)
    monkeypatch.setattr(questions, "ConvertedEncoder", run)
    monkeypatch.setattr(questions, "encoder_of", lambda _: encoder([1, 0]))
    return made


@pytest.mark.parametrize(
    ("cosine", "installed", "kind", "made", "kept"),
    [
        (0.9996, True, True, True, True),
        (0.9994, True, True, True, False),
        (np.nan, True, True, True, False),
        (1.0, False, True, False, False),
        (1.0, True, False, False, False),
    ],
)
def test_weights_are_kept_if_they_give_the_same_vectors(
    tmp_path, monkeypatch, cosine, installed, kind, made, kept
):
    """They are compared before they are in their place; only if they differ there is a note."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    was_made = fake_weights(monkeypatch, cosine)
    monkeypatch.setattr(questions, "is_installed", lambda: installed)
    monkeypatch.setattr(questions, "may_be_converted", lambda _: kind)
    note = make_ready(find_model())
    assert (bool(was_made), (found(find_model(), "float32") is not None)) == (made, kept)
    assert (note is None) == (kept or not made)
    assert note is None or f"not those of torch: cosine {cosine:.4f}" in note
    left = [one for place in was_made for one in place.parent.iterdir()]
    assert left == was_made[:kept]


def test_weights_that_are_there_are_not_made_again(tmp_path, monkeypatch):
    """Nor compared."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = fake_weights(monkeypatch)
    assert make_ready(find_model()) is None
    assert make_ready(find_model()) is None
    assert len(made) == 1


@pytest.mark.parametrize("cache", ["~nobody-has-this-name", "/" + 300 * "x", "/dev/null/x"])
def test_a_cache_folder_that_cannot_be_had_is_a_note(monkeypatch, by_torch, cache):
    """Of no home, not to be looked into, no folder: builds say so, and questions go to torch."""
    monkeypatch.setenv("XDG_CACHE_HOME", cache)
    note = make_ready(find_model())
    assert note.startswith("questions wait for torch")
    assert note.endswith("Name another place in XDG_CACHE_HOME")
    assert isinstance(question_encoder(find_model()).taken(), SentenceTransformerEncoder)
    with pytest.raises(ModelUnavailable, match=r"XDG_CACHE_HOME, .*--backend torch"):
        converted(find_model(), "int8")


def test_whatever_goes_wrong_when_weights_are_made_is_a_note(tmp_path, monkeypatch):
    """The index is published by then."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def fails(*_: object) -> None:
        raise RuntimeError("out of everything")

    monkeypatch.setattr(converting, "_made", fails)
    assert make_ready(find_model()).endswith("import: RuntimeError: out of everything")


@pytest.mark.parametrize("how", ["version", "cut", "flipped", "gone", "about"])
def test_questions_are_embedded_by_torch_where_weights_will_not_do(
    ready, cache, tmp_path, monkeypatch, how
):
    """Of another version, damaged, or half gone: they are not made on the way to an answer."""
    folder = found(ready, "float32").folder
    shutil.copytree(folder, tmp_path / "akin" / "models" / folder.name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    weights = found(ready, "float32").folder / "model.bin"
    data = weights.read_bytes()
    match how:
        case "version":
            monkeypatch.setattr("ctranslate2.__version__", "0")
        case "cut":
            weights.write_bytes(data[:-1])
        case "flipped":
            weights.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        case "gone":
            weights.unlink()
        case "about":
            (weights.parent / ABOUT).write_text("{")
    monkeypatch.setattr(converting, "_made", None)
    assert isinstance(question_encoder(ready).taken(), SentenceTransformerEncoder)


def test_questions_are_embedded_by_torch_where_whole_weights_do_not_load(
    ready, tmp_path, monkeypatch
):
    """As those of another kind of file."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with monkeypatch.context() as patched:
        fake_weights(patched)
        make_ready(ready)
    assert found(ready, "float32") is not None
    assert isinstance(question_encoder(ready).taken(), SentenceTransformerEncoder)


def test_a_model_without_a_position_embedding_type_is_converted(cache, tmp_path):
    """As transformers 5 saves them; all that it makes have absolute positions."""
    config = json.loads((find_model().path / "config.json").read_text())
    del config["position_embedding_type"]
    in_int8(changed(tmp_path / "m", config=config)).load()


def test_a_module_that_is_too_many_is_named(cache, tmp_path):
    """In a note without the advice to let torch run the model, which has been done."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense

    whole = SentenceTransformer(str(find_model().path), local_files_only=True)
    whole.insert(2, Dense(384, 8))
    whole.save(str(tmp_path / "m"))
    model = find_model(str(tmp_path / "m"))
    note = make_ready(model)
    assert note.endswith(
        "cannot be run by ctranslate2: its vectors must be a cls or a mean, without Dense"
    )
    assert "--backend" not in note
    with pytest.raises(ModelUnavailable, match=r"without Dense\. .*--backend torch"):
        converted(model, "int8")


def test_a_build_makes_questions_ready(ready, tmp_path, monkeypatch):
    """The command does, for the model as it was run; its index answers without torch."""
    import indexer.cli
    from indexer.store.generation import IndexFolder
    from search_api.engine.live import encoder_for, open_engine
    from search_api.query.query import Query

    made_ready: list[Model] = []
    monkeypatch.setattr(indexer.cli, "make_ready", made_ready.append)  # with nothing to note
    source = tmp_path / "papers.jsonl"
    source.write_text("\n".join(json.dumps({"title": t[:40], "abstract": t}) for t in TEXTS))
    line = [str(source), "--map", "none", "--index", str(tmp_path / "index")]
    assert indexer.cli.rebuild_index.main(line, standalone_mode=False) == 0
    assert indexer.cli.rebuild_index.main(line, standalone_mode=False) == 0  # nothing to do
    assert made_ready == [ready]
    engine = open_engine(IndexFolder(tmp_path / "index"), encoder_for())
    assert isinstance(engine.encoders[0].taken(), ConvertedEncoder)
    assert engine.search(Query("state spaces", mode="semantic")).hits[0].paper.title[:5] == "Mamba"
    engine.close()
