"""Every error that akin raises on purpose, in one tree.

Each class is one problem type of the HTTP service, and has one exit code of the commands::

    AkinError
    ├── InputError                what was asked or given cannot be used      exit 2
    │   ├── SourceMissing         a source path that is not there
    │   ├── SourceUnreadable      a file that holds no format akin reads
    │   ├── NothingToIndex        sources that yield not one paper
    │   ├── MostWouldGo           sources without most papers of the index
    │   ├── ModelUnavailable      a model that cannot be had                 HTTP 503
    │   ├── RankerUnusable        weights of a ranker that cannot be used
    │   ├── PackageMissing        an optional package that was asked for
    │   ├── OutputExists          what is to be written is there already
    │   ├── DatasetUnusable       a collection to evaluate with that is not one
    │   ├── DecisionsUnusable     decisions that cannot be read or followed   HTTP 409
    │   ├── DecisionRefused       a decision that this server does not take   HTTP 403
    │   ├── BadParameter          a parameter out of its range                HTTP 422
    │   ├── UnknownPaper          an id that is not in the index              HTTP 404
    │   ├── MapMissing            the map of an index that was built without  HTTP 404
    │   ├── StaleCursor           a page of a generation that is gone         HTTP 410
    │   └── StaleGeneration       a generation asked for by name that is gone HTTP 410
    ├── ModelCorrupted            the bundled model differs from its original exit 1, HTTP 503
    ├── BuildInProgress           another rebuild holds the index             exit 1
    ├── ProcessDied               one that helped this one is gone            exit 1
    ├── AddressUnusable           the address to serve on cannot be had       exit 1
    ├── Interrupted               stopped by the user                         exit 1
    ├── EngineClosed              an engine that is asked after it was closed exit 1, HTTP 503
    └── IndexUnusable             no generation that can be served            exit 1, HTTP 503
        ├── IndexMissing          nothing was built yet
        ├── IndexCorrupted        a file differs from its checksum
        └── IndexMismatch         built with another model, recipe or format

The text of an error says what is wrong, with the value, and what to do next.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Self


class AkinError(Exception):
    """Base of every expected failure.

    Attributes:
        type: slug of the error, stable, part of the public surface.
        title: one line for people, the same for every instance.
        exit_code: what a command exits with.
        status: the HTTP status.
        detail: what happened this time, and what to do.
        context: further members of the JSON form (file, line, field, value …).
    """

    type: ClassVar[str] = "failed"
    title: ClassVar[str] = "akin failed"
    exit_code: ClassVar[int] = 1
    status: ClassVar[int] = 500

    def __init__(self, detail: str, **context: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.context = context

    def to_json(self) -> dict[str, Any]:
        """Return the error as the commands print it under ``--json``."""
        return {"type": self.type, "title": self.title, "detail": self.detail, **self.context}


class InputError(AkinError):
    """What was asked or given cannot be used."""

    type = "bad-input"
    title = "Bad input"
    exit_code = 2
    status = 422


class SourceMissing(InputError):
    """A source path that is not there."""

    type = "source-missing"
    title = "Source not found"


class SourceUnreadable(InputError):
    """A file that holds no format akin reads, or that cannot be opened."""

    type = "source-unreadable"
    title = "Source cannot be read"


class NothingToIndex(InputError):
    """Sources that yield not one paper; the last good index stays."""

    type = "nothing-to-index"
    title = "No paper found"


class MostWouldGo(InputError):
    """Sources that lack most papers of the index; the index stays as it is."""

    type = "most-would-go"
    title = "Most papers would go"

    @classmethod
    def of(cls, removed: int, papers: int, roots: list[str], index: object) -> Self:
        """Return the error of a build that would remove so many of an index's papers."""
        return cls(
            f"{removed:,} of the {papers:,} papers in {index} are not in these sources; they came "
            f"from {', '.join(roots)}. Nothing was changed. --add adds to them, --replace lets "
            "them go",
            removed=removed,
            papers=papers,
            sources=roots,
        )


