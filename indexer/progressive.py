"""Search at once: a small model reads all papers first, then the model that is asked for.

Two steps, while the index is held::

    rebuild   by the small model, which stands in: all papers can be found
    catch up  the model reads them, the newest first, in :mod:`indexer.catching_up`

The last generation is what a plain first build by the model makes: with a map that is drawn anew,
where a rebuild may keep the one before. A build that was killed goes on when it is started again,
as what was read is in the generation and the cache; a plain rebuild does what is left, too, but has
only the cache to go by.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from indexer.catching_up import catch_up
from indexer.embedding import set_aside_note
from indexer.ledger import Ledger, Report
from indexer.mapping.layout import Asked
from indexer.models.encoder import Encoder
from indexer.pacing import paced
from indexer.progress import Reporter, Timed
from indexer.store.catalogue import open_catalogue, read_texts
from indexer.store.generation import Generation, IndexFolder


@dataclass(frozen=True, slots=True)
class Progress:
    """What a progressive rebuild did.

    Attributes:
        report: of all of it; ``embedded`` counts the texts that the model read.
        first: the generation that all papers could be found in first; ``None``: there was nothing
            to do, or so little that nothing had to stand in.
        seconds: until then.
        generations: that were published, the first and the last among them.
    """

    report: Report
    first: str | None
    seconds: float
    generations: int

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object: that of the report, and ``progressive``."""
        first = {"generation": self.first, "seconds": round(self.seconds, 3)}
        told = {"first": first if self.first else None, "generations": self.generations}
        return self.report.to_json() | {"progressive": told}


def rebuild_progressively(
    index: IndexFolder,
    encoder: Encoder,
    first: Callable[[Encoder], Report],
    *,
    asked: Asked,
    choose_backend: bool,
    full: bool,
    reporter: Reporter,
    tell: Callable[[str], None],
) -> Progress:
    """Bring the index up to date; it can be searched long before all is done.

    Args:
        index: where it lies.
        encoder: of the model that is asked for.
        first: rebuilds with the small model, which is to stand in for that of the encoder that it
            is given; where that has few papers to read, with this one.
        asked: how the map is laid out.
        choose_backend: let what is faster here run the model; see :func:`indexer.pacing.paced`.
        full: let the model read every paper, also those whose vectors are in the cache.
        reporter: told of the progress.
        tell: takes a sentence for people: when all papers can be found, and how long the rest is.

    Raises:
        AkinError: what the rebuild raises.
        BuildInProgress: another rebuild is at work on the index.
    """
    started = time.monotonic()
    with index.building():
        report = first(encoder)
        generation = index.current()
        if generation.manifest.finer is None:
            return Progress(report, None, 0.0, int(report.published))
        seconds = time.monotonic() - started
        tell(_to_be_searched(generation))
        with closing(open_catalogue(generation.catalogue)) as catalogue:
            encoder, notes = paced(
                generation.manifest.papers,
                lambda places: read_texts(catalogue, np.array(places) + 1),
                encoder,
                index.cache,
                choose=choose_backend,
                full=full,
                tell=tell,
                advice="To stop (Ctrl-C) loses nothing",
            )
        timed = Timed(reporter)
        done = catch_up(index, generation, encoder, asked=asked, full=full, reporter=timed)
        phases = timed.end()
        if done.set_aside:
            notes.append(set_aside_note(done.set_aside))
    return Progress(
        replace(
            report,
            generation=done.generation.id,
            published=True,
            embedded=done.computed,
            truncated=done.generation.manifest.space.truncated,
            seconds=time.monotonic() - started,
            # What began with the first generation has ended, if in another run.
            ledger=Ledger(**generation.manifest.ledger),
            notes=[*report.notes, *notes],
            phases=_added(report.phases, phases),
        ),
        generation.id,
        seconds,
        report.published + done.generations,
    )


def _added(*parts: dict[str, float]) -> dict[str, float]:
    """Return the seconds of each phase, whichever step it was part of."""
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: sum(part.get(name, 0.0) for part in parts) for name in names}


def _to_be_searched(generation: Generation) -> str:
    manifest = generation.manifest
    return (
        f"{manifest.papers:,} papers can be searched, by {manifest.space.model}. From now on "
        f"{manifest.spaces[-1].model} reads them, the newest first"
    )
