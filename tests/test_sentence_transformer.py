"""The real encoder, on the bundled model."""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from indexer.arrays import unit
from indexer.errors import ModelUnavailable
from indexer.models.choosing import encoder_of
from indexer.models.model import BF16, TORCH, find_model
from indexer.models.sentence_transformer import SentenceTransformerEncoder
from search_api.engine.engine import Engine

pytestmark = pytest.mark.model

TEXTS = ["graph neural networks", "federated learning " * 200, "Mamba", ""]


@pytest.fixture(scope="module")
def encoder():
    return SentenceTransformerEncoder(find_model())


def test_vectors_are_those_of_sentence_transformers(encoder):
    """akin adds nothing to and takes nothing from the model's own vectors."""
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(encoder.model.path), local_files_only=True)
    expected = plain.encode(TEXTS, show_progress_bar=False)
    got = encoder.encode_document(TEXTS)
    assert (got.shape, got.dtype) == ((4, 384), np.float32)
    np.testing.assert_allclose(got, expected, atol=1e-6)
    np.testing.assert_allclose(encoder.encode_query(TEXTS), expected, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(got, axis=1), 1, atol=1e-6)


def test_tokens_are_counted_uncut(encoder):
    """Two special word pieces, and no limit at what the model reads."""
    assert encoder.max_tokens == 256
    assert encoder.count_tokens(TEXTS) == [5, 2 + 3 * 200, 4, 2]


def test_vectors_and_counts_come_together(encoder):
    """They are those of the documents, each counted uncut."""
    vectors, counts = encoder.encode_counted(TEXTS)
    np.testing.assert_allclose(vectors, encoder.encode_document(TEXTS), atol=1e-6)
    assert counts == [5, 2 + 3 * 200, 4, 2]


def test_less_can_be_read_of_a_text(encoder):
    """The vector is that of the beginning; pieces are counted uncut."""
    short = SentenceTransformerEncoder(encoder.model.run_as(TORCH, 32))
    assert short.max_tokens == 32
    long, cut = "federated learning " * 200, "federated learning " * 10  # 3 pieces each, and two
    got, counts = short.encode_counted([long, "Mamba"])
    np.testing.assert_allclose(got, encoder.encode_document([cut, "Mamba"]), atol=1e-6)
    assert counts == [602, 4]
    assert short.encode_tokens(long).cut


