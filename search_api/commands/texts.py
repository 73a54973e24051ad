"""What commands take from files or from standard input: an abstract, the ids of papers."""

from __future__ import annotations

import codecs
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import click

from indexer.documents import Document
from indexer.errors import SourceUnreadable, UnknownPaper
from indexer.merging.merge import identifiers_of
from indexer.paper import Paper, Record
from indexer.streams import open_bytes
from search_api.commands.output import tell
from search_api.engine.engine import Engine

STDIN = "-"
_PLAIN = frozenset({"", ".txt", ".ids", ".list"})
_MOST = 1 << 20
"""Bytes of a file of text or ids; no abstract and no list of papers to be like is so long."""


_NAME = re.compile(r"\S+\.(?:txt|md|text)", re.IGNORECASE)
"""What looks like a file of text, though none is there."""

Ids = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """Papers that files name.

    Attributes:
        near: the file of those to be near; ``None`` for no file.
        far: of those to be far from, likewise.
        skip_unknown: whether to go on without those that are not in the index.
    """

    near: str | None = None
    far: str | None = None
    skip_unknown: bool = False

    @classmethod
    def take(cls, options: dict[str, Any]) -> Self:
        """Take the files out of a command's options."""
        return cls(*(options.pop(name) for name in ("like_file", "unlike_file", "skip_unknown")))

    @property
    def files(self) -> bool:
        """Whether there is any."""
        return bool(self.near or self.far)

    def check(self, text: str) -> None:
        """See to it that standard input is read once.

        Raises:
            click.UsageError: it is to be more than one of the files and the text of ``--text``.
        """
        if (self.near, self.far, text).count(STDIN) > 1:
            raise click.UsageError("standard input can be read once: only one of these can be -")

    def of(self, engine: Engine) -> tuple[Ids, Ids]:
        """Return the papers to be near and those to be far from, as an engine has them.

        Raises:
            SourceUnreadable, UnknownPaper: see :func:`papers_named`.
        """
        near, far = (
            papers_named(engine, file, self.skip_unknown) if file else ()
            for file in (self.near, self.far)
        )
        return near, far


NONE = Named()
"""No file."""


def text_of(given: str) -> str:
    """Return the text that ``--text`` gives: of a file that is there, of ``-``, or its own words.

    Which was taken is told on standard error, where it is not the words.

    Raises:
        SourceUnreadable: a file cannot be read, is no text or is longer than any abstract.
    """
    if given == STDIN:
        text = _read(given)
    elif _is_file(given):
        text = _read(given)
        tell(f"--text is what is in the file {given}")
    else:
        if _NAME.fullmatch(given):
            tell(f"--text {given}: no such file here; taken as words")
        return given
    if not text.strip():
        raise SourceUnreadable(f"{given}: no text in it", file=given)
    return text.strip()


def _papers_in(path: str) -> list[tuple[str, Ids]] | None:
    """Return of each paper of a bibliography its title and the ids it may have in an index.

    Returns:
        ``None`` where the file is no bibliography, by its name or by what is in it.

    Raises:
        SourceUnreadable: it is damaged.
    """
    from indexer.readers import reader_for

    document = Document(Path(path), Path(path).name, given=True)
    if path == STDIN or document.suffix in _PLAIN:
        return None
    try:
        reader = reader_for(document)
    except SourceUnreadable:
        return None
    return [
        (one.paper.title, _ids_of(one.paper))
        if isinstance(one, Record)
        else (f"line {one.line} ({one.reason})", ())
        for one in reader.read(document)
    ]


def _ids_of(paper: Paper) -> Ids:
    return (paper.id, *(f"{kind}:{value}" for kind, value in identifiers_of(paper).items()))


def ids_in(path: str) -> list[str]:
    """Return the ids that a file lists, one a line: ids, DOIs, links; after ``#`` a comment.

    Raises:
        SourceUnreadable: the file cannot be read, or lists none.
    """
    lines = (line.strip() for line in _read(path).splitlines())
    # A DOI may hold a #, so a comment begins a line or stands after white space.
    bare = (line.split(" #")[0].split("\t#")[0].strip() for line in lines if line[:1] != "#")
    found = list(dict.fromkeys(line for line in bare if line))
    if not found:
        raise SourceUnreadable(f"{path}: no id in it; one is to be on each line", file=path)
    return found


def papers_named(engine: Engine, path: str, skip_unknown: bool) -> tuple[str, ...]:
    """Return the ids of the papers of an index that a file lists, each once.

    Args:
        engine: of the index.
        path: of the file, ``-`` for standard input: ids, one a line, or a bibliography in any
            format that akin reads.
        skip_unknown: whether to go on without those that are not there, and say how many.

    Raises:
        SourceUnreadable: see :func:`ids_in`.
        UnknownPaper: some are not in the index; all of them are named.
    """
    found: dict[str, None] = {}
    unknown: dict[str, str] = {}
    for stated, names in _papers_in(path) or [(one, (one,)) for one in ids_in(path)]:
        try:
            found[_id_of(engine, names)] = None
        except UnknownPaper as error:
            several = ", ".join(error.context.get("candidates", ()))
            unknown[stated] = f"{stated} (more than one: {several})" if several else stated
    which = ", ".join(unknown.values())
    if unknown and not (skip_unknown and found):
        raise UnknownPaper(
            f"{path}: {len(unknown)} of {len(found) + len(unknown)} are not in the index of "
            f"{engine.info.papers:,} papers, or not one: {which}. --skip-unknown goes on without "
            "them",
            ids=list(unknown),
            file=path,
            index=engine.info.to_json(),
        )
    if unknown:
        tell(f"{path}: not in the index, or not one, left out: {which}")
    return tuple(found)


def _id_of(engine: Engine, names: Ids) -> str:
    """Return the id of the paper that goes by the first of the names that one goes by.

    Raises:
        UnknownPaper: none does, or more than one.
    """
    *likelier, last = names or ("",)
    for name in likelier:
        with suppress(UnknownPaper):
            return engine.ids([name])[0]
    return engine.ids([last])[0]


def _is_file(given: str) -> bool:
    try:
        return Path(given).is_file()
    except (OSError, ValueError):  # longer than a name can be, or with a NUL
        return False


def _read(path: str) -> str:
    """Return the text of a file, or of standard input.

    Raises:
        SourceUnreadable: it cannot be read, is longer than :data:`_MOST` or no text.
    """
    if path == STDIN:
        if sys.stdin.isatty():
            raise SourceUnreadable(
                "standard input is this terminal: pipe a text into the command, or name a file",
                file=path,
            )
        data = sys.stdin.buffer.read(_MOST + 1)
    else:
        with open_bytes(Path(path), ahead=False) as file:
            data = file.read(_MOST + 1)
    if len(data) > _MOST:
        raise SourceUnreadable(f"{path}: longer than {_MOST:,} bytes", file=path)
    text = _decoded(data)
    if "\0" in text or text.startswith("%PDF"):
        raise SourceUnreadable(f"{path}: no text, but a file of another kind", file=path)
    return text


def _decoded(data: bytes) -> str:
    """Return text in UTF-16 if it is marked so, in UTF-8, else in Windows-1252, as sources are."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
