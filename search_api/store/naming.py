"""Which paper somebody means by a name that is no id."""

from __future__ import annotations

from collections.abc import Mapping

from indexer.arrays import Rows
from indexer.errors import UnknownPaper
from search_api.store.store import Store

_CANDIDATES = 5
"""Papers that an error names."""


def known_as(typed: str, found: Mapping[str, Rows], store: Store) -> int:
    """Return the row of the one paper that goes by what was typed.

    Args:
        typed: as it was.
        found: the rows of the papers that go by the names it may stand for, the likelier first.
        store: that holds them.

    Raises:
        UnknownPaper: there is none, or there are several, of which each may be meant.
    """
    about = store.info.to_json()
    for name, rows in found.items():
        first = rows[:_CANDIDATES]
        ids = store.ids(first)
        if len(rows) == 1 or ids[0] == name:
            return int(rows[0])
        more = f" and {len(rows) - len(first)} more" if len(rows) > len(first) else ""
        raise UnknownPaper(
            f"{typed}: {len(rows)} papers go by it, name one: {', '.join(ids)}{more}",
            id=typed,
            candidates=ids,
            index=about,
        )
    raise UnknownPaper(f"{typed}: not in the index of {len(store):,} papers", id=typed, index=about)
