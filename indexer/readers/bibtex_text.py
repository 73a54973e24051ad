r"""What the values of BibTeX fields say: text, names, links.

Braces and escapes are taken away here as far as that is all there is; what else is LaTeX is left to
the cleaning that all records go through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from indexer.cleaning.names import Name, parse_name, split_names
from indexer.cleaning.text import clean
from indexer.readers.bibtex_entry import SET_ASIDE, restored, set_aside

# Mendeley escapes text that is LaTeX or HTML already.
_MENDELEY = {
    "$\\backslash$": "\\",
    "{\\$}": "$",
    "{\\^{}}": "^",
    "{\\_}": "_",
    "{\\textless}": "<",
    "{\\textgreater}": ">",
}
_SIMPLE_ESCAPE = re.compile(r"\\(?:([%&#_ ])|[/@])")
# A program's wrapping; without indentation it may be a page's, whose hyphens cleaning joins.
_WRAPPED = re.compile(r"\n[ \t]\s*")
_TIE = re.compile(r"(?<=[^\W\d]|[.,])~(?=\w)|(?<=\d)~(?=[^\W\d])")
_RANGE = re.compile(r"(?<=\d)~(?=\d)")
_DASH = re.compile(r"(?<=\w)--(?=\w)")
_PAGES_DASH = re.compile(r" ?(?:-+|[‐-―]) ?")
_TILDE = re.compile(r"\{?\\textasciitilde(?:\{\}|\})?|\{?\\~\{\}\}?|\$\\sim\$")
_ESCAPE = re.compile(r"\\([%&_#$~])")
_AND = re.compile(" and ", re.IGNORECASE)
_INITIALS = re.compile(r", ?(?:[A-Z]\.?[ -]?){1,4}$")
_OTHERS = re.compile(r"others|et\.?\s+al\.?", re.IGNORECASE)
_PART = re.compile(r"\s*(family|given|prefix|suffix)\s*=\s*(.*?)\s*", re.DOTALL)


def plain(text: str) -> str:
    """Return the text of a value without braces and escapes, unless there is other LaTeX in it."""
    text = _WRAPPED.sub(" ", text) if "\n" in text else text
    if "{\\" in text or "$\\" in text:
        for escaped, sign in _MENDELEY.items():
            text = text.replace(escaped, sign)
    simple = _SIMPLE_ESCAPE.sub(lambda m: m[1] or "", text) if "\\" in text else text
    if "\\" in simple or simple.count("$") > 1:
        return _RANGE.sub(r"\\textasciitilde{}", text)
    if "{" in simple or "}" in simple:
        simple = simple.replace("{", "").replace("}", "")
    if "~" in simple:
        simple = _TIE.sub(" ", simple)
    if "``" in simple:
        simple = simple.replace("``", "“").replace("''", "”")
    return _DASH.sub("–", simple.replace("---", "—")) if "--" in simple else simple


def verbatim(text: str) -> str:
    """Return a link or an identifier, in which only escapes are LaTeX."""
    text = _ESCAPE.sub(r"\1", _TILDE.sub("~", text)) if "\\" in text else text
    return " ".join(text.replace(r"\url", "").replace("{", "").replace("}", "").split())


def shown(text: str) -> str:
    """Return the text of a value, cleaned."""
    return clean(plain(text))


def pages(text: str) -> str:
    """Return pages with a plain hyphen between first and last: ``12--34``, ``12 – 34``."""
    return _PAGES_DASH.sub("-", " ".join(text.split()))


def listed(texts: Iterable[str]) -> list[str]:
    """Return the items of one or more lists, each once, whatever its case.

    Semicolons part them, or else commas.
    """
    once: dict[str, str] = {}
    for text in map(shown, texts):
        for item in text.split(";" if ";" in text else ","):
            once.setdefault(item.strip().casefold(), item.strip())
    once.pop("", None)
    return list(once.values())


def names(text: str) -> tuple[list[Name], bool]:
    """Return the names of a field, and whether it says that there are others.

    ``and`` parts them, if not in braces; a name all in braces is an organisation's.
    """
    if not text:
        return [], False
    outline, aside = set_aside(" ".join(text.split()))
    if SET_ASIDE.fullmatch(outline):
        within = _AND.split(aside[0])
        if all("," in name for name in within) and (len(within) > 1 or _INITIALS.search(within[0])):
            outline, aside = set_aside(aside[0])  # persons, in two pairs of braces
    stated = [name for one in _AND.split(outline) if (name := one.strip())]
    persons = [name for name in stated if not _OTHERS.fullmatch(name)]
    cut = len(persons) < len(stated)
    if any(_several(name) for name in persons):
        parted, cut_within = split_names(shown(restored(" and ".join(persons), aside)))
        return [parse_name(name) for name in parted], cut or cut_within
    return [_name(name, aside) for name in persons], cut


def _several(name: str) -> bool:
    """Tell a list of names from one name, where BibTeX's ``and`` was not used."""
    return ";" in name or name.endswith(",") or (name.count(",") > 2 and "=" not in name)


def _name(outline: str, aside: list[str]) -> Name:
    """Return one name; what is in braces, other than for an accent, is one part of it."""

    def whole(part: str) -> str:
        group = SET_ASIDE.fullmatch(part.strip())
        return shown(aside[int(group["number"])] if group else restored(part, aside)).strip()

    parts = outline.split(",")
    if "=" in outline and all(fields := [_PART.fullmatch(part) for part in parts]):
        stated = {field[1]: whole(field[2]) for field in fields if field}
        family = " ".join(stated[n] for n in ("prefix", "family", "suffix") if stated.get(n))
        return Name(family, stated.get("given", ""))
    groups = (aside[int(group["number"])] for group in SET_ASIDE.finditer(outline))
    if not all(group.startswith("\\") for group in groups):
        words = outline.split()
        if len(parts) == 2:
            return Name(whole(parts[0]), whole(parts[1]))
        if len(parts) == 1 and SET_ASIDE.fullmatch(words[-1]):
            return Name(whole(words[-1]), whole(" ".join(words[:-1])))
    return parse_name(whole(outline))
