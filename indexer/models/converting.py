"""The weights of a transformer for ctranslate2: made once, and kept for all indexes.

What sentence-transformers makes of a model's folder is written down beside them (tokenizer,
pooling, how much is read), so that nobody needs it, nor torch, to run the model afterwards.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from indexer.errors import ModelUnavailable
from indexer.files import file_sha256
from indexer.models.model import Model, transformer_folder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

INT8 = "ctranslate2-int8"
"""The backend that runs them in int8."""

Precision = Literal["int8", "float32"]
"""Of weights, and of what is computed with them: in float32 the vectors are those of torch."""

ABOUT = "akin.json"
TOKENIZER = "tokenizer.json"
_WEIGHTS = "model.bin"
_FORM = 2
"""Of the folder; a change makes all of them anew."""

_ARCHITECTURES = {"bert"}
_POOLINGS = {"mean", "cls"}


@dataclass(frozen=True, slots=True)
class Converted:
    """A transformer as ctranslate2 takes it, on disk.

    Attributes:
        folder: that holds it, with a ``tokenizer.json``.
        precision: of its weights.
        made_by: the version of ctranslate2.
        pooling: ``mean`` or ``cls``: what of the last layer is the vector.
        max_tokens: how many word pieces are read, special ones included.
        dimension: the first numbers of a vector that are kept.
    """

    folder: Path
    precision: Precision
    made_by: str
    pooling: str
    max_tokens: int
    dimension: int

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Return what a folder holds; ``None``: nothing for this version, or it is damaged."""
        try:
            about = json.loads((folder / ABOUT).read_text("utf-8"))
            hashes = about.pop("files")
            found = cls(folder=folder, **about)
            from ctranslate2 import __version__  # where there is something to compare it with

            if found.made_by != __version__:
                return None
            whole = all(file_sha256(folder / name) == told for name, told in hashes.items())
        except (OSError, ValueError, LookupError, TypeError, AttributeError, ImportError):
            return None
        return found if whole else None

    def write(self) -> None:
        """Write down what the folder holds, with checksums, when all else is there."""
        files = {name: file_sha256(self.folder / name) for name in (_WEIGHTS, TOKENIZER)}
        about = {**asdict(self), "files": files}
        del about["folder"]
        (self.folder / ABOUT).write_text(json.dumps(about), "utf-8")


def is_installed() -> bool:
    """Tell whether there is what makes and runs such weights."""
    return find_spec("ctranslate2") is not None


def may_be_converted(model: Model) -> bool:
    """Tell whether a model looks like one that ctranslate2 can run, without loading it."""
    place = transformer_folder(model)
    if place is None:
        return False
    try:
        config = json.loads((place / "config.json").read_text("utf-8"))
    except (OSError, ValueError):  # whoever loads it says what is wrong with it
        return False
    return isinstance(config, dict) and config.get("model_type") in _ARCHITECTURES


def found(model: Model, precision: Precision) -> Converted | None:
    """Return a model's weights if they were made, are whole, and can be run; nothing is made."""
    if not is_installed():
        return None
    try:
        return Converted.read(_place(model, precision))
    except ModelUnavailable:  # no place, so no weights
        return None


def converted(
    model: Model, precision: Precision, check: Callable[[Converted], None] = lambda _: None
) -> Converted:
    """Return a model's weights; they are made if nobody did so before, or are damaged.

    They lie in ``akin/models/`` of the user's cache folder, by the fingerprint of the model's
    files, and are made anew for another version of ctranslate2. Only to make them takes torch, and
    some seconds.

    Args:
        model: from :func:`indexer.models.model.find_model`.
        precision: of the weights.
        check: given new weights before they are kept; they are not if it raises something.

    Raises:
        ModelUnavailable: ctranslate2 is not installed, it cannot run the model, or there is no
            place to keep them.
    """
    if not is_installed():
        raise ModelUnavailable(
            f"{model.name}: this index has its vectors in int8, by ctranslate2, which is not "
            "installed. Install it: pip install ctranslate2; or let torch embed the papers anew: "
            "rebuild-index --backend torch",
            model=model.name,
        )
    folder = _place(model, precision)
    if (known := Converted.read(folder)) is not None:
        return known
    if not may_be_converted(model):
        raise _cannot(model, f"only {', '.join(sorted(_ARCHITECTURES))} can")
    try:
        return _kept(model, precision, folder, check)
    except OSError as error:
        raise _no_place(model, str(folder), str(error)) from error


