r"""What the elements of bibliographic XML say: their text without markup, formulas on one line.

Inline markup (``<i>``, ``<fixed-case>``) leaves its text, the digits of ``<sub>`` and ``<sup>``
stay there as Unicode has them. Paragraphs and sections are set apart, the title of a section is
followed by a colon (``Methods: …``). A formula that is given as TeX and as MathML is taken from the
TeX, which ``make_record`` then reads as it reads any.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import islice

from lxml import etree

from indexer.cleaning.scripts import subscript, superscript

_BLOCKS = frozenset(
    "abstract AbstractText body br break BR boxed-text caption def def-item def-list disp-formula "
    "disp-quote div h1 h2 h3 h4 h5 h6 li list list-item ol p sec table td th tr ul".split()
)
_NOT_TEXT = frozenset(
    "fn graphic inline-graphic inline-supplementary-material institution-id label media".split()
)
_SEVERAL = frozenset(("alternatives", "inline-formula", "disp-formula"))
_HEAD_TEXTS = 20
_SCRIPTS = {"sub": subscript, "inf": subscript, "sup": superscript}
_SIGNS = {"mfrac": "/", "msup": "^", "mover": "^", "msub": "_", "munder": "_"}


def local_name(element: etree._Element) -> str:
    """Return the element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: etree._Element, name: str) -> str:
    """Return the value of the attribute with a name, in whatever namespace, or ``""``."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2].rpartition(":")[2] == name:
            return str(value).strip()
    return ""


def find_all(element: etree._Element, path: str) -> list[etree._Element]:
    """Return the elements on a path of names without namespaces, ``Article/Journal``."""
    return element.findall(_any_namespace(path))


def find(element: etree._Element, *paths: str) -> etree._Element | None:
    """Return the first element on the first path that leads to one."""
    for path in paths:
        found = element.find(_any_namespace(path))
        if found is not None:
            return found
    return None


def text_at(element: etree._Element, *paths: str) -> str:
    """Return the text on the first path that leads to any, ``""`` if none does."""
    for path in paths:
        for found in element.iterfind(_any_namespace(path)):
            if text := text_of(found):
                return text
    return ""


def texts_at(element: etree._Element, *paths: str) -> list[str]:
    """Return the texts on all paths, each once, in order."""
    return distinct(text_of(one) for path in paths for one in find_all(element, path))


def distinct(texts: Iterable[str]) -> list[str]:
    """Return the texts, each once, in order, without empty ones."""
    return list(dict.fromkeys(text for text in texts if text))


def text_of(element: etree._Element | None, *, lines: bool = False) -> str:
    """Return an element's text without its markup.

    Args:
        element: ``None`` has none.
        lines: keep the line ends; else white space is folded.
    """
    if element is None:
        return ""
    parts = [element.text or ""]
    if len(element):
        _add_content(element, parts)
    text = "".join(parts)
    return text.strip() if lines else " ".join(text.split())


def dated(element: etree._Element | None, names: str = "year month day") -> str:
    """Return a date of elements, in a form for :func:`indexer.cleaning.dates.parse_date`."""
    if element is None:
        return ""
    parts = [text_at(element, name) for name in names.split()]
    parts = parts[: parts.index("")] if "" in parts else parts
    return ("-" if all(part.isdecimal() for part in parts) else " ").join(parts)


def joined(elements: Iterable[etree._Element], separator: str) -> list[str]:
    """Return for each element the texts of its children: ``Neoplasms/drug therapy``."""
    return distinct(separator.join(filter(None, map(text_of, one))) for one in elements)


def head_of(element: etree._Element) -> str:
    """Return the beginning of an element's text, to show if it is rejected."""
    return " ".join("".join(islice(map(str, element.itertext()), _HEAD_TEXTS)).split())


@cache
def _any_namespace(path: str) -> str:
    return "/".join(f"{{*}}{name}" for name in path.split("/"))


def _add_content(element: etree._Element, parts: list[str]) -> None:
    """Add the text of an element's children to ``parts``."""
    chosen = _one_of_several(element) if local_name(element) in _SEVERAL else None
    for child in element:
        name = local_name(child)
        if name in _NOT_TEXT or (chosen is not None and child is not chosen):
            pass  # but for what follows it
        elif name == "tex-math":
            parts.append(_tex(child))
        elif name == "math":
            tex = [
                one for one in child.iter("{*}annotation") if "tex" in attribute(one, "encoding")
            ]
            parts.append(_tex(tex[0]) if tex else _line(child))
        elif name == "title":
            parts.append(_heading(text_of(child)))
        elif _is_mark(child, name):
            pass
        elif name in _SCRIPTS and (script := _SCRIPTS[name](text_of(child))) != text_of(child):
            # An index belongs to what stands before it, though some sources put a space between.
            parts[-1] = parts[-1] if name == "sup" else parts[-1].rstrip()
            parts.append(script)
        else:
            gap = " " if name in _BLOCKS else ""
            parts += [gap, child.text or ""]
            _add_content(child, parts)
            parts.append(gap)
        parts.append(child.tail or "")


def _is_mark(element: etree._Element, name: str) -> bool:
    """Tell a reference's number above the line, and the sign of a footnote."""
    if name == "sup":
        return find(element, "xref") is not None
    if name != "xref":
        return False
    return element.get("ref-type") == "fn" or not any(map(str.isalnum, text_of(element)))


def _one_of_several(element: etree._Element) -> etree._Element | None:
    """Return the child to read where an element says the same several times, TeX before MathML."""
    tex, math, text = (
        find(element, "tex-math"),
        find(element, "math"),
        find(element, "textual-form"),
    )
    if local_name(element) != "alternatives":
        return tex if math is not None else None
    return next((one for one in (tex, math, text, *element) if one is not None), None)


def _heading(title: str) -> str:
    title = title.rstrip(" .:")
    return f" {title}{' ' if title.endswith('?') else ': '}" if title else ""


def _tex(element: etree._Element) -> str:
    """Return TeX as a formula within text, without the document that some publishers make of it."""
    tex = "".join(map(str, element.itertext()))
    tex = tex.partition(r"\begin{document}")[2] or tex
    tex = tex.partition(r"\end{document}")[0].strip().strip("$").strip()
    return f"${tex}$" if tex else ""


def _line(element: etree._Element) -> str:
    """Return MathML on one line: ``x^2``, ``(a+b)/2``."""
    name = local_name(element)
    if name.startswith("annotation"):
        return ""
    if not len(element):
        text = " ".join((element.text or "").split())
        return f" {text} " if name == "mtext" else text
    parts = [_line(child) for child in element]
    if name in _SIGNS and len(parts) == 2:
        return _SIGNS[name].join(_in_brackets(part) for part in parts)
    if name == "msubsup" and len(parts) == 3:
        return f"{parts[0]}_{_in_brackets(parts[1])}^{_in_brackets(parts[2])}"
    return f"√{_in_brackets(''.join(parts))}" if name == "msqrt" else "".join(parts)


def _in_brackets(text: str) -> str:
    return text if len(text) < 2 or text.isalnum() else f"({text})"
