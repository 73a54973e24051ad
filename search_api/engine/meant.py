"""What of a query only the papers can tell: which of them it means, and which words are wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from indexer.cleaning.naming import title_name, typed_ids
from indexer.errors import UnknownPaper
from indexer.letters import ASCII_WORD, WORD
from indexer.models.encoder import Encoder
from search_api.query.conditions import Conditions
from search_api.query.filters import Filters
from search_api.query.formula import All, Clause, Formula, Named, Some
from search_api.query.query import Query
from search_api.store.store import Store

MOST_WORDS = 40
"""Of a query in which misspelt ones are looked for. More are pasted, not typed."""

_MOST_PARTS = 20
"""Of a query that selects nothing, of which each is looked for by itself."""

_TOKEN = re.compile(r"\S+")
# In which no word is looked for: links, and what has a digit in it.
_NO_WORD = re.compile(r"://|[0-9]")
_FIELD = re.compile(r"\W*[A-Za-z]+:(?=\S)")
# Of files, journals and groups no words are known, only of what papers say and who wrote them.
_UNSPELT = re.compile(r"(?i:source|group|venue|category):(?:\"[^\"]*\"?|\S+)")


def known(query: Query, store: Store) -> Query:
    """Return a query with the ids of its papers as the index has them now.

    Of those that were typed, the unknown ones are left out, with a note, and a query that is a
    title as a whole is that, whatever in it looks like an operator.

    Raises:
        UnknownPaper: one that was given, not typed, is not in the index.
        BadParameter: one paper is to be like and unlike.
    """
    title = title_name(query.typed)
    if title and title != title_name(query.text) and store.named([title]):
        plain = Query(text=query.typed.strip(), names=(title,))
        query = replace(query, **{name: getattr(plain, name) for name in _OPERATED})
    if not (query.like or query.unlike):
        return query
    notes: list[str] = []
    like, unlike = (tuple(_ids(ids, query, store, notes)) for ids in (query.like, query.unlike))
    if (like, unlike) == (query.like, query.unlike):
        return query
    asks = query.text.strip() or query.wishes or query.beginnings or query.selects
    text = query.text if asks or like or unlike else query.typed
    return replace(query, text=text, like=like, unlike=unlike, notes=(*query.notes, *notes))


_OPERATED = "text names wishes must must_not narrowed excluded formulas beginnings notes".split()
"""Of a query: what is read of its words."""


def _ids(names: Sequence[str], query: Query, store: Store, notes: list[str]) -> Iterator[str]:
    """Yield the ids of papers by what they go by."""
    for name in names:
        try:
            yield from store.ids(store.rows([name]))
        except UnknownPaper as error:
            if name not in query.typed_ids:
                raise
            notes.append(f"{error.detail}; left out")


def unfound(query: Query, store: Store) -> Iterator[str]:
    """Yield why a query that selects no paper may not have been taken as meant."""
    for part in islice(dict.fromkeys(_parts((*query.must, *query.formulas))), _MOST_PARTS):
        if isinstance(part, Named):
            if not store.named(part.names):
                yield f"no paper goes by {part}"
            continue
        author = Filters(author=(part.text,))
        if part.field == "any" and store.select(Conditions(filters=(author,))).count:
            name = f'author:"{part.text}"' if " " in part.text else f"author:{part.text}"
            yield f"{part} is looked for in title, abstract and keywords; {name} finds authors"


def _parts(formulas: Sequence[Formula]) -> Iterator[Clause | Named]:
    """Yield the words and names that are wanted."""
    for formula in formulas:
        if isinstance(formula, All | Some):
            yield from _parts(formula.parts)
        elif isinstance(formula, Clause | Named):
            yield formula


def suggested(query: Query, store: Store, encoder: Encoder | None) -> str | None:
    """Return a query that was typed as it may have been meant, ``None``: there is nothing to mend.

    A word that any paper has is right, and so is one that no word of a paper is near to, or that
    the model knows as a whole.

    Args:
        query: as it was asked.
        store: of the papers.
        encoder: of the model that ranked; ``None`` where none did, and none is to be loaded.
    """
    typed = query.typed
    if not typed or query.cursor or typed_ids(typed):
        return None
    found = list(_words(typed))
    if not found or len(found) > MOST_WORDS:
        return None
    near = store.respelled(list(dict.fromkeys(match[0] for match in found)))
    meant = {word: one for word, one in near.items() if not (encoder and encoder.has_word(word))}
    if not meant:
        return None
    pieces, at = [], 0
    for match in found:
        word = meant.get(match[0], match[0])
        pieces += [typed[at : match.start()], word.capitalize() if match[0].istitle() else word]
        at = match.end()
    return "".join([*pieces, typed[at:]])


def _words(typed: str) -> Iterator[re.Match[str]]:
    """Yield the words of a query, in time linear in its length."""
    pattern = ASCII_WORD if typed.isascii() else WORD
    for token in _TOKEN.finditer(_UNSPELT.sub(lambda found: " " * len(found[0]), typed)):
        if not _NO_WORD.search(token[0]):
            name = _FIELD.match(token[0])
            start = token.start() + (name.end() if name else 0)
            for word in pattern.finditer(typed, start, token.end()):
                if not typed.startswith("*", word.end()):  # a beginning is no slip of a word
                    yield word
