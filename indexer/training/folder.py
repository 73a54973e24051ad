"""The folder of a trained model: what sentence-transformers loads, and a card for people."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

from indexer.errors import OutputExists
from indexer.files import flush, let_others_use
from indexer.training.static_model import WEIGHTS, StaticModel

Precision = Literal["float32", "float16", "int8"]

_STATIC = "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding"
_NORMALIZE = "sentence_transformers.base.modules.normalize.Normalize"
_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": _STATIC},
    {"idx": 1, "name": "1", "path": "1_Normalize", "type": _NORMALIZE},
]
_LARGEST_INT8 = 127
_CLIPPED = 1e-5
"""The share of int8 weights that may be beyond the range, so that the others are finer."""


def check_free(folder: Path, *, replace: bool) -> None:
    """Check that a folder can be written.

    Raises:
        OutputExists: it is there, and holds something that is not to be replaced.
    """
    if folder.exists() and not replace and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputExists(
            f"{folder}: is there already. Name another, or replace it: --replace", file=str(folder)
        )


def write_model(folder: Path, model: StaticModel, precision: Precision, card: str) -> None:
    """Write a model's folder, or put it in the place of another, all at once.

    Args:
        folder: a model's, if it is there.
        model: to write.
        precision: of the table. With ``int8``, one scale is for all of it, which the length of a
            vector takes with it when it is scaled to 1.
        card: of the model, in Markdown.
    """
    with _replacing(folder) as new:
        save_file({WEIGHTS: stored(model.table, precision)}, new / "model.safetensors")
        model.tokenizer.save(str(new / "tokenizer.json"), pretty=False)
        (new / "modules.json").write_text(json.dumps(_MODULES, indent=2) + "\n", "utf-8")
        (new / "1_Normalize").mkdir()
        (new / "1_Normalize" / "config.json").write_text("{}\n", "utf-8")
        (new / "README.md").write_text(card, "utf-8")


def stored(
    table: npt.NDArray[np.float32], precision: Precision
) -> npt.NDArray[np.float32] | npt.NDArray[np.float16] | npt.NDArray[np.int8]:
    """Return a table in the precision in which it is stored."""
    match precision:
        case "float32":
            return np.ascontiguousarray(table, np.float32)
        case "float16":
            return np.ascontiguousarray(table, np.float16)
        case "int8":
            largest = max(float(np.quantile(np.abs(table), 1 - _CLIPPED)), 1e-12)
            scaled = np.round(table * (_LARGEST_INT8 / largest))
            return np.clip(scaled, -_LARGEST_INT8, _LARGEST_INT8).astype(np.int8)


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """Lend a folder that then takes the place of ``folder``, or vanishes if that fails."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield new
        for path in [*new.rglob("*"), new]:
            let_others_use(path)
            flush(path)
        old = new.with_name(new.name + ".old")
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        flush(folder.parent)
        if old.is_dir():
            shutil.rmtree(old)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
