r"""A block of BibTeX taken apart into its fields, with bibtexparser.

What lies in braces is set aside before bibtexparser sees the block, a number in its place: that is
three times as fast, and quotes, ``@`` and ``\\}`` in a value cannot mislead it. A missing key and a
missing comma are made good where nothing else can be meant.
"""

from __future__ import annotations

import logging
import re
from itertools import count
from typing import NamedTuple

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Block as Parsed
from bibtexparser.model import DuplicateFieldKeyBlock, Entry, ParsingFailedBlock, String

from indexer.readers.bibtex_blocks import (
    LONGEST_BLOCK,
    NAME,
    NO_ENTRIES,
    START,
    TOO_LONG,
    short,
)

MONTHS = {name.lower(): name for name in "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()}
"""The macros that every BibTeX style defines."""

SET_ASIDE = re.compile(r"\0(?P<number>\d+)\0")
"""What :func:`set_aside` puts in the place of a group."""

_ESCAPED = re.compile(r"\\[\\{}]")
_LONGEST_REASON = 240
_LONGEST_HEAD = 1000
"""Characters of an entry within which its key ends."""

_KEY = re.compile(r"(?P<key>[^,{}\"\n\0]{0,300})\s{0,20}(?:,|(?=[})]\Z))")
# Scopus writes `Lee, Jr2022`; only what is surely a field ends such a key.
_ODD_KEY = re.compile(rf"(?P<key>[^{{}}\n]{{1,300}}?),\s*(?={NAME}\s*=)")
_FIELD_OR_END = re.compile(rf"\s*(?:{NAME}(?:[ \t]+[\w.:+/-]+)*\s*=|[,}})])")
_NO_KEY = re.compile(rf"{NAME}\s*=")
_NO_COMMA = re.compile(rf"(?P<key>[^\s,{{}}=\"\0]+)\s+(?={NAME}\s*=)")
_PIECE = re.compile(
    rf"\s*(?:{SET_ASIDE.pattern}|\"(?P<quoted>[^\"\\]*(?:\\.[^\"\\]*)*)\"|(?P<bare>[^\s\0#\"=]+))"
    r"\s*(?P<more>#?)",
    re.DOTALL,
)
_QUOTED = re.compile(r"\s*\"(.*)\"\s*", re.DOTALL)
_NEXT_FIELD = re.compile(rf"\s*(?P<name>{NAME})\s*=(?P<value>.*)", re.DOTALL)
_COMMENT_LINE = re.compile(r"^[ \t]*%.*$", re.MULTILINE)
_NAMES = ("author", "editor", "translator")
_LINKS = ("url", "link", "ee")
_LISTS = tuple(
    "keywords keyword author_keywords keywords-plus index_terms tags mendeley-tags groups "
    "mendeley-groups categories".split()
)
_FIELD_NAME = re.compile(r"[^\s\0{}\"#%()]+(?: [^\s\0{}\"#%()]+)*")

# What it would warn of becomes a rejection.
logging.getLogger("bibtexparser.splitter").setLevel(logging.CRITICAL)


class BrokenEntryError(ValueError):
    """A block that is no BibTeX; its text says why."""


class Fields(NamedTuple):
    """An entry taken apart; its type and the names of its fields are in lower case."""

    kind: str
    key: str
    values: dict[str, str]


def take_apart(text: str, macros: dict[str, str]) -> Fields | None:
    """Return the fields of an entry; of one that is there several times, see :func:`_add`.

    Args:
        text: a block, from its ``@``.
        macros: what ``@string`` blocks have defined so far; what this one defines is added.

    Returns:
        ``None`` for a block that is no entry: ``@comment``, ``@preamble``, ``@string``.

    Raises:
        BrokenEntryError: it cannot be read.
    """
    head = START.match(text)
    if not head:
        raise BrokenEntryError("not the beginning of an entry")
    kind, rest = head["word"].lower(), text[head.end() :].replace("\0", " ")
    if kind in NO_ENTRIES:
        return None
    if kind == "string":
        outline, aside = set_aside(rest)
        string = _parsed(f"@string{head['open']}{outline}", aside)
        if not isinstance(string, String):
            raise BrokenEntryError("not a definition")
        macros.update(_resolved([(string.key, string.value)], aside, macros))
        return None
    outline, aside = set_aside(rest)
    key, outline = _key_and_rest(outline, aside)
    entry = _parsed(f"@entry{head['open']}key,{outline}", aside)
    if not isinstance(entry, Entry):
        raise BrokenEntryError("not an entry")
    return Fields(kind, key, _resolved([(f.key, f.value) for f in entry.fields], aside, macros))


def set_aside(text: str) -> tuple[str, list[str]]:
    """Return the text with numbers in the place of groups in braces, and what the groups hold.

    Args:
        text: without NUL characters, which mark the numbers; see :data:`SET_ASIDE`.
    """
    outline: list[str] = []
    aside: list[str] = []
    unescaped = _ESCAPED.sub("..", text) if "\\" in text else text
    behind = 0
    while (start := unescaped.find("{", behind)) >= 0:
        end, depth = start, 1
        while depth and end >= 0:
            within = end + 1
            end = unescaped.find("}", within)
            depth += unescaped.count("{", within, end) - 1
        if end < 0:
            break  # a group that is not closed stays
        outline += (text[behind:start], f"\0{len(aside)}\0")
        aside.append(text[start + 1 : end])
        behind = end + 1
    return "".join([*outline, text[behind:]]), aside


def restored(outline: str, aside: list[str]) -> str:
    """Return an outline from :func:`set_aside`, or a part of it, as it was."""
    return SET_ASIDE.sub(lambda group: f"{{{aside[int(group['number'])]}}}", outline)


def key_of(text: str) -> str | None:
    """Return the citation key of an entry, ``None`` where the block is none."""
    head = START.match(text)
    if not head or head["word"].lower() in (*NO_ENTRIES, "string"):
        return None
    return _key_and_rest(*set_aside(text[head.end() :][:_LONGEST_HEAD].replace("\0", " ")))[0]


def _key_and_rest(outline: str, aside: list[str]) -> tuple[str, str]:
    """Return the citation key and what lies behind it; key and comma may be missing."""
    outline = outline.lstrip()
    if _NO_KEY.match(outline):
        return "", outline
    match = _KEY.match(outline) or _NO_COMMA.match(outline)
    if not match or not _FIELD_OR_END.match(outline, match.end()):
        match = _ODD_KEY.match(outline) or match
    if not match:
        return "", outline
    key = restored(match["key"], aside).replace("{", "").replace("}", "").strip()
    return key, outline[match.end() :]


def _parsed(outline: str, aside: list[str]) -> Parsed:
    """Return the block that bibtexparser reads.

    Raises:
        BrokenEntryError: it does not read one, or not all of it.
    """
    first, *more = parse_string(outline, parse_stack=[]).blocks
    if isinstance(first, ParsingFailedBlock) and _COMMENT_LINE.search(outline):
        first, *more = parse_string(_COMMENT_LINE.sub("", outline), parse_stack=[]).blocks
    if isinstance(first, DuplicateFieldKeyBlock) and first.ignore_error_block:
        first = first.ignore_error_block
    if isinstance(first, ParsingFailedBlock):
        reason = getattr(first.error, "abort_reason", str(first.error))
        if "end of file" in reason:  # of the block, that is, whose braces are in balance
            reason = "ends within a value, as where a quotation mark is missing"
        raise BrokenEntryError(restored(reason, aside)[:_LONGEST_REASON].strip())
    if more:
        raise BrokenEntryError(f"it ends before {short(restored(more[0].raw or '', aside))}")
    return first


def _resolved(
    fields: list[tuple[str, str]], aside: list[str], macros: dict[str, str]
) -> dict[str, str]:
    """Return the values of the fields, their quotes, braces, macros and ``#`` resolved.

    Raises:
        BrokenEntryError: one is no value, has no name, or is longer than any record.
    """
    values: dict[str, str] = {}
    room = LONGEST_BLOCK
    for stated, expression in fields:
        name, rest = _COMMENT_LINE.sub("", stated).strip(), expression
        if not name and stated:
            continue  # the field itself is commented out
        while True:  # where a comma is missing, the next field lies behind this one's value
            if not _FIELD_NAME.fullmatch(name):
                raise BrokenEntryError(f"not the name of a field: {short(restored(name, aside))}")
            value, rest = _value(rest, aside, macros, room)
            room -= len(value)
            _add(values, name.lower(), value)
            following = _NEXT_FIELD.fullmatch(rest)
            if not following:
                break
            name, rest = following["name"], following["value"]
        if rest.strip():
            shown = short(restored(rest, aside))
            raise BrokenEntryError(f"{name}: {shown} behind the end of its value")
    return values


def _add(values: dict[str, str], name: str, value: str) -> None:
    """Add a field; where it is there already, lists go on, and another text is numbered."""
    stated = values.get(name, "")
    if not stated.strip():
        values[name] = value
    elif not value.strip() or value.strip() == stated.strip():
        return
    elif name in _NAMES:
        values[name] = f"{stated} and {value}"
    elif name in _LINKS:
        values[name] = f"{stated} {value}"
    elif name in _LISTS:
        if ";" in stated + value:
            stated, value = (s if ";" in s else s.replace(",", ";") for s in (stated, value))
        values[name] = f"{stated}{';' if ';' in stated + value else ','} {value}"
    else:
        numbered = (f"{name}_{number}" for number in count(2))
        values[next(one for one in numbered if one not in values)] = value


def _value(expression: str, aside: list[str], macros: dict[str, str], room: int) -> tuple[str, str]:
    """Return the value that an expression begins with, and the rest of it."""
    if not any(sign in expression for sign in '\0"#='):
        return macros.get(expression.strip().lower(), expression.strip()), ""
    parts: list[str] = []
    end, more = 0, True
    while more and (piece := _PIECE.match(expression, end)):
        end, more = piece.end(), bool(piece["more"])
        if piece["number"]:
            part = aside[int(piece["number"])]
        elif piece["quoted"] is not None:
            part = restored(piece["quoted"], aside)
        else:
            part = macros.get(piece["bare"].lower(), piece["bare"])
        parts.append(part)
        room -= len(part)
        if room < 0:
            raise BrokenEntryError(TOO_LONG)
    rest = expression[end:]
    if rest and "=" not in rest and '"' in rest and (match := _QUOTED.fullmatch(expression)):
        return restored(match[1], aside), ""  # with quotes in it: "A "new" method"
    return "".join(parts), rest
