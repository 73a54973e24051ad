"""Authors in one cell of a table, as the exporters join them.

Most write semicolons between names, PubMed commas, Springer nothing at all: ``Vivek K.
PallipuramMohammad BhuiyanProf. Melissa C. Smith`` is three people. A name ends where a small letter
meets a capital. ``McDonald``, ``LeCun`` and ``KyungHyun`` hold such a joint, too, so that one is
kept together which

- is in the first word of a name, as nobody there has one word alone;
- follows ``Mc``, ``Mac`` or ``Fitz``;
- follows a particle (``DiCaprio``), if the name ends with that word: in ``Quoc LeMary Smith`` it
  goes on, so it is Quoc Le and Mary Smith;
- would leave one word alone at the end of the list (``Khaled A. AbdElbari``).
"""

from __future__ import annotations

import re

from indexer.cleaning.names import Name, parse_name, split_names
from indexer.readers.columns import Columns

_SCOPUS_ID = re.compile(r"\s*\(\d{6,}\)")
_SEMICOLONS_ONLY = tuple(
    "articletitle documenttitle abstractnote lensid storeid dimensionsurl".split()
)
"""Columns of exports that write semicolons between names: a comma is within a name there."""

_TITLE = (
    r"(?:(?:Prof|Dr|Assoc|Asst|Mr|Mrs|Ms|Ing|habil|Univ|Dipl|Priv|Doz)\.[\s-]*"
    r"|(?:Professor|PD|Sir|Dame)\s+)"
)
_IN_FRONT = re.compile(rf"\s*{_TITLE}+")
_BEFORE_TITLE = re.compile(rf"(?<=[^\W_])(?={_TITLE})")
_JUNIOR = re.compile(r"(?<=\s[JS]r\.)(?=[^\W\d_])")
_ALWAYS = frozenset({"Mc", "Mac", "Fitz"})
_PARTICLES = frozenset(
    "Abd Al Ben Da Dal De Del Della Den Der Des Di Do Dos Du El La Le Lo San St Te Ten Ter Van "
    "Vande Vander Von".split()
)

_LONGEST_WORD = 80


def authors_of(columns: Columns, position: int, text: str) -> tuple[list[Name | str], bool]:
    """Return the names in a cell, and whether the list is cut (it ends in *et al.*).

    Args:
        columns: of the table, whose names tell the exporter.
        position: of the cell's column.
        text: of the cell.
    """
    if columns.has("itemtitle", "itemdoi"):
        return list(split_glued(text)), False
    text = _SCOPUS_ID.sub("", text).replace(". -", ".-")  # IEEE writes Y. -T. S. Chang
    if columns.has("journalbook", "firstauthor"):
        people = text.rstrip(". ").split(";" if ";" in text else ",")
        return [parse_name(name, capitals_last=True) for name in people], False
    separated = columns.folded[position] in ("authorfullnames", "authorsfullnames")
    if (separated or any(map(columns.has, _SEMICOLONS_ONLY))) and ";" not in text:
        return [text], False
    names, cut = split_names(text)
    return list(names), cut


def split_glued(text: str) -> list[str]:
    """Split a list of names at the joints between them; titles in front of names go."""
    text = _BEFORE_TITLE.sub("\n", _JUNIOR.sub("\n", text))
    names = [name for part in text.split("\n") for name in _at_joints(_IN_FRONT.sub("", part))]
    return [name for part in names if (name := part.strip())]


def _at_joints(text: str) -> list[str]:
    names = []
    text = text.rstrip()
    last_word = max(text.rfind(space) for space in (" ", "\t", "\xa0"))
    start = word = 0  # of the name, and of the word that we are in
    for i in range(1, last_word):
        if text[i - 1].isspace():
            word = i
        elif word > start and _is_joint(text, i) and not _is_inside(text, word, i):
            names.append(text[start:i])
            start = word = i
    return [*names, text[start:]]


def _is_joint(text: str, i: int) -> bool:
    """Tell whether a name may end before this letter: ``nM``, ``IM`` of ``LIMing``, ``.D``."""
    if not text[i].isupper():
        return False
    before = text[i - 1]
    if before == ".":  # an initial at the end, as in Kumar N.Debnath Pal
        return text[i + 1 : i + 2].islower() and _goes_on(text, i)
    if before.isupper():
        return text[i - 2].isupper() and text[i + 1 : i + 2].islower()
    return before.isalpha()


def _is_inside(text: str, word: int, i: int) -> bool:
    """Tell whether the joint before letter ``i`` belongs to a name as ``DiCaprio``."""
    before = text[word:i]
    return before in _ALWAYS or (before in _PARTICLES and not _goes_on(text, i))


def _goes_on(text: str, i: int) -> bool:
    """Tell whether another word follows the one that begins at ``i``, before the next joint."""
    for at in range(i + 1, min(len(text), i + _LONGEST_WORD)):
        if text[at].isspace():
            return True
        if text[at].isupper() and text[at - 1].islower():
            return False
    return False
