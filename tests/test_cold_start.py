"""What a command imports: no more than it needs, as importing is most of what it costs."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.models.choosing import encoder_of
from indexer.models.model import find_model
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from tests.conftest import SEEDS
from tests.static_models import table, write_model

SCRIPTS = Path(sys.executable).parent
PAPER = "arxiv:2508.15763"
QUESTION = "graph neural networks"

OF_TRANSFORMERS = {"torch", "transformers", "sentence_transformers", "huggingface_hub"}
OF_READING = {"bibtexparser", "lxml", "openpyxl", "ftfy", "rispy", "pylatexenc", "indexer.readers"}
OF_BUILDING = {"indexer.rebuild", "sklearn", "pandas", "scipy", "filelock"}
OF_SERVING = {"fastapi", "starlette", "uvicorn", "pydantic", "jinja2", "asyncio"}
OTHERS = {"importlib.metadata", "rapidfuzz", "rich.progress"}
UNUSED = OF_TRANSFORMERS | OF_READING | OF_BUILDING | OF_SERVING | OTHERS


def imported_by(line: str, *more: str | Path) -> set[str]:
    """The modules that an installed command imports."""
    script, *arguments = shlex.split(line)
    done = subprocess.run(
        [SCRIPTS / script, *arguments, *more],
        env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    if "--json" in more:
        assert json.loads(done.stdout)["ok"] is True
    imported = set(re.findall(r"\| +([\w.]+)$", done.stderr, re.MULTILINE))
    assert "indexer.command" in imported
    return imported


@pytest.fixture(scope="module")
def static_index(tmp_path_factory) -> Path:
    """The seeds, as a static model has them."""
    folder = tmp_path_factory.mktemp("static")
    model = find_model(str(write_model(folder / "model", {"embedding.weight": table()})))
    rebuild([SEEDS], IndexFolder(folder / "index"), encoder_of(model), mapped="none")
    return folder / "index"


def test_a_rebuild_with_nothing_to_do_does_not_load_torch(real_index):
    """It starts in a moment."""
    line = f"rebuild-index {shlex.quote(str(SEEDS))}"
    assert not imported_by(line, "--json", "--map", "none", "--index", real_index) & OF_TRANSFORMERS


@pytest.mark.parametrize(
    "line",
    [
        f"akin search --mode lexical {QUESTION}",
        f"akin explain {PAPER} --mode lexical {QUESTION}",
        f"akin related {PAPER}",
        f"akin show {PAPER}",
        "akin status",
    ],
)
def test_what_needs_no_model_imports_what_it_needs(real_index, line):
    """A search by words, papers like one that is there, a look-up: without what runs models."""
    assert not imported_by(line, "--json", "--index", real_index) & UNUSED


def test_a_search_with_a_static_model_imports_what_it_needs(static_index):
    """Neither torch nor what builds an index: a question costs no more than reading the answer."""
    imported = imported_by(f"akin search {QUESTION}", "--json", "--index", static_index)
    assert {"tokenizers", "safetensors", "faiss"} <= imported
    assert not imported & UNUSED


def test_the_help_imports_no_command():
    """What each does is told without importing it, NumPy or faiss."""
    imported = imported_by("akin --help")
    assert not imported & (UNUSED | {"numpy", "faiss", "indexer.cli"})
    assert not any(module.startswith("search_api.commands") for module in imported)
