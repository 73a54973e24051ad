"""What the tests of the JSON readers share: documents, and JSON of any wrong type."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from indexer.documents import Document
from indexer.paper import Record, Rejection
from indexer.readers import Reader

NAME = "papers.json"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def odd_items(keys: Iterable[str]) -> st.SearchStrategy[list[Any]]:
    """Items with these keys, their values of any type, and what is no object."""
    item = st.dictionaries(st.sampled_from([*keys, "x"]), JSON, max_size=6)
    return st.lists(item | JSON, max_size=4)


def read_lines(reader: Reader, folder: Path, *items: object) -> list[Record | Rejection]:
    """What a reader makes of items in JSON lines; strings are lines as they are."""
    lines = [item if isinstance(item, str) else json.dumps(item) for item in items]
    return read_text(reader, folder, "\n".join(lines))


def read_text(reader: Reader, folder: Path, text: str) -> list[Record | Rejection]:
    """What a reader makes of a text."""
    path = folder / NAME
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return list(reader.read(Document(path, NAME, given=True)))


def assert_printable(found: Iterable[Record | Rejection]) -> None:
    """Check that all are records and rejections that can be printed."""
    for one in found:
        shown = one.paper if isinstance(one, Record) else one
        assert isinstance(one, Record | Rejection)
        json.dumps(shown.to_json(), ensure_ascii=False).encode("utf-8")


def as_json(found: Iterable[Record | Rejection]) -> list[dict[str, Any]]:
    """Papers and rejections as JSON objects."""
    return [(one.paper if isinstance(one, Record) else one).to_json() for one in found]


def rejected(found: Iterable[Record | Rejection]) -> list[tuple[int, str]]:
    """Line and reason of each rejection."""
    return [(one.line, one.reason) for one in found if isinstance(one, Rejection)]