def test_bfloat16_is_another_way_to_run_a_model(encoder):
    """Its vectors are float32 and nearly the same, queries and word pieces too; never mixed."""
    half = encoder_of(encoder.model.run_as(BF16, None))
    got = half.encode_document(TEXTS)
    assert (got.shape, got.dtype) == ((4, 384), np.float32)
    assert ((got * encoder.encode_document(TEXTS)).sum(axis=1) > 0.999).all()
    np.testing.assert_allclose(np.linalg.norm(got, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(half.encode_query(TEXTS), got)
    tokens = half.encode_tokens(TEXTS[0])
    assert tokens.embeddings.dtype == np.float32
    assert unit(tokens.embeddings.sum(axis=0)[None])[0] @ got[0] > 0.999
    assert half.model.fingerprint != encoder.model.fingerprint


def test_the_model_knows_frequent_words_as_a_whole(encoder):
    """Others are made of several pieces."""
    words = ["protein", "Protein", "protien", "proteinaceous", ""]
    assert [encoder.has_word(word) for word in words] == [True, True, False, False, False]


def test_threads_share_one_encoder(encoder):
    """Concurrent calls give what single calls give."""
    texts = [f"paper number {i} on topic {i % 7}" for i in range(40)]
    alone = [encoder.encode_query([text])[0] for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: encoder.encode_query([text])[0], texts))
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_prompts_are_used_and_change_the_fingerprint(encoder, tmp_path):
    """A model with prompts is asked with one and indexed with the other."""
    folder = Path(shutil.copytree(encoder.model.path, tmp_path / "prompted"))
    config = {"prompts": {"query": "query: ", "document": "passage: "}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(config))
    prompted = SentenceTransformerEncoder(find_model(str(folder)))
    assert prompted.model.fingerprint != encoder.model.fingerprint
    for got, text in [
        (prompted.encode_query(["Mamba"]), "query: Mamba"),
        (prompted.encode_document(["Mamba"]), "passage: Mamba"),
    ]:
        np.testing.assert_allclose(got, encoder.encode_document([text]), atol=1e-6)
    assert prompted.count_tokens(["Mamba"]) == encoder.count_tokens(["passage: Mamba"])


def test_a_folder_that_cannot_be_loaded_is_a_typed_error(tmp_path):
    """Files that look like a model but are none are reported with their path."""
    (tmp_path / "modules.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelUnavailable, match=str(tmp_path)):
        SentenceTransformerEncoder(find_model(str(tmp_path))).load()


def test_a_rebuilt_index_fits_a_freshly_loaded_model(model_index, encoder):
    """The fingerprint in the manifest is that of the model, in any process."""
    engine = Engine(model_index.current(), encoder)
    assert engine.info.papers == 64
    engine.close()


def test_damaged_weights_are_a_typed_error(encoder, tmp_path):
    """A cut weights file of a local model is reported, not a traceback."""
    folder = Path(shutil.copytree(encoder.model.path, tmp_path / "cut"))
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelUnavailable, match="cut"):
        SentenceTransformerEncoder(find_model(str(folder))).load()


def test_a_static_model_is_a_model(encoder, tmp_path):
    """A token table without a transformer encodes, counts its tokens and cuts nothing."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(encoder.model.path / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=16)]).save(str(tmp_path))
    static = SentenceTransformerEncoder(find_model(str(tmp_path)))
    vectors = static.encode_document(["Mamba", "graph networks"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert vectors.shape == (2, 16)
    assert static.max_tokens is None
    assert static.count_tokens(["graph neural networks"]) == [5]
    tokens = static.encode_tokens("graph networks")
    np.testing.assert_allclose(summed(tokens), vectors[1], atol=1e-6)
    assert tokens.places.tolist() == [[0, 5], [6, 14]]
    assert not tokens.cut
    assert static.encode_tokens("").embeddings.shape == (0, 16)


def changed(encoder, folder, **files):
    """Load a copy of the bundled model in which some JSON files are others."""
    shutil.copytree(encoder.model.path, folder, copy_function=os.symlink)
    for name, content in files.items():
        path = folder / {"pooling": "1_Pooling/config.json"}.get(name, f"{name}.json")
        path.unlink(missing_ok=True)
        path.write_text(json.dumps(content))
    return SentenceTransformerEncoder(find_model(str(folder)))


def summed(tokens):
    """What the pieces add up to, at length 1."""
    vector = tokens.embeddings.sum(axis=0, dtype=np.float64)
    return vector / np.linalg.norm(vector)


POOLING = {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": False}
PROMPTED = {"prompts": {"query": "", "document": "represent the passage: "}}


@pytest.mark.parametrize("text", [*TEXTS, "naïve İstanbul ﬁne [SEP] 图 🚀\0x", " \n"])
def test_word_pieces_add_up_to_the_document(encoder, text):
    """Their sum is the document's vector, and each but two stands for characters of the text."""
    tokens = encoder.encode_tokens(text)
    np.testing.assert_allclose(summed(tokens), encoder.encode_document([text])[0], atol=1e-6)
    assert (tokens.embeddings.dtype, tokens.places.dtype) == (np.float32, np.int64)
    assert tokens.cut == (encoder.count_tokens([text])[0] > 256)
    assert len(tokens.places) == min(256, encoder.count_tokens([text])[0])
    assert np.count_nonzero(tokens.places[:, 0] == tokens.places[:, 1]) == 2
    assert tokens.places.max() <= len(text)


def test_word_pieces_know_their_places(encoder):
    """Places are of characters, whatever the tokenizer makes of them."""
    text = "Naïve 🚀 tokenizers"
    places = encoder.encode_tokens(text).places
    pieces = [text[start:end] for start, end in places]
    assert pieces == ["", "Naïve", "🚀", "token", "izer", "s", ""]


@pytest.mark.parametrize("include_prompt", [True, False])
def test_a_prompt_is_no_part_of_the_text(encoder, tmp_path, include_prompt):
    """Its pieces have no place in the text, and count where the pooling counts them."""
    pooling = {**POOLING, "pooling_mode_mean_tokens": True, "include_prompt": include_prompt}
    prompted = changed(
        encoder, tmp_path / "m", pooling=pooling, config_sentence_transformers=PROMPTED
    )
    tokens = prompted.encode_tokens("graph learning")
    expected = prompted.encode_document(["graph learning"])[0]
    np.testing.assert_allclose(summed(tokens), expected, atol=1e-6)
    special = [[0, 0]] * (5 if include_prompt else 0)  # [CLS] represent the passage :
    assert tokens.places.tolist() == [*special, [0, 5], [6, 14], [0, 0]]


def test_a_mean_over_the_root_of_the_length_is_a_sum_too(encoder, tmp_path):
    """At length 1 it is the same vector as the mean."""
    pooling = {**POOLING, "pooling_mode_mean_sqrt_len_tokens": True}
    tokens = changed(encoder, tmp_path / "m", pooling=pooling).encode_tokens("graph learning")
    expected = encoder.encode_document(["graph learning"])[0]
    np.testing.assert_allclose(summed(tokens), expected, atol=1e-6)


@pytest.mark.parametrize("mode", ["cls_token", "max_tokens", "weightedmean_tokens", "lasttoken"])
def test_other_poolings_are_no_sum(encoder, tmp_path, mode):
    """Nothing is made up for a model whose vectors are not the mean of its word pieces."""
    other = changed(encoder, tmp_path / "m", pooling={**POOLING, f"pooling_mode_{mode}": True})
    assert other.encode_tokens("graph learning") is None


def test_a_dense_layer_is_no_sum(encoder, tmp_path):
    """What comes after the pooling mixes the pieces."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Dense

    plain = SentenceTransformer(str(encoder.model.path), local_files_only=True)
    SentenceTransformer(modules=[plain[0], plain[1], Dense(384, 16)]).save(str(tmp_path))
    dense = SentenceTransformerEncoder(find_model(str(tmp_path)))
    assert dense.encode_document(["Mamba"]).shape == (1, 16)
    assert dense.encode_tokens("Mamba") is None


@pytest.fixture
def copy(encoder, tmp_path) -> Path:
    """A copy of the bundled model that a test may change."""
    return Path(shutil.copytree(encoder.model.path, tmp_path / "copy"))


def test_no_pickle_is_ever_loaded(copy, monkeypatch):
    """A module that has but a pickle, decoys beside it, is refused before anything is loaded."""
    import torch

    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("a pickle was loaded"))
    modules = json.loads((copy / "modules.json").read_text())
    module = {"path": "3_Dense", "type": "sentence_transformers.models.Dense"}
    modules.append({"idx": 3, "name": "3", **module})
    (copy / "modules.json").chmod(0o644)
    (copy / "modules.json").write_text(json.dumps(modules))
    dense = copy / "3_Dense"
    dense.mkdir()
    torch.save({}, dense / "pytorch_model.bin")
    (dense / "config.json").write_text('{"in_features": 384, "out_features": 8}')
    (dense / "weights.safetensors").write_bytes(b"")
    with pytest.raises(ModelUnavailable, match=r"3_Dense/pytorch_model\.bin: a pickle"):
        SentenceTransformerEncoder(find_model(str(copy))).encode_query(["x"])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", '{"model_type": 7}'),
        ("1_Pooling/config.json", '{"pooling_mode": {"a": 1}}'),
        ("tokenizer.json", '{"version": "1.0"}'),
    ],
)
def test_whatever_is_wrong_with_a_model_is_one_error(copy, name, content):
    """Not a traceback of the library that found it."""
    (copy / name).chmod(0o644)
    (copy / name).write_text(content)
    with pytest.raises(ModelUnavailable, match="sentence-transformers can load"):
        SentenceTransformerEncoder(find_model(str(copy))).load()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_model_whose_vectors_are_no_numbers_is_refused(copy, bad):
    """Weights that are damaged make NaN, which has no length."""
    from safetensors.numpy import load_file, save_file

    weights = load_file(copy / "model.safetensors")
    weights["embeddings.LayerNorm.bias"] = np.full_like(weights["embeddings.LayerNorm.bias"], bad)
    (copy / "model.safetensors").unlink()
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    broken = SentenceTransformerEncoder(find_model(str(copy)))
    for encode in (broken.encode_document, broken.encode_query):
        with pytest.raises(ModelUnavailable, match=r"not numbers \(NaN or infinite\)"):
            encode(["owls by night"])
