"""What is trained on: the papers of sources, and plain texts; what is to be left out of them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from indexer.cleaning.identity import normalised_title
from indexer.documents import Document
from indexer.errors import NothingToIndex, SourceMissing, SourceUnreadable
from indexer.paper import Rejection
from indexer.progress import Reporter
from indexer.readers import reader_for
from indexer.sources import find_documents

_SENTENCE_END = re.compile(r"(?<=[a-z0-9)\]][.?!])\s+(?=[A-Z])")
_SHORTEST = 25
"""Characters of what counts as a sentence; what is shorter belongs to the one before."""


@dataclass(slots=True)
class Papers:
    """Papers with an abstract, each title once.

    Attributes:
        segments: of each paper its title, then the sentences of its abstract.
        left_out: papers whose title was to be left out.
        rejected: records that are no papers.
        skipped: files of a folder that hold no format akin reads, each with the reason.
    """

    segments: list[list[str]] = field(default_factory=list)
    left_out: int = 0
    rejected: int = 0
    skipped: list[str] = field(default_factory=list)

    def drawn(self, most: int, rng: np.random.Generator) -> list[list[str]]:
        """Return so many papers at random, all of them if there are no more, in random order."""
        return [self.segments[row] for row in rng.permutation(len(self.segments))[:most]]


def read_papers(
    sources: Sequence[Path], without: frozenset[str], reporter: Reporter, spool: Path
) -> Papers:
    """Read the papers of sources that have a title and an abstract of two sentences or more.

    All of them are held in memory.

    Args:
        sources: files and folders, in any format akin reads.
        without: normalised titles of papers to leave out.
        reporter: told of the progress.
        spool: a folder that pipes are copied to.

    Raises:
        SourceMissing: a source is not there.
        SourceUnreadable: a file that the user named cannot be read.
        NothingToIndex: there is no such paper.
    """
    reporter.phase("reading")
    papers, seen = Papers(), set(without)
    for document in find_documents(sources, spool=spool):
        try:
            reader = reader_for(document)
            for record in reader.read(document):
                reporter.advance(1)
                if isinstance(record, Rejection):
                    papers.rejected += 1
                    continue
                title = normalised_title(record.paper.title)
                if title in seen:
                    papers.left_out += title in without
                    continue
                parts = [record.paper.title, *sentences(record.paper.abstract)]
                if len(parts) > 2:
                    seen.add(title)
                    papers.segments.append(parts)
        except SourceUnreadable as error:
            if document.given:
                raise
            papers.skipped.append(error.detail)
    if not papers.segments:
        raise NothingToIndex(
            f"{', '.join(map(str, sources))}: not one paper with an abstract of two sentences to "
            "train on",
            left_out=papers.left_out,
            rejected=papers.rejected,
        )
    return papers


def sentences(abstract: str) -> list[str]:
    """Return an abstract's sentences, as well as full stop and capital tell them."""
    found: list[str] = []
    for part in _SENTENCE_END.split(abstract):
        if found and (len(part) < _SHORTEST or len(found[-1]) < _SHORTEST):
            found[-1] += " " + part
        elif part:
            found.append(part)
    return found


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file that say something, compressed or not.

    Raises:
        SourceMissing: it is not there.
        SourceUnreadable: it cannot be read.
    """
    if not path.is_file():
        raise SourceMissing(f"{path}: no such file", file=str(path))
    document = Document(path, path.name, given=True)
    return [text for line in document.lines() if (text := line.text.strip())]


def read_titles(path: Path) -> frozenset[str]:
    """Return the normalised titles in a file: one a line, or JSON lines with a ``title``.

    Raises:
        SourceMissing: it is not there.
        SourceUnreadable: it cannot be read, or a line of JSON is none.
    """
    found = set()
    for number, line in enumerate(read_lines(path), start=1):
        title: object = line
        if line.startswith("{"):
            try:
                title = json.loads(line).get("title")
            except ValueError as error:
                raise SourceUnreadable(
                    f"{path}:{number}: not JSON: {error}", file=str(path), line=number
                ) from error
        found.add(normalised_title(str(title or "")))
    return frozenset(found - {""})