class ModelUnavailable(InputError):
    """A model that cannot be had; the detail says what was tried."""

    type = "model-unavailable"
    title = "Model not available"
    status = 503

    @property
    def reason(self) -> str:
        """What is wrong, without what to do where one cannot do without the model."""
        return str(self.context.get("reason", self.detail))


class RankerUnusable(InputError):
    """The weights of a ranker cannot be read, or are of another model or version."""

    type = "ranker-unusable"
    title = "Ranker unusable"


class PackageMissing(InputError):
    """What was asked for needs a package that is not installed; ``context`` names its extra."""

    type = "package-missing"
    title = "Package not installed"


class OutputExists(InputError):
    """What is to be written is there already, and was not said to be replaced."""

    type = "output-exists"
    title = "Is there already"


class DatasetUnusable(InputError):
    """A collection to evaluate with that lacks a file, or holds what cannot be measured with."""

    type = "dataset-unusable"
    title = "Data set cannot be used"


class DecisionsUnusable(InputError):
    """A file of decisions with a line that says nothing, or lines that contradict each other."""

    type = "decisions-unusable"
    title = "Decisions cannot be used"
    status = 409


class DecisionRefused(InputError):
    """A decision that came from elsewhere, or to a server that takes none."""

    type = "decision-refused"
    title = "Decision not taken"
    status = 403


class BadParameter(InputError):
    """A parameter out of its range; ``context`` names the field and its value."""

    type = "bad-parameter"
    title = "Bad parameter"

    @classmethod
    def of(cls, name: str, value: object, reason: str) -> Self:
        """Return the error of a parameter's value, and why it will not do."""
        if isinstance(value, float) and not math.isfinite(value):
            value = str(value)  # JSON has no word for it
        return cls(f"{name}={value!r}: {reason}", field=name, value=value)


class UnknownPaper(InputError):
    """An id that is not in the index."""

    type = "unknown-paper"
    title = "No such paper"
    status = 404


class MapMissing(InputError):
    """The map of an index that was built without one."""

    type = "map-missing"
    title = "No map"
    status = 404


class StaleCursor(InputError):
    """A cursor of a generation that is no longer served."""

    type = "stale-cursor"
    title = "Cursor of another generation"
    status = 410


class StaleGeneration(InputError):
    """A generation that was named and is no longer served."""

    type = "stale-generation"
    title = "Another generation is served"
    status = 410


class ModelCorrupted(AkinError):
    """The bundled model differs from its original."""

    type = "model-corrupted"
    title = "Model file is damaged"
    status = 503


class BuildInProgress(AkinError):
    """Another rebuild holds the index."""

    type = "build-in-progress"
    title = "Another rebuild is at work"


class ProcessDied(AkinError):
    """A process that helped this one ended before it had sent all that it was to send."""

    type = "process-died"
    title = "A process died"

    @classmethod
    def of(cls, what: str) -> Self:
        """Return the error of a process, by what it is."""
        return cls(f"{what} died; was the machine short of memory?")


class AddressUnusable(AkinError):
    """The address to serve on is taken, or is none of this machine."""

    type = "address-unusable"
    title = "Cannot listen there"


class Interrupted(AkinError):
    """Stopped by the user, before it was done."""

    type = "interrupted"
    title = "Interrupted"


class EngineClosed(AkinError):
    """An engine was asked after it was closed, or while."""

    type = "engine-closed"
    title = "Engine is closed"
    status = 503


class IndexUnusable(AkinError):
    """No generation that can be served."""

    type = "index-unusable"
    title = "Index cannot be used"
    status = 503


class IndexMissing(IndexUnusable):
    """Nothing was built yet."""

    type = "index-missing"
    title = "No index yet"


class IndexCorrupted(IndexUnusable):
    """A file of a generation is missing or differs from its checksum."""

    type = "index-corrupted"
    title = "Index is damaged"


class IndexMismatch(IndexUnusable):
    """The index was built with another model, text recipe or format."""

    type = "index-mismatch"
    title = "Index does not fit"
