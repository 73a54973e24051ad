"""The weights of a second look, as ``akin train --ranker`` learns them: a text file.

``search_api/ranking/bundled/ranker.json`` is the one that akin comes with; its card is beside it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from indexer.errors import RankerUnusable
from indexer.files import replace_file
from search_api.ranking.features import FEATURES

BUNDLED = Path(__file__).with_name("bundled") / "ranker.json"

VERSION = 1
"""Of the form of the file, and of what its features measure."""

MEANING = ("transformer", "static")
"""What says the meaning of the papers: each has its own weights."""


@dataclass(frozen=True, slots=True)
class Learned:
    """Weights of features, times their z-scores among the best papers.

    Attributes:
        weights: by what says the meaning, see :data:`MEANING`, and by the name of a feature.
        tokens: fingerprint of the static model whose tokens are compared.
        about: what it was learned from and how well it does, for people; see the card.
    """

    weights: Mapping[str, Mapping[str, float]]
    tokens: str
    about: Mapping[str, Any] = field(default_factory=dict)

    def of(self, static: float) -> dict[str, float]:
        """Return the weights where a static model says the meaning of this share of all papers."""
        transformer, tables = (self.weights[name] for name in MEANING)
        return {
            name: (1 - static) * weight + static * tables[name]
            for name, weight in transformer.items()
        }

    @property
    def fingerprint(self) -> str:
        """A short hash of all that orders papers."""
        said = {"version": VERSION, "tokens": self.tokens, "weights": self.weights}
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        said = {
            "version": VERSION,
            "tokens": self.tokens,
            "weights": self.weights,
            "about": self.about,
        }
        replace_file(path, [json.dumps(said, indent=2, ensure_ascii=False).encode() + b"\n"])

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file.

        Raises:
            RankerUnusable: it is not there, or none of these, or of another version.
        """
        try:
            said = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise _unusable(path, f"cannot be read: {error}") from error
        if not isinstance(said, dict) or said.get("version") != VERSION:
            version = said.get("version") if isinstance(said, dict) else None
            raise _unusable(path, f"version {version!r}, not {VERSION}")
        weights, tokens = said.get("weights"), said.get("tokens")
        names = [feature.name for feature in FEATURES]
        if not isinstance(weights, dict) or not isinstance(tokens, str):
            raise _unusable(path, "without weights, or without the model of its tokens")
        for meaning in MEANING:
            _check(path, meaning, weights.get(meaning), names)
        return cls({name: weights[name] for name in MEANING}, tokens, said.get("about", {}))


def _check(path: Path, meaning: str, weights: object, names: list[str]) -> None:
    if not isinstance(weights, dict) or sorted(weights) != sorted(names):
        raise _unusable(path, f"the weights of {meaning!r} must be of {', '.join(names)}")
    for name, weight in weights.items():
        number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not number or not math.isfinite(weight):
            raise _unusable(path, f"the weight of {name!r} is {weight!r}, not a number")


def _unusable(path: Path, what: str) -> RankerUnusable:
    return RankerUnusable(
        f"{path}: {what}. akin train --ranker writes such a file; --ranker none does without",
        file=str(path),
    )
