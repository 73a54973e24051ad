"""A guess at which column of an unknown table holds what, to be put into an error.

Names in other languages tell, or else the cells: abstracts are the longest, titles the longest of
what remains. The guess is for a person to check; nothing is read by it.
"""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Sequence

_NAMES = {
    "title": "titel titre título titulo titolo tytuł název otsikko cím заглавие название 标题 题名 "
    "タイトル 제목 headline paper thema",
    "abstract": "kurzfassung zusammenfassung inhalt résumé resume resumen resumo riassunto "
    "sommario samenvatting sammanfattning streszczenie abstrakt аннотация 摘要 抄録 초록 text "
    "content body description",
    "authors": "autor autoren autorin verfasser auteur auteurs autores autore autori författare "
    "forfatter автор авторы 作者 著者 저자 writer writers",
    "year": "jahr année annee año ano anno jaar år rok год 年 年份 발행년 published",
    "venue": "zeitschrift quelle revue revista rivista tijdschrift tidskrift czasopismo журнал "
    "期刊 刊名 雑誌名 periodical",
}
_SEPARATORS = "\t;,|"
_MOST_ROWS = 10
_LONGEST_NAME = 60
_SHORTEST_TITLE = 12
_SHORTEST_ABSTRACT = 150
_MOST_SHOWN = 20


def unknown_columns(head: str) -> str:
    """Return what to say of a text that looks like a table, ``""`` if it does not.

    Args:
        head: of the file, cut anywhere.
    """
    for separator in _SEPARATORS:
        rows = _rows(head, separator)
        if len(rows) > 1 and is_header(rows[0]) and {len(row) for row in rows} == {len(rows[0])}:
            return advice(rows[0], rows[1:])
    return ""


def is_header(cells: Sequence[str]) -> bool:
    """Tell cells that could be names of columns: short, different, and more than one."""
    names = [" ".join(cell.split()) for cell in cells]
    return (
        len(names) > 1
        and len(set(names) - {""}) == len(names)
        and max(map(len, names)) <= _LONGEST_NAME
    )


def advice(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return which columns there are, and the option that would read them.

    Args:
        names: of the columns, as written.
        rows: the first below them.
    """
    names = [" ".join(name.split()) for name in names]
    shown = ", ".join(names[:_MOST_SHOWN]) + (", …" if len(names) > _MOST_SHOWN else "")
    option = shlex.quote(",".join(f"{field}={name}" for field, name in _guessed(names, rows)))
    return (
        f"a table whose columns akin does not know ({shown}): say which is which, as in "
        f"--columns {option}"
    )


def _guessed(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    free = [name for name in names if "," not in name and "=" not in name] or [names[0]]
    lengths = {
        name: sum(len(row[i]) for row in rows if i < len(row)) / max(1, len(rows))
        for i, name in enumerate(names)
    }
    guessed: dict[str, str] = {}
    for field, known in _NAMES.items():
        of_field = [one for one in free if not set(known.split()).isdisjoint(_words(one))]
        if of_field:
            guessed[field] = of_field[0]
            free.remove(of_field[0])
    by_length = sorted(free, key=lambda name: -lengths[name])
    if "abstract" not in guessed and by_length and lengths[by_length[0]] >= _SHORTEST_ABSTRACT:
        guessed["abstract"] = by_length.pop(0)
    if "title" not in guessed:
        long = [name for name in by_length if lengths[name] >= _SHORTEST_TITLE]
        if long or "abstract" not in guessed:
            guessed["title"] = (long or by_length or list(names))[0]
    return [(field, guessed[field]) for field in _NAMES if field in guessed]


def _words(name: str) -> list[str]:
    return "".join(c if c.isalpha() else " " for c in name.casefold()).split()


def _rows(head: str, separator: str) -> list[list[str]]:
    """Return the first rows of a table, without the last, which may be cut."""
    rows: list[list[str]] = []
    whole = head.lstrip("\ufeff")
    try:
        for row in csv.reader(io.StringIO(whole, newline=""), delimiter=separator):
            if row:
                rows.append(row)
            if len(rows) > _MOST_ROWS:
                return rows[:-1]
    except csv.Error:
        pass
    return rows if whole.endswith("\n") or len(rows) < 3 else rows[:-1]
