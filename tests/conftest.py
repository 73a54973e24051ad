"""What the tests share. Nothing here, or in any test, needs the network."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from indexer.documents import Document
from indexer.ledger import Report
from indexer.mapping import layout as map_layout
from indexer.paper import Paper, Record, Rejection
from indexer.readers import Reader
from indexer.rebuild import rebuild
from indexer.store.generation import Generation, IndexFolder
from search_api.engine.engine import Engine
from search_api.ranking import answers, scoring
from tests.fakes import FakeEncoder

os.environ["HF_HUB_OFFLINE"] = "1"

pytest_plugins = ["tests.browser"]

# No test is timed. In CI the same examples come in every run; at a desk, new ones each time.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"

Build = Callable[..., Report]


@pytest.fixture(autouse=True, scope="session")
def without_pacmap() -> Iterator[None]:
    """Lay maps out by principal components, which takes no time; see ``with_pacmap``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(map_layout, "_pacmap_is_installed", lambda: False)
        yield


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Neither find nor leave anything in the cache folder of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def with_pacmap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let PaCMAP be found, as on a machine that has it."""
    monkeypatch.setattr(map_layout, "_pacmap_is_installed", lambda: True)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A copy of the seeds that a test may edit."""
    return Path(shutil.copytree(SEEDS, tmp_path / "seeds"))


@pytest.fixture
def index(tmp_path: Path) -> IndexFolder:
    """An index folder with nothing in it."""
    return IndexFolder(tmp_path / "index")


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture
def build(index: IndexFolder, encoder: FakeEncoder) -> Build:
    """Rebuild ``index`` from sources with the fake encoder."""

    def run(*sources: Path, **options: Any) -> Report:
        return rebuild(sources, index, encoder, **options)

    return run


def papers_in(reader: Reader, document: Document) -> list[Paper | Rejection]:
    """What a reader makes of a document, the papers without their lines."""
    found = reader.read(document)
    return [one.paper if isinstance(one, Record) else one for one in found]


def assert_printable(found: Iterable[Record | Paper | Rejection]) -> None:
    """Each of what a reader yields is a paper or a rejection, and can be written in UTF-8."""
    for one in found:
        assert isinstance(one, Record | Paper | Rejection)
        shown = one.paper if isinstance(one, Record) else one
        json.dumps(shown.to_json(), ensure_ascii=False).encode("utf-8")


def table(path: Path, *rows: tuple[str, str], link: str = "") -> Path:
    """Write a Markdown table of (title, abstract) rows and return its path."""
    lines = ["| Year | Title | Abstract | Link |", "|---|---|---|---|"]
    lines += [f"| 2024 | {title} | {abstract} | {link} |" for title, abstract in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def seed_generation(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    """The seeds, built once with the fake encoder; not to be changed."""
    index = IndexFolder(tmp_path_factory.mktemp("seeds-index"))
    rebuild([SEEDS], index, FakeEncoder())
    return index.current()


@pytest.fixture
def engine(seed_generation: Generation, encoder: FakeEncoder) -> Iterator[Engine]:
    """An engine over the seeds with the fake encoder."""
    engine = Engine(seed_generation, encoder)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def real_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seeds under the name of the bundled model, with vectors that nobody will ask for."""
    from indexer.models.model import find_model

    index = IndexFolder(tmp_path_factory.mktemp("real") / "index")
    model = find_model()
    rebuild([SEEDS], index, FakeEncoder(model.fingerprint, model.name), mapped="none")
    return index.path


@pytest.fixture(scope="session")
def model_index(tmp_path_factory: pytest.TempPathFactory) -> IndexFolder:
    """The seeds, built once with the real bundled model; not to be changed."""
    from indexer.models.choosing import encoder_of
    from indexer.models.model import find_model

    index = IndexFolder(tmp_path_factory.mktemp("model-index"))
    rebuild([SEEDS], index, encoder_of(find_model()))
    return index


@pytest.fixture
def small(monkeypatch) -> None:
    """Let a handful be what a thousand is elsewhere: candidates, pools, pages at hand."""
    monkeypatch.setattr(scoring, "DEPTH", 3)
    monkeypatch.setattr(scoring, "_DEEPER", 2)
    monkeypatch.setattr(answers, "_AT_HAND", 4)
    monkeypatch.setattr(answers, "_DEEPER", 2)
