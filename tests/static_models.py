"""A static model of 22 word pieces, in a folder as sentence-transformers and model2vec write it."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

WORDS = "graph neural network ##s deep learn ##ing of the a naive , . ( ) - 图 owl".split()
SPECIAL = ["[PAD]", UNKNOWN := "[UNK]", "[CLS]", "[SEP]"]
VOCABULARY = {word: at for at, word in enumerate([*SPECIAL, *WORDS])}
SIZE = len(VOCABULARY)
STATIC = "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding"
NORMALIZE = "sentence_transformers.base.modules.normalize.Normalize"


def write_model(
    folder: Path, weights, *, modules=(STATIC, NORMALIZE), cut=None, direction="right", **config
) -> Path:
    """Write a model with these weights, and return its folder."""
    folder.mkdir(exist_ok=True)
    tokenizer = Tokenizer(models.WordPiece(VOCABULARY, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(SPECIAL)
    if cut:
        tokenizer.enable_truncation(cut, direction=direction)
    tokenizer.save(str(folder / "tokenizer.json"))
    save_file(weights, folder / "model.safetensors")
    listed = [
        {"idx": at, "name": str(at), "path": "" if at == 0 else f"{at}_Next", "type": kind}
        for at, kind in enumerate(modules)
    ]
    (folder / "modules.json").write_text(json.dumps(listed))
    for module in listed[1:]:
        (folder / module["path"]).mkdir(exist_ok=True)
    stated = {"model_type": "SentenceTransformer", "prompts": {"query": "", "document": ""}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps({**stated, **config}))
    return folder


def table(dtype=np.float32, rows=SIZE, dimension=16):
    """Random vectors, in a range that every precision has."""
    values = np.random.default_rng(3).normal(size=(rows, dimension)) * 40
    return np.clip(values, -127, 127).astype(dtype)
