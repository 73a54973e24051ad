"""The DTD of an XML document: passed over where it does no harm, else the document is refused.

A declared entity can stand for others ten times over, nine levels deep (a *billion laughs*), or for
a file or an address that is then read. No export of papers needs any.
"""

from __future__ import annotations

import re
from pathlib import Path

from indexer.errors import SourceUnreadable
from indexer.readers.xml_window import CHUNK, Window

DOCTYPE = "<!DOCTYPE"

_LONGEST = 1 << 16
_BEFORE_SUBSET = re.compile(rf"{DOCTYPE}(?>(?:[^\[<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*)[\[>]")
_SUBSET_END = re.compile(r"\]\s*>")


def skip_doctype(window: Window, path: Path) -> bool:
    """Skip the DOCTYPE at which a window is, and tell whether it has an end.

    Raises:
        SourceUnreadable: it declares entities.
    """
    while not (found := _BEFORE_SUBSET.match(window.text, window.at)):
        if len(window.text) - window.at > _LONGEST or not window.more():
            window.skip_to(window.at + len(DOCTYPE))
            return False
    if found[0].endswith(">"):
        window.skip_to(found.end())
    else:
        _skip_subset(window, path, len(found[0]))
    return True


def _skip_subset(window: Window, path: Path, size: int) -> None:
    """Skip the declarations that stand in the document itself, ``size`` from where it is.

    Raises:
        SourceUnreadable: entities are among them, or they have no end.
    """
    while not (end := _SUBSET_END.search(window.text, window.at + size)):
        if len(window.text) - window.at > CHUNK or not window.more():
            break
    if end is None or "<!ENTITY" in window.text[window.at : end.end()]:
        raise SourceUnreadable(
            f"{path}: its DTD (line {window.line}) declares entities, which can blow a file up or "
            "name other files: refused. Take the declarations out",
            file=str(path),
        )
    window.skip_to(end.end())
