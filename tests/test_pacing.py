"""What runs a model where many texts are to be embedded, and what people are told before."""

from pathlib import Path

import numpy as np
import pytest

import indexer.pacing
from indexer.errors import ModelUnavailable
from indexer.models import choosing, measuring
from indexer.models.converting import INT8
from indexer.models.measuring import Measured, fastest
from indexer.models.model import BF16, TORCH, Model
from indexer.pacing import long_build
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from tests.conftest import table
from tests.fakes import FakeEncoder, fake_encoder

MODEL = Model("fake", Path("/nowhere"), "f" * 64, {"query": "", "document": ""})
PAPERS = [(f"Paper number {n}", f"alpha beta gamma{n}") for n in range(12)]


WAYS = {"torch": MODEL, "bf16": MODEL.run_as(BF16, 128), "int8": MODEL.run_as(INT8, 128)}


@pytest.fixture
def measured(monkeypatch):
    """Let backends have speeds, and vectors that are so far apart from torch's, or a problem."""

    def set_up(**of_backend: tuple[float, float | str]) -> None:
        def timed(encoder, texts):
            (name,) = (name for name, model in WAYS.items() if model == encoder.model)
            speed, cosine = of_backend[name]
            if isinstance(cosine, str):
                raise ModelUnavailable(cosine)
            exact = np.tile(np.float32([1, 0]), (len(texts) - 1, 1))
            return speed, np.concatenate([exact, np.float32([[cosine, np.sqrt(1 - cosine**2)]])])

        monkeypatch.setattr(measuring, "_timed", timed)
        monkeypatch.setattr(measuring, "encoder_of", fake_encoder)

    return set_up


@pytest.mark.parametrize(
    ("bf16", "int8", "backend", "why"),
    [
        ((30, 0.9999), (20, 0.9995), "bf16", r"3\.0 times as fast as torch on 4 of these"),
        ((30, 0.9999), (35, 0.9995), "bf16", r"\(cosine to torch 1\.0000, least 0\.9999\)"),
        ((30, 0.9999), (36, 0.9995), "int8", r"3\.6 times .* least 0\.9995\)"),
        (
            (5, 0.9999),
            (20, 0.9991),
            "int8",
            r"2\.0 times .* torch 0\.9998, least 0\.9991\)",
        ),
        ((5, 0.9999), (40, 0.997), "torch", r"bf16 0\.5 times as fast here; int8 differs .*\.9970"),
        ((11, 0.9999), (20, np.nan), "torch", "int8 differs"),
        ((5, 0.9999), (11.9, 0.9995), "torch", r"int8 1\.2 times as fast here"),
        ((5, 0.9999), (20, "no such kind"), "torch", "no such kind"),
    ],
)
def test_the_fastest_way_is_taken_that_agrees_with_torch(measured, bf16, int8, backend, why):
    """On every text, the worst one too; a less exact way must be faster by a fifth."""
    measured(torch=(10, 1.0), bf16=bf16, int8=int8)
    found = fastest(WAYS, ["one", "two", "three", "four"])
    assert found.encoder.model == WAYS[backend]
    assert found.per_second == {"torch": 10, "bf16": bf16[0], "int8": int8[0]}[backend]
    assert found.why.startswith(f"--backend {backend} was taken: ")
    with pytest.raises(AssertionError, match=why):
        raise AssertionError(found.why)


@pytest.fixture
def many(monkeypatch):
    """Let a dozen texts be many, of a model that int8 is chosen for; count what is measured."""
    times: list[int] = []

    def chosen(ways, texts):
        times.append(len(texts))
        return Measured(fake_encoder(ways["torch"].run_as(INT8, None)), 50.0, "because")

    monkeypatch.setattr(indexer.pacing, "MANY", 12)
    monkeypatch.setattr(choosing, "may_be_converted", lambda _: True)
    monkeypatch.setattr(indexer.pacing, "fastest", chosen)
    monkeypatch.setattr(indexer.pacing, "encoder_of", fake_encoder)
    monkeypatch.setattr(indexer.pacing, "per_second", lambda *_: 1.0)
    return times


def test_a_backend_is_chosen_where_there_is_much_to_embed(many, index, tmp_path):
    """The report says why, and the index is of its space; a choice that was made is kept."""
    source = table(tmp_path / "p.md", *PAPERS)
    encoder = fake_encoder(MODEL)
    report = rebuild([source], index, encoder, choose_backend=True)
    assert report.notes == ["because"]
    space = index.current().manifest.space
    assert (space.backend, space.fingerprint) == (INT8, MODEL.run_as(INT8, None).fingerprint)
    assert encoder.encoded == []
    again = rebuild([source], index, encoder, choose_backend=True)  # vectors of one are cached
    assert (again.published, again.embedded, again.notes) == (False, 0, [])
    assert many == [12]


@pytest.mark.parametrize("options", [{"choose_backend": False}, {"dry_run": True}])
def test_nothing_is_measured_unasked(many, build, index, tmp_path, options):
    """Nor where nothing will be embedded."""
    build(table(tmp_path / "p.md", *PAPERS), **options)
    assert many == []


def test_nothing_is_measured_for_a_few_texts(many, index, tmp_path):
    """It would take longer than it saves."""
    source = table(tmp_path / "p.md", *PAPERS[:11])
    rebuild([source], index, fake_encoder(MODEL), choose_backend=True)
    assert (many, index.current().manifest.space.backend) == ([], TORCH)


def test_indexes_share_vectors_in_one_cache(many, tmp_path):
    """The second of the same papers embeds nothing, by whichever backend the first was built."""
    source = table(tmp_path / "p.md", *PAPERS)
    first, second, third = (IndexFolder(tmp_path / n, tmp_path / "shared") for n in "123")
    assert rebuild([source], first, fake_encoder(MODEL), choose_backend=True).embedded == 12
    assert rebuild([source], second, fake_encoder(MODEL), choose_backend=True).embedded == 0
    assert second.current().manifest.space == first.current().manifest.space
    assert rebuild([source], third, fake_encoder(MODEL)).embedded == 12
    assert (tmp_path / "shared" / "vectors.sqlite").is_file()
    assert not (tmp_path / "1" / "cache").exists()


def test_a_long_build_says_so_before_it_begins(many, index, tmp_path, monkeypatch):
    """By the rate that was measured; one that is cached is not long."""
    monkeypatch.setattr(indexer.pacing, "LONG", 11)
    source = table(tmp_path / "p.md", *PAPERS)
    told: list[str] = []
    encoder = FakeEncoder()
    rebuild([source], index, encoder, tell=lambda said: told.append(f"{said} {encoder.encoded}"))
    (sentence,) = told
    assert sentence.startswith("12 texts to embed, 1 a second: about 1 minute. ")
    assert "--progressive" in sentence
    assert "--model fast" in sentence
    assert sentence.endswith("[]")
    rebuild([source], index, encoder, tell=told.append)
    assert len(told) == 1
    rebuild([source], index, encoder, full=True, tell=told.append)
    assert len(told) == 2


@pytest.mark.parametrize(
    ("texts", "per_second", "told"),
    [
        (3000, 10.0, None),
        (3001, 10.0, "3,001 texts to embed, 10 a second: about 6 minutes."),
        (100_000, 26.0, "100,000 texts to embed, 26 a second: about 65 minutes."),
        (438_863, 26.0, "438,863 texts to embed, 26 a second: about 5 hours."),
    ],
)
def test_five_minutes_are_long(texts, per_second, told):
    """What takes longer is told in minutes, or hours."""
    found = long_build(texts, per_second)
    assert found == told if told is None else found.startswith(told)
