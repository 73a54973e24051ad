"""Training itself: stage after stage, batch after batch, until nothing more is gained."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from indexer.arrays import Vectors
from indexer.progress import Reporter
from indexer.training.checkpoint import Checkpoint
from indexer.training.optimiser import LazyAdam
from indexer.training.stages import Batch

_WARM_UP = 0.05
"""The share of a stage in which the learning rate rises; then it falls in a straight line."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the objectives, and for how long.

    Attributes:
        lessons: what a batch is taken from.
        epochs: how often all of it is gone through.
        batch: texts or papers in a step; no more than there are.
        rate: the highest learning rate.
        stops: whether it ends when the held-out score no longer rises, and at its best table, not
            at its last.
    """

    lessons: Batch
    epochs: int
    batch: int
    rate: float
    stops: bool

    @property
    def steps(self) -> int:
        """How many there are: whole batches of each epoch, at least one."""
        return self.epochs * self.in_epoch

    @property
    def in_epoch(self) -> int:
        """Steps in an epoch."""
        return max(1, len(self.lessons) // self.batch)


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop, and how often to look.

    Attributes:
        steps: between two looks at the held-out score, after each of which the state is kept on
            disk; five times as many in a stage that does not stop by the score.
        patience: looks without a better one, after which a stage ends.
        seconds: that training may take, ``None``: as long as it needs.
    """

    steps: int = 40
    patience: int = 4
    seconds: float | None = None


@dataclass(slots=True)
class Outcome:
    """What came of training.

    Attributes:
        table: that with the best held-out score of the last stage, where that stops by it.
        score: its score.
        steps: done in each stage, by its name.
        losses: the mean loss of each stage's last steps, by its name.
        seconds: spent, those before an interruption too.
        out_of_time: whether it was stopped by the clock.
    """

    table: Vectors
    score: float
    steps: dict[str, int] = field(default_factory=dict)
    losses: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    out_of_time: bool = False


def train(
    table: Vectors,
    stages: Sequence[Stage],
    score: Callable[[Vectors], float],
    limits: Limits,
    seed: int,
    checkpoint: Checkpoint,
    reporter: Reporter,
) -> Outcome:
    """Train a table and return the best it came to.

    A run that was killed goes on from its last look, and comes to the same as one that was not,
    unless the clock stops it.

    Args:
        table: ``(vocabulary, dim)`` to begin with; stays as it is.
        stages: one after the other.
        score: how good a table is on what was held out; the higher the better.
        limits: when to stop.
        seed: of all that is drawn at random.
        checkpoint: where it is kept meanwhile.
        reporter: told of the steps.
    """
    state = checkpoint.load() or checkpoint.first(table)
    began = time.monotonic() - state.seconds
    outcome = Outcome(state.best, state.best_score, state.done, state.losses)
    for number, stage in enumerate(stages):
        if number < state.stage:
            continue
        if number > state.stage:
            state.next_stage()
        name, adam = stage.lessons.name, LazyAdam(state.first, state.second, state.touched)
        reporter.phase(name, stage.steps)
        reporter.advance(state.step)
        while state.step < stage.steps and not (stage.stops and state.idle >= limits.patience):
            spent = time.monotonic() - began
            if limits.seconds is not None and spent > limits.seconds:
                outcome.out_of_time = True
                break
            shares = [state.step / stage.steps]
            if limits.seconds is not None:
                shares.append(spent / limits.seconds)
            loss = _step(
                stage, state.table, adam, _rate(stage.rate, max(shares)), seed, number, state.step
            )
            state.add(name, loss)
            reporter.advance(1)
            if (
                state.step % (limits.steps * (1 if stage.stops else 5)) == 0
                or state.step == stage.steps
            ):
                state.look(score(state.table), any_way=not stage.stops)
                state.seconds = time.monotonic() - began
                checkpoint.save(state)
        outcome.steps, outcome.losses = state.done, state.losses
    if outcome.out_of_time:
        state.look(score(state.table))
    outcome.table, outcome.score = state.best, state.best_score
    outcome.seconds = time.monotonic() - began
    return outcome


def _step(
    stage: Stage,
    table: Vectors,
    adam: LazyAdam,
    rate: float,
    seed: int,
    number: int,
    step: int,
) -> float:
    # All randomness hangs on the step alone, so that a run can go on at any.
    epoch, place = divmod(step, stage.in_epoch)
    order = np.random.default_rng([seed, number, epoch]).permutation(len(stage.lessons))
    rows = order[place * stage.batch : (place + 1) * stage.batch]
    rng = np.random.default_rng([seed, number, epoch, place])
    loss, touched, gradient = stage.lessons.step(rows, table, rng)
    adam.step(table, touched, gradient, rate)
    return loss


def _rate(highest: float, share: float) -> float:
    return highest * (min(1.0, share / _WARM_UP + 0.02) * (1 - min(share, 1.0)) + 0.01)
