"""The real encoder, on the bundled model."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from indexer.encoder import SentenceTransformerEncoder
from indexer.errors import ModelUnavailable
from indexer.models import find_model
from search_api.engine import Engine

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
    broken = SentenceTransformerEncoder(find_model(str(tmp_path)))
    with pytest.raises(ModelUnavailable, match=str(tmp_path)):
        broken.load()


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