def _place(model: Model, precision: Precision) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    try:
        cache = cache.expanduser()
    except RuntimeError as error:
        raise _no_place(model, str(cache), "no such home folder is known") from error
    name = hashlib.sha256(f"{model.files}\0{_FORM}\0{precision}".encode()).hexdigest()[:32]
    return cache / "akin" / "models" / name


def _kept(
    model: Model, precision: Precision, folder: Path, check: Callable[[Converted], None]
) -> Converted:
    """Make the weights beside their place, and put them there at once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        made = _made(model, precision, Path(scratch) / "made")
        check(made)
        if folder.exists() and Converted.read(folder) is None:
            folder.rename(Path(scratch) / "damaged")
        try:
            made.folder.rename(folder)
        except OSError:  # somebody else was faster
            if (theirs := Converted.read(folder)) is not None:
                return theirs
            raise
    return replace(made, folder=folder)


def _made(model: Model, precision: Precision, folder: Path) -> Converted:
    from ctranslate2 import __version__
    from sentence_transformers import SentenceTransformer

    from indexer.models.sentence_transformer import loaded, pooling_of, shaping

    whole = loaded(SentenceTransformer, model, "model")
    pooling = pooling_of(whole)
    if pooling not in _POOLINGS:
        names = [type(module).__name__ for module in shaping(whole)]
        more = [name for name in names if name not in {"Transformer", "Pooling"}]
        mean = f"its vectors must be a {' or a '.join(sorted(_POOLINGS))}"
        raise _cannot(model, f"{mean}, without {', '.join(more)}" if more else mean)
    tokenizer: Any = whole.tokenizer
    if not getattr(tokenizer, "is_fast", False) or tokenizer.truncation_side != "right":
        raise _cannot(model, "its tokenizer must be a fast one that cuts texts at their end")
    include_prompt: Any = getattr(whole[1], "include_prompt", True)
    if not include_prompt and any(model.prompts.values()):
        raise _cannot(model, "its prompts must be part of the vector")
    with _quiet():
        _convert(model, whole, precision, folder)
    bare = tokenizer.backend_tokenizer
    bare.no_truncation()
    bare.no_padding()
    bare.save(str(folder / TOKENIZER))
    limit: Any = whole.max_seq_length
    first: Any = whole[0]
    positions = int(first.model.config.max_position_embeddings)
    dimension: Any = whole.truncate_dim or whole.get_embedding_dimension()
    result = Converted(
        folder,
        precision,
        __version__,
        str(pooling),
        positions if limit is None or math.isinf(limit) else min(int(limit), positions),
        int(dimension),
    )
    result.write()
    return result


def _convert(model: Model, whole: SentenceTransformer, precision: Precision, folder: Path) -> None:
    """Let ctranslate2 write the weights; in int8 a scale for each row of them, too."""
    from ctranslate2.converters import TransformersConverter

    converter = TransformersConverter(str(transformer_folder(model)))
    first: Any = whole[0]
    config = first.model.config
    if not hasattr(config, "position_embedding_type"):  # transformers 5 knows no other
        config.position_embedding_type = "absolute"
    # What sentence-transformers has loaded, from safetensors and without foreign code.
    converter.load_model = lambda *_, **__: first.model
    converter.load_tokenizer = lambda *_, **__: whole.tokenizer
    try:
        converter.convert(str(folder), quantization=precision)
    except (ValueError, AttributeError, KeyError, AssertionError, RuntimeError) as error:
        raise _cannot(model, f"ctranslate2 says: {error!r}") from error


def _cannot(model: Model, why: str) -> ModelUnavailable:
    reason = f"{model.name}: cannot be run by ctranslate2: {why}"
    return ModelUnavailable(
        f"{reason}. Let torch run it: --backend torch", model=model.name, reason=reason
    )


def _no_place(model: Model, where: str, why: str) -> ModelUnavailable:
    reason = f"{where}: weights of {model.name} for ctranslate2 cannot be kept there: {why}"
    return ModelUnavailable(
        f"{reason}. Name another place in XDG_CACHE_HOME, or let torch run the model: "
        "rebuild-index --backend torch",
        model=model.name,
        reason=f"{reason}. Name another place in XDG_CACHE_HOME",
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep transformers from telling people what they cannot change."""
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(before)
