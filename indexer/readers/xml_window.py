"""The text of an XML document, decoded as it says itself, a window at a time."""

from __future__ import annotations

import codecs
import io
import re

from indexer.documents import LONGEST_LINE

CHUNK = 1 << 20

_HELD_BACK = LONGEST_LINE
"""Characters without any ``>`` that are waited for."""

_DECLARED = re.compile(rb"<\?xml[^>]{0,80}?\bencoding\s*=\s*[\"']([\w.-]{2,20})[\"']")
_OTHER_ENCODINGS = re.compile(
    r"iso-?8859-?\d+|latin-?\d|windows-\d+|cp\d+|koi8-[ru]|gb\d+|gbk|big5|shift_jis|euc-\w\w",
    re.IGNORECASE,
)
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\0?\0": "utf-16-le",
    b"\0<\0?": "utf-16-be",
}


class Window:
    r"""The part of a text that is looked at. It ends behind a ``>``, so that no tag is cut in two.

    What is not UTF-8 in a text that should be is kept as lone surrogates, see
    :meth:`indexer.documents.Document.decoded`; line ends become ``\n``.

    Attributes:
        text: what is in view.
        at: the position in ``text`` up to which all is done.
        line: the 1-based number of the line of that position.
    """

    def __init__(self, file: io.BufferedReader) -> None:
        encoding = _encoding(file.peek(200))
        errors = "surrogateescape" if encoding == "utf-8-sig" else "replace"
        decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._decoder = io.IncrementalNewlineDecoder(decoder, translate=True)
        self._file = file
        self._rest = ""
        self._ended = False
        self.text = ""
        self.at = 0
        self.line = 1

    def more(self) -> bool:
        """Forget what is done, read on, and tell whether there was anything to read."""
        while not self._ended:
            data = self._file.read(CHUNK)
            self._ended = not data
            self._rest += self._decoder.decode(data, final=not data)
            end = self._rest.rfind(">") + 1
            if self._ended or len(self._rest) > _HELD_BACK:
                end = len(self._rest)
            if end:
                self.text, self.at = self.text[self.at :] + self._rest[:end], 0
                self._rest = self._rest[end:]
                return True
        return False

    def skip_to(self, position: int) -> None:
        """Be done with all before a position."""
        self.line += self.text.count("\n", self.at, position)
        self.at = position

    def skip_past(self, mark: str, position: int) -> bool:
        """Be done with all up to the mark that comes next behind a position; tell if one does."""
        while (found := self.text.find(mark, position)) < 0:
            self.skip_to(len(self.text))
            position = 0
            if not self.more():
                return False
        self.skip_to(found + len(mark))
        return True


def _encoding(head: bytes) -> str:
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return name
    declared = _DECLARED.match(head)
    name = declared[1].decode() if declared else ""
    if not _OTHER_ENCODINGS.fullmatch(name):
        return "utf-8-sig"
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return "utf-8-sig"
    return "cp1252" if found == "iso8859-1" else found  # what is called Latin-1 is mostly this one
