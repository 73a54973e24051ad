"""The file of weights: what is written comes back, and what is none is refused with its reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.errors import RankerUnusable
from indexer.models.model import FAST_MODEL, find_model
from search_api.ranking.features import FEATURES
from search_api.ranking.learned import BUNDLED, MEANING, Learned

NAMES = [feature.name for feature in FEATURES]
WEIGHTS = {
    meaning: {name: 0.1 * place + share for place, name in enumerate(NAMES)}
    for meaning, share in zip(MEANING, (0.0, 1.0), strict=True)
}
ABOUT = {"transformer": {"collections": {"Zwölf": {"queries": 3}}}}


def without(*keys: str) -> dict:
    said = {"version": 1, "tokens": "t", "weights": WEIGHTS}
    return {key: value for key, value in said.items() if key not in keys}


def weighing(value: object) -> dict:
    weights = {**WEIGHTS, "static": {**WEIGHTS["static"], NAMES[0]: value}}
    return {**without(), "weights": weights}


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    """Weights, tokens and what is told of them are the same; so is the fingerprint."""
    learned = Learned(WEIGHTS, "tokens", ABOUT)
    learned.write(tmp_path / "ranker.json")
    read = Learned.read(tmp_path / "ranker.json")
    assert read == learned
    assert read.fingerprint == learned.fingerprint
    assert "Zwölf" in (tmp_path / "ranker.json").read_text("utf-8")


def test_the_fingerprint_is_of_what_orders_papers() -> None:
    """Other weights or tokens make another; what is told of them does not."""
    learned = Learned(WEIGHTS, "tokens", ABOUT)
    assert Learned(WEIGHTS, "tokens").fingerprint == learned.fingerprint
    assert Learned(WEIGHTS, "others").fingerprint != learned.fingerprint
    turned = dict(zip(MEANING, reversed(WEIGHTS.values()), strict=True))
    assert Learned(turned, "tokens").fingerprint != learned.fingerprint


def test_weights_follow_the_share_of_a_static_model() -> None:
    """None: those of a transformer; all: those of a static model; between them on the line."""
    learned = Learned(WEIGHTS, "tokens")
    assert learned.of(0.0) == pytest.approx(WEIGHTS["transformer"])
    assert learned.of(1.0) == pytest.approx(WEIGHTS["static"])
    quarter = {name: value + 0.25 for name, value in WEIGHTS["transformer"].items()}
    assert learned.of(0.25) == pytest.approx(quarter)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("{", "cannot be read: Expecting"),
        ("[]", "version None, not 1"),
        (json.dumps({**without(), "version": 2}), "version 2, not 1"),
        (json.dumps(without("weights")), "without weights, or without the model of its tokens"),
        (json.dumps(without("tokens")), "without weights, or without the model of its tokens"),
        (
            json.dumps({**without(), "weights": {"transformer": WEIGHTS["transformer"]}}),
            f"the weights of 'static' must be of {', '.join(NAMES)}",
        ),
        (json.dumps(weighing("heavy")), f"the weight of '{NAMES[0]}' is 'heavy', not a number"),
        (json.dumps(weighing(True)), f"the weight of '{NAMES[0]}' is True, not a number"),
        (json.dumps(weighing(float("nan"))), f"the weight of '{NAMES[0]}' is nan, not a number"),
    ],
)
def test_what_is_no_ranker_is_refused(tmp_path: Path, said: str, why: str) -> None:
    """The file and the reason are named, and what to do."""
    path = tmp_path / "ranker.json"
    path.write_text(said, "utf-8")
    with pytest.raises(RankerUnusable) as refused:
        Learned.read(path)
    assert refused.value.detail.startswith(f"{path}: {why}")
    assert refused.value.detail.endswith(
        "akin train --ranker writes such a file; --ranker none does without"
    )
    assert refused.value.context == {"file": str(path)}


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """It says so."""
    with pytest.raises(RankerUnusable, match="No such file"):
        Learned.read(tmp_path / "none.json")


def test_the_bundled_weights_are_of_the_bundled_tokens() -> None:
    """It can be read, was learned with the static model that akin has, and names no folder."""
    assert Learned.read(BUNDLED).tokens == find_model(FAST_MODEL).fingerprint
    assert "/" not in BUNDLED.read_text("utf-8")
