r"""Text that was escaped once too often: ``\n``, ``\u00e9``, ``\"`` as they stand in source code.

Tables and dumps hold it where a program wrote a string's notation in the place of the string. The
same signs begin LaTeX: ``\n`` and ``\nu``, ``\r\n`` and ``\r{a}``, ``\u00e9`` and ``\u{o}``. A code
of a character is unmistakable. A line end is not, so all of a text are read as such only where one
of them surely is: LaTeX knows no macro of that name, and no macro would stand there.
"""

from __future__ import annotations

import re

from indexer.cleaning.latex import formulas, is_macro

_BACKSLASHES = r"(?<!\\)\\+"  # a whole run: a long one is gone through once
_CODE = re.compile(
    rf"{_BACKSLASHES}(?:u(?P<four>[0-9a-fA-F]{{4}})|U(?P<eight>(?:000[0-9a-fA-F]|0010)[0-9a-fA-F]{{4}}))"
    rf"|(?P<bytes>(?:{_BACKSLASHES}x(?=[a-fA-F]?[0-9])[0-9a-fA-F]{{2}}"
    r"|(?<=[^\W\d_])\\+x[89a-fA-F][0-9a-fA-F])(?:\\+x[0-9a-fA-F]{2})*)"
)
_BYTE = re.compile(r"x([0-9a-fA-F]{2})")
_QUOTED = re.compile(r"(?<![\w}\\])\\+\"(?=[^\s\"])([^\"]{1,500}?)(?<=[^\s\\])\\+\"(?![\w{\\])")
_SLASH = re.compile(r"(?<=[\w:/<])\\+/(?=[\w/\\])")
_NOT = re.compile(r"(?<=n)\\+'(?=t\b)")
_BLANK = re.compile(rf"(?P<marks>{_BACKSLASHES})(?P<word>[nrt](?P<rest>[a-zA-Z]*+))(?!\{{)")
_OF_A_CHARACTER = re.compile(r"\\[uUx\"/']")
_WORD = re.compile(r"\\([nrt][a-zA-Z]*+)(?!\{)")
_OF_A_MACRO = re.compile(r"\\[a-zA-Z]+\Z")
_LONGEST_MACRO = 40
_END = re.compile(r"(?<!\\)(?:[.!?:;] ?|[,)\]\"'”’…])(?<!\b[A-Za-z]:)\Z")
_SHORT = 4
_PAUSES = frozenset(".:;!?")
_RUN = re.compile(r"(?:\\+r\\+n|\\+[nrt](?![a-z]))+")
_MARKS = frozenset("\"'`“”‘’«»<>()[]{}")


def unescaped(text: str) -> str:
    """Return the text with the escapes of source code read, LaTeX left as it is."""
    if _OF_A_CHARACTER.search(text):
        text = _with_characters(text)
    if all(map(_is_latex, _WORD.findall(text))):
        return text
    found = [blank for blank in _BLANK.finditer(text) if not _is_latex(blank["word"])]
    return _BLANK.sub(_blank, text) if _any_surely_blank(text, found) else text


def _with_characters(text: str) -> str:
    if "\\u" in text or "\\U" in text or "\\x" in text:
        text = _CODE.sub(_character, text)
        if not text.isprintable():  # halves of a character beyond the first 65,536
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if '\\"' in text:
        text = _QUOTED.sub(r'"\1"', text)
    if "\\/" in text:
        text = _SLASH.sub("/", text)
    return _NOT.sub("'", text) if "\\'" in text else text


def _character(code: re.Match[str]) -> str:
    if code["bytes"]:
        held = bytes(int(one, 16) for one in _BYTE.findall(code["bytes"]))
        try:
            return held.decode("utf-8")
        except UnicodeDecodeError:
            return held.decode("latin-1")
    return chr(int(code["four"] or code["eight"], 16))


def _blank(match: re.Match[str]) -> str:
    if _is_latex(match["word"]):
        return match[0]
    return ("\n" if match["word"][0] == "n" else " ") + match["rest"]


def _is_latex(word: str) -> bool:
    return word != "r" and is_macro(word)  # an accent, before a brace


def _any_surely_blank(text: str, found: list[re.Match[str]]) -> bool:
    of_math = [range(start, end) for start, end in formulas(text)]
    return any(
        _surely_blank(text, one, any(one.start() in formula for formula in of_math))
        for one in found
    )


def _surely_blank(text: str, match: re.Match[str], in_math: bool) -> bool:
    start, rest, kind = match.start(), match["rest"], match["word"][0]
    before = text[start - 1 : start]
    behind_sentence = _END.search(text, max(0, start - _SHORT), start) is not None
    if not rest and (run := _RUN.match(text, start)):
        behind = text[run.end() : run.end() + 1]
        if before in _MARKS and behind in _MARKS:
            return False  # it is spoken of: "\n"
        if run.end() > match.end():  # `\r\n`, `\n\n`
            return not in_math and (before != " " or behind_sentence or kind == "r")
    if rest[:1].isupper() and behind_sentence:
        return len(rest) > 1
    if in_math or _OF_A_MACRO.search(text, max(0, start - _LONGEST_MACRO), start):
        return False
    if not rest:
        return kind == "n" or behind_sentence
    if kind != "n" or len(rest) == 1:
        return False
    if rest[0].isupper():
        return before.islower()
    glued = before.islower() or (before in _PAUSES and behind_sentence)
    return glued and len(match["marks"]) == 1
