"""The ``akin train`` command: a fast model, or with ``--ranker`` the weights of a second look."""

from __future__ import annotations

from typing import Any

import click

from indexer.training.cli import train as train_model
from search_api.learning.cli import train_ranker


class _Train(click.Command):
    """Hands on to one of two commands, whose options it has together."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Return the context of the command that is meant; its command is that one."""
        meant = train_ranker if "--ranker" in args else train_model
        return meant.make_context(info_name, args, parent, **extra)


_params = {param.name: param for param in (*train_ranker.params, *train_model.params)}

train = _Train(
    "train",
    params=list(_params.values()),
    short_help="Train a fast model on papers, or a ranker on judgements.",
)
train_model.epilog = (
    "With --ranker it learns the weights of the second look at the best papers instead, from "
    "judged queries: akin train --ranker --help"
)
