"""Training as it is on disk, so that a run that was killed goes on where it was."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.arrays import Vectors
from indexer.files import replace_file

_ARRAYS = ("table", "first", "second", "touched", "best")


@dataclass(slots=True)
class State:
    """All that the next step depends on.

    Attributes:
        table: as it is now ``(vocabulary, dim)``.
        first: Adam's first moments.
        second: Adam's second moments.
        touched: how often each row was touched ``(vocabulary,)``.
        best: the table with the best score of this stage.
        best_score: its score.
        idle: looks since then.
        stage: which, counted from 0.
        step: steps done in it.
        seconds: spent until now.
        done: steps by the name of the stage.
        losses: a running mean by the name of the stage.
    """

    table: Vectors
    first: Vectors
    second: Vectors
    touched: npt.NDArray[np.int32]
    best: Vectors
    best_score: float = -1.0
    idle: int = 0
    stage: int = 0
    step: int = 0
    seconds: float = 0.0
    done: dict[str, int] = field(default_factory=dict)
    losses: dict[str, float] = field(default_factory=dict)

    def add(self, stage: str, loss: float) -> None:
        """Count a step."""
        self.step += 1
        self.done[stage] = self.step
        before = self.losses.get(stage, loss)
        self.losses[stage] = before + (loss - before) / min(self.step, 20)

    def look(self, score: float, *, any_way: bool = False) -> None:
        """Keep the table if it is the best of its stage, or any way."""
        if any_way or score > self.best_score:
            self.best, self.best_score, self.idle = self.table.copy(), score, 0
        else:
            self.idle += 1

    def next_stage(self) -> None:
        """Go on with the best table, and with moments of nothing."""
        self.table = self.best.copy()
        self.first, self.second = np.zeros_like(self.table), np.zeros_like(self.table)
        self.touched = np.zeros_like(self.touched)
        self.best_score, self.idle, self.step = -1.0, 0, 0
        self.stage += 1


class Checkpoint:
    """The file of a run.

    Args:
        path: where it is, or will be.
        settings: a digest of all that the run depends on; a file of another is not taken up.
    """

    def __init__(self, path: Path, settings: str) -> None:
        self._path = path
        self._settings = settings

    def first(self, table: Vectors) -> State:
        """Return the state before the first step."""
        zeros = np.zeros_like(table)
        touched = np.zeros(len(table), np.int32)
        return State(table.copy(), zeros, zeros.copy(), touched, table.copy())

    def load(self) -> State | None:
        """Return the state of this run when it was last kept; ``None`` if there is none."""
        try:
            with np.load(self._path, allow_pickle=False) as file:
                stated = json.loads(str(file["stated"]))
                if stated.pop("settings") != self._settings:
                    return None
                return State(**{name: file[name] for name in _ARRAYS}, **stated)
        except (FileNotFoundError, zipfile.BadZipFile):
            return None

    def save(self, state: State) -> None:
        """Keep a state in place of the last."""
        names = [name for name in State.__slots__ if name not in _ARRAYS]
        stated = {name: getattr(state, name) for name in names}
        content = io.BytesIO()
        np.savez(
            content,
            allow_pickle=False,
            stated=np.array(json.dumps(stated | {"settings": self._settings})),
            **{name: getattr(state, name) for name in _ARRAYS},
        )
        replace_file(self._path, [content.getvalue()])

    def remove(self) -> None:
        """Forget the run."""
        self._path.unlink(missing_ok=True)
