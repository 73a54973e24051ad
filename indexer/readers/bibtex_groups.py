r"""The groups of a JabRef library that name their entries, in a comment at the file's end.

Up to version 3 JabRef kept there what it writes into each entry's field ``groups`` since::

    @comment{jabref-meta: groupstree:
    0 AllEntriesGroup:;
    1 ExplicitGroup:Mosses\;0\;lee2011\;wu2013\;;
    }

Lines are broken anywhere, within words, too. Groups that are a search, or a keyword, name none.
"""

from __future__ import annotations

import re
from functools import cached_property

from indexer.documents import Document
from indexer.readers.bibtex_blocks import LONGEST_BLOCK

_MARK = "jabref-meta"
_CHUNK = 1 << 20
_TREE = re.compile(rf"@comment\s*\{{\s*{_MARK}:\s*(?:groupstree|grouping):(.*)", re.IGNORECASE)
_PART = re.compile(r"(?:[^;\\]|\\.)+")
_ESCAPED = re.compile(r"\\(.)")
_GROUP = re.compile(r"\s*\d+ ExplicitGroup:(.*)", re.DOTALL)


class Groups:
    """The groups of the entries of a document.

    Args:
        document: is looked through once, when the first entry is asked for.
    """

    def __init__(self, document: Document) -> None:
        self._document = document

    def of(self, key: str) -> list[str]:
        """Return the names of the groups that list an entry."""
        return self._by_key.get(key, [])

    @cached_property
    def _by_key(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for group in filter(None, map(_GROUP.fullmatch, _parts(self._tree()))):
            name, *keys = [part.strip() for part in _parts(group[1])] or [""]
            for key in dict.fromkeys(keys):
                found.setdefault(key, []).append(name)
        return found

    def _tree(self) -> str:
        """Return what the comment says, its lines joined; ``""`` if there is none."""
        if not self._marked():
            return ""
        lines: list[str] | None = None
        size = 0
        for line in self._document.lines():
            if lines is None and (begins := _TREE.search(line.text)):
                lines = [begins[1]]
            elif lines is not None:
                lines.append(line.text)
                size += len(line.text)
                if line.text.rstrip().endswith("}") or size > LONGEST_BLOCK:
                    break
        return "".join(text.rstrip("\r\n") for text in lines or ())

    def _marked(self) -> bool:
        with self._document.open_text() as file:
            last = ""
            while text := file.read(_CHUNK):
                if _MARK in last + text:
                    return True
                last = text[-len(_MARK) :]
        return False


def _parts(text: str) -> list[str]:
    """Return the parts of a list, of which each ends with a semicolon, a level less escaped."""
    return [_ESCAPED.sub(r"\1", part) for part in _PART.findall(text)]
