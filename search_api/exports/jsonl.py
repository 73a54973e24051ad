"""JSON lines: akin's own paper object on each, all of it, for scripts and for akin itself.

With ``rank`` and ``score`` where the paper comes from a result list.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from search_api.exports.listed import About, Listed

FORMAT = "jsonl"
MEDIA_TYPE = "application/x-ndjson"
SUFFIX = ".jsonl"

# Within strings JSON allows them, but some take them for line ends; and UTF-8 has no surrogates.
_LINE_ENDS = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_UNSAFE = re.compile("[\x85\u2028\u2029\ud800-\udfff]")


def write(papers: Iterable[Listed], _about: About) -> Iterator[str]:
    """Yield a line for each paper."""
    for listed in papers:
        item = listed.paper.to_json()
        if listed.rank is not None:
            item["rank"] = listed.rank
        if listed.rounded is not None:
            item["score"] = listed.rounded
        yield as_json(item) + "\n"


def as_json(item: dict[str, Any]) -> str:
    """Return an object as valid JSON on one line, whatever a source put into it."""
    try:
        text = json.dumps(item, ensure_ascii=False, allow_nan=False)
    except ValueError:  # NaN and infinity are no JSON
        text = json.dumps(_finite(item), ensure_ascii=False, allow_nan=False)
    return _UNSAFE.sub(lambda sign: _LINE_ENDS.get(sign[0], "\ufffd"), text)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
