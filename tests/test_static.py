"""Static models without torch: what sentence-transformers computes of the same files."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from indexer.arrays import unit
from indexer.errors import ModelUnavailable
from indexer.models.choosing import encoder_of
from indexer.models.model import find_model
from indexer.models.sentence_transformer import SentenceTransformerEncoder
from indexer.models.static import StaticEncoder, is_static
from indexer.models.static_table import FEW, TokenTable
from indexer.models.static_tokens import TokenReader
from indexer.rebuild import rebuild
from tests import conftest
from tests.static_models import NORMALIZE, SIZE, STATIC, VOCABULARY, WORDS, table, write_model

TEXTS = [
    "graph neural networks",
    "Deep learning, of the (naïve) owl - a graph\nneural network.",
    "",
    " \t\n",
    "[CLS] zebra [SEP] 图图",
    "owl " * 40,
    "naïve\u00a0owls\x00 and\x1cothers 🚀",
]


def static_of(folder: Path) -> StaticEncoder:
    """The encoder that is chosen for a folder, which has to be the light one."""
    encoder = encoder_of(find_model(str(folder)))
    assert isinstance(encoder, StaticEncoder)
    return encoder


@pytest.mark.parametrize(
    ("weights", "options"),
    [
        ({"embedding.weight": table()}, {}),
        ({"embedding.weight": table(np.float16)}, {"modules": [STATIC]}),
        ({"embedding.weight": table()}, {"truncate_dim": 5}),
        ({"embedding.weight": table()}, {"cut": 4}),
        (
            {"embedding.weight": table()},
            {"prompts": {"query": "graph of ", "document": "the owl: "}},
        ),
        ({"embeddings": table(np.int8), "weights": np.linspace(0.1, 2, SIZE)}, {}),
        (
            {
                "embeddings": table(rows=6),
                "mapping": np.arange(SIZE) % 6,
                "weights": np.linspace(0.1, 2, SIZE, dtype=np.float32),
            },
            {"truncate_dim": 7},
        ),
    ],
    ids=["plain", "float16", "truncated", "cut", "prompts", "model2vec-int8", "model2vec-mapping"],
)
def test_vectors_are_those_of_sentence_transformers(tmp_path, weights, options):
    """One text or many, asking or found: the same direction to the rounding of floats."""
    folder = write_model(tmp_path / "m", weights, **options)
    light, reference = static_of(folder), SentenceTransformerEncoder(find_model(str(folder)))
    for texts in (TEXTS, TEXTS * FEW):
        for role in ("encode_document", "encode_query"):
            found, expected = getattr(light, role)(texts), getattr(reference, role)(texts)
            assert (found.dtype, found.shape) == (np.float32, expected.shape)
            similar = (found * expected).sum(axis=1)
            some = np.linalg.norm(expected, axis=1) > 0
            precise = 1e-3 if weights.get("embedding.weight", found).dtype == np.float16 else 1e-6
            assert similar[some] == pytest.approx(np.ones(some.sum()), abs=precise)
            assert not found[~some].any()


@pytest.mark.parametrize("cut", [None, 4])
def test_vectors_and_counts_come_from_one_reading(tmp_path, cut):
    """Both are what they are when asked for one by one; counts are of uncut texts."""
    encoder = static_of(write_model(tmp_path / "m", {"embedding.weight": table()}, cut=cut))
    vectors, counts = encoder.encode_counted(TEXTS)
    assert np.array_equal(vectors, encoder.encode_document(TEXTS))
    assert counts == encoder.count_tokens(TEXTS)
    assert counts[TEXTS.index("owl " * 40)] == 40


@pytest.mark.parametrize("cut", [None, 4])
def test_a_build_parts_each_text_into_tokens_once(index, tmp_path, monkeypatch, cut):
    """Where texts are cut, too: vectors and counts come from one reading."""
    read, parted = TokenReader.read, []

    def watched(self, texts):
        parted.extend(texts)
        return read(self, texts)

    monkeypatch.setattr(TokenReader, "read", watched)
    encoder = static_of(write_model(tmp_path / "m", {"embedding.weight": table()}, cut=cut))
    source = conftest.table(tmp_path / "p.md", ("Owl", "owl " * 40), ("Graph", "networks"))
    report = rebuild([source], index, encoder, mapped="none")
    assert (len(parted), report.truncated) == (2, 1 if cut else 0)


def test_few_texts_and_many_are_added_up_alike():
    """The sums of gathered rows are those of the sparse product; of no tokens they are zero."""
    known = TokenTable(table(np.float16), 9)
    counts = np.array([3, 0, 5, 1] * FEW)
    tokens = np.random.default_rng(1).integers(0, len(known), counts.sum()).astype(np.int32)
    many = known.sums(tokens, counts)
    few = np.concatenate(
        [known.sums(tokens[at : at + 9], counts[:4]) for at in range(0, 9 * FEW, 9)]
    )
    np.testing.assert_allclose(many, few, rtol=1e-5, atol=1e-3)
    assert not many[1].any()
    assert many.dtype == few.dtype == np.float32


def test_a_lot_beyond_one_is_in_order(tmp_path):
    """Texts are added up lot by lot, and come back in their order; none is none."""
    light = static_of(write_model(tmp_path / "m", {"embedding.weight": table()}))
    words = [word for word in WORDS if not word.startswith("##")] * 200
    alone = unit(table()[[VOCABULARY[word] for word in words]])
    np.testing.assert_allclose(light.encode_document(words), alone, atol=1e-6)
    assert light.encode_document([]).shape == (0, 16)


def test_tokens_are_counted_and_placed(tmp_path):
    """Counts are uncut and without special tokens; the pieces read add up to the embedding."""
    light = static_of(
        write_model(
            tmp_path / "m",
            {"embedding.weight": table()},
            cut=4,
            prompts={"query": "", "document": "the "},
        )
    )
    assert light.max_tokens == 4
    assert light.count_tokens(["", "naïve  networks", "zebra"]) == [1, 4, 2]
    assert [light.has_word(word) for word in ("owl", "networks", "Naïve", "")] == [
        True,
        False,
        True,
        False,
    ]
    whole, cut = light.encode_tokens("naïve networks"), light.encode_tokens("naïve networks, owl")
    assert (whole.cut, cut.cut) == (False, True)
    assert whole.places.tolist() == cut.places.tolist() == [[0, 0], [0, 5], [6, 13], [13, 14]]
    expected = light.encode_document(["naïve networks, owl"])[0]
    np.testing.assert_allclose(unit(cut.embeddings.sum(axis=0)), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("modules", "extra"),
    [
        ([STATIC, "sentence_transformers.models.Dense"], {}),
        (["sentence_transformers.models.Transformer"], {}),
        ([STATIC, NORMALIZE], {"module_input_name": "token_embeddings"}),
    ],
)
def test_other_modules_are_left_to_others(tmp_path, modules, extra):
    """Only a table, scaled or not, is static: what else there is, sentence-transformers runs."""
    folder = write_model(tmp_path / "m", {"embedding.weight": table()}, modules=modules)
    if len(modules) > 1:
        (folder / "1_Next" / "config.json").write_text(json.dumps(extra))
    assert isinstance(encoder_of(find_model(str(folder))), SentenceTransformerEncoder)


@pytest.mark.parametrize("harm", ["cut short", "no weights", "other weights", "bfloat16"])
def test_weights_that_numpy_cannot_read_are_left_to_others(tmp_path, harm):
    """They may be good ones for torch; if they are not, it says so."""
    folder = write_model(tmp_path / "m", {"embedding.weight": table()})
    path = folder / "model.safetensors"
    model = find_model(str(folder))
    if harm == "cut short":
        path.write_bytes(path.read_bytes()[:100])
    elif harm == "no weights":
        path.unlink()
    elif harm == "other weights":
        save_file({"linear.weight": table()}, path)
    else:
        path.write_bytes(path.read_bytes().replace(b'"F32"', b'"BF16"'))
    assert not is_static(model)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("tokenizer", "not a static model that can be loaded"),
        ("shape", r"two dimensions, not the shape \(22,\)"),
        ("mapping", "its mapping points beyond its 22 rows"),
        ("direction", "cuts texts at their beginning"),
    ],
)
def test_a_broken_model_is_one_error(tmp_path, harm, told):
    """What is wrong with a file is told when it is loaded, not by a traceback."""
    weights = {"embedding.weight": table()}
    if harm == "shape":
        weights = {"embedding.weight": table()[:, 0].copy()}
    if harm == "mapping":
        weights = {"embeddings": table(), "mapping": np.arange(1, 23)}
    direction = "left" if harm == "direction" else "right"
    folder = write_model(tmp_path / "m", weights, cut=9, direction=direction)
    if harm == "tokenizer":
        (folder / "tokenizer.json").write_text('{"version": "1.0"}')
    with pytest.raises(ModelUnavailable, match=told):
        static_of(folder).load()


@pytest.mark.parametrize("times", [1, FEW])
def test_a_token_without_a_row_is_an_error(tmp_path, times):
    """A table shorter than its vocabulary is told, before its end is read over."""
    light = static_of(write_model(tmp_path / "m", {"embedding.weight": table(rows=10)}))
    assert light.encode_query(["deep graph"]).shape == (1, 16)
    with pytest.raises(ModelUnavailable, match="its table has no row for"):
        light.encode_document(["deep graph", "owl"] * times)


def test_vectors_that_are_no_numbers_are_refused(tmp_path):
    """A table that is damaged makes NaN, which has no length."""
    folder = write_model(tmp_path / "m", {"embedding.weight": table()})
    weights = load_file(folder / "model.safetensors")
    weights["embedding.weight"][VOCABULARY["owl"]] = np.nan
    (folder / "model.safetensors").unlink()
    save_file(weights, folder / "model.safetensors")
    with pytest.raises(ModelUnavailable, match=r"not numbers \(NaN or infinite\)"):
        static_of(folder).encode_query(["an owl"])
